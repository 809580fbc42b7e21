package desk

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"fundwatch/cases"
)

// Letter is a dead letter without its bytes.
type Letter struct {
	Place     string  `json:"place"` // partition/offset
	Partition int     `json:"partition"`
	Offset    int64   `json:"offset"`
	At        string  `json:"at"`
	Kind      string  `json:"kind"` // problem, conflict
	Problems  []wrong `json:"problems"`
	More      int     `json:"more"`
	Settled   string  `json:"settled,omitempty"` // replayed, discarded
}

// Wrong counts what is wrong with it, listed or not.
func (l Letter) Wrong() int { return len(l.Problems) + l.More }

func letterOf(l *cases.Listed) Letter {
	return Letter{strconv.Itoa(l.Partition) + "/" + strconv.FormatInt(l.Offset, 10), l.Partition, l.Offset, l.At, l.Kind, wrongListed(l.Problems), l.More, string(l.Settled)}
}

// deadPage lists dead letters, the last first.
type deadPage struct {
	Letters []Letter `json:"letters"`
	All     bool     `json:"all"` // also those settled
	Pager   Pager    `json:"pager"`
	Capped  bool     `json:"capped"` // there may be older ones
}

// letters is how many letters of a partition are looked through.
const letters = 1000

func showDead(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var q struct {
		All  bool `json:"all"`
		Page int  `json:"page"`
	}
	if err := query(r, &q); err != nil {
		return err
	}
	parts, err := d.o.Cases.Partitions(r.Context())
	if err != nil {
		return err
	}
	p := deadPage{All: q.All}
	var found []Letter
	for i := range parts {
		listed, err := d.o.Cases.DeadLetters(r.Context(), parts[i].Partition, 0, letters)
		if err != nil {
			return err
		}
		p.Capped = p.Capped || len(listed) == letters
		for j := range listed {
			if q.All || listed[j].Settled == "" {
				found = append(found, letterOf(&listed[j]))
			}
		}
	}
	slices.SortFunc(found, func(a, b Letter) int {
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.Partition, b.Partition), cmp.Compare(b.Offset, a.Offset))
	})
	p.Pager = pager(q.Page, len(found), perPage)
	if len(found) > 0 {
		p.Letters = found[p.Pager.From-1 : p.Pager.To]
	}
	return d.show(w, r, "dead", p)
}
