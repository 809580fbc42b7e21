// Package strangetest gives tests requests that no browser of ours would send:
// odd values in the path, the query, the form and the headers, always the same
// from one seed. What an answer to them must not be is for each test to say.
package strangetest

import (
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
)

// markup is what must not come back as it is; see [Comes].
var markup = []string{`<script>x</script>`, `"'><img>`, `</textarea><script>x</script>`, `' onerror=x <img>`}

// Odd are values that nobody expects.
var Odd = append([]string{"", " ", "0", "-1", "9223372036854775807", "-9223372036854775808", "99999999999999999999999", "1e9", "NaN", "null", "true", "..", "../..",
	"../../etc/passwd", ".", "%", "%00", "\x00", "\x01\x1f", "a\r\nSet-Cookie: a=b", "\xff\xfe", "\u202e\u2066", "𠮷", "é", strings.Repeat("长", 3000), strings.Repeat("a", 40_000), strings.Repeat("9", 70_000),
	"//example.org", `/\example.org`, "https://example.org/", "javascript:x", "{{.}}", "{1}", "%s%n", "*", "a:b", "L00000000000000000000", "C00000000000000000000", "=1+1", ";", "&", "#", "a/b", "'", `"`, `\`}, markup...)

// Comes gives what stands in an answer that must not: markup that was sent, or
// a character that no text has; "" where there is none.
func Comes(text string) string {
	for _, bad := range []string{"<script>x", "<img>", "\x00"} {
		if strings.Contains(text, bad) {
			return bad
		}
	}
	return ""
}

// Stranger chooses values. Good holds by name what fits a part of a path, a
// query or a form.
type Stranger struct {
	*rand.Rand
	Good map[string][]string
}

// New makes a stranger of a seed.
func New(seed uint64) Stranger {
	return Stranger{Rand: rand.New(rand.NewPCG(seed, 20260305))}
}

// Of chooses one.
func (s *Stranger) Of(list []string) string { return list[s.IntN(len(list))] }

// Value gives something for a name: what fits it, or not.
func (s *Stranger) Value(name string) string {
	if good := s.Good[name]; len(good) > 0 && s.IntN(10) < 7 {
		return s.Of(good)
	}
	return s.Of(Odd)
}

// Path fills in a pattern, escaped as a browser would or not at all.
func (s *Stranger) Path(pattern string) string {
	parts := strings.Split(strings.TrimSuffix(pattern, "{$}"), "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, "{"); ok {
			if parts[i] = s.Value(strings.TrimSuffix(name, "}")); s.IntN(5) > 0 {
				parts[i] = url.PathEscape(parts[i])
			}
		}
	}
	return strings.Join(parts, "/")
}

// Send sends so many requests, or as many as FUNDWATCH_REQUESTS says, and wants
// an answer of each status among them. A house is opened for every perHouse of
// them: what requests have done to one must not hide what others would do. It
// gives what sends request i there and checks its answer; status 0 is none.
func Send(t *testing.T, n, perHouse int, wanted []int, house func(t *testing.T, seed uint64) (try func(i int) int)) {
	enough := n
	if text := os.Getenv("FUNDWATCH_REQUESTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	statuses := map[int]int{}
	for part := range (n + perHouse - 1) / perHouse {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			try := house(t, uint64(part))
			for i := range min(perHouse, n-part*perHouse) {
				statuses[try(i)]++
			}
		})
	}
	t.Log("answers by status:", statuses)
	for _, status := range wanted {
		if n >= enough && statuses[status] == 0 {
			t.Errorf("no answer was %d: the requests are not as odd as they should be", status)
		}
	}
}
