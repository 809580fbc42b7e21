package public

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"fundwatch/blacklist"
	"fundwatch/blacklist/edition"
	"fundwatch/web/words"
)

// folder is a folder in memory. All people and institutions are invented.
type folder struct{ fstest.MapFS }

func (f folder) Create(name string, b []byte) error {
	f.MapFS[name] = &fstest.MapFile{Data: b}
	return nil
}

func (f folder) Rename(from, to string) error {
	f.MapFS[to] = f.MapFS[from]
	delete(f.MapFS, from)
	return nil
}

func (f folder) Remove(name string) error {
	if f.MapFS[name] == nil {
		return fs.ErrNotExist
	}
	delete(f.MapFS, name)
	return nil
}

func record(n int) string {
	return fmt.Sprintf(`{"id":"B%04d","kind":"institution","name":"虚构第%d医院","uscc":"91152900MA%07dX","class":"ordinary","measure":"suspension","facts":"超标准收费、重复收费（虚构）","basis":["条例38(三)","国办发〔2025〕22号"],"decision":"阿医保罚〔2026〕%d号（虚构）","authority":"虚构盟医疗保障局","decided":"2026-01-20","listed":"2026-02-12","until":"2027-02-12","review":%t}`, n, n, n, n, n == 2)
}

// house is a site with editions; each has so many records.
type house struct {
	*Site
	t      testing.TB
	f      folder
	failed []string
}

