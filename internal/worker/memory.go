package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/claim"
	"fundwatch/detectors"
	"fundwatch/detectors/knowledge"
	"fundwatch/ingest/kafka"
	"fundwatch/policies"

	arrow "github.com/apache/arrow/go/v17/arrow/memory"
)

// memory is what a worker knows of a partition.
type memory struct {
	w     *Worker
	alloc arrow.Allocator
	dec   *claim.Decoder
	book  *claim.Book
	watch *detectors.Watch // over the book
	know  *knowledge.Knowledge
	// found are the findings that stand, by person (psn_no) and id.
	found map[string]map[string]standing
	holds []holding // by the book's code of a person
	next  int64     // the offset up to which messages are in the book
	done  int64     // the offset up to which effects are in the store
	// latest is the latest settlement seen, and kept the number of claims the
	// book had after it last forgot some.
	latest int64
	kept   int
	// partial says that claims before the window were left out: what rests on them
	// stands, but cannot be worked out anew.
	partial bool
	// archived is what the archive has not got yet; nil where there is none.
	archived *unarchived
}

// holding says whether some findings of a person stand.
type holding uint8

const (
	unasked holding = iota
	holdsNone
	holdsSome
)

// standing is a finding that stands, with what it was announced with.
type standing struct {
	finding detectors.Finding
	scheme  string
	path    string
}

func newMemory(w *Worker) *memory {
	alloc, keep := arrow.NewGoAllocator(), w.keep
	if w.o.Archive != nil {
		keep = claim.AllFields // the archive keeps everything
	}
	m := &memory{w: w, alloc: alloc, dec: claim.NewDecoder(alloc, w.o.Seed, keep, true), found: map[string]map[string]standing{}, latest: claim.None64}
	m.open(claim.NewBook(alloc, w.o.Seed, w.keep))
	return m
}

// open goes on with a book.
func (m *memory) open(b *claim.Book) {
	m.book, m.know, m.holds = b, m.w.o.Know(), nil
	m.watch = detectors.NewWatch(b, m.know, m.w.o.Detectors, m.w.o.Settings)
}

// learned takes up knowledge that has changed and reports whether it has.
func (m *memory) learned() bool {
	if m.w.o.Know() == m.know {
		return false
	}
	m.watch.Release()
	m.open(m.book)
	return true
}

func (m *memory) closeBook() {
	m.watch.Release()
	m.book.Release()
}

func (m *memory) release() {
	m.dec.Batch.Release()
	m.closeBook()
}

// effects is what a batch changes.
type effects struct {
	counts   Counts
	leads    cases.Gatherer
	findings []cases.FindingChange
	dead     []cases.DeadLetter
	forward  []kafka.Message
}

// read decodes messages and adds the claims to the book. e gets what is no
// claim.
func (m *memory) read(a kafka.Assignment, messages []kafka.Message, e *effects) (touched []int32, err error) {
	m.dec.Batch.Reset()
	m.dec.Reset(m.dec.Batch)
	rows := make([]int, 0, len(messages)) // the message of a row of the batch
	for i := range messages {
		msg := &messages[i]
		e.counts.Messages++
		problems := m.dec.Decode(msg.Value)
		if m.elsewhere(a, msg, len(problems) == 0, e) {
			continue
		}
		if len(problems) > 0 {
			e.counts.Problems++
			e.dead = append(e.dead, cases.DeadLetter{Topic: a.Topic, Offset: msg.Offset, Kind: kafka.KindProblem, Problems: slices.Clone(problems), Raw: slices.Clone(msg.Value)})
			continue
		}
		rows = append(rows, i)
	}
	m.see(m.dec.Batch)
	before := m.book.Rows(claim.Lines)
	verdicts, touched := m.book.Add(m.dec.Batch)
	e.counts.Lines += m.book.Rows(claim.Lines) - before
	for row, v := range verdicts {
		switch v {
		case claim.Accepted:
			e.counts.Claims++
		case claim.Duplicate:
			e.counts.Duplicates++
		case claim.Conflict:
			msg := &messages[rows[row]]
			e.counts.Conflicts++
			e.dead = append(e.dead, cases.DeadLetter{Topic: a.Topic, Offset: msg.Offset, Kind: kafka.KindConflict, Problems: conflict, Raw: slices.Clone(msg.Value)})
		}
	}
	slices.SortFunc(e.dead, func(x, y cases.DeadLetter) int { return int(x.Offset - y.Offset) })
	return touched, m.gather(a.Partition, messages, rows, verdicts)
}

