package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// What one detector's section may show. Everything is in findings.jsonl; the
// page has to open on an old machine and print.
const (
	mostFindings    = 200
	mostOnPaper     = 50 // style.css hides the rest in print; the caption says so
	mostSettlements = 40 // of one finding
	mostLines       = 80
	mostParts       = 40        // of a list in a fact
	mostListed      = 300       // characters of it
	pageBytes       = 8_000_000 // for the findings of all sections together
	evidenceBytes   = 20_000    // for the evidence of one finding
	idTail          = 8         // characters of an id that stay together
)

// Bytes of markup around the texts of a row, its parties, facts and evidence.
const (
	rowBytes    = 620
	partyBytes  = 60
	factBytes   = 90
	settleBytes = 75
)

// section is the part of one detector. Its rows are made when the template
// asks for them, so that only one section is in memory at a time.
type section struct {
	*detectors.Detector
	Total Total
	r     *Report
	o     *overview
	at    []int32 // its findings
}

func (o *overview) sections(r *Report, loud []Total) []*section {
	o.room, o.sectionsLeft = pageBytes, len(loud)
	out := make([]*section, 0, len(loud))
	for _, t := range loud {
		out = append(out, &section{t.Detector, t, r, o, o.byDet[t.Detector.ID]})
	}
	return out
}

// rows is what a section shows.
type rows struct {
	Rows           []row
	Legend         []detectors.Words
	Shown, Hidden  string
	Some           bool
	OnPaper        string // findings in print, when fewer than shown
	Params         []param
	Findings, Yuan string
}

// row is one finding.
type row struct {
	N        int
	ID       string
	Head     string // of the id, up to where it may break
	Tail     string
	Parties  []party
	From, To string
	Amount   string
	Facts    []fact
	Evidence []evidence
	// Settlements and Lines count the evidence; the More ones what is left out.
	Settlements, Lines, MoreSettlements, MoreLines string
	Cut, Scrolls                                   bool
}

type party struct{ Kind, Name, Code string }

type fact struct{ Label, Value, Note string }

type evidence struct{ Settlement, Lines string }

// param is a parameter as it was set.
type param struct {
	Label, Unit detectors.Words
	Value       string
}

// View makes the rows: the findings with the highest amounts, as many as there
// is room for. What a section leaves over goes to those behind it, so it is
// called once for each, in their order.
func (s *section) View() rows {
	room := s.o.room / max(1, s.o.sectionsLeft)
	s.o.sectionsLeft--
	order := slices.Clone(s.at)
	fs := s.r.Findings
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(fs[b].Amount.Cmp(fs[a].Amount), cmp.Compare(a, b))
	})
	out := rows{Findings: count(s.Total.Findings), Yuan: yuan(s.Total.Amount), Params: s.params()}
	seen := map[detectors.Words]bool{}
	for _, i := range order[:min(len(order), mostFindings)] {
		row, size := s.row(&fs[i])
		if room -= size; room < 0 && len(out.Rows) > 0 {
			break
		}
		s.o.room -= size
		row.N = len(out.Rows) + 1
		out.Rows = append(out.Rows, row)
		s.legend(&fs[i], func(w detectors.Words) {
			if !seen[w] {
				seen[w] = true
				out.Legend = append(out.Legend, w)
			}
		})
	}
	if len(out.Rows) > mostOnPaper {
		out.OnPaper = count(mostOnPaper)
	}
	hidden := len(order) - len(out.Rows)
	out.Shown, out.Hidden, out.Some = count(len(out.Rows)), count(hidden), hidden > 0
	return out
}

// row shows a finding and says about how many bytes it takes.
func (s *section) row(f *detectors.Finding) (row, int) {
	id := short(f.ID)
	half := max(0, len(id)-idTail)
	r := row{ID: id, Head: id[:half], Tail: id[half:], From: short(f.From), To: short(f.To), Amount: yuan(f.Amount), Facts: s.facts(f)}
	r.Parties = append(r.Parties, s.o.party(s.r, f.Subject.Kind, f.Subject.Code))
	for _, p := range []detectors.Subject{{Kind: detectors.Institution, Code: f.Institution}, {Kind: detectors.PersonKind, Code: f.Person}, {Kind: detectors.Practitioner, Code: f.Practitioner}} {
		if p.Code != "" && p != f.Subject {
			r.Parties = append(r.Parties, s.o.party(s.r, p.Kind, p.Code))
		}
	}
	r.evidence(f)
	size := rowBytes
	for _, p := range r.Parties {
		size += weight(p.Name) + weight(p.Code) + partyBytes
	}
	for _, v := range r.Facts {
		size += weight(v.Label) + weight(v.Value) + weight(v.Note) + factBytes
	}
	for _, e := range r.Evidence {
		size += e.weight()
	}
	return r, size
}

// weight is the most bytes a text takes once it is escaped.
func weight(s string) int {
	n := len(s)
	for _, c := range []byte(s) {
		if strings.IndexByte(`<>&'"+`, c) >= 0 {
			n += 5
		}
	}
	return n
}

// party shows whom a finding is about: persons masked, the others in full.
func (o *overview) party(r *Report, kind, code string) party {
	switch kind {
	case detectors.PersonKind:
		return party{kind, "", o.people.show(code)}
	case detectors.Institution:
		return party{kind, short(r.Institutions[code]), short(code)}
	}
	return party{kind, "", short(code)}
}

