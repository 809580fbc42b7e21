package app

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/blacklist/edition"
	"fundwatch/inspection/draw"
)

// cutting runs commands that write files, and kills them at random moments.
type cutting struct {
	t            *testing.T
	rng          *rand.Rand
	clock        string
	took, wrote  time.Duration // about, that a command takes and, of this, that it writes
	tries        int           // of the command at hand
	kills        int           // that fell while a command ran
	ended        int           // commands that were quicker
	lost, broken int
}

// cut runs a command and kills it: a third of the time anywhere, else some while
// after a file appeared that tells that it writes. At the fourth try it may
// come to its end. It gives whether the command did, and said so.
func (c *cutting) cut(writes func() bool, args ...string) (done bool) {
	c.t.Helper()
	p := child(c.clock, args...)
	var out bytes.Buffer
	p.Stdout, p.Stderr = &out, &out
	began := time.Now()
	if err := p.Start(); err != nil {
		c.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	c.tries++
	var appeared time.Time
	after := time.Duration(c.rng.Int64N(int64(c.took)))
	switch {
	case c.tries == 4:
		for !writes() && len(ended) == 0 {
			time.Sleep(100 * time.Microsecond)
		}
		appeared, after = time.Now(), time.Minute
	case c.rng.IntN(3) > 0:
		for !writes() && len(ended) == 0 {
			time.Sleep(100 * time.Microsecond)
		}
		appeared = time.Now()
		after = time.Duration(c.rng.Int64N(int64(c.wrote)))
	}
	end := func() bool {
		if !appeared.IsZero() {
			c.wrote = (3*c.wrote + 13*time.Since(appeared)/10) / 4
		}
		c.took, c.tries = (3*c.took+time.Since(began))/4, 0
		c.ended++
		return true
	}
	select {
	case err := <-ended:
		if err != nil {
			c.t.Fatalf("%v: %v %s", args, err, &out)
		}
		return end()
	case <-time.After(after):
	}
	_ = p.Process.Kill()
	switch err := (<-ended).(type) {
	case nil:
		return end()
	case *exec.ExitError:
		if err.Exited() {
			c.t.Fatalf("%v: %v %s", args, err, &out)
		}
	}
	c.kills++
	return false
}

// fail notes what is not as it has to be.
func (c *cutting) fail(format string, args ...any) {
	c.t.Helper()
	c.broken++
	c.t.Errorf(format, args...)
}

// TestKilledCommands: fundwatch list publish and fundwatch draw commit and run,
// killed while they write. A list is whole, with the edition or without it; a
// draw is the old file or the new one; and doing it again does it.
// FUNDWATCH_TEST_CUTS sets how often, FUNDWATCH_TEST_SEED the chance.
func TestKilledCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("runs this program many times")
	}
	times, seed := fromEnv(t, "FUNDWATCH_TEST_CUTS", 16), fromEnv(t, "FUNDWATCH_TEST_SEED", 1)
	c := &cutting{t: t, rng: rand.New(rand.NewPCG(uint64(seed), 7)), took: 200 * time.Millisecond, wrote: 10 * time.Millisecond, clock: filepath.Join(t.TempDir(), "clock")}
	if err := setClock(c.clock, time.Now()); err != nil {
		t.Fatal(err)
	}
	c.lists(times / 2)
	c.wrote = 10 * time.Millisecond
	c.draws(times / 4)
	fmt.Printf("%d commands were quicker\n%d kills lost %d extra 0 broken %d\n", c.ended, c.kills, c.lost, c.broken)
}

