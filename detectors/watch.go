package detectors

import (
	"slices"
	"strings"

	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
)

// Watch runs detectors over the persons of a book, again and again as claims
// come: what was worked out about codes, and the memory, serve all looks. It
// has one owner, that of the book.
type Watch struct {
	book   *claim.Book
	run    Run
	byID   map[string]*Detector
	bound  *Bound
	rules  *lineRules
	w      *worker // nil before the first look
	narrow *claim.Narrow
	items  []int32 // what the last look saw, see Seen
}

// NewWatch makes a watch over a book. Detectors must look at no more than one
// person.
func NewWatch(book *claim.Book, k *knowledge.Knowledge, ds []*Detector, set *Settings) *Watch {
	w := &Watch{book: book, run: Run{Knowledge: k, Detectors: ds, Settings: set, Workers: 1}, byID: map[string]*Detector{}, bound: bindOpen(book.Dicts(), k)}
	w.rules = newLineRules(ds, w.bound.items)
	for _, d := range ds {
		w.byID[d.ID] = d
	}
	anything := slices.ContainsFunc(ds, func(d *Detector) bool { return d.Person != nil && d.Rests == OnAnything })
	w.narrow = &claim.Narrow{All: anything}
	w.narrow.With, w.narrow.Reach = w.together()
	w.narrow.May, w.narrow.Around = w.may(), w.around()
	book.Narrow(w.narrow)
	return w
}

// always are the columns that persons are laid out with, and findings made of.
var always = claim.FieldSet(0).With(claim.PsnNo, claim.FixmedinsCode, claim.SetlTime, claim.MedType, claim.MedListCodg, claim.FeeOcurTime)

// together gives the items that findings may rest on together with one, and how
// far the lines are apart on which findings on an item may rest.
func (w *Watch) together() (with func(item int32) []int32, reach func(item int32) claim.Reach) {
	b, all, far, may := w.bound, claim.Near, uint64(0), uint64(0)
	for i, d := range w.run.Detectors {
		switch bit := w.rules.bits[i]; {
		case d.Person == nil || d.Rests != OnItems:
		case bit == 0:
			all = claim.Far
		case d.May == nil:
			far |= bit
		default:
			may |= bit
		}
	}
	others, visit := map[int32][]int32{}, map[int32]bool{}
	for _, row := range b.know.ExclusivePairs {
		x, y := b.code(b.dicts[claim.DomainItem], row.A), b.code(b.dicts[claim.DomainItem], row.B)
		others[x], others[y] = append(others[x], y), append(others[y], x)
		if row.Visit {
			visit[x], visit[y] = true, true
		}
	}
	known := make([]struct {
		with  []int32
		reach claim.Reach
	}, b.dicts[claim.DomainItem].Len())
	for item := range known {
		code := int32(item)
		known[item].with = others[code]
		switch {
		case all == claim.Far || w.rules.asked.any(code, far):
			known[item].reach = claim.Far
		case visit[code] && w.rules.asked.any(code, may):
			known[item].reach = claim.Far
		case visit[code]:
			known[item].reach = claim.InVisit
		case w.rules.asked.any(code, may):
			known[item].reach = claim.FarIfMay
		}
	}
	with = func(item int32) []int32 {
		if int(item) < len(known) {
			return known[item].with
		}
		return nil
	}
	return with, func(item int32) claim.Reach {
		if int(item) < len(known) {
			return known[item].reach
		}
		return all
	}
}

// may asks all detectors that can tell by a glance at claims.
func (w *Watch) may() func(claims []claim.Glance) bool {
	var ask []func([]claim.Glance) bool
	for _, d := range w.run.Detectors {
		if d.May != nil {
			ask = append(ask, d.May(&View{facts: w.bound, set: w.run.Settings, det: d}))
		}
	}
	return func(claims []claim.Glance) bool {
		return slices.ContainsFunc(ask, func(may func([]claim.Glance) bool) bool { return may(claims) })
	}
}

// around is how many days apart claims may be that findings rest on.
func (w *Watch) around() (days int64) {
	for _, d := range w.run.Detectors {
		if d.Near != nil {
			days = max(days, d.Near(&View{facts: w.bound, set: w.run.Settings, det: d, reads: claim.FieldSet(0).With(d.Reads...)}))
		}
	}
	return days
}

