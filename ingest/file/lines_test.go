package file

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/klauspost/compress/zstd"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
)

const mark = "\xef\xbb\xbf" // byte order mark

func TestLines(t *testing.T) {
	for _, c := range []struct {
		name, text string
		claims     int
		rejects    string
	}{
		{"nothing", "", 0, ""},
		{"one line", good("S1") + "\n", 1, ""},
		{"the last line without line feed", good("S1") + "\n" + good("S2"), 2, ""},
		{"carriage returns", good("S1") + "\r\n" + good("S2") + "\r\n", 2, ""},
		{"blank lines are skipped but numbered", "\n \t\r\n\r\n" + bad("S1") + "\n\n  \n" + bad("S2") + "\n\t", 0,
			"a.jsonl:4 setlinfo.gend sex\na.jsonl:7 setlinfo.gend sex"},
		{"nothing but blank lines", "\n\n \r\n\t", 0, ""},
		{"other white space is no blank line", "\v\n\f\n\u3000\n\u00a0\n\x00", 0, "a.jsonl:1 json\na.jsonl:2 json\na.jsonl:3 json\na.jsonl:4 json\na.jsonl:5 json"},
		{"a mark at the start", mark + good("S1") + "\n" + good("S2"), 2, ""},
		{"a mark and nothing else", mark, 0, ""},
		{"a mark and a blank line", mark + " \n" + good("S1"), 1, ""},
		{"a mark at the start of another line", good("S1") + "\n" + mark + good("S2"), 1, "a.jsonl:2 json"},
		{"a mark at the start of the first message, not of the file", "\n" + mark + good("S1"), 0, "a.jsonl:2 json"},
		{"two marks", mark + mark + good("S1"), 0, "a.jsonl:1 json"},
		{"a mark that is not whole", "\xef\xbb\n" + good("S1"), 1, "a.jsonl:1 json"},
		{"a message over two lines", strings.Replace(good("S1"), ",", ",\n", 1), 0, "a.jsonl:1 json\na.jsonl:2 json"},
		{"two messages in a line", good("S1") + good("S2"), 0, "a.jsonl:1 json"},
		{"a message and white space", " \t" + good("S1") + " \r\n", 1, ""},
		{"a carriage return is no line feed", good("S1") + "\r" + good("S2"), 0, "a.jsonl:1 json"},
		{"problems, duplicates and conflicts in order", strings.Join([]string{good("S1"), bad("S2"), good("S1"), claimtest.Claim("S1"), "x", good("S3"),
			claimtest.Claim("S3"), bad("S1")}, "\n"), 2,
			"a.jsonl:2 setlinfo.gend sex\na.jsonl:4 setlinfo.setl_id conflict\na.jsonl:5 json\na.jsonl:7 setlinfo.setl_id conflict\na.jsonl:8 setlinfo.gend sex"},
	} {
		for _, form := range []struct{ end, text string }{{"", c.text}, {".gz", gz(c.text)}, {".zst", zst(c.text)}} {
			dir := write(t, map[string]string{"a.jsonl" + form.end: form.text})
			got := reading{}.read(t, filepath.Join(dir, "a.jsonl"+form.end))
			if got.err != nil {
				t.Errorf("%s%s: %v", c.name, form.end, got.err)
				continue
			}
			rejects := strings.ReplaceAll(got.told(t), "a.jsonl"+form.end+":", "a.jsonl:")
			if rejects != c.rejects || got.claims.Claims != c.claims {
				t.Errorf("%s%s: %d claims, rejects\n%s\nwant %d,\n%s", c.name, form.end, got.claims.Claims, rejects, c.claims, c.rejects)
			}
		}
	}
}

