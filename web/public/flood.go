package public

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"time"
)

// limits are how much may be sent to the tip line, so that nobody drowns it:
// of all who come together, and of each source.
type limits struct {
	burst  float64 // of all, at once
	hourly float64 // of all
	each   int     // of one source, in an hour by the clock
}

// meter holds limits. What one source is refused takes nothing off what is left
// for all others. A source is known by a keyed hash alone: the key is made by
// chance, lies in memory only and is another one every hour, with which all
// counts are forgotten. So there are never more counts than the limit of all
// lets through in an hour, whatever comes in.
type meter struct {
	limits
	chance io.Reader // of the keys; nil: only the limit of all holds

	mu   sync.Mutex
	left float64
	last time.Time
	hour time.Time
	key  [sha256.Size]byte
	sent map[[8]byte]int
}

func newMeter(l limits, chance io.Reader) *meter {
	return &meter{limits: l, chance: chance, left: l.burst}
}

// pass reports whether one more may come in from a source. One that is not
// known, the zero prefix, is counted with all others and not apart.
func (m *meter) pass(now time.Time, from netip.Prefix) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.last.IsZero() && now.After(m.last) {
		m.left = min(m.burst, m.left+now.Sub(m.last).Hours()*m.hourly)
	}
	m.last = now
	apart := from.IsValid() && m.chance != nil
	if apart {
		if err := m.turn(now); err != nil {
			return false, err
		}
	}
	name := m.name(from)
	if m.left < 1 || apart && m.sent[name] >= m.each {
		return false, nil
	}
	m.left--
	if apart {
		m.sent[name]++
	}
	return true, nil
}

// turn takes another key when another hour has begun.
func (m *meter) turn(now time.Time) error {
	hour := now.UTC().Truncate(time.Hour)
	if m.sent != nil && hour.Equal(m.hour) {
		return nil
	}
	if _, err := io.ReadFull(m.chance, m.key[:]); err != nil {
		return fmt.Errorf("make a key for sources of tips: %w", err)
	}
	m.hour, m.sent = hour, map[[8]byte]int{}
	return nil
}

// name is what a source is counted under.
func (m *meter) name(from netip.Prefix) (name [8]byte) {
	h := hmac.New(sha256.New, m.key[:])
	b := from.Addr().As16()
	h.Write(b[:]) // a hash takes everything
	copy(name[:], h.Sum(nil))
	return name
}
