package claim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"fundwatch/claim/claimtest"
)

// run is what became of some messages.
type run struct {
	verdicts string // a letter a message: a accepted, d duplicate, c conflict
	history  string // what counts, see historyText
	counts   Netted
}

// runBatches reads messages in batches of the given sizes (the last one takes
// the rest) and nets them. All memory must have come back.
func runBatches(t rapid.TB, msgs []string, sizes []int, workers int) run {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(memoryTB{t}, 0)
	seed := Seed{5, 6}
	d := NewDecoder(alloc, seed, AllFields, true)
	in := NewIntake(alloc, seed, AllFields)
	var out run
	add := func() {
		for _, v := range in.Add(d.Batch) {
			out.verdicts += string("adcl"[v])
		}
		if d.Batch != in.All {
			d.Batch.Release()
		}
	}
	for i, msg := range msgs {
		if p := d.Decode([]byte(msg)); p != nil {
			t.Fatalf("%q: %s", told(p), msg)
		}
		if len(sizes) > 0 && d.Batch.Rows(Settlements) >= sizes[0] && i < len(msgs)-1 {
			sizes = sizes[1:]
			add()
			d.Reset(NewBatch(alloc, NewDicts(seed), AllFields))
		}
	}
	add()
	p, counts := in.Net(workers)
	defer in.All.Release()
	defer p.Release()
	out.history, out.counts = poolText(t, p), counts
	return out
}

// poolText writes what counts. However the persons are spread over histories,
// and whatever a history held before, the claims must be the same.
func poolText(t rapid.TB, p *Pool) string {
	h := wholeOf(p)
	defer h.Release()
	checkHistory(t, h)
	want := historyText(h)
	for _, size := range []int{1, 3} {
		spans := p.Spans(size, 2)
		part := p.NewHistory(spans...)
		defer part.Release()
		var got []string
		for _, s := range spans {
			p.Lay(part, s)
			checkHistory(t, part)
			if n := part.Rows(Settlements); n != s.Claims() || n > size && len(part.Persons) > 2 {
				t.Fatalf("%d claims, %d persons in a span of %d", n, len(part.Persons)-1, s.Claims())
			}
			got = append(got, strings.SplitAfter(historyText(part), "\n")...)
		}
		slices.Sort(got)
		whole := strings.SplitAfter(want, "\n")
		slices.Sort(whole)
		if text := strings.Join(got, ""); text != strings.Join(whole, "") {
			t.Fatalf("in spans of %d:\n%s\nas a whole:\n%s", size, text, want)
		}
	}
	return want
}

// wholeOf lays all persons in one history.
func wholeOf(p *Pool) *History {
	h := p.NewHistory(p.All())
	p.Lay(h, p.All())
	return h
}

// memoryTB lets the checked allocator complain to any kind of test.
type memoryTB struct{ t rapid.TB }

func (m memoryTB) Errorf(format string, args ...any) { m.t.Errorf(format, args...) }
func (m memoryTB) Helper()                           { m.t.Helper() }

