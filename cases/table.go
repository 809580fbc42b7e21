package cases

import (
	"slices"

	"fundwatch/detectors"
	"fundwatch/internal/journal"
)

// Right is what a move asks of who does it; the pages know who has it.
type Right string

// The rights of cases.
const (
	RightWork    Right = "case.work"    // handle a case, and propose
	RightReview  Right = "case.review"  // legal review
	RightApprove Right = "case.approve" // approve what others propose
)

// Move is a row of the table of moves: how a case goes from one status to
// another, or what is put into its file.
type Move struct {
	Name   string
	What   detectors.Words
	From   []Status
	To     Status // empty: the status stays
	May    Right
	Eyes   bool    // proposed by one person, approved by another
	Fields []Field // besides the reason, which every move has
	Before []Guard // hold of the case as it is, so that what is missing can be told at once
	After  []Guard // hold of the case as the move leaves it
	Starts []string
	Stops  []string
	Basis  string
	do     func(*attempt)
}

// Fits tells whether the move begins where a case stands.
func (m *Move) Fits(c *Case) bool { return slices.Contains(m.From, c.Status) }

// Missing gives what a move lacks before it can be begun by somebody on a day,
// however its form is filled in.
func (m *Move) Missing(c *Case, by Act, p *Procedure) []Lack {
	a := &attempt{c: c, by: by, day: journal.Stamp(by.At)[:10], proc: p}
	return a.check(m.Before)
}

// running are the statuses in which a case is worked on.
var running = []Status{Filed, Investigating, Noticed, Heard}

var inHand = []Guard{TwoOfficers, Licences, NoneRecused}

// reasons of both languages for fields that come in several moves.
var (
	dayServed = Field{Name: "day", Kind: DayField, What: detectors.Words{ZH: "送达日期", EN: "Day of service"}, Needed: true}
	wayServed = Field{Name: "way", Kind: ChoiceField, What: detectors.Words{ZH: "送达方式", EN: "Way of service"}, Needed: true, Choices: []Option{
		{"direct", detectors.Words{ZH: "直接送达", EN: "in person"}}, {"left", detectors.Words{ZH: "留置送达", EN: "left at the place"}},
		{"mail", detectors.Words{ZH: "邮寄送达", EN: "by mail"}}, {"electronic", detectors.Words{ZH: "电子送达（须有确认书）", EN: "electronic, with signed consent"}},
		{"public", detectors.Words{ZH: "公告送达", EN: "by public notice"}}}}
	refundField  = Field{Name: "refund", Kind: YuanField, What: detectors.Words{ZH: "责令退回金额（元）", EN: "To be returned (yuan)"}, Needed: true}
	fineField    = Field{Name: "fine", Kind: YuanField, What: detectors.Words{ZH: "罚款金额（元）", EN: "Fine (yuan)"}, Needed: true}
	articleField = Field{Name: "article", Kind: TextField, What: detectors.Words{ZH: "依据条款", EN: "Article of the law"}, Needed: true}
)

// officerFields ask for two officers.
var officerFields = []Field{
	{Name: "officer1", Kind: PersonField, What: detectors.Words{ZH: "执法人员一", EN: "First officer"}, Needed: true},
	{Name: "licence1", Kind: TextField, What: detectors.Words{ZH: "执法证号一", EN: "First certificate"}, Needed: true},
	{Name: "until1", Kind: DayField, What: detectors.Words{ZH: "执法证一有效期至", EN: "First certificate valid until"}, Needed: true},
	{Name: "officer2", Kind: PersonField, What: detectors.Words{ZH: "执法人员二", EN: "Second officer"}, Needed: true},
	{Name: "licence2", Kind: TextField, What: detectors.Words{ZH: "执法证号二", EN: "Second certificate"}, Needed: true},
	{Name: "until2", Kind: DayField, What: detectors.Words{ZH: "执法证二有效期至", EN: "Second certificate valid until"}, Needed: true},
}

// Moves gives the table of moves: there is no other way for a case.
func Moves() []Move {
	return slices.Concat(filing(), joining(), inquiry(), deciding(), ending())
}

