package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/blacklist"
	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/claim/claimtest"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/kafka"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/internal/journal/journaltest"
	"fundwatch/internal/recall"
	"fundwatch/policies/regions"
	"fundwatch/tips"
)

// All people, institutions and claims here are invented (虚构).

// memoryLog is Kafka for tests: topics of one partition.
type memoryLog map[string][]kafka.Message

func (l memoryLog) Partitions(context.Context, string) (int, error) { return 1, nil }

func (l memoryLog) Messages(_ context.Context, topic string, _ int, from int64) iter.Seq2[*kafka.Message, error] {
	return func(yield func(*kafka.Message, error) bool) {
		for i := max(from, 0); i < int64(len(l[topic])); i++ {
			if !yield(&l[topic][i], nil) {
				return
			}
		}
	}
}

func (l memoryLog) MessageAt(_ context.Context, topic string, _ int, offset int64) (*kafka.Message, error) {
	if offset >= int64(len(l[topic])) {
		return nil, errors.New("no such message")
	}
	return &l[topic][offset], nil
}

// Publish takes what the relay carries.
func (l memoryLog) Publish(_ context.Context, topic string, msgs []journal.Message) error {
	for _, m := range msgs {
		l[topic] = append(l[topic], kafka.Message{Offset: int64(len(l[topic])), Key: []byte(m.Key), Value: m.Value})
	}
	return nil
}

// unsteadyLog loses calls together with Redis.
type unsteadyLog struct {
	memoryLog
	outage *journaltest.Outage
}

func (l unsteadyLog) MessageAt(ctx context.Context, topic string, partition int, offset int64) (*kafka.Message, error) {
	if l.outage.Strike() {
		return nil, io.ErrUnexpectedEOF
	}
	return l.memoryLog.MessageAt(ctx, topic, partition, offset)
}

// memoryFiles is a folder for tests.
type memoryFiles struct {
	mu   sync.Mutex
	all  map[string]*bytes.Buffer
	dir  string
	full error // what Create says
}

type memoryFile struct{ *bytes.Buffer }

func (memoryFile) Close() error { return nil }

func (m *memoryFiles) Create(name string) (io.WriteCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[name] = &bytes.Buffer{}
	return memoryFile{m.all[name]}, m.full
}

func (m *memoryFiles) Open(name string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all[name] == nil {
		return nil, errors.New("no such file")
	}
	return io.NopCloser(bytes.NewReader(m.all[name].Bytes())), nil
}

func (m *memoryFiles) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, name)
	return nil
}

func (m *memoryFiles) Scratch() string { return m.dir }

func (m *memoryFiles) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.all)
}

// chance never repeats and is none.
type chance struct{ n uint32 }

func (c *chance) Read(b []byte) (int, error) {
	c.n++
	for i := range b {
		b[i] = byte(c.n>>(8*(i%4))) ^ byte(i)
	}
	return len(b), nil
}

// house is a desk with everything it needs.
type house struct {
	*Desk
	t       testing.TB
	cases   *cases.Store
	lists   *blacklist.Store
	users   *accounts.Store
	journal *journal.Store
	log     memoryLog
	files   *memoryFiles
	now     time.Time
	acts    int
	failed  []string
	outage  *journaltest.Outage
	cookies map[string]string // session by login
}

const (
	left, right = "152921", "152922" // counties
	person      = "P152900000000001"
)