func newHouse(t testing.TB, editions ...int) *house {
	t.Helper()
	h := &house{t: t, f: folder{fstest.MapFS{}}}
	seed := sha256.Sum256([]byte("虚构"))
	secret, _, err := edition.NewKey(bytes.NewReader(seed[:]), "yibao.alxa.example")
	if err != nil {
		t.Fatal(err)
	}
	key, err := edition.ReadKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range editions {
		var lines []string
		for k := range n {
			lines = append(lines, record(k+1))
		}
		w := edition.Wanted{Day: fmt.Sprintf("2026-%02d-12", i+2)}
		w.Records, w.Problems = edition.ReadRecords([]byte(strings.Join(lines, "\n")))
		if _, problems, err := edition.Publish(h.f, key, w); err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
	}
	index := &blacklist.Index{}
	h.Site, err = New(Options{Region: Words{"阿拉善盟", "Alxa League"}, Lists: h.f, Index: func() *blacklist.Index { return index },
		Failed: func(where string, err error) { h.failed = append(h.failed, where+": "+err.Error()) }})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) get(at string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, at, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var pages = []string{"/lists", "/lists?q=nobody", "/lists/editions", "/lists/verify", "/lists/none"}

func TestPagesInBothLanguages(t *testing.T) {
	for _, editions := range [][]int{nil, {0}, {2, 3}, {120}} {
		h := newHouse(t, editions...)
		for _, at := range pages {
			for _, lang := range words.Langs() {
				w := h.get(at, "Accept-Language", string(lang))
				body := w.Body.String()
				if strings.Contains(body, "[public.") || strings.Contains(body, "<script") || w.Header().Get("Set-Cookie") != "" {
					t.Errorf("%s in %s: a missing text, a script or a cookie", at, lang)
				}
				if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(w.Header().Get("Content-Security-Policy"), "unsafe") {
					t.Errorf("%s: %s", at, w.Header().Get("Content-Security-Policy"))
				}
				if lang == words.EN && regexp.MustCompile(`\p{Han}`).MatchString(regexp.MustCompile(`(?s)<article>.*?</article>|<table class="rows">.*?</table>|<a [^>]*lang="zh-CN".*?</a>`).ReplaceAllString(body, "")) {
					t.Errorf("%s in English has Chinese", at)
				}
				if strings.Contains(body, "style=") || strings.Contains(body, "http://") || strings.Contains(body, "https://") {
					t.Errorf("%s: styles in the page, or something from elsewhere", at)
				}
			}
		}
		if len(h.failed) > 0 {
			t.Error(h.failed)
		}
	}
}

func TestSearchAndPages(t *testing.T) {
	h := newHouse(t, 120)
	ask := func(at string) (p listPage) {
		w := h.get(at, "Accept", "application/json")
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 200 {
			t.Fatal(at, w.Code, err)
		}
		return p
	}
	if p := ask("/lists"); p.Total != 120 || len(p.Entries) != 50 || p.Next == "" || p.Previous != "" || p.Edition != 1 || p.Hash != edition.Hash(h.f.MapFS["list-1.json"].Data) {
		t.Errorf("%+v", p)
	}
	p := ask("/lists?page=3")
	if len(p.Entries) != 20 || p.First != 101 || p.Next != "" {
		t.Errorf("the last page: %d %d", len(p.Entries), p.First)
	}
	for text, want := range map[string]int{"虚构第7医院": 1, "mA0000007x": 1, "条例38": 120, "〔2026〕12号": 1, " b0003 ": 1, "没有": 0, "%": 0} {
		if p := ask("/lists?q=" + url.QueryEscape(text)); p.Total != want {
			t.Errorf("%q finds %d, want %d", text, p.Total, want)
		}
	}
	h.f.MapFS = newHouse(t, 1).f.MapFS
	if body := h.get("/lists?q=%3Cscript%3E").Body.String(); strings.Contains(body, "<script") || !strings.Contains(body, "&lt;script") {
		t.Error("what was searched for is not written as text")
	}
	h = newHouse(t, 120)
	for _, at := range []string{"/lists?page=-1", "/lists?page=999", "/lists?page=x"} {
		if p := ask(at); len(p.Entries) == 0 {
			t.Errorf("%s shows nothing", at)
		}
	}
}

func TestFilesAreGivenAsTheyAre(t *testing.T) {
	h := newHouse(t, 1, 2)
	for name, f := range h.f.MapFS {
		w := h.get("/lists/files/" + name)
		if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), f.Data) || !strings.Contains(w.Header().Get("Content-Disposition"), name) {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	h.f.MapFS["key"] = &fstest.MapFile{Data: []byte("secret")}
	h.f.MapFS["publishing-3"] = &fstest.MapFile{}
	for _, name := range []string{"key", "publishing-3", "list-3.json", "list-01.json", "..%2fkey", "index.json.new", "list-1.json%00"} {
		if w := h.get("/lists/files/" + name); w.Code != 404 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

func TestAListThatDoesNotVerifyIsNotShown(t *testing.T) {
	h := newHouse(t, 1, 2)
	h.f.MapFS["list-2.json"] = &fstest.MapFile{Data: []byte(`{}`)}
	w := h.get("/lists")
	if w.Code != 503 || strings.Contains(w.Body.String(), "虚构第1医院") || len(h.failed) != 1 || !strings.Contains(h.failed[0], "list-2.json") {
		t.Errorf("%d %v", w.Code, h.failed)
	}
	if w := h.get("/lists/files/list-2.json"); w.Code != 200 {
		t.Error("its files are kept back")
	}
}

func TestANewEditionIsShown(t *testing.T) {
	h := newHouse(t, 1)
	h.get("/lists")
	for name, f := range newHouse(t, 1, 2).f.MapFS {
		h.f.MapFS[name] = f
	}
	if w := h.get("/lists"); !strings.Contains(w.Body.String(), "虚构第2医院") {
		t.Error("the second edition is not shown")
	}
}

func TestRestrictionsAnswer(t *testing.T) {
	h := newHouse(t, 1)
	w := h.get("/api/v1/restrictions/H1")
	var a blacklist.Answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != 200 || a.ID != "H1" || a.Restricted || a.Restrictions == nil {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := h.get("/api/v1/restrictions/" + strings.Repeat("x", 65)); w.Code != 404 {
		t.Errorf("a long id: %d", w.Code)
	}
	r := httptest.NewRequest(http.MethodPost, "/lists", nil)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != 405 {
		t.Errorf("a POST: %d", rec.Code)
	}
	for at, want := range map[string]bool{"/lists": true, "/lists/x": true, "/listsx": false, "/api/v1/restrictions/x": true, "/api/v1/claims": false, "/": false, "/tip": true, "/tip/status": true, "/tips": false, "/draws": true, "/draws/K1/draw.json": true, "/drawsx": false, "/verify-draw.html": true} {
		if Has(at) != want {
			t.Errorf("Has(%s) is %t", at, !want)
		}
	}
}

// TestWordsAreUsedAndThere: what pages ask for is in the catalogue, and nothing
// of theirs is there that nobody asks for.
func TestWordsAreUsedAndThere(t *testing.T) {
	made := []string{"public.class.", "public.measure.", "public.kind.", "public.title.", "public.tip.status.", "public.draw.is.", "public.draw.at.", "public.draw.found."}
	used := map[string]bool{}
	key := regexp.MustCompile(`"((?:public|search|list|lang)[a-z.]+|skip|menu|label)"`)
	for _, name := range []string{"site.go", "templates/layout.gohtml", "templates/list.gohtml", "templates/editions.gohtml", "templates/verify.gohtml", "templates/refusal.gohtml",
		"draws.go", "templates/draws.gohtml", "templates/draw.gohtml", "tip.go", "templates/tip.gohtml", "templates/receipt.gohtml", "templates/tipstatus.gohtml", "templates/tipseen.gohtml"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(b), -1) {
			used[m[1]] = true
			isMade := slices.Contains(made, m[1])
			if strings.HasSuffix(name, "html") && !isMade && !words.Has(m[1]) {
				t.Errorf("%s: no words for %s", name, m[1])
			}
		}
	}
	for k := range words.Keys() {
		if strings.HasPrefix(k, "public.") && !used[k] && !slices.ContainsFunc(made, func(p string) bool { return strings.HasPrefix(k, p) }) {
			t.Errorf("nobody asks for %s", k)
		}
	}
}
