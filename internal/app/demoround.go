package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fundwatch/blacklist"
	"fundwatch/cases"
	"fundwatch/clock"
	"fundwatch/detectors"
	"fundwatch/internal/journal"
	"fundwatch/tips"
	"fundwatch/web/desk"
)

// demoWhy is the reason of every act of the demonstration.
const demoWhy = "演示，人员、机构、日期均为虚构 demonstration, people, institutions and days are invented"

// demoBasis is what the decisions of the demonstration rest on: of the measures
// they could impose, policy lists this one without a number that the place sets.
const demoBasis = "行政处罚法9（限制从业，虚构案例）"

// demoStory is a case that was carried to a served decision, and its listing.
type demoStory struct {
	began    int  // days ago on which it was filed
	executed bool // and what was to be returned came in
	listed   int  // days ago; 0: the time for objection still runs
}

// demoStories are what the demonstration tells: a listing in force, and one
// against which can still be objected.
var demoStories = []demoStory{{began: 150, executed: true, listed: 20}, {began: 60}}

// demoNotice is how many days before its listing its party was told, in the
// demonstration: longer than the time for objection of demoTerms can last.
const demoNotice = 30

// storyteller carries a case through the stores as staff would.
type storyteller struct {
	*server
	with *desk.Options
	now  time.Time
	id   string // of the case
}

// demoRound shows the rest of the round: two cases carried to a served
// decision, the list, and a tip. It comes after the links, so that nobody waits
// for it.
func (e *env) demoRound(ctx context.Context, s *server, with *desk.Options, what sending) error {
	t := &storyteller{server: s, with: with, now: e.clock()}
	done, _, err := s.lists.Entries(ctx, 0, 1)
	if err != nil || done > 0 { // an earlier run
		return err
	}
	told, err := t.stories(ctx)
	if lack, ok := errors.AsType[*cases.LackError](err); ok { // such as a calendar that does not reach
		fmt.Fprintf(e.out, "\n演示案件未能办完 (a case of the demonstration could not go on): %v\n", lack)
		err = nil
	}
	if err != nil {
		return err
	}
	receipt, err := t.tip(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "\n另有虚构案件 %d 起已送达决定 · invented cases with a served decision: %d\n    公布名单 the list          http://%s/lists\n    举报 a tip                 http://%s/tip\n    举报回执 receipt of a tip  %s\n", told, told, what.addr, what.addr, receipt)
	fmt.Fprintf(e.out, "    抽查公开 draws             http://%s/draws\n    打开举报人身份用的两把虚构私钥，只用于本演示 · two invented keys that together open who sent the tip, of this demonstration alone\n        %s\n        %s\n", what.addr, what.keys[0], what.keys[1])
	return nil
}

// fitting is a lead that a story can be told of, with its lines.
type fitting struct {
	lead  *cases.Lead
	lines []cases.Line
}

// fitting finds leads of different institutions. Their findings may still be on
// their way through Kafka, so it looks again for a while until there are some
// more than the stories need.
func (t *storyteller) fitting(ctx context.Context) (out []fitting, err error) {
	const few = 20               // findings, so that all lines can be verified on a page
	most := 2 * len(demoStories) // policy may be quicker with some
	for range 120 {
		leads, err := t.cases.Leads(ctx, cases.Query{Statuses: []cases.Status{cases.New}, Limit: 400})
		if err != nil {
			return nil, err
		}
		used := map[string]bool{}
		out = nil
		for i := range leads.Leads {
			l := &leads.Leads[i]
			if l.Subject.Kind != detectors.Institution || l.Assignee != "" || l.Findings > few || used[l.Subject.Code] {
				continue
			}
			lines, err := t.lines(ctx, l.ID)
			if err != nil {
				return nil, err
			}
			if len(lines) == 0 {
				continue
			}
			used[l.Subject.Code] = true
			if out = append(out, fitting{l, lines}); len(out) == most {
				return out, nil
			}
		}
		if !pause(ctx, 250*time.Millisecond) {
			break
		}
	}
	return out, ctx.Err()
}

// stories tells each story of another institution, as far as there are some.
func (t *storyteller) stories(ctx context.Context) (told int, err error) {
	some, err := t.fitting(ctx)
	if err != nil {
		return 0, err
	}
	for i := range some {
		if told == len(demoStories) {
			break
		}
		l := some[i].lead
		story := demoStories[told]
		t.id, err = t.cases.OpenCase(ctx, []cases.Seen{{Lead: l.ID, Version: l.Version}}, cases.Act{ID: newID(), Who: "investigator", Reason: demoWhy, At: t.ago(story.began)})
		if _, changed := errors.AsType[*cases.VersionError](err); changed {
			continue // policy was quicker
		}
		if _, taken := errors.AsType[*cases.StatusError](err); taken {
			continue
		}
		if err == nil {
			err = t.tell(ctx, l.Subject, some[i].lines, story)
		}
		if err != nil {
			return told, err
		}
		told++
	}
	if told == 0 {
		return 0, nil
	}
	_, problems, err := t.with.Lists.Publish(ctx, t.act("disclosure", t.now), "")
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("list of the demonstration: %s", problems[0])
	}
	return told, err
}

