package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fundwatch/cases"
	"fundwatch/ingest/kafka"
	"fundwatch/internal/accounts"
	"fundwatch/internal/simulate"
)

// How the demonstration runs.
const (
	demoRegion  = "152900"
	demoDays    = 365
	demoEvery   = 50 * time.Millisecond // a claim: 20 a second
	demoDamaged = 400                   // every so manieth cannot be read
	demoLinks   = 24 * time.Hour
	demoTaken   = 4 // leads that are assigned when it opens
)

// demoTerms is what a place would set by a document of its own.
const demoTerms = `{"defence":{"number":3,"unit":"working-days","clause":"虚构，仅供演示 (invented, for the demonstration)"}}`

// demonstration is what is asked for.
type demonstration struct {
	dir, addr string
	lasts     time.Duration // 0: until it is ended
	claims    int
	first     int // are there when it opens; the others come live
	cases     int // planted for each detector and label
}

// demoUsers are one person for each role, and a second officer; all are invented (虚构).
var demoUsers = []accounts.User{
	{Login: "inspector", Name: "陈检查", Roles: []accounts.Role{accounts.Inspector}, Counties: []string{"152921"}},
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
	o := demonstration{claims: 60_000, first: 20_000, cases: 60}
	c := &cobra.Command{
		Use:   "demo",
		Short: "演示：虚构统筹区的实时结算和网页工作台，只在本机 · a live stream of an invented place, with the pages, on this machine only",
		Args:  nothingElse,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			if o.lasts > 0 {
				limited, cancel := context.WithTimeout(ctx, o.lasts)
				defer cancel()
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
	place := simulate.Config{Seed: 1, Claims: d.claims, Plants: d.cases, Days: demoDays, From: e.clock().AddDate(0, 0, -demoDays)}
	known := filepath.Join(dir, "knowledge")
	if err := simulate.WriteKnowledge(place, known); err != nil {
		return err
	}
	terms := filepath.Join(dir, "terms.json")
	if err := os.WriteFile(terms, []byte(demoTerms), 0o600); err != nil {
		return err
	}
	o := &serveOptions{worker: newWorker, embedded: filepath.Join(dir, "services"), noSetup: true}
	o.set = []string{"region=" + demoRegion, "knowledge.dir=" + known, "http.addr=" + d.addr, "metrics.addr=", "log.level=error",
		"kafka.partitions=2", "desk.second_factor=false",
		"cases.terms_file=" + terms, "cases.evidence_url=file://" + filepath.ToSlash(filepath.Join(dir, "papers"))}
	o.opened = func(ctx context.Context, s *server, users *accounts.Store, at string) error {
		return e.demonstrate(ctx, s, users, sending{&place, d.first, at})
	}
	return e.serve(ctx, o)
}

// sending is which claims are sent, and where the pages are.
type sending struct {
	place *simulate.Config
	first int
	addr  string
}

// demonstrate fills the installation, prints how to enter, and goes on sending
// claims. People are made meanwhile: their passwords take their time.
func (e *env) demonstrate(ctx context.Context, s *server, users *accounts.Store, what sending) error {
	type made struct {
		links []string
		err   error
	}
	people := make(chan made, 1)
	go func() {
		links, err := e.demoPeople(ctx, users)
		people <- made{links, err}
	}()
	var batch []kafka.Message
	n := 0
	for c := range simulate.Claims(*what.place) {
		n++
		batch = append(batch, demoMessage(c, n))
		if n < what.first && len(batch) < 1000 {
			continue
		}
		if err := s.producer.Publish(ctx, s.topic(kafka.TopicClaims), batch); err != nil {
			return ignoreEnd(ctx, err)
		}
		batch = batch[:0]
		if n == what.first {
			p := <-people
			if p.err == nil {
				p.err = e.openDemo(ctx, s, what.addr, p.links)
			}
			if p.err != nil {
				return ignoreEnd(ctx, p.err)
			}
		}
		if n >= what.first && !pause(ctx, demoEvery) {
			return nil
		}
	}
	<-ctx.Done()
	return nil
}

// ignoreEnd leaves out an error that is only the end of the demonstration.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
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

// openDemo waits until what was sent has become leads, gives some of them to
// somebody, and prints how to enter.
func (e *env) openDemo(ctx context.Context, s *server, addr string, links []string) error {
	var page cases.Page
	var err error
	for len(page.Leads) < demoTaken {
		page, err = s.cases.Leads(ctx, cases.Query{Statuses: []cases.Status{cases.New}, Limit: demoTaken})
		if err != nil {
			return err
		}
		if !pause(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
	for _, l := range page.Leads {
		act := cases.Act{ID: newID(), Who: "investigator", Reason: "演示 demonstration", At: e.clock()}
		err := s.cases.AssignLead(ctx, cases.Seen{Lead: l.ID, Version: l.Version}, "investigator", act)
		if _, changed := errors.AsType[*cases.VersionError](err); err != nil && !changed {
			return err
		}
	}
	fmt.Fprintf(e.out, "\n已启动，每秒约 20 笔结算。Ctrl-C 结束。Running, some 20 claims a second. Ctrl-C ends it.\n\n    http://%s/\n\n一次性登录链接 · one-time links to sign in:\n", addr)
	for i, u := range demoUsers {
		fmt.Fprintf(e.out, "    %-13s %s  http://%s/enter/%s\n", u.Login, u.Name, addr, links[i])
	}
	return nil
}
