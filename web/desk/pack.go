package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
	"fundwatch/internal/recall"
	"fundwatch/web/words"
)

// Detect runs every detector over claims as they were sent, as one closed set:
// what other claims there are is not known to it. left counts those that are no
// claims by the contract.
type Detect func(ctx context.Context, claims [][]byte) (found []detectors.Finding, left int, err error)

const (
	mostPacked = 5000 // claims of an evidence pack: the latest
	mostShown  = 200  // findings on its page; the workbook has all
)

// packForm names whose claims of which days an evidence pack is made of. A
// person is posted, by number or by reference, and stands in no address.
type packForm struct {
	Act         string `json:"act"`
	Version     int64  `json:"version"` // of the case, to file the pack there
	Institution string `json:"institution"`
	Person      string `json:"person"`
	From        string `json:"from"`
	To          string `json:"to"`
}

// packPage is the evidence pack of a tip: what all detectors find in the claims
// that were asked for, each finding with every line it rests on.
type packPage struct {
	Tip         string        `json:"tip"`
	Institution Subject       `json:"institution"`
	Person      Subject       `json:"person"`
	From        string        `json:"from"`
	To          string        `json:"to"`
	Claims      int           `json:"claims"`            // that were chosen
	Fit         int           `json:"claims_that_fit"`   // more, where the pack was cut
	Refunds     int           `json:"later_refunds"`     // looked at beside them
	Unkept      int           `json:"claims_not_kept"`   // known, and kept nowhere
	Left        int           `json:"claims_unreadable"` // no claims by the contract
	Lines       int           `json:"lines"`             // cited, each once
	Union       int64         `json:"union_fen"`
	Totals      []packTotal   `json:"detectors"`
	Findings    []packFinding `json:"findings"`
	Found       int           `json:"findings_total"`
	Others      packOthers    `json:"stream"`
	Reading     bool          `json:"reading,omitempty"` // Kafka is still being read
	Knowledge   string        `json:"knowledge"`
	Act         string        `json:"-"`
	Case        string        `json:"-"` // into whose file the pack can be put; empty: none
	Version     int64         `json:"-"`
	stage       cases.Status  // of that case
	Joinable    []LeadRow     `json:"leads_to_join,omitempty"` // of the stream on these claims, in no case
}

// packTotal is what one detector finds.
type packTotal struct {
	Ground   ground `json:"ground"`
	Findings int    `json:"findings"`
	Amount   int64  `json:"amount_fen"`
}

// packFinding is a finding with the lines it rests on.
type packFinding struct {
	Finding Finding    `json:"finding"`
	Subject Subject    `json:"subject"`
	Ground  ground     `json:"ground"`
	Known   bool       `json:"in_stream"` // the stream has it too
	Rests   []packLine `json:"rests"`
	subject detectors.Subject
}

// packLine is a fee line in evidence, or a settlement where the finding rests on
// no line.
type packLine struct {
	Claim string    `json:"claim"` // institution/settlement
	Line  ClaimLine `json:"line"`
}

// Page is the address of the claim.
func (l packLine) Page() string { return claimURL(l.Claim) }

// packOthers are findings that the stream has on these claims and the pack has
// not, as they rest on claims beyond it too.
type packOthers struct {
	Findings []cited `json:"findings"`
	Hidden   int     `json:"findings_out_of_scope"`
	More     int     `json:"more_findings"` // that are not shown
}

func (p packPage) title(lang words.Lang) string { return lang.Say("pack.page", p.Tip) }

func packRoutes() []route {
	return []route{
		{method: post, path: "/tips/{tip}/pack", may: accounts.TipWork, scope: ofRegion, form: packForm{}, page: packPage{}, do: postPack},
		{method: post, path: "/tips/{tip}/pack.xlsx", may: accounts.TipWork, scope: ofRegion, form: packForm{}, do: postPackBook},
		{method: post, path: "/tips/{tip}/pack/file", may: accounts.TipWork, scope: ofRegion, form: packForm{}, page: Done{}, do: postPackFile},
	}
}

func postPack(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, _, err := d.pack(w, r, "tip.pack")
	if err != nil {
		return err
	}
	p.Findings = p.Findings[:min(len(p.Findings), mostShown)]
	return d.show(w, r, "pack", p)
}

