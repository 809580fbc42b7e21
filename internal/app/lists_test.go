package app

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fundwatch/blacklist"
	"fundwatch/blacklist/edition"
	"fundwatch/cases"
	"fundwatch/claim/claimtest"
	"fundwatch/detectors"
	"fundwatch/internal/journal"
)

// office is another process beside the server: it has the same Kafka and Redis.
type office struct {
	*services
	t    *testing.T
	acts int
}

func openOffice(t *testing.T, i *installation) *office {
	t.Helper()
	f := i.flags()
	cfg, err := f.settings(false)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openServices(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	return &office{services: s, t: t}
}

func (o *office) act(who string, at time.Time) blacklist.Act {
	o.acts++
	return blacklist.Act{ID: newID(), Who: who, Reason: "虚构理由", At: at}
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) do(id string, order blacklist.Order, who string, at time.Time) {
	o.t.Helper()
	l, err := o.lists.Listing(o.t.Context(), id)
	o.must(err)
	e, err := o.lists.Entry(o.t.Context(), l.Entry)
	o.must(err)
	order.Listing, order.Version, order.Shown = id, l.Version, l.Digest(&e)
	o.must(o.lists.Do(o.t.Context(), order, o.act(who, at)))
}

func (o *office) publish(dir, keyFile string) {
	o.t.Helper()
	s := &server{services: o.services}
	s.cfg.Lists.Dir, s.cfg.Lists.KeyFile = dir, keyFile
	_, problems, err := s.publishList(o.t.Context(), o.act("丙", time.Now()), "")
	if err != nil || len(problems) > 0 {
		o.t.Fatal(err, problems)
	}
}

// soon asks until it holds, or for minutes.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 3000 {
		if holds() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("never: " + what)
}

func body(t *testing.T, address string) string {
	t.Helper()
	a, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return string(b)
}

// TestAListedSubjectIsFlaggedWithoutARestart: from an effective decision to an
// edition, the next claim of the institution, repair, and the next edition, with
// the server running all the time. People and institutions are invented.
func TestAListedSubjectIsFlaggedWithoutARestart(t *testing.T) {
	i := install(t)
	tmp := t.TempDir()
	dir, keyFile := filepath.Join(tmp, "list"), filepath.Join(tmp, "key")
	if code, _, msg := run(t, "", "list", "key", "fund.example", "--out", keyFile); code != 0 {
		t.Fatal(msg)
	}
	i.sets = append(i.sets, "lists.dir="+dir, "kafka.partitions=1") // a partition looks anew with its next claim
	r := start(t, serveOptions{settingsFlags: i.flags(), worker: newWorker})
	r.get(t, "/readyz", is200)
	o := openOffice(t, i)
	now := time.Now()
	day := func(days int) string { return journal.Stamp(now.AddDate(0, 0, days))[:10] }
	send := func(id string) {
		t.Helper()
		at := day(0) + "_09:00:00"
		status, answer := r.post(t, i.token, claimtest.Claim(hospital+"/"+id+" person=P"+id+" visit=V"+id+" at="+at+"; 1 1 30/20 fee_ocur_time="+at))
		if status != http.StatusAccepted {
			t.Fatal(status, answer)
		}
	}
	flagged := func() int64 {
		l, err := o.cases.Lead(t.Context(), o.cases.LeadID(detectors.Subject{Kind: detectors.Institution, Code: hospital}, "R11"))
		if err != nil && !strings.Contains(err.Error(), cases.ErrMissing.Error()) {
			t.Fatal(err)
		}
		return l.Findings
	}
	took := func() (n int64) {
		counters, err := o.cases.Counters(t.Context())
		o.must(err)
		return counters["claims"]
	}
	send("S1")
	soon(t, "the first claim", func() bool { return took() == 1 })
	if flagged() != 0 {
		t.Fatal("flagged before it is listed")
	}
	d := blacklist.Decision{Case: "C1", Number: "虚构〔2026〕1号", Authority: "虚构医疗保障局", Decided: day(-60), Effective: day(-30), Measure: "suspension",
		Subject: blacklist.Subject{Kind: blacklist.Institution, Key: "91350100M000100Y43", Name: "虚构医院", Codes: []string{hospital}}, Facts: "重复收费（虚构）", Basis: []string{"条例38"}}
	entry, err := o.lists.Enter(t.Context(), d, o.act("甲", now.AddDate(0, 0, -3)))
	o.must(err)
	id, err := o.lists.Propose(t.Context(), entry, blacklist.Proposal{Class: "minor", Most: 3, Basis: []string{"条例34"}, Revision: "r1"}, o.act("甲", now.AddDate(0, 0, -3)))
	o.must(err)
	o.do(id, blacklist.Order{Action: blacklist.ActionServe, Until: day(-2), Basis: "虚构条款"}, "甲", now.AddDate(0, 0, -2))
	o.do(id, blacklist.Order{Action: blacklist.ActionList, From: day(0)}, "乙", now)
	o.publish(dir, keyFile)
	soon(t, "the restriction", func() bool {
		return strings.Contains(body(t, r.http+"/api/v1/restrictions/"+hospital), `"restricted":true`)
	})
	if b := body(t, r.http+"/lists"); !strings.Contains(b, "虚构医院") {
		t.Errorf("the public list: %.300s", b)
	}
	send("S2")
	soon(t, "R11 of the next claim, and of the one of today before it", func() bool { return flagged() == 2 })
	// Repaired: today still counts up to yesterday, so nothing stands.
	o.do(id, blacklist.Order{Action: blacklist.ActionRepair}, "乙", now)
	o.publish(dir, keyFile)
	soon(t, "the end of the restriction", func() bool {
		return strings.Contains(body(t, r.http+"/api/v1/restrictions/"+hospital), `"restricted":false,"restrictions":[],"edition":2`)
	})
	send("S3")
	soon(t, "the withdrawal", func() bool { return flagged() == 0 && took() == 3 })
	if code, out, msg := run(t, "", "list", "verify", dir); code != 0 {
		t.Error(out, msg)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "delta-2.json")); err != nil || !strings.Contains(string(b), "信用修复") {
		t.Errorf("the reason of the removal: %s %v", b, err)
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if code, out, msg := i.run(t, "", "rebuild", "--check"); code != 0 {
		t.Error(out, msg)
	}
	if _, fail, err := edition.Verify(os.DirFS(dir), ""); err != nil || fail != nil {
		t.Error(err, fail)
	}
}
