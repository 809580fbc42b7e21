package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"fundwatch/internal/accounts"
	"fundwatch/web/browsertest"
)

// All people, institutions, certificates and amounts here are invented (虚构).

// clerk is somebody of a scenario at a browser of their own.
type clerk struct {
	*browsertest.Window
	*scene
	login string
}

// goTo opens a page of the desk, and signs in first where that is asked.
func (c *clerk) goTo(path string) {
	c.t.Helper()
	c.Visit(c.http + path)
	if c.Path() != "/signin" {
		return
	}
	c.Fill("登录名", c.login)
	c.Fill("口令", roundPassword)
	c.Press("登录")
	c.Read("虚构" + c.login)
}

// does fills a form in, pair by pair of label and value, and sends it.
func (c *clerk) does(button string, pairs ...string) {
	c.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		c.Fill(pairs[i], pairs[i+1])
	}
	c.Press(button)
}

// move goes from the page of a case to the form of a move and sends it.
func (c *clerk) move(at, name string, pairs ...string) {
	c.t.Helper()
	c.moves("办理", at, name, pairs)
}

// asksFor does so with a move that another person has to approve.
func (c *clerk) asksFor(at, name string, pairs ...string) {
	c.t.Helper()
	c.moves("提请批准", at, name, pairs)
}

func (c *clerk) moves(button, at, name string, pairs []string) {
	c.t.Helper()
	c.goTo(at)
	c.Press(button, name)
	c.does(button, append(pairs, "理由", "虚构：办理")...)
	if p := c.Path(); p != at {
		c.t.Fatalf("%s: %s was not taken; %s", c.login, name, c.Where())
	}
}

// approves reads what waits on a case and approves it.
func (c *clerk) approves(at string, seen ...string) {
	c.t.Helper()
	c.goTo(at)
	c.Read(seen...)
	c.does("批准", "批准意见", "虚构：同意")
}

// TestRoundInChromium: what TestRoundFromAClaim does, by people who see pages
// and press what stands there; each has a browser, and nothing is sent that
// their forms do not send. The first claim comes by the topic.
func TestRoundInChromium(t *testing.T) {
	people := map[string]accounts.Role{"jiang": accounts.Investigator, "yuan": accounts.Investigator, "liang": accounts.Reviewer,
		"zhang": accounts.Head, "gong": accounts.Disclosure, "shi": accounts.Disclosure}
	first := browsertest.Open(t) // or the test is skipped
	s := open(t, people)
	o := openOffice(t, s.i)
	at := map[string]*clerk{}
	for login := range people {
		at[login] = &clerk{first.Beside(), s, login}
	}

	at["jiang"].awaits(func() { s.send("S1", "2026-03-05", "2026-03-09", "2026-03-04") })
	file := s.seenThrough(at)
	listing := s.seenListed(at, file)
	s.restricted(`"restricted":true`)
	s.verifyLists("1 editions, 1 records")
	s.strangerFinds(first)

	s.settle("S2", s.day(0), s.day(0), s.day(0))
	s.lead(o, "R11", 1)
	at["jiang"].finds("R11")
	at["jiang"].Press("结算 1 笔，明细 1 条")
	at["jiang"].Read("暂停期间的费用", hospital+"/S2")
	s.pass(40)
	shi := at["shi"]
	shi.goTo(listing)
	shi.Read("须 6 个月内无新的违规")
	s.pass(150)
	shi.goTo(listing)
	shi.Fill("理由", "虚构：已履行并纠正", "信用修复，移出")
	shi.Press("信用修复，移出", "信用修复，移出")
	shi.Read("待移出")
	shi.publishes("虚构：已修复")
	shi.Read("现行第 2 期")
	s.restricted(`"restricted":false,"restrictions":[],"edition":2`)
	s.settle("S3", s.day(0), s.day(0), s.day(0))
	s.took(o, 3)
	s.lead(o, "R11", 1) // of the time on the list, and no other
	s.verifyLists("2 editions, 0 records")
	first.Visit(s.http + "/lists")
	first.Read("现行第 2 期", "现行名单没有任何记录")
	if first.Sees("虚构医院") {
		t.Error("who was removed is still shown")
	}
	at["gong"].goTo(listing)
	at["gong"].Read("已移出", "信用修复")
	for login, c := range at {
		for _, text := range c.Quiet() {
			t.Errorf("%s: the console says %s", login, text)
		}
	}
	for _, text := range first.Quiet() {
		t.Errorf("a stranger: the console says %s", text)
	}
	s.end()
}

