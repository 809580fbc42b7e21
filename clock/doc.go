// Package clock counts the periods that law sets (law clocks, 期限): working
// days by the State Council's calendar, natural days, months and hours, with
// what extends them, what is left out and what makes them stand still.
//
// It knows no clock of the machine: every moment comes in. Days and moments are
// civil; there are no time zones. A year without a calendar is an error that
// names the year, never a guess.
//
// How a period is counted:
//
//   - The day after the first counts as 1 (行政处罚法 85, 民法典 201).
//   - Working days: the N-th working day, make-up days (调休上班) included.
//   - Natural days: the N-th day; months: the same day number N months later, or
//     that month's last day. Both then move on to the next working day if the
//     end is none (民法典 203).
//   - Hours: N times 3600 seconds on.
//
// Which periods there are, by which article, is data: clocks.csv for what holds
// in the whole country; a place adds its own.
package clock
