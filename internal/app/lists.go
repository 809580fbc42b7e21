package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"fundwatch/blacklist"
	"fundwatch/blacklist/edition"
	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
	"fundwatch/inspection"
	"fundwatch/policies/regions"
	"fundwatch/web/public"
)

// listsEvery is how often the store is asked whether a listing changed: so soon
// is the next claim of a listed subject flagged.
const listsEvery = time.Second

// readLists takes over what is listed now, for the restrictions and for R11.
func (s *server) readLists(ctx context.Context) error {
	index, err := s.lists.Index(ctx)
	if err != nil {
		return err
	}
	if s.known != nil {
		times, err := s.lists.Suspensions(ctx)
		if err != nil {
			return err
		}
		rows, err := suspensions(times)
		if err != nil {
			return err
		}
		if k := s.known.WithSuspensions(rows); s.knows.Load() == nil || k.Hash != s.knows.Load().Hash {
			s.knows.Store(k)
		}
	}
	s.index.Store(index)
	return nil
}

// suspensions are times on the list as rows of the knowledge.
func suspensions(times []blacklist.Suspended) (out []knowledge.Suspension, err error) {
	kinds := map[string]knowledge.SubjectKind{blacklist.Institution: knowledge.SubjectInstitution,
		blacklist.Practitioner: knowledge.SubjectPractitioner, blacklist.Person: knowledge.SubjectPerson}
	for _, t := range times {
		from, wrong := claim.ParseDay([]byte(t.From))
		to, wrong2 := claim.ParseDay([]byte(t.To))
		if wrong != "" || wrong2 != "" {
			return nil, fmt.Errorf("a listing has a day that is none")
		}
		out = append(out, knowledge.Suspension{Subject: kinds[t.Kind], Code: t.Code, From: from, To: to, Measure: t.Measure})
	}
	return out, nil
}

// followLists keeps up with the listings until ctx ends.
func (s *server) followLists(ctx context.Context) {
	for pause(ctx, listsEvery) {
		v, err := s.lists.Version(ctx)
		if err == nil && v != s.index.Load().Version {
			err = s.readLists(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("读取名单中断，稍后继续 · reading the listings was interrupted, going on soon", "error", err)
		}
	}
}

// showPublic opens the pages for everybody.
func (s *server) showPublic() error {
	site, err := s.openPublic()
	if err == nil {
		s.site.Store(site)
	}
	return err
}

func (s *server) openPublic() (*public.Site, error) {
	o := public.Options{Region: public.Words{ZH: s.cfg.Region, EN: s.cfg.Region}, Index: s.index.Load, Label: s.label, Secure: s.secure(),
		Failed: func(where string, err error) {
			s.log.Error("公开页面出错 · a public page failed", "where", where, "error", err)
		}}
	if s.cfg.Lists.Dir != "" {
		o.Lists = os.DirFS(s.cfg.Lists.Dir)
	}
	var err error
	if o.Tips, err = s.openTips(); err != nil {
		return nil, err
	}
	o.Inspections = inspection.Open(s.journal)
	publish := s.cfg.Inspections.Publish
	o.Rule = inspection.Rule{Objects: slices.Contains(publish, "objects"), Results: slices.Contains(publish, "results"), Basis: s.cfg.Inspections.Basis}
	o.Clock, o.Chance, o.Sources = s.env.clock, rand.Reader, s.sources()
	profile, known, err := regions.Load(regions.Builtin(), s.cfg.Region)
	if err != nil {
		return nil, err
	}
	if known {
		o.Region = public.Words{ZH: profile.Name.ZH, EN: profile.Name.EN}
	}
	return public.New(o)
}

// apart answers public addresses, which need no account and no desk, or says that
// they are not open yet, and gives all others to next.
func (s *server) apart(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site := s.site.Load()
		switch {
		case !public.Has(r.URL.Path):
			next.ServeHTTP(w, r)
		case site == nil: // the pages for staff may be open already, and know no such address
			pageStarting.ServeHTTP(w, r)
		default:
			site.ServeHTTP(w, r)
		}
	})
}

// publishList makes the next edition in the folder of the configuration: of what
// policy lets through, if it is what was shown.
func (s *server) publishList(ctx context.Context, by blacklist.Act, shown string) (*edition.Published, []edition.Problem, error) {
	b, err := os.ReadFile(s.cfg.Lists.KeyFile)
	if err != nil {
		return nil, nil, err
	}
	key, err := edition.ReadKey(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, nil, fmt.Errorf("lists.key_file: %w", err)
	}
	folder, err := openListFolder(s.cfg.Lists.Dir)
	if err != nil {
		return nil, nil, err
	}
	defer folder.close()
	return s.lists.Publish(ctx, folder, key, by, blacklist.Rule{Ask: s.askPublication, Shown: shown})
}