func TestTheTallyCountsByFieldWithoutPositions(t *testing.T) {
	dir := write(t, map[string]string{"a.jsonl": strings.Join([]string{good("S1"), good("S1"), claimtest.Claim("S1"), "x", "{}",
		claimtest.Claim("S2; 1 0 0; 2 0 0; 3 1 1 trace=|"), bad("S3")}, "\n")})
	got := reading{}.read(t, dir)
	want := "{7 1 1 4 map[:map[json:1] feedetail.cnt:map[not-zero:2] feedetail.drugtracinfo.drug_trac_codg:map[characters:1] " +
		"setlinfo:map[object:1] setlinfo.gend:map[sex:1]]}"
	if fmt.Sprint(got.tally) != want {
		t.Errorf("%v, want %s", got.tally, want)
	}
}

func TestRejectsKeepTheBytesOfTheLine(t *testing.T) {
	odd := "{\"a\xff\x00\":<>&\u2028肺}"
	dir := write(t, map[string]string{"a.jsonl": "  " + bad("S1") + " \r\n\n" + odd + "\nlast"})
	got := reading{}.read(t, dir).parsed(t)
	for i, want := range []string{"  " + bad("S1") + " \r", odd, "last"} {
		if string(got[i].Raw) != want {
			t.Errorf("reject %d: %q, want %q", i, got[i].Raw, want)
		}
	}
}

func TestRejectsAreWrittenAsTheContractSays(t *testing.T) {
	var b strings.Builder
	r := Reject{File: "a.jsonl", Line: 12, Kind: KindProblem, Problems: []claim.Problem{{Field: "feedetail[0].cnt", Rule: claim.RuleNotZero}}, Raw: []byte("{}\xff")}
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	want := `{"file":"a.jsonl","line":12,"kind":"problem","problems":[{"field":"feedetail[0].cnt","rule":"not-zero","sentence":"数量不能为零。"}],"raw":"` +
		base64.StdEncoding.EncodeToString([]byte("{}\xff")) + "\"}\n"
	if b.String() != want {
		t.Errorf("%s, want %s", b.String(), want)
	}
}

// The content that comes first by the order of inputs stays. Each case names
// the inputs, and whose content is first of all.
func TestTheOrderOfInputs(t *testing.T) {
	content := func(who string) string { return claimtest.Claim("S1 person=" + who) }
	dir := write(t, map[string]string{
		"a.jsonl":        content("a"),
		"b.jsonl":        content("b"),
		"B.jsonl":        content("B"),
		"d/2.jsonl":      content("d2"),
		"d/10.jsonl.gz":  gz(content("d10")),
		"d/3.jsonl.zst":  zst(content("d3")),
		"d.jsonl":        content("d."),
		"d/sub/0.jsonl":  content("never"),
		"d/readme.txt":   "never",
		"d/0.json":       "never",
		"d/1.jsonl.orig": "never",
		"e/é.jsonl":      content("é"),
		"e/z.jsonl":      content("z"),
	})
	for _, c := range []struct{ inputs, want string }{
		{"a.jsonl b.jsonl", "a"},
		{"b.jsonl a.jsonl", "a"},
		{"a.jsonl B.jsonl", "B"},
		{"- a.jsonl", "a"},
		{"-", "stdin"},
		{"d", "d10"},
		{"d.jsonl d", "d10"},
		{"d/3.jsonl.zst d/2.jsonl", "d2"},
		{"e", "z"},
		{"b.jsonl d a.jsonl", "a"},
		{"d - b.jsonl", "b"},
	} {
		t.Chdir(dir)
		got := reading{workers: 2, stdin: content("stdin")}.read(t, strings.Fields(c.inputs)...)
		if got.err != nil || !strings.Contains(got.history, " psn_no="+c.want+" ") || got.claims.Claims != 1 {
			t.Errorf("%s: %v, %s, want %s", c.inputs, got.err, got.history, c.want)
		}
	}
	got := reading{workers: 3, stdin: "x\n" + content("stdin")}.read(t, "-", "d", "b.jsonl", "B.jsonl")
	want := "b.jsonl:1 setlinfo.setl_id conflict\n10.jsonl.gz:1 setlinfo.setl_id conflict\n2.jsonl:1 setlinfo.setl_id conflict\n" +
		"3.jsonl.zst:1 setlinfo.setl_id conflict\n-:1 json\n-:2 setlinfo.setl_id conflict"
	if told := got.told(t); told != want {
		t.Errorf("%s\nwant\n%s", told, want)
	}
}

