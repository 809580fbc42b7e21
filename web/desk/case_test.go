package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/web/words"
)

// All people, certificates and amounts here are invented (虚构).

// memoryPapers keeps evidence for tests.
type memoryPapers map[string][]byte

func (m memoryPapers) Read(_ context.Context, name string) ([]byte, error) {
	b, ok := m[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return b, nil
}

func (m memoryPapers) Write(_ context.Context, name string, data []byte) error {
	m[name] = bytes.Clone(data)
	return nil
}

// plainDays counts whole days, whatever the unit.
type plainDays struct{}

func (plainDays) Ends(from string, t cases.Term, extend int64) (string, error) {
	d, err := time.Parse(time.DateOnly, from)
	return d.AddDate(0, 0, int(t.N+extend)).Format(time.DateOnly), err
}

func inventedProcedure() cases.Procedure {
	p := cases.Procedure{Calendar: plainDays{}, Terms: map[string]cases.Term{}}
	for _, n := range cases.TermNames() {
		p.Terms[n.Name] = cases.Term{N: 10, Unit: "days", Basis: "虚构条款"}
	}
	return p
}

// bureau is a house with the people of a case.
func bureau(t *testing.T, change ...func(*Options)) (*house, string) {
	h := newHouse(t, change...)
	h.fill()
	for login, role := range map[string]accounts.Role{"jiang": accounts.Investigator, "yuan": accounts.Investigator, "liang": accounts.Reviewer, "zhang": accounts.Head, "gong": accounts.Disclosure} {
		h.user(login, nil, role)
	}
	a := h.post("jiang", "/cases", "leads", h.leadID(inLeft)+"@1", "reason", "虚构：建案")
	a.want(t, http.StatusSeeOther)
	return h, strings.TrimPrefix(a.Header().Get("Location"), "/cases/")
}

// version is that of a case now.
func (h *house) version(id string) string {
	h.t.Helper()
	c, err := h.cases.Case(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return strconv.FormatInt(c.Version, 10)
}

// deed posts a move of the version at hand.
func (h *house) deed(login, id, move string, pairs ...string) answer {
	h.t.Helper()
	h.now = h.now.Add(time.Minute)
	h.enterAgain(login)
	return h.post(login, "/cases/"+id+"/"+move, append([]string{"version", h.version(id), "reason", "虚构：办理"}, pairs...)...)
}

// enterAgain gives a session that has not ended meanwhile.
func (h *house) enterAgain(login string) {
	h.t.Helper()
	u, err := h.users.ByLogin(h.t.Context(), login)
	if err != nil {
		h.t.Fatal(err)
	}
	h.enter(&u)
}

// seal is what the page of a case binds an approval to.
func (h *house) seal(login, id string) string {
	h.t.Helper()
	h.enterAgain(login)
	var p casePage
	if err := json.Unmarshal([]byte(h.get(login, "/cases/"+id, asJSON).text), &p); err != nil {
		h.t.Fatal(err)
	}
	return p.Seal
}

func (h *house) approve(id string) answer {
	h.t.Helper()
	return h.deed("zhang", id, "approve", "seal", h.seal("zhang", id))
}

// upload files evidence.
func (h *house) upload(login, id, title string, content []byte, change ...func(*http.Request)) answer {
	h.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, value := range map[string]string{"version": h.version(id), "title": title, "kind": "expert"} {
		if err := m.WriteField(name, value); err != nil {
			h.t.Fatal(err)
		}
	}
	w, err := m.CreateFormFile("content", "x.bin")
	if err == nil {
		_, err = w.Write(content)
	}
	if err = errors2(err, m.Close()); err != nil {
		h.t.Fatal(err)
	}
	h.enterAgain(login)
	return h.ask(login, http.MethodPost, "/cases/"+id+"/evidence", nil, append(change, func(r *http.Request) {
		n := httptest.NewRequest(http.MethodPost, r.URL.String(), &b)
		r.Body, r.ContentLength = n.Body, n.ContentLength
		r.Header.Set("Content-Type", m.FormDataContentType())
	})...)
}

func errors2(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// moves are the steps of a case up to a status, each with what its form says.
func (h *house) carry(id string, to cases.Status) {
	h.t.Helper()
	day := func() string { return h.today() }
	for _, s := range []struct {
		at cases.Status
		do func() []answer
	}{
		{cases.Opened, func() []answer {
			return []answer{h.deed("jiang", id, "file", "party", "institution:"+inLeft.Code, "cause", "虚构案由", "article", "条例38(三)"), h.approve(id)}
		}},
		{cases.Filed, func() []answer {
			return []answer{h.deed("jiang", id, "investigate", "officer1", "jiang", "licence1", "虚构001", "until1", "2026-12-31", "officer2", "yuan", "licence2", "虚构002", "until2", "2026-12-31")}
		}},
		{cases.Investigating, func() []answer {
			return []answer{h.deed("jiang", id, "verify", "lines", "H15292100001/S1/1", "verified", "31.00"),
				h.deed("jiang", id, "notice", "facts", "虚构事实第一段\n虚构事实第二段", "article", "条例38(三)", "refund", "31.00", "fine", "40", "day", day(), "way", "direct")}
		}},
		{cases.Noticed, func() []answer {
			return []answer{h.deed("jiang", id, "hear", "stance", "statement", "said", "虚构陈述", "found", "虚构复核")}
		}},
		{cases.Heard, func() []answer {
			review := h.deed("liang", id, "review", "outcome", "passed", "opinion", "虚构意见")
			h.now = h.now.AddDate(0, 0, 11)
			return []answer{review, h.deed("jiang", id, "decide", "kind", "penalty", "refund", "31.00", "fine", "40.00", "article", "条例38(三)", "text", "虚构理由"), h.approve(id)}
		}},
		{cases.Decided, func() []answer { return []answer{h.deed("jiang", id, "serve", "day", day(), "way", "mail")} }},
		{cases.Served, func() []answer {
			return []answer{h.deed("jiang", id, "receive", "what", "refund", "amount", "31", "day", day(), "voucher", "虚构-1"),
				h.deed("jiang", id, "receive", "what", "fine", "amount", "40", "day", day(), "voucher", "虚构-2"), h.deed("jiang", id, "execute")}
		}},
		{cases.Executed, func() []answer { return []answer{h.deed("jiang", id, "close"), h.approve(id)} }},
	} {
		c, err := h.cases.Case(h.t.Context(), id)
		if err != nil {
			h.t.Fatal(err)
		}
		if c.Status == to {
			break
		}
		if c.Status != s.at {
			continue
		}
		for i, a := range s.do() {
			if a.Code != http.StatusSeeOther {
				h.t.Fatalf("%s, step %d: %d %.2000s", s.at, i, a.Code, a.text)
			}
		}
	}
	if c, err := h.cases.Case(h.t.Context(), id); err != nil || c.Status != to {
		h.t.Fatalf("the case is %s, not %s: %v", c.Status, to, err)
	}
	h.sync()
}

func TestACaseGoesToItsEndOnThePages(t *testing.T) {
	h, id := bureau(t)
	h.carry(id, cases.Closed)
	h.enterAgain("jiang")
	a := h.get("jiang", "/cases/"+id)
	a.want(t, http.StatusOK, "已结案", "虚构案由", "31.00", "批准结案", "医保罚〔2026〕1号")
	var p casePage
	if err := json.Unmarshal([]byte(h.get("jiang", "/cases/"+id, asJSON).text), &p); err != nil {
		t.Fatal(err)
	}
	if p.Money != (moneyRow{AtRisk: 1_000_000, Verified: 3100, Lines: 1, Refund: 3100, Fine: 4000, RefundIn: 3100, FineIn: 4000}) || len(p.Moves) != 0 {
		t.Errorf("%+v %+v", p.Money, p.Moves)
	}
	for _, kind := range []string{"notice", "decision"} {
		h.get("jiang", "/cases/"+id+"/papers/"+kind).want(t, http.StatusOK, "虚构医院", "核实金额 31.00 元", "40.00", "H15292100001/S1/1")
	}
	h.enterAgain("gong")
	h.get("gong", "/cases/"+id+"/papers/decision").want(t, http.StatusForbidden)
}

// TestWhatIsMissingIsTold: in the page of the case, in the form, in JSON.
func TestWhatIsMissingIsTold(t *testing.T) {
	h, id := bureau(t)
	h.carry(id, cases.Heard)
	h.enterAgain("jiang")
	h.get("jiang", "/cases/"+id).want(t, http.StatusOK, "陈述申辩期限尚未届满", "法制审核", "届满日 2026-03-15")
	a := h.deed("jiang", id, "decide", "kind", "penalty", "refund", "99", "fine", "40", "text", "虚构")
	a.want(t, http.StatusUnprocessableEntity, "决定的金额不得高于告知的金额", "重新送达事先告知书", "须有对现行告知书内容的法制审核", "虚构</textarea>")
	a = h.ask("jiang", http.MethodPost, "/cases/"+id+"/decide", nil, asJSON, func(r *http.Request) {
		body := fmt.Sprintf(`{"version":%s,"reason":"虚构","fields":{"kind":"penalty","refund":"1","fine":"1","text":"虚构"}}`, h.version(id))
		r.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).Body
		r.Header.Set("Content-Type", "application/json")
	})
	a.want(t, http.StatusUnprocessableEntity, `"code":"lacks"`, `"guard":"reviewed"`, `"guard":"kind"`, `"guard":"defence-over"`)
	if c, _ := h.cases.Case(t.Context(), id); c.Status != cases.Heard || c.File.Proposal != nil {
		t.Errorf("%+v", c)
	}
}

func TestAnUnsetTermStopsTheNotice(t *testing.T) {
	h, id := bureau(t, func(o *Options) { delete(o.Procedure.Terms, cases.DefenceTerm) })
	h.carry(id, cases.Investigating)
	h.deed("jiang", id, "verify", "lines", "H15292100001/S1/1", "verified", "31.00").want(t, http.StatusSeeOther)
	h.deed("jiang", id, "notice", "facts", "虚构", "article", "条例38", "refund", "1", "fine", "1", "day", h.today(), "way", "direct").
		want(t, http.StatusUnprocessableEntity, "本统筹区未设定陈述申辩期限", "地区参数")
}

// TestApprovalsAreBoundOnThePages: another person, what was shown, the version.
func TestApprovalsAreBoundOnThePages(t *testing.T) {
	h, id := bureau(t)
	h.user("both", nil, accounts.Investigator, accounts.Head)
	h.deed("both", id, "file", "party", "institution:"+inLeft.Code, "cause", "虚构案由", "article", "条例38").want(t, http.StatusSeeOther)
	h.deed("both", id, "approve", "seal", h.seal("both", id)).want(t, http.StatusUnprocessableEntity, "还缺")
	h.get("both", "/cases/"+id).want(t, http.StatusOK, "您是提请人")
	seal, version := h.seal("zhang", id), h.version(id)
	h.upload("jiang", id, "虚构的材料", []byte("虚构文本")).want(t, http.StatusSeeOther)
	h.sync()
	// The version that was seen is old: both sides are shown.
	a := h.post("zhang", "/cases/"+id+"/approve", "version", version, "seal", seal, "reason", "同意")
	a.want(t, http.StatusConflict, "您看到的版本", "证据入卷", "现在的情形")
	h.get("zhang", "/cases/"+id).want(t, http.StatusOK, "须由承办人重新提请", "变化的部分：", "证据</p>")
	// The version is known, but not what it holds.
	a = h.deed("zhang", id, "approve", "seal", seal)
	a.want(t, http.StatusConflict, "有变化的部分", "证据")
	a = h.ask("zhang", http.MethodPost, "/cases/"+id+"/approve", url.Values{"version": {h.version(id)}, "seal": {h.seal("zhang", id)}, "reason": {"同意"}}, asJSON)
	a.want(t, http.StatusConflict, `"code":"stale"`, `"propose_again":true`, `"changed":["evidence"]`)
	h.deed("zhang", id, "refuse").want(t, http.StatusSeeOther)
	if c, _ := h.cases.Case(t.Context(), id); c.Status != cases.Opened || c.File.Proposal != nil {
		t.Errorf("%+v", c)
	}
}

func TestEvidenceIsKeptByItsContent(t *testing.T) {
	papers := memoryPapers{}
	h, id := bureau(t, func(o *Options) { o.Papers = papers })
	pdf := []byte("%PDF-1.7 虚构")
	h.upload("jiang", id, "虚构笔录.pdf", pdf).want(t, http.StatusSeeOther)
	hash := cases.HashOf(pdf)
	c, err := h.cases.Case(t.Context(), id)
	if err != nil || len(c.File.Evidence) != 1 || c.File.Evidence[0].Hash != hash || c.File.Evidence[0].Type != "application/pdf" {
		t.Fatalf("%+v, %v", c.File.Evidence, err)
	}
	a := h.get("liang", "/cases/"+id+"/evidence/"+hash)
	if a.Code != http.StatusOK || a.text != string(pdf) || !strings.HasPrefix(a.Header().Get("Content-Disposition"), "attachment") || a.Header().Get("Content-Type") != "application/pdf" {
		t.Errorf("%d %v", a.Code, a.Header())
	}
	h.sync()
	if acts := h.o.Trail.About("case:" + id); acts[len(acts)-1].Kind != "case.taken" || acts[len(acts)-1].Who != "liang" {
		t.Errorf("who took it is not on record: %+v", acts)
	}
	h.get("gong", "/cases/"+id+"/evidence/"+hash).want(t, http.StatusForbidden)
	h.get("jiang", "/cases/"+id+"/evidence/"+cases.HashOf(nil)).want(t, http.StatusNotFound)
	papers[PaperName(hash)] = []byte("other")
	h.get("jiang", "/cases/"+id+"/evidence/"+hash).want(t, http.StatusInternalServerError, "不符")
	for what, content := range map[string][]byte{"a page": []byte("<html><script>x</script>"), "nothing": {}, "a program": []byte("\x7fELF\x02\x01\x01\x00\x00")} {
		if a := h.upload("jiang", id, "虚构", content); a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", what, a.Code)
		}
	}
	if a := h.upload("jiang", id, "虚构", append([]byte("%PDF-1.7 "), make([]byte, cases.MaxBytes)...)); a.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("beyond the bound: %d", a.Code)
	}
	if len(papers) != 1 {
		t.Error("what was refused was kept")
	}
}

