package recall

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"fundwatch/claim"
	"fundwatch/ingest/archive"
	"fundwatch/ingest/kafka"
)

// ClaimFields are what [Claims] keeps of a claim, in memory.
const ClaimFields = claim.FieldSet(1<<claim.SetlID | 1<<claim.PsnNo | 1<<claim.FixmedinsCode | 1<<claim.Insutype | 1<<claim.MedType | 1<<claim.SetlTime |
	1<<claim.MedfeeSumamt | 1<<claim.FundPaySumamt | 1<<claim.RefdSetlFlag | 1<<claim.InitSetlID | 1<<claim.MedListCodg | 1<<claim.BilgDrCodg)

// ClaimsOptions are what [Claims] works with.
type ClaimsOptions struct {
	Log     Log
	Topic   string
	Decoder *claim.Decoder   // with ClaimFields; for this alone
	Seed    claim.Seed       // of the dictionaries
	Archive *archive.Archive // nil: there is none
}

// Claims knows every claim that the archive or topic claims has: where it lies,
// and what a list of claims is chosen by. It takes some 200 bytes of memory a
// claim. What is no claim by the contract is not known; of several with one
// identity the first one counts. It is safe for many goroutines.
type Claims struct {
	o      ClaimsOptions
	reader sync.Mutex // one claim at a time is read from the archive: it takes a whole range

	mu        sync.RWMutex
	dicts     *claim.Dicts
	rows      []row
	items     []int32 // of all rows, one after the other
	doctors   []int32
	by        map[uint64]uint32   // row by identity
	refunds   map[uint64][]uint32 // rows of refund settlements by the identity they name
	tallies   []*tally            // by code of the institution
	first     int64               // settlement times of the claims
	last      int64
	unkept    int64 // messages that neither the archive nor Kafka has
	unreached error // why the archive could not be read
	ready     bool
}

// row is a claim. Its items and practitioners end at items and doctors, where
// those of the next one begin.
type row struct {
	settled, total, fund                        int64
	at                                          place
	institution, settlement, person, kind, risk int32
	items, doctors                              uint32
	refund                                      bool
}

// NewClaims makes an index of claims; [Claims.Follow] fills it.
func NewClaims(o ClaimsOptions) *Claims {
	return &Claims{o: o, dicts: claim.NewDicts(o.Seed), by: map[uint64]uint32{}, refunds: map[uint64][]uint32{}, first: claim.None64, last: claim.None64}
}

// Follow reads the archive, then topic claims from where the archive ends, and
// on until ctx ends; see [Index.Follow]. Where the archive cannot be read the
// topic alone is.
func (c *Claims) Follow(ctx context.Context, pause func(context.Context) bool, failed func(error)) {
	f := follower{log: c.o.Log, topic: c.o.Topic, pause: pause, failed: failed}
	f.begin = func(ctx context.Context, partition int) int64 {
		next, err := c.load(ctx, partition)
		if err != nil {
			failed(err)
			c.mu.Lock()
			c.unreached = err
			c.mu.Unlock()
		}
		return next
	}
	f.gone = func(n int64) {
		c.mu.Lock()
		c.unkept += n
		c.mu.Unlock()
	}
	f.take = func(partition int, m *kafka.Message) error {
		c.o.Decoder.Batch.Reset()
		c.o.Decoder.Reset(c.o.Decoder.Batch)
		if len(c.o.Decoder.Decode(m.Value)) == 0 {
			c.add(c.o.Decoder.Batch, partition, []int64{m.Offset})
		}
		return nil
	}
	f.caughtUp = func() {
		c.mu.Lock()
		c.ready = true
		c.mu.Unlock()
	}
	f.run(ctx)
}

// load reads what the archive has of a partition and gives the offset behind
// it, or that behind the last range that could be read.
func (c *Claims) load(ctx context.Context, partition int) (next int64, err error) {
	if c.o.Archive == nil {
		return 0, nil
	}
	a := *c.o.Archive
	a.Keep = ClaimFields
	end, err := a.Load(ctx, partition, claim.None64, func(l *archive.Loaded) error {
		defer l.Batch.Release()
		c.add(l.Batch, partition, l.Offsets)
		next = l.To
		return nil
	})
	if err != nil {
		return next, fmt.Errorf("read claims of the archive: %w", err)
	}
	return max(end, 0), nil
}

// identity is how a claim is named: institution and settlement.
func identity(institution, settlement string) string { return institution + "/" + settlement }

// sheet is a batch with its columns at hand: of a packed one each call copies.
type sheet struct {
	b       *claim.Batch
	codes   [claim.NumFields][]int32
	numbers [claim.NumFields][]int64
}

func sheetOf(b *claim.Batch) *sheet {
	s := &sheet{b: b}
	for f := range claim.NumFields {
		switch {
		case !ClaimFields.Has(f):
		case f.Coded():
			s.codes[f] = b.Codes(f)
		default:
			s.numbers[f] = b.Numbers(f)
		}
	}
	return s
}

// text gives a text; empty where there is none.
func (s *sheet) text(f claim.Field, row int) string {
	return s.b.Dicts.Of(f).Text(s.codes[f][row])
}

