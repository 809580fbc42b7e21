package desk

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"fundwatch/detectors/knowledge"
	"fundwatch/internal/accounts"
)

// TestInstitutionPage: what the registry says, the leads by status, when their
// findings begin, and the leads of those who work there.
func TestInstitutionPage(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		in := o.Knowledge.Institutions[inRight.Code]
		in.Level, in.Kind = 2, knowledge.InstitutionHospital
	})
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("near", []string{left}, accounts.Investigator)
	h.post("zhang", "/leads/"+h.leadID(inLeft)+"/dismiss", "version", "1", "reason", "测试").want(t, http.StatusSeeOther)

	var p struct {
		Level    int    `json:"level"`
		Kind     string `json:"institution_kind"`
		Statuses []sum  `json:"statuses"`
		Days     []struct{ Count int64 }
		Leads    []LeadRow
		Doctors  []LeadRow `json:"practitioner_leads"`
	}
	a := h.get("zhang", "/institutions/"+inRight.Code, asJSON)
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || p.Level != 2 || p.Kind != "hospital" || len(p.Leads) != 1 || len(p.Days) != 1 {
		t.Errorf("%v: %s", err, a.text)
	}
	if len(p.Doctors) != 1 || p.Doctors[0].ID != h.leadID(ofDoctor) {
		t.Errorf("leads of practitioners: %s", a.text)
	}
	h.get("zhang", "/institutions/"+inRight.Code).want(t, http.StatusOK, "二级", "虚构医院 "+right, `href="/leads/`+h.leadID(inRight), "<svg", "20,000.00")

	// Two leads, of two statuses; their findings lie on two days.
	p.Statuses, p.Days, p.Doctors = nil, nil, nil
	a = h.get("near", "/institutions/"+inLeft.Code, asJSON)
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || len(p.Leads) != 2 || len(p.Doctors) != 0 || len(p.Days) != 2 || len(p.Statuses) != 2 ||
		p.Statuses[0] != (sum{"filed", 1, 1, 5}) || p.Statuses[1] != (sum{"dismissed", 1, 1, 1_000_000}) {
		t.Errorf("%v: %s", err, a.text)
	}
	h.get("near", "/institutions/"+inRight.Code).want(t, http.StatusForbidden)
	h.get("near", "/institutions/H0").want(t, http.StatusForbidden)
	h.get("zhang", "/institutions/H0").want(t, http.StatusNotFound)
	h.get("near", "/leads/"+h.leadID(inLeft)).want(t, http.StatusOK, `href="/institutions/`+inLeft.Code)
	h.get("near", "/leads?status=all").want(t, http.StatusOK, `href="/institutions/`+inLeft.Code)
}

// TestPersonPage: by the reference, masked, and only for those who see the
// whole region.
func TestPersonPage(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("near", []string{left}, accounts.Investigator)
	at := "/persons/" + h.users.Reference(person)
	for _, change := range []func(*http.Request){asJSON, inEnglish} {
		a := h.get("zhang", at, change)
		// The leads about the person, and the findings of others that they are part of.
		a.want(t, http.StatusOK, h.leadID(ofPerson), mask(person), h.leadID(inLeft), h.findingID(1))
		if strings.Contains(a.text, person) {
			t.Errorf("more than is to be seen: %s", a.text)
		}
	}
	h.get("near", at).want(t, http.StatusForbidden)
	h.get("zhang", "/persons/"+person).want(t, http.StatusNotFound)
	h.get("zhang", "/persons/"+h.users.Reference("nobody")).want(t, http.StatusOK, "没有线索")
	h.get("zhang", "/leads/"+h.leadID(inLeft)).want(t, http.StatusOK, `href="`+at)
	if a := h.get("near", "/leads/"+h.leadID(inLeft)); strings.Contains(a.text, "/persons/") {
		t.Error("a link that leads nowhere for who sees a county")
	}
}