// Release gives the memory back; the book keeps its own.
func (w *Watch) Release() {
	if w.w != nil {
		w.w.history.Release()
		w.w = nil
	}
}

// Seen is how much of a person a look saw.
type Seen struct {
	watch *Watch
	how   how
	shown claim.Shown
	laid  claim.Laid // OnItems and OnDays detectors saw these lines
}

type how uint8

const (
	seenNothing how = iota // nothing but what is new
	seenItems              // new claims, and of lines that go beyond one claim those of some items, and of some of them only those of some days
	seenAll                // the same, with all lines
	seenWhole              // everything
)

// Look gives what the detectors find for some persons, who must be a whole
// circle, in no order, and how much it saw of each. Claims of the book from row
// since on are new. What it gives is good until the next look.
func (w *Watch) Look(persons []int32, since int) (found []Finding, seen []Seen, err error) {
	defer caught(&err)
	pool, whole := w.book.Net(persons, since)
	w.run.Pool = pool
	seen, w.items = make([]Seen, len(persons)), w.items[:0]
	for i := range seen {
		seen[i].watch = w
		if whole[i] {
			seen[i].how = seenWhole
		}
	}
	chunks := pool.Spans(chunkClaims, 1)
	w.makeRoom(chunks)
	for _, c := range chunks {
		w.w.chunk(c)
		if pool.Alike(c) { // nothing old, or all of it
			continue
		}
		for at := range len(w.w.history.Persons) - 1 {
			w.see(&seen[pool.Asked(c, at)], at)
		}
	}
	for i := range w.w.kernels {
		e := w.w.kernels[i].emit
		found = append(found, e.Findings...)
		clear(e.Findings)
		e.Findings = e.Findings[:0]
	}
	return found, seen, nil
}

// see notes what was seen of a person, by its place in the history.
func (w *Watch) see(s *Seen, at int) {
	s.how, s.shown, s.laid = seenAll, w.w.history.Shown(at), w.w.history.Laid(at)
	if !s.laid.All {
		from := len(w.items)
		w.items = append(w.items, s.laid.Items...)
		s.how, s.laid.Items = seenItems, w.items[from:]
	}
}

// Of reports whether the look would have found a finding again that was found
// before. Where it would not, the finding stands as it did.
func (s Seen) Of(f *Finding) bool {
	d := s.watch.byID[f.Detector]
	switch {
	case s.how == seenWhole:
		return true
	case d.Alone() || s.how == seenNothing:
		return false
	case d.Rests == OnNear:
		return s.shown.Days.Has(f.From, f.To)
	case d.Rests == OnBills:
		return s.shown.All
	case s.how == seenAll:
		return true
	case d.Rests == OnStays:
		return s.laid.Stay && !slices.ContainsFunc(f.Settlements, s.partly)
	}
	dict, inside := s.watch.bound.dicts[claim.DomainItem], s.laid.Days.Has(f.From, f.To)
	return !slices.ContainsFunc(f.items, func(item string) bool {
		code := dict.Lookup(item)
		return !slices.Contains(s.laid.Items, code) || !inside && !s.watch.narrow.Reach(code).Beyond(s.shown)
	})
}

// partly reports whether the look may have seen some lines only of a settlement
// that is no stay.
func (s Seen) partly(settlement string) bool {
	institution, id, _ := strings.Cut(settlement, "/")
	return s.watch.book.Apart(institution, id, s.laid.Fresh)
}

// makeRoom sees to it that the spans fit into the history.
func (w *Watch) makeRoom(chunks []claim.Span) {
	if w.w != nil && w.w.history.Fits(chunks...) {
		return
	}
	w.Release()
	room := make([]claim.Span, len(chunks))
	for i, c := range chunks {
		room[i] = c.Roomier()
	}
	w.w = newWorker(&w.run, w.bound, w.rules, w.run.Pool.NewHistory(room...))
	w.narrow.Keep = always
	for i, d := range w.run.Detectors {
		if !d.Alone() {
			w.narrow.Keep |= w.w.kernels[i].whole
		}
	}
}
