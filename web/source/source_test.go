package source

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// TestOnlyTrustedProxiesSayWhoItIs: whatever a header says, and however many
// there are.
func TestOnlyTrustedProxiesSayWhoItIs(t *testing.T) {
	none, behind := Rule{}, Rule{BehindProxy: true}
	trust := Rule{BehindProxy: true, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("fd00::/64")}}
	const one, proxy, unknown = "203.0.113.7/32", "10.0.0.5:1", "invalid Prefix"
	for _, x := range []struct {
		name            string
		rule            Rule
		peer, forwarded string // headers, divided by ";"
		want            string
	}{
		{"no proxy", none, "203.0.113.7:1", "", one},
		{"no proxy, a header all the same", none, "203.0.113.7:1", "198.51.100.1", one},
		{"mapped", none, "[::ffff:203.0.113.7]:1", "", one},
		{"all of a network of IPv6", none, "[2001:db8:1:2:ffff::9%eth0]:1", "", "2001:db8:1:2::/64"},
		{"this machine", none, "127.0.0.1:1", "203.0.113.7", unknown},
		{"a proxy that nobody declared", behind, proxy, "203.0.113.7", unknown},
		{"a peer that is not trusted", trust, "10.0.9.9:1", "203.0.113.7", unknown},
		{"a trusted proxy", trust, proxy, "203.0.113.7", one},
		{"a trusted proxy of IPv6", trust, "[fd00::5]:1", "203.0.113.7", one},
		{"one before another", trust, proxy, "203.0.113.7, fd00::9,10.0.0.9", one},
		{"one before another, a header each", trust, proxy, "203.0.113.7;10.0.0.9", one},
		{"what a source invents before its own", trust, proxy, "198.51.100.1, 10.0.0.9, 203.0.113.7", one},
		{"a stranger before a trusted proxy", trust, proxy, "198.51.100.1, 203.0.113.7, 10.0.0.9", one},
		{"with a port", trust, proxy, "203.0.113.7:4711", one},
		{"with brackets", trust, proxy, "[2001:db8::1]", "2001:db8::/64"},
		{"with both", trust, proxy, "[2001:db8::1]:4711", "2001:db8::/64"},
		{"nothing said", trust, proxy, "", unknown},
		{"nonsense at the end", trust, proxy, "203.0.113.7, unknown", unknown},
		{"nonsense before", trust, proxy, "unknown, 203.0.113.7", one},
		{"proxies alone", trust, proxy, "10.0.0.6, 10.0.0.7", unknown},
		{"too many commas", trust, proxy, "203.0.113.7,,", unknown},
		{"no address", trust, "@", "203.0.113.7", unknown},
	} {
		r := &http.Request{RemoteAddr: x.peer, Header: http.Header{}}
		if x.forwarded != "" {
			r.Header["X-Forwarded-For"] = strings.Split(x.forwarded, ";")
		}
		if got := x.rule.Of(r).String(); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}
