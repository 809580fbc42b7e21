package claim

import (
	"testing"

	"pgregory.net/rapid"
)

// Days hold what lies between the first and the last of the lines' days, and
// meet where they share one.
func TestDays(t *testing.T) {
	const day = 86400
	rapid.Check(t, func(t *rapid.T) {
		of := func(name string) (Days, []int64) {
			days := noDays
			times := rapid.SliceOfN(rapid.Int64Range(-3*day, 12*day), 0, 3).Draw(t, name)
			for _, at := range times {
				days = days.and(Days{dayAt(at), dayAt(at)})
			}
			return days, times
		}
		a, in := of("a")
		b, others := of("b")
		shared := false
		for _, x := range in {
			if !a.has(x) || !a.Has(FormatDay(DayOf(x)), FormatDay(DayOf(x))) {
				t.Fatalf("%v without %d", a, x)
			}
			shared = shared || b.has(x)
		}
		for _, x := range others {
			shared = shared || a.has(x)
		}
		if shared && !(a.meet(b) && b.meet(a)) {
			t.Fatalf("%v and %v share a day", a, b)
		}
		if a.last >= a.first && a.last < 40 && (a.has(int64(a.last+1)*day) || a.Has("1970-01-01", FormatDay(int64(a.last)+1))) {
			t.Fatalf("%v goes on", a)
		}
	})
	if noDays.has(0) || noDays.Has("1970-01-01", "1970-01-01") || noDays.meet(Days{1, 2}) || !(Days{1, 2}).meet(Days{2, 3}) || (Days{1, 2}).meet(Days{3, 4}) {
		t.Error("no days, or neighbours, meet others")
	}
}
