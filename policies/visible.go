package policies

import (
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"fundwatch/policies/regions"
)

// visible is what a policy is shown of a question. It is comparable: equal
// ones have one decision, so it is the key of the cache.
type visible interface{ value() ast.Value }

// edges are the numbers and days of the region, each with 0 and 1. A policy
// may compare an amount with them and nothing else, so all amounts between two
// edges are shown as one.
type edges struct {
	fen, months []int64
	days        []string
}

func edgesOf(p *regions.Policy) edges {
	with := func(unit regions.Unit) []int64 {
		out := append([]int64{0, 1}, p.Numbers(unit)...)
		slices.Sort(out)
		return slices.Compact(out)
	}
	return edges{with(regions.Fen), with(regions.Months), p.Days()}
}

// place gives x itself if it is an edge, else the number just above the edge
// below it: it compares with every edge as x does.
func place(edges []int64, x int64) int64 {
	at, found := slices.BinarySearch(edges, x)
	switch {
	case found:
		return x
	case at == 0:
		return edges[0] - 1
	}
	return edges[at-1] + 1
}

// placeDay does the same for days, compared as texts: ~ comes after all digits
// and the empty text before them.
func placeDay(edges []string, day string) string {
	at, found := slices.BinarySearch(edges, day)
	switch {
	case found:
		return day
	case at == 0:
		return ""
	}
	return edges[at-1] + "~"
}

type seenTriage struct {
	detector, grade, subject, articles, schemes string
	amount, total, earlier, months              int64
	from                                        string
	ended, begun                                bool // months, from are known
}

func (in TriageInput) see(e edges) visible {
	s := seenTriage{
		detector: in.Detector, grade: string(in.Grade), subject: in.Subject,
		articles: strings.Join(articles(in.Basis), "|"), schemes: strings.Join(in.Schemes, "|"),
		amount: place(e.fen, in.AmountFen), total: place(e.fen, max(in.AmountFen, in.Lead.TotalFen)),
		earlier: place([]int64{0, 1}, in.Lead.Earlier),
		ended:   in.To != "", begun: in.From != "",
	}
	if s.ended {
		s.months = place(e.months, monthsBetween(in.To, in.Today))
	}
	if s.begun {
		s.from = placeDay(e.days, in.From)
	}
	return s
}

func (s seenTriage) value() ast.Value {
	terms := [][2]*ast.Term{
		text("detector", s.detector), text("grade", s.grade), text("subject", s.subject),
		texts("articles", s.articles), texts("schemes", s.schemes),
		number("amount_fen", s.amount), number("total_fen", s.total), number("earlier", s.earlier),
	}
	if s.ended {
		terms = append(terms, number("months", s.months))
	}
	if s.begun {
		terms = append(terms, text("from", s.from))
	}
	return ast.NewObject(terms...)
}

type seenReferral struct {
	grade, subject, articles, intent, signs string
	amount                                  int64
	verified                                bool
}

func (in ReferralInput) see(e edges) visible {
	var noted []string
	for _, s := range in.Signs {
		noted = append(noted, string(s))
	}
	return seenReferral{
		grade: string(in.Grade), subject: in.Subject, articles: strings.Join(articles(in.Basis), "|"),
		intent: string(in.Intent), signs: strings.Join(noted, "|"),
		amount: place(e.fen, in.AmountFen), verified: in.Verified,
	}
}

func (s seenReferral) value() ast.Value {
	return ast.NewObject(
		text("grade", s.grade), text("subject", s.subject), texts("articles", s.articles),
		text("intent", s.intent), texts("signs", s.signs), number("amount_fen", s.amount),
		[2]*ast.Term{ast.StringTerm("verified"), ast.BooleanTerm(s.verified)},
	)
}

func text(name, v string) [2]*ast.Term {
	return [2]*ast.Term{ast.StringTerm(name), ast.StringTerm(v)}
}

func number(name string, v int64) [2]*ast.Term {
	return [2]*ast.Term{ast.StringTerm(name), ast.IntNumberTerm(int(v))}
}

// texts makes a set of what was joined by bars.
func texts(name, joined string) [2]*ast.Term {
	var terms []*ast.Term
	if joined != "" {
		for _, s := range strings.Split(joined, "|") {
			terms = append(terms, ast.StringTerm(s))
		}
	}
	return [2]*ast.Term{ast.StringTerm(name), ast.SetTerm(terms...)}
}

// articles cuts clauses of the regulation down to their article: 条例38(三)
// becomes 条例38. Other clauses are not shown to a policy.
func articles(basis []string) []string {
	const law = "条例"
	var out []string
	for _, b := range basis {
		rest, ok := strings.CutPrefix(b, law)
		if !ok {
			continue
		}
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		if digits != "" {
			out = append(out, law+digits)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// monthsBetween counts the whole months from one day to another, below 0 when
// the second comes first. Both are days already checked.
func monthsBetween(from, to string) int64 {
	a, _ := time.Parse(time.DateOnly, from)
	b, _ := time.Parse(time.DateOnly, to)
	if b.Before(a) {
		return -1
	}
	n := (b.Year()-a.Year())*12 + int(b.Month()-a.Month())
	if b.Day() < a.Day() {
		n--
	}
	return int64(n)
}