// evidence puts the lines behind their claims, as many as there is room for.
func (r *row) evidence(f *detectors.Finding) {
	lines := map[string][]string{}
	for _, l := range f.Lines[:min(len(f.Lines), mostLines)] {
		claim, line := l, ""
		if i := strings.LastIndexByte(l, '/'); i >= 0 {
			claim, line = l[:i], l[i+1:]
		}
		lines[claim] = append(lines[claim], short(line))
	}
	room, listed := evidenceBytes, 0
	for _, c := range f.Settlements[:min(len(f.Settlements), mostSettlements)] {
		e := evidence{short(c), strings.Join(lines[c], ", ")}
		if room -= e.weight(); room < 0 {
			break
		}
		r.Evidence = append(r.Evidence, e)
		listed += len(lines[c])
	}
	r.Settlements, r.Lines = count(len(f.Settlements)), count(len(f.Lines))
	moreSettlements, moreLines := len(f.Settlements)-len(r.Evidence), len(f.Lines)-listed
	r.Cut = moreSettlements+moreLines > 0
	r.MoreSettlements, r.MoreLines = count(moreSettlements), count(moreLines)
	r.Scrolls = len(r.Evidence) > 4 || listed > 30
}

func (e evidence) weight() int { return weight(e.Settlement) + weight(e.Lines) + settleBytes }

// keyParts gives the parts of a finding's key with their names; those of a key
// that is not built as the detector says have none.
func (s *section) keyParts(f *detectors.Finding) []detectors.Fact {
	if f.Key == "" {
		return nil
	}
	names, parts := strings.Split(s.Key, "|"), strings.SplitN(f.Key, "|", mostParts)
	out := make([]detectors.Fact, 0, len(parts))
	for i, p := range parts {
		name := ""
		if len(names) == len(parts) {
			name = names[i]
		}
		out = append(out, detectors.Fact{Name: name, Value: p})
	}
	return out
}

// facts shows the parts of the key and the facts, in words.
func (s *section) facts(f *detectors.Finding) []fact {
	var out []fact
	for _, p := range s.keyParts(f) {
		v := s.text(p.Name, p.Value.(string))
		out = append(out, fact{term(keyTerm, p.Name).ZH, v, short(s.r.Items[p.Value.(string)])})
	}
	for _, v := range f.Facts {
		out = append(out, fact{term(factTerm, v.Name).ZH, s.value(v.Name, v.Value), ""})
	}
	return out
}

// legend gives the words of a finding's facts in both languages.
func (s *section) legend(f *detectors.Finding, yield func(detectors.Words)) {
	for _, p := range s.keyParts(f) {
		if p.Name != "" {
			yield(term(keyTerm, p.Name))
		}
	}
	for _, v := range f.Facts {
		yield(term(factTerm, v.Name))
	}
}

// text shows a text: a code in words where it has some, a person masked.
func (s *section) text(name, v string) string {
	if w, ok := terms[valueTerm+name+"."+v]; ok {
		return w.ZH
	}
	return s.o.people.hide(name, v)
}

// value shows the value of a fact, of any type a detector may give.
func (s *section) value(name string, v any) string {
	switch v := v.(type) {
	case string:
		return s.text(name, v)
	case []string:
		return s.list(name, v)
	case claim.Wide:
		return s.number(name, v)
	case bool:
		return strconv.FormatBool(v)
	}
	if n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64); err == nil {
		return s.number(name, claim.WideOf(n))
	}
	b, err := json.Marshal(v)
	if err != nil {
		return short(fmt.Sprint(v))
	}
	var list []string
	if json.Unmarshal(b, &list) == nil {
		return s.list(name, list)
	}
	return s.o.people.hide(name, string(b))
}

func (s *section) list(name string, v []string) string {
	out := make([]string, 0, len(v))
	for _, part := range v[:min(len(v), mostParts)] {
		if strings.HasPrefix(name, "person") {
			out = append(out, s.o.people.show(part))
			continue
		}
		out = append(out, s.text(name, part))
	}
	if len(v) > mostParts {
		out = append(out, "…")
	}
	return cut(strings.Join(out, "、"), mostListed)
}

// number shows money, ages and all else by the name of the fact.
func (s *section) number(name string, v claim.Wide) string {
	if w, ok := terms[valueTerm+name+"."+v.String()]; ok {
		return w.ZH
	}
	switch {
	case strings.HasSuffix(name, "_fen"):
		return yuan(v) + " " + catalogue["unit.yuan"].ZH
	case name == "age_days":
		years := claim.Share(v, claim.WideOf(4), claim.WideOf(1461)) // of 365.25 days
		return fmt.Sprintf(catalogue["details.age"].ZH, group(v.String()), years)
	}
	return group(v.String())
}

// params shows the parameters as they were set for this run.
func (s *section) params() []param {
	units := map[string]detectors.Words{}
	for _, p := range s.Detector.Params {
		units[p.Name] = p.Unit
	}
	var out []param
	if len(s.at) > 0 {
		for _, p := range s.r.Findings[s.at[0]].Params {
			out = append(out, param{term(paramTerm, p.Name), units[p.Name], s.value("", p.Value)})
		}
	}
	return out
}
