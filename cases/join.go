package cases

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fundwatch/detectors"
	"fundwatch/internal/journal"
)

// Names of the moves that change which leads belong to a case.
const (
	JoinIt   = "join"
	UnjoinIt = "unjoin"
)

// Joining is a lead that was put into a case after it was opened.
type Joining struct {
	Lead    string `json:"lead"`
	By      string `json:"by"`
	Day     string `json:"day"`
	Notices int    `json:"notices"` // that had been served by then
}

// joinable are the statuses in which a case still takes leads. After the notice
// too: what turns up late about the same matter must not become a second case
// (行政处罚法29). It then needs another notice before the decision; see
// [JoinedTold].
var joinable = append([]Status{Opened}, running...)

// joining: which leads belong to a case that is worked on.
func joining() []Move {
	return []Move{
		{Name: JoinIt, What: detectors.Words{ZH: "并入线索", EN: "Join leads"}, From: joinable, May: RightWork,
			Before: []Guard{NoneRecused, NotJoined}, After: []Guard{RoomForLeads}, Basis: "行政处罚法29、54", do: doJoin},
		{Name: UnjoinIt, What: detectors.Words{ZH: "移出并入的线索", EN: "Take joined leads out"}, From: joinable, May: RightWork,
			Before: []Guard{NoneRecused, JoinedByHand, NotTold, NothingRests, PartyStays}, Basis: "行政处罚法54", do: doUnjoin},
	}
}

// joined gives how a lead came into the case after it was opened; nil: it was
// there from the beginning, or is not there.
func (f *File) joined(lead string) *Joining {
	for i := range f.Joined {
		if f.Joined[i].Lead == lead {
			return &f.Joined[i]
		}
	}
	return nil
}

// Rests tells whether the line was verified on findings of a lead.
func (l *Line) Rests(lead string) bool { return slices.Contains(strings.Fields(l.Leads), lead) }

// The guards of the two moves. What they say of leads holds of those the deed
// names, so that without any they hold.
var (
	NotJoined = Guard{"not-joined", detectors.Words{ZH: "线索已在本案中", EN: "a lead belongs to this case already"},
		detectors.Words{ZH: "只选择不在本案中的线索", EN: "choose leads that are not in this case"}, "行政处罚法54", func(a *attempt) bool {
			return !slices.ContainsFunc(a.leads, func(id string) bool { return slices.Contains(a.c.Leads, id) })
		}}
	RoomForLeads = Guard{"room", detectors.Words{ZH: fmt.Sprintf("一个案件至多 %d 条线索", MaxLeads), EN: fmt.Sprintf("a case has at most %d leads", MaxLeads)},
		detectors.Words{ZH: "只并入与本案有关的线索", EN: "join only the leads that the case is about"}, "行政处罚法54", func(a *attempt) bool { return len(a.c.Leads) <= MaxLeads }}
	JoinedByHand = Guard{"joined", detectors.Words{ZH: "只能移出建案之后并入的线索", EN: "only leads that were joined after the case was opened can be taken out"},
		detectors.Words{ZH: "建案时的线索不能移出；不应立案的，办理“不予立案”", EN: "those it was opened from stay; do “Do not file” if there is no case"}, "行政处罚法54", func(a *attempt) bool {
			return !slices.ContainsFunc(a.leads, func(id string) bool { return a.c.File.joined(id) == nil })
		}}
	NotTold = Guard{"not-told", detectors.Words{ZH: "并入后已送达事先告知书，线索不能再移出", EN: "a notice was served since the lead was joined: it stays"},
		detectors.Words{ZH: "核实为零的明细不计入金额；在决定中写明该线索的处理", EN: "lines verified as nothing count nothing; say in the decision what became of the lead"}, "行政处罚法44", func(a *attempt) bool {
			return !slices.ContainsFunc(a.leads, func(id string) bool {
				j := a.c.File.joined(id)
				return j != nil && j.Notices < len(a.c.File.Notices)
			})
		}}
	NothingRests = Guard{"rests", detectors.Words{ZH: "已核实的金额依据该线索的疑点", EN: "money was verified on findings of the lead"},
		detectors.Words{ZH: "先在“核实金额”把这些明细改为零", EN: "set these lines to nothing at “Verify the money” first"}, "行政处罚法40、54", func(a *attempt) bool {
			return !slices.ContainsFunc(a.leads, func(id string) bool {
				return slices.ContainsFunc(a.c.File.Lines, func(l Line) bool { return l.Verified > 0 && l.Rests(id) })
			})
		}}
	PartyStays = Guard{"party-stays", detectors.Words{ZH: "该线索的对象是本案当事人", EN: "the lead is about the party of the case"},
		detectors.Words{ZH: "先并入同一对象的其他线索", EN: "join another lead about the party first"}, "行政处罚法54", partyStays}
	JoinedTold = Guard{"joined-told", detectors.Words{ZH: "并入线索之后尚未重新送达事先告知书", EN: "leads were joined after the notice in force was served"},
		detectors.Words{ZH: "重新送达事先告知书，或移出这些线索", EN: "serve a new notice, or take these leads out"}, "行政处罚法44、62", func(a *attempt) bool {
			return !slices.ContainsFunc(a.c.File.Joined, func(j Joining) bool { return j.Notices >= len(a.c.File.Notices) })
		}}
)