// TestARefusedUploadComesBackToItsForm: with the sentence at the form of the case
// and what was typed, even where the file was beyond what the server reads at all.
func TestARefusedUploadComesBackToItsForm(t *testing.T) {
	h, id := bureau(t, func(o *Options) { o.Papers = memoryPapers{} })
	page := []string{`<details class="card" open>`, `role="alert"`, `value="虚构 &#34;笔录&#34;"`, `<option value="expert" selected>`, "请重新选择"}
	for what, refused := range map[string]struct {
		content []byte
		status  int
		says    string
		code    string
	}{
		"nothing chosen":         {nil, http.StatusUnprocessableEntity, "证据须有名称", "proof"},
		"the wrong kind":         {[]byte("<html>虚构"), http.StatusUnprocessableEntity, "证据须有名称", "proof"},
		"too large for a file":   {make([]byte, cases.MaxBytes+1), http.StatusRequestEntityTooLarge, "提交的内容过大", "large"},
		"too large for the gate": {make([]byte, cases.MaxBytes+2<<20), http.StatusRequestEntityTooLarge, "提交的内容过大", "large"},
	} {
		t.Run(what, func(t *testing.T) {
			h.upload("jiang", id, `虚构 "笔录"`, refused.content).want(t, refused.status, append(page, refused.says)...)
			h.upload("jiang", id, "虚构", refused.content, asJSON).want(t, refused.status, `"code":"`+refused.code+`"`)
		})
	}
	h.upload("jiang", id, "", []byte("虚构文本")).want(t, http.StatusUnprocessableEntity, "证据须有名称", `<option value="expert" selected>`)
	if text := h.get("jiang", "/cases/"+id).text; strings.Contains(text, `role="alert"`) || !strings.Contains(text, `<details class="card">`) {
		t.Error("a case that nobody uploaded to shows a fault")
	}
}