// historyText writes what counts, a claim a line, sorted by person and claim
// order, lines by number: sn cnt amount/in-scope, as sent in brackets where
// that differs, void lines behind a ~.
func historyText(h *History) string {
	var out []string
	for p := range len(h.Persons) - 1 {
		var b strings.Builder
		for c := h.Persons[p]; c < h.Persons[p+1]; c++ {
			b.WriteString(claimText(h, c))
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

func claimText(h *History, c int32) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s/%s", h.Text(PsnNo, c), h.Text(FixmedinsCode, c), h.Text(SetlID, c))
	var lines []string
	for l := h.NetLines[c]; l < h.NetLines[c+1]; l++ {
		lines = append(lines, lineText(h, l))
	}
	slices.Sort(lines)
	var void []string
	for l := h.VoidLines[c]; l < h.VoidLines[c+1]; l++ {
		void = append(void, " ~"+lineText(h, l))
	}
	slices.Sort(void)
	for _, l := range append(lines, void...) {
		b.WriteString(";" + l)
	}
	for d := h.Diagnoses[c]; d < h.Diagnoses[c+1]; d++ {
		b.WriteString("; dx " + h.Text(DiagCode, d))
	}
	b.WriteByte('\n')
	return b.String()
}

func lineText(h *History, l int32) string {
	now := TrimNumber(KindQuantity, h.Numbers(Cnt)[l]) + " " + TrimNumber(KindMoney, h.Numbers(DetItemFeeSumamt)[l])
	if v := h.InScope(l); v != None64 {
		now += "/" + TrimNumber(KindMoney, v)
	}
	sentCnt, sentDet := h.Sent(l)
	sent := TrimNumber(KindQuantity, sentCnt) + " " + TrimNumber(KindMoney, sentDet)
	out := " " + h.Text(FeedetlSn, l) + " " + now
	if !strings.HasPrefix(now+"/", sent+"/") {
		out += " (" + sent + ")"
	}
	var traces []string
	h.Traces(int(l), func(code []byte) { traces = append(traces, string(code)) })
	if slices.Sort(traces); len(traces) > 0 {
		out += " " + strings.Join(traces, ",")
	}
	return out
}

// checkHistory looks whether the parts of a history fit together.
func checkHistory(t rapid.TB, h *History) {
	claims, lines := h.Rows(Settlements), h.Rows(Lines)
	if len(h.NetLines) <= claims || len(h.VoidLines) <= claims || len(h.Diagnoses) <= claims || len(h.LineClaim) < lines {
		t.Fatalf("%d claims, %d lines, but %d, %d, %d, %d", claims, lines, len(h.NetLines), len(h.VoidLines), len(h.Diagnoses), len(h.LineClaim))
	}
	if h.Persons[0] != 0 || int(h.Persons[len(h.Persons)-1]) != claims || h.Net() > lines || int(h.VoidLines[claims]) != lines ||
		int(h.VoidLines[0]) != h.Net() || int(h.Diagnoses[claims]) != h.Rows(Diagnoses) {
		t.Fatal("the parts of the history do not cover it")
	}
	persons := map[int32]bool{}
	for p := range len(h.Persons) - 1 {
		from, to := h.Persons[p], h.Persons[p+1]
		if from >= to || persons[h.Codes(PsnNo)[from]] {
			t.Fatalf("person %d has no claims, or stands twice", p)
		}
		persons[h.Codes(PsnNo)[from]] = true
		for c := from; c < to; c++ {
			if h.Codes(PsnNo)[c] != h.Codes(PsnNo)[from] || c > from && !h.Before(c-1, c) {
				t.Fatalf("claim %d is not in its place", c)
			}
			for _, of := range [][]int32{h.NetLines, h.VoidLines} {
				for l := of[c]; l < of[c+1]; l++ {
					if h.LineClaim[l] != c {
						t.Fatalf("line %d belongs to claim %d, not %d", l, h.LineClaim[l], c)
					}
				}
			}
			for l := h.NetLines[c]; l < h.NetLines[c+1]; l++ {
				if h.Numbers(Cnt)[l] <= 0 {
					t.Fatalf("net line %d has the quantity %d", l, h.Numbers(Cnt)[l])
				}
			}
		}
	}
}

// Each story is some messages between line feeds, in the short form of
// claimtest; what counts in the end, as historyText writes it; how many claims
// are accepted, cancelled, and lines of claims. Every story is told in every
// order (up to six messages), whole and cut into batches of one.
func TestNetting(t *testing.T) {
	for _, c := range []struct {
		name, story, want string
		counts            Netted
	}{
		{"nothing to net", `
			S1; 1 2 10/8 trace=b,a; 2 1 5; dx I10; dx I11
			S2 person=P0 visit=M2`, `
			P0 H1/S2
			P1 H1/S1; 1 2 10/8 a,b; 2 1 5; dx I10; dx I11`, Netted{2, 0, 2}},
		{"claim order is time, institution, settlement", `
			H2/S1 at=9 visit=a
			H1/S3 at=10 visit=b
			H1/S20 at=9 visit=c
			H1/S2 at=9 visit=d
			H1/s1 at=9 visit=e`, `
			P1 H1/S2
			P1 H1/S20
			P1 H1/s1
			P1 H2/S1
			P1 H1/S3`, Netted{5, 0, 0}},
		{"the same setl_id in two institutions", `
			H1/S1; 1 1 1
			H2/S1 visit=M2; 1 2 2`, `
			P1 H1/S1; 1 1 1
			P1 H2/S1; 1 2 2`, Netted{2, 0, 2}},

		{"a refund settlement cancels wholly", `
			S1; 1 2 10; 2 1 1; dx I10
			S2 refunds=S1; 1 -1 -5
			S3; 1 1 7`, `
			P1 H1/S3; 1 1 7`, Netted{3, 1, 4}},
		{"a refund settlement of an unknown claim", `
			S2 refunds=S1; 1 -1 -5`, ``, Netted{1, 0, 1}},
		{"a refund settlement reaches its own institution only", `
			H1/S1; 1 1 1
			H2/S2 refunds=S1`, `
			P1 H1/S1; 1 1 1`, Netted{2, 0, 1}},
		{"two refund settlements of one claim", `
			S1; 1 1 1
			S2 refunds=S1
			S3 refunds=S1`, ``, Netted{3, 1, 1}},
		{"a refund settlement of a refund settlement", `
			S1; 1 1 1
			S2 refunds=S1
			S3 refunds=S2`, ``, Netted{3, 1, 1}},
		{"a refund settlement that names itself", `
			S1 refunds=S1; 1 1 1`, ``, Netted{1, 0, 1}},
		{"two refund settlements that name each other", `
			S1 refunds=S2
			S2 refunds=S1
			S3; 1 1 1`, `
			P1 H1/S3; 1 1 1`, Netted{3, 0, 1}},
		{"init_setl_id without the flag cancels nothing", `
			S1; 1 1 1
			S2 init_setl_id=S1 refd_setl_flag=0
			S3 init_setl_id=S1`, `
			P1 H1/S1; 1 1 1
			P1 H1/S2
			P1 H1/S3`, Netted{3, 0, 1}},
		{"lines of a refund settlement reduce nothing", `
			S1; 1 5 50
			S2; 1 4 40
			S3 refunds=S2; 2 -1 -10 of=1`, `
			P1 H1/S1; 1 5 50`, Netted{3, 1, 3}},
		{"a refund settlement with positive lines takes no part", `
			S1; 1 1 1
			S3 refunds=S0; 1 2 2`, `
			P1 H1/S1; 1 1 1`, Netted{2, 0, 2}},

		{"a refund line in its own claim", `
			S1; 1 3 30/24; 2 -1 -10/-8 of=1`, `
			P1 H1/S1; 1 2 20/16 (3 30); ~ 2 -1 -10/-8`, Netted{1, 0, 2}},
		{"its own claim wins over an earlier one of the visit", `
			S1 at=1; 1 9 90
			S2 at=2; 1 3 30; 2 -1 -10 of=1`, `
			P1 H1/S1; 1 9 90
			P1 H1/S2; 1 2 20 (3 30); ~ 2 -1 -10`, Netted{2, 0, 3}},
		{"a return reduces a line of the visit", `
			S1 at=1; 1 3 30
			S2 at=2; 1 -1 -10 of=1`, `
			P1 H1/S1; 1 2 20 (3 30)`, Netted{2, 0, 2}},
		{"a return before the claim it reduces", `
			S1 at=5; 1 3 30
			S2 at=2; 7 -1 -10 of=1`, `
			P1 H1/S1; 1 2 20 (3 30)`, Netted{2, 0, 2}},
		{"the first claim of the visit by claim order", `
			H2/S1 at=2; 1 3 30
			H1/S9 at=2; 1 3 30
			H1/S8 at=3; 1 3 30
			H3/S7 at=4; 7 -1 -10 of=1; 8 1 1`, `
			P1 H1/S9; 1 2 20 (3 30)
			P1 H2/S1; 1 3 30
			P1 H1/S8; 1 3 30
			P1 H3/S7; 8 1 1; ~ 7 -1 -10`, Netted{4, 0, 5}},
		{"a claim that has no such line is passed over", `
			S1 at=1; 2 3 30
			S2 at=2; 1 3 30
			S3 at=3; 7 -1 -10 of=1`, `
			P1 H1/S1; 2 3 30
			P1 H1/S2; 1 2 20 (3 30)`, Netted{3, 0, 3}},
		{"a cancelled claim is passed over", `
			S1 at=1; 1 3 30
			S2 at=2; 1 4 40
			S3 refunds=S1
			S4 at=3; 7 -1 -10 of=1`, `
			P1 H1/S2; 1 3 30 (4 40)`, Netted{4, 1, 3}},
		{"the visit counts, whoever the person and institution", `
			H1/S1 person=P1 visit=M1; 1 3 30
			H2/S2 person=P2 visit=M1; 7 -1 -10 of=1`, `
			P1 H1/S1; 1 2 20 (3 30)`, Netted{2, 0, 2}},
		{"another visit does not count", `
			S1 visit=M1; 1 3 30
			S2 visit=M2; 7 -1 -10 of=1`, `
			P1 H1/S1; 1 3 30`, Netted{2, 0, 2}},
		{"a refund line of nothing, of the unknown and of a refund line", `
			S1; 1 3 30; 2 -1 -1; 3 -1 -1 of=9; 4 -1 -1 of=2; 5 -1 -1 of=5`, `
			P1 H1/S1; 1 3 30; ~ 2 -1 -1; ~ 3 -1 -1; ~ 4 -1 -1; ~ 5 -1 -1`, Netted{1, 0, 5}},
		{"init_feedetl_sn of a positive line means nothing", `
			S1; 1 3 30; 2 1 10 of=1`, `
			P1 H1/S1; 1 3 30; 2 1 10`, Netted{1, 0, 2}},
		{"several refund lines of one line", `
			S1; 1 5 50/40; 2 -1 -10/-8 of=1
			S2; 1 -1 -10/-8 of=1; 2 -0.5 -5/-4 of=1`, `
			P1 H1/S1; 1 2.5 25/20 (5 50); ~ 2 -1 -10/-8`, Netted{2, 0, 4}},
		{"a line refunded whole is gone", `
			S1; 1 2 20/20 trace=a; 2 1 5; 3 -2 -20/-20 of=1`, `
			P1 H1/S1; 2 1 5; ~ 1 2 20/20 a; ~ 3 -2 -20/-20`, Netted{1, 0, 3}},
		{"a line refunded beyond what it had is gone with its amounts", `
			S1; 1 2 20
			S2; 1 -3 -5 of=1`, `
			P1 H1/S1; ~ 1 2 20`, Netted{2, 0, 2}},
		{"a line that is left with the smallest quantity stays", `
			S1; 1 2 20; 2 -1.9999 -30 of=1`, `
			P1 H1/S1; 1 0.0001 -10 (2 20); ~ 2 -1.9999 -30`, Netted{1, 0, 2}},
		{"no in-scope amount in the refund line: its line amount", `
			S1; 1 3 30/24; 2 -1 -10 of=1`, `
			P1 H1/S1; 1 2 20/14 (3 30); ~ 2 -1 -10`, Netted{1, 0, 2}},
		{"no in-scope amount in the line: it stays not given", `
			S1; 1 3 30; 2 -1 -10/-8 of=1`, `
			P1 H1/S1; 1 2 20 (3 30); ~ 2 -1 -10/-8`, Netted{1, 0, 2}},
		{"an in-scope amount of zero is given", `
			S1; 1 3 30/0; 2 -1 -10/0 of=1; 3 -1 -10 of=1`, `
			P1 H1/S1; 1 1 10/-10 (3 30); ~ 2 -1 -10/0; ~ 3 -1 -10`, Netted{1, 0, 3}},
		{"prd_days and trace codes stay whole", `
			S1; 1 3 30 prd_days=6 trace=a,b,c; 2 -1 -10 of=1 trace=c`, `
			P1 H1/S1; 1 2 20 (3 30) a,b,c; ~ 2 -1 -10 c`, Netted{1, 0, 2}},
		{"refund lines of a cancelled claim do not count", `
			S1; 1 3 30
			S2; 1 -1 -10 of=1; 2 1 1
			S3 refunds=S2`, `
			P1 H1/S1; 1 3 30`, Netted{3, 1, 3}},
		{"refund lines of a cancelled return do not count", `
			S1; 1 3 30
			S2; 1 -1 -10 of=1
			S3 refunds=S2`, `
			P1 H1/S1; 1 3 30`, Netted{3, 1, 2}},
		{"a claim without lines is no return", `
			S1`, `
			P1 H1/S1`, Netted{1, 0, 0}},
		{"a return alone takes no part", `
			S1; 1 -1 -1; 2 -2 -2`, ``, Netted{1, 0, 2}},
		{"a claim with one positive line is no return", `
			S1; 1 -1 -1; 2 2 2`, `
			P1 H1/S1; 2 2 2; ~ 1 -1 -1`, Netted{1, 0, 2}},
		{"a person of whom nothing is left is gone", `
			S1 person=P2; 1 -1 -1
			S2 person=P3
			S3 person=P3 refunds=S2
			S4 person=P1 visit=M9`, `
			P1 H1/S4`, Netted{4, 1, 1}},
	} {
		msgs := claimtest.Claims(storyLines(c.story)...)
		want := strings.Join(append(storyLines(c.want), ""), "\n")
		orders := permutations(len(msgs))
		for _, order := range orders {
			var told []string
			for _, i := range order {
				told = append(told, msgs[i])
			}
			for _, sizes := range [][]int{nil, {1, 1, 1, 1, 1, 1}} {
				got := runBatches(t, told, sizes, 2)
				if got.history != want || got.counts != c.counts || strings.Trim(got.verdicts, "a") != "" {
					t.Fatalf("%s, order %v, batches %v:\n%s\n%+v %s\nwant\n%s\n%+v", c.name, order, sizes, got.history, got.counts, got.verdicts, want, c.counts)
				}
			}
		}
	}
}

func storyLines(s string) []string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(p), at, n-1))
		}
	}
	return out
}