func TestTheSameFileTwiceIsDuplicates(t *testing.T) {
	dir := write(t, map[string]string{"a.jsonl": good("S1") + "\n" + good("S2")})
	got := reading{}.read(t, dir, filepath.Join(dir, "a.jsonl"))
	if got.tally.Duplicates != 2 || got.claims.Claims != 2 {
		t.Errorf("%+v", got.tally)
	}
}

func TestArchivesOfSeveralMembers(t *testing.T) {
	one, two := good("S1")+"\n"+good("S2")[:100], good("S2")[100:]+"\n"+good("S3")
	for end, text := range map[string]string{".gz": gz(one, "", two), ".zst": zst(one, "", two)} {
		dir := write(t, map[string]string{"a.jsonl" + end: text})
		if got := (reading{}).read(t, dir); got.err != nil || got.claims.Claims != 3 || len(got.rejects) != 0 {
			t.Errorf("%s: %v %+v %q", end, got.err, got.claims, got.rejects)
		}
	}
}

// An archive that is cut off anywhere, or is none, is an error that names it.
func TestBrokenArchives(t *testing.T) {
	text := strings.Repeat(good("S1")+"\n", 5)
	for end, whole := range map[string]string{".gz": gz(text), ".zst": zst(text)} {
		broken := []string{text, whole + "garbage"}
		for n := 1; n < len(whole); n++ {
			if n < 30 || n > len(whole)-20 || n%7 == 0 {
				broken = append(broken, whole[:n])
			}
		}
		flipped := []byte(whole)
		flipped[len(flipped)-6] ^= 0x55 // in the check sum
		for _, b := range append(broken, string(flipped)) {
			dir := write(t, map[string]string{"a.jsonl" + end: b})
			path := filepath.Join(dir, "a.jsonl"+end)
			if got := (reading{}).read(t, path); got.err == nil || !strings.Contains(got.err.Error(), path) {
				t.Errorf("%s of %d bytes (whole are %d): %v", end, len(b), len(whole), got.err)
			}
		}
	}
}

func TestAnEmptyArchiveIsCutOff(t *testing.T) {
	for _, end := range []string{".gz", ".zst"} {
		dir := write(t, map[string]string{"a.jsonl" + end: ""})
		if got := (reading{}).read(t, dir); got.err == nil {
			t.Errorf("%s: no error", end)
		}
	}
}

func TestUnreadablePathsAreAnErrorThatNamesThem(t *testing.T) {
	dir := write(t, map[string]string{"a.jsonl": good("S1"), "a.txt": "x", "a.jsonl.bz2": "x", "empty/x.txt": "", "claims.csv": "x",
		"twice/settlements.csv": "setl_id", "twice/settlements.parquet": "", "without/lines.csv": "setl_id"})
	for _, name := range []string{"nowhere.jsonl", "nowhere", "a.txt", "a.jsonl.bz2", "empty", "claims.csv", "twice", "without", "a.jsonl/x.jsonl"} {
		path := filepath.Join(dir, name)
		for _, inputs := range [][]string{{path}, {filepath.Join(dir, "a.jsonl"), path}, {path, "-"}} {
			got := reading{}.read(t, inputs...)
			if got.err == nil || strings.Count(got.err.Error(), path) != 1 || len(got.err.Error()) < len(path)+10 || len(got.rejects) > 0 {
				t.Errorf("%s: %v", name, got.err)
			}
		}
	}
}

func TestDoublyPackedFilesAreRefused(t *testing.T) {
	dir := write(t, map[string]string{"a.jsonl.zst.gz": gz(zst(good("S1"))), "b.jsonl.gz.zst": zst(gz(good("S1")))})
	for _, name := range []string{"a.jsonl.zst.gz", "b.jsonl.gz.zst"} {
		if got := (reading{}).read(t, filepath.Join(dir, name)); got.err == nil {
			t.Errorf("%s: no error, but %q", name, got.rejects)
		}
	}
}

