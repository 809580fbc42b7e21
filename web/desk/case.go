package desk

import (
	"net/http"
	"slices"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/web/words"
)

// casePage is one case: where it stands, what can be done with it and what is
// missing, its file and its leads.
type casePage struct {
	Case      CaseRow      `json:"case"`
	Party     *cases.Party `json:"party,omitempty"`
	Subject   Subject      `json:"subject"` // the party as people see it
	Steps     []stepRow    `json:"steps"`
	Money     moneyRow     `json:"money"`
	Clocks    []clockRow   `json:"clocks"`
	Moves     []moveRow    `json:"moves"`
	Proposal  *proposalRow `json:"proposal,omitempty"`
	Seal      string       `json:"seal"`
	Officers  []officerRow `json:"officers"`
	Recused   []recusedRow `json:"recused"`
	Evidence  []proofRow   `json:"evidence"`
	Receipts  []receiptRow `json:"receipts"`
	Notice    *paperLink   `json:"notice,omitempty"`
	Decision  *paperLink   `json:"decision,omitempty"`
	Record    []givenRow   `json:"record"` // defence, review, transfer, in words
	History   []actRow     `json:"history"`
	Joined    []joinedRow  `json:"joined,omitempty"`
	Hidden    int          `json:"hidden"` // leads of other counties
	Act       string       `json:"-"`
	MayFile   bool         `json:"-"` // sees evidence and documents
	MayUpload bool         `json:"-"`
	Fault     string       `json:"-"` // of the upload that was refused
	Upload    proofForm    `json:"-"`
	Approve   bool         `json:"-"`
	Referral  *referralRow `json:"referral,omitempty"` // to whom it belongs by policy, while it is not decided
	Credit    bool         `json:"-"`                  // may enter the penalty, which was served, in the ledger
	Entry     string       `json:"entry,omitempty"`    // of the ledger that it made
}

// moneyRow is the chain of money in fen.
type moneyRow struct {
	AtRisk   int64 `json:"at_risk_fen"`
	ByLeads  bool  `json:"at_risk_by_leads,omitempty"` // it is what the leads say; no line was verified yet
	Unknown  bool  `json:"at_risk_unknown,omitempty"`  // no line was verified yet, and the leads do not say it now
	Verified int64 `json:"verified_fen"`
	Lines    int   `json:"lines"`
	Refund   int64 `json:"refund_fen"`
	Fine     int64 `json:"fine_fen"`
	RefundIn int64 `json:"refund_in_fen"`
	FineIn   int64 `json:"fine_in_fen"`
}

// chainOf is the chain of money of a file.
func chainOf(f *cases.File) moneyRow {
	m := f.Money
	return moneyRow{AtRisk: m.AtRisk, Verified: m.Verified, Lines: len(f.Lines), Refund: m.Refund, Fine: m.Fine, RefundIn: m.RefundIn, FineIn: m.FineIn}
}

// mostForRisk is how many findings are read for the sake of one figure.
const mostForRisk = 1000

// leadsRisk gives what is at risk by the leads of a case of which no line was
// verified yet, each line once. It is not known where the leads have very many
// findings, or not all of them can be read now: the page of a case must not wait
// for Kafka.
func (d *Desk) leadsRisk(r *http.Request, c *cases.Case, rows []LeadRow) (fen int64, known bool, err error) {
	var findings int64
	for i := range rows {
		findings += rows[i].Findings
	}
	if findings == 0 || findings > mostForRisk || !d.o.Cited.Ready() {
		return 0, false, nil
	}
	leads, err := d.o.Cases.LeadsOf(r.Context(), c.Leads)
	if err != nil {
		return 0, false, err
	}
	s, err := d.scheduleOf(r.Context(), leads)
	if err != nil {
		d.o.Failed("case", err)
		return 0, false, nil
	}
	if len(s.Short) > 0 {
		return 0, false, nil
	}
	for i := range s.Lines {
		fen += s.Lines[i].AtRisk
	}
	return fen, true, nil
}

type officerRow struct {
	Login   string `json:"login"`
	Name    string `json:"name"`
	Licence string `json:"licence"`
	Until   string `json:"until"`
	Expired bool   `json:"expired,omitempty"`
}

type recusedRow struct {
	Login  string `json:"login"`
	Reason string `json:"reason"`
	Day    string `json:"day"`
}

type receiptRow struct {
	What    string `json:"what"`
	Fen     int64  `json:"fen"`
	Day     string `json:"day"`
	Voucher string `json:"voucher"`
}

// paperLink is a document that was served.
type paperLink struct {
	Number string `json:"number"`
	Day    string `json:"day"`
	Until  string `json:"until,omitempty"`
	Refund int64  `json:"refund_fen"`
	Fine   int64  `json:"fine_fen"`
	Ground *Words `json:"ground,omitempty"` // of a fine below the range of its article
}

func (p casePage) title(lang words.Lang) string { return lang.Say("case.page", p.Case.ID) }

func showCase(d *Desk, w http.ResponseWriter, r *http.Request) error {
	c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if err != nil {
		return err
	}
	p, err := d.casePage(r, &c)
	if err != nil {
		return err
	}
	return d.show(w, r, "case", p)
}

