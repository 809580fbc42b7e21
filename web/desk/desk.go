package desk

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"sync"
	"time"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/kafka"
	"fundwatch/inspection"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
	"fundwatch/internal/recall"
	"fundwatch/policies/regions"
	"fundwatch/tips"
	"fundwatch/web/source"
	"fundwatch/web/words"
)

// Casework is what the procedure of cases needs.
type Casework struct {
	Procedure cases.Procedure // the terms of the place
	Papers    Papers          // the bytes of evidence; nil: none can be filed
	Refer     Refer           // asks policy to whom a case belongs; nil: nobody is asked
}

// Tipwork is what tips are worked on with.
type Tipwork struct {
	Tips   *tips.Store // nil: none are taken
	Detect Detect      // nil: no evidence packs are made
}

// Entrance is how people come in.
type Entrance struct {
	Accounts     *accounts.Store
	SecondFactor bool        // everybody needs one
	SignOn       SignOn      // nil: none
	Sources      source.Rule // tells apart who tries passwords
}

// Options are what the desk works with. All are needed but where it is said.
type Options struct {
	Region     string
	RegionName detectors.Words
	Label      string // of embedded services; empty: none

	Cases *cases.Store
	Entrance
	Casework
	Tipwork
	Lists Lists
	// Inspections are the campaigns of double-random inspections.
	Inspections *inspection.Store
	Findings    *recall.Index // topic findings
	Dead        *recall.Index // topic claims.dead
	Cited       *recall.Citations
	Claims      *recall.Claims // nil: claims are not shown
	Trail       *recall.Trail
	Knowledge   *knowledge.Knowledge
	Detectors   []*detectors.Detector
	Policy      regions.Book // what policies decide with, for people to read

	Journal   Journal
	Positions func() []kafka.Position // of the partitions of this process
	// Mend looks at a message that is to take the place of a dead letter.
	Mend func(message []byte) (key string, problems []claim.Problem, err error)

	// Pause waits between two looks of a live page, and gives false when ctx has
	// ended; nil: pages are not live.
	Pause func(ctx context.Context) bool
	// Files keeps long exports until they are taken; nil: there are none.
	Files Files

	TopicClaims string
	Clock       func() time.Time
	Secure      bool // cookies only over TLS: everywhere but on loopback
	// Failed is told of errors that are nobody's fault outside. They hold no
	// personal data.
	Failed func(where string, err error)
}

// Journal tells where the journal ends and how many messages wait in its outbox.
type Journal interface {
	Head(ctx context.Context) (journal.Head, error)
	Waiting(ctx context.Context) (int64, error)
}

// Desk answers requests of staff. It is safe for many goroutines.
type Desk struct {
	o        Options
	mux      *http.ServeMux
	guard    *http.CrossOriginProtection
	routes   []route
	pages    map[words.Lang]map[string]*template.Template
	assets   *assets
	byID     map[string]*detectors.Detector
	counties []string // of the institutions that are known, sorted

	roster    *cases.Roster
	limits    limits
	schedules schedules
	packing   chan struct{} // one evidence pack is made at a time
	exports   exports
	streams   streams
	mu        sync.RWMutex
	subjects  map[string]detectors.Subject // of leads, which never change

	people people
}

// New makes a desk.
func New(o Options) (*Desk, error) {
	d := &Desk{o: o, mux: http.NewServeMux(), guard: http.NewCrossOriginProtection(), routes: table(),
		byID: map[string]*detectors.Detector{}, subjects: map[string]detectors.Subject{},
		roster: cases.NewRoster(o.Cases), limits: defaultLimits, packing: make(chan struct{}, 1), exports: exports{jobs: map[string]*exportJob{}},
		streams: streams{of: map[string]int{}, closed: make(chan struct{})}}
	for _, det := range o.Detectors {
		d.byID[det.ID] = det
	}
	for _, in := range o.Knowledge.Institutions {
		if in.Admdvs != "" && !slices.Contains(d.counties, in.Admdvs) {
			d.counties = append(d.counties, in.Admdvs)
		}
	}
	slices.Sort(d.counties)
	var err error
	if d.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	if d.pages, err = d.parse(); err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	for i := range d.routes {
		rt := &d.routes[i]
		d.mux.Handle(rt.method+" "+rt.path, d.gate(rt))
	}
	return d, nil
}

// ServeHTTP answers one request.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = d.enter(w, r)
	h, pattern := d.mux.Handler(r)
	if pattern == "" {
		d.fail(w, r, d.nothingHere(w, r))
		return
	}
	if err := d.guard.Check(r); err != nil {
		d.fail(w, r, &problem{status: http.StatusForbidden, code: "origin"})
		return
	}
	h = d.mux // sets the values of the path
	h.ServeHTTP(w, r)
}

// nothingHere tells an address that is not there from a method that it does
// not know.
func (d *Desk) nothingHere(w http.ResponseWriter, r *http.Request) error {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := d.mux.Handler(other); pattern != "" {
			w.Header().Set("Allow", method)
			return &problem{status: http.StatusMethodNotAllowed, code: "method"}
		}
	}
	return errNothing
}