// Messages in the order in which they come, and what becomes of each.
func TestDuplicatesAndConflicts(t *testing.T) {
	for _, c := range []struct{ name, story, verdicts, want string }{
		{"a duplicate has no effect", `
			S1; 1 2 10
			S1; 1 2.0 10.00`, "ad", `
			P1 H1/S1; 1 2 10`},
		{"lines in another order are a duplicate", `
			S1; 1 2 10; 2 1 1
			S1; 2 1 1; 1 2 10`, "ad", `
			P1 H1/S1; 1 2 10; 2 1 1`},
		{"the first content stays", `
			S1; 1 2 10
			S1; 1 3 10
			S1; 1 3 10
			S1; 1 2 10`, "accd", `
			P1 H1/S1; 1 2 10`},
		{"a conflict may be a refund settlement, which then is none", `
			S1; 1 2 10
			S2; 1 1 1
			S2 refunds=S1`, "aac", `
			P1 H1/S1; 1 2 10
			P1 H1/S2; 1 1 1`},
		{"and the other way round", `
			S1; 1 2 10
			S2 refunds=S1
			S2; 1 1 1`, "aac", ``},
		{"a refund settlement twice", `
			S2 refunds=S1
			S2 refunds=S1
			S1; 1 2 10`, "ada", ``},
		{"refund lines count once however often they come", `
			S1; 1 3 30
			S2; 1 -1 -10 of=1
			S2; 1 -1 -10 of=1
			S2; 1 -1 -10.0 of=1
			S2; 1 -1 -20 of=1`, "aaddc", `
			P1 H1/S1; 1 2 20 (3 30)`},
		{"a person may conflict", `
			S1 person=P1
			S1 person=P2`, "ac", `
			P1 H1/S1`},
		{"blank and 0 conflict", `
			S1 refd_setl_flag=
			S1
			S1 refd_setl_flag=0`, "adc", `
			P1 H1/S1`},
	} {
		msgs := claimtest.Claims(storyLines(c.story)...)
		for _, sizes := range [][]int{nil, {1, 1, 1, 1, 1}, {2, 1, 2}, {1, 3}} {
			got := runBatches(t, msgs, sizes, 1)
			if want := strings.Join(append(storyLines(c.want), ""), "\n"); got.history != want || got.verdicts != c.verdicts {
				t.Errorf("%s, batches %v:\n%s%s\nwant\n%s%s", c.name, sizes, got.history, got.verdicts, want, c.verdicts)
			}
		}
	}
}

