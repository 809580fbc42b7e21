package simulate

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const testClaims = 3000

func TestSameConfigGivesSameBytes(t *testing.T) {
	for _, form := range []string{FormJSONL, FormJSONLGzip, FormJSONLZstd, FormCSV, FormParquet} {
		t.Run(form, func(t *testing.T) {
			one, _ := run(t, Config{Seed: 7, Claims: testClaims, Form: form})
			two, _ := run(t, Config{Seed: 7, Claims: testClaims, Form: form})
			if a, b := digests(t, one), digests(t, two); a != b {
				t.Errorf("two runs differ:\n%s\n%s", a, b)
			}
			other, _ := run(t, Config{Seed: 8, Claims: testClaims, Form: form})
			if digests(t, one) == digests(t, other) {
				t.Error("another seed gives the same files")
			}
		})
	}
}

func TestEveryDetectorHasBothLabels(t *testing.T) {
	plants, err := Plants(Config{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]map[string]int{}
	for _, p := range plants {
		id, _, _ := strings.Cut(p.Detector, "-")
		if seen[id] == nil {
			seen[id] = map[string]int{}
		}
		seen[id][p.Expect]++
		if len(p.Settlements) == 0 || p.Note == "" || p.Boundary == "" {
			t.Errorf("an empty label: %+v", p)
		}
	}
	for _, id := range detectorNumbers() {
		for _, expect := range []string{"finding", "none"} {
			if seen[id][expect] < fewestCases {
				t.Errorf("%s: %d cases of %s", id, seen[id][expect], expect)
			}
		}
	}
	if len(seen) != len(detectorNumbers()) {
		t.Errorf("%d detectors in the labels, want %d", len(seen), len(detectorNumbers()))
	}
}

func detectorNumbers() []string {
	var all []string
	for i := 1; i <= 16; i++ {
		if i <= 14 {
			all = append(all, fmt.Sprintf("R%02d", i))
		}
		all = append(all, fmt.Sprintf("S%02d", i))
	}
	return append(all, "T01")
}

// A label must name claims that are in the stream, all of one reserved person
// where the label names a single one.
func TestPlantsAreInTheStream(t *testing.T) {
	c := Config{Claims: testClaims}
	there := map[string]string{}
	for cl := range Claims(c) {
		if there[cl.ID()] != "" {
			t.Fatalf("identity %s twice", cl.ID())
		}
		there[cl.ID()] = cl.Setlinfo.PsnNo
	}
	if len(there) != testClaims {
		t.Errorf("%d claims, want %d", len(there), testClaims)
	}
	plants, err := Plants(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plants {
		for _, id := range p.Settlements {
			if there[id] == "" {
				t.Errorf("%s: claim %s is not in the stream", p.Detector, id)
			}
		}
		for _, l := range p.Lines {
			if there[l[:strings.LastIndexByte(l, '/')]] == "" {
				t.Errorf("%s: line %s belongs to no claim", p.Detector, l)
			}
		}
	}
}

func TestNumberOfClaimsIsExact(t *testing.T) {
	for _, c := range []Config{{Claims: 1, Plants: NoPlants}, {Claims: 17, Plants: NoPlants}, {Claims: 1001, Plants: NoPlants, Days: 3},
		{Claims: 999, Seed: 4, Days: 400}, {Claims: 5000, Seed: 9, Days: 130}} {
		n := 0
		for range Claims(c) {
			n++
		}
		if n != c.Claims {
			t.Errorf("%+v: %d claims", c, n)
		}
	}
}

// A place of so many people and institutions has them, and as many claims.
func TestPersonsAndInstitutionsAreAsAsked(t *testing.T) {
	for _, c := range []Config{{Claims: 5000, Persons: 2000, Institutions: 40, Plants: 4}, {Claims: 6000, Persons: 900, Days: 730, Institutions: 30, Plants: NoPlants},
		{Seed: 3, Claims: 500, Persons: 480, Plants: NoPlants}} {
		persons, institutions, n := map[string]bool{}, map[string]bool{}, 0
		for cl := range Claims(c) {
			persons[cl.Setlinfo.PsnNo], institutions[cl.Setlinfo.FixmedinsCode] = true, true
			n++
		}
		if n != c.Claims || len(persons) < c.Persons*95/100 || len(persons) > c.Persons+9 || c.Institutions > 0 && len(institutions) > c.Institutions {
			t.Errorf("%+v: %d claims, %d persons, %d institutions", c, n, len(persons), len(institutions))
		}
		dir := t.TempDir()
		if err := WriteKnowledge(c, dir); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "institutions.csv"))
		if rows := bytes.Count(b, []byte("\n")) - 1; err != nil || c.Institutions > 0 && rows != c.Institutions {
			t.Errorf("%+v: %d institutions in the registry, %v", c, rows, err)
		}
	}
	for _, c := range []Config{{Claims: 5000, Persons: 100}, {Claims: 5000, Persons: 6000}, {Persons: -1}, {Institutions: 29}, {Institutions: mostInstitutions + 1}} {
		if Check(c) == nil {
			t.Errorf("%+v is no error", c)
		}
	}
}

