package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fundwatch/blacklist/edition"
	"fundwatch/internal/accounts"
)

// killing is an installation whose server, a process of its own, is killed at
// random moments while people work. Whoever asked for something asks again, with
// the same id, until there is an answer.
type killing struct {
	t             *testing.T
	i             *installation
	o             *office // what the trial itself looks with; it never writes there
	http, metrics string
	dir, lists    string
	verifier      string
	web           *http.Client
	tokens        map[string]string // of institutions
	now           time.Time

	life     sync.Mutex // of the server
	server   *exec.Cmd  // nil: none
	ended    chan error
	log      log
	strikes  sync.WaitGroup
	editions int // answered as published

	mu           sync.Mutex
	rng          *rand.Rand
	wanted, left int // kills still to come, asks still expected
	done         map[string]*ledger
	asks         map[string]*ask // by the id of the act
	sessions     map[string]string
	doors        map[string]*sync.Mutex // of people signing in
	took         map[string]time.Duration
	faults       []string
	servers      int // kills of each
	redises      int
	claims       int
}

// ledger counts what was asked for of a kind.
type ledger struct{ asked, killed, cut, there int }

// ask is something that somebody wants done.
type ask struct {
	id, kind, login, path string
	form                  url.Values
	file                  []byte   // goes along under the name field
	field                 string   // "file" or "content"
	lines                 []string // ends of the ids of the lines it leaves; nil: its id
	other                 string   // end of an id that may stand for the first of lines
	want                  int      // status of the answer; 0: 303
	patient               bool     // a 422 may come of pages that are still reading
	once                  bool     // is not asked again when the connection breaks
	answered              bool
}

// ids are those of the lines that an ask leaves; none where its line has no id.
func (a *ask) ids() (out []string) {
	if a.kind == "tip" {
		return nil
	}
	for _, end := range a.lines {
		out = append(out, a.id+end)
	}
	if out == nil {
		out = []string{a.id}
	}
	return out
}

// fault is what ends the work of somebody in the trial.
type fault struct{ error }

func stop(format string, args ...any) { panic(fault{fmt.Errorf(format, args...)}) }

// fail notes that something is not as it has to be.
func (k *killing) fail(format string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults = append(k.faults, fmt.Sprintf(format, args...))
}

func (k *killing) chance(n int) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rng.IntN(n)
}

