package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/accounts"
	"fundwatch/internal/worker"
	"fundwatch/policies"
	"fundwatch/policies/regions"
)

// TestPolicyAndAccountsAgree: the pages ask the compiled table and the policy
// is its written form; no cell differs, and what nobody may have together is
// denied.
func TestPolicyAndAccountsAgree(t *testing.T) {
	p, err := regions.LoadPolicy(regions.Builtin(), "152900")
	if err != nil {
		t.Fatal(err)
	}
	a, err := policies.NewAuthz(t.Context(), policies.Builtin(), p, grants())
	if err != nil {
		t.Fatal(err)
	}
	sets := [][]accounts.Role{nil}
	for _, r := range accounts.Roles() {
		sets = append(sets, []accounts.Role{r})
		for _, other := range accounts.Roles() {
			if other != r {
				sets = append(sets, []accounts.Role{r, other})
			}
		}
	}
	permissions := append(accounts.Permissions(), accounts.SignedIn, "no.such")
	const own, other = "152921", "152922" // 虚构
	allowed := 0
	for _, roles := range sets {
		for _, counties := range [][]string{nil, {own}} {
			u := accounts.User{Roles: roles, Counties: counties}
			for _, permission := range permissions {
				for object, county := range map[string]string{"none": "", "own": own, "other": other, "region": ""} {
					want := (permission == accounts.SignedIn || u.May(permission)) && (object == "none" || u.Sees(county)) && !errors.Is(accounts.CheckRoles(roles), accounts.ErrRoles)
					in := policies.AuthzInput{Permission: string(permission), Whole: len(counties) == 0}
					for _, r := range roles {
						in.Roles = append(in.Roles, string(r))
					}
					switch object {
					case "own", "other":
						in.Object, in.Own = policies.ObjectCounty, object == "own"
					case "region":
						in.Object = policies.ObjectRegion
					}
					d, err := a.Allow(t.Context(), in)
					if err != nil {
						t.Fatal(err)
					}
					if (d.Path == "allow") != want {
						t.Errorf("%+v: policy says %s (%s), accounts %v", in, d.Path, d.Reasons[0].Code, want)
					}
					if want {
						allowed++
					}
				}
			}
		}
	}
	if allowed == 0 {
		t.Error("nobody may do anything")
	}
	if _, err := a.Allow(t.Context(), policies.AuthzInput{Permission: "lead.read", Object: "elsewhere"}); !errors.Is(err, policies.ErrInput) {
		t.Errorf("an object that is none: %v", err)
	}
	d, err := a.Allow(t.Context(), policies.AuthzInput{Permission: string(accounts.Public)})
	if err != nil || d.Path != "allow" || a.Revision() == "" {
		t.Errorf("what is open to everybody: %+v %v", d, err)
	}
}

