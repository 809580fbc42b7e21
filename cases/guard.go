package cases

import (
	"fmt"
	"slices"

	"fundwatch/detectors"
)

// Guard is a condition of a move that the law sets.
type Guard struct {
	Name  string
	What  detectors.Words // what is missing where it does not hold
	Where detectors.Words // where to get it
	Basis string
	holds func(*attempt) bool
}

// attempt is a move that somebody tries on a copy of a case.
type attempt struct {
	c    *Case
	v    values
	by   Act
	day  string // today
	proc *Procedure

	leads []string // ids of those that the deed joins or takes out
}

// officerPair tells whether two persons with two certificates are named.
func officerPair(a *attempt) bool {
	o := a.c.File.Officers
	for i := range o {
		for j := range o[:i] {
			if o[i].Login == o[j].Login || o[i].Licence == o[j].Licence {
				return false
			}
		}
	}
	return len(o) >= 2
}

func licences(a *attempt) bool {
	return !slices.ContainsFunc(a.c.File.Officers, func(o Officer) bool { return o.Until < a.day })
}

func recused(c *Case, login string) bool {
	return slices.ContainsFunc(c.File.Recused, func(r Recusal) bool { return r.Login == login })
}

func isOfficer(c *Case, login string) bool {
	return slices.ContainsFunc(c.File.Officers, func(o Officer) bool { return o.Login == login })
}

