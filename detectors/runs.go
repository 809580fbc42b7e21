package detectors

// Runs joins qualifying windows over sorted events into maximal runs: windows
// that share at least one event belong to one run.
type Runs struct{ List []RunOf }

// RunOf is the events From to To (not included) of a sorted list.
type RunOf struct{ From, To int }

// Reset forgets all runs.
func (r *Runs) Reset() { r.List = r.List[:0] }

// Add adds the window of events from to to. Windows must come in the order of
// their ends; an earlier run that shares an event is taken in.
func (r *Runs) Add(from, to int) {
	for len(r.List) > 0 {
		last := r.List[len(r.List)-1]
		if last.To <= from {
			break
		}
		from, to = min(from, last.From), max(to, last.To)
		r.List = r.List[:len(r.List)-1]
	}
	r.List = append(r.List, RunOf{from, to})
}
