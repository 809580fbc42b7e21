package desk

import (
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/internal/recall"
)

// ClaimQuery is what a list of claims is chosen by. It is the query of the
// address; persons and practitioners go by their references there.
type ClaimQuery struct {
	Settlement   string `json:"settlement"`
	Institution  string `json:"institution"` // code or part of the name
	Practitioner string `json:"practitioner"`
	Person       string `json:"person"`
	Item         string `json:"item"`
	Scheme       string `json:"scheme"` // claims that a finding of the scheme rests on
	County       string `json:"county"`
	From         string `json:"from"`  // days, both within
	To           string `json:"to"`    //
	Least        string `json:"least"` // yuan of the whole claim, both within
	Most         string `json:"most"`
	Page         int    `json:"page"` // from 1
}

// Asked reports whether anything is asked for.
func (q ClaimQuery) Asked() bool {
	q.Page = 0
	return q != ClaimQuery{}
}

// URL gives the address of a page of the list.
func (q ClaimQuery) URL(page string) string {
	v := url.Values{}
	for _, x := range [][2]string{{"settlement", q.Settlement}, {"institution", q.Institution}, {"practitioner", q.Practitioner}, {"person", q.Person}, {"item", q.Item},
		{"scheme", q.Scheme}, {"county", q.County}, {"from", q.From}, {"to", q.To}, {"least", q.Least}, {"most", q.Most}} {
		if x[1] != "" {
			v.Set(x[0], x[1])
		}
	}
	if page != "" && page != "1" {
		v.Set("page", page)
	}
	if len(v) == 0 {
		return "/claims"
	}
	return "/claims?" + v.Encode()
}

// WithoutPerson is the address of the list of anybody's claims.
func (q ClaimQuery) WithoutPerson() string {
	q.Person = ""
	return q.URL("")
}

// practitionerMark stands before the code of a practitioner in a reference, so
// that it is none of a person, nor the other way round.
const practitionerMark = "practitioner/"

// practitionerRef gives the reference of a practitioner.
func (d *Desk) practitionerRef(code string) string {
	return d.o.Accounts.Reference(practitionerMark + code)
}

// practitionerOf reads the reference of a practitioner.
func (d *Desk) practitionerOf(ref string) (string, error) {
	text, err := d.o.Accounts.Number(ref)
	code, ok := strings.CutPrefix(text, practitionerMark)
	if err == nil && !ok {
		err = accounts.ErrReference
	}
	return code, err
}

// personOf reads the reference of a person.
func (d *Desk) personOf(ref string) (string, error) {
	number, err := d.o.Accounts.Number(ref)
	if err == nil && strings.HasPrefix(number, practitionerMark) {
		err = accounts.ErrReference
	}
	return number, err
}

// resident is the form of a resident's number, with its date of birth.
var resident = regexp.MustCompile(`^[1-9]\d{5}(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]$`)

// personal reports whether a text is the number of a person: it is not written
// back, and goes into no address.
func (d *Desk) personal(text string) bool {
	if text == "" {
		return false
	}
	_, known := d.o.Knowledge.Persons[text]
	return known || resident.MatchString(text) || d.o.Claims != nil && d.o.Claims.KnowsPerson(text)
}

// ask turns a query into what the index is asked. wrong names the fields that
// cannot be read.
func (d *Desk) askClaims(r *http.Request, q *ClaimQuery) (out recall.ClaimQuery, wrong []string) {
	out = recall.ClaimQuery{Settlement: q.Settlement, Item: q.Item}
	refused := func(name string, err error) {
		if err != nil {
			wrong = append(wrong, name)
		}
	}
	var err error
	if q.Practitioner != "" {
		out.Practitioner, err = d.practitionerOf(q.Practitioner)
		refused("practitioner", err)
	}
	if q.Person != "" {
		out.Person, err = d.personOf(q.Person)
		refused("person", err)
	}
	out.Settled, err = spanOf(q.From, q.To, dayOf)
	refused("period", err)
	for _, text := range []*string{&q.From, &q.To} {
		if _, err := dayOf(*text, false); err != nil {
			*text = "" // a field for days holds nothing else
		}
	}
	out.Total, err = spanOf(q.Least, q.Most, moneyOf)
	refused("amount", err)
	for _, x := range []struct {
		name string
		text *string
	}{{"settlement", &q.Settlement}, {"institution", &q.Institution}, {"item", &q.Item}, {"period", &q.From}, {"period", &q.To}, {"amount", &q.Least}, {"amount", &q.Most},
		{"scheme", &q.Scheme}, {"county", &q.County}} {
		if d.personal(*x.text) {
			*x.text, r.URL.RawQuery = "", "" // they would be written back
			wrong = append(wrong, x.name)
		}
	}
	u := visitOf(r).user
	out.Sees = func(institution string) bool {
		county := d.county(detectors.Subject{Kind: detectors.Institution, Code: institution})
		return u.Sees(county) && (q.County == "" || county == q.County) && d.called(institution, q.Institution)
	}
	if q.Scheme != "" {
		out.Cited = d.o.Cited.Of(d.detectorsOf(q.Scheme), d.subjectsSeen(u))
	}
	slices.Sort(wrong)
	return out, slices.Compact(wrong)
}

// called reports whether a text is the code of an institution or part of its
// name.
func (d *Desk) called(code, text string) bool {
	in := d.o.Knowledge.Institutions[code]
	return text == "" || text == code || in != nil && strings.Contains(in.Name, text)
}

// detectorsOf lists the detectors of a scheme.
func (d *Desk) detectorsOf(scheme string) (out []string) {
	for _, det := range d.o.Detectors {
		if schemeOf(det) == scheme {
			out = append(out, det.ID)
		}
	}
	return out
}

// subjectsSeen lists whose findings somebody may see, as the index of them has
// it; nil is everybody's.
func (d *Desk) subjectsSeen(u *accounts.User) []string {
	if seesAll(u) {
		return nil
	}
	out := []string{}
	add := func(s detectors.Subject) {
		if u.Sees(d.county(s)) {
			out = append(out, s.Kind+"/"+s.Code)
		}
	}
	for code := range d.o.Knowledge.Institutions {
		add(detectors.Subject{Kind: detectors.Institution, Code: code})
	}
	for code := range d.o.Knowledge.Practitioners {
		add(detectors.Subject{Kind: detectors.Practitioner, Code: code})
	}
	return out
}

// spanOf reads two bounds, of which each may be missing.
func spanOf(from, to string, read func(text string, end bool) (int64, error)) (*recall.Span, error) {
	if from == "" && to == "" {
		return nil, nil
	}
	s := &recall.Span{From: math.MinInt64, To: math.MaxInt64}
	var err error
	if from != "" {
		if s.From, err = read(from, false); err != nil {
			return nil, err
		}
	}
	if to != "" {
		if s.To, err = read(to, true); err != nil {
			return nil, err
		}
	}
	if s.From > s.To {
		return nil, errForm
	}
	return s, nil
}

// dayOf reads a day as the first or the last second of it.
func dayOf(text string, end bool) (int64, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, errForm
	}
	if end {
		return at.AddDate(0, 0, 1).Unix() - 1, nil
	}
	return at.Unix(), nil
}

// moneyOf reads yuan.
func moneyOf(text string, _ bool) (int64, error) {
	fen, rule := claim.ParseNumber(claim.KindMoney, []byte(strings.ReplaceAll(text, ",", "")))
	if rule != claim.OK || fen == claim.None64 {
		return 0, errForm
	}
	return fen, nil
}
