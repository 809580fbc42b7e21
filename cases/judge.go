package cases

import (
	"slices"
	"strings"

	"fundwatch/detectors"
	"fundwatch/internal/journal"
)

// Deed is what a person wants to do with a case as they saw it: a move of the
// table, or approve, refuse and withdraw what was proposed.
type Deed struct {
	Move     string
	Version  int64             // of the case that was seen
	Fields   map[string]string // of the move
	Seal     string            // approve: of what was shown
	Lines    []Line            // verify
	Evidence *Evidence         // evidence
	Decision string            // of policy, on which it is done, as it is kept; may be empty
	Leads    []Seen            // join, unjoin
	By       Act
}

// Moves about a proposal; they are the same for every move with four eyes.
const (
	ApproveIt = "approve"
	RefuseIt  = "refuse"
)

func doNothing(*attempt) {}

func doFile(a *attempt) {
	kind, code, _ := strings.Cut(a.v["party"], ":")
	s := detectors.Subject{Kind: kind, Code: code}
	if slices.Contains(a.c.Subjects, s) {
		a.c.File.Party = &Party{Subject: s, Cause: a.v["cause"], Article: a.v["article"], Day: a.day}
	}
}

func doOfficers(a *attempt) {
	a.c.File.Officers = []Officer{{a.v["officer1"], a.v["licence1"], a.v["until1"]}, {a.v["officer2"], a.v["licence2"], a.v["until2"]}}
}

func doRecuse(a *attempt) {
	f := &a.c.File
	f.Recused = append(f.Recused, Recusal{a.v["who"], a.by.Reason, a.day})
	f.Officers = slices.DeleteFunc(f.Officers, func(o Officer) bool { return o.Login == a.v["who"] })
	if f.Review != nil && f.Review.By == a.v["who"] {
		f.Review = nil
	}
}

func doExtend(a *attempt) {
	f := &a.c.File
	f.Extensions = append(f.Extensions, Extension{a.v.count("days"), a.v["ground"], a.day})
	c := f.clock(Handling)
	if c == nil {
		return
	}
	c.Extend += a.v.count("days")
	if a.proc.Calendar == nil || c.N == 0 {
		return
	}
	// Where the calendar does not reach, the clock shows no end rather than an old one.
	c.End, _ = a.proc.Calendar.Ends(c.From, Term{c.N, c.Unit, c.Basis}, c.Extend)
}

func doNotice(a *attempt) {
	n := Notice{Facts: a.v["facts"], Article: a.v["article"], Refund: a.v.fen("refund"), Fine: a.v.fen("fine"), Ground: a.v["ground"], Day: a.v["day"], Way: a.v["way"]}
	a.c.File.Notices = append(a.c.File.Notices, n)
	a.c.numbered = "notice"
}

func doHear(a *attempt) {
	a.c.File.Defence = &Defence{Stance: a.v["stance"], Said: a.v["said"], Found: a.v["found"], Written: a.v["written"], Notice: len(a.c.File.Notices), Day: a.day}
}

func doReview(a *attempt) {
	a.c.File.Review = &Review{By: a.by.Who, Passed: a.v["outcome"] == "passed", Opinion: a.v["opinion"], Notice: len(a.c.File.Notices), Day: a.day}
}

func doDecide(a *attempt) {
	f := &a.c.File
	f.Decision = &Penalty{Kind: a.v["kind"], Text: a.v["text"], Article: a.v["article"], Refund: a.v.fen("refund"), Fine: a.v.fen("fine"), Ground: a.v["ground"], Day: a.day}
	f.Money.Refund, f.Money.Fine = f.Decision.Refund, f.Decision.Fine
	a.c.numbered = "decision"
}

func doServe(a *attempt) { a.c.File.Service = &Service{a.v["day"], a.v["way"]} }

func doReceive(a *attempt) {
	f := &a.c.File
	r := Receipt{a.v["what"], a.v.fen("amount"), a.v["day"], a.v["voucher"]}
	f.Receipts = append(f.Receipts, r)
	if r.What == "fine" {
		f.Money.FineIn += r.Fen
	} else {
		f.Money.RefundIn += r.Fen
	}
}

func doTransfer(a *attempt) {
	a.c.File.Transfer = &Transfer{a.v["to"], a.v["documents"], a.day, a.c.Status}
}

func doReturn(a *attempt) { a.c.File.Transfer = nil }

// startDay is the day from which the clocks of a move run: that of service,
// where there is one, and today.
func (a *attempt) startDay() string {
	if d := a.v["day"]; d != "" {
		return d
	}
	return a.day
}

// Judge works out what a case is after a deed, or fails with a [*LackError],
// [*MovedError] or [*StaleError]. It changes nothing.
func Judge(c *Case, d *Deed, p *Procedure) (Case, error) {
	if d.Version != c.Version {
		return Case{}, &MovedError{c.ID, c.Version, d.Version}
	}
	next, err := c.clone()
	if err != nil {
		return Case{}, err
	}
	a := &attempt{c: &next, v: d.Fields, by: d.By, day: journal.Stamp(d.By.At)[:10], proc: p}
	for _, l := range d.Leads {
		a.leads = append(a.leads, l.Lead)
	}
	switch d.Move {
	case ApproveIt:
		err = a.approve(d)
	case RefuseIt:
		if next.File.Proposal == nil {
			err = a.lacks(d.Move, a.check([]Guard{HasProposal}))
		}
		next.File.Proposal = nil
	default:
		err = a.move(d)
	}
	if err != nil {
		return Case{}, err
	}
	next.Version++
	return next, nil
}

