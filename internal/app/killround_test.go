package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fundwatch/blacklist/edition"
	"fundwatch/cases"
	"fundwatch/claim/claimtest"
	"fundwatch/detectors"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
)

// round is what is done about one hospital, from a claim to a published
// decision and off the list again, with a tip and a campaign beside it.
type round struct {
	*killing
	hospital  string
	lead      string
	version   int64
	id        string // of the case
	entry, at string // addresses of the entry and of the listing
	tip       string // address of the tip
	receipt   string
	campaign  string // its address
	proofs    []string
	messages  []string
	breach    string // the case that came of an inspection
}

// roundAsks is about how much is asked for in a round: over that the kills are
// spread.
const roundAsks = 52

// post asks for something by a form.
func (r *round) post(kind, login, path string, pairs ...string) string {
	to, _, _ := r.do(ask{kind: kind, login: login, path: path, form: formOf(pairs)})
	return to
}

func formOf(pairs []string) url.Values {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

func (r *round) file(login, id string) (c caseSeen) {
	r.data(login, "/cases/"+id, &c)
	return c
}

// deed does a move of the version at hand.
func (r *round) deed(login, id, move string, pairs ...string) {
	form := formOf(append([]string{"version", number(r.file(login, id).Case.Version), "reason", "虚构：办理"}, pairs...))
	r.do(ask{kind: "case " + move, login: login, path: "/cases/" + id + "/" + move, form: form, patient: move == "verify"})
}

func (r *round) approve(id string) {
	c := r.file("zhang", id)
	r.post("case approve", "zhang", "/cases/"+id+"/approve", "version", number(c.Case.Version), "seal", c.Seal, "reason", "虚构：同意")
}

// prove files evidence.
func (r *round) prove(n int) {
	content := []byte(fmt.Sprintf("%%PDF-1.4 虚构证据 %s %d", r.hospital, n))
	form := formOf([]string{"version", number(r.file("jiang", r.id).Case.Version), "reason", "虚构：入卷", "kind", "documentary", "title", fmt.Sprintf("虚构证据%d", n)})
	if _, _, ok := r.do(ask{kind: "case evidence", login: "jiang", path: "/cases/" + r.id + "/evidence", form: form, file: content, field: "content", once: n > 0}); ok {
		r.proofs = append(r.proofs, hashOf(content))
	}
}

// say adds a message to the tip, from whoever has the receipt or from staff.
func (r *round) say(n int) {
	text := fmt.Sprintf("虚构消息%d", n)
	a := ask{kind: "tip answer", login: "jiang", path: r.tip + "/answer", form: formOf([]string{"text", text}), once: n > 1}
	if n%2 == 0 {
		a = ask{kind: "tip write", path: "/tip/write", form: formOf([]string{"receipt", r.receipt, "text", text}), want: http.StatusOK, once: n > 1}
	}
	if _, _, ok := r.do(a); ok {
		r.messages = append(r.messages, text)
	}
}

// first: from the lead to a case that waits for the end of the defence, a tip,
// and a campaign that waits for its day.
func (r *round) first() {
	at := "/leads/" + r.lead
	r.post("lead dismiss", "jiang", at+"/dismiss", "version", number(r.version), "reason", "虚构：没有依据")
	r.post("lead reopen", "jiang", at+"/reopen", "version", number(r.version+1), "reason", "虚构：再看")
	r.id = strings.TrimPrefix(r.post("case open", "jiang", "/cases", "leads", r.lead+"@"+number(r.version+2), "reason", "虚构：建案"), "/cases/")
	r.deed("jiang", r.id, "file", "party", "institution:"+r.hospital, "cause", "虚构案由", "article", "条例38(三)")
	r.approve(r.id)
	r.deed("jiang", r.id, "investigate", "officer1", "jiang", "licence1", "虚构001", "until1", "2027-12-31", "officer2", "yuan", "licence2", "虚构002", "until2", "2027-12-31")
	r.prove(0)
	r.prove(1)
	line := r.hospital + "/S1/1"
	r.see("jiang", "/cases/"+r.id+"/verify", false, func(text string) bool { return strings.Contains(text, line) })
	r.deed("jiang", r.id, "verify", "lines", line, "verified", "20.00")
	r.deed("jiang", r.id, "notice", "facts", "虚构事实", "article", "条例38(三)", "refund", "20.00", "fine", "0", "ground", "33", "day", r.day(0), "way", "direct")
	r.deed("jiang", r.id, "hear", "stance", "statement", "said", "虚构陈述", "found", "虚构复核")
	r.deed("liang", r.id, "review", "outcome", "passed", "opinion", "虚构意见")
	r.report()
	to := r.post("campaign plan", "jia", "/inspections", "name", "虚构 "+r.hospital, "day", r.day(1), "seed_source", "虚构", "inspectors_per_object", "2", "substitutes", "1",
		"max_load", "3", "stratum", "C or D", "kinds", "hospital", "credits", "C，D", "places", "", "others", "", "shares", "50%", "reason", "虚构")
	r.campaign = to
	var c campaignSeen
	r.data("bing", to, &c)
	r.post("campaign approve", "bing", to+"/approve", "version", number(c.Campaign.Version), "sha256", c.Campaign.SHA256, "reason", "虚构")
}

var (
	receiptIn = regexp.MustCompile(`<output>([0-9 ]{19})</output>`)
	tipIn     = regexp.MustCompile(`href="(/tips/[^"]+)"`)
)

// report sends a tip and ties it to the case.
func (r *round) report() {
	_, page, _ := r.do(ask{kind: "tip", path: "/tip", form: formOf([]string{"about", "虚构医院 " + r.hospital, "said", "虚构：出院以后仍计费"}), want: http.StatusOK})
	found := receiptIn.FindStringSubmatch(page)
	if found == nil {
		stop("a tip has no receipt: %.1000s", problemIn(page))
	}
	r.receipt = strings.ReplaceAll(found[1], " ", "")
	for _, t := range tipIn.FindAllStringSubmatch(r.see("jiang", "/tips", false, func(string) bool { return true }), -1) {
		if strings.Contains(r.see("jiang", t[1], false, func(string) bool { return true }), r.hospital) {
			r.tip = t[1]
		}
	}
	if r.tip == "" {
		stop("staff does not see the tip of %s", r.hospital)
	}
	var seen tipSeen
	r.data("jiang", r.tip, &seen)
	r.post("tip tie", "jiang", r.tip+"/move", "version", number(seen.Version), "to", "tied", "case", r.id, "reason", "虚构")
	for n := range 4 {
		r.say(n)
	}
}

// second: the decision, its entry in the ledger and the notice of the listing;
// the draw, and what was found.
func (r *round) second() {
	r.deed("jiang", r.id, "decide", "kind", "penalty", "refund", "20.00", "fine", "0", "ground", "33", "article", "条例38(三)", "text", "虚构理由")
	r.approve(r.id)
	r.deed("jiang", r.id, "serve", "day", r.day(0), "way", "mail")
	r.entry = r.post("credit enter", "gong", "/credit", "case", r.id, "authority", "虚构医疗保障局", "facts", "住院之外的日期计费（虚构）", "reason", "决定已送达", "social", "1")
	r.at = r.post("listing propose", "gong", r.entry+"/propose", "reason", "按政策")
	r.order("gong", "serve", "until", r.day(2), "basis", "虚构条款")
	var c campaignSeen
	r.data("jia", r.campaign, &c)
	r.post("campaign draw", "jia", r.campaign+"/draw", "version", number(c.Campaign.Version), "seed", "314159", "seed_again", "314159", "reason", "虚构")
	objects := r.objects()
	r.post("inspection breach", "jia", objects[0], "version", "0", "state", "breach", "reason", "虚构：发现线索")
	r.do(ask{kind: "inspection case", login: "jia", path: objects[0] + "/case", form: formOf([]string{"version", "1", "reason", "虚构：转为案件"}), lines: []string{"/case", "/file"}})
	r.post("inspection rectify", "jia", objects[1], "version", "0", "state", "rectify", "days", "5", "unit", "working-days", "reason", "虚构：整改")
	r.post("inspection rectified", "jia", objects[1], "version", "1", "state", "rectified", "reason", "虚构：已整改")
	if len(objects) > 2 {
		r.post("inspection skip", "jia", objects[2], "version", "0", "state", "skipped", "reason", "虚构：停业")
	}
	id, object := strings.TrimPrefix(r.campaign, "/inspections/"), objects[0][strings.LastIndex(objects[0], "/")+1:]
	r.breach = r.o.cases.CheckCase(cases.Check{Campaign: id, Object: object})
	r.deed("jiang", r.breach, "file", "party", "institution:"+object, "cause", "虚构案由", "article", "条例38(三)")
	r.approve(r.breach)
}

// objects are the addresses of what was drawn, each once.
func (r *round) objects() (out []string) {
	page := r.see("jia", r.campaign, false, func(text string) bool { return strings.Contains(text, "/objects/") })
	for _, m := range regexp.MustCompile(`href="(`+r.campaign+`/objects/[^"/]+)"`).FindAllStringSubmatch(page, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	if len(out) < 2 {
		stop("%d objects were drawn", len(out))
	}
	return out
}

// order does something with the listing as its page shows it now.
func (r *round) order(login, action string, pairs ...string) {
	var l listingSeen
	r.data(login, r.at, &l)
	r.post("listing "+action, login, r.at+"/"+action, append([]string{"version", number(l.Listing.Version), "shown", l.Shown, "reason", "虚构：办理"}, pairs...)...)
}

// third: onto the list, and a claim of who is listed; what was ordered comes in,
// and the case is closed.
func (r *round) third() {
	r.order("shi", "list", "from", r.day(0))
	r.deed("jiang", r.id, "receive", "what", "refund", "amount", "20.00", "day", r.day(0), "voucher", "虚构凭证"+r.hospital)
	r.deed("jiang", r.id, "execute")
	r.deed("jiang", r.id, "close")
	r.approve(r.id)
	r.settle("S2", r.day(0), r.day(0), r.day(0))
}

// fourth: off the list again, as its time is over. Repair would wait for longer.
func (r *round) fourth() { r.order("shi", "expire") }

func (r *round) settle(id, admitted, discharged, fee string) {
	r.claim(r.hospital, claimtest.Claim(r.hospital+"/"+id+" person=P"+id+r.hospital+" visit=V"+id+r.hospital+" at="+discharged+"_10:00:00 med_type=21 begntime="+
		admitted+"_08:30:00 endtime="+discharged+"_09:00:00; 1 1 30/20 fee_ocur_time="+fee+"_09:00:00"))
}

// publish makes the next edition.
func (k *killing) publish() {
	k.guarded(func() {
		var next struct{ Shown string }
		k.data("shi", "/editions", &next)
		k.do(ask{kind: "edition", login: "shi", path: "/editions", form: formOf([]string{"reason", "按月公布", "shown", next.Shown}), lines: []string{fmt.Sprintf("-edition-%d", k.editions+1)},
			other: fmt.Sprintf("-found-%d", k.editions+1)})
		k.mu.Lock()
		k.editions++
		k.mu.Unlock()
	})
}

// bring imports a library and puts it in force.
func (k *killing) bring(kind string, version int, text string) {
	k.guarded(func() {
		k.do(ask{kind: "library import", login: "jia", path: "/libraries/" + kind, form: formOf([]string{"reason", "虚构"}), file: []byte(text), field: "file", lines: []string{"/1", ""}})
		var shelf inspection.Shelf
		soon(k.t, "the library of "+kind, func() (there bool) { // Redis may have been killed
			var err error
			shelf, err = k.o.inspections().Shelf(context.Background(), inspection.Kind(kind))
			return err == nil
		})
		k.do(ask{kind: "library use", login: "jia", path: "/libraries/" + kind + "/use", form: formOf([]string{"id", shelf.Draft, "version", number(int64(version)), "reason", "虚构"})})
	})
}

func (o *office) inspections() *inspection.Store { return inspection.Open(o.journal) }

// lap takes some rounds once around, side by side.
func (k *killing) lap(n int, all []*round) {
	if n == 0 {
		k.bring("inspectors", 0, "id,name,licence_no,licence_until,unit,skills,recuse\nI1,虚构甲,001,,1,,\nI2,虚构乙,002,,1,,\nI3,虚构丙,003,,2,,H2\nI4,虚构丁,004,,2,,\nI5,虚构戊,005,,2,,\n")
	}
	objects := fmt.Sprintf("id,name,kind,admdvs,credit\nH2,虚构二院%d,hospital,152921,D\nH3,虚构三院,hospital,152922,D\nH4,虚构四院,hospital,152922,D\nH5,虚构五院,hospital,152922,C\n", n)
	k.bring("objects", n, objects+all[0].hospital+",虚构医院,hospital,152921,C\n")
	k.together(all, (*round).first)
	k.pass(16) // three working days are over, whatever holidays the laps meet
	k.together(all, (*round).second)
	k.pass(3)
	k.together(all, (*round).third)
	k.publish()
	k.pass(100)
	k.together(all, (*round).fourth)
	k.publish()
	k.pass(1)
}

// TestKilledRound: a server that is killed at random moments, and Redis too,
// while people take hospitals through the whole round. What was answered is
// there once, what was not is there whole or not at all and is done by asking
// again; state, journal, Kafka and files agree. FUNDWATCH_TEST_KILLS sets how
// often, FUNDWATCH_TEST_SEED the chance. It needs real services.
func TestKilledRound(t *testing.T) {
	if os.Getenv("FUNDWATCH_TEST_KAFKA") == "" || os.Getenv("FUNDWATCH_TEST_REDIS") == "" {
		t.Skip("needs Kafka and Redis: .ci/services go test ./internal/app -run TestKilledRound")
	}
	kills, seed := fromEnv(t, "FUNDWATCH_TEST_KILLS", 20), fromEnv(t, "FUNDWATCH_TEST_SEED", 1)
	laps, aside := 1, 2
	if kills > 40 {
		laps, aside = min(7, 1+kills/40), 3
	}
	var hospitals []string
	for n := range laps * aside {
		hospitals = append(hospitals, fmt.Sprintf("H1529%08d", n+1))
	}
	k := newKilling(t, uint64(seed), hospitals, map[string]accounts.Role{"jiang": accounts.Investigator, "yuan": accounts.Investigator, "liang": accounts.Reviewer,
		"zhang": accounts.Head, "gong": accounts.Disclosure, "shi": accounts.Disclosure, "jia": accounts.Inspector, "bing": accounts.Inspector})
	k.wanted, k.left = kills, laps*aside*roundAsks
	var all []*round
	for _, h := range hospitals {
		all = append(all, &round{killing: k, hospital: h})
	}
	k.together(all, func(r *round) { r.settle("S1", "2024-01-03", "2024-01-05", "2024-01-02") })
	for _, r := range all {
		r.lead = k.o.cases.LeadID(detectors.Subject{Kind: detectors.Institution, Code: r.hospital}, "F55")
		soon(t, "the lead of "+r.hospital, func() bool {
			l, err := k.o.cases.Lead(t.Context(), r.lead)
			r.version = l.Version
			return err == nil && l.Findings == 1
		})
	}
	for n := range laps {
		k.lap(n, all[n*aside:(n+1)*aside])
	}
	k.rest()
	k.reckon(all)
}

// reckon looks whether everything agrees, and prints the verdict.
func (k *killing) reckon(all []*round) {
	for _, args := range [][]string{{"journal", "verify"}, {"rebuild", "--check"}} {
		if code, out, msg := k.i.run(k.t, "", args...); code != 0 {
			k.fail("%v: %s %s", args, out, msg)
		}
	}
	lost, extra := k.lines(len(all))
	for _, r := range all {
		r.check()
	}
	report, failure, err := edition.Verify(os.DirFS(k.lists), k.verifier)
	if err != nil || failure != nil || len(report.Editions) != k.editions || report.Interrupted > 0 {
		k.fail("the folder of lists in the end: %v %v %+v, %d editions were answered", err, failure, report, k.editions)
	}
	for _, kind := range sorted(k.done) {
		l := k.done[kind]
		k.t.Logf("%-22s %3d asked, %2d killed, %2d cut off, of these %2d done", kind, l.asked, l.killed, l.cut, l.there)
	}
	for _, f := range k.faults {
		k.t.Error(f)
	}
	fmt.Printf("%d of the server, %d of Redis, in %d acts\n%d kills lost %d extra %d broken %d\n", k.servers, k.redises, len(k.asks), k.servers+k.redises, lost, extra, len(k.faults))
	if lost+extra > 0 {
		k.t.Errorf("lost %d extra %d", lost, extra)
	}
}

// lines counts the lines of the journal in Kafka against what was asked for.
func (k *killing) lines(rounds int) (lost, extra int) {
	lines, kinds, tips, last := map[string]int{}, map[string]string{}, 0, int64(0)
	versions := map[string]int64{}
	for r, err := range journal.Once(k.o.journalRecords(k.t.Context())) {
		if err != nil || r.N != last+1 {
			k.fail("record %d of the journal comes after %d: %v", r.N, last, err)
			break
		}
		last = r.N
		if l := &r.Line; l.Kind == "tip.new" {
			tips++
		} else if strings.HasSuffix(l.Chain, "/staff") && l.Who != "setup" && l.Kind != "user.signin" {
			lines[l.ID]++
			kinds[l.ID] = l.Kind + " by " + l.Who
		}
		if kind, _, _ := strings.Cut(r.Line.Object, ":"); slices.Contains([]string{"case", "tip", "campaign"}, kind) {
			if versions[r.Line.Object]++; r.Line.Version != versions[r.Line.Object] {
				k.fail("%s of %s gives version %d, the lines before it %d", r.Line.Kind, r.Line.Object, r.Line.Version, versions[r.Line.Object]-1)
			}
		}
	}
	for id, a := range k.asks {
		if n := lines[id+a.other]; a.other != "" && n > 0 {
			lines[id+a.lines[0]] += n
			delete(lines, id+a.other)
		}
		ids, some := a.ids(), 0
		for _, line := range ids {
			some += min(lines[line], 1)
			extra += max(lines[line]-1, 0)
			delete(lines, line)
		}
		switch {
		case a.answered && some < len(ids):
			lost++
			k.t.Logf("lost: %s", a.kind)
		case some != 0 && some != len(ids):
			k.fail("%s was done by half", a.kind)
		}
	}
	for id := range lines {
		k.t.Logf("nobody asked for %s", kinds[id])
	}
	lost, extra = lost+max(rounds-tips, 0), extra+len(lines)+max(tips-rounds, 0)
	for object, n := range versions {
		k.explained(object, n)
	}
	return lost, extra
}

// explained compares the version of an object with what its lines say.
func (k *killing) explained(object string, want int64) {
	kind, id, _ := strings.Cut(object, ":")
	if kind == "campaign" && strings.Contains(id, "/") {
		return // an object of a campaign
	}
	have, err := k.o.journal.Reader().HGet(k.t.Context(), k.o.journal.Key(object), "version").Int64()
	if err != nil || have != want {
		k.fail("%s has version %d, its lines %d: %v", kind, have, want, err)
	}
}

// check looks at what a round left.
func (r *round) check() {
	ctx := r.t.Context()
	c, err := r.o.cases.Case(ctx, r.id)
	if err != nil || c.Status != cases.Closed {
		r.fail("the case of %s is %s: %v", r.hospital, c.Status, err)
	}
	var kept []string
	for _, e := range c.File.Evidence {
		b, err := os.ReadFile(filepath.Join(r.dir, "papers", "evidence", e.Hash[:2], e.Hash))
		if err != nil || hashOf(b) != e.Hash {
			r.fail("evidence of %s: %v", r.hospital, err)
		}
		kept = append(kept, e.Hash)
	}
	for _, h := range r.proofs {
		if !slices.Contains(kept, h) {
			r.fail("evidence of %s is lost", r.hospital)
		}
	}
	if c, err := r.o.cases.Case(ctx, r.breach); err != nil || c.Status != cases.Filed {
		r.fail("the case of the breach is %s: %v", c.Status, err)
	}
	l, err := r.o.lists.Listing(ctx, strings.TrimPrefix(r.at, "/listings/"))
	if err != nil || l.Status != "removed" || l.In == 0 {
		r.fail("the listing of %s is %s: %v", r.hospital, l.Status, err)
	}
	r.checkTip(ctx)
	r.checkDraw(ctx)
}

// checkTip: what was said stands there once.
func (r *round) checkTip(ctx context.Context) {
	store, err := r.o.openTips()
	r.o.must(err)
	tip, err := store.Tip(ctx, strings.TrimPrefix(r.tip, "/tips/"))
	if err != nil || tip.Status != "tied" || tip.Case != r.id {
		r.fail("the tip of %s is %s: %v", r.hospital, tip.Status, err)
	}
	times := map[string]int{}
	for _, m := range tip.Messages {
		times[m.Text]++
	}
	for _, text := range r.messages {
		if times[text] == 0 {
			r.fail("a message of %s is lost", r.hospital)
		}
	}
	for _, n := range times {
		if n > 1 {
			r.fail("a message of %s stands there %d times", r.hospital, n)
		}
	}
}

// checkDraw verifies the draw by the command that anybody has.
func (r *round) checkDraw(ctx context.Context) {
	store := r.o.inspections()
	c, err := store.Campaign(ctx, strings.TrimPrefix(r.campaign, "/inspections/"))
	if err != nil {
		r.fail("the campaign of %s: %v", r.hospital, err)
		return
	}
	d, err := store.DrawOf(ctx, &c)
	if err != nil {
		r.fail("the draw of %s: %v", r.hospital, err)
		return
	}
	dir := r.t.TempDir()
	drawn, commit := filepath.Join(dir, "draw.json"), filepath.Join(dir, "commit.json")
	for path, b := range map[string][]byte{drawn: d.Bytes(), commit: d.Commit.Bytes()} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	if code, out, msg := run(r.t, "", "draw", "verify", drawn, "--commit", commit); code != 0 {
		r.fail("the draw of %s does not verify: %s %s", r.hospital, out, msg)
	}
}

func sorted(m map[string]*ledger) (out []string) {
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