// elsewhere reports whether a message, which was decoded or not, lies in the
// wrong partition, and then has it forwarded.
func (m *memory) elsewhere(a kafka.Assignment, msg *kafka.Message, decoded bool, e *effects) bool {
	if msg.Forwarded() {
		return false
	}
	var key []byte
	if decoded {
		if a.Home([]byte(m.dec.Person())) == a.Partition {
			return false
		}
		key = []byte(m.dec.Person())
		m.dec.Undo()
	} else {
		var ok bool
		if key, ok = kafka.KeyOf(msg.Value); !ok || a.Home(key) == a.Partition {
			return false
		}
	}
	moved := *msg
	moved.Key = key
	e.forward = append(e.forward, moved)
	e.counts.Forwarded++
	return true
}

// conflict is the one problem of another content for an identity.
var conflict = []claim.Problem{{Field: "setlinfo.setl_id", Rule: claim.RuleConflict}}

// see notes the latest settlement.
func (m *memory) see(b *claim.Batch) {
	for _, t := range b.Numbers(claim.SetlTime) {
		m.latest = max(m.latest, t)
	}
}

// learn takes in messages whose effects were done before.
func (m *memory) learn(a kafka.Assignment, messages []kafka.Message) error {
	if len(messages) == 0 {
		return nil
	}
	_, err := m.read(a, messages, &effects{})
	return err
}

// recall works out what stands, for everybody.
func (m *memory) recall(ctx context.Context) error {
	e := &effects{}
	return m.look(ctx, m.book.Everybody(), 0, e)
}

// standing gives the ids of all findings that stand.
func (m *memory) standing() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, own := range m.found {
			for id := range own {
				if !yield(id) {
					return
				}
			}
		}
	}
}

// work takes in messages and gives their effects.
func (m *memory) work(ctx context.Context, a kafka.Assignment, messages []kafka.Message) (*effects, error) {
	e := &effects{}
	if len(messages) == 0 {
		return e, nil
	}
	since := m.book.Rows(claim.Settlements)
	touched, err := m.read(a, messages, e)
	if err != nil {
		return nil, err
	}
	if m.learned() { // what stood may no longer, whoever it is about
		touched, since = m.book.Everybody(), 0
	}
	return e, m.look(ctx, touched, since, e)
}

// atOnce is how many persons are looked at together.
const atOnce = 8192

// look finds what stands now for some persons, who are a whole circle, and
// notes what has changed. Claims from row since on of the book are new.
func (m *memory) look(ctx context.Context, persons []int32, since int, e *effects) error {
	if len(persons) <= atOnce {
		return m.lookAt(ctx, persons, since, e)
	}
	for len(persons) > 0 {
		some := persons[:min(len(persons), atOnce)]
		if whole := m.book.Circle(some); len(whole) > len(some) { // the cut went through a circle
			some = whole
		}
		if err := m.lookAt(ctx, some, since, e); err != nil {
			return err
		}
		slices.Sort(some)
		persons = slices.DeleteFunc(persons[min(len(persons), atOnce):], func(p int32) bool { _, in := slices.BinarySearch(some, p); return in })
	}
	return nil
}

func (m *memory) lookAt(ctx context.Context, persons []int32, since int, e *effects) error {
	found, seen, err := m.watch.Look(persons, since)
	if err != nil {
		return err
	}
	detectors.Sort(found)
	now, codes := map[int32][]*detectors.Finding{}, m.book.Dicts()[claim.DomainPerson]
	for i := range found {
		f := &found[i]
		code := codes.Lookup(f.Person)
		if code == claim.NoCode {
			return fmt.Errorf("%s: a finding beyond one person", f.Detector)
		}
		now[code] = append(now[code], f)
	}
	for i, code := range persons {
		if len(now[code]) == 0 && !m.standsFor(code) {
			continue
		}
		if err := m.compare(ctx, code, now[code], seen[i], e); err != nil {
			return err
		}
	}
	return nil
}

// standsFor reports whether some findings of a person stand. Most persons have
// none, and their names are not asked for again.
func (m *memory) standsFor(person int32) bool {
	if more := int(person) + 1 - len(m.holds); more > 0 {
		m.holds = append(m.holds, make([]holding, more)...)
	}
	if m.holds[person] == unasked {
		m.holds[person] = holdsNone
		if len(m.found[m.book.Person(person)]) > 0 {
			m.holds[person] = holdsSome
		}
	}
	return m.holds[person] == holdsSome
}