// name gives the identity of a settlement; of names the settlement.
func (s *sheet) name(of claim.Field, row int) uint64 {
	return short([]byte(identity(s.text(claim.FixmedinsCode, row), s.text(of, row))))
}

// add takes up the claims of a batch.
func (c *Claims) add(b *claim.Batch, partition int, offsets []int64) {
	s, lines, next := sheetOf(b), b.Owners(claim.Lines), 0
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range offsets {
		for next < len(lines) && int(lines[next]) < i {
			next++
		}
		from := next
		for next < len(lines) && int(lines[next]) == i {
			next++
		}
		name := s.name(claim.SetlID, i)
		if _, known := c.by[name]; known {
			continue
		}
		r := row{at: placeOf(partition, offsets[i]), settled: s.numbers[claim.SetlTime][i], total: s.numbers[claim.MedfeeSumamt][i], fund: s.numbers[claim.FundPaySumamt][i],
			institution: c.code(s, claim.FixmedinsCode, i), settlement: c.code(s, claim.SetlID, i), person: c.code(s, claim.PsnNo, i),
			kind: c.code(s, claim.MedType, i), risk: c.code(s, claim.Insutype, i), refund: s.text(claim.RefdSetlFlag, i) == "1"}
		c.items = c.listed(c.items, s, claim.MedListCodg, from, next)
		c.doctors = c.listed(c.doctors, s, claim.BilgDrCodg, from, next)
		r.items, r.doctors = uint32(len(c.items)), uint32(len(c.doctors))
		n := uint32(len(c.rows))
		c.rows = append(c.rows, r)
		c.by[name] = n
		if r.refund {
			named := s.name(claim.InitSetlID, i)
			c.refunds[named] = append(c.refunds[named], n)
		}
		c.count(&r)
	}
}

// code gives the code of a text of a batch in the dictionaries kept here.
func (c *Claims) code(s *sheet, f claim.Field, row int) int32 {
	if s.codes[f][row] == claim.NoCode {
		return claim.NoCode
	}
	return c.dicts.Of(f).Intern([]byte(s.text(f, row)))
}

// listed appends the codes of lines, each once.
func (c *Claims) listed(list []int32, s *sheet, f claim.Field, from, to int) []int32 {
	begin := len(list)
	for line := from; line < to; line++ {
		if code := c.code(s, f, line); code != claim.NoCode && !slices.Contains(list[begin:], code) {
			list = append(list, code)
		}
	}
	return list
}

// Coverage is which claims can be found.
type Coverage struct {
	Claims      int
	First, Last int64 // settlement times of the earliest and the latest; claim.None64 where there is none
	Ready       bool  // the archive and the topic were read to their ends once
	Archive     bool  // there is an archive
	Unreached   bool  // the archive could not be read
	Unkept      int64 // messages that neither has any more
}

// Coverage tells which claims can be found.
func (c *Claims) Coverage() Coverage {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return Coverage{len(c.rows), c.first, c.last, c.ready, c.o.Archive != nil, c.unreached != nil, c.unkept}
}

// Ready reports whether the archive and the topic were read to their ends once.
func (c *Claims) Ready() bool { return c.Coverage().Ready }

// ErrUnkept says that a claim was there and is no longer kept, neither by Kafka
// nor by an archive.
var ErrUnkept = errors.New("已超过保留期，也不在归档中 no longer kept, nor in the archive")

// Lying is a claim as it was sent, and where it lies.
type Lying struct {
	Message   []byte // in the contract's JSON shape
	Partition int
	Offset    int64
	Archived  bool // read from the archive, since Kafka no longer has it
}

// Get gives a claim by institution/settlement, [ErrUnknown] or [ErrUnkept].
func (c *Claims) Get(ctx context.Context, name string) (*Lying, error) {
	c.mu.RLock()
	n, ok := c.by[short([]byte(name))]
	var r row
	if ok {
		r = c.rows[n]
		ok = c.name(&r) == name
	}
	c.mu.RUnlock()
	if !ok {
		return nil, ErrUnknown
	}
	out := &Lying{Partition: r.at.partition(), Offset: r.at.offset()}
	m, err := c.o.Log.MessageAt(ctx, c.o.Topic, out.Partition, out.Offset)
	var gap *kafka.GapError
	switch {
	case err == nil:
		out.Message = m.Value
		return out, nil
	case !errors.As(err, &gap):
		return nil, fmt.Errorf("recall from %s: %w", c.o.Topic, err)
	case c.o.Archive == nil:
		return nil, ErrUnkept
	}
	c.reader.Lock()
	defer c.reader.Unlock()
	out.Archived = true
	if out.Message, err = c.o.Archive.Claim(ctx, out.Partition, out.Offset); err == nil && out.Message == nil {
		err = ErrUnkept
	}
	return out, err
}

// name gives the identity of a row.
func (c *Claims) name(r *row) string {
	return identity(c.dicts[claim.DomainInstitution].Text(r.institution), c.dicts[claim.DomainSettlement].Text(r.settlement))
}
