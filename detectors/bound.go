package detectors

import (
	"maps"
	"slices"

	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
)

// Bound is the knowledge laid out by the codes of dictionaries. Of a pool it is
// built once and only read from then on. Of a book, whose dictionaries grow, it
// is open and has one owner: all codes of the knowledge are in the dictionaries
// from the beginning, so whatever comes later has no rows.
type Bound struct {
	know         *knowledge.Knowledge
	dicts        *claim.Dicts
	open         bool
	items        []Versions
	institutions Institutions
	persons      []*knowledge.Person // when open, of those that somebody asked for
	care         []claim.Setting
}

func bind(d *claim.Dicts, k *knowledge.Knowledge) *Bound {
	b := &Bound{know: k, dicts: d}
	b.items = byCode(d[claim.DomainItem], k.Versions)
	b.institutions = byCode(d[claim.DomainInstitution], func(c string) *knowledge.Institution { return k.Institutions[c] })
	if persons := d[claim.DomainPerson]; persons.Len() < len(k.Persons) { // a few of the insured
		b.persons = byCode(persons, func(c string) *knowledge.Person { return k.Persons[c] })
	} else {
		b.persons = make([]*knowledge.Person, persons.Len())
		for psn, row := range k.Persons {
			if c := persons.Lookup(psn); c != claim.NoCode {
				b.persons[c] = row
			}
		}
	}
	b.care = byCode(d[claim.DomainMedType], claim.SettingOf)
	return b
}

// bindOpen is bind for dictionaries that grow.
func bindOpen(d *claim.Dicts, k *knowledge.Knowledge) *Bound {
	b := &Bound{know: k, dicts: d, open: true}
	for code := range k.Items() {
		b.code(d[claim.DomainItem], code)
	}
	for _, code := range slices.Sorted(maps.Keys(k.Institutions)) {
		b.code(d[claim.DomainInstitution], code)
	}
	b.items = byCode(d[claim.DomainItem], k.Versions)
	b.institutions = byCode(d[claim.DomainInstitution], func(c string) *knowledge.Institution { return k.Institutions[c] })
	return b
}

// code finds the code of a text. Where the dictionaries grow it always has one.
func (b *Bound) code(d *claim.Dict, text string) int32 {
	if c := d.Lookup(text); c != claim.NoCode || !b.open {
		return c
	}
	return d.Intern([]byte(text))
}

// moreCare learns the settings of med_types that came after the beginning.
func (b *Bound) moreCare(code int32) claim.Setting {
	kinds := b.dicts[claim.DomainMedType]
	for c := int32(len(b.care)); c <= code; c++ {
		b.care = append(b.care, claim.SettingOf(kinds.Text(c)))
	}
	return b.care[code]
}

// morePersons learns of persons that came after the beginning.
func (b *Bound) morePersons(code int32) *knowledge.Person {
	persons := b.dicts[claim.DomainPerson]
	for c := int32(len(b.persons)); c <= code; c++ {
		b.persons = append(b.persons, b.know.Persons[persons.Text(c)])
	}
	return b.persons[code]
}

func byCode[T any](d *claim.Dict, of func(string) T) []T {
	out := make([]T, d.Len())
	for c := range out {
		out[c] = of(d.Text(int32(c)))
	}
	return out
}
