package detectors

import (
	"fundwatch/claim"
	"fundwatch/detectors/knowledge"
)

// Watch runs detectors over the persons of a book, again and again as claims
// come: what was worked out about codes, and the memory, serve all looks. It
// has one owner, that of the book.
type Watch struct {
	book  *claim.Book
	run   Run
	bound *Bound
	rules *lineRules
	w     *worker // nil before the first look
}

// NewWatch makes a watch over a book. Detectors must look at no more than one
// person.
func NewWatch(book *claim.Book, k *knowledge.Knowledge, ds []*Detector, set *Settings) *Watch {
	w := &Watch{book: book, run: Run{Knowledge: k, Detectors: ds, Settings: set, Workers: 1}, bound: bindOpen(book.Dicts(), k)}
	w.rules = newLineRules(ds, w.bound.items)
	return w
}

// Release gives the memory back; the book keeps its own.
func (w *Watch) Release() {
	if w.w != nil {
		w.w.history.Release()
		w.w = nil
	}
}

// Look gives what the detectors find for some persons, who must be a whole
// circle, in no order. Claims of the book from row since on are new. Of persons
// that are whole, all findings that stand are there; of others all but those
// that rest on one claim that is not new: these stand as they did.
func (w *Watch) Look(persons []int32, since int) (found []Finding, whole []bool, err error) {
	defer caught(&err)
	w.run.Pool, whole = w.book.Net(persons, since)
	chunks := w.run.Pool.Spans(chunkClaims, 1)
	w.makeRoom(chunks)
	for _, c := range chunks {
		w.w.chunk(c)
	}
	for i := range w.w.kernels {
		e := w.w.kernels[i].emit
		found = append(found, e.Findings...)
		clear(e.Findings)
		e.Findings = e.Findings[:0]
	}
	return found, whole, nil
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
}