// partyStays: whom the case was filed against is still the subject of a lead,
// of the check or of the tip.
func partyStays(a *attempt) bool {
	p := a.c.File.Party
	if p == nil || len(a.leads) == 0 || a.c.from(p.Subject) {
		return true
	}
	for _, id := range a.c.Leads {
		if !slices.Contains(a.leads, id) && a.c.whom[id] == p.Subject {
			return true
		}
	}
	return false
}

// from tells whether a case was opened, not from leads, about a subject.
func (c *Case) from(s detectors.Subject) bool {
	return c.Check != nil && c.Check.Subject == s || c.Tip != nil && c.Tip.Subject == s
}

func doJoin(a *attempt) {
	a.c.Leads = slices.Clone(a.c.Leads) // a trial leaves no trace
	for _, id := range a.leads {
		a.c.Leads = append(a.c.Leads, id)
		a.c.File.Joined = append(a.c.File.Joined, Joining{id, a.by.Who, a.day, len(a.c.File.Notices)})
	}
	slices.Sort(a.c.Leads)
}

// doUnjoin takes leads out, and with them what is at risk in lines that were
// verified as nothing on them: these count anew once they are verified anew.
func doUnjoin(a *attempt) {
	gone := func(id string) bool { return slices.Contains(a.leads, id) }
	f := &a.c.File
	a.c.Leads = slices.DeleteFunc(slices.Clone(a.c.Leads), gone)
	f.Joined = slices.DeleteFunc(f.Joined, func(j Joining) bool { return gone(j.Lead) })
	f.Lines = slices.DeleteFunc(f.Lines, func(l Line) bool { return l.Verified == 0 && slices.ContainsFunc(a.leads, l.Rests) })
	f.verify(nil)
}

// TakenError says that a lead belongs to another case. Nothing was done.
type TakenError struct{ Lead, Case string }

// Error says so to a person.
func (e *TakenError) Error() string {
	return fmt.Sprintf("线索 %s 已在案件 %s 中 lead %s belongs to case %s", e.Lead, e.Case, e.Lead, e.Case)
}

// aboutLeads tells whether a deed changes which leads belong to the case.
func (d *Deed) aboutLeads() bool { return d.Move == JoinIt || d.Move == UnjoinIt }

// rests tells whether the lines of a deed rest on leads of the case alone.
func (d *Deed) rests(c *Case) bool {
	for i := range d.Lines {
		for _, lead := range strings.Fields(d.Lines[i].Leads) {
			if !slices.Contains(c.Leads, lead) {
				return false
			}
		}
	}
	return true
}

// leadsOp is the operation on the leads that a deed joins or takes out.
func (d *Deed) leadsOp(c, next *Case) journal.Op {
	var ids, versions []string
	for _, l := range d.Leads {
		ids, versions = append(ids, l.Lead), append(versions, decimal(l.Version))
	}
	op := journal.Op{"op": d.Move, "case": c.ID, "leads": ids, "versions": versions}
	var gone []string
	for i := range c.File.Lines {
		if id := c.File.Lines[i].ID; !slices.ContainsFunc(next.File.Lines, func(l Line) bool { return l.ID == id }) {
			gone = append(gone, id)
		}
	}
	if len(gone) > 0 {
		op["lines"] = gone
	}
	return op
}

// refused says why the leads of a deed cannot be joined or taken out.
func (d *Deed) refused(r *journal.Refused) error {
	lead, found, _ := strings.Cut(r.Found, " ")
	switch r.Reason {
	case "missing":
		return fmt.Errorf("%s: %w", lead, ErrMissing)
	case "taken":
		return &TakenError{lead, found}
	case "status":
		return &StatusError{Lead: lead, Status: Status(found)}
	}
	have, err := strconv.ParseInt(found, 10, 64)
	i := slices.IndexFunc(d.Leads, func(l Seen) bool { return l.Lead == lead })
	if r.Reason != "version" || err != nil || i < 0 {
		return errors.Join(r, err)
	}
	return &VersionError{Lead: lead, Have: have, Want: d.Leads[i].Version}
}

// checkLeads refuses a deed whose leads are not named as leads are.
func (d *Deed) checkLeads() error {
	if len(d.Leads) > 0 && !d.aboutLeads() {
		return errors.New("the move is not about leads")
	}
	if len(d.Leads) > MaxLeads {
		return fmt.Errorf("a case has at most %d leads", MaxLeads)
	}
	seen := map[string]bool{}
	for _, l := range d.Leads {
		if !plain(l.Lead) || seen[l.Lead] {
			return errors.New("a lead has an id and comes once")
		}
		seen[l.Lead] = true
	}
	return nil
}
