package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
	"fundwatch/web/words"
)

func (b *tab) open(path string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(b.base + path))
}

func (b *tab) arrive(path string) {
	b.t.Helper()
	b.Until(`(location.pathname + location.search).startsWith(` + quoted(path) + `)`)
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

func (b *tab) press(keys string, options ...chromedp.KeyOption) {
	b.t.Helper()
	b.Do(chromedp.KeyEvent(keys, options...))
}

// reach presses Tab until an element has the focus, as it must be seen to have.
func (b *tab) reach(selector string) {
	b.t.Helper()
	for range 150 {
		if js[bool](b, `document.activeElement.matches(`+quoted(selector)+`)`) {
			if !js[bool](b, `getComputedStyle(document.activeElement).outlineStyle !== "none"`) {
				b.t.Errorf("%s: the focus is not seen", selector)
			}
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("%s: no key leads to %s", js[string](b, "location.pathname"), selector)
}

// clear empties the field that has the focus.
func (b *tab) clear() {
	b.press("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	b.press(kb.Delete)
}

// compose types by an input method: while it composes Enter is its own and
// must send nothing; then the text is taken over.
func (b *tab) compose(text string) {
	b.t.Helper()
	before := js[float64](b, "performance.timeOrigin")
	call := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	_, err := chromedp.Call(b.Ctx, input.ImeSetComposition, input.ImeSetCompositionParams{Text: "pin yin", SelectionStart: 7, SelectionEnd: 7})
	call(err)
	for _, code := range []int64{229, 13} { // browsers differ in what they call it
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			_, err := chromedp.Call(b.Ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: code})
			call(err)
		}
	}
	_, err = chromedp.Call(b.Ctx, input.InsertText, input.InsertTextParams{Text: text})
	call(err)
	if after := js[float64](b, "performance.timeOrigin"); after != before {
		b.t.Error("the Enter of an input method sent the form")
	}
	if have := js[string](b, "document.activeElement.value"); have != text {
		b.t.Errorf("composed %q, want %q", have, text)
	}
}

// TestBrowserInvestigatorByKeyboard: from signing in to a case without a mouse.
func TestBrowserInvestigatorByKeyboard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fill()
	h.user("zhang", nil, accounts.Investigator)
	h.user("li.si", nil, accounts.Investigator)
	b := newTab(t, h)
	b.as("", words.ZH, "light")

	b.open("/leads")
	b.arrive("/signin")
	b.reach("#login")
	b.press("zhang")
	b.reach("#password")
	b.press(password + kb.Enter)
	b.arrive("/leads")

	b.reach("#kind")
	b.press(kb.ArrowDown)
	b.reach("form.filter button.main")
	b.press(kb.Enter)
	b.Until(`location.search.includes("kind=institution")`)
	b.Until(`document.querySelectorAll("table.leads tbody tr").length === 2`)

	b.press("j" + "o")
	b.arrive("/leads/L")
	id := strings.TrimPrefix(js[string](b, "location.pathname"), "/leads/")
	b.reach("#to")
	for range 9 {
		if js[string](b, `document.activeElement.value`) == "li.si" {
			break
		}
		b.press(kb.ArrowDown)
	}
	b.reach(`form[action$="/assign"] button`)
	b.press(kb.Enter)
	b.Until(`document.querySelector(".sums .person")?.title === "li.si"`)

	b.reach("#why-reveal")
	b.compose("核对住院登记（虚构）")
	b.reach(`form[action$="/reveal"] button`)
	b.press(kb.Enter)
	b.arrive("/leads/" + id + "/reveal")
	if !js[bool](b, `document.body.innerText.includes(`+quoted(person)+`)`) {
		t.Error("the number is not shown")
	}

	b.press("g" + "l")
	b.arrive("/leads")
	b.Until(`document.querySelectorAll("table.leads tbody tr").length === 4`)
	b.reach("#find")
	b.clear()
	b.compose("虚构医院 " + right)
	b.press(kb.Enter)
	b.Until(`location.search.includes("q=")`)
	b.reach(`tbody th a[href="/leads/` + h.leadID(inRight) + `"]`)
	b.press(kb.Enter)
	b.arrive("/leads/" + h.leadID(inRight))
	b.reach("#why-dismiss")
	b.compose("两次住院的时间已核实（虚构）")
	b.reach(`form[action$="/dismiss"] button`)
	b.press(kb.Enter)
	b.Until(`document.querySelector(".decided") !== null`)

	b.open("/leads/" + h.leadID(ofDoctor))
	b.reach(`a[href^="/cases/new"]`)
	b.press(kb.Enter)
	b.arrive("/cases/new")
	b.reach("#why")
	b.compose("一并核查（虚构）")
	b.reach("form.card button.main")
	b.press(kb.Enter)
	b.arrive("/cases/C")
	b.reach(`form[action="/signout"] button`)
	b.press(kb.Enter)
	b.arrive("/signin")

	want := map[string]func(*cases.Lead) bool{
		id:                 func(l *cases.Lead) bool { return l.Assignee == "li.si" },
		h.leadID(inRight):  func(l *cases.Lead) bool { return l.Decided.Reason == "两次住院的时间已核实（虚构）" },
		h.leadID(ofDoctor): func(l *cases.Lead) bool { return l.Case != "" },
	}
	for id, is := range want {
		if l, err := h.cases.Lead(t.Context(), id); err != nil || !is(&l) {
			t.Errorf("%+v %v", l, err)
		}
	}
	for _, text := range b.Quiet() {
		t.Error(text)
	}
}

// TestBrowserAdministratorsByKeyboard: a dead letter is mended and sent again,
// and a user is invited, without a mouse.
func TestBrowserAdministratorsByKeyboard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fill()
	h.user("sun", nil, accounts.System)
	h.user("zhou", nil, accounts.Security)
	b := newTab(t, h)
	b.as("sun", words.EN, "dark")

	b.open("/")
	b.reach(`nav.side a[href="/dead"]`)
	b.press(kb.Enter)
	b.arrive("/dead")
	b.press("jj" + "o")
	b.arrive("/dead/0/")
	place := js[string](b, "location.pathname")
	b.reach("#why-reveal")
	b.press("to mend it (invented)")
	b.reach(`form[action$="/reveal"] button`)
	b.press(kb.Enter)
	b.arrive(place + "/reveal")
	for _, claim := range []string{`{"bad":1}`, `{"good":1}`} {
		b.reach("#claim")
		b.clear()
		b.press(claim)
		if claim == `{"bad":1}` {
			b.reach("#why-replay")
			b.compose("性别代码已更正（虚构）")
		}
		b.reach(`form[action$="/replay"] button`)
		b.press(kb.Enter)
		if claim == `{"bad":1}` {
			b.Until(`document.activeElement.matches(".fault") && document.activeElement.innerText.includes("Sex must be 0, 1, 2 or 9.")`)
		}
	}
	b.arrive("/dead")
	b.Until(`location.pathname === "/dead"`)
	h.sync()
	if sent := h.log["claims"]; string(sent[len(sent)-1].Value) != `{"good":1}` {
		t.Errorf("sent %s", sent[len(sent)-1].Value)
	}

	b.as("zhou", words.ZH, "light")
	b.open("/users")
	b.reach("#login")
	b.press("qian.wu")
	b.reach("#name")
	b.compose("虚构钱")
	for _, box := range []string{`[name="roles"][value="inspector"]`, `[name="counties"][value="` + left + `"]`} {
		b.reach(box)
		b.press(" ")
	}
	b.reach("#why")
	b.compose("按文件增加（虚构）")
	b.reach("main form button.main")
	b.press(kb.Enter)
	b.Until(`document.querySelector(".link")?.textContent.includes("/invite/")`)
	u, err := h.users.ByLogin(t.Context(), "qian.wu")
	if err != nil || u.Name != "虚构钱" || !slices.Equal(u.Roles, []accounts.Role{accounts.Inspector}) || !slices.Equal(u.Counties, []string{left}) {
		t.Errorf("%+v %v", u, err)
	}
	for _, text := range b.Quiet() {
		t.Error(text)
	}
}