// TestDocumentsFollowTheClaims: a line of which the claim says less, or that is
// not there, is named in the place of a document.
func TestDocumentsFollowTheClaims(t *testing.T) {
	h, id := bureau(t)
	h.carry(id, cases.Investigating)
	h.deed("jiang", id, "verify", "lines", "H15292100001/S1/1", "verified", "31.01").want(t, http.StatusSeeOther)
	h.deed("jiang", id, "notice", "facts", "虚构", "article", "条例38", "refund", "1", "fine", "1", "day", h.today(), "way", "direct").want(t, http.StatusSeeOther)
	h.get("jiang", "/cases/"+id+"/papers/notice").want(t, http.StatusConflict, "H15292100001/S1/1")
	h.get("jiang", "/cases/"+id+"/papers/notice", asJSON).want(t, http.StatusConflict, `"code":"figures"`)
	h.get("jiang", "/cases/"+id+"/papers/decision").want(t, http.StatusNotFound)
	h.deed("jiang", id, "verify", "lines", "H15292100001/S1/1", "verified", "10000.01").want(t, http.StatusUnprocessableEntity, "在险金额", "H15292100001/S1/1", "填 0 到",
		`value="10000.01" aria-invalid="true"`) // what was typed is not lost
	h.deed("jiang", id, "verify", "lines", "H15292200001/S2/1", "verified", "1").want(t, http.StatusUnprocessableEntity, "H15292200001/S2/1", "不在本案证据之中")
}

