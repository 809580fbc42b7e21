package simulate

import (
	"fmt"
	"math/bits"
)

// person is one insured person. Nothing of it is stored: everything follows
// from the seed and the index.
type person struct {
	index    uint64
	no       string
	sex      string
	born     Day
	ageYears int // at the start of the run
	insutype string
	insuplc  string
	chronic  bool
	dies     bool
	diesSlot int
	isNew    bool // born during the run
	bornSlot int
	extra    bool // comes once, to make the number of claims exact
}

// splitmix64's finaliser: independent draws from (seed, purpose, index).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

type purpose uint64

const (
	forPerson purpose = iota + 1
	forActive
	forVariant
	forDay
	forTime
	forEpisode
	forPlant
	forHome
	forDelay
	forPhase
	forMessage
	forSeldom
)

func (w *world) roll(what purpose, a, b uint64) uint64 {
	return mix(mix(mix(w.cfg.Seed^uint64(what)<<56)+a) + b)
}

// chance turns a draw into a number in [0, 1).
func chance(r uint64) float64 { return float64(r>>11) / (1 << 53) }

// scramble is a bijection on [0, modulus): numbers look drawn, none repeats.
// The factor is odd and no multiple of 5, hence coprime to a power of ten.
func scramble(n, modulus uint64) uint64 {
	hi, lo := bits.Mul64(n%modulus, 6_364_136_223_846_793)
	return bits.Rem64(hi, lo, modulus)
}

const (
	newbornDays    = 5 // of the stay after birth
	daysPerYear    = 365.25
	newbornShare   = 0.010
	deathShare     = 0.006
	elsewhereShare = 0.04
)

func (w *world) person(index uint64) person {
	r := w.roll(forPerson, index, 0)
	p := person{index: index, no: personNo(index), sex: "1", insutype: "390"}
	if r&1 == 1 {
		p.sex = "2"
	}
	u, v := chance(w.roll(forPerson, index, 1)), chance(w.roll(forPerson, index, 2))
	switch {
	case u < newbornShare:
		p.isNew = true
		p.bornSlot = int(w.roll(forPerson, index, 3) % uint64(w.slots))
		stay := visit{kind: visitNewborn, slot: p.bornSlot}
		p.born = w.from + Day(w.visitDay(&p, stay)) - newbornDays - Day(w.roll(forPerson, index, 4)%2)
	case u < 0.14:
		p.ageYears = 1 + int(v*13)
	case u < 0.66:
		p.ageYears = 15 + int(v*45)
	default:
		p.ageYears = 60 + int(v*30)
	}
	if !p.isNew {
		p.born = w.from - Day(float64(p.ageYears)*daysPerYear) - Day(w.roll(forPerson, index, 4)%365)
	}
	c := chance(w.roll(forPerson, index, 5))
	p.chronic = p.ageYears >= 60 && c < 0.55 || p.ageYears >= 35 && c < 0.15
	if p.ageYears >= 18 && chance(w.roll(forPerson, index, 6)) < 0.45 {
		p.insutype = "310"
	}
	p.insuplc = counties[countyOf(chance(w.roll(forPerson, index, 7)))].code
	if chance(w.roll(forPerson, index, 8)) < elsewhereShare {
		p.insuplc = "640104"
	}
	if p.ageYears >= 55 && w.slots > 2 && chance(w.roll(forPerson, index, 9)) < deathShare {
		p.dies, p.diesSlot = true, 1+int(w.roll(forPerson, index, 10)%uint64(w.slots-1))
	}
	return p
}

// member is the i-th person of the background.
func (w *world) member(i uint64) person {
	p := w.person(i)
	if i < uint64(w.people) {
		return p
	}
	p.extra, p.isNew, p.dies, p.chronic = true, false, false, false
	if p.ageYears < 18 {
		p.ageYears = 30
		p.born = w.from - 30*366
	}
	return p
}

// personNo scrambles the index, so that a number tells nothing of the part a
// person plays.
func personNo(index uint64) string {
	const modulus = 10_000_000_000
	return fmt.Sprintf("P15%010d", scramble(index+1, modulus))
}

func (p *person) female() bool { return p.sex == "2" }

func (p *person) ageDays(day Day) int64 { return int64(day - p.born) }

// deathDay lies after the last slot in which the person has claims.
func (w *world) deathDay(p *person) Day { return w.from + Day(w.slotStart(p.diesSlot)) + 3 }