// pack reads the form, makes the pack, and writes down who made which.
func (d *Desk) pack(w http.ResponseWriter, r *http.Request, kind string) (p *packPage, f packForm, err error) {
	if err := read(r, &f); err != nil {
		return nil, f, err
	}
	if d.o.Tips == nil || d.o.Claims == nil || d.o.Detect == nil {
		return nil, f, errNothing
	}
	t, err := d.o.Tips.Tip(r.Context(), r.PathValue("tip"))
	if err != nil {
		return nil, f, err
	}
	if !visitOf(r).user.May(accounts.ClaimRead) {
		return nil, f, errScope
	}
	ask, err := d.askPack(r, &f)
	if err != nil {
		return nil, f, err
	}
	select {
	case d.packing <- struct{}{}:
		defer func() { <-d.packing }()
	case <-r.Context().Done():
		return nil, f, r.Context().Err()
	}
	// A server that cannot give more time gives what it has.
	_ = http.NewResponseController(w).SetWriteDeadline(d.now().Add(takeTime))
	p = &packPage{Tip: t.ID, From: f.From, To: f.To, Reading: !d.o.Claims.Ready() || !d.o.Cited.Ready(), Knowledge: d.o.Knowledge.Hash}
	if ask.Institution != "" {
		p.Institution = d.institution(ask.Institution)
	}
	if ask.Person != "" {
		p.Person = d.subject(detectors.Subject{Kind: detectors.PersonKind, Code: ask.Person})
	}
	if err := d.fillPack(r, p, ask); err != nil {
		return nil, f, err
	}
	if err := d.packCase(r, p, t.Case); err != nil {
		return nil, f, err
	}
	if err := d.packLeads(r, p); err != nil {
		return nil, f, err
	}
	by, err := d.by(r, f.Act, fmt.Sprintf("证据包 evidence pack; %s; 结算 claims %d, 疑点 findings %d", p.asked(words.ZH), p.Claims, p.Found))
	if err == nil {
		err = d.o.Accounts.Note(r.Context(), kind, "tip:"+t.ID, by)
	}
	if err == nil {
		p.Act, err = d.o.Accounts.NewID()
	}
	return p, f, err
}

// asked words what the pack is made of, with the person masked.
func (p *packPage) asked(lang words.Lang) string {
	var parts []string
	if p.Institution.Code != "" {
		parts = append(parts, lang.Say("field.institution")+": "+strings.TrimSpace(p.Institution.Code+" "+p.Institution.Name))
	}
	if p.Person.Code != "" {
		parts = append(parts, lang.Say("field.person")+": "+p.Person.Code+" #"+p.Person.Tag)
	}
	return strings.Join(append(parts, words.Range(p.From, p.To)), "; ")
}

// askPack turns the form into what the index is asked. It takes an institution
// or a person or both, and two days.
func (d *Desk) askPack(r *http.Request, f *packForm) (ask recall.ClaimQuery, err error) {
	bad := &problem{status: http.StatusUnprocessableEntity, code: "pack"}
	if f.Person == "" && d.personal(f.Institution) { // in the wrong field
		f.Person, f.Institution = f.Institution, ""
	}
	if f.Institution == "" && f.Person == "" || f.From == "" || f.To == "" {
		return ask, bad
	}
	if ask.Settled, err = spanOf(f.From, f.To, dayOf); err != nil {
		return ask, bad
	}
	if f.Person != "" {
		if ask.Person, err = d.personOf(f.Person); err != nil {
			ask.Person = f.Person
		}
	}
	ask.Institution, ask.Most = f.Institution, mostPacked
	if !d.knowsPlace(ask.Institution) {
		return ask, bad // nor is it written down: anything may have been typed
	}
	ask.Sees = func(institution string) bool {
		return d.sees(r, detectors.Subject{Kind: detectors.Institution, Code: institution})
	}
	return ask, nil
}

// knowsPlace reports whether a code is none, or that of an institution of the
// roster or of a claim.
func (d *Desk) knowsPlace(code string) bool {
	if code == "" || d.o.Knowledge.Institutions[code] != nil {
		return true
	}
	total, _ := d.o.Claims.Find(recall.ClaimQuery{Institution: code})
	return total > 0
}

