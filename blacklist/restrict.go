package blacklist

import (
	"context"
	"encoding/json"
)

// Restriction is that a subject is on the published list.
type Restriction struct {
	Listing string `json:"listing"`
	Class   string `json:"class"`
	Measure string `json:"measure"`
	From    string `json:"from"`
	Until   string `json:"until"`
	Review  bool   `json:"review"` // an objection or a request is being looked into
}

// Answer is what GET /api/v1/restrictions/{id} says.
type Answer struct {
	ID           string        `json:"id"`
	Restricted   bool          `json:"restricted"`
	Restrictions []Restriction `json:"restrictions"`
	Edition      int64         `json:"edition"` // 0: none yet
	Day          string        `json:"day"`
	Hash         string        `json:"hash"` // of list-N.json
}

// Index answers who is on the list of the edition in force. It does not change
// and is safe for many goroutines.
type Index struct {
	InForce
	Version int64
	by      map[string][]Restriction
}

// Index reads the list. Institutions are found by their unified social credit
// code and by each of their codes, practitioners by theirs. Insured persons are
// not in it: their codes are personal and do not belong into addresses.
func (s *Store) Index(ctx context.Context) (*Index, error) {
	x := &Index{by: map[string][]Restriction{}}
	var err error
	if x.Version, err = s.Version(ctx); err != nil { // before the rest: a later change is seen again
		return nil, err
	}
	if x.InForce, err = s.InForce(ctx); err != nil {
		return nil, err
	}
	for _, status := range []Status{Listed, Review, Leaving} {
		_, all, err := s.Listings(ctx, status, 0, 0)
		if err != nil {
			return nil, err
		}
		for i := range all {
			x.add(&all[i])
		}
	}
	return x, nil
}

func (x *Index) add(l *Listing) {
	if l.In == 0 || l.Held != 0 || l.Subject.Kind == Person {
		return
	}
	r := Restriction{Listing: l.ID, Class: l.Class, Measure: l.Measure, From: l.From, Until: l.MostDay, Review: l.Status == Review}
	seen := map[string]bool{}
	for _, code := range append([]string{l.Subject.Key}, l.Subject.Codes...) {
		if !seen[code] {
			x.by[code] = append(x.by[code], r)
		}
		seen[code] = true
	}
}

// Of answers for one id.
func (x *Index) Of(id string) Answer {
	list := x.by[id]
	a := Answer{ID: id, Restricted: len(list) > 0, Restrictions: list, Edition: x.N, Day: x.Day, Hash: x.Hash}
	if list == nil {
		a.Restrictions = []Restriction{}
	}
	return a
}

// AppendJSON writes the answer for one id.
func (x *Index) AppendJSON(b []byte, id string) ([]byte, error) {
	j, err := json.Marshal(x.Of(id))
	return append(b, j...), err
}

// Suspended is a time in which claims of a subject are flagged (R11).
type Suspended struct {
	Kind, Code string
	From, To   string // days, inclusive
	Measure    string
}

// Suspensions lists the times in which subjects were or are on the list: those
// of listings that ended, too, since claims of then stay flagged. A listing whose
// ground fell, or against which an objection was upheld, never held.
func (s *Store) Suspensions(ctx context.Context) (out []Suspended, err error) {
	for _, status := range []Status{Listed, Review, Leaving, Removed} {
		_, all, err := s.Listings(ctx, status, 0, 0)
		if err != nil {
			return nil, err
		}
		for i := range all {
			e, err := s.Entry(ctx, all[i].Entry)
			if err != nil {
				return nil, err
			}
			if e.Revoked == "" {
				out = append(out, all[i].suspended()...)
			}
		}
	}
	return out, nil
}

func (l *Listing) suspended() (out []Suspended) {
	to := l.MostDay
	if l.Left != "" {
		to = dayBefore(l.Left)
	}
	if l.LeftBy == ActionWithdraw || to < l.From {
		return nil
	}
	for _, code := range l.Subject.Codes {
		out = append(out, Suspended{l.Subject.Kind, code, l.From, to, l.Measure})
	}
	return out
}
