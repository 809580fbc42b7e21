package cases

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Line is a piece of evidence with its money: a fee line
// (institution/settlement/line), or a settlement as a whole.
type Line struct {
	ID       string `json:"id"`
	AtRisk   int64  `json:"at_risk_fen"`
	Verified int64  `json:"verified_fen"`
	// Leads are the ids of the leads whose findings it rested on when it was
	// verified, sorted, with a blank between; empty where that was not noted.
	Leads string `json:"leads,omitempty"`
}

// Share is what a finding puts at risk: its amount and the pieces of evidence
// it rests on, its lines or, where it has none, its settlements.
type Share struct {
	Fen    int64
	Pieces []string
	Lead   string // whose finding it is
}

// Spread gives the share of each piece, in fen: the amount evenly, what is left
// over to the first ones. The shares sum to the amount.
func (s *Share) Spread(yield func(piece string, fen int64) bool) {
	n := int64(len(s.Pieces))
	for i, piece := range s.Pieces {
		fen := s.Fen / n
		if int64(i) < s.Fen%n {
			fen++
		}
		if !yield(piece, fen) {
			return
		}
	}
}

// Schedule puts the evidence of findings together, whatever leads they are of:
// each piece once, with the largest share that any finding gives it. Where a
// settlement is evidence as a whole and by its lines, only the larger of the two
// counts. So no fen is in the sum twice.
func Schedule(shares []Share) []Line {
	most, leads := map[string]int64{}, map[string][]string{}
	for i := range shares {
		for piece, fen := range shares[i].Spread {
			most[piece] = max(most[piece], fen)
			if lead := shares[i].Lead; lead != "" && !slices.Contains(leads[piece], lead) {
				leads[piece] = append(leads[piece], lead)
			}
		}
	}
	inLines := map[string]int64{}
	for piece, fen := range most {
		if of, ok := settlementOf(piece); ok {
			inLines[of] += fen
		}
	}
	var out []Line
	for piece, fen := range most {
		of, isLine := settlementOf(piece)
		whole, both := most[of]
		sum, split := inLines[piece]
		if isLine && both && whole > inLines[of] || !isLine && split && sum >= fen {
			continue
		}
		slices.Sort(leads[piece])
		out = append(out, Line{ID: piece, AtRisk: fen, Leads: strings.Join(leads[piece], " ")})
	}
	slices.SortFunc(out, func(a, b Line) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// settlementOf gives the settlement that a line belongs to.
func settlementOf(piece string) (settlement string, isLine bool) {
	parts := strings.SplitN(piece, "/", 3)
	if len(parts) < 3 {
		return "", false
	}
	return parts[0] + "/" + parts[1], true
}

// MaxLines is the most lines that one act verifies; a case may have more acts.
const MaxLines = 2000

var errLine = errors.New("a line has an id and amounts in fen, of which the verified is from 0 to what is at risk")

func (l *Line) check() error {
	for _, lead := range strings.Fields(l.Leads) {
		if !plain(lead) {
			return errLine
		}
	}
	if l.ID == "" || len(l.ID) > 3*maxCode || strings.ContainsAny(l.ID, "\n\t ") || l.Verified < 0 || l.AtRisk < l.Verified || l.AtRisk > MaxAmount {
		return errLine
	}
	return nil
}

// value writes a line's money and its leads as Redis and the journal hold it.
func (l *Line) value() string {
	return strings.TrimSpace(decimal(l.AtRisk) + " " + decimal(l.Verified) + " " + l.Leads)
}

func parseLine(id, value string) (Line, error) {
	a, rest, _ := strings.Cut(value, " ")
	b, leads, _ := strings.Cut(rest, " ")
	atRisk, errA := strconv.ParseInt(a, 10, 64)
	verified, errB := strconv.ParseInt(b, 10, 64)
	if err := errors.Join(errA, errB); err != nil {
		return Line{}, fmt.Errorf("line %s: its money cannot be read", id)
	}
	return Line{id, atRisk, verified, leads}, nil
}

// verify puts lines in the place of those of the same id and sums anew.
func (f *File) verify(lines []Line) {
	for _, l := range lines {
		at, known := slices.BinarySearchFunc(f.Lines, l.ID, func(have Line, id string) int { return strings.Compare(have.ID, id) })
		if known {
			f.Lines[at] = l
		} else {
			f.Lines = slices.Insert(f.Lines, at, l)
		}
	}
	f.Money.AtRisk, f.Money.Verified = 0, 0
	for i := range f.Lines {
		f.Money.AtRisk += f.Lines[i].AtRisk
		f.Money.Verified += f.Lines[i].Verified
	}
}

// overlap names a settlement that lies in the schedule as a whole and by a
// line; its money would count twice.
func (f *File) overlap() string {
	whole := map[string]bool{}
	for i := range f.Lines {
		whole[f.Lines[i].ID] = f.Lines[i].AtRisk > 0
	}
	for i := range f.Lines {
		if of, isLine := settlementOf(f.Lines[i].ID); isLine && f.Lines[i].AtRisk > 0 && whole[of] {
			return of
		}
	}
	return ""
}