// send sends a claim of a stay to the topic, as a file of a place is sent.
func (s *scene) send(id, admitted, discharged, fee string) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "claims.jsonl")
	if err := os.WriteFile(file, []byte(stay(id, admitted, discharged, fee)+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if code, out, msg := s.i.run(s.t, "", "send", file); code != 0 {
		s.t.Fatal(code, out, msg)
	}
}

// awaits has the first page open while something comes: its numbers change, and
// a line says that there is more; the page is not asked for again.
func (c *clerk) awaits(come func()) {
	c.t.Helper()
	c.goTo("/")
	const waiting = `[...document.querySelectorAll(".tiles li")].find((e) => e.innerText.includes("待处理")).querySelector("b").innerText`
	c.Until(waiting + ` === "0"`)
	page := browsertest.JS[string](c.Window, "String(performance.timeOrigin)")
	come()
	c.Until(waiting + ` === "2"`) // F55, and R08 as its sums do not fit
	c.Read("2 条有变化：显示")
	if page != browsertest.JS[string](c.Window, "String(performance.timeOrigin)") {
		c.t.Error("the page was loaded anew")
	}
	c.Press("2 条有变化：显示")
	c.Read("虚构医院")
}

// finds goes to the lead of a scheme through the list.
func (c *clerk) finds(scheme string) {
	c.t.Helper()
	c.goTo("/")
	c.Press("线索", "主菜单")
	c.Press("虚构医院", "虚构医院", scheme)
	c.Read(scheme, "疑点")
}

// seenThrough takes the lead through a case to a decision that was served, and
// gives the address of the case.
func (s *scene) seenThrough(at map[string]*clerk) (file string) {
	s.t.Helper()
	jiang, zhang := at["jiang"], at["zhang"]
	jiang.finds("F55")
	jiang.Press("去建案")
	jiang.does("建案", "建案的理由", "虚构：建案")
	file = jiang.Path()
	jiang.asksFor(file, "立案", "当事人", "虚构医院", "案由", "虚构案由", "依据条款", "条例38(三)")
	jiang.Read("待批准： 立案", "须由有批准权的另一人批准")
	zhang.approves(file, "虚构案由", "条例38(三)")
	jiang.move(file, "指定执法人员", "执法人员一", "jiang", "执法证号一", "虚构001", "执法证一有效期至", "2027-12-31",
		"执法人员二", "yuan", "执法证号二", "虚构002", "执法证二有效期至", "2027-12-31")
	jiang.goTo(file)
	jiang.Press("办理", "核实金额")
	jiang.does("核实本页", "核实 "+hospital+"/S1/1", "20.00", "核实依据", "虚构：病历无此日")
	jiang.goTo(file)
	jiang.Press("办理", "送达事先告知书")
	jiang.does("办理", "拟认定的事实和理由", "虚构事实", "依据条款", "条例38(三)", "责令退回金额（元）", "20.00", "罚款金额（元）", "0",
		"送达日期", s.day(0), "送达方式", "直接送达", "理由", "虚构：办理")
	jiang.Read("罚款不在所依据条款的幅度之内")
	const lower = "低于法定幅度的依据"
	jiang.does("办理", lower, "不予罚款") // all else stands there as it was written
	jiang.move(file, "听取陈述申辩", "当事人意见", "提出陈述申辩", "陈述申辩内容", "虚构陈述", "复核意见", "虚构复核")
	at["liang"].move(file, "法制审核", "结论", "通过", "审核意见", "虚构意见")
	jiang.goTo(file)
	jiang.Read("陈述申辩期限尚未届满")
	s.pass(7)
	jiang.asksFor(file, "作出决定", "决定种类", "行政处罚", "责令退回金额（元）", "20.00", "罚款金额（元）", "0", "依据条款", "条例38(三)",
		lower, "不予罚款", "事实、证据、理由和裁量", "虚构理由")
	zhang.approves(file, "虚构理由", "20.00")
	jiang.move(file, "送达决定书", "送达日期", s.day(0), "送达方式", "邮寄送达")
	jiang.Press("医保罚〔2026〕1号")
	jiang.Read("行政处罚决定书", "虚构医院", "20.00", "虚构理由")
	return file
}

// seenListed puts the decision on the public list, and gives the address of the
// listing.
func (s *scene) seenListed(at map[string]*clerk, file string) (listing string) {
	s.t.Helper()
	gong, shi := at["gong"], at["shi"]
	gong.goTo(file)
	gong.Press("办理", "记入信用记录")
	gong.Tick("具有一定社会影响")
	gong.does("记入信用记录", "作出机关", "虚构医疗保障局", "事实", "住院之外的日期计费（虚构）", "理由", "虚构：决定已送达")
	gong.Read("医保罚〔2026〕1号", "虚构医院")
	gong.Fill("理由", "虚构：按政策", "提出列入")
	gong.Press("提出列入", "提出列入")
	listing = gong.Path()
	gong.Fill("异议期最后一日", s.day(2), "送达列入前告知")
	gong.Fill("这一日的依据（文件和条款）", "虚构条款", "送达列入前告知")
	gong.Fill("理由", "虚构：送达", "送达列入前告知")
	gong.Press("送达列入前告知", "送达列入前告知")
	gong.Read("异议期未过")
	s.pass(3)
	gong.goTo(listing)
	gong.Read("须由提出者以外的另一人办理")
	shi.goTo("/")
	shi.Press("名单", "主菜单")
	shi.Press("已告知")
	shi.Press("虚构医院", "虚构医院", "轻微")
	if at := shi.Path(); at != listing {
		s.t.Errorf("the list leads to %s, not to %s", at, listing)
	}
	shi.Read("住院之外的日期计费（虚构）")
	shi.Fill("理由", "虚构：同意列入", "批准列入")
	shi.Press("批准列入", "批准列入")
	shi.publishes("虚构：按月公布")
	shi.Read("现行第 1 期")
	return listing
}

// publishes publishes the next edition.
func (c *clerk) publishes(why string) {
	c.t.Helper()
	c.Press("名单", "主菜单")
	c.Press("逐条查看并发布")
	c.Fill("理由", why, "发布下一期")
	c.Press("发布", "发布下一期")
}

// strangerFinds looks for the hospital on the public list, which says what must
// be public and nothing of persons or of the inside.
func (s *scene) strangerFinds(w *browsertest.Window) {
	s.t.Helper()
	w.Visit(s.http + "/lists")
	w.Read("现行第 1 期", "虚构医院", "91350100M000100Y43", "医保罚〔2026〕1号", "住院之外的日期计费（虚构）")
	page := browsertest.JS[string](w, "document.documentElement.outerHTML")
	for _, inside := range []string{"张虚构", "PS1", "VS1", hospital, "jiang", "gong", "虚构001", "/cases/", "虚构：同意列入"} {
		if strings.Contains(page, inside) {
			s.t.Errorf("%q is public", inside)
		}
	}
	const label = "按名称、统一社会信用代码、决定书文号或事实查找"
	w.Fill(label, "91350100M000100Y43")
	w.Press("查找")
	w.Read("找到 1 条", "虚构医院")
	w.Fill(label, "另一医院")
	w.Press("查找")
	w.Read("没有找到")
	if w.Sees("虚构医院") {
		s.t.Error("the search finds who was not asked for")
	}
}

// byTelephone reports in Chromium without scripts, on the screen of a telephone.
type byTelephone struct {
	*browsertest.Window
	*scene
}

func (p byTelephone) tells(about, said string) (receipt string) {
	p.t.Helper()
	p.Visit(p.http + "/lists")
	p.fits()
	p.Press("举报")
	p.Fill("举报谁、什么时候", about)
	p.Fill("举报内容", said)
	p.fits()
	p.Press("提交")
	p.Read("回执只显示这一次")
	p.fits()
	return strings.ReplaceAll(browsertest.JS[string](p.Window, `document.querySelector("output").innerText`), " ", "")
}

func (p byTelephone) adds(receipt, text string) {
	p.t.Helper()
	p.reads(receipt)
	p.Fill("补充情况", text)
	p.Press("发送")
	p.Read(text)
	p.fits()
}

func (p byTelephone) reads(receipt string) string {
	p.t.Helper()
	p.Visit(p.http + "/tip")
	p.Press("凭回执查看进展")
	p.Fill("回执", receipt)
	p.Press("查看")
	p.fits()
	page := browsertest.JS[string](p.Window, "location.href + document.documentElement.outerHTML")
	if strings.Contains(browsertest.JS[string](p.Window, "location.href"), receipt) {
		p.t.Error("the receipt stands in the address")
	}
	return page
}

// fits: nothing is wider than the screen.
func (p byTelephone) fits() {
	p.t.Helper()
	if have := browsertest.JS[int](p.Window, "document.documentElement.scrollWidth"); have > telephone {
		p.t.Errorf("%s is %d wide", p.Path(), have)
	}
}

const telephone = 390 // CSS pixels

// TestRoundFromATipByTelephone: what TestRoundFromATip does, by somebody who has
// a telephone and no scripts.
func TestRoundFromATipByTelephone(t *testing.T) {
	p := byTelephone{browsertest.Open(t), open(t, map[string]accounts.Role{"jiang": accounts.Investigator})}
	p.WithoutScripts()
	p.Do(chromedp.EmulateViewport(telephone, 844, chromedp.EmulateMobile))
	p.aroundFromATip(p)
	for _, text := range p.Quiet() {
		t.Error("the console says", text)
	}
}
