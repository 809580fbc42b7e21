package app

import (
	"os"
	"path/filepath"
	"testing"

	"fundwatch/cases"
)

// TestTermsComeFromTheProfile: with their clauses; what no text sets is not
// there until the installation sets it.
func TestTermsComeFromTheProfile(t *testing.T) {
	e := &env{}
	for _, region := range []string{"152900", "360900", "410900", "511725"} {
		p, err := e.procedure(region, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, set := p.Terms[cases.DefenceTerm]; set {
			t.Errorf("%s: no text that was read sets the time of the defence", region)
		}
		for _, name := range []string{cases.Handling, cases.ExtensionHead, cases.ExtensionTotal, cases.HearingTerm, cases.ServiceTerm, cases.PaymentTerm, cases.ReviewTerm, cases.LawsuitTerm} {
			if x := p.Terms[name]; x.N == 0 || x.Basis == "" {
				t.Errorf("%s: %s is %+v", region, name, x)
			}
		}
		if p.Terms[cases.ExtensionTotal].N != 90 || p.Terms[cases.ExtensionHead].N != 30 {
			t.Errorf("%s: extensions %+v", region, p.Terms)
		}
	}
	// The ranges of fines, each with its clause; other articles bound nothing.
	country, err := e.procedure("152900", "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]cases.FineRange{
		"条例37": {Times: true, Least: 2, Most: 5}, "条例38": {Times: true, Least: 1, Most: 2}, "条例39": {Least: 1_000_000, Most: 5_000_000, May: true},
		"条例40": {Times: true, Least: 2, Most: 5}, "条例41": {Times: true, Least: 2, Most: 5, May: true},
	} {
		want.Article, want.Clause = name, name
		if have := country.Fines[name]; have != want {
			t.Errorf("%s: %+v, want %+v", name, have, want)
		}
	}
	if len(country.Fines) != 5 {
		t.Errorf("ranges %+v", country.Fines)
	}
	file := filepath.Join(t.TempDir(), "terms.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"defence":{"number":3,"unit":"working-days","clause":"虚构文件第三条"}}`)
	p, err := e.procedure("152900", file)
	if err != nil || p.Terms[cases.DefenceTerm] != (cases.Term{N: 3, Unit: "working-days", Basis: "虚构文件第三条"}) {
		t.Fatalf("%+v, %v", p.Terms, err)
	}
	// The National Day week of 2026 is left out, its make-up days are not.
	if end, err := p.Calendar.Ends("2026-09-30", p.Terms[cases.DefenceTerm], 0); err != nil || end != "2026-10-10" {
		t.Errorf("ends %s, %v", end, err)
	}
	if end, err := p.Calendar.Ends("2026-12-30", p.Terms[cases.DefenceTerm], 0); err == nil {
		t.Errorf("a year without a calendar gives %s", end)
	}
	for _, bad := range []string{`{`, `{"defense":{"number":3,"unit":"days","clause":"x"}}`, `{"defence":{"number":3,"unit":"days"}}`, `{"defence":{"number":0,"unit":"days","clause":"x"}}`, `{"defence":{"number":3,"unit":"weeks","clause":"x"}}`} {
		write(bad)
		if _, err := e.procedure("152900", file); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