// newKilling makes an installation with users, and starts its server.
func newKilling(t *testing.T, seed uint64, hospitals []string, people map[string]accounts.Role) *killing {
	t.Helper()
	k := &killing{t: t, i: install(t), dir: t.TempDir(), rng: rand.New(rand.NewPCG(seed, 6)), now: time.Date(2024, 1, 8, 2, 0, 0, 0, time.UTC),
		done: map[string]*ledger{}, asks: map[string]*ask{}, sessions: map[string]string{}, doors: map[string]*sync.Mutex{}, took: map[string]time.Duration{}, tokens: map[string]string{},
		web: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	in := func(name, text string) string {
		path := filepath.Join(k.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tokens, table := "", "fixmedins_code,uscc,name,kind,hosp_lv,beds,admdvs,lon,lat,legal_rep\n"
	for n, code := range hospitals {
		_, out, _ := run(t, "", "token", "new", code, "--json")
		var made struct{ Token, Line string }
		if err := json.Unmarshal([]byte(out), &made); err != nil {
			t.Fatal(err)
		}
		k.tokens[code], tokens = made.Token, tokens+made.Line+"\n"
		table += fmt.Sprintf("%s,%s,虚构医院%d,hospital,3,100,152921,105.5,38.8,张虚构\n", code, creditCode(n), n)
	}
	key := filepath.Join(k.dir, "key")
	code, out, msg := run(t, "", "list", "key", "fund.example", "--out", key)
	if err := makeSecret(filepath.Join(k.dir, "secret")); code != 0 || err != nil {
		t.Fatal(msg, err)
	}
	k.verifier, k.lists = strings.TrimSpace(out), filepath.Join(k.dir, "list")
	k.http, k.metrics = freeAddress(t), freeAddress(t)
	k.i.sets = append(k.i.sets, "http.tokens_file="+in("tokens", tokens), "knowledge.dir="+filepath.Dir(in("knowledge/institutions.csv", table)),
		"cases.terms_file="+in("terms.json", `{"defence":{"number":3,"unit":"working-days","clause":"虚构文件第三条"}}`),
		"desk.secret_file="+filepath.Join(k.dir, "secret"), "desk.second_factor=false", "lists.dir="+k.lists, "lists.key_file="+key,
		"cases.evidence_url=file://"+filepath.ToSlash(filepath.Join(k.dir, "papers")), "kafka.partitions=1", "worker.stand_hours=10000",
		"http.addr="+k.http, "metrics.addr="+k.metrics)
	k.o = openOffice(t, k.i)
	k.invite(people)
	k.pass(0)
	k.life.Lock()
	k.begin()
	k.life.Unlock()
	t.Cleanup(func() {
		k.strikes.Wait()
		k.life.Lock()
		defer k.life.Unlock()
		if k.server != nil {
			k.kill()
		}
	})
	return k
}

// creditCode is an invented unified social credit code (虚构).
func creditCode(n int) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	code, sum, weight := fmt.Sprintf("91350100M%08d", n), 0, 1
	for i := range code {
		sum += strings.IndexByte(alphabet, code[i]) * weight
		weight = weight * 3 % 31
	}
	return code + alphabet[(31-sum%31)%31:][:1]
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// invite makes users before the server runs.
func (k *killing) invite(people map[string]accounts.Role) {
	k.t.Helper()
	users, err := k.o.openAccounts(func() time.Time { return k.now }, demoCost)
	k.o.must(err)
	for _, login := range slices.Sorted(maps.Keys(people)) {
		by := accounts.By{ID: newID(), Who: "setup", Reason: "虚构", At: k.now}
		u, err := users.Invite(k.t.Context(), accounts.User{Login: login, Name: "虚构" + login, Roles: []accounts.Role{people[login]}}, by)
		k.o.must(err)
		by.ID = newID()
		k.o.must(users.SetPassword(k.t.Context(), &u, roundPassword, by))
		k.doors[login] = &sync.Mutex{}
	}
}

// pass lets days go by for everybody; sessions end meanwhile.
func (k *killing) pass(days int) {
	k.now = k.now.AddDate(0, 0, days)
	if err := setClock(k.clock(), k.now); err != nil {
		k.t.Fatal(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.sessions)
}

func (k *killing) clock() string       { return filepath.Join(k.dir, "clock") }
func (k *killing) day(days int) string { return k.now.AddDate(0, 0, days).Format(time.DateOnly) }

// begin starts the server; nobody waits for it.
func (k *killing) begin() {
	args := []string{"serve"}
	for _, s := range k.i.sets {
		args = append(args, "--set", s)
	}
	s := child(k.clock(), args...)
	s.Stderr = &k.log
	if err := s.Start(); err != nil {
		k.fail("start the server: %v", err)
		return
	}
	ended := make(chan error, 1)
	k.server, k.ended = s, ended
	go func() {
		err := s.Wait()
		ended <- err
		k.life.Lock()
		defer k.life.Unlock()
		if k.server == s { // nobody killed it, and nobody asked it to end
			k.fail("the server ended by itself: %v\n%s", err, lastOf(k.log.String()))
			k.begin()
		}
	}()
}

// kill ends the server in the middle of whatever it does. Who calls it holds life.
func (k *killing) kill() {
	s := k.server
	k.server = nil
	_ = s.Process.Kill()
	<-k.ended // killed: that is its error
}

// moment is when a kill falls: some time after an ask began or, where lines names
// some, after one of them was written.
type moment struct {
	after time.Duration
	line  string
}

// choose says whether and when an ask is to be broken off. The kills are spread
// over all asks, those of kinds that had none before the others, and over the time
// that an ask takes: half of them anywhere in it, half when something of it was
// done and its answer is on the way.
func (k *killing) choose(kind string, lines ...string) (*moment, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	l := k.ledger(kind)
	l.asked++
	k.left = max(k.left-1, 0)
	chance := float64(k.wanted) / float64(k.left+1)
	if l.killed == 0 {
		chance *= 2
	} else {
		chance /= 2
	}
	if k.wanted == 0 || k.rng.Float64() >= chance {
		return nil, false
	}
	k.wanted--
	l.killed++
	if len(lines) > 0 && k.rng.IntN(2) == 0 {
		return &moment{time.Duration(k.rng.Int64N(int64(2 * time.Millisecond))), lines[k.rng.IntN(len(lines))]}, true
	}
	long := k.took[kind]
	if long == 0 {
		long = 20 * time.Millisecond
	}
	return &moment{after: time.Duration(k.rng.Int64N(int64(long) * 13 / 10))}, true
}

// wait waits for the moment; for a line no longer than an ask may take.
func (k *killing) wait(m *moment) {
	for began := time.Now(); m.line != "" && time.Since(began) < 2*time.Second; {
		if done, err := k.o.journal.Done(k.t.Context(), m.line); done || err != nil {
			break
		}
	}
	time.Sleep(m.after)
}

func (k *killing) ledger(kind string) *ledger {
	if k.done[kind] == nil {
		k.done[kind] = &ledger{}
	}
	return k.done[kind]
}

// strike kills the server at a moment and starts it again; in every seventh case
// Redis instead.
func (k *killing) strike(m *moment) {
	k.strikes.Go(func() {
		k.wait(m)
		k.life.Lock()
		defer k.life.Unlock()
		k.mu.Lock()
		n := k.servers + k.redises
		k.mu.Unlock()
		if os.Getenv("FUNDWATCH_TEST_REDIS_RESTART") != "" && n%7 == 3 {
			if out, err := exec.Command(os.Getenv("FUNDWATCH_TEST_REDIS_RESTART")).CombinedOutput(); err != nil {
				k.fail("restart Redis: %v %s", err, out)
			}
			k.mu.Lock()
			k.redises++
			k.mu.Unlock()
			return
		}
		k.kill()
		k.lookAtLists()
		k.mu.Lock()
		k.servers++
		k.mu.Unlock()
		k.begin()
	})
}

// lookAtLists checks the published folder as a kill left it: what was published
// is there and whole, and besides at most the edition that was being made.
func (k *killing) lookAtLists() {
	report, failure, err := edition.Verify(os.DirFS(k.lists), k.verifier)
	have := 0
	if report != nil {
		have = len(report.Editions)
	}
	k.mu.Lock()
	want := k.editions
	k.mu.Unlock()
	if _, missing := os.Stat(k.lists); want == 0 && missing != nil {
		return
	}
	if entries, _ := os.ReadDir(k.lists); want == 0 && len(entries) == 0 {
		return
	}
	if err != nil || failure != nil || have < want || have > want+1 {
		k.fail("the folder of lists after a kill: %v %v, %d editions of %d", err, failure, have, want)
	}
}

// do asks until there is an answer, and gives where that leads to and what it
// says. Only who goes away for good gets none: ok is false then.
func (k *killing) do(a ask) (to, text string, ok bool) {
	a.id = k.newAct()
	a.form.Set("act", a.id)
	if a.want == 0 {
		a.want = http.StatusSeeOther
	}
	m, kill := k.choose(a.kind, a.ids()...)
	k.mu.Lock()
	k.asks[a.id] = &a
	k.mu.Unlock()
	for try := range 6000 {
		if kill && try == 0 {
			k.strike(m)
		}
		began := time.Now()
		status, to, text, err := k.send(&a)
		switch {
		case err == nil && status == a.want && !strings.HasPrefix(to, "/signin"):
			if try == 0 && !kill {
				k.mu.Lock()
				k.took[a.kind] = (3*k.took[a.kind] + time.Since(began)) / 4
				k.mu.Unlock()
			}
			k.mu.Lock()
			a.answered = true
			k.mu.Unlock()
			return to, text, true
		case err == nil && (status == http.StatusSeeOther || status == http.StatusUnauthorized):
			k.signIn(a.login)
			continue
		case err != nil || status >= 500 || status == http.StatusTooManyRequests:
		case status == http.StatusUnprocessableEntity && a.patient && try > 0:
		default:
			stop("%s by %s at %s, try %d: %d %.1500s", a.kind, a.login, a.path, try, status, problemIn(text))
		}
		if try == 0 {
			k.cut(&a)
			if a.once {
				return "", "", false
			}
		}
		time.Sleep(25 * time.Millisecond)
	}
	stop("%s: no answer\n%.3000s", a.kind, lastOf(k.log.String()))
	return "", "", false
}

// problemIn is what a page says went wrong, without its head.
func problemIn(page string) string {
	if _, main, ok := strings.Cut(page, "<main"); ok {
		return main
	}
	return page
}

func lastOf(log string) string { return log[max(0, len(log)-3000):] }

// cut notes whether something that was broken off had been done.
func (k *killing) cut(a *ask) {
	ids := a.ids()
	if len(ids) == 0 {
		return
	}
	done, err := k.o.journal.Done(k.t.Context(), ids[len(ids)-1])
	k.mu.Lock()
	defer k.mu.Unlock()
	l := k.ledger(a.kind)
	l.cut++
	if err == nil && done {
		l.there++
	}
}

// newAct is the id of a form.
func (k *killing) newAct() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return fmt.Sprintf("%016x%016x", k.rng.Uint64(), k.rng.Uint64())
}

// send asks once.
func (k *killing) send(a *ask) (status int, to, text string, err error) {
	body, kind := io.Reader(strings.NewReader(a.form.Encode())), "application/x-www-form-urlencoded"
	if a.file != nil {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for _, name := range slices.Sorted(maps.Keys(a.form)) {
			_ = w.WriteField(name, a.form.Get(name)) // memory takes everything
		}
		part, _ := w.CreateFormFile(a.field, "a")
		_, _ = part.Write(a.file)
		_ = w.Close()
		body, kind = &b, w.FormDataContentType()
	}
	q, err := http.NewRequest(http.MethodPost, "http://"+k.http+a.path, body)
	if err != nil {
		return 0, "", "", err
	}
	q.Header.Set("Content-Type", kind)
	return k.ask(q, a.login)
}

// ask sends a request with the session of somebody.
func (k *killing) ask(q *http.Request, login string) (status int, to, text string, err error) {
	k.mu.Lock()
	session := k.sessions[login]
	k.mu.Unlock()
	if login != "" {
		q.AddCookie(&http.Cookie{Name: "fundwatch", Value: session})
	}
	answer, err := k.web.Do(q)
	if err != nil {
		return 0, "", "", err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	for _, c := range answer.Cookies() {
		if c.Name == "fundwatch" && c.Value != "" {
			k.mu.Lock()
			k.sessions[login] = c.Value
			k.mu.Unlock()
		}
	}
	return answer.StatusCode, answer.Header.Get("Location"), string(b), err
}

// signIn signs somebody in, however often that takes.
func (k *killing) signIn(login string) {
	k.doors[login].Lock()
	defer k.doors[login].Unlock()
	if k.in(login) {
		return // another of them was quicker
	}
	if m, kill := k.choose("sign in"); kill {
		k.strike(m)
	}
	for range 6000 {
		q, err := http.NewRequest(http.MethodPost, "http://"+k.http+"/signin", strings.NewReader(url.Values{"login": {login}, "password": {roundPassword}}.Encode()))
		if err != nil {
			stop("sign in: %v", err)
		}
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		status, _, text, err := k.ask(q, login)
		switch {
		case err == nil && status == http.StatusSeeOther:
			return
		case err == nil && status < 500 && status != http.StatusTooManyRequests:
			stop("sign in %s: %d %.1000s", login, status, problemIn(text))
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop("%s could not sign in", login)
}

// in tells whether somebody has a session.
func (k *killing) in(login string) bool {
	q, err := http.NewRequest(http.MethodGet, "http://"+k.http+"/help", nil)
	if err != nil {
		return false
	}
	status, _, _, err := k.ask(q, login)
	return err == nil && status == http.StatusOK
}

// see gives a page, as soon as there is one that is as wanted.
func (k *killing) see(login, path string, json bool, wanted func(text string) bool) string {
	last := ""
	for range 6000 {
		q, err := http.NewRequest(http.MethodGet, "http://"+k.http+path, nil)
		if err != nil {
			stop("%s: %v", path, err)
		}
		if json {
			q.Header.Set("Accept", "application/json")
		}
		status, to, text, err := k.ask(q, login)
		last = fmt.Sprint(status, " ", err, " ", problemIn(text))
		switch {
		case err == nil && status == http.StatusOK && wanted(text):
			return text
		case err == nil && (status == http.StatusUnauthorized || strings.HasPrefix(to, "/signin")):
			k.signIn(login)
			continue
		case err == nil && status < 500 && status != http.StatusOK:
			stop("%s %s: %d %.1000s", login, path, status, problemIn(text))
		}
		time.Sleep(25 * time.Millisecond)
	}
	stop("%s %s never was as wanted: %.2000s", login, path, last)
	return ""
}

// data reads a page as a program would.
func (k *killing) data(login, path string, into any) {
	text := k.see(login, path, true, func(text string) bool { return json.Valid([]byte(text)) })
	if err := json.Unmarshal([]byte(text), into); err != nil {
		stop("%s: %v", path, err)
	}
}

// claim sends a claim until it was taken.
func (k *killing) claim(code, message string) {
	if m, kill := k.choose("claim"); kill {
		k.strike(m)
	}
	for range 6000 {
		q, err := http.NewRequest(http.MethodPost, "http://"+k.http+"/api/v1/claims", strings.NewReader(message))
		if err != nil {
			stop("%v", err)
		}
		q.Header.Set("Authorization", "Bearer "+k.tokens[code])
		q.Header.Set("Content-Type", "application/x-ndjson")
		status, _, text, err := k.ask(q, "")
		switch {
		case err == nil && status == http.StatusAccepted:
			k.mu.Lock()
			k.claims++
			k.mu.Unlock()
			return
		case err == nil && status < 500 && status != http.StatusTooManyRequests:
			stop("a claim: %d %s", status, text)
		}
		time.Sleep(25 * time.Millisecond)
	}
	stop("no claim was taken")
}

// together has several people work at a time and notes who could not end.
func (k *killing) together(all []*round, work func(r *round)) {
	var wg sync.WaitGroup
	for _, r := range all {
		wg.Go(func() { k.guarded(func() { work(r) }) })
	}
	wg.Wait()
}

func (k *killing) guarded(work func()) {
	defer func() {
		switch f := recover().(type) {
		case nil:
		case fault:
			k.fail("%v", f.error)
		default:
			panic(f)
		}
	}()
	work()
}

// rest waits until everything is carried out, and ends the server as a person
// would.
func (k *killing) rest() {
	k.strikes.Wait()
	k.see("", "/lists", false, func(string) bool { return true })
	soon(k.t, "all claims were worked on and everything carried out", func() bool {
		counters, err := k.o.cases.Counters(k.t.Context())
		n, failed := k.o.journal.Waiting(k.t.Context())
		return err == nil && failed == nil && n == 0 && counters["claims"] >= int64(k.claims)
	})
	k.life.Lock()
	defer k.life.Unlock()
	s := k.server
	k.server = nil
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		k.fail("end the server: %v", err)
	}
	if err := <-k.ended; err != nil {
		k.fail("the server that was asked to end: %v\n%s", err, lastOf(k.log.String()))
	}
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// fromEnv reads a number that make sets.
func fromEnv(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(name, err)
	}
	return n
}
