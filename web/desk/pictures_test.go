package desk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
)

// more puts one more finding into the store.
func (h *house) more(f *detectors.Finding, offset int64) {
	h.t.Helper()
	var g cases.Gatherer
	g.Add(f, schemeOf(h.byID[f.Detector]), "lead", "rev")
	value, err := json.Marshal(f)
	if err != nil {
		h.t.Fatal(err)
	}
	step := cases.Step{Generation: 1, From: offset, To: offset + 1, At: h.now, Leads: g.Leads(), Findings: []cases.FindingChange{{ID: f.ID, Value: value}}}
	if _, err := h.cases.Apply(h.t.Context(), step); err != nil {
		h.t.Fatal(err)
	}
	h.sync()
}

// TestSimilarLeads: each with all the reasons it has, those with more first;
// none out of scope.
func TestSimilarLeads(t *testing.T) {
	h := newHouse(t)
	h.fillClaims()
	// Rests on the claim of the first finding, and is about another institution.
	f := finding(20, inRight, "R05-institution-level", 7)
	f.Settlements, f.Practitioner = []string{"H15292100001/S1"}, "D9"
	h.more(f, 10)
	// Has the practitioner of that one, and no claim of it.
	f = finding(21, ofPerson, "R05-institution-level", 7)
	f.Settlements, f.Practitioner = []string{"H15292200001/S77"}, "D9"
	h.more(f, 11)
	h.user("zhang", nil, accounts.Investigator)
	h.user("near", []string{left}, accounts.Investigator)
	list := func(login string, lead string) (out []string) {
		t.Helper()
		var p struct{ Similar []similar }
		a := h.get(login, "/leads/"+lead, asJSON)
		if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || a.Code != http.StatusOK {
			t.Fatalf("%v: %s", err, a.text)
		}
		for _, s := range p.Similar {
			line := s.Lead.Scheme + " " + s.Lead.Subject.Kind + s.Lead.Subject.County + ":"
			for _, why := range s.Reasons {
				line += " " + strings.TrimSpace(fmt.Sprint(why.Kind, " ", why.N, " ", why.Text))
			}
			out = append(out, line)
		}
		return out
	}
	r05 := h.cases.LeadID(inRight, "R05")
	for _, c := range []struct {
		login, lead string
		want        []string
	}{
		{"zhang", h.leadID(inLeft), []string{"R05 institution152922: claims 1", "R05 institution152921: subject 0", "F07 institution152922: detectors 0 S05"}},
		{"near", h.leadID(inLeft), []string{"R05 institution152921: subject 0"}},
		{"zhang", h.leadID(inRight), []string{"R05 institution152922: subject 0", "F07 practitioner152922: place 0", "F07 institution152921: detectors 0 S05"}},
		{"zhang", h.leadID(ofDoctor), []string{"F07 institution152922: place 0", "R05 institution152922: place 0"}},
		{"zhang", r05, []string{"F07 institution152921: claims 1", "R05 person: practitioner 1", "F07 institution152922: subject 0", "R05 institution152921: detectors 0 R05"}},
	} {
		if got := list(c.login, c.lead); strings.Join(got, "; ") != strings.Join(c.want, "; ") {
			t.Errorf("%s sees beside %s\n%s\nwant\n%s", c.login, c.lead, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
	h.get("zhang", "/leads/"+r05).want(t, http.StatusOK, "引用同一结算 1 笔", "1 条疑点涉及同一医师", "由相同规则发现：R05")
}

// TestSimilarLeadsAreVaried: many of one kind do not push out the others.
func TestSimilarLeadsAreVaried(t *testing.T) {
	var all []similar
	add := func(n int, kinds ...string) {
		for range n {
			var s similar
			for _, kind := range kinds {
				s.Reasons = append(s.Reasons, reason{Kind: kind})
			}
			all = append(all, s)
		}
	}
	add(5, "claims", "subject")
	add(9, "subject")
	add(9, "detectors")
	got := map[string]int{}
	for _, s := range varied(all) {
		got[s.Reasons[0].Kind]++
	}
	if fmt.Sprint(got) != "map[claims:5 detectors:3 subject:3]" {
		t.Error(got)
	}
	all = nil
	add(20, "claims", "subject")
	if n := len(varied(all)); n != mostSimilar {
		t.Error(n)
	}
}

// TestNetworkOfALead: who is tied by the claims in evidence, in a picture and a
// table; persons masked.
func TestNetworkOfALead(t *testing.T) {
	h := newHouse(t)
	h.fillClaims()
	h.user("zhang", nil, accounts.Investigator)
	a := h.get("zhang", "/leads/"+h.leadID(inLeft), asJSON)
	var p struct{ Network ties }
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	// One claim, with one practitioner: two ties.
	if n := p.Network; n.Claims != 1 || n.Looked != 1 || n.Left != 0 || len(n.Nodes) != 3 || len(n.Edges) != 2 || n.Nodes[2].Subject.Code != "P1****01" ||
		n.Edges[0] != (netEdge{A: 0, B: 1, Claims: 1}) || n.Edges[1] != (netEdge{A: 1, B: 2, Claims: 1}) {
		t.Errorf("%+v", n)
	}
	h.get("zhang", "/leads/"+h.leadID(inLeft)).want(t, http.StatusOK, `class="net"`, "虚构医师 — P1****01", "<desc>3 个机构、医师和人员，2 条连线")
	// Without a practitioner the claim ties the institution to the person.
	f := finding(30, inLeft, "R05-institution-level", 7)
	f.Settlements = []string{"H15292100001/S4"}
	h.more(f, 10)
	var q struct{ Network ties }
	a = h.get("zhang", "/leads/"+h.cases.LeadID(inLeft, "R05"), asJSON)
	if err := json.Unmarshal(a.Body.Bytes(), &q); err != nil || len(q.Network.Nodes) != 2 || len(q.Network.Edges) != 1 {
		t.Errorf("%v: %+v", err, q.Network)
	}
}

// TestNetworkStaysReadable: at most 40 nodes, those with most claims, and the
// others are counted.
func TestNetworkStaysReadable(t *testing.T) {
	h := newHouse(t)
	h.fill()
	f := finding(40, inLeft, "R05-institution-level", 7)
	f.Settlements = nil
	for i := range 30 {
		f.Settlements = append(f.Settlements, fmt.Sprintf("H15292100001/N%d", i))
		h.claim(fmt.Sprintf("H15292100001/N%d person=PX%02d; 1 1 1 bilg_dr_codg=DX%02d; 2 1 1 bilg_dr_codg=DX00", i, i, i))
	}
	h.more(f, 10)
	h.user("zhang", nil, accounts.Investigator)
	var p struct{ Network ties }
	a := h.get("zhang", "/leads/"+h.cases.LeadID(inLeft, "R05"), asJSON)
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if n := p.Network; len(n.Nodes) != 1+12+20 || n.Left != 18+10 || n.Claims != 30 || n.Nodes[1].Subject.Code != "DX00" || n.Nodes[1].Claims != 30 {
		t.Errorf("%d nodes, %d left, %d claims: %+v", len(n.Nodes), n.Left, n.Claims, n.Nodes[:2])
	}
	if b := h.get("zhang", "/leads/"+h.cases.LeadID(inLeft, "R05"), asJSON); strings.Contains(b.text, "PX00") {
		t.Error("the number of a person")
	}
}

// TestInstitutionsList: in scope, with what claims and leads there are, and when.
func TestInstitutionsList(t *testing.T) {
	h := newHouse(t)
	h.fillClaims()
	h.claim("H99/S1 person=P2 setl_time=2025-12-30_10:00:00 medfee_sumamt=1 fund_pay_sumamt=1") // the registry does not have it
	h.sync()
	h.user("zhang", nil, accounts.Investigator)
	h.user("near", []string{left}, accounts.Supervisor)
	list := func(login, query string) (out []string, p institutionsPage) {
		t.Helper()
		a := h.get(login, "/institutions?"+query, asJSON)
		if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || a.Code != http.StatusOK {
			t.Fatalf("%v: %s", err, a.text)
		}
		for _, row := range p.Rows {
			out = append(out, fmt.Sprint(row.Subject.Code, "/", row.Leads, "/", row.Claims, "/", row.Fund))
		}
		return out, p
	}
	const one, two, other = "H15292100001/1/2/210000", "H15292200001/1/1/5000", "H99/0/1/100"
	for query, want := range map[string]string{"": one + " " + two + " " + other, "sort=claims": one + " " + two + " " + other, "county=" + right: two, "q=152922": two, "q=H99": other, "q=none": "",
		"sort=name": other + " " + one + " " + two} {
		if got, _ := list("zhang", query); strings.Join(got, " ") != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	_, p := list("zhang", "")
	if s := p.Spread; fmt.Sprint(s.Months, s.Counties, s.Counts) != "[2025-12 2026-01 2026-02] [ 152921 152922] [[1 0 0] [0 1 1] [0 0 1]]" {
		t.Errorf("%+v", s)
	}
	if got, _ := list("near", ""); strings.Join(got, " ") != one {
		t.Error(got)
	}
	h.get("zhang", "/institutions").want(t, http.StatusOK, `class="heat"`, `class="spark"`, `href="/institutions/H15292100001"`)
	h.get("zhang", "/institutions/"+inLeft.Code).want(t, http.StatusOK, `class="heat"`, `class="net"`, "共 2 笔；最多的是周一 10 时，1 笔", `href="/claims?institution=`+inLeft.Code)
}
