package desk

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// deedForm is what a person wants to do with a case. In a form of a page the
// fields stand beside the others, by their names.
type deedForm struct {
	Act     string            `json:"act"`
	Version int64             `json:"version"`
	Reason  string            `json:"reason"`
	Seal    string            `json:"seal"`
	Fields  map[string]string `json:"fields"`
	// To transfer: what policy was asked with beside the file.
	About  string   `json:"about,omitempty"`
	Intent string   `json:"intent,omitempty"`
	Sign   []string `json:"sign,omitempty"`
}

func (f *deedForm) asked() askedForm { return askedForm{f.About, f.Intent, f.Sign} }

// movePage is the form of a move: its fields come from the table of moves.
type movePage struct {
	Case     CaseRow      `json:"case"`
	Move     moveRow      `json:"move"`
	Fields   []fieldRow   `json:"fields"`
	Library  bool         `json:"-"`                  // it has fields that the library of inspectors can fill in
	Fines    []fineRow    `json:"fines,omitempty"`    // within what articles let a fine be set, where it is asked for
	Referral *referralRow `json:"referral,omitempty"` // to transfer: to whom it belongs by policy
	Asked    askedForm    `json:"-"`
	Reason   string       `json:"reason,omitempty"`
	Act      string       `json:"-"`
	Refused  []lackRow    `json:"refused,omitempty"`
}

type fieldRow struct {
	Name    string      `json:"name"`
	Kind    string      `json:"kind"`
	What    Words       `json:"what"`
	Needed  bool        `json:"needed"`
	Value   string      `json:"-"`
	Choices []choiceRow `json:"choices,omitempty"`
	Library bool        `json:"from_library,omitempty"` // left empty, the library of inspectors fills it in
	Wrong   bool        `json:"-"`
}

type choiceRow struct {
	Value string `json:"value"`
	What  Words  `json:"what"`
}

func (p movePage) title(lang words.Lang) string { return p.Move.What.In(lang) + " · " + p.Case.ID }

// moveRoutes are the addresses of the table of moves; those with a form of
// their own are left out.
func moveRoutes() (out []route) {
	for _, m := range cases.Moves() {
		if m.Name == "verify" || m.Name == "evidence" || m.Name == cases.JoinIt || m.Name == cases.UnjoinIt {
			continue
		}
		may := accounts.Permission(m.May)
		out = append(out,
			route{method: get, path: "/cases/{case}/" + m.Name, may: may, scope: ofCase, page: movePage{}, do: func(d *Desk, w http.ResponseWriter, r *http.Request) error { return d.showMove(w, r, &m) }},
			route{method: post, path: "/cases/{case}/" + m.Name, may: may, scope: ofCase, form: deedForm{}, page: Done{}, do: func(d *Desk, w http.ResponseWriter, r *http.Request) error {
				f, err := readDeed(r, &m)
				if err != nil {
					return err
				}
				return d.deed(w, r, &m, f, cases.Deed{Move: m.Name})
			}})
	}
	for _, name := range []string{cases.ApproveIt, cases.RefuseIt} {
		out = append(out, route{method: post, path: "/cases/{case}/" + name, may: accounts.CaseApprove, scope: ofCase, form: deedForm{}, page: Done{}, do: func(d *Desk, w http.ResponseWriter, r *http.Request) error {
			m := cases.Move{Name: name}
			f, err := readDeed(r, &m)
			if err != nil {
				return err
			}
			return d.deed(w, r, &m, f, cases.Deed{Move: name, Seal: f.Seal})
		}})
	}
	return out
}

// readDeed reads the form of a move.
func readDeed(r *http.Request, m *cases.Move) (f deedForm, err error) {
	if err := read(r, &f); err != nil {
		return f, err
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		f.Fields = map[string]string{}
		for i := range m.Fields {
			name := m.Fields[i].Name
			text := strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n"))
			if !utf8.ValidString(text) {
				return f, errForm
			}
			f.Fields[name] = text
		}
	}
	if len(f.Seal) > 4000 {
		return f, errForm
	}
	return f, nil
}

func (d *Desk) showMove(w http.ResponseWriter, r *http.Request, m *cases.Move) error {
	c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if err != nil {
		return err
	}
	var f deedForm
	if m.Name == transfer {
		var asked askedForm
		if err := query(r, &asked); err != nil {
			return err
		}
		if err := asked.check(); err != nil {
			return err
		}
		f.About, f.Intent, f.Sign = asked.About, asked.Intent, asked.Sign
	}
	p, err := d.movePage(r, &c, m, f)
	if err != nil {
		return err
	}
	return d.show(w, r, "move", p)
}

