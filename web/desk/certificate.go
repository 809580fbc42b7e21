package desk

import (
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/inspection"
	"fundwatch/web/words"
)

// officerSlots are the fields by which moves name officers: whom, the number of
// the certificate and its last day.
var officerSlots = [2][3]string{{"officer1", "licence1", "until1"}, {"officer2", "licence2", "until2"}}

// certificates are those of the library of inspectors.
type certificates []inspection.Certificate

// certificates reads them where a move names officers.
func (d *Desk) certificates(r *http.Request, m *cases.Move) (certificates, error) {
	for i := range m.Fields {
		if m.Fields[i].Name == officerSlots[0][1] && d.o.Inspections != nil {
			return d.o.Inspections.Certificates(r.Context())
		}
	}
	return nil, nil
}

// of gives those that the library ascribes to an account.
func (all certificates) of(login string) (out certificates) {
	for _, c := range all {
		if c.Login == login && login != "" {
			out = append(out, c)
		}
	}
	return out
}

// offer puts into a form what the library says: beside each person, and that
// fields may stay empty.
func (all certificates) offer(p *movePage, fresh bool) {
	if len(all) == 0 {
		return
	}
	p.Library = true
	given := map[string]*fieldRow{}
	for i := range p.Fields {
		given[p.Fields[i].Name] = &p.Fields[i]
	}
	for _, slot := range officerSlots {
		who := given[slot[0]]
		for i := range who.Choices {
			o := &who.Choices[i]
			if own := all.of(o.Value); len(own) == 1 {
				for lang, text := range map[words.Lang]*string{words.ZH: &o.What.ZH, words.EN: &o.What.EN} {
					*text += " · " + lang.Say("officer.licence", own[0].Licence, own[0].Until)
				}
			}
		}
		for _, name := range slot[1:] {
			f := given[name]
			f.Needed, f.Library = false, true
			if fresh && len(all.of(who.Value)) == 1 {
				f.Value = "" // the library may have a later one than the file
			}
		}
	}
}

func inBoth(key string, args ...any) Words {
	return Words{words.ZH.Say(key, args...), words.EN.Say(key, args...)}
}

// settle fills in what the library says of the officers, and tells where that
// is something else than what was typed. What the library does not have stays
// as it was typed.
func (all certificates) settle(fields map[string]string) (lacks []cases.Lack) {
	for _, slot := range officerSlots {
		c, lack := all.find(slot, fields)
		if lack != nil {
			lacks = append(lacks, *lack)
		}
		if c == nil {
			continue
		}
		for name, have := range map[string]string{slot[1]: c.Licence, slot[2]: c.Until} {
			switch given := fields[name]; {
			case given == "":
				fields[name] = have
			case have != "" && given != have:
				lacks = append(lacks, libraryLack(name, "officer.library.differs", given, have))
			}
		}
	}
	slices.SortFunc(lacks, func(a, b cases.Lack) int { return strings.Compare(a.Guard, b.Guard) })
	return lacks
}

// find gives what the library has of an officer: by the account or, where it
// names none, by the number that was typed. A number of another account is not
// this officer's.
func (all certificates) find(slot [3]string, fields map[string]string) (*inspection.Certificate, *cases.Lack) {
	login, licence := fields[slot[0]], fields[slot[1]]
	own := all.of(login)
	switch {
	case len(own) == 1:
		return &own[0], nil
	case len(own) > 1:
		lack := libraryLack(slot[0], "officer.library.twice", login)
		return nil, &lack
	}
	for i := range all {
		if c := &all[i]; c.Licence == licence && licence != "" {
			if c.Login == "" {
				return c, nil
			}
			lack := libraryLack(slot[1], "officer.library.other", licence, c.Login, login)
			return nil, &lack
		}
	}
	return nil, nil
}

func libraryLack(field, key string, args ...any) cases.Lack {
	what, where := inBoth(key, args...), inBoth("officer.library.where")
	return cases.Lack{Guard: "field." + field, What: detectors.Words{ZH: what.ZH, EN: what.EN}, Where: detectors.Words{ZH: where.ZH, EN: where.EN}, Basis: "行政处罚法42、55"}
}
