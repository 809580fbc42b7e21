package tips_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
	"fundwatch/tips"
)

// All tips here are invented (虚构).

type chance struct{ n byte }

func (c *chance) Read(b []byte) (int, error) {
	for i := range b {
		c.n++
		b[i] = c.n
	}
	return len(b), nil
}

var noon = time.Date(2026, 3, 5, 4, 0, 0, 0, time.UTC)

// keys are the private keys of two custodians and of a stranger.
func keys(t *testing.T) (k [3]string, public tips.Custodians) {
	t.Helper()
	for i := range k {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		k[i] = id.String()
		if i < 2 {
			public[i] = id.Recipient().String()
		}
	}
	return k, public
}

func open(t *testing.T, c tips.Custodians) (*tips.Store, *journal.Store) {
	t.Helper()
	j := journaltest.Open(t, journaltest.Config(t, tips.Ops()))
	s, err := tips.Open(tips.Options{Journal: j, Secret: []byte(strings.Repeat("s", 32)), Chance: &chance{}, Custodians: c})
	if err != nil {
		t.Fatal(err)
	}
	return s, j
}

var sample = tips.Submission{Act: "a1", Channel: "web", About: "虚构医院，2026 年一月", Said: "虚构：多收床位费", Identity: "虚构姓名，虚构电话", Who: "public", At: noon}

func by(n string) tips.By { return tips.By{ID: n, Who: "jia", Reason: "虚构理由", At: noon} }

