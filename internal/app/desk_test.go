package app

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// page gives an address of the desk, as a browser sees it.
func page(t *testing.T, c *http.Client, address string) (status int, body string) {
	t.Helper()
	a, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return a.StatusCode, string(b)
}

// jar is a browser's memory of one site. Cookies of tests are not for TLS.
type jar struct{ all map[string]*http.Cookie }

func (j *jar) SetCookies(_ *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		j.all[c.Name] = c
	}
}

func (j *jar) Cookies(*url.URL) (out []*http.Cookie) {
	for _, c := range j.all {
		out = append(out, c)
	}
	return out
}

func browser() *http.Client { return &http.Client{Jar: &jar{map[string]*http.Cookie{}}} }

// TestFirstUserIsMadeByAOneTimeLink: the server prints it while there is no
// user, and never again; the user is there after a restart.
func TestFirstUserIsMadeByAOneTimeLink(t *testing.T) {
	folder := t.TempDir()
	begin := func() *running {
		o := serveOptions{worker: newDeadWorker, embedded: folder}
		o.set = []string{"region=152900", "http.addr=127.0.0.1:0", "metrics.addr=127.0.0.1:0", "kafka.partitions=1", "desk.second_factor=false"}
		return start(t, o)
	}
	r := begin()
	r.get(t, "/readyz", is200)
	link := ""
	for range 3000 {
		if link = regexp.MustCompile(`http://\S+/setup/\S+`).FindString(r.out.String()); link != "" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	c := browser()
	if status, body := page(t, c, link); status != 200 || !strings.Contains(body, "初始设置") {
		t.Fatalf("%q: %d %s", link, status, body)
	}
	a, err := c.PostForm(link, url.Values{"login": {"root.sec"}, "name": {"虚构安全"}, "password": {"Long-enough1"}, "password_again": {"Long-enough1"}})
	if err != nil || a.StatusCode != 200 || a.Request.URL.Path != "/" {
		t.Fatal(a, err)
	}
	a.Body.Close()
	if status, body := page(t, c, r.http+"/users"); status != 200 || !strings.Contains(body, "虚构安全") {
		t.Errorf("users: %d", status)
	}
	if strings.Contains(r.log.String(), "/setup/") {
		t.Error("the link stands in the log")
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = begin()
	r.get(t, "/readyz", is200)
	for range 3000 {
		if status, _ := page(t, browser(), r.http+"/signin"); status == 200 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	again := browser()
	a, err = again.PostForm(r.http+"/signin", url.Values{"login": {"root.sec"}, "password": {"Long-enough1"}})
	if err != nil || a.Request.URL.Path != "/" || a.StatusCode != 200 {
		t.Fatal(a, err)
	}
	a.Body.Close()
	if strings.Contains(r.out.String(), "/setup/") {
		t.Error("a second link was printed")
	}
}

// TestAnAdministratorIsLetInAgain: the command line ends a lost password and
// prints a link that works once, on record.
func TestAnAdministratorIsLetInAgain(t *testing.T) {
	i := install(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := makeSecret(secret); err != nil {
		t.Fatal(err)
	}
	i.sets = append(i.sets, "desk.secret_file="+secret, "desk.second_factor=false")
	r := start(t, serveOptions{settingsFlags: i.flags(), worker: newDeadWorker})
	r.get(t, "/readyz", is200)
	link := ""
	for range 3000 {
		if link = regexp.MustCompile(`http://\S+/setup/\S+`).FindString(r.out.String()); link != "" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	a, err := browser().PostForm(link, url.Values{"login": {"root.sec"}, "name": {"虚构安全"}, "password": {"Long-enough1"}, "password_again": {"Long-enough1"}})
	if err != nil || a.StatusCode != 200 {
		t.Fatal(a, err)
	}
	a.Body.Close()
	if code, _, msg := i.run(t, "", "user", "invite", "root.sec"); code != 2 || !strings.Contains(msg, "--reason") {
		t.Errorf("without a reason: %d %s", code, msg)
	}
	if code, _, _ := i.run(t, "", "user", "invite", "nobody", "--who", "虚构", "--reason", "虚构"); code != 1 {
		t.Errorf("nobody: %d", code)
	}
	code, out, msg := i.run(t, "", "user", "invite", "root.sec", "--who", "虚构", "--reason", "口令遗失", "--json")
	var made struct{ Path string }
	if err := json.Unmarshal([]byte(out), &made); code != 0 || err != nil {
		t.Fatal(code, msg, err)
	}
	c := browser()
	a, err = c.PostForm(r.http+made.Path, url.Values{"password": {"Another-one2"}, "password_again": {"Another-one2"}})
	if err != nil || a.StatusCode != 200 || a.Request.URL.Path != "/" {
		t.Fatal(a, err)
	}
	a.Body.Close()
	if status, _ := page(t, c, r.http+made.Path); status != 410 {
		t.Errorf("the link again: %d", status)
	}
}

// TestNoPagesWithoutASecret: then the server is for institutions alone.
func TestNoPagesWithoutASecret(t *testing.T) {
	i := install(t)
	r := start(t, serveOptions{settingsFlags: i.flags(), worker: newDeadWorker})
	r.get(t, "/readyz", is200)
	if status, body := page(t, browser(), r.http+"/"); status != 404 || !strings.Contains(body, "desk.secret_file") {
		t.Errorf("%d %s", status, body)
	}
}

// TestDemoOpensForEveryRole: it prints a one-time link for each role, and what
// it shows was found by the detectors.
func TestDemoOpensForEveryRole(t *testing.T) {
	out := &log{}
	e := &env{in: strings.NewReader(""), out: out, err: io.Discard, clock: time.Now}
	small := demoPlace(e.clock())
	small.Claims, small.Persons, small.Institutions, small.Plants, small.Days = 4000, 0, 0, 4, 365
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- e.demo(ctx, &demonstration{dir: t.TempDir(), addr: "127.0.0.1:0", place: small, first: 3000})
	}()
	var links []string
	for range 6000 {
		if links = regexp.MustCompile(`http://\S+/enter/\S+`).FindAllString(out.String(), -1); len(links) == len(demoUsers) {
			break
		}
		select {
		case err := <-ended:
			t.Fatal(err, out)
		default:
			time.Sleep(50 * time.Millisecond)
		}
	}
	if len(links) != len(demoUsers) {
		t.Fatal(out)
	}
	var heads *http.Client
	for i, link := range links {
		c := browser()
		if demoUsers[i].Login == "head" {
			heads = c
		}
		a, err := c.Post(link, "", nil)
		if err != nil || a.StatusCode != 200 || a.Request.URL.Path != "/" {
			t.Fatal(demoUsers[i].Login, a, err)
		}
		b, _ := io.ReadAll(a.Body)
		a.Body.Close()
		if !strings.Contains(string(b), demoUsers[i].Name) {
			t.Errorf("%s: %.300s", demoUsers[i].Login, b)
		}
		if demoUsers[i].Login == "investigator" && !strings.Contains(string(b), "/leads/L") {
			t.Error("the investigator has no leads")
		}
	}
	soon(t, "the round of the demonstration", func() bool { return strings.Count(out.String(), "AGE-SECRET-KEY-") == 2 })
	base, _, _ := strings.Cut(links[0], "/enter/")
	if list := body(t, base+"/lists?lang=zh"); !strings.Contains(list, "医保罚〔") || !strings.Contains(out.String(), "a served decision: 2") {
		t.Errorf("no listing: %s\n%s", list, out)
	}
	demoDrawIsPublic(t, base)
	demoCustodiansOpen(t, base, heads, out.String())
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// demoDrawIsPublic: the draw of the demonstration has its files, of ids alone.
func demoDrawIsPublic(t *testing.T, base string) {
	t.Helper()
	at := regexp.MustCompile(`/draws/[A-Z0-9]\w+`).FindString(body(t, base+"/draws?lang=zh"))
	file := body(t, base+at+"/draw.json")
	if at == "" || !strings.Contains(file, `"I01"`) || strings.Contains(file, "虚构 甲") || strings.Contains(file, "虚构-001") {
		t.Errorf("%s: %.500s", at, file)
	}
}

// demoCustodiansOpen: the two keys that are printed open who sent the tip.
func demoCustodiansOpen(t *testing.T, base string, head *http.Client, printed string) {
	t.Helper()
	keys := regexp.MustCompile(`AGE-SECRET-KEY-\w+`).FindAllString(printed, -1)
	_, list := page(t, head, base+"/tips")
	at := regexp.MustCompile(`/tips/T\w+`).FindString(list)
	_, tip := page(t, head, base+at)
	act := regexp.MustCompile(`name="act" value="(\w+r)"`).FindStringSubmatch(tip)
	if len(keys) != 2 || act == nil || strings.Contains(tip, "虚构的举报人") {
		t.Fatalf("%d keys; %s: %.3000s", len(keys), at, tip)
	}
	r, err := http.NewRequest(http.MethodPost, base+at+"/reveal", strings.NewReader(url.Values{"act": {act[1]}, "password_first": {keys[0]}, "password_second": {keys[1]}, "reason": {"虚构"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", base)
	a, err := head.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if b, _ := io.ReadAll(a.Body); a.StatusCode != http.StatusOK || !strings.Contains(string(b), "虚构的举报人") {
		t.Errorf("%d %.3000s", a.StatusCode, b)
	}
}
