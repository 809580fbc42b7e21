package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"fundwatch/detectors"
)

// FineRange is within what an article of the regulation lets a fine be set, as
// a place has it, with the clause.
type FineRange struct {
	Article     string // 条例38, as [Articles] gives it
	Times       bool   // the bounds are times the verified money, otherwise fen
	Least, Most int64  // both inclusive (以上, 以下)
	// May is that the article has conduct without a fine, so that none is no
	// fine below the least.
	May    bool
	Clause string
}

// named finds articles of the regulation in what a person wrote: 条例38(三)、40,
// 《医疗保障基金使用监督管理条例》第三十八条第三项.
var (
	named  = regexp.MustCompile(`(\p{Han}*)条例[》〉」]?\s*((?:[、，,和及]?\s*第?\s*[0-9０-９一二三四五六七八九十百〇零]+\s*条?(?:\s*[（(][^（）()]*[）)]|\s*第\s*[（(]?[一二三四五六七八九十0-9]+[）)]?\s*[款项目])*)+)`)
	number = regexp.MustCompile(`第?\s*([0-9０-９一二三四五六七八九十百〇零]+)\s*条?(?:\s*[（(][^（）()]*[）)]|\s*第\s*[（(]?[一二三四五六七八九十0-9]+[）)]?\s*[款项目])*`)
)

