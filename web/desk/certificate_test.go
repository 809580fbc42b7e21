package desk

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"fundwatch/cases"
	"fundwatch/inspection"
)

// certified is a library that knows the certificates of two accounts, of
// somebody without one, and of one account twice. All are invented (虚构).
const certified = "id,name,licence_no,licence_until,unit,skills,recuse,login\n" +
	"I1,虚构,YB-001,2026-12-31,,,,jiang\nI2,虚构,YB-002,2027-06-30,,,,yuan\nI3,虚构,YB-003,2026-11-30,,,,\nI4,虚构,YB-004,,,,,liang\nI5,虚构,YB-005,,,,,liang\nI6,虚构,,,,,,zhang\n"

// filed is a case that waits for its officers, with or without a library.
func filed(t *testing.T, library string) (*house, string) {
	t.Helper()
	h, id := bureau(t)
	h.carry(id, cases.Filed)
	if library != "" {
		act := func() inspection.Act {
			return inspection.Act{ID: "L" + h.version(id) + library[:1], Who: "jiang", Reason: "虚构", At: h.now}
		}
		draft, err := h.o.Inspections.Import(t.Context(), inspection.Inspectors, []byte(library), act())
		if err != nil {
			t.Fatal(err)
		}
		use := act()
		use.ID += "use"
		if err := h.o.Inspections.Use(t.Context(), inspection.Inspectors, draft, 0, use); err != nil {
			t.Fatal(err)
		}
	}
	return h, id
}

// TestOfficersComeFromTheLibrary: left empty, what the library says goes into
// the file; the form shows it beside each person.
func TestOfficersComeFromTheLibrary(t *testing.T) {
	h, id := filed(t, certified)
	h.enterAgain("jiang")
	form := h.get("jiang", "/cases/"+id+"/investigate")
	form.want(t, 200)
	for _, want := range []string{"执法证 YB-001，有效期至 2026-12-31", "执法证 YB-002，有效期至 2027-06-30", "留空即按名录填写"} {
		if !strings.Contains(form.text, want) {
			t.Errorf("the form does not say %q", want)
		}
	}
	h.deed("jiang", id, "investigate", "officer1", "jiang", "officer2", "yuan", "licence2", "YB-002").want(t, http.StatusSeeOther)
	c, err := h.cases.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want := []cases.Officer{{Login: "jiang", Licence: "YB-001", Until: "2026-12-31"}, {Login: "yuan", Licence: "YB-002", Until: "2027-06-30"}}
	if !slices.Equal(c.File.Officers, want) {
		t.Errorf("officers are %v", c.File.Officers)
	}
}

// TestWhatTheLibrarySaysOtherwiseIsRefused with both values, and what it does
// not have is typed by hand.
func TestWhatTheLibrarySaysOtherwiseIsRefused(t *testing.T) {
	h, id := filed(t, certified)
	second := []string{"officer2", "yuan"}
	for name, x := range map[string]struct {
		pairs []string
		says  []string
	}{
		"another number":           {[]string{"officer1", "jiang", "licence1", "YB-009"}, []string{"填写的是 YB-009", "名录中是 YB-001"}},
		"another day":              {[]string{"officer1", "jiang", "until1", "2028-12-31"}, []string{"填写的是 2028-12-31", "名录中是 2026-12-31"}},
		"somebody else's":          {[]string{"officer1", "zhao", "licence1", "YB-001", "until1", "2026-12-31"}, []string{"YB-001", "登记给 jiang，不是 zhao"}},
		"of nobody, another day":   {[]string{"officer1", "zhao", "licence1", "YB-003", "until1", "2027-11-30"}, []string{"名录中是 2026-11-30"}},
		"an account in it twice":   {[]string{"officer1", "liang", "licence1", "YB-004", "until1", "2026-12-31"}, []string{"两条登记为 liang"}},
		"not in it, nothing typed": {[]string{"officer1", "zhao"}, []string{`name="licence1" value="" maxlength="1000" aria-describedby="library" aria-invalid="true"`}},
	} {
		a := h.deed("jiang", id, "investigate", append(x.pairs, second...)...)
		a.want(t, http.StatusUnprocessableEntity)
		for _, want := range x.says {
			if !strings.Contains(a.text, want) {
				t.Errorf("%s: the answer does not say %q", name, want)
			}
		}
	}
	if c, err := h.cases.Case(t.Context(), id); err != nil || c.Status != cases.Filed {
		t.Fatal(c.Status, err)
	}
	h.deed("jiang", id, "investigate", "officer1", "zhao", "licence1", "虚构009", "until1", "2026-12-31", "officer2", "yuan").want(t, http.StatusSeeOther)
	h.deed("jiang", id, "replace", "officer1", "jiang", "officer2", "yuan").want(t, http.StatusSeeOther)
}

// TestAnOldCertificateOfTheLibraryIsStillJudged: the library does not make an
// expired certificate valid.
func TestAnOldCertificateOfTheLibraryIsStillJudged(t *testing.T) {
	h, id := filed(t, strings.Replace(certified, "2026-12-31", "2020-12-31", 1))
	a := h.deed("jiang", id, "investigate", "officer1", "jiang", "officer2", "yuan")
	a.want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(a.text, "须在办理当日有效") {
		t.Error(a.text)
	}
}