func TestTooShortARunForPlantsIsAnError(t *testing.T) {
	if err := Check(Config{Days: 20}); err == nil {
		t.Error("no error for plants in 20 days")
	}
	if err := Check(Config{Days: 20, Plants: NoPlants}); err != nil {
		t.Error(err)
	}
	if err := Check(Config{Form: "xml"}); err == nil {
		t.Error("no error for an unknown form")
	}
	if err := Check(Config{Form: FormCSV, Malformed: 0.1}); err == nil {
		t.Error("no error for damage in tables")
	}
}

// The stream is in order of time but for a small part that comes late.
func TestOrderIsNearlyThatOfTime(t *testing.T) {
	var newest Second
	late, n := 0, 0
	for c := range Claims(Config{Claims: testClaims}) {
		n++
		if c.Setlinfo.SetlTime < newest {
			late++
			if newest-c.Setlinfo.SetlTime > 25*3600 {
				t.Errorf("claim %s comes %d s late", c.ID(), newest-c.Setlinfo.SetlTime)
			}
		}
		newest = max(newest, c.Setlinfo.SetlTime)
	}
	if late == 0 || late > n/10 {
		t.Errorf("%d of %d claims late", late, n)
	}
}

func TestDamageIsCountedAndLeavesTheRestAlone(t *testing.T) {
	clean, _ := run(t, Config{Claims: testClaims})
	dir, sum := run(t, Config{Claims: testClaims, Malformed: 0.05, Duplicates: 0.05, Conflicts: 0.02})
	if sum.Malformed == 0 || sum.Duplicates == 0 || sum.Conflicts == 0 {
		t.Fatalf("nothing damaged: %+v", sum)
	}
	if sum.Messages != sum.Claims+sum.Duplicates+sum.Conflicts+sum.Malformed || sum.Claims+sum.Malformed != testClaims {
		t.Errorf("the counts do not add up: %+v", sum)
	}
	first := map[string]bool{}
	for _, line := range lines(t, filepath.Join(clean, "claims.jsonl")) {
		first[string(line)] = true
	}
	got := lines(t, filepath.Join(dir, "claims.jsonl"))
	same := 0
	for _, line := range got {
		if first[string(line)] {
			same++
		}
	}
	if len(got) != sum.Messages || same < sum.Claims {
		t.Errorf("%d messages of %d, %d unchanged of %d", len(got), sum.Messages, same, sum.Claims)
	}
}

// Memory must not grow with the number of claims: twenty times the claims
// take a few megabytes more, for the longer list of persons.
func TestMemoryIsBounded(t *testing.T) {
	small, large := peak(5_000), peak(100_000)
	if large > small+24<<20 {
		t.Errorf("peak of live memory %d MB for 5 000 claims, %d MB for 100 000", small>>20, large>>20)
	}
}