// Articles gives the articles of the regulation that a text names, each once,
// in the form 条例38.
func Articles(text string) (out []string) {
	for _, found := range named.FindAllStringSubmatch(text, -1) {
		if others(found[1]) {
			continue
		}
		for _, one := range number.FindAllStringSubmatch(found[2], -1) {
			if n := numeral(one[1]); n > 0 {
				out = append(out, fmt.Sprintf("条例%d", n))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// others tells by what stands before the word whether another regulation is
// meant, such as 医疗机构管理条例 or 药品管理法实施条例.
func others(before string) bool {
	return strings.HasSuffix(before, "实施") || strings.HasSuffix(before, "管理") && !strings.HasSuffix(before, "基金使用监督管理")
}

// numeral reads a number below 1000 in figures of any width or in Chinese.
func numeral(text string) (n int) {
	digits, last := 0, 0
	for _, r := range text {
		d := strings.IndexRune("0123456789", r)
		if wide := r - '０'; d < 0 && wide >= 0 && wide <= 9 {
			d = int(wide)
		}
		if d >= 0 {
			digits = digits*10 + d
			if digits > 999 {
				return 0
			}
			continue
		}
		switch r {
		case '百':
			n, last = n+max(last, 1)*100, 0
		case '十':
			n, last = n+max(last, 1)*10, 0
		default:
			last = slices.Index([]rune("零一二三四五六七八九"), r)
			if r == '〇' {
				last = 0
			}
		}
	}
	if digits > 0 {
		return digits
	}
	return n + last
}

// bounds are what a fine may be in fen by the articles that a text names, over
// verified money, and by which clauses; known is false where none of them has a
// range here. Of several articles nobody knows which money belongs to which, so
// the least of one bounds below and what they allow together above.
func (p *Procedure) bounds(article string, verified int64) (b FineBounds, known bool) {
	for _, name := range Articles(article) {
		r, set := p.Fines[name]
		if !set {
			continue
		}
		least, most := r.Least, r.Most
		if r.Times {
			least, most = least*verified, most*verified
		}
		switch {
		case !known:
			b.Least, b.Most = least, most
		case r.Times && b.times:
			b.Least, b.Most = min(b.Least, least), max(b.Most, most)
		default:
			b.Least, b.Most = min(b.Least, least), b.Most+most
		}
		known, b.times = true, b.times || r.Times
		b.May = b.May || r.May
		b.Ranges = append(b.Ranges, r)
	}
	return b, known
}

// FineBounds is what a fine may be, in fen, both inclusive.
type FineBounds struct {
	Least, Most int64
	May         bool // or none at all
	Ranges      []FineRange
	times       bool
}

// Bounds tells what a fine may be by an article over the money that is verified
// now; known is false where the article sets no range here.
func (p *Procedure) Bounds(c *Case, article string) (b FineBounds, known bool) {
	return p.bounds(article, c.File.Money.Verified)
}

// Clauses are the clauses of the bounds.
func (b *FineBounds) Clauses() string {
	var out []string
	for _, r := range b.Ranges {
		if !slices.Contains(out, r.Clause) {
			out = append(out, r.Clause)
		}
	}
	return strings.Join(out, "；")
}

// Grounds of a fine below the range, or of none. The ground stands in the
// notice and in the decision; its facts are for their texts to tell.
var groundField = Field{Name: "ground", Kind: ChoiceField, What: detectors.Words{ZH: "低于法定幅度的依据", EN: "Ground for less than the range of the law"}, Choices: []Option{
	{"32-1", detectors.Words{ZH: "减轻：主动消除或者减轻危害后果（行政处罚法32(一)）", EN: "mitigated: harm undone or lessened of one's own accord (Administrative Penalty Law 32(1))"}},
	{"32-2", detectors.Words{ZH: "减轻：受他人胁迫或者诱骗（行政处罚法32(二)）", EN: "mitigated: forced or deceived by others (32(2))"}},
	{"32-3", detectors.Words{ZH: "减轻：主动供述尚未掌握的违法行为（行政处罚法32(三)）", EN: "mitigated: told of conduct that was not known (32(3))"}},
	{"32-4", detectors.Words{ZH: "减轻：配合查处有立功表现（行政处罚法32(四)）", EN: "mitigated: helped the inquiry with merit (32(4))"}},
	{"32-5", detectors.Words{ZH: "减轻：法律、法规、规章规定的其他情形（行政处罚法32(五)）", EN: "mitigated: otherwise by law, regulation or rule (32(5))"}},
	{"30", detectors.Words{ZH: "减轻：已满十四周岁不满十八周岁（行政处罚法30）", EN: "mitigated: fourteen or older and below eighteen (30)"}},
	{"31", detectors.Words{ZH: "减轻：尚未完全丧失辨认或者控制能力（行政处罚法31）", EN: "mitigated: understanding or control not wholly lost (31)"}},
	{"33", detectors.Words{ZH: "不予罚款：轻微并及时改正没有危害后果，或者初次且轻微并及时改正，或者没有主观过错（行政处罚法33）", EN: "no fine: slight and put right in time without harm, or the first time, slight and put right, or without fault (33)"}},
}}

// GroundWords words a ground; empty where there is none.
func GroundWords(ground string) detectors.Words {
	for _, o := range groundField.Choices {
		if o.Value == ground {
			return o.What
		}
	}
	return detectors.Words{}
}

// FineFits bounds a fine by the articles that the notice or the decision names.
var FineFits = Guard{"fine-range", detectors.Words{ZH: "罚款不在所依据条款的幅度之内", EN: "the fine lies outside the range of the article it names"},
	detectors.Words{ZH: "改正罚款或依据条款；减轻或不予罚款的，选择法定依据并在正文写明情形；不得高于上限", EN: "correct the fine or the article; for less, choose the ground of the law and tell its facts in the text; more is never allowed"},
	"行政处罚法5、32；条例37—41", fineFits}

// imposed gives the fine that the move at hand sets, by which article and on
// which ground.
func (a *attempt) imposed() (article, ground string, fine int64, any bool) {
	f := &a.c.File
	switch d, n := f.Decision, f.notice(); {
	case d != nil:
		return d.Article, d.Ground, d.Fine, d.Kind == "penalty"
	case n != nil:
		return n.Article, n.Ground, n.Fine, true
	}
	return "", "", 0, false
}

func fineFits(a *attempt) bool {
	article, ground, fine, any := a.imposed()
	b, known := a.proc.bounds(article, a.c.File.Money.Verified)
	switch {
	case !any || !known:
		return true
	case fine > b.Most:
		return false
	case fine >= b.Least || fine == 0 && b.May:
		return ground == "" // a ground is given where it is needed alone
	case ground == "33":
		return fine == 0
	}
	return ground != ""
}

// fineWords tell the range that was missed, on what it was worked out, and by
// which clause.
func (a *attempt) fineWords(g Guard) detectors.Words {
	article, _, fine, _ := a.imposed()
	verified := a.c.File.Money.Verified
	b, known := a.proc.bounds(article, verified)
	if !known {
		return g.What
	}
	w := detectors.Words{ZH: fmt.Sprintf("%s：罚款 %s 元，应为 %s 至 %s 元", g.What.ZH, Yuan(fine), Yuan(b.Least), Yuan(b.Most)),
		EN: fmt.Sprintf("%s: %s yuan, where %s to %s is allowed", g.What.EN, Yuan(fine), Yuan(b.Least), Yuan(b.Most))}
	for _, r := range b.Ranges {
		if r.Times {
			w.ZH += fmt.Sprintf("；%s：核实金额 %s 元的 %d 倍以上 %d 倍以下", r.Clause, Yuan(verified), r.Least, r.Most)
			w.EN += fmt.Sprintf("; %s: %d to %d times the verified %s yuan", r.Clause, r.Least, r.Most, Yuan(verified))
			continue
		}
		w.ZH += fmt.Sprintf("；%s：%s 元以上 %s 元以下", r.Clause, Yuan(r.Least), Yuan(r.Most))
		w.EN += fmt.Sprintf("; %s: %s to %s yuan", r.Clause, Yuan(r.Least), Yuan(r.Most))
	}
	if fine >= b.Least && fine <= b.Most {
		w.ZH += "；罚款在幅度之内，不应选择减轻依据"
		w.EN += "; the fine lies within the range, so no ground for less is to be chosen"
	}
	return w
}

// Yuan writes fen as yuan with two decimals.
func Yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }
