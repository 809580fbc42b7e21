package public

import (
	"bytes"
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"fundwatch/web/source"
)

// passed counts how many of so many tips of one source come in.
func (l *line) passed(n int, peer, forwarded string) (in int) {
	for range n {
		if code, _ := l.postFrom(peer, forwarded, "/tip", "said", "虚构"); code == http.StatusOK {
			in++
		}
	}
	return in
}

// with makes a line of other options.
func (l *line) with(change func(*Options)) *line {
	out := *l
	o := l.Site.o
	o.Chance, o.Clock = &chance{}, func() time.Time { return out.now }
	change(&o)
	s, err := New(o)
	if err != nil {
		l.t.Fatal(err)
	}
	h := *l.house
	h.Site, out.house = s, &h
	return &out
}

func nothing(*Options) {}

// TestAFloodOfOneSourceKeepsNobodyElseOut, whatever address of its network it
// takes; and what all send together is still limited.
func TestAFloodOfOneSourceKeepsNobodyElseOut(t *testing.T) {
	l := newLine(t)
	for name, flood := range map[string][2]string{"v4": {"203.0.113.7:1", "203.0.113.7:2"}, "v6": {"[2001:db8:1:2::1]:1", "[2001:db8:1:2:ffff::9]:1"}, "mapped": {"203.0.113.7:1", "[::ffff:203.0.113.7]:1"}} {
		l := l.with(nothing)
		if in := l.passed(40, flood[0], "") + l.passed(40, flood[1], ""); in != 10 {
			t.Errorf("%s: %d tips of one source came in, want 10", name, in)
		}
		if l.passed(1, "203.0.113.8:1", "") != 1 || l.passed(1, "[2001:db8:1:3::1]:1", "") != 1 {
			t.Errorf("%s: somebody else has to wait", name)
		}
		l.now = l.now.Add(time.Hour)
		if l.passed(1, flood[0], "") != 1 {
			t.Errorf("%s: an hour later it still has to wait", name)
		}
	}
	l = l.with(nothing)
	in := 0
	for i := range 100 {
		in += l.passed(1, fmt.Sprintf("203.0.113.%d:1", i), "")
	}
	if in != 30 {
		t.Errorf("%d tips of many sources came in at once, want 30", in)
	}
}

// TestBehindAProxyTheOneItTrustsSaysWhoItIs: what no trusted proxy says makes
// no source, since everybody would be the same.
func TestBehindAProxyTheOneItTrustsSaysWhoItIs(t *testing.T) {
	l := newLine(t)
	trust := func(o *Options) {
		o.Sources = source.Rule{BehindProxy: true, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("127.0.0.1/32")}}
	}
	behind := func(o *Options) { o.Sources.BehindProxy = true }
	for _, x := range []struct {
		name            string
		set             func(*Options)
		peer, forwarded string
		want            int // of 60
	}{
		{"undeclared proxies", behind, "10.0.0.5:1", "203.0.113.7", 30},
		{"a proxy on this machine", nothing, "127.0.0.1:1", "203.0.113.7", 30},
		{"no proxy, a header all the same", nothing, "203.0.113.7:1", "198.51.100.1", 10},
		{"a trusted proxy", trust, "10.0.0.5:1", "203.0.113.7", 10},
		{"one before another", trust, "127.0.0.1:1", "203.0.113.7, 10.0.0.9", 10},
		{"with a port", trust, "10.0.0.5:1", "203.0.113.7:4711", 10},
		{"with brackets", trust, "10.0.0.5:1", "[2001:db8::1]", 10},
		{"a peer that is not trusted", trust, "10.0.9.9:1", "203.0.113.7", 30},
		{"nothing said", trust, "10.0.0.5:1", "", 30},
		{"nonsense", trust, "10.0.0.5:1", "203.0.113.7, unknown", 30},
		{"proxies alone", trust, "10.0.0.5:1", "10.0.0.6", 30},
		{"no address", nothing, "@", "", 30},
	} {
		if in := l.with(x.set).passed(60, x.peer, x.forwarded); in != x.want {
			t.Errorf("%s: %d came in, want %d", x.name, in, x.want)
		}
	}
	forging, in := l.with(trust), 0
	for i := range 60 {
		in += forging.passed(1, "10.0.0.5:1", fmt.Sprintf("198.51.100.%d, 203.0.113.7", i))
	}
	if in != 10 {
		t.Errorf("what a source invents gives it more: %d", in)
	}
}

// TestSourcesAreForgotten: a count stands under a hash whose key lasts an hour,
// and there are never more than the limit of all lets in.
func TestSourcesAreForgotten(t *testing.T) {
	now := time.Date(2026, 3, 5, 4, 0, 0, 0, time.UTC)
	m := newMeter(limits{30, 120, 10}, &chance{})
	one := netip.MustParsePrefix("203.0.113.7/32")
	if ok, err := m.pass(now, one); !ok || err != nil {
		t.Fatal(ok, err)
	}
	was, key := m.name(one), m.key
	if _, ok := m.sent[was]; !ok || len(m.sent) != 1 {
		t.Fatal(m.sent)
	}
	for i := range 100_000 {
		from := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)
		if _, err := m.pass(now.Add(time.Duration(i)*36*time.Millisecond), from); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.sent) > 150 || len(m.sent) < 100 {
		t.Errorf("%d counts of an hour", len(m.sent))
	}
	if ok, err := m.pass(now.Add(2*time.Hour), one); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, ok := m.sent[was]; ok || len(m.sent) != 1 || bytes.Equal(m.key[:], key[:]) || m.name(one) == was {
		t.Error("the hour before is not forgotten")
	}
	if ok, err := newMeter(limits{1, 1, 1}, bytes.NewReader(nil)).pass(now, one); ok || err == nil {
		t.Error("a key without chance")
	}
}
