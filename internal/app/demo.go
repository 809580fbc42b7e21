package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/blacklist/edition"
	"fundwatch/cases"
	"fundwatch/ingest/kafka"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
	"fundwatch/internal/simulate"
	"fundwatch/web/desk"
)

// How the demonstration runs.
const (
	demoRegion       = "152900"
	demoInstitutions = 30
	demoPersons      = 20_000
	demoHistory      = 100_000 // claims of the first year, there when it opens
	demoLive         = 100_000 // those of the second, which come live
	demoCases        = 60      // planted for each detector and label, over both years
	demoDays         = 730
	demoPatience     = 10 * time.Second      // for the history to have been examined
	demoEvery        = 50 * time.Millisecond // a claim: 20 a second
	demoDamaged      = 400                   // every so manieth cannot be read
	demoLinks        = 24 * time.Hour
	demoTaken        = 4 // leads that are assigned when it opens
)

// demoCost is little: the passwords of the demonstration are 16 bytes of chance
// that nobody is told, and all are made before the doors open.
var demoCost = accounts.Cost{KiB: 1 << 10, Rounds: 1, Threads: 1}

// demoTerms is what a place would set by a document of its own.
const demoTerms = `{"defence":{"number":3,"unit":"working-days","clause":"虚构，仅供演示 (invented, for the demonstration)"},
"listing-objection":{"number":10,"unit":"working-days","clause":"虚构，仅供演示 (invented, for the demonstration)"}}`

// demonstration is what is asked for.
type demonstration struct {
	dir, addr string
	lasts     time.Duration   // 0: until it is ended
	place     simulate.Config // what comes
	first     int             // claims that are there when it opens; the others come live
}

// demoPlace is what the demonstration shows: as many people, institutions and
// claims as a thinly settled place has. Its second year ends now.
func demoPlace(now time.Time) simulate.Config {
	return simulate.Config{Seed: 1, Claims: demoHistory + demoLive, Institutions: demoInstitutions, Persons: demoPersons, Plants: demoCases,
		Days: demoDays, From: now.AddDate(0, 0, -demoDays)}
}

// demoUsers are one person for each role, a second officer, and one who plans
// inspections for the whole region; all are invented (虚构).
var demoUsers = []accounts.User{
	{Login: "inspector", Name: "陈检查", Roles: []accounts.Role{accounts.Inspector}, Counties: []string{"152921"}},
	{Login: "planner", Name: "郑抽查", Roles: []accounts.Role{accounts.Inspector}},
	{Login: "investigator", Name: "王稽核", Roles: []accounts.Role{accounts.Investigator}},
	{Login: "officer", Name: "刘执法", Roles: []accounts.Role{accounts.Investigator}},
	{Login: "reviewer", Name: "钱法制", Roles: []accounts.Role{accounts.Reviewer}},
	{Login: "head", Name: "郑负责", Roles: []accounts.Role{accounts.Head}},
	{Login: "disclosure", Name: "李公示", Roles: []accounts.Role{accounts.Disclosure}},
	{Login: "supervisor", Name: "赵基金", Roles: []accounts.Role{accounts.Supervisor}},
	{Login: "system", Name: "孙系统", Roles: []accounts.Role{accounts.System}},
	{Login: "security", Name: "周安全", Roles: []accounts.Role{accounts.Security}},
	{Login: "audit", Name: "吴审计", Roles: []accounts.Role{accounts.Audit}},
}

func (e *env) demoCommand() *cobra.Command {
	o := demonstration{place: demoPlace(e.clock()), first: demoHistory}
	c := &cobra.Command{
		Use:   "demo",
		Short: "演示：虚构统筹区的实时结算和网页工作台，只在本机 · a live stream of an invented place, with the pages, on this machine only",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			if o.lasts > 0 {
				limited, cancel := context.WithCancel(ctx) // ended like by Ctrl-C, which is no error
				defer cancel()
				defer time.AfterFunc(o.lasts, cancel).Stop()
				ctx = limited
			}
			return e.demo(ctx, &o)
		},
	}
	c.Flags().StringVar(&o.dir, "out", "", "数据文件夹，默认为临时文件夹，结束时删除 (folder; a temporary one by default)")
	c.Flags().StringVar(&o.addr, "addr", "127.0.0.1:0", "监听地址，默认任选空闲端口 (address; any free port by default)")
	c.Flags().DurationVar(&o.lasts, "for", 0, "运行多久，默认直到 Ctrl-C (how long; until Ctrl-C by default)")
	return c
}

// demo runs everything on this machine until ctx ends.
func (e *env) demo(ctx context.Context, d *demonstration) error {
	dir := d.dir
	if dir == "" {
		made, err := os.MkdirTemp("", "fundwatch-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		dir = made
	}
	fmt.Fprint(e.out, "演示：虚构统筹区的结算，不含任何真实人员与机构。正在启动……\nDemonstration: claims of an invented place. Starting …\n")
	known := filepath.Join(dir, "knowledge")
	if err := simulate.WriteKnowledge(d.place, known); err != nil {
		return err
	}
	terms := filepath.Join(dir, "terms.json")
	if err := os.WriteFile(terms, []byte(demoTerms), 0o600); err != nil {
		return err
	}
	key := filepath.Join(dir, "list.key")
	if err := demoListKey(key); err != nil {
		return err
	}
	custodians, err := openDemoCustodians(filepath.Join(dir, "custodians.txt"))
	if err != nil {
		return err
	}
	o := &serveOptions{worker: newWorker, embedded: filepath.Join(dir, "services"), noSetup: true, cost: demoCost}
	o.set = []string{"region=" + demoRegion, "knowledge.dir=" + known, "http.addr=" + d.addr, "metrics.addr=", "log.level=error",
		"tips.custodians=" + custodians.public(), "kafka.partitions=2", "desk.second_factor=false", "lists.dir=" + filepath.Join(dir, "list"), "lists.key_file=" + key,
		"inspections.publish=objects,results", "inspections.basis=虚构，仅供演示 (invented)", "cases.terms_file=" + terms, "cases.evidence_url=file://" + filepath.ToSlash(filepath.Join(dir, "papers"))}
	o.opened = func(ctx context.Context, s *server, with *desk.Options, at string) error {
		return e.demonstrate(ctx, s, with, sending{&d.place, d.first, at, custodians})
	}
	return e.serve(ctx, o)
}

// demoListKey makes the key that signs the list of the demonstration, unless an
// earlier run has.
func demoListKey(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	secret, _, err := edition.NewKey(rand.Reader, "fundwatch.example")
	if err != nil {
		return err
	}
	return writeSecret(path, secret+"\n")
}

// sending is which claims are sent, and where the pages are.
type sending struct {
	place *simulate.Config
	first int
	addr  string
	keys  demoCustodians
}

// demonstrate sends claims until there are no more, and opens the doors once
// there is something to see.
func (e *env) demonstrate(ctx context.Context, s *server, with *desk.Options, what sending) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var both sync.WaitGroup
	for _, work := range []func() error{
		func() error { return e.sendDemo(ctx, s, what) },
		func() error { return e.openDemo(ctx, s, with, what) },
	} {
		both.Go(func() {
			if err := work(); err != nil {
				cancel(err) // the end of ctx came first where that is the error
			}
		})
	}
	both.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// sendDemo sends the history as fast as it is taken, and then claims at their
// pace.
func (e *env) sendDemo(ctx context.Context, s *server, what sending) error {
	const together = 1000
	bar := e.newProgress("历史结算 history", false)
	var batch []kafka.Message
	n := 0
	for c := range simulate.Claims(*what.place) {
		n++
		batch = append(batch, demoMessage(c, n))
		if n < what.first && len(batch) < together {
			continue
		}
		if err := s.producer.Publish(ctx, s.topic(kafka.TopicClaims), batch); err != nil {
			return err
		}
		batch = batch[:0]
		bar.at(int64(min(n, what.first)), int64(what.first))
		if n == what.first {
			bar.end()
		}
		if n >= what.first && !pause(ctx, demoEvery) {
			return nil
		}
	}
	fmt.Fprint(e.out, "\n实时结算已全部送完，网页仍可使用。All live claims were sent; the pages stay.\n")
	return nil
}

// demoMessage writes a claim; now and then one that cannot be read.
func demoMessage(c *simulate.Claim, n int) kafka.Message {
	value := c.AppendJSON(nil)
	if n%demoDamaged == 0 {
		value = []byte(strings.Replace(string(value), `"gend":"`, `"gend":"7`, 1))
	}
	key, _ := kafka.KeyOf(value)
	return kafka.Message{Key: key, Value: value}
}

// demoPeople makes a user for each role, or finds those of an earlier run, and
// a one-time link for each.
func (e *env) demoPeople(ctx context.Context, users *accounts.Store) (links []string, err error) {
	for _, u := range demoUsers {
		have, err := users.ByLogin(ctx, u.Login)
		if errors.Is(err, accounts.ErrMissing) {
			have, err = users.Invite(ctx, u, accounts.By{ID: newID(), Who: "demo", Reason: "演示 demonstration", At: e.clock()})
			if err == nil {
				err = users.SetPassword(ctx, &have, newID(), accounts.By{ID: newID(), Who: u.Login, Reason: "演示 demonstration", At: e.clock()})
			}
		}
		if err != nil {
			return nil, err
		}
		token, err := users.Link(ctx, accounts.Enter, have.ID, demoLinks)
		if err != nil {
			return nil, err
		}
		links = append(links, token)
	}
	return links, nil
}

// openDemo makes the people, waits until the history has become leads, gives
// some of them to somebody, and prints how to enter. It does not wait long: the
// pages say how much of the history is still to come.
func (e *env) openDemo(ctx context.Context, s *server, with *desk.Options, what sending) error {
	began := e.clock()
	links, err := e.demoPeople(ctx, with.Accounts)
	if err != nil {
		return err
	}
	var some cases.Page
	var examined int64
	for {
		if some, err = s.cases.Leads(ctx, cases.Query{Statuses: []cases.Status{cases.New}, Limit: demoTaken}); err != nil {
			return err
		}
		if examined, err = s.examined(ctx); err != nil {
			return err
		}
		if len(some.Leads) == demoTaken && (examined >= int64(what.first) || e.clock().Sub(began) > demoPatience) {
			break
		}
		if !pause(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
	for _, l := range some.Leads {
		act := cases.Act{ID: newID(), Who: "investigator", Reason: "演示 demonstration", At: e.clock()}
		err := s.cases.AssignLead(ctx, cases.Seen{Lead: l.ID, Version: l.Version}, "investigator", act)
		if _, changed := errors.AsType[*cases.VersionError](err); err != nil && !changed {
			return err
		}
	}
	if err := e.demoInspections(ctx, inspection.Open(s.journal), s.known); err != nil {
		return err
	}
	fmt.Fprintf(e.out, "\n已启动，每秒约 20 笔结算。Ctrl-C 结束。Running, some 20 claims a second. Ctrl-C ends it.\n\n    http://%s/\n\n", what.addr)
	if examined < int64(what.first) {
		fmt.Fprintf(e.out, "历史结算已检查 %d / %d 笔，其余陆续检查。The rest of the history is still being examined.\n\n", examined, what.first)
	}
	fmt.Fprint(e.out, "一次性登录链接 · one-time links to sign in:\n")
	for i, u := range demoUsers {
		fmt.Fprintf(e.out, "    %-13s %s  http://%s/enter/%s\n", u.Login, u.Name, what.addr, links[i])
	}
	return e.demoRound(ctx, s, with, what)
}

// examined counts the messages that were dealt with.
func (s *server) examined(ctx context.Context) (n int64, err error) {
	parts, err := s.cases.Partitions(ctx)
	for i := range parts {
		if parts[i].Partition < s.cfg.Kafka.Partitions {
			n += max(parts[i].Next, 0)
		}
	}
	return n, err
}
