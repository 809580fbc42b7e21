package recall

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"sync"

	"fundwatch/ingest/kafka"
)

// Citations knows what findings rest on: which of them cite a claim, or are
// about a person or a practitioner. It takes some 90 bytes of memory a finding.
// A finding that was withdrawn cites nothing. It is safe for many goroutines.
type Citations struct {
	log   Log
	topic string

	mu        sync.RWMutex
	cites     []Cite
	by        map[uint64]uint32 // by the key of the finding
	detectors []string
	ready     bool
}

// Cite is a finding: where its message lies, and what it rests on. What it says
// is in the message; see [Citations.Read].
type Cite struct {
	at                            place
	detector                      uint32
	person, practitioner, subject uint64
	claims                        []uint64
	withdrawn                     bool
}

// NewCitations makes an index of a topic of findings; [Citations.Follow] fills
// it.
func NewCitations(log Log, topic string) *Citations {
	return &Citations{log: log, topic: topic, by: map[uint64]uint32{}}
}

// Follow reads the topic from its beginning and on until ctx ends; see
// [Index.Follow].
func (c *Citations) Follow(ctx context.Context, pause func(context.Context) bool, failed func(error)) {
	f := follower{log: c.log, topic: c.topic, pause: pause, failed: failed, take: c.take}
	f.caughtUp = func() {
		c.mu.Lock()
		c.ready = true
		c.mu.Unlock()
	}
	f.run(ctx)
}

// Ready reports whether the topic was read to its end once.
func (c *Citations) Ready() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.ready
}

// take reads what a finding rests on; what is none is passed over.
func (c *Citations) take(partition int, m *kafka.Message) error {
	var f struct {
		Detector     string
		Person       string
		Practitioner string
		Subject      struct{ Kind, Code string }
		Settlements  []string
		Withdrawn    bool
	}
	if json.Unmarshal(m.Value, &f) != nil || len(m.Key) == 0 {
		return nil
	}
	cite := Cite{at: placeOf(partition, m.Offset), withdrawn: f.Withdrawn}
	if f.Person == "" && f.Subject.Kind == "person" {
		f.Person = f.Subject.Code
	}
	if f.Practitioner == "" && f.Subject.Kind == "practitioner" {
		f.Practitioner = f.Subject.Code
	}
	cite.person, cite.practitioner, cite.subject = named(f.Person), named(f.Practitioner), named(f.Subject.Kind+"/"+f.Subject.Code)
	for _, s := range f.Settlements {
		cite.claims = append(cite.claims, short([]byte(s)))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	cite.detector = c.detector(f.Detector)
	key := short(m.Key)
	if n, known := c.by[key]; known {
		c.cites[n] = cite
		return nil
	}
	c.by[key] = uint32(len(c.cites))
	c.cites = append(c.cites, cite)
	return nil
}

// named stands for a name; 0 where there is none.
func named(text string) uint64 {
	if text == "" {
		return 0
	}
	return short([]byte(text))
}

func (c *Citations) detector(name string) uint32 {
	i := slices.Index(c.detectors, name)
	if i < 0 {
		i = len(c.detectors)
		c.detectors = append(c.detectors, name)
	}
	return uint32(i)
}

// all gives the findings in force that fit.
func (c *Citations) all(fits func(*Cite) bool) (out []Cite) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for i := range c.cites {
		if x := &c.cites[i]; !x.withdrawn && fits(x) {
			out = append(out, *x)
		}
	}
	return out
}

// Of gives the findings of some detectors, about some subjects such as
// institution/H1; nil: about anybody.
func (c *Citations) Of(detectors, about []string) iter.Seq[Cite] {
	c.mu.RLock()
	var of []bool
	for _, name := range c.detectors {
		of = append(of, slices.Contains(detectors, name))
	}
	c.mu.RUnlock()
	subjects := map[uint64]bool{}
	for _, s := range about {
		subjects[named(s)] = true
	}
	return slices.Values(c.all(func(x *Cite) bool {
		return int(x.detector) < len(of) && of[x.detector] && (about == nil || subjects[x.subject])
	}))
}

// Citing lists the findings that rest on a claim, institution/settlement.
func (c *Citations) Citing(name string) []Cite {
	key := short([]byte(name))
	return c.all(func(x *Cite) bool { return slices.Contains(x.claims, key) })
}

// CitingAny lists the findings that rest on any of some claims, each once, and
// leaves out those of some ids.
func (c *Citations) CitingAny(names, but []string) []Cite {
	keys := make(map[uint64]bool, len(names))
	for _, name := range names {
		keys[short([]byte(name))] = true
	}
	without := map[place]bool{}
	for _, x := range c.Keys(but) {
		without[x.at] = true
	}
	return c.all(func(x *Cite) bool {
		return !without[x.at] && slices.ContainsFunc(x.claims, func(n uint64) bool { return keys[n] })
	})
}

// Stands reports whether a finding is in the topic and was not withdrawn.
func (c *Citations) Stands(id string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n, ok := c.by[short([]byte(id))]
	return ok && !c.cites[n].withdrawn
}

// Person lists the findings about a person, or of which a person is part.
func (c *Citations) Person(number string) []Cite {
	key := named(number)
	return c.all(func(x *Cite) bool { return x.person == key })
}

// Practitioner lists the findings about a practitioner, or of which one is
// part.
func (c *Citations) Practitioner(code string) []Cite {
	key := named(code)
	return c.all(func(x *Cite) bool { return x.practitioner == key })
}

// Institution lists the findings about an institution.
func (c *Citations) Institution(code string) []Cite {
	key := named("institution/" + code)
	return c.all(func(x *Cite) bool { return x.subject == key })
}

// Read gives the message of a finding.
func (c *Citations) Read(ctx context.Context, x Cite) (*kafka.Message, error) {
	return c.log.MessageAt(ctx, c.topic, x.at.partition(), x.at.offset())
}
