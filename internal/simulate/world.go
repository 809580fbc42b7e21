package simulate

import (
	"fmt"
	"math/rand/v2"
)

// world is everything a run needs to know; nothing in it grows with the claims.
type world struct {
	cfg       Config
	cat       *catalog
	place     *place
	from      Day
	slots     int
	scenarios map[setting][]*scenario
	baskets   [][]*item
	items     map[*scenario]*scenarioItems
	stock     basics
	ids       ids
	pcg       *rand.PCG
	rng       *rand.Rand

	cases       []plantCase
	plantClaims int
	plantPeople int
	background  int     // claims of the background
	people      int     // persons who live through the whole run
	extras      int     // further persons with a single visit, to make the number exact
	comes       float64 // share of the ordinary visits that take place
}

// scenarioItems is a scenario with its items looked up.
type scenarioItems struct{ drugs, tests, cares, materials, surgery []*item }

// basics are the items that every visit of a kind has.
type basics struct {
	visit, seniorVisit, basic, emergency, tcmVisit, ward  *item
	bed, betterBed, nursing, light, newbornBed, newborn   *item
	blood, urine, ecg, salts, infusion, cannula, dressing *item
}

const (
	daysPerSlot  = 30
	stayRoom     = 14 // a stay ends at least so many days after its slot began
	longestStay  = 12
	widestWindow = 90 // days; slots with windowed items lie further apart
)

// newWorld expects a Config with its defaults filled in.
func newWorld(c Config) (w *world, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case missingItem:
			w, err = nil, r
		default:
			panic(r)
		}
	}()
	cat, err := loadCatalog()
	if err != nil {
		return nil, err
	}
	w = &world{cfg: c, cat: cat, from: dayFromTime(c.From), slots: max(1, c.Days/daysPerSlot)}
	w.place = newPlace(c)
	w.pcg = rand.NewPCG(c.Seed, 1)
	w.rng = rand.New(w.pcg)
	w.lookUp()
	if err := w.schedulePlants(); err != nil {
		return nil, err
	}
	w.background = max(0, c.Claims-w.plantClaims)
	return w, w.settlePeople()
}

func (w *world) lookUp() {
	w.scenarios, w.items = map[setting][]*scenario{}, map[*scenario]*scenarioItems{}
	find := func(names []string) []*item {
		items := make([]*item, 0, len(names))
		for _, n := range names {
			if n != "" {
				items = append(items, w.cat.need(n))
			}
		}
		return items
	}
	for i := range scenarios {
		s := &scenarios[i]
		for where := inClinic; where <= inNewborn; where <<= 1 {
			if s.where&where != 0 {
				w.scenarios[where] = append(w.scenarios[where], s)
			}
		}
		w.items[s] = &scenarioItems{find(s.drugs), find(s.tests), find(s.cares), find(s.materials), find(s.surgery)}
	}
	for _, names := range overCounter {
		w.baskets = append(w.baskets, find(names))
	}
	n := w.cat.need
	w.stock = basics{
		visit: n("普通门诊诊查费"), seniorVisit: n("副主任医师门诊诊查费"), basic: n("一般诊疗费（基层）"), emergency: n("急诊诊查费"),
		tcmVisit: n("中医辨证论治诊查费"), ward: n("住院诊查费"), bed: n("三人间床位费"), betterBed: n("双人间床位费"),
		nursing: n("二级护理"), light: n("三级护理"), newbornBed: n("新生儿床位费"), newborn: n("新生儿护理"),
		blood: n("血常规（五分类）"), urine: n("尿常规"), ecg: n("常规心电图"), salts: n("电解质检测"),
		infusion: n("静脉输液"), cannula: n("一次性使用静脉留置针"), dressing: n("医用透明敷贴"),
	}
}

// slotStart is the first day of a slot, counted from the start of the run.
func (w *world) slotStart(slot int) int { return slot * w.cfg.Days / w.slots }

func (w *world) slotDays(slot int) int { return w.slotStart(slot+1) - w.slotStart(slot) }

// settlePeople finds how many persons make the claims of the background, and
// how many of their ordinary visits take place.
func (w *world) settlePeople() error {
	w.comes = 1
	residents := 0
	if w.cfg.Persons > 0 {
		residents = w.cfg.Persons - w.plantPeople
		if residents < 1 || residents > w.background {
			return fmt.Errorf("simulate: %d persons, %d of them in planted cases, cannot make %d claims", w.cfg.Persons, w.plantPeople, w.cfg.Claims)
		}
		ordinary := 0
		for i := range residents {
			ordinary += w.claimsOf(uint64(i))
		}
		// A little more than is needed: the last persons, who come once, make
		// up for it.
		if w.comes = 1.01 * float64(w.background) / float64(ordinary); w.comes > 1 {
			return fmt.Errorf("simulate: %d persons are too few for %d claims in %d days", w.cfg.Persons, w.cfg.Claims, w.cfg.Days)
		}
	}
	for left := w.background; left > 0; w.people++ {
		n := w.claimsOf(uint64(w.people))
		if n > left || left-n < residents-w.people-1 {
			w.extras = left
			break
		}
		left -= n
	}
	return nil
}

// claimsOf counts the claims of a person of the background.
func (w *world) claimsOf(index uint64) (n int) {
	p := w.person(index)
	for slot := range w.slots {
		if v, ok := w.visitIn(&p, slot); ok {
			n += v.claims()
		}
	}
	return n
}

