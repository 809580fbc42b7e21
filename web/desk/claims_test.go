package desk

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fundwatch/internal/accounts"
)

// fillClaims sends claims of both counties; all are invented.
func (h *house) fillClaims() {
	h.fill()
	h.claim("H15292200001/S2 person=P2 setl_time=2026-02-03_10:00:00 medfee_sumamt=99.99 fund_pay_sumamt=50.00; 1 1 99.99 item=X1 bilg_dr_codg=D15292200001")
	h.claim("H15292100001/S3 person=" + person + " setl_time=2026-02-04_10:00:00 medfee_sumamt=-3210.50 refunds=S1; 1 -2 -31 item=X1 of=1 trace=a,b")
	h.claim("H15292100001/S4 person=P3 setl_time=2026-02-04_23:59:59 medfee_sumamt=5; 1 1 5 item=X9")
	h.sync()
}

// found searches and gives the settlements that are listed.
func (h *house) found(login, query string) string {
	h.t.Helper()
	var p claimsPage
	a := h.get(login, "/claims?"+query, asJSON)
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || a.Code != http.StatusOK {
		h.t.Fatalf("%s: %v: %s", query, err, a.text)
	}
	out := p.Wrong
	for _, c := range p.Claims {
		out = append(out, c.Settlement())
	}
	if p.Total != len(p.Claims) {
		h.t.Errorf("%s: %d are counted, %d listed", query, p.Total, len(p.Claims))
	}
	return strings.Join(out, " ")
}

// TestClaimsSearch: by each condition, in the counties of who asks alone, and
// nothing without a condition.
func TestClaimsSearch(t *testing.T) {
	h := newHouse(t)
	h.fillClaims()
	h.user("zhang", nil, accounts.Investigator)
	h.user("near", []string{left}, accounts.Inspector)
	who, doctor := h.users.Reference(person), h.practitionerRef("D15292200001")
	for query, want := range map[string][2]string{ // of the whole region, of the left county
		"":                                    {"", ""},
		"item=X1":                             {"S3 S2 S1", "S3 S1"},
		"settlement=S2":                       {"S2", ""},
		"settlement=none":                     {"", ""},
		"institution=H15292200001":            {"S2", ""},
		"institution=152922":                  {"S2", ""}, // in the name
		"institution=H0":                      {"", ""},
		"county=" + right:                     {"S2", ""},
		"person=" + who:                       {"S3 S1", "S3 S1"},
		"practitioner=" + doctor:              {"S2 S1", "S1"},
		"from=2026-02-04&to=2026-02-04":       {"S4 S3", "S4 S3"},
		"to=2026-02-03":                       {"S2 S1", "S1"},
		"least=99.99&most=3%2C210.50":         {"S2 S1", "S1"},
		"most=0&item=X1":                      {"S3", "S3"},
		"scheme=" + stays7:                    {"S4 S3 S1", "S1"},
		"scheme=R05":                          {"", ""},
		"item=X1&page=9":                      {"S3 S2 S1", "S3 S1"},
		"from=2026-02-30":                     {"period", "period"},
		"from=2026-02-05&to=2026-02-04":       {"period", "period"},
		"least=1.234&item=X1":                 {"amount", "amount"},
		"person=" + doctor:                    {"person", "person"},
		"practitioner=" + who:                 {"practitioner", "practitioner"},
		"item=" + person:                      {"item", "item"},
		"settlement=152921197001310017&from=": {"settlement", "settlement"},
	} {
		for i, login := range []string{"zhang", "near"} {
			if got := h.found(login, query); got != want[i] {
				t.Errorf("%s asks %q: %q, want %q", login, query, got, want[i])
			}
		}
	}
	h.get("zhang", "/claims?item=X1").want(t, http.StatusOK, "P1****01", "3,210.50", `href="/claims/H15292100001/S1"`, "退费结算", "现有 4 笔", "2026-01-05 10:00:00 至 2026-02-04 23:59:59", "须配置归档")
	h.get("zhang", "/claims").want(t, http.StatusOK, "请至少填写一项条件")
	h.get("near", "/claims?settlement=S2").want(t, http.StatusOK, "没有符合条件的结算", "只含您所辖县区")
	off := newHouse(t, func(o *Options) { o.Claims = nil })
	off.user("zhang", nil, accounts.Investigator)
	off.get("zhang", "/claims?item=X1").want(t, http.StatusOK, "此处不查询结算")
	off.get("zhang", "/claims/H15292100001/S1").want(t, http.StatusNotFound)
}

// TestClaimsAreSearchedByPost: the number of a person does not come into the
// address, wherever it was typed.
func TestClaimsAreSearchedByPost(t *testing.T) {
	h := newHouse(t)
	h.fillClaims()
	h.user("zhang", nil, accounts.Investigator)
	for _, form := range []url.Values{{"person": {person}}, {"settlement": {person}}, {"person": {h.users.Reference(person)}}} {
		a := h.ask("zhang", http.MethodPost, "/claims", form)
		a.want(t, http.StatusSeeOther)
		to := a.Header().Get("Location")
		if strings.Contains(to, person) || to != "/claims?person="+h.users.Reference(person) {
			t.Errorf("%v leads to %s", form, to)
		}
	}
	a := h.ask("zhang", http.MethodPost, "/claims", url.Values{"practitioner": {"D15292200001"}, "item": {" X1 "}, "from": {"2026-01-01"}, "page": {"7"}})
	if to := a.Header().Get("Location"); to != "/claims?from=2026-01-01&item=X1&practitioner="+h.practitionerRef("D15292200001") {
		t.Error(to)
	}
	h.ask("zhang", http.MethodPost, "/claims", nil).want(t, http.StatusSeeOther)
	// The field above finds a claim, too.
	for text, want := range map[string]string{"H15292100001/S1": "/claims/H15292100001/S1", "S4": "/claims?settlement=S4"} {
		if to := h.post("zhang", "/search", "text", text).Header().Get("Location"); to != want {
			t.Errorf("%s leads to %s", text, to)
		}
	}
}

