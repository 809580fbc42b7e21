package desk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
)

// All people, institutions and claims here are invented (虚构).

// told puts findings of a subject into the store and Kafka, each about one fee
// line, and gives their lead.
func (h *house) told(partition int, s detectors.Subject, fen int64, lines ...string) string {
	h.t.Helper()
	var g cases.Gatherer
	step := cases.Step{Partition: partition, Generation: 1, To: 1, At: h.now}
	for i, line := range lines {
		f := &detectors.Finding{ID: fmt.Sprintf("S05-%04x%012x", partition, i), Detector: stays, Version: "1", Grade: detectors.Suspicious, Subject: s, Person: person,
			Settlements: []string{settlementID(line)}, Lines: []string{line}, From: "2026-01-01", To: "2026-02-01", Amount: claim.WideOf(fen), Facts: detectors.Facts{{Name: "overlap_hours", Value: 30}}}
		g.Add(f, stays7, "lead", "rev")
		value, err := f.AppendJSON(nil)
		if err != nil {
			h.t.Fatal(err)
		}
		step.Findings = append(step.Findings, cases.FindingChange{ID: f.ID, Value: value})
	}
	step.Leads = g.Leads()
	if _, err := h.cases.Apply(h.t.Context(), step); err != nil {
		h.t.Fatal(err)
	}
	return h.leadID(s)
}

// ok fails where a form was not taken.
func (h *house) ok(a answer) answer {
	h.t.Helper()
	if a.Code != http.StatusSeeOther {
		h.t.Fatalf("%d %.3000s", a.Code, a.text)
	}
	return a
}

// jsonPage reads a page as a program would.
func jsonPage[T any](h *house, login, path string) (p T) {
	h.t.Helper()
	h.enterAgain(login)
	a := h.get(login, path, asJSON)
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || a.Code != http.StatusOK {
		h.t.Fatalf("%s: %d %v %.800s", path, a.Code, err, a.text)
	}
	return p
}

// ids are those of leads on a page.
func ids(rows []joinRow) (out []string) {
	for i := range rows {
		out = append(out, rows[i].Lead.ID)
	}
	return out
}