// visitKind is what a person's visit in a slot is.
type visitKind uint8

const (
	visitOutpatient visitKind = iota
	visitClinic
	visitPharmacy
	visitEmergency
	visitChronic
	visitStay
	visitMaternity
	visitNewborn
	visitKinds = iota
)

// goesTo is the kind of institution that takes the visit.
func (k visitKind) goesTo() instKind {
	switch k {
	case visitClinic:
		return clinic
	case visitPharmacy:
		return pharmacy
	}
	return hospital
}

// variant is what becomes of the settlement of a visit.
type variant uint8

const (
	plain         variant = iota
	partialRefund         // part of a line comes back inside the claim
	lineCancelled         // a whole line comes back inside the claim
	twoParts              // one visit, two settlements
	laterReturn           // a return: all lines negative, another settlement
	refunded              // a refund settlement cancels the claim
	corrected             // refunded, then settled once more
)

type visit struct {
	kind    visitKind
	variant variant
	day     int // from the start of the run, of the (first) settlement
	slot    int
}

func (v visit) claims() int {
	switch v.variant {
	case twoParts, laterReturn, refunded:
		return 2
	case corrected:
		return 3
	}
	return 1
}

func (v visit) inpatient() bool { return v.kind >= visitStay }

// visitIn says whether and for what a person comes in a slot. There is at most
// one visit a slot, and stays only in every fourth: that alone keeps stays,
// prescriptions and frequencies of the background apart.
func (w *world) visitIn(p *person, slot int) (visit, bool) {
	v := visit{slot: slot}
	if p.extra {
		v.day = w.visitDay(p, v)
		return v, slot == int(p.index%uint64(w.slots))
	}
	if p.isNew && slot < p.bornSlot || p.dies && slot >= p.diesSlot {
		return v, false
	}
	if w.comes < 1 && chance(w.roll(forSeldom, p.index, uint64(slot))) >= w.comes {
		return v, false
	}
	a := chance(w.roll(forActive, p.index, uint64(slot)))
	k := chance(w.roll(forEpisode, p.index, uint64(slot)))
	turn := (slot + int(w.roll(forPhase, p.index, 0)%8)) % 8
	adult := p.ageYears >= 18
	switch {
	case p.isNew && slot == p.bornSlot:
		v.kind = visitNewborn
	case p.chronic && turn == 0 && k < 0.45, !p.chronic && adult && turn%4 == 0 && k < 0.16, turn%4 == 0 && k < 0.05:
		v.kind = visitStay
		if p.female() && p.ageYears >= 20 && p.ageYears <= 40 && turn == 0 {
			v.kind = visitMaternity
		}
	case p.chronic:
		v.kind = visitChronic
		if a > 0.95 {
			return v, false
		}
	case a > 0.6:
		return v, false
	case k < 0.42 && p.ageYears >= 6:
		v.kind = visitPharmacy
	case k < 0.48:
		v.kind = visitEmergency
	case k < 0.74:
		v.kind = visitClinic
	}
	v.variant = w.variantOf(p, v)
	v.day = w.visitDay(p, v)
	return v, true
}

func (w *world) variantOf(p *person, v visit) variant {
	u := chance(w.roll(forVariant, p.index, uint64(v.slot)))
	switch {
	case u < 0.020:
		return partialRefund
	case u < 0.028:
		return lineCancelled
	case u < 0.036 && v.kind == visitOutpatient:
		return twoParts
	case u < 0.044 && !v.inpatient():
		return laterReturn
	case u < 0.050:
		return refunded
	case u < 0.056:
		return corrected
	}
	return plain
}

// visitDay is the day of the settlement. Chronic patients come at the same
// point of every slot, so that no supply overlaps the next.
func (w *world) visitDay(p *person, v visit) int {
	start, days := w.slotStart(v.slot), w.slotDays(v.slot)
	r := w.roll(forDay, p.index, uint64(v.slot))
	switch {
	case v.kind == visitChronic:
		phase := chance(w.roll(forPhase, p.index, 1))
		return start + min(days-1, int(phase*float64(days-1))+int(r&1))
	case v.inpatient() && days > stayRoom:
		return start + stayRoom + int(r%uint64(days-stayRoom))
	}
	day := int(r % uint64(days))
	if day == days-1 && days > 1 && v.slot+1 < w.slots && w.roll(forDay, p.index, uint64(v.slot+1))%uint64(w.slotDays(v.slot+1)) == 0 {
		day-- // or the next visit could be hours later and a day's journey away
	}
	return start + day
}

// settleTime is the second of the (first) settlement.
func (w *world) settleTime(p *person, v visit) Second {
	r := w.roll(forTime, p.index, uint64(v.slot))
	u, fine := chance(r), int(r%60)
	day := w.from + Day(v.day)
	switch {
	case v.kind == visitEmergency:
		return day.at(1+int(u*22), int(r>>8%60), fine)
	case v.kind == visitPharmacy:
		return day.at(8, 30, fine) + Second(u*12*3600)
	case v.inpatient():
		return day.at(11, 0, fine) + Second(u*6*3600)
	}
	return day.at(8, 50, fine) + Second(u*8.5*3600)
}

// seedFor gives the generator a state of its own for one thing, so that it
// does not matter in which order things are made.
func (w *world) seedFor(what purpose, a, b uint64) *rand.Rand {
	r := w.roll(what, a, b)
	w.pcg.Seed(r, mix(r))
	return w.rng
}