// The guards. Each is tested alone.
var (
	TwoOfficers = Guard{"two-officers", detectors.Words{ZH: "须有两名执法人员，姓名和执法证号各不相同", EN: "two officers are needed, two persons with two certificates"},
		detectors.Words{ZH: "在本案“指定执法人员”处指定或更换", EN: "name or replace them at “Name the officers” of this case"}, "条例29；行政处罚法42", officerPair}
	Licences = Guard{"licences", detectors.Words{ZH: "执法人员的执法证须在办理当日有效", EN: "the certificates of the officers must be valid on the day"},
		detectors.Words{ZH: "更换执法人员，或更新执法证有效期", EN: "replace the officer, or enter the certificate that was renewed"}, "行政处罚法42、55", licences}
	NoneRecused = Guard{"recusal", detectors.Words{ZH: "应当回避的人员不得办理本案", EN: "somebody who must stand aside is an officer, or does this"},
		detectors.Words{ZH: "更换执法人员，由未回避的人办理", EN: "replace the officer; somebody else must do this"}, "行政处罚法43", func(a *attempt) bool {
			return !recused(a.c, a.by.Who) && !slices.ContainsFunc(a.c.File.Officers, func(o Officer) bool { return recused(a.c, o.Login) })
		}}
	ByOfficer = Guard{"by-officer", detectors.Words{ZH: "须由本案执法人员办理", EN: "only an officer of the case may do this"},
		detectors.Words{ZH: "请本案执法人员办理，或更换执法人员", EN: "ask an officer of the case, or have the officers replaced"}, "行政处罚法42", func(a *attempt) bool { return isOfficer(a.c, a.by.Who) }}
	HasParty = Guard{"party", detectors.Words{ZH: "当事人须是本案线索、抽查或举报的对象", EN: "the party must be whom one of the leads, the check or the tip is about"},
		detectors.Words{ZH: "从这些对象中选择；需要时先并入线索", EN: "choose among these; join leads first where it takes them"}, "行政处罚法54", func(a *attempt) bool { return a.c.File.Party != nil }}
	NoParty = Guard{"no-party", detectors.Words{ZH: "本案移送前已立案", EN: "the case had been filed before it was transferred"},
		detectors.Words{ZH: "改为办理“退回后继续办理”", EN: "do “Go on after return” instead"}, "行政处罚法54", func(a *attempt) bool { return a.c.File.Party == nil }}
	VerifiedMoney = Guard{"verified", detectors.Words{ZH: "告知的退回金额不得高于已核实金额", EN: "no more can be asked back than was verified"},
		detectors.Words{ZH: "先在“核实金额”逐条核实明细", EN: "verify the fee lines at “Verify the money” first"}, "行政处罚法40、54", func(a *attempt) bool {
			n := a.c.File.notice()
			return n != nil && n.Refund <= a.c.File.Money.Verified
		}}
	NoOverlap = Guard{"overlap", detectors.Words{ZH: "同一结算不得既按整笔又按明细计算", EN: "a settlement may not count as a whole and by its lines"},
		detectors.Words{ZH: "把其中一种的在险金额改为零", EN: "set what is at risk to nothing for one of the two"}, "行政处罚法29、40", func(a *attempt) bool { return a.c.File.overlap() == "" }}
	DefenceSet = Guard{"defence-term", detectors.Words{ZH: "本统筹区未设定陈述申辩期限，或缺少所需年份的工作日历", EN: "this place has not set the time for the defence, or its calendar does not reach"},
		detectors.Words{ZH: "由管理员在地区参数中设定期限及其依据，或补充日历", EN: "an administrator sets the term with its clause in the region's profile, or adds the calendar"}, "行政处罚法44、45", func(a *attempt) bool {
			n := a.c.File.notice()
			return n != nil && n.Until != ""
		}}
	ServedNotice = Guard{"notice", detectors.Words{ZH: "须先送达事先告知书", EN: "the notice must have been served first"},
		detectors.Words{ZH: "在本案“送达事先告知书”处办理", EN: "do “Serve the notice” of this case"}, "行政处罚法44", func(a *attempt) bool { return a.c.File.notice() != nil }}
	DefenceHeard = Guard{"defence-heard", detectors.Words{ZH: "对现行告知书的陈述申辩尚未听取", EN: "the defence against the notice in force was not heard"},
		detectors.Words{ZH: "在本案“听取陈述申辩”处记录", EN: "record it at “Hear the defence”"}, "行政处罚法45、62", func(a *attempt) bool {
			d := a.c.File.Defence
			return d != nil && d.Notice == len(a.c.File.Notices)
		}}
	DefenceOver = Guard{"defence-over", detectors.Words{ZH: "陈述申辩期限尚未届满，当事人也没有书面放弃", EN: "the time for the defence is not over, and the party has not waived it in writing"},
		detectors.Words{ZH: "等到期限届满的次日，或把书面放弃入卷后记录", EN: "wait for the day after it ends, or file the waiver and record it"}, "行政处罚法44、45、62", defenceOver}
	SilenceOver = Guard{"silence-over", detectors.Words{ZH: "当事人没有意见的，期限届满后才能记录", EN: "that the party said nothing can be recorded only when its time is over"},
		detectors.Words{ZH: "等到期限届满的次日", EN: "wait for the day after it ends"}, "行政处罚法44、45", func(a *attempt) bool {
			d, n := a.c.File.Defence, a.c.File.notice()
			return d != nil && n != nil && (d.Stance != "none" || n.Until != "" && a.day > n.Until)
		}}
	DefenceComplete = Guard{"defence-complete", detectors.Words{ZH: "有陈述申辩的，须写明内容和复核意见；书面放弃的，须入卷", EN: "a defence needs what was said and what was found of it; a waiver must be in the file"},
		detectors.Words{ZH: "补齐两栏，或先上传书面放弃", EN: "fill both in, or upload the waiver first"}, "行政处罚法45", func(a *attempt) bool {
			d := a.c.File.Defence
			return d != nil && (d.Stance != "statement" || d.Said != "" && d.Found != "") && (d.Stance != "waived" || a.c.File.has(d.Written))
		}}
	ReviewerApart = Guard{"reviewer-apart", detectors.Words{ZH: "法制审核人员不得是本案执法人员", EN: "the legal reviewer may not be an officer of the case"},
		detectors.Words{ZH: "请其他法制审核人员审核", EN: "ask another reviewer"}, "行政处罚法58；医疗保障行政处罚程序暂行规定37", func(a *attempt) bool { return a.c.File.Review == nil || !isOfficer(a.c, a.c.File.Review.By) }}
	Reviewed = Guard{"reviewed", detectors.Words{ZH: "须有对现行告知书内容的法制审核，结论为通过", EN: "a legal review of what the notice in force says must have passed"},
		detectors.Words{ZH: "请法制审核人员在本案“法制审核”处办理", EN: "ask a reviewer to do “Legal review” of this case"}, "行政处罚法58", func(a *attempt) bool {
			r := a.c.File.Review
			return r != nil && r.Passed && r.Notice == len(a.c.File.Notices)
		}}
	WithinNotice = Guard{"within-notice", detectors.Words{ZH: "决定的金额不得高于告知的金额", EN: "the decision may not go above the amounts of the notice"},
		detectors.Words{ZH: "降低金额；事实有变化的，重新送达事先告知书", EN: "lower the amounts; where the facts changed serve a new notice"}, "行政处罚法45；医疗保障行政处罚程序暂行规定41", func(a *attempt) bool {
			n, d := a.c.File.notice(), a.c.File.Decision
			return n != nil && d != nil && d.Refund <= n.Refund && d.Fine <= n.Fine
		}}
	KindFits = Guard{"kind", detectors.Words{ZH: "不予处罚和事实不成立的决定没有罚款；处罚决定须写明依据", EN: "a decision not to penalise has no fine; a penalty needs its article"},
		detectors.Words{ZH: "改正决定种类、金额或依据", EN: "correct the kind, the amounts or the article"}, "行政处罚法57", func(a *attempt) bool {
			d := a.c.File.Decision
			switch {
			case d == nil:
				return false
			case d.Kind == "penalty":
				return d.Article != ""
			case d.Kind == "unfounded":
				return d.Fine == 0 && d.Refund == 0
			}
			return d.Fine == 0
		}}
	InOrder = Guard{"order", detectors.Words{ZH: "日期不得早于前一环节，也不得晚于今天", EN: "a day lies before the step that comes first, or in the future"},
		detectors.Words{ZH: "核对日期", EN: "check the day"}, "行政处罚法61", daysInOrder}
	NotTooMuch = Guard{"too-much", detectors.Words{ZH: "收到的金额不得超过应收，同一凭证只记一次", EN: "no more can come in than is due, and a voucher counts once"},
		detectors.Words{ZH: "核对凭证和金额", EN: "check the voucher and the amount"}, "条例45", receiptsFit}
	Paid = Guard{"paid", detectors.Words{ZH: "决定的金额尚未全部收到，也没有法院受理强制执行的文书", EN: "what was ordered has not all come in, and no court has taken up enforcement"},
		detectors.Words{ZH: "在“记录收款”处登记入账凭证；拒不履行的，申请强制执行并把受理文书入卷", EN: "record what came in at “Record money received”; or apply for enforcement and file the court's acceptance"}, "行政处罚法66、72；医疗保障行政处罚程序暂行规定56", func(a *attempt) bool {
			m := a.c.File.Money
			return m.RefundIn >= m.Refund && m.FineIn >= m.Fine || a.c.File.has(a.v["court"])
		}}
	TimeAllows = Guard{"extension", detectors.Words{ZH: "延长超出了负责人或集体讨论可以批准的天数，或本统筹区未设定", EN: "the extension is longer than the head or the council may give, or this place has not set it"},
		detectors.Words{ZH: "减少天数；上限见地区参数", EN: "take fewer days; the region's profile has the limits"}, "医疗保障行政处罚程序暂行规定45", extensionFits}
	OtherPerson = Guard{"other-person", detectors.Words{ZH: "批准人不得是提请人", EN: "whoever proposed may not approve"},
		detectors.Words{ZH: "请其他有批准权的人批准", EN: "ask another person who may approve"}, "行政处罚法57", func(a *attempt) bool { return a.c.File.Proposal != nil && a.c.File.Proposal.By != a.by.Who }}
	HasProposal = Guard{"proposal", detectors.Words{ZH: "没有待批准的事项", EN: "nothing waits for approval"},
		detectors.Words{ZH: "先由承办人提请", EN: "somebody has to propose it first"}, "行政处罚法57", func(a *attempt) bool { return a.c.File.Proposal != nil }}
)