// TestPersonsStayMaskedInCases: whom a case is about stands for themselves by a
// reference, in forms and pages alike.
func TestPersonsStayMaskedInCases(t *testing.T) {
	h, _ := bureau(t)
	a := h.post("jiang", "/cases", "leads", h.leadID(ofPerson)+"@1", "reason", "虚构")
	a.want(t, http.StatusSeeOther)
	id := strings.TrimPrefix(a.Header().Get("Location"), "/cases/")
	seen := h.get("jiang", "/cases/"+id+"/file").text
	ref := "person:" + h.users.Reference(person)
	if !strings.Contains(seen, ref) {
		t.Error("the form does not offer the person")
	}
	h.deed("jiang", id, "file", "party", ref, "cause", "虚构案由", "article", "条例41(三)").want(t, http.StatusSeeOther)
	seen += h.get("zhang", "/cases/"+id).text + h.get("zhang", "/cases/"+id, asJSON).text
	h.approve(id).want(t, http.StatusSeeOther)
	seen += h.get("zhang", "/cases/"+id).text + h.get("zhang", "/cases/"+id, asJSON).text
	if strings.Contains(seen, person) {
		t.Error("the number of a person is on a page of the case")
	}
	c, err := h.cases.Case(t.Context(), id)
	if err != nil || c.File.Party == nil || c.File.Party.Subject != ofPerson {
		t.Errorf("%+v, %v", c.File.Party, err)
	}
}