func (d *Desk) movePage(r *http.Request, c *cases.Case, m *cases.Move, f deedForm) (movePage, error) {
	row, err := d.caseRow(r, c)
	if err != nil {
		return movePage{}, err
	}
	u := visitOf(r).user
	p := movePage{Case: row, Reason: f.Reason, Move: moveRow{m.Name, wordsOf(m.What), m.Eyes, m.Basis, "/cases/" + c.ID + "/" + m.Name, nil}}
	if m.Fits(c) {
		p.Move.Lacks = lackRows(m.Missing(c, cases.Act{Who: u.Login, At: d.now()}, &d.o.Procedure))
	} else {
		p.Move.Lacks = []lackRow{{Guard: "status", What: Words{words.ZH.Say("move.status"), words.EN.Say("move.status")}, Where: Words{words.ZH.Say("move.status.where"), words.EN.Say("move.status.where")}}}
	}
	for i := range m.Fields {
		x := &m.Fields[i]
		row := fieldRow{Name: x.Name, Kind: string(x.Kind), What: wordsOf(x.What), Needed: x.Needed, Value: f.Fields[x.Name]}
		if row.Choices, err = d.choices(r, c, x); err != nil {
			return p, err
		}
		if row.Value == "" && f.Fields == nil {
			row.Value = d.guess(c, x)
		}
		p.Fields = append(p.Fields, row)
	}
	all, err := d.certificates(r, m)
	if err != nil {
		return p, err
	}
	all.offer(&p, f.Fields == nil)
	if slices.ContainsFunc(m.Fields, func(f cases.Field) bool { return f.Name == "fine" }) {
		p.Fines = d.fines(c)
	}
	if m.Name == transfer {
		p.Asked = f.asked()
		if p.Referral, err = d.caseReferral(r, c, &p.Asked); err != nil {
			return p, err
		}
		d.advise(&p, f.Fields)
	}
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

// transfer is the move about which policy is asked.
const transfer = "transfer"

// choices are what a field can be, where that is known.
func (d *Desk) choices(r *http.Request, c *cases.Case, f *cases.Field) (out []choiceRow, err error) {
	switch f.Kind {
	case cases.PersonField:
		users, err := d.o.Accounts.Users(r.Context())
		if err != nil {
			return nil, err
		}
		for i := range users {
			if u := &users[i]; u.Status == accounts.Active && (u.May(accounts.CaseWork) || f.Name == "who" && (u.May(accounts.CaseReview) || u.May(accounts.CaseApprove))) {
				out = append(out, choiceRow{u.Login, Words{u.Name, u.Name}})
			}
		}
	case cases.SubjectField:
		for _, s := range c.Subjects {
			seen := d.subject(s)
			name := strings.TrimSpace(seen.Name + " " + seen.Code)
			out = append(out, choiceRow{d.partyRef(s), Words{name, name}})
		}
	case cases.ProofField:
		for _, e := range c.File.Evidence {
			out = append(out, choiceRow{e.Hash, Words{e.Title, e.Title}})
		}
	}
	for _, o := range f.Choices {
		out = append(out, choiceRow{o.Value, wordsOf(o.What)})
	}
	return out, nil
}

// guess fills in what the file already says.
func (d *Desk) guess(c *cases.Case, f *cases.Field) string {
	file := &c.File
	officer := func(i int) cases.Officer {
		if i < len(file.Officers) {
			return file.Officers[i]
		}
		return cases.Officer{}
	}
	switch f.Name {
	case "day":
		return d.today()
	case "officer1":
		return officer(0).Login
	case "licence1":
		return officer(0).Licence
	case "until1":
		return officer(0).Until
	case "officer2":
		return officer(1).Login
	case "licence2":
		return officer(1).Licence
	case "until2":
		return officer(1).Until
	case "article":
		if file.Party != nil {
			return file.Party.Article
		}
	case "ground":
		if n := len(file.Notices); n > 0 && f.Kind == cases.ChoiceField && file.Defence != nil {
			return file.Notices[n-1].Ground
		}
	case "refund", "fine":
		return guessMoney(file, f.Name)
	}
	return ""
}

// guessMoney is the amount of the notice, before it what was verified.
func guessMoney(f *cases.File, name string) string {
	fen := f.Money.Verified
	if n := len(f.Notices); n > 0 {
		fen = f.Notices[n-1].Refund
		if name == "fine" {
			fen = f.Notices[n-1].Fine
		}
	} else if name == "fine" {
		return ""
	}
	return strings.ReplaceAll(words.Yuan(fen), ",", "")
}

// deed does it, or shows what is missing, or what has changed meanwhile.
func (d *Desk) deed(w http.ResponseWriter, r *http.Request, m *cases.Move, f deedForm, want cases.Deed) error {
	id := r.PathValue("case")
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	want.Version, want.By = f.Version, cases.Act{ID: by.ID, Who: by.Who, Reason: by.Reason, At: by.At}
	if want.Fields, err = d.unmasked(r, id, m, f.Fields); err != nil {
		return err
	}
	all, err := d.certificates(r, m)
	if err != nil {
		return err
	}
	if lacks := all.settle(want.Fields); len(lacks) > 0 {
		return d.lacking(w, r, m, f, &cases.LackError{Case: id, Move: m.Name, Lacks: lacks})
	}
	if m.Name == transfer {
		if want.Decision, err = d.advised(r, id, &f); err != nil {
			return err
		}
	}
	_, err = d.o.Cases.Do(r.Context(), id, want, d.o.Procedure)
	if err == nil {
		return d.done(w, r, "/cases/"+id)
	}
	if e, ok := errors.AsType[*cases.LackError](err); ok {
		return d.lacking(w, r, m, f, e)
	}
	_, moved := errors.AsType[*cases.MovedError](err)
	stale, bound := errors.AsType[*cases.StaleError](err)
	if !moved && !bound {
		return err
	}
	return d.overtaken(w, r, m, f, stale)
}

// advised asks policy about a case that is to be transferred, and gives its
// decision for the journal.
func (d *Desk) advised(r *http.Request, id string, f *deedForm) (record string, err error) {
	asked := f.asked()
	if err := asked.check(); err != nil {
		return "", err
	}
	c, err := d.o.Cases.Case(r.Context(), id)
	if err != nil {
		return "", err
	}
	x, err := d.caseReferral(r, &c, &asked)
	if x == nil || err != nil {
		return "", err
	}
	return x.ruling.Record, nil
}

// unmasked puts the codes of subjects in the place of what stands for them in
// forms: the number of a person never leaves the server.
func (d *Desk) unmasked(r *http.Request, id string, m *cases.Move, given map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for i := range m.Fields {
		f := &m.Fields[i]
		out[f.Name] = given[f.Name]
		if f.Kind != cases.SubjectField || given[f.Name] == "" {
			continue
		}
		c, err := d.o.Cases.Case(r.Context(), id)
		if err != nil {
			return nil, err
		}
		for _, s := range c.Subjects {
			if d.partyRef(s) == given[f.Name] {
				out[f.Name] = s.Kind + ":" + s.Code
			}
		}
	}
	return out, nil
}

// lacking shows the form again with all that is missing.
func (d *Desk) lacking(w http.ResponseWriter, r *http.Request, m *cases.Move, f deedForm, e *cases.LackError) error {
	rows := lackRows(e.Lacks)
	if visitOf(r).json || m.What.ZH == "" {
		return &problem{status: http.StatusUnprocessableEntity, code: "lacks", lacks: rows}
	}
	c, err := d.o.Cases.Case(r.Context(), e.Case)
	if err != nil {
		return err
	}
	p, err := d.movePage(r, &c, m, f)
	if err != nil {
		return err
	}
	p.Refused = rows
	for i := range p.Fields {
		p.Fields[i].Wrong = slices.ContainsFunc(rows, func(l lackRow) bool { return l.Guard == "field."+p.Fields[i].Name })
	}
	return d.showAs(w, r, http.StatusUnprocessableEntity, "move", p)
}

// Overtaken is what a person wanted to do with a case, beside what it is now.
type Overtaken struct {
	Move    string     `json:"move"`
	What    Words      `json:"what"`
	Reason  string     `json:"reason"`
	Seen    int64      `json:"seen_version"`
	Given   []givenRow `json:"given"`
	Now     CaseRow    `json:"case"`
	Version int64      `json:"version"`
	Since   []actRow   `json:"since"`
	Changed []string   `json:"changed,omitempty"` // parts of the file that are not as they were shown
	Propose bool       `json:"propose_again,omitempty"`
}

func (p Overtaken) title(lang words.Lang) string { return lang.Say("conflict.title") }

func (d *Desk) overtaken(w http.ResponseWriter, r *http.Request, m *cases.Move, f deedForm, stale *cases.StaleError) error {
	c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if err != nil {
		return err
	}
	row, err := d.caseRow(r, &c)
	if err != nil {
		return err
	}
	o := Overtaken{Move: m.Name, What: wordsOf(m.What), Reason: f.Reason, Seen: f.Version, Given: d.given(m, f.Fields), Now: row, Version: c.Version}
	if m.What.ZH == "" {
		o.What = Words{words.ZH.Say("case." + m.Name), words.EN.Say("case." + m.Name)}
	}
	for _, a := range d.o.Trail.About("case:" + c.ID) {
		if a.Version > f.Version {
			o.Since = append(o.Since, rowOf(&a))
		}
	}
	code := "version"
	if stale != nil {
		code, o.Changed, o.Propose = "stale", stale.Changed, stale.Propose
	}
	if visitOf(r).json {
		return &problem{status: http.StatusConflict, code: code, page: o}
	}
	return d.showAs(w, r, http.StatusConflict, "overtaken", o)
}
