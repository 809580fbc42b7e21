package desk

import (
	"errors"
	"net/http"

	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/internal/recall"
	"fundwatch/web/words"
)

// claimPage is one claim as it was sent: all its lines, its diagnoses, the
// findings that rest on it, what takes it back, and where it lies.
type claimPage struct {
	Claim      Claim      `json:"claim"`
	Person     Subject    `json:"person"`
	Sex        string     `json:"gend"`
	Age        int        `json:"age"` // at the settlement; -1 where it is not known
	Lines      Pager      `json:"lines_pager"`
	Refunds    string     `json:"refunds,omitempty"`
	Refunded   []ClaimRow `json:"refunded_by"`
	Findings   []cited    `json:"findings"`
	Hidden     int        `json:"findings_out_of_scope"`
	More       int        `json:"more_findings"` // that are not shown
	Lies       lies       `json:"lies"`
	Unkept     bool       `json:"unkept,omitempty"`  // known, and no longer kept anywhere
	Reading    bool       `json:"reading,omitempty"` // Kafka is still being read
	Revealed   bool       `json:"revealed"`
	Reveal     bool       `json:"-"`
	Act        string     `json:"-"`
	Settlement string     `json:"-"`
}

// lies is where a claim lies in Kafka.
type lies struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Offset    int64  `json:"offset"`
	Archived  bool   `json:"archived"` // Kafka no longer has it
}

// linesPerPage is how many fee lines a page shows.
const linesPerPage = 100

func (p claimPage) title(lang words.Lang) string { return lang.Say("claim.page", p.Settlement) }

// URL is the address of the claim.
func (p claimPage) URL() string { return claimURL(p.Claim.ID) }

func showClaim(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.claimPage(r, false)
	if err != nil {
		return err
	}
	return d.show(w, r, "claim", p)
}

// postClaimReveal shows the claim with the number of the person, once, and
// writes down who wanted to see it, and why.
func postClaimReveal(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f revealForm
	if err := read(r, &f); err != nil {
		return err
	}
	p, err := d.claimPage(r, true) // one that is not there reveals nothing
	if err != nil {
		return err
	}
	by, err := d.by(r, f.Act, f.Reason)
	if err != nil {
		return err
	}
	if err := d.o.Accounts.Note(r.Context(), "person.reveal", "claim:"+p.Claim.ID, by); err != nil {
		return err
	}
	return d.show(w, r, "claim", p)
}

// claimPage puts the page together.
func (d *Desk) claimPage(r *http.Request, reveal bool) (*claimPage, error) {
	if d.o.Claims == nil {
		return nil, errNothing
	}
	institution, settlement := r.PathValue("institution"), r.PathValue("settlement")
	id := institution + "/" + settlement
	known, ok := d.o.Claims.Known(id)
	if !ok || known.Institution != institution {
		return nil, errNothing
	}
	v := visitOf(r)
	p := &claimPage{Claim: Claim{ID: id, Subject: d.institution(institution)}, Person: d.claimRow(&known).Person, Settlement: settlement, Revealed: reveal,
		Reveal: v.user.May(accounts.PersonReveal), Reading: !d.o.Cited.Ready(), Lies: lies{Topic: d.o.TopicClaims, Partition: known.Partition, Offset: known.Offset}}
	if reveal {
		p.Person.Code = known.Person
	}
	var err error
	if p.Act, err = d.o.Accounts.NewID(); err != nil {
		return nil, err
	}
	if p.Findings, p.Hidden, p.More, err = d.cited(r, d.o.Cited.Citing(id)); err != nil {
		return nil, err
	}
	for _, k := range d.o.Claims.Refunds(id) {
		p.Refunded = append(p.Refunded, d.claimRow(&k))
	}
	l, err := d.o.Claims.Get(r.Context(), id)
	if errors.Is(err, recall.ErrUnkept) {
		p.Unkept, p.Claim.Unreadable = true, true
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.Lies.Archived = l.Archived
	s, err := d.readClaim(l.Message, &p.Claim, func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	p.tell(s)
	var q struct {
		Lines int `json:"lines"`
	}
	if err := query(r, &q); err != nil {
		return nil, err
	}
	p.Lines = pager(q.Lines, len(p.Claim.Lines), linesPerPage)
	p.Claim.Lines = p.Claim.Lines[max(p.Lines.From-1, 0):p.Lines.To]
	return p, nil
}

// tell takes over what the claim says beside its lines: of the person sex and
// age and no more, what it takes back, and which lines are in evidence.
func (p *claimPage) tell(s *sent) {
	p.Sex, p.Age = s.head("gend"), age(s.head("brdy"), p.Claim.SettledAt)
	if s.head("refd_setl_flag") == "1" && s.head("init_setl_id") != "" {
		p.Refunds = p.Claim.Subject.Code + "/" + s.head("init_setl_id")
	}
	for i := range p.Claim.Lines {
		l := &p.Claim.Lines[i]
		for _, f := range p.Findings {
			l.Cited = l.Cited || f.rests(p.Claim.ID+"/"+l.ID)
		}
	}
}

// RefundsPage is the address of the claim that this one takes back.
func (p claimPage) RefundsPage() string { return claimURL(p.Refunds) }

// sees reports whether a subject may be seen by who asks.
func (d *Desk) sees(r *http.Request, s detectors.Subject) bool {
	return visitOf(r).user.Sees(d.county(s))
}