func (d *Desk) casePage(r *http.Request, c *cases.Case) (casePage, error) {
	u := visitOf(r).user
	row, err := d.caseRow(r, c)
	if err != nil {
		return casePage{}, err
	}
	f := &c.File
	p := casePage{Case: row, Party: f.Party, Steps: stepsOf(c), Clocks: clocksOf(c, d.today()), Moves: d.moves(r, c), Proposal: d.proposal(c, u), Evidence: proofsOf(c),
		Money: chainOf(f), Hidden: len(c.Leads) - len(row.Leads),
		MayFile: u.May(accounts.CaseFile), Approve: u.May(accounts.CaseApprove)}
	if len(f.Lines) == 0 && p.Hidden == 0 {
		if p.Money.AtRisk, p.Money.ByLeads, err = d.leadsRisk(r, c, row.Leads); err != nil {
			return casePage{}, err
		}
	}
	p.Money.Unknown = len(f.Lines) == 0 && !p.Money.ByLeads
	evidence, _ := cases.MoveOf("evidence")
	p.MayUpload = d.o.Papers != nil && u.May(accounts.CaseWork) && evidence.Fits(c)
	if f.Party != nil {
		p.Subject = d.subject(f.Party.Subject)
		p.Party = &cases.Party{Cause: f.Party.Cause, Article: f.Party.Article, Day: f.Party.Day} // the subject stands masked in Subject
	}
	if m, _ := cases.MoveOf(transfer); m.Fits(c) {
		if p.Referral, err = d.caseReferral(r, c, &askedForm{}); err != nil {
			return p, err
		}
	}
	for _, j := range c.File.Joined {
		if slices.ContainsFunc(row.Leads, func(l LeadRow) bool { return l.ID == j.Lead }) {
			p.Joined = append(p.Joined, joinedRow{j.Lead, j.By, j.Day})
		}
	}
	if err := d.creditOf(r, c, &p); err != nil {
		return p, err
	}
	d.caseOfficers(r, c, &p)
	d.papersOf(c, &p)
	for _, a := range d.o.Trail.About("case:" + c.ID) {
		p.History = append(p.History, rowOf(&a))
	}
	if c.How == "decision" {
		p.History = append([]actRow{{At: c.OpenedAt, Kind: "case.decision", Object: "case:" + c.ID, Who: "policy"}}, p.History...)
	}
	s, err := c.Seal()
	if err != nil {
		return p, err
	}
	p.Seal = s.String()
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

// joinedRow is a lead that came into the case after it was opened.
type joinedRow struct {
	Lead string `json:"lead"`
	By   string `json:"by"`
	Day  string `json:"day"`
}

// creditOf tells whether the penalty can be entered in the credit ledger, or the
// entry it made, to those who see the ledger.
func (d *Desk) creditOf(r *http.Request, c *cases.Case, p *casePage) error {
	u, f := visitOf(r).user, &c.File
	if f.Service == nil || f.Decision == nil || f.Decision.Kind != "penalty" || f.Party == nil || !u.May(accounts.ListRead) || !seesAll(u) {
		return nil
	}
	id, err := d.entryOf(r, c.ID, f.Party.Subject)
	p.Entry, p.Credit = id, id == "" && u.May(accounts.ListWrite)
	return err
}

// caseOfficers names officers and those who stand aside.
func (d *Desk) caseOfficers(r *http.Request, c *cases.Case, p *casePage) {
	for _, o := range c.File.Officers {
		p.Officers = append(p.Officers, officerRow{o.Login, d.name(visitOf(r).lang, o.Login), o.Licence, o.Until, o.Until < d.today()})
	}
	for _, x := range c.File.Recused {
		p.Recused = append(p.Recused, recusedRow(x))
	}
	for _, x := range c.File.Receipts {
		p.Receipts = append(p.Receipts, receiptRow(x))
	}
}

// papersOf tells what was served, and what was said to it.
func (d *Desk) papersOf(c *cases.Case, p *casePage) {
	f := &c.File
	if n := len(f.Notices); n > 0 {
		x := &f.Notices[n-1]
		p.Notice = &paperLink{x.Document(), x.Day, x.Until, x.Refund, x.Fine, groundOfFine(x.Ground)}
	}
	if x := f.Decision; x != nil {
		p.Decision = &paperLink{x.Document(), x.Day, "", x.Refund, x.Fine, groundOfFine(x.Ground)}
	}
	add := func(move string, values map[string]string) {
		if m, known := cases.MoveOf(move); known {
			p.Record = append(p.Record, d.given(&m, values)...)
		}
	}
	if x := f.Defence; x != nil {
		add("hear", map[string]string{"stance": x.Stance, "said": x.Said, "found": x.Found})
	}
	if x := f.Review; x != nil {
		outcome := "returned"
		if x.Passed {
			outcome = "passed"
		}
		add("review", map[string]string{"outcome": outcome, "opinion": x.Opinion})
	}
	if x := f.Service; x != nil {
		add("serve", map[string]string{"day": x.Day, "way": x.Way})
	}
	if x := f.Transfer; x != nil {
		add("transfer", map[string]string{"to": x.To, "documents": x.Documents})
	}
}

// today is the day by the clock of Asia/Shanghai.
func (d *Desk) today() string { return journal.Stamp(d.now())[:len("2006-01-02")] }
