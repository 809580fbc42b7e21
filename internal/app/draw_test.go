package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// drawFiles puts the files of a draw into a folder and gives their paths.
func drawFiles(t *testing.T) (dir string, run func(args ...string) (int, string, string)) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"objects.csv":    "id,name,kind,admdvs,credit\nH1,虚构一院,hospital,152900,C\nH2,虚构二院,hospital,152900,D\nH3,虚构三院,hospital,152921,D\nC1,虚构诊所,clinic,152921,A\n",
		"inspectors.csv": "id,name,licence_no,licence_until,unit,skills,recuse\nI1,甲,1,,一科,,\nI2,乙,2,,一科,,H1\nI3,丙,3,,二科,,\n",
		"plan.json":      `{"campaign":"c","day":"2026-12-01","seed_source":"s","strata":[{"name":"较差","where":{"credit":["C","D"]},"count":2}],"inspectors_per_object":2,"substitutes":2}`,
		"bad.json":       `{"campaign":"c","day":"2026-12-01","seed_source":"s","strata":[{"name":"较差","where":{"colour":["C"]},"count":2}],"inspectors_per_object":1,"exclude":[{"id":"X","reason":"r"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir, func(args ...string) (int, string, string) {
		for i, a := range args {
			if strings.HasSuffix(a, ".json") || strings.HasSuffix(a, ".csv") {
				args[i] = filepath.Join(dir, a)
			}
		}
		var out, errOut bytes.Buffer
		code := Run(context.Background(), append([]string{"draw"}, args...), nil, &out, &errOut)
		return code, out.String(), errOut.String()
	}
}

func TestDrawCommand(t *testing.T) {
	dir, run := drawFiles(t)
	code, out, errOut := run("commit", "--objects", "objects.csv", "--inspectors", "inspectors.csv", "--plan", "plan.json", "--out", "commit.json")
	commit, err := os.ReadFile(filepath.Join(dir, "commit.json"))
	if code != 0 || err != nil {
		t.Fatal(code, errOut, err)
	}
	sum := sha256.Sum256(commit)
	if first, _, _ := strings.Cut(out, "\n"); first != hex.EncodeToString(sum[:]) {
		t.Errorf("prints %s", out)
	}
	if code, _, errOut := run("run", "--commit", "commit.json", "--seed", "314159", "--out", "draw.json"); code != 0 {
		t.Fatal(errOut)
	}
	if code, out, _ := run("verify", "draw.json", "--commit", "commit.json"); code != 0 || !strings.Contains(out, hex.EncodeToString(sum[:])) {
		t.Error(code, out)
	}
	code, out, _ = run("verify", "draw.json", "--json")
	var told map[string]any
	if json.Unmarshal([]byte(out), &told) != nil || code != 0 || told["holds"] != true {
		t.Error(code, out)
	}
	drawn, err := os.ReadFile(filepath.Join(dir, "draw.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "draw.json"), bytes.Replace(drawn, []byte("虚构一院"), []byte("虚构七院"), 1), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := run("verify", "draw.json"); code != 1 || !strings.Contains(out, "commit_sha256") {
		t.Error(code, out)
	}
	code, out, _ = run("verify", "draw.json", "--commit", "commit.json", "--json")
	if json.Unmarshal([]byte(out), &told) != nil || code != 1 || told["holds"] != false || told["where"] != "commit.objects[0].name" {
		t.Error(code, out)
	}
}

// TestTheDrawOfTheDocs does what docs/verify-a-draw.md says, as a stranger would
// in a shell: the files first, then the commands.
func TestTheDrawOfTheDocs(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil && runtime.GOOS != "windows" { // everywhere else there is one
		t.Fatal(err)
	} else if err != nil {
		t.Skip(err)
	}
	page, err := os.ReadFile("../../docs/verify-a-draw.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.SplitN(string(page), "```sh\n", 3)
	if len(blocks) != 3 {
		t.Fatal("docs/verify-a-draw.md has no commands and files")
	}
	commands, _, _ := strings.Cut(blocks[1], "```")
	files, _, _ := strings.Cut(blocks[2], "```")
	clock := filepath.Join(t.TempDir(), "clock")
	if err := setClock(clock, time.Now()); err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(shell, "-e", "-c", "fundwatch() { \""+program+"\" \"$@\"; }\n"+files+commands)
	c.Dir, c.Env = t.TempDir(), append(os.Environ(), asChild+"="+clock)
	out, err := c.CombinedOutput()
	if err != nil || strings.Count(string(out), "抽中 (drawn)") != 2 || !strings.Contains(string(out), "相符 (holds)") {
		t.Errorf("%v %s", err, out)
	}
}

// TestDrawRefuses: nothing is written, and everything that is wrong is said.
func TestDrawRefuses(t *testing.T) {
	dir, run := drawFiles(t)
	before, _ := os.ReadDir(dir)
	code, out, errOut := run("commit", "--objects", "objects.csv", "--inspectors", "inspectors.csv", "--plan", "bad.json", "--out", "commit.json")
	for _, want := range []string{"bad.json strata[0].where", "bad.json inspectors_per_object", "bad.json exclude[0].id"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("no %q in %s", want, errOut)
		}
	}
	if code != 1 || out != "" {
		t.Error(code, out)
	}
	if code, out, _ := run("commit", "--objects", "objects.csv", "--inspectors", "inspectors.csv", "--plan", "bad.json", "--out", "commit.json", "--json"); code != 1 || strings.Count(out, `"where"`) != 3 {
		t.Error(code, out)
	}
	if code, _, _ := run("commit", "--objects", "objects.csv", "--inspectors", "inspectors.csv", "--plan", "none.json", "--out", "commit.json"); code != 1 {
		t.Error(code)
	}
	if code, _, _ := run("run", "--commit", "plan.json", "--seed", "1", "--out", "draw.json"); code != 1 {
		t.Error(code)
	}
	for _, args := range [][]string{{}, {"commit"}, {"run", "--commit", "plan.json", "--out", "draw.json"}, {"run", "--commit", "plan.json", "--seed", "", "--out", "draw.json"},
		{"run", "--commit", "plan.json", "--seed", "\xff", "--out", "draw.json"}, {"verify"}, {"verify", "a.json", "b.json"}, {"commit", "more"}, {"verify", "plan.json", "--strict"}} {
		if code, _, _ := run(args...); code != 2 {
			t.Errorf("%v: exit %d", args, code)
		}
	}
	if after, _ := os.ReadDir(dir); len(after) != len(before) {
		t.Errorf("%d files, %d before", len(after), len(before))
	}
}