func TestPolicyCheck(t *testing.T) {
	if code, out, msg := run(t, "", "policy", "check"); code != 0 || !strings.Contains(out, "0 处错误") {
		t.Errorf("exit %d: %s%s", code, out, msg)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, regions.Builtin()); err != nil {
		t.Fatal(err)
	}
	own := `{"region":"410900","values":{"case_amount_fen":{"number":500000,"unit":"fen"},"reward_percent":{"number":2,"unit":"percent","clause":"按惯例"}}}`
	if err := os.WriteFile(filepath.Join(dir, "410900", "policy.json"), []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, _ := run(t, "", "policy", "check", dir, "--json")
	var got struct {
		Regions []string
		Faults  []regions.Fault
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 || len(got.Regions) != 4 {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	at := map[string]bool{}
	for _, f := range got.Faults {
		at[f.At] = f.File == "410900/policy.json"
	}
	if !at["/values/case_amount_fen"] || !at["/values/reward_percent"] || !strings.Contains(out, "values.case_amount_fen: a value needs the clause") {
		t.Errorf("%+v", got.Faults)
	}
}

// TestPolicyAsk: a question that somebody has, without a server.
func TestPolicyAsk(t *testing.T) {
	const grave = `{"grade":"violation","subject":"institution","basis":["条例40(三)"],"amount_fen":2000000,"verified":true,"intent":"shown","today":"2026-06-01"}`
	for region, clause := range map[string]string{"152900": "阿署办发〔2020〕30号29", "410900": "行政执法机关移送涉嫌犯罪案件的规定5；条例22"} {
		code, out, msg := run(t, grave, "policy", "ask", "referral", "-", "--region", region, "--json")
		k, err := policies.ReadKept([]byte(strings.TrimSpace(out)))
		if code != 0 || err != nil || k.Path != "police" || k.To.Clause != clause {
			t.Errorf("%s: exit %d, %v: %s%s", region, code, err, out, msg)
		}
	}
	code, out, _ := run(t, `{"roles":["audit"],"permission":"lead.read"}`, "policy", "ask", "authz", "-", "--region", "152900")
	if code != 0 || !strings.Contains(out, "authz\tdeny") || !strings.Contains(out, "not-granted") {
		t.Errorf("exit %d: %s", code, out)
	}
	for _, c := range []struct{ name, text, region string }{
		{"referral", `{"grade":"violation"`, "152900"}, {"mercy", grave, "152900"}, {"referral", `{"grades":1}`, "152900"},
		{"referral", grave, ""}, {"referral", grave, "999900"},
	} {
		if code, _, _ := run(t, c.text, "policy", "ask", c.name, "-", "--region", c.region); code != 2 {
			t.Errorf("%+v: exit %d", c, code)
		}
	}
	if code, _, _ := run(t, `{"grade":"none"}`, "policy", "ask", "triage", "-", "--region", "152900"); code != 1 {
		t.Errorf("a malformed question: exit %d", code)
	}
}

func TestPolicyShow(t *testing.T) {
	_, alxa, _ := run(t, "", "policy", "show", "--region", "152900")
	_, quxian, _ := run(t, "", "policy", "show", "--region", "511725")
	if !strings.Contains(alxa, "repair_clean_months\t6 months") || !strings.Contains(quxian, "repair_clean_months\t"+openValue) || !strings.Contains(quxian, "discipline\t县纪委监委") {
		t.Error(alxa, quxian)
	}
}

// decisionsAreKept explains what the server decided and asks all of it again;
// then somebody forges a decision.
func (i *installation) decisionsAreKept(t *testing.T, findings []string) {
	t.Helper()
	var f struct {
		ID, Detector string
		Subject      detectors.Subject
	}
	if err := json.Unmarshal([]byte(findings[0]), &f); err != nil {
		t.Fatal(err)
	}
	explain := func(id string) (x explanation) {
		t.Helper()
		code, out, msg := i.run(t, "", "policy", "explain", id, "--json")
		if err := json.Unmarshal([]byte(out), &x); code != 0 || err != nil {
			t.Fatalf("%s: exit %d, %v: %s", id, code, err, msg)
		}
		return x
	}
	x := explain(f.ID)
	if x.What != "finding" || len(x.Decisions) != 1 || x.Unkept != 0 {
		t.Fatalf("%+v", x)
	}
	d := x.Decisions[0]
	q, err := d.Question()
	if in, ok := q.(policies.TriageInput); err != nil || !ok || in.Detector != f.Detector || d.Path == "" || d.Reasons[0].ZH == "" || d.Reasons[0].EN == "" || len(d.Reasons[0].Basis) == 0 {
		t.Errorf("%+v, %v", d, err)
	}
	if code, out, _ := i.run(t, "", "policy", "explain", f.ID); code != 0 || !strings.Contains(out, d.Reasons[0].ZH) || !strings.Contains(out, d.Record.Policy) {
		t.Errorf("for people: %s", out)
	}
	if code, _, _ := i.run(t, "", "policy", "explain", "S05-0000000000000000"); code != 1 {
		t.Error("a finding that was never there is explained")
	}
	i.leadsAndCasesAreExplained(t, explain)

	replay := func() (code int, r replayed) {
		t.Helper()
		code, out, msg := i.run(t, "", "policy", "replay", "--json")
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatal(msg, err)
		}
		return code, r
	}
	code, before := replay()
	if code != 0 || before.Asked < len(findings) || before.Same != before.Asked || before.Unkept != 0 {
		t.Errorf("exit %d: %+v", code, before)
	}
	k := d.Kept
	k.Path, k.Reasons[0].Path = "watch", "watch"
	forged, err := k.JSON()
	if err != nil {
		t.Fatal(err)
	}
	flags := i.flags()
	if err := withState(t.Context(), &flags, true, func(s *services) error {
		return s.producer.Publish(context.Background(), s.topic(cases.TopicFindings), []kafka.Message{{Key: []byte(f.ID), Value: []byte("{}"),
			Headers: []kafka.Header{{Key: cases.HeaderChange, Value: []byte("new")}, {Key: cases.HeaderDecision, Value: forged}}}})
	}); err != nil {
		t.Fatal(err)
	}
	code, after := replay()
	if code != 1 || after.Asked != before.Asked+1 || len(after.Differs) != 1 || after.Differs[0].Where != f.ID {
		t.Errorf("a forged decision: exit %d: %+v", code, after)
	}
}

// leadsAndCasesAreExplained takes a case that policy opened, and its lead.
func (i *installation) leadsAndCasesAreExplained(t *testing.T, explain func(id string) explanation) {
	t.Helper()
	f := i.flags()
	var c cases.Case
	var lead cases.Lead
	err := withState(t.Context(), &f, false, func(s *services) error {
		filer := &worker.Filer{Store: s.cases, Clock: time.Now}
		if _, err := filer.Once(t.Context()); err != nil {
			return err
		}
		_, all, err := s.cases.Cases(t.Context(), 0, 1)
		if err != nil || len(all) == 0 {
			return errors.Join(err, errors.New("no case was opened"))
		}
		c = all[0]
		lead, err = s.cases.Lead(t.Context(), c.Leads[0])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	x := explain(lead.ID)
	paths, shown := map[string]int64{}, 0
	for _, d := range x.Decisions {
		paths[d.Path] += int64(len(d.Findings) - d.Withdrawn)
		shown += len(d.Findings)
	}
	if x.What != "lead" || shown == 0 || x.Unkept != 0 || int64(shown) > lead.Findings || paths["case"] == 0 {
		t.Errorf("%+v of %+v", x, lead)
	}
	for path, n := range paths {
		if n > lead.Paths[path] {
			t.Errorf("%d findings on path %s, the lead has %d", n, path, lead.Paths[path])
		}
	}
	if of := explain(c.ID); of.What != "case" || of.How != "decision" || len(of.Decisions) < len(x.Decisions) {
		t.Errorf("%+v", of)
	}
}