func peak(claims int) uint64 {
	var most uint64
	var m runtime.MemStats
	n := 0
	for range Claims(Config{Claims: claims}) {
		if n++; n%(claims/20) == 0 {
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	return most
}

func TestCancelledContextStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Config{Claims: 10_000, Dir: t.TempDir()}, nil); err == nil {
		t.Error("no error")
	}
}

func run(t *testing.T, c Config) (dir string, sum Summary) {
	t.Helper()
	c.Dir = t.TempDir()
	last := 0
	sum, err := Run(context.Background(), c, func(done, total int) {
		if done < last || done > total {
			t.Errorf("progress %d after %d of %d", done, last, total)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.Dir, sum
}

func digests(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&all, "%s %x\n", rel, sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func lines(t *testing.T, path string) [][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all [][]byte
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		all = append(all, bytes.Clone(s.Bytes()))
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return all
}

// encoding/json must accept what the hand-written encoder writes, in both styles.
func TestMessagesAreJSON(t *testing.T) {
	for c := range Claims(Config{Claims: 600}) {
		var text, number map[string]any
		if err := json.Unmarshal(c.appendJSON(nil, styleText), &text); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(c.appendJSON(nil, styleNumber), &number); err != nil {
			t.Fatal(err)
		}
		if a, b := plainJSON(text), plainJSON(number); a != b {
			t.Fatalf("the two styles say different things:\n%s\n%s", a, b)
		}
		encoded, err := json.Marshal(c)
		if err != nil || !bytes.Equal(encoded, c.AppendJSON(nil)) {
			t.Fatalf("json.Marshal: %v, %s", err, encoded)
		}
	}
}

// plainJSON writes every value as text without needless zeros, and trace codes
// under one name, so that equal contents read the same.
func plainJSON(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if code, ok := v["drug_trac_code"]; ok {
			v["drug_trac_codg"] = code
			delete(v, "drug_trac_code")
		}
		out := map[string]string{}
		for k, m := range v {
			out[k] = plainJSON(m)
		}
		return fmt.Sprint(out) // maps print sorted
	case []any:
		var out []string
		for _, m := range v {
			out = append(out, plainJSON(m))
		}
		return fmt.Sprint(out)
	case float64:
		return plainJSON(fmt.Sprintf("%.6f", v))
	case string:
		if strings.Count(v, ".") == 1 && strings.Trim(v, "-0123456789.") == "" {
			return strings.TrimSuffix(strings.TrimRight(v, "0"), ".")
		}
		return v
	}
	return fmt.Sprint(v)
}

func TestMissingItemIsAnError(t *testing.T) {
	defer func() {
		if m, ok := recover().(missingItem); !ok || !strings.Contains(m.Error(), "无此项目") {
			t.Error("need says nothing of a missing item")
		}
	}()
	(&catalog{}).need("无此项目")
}

// Two visits of a person to different institutions must leave time for the
// longest way in the place, or the background would hold impossible journeys.
func TestVisitsOfAPersonLieApart(t *testing.T) {
	type seen struct {
		at    Second
		where string
	}
	last := map[string]seen{}
	for c := range Claims(Config{Claims: 60_000, Plants: NoPlants}) {
		s := &c.Setlinfo
		if s.Endtime != 0 || s.MedType == "41" || s.RefdSetlFlag == "1" || s.MedfeeSumamt < 0 {
			continue
		}
		before, ok := last[s.PsnNo]
		if apart := max(s.SetlTime-before.at, before.at-s.SetlTime); ok && before.where != s.FixmedinsCode && apart < 6*3600 {
			t.Errorf("%s is at %s and %d s later at %s", s.PsnNo, before.where, apart, s.FixmedinsCode)
		}
		last[s.PsnNo] = seen{s.SetlTime, s.FixmedinsCode}
	}
}
