package detectors

import (
	"slices"

	"fundwatch/claim"
)

// Hit is what a detector says: whom it is about, on which claims and lines it
// rests (rows of the history; the claims of the lines need not be named), and
// how much fund money is at risk.
type Hit struct {
	Subject string // Institution, PersonKind or Practitioner
	Code    int32  // of the subject, in its kind's domain
	Key     string
	Claims  []int32
	Lines   []int32
	Amount  claim.Wide
	Facts   Facts
}

// Emitter turns hits into findings.
type Emitter struct {
	h         *claim.History
	det       *Detector
	region    string
	knowledge string
	params    Facts
	claims    []int32
	items     bool // findings are to name the items of their lines
	Findings  []Finding
}

func newEmitter(v *View) *Emitter {
	return &Emitter{h: v.History, det: v.det, region: v.set.Region, knowledge: v.facts.know.Hash, params: v.set.params(v.det),
		items: v.facts.open && (v.det.Rests == OnItems || v.det.Rests == OnDays)}
}

// Hit adds a finding.
func (e *Emitter) Hit(hit Hit) {
	f := Finding{
		Detector: e.det.ID, Version: e.det.Version, Region: e.region, Grade: e.det.Grade,
		Subject: Subject{hit.Subject, e.code(hit.Subject, hit.Code)}, Key: hit.Key,
		Amount: hit.Amount, Facts: hit.Facts, Basis: e.det.Basis, Clears: e.det.Clears.ZH,
		Params: e.params, Knowledge: e.knowledge,
	}
	e.claims = append(e.claims[:0], hit.Claims...)
	for _, l := range hit.Lines {
		e.claims = append(e.claims, e.h.LineClaim[l])
	}
	slices.Sort(e.claims)
	e.claims = slices.Compact(e.claims)
	f.Settlements, f.Lines = e.settlements(), e.lines(hit.Lines)
	e.common(&f, hit.Lines)
	f.From, f.To = e.days(hit.Lines)
	if e.items {
		f.items = e.itemsOf(hit.Lines)
	}
	f.identify(e.det.Short())
	e.Findings = append(e.Findings, f)
}

// HitLine adds a finding on one line about its institution.
func (e *Emitter) HitLine(line int32, amount claim.Wide, facts Facts) {
	e.Hit(Hit{Subject: Institution, Code: e.InstitutionOf(e.h.LineClaim[line]), Lines: []int32{line}, Amount: amount, Facts: facts})
}

// InstitutionOf gives the institution of a claim.
func (e *Emitter) InstitutionOf(c int32) int32 { return e.h.Codes(claim.FixmedinsCode)[c] }

// PersonOf gives the person of a claim.
func (e *Emitter) PersonOf(c int32) int32 { return e.h.Codes(claim.PsnNo)[c] }

func (e *Emitter) code(kind string, code int32) string {
	f := claim.FixmedinsCode
	switch kind {
	case PersonKind:
		f = claim.PsnNo
	case Practitioner:
		f = claim.BilgDrCodg
	}
	return e.h.Dicts.Of(f).Text(code)
}

func (e *Emitter) settlement(c int32) string {
	return e.h.Text(claim.FixmedinsCode, c) + "/" + e.h.Text(claim.SetlID, c)
}

func (e *Emitter) settlements() []string {
	out := make([]string, 0, len(e.claims))
	for _, c := range e.claims {
		out = append(out, e.settlement(c))
	}
	slices.Sort(out)
	return out
}

func (e *Emitter) lines(rows []int32) []string {
	out := make([]string, 0, len(rows))
	for _, l := range rows {
		out = append(out, e.settlement(e.h.LineClaim[l])+"/"+e.h.Text(claim.FeedetlSn, l))
	}
	return sortedSet(out)
}

func (e *Emitter) itemsOf(lines []int32) (out []string) {
	item := e.h.Codes(claim.MedListCodg)
	for _, l := range lines {
		if text := e.h.Dicts[claim.DomainItem].Text(item[l]); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// common fills person, institution and practitioner where all the evidence is
// of one.
func (e *Emitter) common(f *Finding, lines []int32) {
	if c, ok := same(e.h.Codes(claim.PsnNo), e.claims); ok {
		f.Person = e.h.Dicts[claim.DomainPerson].Text(c)
	}
	if c, ok := same(e.h.Codes(claim.FixmedinsCode), e.claims); ok {
		f.Institution = e.h.Dicts[claim.DomainInstitution].Text(c)
	}
	if len(lines) == 0 {
		return
	}
	doctor := e.h.Sparse(claim.BilgDrCodg)
	first := doctor.Code(lines[0])
	if !slices.ContainsFunc(lines[1:], func(l int32) bool { return doctor.Code(l) != first }) {
		f.Practitioner = e.h.Dicts[claim.DomainPractitioner].Text(first)
	}
}

// same gives the code that all rows share.
func same(col []int32, rows []int32) (int32, bool) {
	for _, r := range rows[1:] {
		if col[r] != col[rows[0]] {
			return 0, false
		}
	}
	return col[rows[0]], true
}

// days gives the first and last day the finding covers.
func (e *Emitter) days(lines []int32) (from, to string) {
	first, last := claim.SetlTime, claim.SetlTime
	rows := e.claims
	switch {
	case e.det.Span == ByStays:
		first, last = claim.Begntime, claim.Endtime
	case len(lines) > 0:
		first, last, rows = claim.FeeOcurTime, claim.FeeOcurTime, lines
	}
	lo, hi := e.h.Number(first, rows[0]), e.h.Number(last, rows[0])
	for _, r := range rows {
		lo, hi = min(lo, e.h.Number(first, r)), max(hi, e.h.Number(last, r))
	}
	return claim.FormatDay(claim.DayOf(lo)), claim.FormatDay(claim.DayOf(hi))
}

// evidenceFields are read for every finding, whatever the detector declares.
var evidenceFields = claim.FieldSet(0).With(claim.SetlID, claim.FixmedinsCode, claim.PsnNo, claim.SetlTime,
	claim.Begntime, claim.Endtime, claim.FeedetlSn, claim.FeeOcurTime, claim.BilgDrCodg)

// Fields gives the columns that running the detectors needs.
func Fields(ds []*Detector) claim.FieldSet {
	out := evidenceFields.With(claim.MedType, claim.MedListCodg)
	for _, d := range ds {
		out = out.With(d.Reads...)
	}
	return out
}
