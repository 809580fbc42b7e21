package draw

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Plan is what a campaign sets before chance comes in.
type Plan struct {
	Campaign            string
	Day                 string // on which inspectors' licences must hold, YYYY-MM-DD
	SeedSource          string // where the seed will come from
	Strata              []Stratum
	InspectorsPerObject int
	Substitutes         int // for each stratum
	MaxLoad             int // objects of an inspector; 0 is no limit
	Exclude             []Exclusion
	Unknown             []string // members that mean nothing here; kept as given

	given map[string]any
}

// Stratum is a group of objects (层) of which some are drawn.
type Stratum struct {
	Name  string
	Where map[string][]string // column to the values it may have; all must hold
	Count int                 // of objects to draw, unless there is a rate
	Rate  *big.Rat            // share of the pool, or nil

	noPool  bool // something is wrong with where, so its pool means nothing
	noQuota bool // something is wrong with count or rate
}

// Exclusion takes an object out of every pool, for a reason.
type Exclusion struct{ ID, Reason string }

// parsePlan reads plan.json. A byte order mark at its beginning is skipped. The
// paths of problems begin with prefix.
func parsePlan(prefix string, text []byte) (*Plan, Problems) {
	v, err := parseJSON(bytes.TrimPrefix(text, []byte("\ufeff")), planDepth)
	if err != nil {
		return nil, Problems{{strings.TrimRight(prefix, " ."), err.Error()}}
	}
	return readPlan(prefix, v)
}

// readPlan makes a plan of a JSON value.
func readPlan(prefix string, v any) (*Plan, Problems) {
	given, ok := v.(map[string]any)
	if !ok {
		return nil, Problems{{strings.TrimRight(prefix, " ."), "不是对象 (not an object)"}}
	}
	r := &planReader{prefix: prefix}
	in := r.object("", given)
	p := &Plan{
		given: given, Campaign: in.text("campaign", false), Day: in.text("day", true), SeedSource: in.text("seed_source", false),
		InspectorsPerObject: in.whole("inspectors_per_object", 2), Substitutes: in.whole("substitutes", 0), MaxLoad: in.whole("max_load", 1),
	}
	if p.Day != "" && !isDay(p.Day) {
		in.problem("day", "%q 不是日期，应写作 2026-12-01 (not a day)", p.Day)
	}
	if in.absent("inspectors_per_object") {
		in.problem("inspectors_per_object", "缺少；每个对象至少 2 人 (missing; at least 2)")
	}
	in.each("strata", func(i int, s planObject) {
		for len(p.Strata) < i {
			p.Strata = append(p.Strata, Stratum{noPool: true}) // no object, so that positions stay those of the file
		}
		p.Strata = append(p.Strata, s.stratum())
	})
	if in.absent("strata") || len(p.Strata) == 0 && in.isList("strata") {
		in.problem("strata", "没有层，什么也不抽 (no stratum: nothing is drawn)")
	}
	in.each("exclude", func(i int, x planObject) {
		for len(p.Exclude) < i {
			p.Exclude = append(p.Exclude, Exclusion{})
		}
		p.Exclude = append(p.Exclude, Exclusion{x.text("id", true), x.text("reason", true)})
		x.end()
	})
	in.end()
	p.Unknown = r.unknown
	return p, append(r.problems, p.repeats(prefix)...)
}

// repeats finds names of strata and excluded ids that stand there twice.
func (p *Plan) repeats(prefix string) (ps Problems) {
	names, ids := map[string]bool{}, map[string]bool{}
	for i, s := range p.Strata {
		if names[s.Name] && s.Name != "" {
			ps = append(ps, Problem{fmt.Sprintf("%sstrata[%d].name", prefix, i), fmt.Sprintf("层名 %q 出现两次 (name twice)", s.Name)})
		}
		names[s.Name] = true
	}
	for i, x := range p.Exclude {
		if ids[x.ID] && x.ID != "" {
			ps = append(ps, Problem{fmt.Sprintf("%sexclude[%d].id", prefix, i), fmt.Sprintf("%q 出现两次 (id twice)", x.ID)})
		}
		ids[x.ID] = true
	}
	return ps
}

// quota is how many objects of a pool are drawn: the count, or the rate times
// the pool, rounded up.
func (s *Stratum) quota(pool int) (n int, fits bool) {
	if s.Rate == nil {
		return s.Count, s.Count <= pool
	}
	share := new(big.Rat).Mul(s.Rate, new(big.Rat).SetInt64(int64(pool)))
	q, rest := new(big.Int).QuoRem(share.Num(), share.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() || q.Int64() > int64(pool) {
		return 0, false
	}
	return int(q.Int64()), true
}

// holds reports whether an object belongs to the stratum.
func (s *Stratum) holds(object Row) bool {
	for column, values := range s.Where {
		if !slices.Contains(values, object[column]) {
			return false
		}
	}
	return true
}

// isDay reports whether a text is a day, written YYYY-MM-DD.
func isDay(text string) bool {
	if len(text) != len("2026-12-01") || text[4] != '-' || text[7] != '-' || strings.Trim(text[:4]+text[5:7]+text[8:], "0123456789") != "" {
		return false
	}
	number := func(digits string) (n int) {
		for _, d := range digits {
			n = n*10 + int(d-'0')
		}
		return n
	}
	year, month, day := number(text[:4]), number(text[5:7]), number(text[8:])
	days := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days[1] = 29
	}
	return year >= 1 && 1 <= month && month <= 12 && 1 <= day && day <= days[month-1]
}