// TestBrowserTwoPeopleOneRecord: whoever comes second sees both sides and
// decides again, for a lead and for a user.
func TestBrowserTwoPeopleOneRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fill()
	for login, role := range map[string]accounts.Role{"zhang": accounts.Investigator, "li.si": accounts.Investigator, "zhou": accounts.Security, "zheng": accounts.Security} {
		h.user(login, nil, role)
	}
	qian := h.user("qian", nil, accounts.Inspector)
	one, two := newTab(t, h), newTab(t, h)
	both := func(a, b, path string) {
		one.as(a, words.ZH, "light")
		two.as(b, words.EN, "dark")
		one.open(path)
		two.open(path)
	}
	send := func(b *tab, form, field, text string) {
		t.Helper()
		b.Do(chromedp.SendKeys(chromedp.CSS(form+" "+field), text), chromedp.Click(chromedp.CSS(form+" button")))
	}

	lead := "/leads/" + h.leadID(inLeft)
	both("zhang", "li.si", lead)
	one.Do(chromedp.Evaluate[chromedp.Void](`document.getElementById("to").value = "li.si"`), chromedp.Click(chromedp.CSS(`form[action$="/assign"] button`)))
	one.Until(`document.querySelector(".sums .person") !== null`)
	h.sync()
	send(two, `form[action$="/dismiss"]`, "textarea", "checked (invented)")
	two.Until(`document.querySelector("h1").textContent === "Somebody was quicker"`)
	if s := two.Status(); s != 409 {
		t.Errorf("status %d", s)
	}
	text := js[string](two, `document.querySelector("main").innerText`)
	for _, want := range []string{"checked (invented)", "虚构 li.si", "虚构 zhang", "assigned"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
	two.Do(chromedp.Click(chromedp.CSS("form.card button.main")))
	two.Until(`document.querySelector(".decided")?.innerText.includes("checked (invented)")`)

	both("zhou", "zheng", "/users/"+qian.ID)
	one.Do(chromedp.Click(chromedp.CSS(`[name="counties"][value="` + left + `"]`)))
	send(one, "form.content", "textarea", "调到左旗（虚构）")
	one.Until(`document.querySelector('[name="version"]').value === "3"`)
	two.Do(chromedp.Click(chromedp.CSS(`[name="disabled"]`)))
	send(two, "form.content", "textarea", "has left (invented)")
	two.Until(`document.activeElement.matches(".fault")`)
	if s := two.Status(); s != 409 {
		t.Errorf("status %d", s)
	}
	sides := js[[]string](two, `[...document.querySelectorAll(".halves dl")].map((side) => side.innerText)`)
	if len(sides) != 2 || !strings.Contains(sides[0], "disabled") || strings.Contains(sides[0], "Left") || !strings.Contains(sides[1], "Left") || strings.Contains(sides[1], "disabled") {
		t.Errorf("sides %q", sides)
	}
	if u, err := h.users.User(t.Context(), qian.ID); err != nil || u.Status != accounts.Active || u.Version != 3 {
		t.Errorf("%+v %v", u, err)
	}
	send(two, "form.content", "textarea", "has left, seen (invented)")
	two.Until(`document.querySelector(".fault") === null && document.querySelector(".u-disabled") !== null`)
}

