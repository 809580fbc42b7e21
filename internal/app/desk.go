package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/all"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
	"fundwatch/internal/recall"
	"fundwatch/policies/regions"
	"fundwatch/web"
	"fundwatch/web/desk"
	"fundwatch/web/signon"
	"fundwatch/web/source"
)

// Times of the desk.
const (
	recallEvery = 500 * time.Millisecond // how often Kafka is asked for new findings and acts
	liveEvery   = 3 * time.Second        // how often a page that is open looks for news
	setupLasts  = 24 * time.Hour
)

// What a browser sees before there are pages.
var (
	pageStarting = web.Notice(http.StatusServiceUnavailable, "正在启动，请稍候再试。", "Starting. Try again in a moment.")
	pageNone     = web.Notice(http.StatusNotFound, "此处只接收机构报送的结算（POST /api/v1/claims）；网页工作台须配置 desk.secret_file。",
		"Institutions send claims here (POST /api/v1/claims); the pages need the setting desk.secret_file.")
)

// page answers with the desk, or says why there is none.
func (s *server) page(w http.ResponseWriter, r *http.Request) {
	switch h := s.pages.Load(); {
	case h != nil:
		(*h).ServeHTTP(w, r)
	case s.cfg.Desk.SecretFile == "":
		pageNone.ServeHTTP(w, r)
	default:
		pageStarting.ServeHTTP(w, r)
	}
}

// makeSecret writes a new secret of an installation, if there is none.
func makeSecret(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var b [48]byte
	rand.Read(b[:]) // never fails
	if err := os.WriteFile(path, b[:], 0o600); err != nil {
		return fmt.Errorf("desk.secret_file: %w", err)
	}
	return nil
}

// openAccounts opens the users of the region; nil without a secret.
func (s *services) openAccounts(clock func() time.Time, cost accounts.Cost) (*accounts.Store, error) {
	if s.cfg.Desk.SecretFile == "" {
		return nil, nil
	}
	secret, err := os.ReadFile(s.cfg.Desk.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("desk.secret_file: %w", err)
	}
	return accounts.Open(accounts.Options{Journal: s.journal, Secret: secret, Chance: rand.Reader, Clock: clock, Cost: cost})
}

// openDesk opens the pages and follows what they need from Kafka, until ctx
// ends. addr is where they are, for the link of the first set-up.
func (s *server) openDesk(ctx context.Context, addr string) (err error) {
	users, err := s.openAccounts(s.env.clock, s.o.cost)
	if err != nil || users == nil {
		return err
	}
	o, err := s.deskOptions(ctx, users)
	if err != nil {
		return err
	}
	files, err := openExports(s.cfg.Desk.ExportsDir, s.env.clock())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.close()) }()
	o.Files = files
	d, err := desk.New(o)
	if err != nil {
		return err
	}
	var h http.Handler = d
	s.pages.Store(&h)
	if err := s.firstUser(ctx, users, addr); err != nil {
		return err
	}
	var following sync.WaitGroup
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	following.Go(func() { s.follow(ctx, &o) })
	following.Go(func() { d.Run(ctx, func(ctx context.Context) bool { return pause(ctx, recallEvery) }) })
	defer following.Wait()
	if s.o.opened != nil {
		if err := s.o.opened(ctx, s, &o, addr); err != nil {
			stop() // before what follows is waited for, or the error were told only at the end
			return err
		}
	}
	return nil
}

