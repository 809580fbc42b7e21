package simulate

import (
	"container/heap"
	"iter"
	"slices"
)

// message is a claim on its way, with the time at which it is sent.
type message struct {
	claim   *Claim
	sent    Second
	order   uint64 // among messages of one second
	keep    bool   // must arrive whole: a plant, or a part of a visit of several settlements
	cancels bool   // a refund settlement
}

type messageHeap []message

func (h messageHeap) Len() int { return len(h) }
func (h messageHeap) Less(i, j int) bool {
	return h[i].sent < h[j].sent || h[i].sent == h[j].sent && h[i].order < h[j].order
}
func (h messageHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push and Pop are for package heap.
func (h *messageHeap) Push(x any) { *h = append(*h, x.(message)) }

// Pop takes the last member.
func (h *messageHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = message{}
	*h = old[:len(old)-1]
	return last
}

// arrival is a visit of the background that is about to be settled.
type arrival struct {
	at     Second
	person uint64
}

// stream gives all messages in the order in which they are sent. It holds one
// slot's list of persons, one day's arrivals, and the claims on their way:
// later parts of visits, late messages, open plants.
func (w *world) stream() iter.Seq[message] {
	return func(yield func(message) bool) {
		s := streamer{w: w, yield: yield}
		for slot := range w.slots {
			byDay, counts := s.visitors(slot)
			first := w.slotStart(slot)
			for i, n := 0, 0; i < w.slotDays(slot); i++ {
				today := byDay[n : n+counts[i]]
				n += counts[i]
				if !s.day(first+i, slot, today) {
					return
				}
			}
		}
		s.flush(1 << 62)
	}
}

type streamer struct {
	w       *world
	yield   func(message) bool
	waiting messageHeap
	order   uint64
	planted int // cases whose claims are on their way
	today   []arrival
}

// visitors sorts the persons who come in a slot by the day on which they come.
func (s *streamer) visitors(slot int) (byDay []uint32, counts []int) {
	w := s.w
	first, days := w.slotStart(slot), w.slotDays(slot)
	counts = make([]int, days)
	total := w.people + w.extras
	each := func(f func(index uint64, day int)) {
		for i := range uint64(total) {
			p := w.member(i)
			if v, ok := w.visitIn(&p, slot); ok {
				f(i, v.day-first)
			}
		}
	}
	sum := 0
	each(func(_ uint64, day int) { counts[day]++; sum++ })
	next := make([]int, days)
	for i := 1; i < days; i++ {
		next[i] = next[i-1] + counts[i-1]
	}
	byDay = make([]uint32, sum)
	each(func(index uint64, day int) {
		byDay[next[day]] = uint32(index)
		next[day]++
	})
	return byDay, counts
}

// day sends what is settled on a day.
func (s *streamer) day(day, slot int, persons []uint32) bool {
	w := s.w
	s.startPlants(day)
	s.today = s.today[:0]
	for _, index := range persons {
		p := w.member(uint64(index))
		v, _ := w.visitIn(&p, slot)
		s.today = append(s.today, arrival{w.settleTime(&p, v), uint64(index)})
	}
	slices.SortFunc(s.today, func(a, b arrival) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		return int(int64(a.person) - int64(b.person))
	})
	for _, a := range s.today {
		if !s.flush(a.at) {
			return false
		}
		p := w.member(a.person)
		v, _ := w.visitIn(&p, slot)
		claims := w.visitClaims(&p, v)
		for _, c := range claims {
			s.push(c, len(claims) > 1)
		}
	}
	return s.flush((w.from + Day(day) + 1).at(0, 0, 0))
}

// push puts a claim on its way. Nearly all arrive within two minutes; some
// are sent again hours later, which is the disorder a stream has.
func (s *streamer) push(c *Claim, keep bool) {
	s.order++
	r := s.w.roll(forDelay, s.order, 0)
	delay := Second(r % 120)
	if r>>32%100 < 2 {
		delay = Second(r >> 8 % (24 * 3600))
	}
	heap.Push(&s.waiting, message{claim: c, sent: c.Setlinfo.SetlTime + delay, order: s.order, keep: keep,
		cancels: c.Setlinfo.RefdSetlFlag == "1"})
}

// flush sends everything that is due before the time.
func (s *streamer) flush(until Second) bool {
	for len(s.waiting) > 0 && s.waiting[0].sent < until {
		if !s.yield(heap.Pop(&s.waiting).(message)) {
			return false
		}
	}
	return true
}