// TestBrowserFormsSentWrong: every form holds itself back while something is
// missing; sent all the same it is answered with a sentence, in both languages.
func TestBrowserFormsSentWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.staff()
	h.fill()
	b := newTab(t, h)
	seen := map[string]bool{}
	pages := h.pagesOf(t)
	guest, err := h.users.Invite(t.Context(), accounts.User{Login: "guest", Name: "虚构 guest"}, h.by("root"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := h.users.Link(t.Context(), accounts.Invite, guest.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	pages[""] = append(pages[""], "/invite/"+token)
	for role, paths := range pages {
		for _, path := range paths {
			b.as(role, words.Langs()[len(seen)%2], "light")
			b.open(path)
			for i := range js[int](b, `document.querySelectorAll('main form[method="post"]').length`) {
				form := fmt.Sprintf(`document.querySelectorAll('main form[method="post"]')[%d]`, i)
				action := js[string](b, `new URL(`+form+`.action).pathname`)
				if seen[action] || !js[bool](b, form+`.querySelector("[required]") !== null`) {
					continue
				}
				seen[action] = true
				for _, lang := range words.Langs() {
					b.as(role, lang, "light")
					b.open(path)
					if js[bool](b, `(() => { for (const e of `+form+`.querySelectorAll('input:not([type="hidden"]):not([type="checkbox"]):not([readonly]), textarea')) e.value = ""; return `+form+`.checkValidity(); })()`) {
						t.Errorf("%s: the browser would send it empty", action)
					}
					began := js[float64](b, "performance.timeOrigin")
					js[bool](b, form+`.noValidate = true; `+form+`.requestSubmit(); true`)
					b.Until(fmt.Sprintf("performance.timeOrigin !== %f", began))
					if s := b.Status(); s < 400 || s >= 500 {
						t.Errorf("%s %s: status %d", action, lang, s)
					}
					told := js[string](b, `document.querySelector(".fault, .problem")?.innerText ?? ""`)
					if told == "" || chinese.MatchString(told) != (lang == words.ZH) {
						t.Errorf("%s %s: it says %q", action, lang, told)
					}
					for _, text := range b.Quiet() {
						t.Errorf("%s %s: the console says %s", action, lang, text)
					}
				}
				b.open(path)
			}
		}
	}
	if len(seen) < 12 {
		t.Errorf("%d forms: %v", len(seen), seen)
	}
}
