package desk

import (
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
)

// moveRow is a button: a move that begins where the case stands.
type moveRow struct {
	Name  string    `json:"move"`
	What  Words     `json:"what"`
	Eyes  bool      `json:"approved_by_another"`
	Basis string    `json:"basis"`
	Path  string    `json:"path"`
	Lacks []lackRow `json:"missing,omitempty"`
}

// lackRow is one thing that is missing for a move, and where to get it.
type lackRow struct {
	Guard string `json:"guard"`
	What  Words  `json:"what"`
	Where Words  `json:"where"`
	Basis string `json:"basis,omitempty"`
}

func lackRows(lacks []cases.Lack) (out []lackRow) {
	for _, l := range lacks {
		out = append(out, lackRow{l.Guard, wordsOf(l.What), wordsOf(l.Where), l.Basis})
	}
	return out
}

func wordsOf(w detectors.Words) Words { return Words{w.ZH, w.EN} }

// stepRow is a status on the way of a case.
type stepRow struct {
	Status string `json:"status"`
	Done   bool   `json:"done"`
	Here   bool   `json:"here"`
}

// straightWay is the way of most cases; the page shows how far one has come.
var straightWay = []cases.Status{cases.Opened, cases.Filed, cases.Investigating, cases.Noticed, cases.Heard, cases.Decided, cases.Served, cases.Executed, cases.Closed}

// stepsOf tells how far a case has come: on the straight way, or on the one it
// took when it was transferred or not filed.
func stepsOf(c *cases.Case) (out []stepRow) {
	way := straightWay
	switch {
	case c.Status == cases.NotFiled:
		way = []cases.Status{cases.Opened, cases.NotFiled}
	case c.File.Transfer != nil && (c.Status == cases.Transferred || c.Status == cases.Closed && c.File.Service == nil):
		from := slices.Index(straightWay, c.File.Transfer.From)
		way = slices.Concat(straightWay[:from+1], []cases.Status{cases.Transferred, cases.Closed})
	}
	at := slices.Index(way, c.Status)
	for i, s := range way {
		out = append(out, stepRow{string(s), i < at, i == at})
	}
	return out
}

// clockRow is a period that runs, or ran.
type clockRow struct {
	What  Words  `json:"what"`
	From  string `json:"from"`
	End   string `json:"end,omitempty"`
	Done  string `json:"done,omitempty"`
	N     int64  `json:"n"`
	Unit  string `json:"unit"`
	Basis string `json:"basis,omitempty"`
	Late  bool   `json:"late,omitempty"` // it ended before it was met
}

func clocksOf(c *cases.Case, today string) (out []clockRow) {
	for i := range c.File.Clocks {
		k := &c.File.Clocks[i]
		met := k.Done
		if met == "" {
			met = today
		}
		out = append(out, clockRow{wordsOf(k.What()), k.From, k.End, k.Done, k.N + k.Extend, k.Unit, k.Basis, k.Duty() && k.End != "" && met > k.End})
	}
	return out
}

// proofRow is evidence in a list.
type proofRow struct {
	Hash  string `json:"sha256"`
	Size  int64  `json:"size"`
	Type  string `json:"type"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	By    string `json:"by"`
	At    string `json:"at"`
}

func proofsOf(c *cases.Case) (out []proofRow) {
	for _, e := range c.File.Evidence {
		out = append(out, proofRow(e))
	}
	return out
}

// proposalRow is what waits for another person.
type proposalRow struct {
	Move   string     `json:"move"`
	What   Words      `json:"what"`
	By     string     `json:"by"`
	Reason string     `json:"reason"`
	Day    string     `json:"day"`
	Fields []givenRow `json:"fields"`
	Stale  bool       `json:"stale"` // the file changed since: it has to be proposed again
	Own    bool       `json:"own"`   // of who looks at it
	// Changed names the parts of the file that changed since.
	Changed []string `json:"changed,omitempty"`
	// Advised is the path of policy on which it was made; empty: policy was not asked.
	Advised string `json:"advised,omitempty"`
	Other   bool   `json:"other_than_advised,omitempty"`
}

// givenRow is a field as it was filled in.
type givenRow struct {
	Name  string `json:"name"`
	What  Words  `json:"what"`
	Value string `json:"value"`
	Shown Words  `json:"shown"`
}

// given words the fields of a move as they were filled in.
func (d *Desk) given(m *cases.Move, values map[string]string) (out []givenRow) {
	for i := range m.Fields {
		f := &m.Fields[i]
		v := values[f.Name]
		if v == "" {
			continue
		}
		row := givenRow{f.Name, wordsOf(f.What), v, Words{v, v}}
		if f.Kind == cases.SubjectField {
			row = d.givenSubject(row, v)
		}
		for _, o := range f.Choices {
			if o.Value == v {
				row.Shown = wordsOf(o.What)
			}
		}
		out = append(out, row)
	}
	return out
}

// givenSubject shows whom a field names as people may see them.
func (d *Desk) givenSubject(row givenRow, v string) givenRow {
	kind, code, _ := strings.Cut(v, ":")
	s := d.subject(detectors.Subject{Kind: kind, Code: code})
	row.Value = s.Code
	name := strings.TrimSpace(s.Name + " " + s.Code)
	row.Shown = Words{name, name}
	return row
}

// partyRef stands for a subject in forms: a person by reference.
func (d *Desk) partyRef(s detectors.Subject) string {
	if s.Kind == detectors.PersonKind {
		return s.Kind + ":" + d.o.Accounts.Reference(s.Code)
	}
	return s.Kind + ":" + s.Code
}

// proposal tells what waits, and whether it is still about this file.
func (d *Desk) proposal(c *cases.Case, u *accounts.User) *proposalRow {
	p := c.File.Proposal
	if p == nil {
		return nil
	}
	m, known := cases.MoveOf(p.Move)
	if !known {
		return nil
	}
	advised := advisedIn(p.Decision)
	other := advised != "" && transferTo(advised, []string{"cross-region"}) != p.Fields["to"]
	return &proposalRow{Move: p.Move, What: wordsOf(m.What), By: p.By, Reason: p.Reason, Day: p.Day, Fields: d.given(&m, p.Fields),
		Stale: c.ProposalStale(), Own: p.By == u.Login, Changed: c.ProposalChanged(), Advised: advised, Other: other}
}

// moves lists the buttons of who looks at the case, those that lead on first.
func (d *Desk) moves(r *http.Request, c *cases.Case) (out []moveRow) {
	u := visitOf(r).user
	by := cases.Act{Who: u.Login, At: d.now()}
	var beside []moveRow // that leave the status as it is
	for _, m := range cases.Moves() {
		if m.Name == cases.UnjoinIt && len(c.File.Joined) == 0 {
			continue // nothing to take out
		}
		if m.Fits(c) && u.May(accounts.Permission(m.May)) {
			row := moveRow{m.Name, wordsOf(m.What), m.Eyes, m.Basis, "/cases/" + c.ID + "/" + m.Name, lackRows(m.Missing(c, by, &d.o.Procedure))}
			if m.To == "" {
				beside = append(beside, row)
			} else {
				out = append(out, row)
			}
		}
	}
	return append(out, beside...)
}
