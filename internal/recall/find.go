package recall

import (
	"cmp"
	"iter"
	"slices"

	"fundwatch/claim"
)

// Span is from one number up to and with another.
type Span struct{ From, To int64 }

func (s *Span) holds(v int64) bool { return s == nil || s.From <= v && v <= s.To }

// ClaimQuery chooses claims. What is empty or nil is not asked for.
type ClaimQuery struct {
	Settlement, Institution, Person, Practitioner, Item string
	Settled                                             *Span                         // seconds of the wall clock
	Total                                               *Span                         // fen, medfee_sumamt
	Sees                                                func(institution string) bool // whose claims may be seen
	Cited                                               iter.Seq[Cite]                // only claims that a finding rests on: see [Citations.Of]
	Most                                                int                           // of the claims that fit, so many are listed: the latest
}

// Known is a claim as a list shows it. Amounts are fen.
type Known struct {
	Institution, Settlement, Person, MedType, Insutype string
	Settled, Total, Fund                               int64
	Refund                                             bool // takes another one back
	Items                                              int  // different ones
	Partition                                          int
	Offset                                             int64
}

// Name is institution/settlement.
func (k *Known) Name() string { return identity(k.Institution, k.Settlement) }

// Find counts the claims that fit and lists the latest of them, those settled
// last first. It looks at every claim there is, and takes some ten milliseconds
// a million.
func (c *Claims) Find(q ClaimQuery) (total int, found []Known) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	fits, ok := c.filter(&q)
	if !ok {
		return 0, nil
	}
	var kept []uint32
	last := claim.None64 // nothing settled before it is listed any more
	for n := len(c.rows) - 1; n >= 0; n-- {
		if !fits(uint32(n)) {
			continue
		}
		total++
		if q.Most == 0 || c.rows[n].settled < last {
			continue
		}
		if kept = append(kept, uint32(n)); len(kept) >= 2*q.Most {
			kept = c.latest(kept, q.Most)
			last = c.rows[kept[len(kept)-1]].settled
		}
	}
	for _, n := range c.latest(kept, q.Most) {
		found = append(found, c.known(n))
	}
	return total, found
}

// latest sorts rows, those settled last first, and keeps the first ones.
func (c *Claims) latest(rows []uint32, most int) []uint32 {
	slices.SortFunc(rows, func(a, b uint32) int {
		x, y := &c.rows[a], &c.rows[b]
		if x.settled != y.settled {
			return cmp.Compare(y.settled, x.settled)
		}
		return cmp.Compare(c.name(x), c.name(y))
	})
	return rows[:min(len(rows), most)]
}

func (c *Claims) known(n uint32) Known {
	r := &c.rows[n]
	say := func(d claim.Domain, code int32) string {
		if code == claim.NoCode {
			return ""
		}
		return c.dicts[d].Text(code)
	}
	return Known{Institution: say(claim.DomainInstitution, r.institution), Settlement: say(claim.DomainSettlement, r.settlement), Person: say(claim.DomainPerson, r.person),
		MedType: say(claim.DomainMedType, r.kind), Insutype: say(claim.DomainInsutype, r.risk), Settled: r.settled, Total: r.total, Fund: r.fund, Refund: r.refund,
		Items: len(c.of(c.items, n, (*row).endItems)), Partition: r.at.partition(), Offset: r.at.offset()}
}

func (r *row) endItems() uint32   { return r.items }
func (r *row) endDoctors() uint32 { return r.doctors }

// of gives the part of a list that is a row's.
func (c *Claims) of(list []int32, n uint32, end func(*row) uint32) []int32 {
	from := uint32(0)
	if n > 0 {
		from = end(&c.rows[n-1])
	}
	return list[from:end(&c.rows[n])]
}

// filter gives what tells whether a row fits; false when none can.
func (c *Claims) filter(q *ClaimQuery) (fits func(n uint32) bool, ok bool) {
	const none = claim.NoCode
	code := func(d claim.Domain, text string) int32 {
		if text == "" {
			return none
		}
		if found := c.dicts[d].Lookup(text); found != none {
			return found
		}
		ok = false
		return none
	}
	ok = true
	settlement, institution, person := code(claim.DomainSettlement, q.Settlement), code(claim.DomainInstitution, q.Institution), code(claim.DomainPerson, q.Person)
	doctor, item := code(claim.DomainPractitioner, q.Practitioner), code(claim.DomainItem, q.Item)
	if !ok {
		return nil, false
	}
	seen := make([]bool, c.dicts[claim.DomainInstitution].Len())
	for i := range seen {
		seen[i] = q.Sees == nil || q.Sees(c.dicts[claim.DomainInstitution].Text(int32(i)))
	}
	cited := c.cited(q.Cited)
	return func(n uint32) bool {
		r := &c.rows[n]
		return seen[r.institution] && (institution == none || r.institution == institution) && (settlement == none || r.settlement == settlement) &&
			(person == none || r.person == person) && q.Settled.holds(r.settled) && q.Total.holds(r.total) &&
			(item == none || slices.Contains(c.of(c.items, n, (*row).endItems), item)) &&
			(doctor == none || slices.Contains(c.of(c.doctors, n, (*row).endDoctors), doctor)) &&
			(cited == nil || cited[n])
	}, true
}

// cited gives the rows that findings rest on; nil where nobody asks.
func (c *Claims) cited(findings iter.Seq[Cite]) map[uint32]bool {
	if findings == nil {
		return nil
	}
	out := map[uint32]bool{}
	for f := range findings {
		for _, name := range f.claims {
			if n, ok := c.by[name]; ok {
				out[n] = true
			}
		}
	}
	return out
}

// Refunds lists the refund settlements that name a claim.
func (c *Claims) Refunds(name string) (out []Known) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, n := range c.refunds[short([]byte(name))] {
		out = append(out, c.known(n))
	}
	return out
}

// Known gives what a list shows of a claim, by institution/settlement.
func (c *Claims) Known(name string) (k Known, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n, ok := c.by[short([]byte(name))]
	if !ok || c.name(&c.rows[n]) != name {
		return Known{}, false
	}
	return c.known(n), true
}

// KnowsPerson reports whether a text is the number of a person who has a claim.
func (c *Claims) KnowsPerson(number string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.dicts[claim.DomainPerson].Lookup(number) != claim.NoCode
}
