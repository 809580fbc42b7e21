package blacklist

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fundwatch/blacklist/edition"
	"fundwatch/clock"
)

// Paths that policy gives to a record of the next edition. Any other is no
// answer, and the record is held.
const (
	PathPublish  = "publish"  // in full
	PathMask     = "mask"     // with the name hidden
	PathHold     = "hold"     // not yet: something is missing
	PathRemove   = "remove"   // off the list
	PathWithhold = "withhold" // never
)

// Asked is what policy may know of a record of the next edition: no name, no
// code and no day.
type Asked struct {
	Kind, Class string
	Told, Over  bool   // the notice was served; the time for objection is over
	Objection   string // none, open before it was listed, review after it
	Revoked     bool   // its ground fell
	Secret      bool
	Juvenile    bool
	Months      int64 // whole ones for which it has been published
}

// Why is a circumstance by which policy answered.
type Why struct {
	Code   string
	ZH, EN string
	Basis  []string
}

// Verdict is what policy says of a record.
type Verdict struct {
	Path     string
	Reasons  []Why  // the deciding one first
	Decision string // as it is kept, for the journal; may be empty
}

// Ask asks policy about one record.
type Ask func(context.Context, Asked) (Verdict, error)

// Judged is a listing with what becomes of it in the next edition.
type Judged struct {
	Listing Listing
	Entry   Entry
	Verdict Verdict
}

// In tells whether the record is in the edition.
func (j *Judged) In() bool { return j.Verdict.Path == PathPublish || j.Verdict.Path == PathMask }

// Next asks policy about each record that is listed on a day. What policy lets
// through still has to pass the guards of this room: a second person and a
// ground that stands. Records that somebody took off the list and that leave
// with the next edition are there, too, with that as the reason; about them
// nobody is asked.
func (s *Store) Next(ctx context.Context, day string, ask Ask) (out []Judged, err error) {
	if ask == nil {
		return nil, ErrUnasked
	}
	for _, status := range []Status{Listed, Review, Leaving} {
		_, all, err := s.Listings(ctx, status, 0, 0)
		if err != nil {
			return nil, err
		}
		for _, l := range all {
			e, err := s.Entry(ctx, l.Entry)
			if err != nil {
				return nil, err
			}
			if status == Leaving {
				out = append(out, Judged{l, e, l.left()})
				continue
			}
			v, err := ask(ctx, l.asked(&e, day))
			if err != nil {
				return nil, fmt.Errorf("ask policy about %s: %w", l.ID, err)
			}
			out = append(out, Judged{l, e, floor(&l, &e, v)})
		}
	}
	slices.SortFunc(out, func(a, b Judged) int { return strings.Compare(a.Listing.ID, b.Listing.ID) })
	return out, nil
}

// left is what there is to say of a listing that somebody took off the list.
func (l *Listing) left() Verdict {
	zh, en, _ := strings.Cut(leftReason[l.LeftBy], " ")
	return Verdict{Path: PathRemove, Reasons: []Why{{Code: string(l.LeftBy), ZH: zh, EN: en}}}
}

// Errors of editions.
var (
	ErrUnasked = errors.New("没有政策可问，不能发布 there is no policy to ask, so nothing is published")
	ErrShown   = errors.New("下一期的内容已与所见不同，请重新查看 the next edition is not what was shown: look again")
)

// asked is what policy may know of the listing on a day.
func (l *Listing) asked(e *Entry, day string) Asked {
	a := Asked{Kind: l.Subject.Kind, Class: l.Class, Told: l.Served != "", Over: l.Served != "" && l.Until != "" && day > l.Until,
		Objection: "none", Revoked: e.Revoked != "", Secret: e.Secret, Juvenile: e.Juvenile, Months: wholeMonths(l.ListedOn, day)}
	switch l.Status {
	case Disputed:
		a.Objection = "open"
	case Review:
		a.Objection = "review"
	}
	return a
}

