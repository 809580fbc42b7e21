package recall

import (
	"cmp"
	"slices"

	"fundwatch/claim"
)

// Link is whom a claim ties together.
type Link struct {
	Institution, Person string
	Practitioners       []string // of its lines
}

// Links tells whom the claims that findings rest on tie together, each claim
// once, in the order of the findings, and no more than most of them. total
// counts all that are known.
func (c *Claims) Links(findings []Cite, most int) (total int, out []Link) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	seen := map[uint32]bool{}
	for i := range findings {
		for _, name := range findings[i].claims {
			n, ok := c.by[name]
			if !ok || seen[n] {
				continue
			}
			seen[n] = true
			if total++; total > most {
				continue
			}
			r := &c.rows[n]
			l := Link{Institution: c.dicts[claim.DomainInstitution].Text(r.institution), Person: c.dicts[claim.DomainPerson].Text(r.person)}
			for _, code := range c.of(c.doctors, n, (*row).endDoctors) {
				l.Practitioners = append(l.Practitioners, c.dicts[claim.DomainPractitioner].Text(code))
			}
			out = append(out, l)
		}
	}
	return total, out
}

// Keys gives the findings of some ids; those that were not read yet and those
// withdrawn are left out.
func (c *Citations) Keys(ids []string) (out []Cite) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, id := range ids {
		if n, ok := c.by[short([]byte(id))]; ok && !c.cites[n].withdrawn {
			out = append(out, c.cites[n])
		}
	}
	return out
}

// Alike is findings of one detector about one subject that have something in
// common with others. Any of them tells whom they are about.
type Alike struct {
	Cite
	Claims        int // that both rest on
	Practitioners int // findings with a practitioner of the others
}

// Alike lists what has claims or practitioners in common with some findings,
// those with most claims first, then with most findings. The findings
// themselves are among it.
func (c *Citations) Alike(findings []Cite) (out []Alike) {
	claims, doctors := map[uint64]bool{}, map[uint64]bool{}
	for i := range findings {
		for _, name := range findings[i].claims {
			claims[name] = true
		}
		if findings[i].practitioner != 0 {
			doctors[findings[i].practitioner] = true
		}
	}
	type group struct {
		subject  uint64
		detector uint32
	}
	at := map[group]int{}
	shared := map[group]map[uint64]bool{}
	c.mu.RLock()
	defer c.mu.RUnlock()
	for i := range c.cites {
		x := &c.cites[i]
		if x.withdrawn {
			continue
		}
		doctor := doctors[x.practitioner]
		g := group{x.subject, x.detector}
		for _, name := range x.claims {
			if !claims[name] {
				continue
			}
			if shared[g] == nil {
				shared[g] = map[uint64]bool{}
			}
			shared[g][name] = true
		}
		if !doctor && shared[g] == nil {
			continue
		}
		n, known := at[g]
		if !known {
			n = len(out)
			at[g] = n
			out = append(out, Alike{Cite: *x})
		}
		if out[n].Claims = len(shared[g]); doctor {
			out[n].Practitioners++
		}
	}
	slices.SortStableFunc(out, func(a, b Alike) int {
		return cmp.Or(cmp.Compare(b.Claims, a.Claims), cmp.Compare(b.Practitioners, a.Practitioners))
	})
	return out
}