func (a *attempt) lacks(move string, lacks []Lack) error {
	if len(lacks) == 0 {
		return nil
	}
	return &LackError{a.c.ID, move, lacks}
}

// move does a move of the table, or proposes it.
func (a *attempt) move(d *Deed) error {
	m, known := MoveOf(d.Move)
	if !known {
		return ErrMissing
	}
	if lacks := a.fits(&m, d); lacks != nil {
		return a.lacks(m.Name, lacks)
	}
	before, err := a.c.clone()
	if err != nil {
		return err
	}
	a.v = kept(&m, d.Fields)
	if lacks := a.done(&m, d); lacks != nil {
		return a.lacks(m.Name, lacks)
	}
	if !m.Eyes {
		return nil
	}
	*a.c = before // only proposed; that it could be done was tried
	s, err := before.seal(false)
	if err != nil {
		return err
	}
	a.c.File.Proposal = &Proposal{Move: m.Name, Fields: a.v, By: a.by.Who, Reason: a.by.Reason, Day: a.day, Digest: s.Digest, Parts: s.Parts, Decision: d.Decision}
	return nil
}

// kept are the fields that a move knows.
func kept(m *Move, given map[string]string) values {
	out := values{}
	for i := range m.Fields {
		if text := given[m.Fields[i].Name]; text != "" {
			out[m.Fields[i].Name] = text
		}
	}
	return out
}

// fits tells what is wrong with the place and the fields of a move.
func (a *attempt) fits(m *Move, d *Deed) (out []Lack) {
	if !m.Fits(a.c) {
		return []Lack{{Guard: "status", Basis: m.Basis, What: detectors.Words{ZH: "案件当前状态不能办理" + m.What.ZH, EN: m.What.EN + ": not in the status of this case"},
			Where: detectors.Words{ZH: "见“案件办理”文档中的流转表", EN: "see the table of moves in docs/cases.md"}}}
	}
	for i := range m.Fields {
		if f := &m.Fields[i]; !f.check(d.Fields[f.Name]) {
			out = append(out, Lack{Guard: "field." + f.Name, What: detectors.Words{ZH: "“" + f.What.ZH + "”未填写或格式不对", EN: f.What.EN + ": missing, or not as it is written"},
				Where: detectors.Words{ZH: "在表单中填写", EN: "fill it in"}})
		}
	}
	if m.Name == "verify" && len(d.Lines) == 0 || m.Name == "evidence" && d.Evidence == nil || d.aboutLeads() && len(d.Leads) == 0 || !d.rests(a.c) {
		out = append(out, Lack{Guard: "field", What: detectors.Words{ZH: "没有内容", EN: "nothing was given"}, Where: detectors.Words{ZH: "在表单中选择", EN: "choose in the form"}})
	}
	return out
}

// done does a move on the copy and tells what is missing for it.
func (a *attempt) done(m *Move, d *Deed) []Lack {
	lacks := a.check(m.Before)
	m.do(a)
	if m.Name == "verify" {
		a.c.File.verify(d.Lines)
	}
	if m.Name == "evidence" && !a.c.File.has(d.Evidence.Hash) {
		f := &a.c.File
		at, _ := slices.BinarySearchFunc(f.Evidence, d.Evidence.Hash, func(e Evidence, hash string) int { return strings.Compare(e.Hash, hash) })
		f.Evidence = slices.Insert(f.Evidence, at, *d.Evidence)
	}
	for _, name := range m.Stops {
		a.c.File.stop(name, a.startDay())
	}
	for _, name := range m.Starts {
		err := a.proc.start(&a.c.File, name, a.startDay())
		if c := a.c.File.clock(name); name == DefenceTerm && err == nil && c != nil {
			a.c.File.notice().Until = c.End
		}
	}
	if lacks = append(lacks, a.check(m.After)...); len(lacks) > 0 {
		return lacks
	}
	if m.To != "" {
		a.c.Status = m.To
	}
	return nil
}

// approve does what was proposed, if it is what was shown.
func (a *attempt) approve(d *Deed) error {
	if lacks := a.check([]Guard{HasProposal}); lacks != nil {
		return a.lacks(ApproveIt, lacks)
	}
	prop := a.c.File.Proposal
	m, known := MoveOf(prop.Move)
	if !known {
		return ErrMissing
	}
	if lacks := a.check([]Guard{OtherPerson, NoneRecused}); lacks != nil {
		return a.lacks(ApproveIt, lacks)
	}
	if err := a.same(d, prop); err != nil {
		return err
	}
	if lacks := a.fits(&m, &Deed{Fields: prop.Fields}); lacks != nil {
		return a.lacks(m.Name, lacks)
	}
	a.v = prop.Fields
	a.c.File.Proposal = nil
	return a.lacks(m.Name, a.done(&m, d))
}

// same refuses an approval of something else than what was shown, and one of a
// proposal that was made on another file.
func (a *attempt) same(d *Deed, prop *Proposal) error {
	now, err := a.c.Seal()
	if err != nil {
		return err
	}
	shown, err := ParseSeal(d.Seal)
	if err != nil || shown.Digest != now.Digest {
		return &StaleError{Case: a.c.ID, Changed: differences(shown.Parts, now.Parts)}
	}
	base, err := a.c.seal(false)
	if err != nil {
		return err
	}
	if base.Digest != prop.Digest {
		return &StaleError{Case: a.c.ID, Changed: differences(prop.Parts, base.Parts), Propose: true}
	}
	return nil
}