// wholeMonths counts the months that are over on a day: a month that begins on
// the 1st lasts through the 1st, as the longest day of a listing does.
func wholeMonths(from, day string) int64 {
	a, err := clock.ParseDay(from)
	b, err2 := clock.ParseDay(day)
	if err != nil || err2 != nil {
		return 0
	}
	n := 0
	for a.AddMonths(n+1) < b {
		n++
	}
	return int64(n)
}

// floor holds what policy let through and this room must not: whatever policy
// says, nothing is published that one person alone put on the list, or whose
// ground fell.
func floor(l *Listing, e *Entry, v Verdict) Verdict {
	lets := v.Path == PathPublish || v.Path == PathMask
	hold := func(code, zh, en, basis string) Verdict {
		v.Path, v.Reasons = PathHold, append([]Why{{code, zh, en, []string{basis}}}, v.Reasons...)
		return v
	}
	switch {
	case !lets && v.Path != PathHold && v.Path != PathRemove && v.Path != PathWithhold:
		return hold("no-answer", "政策没有答复，由人决定", "policy has no answer; a person decides", "国办发〔2020〕49号")
	case lets && e.Revoked != "":
		return hold("standing", guards[Standing].zh, guards[Standing].en, "行政处罚法48")
	case lets && (l.Lister == "" || l.Lister == l.Proposer):
		return hold("second", "没有提出者以外的另一人批准", "nobody but who proposed it has approved", "行政处罚法57")
	}
	return v
}

// NextDigest is the digest of what somebody was shown of the next edition.
func NextDigest(all []Judged) string {
	var b []byte
	for i := range all {
		j := &all[i]
		b = fmt.Appendf(b, "%s %d %s\n", j.Listing.ID, j.Listing.Version, j.Verdict.Path)
	}
	return edition.Hash(b)
}

// PublicName is the name as the edition has it; empty where it has none.
func (j *Judged) PublicName() string {
	switch {
	case !j.In():
		return ""
	case j.Verdict.Path == PathMask:
		return hide(j.Listing.Subject.Name)
	}
	return j.Listing.Subject.PublicName()
}

// record is the listing as the verdict lets it be published.
func (j *Judged) record() (edition.Record, []edition.Problem) {
	if j.Verdict.Path == PathMask {
		return j.Listing.masked(&j.Entry)
	}
	return j.Listing.Record(&j.Entry)
}

// KeptDecision is a decision of policy with the records it is of, as the line
// of an edition has it.
type KeptDecision struct {
	Records  []string        `json:"records"` // ids of listings
	Decision json.RawMessage `json:"decision"`
}

// keptOf puts the decisions of an edition together, equal ones once.
func keptOf(all []Judged) (string, error) {
	var out []KeptDecision
	at := map[string]int{}
	for i := range all {
		d := all[i].Verdict.Decision
		if d == "" {
			continue
		}
		if _, known := at[d]; !known {
			at[d] = len(out)
			out = append(out, KeptDecision{Decision: json.RawMessage(d)})
		}
		k := &out[at[d]]
		k.Records = append(k.Records, all[i].Listing.ID)
	}
	if out == nil {
		return "", nil
	}
	raw, err := json.Marshal(out)
	return string(raw), err
}

// goneReason is what the public is told where policy takes a record out that is
// in the edition before: never whose age or which secret it was.
var goneReason = map[string]string{
	"expired": leftReason[ActionExpire], "revoked": leftReason[ActionRevoke], "repaired": leftReason[ActionRepair], "standing": leftReason[ActionRevoke],
}

func (j *Judged) goneFor() string {
	if len(j.Verdict.Reasons) > 0 {
		if r := goneReason[j.Verdict.Reasons[0].Code]; r != "" {
			return r
		}
	}
	if j.Verdict.Path == PathHold {
		return "暂停公开 publication suspended"
	}
	return "不再公开 no longer published"
}