// filler is a message of exactly so many bytes, with a problem or without.
func filler(id string, size int) string {
	msg := good(id)
	pad := size - len(msg) - len(`"x":"",`)
	if pad < 0 {
		panic("too short")
	}
	return strings.Replace(msg, `{"setlinfo"`, `{"x":"`+strings.Repeat("x", pad)+`","setlinfo"`, 1)
}

// Lines that end before, at and after the border of a chunk.
func TestChunkBorders(t *testing.T) {
	for _, size := range []int{chunkSize - 2, chunkSize - 1, chunkSize, chunkSize + 1, 2*chunkSize - 1, 2 * chunkSize, 2*chunkSize + 1} {
		text := filler("S1", size) + "\n" + bad("S2") + "\n" + good("S3") + "\n" + filler("S4", chunkSize) + "\n\n" + bad("S5")
		dir := write(t, map[string]string{"a.jsonl": text})
		got := reading{workers: 2}.read(t, dir)
		if want := "a.jsonl:2 setlinfo.gend sex\na.jsonl:6 setlinfo.gend sex"; got.err != nil || got.told(t) != want || got.claims.Claims != 3 {
			t.Errorf("first line of %d bytes: %v, %d claims, rejects\n%s", size, got.err, got.claims.Claims, got.told(t))
		}
		for _, r := range got.parsed(t) {
			if raw := string(r.Raw); raw != bad("S2") && raw != bad("S5") {
				t.Errorf("raw bytes %.100q", raw)
			}
		}
	}
}

// many is a file of several chunks with all sorts of messages.
func many() string {
	var b strings.Builder
	for i := range 9000 {
		switch i % 9 {
		case 3:
			fmt.Fprintf(&b, "broken %d\n", i)
		case 5:
			b.WriteString(bad(fmt.Sprint("S", i)) + "\r\n\n")
		case 7:
			b.WriteString(claimtest.Claim(fmt.Sprint("S", i-7, " visit=other")) + "\n") // conflict
		case 8:
			b.WriteString(good(fmt.Sprint("S", i-8)) + "\n") // duplicate
		default:
			b.WriteString(filler(fmt.Sprint("S", i), 1500) + "\n")
		}
	}
	return b.String()
}

func TestWorkersChangeNothing(t *testing.T) {
	dir := write(t, map[string]string{"a.jsonl": many(), "b.jsonl.zst": zst(many(), good("T1"))})
	want := reading{workers: 1}.read(t, dir)
	if want.tally.Messages != 18001 || want.tally.Conflicts != 2000 || want.tally.Rejected != 4000 || want.claims.Claims != 5001 {
		t.Fatalf("%+v %+v", want.tally, want.claims)
	}
	for _, workers := range []int{2, 5} {
		want.equal(t, fmt.Sprint(workers, " workers"), reading{workers: workers}.read(t, dir))
	}
	// Cut into other files: the same claims and the same counts.
	text := many()
	half := strings.Index(text, "broken 4503")
	other := reading{workers: 2, stdin: good("T1")}.read(t, write(t, map[string]string{"1.jsonl": text[:half], "2.jsonl.gz": gz(text[half:]), "3.jsonl": text}), "-")
	if other.history != want.history || fmt.Sprint(other.tally) != fmt.Sprint(want.tally) {
		t.Errorf("cut otherwise: %+v, want %+v", other.tally, want.tally)
	}
}

func TestFieldsThatNobodyKeepsChangeNothing(t *testing.T) {
	dir := write(t, map[string]string{"a.jsonl": strings.Join([]string{good("S1"), bad("S2"), good("S1"), claimtest.Claim("S1 gend=2"), claimtest.Claim("S4; 1 1 1 trace=|")}, "\n")})
	all, few := reading{}.read(t, dir), reading{keep: claim.FieldSet(0).With(claim.PsnNo)}.read(t, dir)
	if fmt.Sprint(all.tally, all.rejects) != fmt.Sprint(few.tally, few.rejects) {
		t.Errorf("%v %q\n%v %q", all.tally, all.rejects, few.tally, few.rejects)
	}
}

