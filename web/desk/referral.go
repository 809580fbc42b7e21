package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/policies/regions"
	"fundwatch/web/words"
)

// Matter is what policy may know of a lead or a case when it is asked to whom
// it belongs. It holds no code of a person or an institution.
type Matter struct {
	Subject  string // kind; also agency or official
	Grade    detectors.Grade
	Basis    []string // clauses; once verified, those that the file names
	Amount   int64    // fen; once verified, what was
	Verified bool     // officers have verified the money
	Intent   string   // unknown, none or shown
	Signs    []string
	Today    string
}

// Ruling is what policy answers.
type Ruling struct {
	Path      string // empty: it has no answer, and a person decides
	Also      []string
	Reasons   []RulingReason
	Basis     []string // all clauses of the reasons and of the department
	Clocks    []string
	Undefined []string // what no text of the region defines
	Revision  string   // of the policy
	Record    string   // the decision as it is kept, for the journal; empty without an answer
}

// RulingReason is a circumstance that holds.
type RulingReason struct {
	Code  string   `json:"code"`
	What  Words    `json:"what"`
	Path  string   `json:"path,omitempty"`
	Basis []string `json:"basis"`
}

// Refer asks policy to whom a lead or a case belongs.
type Refer func(context.Context, Matter) (Ruling, error)

// referralRow is the answer as people see it.
type referralRow struct {
	Path       string          `json:"path"` // empty: policy has no answer
	Department departmentRow   `json:"department"`
	Also       []departmentRow `json:"also,omitempty"`
	Reasons    []RulingReason  `json:"reasons"`
	Clocks     []Words         `json:"clocks,omitempty"`
	Undefined  []undefinedRow  `json:"undefined,omitempty"`
	Verified   bool            `json:"verified"`
	Revision   string          `json:"revision"`
	ruling     Ruling
}

// undefinedRow is something that no text of the region defines.
type undefinedRow struct {
	Name string `json:"name"`
	What Words  `json:"what"`
}

// askedForm is what a person says of a case before policy is asked: what the
// file does not hold.
type askedForm struct {
	About  string   `json:"about"`  // agency or official, where the subject is one
	Intent string   `json:"intent"` // none or shown
	Sign   []string `json:"sign"`
}

// What a person may say of a case beside its file.
var (
	matterIntents = []string{"none", "shown"}
	matterSigns   = []string{"organised", "practice", "price", "drug-channel", "public-official", "uncooperative", "cross-region", "grave-head"}
	matterAbout   = []string{"agency", "official"}
)

func (f *askedForm) check() error {
	unknown := func(s string) bool { return !slices.Contains(matterSigns, s) }
	if f.About != "" && !slices.Contains(matterAbout, f.About) || f.Intent != "" && !slices.Contains(matterIntents, f.Intent) || slices.ContainsFunc(f.Sign, unknown) {
		return errForm
	}
	return nil
}

// refer asks policy and words the answer; nil where nobody can be asked.
func (d *Desk) refer(r *http.Request, m Matter) (*referralRow, error) {
	if d.o.Refer == nil {
		return nil, nil
	}
	m.Today = d.today()
	x, err := d.o.Refer(r.Context(), m)
	if err != nil {
		return nil, err
	}
	row := &referralRow{Path: x.Path, Reasons: x.Reasons, Verified: m.Verified, Revision: x.Revision, ruling: x}
	if x.Path != "" {
		row.Department = d.department(x.Path)
	}
	for _, path := range x.Also {
		row.Also = append(row.Also, d.department(path))
	}
	for _, name := range x.Clocks {
		row.Clocks = append(row.Clocks, clockWords(name))
	}
	for _, name := range x.Undefined {
		row.Undefined = append(row.Undefined, undefinedRow{name, undefinedWords(name)})
	}
	return row, nil
}

// department is who stands behind a path here; without a clause no text of the
// region names one.
func (d *Desk) department(path string) departmentRow {
	dep, own := d.o.Policy.Policy.Departments[path], d.o.Policy.Own.Departments[path]
	if dep.Clause == "" {
		return departmentRow{Path: path, Name: Words{words.ZH.Say("path." + path), words.EN.Say("path." + path)}}
	}
	return departmentRow{path, Words{dep.ZH, dep.EN}, setBy{dep.Clause, own.Clause != ""}}
}

// undefinedWords word what no text defines, by its name in the data.
func undefinedWords(name string) Words {
	kind, rest, _ := strings.Cut(name, ".")
	switch kind {
	case "values":
		for _, n := range regions.Names() {
			if n.Name == rest {
				return Words{n.ZH, n.EN}
			}
		}
	case "clocks":
		return clockWords(rest)
	case "departments":
		return Words{words.ZH.Say("undefined.department", words.ZH.Say("path."+rest)), words.EN.Say("undefined.department", words.EN.Say("path."+rest))}
	}
	return Words{name, name}
}

// gravity is the order of grades, the gravest first.
var gravity = []detectors.Grade{detectors.Violation, detectors.Suspicious, detectors.Indicator}

// found adds up what leads rest on: the gravest grade, all clauses, the money.
func (d *Desk) found(m *Matter, leads []cases.Lead) {
	at := len(gravity) - 1
	for i := range leads {
		m.Amount += leads[i].Union
		for name, n := range leads[i].Detectors {
			det := d.byID[name]
			if det == nil || n < 1 {
				continue
			}
			m.Basis = append(m.Basis, det.Basis...)
			if g := slices.Index(gravity, det.Grade); g >= 0 {
				at = min(at, g)
			}
		}
	}
	m.Grade = gravity[at]
}