// MoveOf gives the move of a name.
func MoveOf(name string) (Move, bool) {
	for _, m := range Moves() {
		if m.Name == name {
			return m, true
		}
	}
	return Move{}, false
}

// filing: whether there is a case at all.
func filing() []Move {
	return []Move{
		{Name: "file", What: detectors.Words{ZH: "立案", EN: "File the case"}, From: []Status{Opened}, To: Filed, May: RightWork, Eyes: true,
			Fields: []Field{
				{Name: "party", Kind: SubjectField, What: detectors.Words{ZH: "当事人", EN: "Party"}, Needed: true},
				{Name: "cause", Kind: TextField, What: detectors.Words{ZH: "案由", EN: "Cause"}, Needed: true},
				articleField},
			Before: []Guard{NoneRecused}, After: []Guard{HasParty}, Starts: []string{Handling}, Basis: "行政处罚法54；医疗保障行政处罚程序暂行规定14", do: doFile},
		{Name: "not-file", What: detectors.Words{ZH: "不予立案", EN: "Do not file"}, From: []Status{Opened}, To: NotFiled, May: RightWork, Eyes: true,
			Before: []Guard{NoneRecused}, Basis: "医疗保障行政处罚程序暂行规定14", do: doNothing},
	}
}

// inquiry: what is found out, and who does it.
func inquiry() []Move {
	return []Move{
		{Name: "investigate", What: detectors.Words{ZH: "指定执法人员", EN: "Name the officers"}, From: []Status{Filed}, To: Investigating, May: RightWork, Fields: officerFields,
			After: inHand, Basis: "条例29；行政处罚法42、55", do: doOfficers},
		{Name: "replace", What: detectors.Words{ZH: "更换执法人员", EN: "Replace the officers"}, From: []Status{Investigating, Noticed, Heard}, May: RightWork, Fields: officerFields,
			After: inHand, Basis: "行政处罚法43", do: doOfficers},
		{Name: "recuse", What: detectors.Words{ZH: "回避", EN: "Stand aside"}, From: append([]Status{Opened}, running...), May: RightApprove,
			Fields: []Field{{Name: "who", Kind: PersonField, What: detectors.Words{ZH: "回避人员", EN: "Who stands aside"}, Needed: true}},
			Basis:  "行政处罚法43；医疗保障行政处罚程序暂行规定5", do: doRecuse},
		{Name: "evidence", What: detectors.Words{ZH: "证据入卷", EN: "File evidence"}, From: append([]Status{Opened, Decided, Served}, running...), May: RightWork,
			Basis: "行政处罚法46、54", do: doNothing},
		{Name: "verify", What: detectors.Words{ZH: "核实金额", EN: "Verify the money"}, From: []Status{Investigating, Noticed, Heard}, May: RightWork,
			Before: append([]Guard{ByOfficer}, inHand...), After: []Guard{NoOverlap}, Basis: "行政处罚法40、54", do: doNothing},
		{Name: "extend", What: detectors.Words{ZH: "延长办案期限", EN: "Extend the time"}, From: running, May: RightApprove,
			Fields: []Field{
				{Name: "days", Kind: CountField, What: detectors.Words{ZH: "延长天数", EN: "Days more"}, Needed: true},
				{Name: "ground", Kind: ChoiceField, What: detectors.Words{ZH: "批准方式", EN: "Given by"}, Needed: true, Choices: []Option{
					{"head", detectors.Words{ZH: "负责人批准", EN: "the head"}}, {"council", detectors.Words{ZH: "集体讨论决定", EN: "the council"}}}}},
			After: []Guard{TimeAllows}, Basis: "医疗保障行政处罚程序暂行规定45", do: doExtend},
	}
}

