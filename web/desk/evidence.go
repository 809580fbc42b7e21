package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"fundwatch/detectors"
	"fundwatch/internal/recall"
	"fundwatch/web/words"
)

// Finding is a finding as the lead shows it: a place where data do not fit, to
// be checked.
type Finding struct {
	ID           string   `json:"id"`
	Detector     string   `json:"detector"`
	Title        Words    `json:"title"`
	Grade        string   `json:"grade"`
	From         string   `json:"from"`
	To           string   `json:"to"`
	Amount       string   `json:"amount_fen"` // whole fen, however many
	Person       string   `json:"person"`     // masked
	PersonRef    string   `json:"person_ref,omitempty"`
	Practitioner string   `json:"practitioner,omitempty"`
	DoctorRef    string   `json:"practitioner_ref,omitempty"`
	Settlements  []string `json:"settlements"`
	Lines        []string `json:"lines"`
	Facts        []Fact   `json:"facts"`
	Withdrawn    bool     `json:"withdrawn,omitempty"`
	Pending      bool     `json:"pending,omitempty"` // not read from Kafka yet
}

// Fact is a number, a text or a list beside a finding.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Yuan gives the amount as it is read, in yuan.
func (f Finding) Yuan() string {
	if n, err := strconv.ParseInt(f.Amount, 10, 64); err == nil {
		return words.Yuan(n)
	}
	if f.Amount == "" {
		return words.None
	}
	return f.Amount
}

// told is a finding as topic findings tells it.
type told struct {
	ID           string            `json:"id"`
	Detector     string            `json:"detector"`
	Grade        string            `json:"grade"`
	Person       string            `json:"person"`
	Practitioner string            `json:"practitioner"`
	Subject      detectors.Subject `json:"subject"`
	Settlements  []string          `json:"settlements"`
	Lines        []string          `json:"lines"`
	From         string            `json:"from"`
	To           string            `json:"to"`
	Amount       json.Number       `json:"amount_fen"`
	Facts        json.RawMessage   `json:"facts"`
	Withdrawn    bool              `json:"withdrawn"`
}

// evidence reads findings by id. reveal leaves the numbers of persons whole.
func (d *Desk) evidence(r *http.Request, ids []string, reveal bool) ([]Finding, error) {
	out := make([]Finding, 0, len(ids))
	for _, id := range ids {
		m, err := d.o.Findings.Get(r.Context(), id)
		if errors.Is(err, recall.ErrUnknown) {
			out = append(out, Finding{ID: id, Pending: true})
			continue
		}
		if err != nil {
			return nil, err
		}
		var t told
		if err := json.Unmarshal(m.Value, &t); err != nil {
			return nil, fmt.Errorf("finding %s cannot be read", id)
		}
		f, err := d.finding(&t, reveal)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (d *Desk) finding(t *told, reveal bool) (Finding, error) {
	f := Finding{ID: t.ID, Detector: t.Detector, Title: Words{t.Detector, t.Detector}, Grade: t.Grade, From: t.From, To: t.To, Amount: t.Amount.String(),
		Practitioner: t.Practitioner, Settlements: t.Settlements, Lines: t.Lines, Withdrawn: t.Withdrawn}
	if det := d.byID[t.Detector]; det != nil {
		f.Title = Words{det.Title.ZH, det.Title.EN}
	}
	persons := []string{t.Person}
	if t.Subject.Kind == detectors.PersonKind {
		persons = append(persons, t.Subject.Code)
	}
	hide := func(text string) string {
		if reveal || text == "" {
			return text
		}
		if _, known := d.o.Knowledge.Persons[text]; known || slices.Contains(persons, text) {
			return mask(text)
		}
		return text
	}
	if f.Person = hide(t.Person); t.Person != "" {
		f.PersonRef = d.o.Accounts.Reference(t.Person)
	}
	if t.Practitioner != "" {
		f.DoctorRef = d.practitionerRef(t.Practitioner)
	}
	var err error
	f.Facts, err = facts(t.Facts, hide)
	return f, err
}

// facts reads an object in its order.
func facts(raw json.RawMessage, hide func(string) string) (out []Fact, err error) {
	if len(raw) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if _, err := dec.Token(); err != nil {
		return nil, errors.New("facts of a finding cannot be read")
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, errors.New("facts of a finding cannot be read")
		}
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, errors.New("facts of a finding cannot be read")
		}
		text := fmt.Sprint(name)
		out = append(out, Fact{text, factText(text, v, hide)})
	}
	return out, nil
}

func factText(name string, v any, hide func(string) string) string {
	switch x := v.(type) {
	case string:
		if strings.Contains(name, "psn") || name == "person" {
			return mask(x)
		}
		return hide(x)
	case json.Number:
		if n, err := x.Int64(); err == nil && strings.HasSuffix(name, "_fen") {
			return words.Yuan(n)
		} else if err == nil {
			return words.Int(n)
		}
		return x.String()
	case []any:
		parts := make([]string, len(x))
		for i := range x {
			parts[i] = factText(name, x[i], hide)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}