// stream is an input that is made on the fly: parts, each so many times.
type stream struct {
	parts []part
	at    int
}

type part struct {
	text  string
	times int
}

func (s *stream) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && len(s.parts) > 0 {
		cur := &s.parts[0]
		if cur.times == 0 {
			s.parts = s.parts[1:]
			continue
		}
		m := copy(p[n:], cur.text[s.at:])
		n += m
		if s.at += m; s.at == len(cur.text) {
			s.at = 0
			cur.times--
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// A line that is longer than a message may be is one problem; what follows is
// read. Only its beginning is kept.
func TestLinesThatAreTooLong(t *testing.T) {
	block := strings.Repeat(" ", 1<<20)
	for _, c := range []struct {
		name  string
		parts []part
		want  string
		claim int
	}{
		{"in the middle", []part{{good("S1") + "\n[", 1}, {block, 150}, {"]\n" + bad("S2") + "\n" + good("S3"), 1}},
			"-:2 too-long\n-:3 setlinfo.gend sex", 2},
		{"at the end", []part{{good("S1") + "\n[", 1}, {block, 150}}, "-:2 too-long", 1},
		{"just too long", []part{{good("S1") + "\n[", 1}, {block, 64}, {"]\n" + good("S2") + "\n", 1}}, "-:2 too-long", 2},
		{"two of them", []part{{"[", 1}, {block, 130}, {"\n\n[", 1}, {block, 130}, {"\n" + bad("S2"), 1}}, "-:1 too-long\n-:3 too-long\n-:4 setlinfo.gend sex", 0},
	} {
		var told []string
		r := &Reader{Alloc: memory.NewGoAllocator(), Keep: claim.AllFields, Workers: 1, Stdin: &stream{parts: c.parts}, Reject: func(rej *Reject) error {
			ps := strings.TrimSpace(rej.Problems[0].Field + " " + string(rej.Problems[0].Rule))
			told = append(told, fmt.Sprintf("%s:%d %s", rej.File, rej.Line, ps))
			return nil
		}}
		in, tally, err := r.Read(context.Background(), []string{"-"})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := strings.Join(told, "\n"); got != c.want || in.All.Rows(claim.Settlements) != c.claim || tally.Messages != c.claim+len(told) {
			t.Errorf("%s: %d claims of %d messages, rejects\n%s\nwant %d,\n%s", c.name, in.All.Rows(claim.Settlements), tally.Messages, got, c.claim, c.want)
		}
	}
}

// How much of such a line is kept does not depend on where it begins.
func TestRawOfTooLongLines(t *testing.T) {
	var sizes []int
	want := "[" + strings.Repeat(" ", keptOfTooLong-1)
	for _, blanks := range []int{0, 1, 3} {
		r := &Reader{Alloc: memory.NewGoAllocator(), Keep: claim.AllFields, Workers: 1, Reject: func(rej *Reject) error {
			sizes = append(sizes, len(rej.Raw))
			if string(rej.Raw) != want {
				t.Errorf("%d MiB before it: %d bytes are kept, not the first %d", blanks, len(rej.Raw), keptOfTooLong)
			}
			return nil
		}}
		block := strings.Repeat(" ", 1<<20)
		r.Stdin = &stream{parts: []part{{block, blanks}, {"\n[", 1}, {block, 100}, {"]\n", 1}}}
		if _, _, err := r.Read(context.Background(), []string{"-"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(sizes) != 3 || sizes[0] != sizes[1] || sizes[0] != sizes[2] {
		t.Errorf("%d bytes are kept", sizes)
	}
}

// A blank line is skipped and numbered however long it is, and its bytes count
// as progress.
func TestBlankLinesMayBeLong(t *testing.T) {
	block := strings.Repeat(" ", 1<<20)
	for _, before := range []int{0, 1, 3} { // where the chunks lie
		for _, last := range []string{"", "\n", "\n" + bad("S2")} {
			var told []string
			done := int64(0)
			r := &Reader{Alloc: memory.NewGoAllocator(), Keep: claim.AllFields, Workers: 2, Progress: func(d, _ int64) { done = d },
				Reject: func(rej *Reject) error {
					told = append(told, fmt.Sprint(rej.Line, rej.Problems))
					return nil
				}}
			r.Stdin = &stream{parts: []part{{block, before}, {"\n", 1}, {block, 130}, {last, 1}}}
			_, tally, err := r.Read(context.Background(), []string{"-"})
			if err != nil || tally.Messages != len(told) || len(told) != strings.Count(last, "{\"setlinfo\"") || len(told) > 0 && told[0] != "3 [{setlinfo.gend sex}]" {
				t.Errorf("%v, %+v, %q", err, tally, told)
			}
			if want := int64((before+130)<<20 + 1 + len(last)); done != want {
				t.Errorf("progress ends at %d, want %d", done, want)
			}
		}
	}
}

// A small archive that unpacks to one endless line needs no endless memory.
func TestBombsStayWithinBounds(t *testing.T) {
	var packed bytes.Buffer
	w, err := zstd.NewWriter(&packed, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, &stream{parts: []part{{strings.Repeat("0", 1<<20), 1000}, {"\n" + good("S1"), 1}}}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	dir := write(t, map[string]string{"a.jsonl.zst": packed.String()})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := reading{}.read(t, dir)
	runtime.ReadMemStats(&after)
	if got.err != nil || got.told(t) != "a.jsonl.zst:1 too-long" || got.claims.Claims != 1 {
		t.Errorf("%v %s", got.err, got.told(t))
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8*claim.MaxMessage {
		t.Errorf("%d MiB for a line of 1000 MiB", used>>20)
	}
}

func TestCancellation(t *testing.T) {
	dir := write(t, map[string]string{"a.jsonl": many()})
	before := runtime.NumGoroutine()
	for _, at := range []int{0, 1, 100, 1999} {
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		if at == 0 {
			cancel()
		}
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		r := &Reader{Alloc: alloc, Keep: claim.AllFields, Workers: 3, Reject: func(*Reject) error {
			if seen++; seen == at {
				cancel()
			}
			return nil
		}}
		if _, _, err := r.Read(ctx, []string{dir}); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at reject %d: %v", at, err)
		}
		alloc.AssertSize(t, 0) // also of what was decoded and not taken
		cancel()
	}
	noMoreGoroutines(t, before)
}

// noMoreGoroutines waits for goroutines to end, by yielding, not by time.
func noMoreGoroutines(t *testing.T, before int) {
	t.Helper()
	for range 1_000_000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines, before it were %d", runtime.NumGoroutine(), before)
}

func TestFailuresEndReadingWithoutLeaks(t *testing.T) {
	dir := write(t, map[string]string{"a.jsonl": many(), "cut.jsonl.gz": gz(many())[:20000]})
	before := runtime.NumGoroutine()
	full := errors.New("disk full")
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	r := &Reader{Alloc: alloc, Keep: claim.AllFields, Workers: 3, Reject: func(*Reject) error { return full }}
	if _, _, err := r.Read(context.Background(), []string{filepath.Join(dir, "a.jsonl")}); !errors.Is(err, full) {
		t.Errorf("%v, want %v", err, full)
	}
	noMoreGoroutines(t, before)
	alloc.AssertSize(t, 0)
	r.Reject = nil
	if _, _, err := r.Read(context.Background(), []string{dir}); err == nil || !strings.Contains(err.Error(), "cut.jsonl.gz") {
		t.Errorf("%v", err)
	}
	noMoreGoroutines(t, before)
	alloc.AssertSize(t, 0)
	if _, _, err := r.Read(context.Background(), []string{filepath.Join(dir, "a.jsonl")}); err != nil {
		t.Errorf("after a failure: %v", err)
	}
}

type failing struct{ after io.Reader }

func (f failing) Read(p []byte) (int, error) {
	n, err := f.after.Read(p)
	if err == io.EOF {
		err = errors.New("the disk is gone")
	}
	return n, err
}

func TestReadErrorsNameTheInput(t *testing.T) {
	r := &Reader{Alloc: memory.NewGoAllocator(), Keep: claim.AllFields, Workers: 2, Stdin: failing{strings.NewReader(good("S1") + "\n" + good("S2"))}}
	if _, _, err := r.Read(context.Background(), []string{"-"}); err == nil || err.Error() != "-: the disk is gone" {
		t.Errorf("%v", err)
	}
}

func TestProgressEndsAtTheTotal(t *testing.T) {
	for _, text := range []string{many(), good("S1"), "\n\n"} {
		checkProgress(t, text)
	}
}

func TestProgressEndsAtTheTotalWithALongLine(t *testing.T) {
	checkProgress(t, filler("S1", 3*chunkSize))
}

func checkProgress(t *testing.T, text string) {
	t.Helper()
	dir := write(t, map[string]string{"a.jsonl": text, "b.jsonl.zst": zst(text)})
	var done, total int64
	r := &Reader{Alloc: memory.NewGoAllocator(), Keep: claim.AllFields, Workers: 2, Progress: func(d, all int64) {
		if d < done {
			t.Errorf("progress went back from %d to %d", done, d)
		}
		done, total = d, all
	}}
	if _, _, err := r.Read(context.Background(), []string{dir}); err != nil {
		t.Fatal(err)
	}
	if want := int64(len(text) + len(zst(text))); done != want || total != want {
		t.Errorf("%d of %d, want %d", done, total, want)
	}
}

// A blocked standard input does not keep a cancelled reading.
func TestCancellationOfABlockedInput(t *testing.T) {
	before := runtime.NumGoroutine()
	in, out := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	r := &Reader{Alloc: alloc, Keep: claim.AllFields, Workers: 3, Stdin: in}
	go func() {
		_, _, err := r.Read(ctx, []string{"-"})
		ended <- err
	}()
	io.WriteString(out, good("S1")+"\n")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	alloc.AssertSize(t, 0)
	noMoreGoroutines(t, before+1) // the one that reads
	out.Close()
	noMoreGoroutines(t, before)
}

// FuzzLines reads any bytes as a file: nothing panics, every message is
// accounted for, in order, with its bytes, whatever the number of workers.
func FuzzLines(f *testing.F) {
	for _, text := range []string{good("S1") + "\n" + good("S1") + "\n" + claimtest.Claim("S1") + "\nx\n", mark + "\n" + mark, "\r\n \t\n\v\n", claimtest.Example,
		"{}\n[]\nnull", good("S1") + "\r\n" + bad("S2") + "\n\n\n" + claimtest.Claim("S3 refunds=S1")} {
		f.Add([]byte(text))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<18 {
			return
		}
		path := filepath.Join(dir, "a.jsonl")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		one, two := reading{workers: 1}.read(t, path), reading{workers: 2, stdin: string(data)}.read(t, "-")
		if one.err != nil || two.err != nil {
			t.Fatal(one.err, two.err)
		}
		if strings.ReplaceAll(fmt.Sprint(two.rejects), `"file":"-"`, `"file":"a.jsonl"`) != fmt.Sprint(one.rejects) || one.history != two.history {
			t.Fatalf("two workers give another result: %q", data)
		}
		lines := bytes.Split(bytes.TrimPrefix(data, []byte(mark)), []byte("\n"))
		messages := 0
		for _, l := range lines {
			if len(bytes.Trim(l, " \t\r")) > 0 {
				messages++
			}
		}
		if one.tally.Messages != messages {
			t.Fatalf("%d messages, want %d: %q", one.tally.Messages, messages, data)
		}
		last := 0
		for _, r := range one.parsed(t) {
			if r.Line <= last || !bytes.Equal(r.Raw, lines[r.Line-1]) || len(r.Problems) == 0 {
				t.Fatalf("reject of line %d after %d: %q of %q", r.Line, last, r.Raw, data)
			}
			last = r.Line
		}
	})
}
