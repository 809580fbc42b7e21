package desk

import (
	"net/http"
	"strings"

	"fundwatch/cases"
	"fundwatch/web/words"
)

// paperPage is a document of the procedure as it is printed: the notice before
// a decision, or the decision. Its figures were worked out from the claims when
// it was made.
type paperPage struct {
	Case     string     `json:"case"`
	Kind     string     `json:"kind"` // notice or decision
	Bureau   string     `json:"bureau"`
	Number   string     `json:"number"`
	Party    Subject    `json:"party"`
	Cause    string     `json:"cause"`
	Facts    []string   `json:"facts"` // paragraphs
	Article  string     `json:"article"`
	Refund   int64      `json:"refund_fen"`
	Fine     int64      `json:"fine_fen"`
	Ground   *Words     `json:"ground,omitempty"` // of a fine below the range of its article
	Day      string     `json:"day"`
	Until    string     `json:"until,omitempty"`
	Hearing  string     `json:"hearing_until,omitempty"`
	Sort     string     `json:"decision,omitempty"` // kind of the decision
	Lines    []paperRow `json:"lines"`
	Verified int64      `json:"verified_fen"` // their sum
	Whole    int64      `json:"claimed_fen"`  // what the claims say of the same lines
	Made     string     `json:"made"`         // when the figures were worked out
	Terms    paperTerms `json:"terms"`
}

// paperTerms are the times that a document gives, in words.
type paperTerms struct {
	Pay     string `json:"payment"`
	Review  string `json:"review"`
	Lawsuit string `json:"lawsuit"`
}

// term words a term of the place; what nobody set is left to the law.
func (d *Desk) term(lang words.Lang, name string) string {
	t, known := d.o.Procedure.Terms[name]
	if !known {
		return lang.Say("paper.lawful")
	}
	return lang.Say("clock."+t.Unit, t.N)
}

// paperRow is a line of the annex.
type paperRow struct {
	ID       string `json:"id"`
	At       string `json:"at"`
	Item     string `json:"item"`
	Amount   int64  `json:"amount_fen"`
	Verified int64  `json:"verified_fen"`
}

func (p paperPage) title(lang words.Lang) string { return lang.Say("paper." + p.Kind) }

// badFigures says that a document would state what the claims do not bear out.
type badFigures struct {
	Lines []string `json:"lines"`
}

func showPaper(kind string) func(*Desk, http.ResponseWriter, *http.Request) error {
	return func(d *Desk, w http.ResponseWriter, r *http.Request) error {
		c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
		if err != nil {
			return err
		}
		f := &c.File
		if f.Party == nil || len(f.Notices) == 0 || kind == "decision" && f.Decision == nil {
			return errNothing
		}
		p := paperPage{Case: c.ID, Kind: kind, Bureau: visitOf(r).lang.Say("paper.bureau", visitOf(r).lang.Of(d.o.RegionName.ZH, d.o.RegionName.EN)), Party: d.subject(f.Party.Subject), Cause: f.Party.Cause, Made: d.today()}
		lang := visitOf(r).lang
		p.Terms = paperTerms{d.term(lang, cases.PaymentTerm), d.term(lang, cases.ReviewTerm), d.term(lang, cases.LawsuitTerm)}
		p.fill(f)
		wrong, err := d.figures(r, &c, &p)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return &problem{status: http.StatusConflict, code: "figures", page: badFigures{wrong}, lacks: figureRows(wrong)}
		}
		return d.show(w, r, "paper", p)
	}
}

// fill takes over what the notice or the decision says.
func (p *paperPage) fill(f *cases.File) {
	n := &f.Notices[len(f.Notices)-1]
	if p.Kind == "decision" {
		x := f.Decision
		p.Number, p.Facts, p.Article, p.Refund, p.Fine, p.Day, p.Sort = x.Document(), paragraphs(x.Text), x.Article, x.Refund, x.Fine, x.Day, x.Kind
		p.Ground = groundOfFine(x.Ground)
		return
	}
	p.Number, p.Facts, p.Article, p.Refund, p.Fine, p.Day, p.Until = n.Document(), paragraphs(n.Facts), n.Article, n.Refund, n.Fine, n.Day, n.Until
	p.Ground = groundOfFine(n.Ground)
	for i := range f.Clocks {
		if f.Clocks[i].Name == cases.HearingTerm {
			p.Hearing = f.Clocks[i].End
		}
	}
}

// groundOfFine words why a fine lies below the range of its article; nil where
// it does not.
func groundOfFine(ground string) *Words {
	if ground == "" {
		return nil
	}
	w := wordsOf(cases.GroundWords(ground))
	return &w
}

func paragraphs(text string) (out []string) {
	for _, p := range strings.Split(text, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// figures works the annex out from the claims, and names the lines that cannot
// be read, or of which more was verified than the claim says.
func (d *Desk) figures(r *http.Request, c *cases.Case, p *paperPage) (wrong []string, err error) {
	read := map[string]Claim{}
	ids := idsOf(c.File.Lines)
	for _, l := range c.File.Lines {
		if l.Verified == 0 {
			continue
		}
		settlement := settlementID(l.ID)
		if _, ok := read[settlement]; !ok {
			if read[settlement], err = d.claim(r, settlement, ids); err != nil {
				return nil, err
			}
		}
		row, ok := paperRowOf(read[settlement], l)
		if !ok {
			wrong = append(wrong, l.ID)
			continue
		}
		p.Lines = append(p.Lines, row)
		p.Verified += row.Verified
		p.Whole += row.Amount
	}
	return wrong, nil
}

// paperRowOf finds a line in its claim; a settlement as a whole stands for what
// the fund paid.
func paperRowOf(c Claim, l cases.Line) (paperRow, bool) {
	row := paperRow{ID: l.ID, At: c.SettledAt, Verified: l.Verified}
	amount, found := c.Fund, c.ID == l.ID && !c.Unreadable
	for _, x := range c.Lines {
		if c.ID+"/"+x.ID == l.ID {
			row.At, row.Item, amount, found = x.At, strings.TrimSpace(x.Item+" "+x.Name), x.Amount, true
		}
	}
	fen, ok := yuanGiven(amount)
	row.Amount = fen
	return row, found && ok && l.Verified <= fen
}

// figureRows words the lines that do not hold.
func figureRows(lines []string) (out []lackRow) {
	for _, id := range lines {
		out = append(out, lackRow{Guard: "figures", What: Words{id, id},
			Where: Words{words.ZH.Say("figures.where"), words.EN.Say("figures.where")}})
	}
	return out
}
