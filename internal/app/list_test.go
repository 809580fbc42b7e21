package app

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// listFolderOf publishes three editions by the command line and gives the
// folder, the file of the key and the verifier key. All content is invented.
func listFolderOf(t *testing.T) (dir, keyFile, verifier string) {
	t.Helper()
	tmp := t.TempDir()
	dir, keyFile = filepath.Join(tmp, "published", "list"), filepath.Join(tmp, "key")
	code, out, msg := run(t, "", "list", "key", "fund.example", "--out", keyFile)
	if code != 0 {
		t.Fatal(msg)
	}
	for _, e := range []struct{ day, records, removals string }{
		{"2026-01-05", "{\"id\":\"b\",\"name\":\"虚构药店\"}\n{\"id\":\"a\",\"n\":[-5,true,{\"\U0001F600\":\"\\u007f<\\n\",\"\uE000\":null}]}\n", "id,reason,day\n"},
		{"2026-02-04", "{\"id\":\"a\",\"n\":9007199254740992}\n{\"id\":\"中\"}\n", "id,reason,day\nb,已修复,2026-02-01\n"},
		{"2026-02-04", "", "id,reason,day\na,期满,2026-02-02\n中,更正,2026-02-03\n"},
	} {
		if code, out, msg := publishIn(t, tmp, dir, keyFile, e.day, e.records, e.removals); code != 0 {
			t.Fatal(out, msg)
		}
	}
	return dir, keyFile, strings.TrimSpace(out)
}

