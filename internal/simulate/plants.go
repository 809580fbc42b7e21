package simulate

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
)

// plantKind is one way to plant a case: what is done and what must come of it.
type plantKind struct {
	detector string
	boundary string // above, below: next to a limit; otherwise the rule that clears it
	finding  bool
	note     string
	// on fixes the first day, counted from the start of the run; nil: spread.
	on    func(w *world) (day int, ok bool)
	build func(b *bench)
}

// plantCase is a kind at a place in time.
type plantCase struct {
	kind   *plantKind
	number int
	day    int // of its first claim, from the start of the run
}

// Plant is the label of one planted case, a line of plants.jsonl.
type Plant struct {
	Detector    string   `json:"detector"`
	Boundary    string   `json:"boundary"`
	Expect      string   `json:"expect"` // finding or none
	Settlements []string `json:"settlements"`
	Lines       []string `json:"lines"`
	Also        []string `json:"also"` // further detectors that find something in these claims
	Person      string   `json:"person"`
	Note        string   `json:"note"`
}

const (
	plantPersons    = 5_000_000_000 // indexes beyond any background
	plantSettlement = 5_000_000_000
	plantTrace      = 5_000_000_000_000
	idsPerCase      = 64
	plantLead       = 2 // days kept free at the start
)

// plantKinds are all kinds there are, detector by detector.
func plantKinds() []plantKind {
	return slices.Concat(pricePlants(), restrictionPlants(), claimPlants(), partyPlants(), diagnosisPlants(),
		chargePlants(), dayPlants(), stayPlants(), stayItemPlants(), supplyPlants(), windowPlants(), travelPlants(), oncePlants(), tracePlants())
}

// schedulePlants spreads the cases over the run.
func (w *world) schedulePlants() error {
	if w.cfg.Plants == 0 {
		return nil
	}
	kinds := plantKinds()
	groups := map[string][]*plantKind{}
	var names []string
	for i := range kinds {
		k := &kinds[i]
		if k.on != nil {
			if _, ok := k.on(w); !ok {
				continue
			}
		}
		name := fmt.Sprint(k.detector, k.finding)
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], k)
	}
	for _, name := range names {
		group := groups[name]
		n := max(w.cfg.Plants, len(group))
		for i := range n {
			c := plantCase{kind: group[i%len(group)], number: len(w.cases)}
			size, people, span := w.measure(c)
			if err := w.date(&c, span, (float64(i)+chance(w.roll(forPlant, uint64(c.number), 1)))/float64(n)); err != nil {
				return err
			}
			w.plantClaims += size
			w.plantPeople += people
			w.cases = append(w.cases, c)
		}
	}
	sort.SliceStable(w.cases, func(i, j int) bool { return w.cases[i].day < w.cases[j].day })
	return nil
}

// measure builds a case on trial: how many claims, of how many persons, and
// over how many days.
func (w *world) measure(c plantCase) (claims, persons, span int) {
	b := w.buildCase(c)
	for _, cl := range b.claims {
		span = max(span, int(dayOf(cl.Setlinfo.SetlTime)-b.start))
	}
	return len(b.claims), b.people, span
}

func (w *world) date(c *plantCase, span int, at float64) error {
	if c.kind.on != nil {
		c.day, _ = c.kind.on(w)
		return nil
	}
	room := w.cfg.Days - plantLead - span - 1
	if room < 1 {
		return fmt.Errorf("simulate: %d days are too few for the plants of %s, which take %d (no plants: Plants = NoPlants)",
			w.cfg.Days, c.kind.detector, span+plantLead+2)
	}
	c.day = plantLead + int(at*float64(room))
	return nil
}

// bench is where a case is built. It depends on the case alone, so that the
// label, the registries and the stream can each build it for themselves.
type bench struct {
	w      *world
	number int
	rng    *rand.Rand
	ids    ids
	start  Day
	people int

	claims []*Claim
	rests  []*Claim // what a finding must rest on
	lines  []string
	also   []string
	extra  registries
}

func (w *world) buildCase(c plantCase) *bench {
	seed := w.roll(forPlant, uint64(c.number), 2)
	n := uint64(c.number)
	b := &bench{w: w, number: c.number, rng: rand.New(rand.NewPCG(seed, mix(seed))), start: w.from + Day(c.day),
		ids: ids{settlement: plantSettlement + n*idsPerCase, trace: plantTrace + n*idsPerCase}}
	c.kind.build(b)
	return b
}

// startPlants puts the claims of the cases that begin on a day on their way.
func (s *streamer) startPlants(day int) {
	for ; s.planted < len(s.w.cases) && s.w.cases[s.planted].day <= day; s.planted++ {
		for _, c := range s.w.buildCase(s.w.cases[s.planted]).claims {
			s.push(c, true)
		}
	}
}

func (w *world) plantRegistries() registries {
	var all registries
	for _, c := range w.cases {
		all.add(w.buildCase(c).extra)
	}
	return all
}

func (b *bench) label(k *plantKind) Plant {
	p := Plant{Detector: k.detector, Boundary: k.boundary, Expect: "none", Settlements: []string{}, Lines: []string{}, Also: []string{}, Note: k.note}
	if k.finding {
		p.Expect = "finding"
	}
	for _, c := range b.rests {
		p.Settlements = append(p.Settlements, c.ID())
	}
	p.Person = b.rests[0].Setlinfo.PsnNo
	p.Lines, p.Also = append(p.Lines, b.lines...), append(p.Also, b.also...)
	sort.Strings(p.Settlements)
	sort.Strings(p.Lines)
	return p
}

// Plants gives the labels of all planted cases, sorted by detector.
func Plants(c Config) ([]Plant, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	w, err := newWorld(c)
	if err != nil {
		return nil, err
	}
	return w.labels(), nil
}

func (w *world) labels() []Plant {
	var all []Plant
	for _, c := range w.cases {
		all = append(all, w.buildCase(c).label(c.kind))
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Detector < all[j].Detector })
	return all
}

func (w *world) writePlants(path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriter(f)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, p := range w.labels() {
		if err := enc.Encode(p); err != nil {
			return err
		}
	}
	return out.Flush()
}