// leadReferral asks policy about a lead. Nobody has verified it.
func (d *Desk) leadReferral(r *http.Request, l *cases.Lead) (*referralRow, error) {
	m := Matter{Subject: l.Subject.Kind, Intent: "unknown"}
	d.found(&m, []cases.Lead{*l})
	return d.refer(r, m)
}

// caseReferral asks policy about a case, with what a person says beside the
// file.
func (d *Desk) caseReferral(r *http.Request, c *cases.Case, f *askedForm) (*referralRow, error) {
	leads, err := d.o.Cases.LeadsOf(r.Context(), c.Leads)
	if err != nil {
		return nil, err
	}
	m := Matter{Subject: subjectOf(c), Intent: "unknown"}
	d.found(&m, leads)
	if c.Check != nil {
		m.Grade = detectors.Violation // inspectors saw it on the spot
	}
	if f.About != "" {
		m.Subject = f.About
	}
	m.Signs = f.Sign
	if len(c.File.Lines) > 0 {
		m.Verified, m.Amount, m.Basis = true, c.File.Money.Verified, namedArticles(&c.File)
		if f.Intent != "" {
			m.Intent = f.Intent
		}
	}
	return d.refer(r, m)
}

// subjectOf is the kind of the party; before there is one, of the leads, an
// institution first.
func subjectOf(c *cases.Case) string {
	if c.File.Party != nil {
		return c.File.Party.Subject.Kind
	}
	for _, kind := range []string{detectors.Institution, detectors.Practitioner, detectors.PersonKind} {
		if slices.ContainsFunc(c.Subjects, func(s detectors.Subject) bool { return s.Kind == kind }) {
			return kind
		}
	}
	return detectors.Institution
}

// namedArticles are the articles that the file names now: of the decision, else
// the notice in force, else the filing.
func namedArticles(f *cases.File) []string {
	switch n := len(f.Notices); {
	case f.Decision != nil && f.Decision.Article != "":
		return cases.Articles(f.Decision.Article)
	case n > 0:
		return cases.Articles(f.Notices[n-1].Article)
	case f.Party != nil:
		return cases.Articles(f.Party.Article)
	}
	return nil
}

// referralPage asks policy to whom a case belongs, with what a person says of
// it, and shows who stands behind each path here.
type referralPage struct {
	Case        CaseRow         `json:"case"`
	Referral    *referralRow    `json:"referral,omitempty"`
	Departments []departmentRow `json:"departments"`
	About       string          `json:"about"`
	Intent      string          `json:"intent"`
	Sign        []string        `json:"sign"`
	Abouts      []string        `json:"-"`
	Intents     []string        `json:"-"`
	Signs       []chosen        `json:"-"`
	Transfer    string          `json:"transfer,omitempty"` // address of the form with the same question
}

type chosen struct {
	Value string
	On    bool
}

func (p referralPage) title(lang words.Lang) string { return lang.Say("referral.page", p.Case.ID) }

func showReferral(d *Desk, w http.ResponseWriter, r *http.Request) error {
	c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if err != nil {
		return err
	}
	var f askedForm
	if err := query(r, &f); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	p := referralPage{About: f.About, Intent: f.Intent, Sign: f.Sign, Abouts: matterAbout, Intents: matterIntents}
	if p.Case, err = d.caseRow(r, &c); err != nil {
		return err
	}
	if p.Referral, err = d.caseReferral(r, &c, &f); err != nil {
		return err
	}
	for _, path := range regions.ReferralPaths() {
		p.Departments = append(p.Departments, d.department(path))
	}
	for _, s := range matterSigns {
		p.Signs = append(p.Signs, chosen{s, slices.Contains(f.Sign, s)})
	}
	if m, _ := cases.MoveOf("transfer"); m.Fits(&c) && visitOf(r).user.May(accounts.Permission(m.May)) {
		p.Transfer = "/cases/" + c.ID + "/transfer?" + r.URL.Query().Encode()
	}
	return d.show(w, r, "referral", p)
}

// transferTo is the choice of the transfer form that a path of policy means.
// What belongs to the bureau itself is transferred only where another bureau is
// competent.
func transferTo(path string, signs []string) string {
	if path != "administrative" {
		return path
	}
	if slices.Contains(signs, "cross-region") {
		return "bureau"
	}
	return ""
}

// advise puts the departments that policy advises first among the choices of a
// transfer, each with its clause here, and chooses the first one.
func (d *Desk) advise(p *movePage, given map[string]string) {
	x := p.Referral
	if x == nil || x.Path == "" {
		return
	}
	rank := map[string]int{}
	for i, path := range append([]string{x.Path}, x.ruling.Also...) {
		if to := transferTo(path, p.Asked.Sign); to != "" {
			rank[to] = i - len(regions.ReferralPaths())
		}
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		if f.Name != "to" {
			continue
		}
		slices.SortStableFunc(f.Choices, func(a, b choiceRow) int { return rank[a.Value] - rank[b.Value] })
		for j := range f.Choices {
			c := &f.Choices[j]
			if dep := d.department(c.Value); dep.Clause != "" { // of another bureau no text of this place tells
				c.What = Words{words.ZH.Say("transfer.named", dep.Name.ZH, dep.Clause), words.EN.Say("transfer.named", dep.Name.EN, dep.Clause)}
			}
			if rank[c.Value] < 0 {
				c.What = Words{words.ZH.Say("transfer.advised", c.What.ZH), words.EN.Say("transfer.advised", c.What.EN)}
			}
		}
		if to := transferTo(x.Path, p.Asked.Sign); given == nil && rank[to] < 0 {
			f.Value = to
		}
	}
}

// advisedIn reads the path of a decision that was kept.
func advisedIn(record string) string {
	var kept struct {
		Path string `json:"path"`
	}
	if record == "" || json.Unmarshal([]byte(record), &kept) != nil {
		return ""
	}
	return kept.Path
}
