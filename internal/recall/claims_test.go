package recall_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/claim/claimtest"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/recall"
)

var seed = claim.Seed{1, 2}

// kept is a topic of one partition that has lost its first messages.
type kept struct {
	all   []string
	first int64
}

func (k *kept) Partitions(context.Context, string) (int, error) { return 1, nil }

func (k *kept) gap(offset int64) error {
	return fmt.Errorf("read: %w", &kafka.GapError{Topic: "claims", Want: offset, Have: k.first})
}

func (k *kept) Messages(_ context.Context, _ string, _ int, from int64) iter.Seq2[*kafka.Message, error] {
	return func(yield func(*kafka.Message, error) bool) {
		if from < k.first {
			yield(nil, k.gap(from))
			return
		}
		for i := from; i < int64(len(k.all)); i++ {
			if !yield(&kafka.Message{Offset: i, Value: []byte(k.all[i])}, nil) {
				return
			}
		}
	}
}

func (k *kept) MessageAt(_ context.Context, _ string, _ int, offset int64) (*kafka.Message, error) {
	if offset < k.first {
		return nil, k.gap(offset)
	}
	return &kafka.Message{Offset: offset, Value: []byte(k.all[offset])}, nil
}

func claimsOf(log recall.Log, a *archive.Archive) *recall.Claims {
	return recall.NewClaims(recall.ClaimsOptions{Log: log, Topic: "claims", Seed: seed, Archive: a,
		Decoder: claim.NewDecoder(memory.NewGoAllocator(), seed, recall.ClaimFields, false)})
}

