package desk

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"fundwatch/internal/journal"
	"fundwatch/internal/recall"
)

// auditPage lists what people did, the last first.
type auditPage struct {
	Who   string   `json:"who"`
	Kind  string   `json:"kind"`
	Day   string   `json:"day"`
	Acts  []actRow `json:"acts"`
	Pager Pager    `json:"pager"`
	Head  int64    `json:"journal_records"`
	Weave string   `json:"journal_weave"`
	Ready bool     `json:"ready"`
	Kinds []string `json:"-"`

	People []namedUser `json:"-"` // for the filter
}

// actKinds are what people can do, for the filter.
var actKinds = []string{"credit.enter", "credit.revoke", "list.propose", "list.serve", "list.object", "list.reject", "list.uphold", "list.list", "list.drop", "list.contest", "list.keep", "list.correct", "list.withdraw", "list.repair", "list.expire", "list.edition",
	"lead.assign", "lead.dismiss", "lead.reopen", "case.open", "case.propose", "case.refuse", "case.file", "case.not-file", "case.join", "case.unjoin", "case.investigate", "case.replace", "case.recuse", "case.evidence", "case.taken", "case.verify",
	"case.extend", "case.notice", "case.hear", "case.review", "case.decide", "case.serve", "case.receive", "case.execute", "case.transfer", "case.return", "case.return-unfiled", "case.close",
	"library.draft", "library.use", "campaign.plan", "campaign.commit", "campaign.draw", "campaign.withdraw", "campaign.release", "inspection.none", "inspection.rectify", "inspection.rectified", "inspection.breach", "inspection.skip", "inspection.case",
	"tip.new", "tip.message", "tip.checking", "tip.tied", "tip.refused", "tip.told", "tip.opened", "dead.replayed", "dead.discarded", "person.reveal", "leads.export", "leads.download", "tip.pack", "tip.pack.export", "view.save", "view.drop",
	"user.signin", "user.failed", "user.first", "user.invite", "user.signon", "user.password", "user.factor", "user.change", "user.forget", "fence.reset"}

// URL gives the address of another page of the list.
func (p auditPage) URL(page string) string {
	v := url.Values{}
	for name, val := range map[string]string{"who": p.Who, "kind": p.Kind, "day": p.Day, "page": page} {
		if val != "" {
			v.Set(name, val)
		}
	}
	return "/audit?" + v.Encode()
}

func allActs(*recall.Act) bool { return true }

func showAudit(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var q struct {
		Who  string `json:"who"`
		Kind string `json:"kind"`
		Day  string `json:"day"`
		Page int    `json:"page"`
	}
	if err := query(r, &q); err != nil {
		return err
	}
	fits := func(a *recall.Act) bool {
		return (q.Who == "" || a.Who == q.Who) && (q.Kind == "" || a.Kind == q.Kind) && strings.HasPrefix(a.At, q.Day)
	}
	total, _ := d.o.Trail.Last(fits, 0, 0)
	p := auditPage{Who: q.Who, Kind: q.Kind, Day: q.Day, Ready: d.o.Trail.Ready(), Pager: pager(q.Page, total, perPage), Kinds: actKinds}
	_, acts := d.o.Trail.Last(fits, max(p.Pager.From-1, 0), perPage)
	for i := range acts {
		p.Acts = append(p.Acts, rowOf(&acts[i]))
	}
	users, err := d.o.Accounts.Users(r.Context())
	if err != nil {
		return err
	}
	for i := range users {
		p.People = append(p.People, namedUser{users[i].Login, users[i].Name})
	}
	head, err := d.o.Journal.Head(r.Context())
	if err != nil {
		return err
	}
	p.Head, p.Weave = head.N, head.Weave
	return d.show(w, r, "audit", p)
}

// stampOf writes a time as the journal does.
func stampOf(at time.Time) string { return journal.Stamp(at) }