// lines are the evidence of a lead, all found to be as the findings say.
func (t *storyteller) lines(ctx context.Context, lead string) (lines []cases.Line, err error) {
	ids, err := t.cases.Evidence(ctx, lead)
	if err != nil {
		return nil, err
	}
	var shares []cases.Share
	for _, id := range ids {
		s, ok, err := desk.ShareOf(ctx, t.with.Findings, id)
		if err != nil {
			return nil, err
		}
		if ok && s.Fen > 0 {
			shares = append(shares, s)
		}
	}
	for _, l := range cases.Schedule(shares) {
		l.Verified = l.AtRisk
		lines = append(lines, l)
	}
	return lines, ctx.Err()
}

func (t *storyteller) ago(days int) time.Time { return t.now.AddDate(0, 0, -days) }

func (t *storyteller) act(who string, at time.Time) blacklist.Act {
	return blacklist.Act{ID: newID(), Who: who, Reason: demoWhy, At: at}
}

// deed does something with the case on a day.
func (t *storyteller) deed(ctx context.Context, days int, who, move string, fields map[string]string, fill func(*cases.Deed)) error {
	c, err := t.cases.Case(ctx, t.id)
	if err != nil {
		return err
	}
	d := cases.Deed{Move: move, Version: c.Version, Fields: fields, By: cases.Act{ID: newID(), Who: who, Reason: demoWhy, At: t.ago(days)}}
	if move == cases.ApproveIt {
		s, err := c.Seal()
		if err != nil {
			return err
		}
		d.Seal = s.String()
	}
	if fill != nil {
		fill(&d)
	}
	_, err = t.cases.Do(ctx, t.id, d, t.with.Procedure)
	return err
}

// deedStep is one line of a story: so many days after the beginning, who does
// what.
type deedStep struct {
	after     int
	who, move string
	fields    map[string]string
	fill      func(*cases.Deed)
}

// tell carries one case, and its listing.
func (t *storyteller) tell(ctx context.Context, party detectors.Subject, lines []cases.Line, story demoStory) error {
	paper, err := t.paper(ctx, story.began-8)
	if err != nil {
		return err
	}
	for _, s := range t.steps(party, lines, paper, story) {
		if err := t.deed(ctx, story.began-s.after, s.who, s.move, s.fields, s.fill); err != nil {
			return fmt.Errorf("%s: %w", s.move, err)
		}
	}
	return t.list(ctx, story)
}

// steps is the way of a case from filing to service, and what came in.
func (t *storyteller) steps(party detectors.Subject, lines []cases.Line, paper cases.Evidence, story demoStory) []deedStep {
	var fen int64
	for i := range lines {
		fen += lines[i].Verified
	}
	yuan := fmt.Sprintf("%d.%02d", fen/100, fen%100)
	first, valid := demoCertificate("investigator", t.now)
	second, _ := demoCertificate("officer", t.now)
	day := func(after int) string { return journal.Stamp(t.ago(story.began - after))[:len(time.DateOnly)] }
	steps := []deedStep{
		{0, "investigator", "file", map[string]string{"party": party.Kind + ":" + party.Code, "cause": "涉嫌违反医疗保障基金使用规定（虚构）", "article": "条例38"}, nil},
		{1, "head", cases.ApproveIt, nil, nil},
		{2, "investigator", "investigate", map[string]string{"officer1": "investigator", "licence1": first, "until1": valid, "officer2": "officer", "licence2": second, "until2": valid}, nil},
		{8, "officer", "evidence", nil, func(d *cases.Deed) { d.Evidence = &paper }},
		{10, "investigator", "verify", nil, func(d *cases.Deed) { d.Lines = lines }},
		{12, "investigator", "notice", map[string]string{"facts": "经核实，所列费用明细与病历记录不符（虚构）。", "article": demoBasis, "refund": yuan, "fine": "0", "day": day(12), "way": "direct"}, nil},
		{14, "investigator", "hear", map[string]string{"stance": "statement", "said": "对事实无异议，已经改正（虚构）。", "found": "复核认为事实清楚（虚构）。"}, nil},
		{24, "reviewer", "review", map[string]string{"outcome": "passed", "opinion": "事实清楚，证据充分，程序合法（虚构）。"}, nil},
		{26, "investigator", "decide", map[string]string{"kind": "penalty", "refund": yuan, "fine": "0", "article": demoBasis, "text": "责令退回所列金额，限制从业（虚构）。"}, nil},
		{27, "head", cases.ApproveIt, nil, nil},
		{29, "officer", "serve", map[string]string{"day": day(29), "way": "direct"}, nil},
	}
	if story.executed {
		steps = append(steps,
			deedStep{35, "officer", "receive", map[string]string{"what": "refund", "amount": yuan, "day": day(35), "voucher": "虚构-1"}, nil},
			deedStep{36, "officer", "execute", nil, nil})
	}
	return steps
}

