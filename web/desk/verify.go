package desk

import (
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/web/words"
)

// verifyPage lists the evidence of a case, each line once, with what is at risk
// and what was verified.
type verifyPage struct {
	Case    CaseRow    `json:"case"`
	Move    moveRow    `json:"move"`
	Lines   []lineRow  `json:"lines"`
	Pager   Pager      `json:"pager"`
	Money   moneyRow   `json:"money"`
	Found   int64      `json:"findings"`             // of the leads
	Read    int64      `json:"findings_read"`        // that the lines come from
	Short   []shortRow `json:"incomplete,omitempty"` // leads of which not all findings were read
	All     int        `json:"lines_total"`
	Open    int        `json:"lines_left"` // that nobody has verified
	Only    bool       `json:"-"`          // these alone are shown
	Waiting bool       `json:"reading"`    // Kafka is still being read
	Reason  string     `json:"-"`
	Act     string     `json:"-"`
	Refused []lackRow  `json:"refused,omitempty"`
}

// lineRow is a fee line, or a settlement as a whole.
type lineRow struct {
	ID       string `json:"id"`
	At       string `json:"at"`
	Item     string `json:"item"`
	Name     string `json:"item_name,omitempty"`
	Amount   string `json:"amount"` // of the claim, in yuan
	AtRisk   int64  `json:"at_risk_fen"`
	Verified int64  `json:"verified_fen"`
	Known    bool   `json:"verified"` // somebody verified it
	Given    string `json:"-"`
	Wrong    bool   `json:"-"` // what was typed cannot be verified
}

func (p verifyPage) title(lang words.Lang) string { return p.Move.What.In(lang) + " · " + p.Case.ID }

// verifyForm says of lines what was verified, in yuan.
type verifyForm struct {
	Act      string   `json:"act"`
	Version  int64    `json:"version"`
	Reason   string   `json:"reason"`
	Lines    []string `json:"lines"`
	Verified []string `json:"verified"`
}

func showVerify(d *Desk, w http.ResponseWriter, r *http.Request) error {
	c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if err != nil {
		return err
	}
	p, err := d.verifyPage(r, &c, nil)
	if err != nil {
		return err
	}
	return d.show(w, r, "verify", p)
}

// verifyPage shows some lines; nil: those of the page that was asked for.
func (d *Desk) verifyPage(r *http.Request, c *cases.Case, some []cases.Line) (verifyPage, error) {
	var q struct {
		Page int  `json:"page"`
		Left bool `json:"left"` // only lines that nobody has verified
	}
	if err := query(r, &q); err != nil {
		return verifyPage{}, err
	}
	m, _ := cases.MoveOf("verify")
	base, err := d.movePage(r, c, &m, deedForm{})
	if err != nil {
		return verifyPage{}, err
	}
	sched, err := d.schedule(r, c)
	if err != nil {
		return verifyPage{}, err
	}
	lines := withVerified(sched.Lines, c.File.Lines)
	left, all := unverified(lines, c.File.Lines), len(lines)
	if q.Left {
		lines = left
	}
	p := verifyPage{Case: base.Case, Move: base.Move, Act: base.Act, Found: sched.Found, Read: sched.Read, Short: sched.Short, All: all, Open: len(left), Only: q.Left, Waiting: !d.o.Cited.Ready(), Pager: pager(q.Page, len(lines), linesPerPage),
		Money: chainOf(&c.File)}
	switch {
	case some != nil:
		p.Pager = Pager{}
	case len(lines) > 0:
		some = lines[p.Pager.From-1 : p.Pager.To]
	}
	p.Lines, err = d.lineRows(r, c, some)
	return p, err
}