// deciding: notice, defence, review, decision.
func deciding() []Move {
	return []Move{
		{Name: "notice", What: detectors.Words{ZH: "送达事先告知书", EN: "Serve the notice"}, From: []Status{Investigating, Noticed, Heard}, To: Noticed, May: RightWork,
			Fields: []Field{
				{Name: "facts", Kind: ProseField, What: detectors.Words{ZH: "拟认定的事实和理由", EN: "Facts and reasons"}, Needed: true},
				articleField, refundField, fineField, groundField, dayServed, wayServed},
			Before: append([]Guard{ByOfficer}, inHand...), After: []Guard{VerifiedMoney, FineFits, DefenceSet, InOrder}, Starts: []string{DefenceTerm, HearingTerm}, Basis: "行政处罚法44、64", do: doNotice},
		{Name: "hear", What: detectors.Words{ZH: "听取陈述申辩", EN: "Hear the defence"}, From: []Status{Noticed}, To: Heard, May: RightWork,
			Fields: []Field{
				{Name: "stance", Kind: ChoiceField, What: detectors.Words{ZH: "当事人意见", EN: "The party"}, Needed: true, Choices: []Option{
					{"none", detectors.Words{ZH: "期限内没有意见", EN: "said nothing in time"}}, {"statement", detectors.Words{ZH: "提出陈述申辩", EN: "stated its case"}},
					{"waived", detectors.Words{ZH: "书面放弃", EN: "waived it in writing"}}}},
				{Name: "said", Kind: ProseField, What: detectors.Words{ZH: "陈述申辩内容", EN: "What it said"}},
				{Name: "found", Kind: ProseField, What: detectors.Words{ZH: "复核意见", EN: "What was found of it"}},
				{Name: "written", Kind: ProofField, What: detectors.Words{ZH: "书面放弃（证据哈希）", EN: "The waiver (hash of evidence)"}}},
			Before: append([]Guard{ByOfficer}, inHand...), After: []Guard{DefenceComplete, SilenceOver}, Stops: []string{HearingTerm}, Basis: "行政处罚法45", do: doHear},
		{Name: "review", What: detectors.Words{ZH: "法制审核", EN: "Legal review"}, From: []Status{Heard}, May: RightReview,
			Fields: []Field{
				{Name: "outcome", Kind: ChoiceField, What: detectors.Words{ZH: "结论", EN: "Outcome"}, Needed: true, Choices: []Option{
					{"passed", detectors.Words{ZH: "通过", EN: "passed"}}, {"returned", detectors.Words{ZH: "退回补正", EN: "returned"}}}},
				{Name: "opinion", Kind: ProseField, What: detectors.Words{ZH: "审核意见", EN: "Opinion"}, Needed: true}},
			Before: []Guard{ServedNotice, NoneRecused}, After: []Guard{ReviewerApart}, Basis: "行政处罚法58；医疗保障行政处罚程序暂行规定37、40", do: doReview},
		{Name: "decide", What: detectors.Words{ZH: "作出决定", EN: "Decide"}, From: []Status{Heard}, To: Decided, May: RightWork, Eyes: true,
			Fields: []Field{
				{Name: "kind", Kind: ChoiceField, What: detectors.Words{ZH: "决定种类", EN: "Kind"}, Needed: true, Choices: []Option{
					{"penalty", detectors.Words{ZH: "行政处罚", EN: "penalty"}}, {"no-penalty", detectors.Words{ZH: "不予行政处罚", EN: "no penalty"}},
					{"unfounded", detectors.Words{ZH: "违法事实不能成立", EN: "the facts do not stand"}}}},
				refundField, fineField, groundField, {Name: "article", Kind: TextField, What: articleField.What},
				{Name: "text", Kind: ProseField, What: detectors.Words{ZH: "事实、证据、理由和裁量", EN: "Facts, evidence, reasons and discretion"}, Needed: true}},
			Before: append([]Guard{ServedNotice, JoinedTold, DefenceHeard, DefenceOver, Reviewed, ReviewerApart}, inHand...), After: []Guard{WithinNotice, KindFits, FineFits, InOrder},
			Starts: []string{ServiceTerm}, Stops: []string{Handling, DefenceTerm}, Basis: "行政处罚法57、58、59", do: doDecide},
	}
}