// paper puts an invented record of an inspection where evidence is kept.
func (t *storyteller) paper(ctx context.Context, days int) (cases.Evidence, error) {
	text := []byte("现场检查笔录（虚构，仅供演示）\nRecord of an inspection, invented for the demonstration.\n案件 case " + t.id + "\n")
	e := cases.Evidence{Hash: cases.HashOf(text), Size: int64(len(text)), Type: "text/plain", Kind: "record", Title: "现场检查笔录（虚构）.txt", By: "officer", At: journal.Stamp(t.ago(days))}
	return e, t.with.Papers.Write(ctx, desk.PaperName(e.Hash), text)
}

// list enters the decision in the credit ledger, and proposes what policy
// answers.
func (t *storyteller) list(ctx context.Context, story demoStory) error {
	e, err := t.cases.Effective(ctx, t.id)
	if err != nil {
		return err
	}
	entered := t.ago(story.began - 40)
	d := blacklist.Decision{Case: t.id, Number: e.Number, Authority: t.with.RegionName.ZH + "医疗保障局（虚构）", Decided: e.Decided, Effective: e.Served,
		Subject: desk.SubjectOnList(t.with.Knowledge, e.Subject, ""), Measure: "restriction", Facts: "费用明细与病历记录不符（虚构，仅供演示）。", Basis: []string{e.Article}, AmountFen: e.Fine}
	id, err := t.lists.Enter(ctx, d, t.act("disclosure", entered))
	if err != nil {
		return err
	}
	entry, err := t.lists.Entry(ctx, id)
	if err != nil {
		return err
	}
	advice, err := t.with.Lists.Advise(ctx, &entry)
	if err != nil {
		return err
	}
	served := t.now
	if story.listed > 0 {
		served = t.ago(story.listed + demoNotice)
	}
	listing, err := t.lists.Propose(ctx, id, advice.Proposal, t.act("disclosure", served))
	if err != nil {
		return err
	}
	term := t.with.Procedure.Terms[cases.ListingObjectionTerm]
	until, err := t.with.Procedure.Calendar.Ends(journal.Stamp(served)[:len(time.DateOnly)], term, 0)
	if _, missing := errors.AsType[clock.MissingYear](err); missing {
		return nil // it stays proposed, and its page says that the calendar does not reach
	}
	if err != nil {
		return err
	}
	err = t.order(ctx, listing, &entry, blacklist.Order{Action: blacklist.ActionServe, Until: until, Basis: term.Basis}, t.act("disclosure", served))
	if err != nil || story.listed == 0 {
		return err
	}
	at := t.ago(story.listed)
	return t.order(ctx, listing, &entry, blacklist.Order{Action: blacklist.ActionList, From: journal.Stamp(at)[:len(time.DateOnly)]}, t.act("head", at))
}

// order moves a listing as it stands.
func (t *storyteller) order(ctx context.Context, listing string, e *blacklist.Entry, o blacklist.Order, by blacklist.Act) error {
	l, err := t.lists.Listing(ctx, listing)
	if err != nil {
		return err
	}
	o.Listing, o.Version, o.Shown = l.ID, l.Version, l.Digest(e)
	return t.lists.Do(ctx, o, by)
}

// tip sends a tip as somebody from the public would, and answers it.
func (t *storyteller) tip(ctx context.Context) (receipt string, err error) {
	act, err := t.with.Tips.NewAct()
	if err != nil {
		return "", err
	}
	receipt, err = t.with.Tips.Submit(ctx, tips.Submission{Act: act, Channel: "web", About: "某虚构药店，上月",
		Said: "店里让顾客用医保卡买日用品（虚构，仅供演示）。", Identity: "虚构的举报人，电话为虚构", At: t.now})
	if err != nil {
		return "", err
	}
	id, err := t.with.Tips.ByReceipt(ctx, receipt)
	if err != nil {
		return "", err
	}
	return receipt, t.with.Tips.Answer(ctx, id, "已经收到，正在核实（虚构）。", tips.By{ID: newID(), Who: "investigator", Reason: demoWhy, At: t.now})
}