// compare notes what is new for a person and what is withdrawn, and remembers
// what stands now.
func (m *memory) compare(ctx context.Context, code int32, now []*detectors.Finding, seen detectors.Seen, e *effects) error {
	person := m.book.Person(code)
	before := m.found[person]
	after := make(map[string]standing, len(now))
	for _, f := range now {
		f.Own()
		if old, stood := before[f.ID]; stood {
			after[f.ID] = standing{*f, old.scheme, old.path}
			continue
		}
		s, err := m.announce(ctx, f, e)
		if err != nil {
			return err
		}
		after[f.ID] = s
	}
	for id, old := range before {
		if _, stands := after[id]; stands {
			continue
		}
		if !seen.Of(&old.finding) || m.forgotten(&old.finding) {
			after[id] = old
			continue
		}
		if err := withdraw(old, e); err != nil {
			return err
		}
	}
	addUnion(before, after, &e.leads)
	if len(after) == 0 {
		delete(m.found, person)
	} else {
		m.found[strings.Clone(person)] = after
	}
	if int(code) < len(m.holds) {
		m.holds[code] = unasked
	}
	return nil
}

// forgotten reports whether some evidence lies before the window: nobody can
// tell any more whether the finding still stands, so it does.
func (m *memory) forgotten(f *detectors.Finding) bool {
	return slices.ContainsFunc(f.Settlements, func(path string) bool {
		institution, settlement, _ := cut(path)
		return !m.book.Has(institution, settlement)
	})
}

// announce asks what becomes of a new finding and notes it.
func (m *memory) announce(ctx context.Context, f *detectors.Finding, e *effects) (standing, error) {
	d := m.w.byID[f.Detector]
	s := standing{finding: *f, scheme: schemeOf(d), path: pathUndecided}
	question := policies.TriageOf(f, d, policies.Lead{}, f.To)
	decision, err := m.w.o.Policy.Triage(ctx, question)
	var record []byte
	switch {
	case err == nil:
		s.path = decision.Path
		if record, err = kept(question, decision); err != nil {
			return s, fmt.Errorf("triage: %w", err)
		}
	case errors.Is(err, policies.ErrUndefined) || errors.Is(err, policies.ErrInput):
		m.w.o.Report(Report{Warning: "处置策略没有答案，疑点留给人工 triage has no answer, a person decides: " + f.Detector})
	default:
		return s, fmt.Errorf("triage: %w", err)
	}
	value, err := json.Marshal(f)
	if err != nil {
		return s, fmt.Errorf("finding: %w", err)
	}
	e.findings = append(e.findings, cases.FindingChange{ID: f.ID, Value: value, Decision: string(record)})
	e.leads.Add(f, s.scheme, s.path, decision.Record.Policy)
	e.counts.New++
	return s, nil
}

// kept gives what is kept of a decision: the question, the answer with its
// reasons, and the digests by which both can be checked and asked again.
func kept(q policies.TriageInput, d policies.Decision) ([]byte, error) {
	k, err := policies.Keep(q, d)
	if err != nil {
		return nil, err
	}
	return k.JSON()
}

// pathUndecided is the path of findings for which policy has no answer: they
// wait in the lead for a person.
const pathUndecided = "lead"

// withdraw notes that a finding does not stand any more.
func withdraw(old standing, e *effects) error {
	f := old.finding
	f.Withdrawn = true
	value, err := json.Marshal(&f)
	if err != nil {
		return fmt.Errorf("finding: %w", err)
	}
	e.findings = append(e.findings, cases.FindingChange{ID: f.ID, Withdrawn: true, Value: value})
	e.leads.Withdraw(&f, old.scheme, old.path)
	e.counts.Withdrawn++
	return nil
}

// lookAfter is how many claims come before old ones are looked for.
var lookAfter = 4096

// forget drops claims before the window when they have become many. Findings
// that rest on them stand.
func (m *memory) forget() {
	claims := m.book.Rows(claim.Settlements)
	if m.latest == claim.None64 || claims < m.kept+m.kept/4+lookAfter {
		return
	}
	m.kept = claims
	since := m.latest - int64(m.w.o.WindowDays)*86400
	if m.book.Before(since) < claims/8 {
		return
	}
	m.w.renewing.Lock() // one book at a time is there twice
	defer m.w.renewing.Unlock()
	book := m.book.Since(since)
	m.closeBook()
	m.open(book)
	m.kept = book.Rows(claim.Settlements)
}