func newHouse(t testing.TB, change ...func(*Options)) *house {
	t.Helper()
	h := &house{t: t, log: memoryLog{}, files: &memoryFiles{all: map[string]*bytes.Buffer{}, dir: t.TempDir()}, now: time.Date(2026, 3, 5, 4, 0, 0, 0, time.UTC), cookies: map[string]string{}}
	h.journal = journaltest.Open(t, journaltest.Config(t, cases.Ops(), accounts.Ops(), blacklist.Ops(), inspection.Ops(), tips.Ops()))
	h.outage = journaltest.NewOutage(h.journal)
	h.cases = cases.Open(h.journal, cases.Caps{})
	clock := func() time.Time { return h.now }
	var err error
	h.users, err = accounts.Open(accounts.Options{Journal: h.journal, Secret: []byte(strings.Repeat("s", 32)), Chance: &chance{}, Clock: clock,
		Cost: accounts.Cost{KiB: 64, Rounds: 1, Threads: 1}})
	if err != nil {
		t.Fatal(err)
	}
	k := knowledge.Empty()
	for code, county := range map[string]string{"H15292100001": left, "H15292200001": right} {
		k.Institutions[code] = &knowledge.Institution{Code: code, Name: "虚构医院 " + county, Admdvs: county}
	}
	k.Practitioners["D15292200001"] = &knowledge.Practitioner{Code: "D15292200001", Name: "虚构医师", Institution: "H15292200001"}
	k.Persons[person] = &knowledge.Person{Code: person}
	line, err := tips.Open(tips.Options{Journal: h.journal, Secret: []byte(strings.Repeat("s", 32)), Chance: &chance{}, Custodians: custodians})
	if err != nil {
		t.Fatal(err)
	}
	h.lists = blacklist.Open(h.journal)
	log := unsteadyLog{h.log, h.outage}
	o := Options{Tipwork: Tipwork{Tips: line}, Lists: h.testLists(), Region: journaltest.Region, RegionName: detectors.Words{ZH: "阿拉善盟", EN: "Alxa League"}, Cases: h.cases, Inspections: inspection.Open(h.journal), Entrance: Entrance{Accounts: h.users}, Casework: Casework{Procedure: inventedProcedure(), Papers: memoryPapers{}, Refer: inventedRefer},
		Findings: recall.NewIndex(log, "findings"), Dead: recall.NewIndex(log, "claims.dead"), Cited: recall.NewCitations(log, "findings"), Claims: newClaims(log), Trail: recall.NewTrail(h.log, journal.Topic, recall.DefaultTrail),
		Knowledge: k, Detectors: all.Detectors(), Policy: book(t), Journal: h.journal, TopicClaims: "claims", Clock: clock, Files: h.files, Pause: func(context.Context) bool { return false },
		Positions: func() []kafka.Position { return []kafka.Position{{Partition: 0, Next: 1, End: 3}} },
		Mend: func(message []byte) (string, []claim.Problem, error) {
			if strings.Contains(string(message), "bad") {
				return "", []claim.Problem{{Field: "setlinfo.gend", Rule: "sex"}}, nil
			}
			return "key", nil, nil
		},
		Failed: func(where string, err error) { h.failed = append(h.failed, where+": "+err.Error()) }}
	for _, c := range change {
		c(&o)
	}
	if h.Desk, err = New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, f := range h.failed {
			t.Error("the desk failed: " + f)
		}
	})
	return h
}

