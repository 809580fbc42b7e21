package blacklist

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fundwatch/blacklist/edition"
	"fundwatch/clock"
	"fundwatch/internal/journal"
)

// Status of a listing.
type Status string

// What a listing can be.
const (
	Proposed Status = "proposed" // by policy, on a ground of the ledger
	Noticed  Status = "noticed"  // the subject was told and may object
	Disputed Status = "disputed" // an objection waits for its answer
	Listed   Status = "listed"   // in the next edition, and in those after it
	Review   Status = "review"   // listed, while an objection or a request is looked into; so marked
	Leaving  Status = "leaving"  // no longer in the next edition
	Removed  Status = "removed"  // an edition left it out, or none ever had it
	Dropped  Status = "dropped"  // never listed
)

// Statuses lists all, as people are shown them.
func Statuses() []Status {
	return []Status{Proposed, Noticed, Disputed, Listed, Review, Leaving, Removed, Dropped}
}

// over: nothing moves any more.
func (s Status) over() bool { return s == Leaving || s == Removed || s == Dropped }

// shown: in the next edition.
func (s Status) shown() bool { return s == Listed || s == Review }

// Proposal is the answer of policy to where a decision belongs.
type Proposal struct {
	Class    string   // minor, ordinary, serious; any other is no listing
	Least    int64    // months for which it stays published
	Most     int64    // months after which it ends by itself
	Basis    []string // clauses of the answer
	Revision string   // of the policy
	Decision string   // of policy as it is kept, for the journal; may be empty
}

// Notice is what the subject was told before it is listed, and until when it may
// object.
type Notice struct {
	Served, Until string // days: the notice, the last day for objection
	UntilBasis    string // the clause that sets that day; empty in notices served before it was kept
}

// Listing is an entry on its way to the published list, on it, or off it.
type Listing struct {
	ID      string
	Entry   string
	Subject Subject
	Status  Status
	Version int64

	Class       string
	Least, Most int64 // months
	Basis       []string
	Revision    string
	Facts       string // as published
	Measure     string

	Proposer, Proposed string // who, day
	Notice
	Objection, Answer string // what was said, and answered
	Lister, ListedOn  string // the second person, day
	From              string // day from which claims of the subject are flagged
	LeastDay, MostDay string // repair from, publication to (both inclusive)
	Left, LeftWhy     string // day, reason; in the edition that leaves it out
	LeftBy            Action // what made it leave
	Editions
}

// Editions are those in which a listing comes and goes; 0: none yet.
type Editions struct {
	In, Out int64 // the first with it, the first without it
	Held    int64 // the one that left it out because policy said so; 0: the last has it, or none had
}

// ListingOf gives the id of the listing of an entry.
func ListingOf(entry string) string { return "B" + short(entry) }

func (l *Listing) texts() []text {
	return []text{
		{"id", &l.ID}, {"of", &l.Entry}, {"kind", &l.Subject.Kind}, {"key", &l.Subject.Key}, {"name", &l.Subject.Name}, {"status", (*string)(&l.Status)},
		{"class", &l.Class}, {"revision", &l.Revision}, {"facts", &l.Facts}, {"measure", &l.Measure}, {"proposer", &l.Proposer}, {"proposed", &l.Proposed},
		{"served", &l.Served}, {"until", &l.Until}, {"until_basis", &l.UntilBasis}, {"objection", &l.Objection}, {"answer", &l.Answer}, {"lister", &l.Lister}, {"listed", &l.ListedOn},
		{"from", &l.From}, {"least_day", &l.LeastDay}, {"most_day", &l.MostDay}, {"left", &l.Left}, {"left_why", &l.LeftWhy}, {"left_by", (*string)(&l.LeftBy)},
	}
}

// op writes the listing as a whole, on top of the version it was read with; the
// store refuses it unless its status is still one of from.
func (l *Listing) op(from []Status) journal.Op {
	set := write(l.texts())
	set["basis"], set["codes"] = strings.Join(l.Basis, "\n"), strings.Join(l.Subject.Codes, "\n")
	set["least"], set["most"] = decimal(l.Least), decimal(l.Most)
	names := make([]string, len(from))
	for i, s := range from {
		names[i] = string(s)
	}
	return journal.Op{"op": "listing", "id": l.ID, "version": decimal(l.Version), "from": names, "set": set}
}

func parseListing(h map[string]string) (l Listing, err error) {
	read(l.texts(), h)
	l.Basis, l.Subject.Codes = lines(h["basis"]), lines(h["codes"])
	for name, n := range map[string]*int64{"version": &l.Version, "least": &l.Least, "most": &l.Most, "in": &l.In, "out": &l.Out, "held": &l.Held} {
		if v := h[name]; v != "" && err == nil {
			*n, err = strconv.ParseInt(v, 10, 64)
		}
	}
	if err != nil {
		err = fmt.Errorf("read a listing: %w", err)
	}
	return l, err
}

// Listing gives a listing, or [ErrMissing].
func (s *Store) Listing(ctx context.Context, id string) (Listing, error) {
	h, err := s.hash(ctx, "listing:"+id)
	if err != nil {
		return Listing{}, err
	}
	return parseListing(h)
}

// Listings lists those of a status, the last changed first.
func (s *Store) Listings(ctx context.Context, status Status, offset, limit int) (total int64, out []Listing, err error) {
	total, ids, err := s.ids(ctx, "listings:"+string(status), offset, limit)
	for _, id := range ids {
		l, err := s.Listing(ctx, id)
		if err != nil {
			return total, nil, err
		}
		out = append(out, l)
	}
	return total, out, err
}

// Record is the listing as it is published: persons masked, without their codes,
// whatever policy says.
func (l *Listing) Record(e *Entry) (edition.Record, []edition.Problem) {
	return l.publish(e, l.Subject.Kind != Institution)
}

// masked is the listing with the name hidden and no code, of an institution too.
func (l *Listing) masked(e *Entry) (edition.Record, []edition.Problem) { return l.publish(e, true) }

func (l *Listing) publish(e *Entry, mask bool) (edition.Record, []edition.Problem) {
	name, facts := l.Subject.Name, l.Facts
	if mask {
		name = hide(l.Subject.Name)
		facts = strings.ReplaceAll(facts, strings.TrimSpace(l.Subject.Name), name)
	}
	object := map[string]any{
		"id": l.ID, "kind": l.Subject.Kind, "name": name, "class": l.Class, "measure": l.Measure, "facts": facts,
		"basis": texts(slices.Concat(e.Basis, l.Basis)), "decision": e.Number, "authority": e.Authority, "decided": e.Decided,
		"listed": l.ListedOn, "until": l.MostDay, "review": l.Status == Review,
	}
	if !mask {
		object["uscc"] = l.Subject.Key
	}
	return edition.NewRecord(object)
}

// Digest is the hash of what a second person is shown and decides on: the
// record as it would be published, and the version.
func (l *Listing) Digest(e *Entry) string {
	r, _ := l.Record(e)
	return edition.Hash(append([]byte(decimal(l.Version)+" "+decimal(l.Least)+" "+decimal(l.Most)+" "), r.JSON...))
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// monthsAfter gives the day that ends so many months.
func monthsAfter(day string, months int64) string {
	d, err := clock.ParseDay(day)
	if err != nil {
		return day
	}
	return d.AddMonths(int(months)).String()
}

func validDay(s string) bool { return edition.ValidDay(s) }

func dayBefore(day string) string { return daysAfter(day, -1) }

func daysAfter(day string, n int) string {
	d, err := clock.ParseDay(day)
	if err != nil {
		return day
	}
	return (d + clock.Day(n)).String()
}
