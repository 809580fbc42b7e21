package recall

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"fundwatch/claim"
)

// Tally is how the claims of an institution lie in time, by their settlement.
// Refund settlements are not counted: they take back.
type Tally struct {
	Week   [7][24]int64 // by day from Monday and by hour
	Months []Month      // in order; those without a claim are left out
}

// Month is what the claims of a month come to.
type Month struct {
	Month  string // YYYY-MM
	Claims int64
	Fund   int64 // fen, fund_pay_sumamt
}

// tally is a Tally that grows.
type tally struct {
	week   [7][24]int64
	months map[string]*Month
}

// count adds a claim to the tally of its institution.
func (c *Claims) count(r *row) {
	if c.first == claim.None64 || r.settled < c.first {
		c.first = r.settled
	}
	c.last = max(c.last, r.settled)
	if r.refund {
		return
	}
	for len(c.tallies) <= int(r.institution) {
		c.tallies = append(c.tallies, &tally{months: map[string]*Month{}})
	}
	c.tallies[r.institution].add(r)
}

func (t *tally) add(r *row) {
	at := time.Unix(r.settled, 0).UTC()
	t.week[(int(at.Weekday())+6)%7][at.Hour()]++
	name := at.Format("2006-01")
	m := t.months[name]
	if m == nil {
		m = &Month{Month: name}
		t.months[name] = m
	}
	m.Claims, m.Fund = m.Claims+1, m.Fund+r.fund
}

func (t *tally) tell() Tally {
	out := Tally{Week: t.week}
	for _, m := range t.months {
		out.Months = append(out.Months, *m)
	}
	slices.SortFunc(out.Months, func(a, b Month) int { return strings.Compare(a.Month, b.Month) })
	return out
}

// Institution tells how the claims of an institution lie in time.
func (c *Claims) Institution(code string) Tally {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n := c.dicts[claim.DomainInstitution].Lookup(code)
	if n == claim.NoCode || int(n) >= len(c.tallies) {
		return Tally{}
	}
	return c.tallies[n].tell()
}

// Institutions lists the codes of the institutions that have claims, sorted.
func (c *Claims) Institutions() (out []string) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for i := range c.dicts[claim.DomainInstitution].Len() {
		out = append(out, c.dicts[claim.DomainInstitution].Text(int32(i)))
	}
	slices.Sort(out)
	return out
}

// Part is what the claims that fit a query come to at one institution.
type Part struct {
	Institution string
	Claims      int64
	Fund        int64 // fen
	Tally
}

// Parts tells at which institutions the claims that fit lie, those with most
// claims first. Refund settlements are not counted. Its cost is that of
// [Claims.Find].
func (c *Claims) Parts(q ClaimQuery) (out []Part) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	fits, ok := c.filter(&q)
	if !ok {
		return nil
	}
	type part struct {
		claims, fund int64
		tally
	}
	parts := map[int32]*part{}
	for n := range c.rows {
		r := &c.rows[n]
		if r.refund || !fits(uint32(n)) {
			continue
		}
		p := parts[r.institution]
		if p == nil {
			p = &part{tally: tally{months: map[string]*Month{}}}
			parts[r.institution] = p
		}
		p.claims, p.fund = p.claims+1, p.fund+r.fund
		p.add(r)
	}
	for code, p := range maps.All(parts) {
		out = append(out, Part{c.dicts[claim.DomainInstitution].Text(code), p.claims, p.fund, p.tell()})
	}
	slices.SortFunc(out, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Claims, a.Claims), strings.Compare(a.Institution, b.Institution))
	})
	return out
}