func publishIn(t *testing.T, tmp, dir, keyFile, day, records, removals string) (code int, out, msg string) {
	t.Helper()
	for name, content := range map[string]string{"records.jsonl": records, "removals.csv": removals} {
		if err := os.WriteFile(filepath.Join(tmp, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return run(t, "", "list", "publish", dir, "--records", filepath.Join(tmp, "records.jsonl"),
		"--removals", filepath.Join(tmp, "removals.csv"), "--day", day, "--key", keyFile, "--json")
}

func TestListCommands(t *testing.T) {
	dir, keyFile, verifier := listFolderOf(t)
	if info, err := os.Stat(keyFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v %v", info.Mode(), err)
	}
	code, out, msg := run(t, "", "list", "verify", dir, "--key", verifier, "--json")
	var report struct {
		Holds    bool
		Key      string
		Editions []struct{ Edition int }
		Records  int
	}
	if err := json.Unmarshal([]byte(out), &report); code != 0 || err != nil || !report.Holds || report.Key != verifier || len(report.Editions) != 3 || report.Records != 0 {
		t.Errorf("verify: %d %s %s", code, out, msg)
	}
	if code, out, _ = run(t, "", "list", "verify", dir); code != 0 || !strings.Contains(out, verifier) {
		t.Errorf("verify without a key: %d %s", code, out)
	}
	secret, _ := os.ReadFile(keyFile)
	if code, _, msg = run(t, "", "list", "key", "fund.example", "--out", keyFile); code != 1 || strings.Contains(msg, string(secret[:30])) {
		t.Errorf("a key over another: %d %s", code, msg)
	}
	if again, _ := os.ReadFile(keyFile); string(again) != string(secret) {
		t.Error("the key was overwritten")
	}
	if err := os.WriteFile(filepath.Join(dir, "delta-3.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out, _ = run(t, "", "list", "verify", dir, "--json"); code != 1 || !strings.Contains(out, `"file": "delta-3.json"`) || !strings.Contains(out, `"holds": false`) {
		t.Errorf("a changed delta: %d %s", code, out)
	}
}

func TestListPublishRefuses(t *testing.T) {
	dir, keyFile, _ := listFolderOf(t)
	tmp := t.TempDir()
	before := filesOf(t, dir)
	code, out, _ := publishIn(t, tmp, dir, keyFile, "2026-02-03", "{\"id\":\"x\",\"n\":0.5}\n{\"id\":\"x\"}\n", "id,reason\n")
	var answer struct {
		Problems []struct {
			File, Path, Sentence string
			Line                 int
		}
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 1 || len(answer.Problems) != 4 || answer.Problems[0].File != "records.jsonl" || answer.Problems[2].File != "removals.csv" {
		t.Errorf("refused with %d %s", code, out)
	}
	// For people, problems are no result: they go where those of a draw go.
	code, out, msg := run(t, "", "list", "publish", dir, "--records", filepath.Join(tmp, "records.jsonl"), "--removals", filepath.Join(tmp, "removals.csv"), "--day", "2026-02-03", "--key", keyFile)
	if code != 1 || out != "" || strings.Count(msg, "\n") != 5 || !strings.Contains(msg, "没有写出任何文件") {
		t.Errorf("refused for people with %d %q %q", code, out, msg)
	}
	if !maps.Equal(before, filesOf(t, dir)) {
		t.Error("a refused edition wrote something")
	}
	fresh := filepath.Join(tmp, "fresh")
	if code, _, _ = publishIn(t, tmp, fresh, keyFile, "2026-02-03", "{}", ""); code != 1 {
		t.Errorf("a record without id: %d", code)
	}
	if _, err := os.Stat(fresh); err == nil {
		t.Error("a refused first edition made its folder")
	}
	inside := filepath.Join(dir, "key")
	if code, _, _ = publishIn(t, tmp, dir, inside, "2026-02-05", `{"id":"x"}`, ""); code != 1 {
		t.Errorf("a key in the published folder: %d", code)
	}
	for _, args := range [][]string{
		{"list"}, {"list", "publish", dir}, {"list", "publish"}, {"list", "verify"}, {"list", "key", "x"}, {"list", "key", "a+b", "--out", filepath.Join(tmp, "k")},
		{"list", "verify", dir, "--key", "x"}, {"list", "publish", dir, "--records", "r", "--key", keyFile, "--day", "2026-02-30"},
	} {
		if code, _, _ := run(t, "", args...); code != 2 {
			t.Errorf("%v: exit %d, want 2", args, code)
		}
	}
}

func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}

func TestOneProcessPublishes(t *testing.T) {
	dir, keyFile, _ := listFolderOf(t)
	other, err := openListFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, msg := publishIn(t, t.TempDir(), dir, keyFile, "2026-03-01", `{"id":"x"}`, ""); code != 1 || !strings.Contains(msg, "another process") {
		t.Errorf("two at once: %d %s", code, msg)
	}
	other.close()
	if code, out, msg := publishIn(t, t.TempDir(), dir, keyFile, "2026-03-01", `{"id":"x"}`, ""); code != 0 {
		t.Errorf("afterwards: %d %s %s", code, out, msg)
	}
}

// TestPythonVerifiesAList runs the program of docs/lists.md, as a stranger
// would, over a good folder and over each file changed.
func TestPythonVerifiesAList(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	page, err := os.ReadFile("../../docs/lists.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, ok := strings.Cut(string(page), "```python\n")
	script, _, _ = strings.Cut(script, "```")
	if !ok {
		t.Fatal("docs/lists.md has no program")
	}
	if given, err := os.ReadFile("../../web/public/static/verify.py"); err != nil || string(given) != script {
		t.Errorf("the program of docs/lists.md is not the one that web/public gives (%v)", err)
	}
	dir, _, verifier := listFolderOf(t)
	program := filepath.Join(t.TempDir(), "verify.py")
	if err := os.WriteFile(program, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	verify := func() (string, error) {
		out, err := exec.Command(python, "-I", program, dir, verifier).CombinedOutput()
		return string(out), err
	}
	if out, err := verify(); err != nil || !strings.HasPrefix(out, "holds: 3 editions, 0 records") {
		t.Fatalf("%v %s", err, out)
	}
	files := filesOf(t, dir)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		changed := []byte(files[name])
		changed[len(changed)/2] ^= 1
		if err := os.WriteFile(filepath.Join(dir, name), changed, 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := verify(); err == nil {
			t.Errorf("%s changed: %s", name, out)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(files[name]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "list-4.json"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := verify(); err == nil || !strings.Contains(out, "list-4.json") {
		t.Errorf("an extra file: %v %s", err, out)
	}
}
