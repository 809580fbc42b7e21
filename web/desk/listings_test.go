package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fundwatch/blacklist"
	"fundwatch/blacklist/edition"
	"fundwatch/cases"
	"fundwatch/internal/accounts"
)

// folder is a folder of editions in memory.
type folder struct{ fstest.MapFS }

func (f folder) Create(name string, b []byte) error {
	f.MapFS[name] = &fstest.MapFile{Data: b}
	return nil
}

func (f folder) Rename(from, to string) error {
	f.MapFS[to] = f.MapFS[from]
	return f.Remove(from)
}

func (f folder) Remove(name string) error {
	if f.MapFS[name] == nil {
		return fs.ErrNotExist
	}
	delete(f.MapFS, name)
	return nil
}

// testLists publish into memory, by an invented key and an invented policy.
func (h *house) testLists() Lists {
	seed := sha256.Sum256([]byte("虚构"))
	secret, _, err := edition.NewKey(bytes.NewReader(seed[:]), "fund.example")
	if err != nil {
		h.t.Fatal(err)
	}
	key, err := edition.ReadKey(secret)
	if err != nil {
		h.t.Fatal(err)
	}
	f := folder{fstest.MapFS{}}
	return Lists{Store: h.lists,
		Advise: func(_ context.Context, e *blacklist.Entry) (Advice, error) {
			if e.Measure == "agreement" {
				return Advice{Proposal: blacklist.Proposal{Class: "ledger"}, Reasons: []Words{{"协议处理", "handling under the agreement"}}}, nil
			}
			return Advice{Proposal: blacklist.Proposal{Class: "ordinary", Least: 3, Most: 12, Basis: []string{"国办发〔2025〕22号"}, Revision: "r1"},
				Reasons: []Words{{"罚没数额较大", "a large amount"}}}, nil
		},
		Ask: inventedAsk,
		Publish: func(ctx context.Context, by blacklist.Act, shown string) (*edition.Published, []edition.Problem, error) {
			return h.lists.Publish(ctx, f, key, by, blacklist.Rule{Ask: inventedAsk, Shown: shown})
		}}
}

// inventedAsk is a policy of tests (虚构): no minor and no secret is published, and
// persons are masked.
func inventedAsk(_ context.Context, a blacklist.Asked) (blacklist.Verdict, error) {
	why := func(path, code, zh, basis string) blacklist.Verdict {
		return blacklist.Verdict{Path: path, Reasons: []blacklist.Why{{Code: code, ZH: zh, EN: "invented", Basis: []string{basis}}}}
	}
	switch {
	case a.Juvenile:
		return why(blacklist.PathWithhold, "juvenile", "虚构：未成年", "未成年人保护法4"), nil
	case a.Secret:
		return why(blacklist.PathWithhold, "secret", "虚构：秘密", "条例32"), nil
	case a.Kind != blacklist.Institution:
		return why(blacklist.PathMask, "person", "虚构：自然人", "个人信息保护法28"), nil
	}
	return why(blacklist.PathPublish, "organisation", "虚构：可以公开", "行政处罚法48"), nil
}

// ledger puts two effective decisions into the credit ledger and gives their
// entries: one that may be listed, and one of a person that may not.
func (h *house) ledger(of string) (listable, other string) {
	h.t.Helper()
	d := blacklist.Decision{Case: of, Number: "YB〔2026〕1（虚构）", Authority: "虚构医疗保障局", Decided: "2026-02-01", Effective: "2026-02-20",
		Subject: blacklist.Subject{Kind: blacklist.Institution, Key: "91350100M000100Y43", Name: "虚构医院", Codes: []string{inLeft.Code}},
		Measure: "suspension", Facts: "重复收费（虚构）", Basis: []string{"条例38(七)"}, AmountFen: 1200}
	act := func() blacklist.Act { by := h.by("cases"); return actOf(by.ID, by.Who, by.Reason, by.At) }
	listable, err := h.lists.Enter(h.t.Context(), d, act())
	if err != nil {
		h.t.Fatal(err)
	}
	d.Number, d.Measure, d.AmountFen = "YB〔2026〕2（虚构）", "agreement", 0
	d.Subject = blacklist.Subject{Kind: blacklist.Person, Key: person, Name: "虚构某", Codes: []string{person}}
	if other, err = h.lists.Enter(h.t.Context(), d, act()); err != nil {
		h.t.Fatal(err)
	}
	return listable, other
}

