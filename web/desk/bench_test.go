package desk

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
	"fundwatch/internal/accounts"
)

// BenchmarkPages: pages of somebody who sees the region and of somebody who
// sees a county, over many leads, of which ten change before every request, as
// in a stream. It tells the time that 95 of 100 requests keep, and the bytes of
// the page. FUNDWATCH_TEST_REDIS=host:port runs it on a server.
func BenchmarkPages(b *testing.B) {
	const leads = 100_000
	h := newHouse(b)
	next, findings := int64(0), 0
	apply := func(numbers ...int) {
		var g cases.Gatherer
		for _, i := range numbers {
			s := detectors.Subject{Kind: detectors.PersonKind, Code: fmt.Sprint("P", i)}
			if i%10 == 0 {
				s = detectors.Subject{Kind: detectors.Institution, Code: fmt.Sprint("H", i)}
				if h.o.Knowledge.Institutions[s.Code] == nil {
					h.o.Knowledge.Institutions[s.Code] = &knowledge.Institution{Code: s.Code, Name: fmt.Sprint("虚构医院 ", i), Admdvs: []string{left, right}[i/10%2]}
				}
			}
			findings++
			g.Add(finding(findings, s, stays, int64(i+1)), []string{"F07", "F30", "R05"}[i%3], "lead", "rev")
		}
		h.now = h.now.Add(time.Second)
		if _, err := h.cases.Apply(b.Context(), cases.Step{Generation: 1, From: next, To: next + 1, At: h.now, Leads: g.Leads()}); err != nil {
			b.Fatal(err)
		}
		next++
	}
	for n := 0; n < leads; n += 500 {
		some := make([]int, 500)
		for i := range some {
			some[i] = n + i
		}
		apply(some...)
	}
	users := []accounts.User{h.user("all", nil, accounts.Investigator), h.user("county", []string{left}, accounts.Investigator)}
	for _, u := range users {
		for _, path := range []string{"/", "/leads", "/leads?page=20", "/leads?sort=date&status=all", "/leads?kind=institution", "/leads?kind=person&scheme=F07", "/leads?q=H123", "/leads?mine=1"} {
			b.Run(u.Login+path, func(b *testing.B) {
				var times []time.Duration
				bytes := 0
				for b.Loop() {
					b.StopTimer()
					var some []int
					for i := range 10 {
						some = append(some, (findings*7919+i*101)%leads)
					}
					apply(some...)
					h.enter(&u)
					b.StartTimer()
					begun := time.Now()
					a := h.get(u.Login, path)
					times = append(times, time.Since(begun))
					if bytes = len(a.text); a.Code != 200 {
						b.Fatal(a.Code)
					}
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)*95/100])/1e6, "p95-ms")
				b.ReportMetric(float64(bytes), "page-bytes")
			})
		}
	}
}