// archived writes messages into an archive, in ranges of two.
func archived(t *testing.T, msgs ...string) *archive.Archive {
	t.Helper()
	a := &archive.Archive{Store: archive.Folder(t.TempDir()), Alloc: memory.NewGoAllocator(), Seed: seed, Keep: claim.AllFields}
	for from := 0; from < len(msgs); from += 2 {
		w, to := a.Begin(0, int64(from)), min(from+2, len(msgs))
		d := claim.NewDecoder(a.Alloc, seed, claim.AllFields, true)
		var offsets []int64
		for i := from; i < to; i++ {
			if len(d.Decode([]byte(msgs[i]))) == 0 {
				offsets = append(offsets, int64(i))
			}
		}
		if err := w.Add(d.Batch, offsets, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Commit(t.Context(), archive.End{To: int64(to), Messages: int64(to - from), Arrived: claim.None64}); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// some are claims with a damaged one, a second one of the same identity, and a
// refund. All are invented.
var some = []string{
	claimtest.Claim("H1/S1 person=P1 at=1 medfee_sumamt=100.00 fund_pay_sumamt=50.00; 1 1 60 item=A bilg_dr_codg=D1; 2 1 40 item=B bilg_dr_codg=D2"),
	`{broken`,
	claimtest.Claim("H2/S1 person=P2 at=2 medfee_sumamt=20.00; 1 1 20 item=A bilg_dr_codg=D1"),
	claimtest.Claim("H1/S1 person=P9 at=9 medfee_sumamt=9.00; 1 1 9 item=C"),
	claimtest.Claim("H1/S2 person=P1 at=3 medfee_sumamt=300.00; 1 3 300 item=B"),
	claimtest.Claim("H1/S3 person=P1 at=4 refunds=S1 medfee_sumamt=-100.00; 1 -1 -100 item=A"),
}

func names(known []recall.Known) (out []string) {
	for i := range known {
		out = append(out, known[i].Name())
	}
	return out
}

// TestClaimsAreFoundByWhatTheySay, and what is no claim is not, nor a second
// one of an identity; the latest come first, and no more than are asked for.
func TestClaimsAreFoundByWhatTheySay(t *testing.T) {
	c := claimsOf(&kept{all: some}, nil)
	rounds(t, 2, c.Follow)
	if v := c.Coverage(); !v.Ready || v.Claims != 4 || v.Unkept != 0 || claim.FormatTime(v.First) != "2026-03-01 10:00:00" || claim.FormatTime(v.Last) != "2026-03-04 10:00:00" {
		t.Errorf("%+v", v)
	}
	day := func(s string) int64 { v, _ := claim.ParseTime([]byte(s + " 00:00:00")); return v }
	for what, x := range map[string]struct {
		q    recall.ClaimQuery
		want string
	}{
		"all":          {recall.ClaimQuery{}, "H1/S3 H1/S2 H2/S1 H1/S1"},
		"settlement":   {recall.ClaimQuery{Settlement: "S1"}, "H2/S1 H1/S1"},
		"institution":  {recall.ClaimQuery{Institution: "H2"}, "H2/S1"},
		"person":       {recall.ClaimQuery{Person: "P1"}, "H1/S3 H1/S2 H1/S1"},
		"second":       {recall.ClaimQuery{Person: "P9"}, ""},
		"practitioner": {recall.ClaimQuery{Practitioner: "D1"}, "H2/S1 H1/S1"},
		"item":         {recall.ClaimQuery{Item: "B"}, "H1/S2 H1/S1"},
		"both":         {recall.ClaimQuery{Item: "B", Practitioner: "D2"}, "H1/S1"},
		"neither":      {recall.ClaimQuery{Item: "none"}, ""},
		"period":       {recall.ClaimQuery{Settled: &recall.Span{From: day("2026-03-02"), To: day("2026-03-04") - 1}}, "H1/S2 H2/S1"},
		"amount":       {recall.ClaimQuery{Total: &recall.Span{From: 2000, To: 10000}}, "H2/S1 H1/S1"},
		"unseen":       {recall.ClaimQuery{Sees: func(in string) bool { return in == "H2" }}, "H2/S1"},
	} {
		q := x.q
		q.Most = 9
		if total, found := c.Find(q); strings.Join(names(found), " ") != x.want || total != len(found) {
			t.Errorf("%s: %d, %v, want %s", what, total, names(found), x.want)
		}
	}
	for most := range 4 {
		if total, found := c.Find(recall.ClaimQuery{Most: most}); total != 4 || strings.Join(names(found), " ") != strings.Join(strings.Fields("H1/S3 H1/S2 H2/S1 H1/S1")[:most], " ") {
			t.Errorf("at most %d: %d, %v", most, total, names(found))
		}
	}
	if got := names(c.Refunds("H1/S1")); !slices.Equal(got, []string{"H1/S3"}) || c.Refunds("H2/S1") != nil {
		t.Error(got)
	}
	if k, ok := c.Known("H1/S1"); !ok || k.Person != "P1" || k.Total != 10000 || k.Fund != 5000 || k.MedType != "11" || k.Insutype != "310" || k.Items != 2 || k.Offset != 0 || k.Refund {
		t.Errorf("%+v", k)
	}
	// 2026-03-01 was a Sunday; the refund is not counted.
	tally := c.Institution("H1")
	if tally.Week[6][10] != 1 || tally.Week[1][10] != 1 || len(tally.Months) != 1 || tally.Months[0] != (recall.Month{Month: "2026-03", Claims: 2, Fund: 5000}) {
		t.Errorf("%+v", tally)
	}
	if parts := c.Parts(recall.ClaimQuery{Practitioner: "D1"}); len(parts) != 2 || parts[0].Institution != "H1" || parts[0].Claims != 1 || parts[0].Fund != 5000 || parts[1].Week[0][10] != 1 {
		t.Errorf("%+v", parts)
	}
	if !c.KnowsPerson("P1") || c.KnowsPerson("P9") || c.KnowsPerson("") {
		t.Error("whose claims there are")
	}
	if c.Institution("none").Months != nil || !slices.Equal(c.Institutions(), []string{"H1", "H2"}) {
		t.Error(c.Institutions())
	}
}

func knows(c *recall.Claims, name string) bool { _, ok := c.Known(name); return ok }

// TestClaimsThatKafkaLostComeFromTheArchive: found and read as the others are.
// What neither has is counted, and a damaged archive is told.
func TestClaimsThatKafkaLostComeFromTheArchive(t *testing.T) {
	log := &kept{all: some}
	whole := claimsOf(log, nil)
	rounds(t, 1, whole.Follow)
	_, want := whole.Find(recall.ClaimQuery{Most: 9})
	a := archived(t, some[:4]...)
	for _, first := range []int64{0, 2, 4} {
		log.first = first
		c := claimsOf(log, a)
		rounds(t, 2, c.Follow)
		if _, found := c.Find(recall.ClaimQuery{Most: 9}); !slices.Equal(found, want) {
			t.Errorf("from %d: %+v", first, found)
		}
		if v := c.Coverage(); v.Unkept != 0 || v.Unreached || !v.Archive {
			t.Errorf("from %d: %+v", first, v)
		}
		l, err := c.Get(t.Context(), "H1/S1")
		if err != nil || l.Archived != (first > 0) || l.Offset != 0 || !strings.Contains(string(l.Message), `"psn_no":"P1"`) || !strings.Contains(string(l.Message), `"bilg_dr_codg":"D2"`) {
			t.Errorf("from %d: %+v, %v", first, l, err)
		}
		if l, err := c.Get(t.Context(), "H1/S2"); err != nil || l.Archived || l.Offset != 4 || string(l.Message) != some[4] {
			t.Errorf("from %d: %+v, %v", first, l, err)
		}
		if _, err := c.Get(t.Context(), "H1/none"); !errors.Is(err, recall.ErrUnknown) {
			t.Error(err)
		}
	}
	// Without an archive, what was read before it went is known and not shown.
	log.first = 2
	if _, err := whole.Get(t.Context(), "H1/S1"); !errors.Is(err, recall.ErrUnkept) {
		t.Error(err)
	}
	c := claimsOf(log, nil)
	rounds(t, 2, c.Follow)
	if v := c.Coverage(); v.Claims != 4 || v.Unkept != 2 || !knows(c, "H1/S2") {
		t.Errorf("%+v", v) // the second claim of the identity is the first one now
	}
	log.first = 5 // the archive ends at 4
	c = claimsOf(log, a)
	rounds(t, 2, c.Follow)
	if v := c.Coverage(); v.Claims != 3 || v.Unkept != 1 || knows(c, "H1/S2") {
		t.Errorf("%+v", v)
	}
	broken := *a
	broken.Store = damaged{a.Store}
	c = claimsOf(log, &broken)
	told := 0
	c.Follow(t.Context(), func(context.Context) bool { return false }, func(err error) {
		if told++; !errors.Is(err, archive.ErrDamaged) {
			t.Error(err)
		}
	})
	if v := c.Coverage(); told != 1 || !v.Unreached || v.Unkept != 5 || v.Claims != 1 {
		t.Errorf("told %d times, %+v", told, v)
	}
}

// damaged changes a byte of every table.
type damaged struct{ archive.Store }

func (d damaged) Read(ctx context.Context, name string) ([]byte, error) {
	b, err := d.Store.Read(ctx, name)
	if strings.HasSuffix(name, ".parquet") {
		b = slices.Clone(b)
		b[len(b)/2] ^= 1
	}
	return b, err
}

// TestFindingsCiteClaims: those in force, whoever they are about.
func TestFindingsCiteClaims(t *testing.T) {
	finding := func(id, det, kind, code string, more string) kafka.Message {
		return kafka.Message{Key: []byte(id), Value: fmt.Appendf(nil, `{"id":%q,"detector":%q,"subject":{"kind":%q,"code":%q},%s}`, id, det, kind, code, more)}
	}
	b := newBroker(t, "findings")
	b.put(t, "findings", finding("a", "S05", "institution", "H1", `"person":"P1","settlements":["H1/S1","H1/S2"]`),
		finding("b", "R01", "practitioner", "D1", `"person":"P1","settlements":["H1/S1"]`),
		finding("c", "R01", "person", "P2", `"settlements":["H2/S1"]`),
		finding("d", "S05", "institution", "H1", `"practitioner":"D1","settlements":["H1/S3"]`), kafka.Message{Key: []byte("x"), Value: []byte("{")})
	c := recall.NewCitations(b, "findings")
	rounds(t, 2, c.Follow)
	ids := func(cites []recall.Cite) (out string) {
		var all []string
		for _, x := range cites {
			m, err := c.Read(t.Context(), x)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(m.Key))
		}
		slices.Sort(all)
		return strings.Join(all, "")
	}
	if some, but := ids(c.CitingAny([]string{"H1/S1", "H1/S2", "H2/S1"}, nil)), ids(c.CitingAny([]string{"H1/S1", "H2/S1"}, []string{"a", "none"})); some != "abc" || but != "bc" {
		t.Errorf("any of some claims: %q, %q", some, but)
	}
	if !c.Stands("a") || c.Stands("none") {
		t.Error("a finding that stands, and one that there is not")
	}
	check := func(want ...string) {
		t.Helper()
		for i, got := range []string{ids(c.Citing("H1/S1")), ids(c.Person("P1")), ids(c.Person("P2")), ids(c.Practitioner("D1")), ids(c.Institution("H1")), ids(slices.Collect(c.Of([]string{"R01", "none"}, nil)))} {
			if got != want[i] {
				t.Errorf("%d: %q, want %q", i, got, want[i])
			}
		}
	}
	check("ab", "ab", "c", "bd", "ad", "bc")
	claims := claimsOf(&kept{all: some}, nil)
	rounds(t, 1, claims.Follow)
	if total, found := claims.Find(recall.ClaimQuery{Cited: c.Of([]string{"R01"}, nil), Most: 9}); total != 2 || strings.Join(names(found), " ") != "H2/S1 H1/S1" {
		t.Error(total, names(found))
	}
	if total, found := claims.Find(recall.ClaimQuery{Cited: c.Of([]string{"R01"}, []string{"person/P2", "practitioner/P1"}), Most: 9}); total != 1 || strings.Join(names(found), " ") != "H2/S1" {
		t.Error(total, names(found))
	}
	if total, _ := claims.Find(recall.ClaimQuery{Cited: c.Of([]string{"R01"}, []string{})}); total != 0 {
		t.Error("findings about nobody")
	}
	b.put(t, "findings", finding("b", "R01", "practitioner", "D1", `"person":"P1","settlements":["H1/S1"],"withdrawn":true`))
	rounds(t, 1, c.Follow)
	check("a", "a", "c", "d", "ad", "c")
}

// TestWhatClaimsTieTogether: each claim once, and what findings have in common.
func TestWhatClaimsTieTogether(t *testing.T) {
	finding := func(id, det, kind, code string, more string) kafka.Message {
		return kafka.Message{Key: []byte(id), Value: fmt.Appendf(nil, `{"id":%q,"detector":%q,"subject":{"kind":%q,"code":%q},%s}`, id, det, kind, code, more)}
	}
	b := newBroker(t, "findings")
	b.put(t, "findings", finding("a", "S05", "institution", "H1", `"settlements":["H1/S1","H1/S2"]`),
		finding("b", "S05", "institution", "H1", `"practitioner":"D1","settlements":["H1/S1"]`),
		finding("c", "R01", "institution", "H2", `"settlements":["H1/S1","H2/S1"]`),
		finding("d", "R01", "institution", "H2", `"settlements":["H1/S1"]`),
		finding("e", "R02", "practitioner", "D1", `"settlements":["H2/S1"]`),
		finding("f", "R02", "institution", "H3", `"settlements":["H3/S1"]`),
		finding("g", "R03", "institution", "H3", `"settlements":["H1/S2"],"withdrawn":true`))
	c := recall.NewCitations(b, "findings")
	rounds(t, 1, c.Follow)
	own := c.Keys([]string{"a", "b", "g", "none"})
	if len(own) != 2 {
		t.Fatal(len(own))
	}
	claims := claimsOf(&kept{all: some}, nil)
	rounds(t, 1, claims.Follow)
	total, links := claims.Links(own, 9)
	if total != 2 || fmt.Sprint(links) != "[{H1 P1 [D1 D2]} {H1 P1 []}]" {
		t.Error(total, links)
	}
	if total, links := claims.Links(own, 1); total != 2 || len(links) != 1 {
		t.Error(total, links)
	}
	var got []string
	for _, x := range c.Alike(own) {
		m, err := c.Read(t.Context(), x.Cite)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(string(m.Key), x.Claims, x.Practitioners))
	}
	// All of one detector about one subject are one: the first tells whom.
	if fmt.Sprint(got) != "[a2 1 c1 0 e0 1]" {
		t.Error(got)
	}
}

// TestClaimsAreReadTogether: some from Kafka and some from the archive, each
// once, and what neither has is counted.
func TestClaimsAreReadTogether(t *testing.T) {
	read := func(c *recall.Claims, names ...string) (string, int) {
		var got []string
		unkept, err := c.Each(t.Context(), names, func(name string, message []byte) error {
			if _, settlement, _ := strings.Cut(name, "/"); !strings.Contains(string(message), `"`+settlement+`"`) {
				t.Errorf("%s is not in its message", name)
			}
			got = append(got, name)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		return strings.Join(got, " "), unkept
	}
	log := &kept{all: some}
	c := claimsOf(log, archived(t, some[:4]...))
	rounds(t, 2, c.Follow)
	log.first = 4
	if got, unkept := read(c, "H1/S1", "H2/S1", "H1/S2", "H1/S3", "H9/S9"); got != "H1/S1 H1/S2 H1/S3 H2/S1" || unkept != 1 {
		t.Errorf("%q, %d not kept", got, unkept)
	}
	log = &kept{all: some}
	c = claimsOf(log, nil)
	rounds(t, 2, c.Follow)
	log.first = 4
	if got, unkept := read(c, "H1/S1", "H1/S2"); got != "H1/S2" || unkept != 1 {
		t.Errorf("without an archive: %q, %d not kept", got, unkept)
	}
}

// TestFindingsAreReadTogether: each once, near and far, whatever the order that
// they are asked in; what take says ends it.
func TestFindingsAreReadTogether(t *testing.T) {
	b := newBroker(t, "findings")
	const n = 1500
	var all []kafka.Message
	for i := range n {
		all = append(all, kafka.Message{Key: fmt.Appendf(nil, "S05-%04d", i), Value: fmt.Appendf(nil, `{"detector":"S05-x","subject":{"kind":"person","code":"P%d"},"settlements":["H1/S%d"]}`, i%5, i)})
	}
	b.put(t, "findings", all...)
	c := recall.NewCitations(b, "findings")
	rounds(t, 1, c.Follow)
	for name, ids := range map[string][]string{"none": nil, "one": {"S05-0007"}, "far apart": {"S05-1499", "S05-0000"}, "near": {"S05-0003", "S05-0001", "S05-0002", "S05-0001"}} {
		var got []string
		if err := c.Each(t.Context(), c.Keys(ids), func(m *kafka.Message) error { got = append(got, string(m.Key)); return nil }); err != nil {
			t.Error(name, err)
		}
		want := slices.Compact(slices.Sorted(slices.Values(ids)))
		if slices.Sort(got); !slices.Equal(slices.Compact(got), want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	seen := map[string]int{}
	if err := c.Each(t.Context(), slices.Collect(c.Of([]string{"S05-x"}, []string{"person/P3"})), func(m *kafka.Message) error { seen[string(m.Key)]++; return nil }); err != nil || len(seen) != n/5 {
		t.Errorf("%d findings of a subject, %v", len(seen), err)
	}
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s came %d times", id, times)
		}
	}
	kinds := recall.Kinds(c.Keys([]string{"S05-0001", "S05-0003", "S05-0006", "S05-0008", "S05-0013"})) // three about P3, two about P1
	var about []string
	for _, x := range kinds {
		m, err := c.Read(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		about = append(about, string(m.Key))
	}
	if !slices.Equal(about, []string{"S05-0003", "S05-0001"}) {
		t.Errorf("kinds %v", about)
	}
	enough := errors.New("enough")
	if err := c.Each(t.Context(), c.Keys([]string{"S05-0001", "S05-0002"}), func(*kafka.Message) error { return enough }); !errors.Is(err, enough) {
		t.Error(err)
	}
}
