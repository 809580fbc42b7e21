// Package blacklist keeps two things apart (国办发〔2020〕49号): the internal
// credit ledger, whose entries rest on effective decisions, and listings, which
// come of entries and are published after notice and objection, by a second
// person, for as long as the law allows.
//
// It knows a case only as an id, and policy only as the answer that is handed
// in. Numbers of days and months come in with it. Every change is a line of the
// journal; Redis holds the view. Published editions are files: see
// [fundwatch/blacklist/edition].
package blacklist