// lists publishes edition after edition.
func (c *cutting) lists(times int) {
	t, tmp := c.t, c.t.TempDir()
	dir, key, records := filepath.Join(tmp, "list"), filepath.Join(tmp, "key"), filepath.Join(tmp, "records.jsonl")
	code, out, msg := run(t, "", "list", "key", "fund.example", "--out", key)
	if code != 0 {
		t.Fatal(msg)
	}
	verifier, have := strings.TrimSpace(out), 0
	for n := range times {
		var text strings.Builder
		for i := range 500 {
			fmt.Fprintf(&text, "{\"id\":\"r%d\",\"name\":\"虚构机构\",\"n\":%d}\n", i, n)
		}
		if err := os.WriteFile(records, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		before := have
		for done := false; !done; {
			writing := func() bool {
				_, err := os.Stat(filepath.Join(dir, fmt.Sprintf("publishing-%d", before+1)))
				return err == nil
			}
			done = c.cut(writing, "list", "publish", dir, "--records", records, "--day", "2026-01-05", "--key", key)
			report, failure, err := edition.Verify(os.DirFS(dir), verifier)
			if report != nil {
				have = len(report.Editions)
			}
			_, missing := os.Stat(dir)
			entries, _ := os.ReadDir(dir)
			switch {
			case before == 0 && (missing != nil || len(entries) == 0) && !done:
			case err != nil || failure != nil || have < before || have > before+1:
				c.fail("after a kill: %v %v, %d editions after %d", err, failure, have, before)
				return
			case done && have != before+1:
				c.lost++
				t.Errorf("edition %d was told and is not there", before+1)
				return
			}
			if done = have == before+1; done {
				c.tries = 0
			}
		}
	}
	if code, out, _ := run(t, "", "list", "verify", dir, "--key", verifier); code != 0 || have != times {
		c.fail("%d editions of %d: %s", have, times, out)
	}
	c.clean(dir, verifier)
}

// clean publishes once more, in peace: what kills left behind is gone then.
func (c *cutting) clean(dir, verifier string) {
	tmp := filepath.Dir(dir)
	records := filepath.Join(tmp, "records.jsonl")
	if err := os.WriteFile(records, []byte("{\"id\":\"r0\"}\n"), 0o600); err != nil {
		c.t.Fatal(err)
	}
	var gone strings.Builder
	gone.WriteString("id,reason,day\n")
	for i := 1; i < 500; i++ {
		fmt.Fprintf(&gone, "r%d,虚构,2026-01-05\n", i)
	}
	removals := filepath.Join(tmp, "removals.csv")
	if err := os.WriteFile(removals, []byte(gone.String()), 0o600); err != nil {
		c.t.Fatal(err)
	}
	code, _, msg := run(c.t, "", "list", "publish", dir, "--records", records, "--removals", removals, "--day", "2026-01-06", "--key", filepath.Join(tmp, "key"))
	report, failure, err := edition.Verify(os.DirFS(dir), verifier)
	if code != 0 || err != nil || failure != nil || report.Interrupted > 0 {
		c.fail("the edition in peace: %s %v %v %+v", msg, err, failure, report)
	}
	entries, err := os.ReadDir(dir)
	known := regexp.MustCompile(`^(index\.json|list-[0-9]+\.json|delta-[0-9]+\.json|list-[0-9]+\.note)$`)
	for _, e := range entries {
		if err != nil || !known.MatchString(e.Name()) {
			c.fail("%q was left in the folder: %v", e.Name(), err)
		}
	}
}

// draws commits and draws again and again, over the file of before.
func (c *cutting) draws(times int) {
	dir, _ := drawFiles(c.t)
	in := func(name string) string { return filepath.Join(dir, name) }
	seen := map[string][]string{} // contents that were ever wanted, by file
	for n := range times {
		plan := fmt.Sprintf(`{"campaign":"c%d","day":"2026-12-01","seed_source":"s","strata":[{"name":"较差","where":{"credit":["C","D"]},"count":2}],"inspectors_per_object":2,"substitutes":2}`, n)
		if err := os.WriteFile(in("plan.json"), []byte(plan), 0o600); err != nil {
			c.t.Fatal(err)
		}
		fixed, drawn := c.wanted(dir, plan, fmt.Sprint(n))
		seen["commit.json"], seen["draw.json"] = append(seen["commit.json"], fixed), append(seen["draw.json"], drawn)
		for _, step := range []struct {
			file, want string
			args       []string
		}{
			{"commit.json", fixed, []string{"draw", "commit", "--objects", in("objects.csv"), "--inspectors", in("inspectors.csv"), "--plan", in("plan.json"), "--out", in("commit.json")}},
			{"draw.json", drawn, []string{"draw", "run", "--commit", in("commit.json"), "--seed", fmt.Sprint(n), "--out", in("draw.json")}},
		} {
			beside := func() bool { return len(leftBeside(in("."+step.file+".*"))) > 0 }
			for there := false; !there; {
				done := c.cut(beside, step.args...)
				b, err := os.ReadFile(in(step.file))
				if there = string(b) == step.want; there {
					c.tries = 0
				}
				switch {
				case os.IsNotExist(err) && !done && n == 0:
				case err != nil || !slices.Contains(seen[step.file], string(b)):
					c.fail("%s after a kill: %v, %d bytes that nobody wrote", step.file, err, len(b))
					return
				case done && !there:
					c.lost++
					c.t.Errorf("%s was told and is not there", step.file)
					return
				}
				for _, name := range leftBeside(in("." + step.file + ".*")) {
					if err := os.Remove(name); err != nil {
						c.t.Fatal(err)
					}
				}
			}
		}
		if code, out, _ := run(c.t, "", "draw", "verify", in("draw.json"), "--commit", in("commit.json")); code != 0 {
			c.fail("the draw does not verify: %s", out)
		}
	}
}

func leftBeside(pattern string) []string {
	names, _ := filepath.Glob(pattern) // the pattern is well formed
	return names
}

// wanted is what the two files are to hold.
func (c *cutting) wanted(dir, plan, seed string) (fixed, drawn string) {
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			c.t.Fatal(err)
		}
		return b
	}
	f, err := draw.NewCommit(draw.Source{Name: "objects.csv", Text: read("objects.csv")}, draw.Source{Name: "inspectors.csv", Text: read("inspectors.csv")},
		draw.Source{Name: "plan.json", Text: []byte(plan)})
	if err != nil {
		c.t.Fatal(err)
	}
	d, err := f.Run(seed)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(f.Bytes()), string(d.Bytes())
}