// TestAListingFromLedgerToEdition walks the whole way by forms.
func TestAListingFromLedgerToEdition(t *testing.T) {
	h := newHouse(t, func(o *Options) { delete(o.Procedure.Terms, cases.ListingObjectionTerm) }) // no text sets it: typed
	entry, other := h.ledger("C00000000000000000001")
	h.user("first", nil, accounts.Disclosure)
	h.user("second", nil, accounts.Disclosure)
	h.user("reader", nil, accounts.Supervisor)
	h.get("reader", "/credit").want(t, 200, "虚构医院", "YB〔2026〕1", "12.00")
	if a := h.get("reader", "/credit/"+other); strings.Contains(a.text, person) {
		t.Error("the number of a person is shown")
	}
	h.get("reader", "/credit/"+entry).want(t, 200, "一般", "最短 3 个月", "您可以查看")
	h.post("reader", "/credit/"+entry+"/propose", "reason", "x").want(t, http.StatusForbidden)
	h.post("first", "/credit/"+other+"/propose", "reason", "x").want(t, http.StatusUnprocessableEntity, "按政策不列入")
	h.post("first", "/credit/"+entry+"/propose").want(t, http.StatusUnprocessableEntity)
	h.post("first", "/credit/"+entry+"/propose", "reason", "按政策").want(t, http.StatusSeeOther)
	h.post("first", "/credit/"+entry+"/propose", "reason", "按政策").want(t, http.StatusConflict)
	id := blacklist.ListingOf(entry)
	at := "/listings/" + id
	h.post("first", at+"/serve", "version", "1", "reason", "送达").want(t, http.StatusUnprocessableEntity, "异议期")
	h.post("first", at+"/serve", "version", "1", "reason", "送达 <b>", "until", "2026-03-06").want(t, http.StatusUnprocessableEntity, "依据", `role="alert"`, "虚构医院", // at its form, with what was typed
		`action="/listings/`+id+`/serve"`, `value="2026-03-06"`, "送达 &lt;b&gt;</textarea>")
	h.post("first", at+"/serve", "version", "1", "reason", "送达", "until", "2026-03-06", "basis", "虚构通知第三条").want(t, http.StatusSeeOther)
	h.post("first", at+"/serve", "version", "1", "reason", "再次送达", "until", "2026-03-06", "basis", "虚构通知第三条").want(t, http.StatusConflict, "第 1 版", "第 2 版", "再次送达")
	h.get("second", at).want(t, 200, "异议期未过", "等异议期满后再批准")
	h.now = h.now.AddDate(0, 0, 2)
	for _, login := range []string{"first", "second", "reader"} { // sessions have ended
		u, err := h.users.ByLogin(t.Context(), login)
		if err != nil {
			t.Fatal(err)
		}
		h.enter(&u)
	}
	shown := func() string {
		var p listingPage
		if err := json.Unmarshal(h.get("second", at, asJSON).Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		return p.Shown
	}
	h.get("first", at).want(t, 200, "另一人办理", "请另一位信息公开人员办理")
	list := []string{"version", "2", "reason", "批准", "from", "2026-03-07", "shown", shown()}
	h.post("first", at+"/list", list...).want(t, http.StatusUnprocessableEntity, "另一人")
	h.post("second", at+"/list", "version", "2", "reason", "批准", "from", "2026-03-07", "shown", "sha256:0").want(t, http.StatusUnprocessableEntity, "所见内容", `role="alert"`, `value="2026-03-07"`)
	h.post("second", at+"/list", "version", "2", "from", "2026-03-07").want(t, http.StatusUnprocessableEntity, `role="alert"`, "批准列入", `value="2026-03-07"`)
	h.post("second", at+"/list", list...).want(t, http.StatusSeeOther)
	h.get("first", "/listings").want(t, 200, "虚构医院", "发布下一期", `href="/editions"`)
	h.get("reader", "/editions").want(t, 200, "虚构医院", "全文公开", "虚构：可以公开", "行政处罚法48")
	if a := h.get("reader", "/editions"); strings.Contains(a.text, `action="/editions"`) {
		t.Error("a reader is offered to publish")
	}
	next := func() string {
		var p editionPage
		if err := json.Unmarshal(h.get("first", "/editions", asJSON).Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		return p.Shown
	}
	h.post("reader", "/editions", "reason", "x").want(t, http.StatusForbidden)
	h.post("first", "/editions", "reason", "按月公布").want(t, http.StatusUnprocessableEntity, "没有看过下一期的内容")
	h.post("first", "/editions", "reason", "按月公布", "shown", "sha256:0000000000000000").want(t, http.StatusConflict, "内容已与所见不同")
	h.post("first", "/editions", "reason", "按月公布", "shown", next()).want(t, http.StatusSeeOther)
	h.get("first", "/listings").want(t, 200, "现行第 1 期")
	h.post("first", "/editions", "reason", "再次", "shown", next()).want(t, http.StatusUnprocessableEntity, "没有变化")
	e, err := h.lists.Entry(t.Context(), entry)
	if err != nil {
		t.Fatal(err)
	}
	h.post("first", "/credit/"+entry+"/revoke", "version", "9", "reason", "法院判决").want(t, http.StatusConflict)
	h.post("first", "/credit/"+entry+"/revoke", "version", strconv.FormatInt(e.Version, 10), "reason", "法院判决").want(t, http.StatusSeeOther)
	h.get("first", "/listings?status=leaving").want(t, 200, "虚构医院")
	h.sync()
	h.get("first", at).want(t, 200, "批准列入", "法院判决", "待移出")
	h.user("audit", nil, accounts.Audit)
	h.get("audit", "/audit?kind=list.list").want(t, 200, "批准列入", "second")
}

// TestAnEntryNeedsAnEffectiveDecision: of a case that is not decided there is
// none, and an institution is found by its credit code with all its sites.
func TestAnEntryNeedsAnEffectiveDecision(t *testing.T) {
	h := newHouse(t)
	h.fill()
	h.user("first", nil, accounts.Disclosure)
	_, opened, err := h.cases.Cases(t.Context(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	form := []string{"authority", "虚构医疗保障局", "facts", "重复收费（虚构）", "reason", "决定已送达"}
	h.post("first", "/credit", append(form, "case", "C0")...).want(t, http.StatusNotFound)
	h.post("first", "/credit", append(form, "case", opened[0].ID)...).want(t, http.StatusUnprocessableEntity, "没有已生效的处罚决定")
	h.get("first", "/credit?case="+opened[0].ID).want(t, 200, `value="`+opened[0].ID+`"`, "阿拉善盟医疗保障局")

	left, right := h.o.Knowledge.Institutions[inLeft.Code], h.o.Knowledge.Institutions[inRight.Code]
	left.USCC, right.USCC = "91350100M000100Y43", "91350100M000100Y43"
	if s := SubjectOnList(h.o.Knowledge, inRight, ""); s.Key != left.USCC || len(s.Codes) != 2 || s.Codes[0] != inLeft.Code || s.Name != right.Name {
		t.Errorf("subject %+v", s)
	}
	left.USCC = ""
	if s := SubjectOnList(h.o.Knowledge, inRight, ""); len(s.Codes) != 1 || s.Codes[0] != inRight.Code {
		t.Errorf("subject %+v", s)
	}
	if s := SubjectOnList(h.o.Knowledge, ofPerson, "虚构某"); s.Name != "虚构某" || s.Key != person {
		t.Errorf("subject %+v", s)
	}
}

// TestAnEntryStatesTheMeasure: a penalty that was served is entered once, with
// the measure that its words impose.
func TestAnEntryStatesTheMeasure(t *testing.T) {
	h, id := bureau(t)
	h.o.Knowledge.Institutions[inLeft.Code].USCC = "91350100M000100Y43"
	h.carry(id, cases.Served)
	h.enterAgain("gong")
	h.get("gong", "/cases/"+id).want(t, 200, "/credit?case="+id)
	form := []string{"case", id, "authority", "虚构医疗保障局", "facts", "重复收费（虚构）", "reason", "决定已送达"}
	h.post("gong", "/credit", append(form, "measure", "fame")...).want(t, http.StatusBadRequest)
	h.post("gong", "/credit", "case", id, "authority", "虚构医疗保障局", "facts", "当事人电话13812345678（虚构）", "reason", "决定已送达").
		want(t, http.StatusUnprocessableEntity, "身份证号码、手机号码")
	a := h.post("gong", "/credit", append(form, "measure", "restriction")...)
	a.want(t, http.StatusSeeOther)
	h.get("gong", a.Header().Get("Location")).want(t, 200, "限制从业", "40.00", id)
	h.post("gong", "/credit", append(form, "measure", "restriction")...).want(t, http.StatusConflict)
}

// TestTheNextEditionIsShownBeforeItIsMade: a minor and a secret are withheld and
// the officer sees why; what was listed of an institution goes out.
func TestTheNextEditionIsShownBeforeItIsMade(t *testing.T) {
	h := newHouse(t)
	h.user("first", nil, accounts.Disclosure)
	list := func(n int, change func(*blacklist.Decision)) {
		t.Helper()
		d := blacklist.Decision{Case: "C" + strconv.Itoa(n), Number: "YB〔2026〕" + strconv.Itoa(n) + "（虚构）", Authority: "虚构医疗保障局", Decided: "2026-02-01", Effective: "2026-02-20", Measure: "suspension",
			Subject: blacklist.Subject{Kind: blacklist.Person, Key: "P" + strconv.Itoa(n), Name: "虚构某", Codes: []string{"P" + strconv.Itoa(n)}}, Facts: "虚构某重复报销（虚构）", Basis: []string{"条例41"}}
		change(&d)
		act := func(who string, days int) blacklist.Act {
			by := h.by(who)
			return actOf(by.ID, who, by.Reason, h.now.AddDate(0, 0, days))
		}
		entry, err := h.lists.Enter(t.Context(), d, act("甲", -3))
		if err != nil {
			t.Fatal(err)
		}
		id, err := h.lists.Propose(t.Context(), entry, blacklist.Proposal{Class: "ordinary", Least: 3, Most: 12, Basis: []string{"国办发〔2025〕22号"}, Revision: "r1"}, act("甲", -3))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []struct {
			a    blacklist.Action
			who  string
			days int
		}{{blacklist.ActionServe, "甲", -3}, {blacklist.ActionList, "乙", 0}} {
			l, _ := h.lists.Listing(t.Context(), id)
			e, _ := h.lists.Entry(t.Context(), entry)
			order := blacklist.Order{Listing: id, Version: l.Version, Action: o.a, Until: "2026-03-03", Basis: "虚构条款", From: "2026-03-05", Shown: l.Digest(&e)}
			if err := h.lists.Do(t.Context(), order, act(o.who, o.days)); err != nil {
				t.Fatal(err)
			}
		}
	}
	list(1, func(d *blacklist.Decision) { d.Juvenile = true })
	list(2, func(d *blacklist.Decision) { d.Secret = true })
	list(3, func(*blacklist.Decision) {})
	a := h.get("first", "/editions")
	a.want(t, 200, "虚构：未成年", "未成年人保护法4", "虚构：秘密", "条例32", "虚某某", "不得公开", "隐去部分后公开")
	var p editionPage
	if err := json.Unmarshal(h.get("first", "/editions", asJSON).Body.Bytes(), &p); err != nil || len(p.Records) != 3 || p.Counts[1].Count != 1 || p.Counts[4].Count != 2 {
		t.Fatalf("%+v %v", p, err)
	}
	h.post("first", "/editions", "reason", "按月公布", "shown", p.Shown).want(t, http.StatusSeeOther)
	out := 0
	for _, r := range p.Records {
		l, err := h.lists.Listing(t.Context(), r.Listing.ID)
		if err != nil {
			t.Fatal(err)
		}
		if l.In != 0 {
			out++
			if r.Path != blacklist.PathMask {
				t.Errorf("%s is published although policy says %s", l.ID, r.Path)
			}
		}
	}
	if out != 1 {
		t.Errorf("%d are published", out)
	}
}

// TestAMinorIsKnownByBirth: whatever the form says.
func TestAMinorIsKnownByBirth(t *testing.T) {
	h := newHouse(t)
	born := func(day string) {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		h.o.Knowledge.Persons[person].Birth = at.Unix() / 86400
	}
	for day, want := range map[string]bool{"2008-03-01": false, "2008-03-02": true, "2010-01-01": true, "1960-01-01": false} {
		born(day)
		if got := h.minor(ofPerson, "2026-03-01"); got != want {
			t.Errorf("born on %s: a minor %v", day, got)
		}
	}
	if h.minor(inLeft, "2026-03-01") {
		t.Error("an institution is a minor")
	}
	delete(h.o.Policy.Policy.Values, "adult_months")
	born("2020-01-01")
	if h.minor(ofPerson, "2026-03-01") {
		t.Error("an age that nobody set was taken")
	}
}

// TestTheLastDayForObjectionIsCounted where a text sets the time: nobody types
// it, another day is refused with both, and without a calendar nothing is served.
func TestTheLastDayForObjectionIsCounted(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Procedure.Terms[cases.ListingObjectionTerm] = cases.Term{N: 15, Unit: "days", Basis: "虚构办法第七条"}
	})
	entry, _ := h.ledger("C00000000000000000001")
	h.user("first", nil, accounts.Disclosure)
	h.post("first", "/credit/"+entry+"/propose", "reason", "按政策").want(t, http.StatusSeeOther)
	id := blacklist.ListingOf(entry)
	at, last := "/listings/"+id, h.now.AddDate(0, 0, 15).Format(time.DateOnly)
	form := h.get("first", at)
	form.want(t, 200, "今日送达的，异议期至 "+last, "虚构办法第七条")
	if strings.Contains(form.text, `name="until"`) {
		t.Error("the form asks for a day that is known")
	}
	h.post("first", at+"/serve", "version", "1", "reason", "送达", "until", "2026-12-31", "basis", "x").want(t, http.StatusUnprocessableEntity, "2026-12-31", last)
	h.post("first", at+"/serve", "version", "1", "reason", "送达").want(t, http.StatusSeeOther)
	l, err := h.o.Lists.Store.Listing(t.Context(), id)
	if err != nil || l.Until != last || l.UntilBasis != "虚构办法第七条" {
		t.Errorf("%q by %q, %v", l.Until, l.UntilBasis, err)
	}
	h.get("first", at).want(t, 200, last, "虚构办法第七条")
}

// TestRepairWaitsWhereATextSaysSo: the page says from when, and by what clause;
// what is sent all the same is answered so.
func TestRepairWaitsWhereATextSaysSo(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		delete(o.Procedure.Terms, cases.ListingObjectionTerm)
		o.Lists.Store = o.Lists.Store.WithRepair(blacklist.Repair{Months: 6, Clause: "虚构信用办法第九条"})
	})
	entry, _ := h.ledger("C00000000000000000001") // decided on 2026-02-01
	h.user("first", nil, accounts.Disclosure)
	h.user("second", nil, accounts.Disclosure)
	at := "/listings/" + blacklist.ListingOf(entry)
	h.post("first", "/credit/"+entry+"/propose", "reason", "按政策").want(t, http.StatusSeeOther)
	h.post("first", at+"/serve", "version", "1", "reason", "送达", "until", h.today(), "basis", "虚构通知第三条").want(t, http.StatusSeeOther)
	on := func(day time.Time) {
		h.now = day
		h.enterAgain("second")
	}
	on(h.now.AddDate(0, 0, 1))
	var p listingPage
	if err := json.Unmarshal(h.get("second", at, asJSON).Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	h.post("second", at+"/list", "version", "2", "reason", "批准", "from", h.today(), "shown", p.Shown).want(t, http.StatusSeeOther)
	says := []string{"2026-08-02 起可以修复", "虚构信用办法第九条"}
	on(time.Date(2026, 8, 1, 4, 0, 0, 0, time.UTC))
	h.get("second", at).want(t, 200, says...)
	h.post("second", at+"/repair", "version", "3", "reason", "虚构").want(t, http.StatusUnprocessableEntity, append(says, "未满修复前须无新违规的期限")...)
	form := url.Values{"version": {"3"}, "reason": {"虚构"}}
	h.ask("second", http.MethodPost, at+"/repair", form, asJSON).want(t, http.StatusUnprocessableEntity, append(says, `"code":"lacks.quiet"`, "repair from 2026-08-02 on")...)
	on(time.Date(2026, 8, 2, 4, 0, 0, 0, time.UTC))
	h.post("second", at+"/repair", "version", "3", "reason", "虚构").want(t, http.StatusSeeOther)
}

// TestWithoutACalendarNoNoticeIsServed: the last day is not guessed.
func TestWithoutACalendarNoNoticeIsServed(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Procedure.Calendar = ending{errors.New("no year")} })
	entry, _ := h.ledger("C00000000000000000001")
	h.user("first", nil, accounts.Disclosure)
	h.post("first", "/credit/"+entry+"/propose", "reason", "按政策").want(t, http.StatusSeeOther)
	at := "/listings/" + blacklist.ListingOf(entry)
	h.get("first", at).want(t, 200, "工作日历没有所需的年份")
	h.post("first", at+"/serve", "version", "1", "reason", "送达", "until", "2026-12-31", "basis", "x").want(t, http.StatusUnprocessableEntity, "工作日历没有所需的年份")
}

// ending counts days, or cannot.
type ending struct{ err error }

func (e ending) Ends(from string, t cases.Term, extend int64) (string, error) {
	if e.err != nil {
		return "", e.err
	}
	return plainDays{}.Ends(from, t, extend)
}