func TestATipAndItsReceipt(t *testing.T) {
	_, c := keys(t)
	s, _ := open(t, c)
	receipt, err := s.Submit(t.Context(), sample)
	if err != nil || !regexp.MustCompile(`^[0-9]{16}$`).MatchString(receipt) {
		t.Fatal(receipt, err)
	}
	if again, err := s.Submit(t.Context(), sample); err != nil || again != receipt {
		t.Errorf("the same form again: %s, %v", again, err)
	}
	other := sample
	other.Act = "a2"
	if r2, err := s.Submit(t.Context(), other); err != nil || r2 == receipt {
		t.Errorf("another tip: %s, %v", r2, err)
	}
	id, err := s.ByReceipt(t.Context(), receipt[:4]+" "+receipt[4:8]+"-"+receipt[8:])
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "1", strings.Repeat("0", 16), receipt + "0"} {
		if _, err := s.ByReceipt(t.Context(), wrong); !errors.Is(err, tips.ErrMissing) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	got, err := s.Tip(t.Context(), id)
	if err != nil || got.Said != sample.Said || got.About != sample.About || !got.Named || got.Status != tips.Received || got.Opened != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if total, ids, err := s.Tips(t.Context(), 0, 9); err != nil || total != 2 || len(ids) != 2 {
		t.Errorf("%d %v %v", total, ids, err)
	}
	for name, bad := range map[string]tips.Submission{
		"nothing":  {Act: "x", Channel: "web", Said: "  ", Who: "public", At: noon},
		"too long": {Act: "x", Channel: "web", Said: strings.Repeat("x", tips.MaxSaid+1), Who: "public", At: noon},
		"no act":   {Channel: "web", Said: "x", Who: "public", At: noon},
		"channel":  {Act: "x", Channel: "smoke", Said: "x", Who: "public", At: noon},
	} {
		if _, err := s.Submit(t.Context(), bad); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestBothSidesWrite(t *testing.T) {
	s, _ := open(t, tips.Custodians{})
	plain := sample
	plain.Identity = ""
	receipt, err := s.Submit(t.Context(), plain)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := s.ByReceipt(t.Context(), receipt)
	for range 2 { // sent twice
		if err := s.Write(t.Context(), id, "虚构补充", by("w1")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Answer(t.Context(), id, "虚构答复", by("w2")); err != nil {
		t.Fatal(err)
	}
	got, err := s.Tip(t.Context(), id)
	if err != nil || len(got.Messages) != 2 || got.Messages[0].Staff || got.Messages[0].Text != "虚构补充" || !got.Messages[1].Staff {
		t.Errorf("%+v, %v", got.Messages, err)
	}
	if err := s.Move(t.Context(), id, tips.Change{Version: got.Version, To: tips.Told, Case: "", Told: "2026-03-06"}, by("m1")); err == nil {
		t.Error("told before anything was decided")
	}
	if err := s.Move(t.Context(), id, tips.Change{Version: got.Version - 1, To: tips.Tied, Case: "C1", Told: ""}, by("m2")); err == nil {
		t.Error("moved on an old version")
	}
	if err := s.Move(t.Context(), id, tips.Change{Version: got.Version, To: tips.Tied, Case: "C1", Told: ""}, by("m3")); err != nil {
		t.Fatal(err)
	}
	if err := s.Move(t.Context(), id, tips.Change{Version: got.Version + 1, To: tips.Told, Case: "", Told: "2026-03-06"}, by("m4")); err != nil {
		t.Fatal(err)
	}
	if got, err = s.Tip(t.Context(), id); err != nil || got.Status != tips.Told || got.Case != "C1" || got.Told != "2026-03-06" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Reveal(t.Context(), id, [2]string{"a", "b"}, by("r")); !errors.Is(err, tips.ErrAnonymous) {
		t.Errorf("an anonymous tip was opened: %v", err)
	}
	named := sample
	named.Act = "n"
	if _, err := s.Submit(t.Context(), named); !errors.Is(err, tips.ErrCustodians) {
		t.Errorf("an identity was taken without custodians: %v", err)
	}
}

// TestOnlyBothOpen: neither one alone, nor one twice, nor a stranger; who sent
// the tip sees that it was opened.
func TestOnlyBothOpen(t *testing.T) {
	k, c := keys(t)
	s, _ := open(t, c)
	receipt, err := s.Submit(t.Context(), sample)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := s.ByReceipt(t.Context(), receipt)
	for _, pair := range [][2]string{{k[0], k[0]}, {k[1], k[1]}, {k[0], k[2]}, {k[2], k[1]}, {k[0], ""}, {"", k[1]}} {
		if who, err := s.Reveal(t.Context(), id, pair, by("x")); !errors.Is(err, tips.ErrKeys) || who != "" {
			t.Errorf("opened: %v", err)
		}
	}
	if got, _ := s.Tip(t.Context(), id); got.Opened != 0 {
		t.Error("a try that failed counts as opened")
	}
	if _, err := s.Reveal(t.Context(), id, [2]string{k[0], k[1]}, tips.By{ID: "y", Who: "jia", At: noon}); err == nil {
		t.Error("opened without a reason")
	}
	for i, pair := range [][2]string{{k[0], k[1]}, {k[1], k[0]}} {
		who, err := s.Reveal(t.Context(), id, pair, by("z"+k[i][:20]+string(rune('a'+i))))
		if err != nil || who != sample.Identity {
			t.Errorf("%q, %v", who, err)
		}
	}
	if got, _ := s.Tip(t.Context(), id); got.Opened != 2 || got.OpenedAt == "" {
		t.Errorf("%+v", got)
	}
}

// TestNothingOfATipIsInTheJournal: neither what was said, nor who said it, nor
// the receipt; and a state rebuilt from it is equal.
func TestNothingOfATipIsInTheJournal(t *testing.T) {
	k, c := keys(t)
	s, j := open(t, c)
	receipt, err := s.Submit(t.Context(), sample)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := s.ByReceipt(t.Context(), receipt)
	if err := s.Write(t.Context(), id, "虚构补充", by("w1")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Reveal(t.Context(), id, [2]string{k[0], k[1]}, by("r1")); err != nil {
		t.Fatal(err)
	}
	var kafka journaltest.Kafka
	relay := journal.NewRelay(j, &kafka)
	for n := 1; n > 0; {
		if n, err = relay.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var all bytes.Buffer
	for _, m := range kafka.Topics[journal.Topic] {
		all.Write(append(m.Value, '\n'))
	}
	for _, text := range []string{sample.Said, sample.About, sample.Identity, "虚构补充", receipt, k[0], k[1]} {
		if strings.Contains(all.String(), text) {
			t.Errorf("%.20q is in the journal", text)
		}
	}
	_, again := open(t, c)
	if _, err := journal.Rebuild(t.Context(), again, journal.Read(&all)); err != nil {
		t.Fatal(err)
	}
	a, errA := journal.Digest(t.Context(), j)
	b, errB := journal.Digest(t.Context(), again)
	if errA != nil || errB != nil || a != b {
		t.Errorf("the rebuilt state differs: %v %v", errA, errB)
	}
}

func TestCustodiansAreTwo(t *testing.T) {
	_, c := keys(t)
	for _, bad := range []tips.Custodians{{c[0], c[0]}, {c[0], ""}, {"age1x", c[1]}} {
		if _, err := tips.Open(tips.Options{Secret: make([]byte, 32), Chance: &chance{}, Custodians: bad}); !errors.Is(err, tips.ErrCustodians) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if _, err := tips.Open(tips.Options{Secret: make([]byte, 31), Chance: &chance{}}); err == nil {
		t.Error("a short secret was taken")
	}
}