// fillPack reads the claims, runs the detectors over them, and takes over what
// they find.
func (d *Desk) fillPack(r *http.Request, p *packPage, ask recall.ClaimQuery) error {
	fit, known := d.o.Claims.Find(ask)
	var names []string
	for i := range known {
		names = append(names, known[i].Name())
	}
	p.Fit, p.Claims = fit, len(names)
	// What takes one of them back belongs to it, also where it came later.
	for _, name := range slices.Clone(names) {
		for _, k := range d.o.Claims.Refunds(name) {
			names = append(names, k.Name())
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	p.Refunds = len(names) - p.Claims
	sent := map[string][]byte{}
	var messages [][]byte
	var err error
	p.Unkept, err = d.o.Claims.Each(r.Context(), names, func(name string, message []byte) error {
		sent[name] = message
		messages = append(messages, message)
		return nil
	})
	if err != nil {
		return err
	}
	found, left, err := d.o.Detect(r.Context(), messages)
	if err != nil {
		return err
	}
	p.Left, p.Found = left, len(found)
	if err := d.tellPack(p, found, sent); err != nil {
		return err
	}
	return d.streamed(r, p, names)
}

// tellPack takes over findings with their lines, and adds them up.
func (d *Desk) tellPack(p *packPage, found []detectors.Finding, sent map[string][]byte) error {
	lines, err := d.citedLines(found, sent)
	if err != nil {
		return err
	}
	most, totals := map[string]int64{}, map[string]*packTotal{}
	for i := range found {
		f := &found[i]
		one, err := d.packFinding(f, lines)
		if err != nil {
			return err
		}
		p.Findings = append(p.Findings, one)
		t := totals[f.Detector]
		if t == nil {
			t = &packTotal{Ground: one.Ground}
			totals[f.Detector] = t
		}
		t.Findings++
		t.Amount += cases.Clamp(f.Amount)
		pieces := piecesOf(f)
		for n, piece := range pieces {
			most[piece] = max(most[piece], partOf(cases.Clamp(f.Amount), n, len(pieces)))
		}
	}
	for piece, fen := range most {
		p.Union += fen
		if strings.Count(piece, "/") == 2 {
			p.Lines++
		}
	}
	for _, t := range totals {
		p.Totals = append(p.Totals, *t)
	}
	slices.SortFunc(p.Totals, func(a, b packTotal) int {
		return cmp.Or(cmp.Compare(b.Amount, a.Amount), strings.Compare(a.Ground.Detector, b.Ground.Detector))
	})
	slices.SortStableFunc(p.Findings, func(a, b packFinding) int { return strings.Compare(b.Finding.From, a.Finding.From) })
	return nil
}

// piecesOf gives what a finding's amount is spread over.
func piecesOf(f *detectors.Finding) []string {
	if len(f.Lines) == 0 {
		return f.Settlements
	}
	return f.Lines
}

// partOf gives the n-th part of an amount that is spread evenly, in whole fen.
func partOf(fen int64, n, of int) int64 {
	out := fen / int64(of)
	if int64(n) < fen%int64(of) {
		out++
	}
	return out
}

// citedLines reads the lines that findings rest on, by their paths; a settlement
// stands under its own path with its total.
func (d *Desk) citedLines(found []detectors.Finding, sent map[string][]byte) (map[string]ClaimLine, error) {
	wanted := map[string]bool{}
	for i := range found {
		for _, name := range found[i].Settlements {
			wanted[name] = true
		}
	}
	out := map[string]ClaimLine{}
	for name := range wanted {
		if sent[name] == nil {
			continue
		}
		c := Claim{ID: name}
		if _, err := d.readClaim(sent[name], &c, func(string) bool { return true }); err != nil {
			return nil, err
		}
		out[name] = ClaimLine{At: c.SettledAt, Amount: c.Total}
		for _, l := range c.Lines {
			out[name+"/"+l.ID] = l
		}
	}
	return out, nil
}

// packFinding makes a finding fit to be seen.
func (d *Desk) packFinding(f *detectors.Finding, lines map[string]ClaimLine) (out packFinding, err error) {
	value, err := f.AppendJSON(nil)
	if err != nil {
		return out, err
	}
	var t told
	if json.Unmarshal(value, &t) != nil {
		return out, errors.New("a finding cannot be read") // the cause may quote it
	}
	out = packFinding{subject: t.Subject, Subject: d.subject(t.Subject), Known: d.o.Cited.Stands(f.ID)}
	if out.Finding, err = d.finding(&t, false); err != nil {
		return out, err
	}
	if det := d.byID[f.Detector]; det != nil {
		out.Ground = groundOf(det)
	}
	for _, piece := range piecesOf(f) {
		institution, rest, _ := strings.Cut(piece, "/")
		settlement, line, _ := strings.Cut(rest, "/")
		l := lines[piece]
		l.ID = line
		out.Rests = append(out.Rests, packLine{institution + "/" + settlement, l})
	}
	return out, nil
}

// streamed lists what the stream finds on these claims and the pack does not.
func (d *Desk) streamed(r *http.Request, p *packPage, names []string) error {
	var ids []string
	for i := range p.Findings {
		ids = append(ids, p.Findings[i].Finding.ID)
	}
	var err error
	p.Others.Findings, p.Others.Hidden, p.Others.More, err = d.cited(r, d.o.Cited.CitingAny(names, ids))
	return err
}

// packCase tells into which case the pack can be filed.
func (d *Desk) packCase(r *http.Request, p *packPage, id string) error {
	u := visitOf(r).user
	if id == "" || d.o.Papers == nil || !u.May(accounts.CaseWork) {
		return nil
	}
	c, err := d.o.Cases.Case(r.Context(), id)
	if err != nil {
		return err
	}
	if err := d.caseInScope(r, u, &c); err != nil {
		if errors.Is(err, errScope) {
			return nil
		}
		return err
	}
	p.Case, p.Version, p.stage = c.ID, c.Version, c.Status
	return nil
}