// lineRows reads the lines' claims.
func (d *Desk) lineRows(r *http.Request, c *cases.Case, lines []cases.Line) (out []lineRow, err error) {
	known := map[string]cases.Line{}
	for _, l := range c.File.Lines {
		known[l.ID] = l
	}
	read := map[string]Claim{}
	for _, l := range lines {
		row := lineRow{ID: l.ID, AtRisk: l.AtRisk, Verified: l.AtRisk}
		if k, ok := known[l.ID]; ok {
			row.Verified, row.Known = k.Verified, true
		}
		row.Given = strings.ReplaceAll(words.Yuan(row.Verified), ",", "")
		settlement := settlementID(l.ID)
		if _, ok := read[settlement]; !ok {
			if read[settlement], err = d.claim(r, settlement, idsOf(lines)); err != nil {
				return nil, err
			}
		}
		cl := read[settlement]
		row.At, row.Amount = cl.SettledAt, cl.Fund
		for _, x := range cl.Lines {
			if settlement+"/"+x.ID == l.ID {
				row.At, row.Item, row.Name, row.Amount = x.At, x.Item, x.Name, x.Amount
			}
		}
		out = append(out, row)
	}
	return out, nil
}

func idsOf(lines []cases.Line) (out []string) {
	for _, l := range lines {
		out = append(out, l.ID)
	}
	return out
}

// settlementID gives the settlement a piece of evidence belongs to.
func settlementID(piece string) string {
	parts := strings.SplitN(piece, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

func postVerify(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f verifyForm
	if err := read(r, &f); err != nil {
		return err
	}
	if len(f.Lines) != len(f.Verified) || len(f.Lines) > cases.MaxLines {
		return errForm
	}
	c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if err != nil {
		return err
	}
	// What is at risk is worked out here again, and not taken from the form.
	sched, err := d.schedule(r, &c)
	if err != nil {
		return err
	}
	all, evidence := withVerified(sched.Lines, c.File.Lines), map[string]cases.Line{}
	for _, l := range all {
		evidence[l.ID] = l
	}
	m, _ := cases.MoveOf("verify")
	want := cases.Deed{Move: m.Name}
	var lacks []lackRow
	for i, id := range f.Lines {
		fen, ok := yuanGiven(f.Verified[i])
		l, known := evidence[id]
		if !known || !ok || fen > l.AtRisk {
			lacks = append(lacks, wrongLine(id, l.AtRisk, known))
			continue
		}
		l.Verified = fen
		want.Lines = append(want.Lines, l)
	}
	if len(lacks) > 0 {
		return d.wrongLines(w, r, &c, &f, all, lacks)
	}
	return d.deed(w, r, &m, deedForm{Act: f.Act, Version: f.Version, Reason: f.Reason}, want)
}

// wrongLines shows the lines of a form again, with what was typed, and says which
// of them cannot be verified so. Nothing was verified.
func (d *Desk) wrongLines(w http.ResponseWriter, r *http.Request, c *cases.Case, f *verifyForm, all []cases.Line, lacks []lackRow) error {
	refused := &problem{status: http.StatusUnprocessableEntity, code: "verified", lacks: lacks}
	if visitOf(r).json {
		return refused
	}
	typed := map[string]string{}
	for i, id := range f.Lines {
		typed[id] = f.Verified[i]
	}
	lines := slices.DeleteFunc(all, func(l cases.Line) bool { _, on := typed[l.ID]; return !on })
	if len(lines) == 0 || len(lines) > linesPerPage {
		return refused
	}
	p, err := d.verifyPage(r, c, lines)
	if err != nil {
		return err
	}
	for i := range p.Lines {
		row := &p.Lines[i]
		row.Given = typed[row.ID]
		row.Wrong = slices.ContainsFunc(lacks, func(l lackRow) bool { return l.What.ZH == row.ID })
	}
	p.Reason, p.Refused = f.Reason, lacks
	return d.showAs(w, r, http.StatusUnprocessableEntity, "verify", p)
}

// wrongLine names a line for which something was typed that cannot be verified.
func wrongLine(id string, atRisk int64, known bool) lackRow {
	row := lackRow{Guard: "verified", What: Words{id, id}, Where: inBoth("verify.unknown")}
	if known {
		row.Where = inBoth("verify.atmost", words.Yuan(atRisk))
	}
	return row
}

// yuanGiven reads yuan with at most two decimals.
func yuanGiven(text string) (int64, bool) { return cases.Fen(strings.TrimSpace(text)) }
