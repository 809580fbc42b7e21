package desk

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fundwatch/claim"
	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

// begun are keys of which the program makes the end: a status, a role, a code.
var begun = []string{"act.", "alike.", "assign.why.", "campaign.is.", "care.", "clock.", "county.", "dead.", "exports.state.", "fact.", "field.", "grade.", "how.", "institution.", "insutype.", "kind.", "leads.none.", "level.", "library.kind.", "listing.class.", "listing.day.", "listing.measure.", "listing.status.", "may.", "measure.", "paper.", "part.", "partition.", "path.", "problem.", "proof.", "public.", "question.", "receipt.", "referral.about.", "referral.intent.", "referral.sign.", "role.", "rule.", "stage.", "status.", "task.is.", "tip.channel.", "tip.status.", "user.", "who."}

var (
	inTemplates = regexp.MustCompile(`\bt "([a-z0-9.-]+)"|field "[^"]*" "([a-z0-9.-]+)"`)
	prefixes    = regexp.MustCompile(`\((?:print|printf) "([a-z.]+)"`)
	inCode      = regexp.MustCompile(`"([a-z]+(?:[.-][a-z0-9-]+)*\.?)"`)
)

// TestTemplatesAreLaidOut for who reads them: no line is too long to be read in
// one go, and what the layout adds reaches no page.
func TestTemplatesAreLaidOut(t *testing.T) {
	files, err := fs.Glob(templates, "templates/*.gohtml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := templates.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			if len(line) > 200 || strings.TrimRight(line, " \t") != line || strings.Contains(line, "\t") {
				t.Errorf("%s:%d: too long, or blanks at its end, or a tab", f, i+1)
			}
		}
	}
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	if text := h.get("zhang", "/leads").text; strings.Contains(text, "\n ") {
		t.Error("indentation reaches a page")
	}
}

// TestWordsAreUsedAndThere: every key that a page asks for is in the catalogue,
// and nothing is in the catalogue that nobody asks for.
func TestWordsAreUsedAndThere(t *testing.T) {
	used := map[string]bool{}
	files, err := fs.Glob(templates, "templates/*.gohtml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := templates.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inTemplates.FindAllStringSubmatch(string(b), -1) {
			key := m[1] + m[2]
			used[key] = true
			if !words.Has(key) {
				t.Errorf("%s: no words for %s", f, key)
			}
		}
		for _, m := range prefixes.FindAllStringSubmatch(string(b), -1) {
			if !slices.Contains(begun, m[1]) && m[1] != "act.lead." {
				t.Errorf("%s: keys that begin with %s are made, and begun does not tell", f, m[1])
			}
		}
		if regexp.MustCompile(`\p{Han}`).Match(b) {
			t.Errorf("%s: Chinese in a template: it belongs into the catalogue", f)
		}
	}
	code, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range code {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inCode.FindAllStringSubmatch(string(b), -1) {
			used[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`Say\("([a-z.-]+)"[,)]`).FindAllStringSubmatch(string(b), -1) {
			if !words.Has(m[1]) {
				t.Errorf("%s: no words for %s", f.Name(), m[1])
			}
		}
		for _, m := range regexp.MustCompile(`code: +"([a-z-]+)"`).FindAllStringSubmatch(string(b), -1) {
			if !words.Has("problem."+m[1]) || !words.Has("problem."+m[1]+".todo") {
				t.Errorf("%s: no words for the problem %s, or not what to do", f.Name(), m[1])
			}
		}
	}
	ends := map[string]bool{".title": true}
	for i := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(files[i], "templates/"), ".gohtml")
		used[name+".title"] = true
	}
	for key := range words.Keys() {
		made := slices.ContainsFunc(begun, func(p string) bool { return strings.HasPrefix(key, p) })
		if !used[key] && !made && !ends[key] && !strings.HasPrefix(key, "unit.") && !strings.HasPrefix(key, "ago.") {
			t.Errorf("nobody asks for %s", key)
		}
	}
}

// TestEveryRuleIsToldInBothLanguages: what may be wrong with a message, and
// the Chinese is what institutions are told.
func TestEveryRuleIsToldInBothLanguages(t *testing.T) {
	code, err := os.ReadFile("../../claim/value.go")
	if err != nil {
		t.Fatal(err)
	}
	rules := regexp.MustCompile(`Rule = "([a-z0-9-]+)"`).FindAllStringSubmatch(string(code), -1)
	if len(rules) < 28 {
		t.Fatalf("%d rules", len(rules))
	}
	for _, m := range rules {
		x := wrongOf("", m[1], "")
		if x.ZH != claim.Rule(m[1]).Sentence() || x.EN == "" {
			t.Errorf("%s: %q, %q", m[1], x.ZH, x.EN)
		}
	}
	if x := wrongOf("a", "of-a-later-day", "以后的规定。"); x.ZH != "以后的规定。" || x.EN != x.ZH {
		t.Error(x)
	}
}

// TestEveryActCanBeLookedFor: what people can do and the journal keeps is a
// choice of the filter of the audit page.
func TestEveryActCanBeLookedFor(t *testing.T) {
	text, err := os.ReadFile("../words/catalogue.txt")
	if err != nil {
		t.Fatal(err)
	}
	// By the system, part of another act, or the outcome of one.
	other := []string{"lead.began", "case.decision", "library.part", "inspection.skipped"}
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^act\.([a-z]+\.[a-z.-]+)$`).FindAllStringSubmatch(string(text), -1) {
		n++
		if slices.Contains(actKinds, m[1]) == slices.Contains(other, m[1]) {
			t.Errorf("%s is not looked for", m[1])
		}
	}
	if n < len(actKinds) {
		t.Errorf("%d acts have words, %d are in the filter", n, len(actKinds))
	}
}
