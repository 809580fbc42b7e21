package desk

import (
	"fmt"
	"testing"

	"fundwatch/cases"
	"fundwatch/detectors"
	"fundwatch/internal/accounts"
)

// BenchmarkPages: pages of somebody who sees the region and of somebody who
// sees a county, over many leads. FUNDWATCH_TEST_REDIS=host:port runs it on a
// server.
func BenchmarkPages(b *testing.B) {
	const leads = 50_000
	h := newHouse(b)
	for n := 0; n < leads; n += 500 {
		var g cases.Gatherer
		for i := n; i < n+500; i++ {
			s := detectors.Subject{Kind: detectors.PersonKind, Code: fmt.Sprint("P", i)}
			if i%10 == 0 {
				s = detectors.Subject{Kind: detectors.Institution, Code: fmt.Sprint("H", i)}
			}
			g.Add(finding(i, s, stays, int64(i)), []string{"F07", "F30", "R05"}[i%3], "lead", "rev")
		}
		step := cases.Step{Generation: 1, From: int64(n), To: int64(n + 500), At: h.now, Leads: g.Leads()}
		if _, err := h.cases.Apply(b.Context(), step); err != nil {
			b.Fatal(err)
		}
	}
	h.user("all", nil, accounts.Investigator)
	h.user("county", []string{left}, accounts.Investigator)
	for _, login := range []string{"all", "county"} {
		for _, path := range []string{"/", "/leads", "/leads?page=20", "/leads?kind=institution", "/leads?q=H123"} {
			b.Run(login+path, func(b *testing.B) {
				for b.Loop() {
					if a := h.get(login, path); a.Code != 200 {
						b.Fatal(a.Code)
					}
				}
			})
		}
	}
}