// sync carries the outbox to Kafka and lets the desk read it.
func (h *house) sync() {
	h.t.Helper()
	relay := journal.NewRelay(h.journal, h.log)
	for n := 1; n > 0; {
		var err error
		if n, err = relay.Once(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
	once := func(context.Context) bool { return false }
	failed := func(err error) { h.t.Error(err) }
	h.o.Findings.Follow(h.t.Context(), once, failed)
	h.o.Dead.Follow(h.t.Context(), once, failed)
	h.o.Cited.Follow(h.t.Context(), once, failed)
	h.o.Claims.Follow(h.t.Context(), once, failed)
	h.o.Trail.Follow(h.t.Context(), once, failed)
}

func (h *house) by(who string) accounts.By {
	h.acts++
	return accounts.By{ID: "act" + strconv.Itoa(h.acts), Who: who, Reason: "测试", At: h.now}
}

const password = "Long-enough1"

// user makes a user and signs in.
func (h *house) user(login string, counties []string, roles ...accounts.Role) accounts.User {
	h.t.Helper()
	u, err := h.users.Invite(h.t.Context(), accounts.User{Login: login, Name: "虚构 " + login, Roles: roles, Counties: counties}, h.by("root"))
	if err == nil {
		err = h.users.SetPassword(h.t.Context(), &u, password, h.by(login))
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.enter(&u)
	return u
}

// enter gives a user a session.
func (h *house) enter(u *accounts.User) {
	h.t.Helper()
	token, err := h.users.Begin(h.t.Context(), u, accounts.Full)
	if err != nil {
		h.t.Fatal(err)
	}
	h.cookies[u.Login] = token
}

// finding is what a lead rests on.
func finding(n int, s detectors.Subject, det string, fen int64) *detectors.Finding {
	return &detectors.Finding{ID: fmt.Sprintf("%s-%016x", det[:3], n), Detector: det, Version: "1", Grade: detectors.Suspicious, Subject: s, Person: person,
		Settlements: []string{"H15292100001/S" + strconv.Itoa(n)}, Lines: []string{"H15292100001/S" + strconv.Itoa(n) + "/1"}, From: "2026-01-0" + strconv.Itoa(1+n%9),
		To: "2026-02-01", Amount: claim.WideOf(fen), Facts: detectors.Facts{{Name: "overlap_hours", Value: 30}, {Name: "psn_no", Value: person}}}
}

var (
	inLeft   = detectors.Subject{Kind: detectors.Institution, Code: "H15292100001"}
	inRight  = detectors.Subject{Kind: detectors.Institution, Code: "H15292200001"}
	ofDoctor = detectors.Subject{Kind: detectors.Practitioner, Code: "D15292200001"}
	ofPerson = detectors.Subject{Kind: detectors.PersonKind, Code: person}
)

const (
	stays  = "S05-overlapping-stays"
	stays7 = "F07"
)

// fill puts leads, a case and dead letters into the store.
func (h *house) fill() {
	h.t.Helper()
	var g cases.Gatherer
	step := cases.Step{Generation: 1, To: 10, At: h.now}
	for i, s := range []detectors.Subject{inLeft, inRight, ofDoctor, ofPerson} {
		f := finding(i+1, s, stays, int64(1_000_000*(i+1)))
		g.Add(f, stays7, "lead", "rev")
		value, err := json.Marshal(f)
		if err != nil {
			h.t.Fatal(err)
		}
		step.Findings = append(step.Findings, cases.FindingChange{ID: f.ID, Value: value})
	}
	f := finding(9, inLeft, "R05-institution-level", 5)
	g.Add(f, "R05", "case", "rev")
	value, _ := json.Marshal(f)
	step.Findings = append(step.Findings, cases.FindingChange{ID: f.ID, Value: value})
	step.Leads = g.Leads()
	step.Dead = []cases.DeadLetter{{Topic: "claims", Offset: 3, Kind: "problem", Problems: []claim.Problem{{Field: "setlinfo.gend", Rule: "sex"}}, Raw: []byte(`{"psn_no":"` + person + `"}`)},
		{Topic: "claims", Offset: 4, Kind: "conflict", Raw: []byte(`{}`)}}
	step.Cases = []cases.Decision{{Subject: inLeft, Scheme: "R05", Path: "case", Revision: "rev"}}
	if _, err := h.cases.Apply(h.t.Context(), step); err != nil {
		h.t.Fatal(err)
	}
	// The claim that the finding of the left county rests on, with a line more.
	h.claim("H15292100001/S1 person=" + person + " med_type=21 begntime=2026-01-01_08:00:00 endtime=2026-01-05_09:00:00 setl_time=2026-01-05_10:00:00 medfee_sumamt=3210.50 fund_pay_sumamt=2100.00; " +
		"1 2 31.00 item=X1 pric=15.5 bilg_dr_codg=D15292200001; 2 1 10 item=X2; dx J18.900 肺炎")
	_, opened, err := h.cases.Cases(h.t.Context(), 0, 1)
	if err != nil || len(opened) != 1 {
		h.t.Fatal(opened, err)
	}
	entry, _ := h.ledger(opened[0].ID)
	by := h.by("investigator")
	if _, err := h.lists.Propose(h.t.Context(), entry, blacklist.Proposal{Class: "ordinary", Least: 3, Most: 12, Basis: []string{"国办发〔2025〕22号"}, Revision: "r1"},
		actOf(by.ID, by.Who, by.Reason, by.At)); err != nil {
		h.t.Fatal(err)
	}
	h.sync()
}

// many puts n leads of as many institutions into the store.
func (h *house) many(n int) {
	h.t.Helper()
	for from := 0; from < n; from += 500 {
		var g cases.Gatherer
		to := min(from+500, n)
		for i := from; i < to; i++ {
			s := detectors.Subject{Kind: detectors.Institution, Code: fmt.Sprintf("H152900%05d", i)}
			g.Add(finding(i, s, stays, int64(100*(i+1))), stays7, "lead", "rev")
		}
		if _, err := h.cases.Apply(h.t.Context(), cases.Step{Generation: 1, From: int64(from), To: int64(to), At: h.now, Leads: g.Leads()}); err != nil {
			h.t.Fatal(err)
		}
	}
}

// claim sends a claim in claimtest's short form.
func (h *house) claim(short string) {
	h.log["claims"] = append(h.log["claims"], kafka.Message{Offset: int64(len(h.log["claims"])), Key: []byte(person), Value: []byte(claimtest.Claim(short))})
}

// newClaims makes an index of claims.
func newClaims(log recall.Log) *recall.Claims {
	seed := claim.Seed{1, 2}
	return recall.NewClaims(recall.ClaimsOptions{Log: log, Topic: "claims", Seed: seed, Decoder: claim.NewDecoder(memory.NewGoAllocator(), seed, recall.ClaimFields, false)})
}

// tell puts a tip into the store, and gives its id.
func (h *house) tell() string {
	h.t.Helper()
	receipt, err := h.o.Tips.Submit(h.t.Context(), tips.Submission{Act: "tip", Channel: "letter", About: "虚构医院", Said: "虚构", Identity: "虚构姓名", Who: "jiang", At: h.now})
	if err != nil {
		h.t.Fatal(err)
	}
	id, err := h.o.Tips.ByReceipt(h.t.Context(), receipt)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

func (h *house) findingID(n int) string { return fmt.Sprintf("S05-%016x", n) }

func (h *house) leadID(s detectors.Subject) string { return h.cases.LeadID(s, stays7) }

// book is the policy of Alxa as pages show it, with circumstances invented
// (虚构) for each way that its data know: no policy is asked here.
func book(t testing.TB) regions.Book {
	t.Helper()
	b := regions.Book{Revision: "sha256:" + strings.Repeat("0", 64), Circumstances: map[string][]regions.Circumstance{}}
	var err, more, last error
	b.Policy, err = regions.LoadPolicy(regions.Builtin(), "152900")
	b.Own, more = regions.Own(regions.Builtin(), "152900")
	b.Texts, last = regions.Texts(regions.Builtin())
	if err := errors.Join(err, more, last); err != nil {
		t.Fatal(err)
	}
	for _, name := range regions.Questions() {
		ways := b.Policy.Of(name)
		for _, code := range ways.Order.List {
			b.Circumstances[name] = append(b.Circumstances[name], regions.Circumstance{Code: code, ZH: "虚构情形 " + code, EN: "invented circumstance " + code, Basis: []string{ways.Ways[code].Clause}, Way: ways.Ways[code]})
		}
	}
	return b
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	text string
}

// ask sends a request as a user; empty is nobody. A form is posted, unless the
// request is changed.
func (h *house) ask(login, method, path string, form url.Values, change ...func(*http.Request)) answer {
	h.t.Helper()
	if unsteady {
		return h.askUnsteadily(login, method, path, form, change)
	}
	return h.askOnce(login, method, path, form, change)
}

func (h *house) askOnce(login, method, path string, form url.Values, change []func(*http.Request)) answer {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "text/html")
	if token := h.cookies[login]; token != "" {
		r.AddCookie(&http.Cookie{Name: "fundwatch", Value: token})
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w, w.Body.String()}
}

func (h *house) get(login, path string, change ...func(*http.Request)) answer {
	h.t.Helper()
	return h.ask(login, http.MethodGet, path, nil, change...)
}

func (h *house) post(login, path string, pairs ...string) answer {
	h.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return h.ask(login, http.MethodPost, path, form)
}

func asJSON(r *http.Request)    { r.Header.Set("Accept", "application/json") }
func inEnglish(r *http.Request) { r.Header.Set("Accept-Language", "en-GB,en;q=0.9") }

// want checks status and a piece of the text.
func (a answer) want(t testing.TB, status int, texts ...string) {
	t.Helper()
	if a.Code != status {
		t.Errorf("status %d, want %d: %.400s", a.Code, status, a.text)
	}
	for _, text := range texts {
		if !strings.Contains(a.text, text) {
			t.Errorf("%q is missing", text)
		}
	}
}
