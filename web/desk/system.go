package desk

import (
	"net/http"

	"fundwatch/cases"
)

// systemPage tells how it runs: partitions, what is behind, the journal.
type systemPage struct {
	Partitions []partitionRow `json:"partitions"`
	Messages   int64          `json:"messages"`
	Findings   int64          `json:"findings"`
	Dead       int64          `json:"dead"`
	Lag        int64          `json:"lag"`
	LagKnown   bool           `json:"lag_known"` // this process reads the partitions
	Records    int64          `json:"journal_records"`
	Weave      string         `json:"journal_weave"`
	Waiting    int64          `json:"outbox"`
	Users      int            `json:"users"`
	Findable   int            `json:"findings_indexed"`
	IndexReady bool           `json:"index_ready"`
	Knowledge  string         `json:"knowledge"`
	Facts      knownRow       `json:"known"`
	At         string         `json:"at"`
}

// knownRow counts what the knowledge base knows.
type knownRow struct {
	Institutions  int `json:"institutions"`
	Practitioners int `json:"practitioners"`
	Detectors     int `json:"detectors"`
}

type partitionRow struct {
	Partition int    `json:"partition"`
	Next      int64  `json:"next"`
	End       int64  `json:"end"` // -1: not known here
	Lag       int64  `json:"lag"`
	Findings  int64  `json:"findings"`
	Withdrawn int64  `json:"withdrawn"`
	Dead      int64  `json:"dead"`
	State     string `json:"state"` // up, behind, standing, elsewhere
}

// filer is the number under which the steps that open cases are kept, none of
// Kafka's; see [fundwatch/internal/worker.Filed].
const filer = 1_000_000

// behind is how many messages a partition may wait with before it is told.
const behind = 1000

// behind counts the claims that wait in partitions that are behind: what the
// lists show goes on growing.
func (d *Desk) behind() (n int64) {
	for _, at := range d.o.Positions() {
		if lag := at.End - at.Next; lag > behind {
			n += lag
		}
	}
	return n
}

func showSystem(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.system(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "system", p)
}

// system puts the page together.
func (d *Desk) system(r *http.Request) (p systemPage, err error) {
	parts, err := d.o.Cases.Partitions(r.Context())
	if err != nil {
		return p, err
	}
	p = systemPage{Findable: d.o.Findings.Len(), IndexReady: d.o.Findings.Ready(), Knowledge: d.o.Knowledge.Hash, At: stampOf(d.now()),
		Facts: knownRow{len(d.o.Knowledge.Institutions), len(d.o.Knowledge.Practitioners), len(d.o.Detectors)}}
	d.partitions(parts, &p)
	head, err := d.o.Journal.Head(r.Context())
	if err != nil {
		return p, err
	}
	p.Records, p.Weave = head.N, head.Weave
	if p.Waiting, err = d.o.Journal.Waiting(r.Context()); err != nil {
		return p, err
	}
	users, err := d.o.Accounts.Users(r.Context())
	p.Users = len(users)
	return p, err
}

func (d *Desk) partitions(parts []cases.Partition, p *systemPage) {
	here := map[int]partitionRow{}
	for _, at := range d.o.Positions() {
		row := partitionRow{End: at.End, Lag: max(at.End-at.Next, 0), State: "up"}
		switch {
		case at.Gap != nil:
			row.State = "standing"
		case row.Lag > behind:
			row.State = "behind"
		}
		here[at.Partition] = row
		p.Lag += row.Lag
		p.LagKnown = true
	}
	for i := range parts {
		at := &parts[i]
		if at.Partition >= filer {
			continue
		}
		row, known := here[at.Partition]
		if !known {
			row = partitionRow{End: -1, State: "elsewhere"}
		}
		row.Partition, row.Next, row.Findings, row.Withdrawn, row.Dead = at.Partition, max(at.Next, 0), at.Findings, at.Withdrawn, at.Dead
		p.Messages += row.Next
		p.Findings += row.Findings
		p.Dead += row.Dead
		p.Partitions = append(p.Partitions, row)
	}
}