// TestClaimPage: all of the claim, masked; what it is evidence of and what
// takes it back; and nothing for who sees another county.
func TestClaimPage(t *testing.T) {
	h := newHouse(t)
	h.fillClaims()
	h.user("zhang", nil, accounts.Investigator)
	h.user("near", []string{left}, accounts.Inspector)
	h.user("far", []string{right}, accounts.Inspector)
	h.user("fund", nil, accounts.Supervisor)
	const at = "/claims/H15292100001/S1"
	a := h.get("zhang", at)
	a.want(t, http.StatusOK, "X1", "X2", "3210.50", "肺炎", "P1****01", h.leadID(inLeft), "疑点依据", "退掉本结算的结算", `href="/claims/H15292100001/S3"`, "内容读自消息队列", "D15292200001")
	if strings.Contains(a.text, person) {
		t.Error("the number of the person")
	}
	var p claimPage
	b := h.get("near", at, asJSON)
	if err := json.Unmarshal(b.Body.Bytes(), &p); err != nil || len(p.Claim.Lines) != 2 || !p.Claim.Lines[0].Cited || p.Claim.Lines[1].Cited || p.Age != 55 || p.Sex != "1" ||
		p.Lies != (lies{Topic: "claims"}) || len(p.Refunded) != 1 || p.Refunds != "" || strings.Contains(b.text, person) || strings.Contains(b.text, "1970-01-31") {
		t.Errorf("%v: %s", err, b.text)
	}
	// Of the findings on it one is about somebody of the county.
	if len(p.Findings) != 1 || p.Findings[0].Finding.ID != h.findingID(1) || p.Findings[0].Lead != h.leadID(inLeft) {
		t.Errorf("%+v", p.Findings)
	}
	h.get("near", "/claims/H15292100001/S3").want(t, http.StatusOK, "本结算是退费", `href="/claims/H15292100001/S1"`, "退 1", "追溯码 2 个")
	h.get("far", at).want(t, http.StatusForbidden)
	h.get("fund", at).want(t, http.StatusForbidden)
	h.get("zhang", "/claims/H15292100001/none").want(t, http.StatusNotFound)
	h.get("zhang", "/claims/H0/S1").want(t, http.StatusNotFound)
	h.get("zhang", at+"?lines=9").want(t, http.StatusOK, "X2")
	h.get("zhang", at+"?lines=x").want(t, http.StatusBadRequest)

	// Whole numbers are for a reason, and on record.
	h.post("near", at+"/reveal", "reason", "测试").want(t, http.StatusForbidden)
	h.post("zhang", at+"/reveal").want(t, http.StatusUnprocessableEntity)
	h.post("zhang", "/claims/H15292100001/none/reveal", "reason", "测试").want(t, http.StatusNotFound)
	h.post("zhang", at+"/reveal", "reason", "虚构：与病历核对").want(t, http.StatusOK, person)
	h.sync()
	h.user("audit", nil, accounts.Audit)
	h.get("audit", "/audit?kind=person.reveal").want(t, http.StatusOK, "虚构：与病历核对", "claim:H15292100001/S1")
}

// TestPractitionerPage: by a reference that is none of a person, in scope.
func TestPractitionerPage(t *testing.T) {
	h := newHouse(t)
	h.fillClaims()
	h.claim("H15292200001/S0 person=P2 setl_time=2025-12-30_10:00:00 medfee_sumamt=1; 1 1 1 item=X7 bilg_dr_codg=D15292200001")
	h.sync()
	h.user("zhang", nil, accounts.Investigator)
	h.user("far", []string{right}, accounts.Inspector)
	h.user("near", []string{left}, accounts.Inspector)
	h.user("fund", nil, accounts.Supervisor)
	at := "/practitioners/" + h.practitionerRef(ofDoctor.Code)
	if strings.Contains(at, ofDoctor.Code) {
		t.Error(at)
	}
	a := h.get("zhang", at)
	a.want(t, http.StatusOK, "虚构医师", h.leadID(ofDoctor), h.findingID(3), "/institutions/H15292100001", "/institutions/H15292200001", "2026-02", `class="spark"`, `href="/claims/H15292200001/S2"`)
	var p practitionerPage
	b := h.get("far", at, asJSON)
	if err := json.Unmarshal(b.Body.Bytes(), &p); err != nil || len(p.Places) != 1 || p.Outside != 1 || p.Claims != 2 || p.Fund != 5000 || len(p.Latest) != 2 || len(p.Months.Months) != 3 || p.Months.Months[1].Claims != 0 || len(p.Findings) != 1 {
		t.Errorf("%v: %s", err, b.text)
	}
	if b := h.get("fund", at); strings.Contains(b.text, "/claims") || b.Code != http.StatusOK {
		t.Error("a link to claims for who may not see them")
	}
	h.get("near", at).want(t, http.StatusForbidden)
	h.get("zhang", "/practitioners/"+h.users.Reference(person)).want(t, http.StatusNotFound)
	h.get("zhang", "/practitioners/"+ofDoctor.Code).want(t, http.StatusNotFound)
	h.get("zhang", "/practitioners/"+h.practitionerRef("none")).want(t, http.StatusNotFound)
	h.get("zhang", "/persons/"+h.practitionerRef(ofDoctor.Code)).want(t, http.StatusNotFound)
	h.get("zhang", "/leads/"+h.leadID(ofDoctor)).want(t, http.StatusOK, `href="`+at)
}
