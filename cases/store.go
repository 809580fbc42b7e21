package cases

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strings"
	"sync"

	"fundwatch/detectors"
	"fundwatch/internal/journal"
)

//go:embed ops.lua
var ops string

// Ops are the operations of this room, for [journal.Config].
func Ops() journal.Ops { return journal.Ops(ops) }

// Caps bound what Redis holds; the rest is counted, and lies in Kafka.
type Caps struct {
	Evidence int // ids of findings a lead shows; 0 is 200
	Dead     int // dead letters kept of a partition, the last ones; 0 is 10,000
}

// Store keeps leads and cases of a region. It is safe for many goroutines; a
// partition has one.
type Store struct {
	journal *journal.Store
	caps    Caps

	mu    sync.Mutex
	parts map[int]standing // what this process knows of partitions; Redis knows better
}

// standing is where a partition stands.
type standing struct {
	next string // offset, empty before the first step
	set  string // see fingerprint
}

// Open makes a store on a journal that has [Ops].
func Open(j *journal.Store, caps Caps) *Store {
	if caps.Evidence == 0 {
		caps.Evidence = 200
	}
	if caps.Dead == 0 {
		caps.Dead = 10_000
	}
	return &Store{journal: j, caps: caps, parts: map[int]standing{}}
}

// LeadID gives the id of the lead of a subject under a scheme, for ever: L and
// 20 hex digits.
func LeadID(region string, s detectors.Subject, scheme string) string {
	return "L" + short(region, s.Kind, s.Code, scheme)
}

// LeadID gives the id of a lead of the store's region.
func (s *Store) LeadID(subject detectors.Subject, scheme string) string {
	return LeadID(s.journal.Region(), subject, scheme)
}

// caseID gives the id of a case: C and 20 hex digits. What names it differs for
// every opening of the same leads.
func caseID(region string, names ...string) string {
	return "C" + short(append([]string{region, "case"}, names...)...)
}

func short(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:10])
}
