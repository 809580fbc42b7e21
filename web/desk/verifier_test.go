package desk

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"fundwatch/inspection/draw"
	"fundwatch/inspection/verifier"
)

// aDraw is an invented draw.
func aDraw(t *testing.T) *draw.Draw {
	t.Helper()
	c, err := draw.NewCommit(
		draw.Source{Name: "objects.csv", Text: []byte("id,name,kind,admdvs,credit\nH1,虚构一院,hospital,152900,C\nH2,\"虚构\"\"二\"\"院\",hospital,152900,D\n\U0001F600,虚构三院,hospital,152921,D\n\uff21,虚构四院,hospital,152921,C\nC1,虚构诊所,clinic,152921,A\nC2,虚构诊所,clinic,152921,A\n")},
		draw.Source{Name: "inspectors.csv", Text: []byte("id,name,licence_no,licence_until,unit,skills,recuse\nI1,甲,1,,一科,,\nI2,乙,2,,一科,,H1|H2\nI3,丙,3,2026-11-30,二科,,\nI4,丁,4,2026-12-01,二科,,\nI5,戊,5,,二科,,C9\nI6,己,6,,二科,,\n")},
		draw.Source{Name: "plan.json", Text: []byte(`{"campaign":"虚构","day":"2026-12-01","seed_source":"虚构","strata":[{"name":"较差","where":{"credit":["C","D"]},"rate":"0.501"}],"inspectors_per_object":2,"substitutes":2,"max_load":3,"exclude":[{"id":"C2","reason":"虚构"}],"x":[1e-7,1E30,-0,"\u20ac\u0001"]}`)})
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Run("314159")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestVerifierIsSent(t *testing.T) {
	a := newHouse(t).get("", "/verify-draw.html")
	a.want(t, http.StatusOK)
	if !bytes.Equal(a.Body.Bytes(), verifier.Page) || !strings.HasPrefix(a.Header().Get("Content-Disposition"), "attachment") {
		t.Error(a.Header())
	}
}

// TestBrowserVerifiesADraw: the page, saved and opened, and the command agree
// about a draw, whole and with any of its bytes changed.
func TestBrowserVerifiesADraw(t *testing.T) {
	b, dir := newTab(t, newHouse(t)), t.TempDir()
	page, file := filepath.Join(dir, "verify-draw.html"), filepath.Join(dir, "draw.json")
	if err := os.WriteFile(page, verifier.Page, 0o666); err != nil {
		t.Fatal(err)
	}
	check := func(text []byte) string {
		if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Fatal(err)
		}
		b.Do(chromedp.Navigate("file://"+page), chromedp.SetUploadFiles(chromedp.ID("file"), []string{file}))
		b.Until(`document.getElementById("verdict").textContent !== ""`)
		return js[string](b, `document.getElementById("verdict").textContent`)
	}
	d := aDraw(t)
	text := d.Bytes()
	if verdict := check(text); !strings.Contains(verdict, "holds") || strings.Contains(verdict, "does not") || !strings.Contains(verdict, d.Commit.SHA256()) {
		t.Error(verdict)
	}
	if rows := js[int](b, `document.querySelectorAll("td:first-child").length`); rows != 4 {
		t.Errorf("%d rows", rows)
	}
	for at := 3; at < len(text); at += len(text) / 60 {
		flipped := bytes.Clone(text)
		flipped[at] ^= 1
		if _, err := draw.Verify(flipped, nil); err == nil {
			t.Fatalf("byte %d holds", at)
		}
		if verdict := check(flipped); !strings.Contains(verdict, "does not hold") {
			t.Errorf("byte %d: %s", at, verdict)
		}
	}
	if verdict := check([]byte(`{"commit":{"a":"\ud800"}}`)); !strings.Contains(verdict, "surrogate") {
		t.Error(verdict)
	}
	for _, noise := range b.Quiet() {
		t.Error(noise)
	}
}