// drawStory draws claims of few persons, visits and numbers, so that they have
// much to do with each other.
func drawStory(t *rapid.T) []string {
	var out []string
	for i := range rapid.IntRange(1, 14).Draw(t, "claims") {
		var b strings.Builder
		fmt.Fprintf(&b, "H%d/S%d visit=M%d person=P%d at=%d", rapid.IntRange(1, 2).Draw(t, "institution"), i,
			rapid.IntRange(1, 3).Draw(t, "visit"), rapid.IntRange(1, 3).Draw(t, "person"), rapid.IntRange(1, 3).Draw(t, "day"))
		if rapid.IntRange(0, 4).Draw(t, "refund") == 0 {
			fmt.Fprintf(&b, " refunds=S%d", rapid.IntRange(0, 14).Draw(t, "of"))
		}
		for sn := range rapid.IntRange(0, 4).Draw(t, "lines") {
			cnt := rapid.SampledFrom([]int{-3, -2, -1, -1, 1, 2, 3, 4}).Draw(t, "cnt")
			fmt.Fprintf(&b, "; %d %d %d", sn, cnt, cnt*rapid.IntRange(0, 3).Draw(t, "amount"))
			if rapid.Bool().Draw(t, "in scope") {
				fmt.Fprintf(&b, "/%d", cnt)
			}
			if cnt < 0 || rapid.IntRange(0, 5).Draw(t, "names") == 0 {
				fmt.Fprintf(&b, " of=%d", rapid.IntRange(0, 4).Draw(t, "named"))
			}
			if rapid.IntRange(0, 3).Draw(t, "traced") == 0 {
				fmt.Fprintf(&b, " trace=t%d,t%d", rapid.IntRange(0, 4).Draw(t, "trace"), rapid.IntRange(0, 4).Draw(t, "trace"))
			}
		}
		if rapid.Bool().Draw(t, "diagnosed") {
			fmt.Fprintf(&b, "; dx I%d; dx I%d", rapid.IntRange(0, 2).Draw(t, "dx"), rapid.IntRange(0, 2).Draw(t, "dx"))
		}
		out = append(out, b.String())
	}
	return out
}