// defenceOver: the party waived in writing, or the last day has passed.
func defenceOver(a *attempt) bool {
	n, d := a.c.File.notice(), a.c.File.Defence
	if d != nil && d.Stance == "waived" && d.Notice == len(a.c.File.Notices) {
		return true
	}
	return n != nil && n.Until != "" && a.day > n.Until
}

// daysInOrder: served after it was made, made after what goes before, and not
// in the future.
func daysInOrder(a *attempt) bool {
	f := &a.c.File
	var days []string
	if f.Party != nil {
		days = append(days, f.Party.Day)
	}
	if n := f.notice(); n != nil {
		days = append(days, n.Day)
	}
	if f.Decision != nil {
		days = append(days, f.Decision.Day)
	}
	if f.Service != nil {
		days = append(days, f.Service.Day)
	}
	return slices.IsSorted(append(days, a.day))
}

// receiptsFit: of each kind no more than the decision orders or, before it, the
// notice asks; every voucher once.
func receiptsFit(a *attempt) bool {
	f := &a.c.File
	due := Money{}
	switch {
	case f.Decision != nil:
		due = f.Money
	case f.notice() != nil:
		due = Money{Refund: f.notice().Refund, Fine: f.notice().Fine}
	}
	for i := range f.Receipts {
		if slices.ContainsFunc(f.Receipts[:i], func(r Receipt) bool { return r.Voucher == f.Receipts[i].Voucher }) || f.Receipts[i].Fen <= 0 || f.Receipts[i].Day > a.day {
			return false
		}
	}
	return f.Money.RefundIn <= due.Refund && f.Money.FineIn <= due.Fine
}

// extensionFits: the head may give so many days, once; the council the rest.
func extensionFits(a *attempt) bool {
	head, total := a.proc.Terms[ExtensionHead].N, a.proc.Terms[ExtensionTotal].N
	var byHead, all int64
	heads := 0
	for _, x := range a.c.File.Extensions {
		all += x.Days
		if x.Ground == "head" {
			byHead += x.Days
			heads++
		}
	}
	return heads <= 1 && byHead <= head && all <= total
}

// check gives what is missing of the guards.
func (a *attempt) check(guards []Guard) (out []Lack) {
	for _, g := range guards {
		if !g.holds(a) {
			out = append(out, Lack{g.Name, a.filled(g), g.Where, g.Basis})
		}
	}
	return out
}

// filled adds the day or the amounts where a guard is about some that are known.
func (a *attempt) filled(g Guard) detectors.Words {
	if g.Name == FineFits.Name {
		return a.fineWords(g)
	}
	n := a.c.File.notice()
	if g.Name != DefenceOver.Name || n == nil || n.Until == "" {
		return g.What
	}
	return detectors.Words{ZH: fmt.Sprintf("%s（届满日 %s）", g.What.ZH, n.Until), EN: fmt.Sprintf("%s (its last day is %s)", g.What.EN, n.Until)}
}
