package desk

import (
	"net/url"
	"slices"
	"strings"

	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// Words is a text in both languages, as JSON gives it.
type Words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In gives the text of a language.
func (w Words) In(lang words.Lang) string { return lang.Of(w.ZH, w.EN) }

// schemeOf gives the scheme under which findings of a detector gather: the
// first of F01 to F69, or its own number.
func schemeOf(det *detectors.Detector) string {
	for _, c := range det.Classes {
		if strings.HasPrefix(c, "F") {
			return c
		}
	}
	return det.Short()
}

// scheme names a scheme by its detectors.
func (d *Desk) scheme(scheme string) Words {
	var zh, en []string
	for _, det := range d.o.Detectors {
		if schemeOf(det) == scheme {
			zh, en = append(zh, det.Title.ZH), append(en, det.Title.EN)
		}
	}
	if len(zh) == 0 {
		return Words{scheme, scheme}
	}
	return Words{strings.Join(zh, "、"), strings.Join(en, "; ")}
}

// schemes lists the schemes that detectors have, sorted.
func (d *Desk) schemes() (out []string) {
	for _, det := range d.o.Detectors {
		if s := schemeOf(det); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

// Subject is whom something is about, as it is shown. The number of a person
// is masked; Ref stands for a person or a practitioner in addresses.
type Subject struct {
	Kind   string `json:"kind"`
	Code   string `json:"code"` // masked where it is a person's
	Name   string `json:"name,omitempty"`
	County string `json:"county,omitempty"`
	Ref    string `json:"ref,omitempty"` // of a person or a practitioner
	Tag    string `json:"tag,omitempty"` // tells masked persons apart
}

// Page is the address of what is known of the subject.
func (s Subject) Page() string {
	switch {
	case s.Kind == detectors.Institution && s.Code != "":
		return "/institutions/" + url.PathEscape(s.Code)
	case s.Kind == detectors.Practitioner && s.Ref != "":
		return "/practitioners/" + s.Ref
	case s.Ref != "":
		return "/persons/" + s.Ref
	}
	return ""
}

// subject makes a subject fit to be seen.
func (d *Desk) subject(s detectors.Subject) Subject {
	out := Subject{Kind: s.Kind, Code: s.Code, County: d.county(s)}
	switch s.Kind {
	case detectors.Institution:
		if in := d.o.Knowledge.Institutions[s.Code]; in != nil {
			out.Name = in.Name
		}
	case detectors.Practitioner:
		out.Ref = d.practitionerRef(s.Code)
		if p := d.o.Knowledge.Practitioners[s.Code]; p != nil {
			out.Name = p.Name
			if in := d.o.Knowledge.Institutions[p.Institution]; in != nil && in.Name != "" {
				out.Name = strings.TrimSpace(p.Name + " · " + in.Name)
			}
		}
	case detectors.PersonKind:
		out.Code, out.Ref = mask(s.Code), d.o.Accounts.Reference(s.Code)
		out.Tag = out.Ref[:4]
	}
	return out
}

// mask hides the middle of a person's number: two characters stay at each end,
// of a short one the first alone.
func mask(code string) string {
	switch r := []rune(code); {
	case code == "":
		return ""
	case len(r) >= 8:
		return string(r[:2]) + "****" + string(r[len(r)-2:])
	case len(r) > 2:
		return string(r[:1]) + "****"
	}
	return "****"
}

// seesAll reports whether a user sees the whole region.
func seesAll(u *accounts.User) bool { return len(u.Counties) == 0 }
