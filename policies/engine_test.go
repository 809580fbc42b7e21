package policies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/policies/regions"
)

// alxa is the policy of Alxa League.
func alxa(t testing.TB) regions.Policy {
	t.Helper()
	p, err := regions.LoadPolicy(regions.Builtin(), "152900")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fresh makes an engine that a test may reload.
func fresh(t testing.TB) *Engine {
	t.Helper()
	e, err := New(context.Background(), Builtin(), alxa(t))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// shared is one engine for all tests that only ask.
var shared struct {
	once sync.Once
	e    *Engine
}

func engine(t testing.TB) *Engine {
	t.Helper()
	shared.once.Do(func() { shared.e = fresh(t) })
	return shared.e
}

// ask puts either question.
func ask(t testing.TB, e *Engine, q Question) Decision {
	t.Helper()
	d, err := e.now.Load().decide(context.Background(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return d
}

// unreached are the paths to which no class leads first: no region says where a
// large amount begins, and the platform is only beside another path.
var unreached = []string{"listing ordinary", "listing platform"}

// TestEveryClassHasOnePath, in each of the four regions.
func TestEveryClassHasOnePath(t *testing.T) {
	for _, code := range []string{"152900", "360900", "410900", "511725"} {
		p, err := regions.LoadPolicy(regions.Builtin(), code)
		if err != nil {
			t.Fatal(err)
		}
		e, err := New(context.Background(), Builtin(), p)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, q := range classes(&p) {
			d := ask(t, e, q)
			sound(t, &p, q, d)
			seen[q.name()+" "+d.Path] = true
		}
		for _, name := range regions.Questions() {
			for _, path := range regions.PathsOf(name) {
				if !seen[name+" "+path] && !slices.Contains(unreached, name+" "+path) && name != "authz" {
					t.Errorf("%s: %s never answers %s", code, name, path)
				}
			}
		}
	}
}

// sound checks what holds of every decision.
func sound(t testing.TB, p *regions.Policy, q Question, d Decision) {
	t.Helper()
	paths, ways := regions.PathsOf(q.name()), p.Of(q.name()).Ways
	single := q.name() != "referral" && q.name() != "listing"
	if !slices.Contains(paths, d.Path) || slices.Contains(d.Also, d.Path) || single && len(d.Also) > 0 {
		t.Errorf("%+v: path %q, also %v", q, d.Path, d.Also)
	}
	if d.Priority < 1 || len(d.Reasons) == 0 || d.Reasons[0].Path != d.Path {
		t.Errorf("%+v: the first reason does not lead to the path: %+v", q, d)
	}
	for _, r := range d.Reasons {
		if r.ZH == "" || r.EN == "" || len(r.Basis) == 0 || r.Path != "" && ways[r.Code].Path != r.Path {
			t.Errorf("%+v: half a reason: %+v", q, r)
		}
	}
	for _, c := range d.Clocks {
		if string(p.Clocks[c.Name].Unit) != c.Unit {
			t.Errorf("%+v: clock %+v", q, c)
		}
	}
	if q.name() == "referral" && (d.To == regions.Department{}) != slices.Contains(d.Undefined, "departments."+d.Path) {
		t.Errorf("%+v: to %+v, undefined %v", q, d.To, d.Undefined)
	}
	open := slices.ContainsFunc(d.Reasons, func(r Reason) bool { return strings.Contains(r.EN, "Undefined, goes to a person") })
	if open != (len(d.Undefined) > 0) {
		t.Errorf("%+v: undefined %v, but the reasons say %v", q, d.Undefined, open)
	}
}

func TestFindingBecomesAQuestion(t *testing.T) {
	d := &detectors.Detector{ID: "T01-trace-reused", Classes: []string{"两库9", "F26", "F27"}}
	f := &detectors.Finding{
		Detector: "T01-trace-reused", Grade: detectors.Violation, Subject: detectors.Subject{Kind: "institution", Code: "H15290000001"},
		Person: "P虚构", Amount: claim.Product(1<<62, 4), Basis: []string{"条例38(五)", "条例40(四)"}, From: "2026-01-02", To: "2026-01-03",
	}
	in := TriageOf(f, d, Lead{Earlier: 2}, "2026-02-01")
	if in.AmountFen != 1<<63-1 || !slices.Equal(in.Schemes, []string{"F26", "F27"}) || in.Subject != "institution" {
		t.Errorf("%+v", in)
	}
	raw, err := json.Marshal(in)
	if err != nil || strings.Contains(string(raw), "H15290000001") || strings.Contains(string(raw), "P虚构") {
		t.Errorf("a question knows nobody: %s %v", raw, err)
	}
	if got := ask(t, engine(t), in); got.Path != "case" || got.Reasons[0].Code != "article-40" {
		t.Errorf("%+v", got)
	}
	f.Amount = f.Amount.Neg()
	if in := TriageOf(f, d, Lead{}, "2026-02-01"); in.AmountFen >= 0 {
		t.Errorf("%+v", in)
	}
}

func TestMalformedQuestionsAreRefusedWithoutTheirValues(t *testing.T) {
	e := engine(t)
	_, err := e.Triage(context.Background(), TriageInput{Grade: "secret", Subject: "secret", From: "secret", To: "secret", Today: "secret", Lead: Lead{Earlier: -1, TotalFen: -1}})
	if !errors.Is(err, ErrInput) || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "from, grade, lead.earlier, lead.total_fen, subject, to, today") {
		t.Error(err)
	}
	_, err = e.Referral(context.Background(), ReferralInput{Grade: "violation", Subject: "agency", Intent: IntentShown, Signs: []Sign{"secret"}, Today: anyDay})
	if !errors.Is(err, ErrInput) || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "intent, signs") {
		t.Errorf("intent before verification: %v", err)
	}
}

// changed is the built-in bundle with one file changed or added.
func changed(t testing.TB, path, text string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for p, text := range map[string]string{
		"rego/answer/answer.rego": "", "rego/matter/matter.rego": "", "rego/triage/triage.rego": "", "rego/referral/referral.rego": "",
		"rego/listing/listing.rego": "", "rego/publication/publication.rego": "", "rego/authz/authz.rego": "",
	} {
		raw, err := builtin.ReadFile(p)
		if err != nil {
			t.Fatal(err, text)
		}
		out[p] = &fstest.MapFile{Data: raw}
	}
	out[path] = &fstest.MapFile{Data: []byte(text)}
	return out
}

func TestPoliciesReachNothingOutside(t *testing.T) {
	for _, call := range []string{
		`http.send({"method": "GET", "url": "http://127.0.0.1"})`, `time.now_ns()`, `opa.runtime()`, `rand.intn("a", 9)`,
		`net.lookup_ip_addr("localhost")`, `uuid.rfc4122("a")`, `io.jwt.decode("a")`, `walk(input)`, `regex.match("a", "a")`, `trace("a")`,
	} {
		_, err := New(context.Background(), changed(t, "rego/x.rego", "package x\n\ny := "+call+"\n"), alxa(t))
		name, _, _ := strings.Cut(call, "(")
		if err == nil || !strings.Contains(err.Error(), "undefined function "+name) {
			t.Errorf("%s: %v", call, err)
		}
	}
}

// stubborn answers triage for all detectors but one.
const stubborn = `package triage

decision := {"path": "watch", "also": [], "priority": 1, "clocks": [], "undefined": [], "reasons": [{"code": "a", "path": "watch", "zh": "b", "en": "c", "basis": []}]} if {
	input.detector != "S99-none"
}
`

func TestUndefinedGoesToAPerson(t *testing.T) {
	e, err := New(context.Background(), changed(t, "rego/triage/triage.rego", stubborn), alxa(t))
	if err != nil {
		t.Fatal(err)
	}
	in := TriageInput{Grade: "violation", Subject: "institution", Today: anyDay}
	if d := ask(t, e, in); d.Path != "watch" {
		t.Errorf("%+v", d)
	}
	in.Detector = "S99-none"
	_, err = e.Triage(context.Background(), in)
	var u *Undefined
	if !errors.Is(err, ErrUndefined) || !errors.As(err, &u) || u.Question != "triage" || !strings.Contains(err.Error(), "triage") {
		t.Error(err)
	}
}

func TestReloadKeepsTheOldOnFailure(t *testing.T) {
	ctx := context.Background()
	e := fresh(t)
	before := e.Revision()
	faulty := alxa(t)
	faulty.Departments = map[string]regions.Department{"police": {ZH: "a", EN: "b"}}
	wayless := alxa(t)
	wayless.Triage.Order.List = nil
	wayless.Triage.Ways = nil
	for name, load := range map[string]func() error{
		"no Rego":     func() error { return e.Reload(ctx, changed(t, "rego/x.rego", "package"), alxa(t)) },
		"Rego of old": func() error { return e.Reload(ctx, changed(t, "rego/x.rego", "package x\n\ny { true }\n"), alxa(t)) },
		"not strict": func() error {
			return e.Reload(ctx, changed(t, "rego/x.rego", "package x\n\nimport data.triage\n"), alxa(t))
		},
		"half an answer": func() error {
			return e.Reload(ctx, changed(t, "rego/triage/triage.rego", "package triage\n\ndecision := {\"path\": \"case\"}\n"), alxa(t))
		},
		"a class unanswered":   func() error { return e.Reload(ctx, changed(t, "rego/triage/triage.rego", "package triage\n"), alxa(t)) },
		"empty bundle":         func() error { return e.Reload(ctx, fstest.MapFS{}, alxa(t)) },
		"data without clause":  func() error { return e.Reload(ctx, Builtin(), faulty) },
		"data without any way": func() error { return e.Reload(ctx, Builtin(), wayless) },
	} {
		if err := load(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if e.Revision() != before {
		t.Error("a refused policy is in force")
	}
	if got, err := New(ctx, fstest.MapFS{}, alxa(t)); err == nil || got != nil {
		t.Error("an engine without policy")
	}
}

func TestReloadChangesDecisions(t *testing.T) {
	e := fresh(t)
	in := TriageInput{Grade: "violation", Subject: "institution", AmountFen: 100, Basis: []string{"条例38(三)"}, Today: anyDay}
	before := ask(t, e, in)
	p := alxa(t)
	p.Values = maps.Clone(p.Values)
	own := int64(100)
	p.Values["case_amount_fen"] = regions.Setting{Number: &own, Unit: regions.Fen, Clause: "虚构"}
	if err := e.Reload(context.Background(), Builtin(), p); err != nil {
		t.Fatal(err)
	}
	after := ask(t, e, in)
	if before.Path != "lead" || after.Path != "case" || before.Record.Policy == after.Record.Policy || before.Record.Input != after.Record.Input {
		t.Errorf("%+v\n%+v", before, after)
	}
	in.AmountFen = 99
	if d := ask(t, e, in); d.Path != "lead" || len(d.Undefined) != 0 {
		t.Errorf("%+v", d)
	}
}

func TestManyAskAtOnceWhileItReloads(t *testing.T) {
	e, p := fresh(t), alxa(t)
	all := classes(&p)
	want := make([]Record, len(all))
	for i, q := range all {
		want[i] = ask(t, e, q).Record
	}
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := g; i < len(all); i += 16 {
				if d, err := e.now.Load().decide(context.Background(), all[i]); err != nil || d.Record != want[i] {
					t.Errorf("%+v: %v", d, err)
				}
			}
		})
	}
	for range 2 {
		if err := e.Reload(context.Background(), Builtin(), p); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}

func TestReplay(t *testing.T) {
	ctx := context.Background()
	e := engine(t)
	in := ReferralInput{Grade: "violation", Subject: "institution", Verified: true, Intent: IntentNone, AmountFen: 5, Basis: []string{"条例38(三)"}, Today: anyDay}
	r := ask(t, e, in).Record
	if err := e.Replay(ctx, r, in); err != nil {
		t.Error(err)
	}
	same := in
	same.Basis = []string{"条例38(三)", "条例38(三)"}
	if err := e.Replay(ctx, r, same); err != nil {
		t.Errorf("a clause said twice is the same question: %v", err)
	}
	wrong := func(change func(*ReferralInput, *Record)) *Difference {
		t.Helper()
		in, r := in, r
		change(&in, &r)
		var d *Difference
		if err := e.Replay(ctx, r, in); !errors.As(err, &d) {
			t.Fatalf("%v", err)
		}
		return d
	}
	if d := wrong(func(in *ReferralInput, _ *Record) { in.AmountFen++ }); !d.Input || d.Policy || d.Result {
		t.Errorf("another question with the same decision: %v", d)
	}
	if d := wrong(func(in *ReferralInput, _ *Record) { in.AmountFen = 0 }); !d.Input || d.Policy || !d.Result || !strings.HasSuffix(d.Error(), "the question, the decision") {
		t.Errorf("another question with another decision: %v", d)
	}
	if d := wrong(func(_ *ReferralInput, r *Record) { r.Result = "sha256:00" }); d.Input || d.Policy || !d.Result {
		t.Errorf("a record that was changed: %v", d)
	}
	if d := wrong(func(_ *ReferralInput, r *Record) { r.Policy = "sha256:00" }); d.Input || !d.Policy || d.Result {
		t.Errorf("another policy: %v", d)
	}
	if err := e.Replay(ctx, r, TriageInput{Grade: "violation", Subject: "person", Today: anyDay}); !errors.Is(err, ErrInput) {
		t.Errorf("another kind of question: %v", err)
	}
}

// TestDigestOfAQuestionIsForEver: records of years ago must still be replayed.
func TestDigestOfAQuestionIsForEver(t *testing.T) {
	in := TriageInput{
		Detector: "S05-overlapping-stays", Grade: "suspicious", Subject: "institution", AmountFen: 210000,
		Basis: []string{"条例41(二)", "条例38(一)"}, From: "2026-03-05", To: "2026-03-09", Lead: Lead{Earlier: 1, TotalFen: 300000}, Today: "2026-04-01",
	}
	const text = `{"detector":"S05-overlapping-stays","grade":"suspicious","subject":"institution","amount_fen":210000,` +
		`"basis":["条例38(一)","条例41(二)"],"schemes":[],"from":"2026-03-05","to":"2026-03-09","lead":{"earlier":1,"total_fen":300000},"today":"2026-04-01"}`
	sum := sha256.Sum256([]byte(text))
	if got := ask(t, engine(t), in).Record.Input; got != "sha256:"+hex.EncodeToString(sum[:]) {
		t.Errorf("the digest is not that of %s", text)
	}
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := engine(t).Triage(ctx, TriageInput{Detector: "S98-never-asked", Grade: "violation", Subject: "institution", Today: anyDay})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCacheIsBounded(t *testing.T) {
	var c cache
	often := seenTriage{months: -5}
	c.put(often, Decision{Path: "watch"})
	for i := range int64(3 * cacheSize) {
		c.put(seenTriage{earlier: i}, Decision{})
		if d, ok := c.get(often); !ok || d.Path != "watch" {
			t.Fatal("what is asked often is forgotten")
		}
	}
	if n := len(c.young) + len(c.old); n > cacheSize {
		t.Errorf("%d decisions are kept", n)
	}
	if _, ok := c.get(seenTriage{earlier: 0}); ok {
		t.Error("the oldest is still there")
	}
}