// TestLeadsAreJoinedOnThePages: what fits is offered with its reason and what
// belongs elsewhere is named with its case; a lead comes in and goes out again,
// and people of other counties join nothing that they do not see.
func TestLeadsAreJoinedOnThePages(t *testing.T) {
	h, id := bureau(t) // of the lead of the left county under F07
	h.user("county", []string{left}, accounts.Investigator)
	doctor, right, alone := h.leadID(ofDoctor), h.leadID(inRight), h.cases.LeadID(inLeft, "R05")
	same := h.told(1, ofPerson, 500, "H15292100001/S1/1") // rests on a claim of the case's own finding
	h.sync()
	at := "/cases/" + id
	p := jsonPage[joinPage](h, "jiang", at+"/join")
	if got := ids(p.Leads); !slices.Contains(got, same) || slices.Contains(got, doctor) || slices.Contains(got, alone) {
		t.Errorf("offered %v", got)
	}
	if i := slices.Index(ids(p.Leads), same); i < 0 || !slices.ContainsFunc(p.Leads[i].Reasons, func(r reason) bool { return r.Kind == "claims" }) {
		t.Errorf("without its reason: %+v", p.Leads)
	}
	h.get("jiang", "/leads/"+same+"/join").want(t, http.StatusOK, at+"/join?lead="+same)
	// The lead under R05 is in a case that policy opened; L0 is none.
	h.get("jiang", at+"/join?lead="+alone+"&lead=L00000000000000000000").want(t, http.StatusOK, "不能并入", h.lead(alone).Case, "没有这些线索")
	h.get("jiang", "/leads/"+right+"/join").want(t, http.StatusOK, "没有涉及同一对象")
	h.get("jiang", "/leads/"+right+"/join?case="+id).want(t, http.StatusSeeOther)
	h.get("jiang", "/leads/"+right+"/join?case=C0").want(t, http.StatusUnprocessableEntity)
	h.get("jiang", "/leads/"+right).want(t, http.StatusOK, "/leads/"+right+"/join")

	h.deed("jiang", id, "join", "leads", right+"@1", "leads", alone+"@2").want(t, http.StatusConflict, "线索已在另一案件中", h.lead(alone).Case)
	a := h.ask("jiang", http.MethodPost, at+"/join", map[string][]string{"version": {h.version(id)}, "reason": {"虚构"}, "leads": {alone + "@2"}}, asJSON)
	a.want(t, http.StatusConflict, `"code":"taken"`, `"case":"`+h.lead(alone).Case+`"`)
	h.deed("jiang", id, "join", "leads", right+"@7").want(t, http.StatusConflict)
	h.deed("jiang", id, "join").want(t, http.StatusUnprocessableEntity)
	h.deed("county", id, "join", "leads", right+"@1").want(t, http.StatusForbidden)
	h.post("jiang", at+"/join", "version", "99", "reason", "虚构", "leads", right+"@1").want(t, http.StatusConflict, "您看到的版本")
	h.post("jiang", at+"/join", "version", h.version(id), "leads", right+"@1").want(t, http.StatusUnprocessableEntity)
	if l := h.lead(right); l.Status != cases.New {
		t.Errorf("what was refused changed the lead: %+v", l)
	}
	h.ok(h.deed("jiang", id, "join", "leads", right+"@1"))
	h.sync()
	h.get("jiang", at).want(t, http.StatusOK, "建案后并入", right, at+"/unjoin", "并入线索")
	h.get("jiang", "/leads/"+doctor+"/join").want(t, http.StatusOK, at+"/join?lead="+doctor) // of the same institution, now
	if p = jsonPage[joinPage](h, "jiang", at+"/join"); !slices.Contains(ids(p.Leads), doctor) {
		t.Errorf("the practitioner of the institution is not offered: %v", ids(p.Leads))
	}
	h.deed("jiang", id, "join", "leads", right+"@2").want(t, http.StatusUnprocessableEntity, "线索已在本案中")
	first := h.leadID(inLeft)
	h.deed("jiang", id, "unjoin", "leads", first+"@2").want(t, http.StatusUnprocessableEntity, "只能移出建案之后并入的线索")
	h.get("jiang", at+"/unjoin").want(t, http.StatusOK, right)
	h.ok(h.deed("jiang", id, "unjoin", "leads", right+"@2"))
	if l := h.lead(right); l.Status != cases.New || l.Case != "" {
		t.Errorf("taken out: %+v", l)
	}
	h.get("jiang", at+"/unjoin").want(t, http.StatusOK, "没有可以移出的线索")
	h.sync()
	if c := jsonPage[casePage](h, "jiang", at); len(c.Joined) != 0 || len(c.Case.Leads) != 1 {
		t.Errorf("%+v", c)
	}
	if acts := h.o.Trail.About("case:" + id); acts[len(acts)-1].Kind != "case.unjoin" || acts[len(acts)-1].Reason == "" {
		t.Errorf("not on record: %+v", acts)
	}
}