func TestCasesOfTheDeskCanBeRebuilt(t *testing.T) {
	h, id := bureau(t)
	h.carry(id, cases.Served)
	h.upload("jiang", id, "虚构", []byte("虚构")).want(t, http.StatusSeeOther)
	h.sync()
	want, err := journal.Digest(t.Context(), h.journal)
	if err != nil {
		t.Fatal(err)
	}
	again := newHouse(t)
	records := func(yield func(journal.Record, error) bool) {
		for _, m := range h.log[journal.Topic] {
			if r, err := journal.ParseRecord(m.Value); !yield(r, err) {
				return
			}
		}
	}
	if _, err := journal.Rebuild(t.Context(), again.journal, records); err != nil {
		t.Fatal(err)
	}
	if have, err := journal.Digest(t.Context(), again.journal); err != nil || have != want {
		t.Errorf("the rebuilt state differs: %v", err)
	}
	e, err := again.cases.Effective(t.Context(), id)
	if err != nil || e.Refund != 3100 || e.Fine != 4000 || e.Subject != inLeft {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestEveryMoveHasItsRightAndItsWords: what the table of moves asks for is a
// permission, and what happens has a name in the history.
func TestEveryMoveHasItsRightAndItsWords(t *testing.T) {
	for _, m := range cases.Moves() {
		if accounts.With(accounts.Permission(m.May)) == nil {
			t.Errorf("nobody may %s: %s", m.Name, m.May)
		}
		if !words.Has("act.case." + m.Name) {
			t.Errorf("the history has no words for %s", m.Name)
		}
	}
	s, err := (&cases.Case{}).Seal()
	if err != nil {
		t.Fatal(err)
	}
	for part := range s.Parts {
		if !words.Has("part." + part) {
			t.Errorf("no words for the part %s of a file", part)
		}
	}
	for _, status := range cases.Stages() {
		if !words.Has("stage." + string(status)) {
			t.Errorf("no words for the status %s", status)
		}
	}
}

// TestMovesAreLinkedWhereTheyBegin: on the page of a case, for who may do them,
// as soon as nothing is missing.
func TestMovesAreLinkedWhereTheyBegin(t *testing.T) {
	h, id := bureau(t)
	linked := map[string]bool{}
	h.ok(h.deed("jiang", id, "join", "leads", h.leadID(inRight)+"@1")) // so that there is one to take out
	for _, at := range []cases.Status{cases.Opened, cases.Filed, cases.Investigating, cases.Noticed, cases.Heard, cases.Decided, cases.Served, cases.Executed, cases.Closed} {
		h.carry(id, at)
		if at == cases.Heard { // what is missing for the decision comes together first
			h.deed("liang", id, "review", "outcome", "passed", "opinion", "虚构").want(t, http.StatusSeeOther)
			h.now = h.now.AddDate(0, 0, 11)
		}
		for _, who := range []string{"jiang", "liang", "zhang"} {
			h.enterAgain(who)
			for _, m := range links.FindAllStringSubmatch(h.get(who, "/cases/"+id).text, -1) {
				path, _, _ := strings.Cut(m[1], "#") // which no browser sends
				if move, of := strings.CutPrefix(path, "/cases/"+id+"/"); of {
					linked[move] = true
					if a := h.get(who, path); a.Code != http.StatusOK && a.Code != http.StatusMethodNotAllowed {
						t.Errorf("%s at %s leads %s to %d", path, at, who, a.Code)
					}
				}
			}
		}
		if at == cases.Heard {
			h.now = h.now.AddDate(0, 0, -11)
		}
	}
	for _, m := range cases.Moves() {
		if !linked[m.Name] && !strings.HasPrefix(m.Name, "return") { // of a case that was transferred
			t.Errorf("no page of the case links to %s", m.Name)
		}
	}
	for _, paper := range []string{"papers/notice", "papers/decision"} {
		if !linked[paper] {
			t.Errorf("no page of the case links to %s", paper)
		}
	}
}

// TestTheStepsShowTheWayThatACaseTook: one that was transferred shows where it
// left the straight way, and closing comes after that.
func TestTheStepsShowTheWayThatACaseTook(t *testing.T) {
	transferred := cases.File{Transfer: &cases.Transfer{From: cases.Investigating}}
	for _, c := range []struct {
		status cases.Status
		file   cases.File
		want   string
	}{
		{cases.Noticed, cases.File{}, "opened+ filed+ investigating+ noticed* heard decided served executed closed"},
		{cases.NotFiled, cases.File{}, "opened+ not-filed*"},
		{cases.Transferred, transferred, "opened+ filed+ investigating+ transferred* closed"},
		{cases.Closed, transferred, "opened+ filed+ investigating+ transferred+ closed*"},
		{cases.Filed, transferred, "opened+ filed* investigating noticed heard decided served executed closed"},
	} {
		var got []string
		for _, s := range stepsOf(&cases.Case{Status: c.status, File: c.file}) {
			mark := map[bool]string{true: "+"}[s.Done] + map[bool]string{true: "*"}[s.Here]
			got = append(got, s.Status+mark)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %s, want %s", c.status, text, c.want)
		}
	}
}
