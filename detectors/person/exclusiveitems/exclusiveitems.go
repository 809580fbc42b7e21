// Package exclusiveitems finds items charged together that exclude each other.
package exclusiveitems

import (
	"cmp"
	"slices"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
)

// Detector is S02.
var Detector = &detectors.Detector{
	ID: "S02-exclusive-items", Version: "1", Grade: detectors.Violation,
	Title: detectors.Words{ZH: "互斥项目同时收费", EN: "Exclusive items charged together"},
	Doc: detectors.Words{
		ZH: "同一参保人、同一机构：互斥表的两个项目在同一费用发生日（或同一次就诊）都有净明细。证据为当日（当次）两个项目的全部明细。金额为其中不予支付项目的纳入范围金额合计。",
		EN: "One person, one institution: both items of a row of the table have net lines on one fee day (or in one visit). Evidence: all lines of both items there. Amount: the in-scope amounts of the item that is not payable.",
	},
	Clears:  detectors.Words{ZH: "病历证明为两次相互独立的操作。", EN: "The record shows two independent acts."},
	Basis:   []string{"条例38(三)"},
	Classes: []string{"两库25", "两库26", "两库30"},
	Uses:    []string{"exclusive_pairs"},
	Key:     "item_a|item_b|span|day or mdtrt_id",
	Subject: "institution",
	Reads:   []claim.Field{claim.FixmedinsCode, claim.MdtrtID, claim.MedListCodg, claim.FeeOcurTime, claim.InscpScpAmt, claim.DetItemFeeSumamt},
	Rests:   detectors.OnDays,
	Person:  person,
}

// pair is a row of the table with the codes of its items.
type pair struct {
	knowledge.ExclusivePair
	a, b int32
}

// place is where two items meet: an institution and a day or visit.
type place struct {
	inst int32
	at   int64
}

func person(v *detectors.View) func(p *detectors.Person, emit *detectors.Emitter) {
	k := &kernel{View: v, item: v.Codes(claim.MedListCodg), time: v.Numbers(claim.FeeOcurTime),
		inst: v.Codes(claim.FixmedinsCode), visit: v.Codes(claim.MdtrtID), inscp: v.InScope()}
	k.load()
	return func(p *detectors.Person, emit *detectors.Emitter) {
		if len(k.pairs) > 0 && len(p.ByItem) > 1 {
			k.person(p, emit)
		}
	}
}

type kernel struct {
	*detectors.View
	item, inst []int32
	visit      []int32
	time       []int64
	inscp      detectors.InScope
	pairs      [][]pair // by item code: the pairs it comes first in
	member     []bool   // by item code: stands in some pair
	own        [][]int32
	a, b       []spot
}

func (k *kernel) load() {
	for _, row := range k.Knowledge().ExclusivePairs {
		a, b := k.Code(claim.MedListCodg, row.A), k.Code(claim.MedListCodg, row.B)
		if a == claim.NoCode || b == claim.NoCode {
			continue
		}
		if more := int(max(a, b)) + 1 - len(k.member); more > 0 {
			k.pairs, k.member = append(k.pairs, make([][]pair, more)...), append(k.member, make([]bool, more)...)
		}
		k.pairs[a] = append(k.pairs[a], pair{row, a, b})
		k.member[a], k.member[b] = true, true
	}
}

func (k *kernel) person(p *detectors.Person, emit *detectors.Emitter) {
	k.own = k.own[:0]
	for _, g := range p.Groups {
		if int(g.Item) < len(k.member) && k.member[g.Item] {
			k.own = append(k.own, p.Lines(g))
		}
	}
	for _, as := range k.own {
		for i := range k.pairs[k.item[as[0]]] {
			pr := &k.pairs[k.item[as[0]]][i]
			for _, bs := range k.own {
				if k.item[bs[0]] == pr.b {
					k.meet(pr, as, bs, emit)
				}
			}
		}
	}
}

// spot is a line and where it is.
type spot struct {
	place
	line int32
}

// place is where a line is billed, for a pair of that span.
func (k *kernel) place(l int32, visit bool) place {
	c := k.History.LineClaim[l]
	if visit {
		return place{k.inst[c], int64(k.visit[c])}
	}
	return place{k.inst[c], claim.DayOf(k.time[l])}
}

func (k *kernel) spots(out []spot, lines []int32, visit bool) []spot {
	out = out[:0]
	for _, l := range lines {
		out = append(out, spot{k.place(l, visit), l})
	}
	slices.SortFunc(out, func(a, b spot) int { return a.compare(b.place) })
	return out
}

// few is how many lines are compared each with each.
const few = 4

// apart says that the lines of two items share no place; of many lines it does
// not try to know.
func (k *kernel) apart(as, bs []int32, visit bool) bool {
	if len(as) > few || len(bs) > few {
		return false
	}
	for _, a := range as {
		at := k.place(a, visit)
		for _, b := range bs {
			if k.place(b, visit) == at {
				return false
			}
		}
	}
	return true
}

func (p place) compare(o place) int {
	if p.inst != o.inst {
		return cmp.Compare(p.inst, o.inst)
	}
	return cmp.Compare(p.at, o.at)
}

// meet walks the places of both items side by side.
func (k *kernel) meet(pr *pair, as, bs []int32, emit *detectors.Emitter) {
	if k.apart(as, bs, pr.Visit) {
		return
	}
	k.a, k.b = k.spots(k.a, as, pr.Visit), k.spots(k.b, bs, pr.Visit)
	for i, j := 0, 0; i < len(k.a) && j < len(k.b); {
		switch c := k.a[i].compare(k.b[j].place); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			at := k.a[i].place
			fromA, fromB := i, j
			for i < len(k.a) && k.a[i].place == at {
				i++
			}
			for j < len(k.b) && k.b[j].place == at {
				j++
			}
			k.hit(pr, at, k.a[fromA:i], k.b[fromB:j], emit)
		}
	}
}

func (k *kernel) hit(pr *pair, at place, as, bs []spot, emit *detectors.Emitter) {
	var lines []int32
	var amount claim.Wide
	for i, side := range [][]spot{as, bs} {
		for _, s := range side {
			lines = append(lines, s.line)
			if pr.NotPayable == "ab"[i] {
				amount = amount.Plus(k.inscp.Of(s.line))
			}
		}
	}
	key := pr.A + "|" + pr.B + "|day|" + claim.FormatDay(at.at)
	if pr.Visit {
		key = pr.A + "|" + pr.B + "|visit|" + k.Text(claim.MdtrtID, int32(at.at))
	}
	emit.Hit(detectors.Hit{Subject: detectors.Institution, Code: at.inst, Key: key, Lines: lines, Amount: amount,
		Facts: detectors.Facts{{Name: "not_payable", Value: map[byte]string{'a': pr.A, 'b': pr.B}[pr.NotPayable]}}})
}