func (h *house) lead(id string) cases.Lead {
	h.t.Helper()
	l, err := h.cases.Lead(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return l
}

// TestABreachGoesToARefund: the case of a breach has no leads; those about the
// inspected institution are joined, their lines verified, and what is asked back
// is ordered and comes in, all over HTTP. A lead that is joined after the notice
// holds the decision up until the party was told anew.
func TestABreachGoesToARefund(t *testing.T) {
	h := newHouse(t)
	h.staff()
	for login, role := range map[string]accounts.Role{"jiang": accounts.Investigator, "yuan": accounts.Investigator, "liang": accounts.Reviewer, "zhang": accounts.Head} {
		h.user(login, nil, role)
	}
	h.inspect()
	var campaign string
	for _, c := range h.campaigns(t) {
		if c.Status == inspection.Drawn {
			campaign = c.ID
		}
	}
	tasks := h.workOn(campaign).Tasks
	object := tasks[len(tasks)-1].ID()
	s := detectors.Subject{Kind: detectors.Institution, Code: object}
	task := taskPath(campaign, object)
	h.ok(h.post("inspector", task, "version", "1", "state", "breach", "reason", "虚构：账实不符"))
	h.ok(h.post("inspector", task+"/case", "version", "2", "reason", "虚构：账实不符"))
	id := h.cases.CheckCase(cases.Check{Campaign: campaign, Object: object})
	patient := h.told(8, ofPerson, 300, object+"/S1/2") // of whom nothing but the place is known
	lead := h.told(5, s, 600, object+"/S1/1", object+"/S1/2", object+"/S1/1")
	other := h.told(6, ofDoctor, 900, object+"/S1/1") // the same line again: it counts once
	h.claim(object + "/S1 person=" + person + " med_type=21 begntime=2026-01-01_08:00:00 endtime=2026-01-05_09:00:00 setl_time=2026-01-05_10:00:00 medfee_sumamt=31.00 fund_pay_sumamt=20.00; 1 2 21.00 item=X1 pric=10.5; 2 1 10 item=X2")
	h.sync()
	at := "/cases/" + id
	h.get("jiang", at).want(t, http.StatusOK, "本案没有线索", at+"/join")
	if p := jsonPage[joinPage](h, "jiang", at+"/join"); !slices.Equal(ids(p.Leads)[:1], []string{lead}) || !slices.Contains(ids(p.Leads), patient) {
		t.Fatalf("not offered: %+v", p.Leads)
	}
	h.get("jiang", "/leads/"+lead+"/join").want(t, http.StatusOK, at+"/join?lead="+lead)
	h.ok(h.deed("jiang", id, "join", "leads", lead+"@1", "leads", other+"@1"))

	h.ok(h.deed("jiang", id, "file", "party", s.Kind+":"+s.Code, "cause", "虚构案由", "article", "条例38(三)"))
	h.ok(h.approve(id))
	h.ok(h.deed("jiang", id, "investigate", "officer1", "jiang", "licence1", "虚构001", "until1", "2026-12-31", "officer2", "yuan", "licence2", "虚构002", "until2", "2026-12-31"))
	v := jsonPage[verifyPage](h, "jiang", at+"/verify")
	if len(v.Lines) != 2 || v.Lines[0].AtRisk != 900 || v.Lines[1].AtRisk != 600 || v.Open != 2 || v.Read != 4 || v.Found != 4 {
		t.Fatalf("%+v", v)
	}
	h.ok(h.deed("jiang", id, "verify", "lines", v.Lines[0].ID, "verified", "9.00", "lines", v.Lines[1].ID, "verified", "0"))
	h.deed("jiang", id, "unjoin", "leads", lead+"@2").want(t, http.StatusUnprocessableEntity, "已核实的金额依据该线索的疑点")
	notice := []string{"facts", "虚构事实", "article", "条例38(三)", "refund", "9.00", "fine", "0", "way", "direct"}
	h.ok(h.deed("jiang", id, "notice", append(notice, "day", h.today())...))
	h.ok(h.deed("jiang", id, "hear", "stance", "statement", "said", "虚构陈述", "found", "虚构复核"))
	h.ok(h.deed("liang", id, "review", "outcome", "passed", "opinion", "虚构意见"))

	late := patient
	h.get("jiang", at+"/join").want(t, http.StatusOK, "须重新送达告知书")
	h.ok(h.deed("jiang", id, "join", "leads", late+"@1"))
	h.now = h.now.AddDate(0, 0, 11)
	decision := []string{"kind", "penalty", "refund", "9.00", "fine", "0", "article", "条例38(三)", "text", "虚构理由"}
	h.deed("jiang", id, "decide", decision...).want(t, http.StatusUnprocessableEntity, "并入线索之后尚未重新送达事先告知书")
	h.ok(h.deed("jiang", id, "notice", append(notice, "day", h.today())...))
	h.deed("jiang", id, "unjoin", "leads", late+"@2").want(t, http.StatusUnprocessableEntity, "并入后已送达事先告知书")
	h.ok(h.deed("jiang", id, "hear", "stance", "statement", "said", "虚构陈述", "found", "虚构复核"))
	h.ok(h.deed("liang", id, "review", "outcome", "passed", "opinion", "虚构意见"))
	h.now = h.now.AddDate(0, 0, 11)
	h.ok(h.deed("jiang", id, "decide", decision...))
	h.ok(h.approve(id))
	h.ok(h.deed("jiang", id, "serve", "day", h.today(), "way", "mail"))
	h.ok(h.deed("jiang", id, "receive", "what", "refund", "amount", "9.00", "day", h.today(), "voucher", "虚构-1"))
	h.ok(h.deed("jiang", id, "execute"))
	h.sync()
	c := jsonPage[casePage](h, "jiang", at)
	if c.Money != (moneyRow{AtRisk: 1500, Verified: 900, Lines: 2, Refund: 900, RefundIn: 900}) || c.Case.Status != string(cases.Executed) || c.Subject.Code != object {
		t.Errorf("%+v %+v", c.Money, c.Case)
	}
	h.get("jiang", at+"/papers/decision").want(t, http.StatusOK, "9.00", object+"/S1/1")
	h.rebuilt()
}

// rebuilt proves that the journal that reached Kafka makes the equal Redis.
func (h *house) rebuilt() {
	h.t.Helper()
	h.sync()
	want, err := journal.Digest(h.t.Context(), h.journal)
	if err != nil {
		h.t.Fatal(err)
	}
	again := newHouse(h.t)
	records := func(yield func(journal.Record, error) bool) {
		for _, m := range h.log[journal.Topic] {
			if r, err := journal.ParseRecord(m.Value); !yield(r, err) {
				return
			}
		}
	}
	if _, err := journal.Rebuild(h.t.Context(), again.journal, records); err != nil {
		h.t.Fatal(err)
	}
	if have, err := journal.Digest(h.t.Context(), again.journal); err != nil || have != want {
		h.t.Errorf("the rebuilt state differs: %v", err)
	}
}

// TestATipOpensACase: the case holds the id of the tip and whom it is about, and
// nothing of what was reported; a step that was lost between the two is healed by
// pressing again; the time to tell a named tipster runs as for other cases.
func TestATipOpensACase(t *testing.T) {
	h, _ := bureau(t)
	tip := h.tell()
	at := "/tips/" + tip
	version := func() string { return jsonNumber(h.tip("jiang", tip).Version) }
	open := func(pairs ...string) answer {
		h.enterAgain("jiang")
		return h.post("jiang", at+"/case", append([]string{"version", version(), "reason", "虚构：据举报建案"}, pairs...)...)
	}
	h.get("jiang", at).want(t, http.StatusOK, "由本举报建案", at+"/case")
	for _, wrong := range [][]string{{}, {"institution", "none"}, {"person", "none"}, {"institution", inRight.Code, "person", person}} {
		open(wrong...).want(t, http.StatusUnprocessableEntity, "须填写一个机构代码或一个人员")
	}
	h.post("zhang", at+"/case", "version", version(), "reason", "虚构", "institution", inRight.Code).want(t, http.StatusForbidden)
	h.post("jiang", at+"/case", "version", "9", "reason", "虚构", "institution", inRight.Code).want(t, http.StatusConflict)
	h.ok(open("institution", inRight.Code))

	id := h.cases.TipCase(tip)
	seen := h.tip("jiang", tip)
	if seen.Tip.Case != id || seen.Tip.Status != "tied" {
		t.Fatalf("%+v", seen.Tip)
	}
	h.ok(open("institution", inRight.Code)) // pressed again
	h.sync()
	h.get("jiang", "/cases/"+id).want(t, http.StatusOK, "来自举报", tip, "本案没有线索", inRight.Code)
	h.get("jiang", "/cases").want(t, http.StatusOK, id, "举报")
	text := h.get("jiang", "/cases/"+id).text + h.get("jiang", "/cases/"+id, asJSON).text
	for _, m := range h.log[journal.Topic] {
		if strings.Contains(string(m.Value), id) {
			text += string(m.Value)
		}
	}
	if strings.Contains(text, "虚构姓名") || strings.Contains(text, seen.Said) && seen.Said != "虚构" {
		t.Error("what was reported, or by whom, stands in the case")
	}
	// Somebody of the county sees the case, and of the tip its id alone.
	h.user("county", []string{right}, accounts.Investigator)
	a := h.get("county", "/cases/"+id)
	a.want(t, http.StatusOK, tip)
	if strings.Contains(a.text, `href="`+at) {
		t.Error("the tip is linked for who cannot open it")
	}
	h.get("county", at).want(t, http.StatusForbidden)
	h.user("elsewhere", []string{left}, accounts.Investigator)
	h.get("elsewhere", "/cases/"+id).want(t, http.StatusForbidden)

	lead := h.leadID(inRight)
	h.ok(h.deed("jiang", id, "join", "leads", lead+"@1"))
	h.ok(h.deed("jiang", id, "file", "party", "institution:"+inRight.Code, "cause", "虚构案由", "article", "条例38(三)"))
	h.ok(h.approve(id))
	if p := h.tip("jiang", tip); p.Tip.Due != "2026-03-15" {
		t.Errorf("%+v", p.Tip)
	}
	h.rebuilt()
}

// TestTheCaseOfATipIsHealed: the process died after the case was opened and
// before the tip knew; and the case is about a person, who stays masked.
func TestTheCaseOfATipIsHealed(t *testing.T) {
	h, _ := bureau(t)
	tip := h.tell()
	at := "/tips/" + tip
	id, err := h.cases.OpenTip(t.Context(), cases.Tip{ID: tip, Subject: ofPerson}, cases.Act{ID: "lost", Who: "jiang", Reason: "虚构", At: h.now})
	if err != nil {
		t.Fatal(err)
	}
	h.get("jiang", at).want(t, http.StatusOK, "尚未登记到举报", id)
	h.post("jiang", at+"/case", "version", "1", "reason", "虚构", "institution", inLeft.Code).want(t, http.StatusConflict, "对象不同")
	h.ok(h.post("jiang", at+"/case", "version", "1", "reason", "虚构"))
	if p := h.tip("jiang", tip); p.Tip.Case != id || p.Half != "" {
		t.Errorf("%+v", p)
	}
	page := h.get("jiang", "/cases/"+id).text + h.get("jiang", "/cases/"+id, asJSON).text + h.get("jiang", "/cases/"+id+"/join").text
	if strings.Contains(page, person) {
		t.Error("the number of the person is shown")
	}
	if p := jsonPage[joinPage](h, "jiang", "/cases/"+id+"/join"); !slices.Contains(ids(p.Leads), h.leadID(ofPerson)) {
		t.Errorf("the lead about the person is not offered: %v", ids(p.Leads))
	}
	ref := "person:" + h.users.Reference(person)
	h.ok(h.deed("jiang", id, "file", "party", ref, "cause", "虚构案由", "article", "条例41(三)"))
}

// TestEveryLineCanBeVerified: the lines come from all findings, not only from
// those that a lead shows; what nobody has verified is counted and listed alone,
// and what Kafka has not told yet is named by its lead.
func TestEveryLineCanBeVerified(t *testing.T) {
	h, id := bureau(t)
	var lines []string
	for i := range 250 { // a lead shows 200
		lines = append(lines, fmt.Sprintf("H15292100001/S1/%03d", i))
	}
	lead := h.told(1, ofPerson, 100, lines...)
	h.ok(h.deed("jiang", id, "join", "leads", lead+"@1"))
	at := "/cases/" + id + "/verify"
	h.carry(id, cases.Investigating) // which reads Kafka
	p := jsonPage[verifyPage](h, "jiang", at)
	if p.All != 252 || p.Open != 252 || p.Found != 252 || p.Read != 252 || len(p.Short) != 0 || len(p.Lines) != linesPerPage || p.Pager.Pages != 3 {
		t.Fatalf("%d lines, %d left, %d of %d findings, %+v", p.All, p.Open, p.Read, p.Found, p.Short)
	}
	risk := int64(0) // of all lines, which the case tells before any was verified
	for page := range 3 {
		for _, l := range jsonPage[verifyPage](h, "jiang", fmt.Sprintf("%s?page=%d", at, page+1)).Lines {
			risk += l.AtRisk
		}
	}
	if m := jsonPage[casePage](h, "jiang", "/cases/"+id).Money; !m.ByLeads || m.AtRisk != risk || m.Lines != 0 {
		t.Errorf("at risk by the leads %+v, of all lines %d", m, risk)
	}
	var form []string
	for _, l := range p.Lines {
		form = append(form, "lines", l.ID, "verified", "0")
	}
	h.ok(h.deed("jiang", id, "verify", form...))
	p = jsonPage[verifyPage](h, "jiang", at+"?left=1")
	if p.All != 252 || p.Open != 152 || p.Pager.Total != 152 || p.Lines[0].Known {
		t.Fatalf("%d of %d lines left, %+v", p.Open, p.All, p.Pager)
	}
	h.get("jiang", at+"?left=1").want(t, http.StatusOK, "还有 152 条没有核实", "left=1&amp;page=2", "查看全部")
	c, err := h.cases.Case(t.Context(), id)
	if i := slices.IndexFunc(c.File.Lines, func(l cases.Line) bool { return l.ID == "H15292100001/S1/000" }); err != nil || i < 0 || c.File.Lines[i].Leads != lead {
		t.Errorf("a line does not say on what it rests: %+v %v", c.File.Lines[:2], err)
	}
	// Findings that are announced and have not reached the desk.
	more := detectors.Subject{Kind: detectors.Practitioner, Code: "D15292200001"}
	late := h.told(2, more, 100, "H15292100001/S1/900", "H15292100001/S1/901")
	h.ok(h.deed("jiang", id, "join", "leads", late+"@"+jsonNumber(h.lead(late).Version)))
	p = jsonPage[verifyPage](h, "jiang", at)
	if len(p.Short) != 1 || p.Short[0].Lead != late || p.Short[0].Read != 1 || p.Short[0].Found != 3 {
		t.Errorf("%+v", p.Short)
	}
	h.get("jiang", at).want(t, http.StatusOK, "没有全部读到", late)
	h.sync()
	if p = jsonPage[verifyPage](h, "jiang", at); len(p.Short) != 0 || p.All != 255 {
		t.Errorf("%d lines, %+v", p.All, p.Short)
	}
}

// TestAPackJoinsItsLeads: findings of the stream on the claims of a pack have
// leads; those in no case are offered, and one press joins them.
func TestAPackJoinsItsLeads(t *testing.T) {
	h, id := bureau(t, func(o *Options) { o.Detect = detect })
	lead := h.told(1, ofPerson, 500, "H15292100001/S1/1")
	h.sync()
	tip := h.tell()
	h.ok(h.post("jiang", "/tips/"+tip+"/move", "version", "1", "to", "tied", "case", id, "reason", "虚构"))
	ask := []string{"person", person, "from", "2026-01-01", "to", "2026-01-31"}
	a := h.post("jiang", "/tips/"+tip+"/pack", ask...)
	a.want(t, http.StatusOK, "把有关线索并入案件", lead+"@1", "/cases/"+id+"/join")
	if strings.Contains(a.text, h.leadID(inLeft)+"@") {
		t.Error("a lead of the case is offered again")
	}
	h.ok(h.deed("jiang", id, "join", "leads", lead+"@1"))
	if a = h.post("jiang", "/tips/"+tip+"/pack", ask...); strings.Contains(a.text, "把有关线索并入案件") {
		t.Error("nothing is left to join, and it is offered")
	}
}

// TestTheEntryOfACaseIsLinked: the credit ledger takes a case once; then the
// page leads to the entry.
func TestTheEntryOfACaseIsLinked(t *testing.T) {
	h, id := bureau(t, func(o *Options) { o.Knowledge.Institutions[inLeft.Code].USCC = "91350100M000100Y43" })
	h.carry(id, cases.Served)
	h.enterAgain("gong")
	at := "/cases/" + id
	h.get("gong", at).want(t, http.StatusOK, "/credit?case="+id)
	entry := h.ok(h.post("gong", "/credit", "case", id, "authority", "虚构局", "facts", "虚构事实", "reason", "虚构")).Header().Get("Location")
	a := h.get("gong", at)
	a.want(t, http.StatusOK, entry, "已记入信用记录")
	if strings.Contains(a.text, "/credit?case=") {
		t.Error("it is offered again")
	}
	h.enterAgain("jiang")
	h.get("jiang", at).want(t, http.StatusOK, entry) // reads the ledger
	h.enterAgain("liang")
	if strings.Contains(h.get("liang", at).text, "/credit/") {
		t.Error("the entry is linked for who does not see the ledger")
	}
}

// TestJoiningTakesJSON: a program does the same.
func TestJoiningTakesJSON(t *testing.T) {
	h, id := bureau(t)
	lead := h.leadID(inRight)
	body := fmt.Sprintf(`{"version":%s,"reason":"虚构","leads":["%s@1"]}`, h.version(id), lead)
	a := h.ask("jiang", http.MethodPost, "/cases/"+id+"/join", nil, asJSON, func(r *http.Request) {
		r.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).Body
		r.Header.Set("Content-Type", "application/json")
	})
	a.want(t, http.StatusOK, `"location":"/cases/`+id+`"`)
	h.now = h.now.Add(time.Minute)
	if l := h.lead(lead); l.Case != id {
		t.Errorf("%+v", l)
	}
}