// deskOptions brings together what the pages show.
func (s *server) deskOptions(ctx context.Context, users *accounts.Store) (o desk.Options, err error) {
	o = desk.Options{Region: s.cfg.Region, RegionName: detectors.Words{ZH: s.cfg.Region, EN: s.cfg.Region}, Label: s.label,
		Cases: s.cases, Inspections: inspection.Open(s.journal), Knowledge: s.known, Detectors: all.Detectors(), Journal: s.journal,
		Findings: recall.NewIndex(s.kafka, s.topic(kafka.TopicFindings)), Dead: recall.NewIndex(s.kafka, s.topic(kafka.TopicDead)),
		Cited:     recall.NewCitations(s.kafka, s.topic(kafka.TopicFindings)),
		Trail:     recall.NewTrail(s.kafka, s.topic(kafka.TopicJournal), recall.DefaultTrail),
		Positions: s.ready.at, Mend: mendable, TopicClaims: s.topic(kafka.TopicClaims), Clock: s.env.clock, Secure: s.secure(),
		Entrance: desk.Entrance{Accounts: users, SecondFactor: s.cfg.Desk.SecondFactor, Sources: s.sources()},
		Pause:    func(ctx context.Context) bool { return pause(ctx, liveEvery) },
		Failed: func(where string, err error) {
			s.log.Error("页面出错 · a page failed", "where", where, "error", err)
		}}
	if o.Lists, err = s.deskLists(ctx); err != nil {
		return o, err
	}
	if o.Knowledge == nil {
		if o.Knowledge, err = s.env.loadKnowledge(s.cfg.Knowledge.Dir); err != nil {
			return o, err
		}
	}
	if o.Detect, err = detectOver(s.cfg.Region, o.Knowledge); err != nil {
		return o, err
	}
	o.Refer = s.refer
	if o.Procedure, err = s.env.procedure(s.cfg.Region, s.cfg.Cases.TermsFile); err != nil {
		return o, err
	}
	if o.Tips, err = s.openTips(); err != nil {
		return o, err
	}
	if papers, err := openArchive(ctx, s.cfg.Cases.EvidenceURL); err != nil {
		return o, fmt.Errorf("cases.evidence_url: %w", err)
	} else if papers != nil {
		o.Papers = papers
	}
	if s.cfg.Desk.Claims {
		if o.Claims, err = s.openClaims(ctx); err != nil {
			return o, err
		}
	}
	if c := s.cfg.Desk.OIDC; c.Issuer != "" {
		o.SignOn = signon.New(signon.Options{Issuer: c.Issuer, ClientID: c.ClientID, Secret: string(c.ClientSecret), Claim: c.Claim,
			Back: strings.TrimSuffix(c.Address, "/") + "/signin/oidc/back"})
	}
	profile, known, err := regions.Load(regions.Builtin(), s.cfg.Region)
	if err != nil {
		return o, err
	}
	if known {
		o.RegionName = profile.Name
	}
	o.Policy, err = bookOf(s.cfg.Region)
	return o, err
}

// openClaims makes the index of claims, from topic claims and the archive.
func (s *server) openClaims(ctx context.Context) (*recall.Claims, error) {
	seed, err := newSeed()
	if err != nil {
		return nil, err
	}
	alloc := memory.NewGoAllocator()
	o := recall.ClaimsOptions{Log: s.kafka, Topic: s.topic(kafka.TopicClaims), Seed: seed, Decoder: claim.NewDecoder(alloc, seed, recall.ClaimFields, false)}
	store, err := openArchive(ctx, s.cfg.Archive.URL)
	if err != nil {
		return nil, err
	}
	if store != nil {
		o.Archive = &archive.Archive{Store: store, Alloc: alloc, Seed: seed}
	}
	return recall.NewClaims(o), nil
}

// sources says what stands between browsers and us.
func (s *server) sources() source.Rule {
	return source.Rule{BehindProxy: s.cfg.HTTP.BehindProxy, Proxies: s.cfg.HTTP.Proxies()}
}

// secure reports whether browsers reach the server by TLS.
func (s *server) secure() bool { return s.cfg.HTTP.CertFile != "" || s.cfg.HTTP.BehindProxy }

// firstUser prints the one-time link of the first set-up while there is no
// user. It goes to standard output, not into the log.
func (s *server) firstUser(ctx context.Context, users *accounts.Store, addr string) error {
	empty := false
	err := s.patiently(ctx, func(ctx context.Context) (err error) {
		empty, err = users.Empty(ctx)
		return err
	})
	if err != nil || !empty || s.o.noSetup {
		return err
	}
	token, err := users.Link(ctx, accounts.Setup, "", setupLasts)
	if err != nil {
		return err
	}
	scheme := "http://"
	if s.secure() {
		scheme = "https://"
	}
	_, err = fmt.Fprintf(s.env.out, "初始设置：打开此链接建立安全管理员（只能用一次，24 小时内有效）\nFirst set-up: open this link to make the security administrator (once, within 24 hours)\n%s%s/setup/%s\n", scheme, addr, token)
	return err
}

// follow keeps up with the topics until ctx ends.
func (s *server) follow(ctx context.Context, o *desk.Options) {
	wait := func(ctx context.Context) bool { return pause(ctx, recallEvery) }
	failed := func(err error) {
		s.log.Warn("读取中断，稍后继续 · reading was interrupted, going on soon", "error", err)
	}
	var all sync.WaitGroup
	followers := []func(context.Context, func(context.Context) bool, func(error)){o.Findings.Follow, o.Cited.Follow, o.Dead.Follow, o.Trail.Follow}
	if o.Claims != nil {
		followers = append(followers, o.Claims.Follow)
	}
	for _, one := range followers {
		all.Go(func() { one(ctx, wait, failed) })
	}
	all.Wait()
}

// mendable looks at a message that is to take the place of a dead letter.
func mendable(message []byte) (key string, problems []claim.Problem, err error) {
	problems, err = problemsOf(message)
	k, _ := kafka.KeyOf(message)
	return string(k), problems, err
}
