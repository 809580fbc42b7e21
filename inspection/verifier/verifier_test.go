package verifier

import (
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the hashes into the page")

// TestPage: the page allows its own script and style and nothing else, and the
// script is short enough to be read.
func TestPage(t *testing.T) {
	page := string(Page)
	between := func(element string) string {
		_, rest, _ := strings.Cut(page, "<"+element+">")
		text, _, ok := strings.Cut(rest, "</"+element+">")
		if !ok {
			t.Fatalf("no %s", element)
		}
		return text
	}
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	policy := `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ` + hash(between("script")) + "; style-src " + hash(between("style")) + `; base-uri 'none'; form-action 'none'">`
	if !strings.Contains(page, policy) {
		if !*update {
			t.Fatal("the policy is not that of script and style: go test ./inspection/verifier -update")
		}
		page = regexp.MustCompile(`<meta http-equiv[^>]*>`).ReplaceAllLiteralString(page, policy)
		if err := os.WriteFile("verify-draw.html", []byte(page), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(between("script"), "\n"); n >= 150 {
		t.Errorf("%d lines of script", n)
	}
	if strings.Contains(page, "://") || strings.Contains(page, "src=") {
		t.Error("the page asks for something from elsewhere")
	}
}