// The order of arrival, repeated delivery, the cuts between batches and the
// number of workers change nothing.
func TestResultsDoNotDependOnArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		story := drawStory(t)
		want := runBatches(t, claimtest.Claims(story...), nil, 1)
		again := slices.Clone(story)
		for range rapid.IntRange(0, 4).Draw(t, "repeated") {
			again = append(again, rapid.SampledFrom(story).Draw(t, "message"))
		}
		again = rapid.Permutation(again).Draw(t, "order")
		sizes := rapid.SliceOfN(rapid.IntRange(1, 5), 0, 14).Draw(t, "sizes")
		got := runBatches(t, claimtest.Claims(again...), sizes, rapid.IntRange(1, 4).Draw(t, "workers"))
		if got.history != want.history || got.counts != want.counts {
			t.Fatalf("got %+v\n%s\nwant %+v\n%s\nof\n%s", got.counts, got.history, want.counts, want.history, strings.Join(again, "\n"))
		}
		if n := strings.Count(got.verdicts, "a"); n != len(story) || strings.Count(got.verdicts, "d") != len(again)-n {
			t.Fatalf("%s of %d messages", got.verdicts, len(again))
		}
	})
}

// Netting agrees with the words of the contract, done slowly on short forms.
func TestNettingAgreesWithTheContract(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		story := drawStory(t)
		msgs := claimtest.Claims(story...)
		if got, want := runBatches(t, msgs, nil, 1).history, slowNet(msgs); got != want {
			t.Fatalf("got\n%s\nwant\n%s\nof\n%s", got, want, strings.Join(story, "\n"))
		}
	})
}