// ending: the decision takes effect and is done, or the case goes elsewhere.
func ending() []Move {
	return []Move{
		{Name: "serve", What: detectors.Words{ZH: "送达决定书", EN: "Serve the decision"}, From: []Status{Decided}, To: Served, May: RightWork, Fields: []Field{dayServed, wayServed},
			Before: []Guard{NoneRecused}, After: []Guard{InOrder}, Starts: []string{PaymentTerm}, Stops: []string{ServiceTerm}, Basis: "行政处罚法61、67", do: doServe},
		{Name: "receive", What: detectors.Words{ZH: "记录收款", EN: "Record money received"}, From: []Status{Noticed, Heard, Decided, Served}, May: RightWork,
			Fields: []Field{
				{Name: "what", Kind: ChoiceField, What: detectors.Words{ZH: "款项", EN: "What came in"}, Needed: true, Choices: []Option{
					{"refund", detectors.Words{ZH: "退回基金（入财政专户）", EN: "returned to the fund (fiscal account)"}}, {"fine", detectors.Words{ZH: "罚款（入国库）", EN: "fine (treasury)"}}}},
				{Name: "amount", Kind: YuanField, What: detectors.Words{ZH: "金额（元）", EN: "Amount (yuan)"}, Needed: true},
				{Name: "day", Kind: DayField, What: detectors.Words{ZH: "到账日期", EN: "Day it came in"}, Needed: true},
				{Name: "voucher", Kind: TextField, What: detectors.Words{ZH: "凭证号", EN: "Voucher"}, Needed: true}},
			After: []Guard{NotTooMuch}, Basis: "条例45", do: doReceive},
		{Name: "execute", What: detectors.Words{ZH: "执行完毕", EN: "Executed"}, From: []Status{Served}, To: Executed, May: RightWork,
			Fields: []Field{{Name: "court", Kind: ProofField, What: detectors.Words{ZH: "法院受理强制执行的文书（证据哈希）", EN: "The court's acceptance of enforcement (hash of evidence)"}}},
			After:  []Guard{Paid}, Stops: []string{PaymentTerm}, Basis: "行政处罚法66、74；医疗保障行政处罚程序暂行规定56", do: doNothing},
		{Name: "transfer", What: detectors.Words{ZH: "移送", EN: "Transfer"}, From: append([]Status{Opened}, running...), To: Transferred, May: RightWork, Eyes: true,
			Fields: []Field{
				{Name: "to", Kind: ChoiceField, What: detectors.Words{ZH: "移送机关", EN: "To whom"}, Needed: true, Choices: departments},
				{Name: "documents", Kind: ProseField, What: detectors.Words{ZH: "移送材料", EN: "What goes along"}, Needed: true}},
			Before: []Guard{NoneRecused}, Stops: []string{Handling}, Basis: "条例48；行政处罚法27、57；行政执法机关移送涉嫌犯罪案件的规定5、6", do: doTransfer},
		{Name: "return", What: detectors.Words{ZH: "退回后继续办理", EN: "Go on after return"}, From: []Status{Transferred}, To: Filed, May: RightWork,
			Starts: []string{Handling}, Basis: "行政执法机关移送涉嫌犯罪案件的规定8、10", Before: []Guard{HasParty}, do: doReturn},
		{Name: "return-unfiled", What: detectors.Words{ZH: "退回后重新研究立案", EN: "Consider filing after return"}, From: []Status{Transferred}, To: Opened, May: RightWork,
			Basis: "行政执法机关移送涉嫌犯罪案件的规定8、10", Before: []Guard{NoParty}, do: doReturn},
		{Name: "close", What: detectors.Words{ZH: "结案", EN: "Close"}, From: []Status{Executed, Transferred}, To: Closed, May: RightWork, Eyes: true,
			Before: []Guard{NoneRecused}, Basis: "医疗保障行政处罚程序暂行规定56、57", do: doNothing},
	}
}

// departments are to whom a case can be transferred.
var departments = []Option{
	{"police", detectors.Words{ZH: "公安机关", EN: "public security"}}, {"health", detectors.Words{ZH: "卫生健康部门", EN: "health commission"}},
	{"market", detectors.Words{ZH: "市场监督管理部门", EN: "market regulation"}}, {"drug", detectors.Words{ZH: "药品监督管理部门", EN: "drug regulation"}},
	{"discipline", detectors.Words{ZH: "纪检监察机关", EN: "discipline inspection"}}, {"agency", detectors.Words{ZH: "经办机构", EN: "insurance agency"}},
	{"bureau", detectors.Words{ZH: "有管辖权的医疗保障行政部门", EN: "the competent medical security bureau"}},
}