func TestNothingAtAll(t *testing.T) {
	got := runBatches(t, nil, nil, 3)
	if got.history != "" || got.counts != (Netted{}) || got.verdicts != "" {
		t.Errorf("%+v", got)
	}
}

// Refunds of sums that int64 cannot hold: sums are exact however wide
// (contract section 1), so a line of which more was returned than it had is
// gone.
func TestWideRefundsDoNotOverflow(t *testing.T) {
	var b strings.Builder
	b.WriteString("S1; 0 1 1")
	for i := range 1000 {
		fmt.Fprintf(&b, "; %d -999999999999 -1 of=0", i+1)
	}
	got := runBatches(t, claimtest.Claims(b.String()), nil, 1)
	if !strings.Contains(got.history, "; ~ 0 1 1;") {
		t.Errorf("%.300s", got.history)
	}
}

// Claims of many lines and visits of many claims are looked up by maps: what
// refund lines name there must be what it is in small ones.
func TestRefundsInLargeClaimsAndVisits(t *testing.T) {
	large := "S0 visit=M1 at=1"
	for sn := range manyLines + 6 {
		large += fmt.Sprintf("; %d 2 10", sn)
	}
	msgs := []string{large, fmt.Sprintf("S1 visit=M1 at=2; x -1 -5 of=%d", manyLines+3)}
	for i := range manyClaims + 4 {
		msgs = append(msgs, fmt.Sprintf("V%02d visit=M2 at=%d; 7 2 10", i, 21-i))
	}
	msgs = append(msgs, "R visit=M2 at=22; x -1 -5 of=7; y -1 -5 of=8")
	h := wholeOf(poolOf(t, memory.NewGoAllocator(), AllFields, msgs...))
	defer h.Release()
	var lowered []string
	for l := range int32(h.Net()) {
		if cnt, _ := h.Sent(l); cnt != h.Numbers(Cnt)[l] {
			c := h.LineClaim[l]
			lowered = append(lowered, h.Text(SetlID, c)+"/"+h.Text(FeedetlSn, l)+" "+TrimNumber(KindQuantity, h.Numbers(Cnt)[l]))
		}
	}
	slices.Sort(lowered)
	want := []string{fmt.Sprintf("S0/%d 1", manyLines+3), fmt.Sprintf("V%02d/7 1", manyClaims+3)}
	if !slices.Equal(lowered, want) {
		t.Errorf("lowered %v, want %v", lowered, want)
	}
}

// A diagnosis that says nothing is no content: with or without it the claim is
// the same, whether from JSON or from tables.
func TestEmptyDiagnosisIsNoContent(t *testing.T) {
	with := func(list string) string { return claimtest.Set(example, "diseinfo", list) }
	one := `{"diag_code":"I10"}`
	for _, c := range []struct{ first, again, want string }{
		{"[]", "[{}]", "ad"},
		{"[" + one + "]", "[{}," + one + ",{\"diag_name\":\" \"}]", "ad"},
		{"[" + one + "]", "[]", "ac"},
	} {
		if got := runBatches(t, []string{with(c.first), with(c.again)}, nil, 1).verdicts; got != c.want {
			t.Errorf("%s, then %s: %s, want %s", c.first, c.again, got, c.want)
		}
	}
}
