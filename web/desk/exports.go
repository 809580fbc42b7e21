package desk

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"fundwatch/web/words"
)

// exportsPage lists the exports that the user has asked for.
type exportsPage struct {
	Asked *askedExport `json:"asked,omitempty"` // what the address asks for
	Jobs  []exportRow  `json:"exports"`
	Hours int          `json:"hours"` // for which a workbook can be taken
	Most  int          `json:"most"`
}

// askedExport is a list that could be exported.
type askedExport struct {
	Query string `json:"query"`
	Shown Words  `json:"shown"`
	Leads int    `json:"leads"`
	Act   string `json:"-"`
}

// exportRow is an export and how far it is.
type exportRow struct {
	ID    string `json:"id"`
	Shown Words  `json:"shown"`
	State string `json:"state"` // waiting, running, ready, failed, cancelled, ended
	Rows  int    `json:"rows"`
	Total int    `json:"total"` // 0: not known yet
	Bytes int64  `json:"bytes,omitempty"`
	Begun string `json:"begun"`
	Until string `json:"until,omitempty"`
	File  string `json:"file,omitempty"` // address of the workbook
	Open  bool   `json:"-"`              // it can be cancelled
}

// Live is the address of how far the exports are; those that the page shows as
// ready are no news.
func (p exportsPage) Live() string {
	v := url.Values{}
	for _, j := range p.Jobs {
		if j.File != "" {
			v.Add("ready", j.ID)
		}
	}
	return "/live/exports?" + v.Encode()
}

// refresh is how many seconds a page without script waits before it is asked
// for again; 0: nothing is to be waited for.
func (p exportsPage) refresh() int {
	for _, j := range p.Jobs {
		if j.State == jobWaiting || j.State == jobRunning {
			return 10
		}
	}
	return 0
}

// Share is how much of it is done, from 0 to 1.
func (j exportRow) Share() string {
	return strconv.FormatFloat(float64(j.Rows)/float64(max(j.Total, 1)), 'f', 3, 64)
}

// Size says how large a workbook is.
func (j exportRow) Size() string { return fmt.Sprintf("%.1f MB", float64(j.Bytes)/1e6) }

func (d *Desk) exportRow(j *exportJob) exportRow {
	row := exportRow{ID: j.id, Shown: Words{d.filterWords(words.ZH, j.query), d.filterWords(words.EN, j.query)}, State: j.state, Rows: j.rows, Total: j.total,
		Bytes: j.size, Begun: stampOf(j.begun), Open: j.open()}
	if j.state == jobReady {
		if row.Until, row.File = stampOf(j.until), "/exports/"+j.id+"/file"; !d.now().Before(j.until) {
			row.State, row.File, row.Open = jobEnded, "", false
		}
	}
	return row
}

func showExports(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p := exportsPage{Hours: int(exportLasts / time.Hour), Most: mostExports}
	for _, j := range d.exports.of(visitOf(r).user) {
		p.Jobs = append(p.Jobs, d.exportRow(&j))
	}
	if r.URL.RawQuery != "" && d.o.Files != nil {
		q, err := leadQuery(r)
		if err != nil {
			return err
		}
		refs, err := d.choose(r, q, q.statuses())
		if err != nil {
			return err
		}
		p.Asked = &askedExport{Query: q.values().Encode(), Leads: len(refs), Shown: Words{d.filterWords(words.ZH, q), d.filterWords(words.EN, q)}}
		if p.Asked.Act, err = d.o.Accounts.NewID(); err != nil {
			return err
		}
	}
	return d.show(w, r, "exports", p)
}

// exportForm asks for a workbook of a list: the query of its address.
type exportForm struct {
	Act   string `json:"act"`
	Query string `json:"query"`
}

func postExport(d *Desk, w http.ResponseWriter, r *http.Request) error {
	var f exportForm
	if err := read(r, &f); err != nil {
		return err
	}
	if d.o.Files == nil {
		return &problem{status: http.StatusUnprocessableEntity, code: "rows"}
	}
	values, err := url.ParseQuery(f.Query)
	if err != nil {
		return errForm
	}
	q, err := leadQueryOf(values)
	if err != nil {
		return err
	}
	by, err := d.by(r, f.Act, "导出 export")
	if err != nil {
		return err
	}
	if _, err := d.exports.ask(by.ID, visitOf(r), q, d.now()); err != nil {
		return err
	}
	return d.done(w, r, "/exports")
}

// cancelForm ends an export.
type cancelForm struct {
	Act string `json:"act"`
}

// postCancel ends an export; a workbook that is ready is removed.
func postCancel(d *Desk, w http.ResponseWriter, r *http.Request) error {
	j, err := d.exports.get(visitOf(r).user, r.PathValue("export"))
	if err != nil {
		return err
	}
	if d.exports.stop(j.id) {
		if err := d.o.Files.Remove(j.file()); err != nil {
			return err
		}
	}
	return d.done(w, r, "/exports")
}

// takeTime is how long somebody may take over a workbook.
const takeTime = 15 * time.Minute

// showFile gives a workbook that is ready, and writes down that it was taken.
func showFile(d *Desk, w http.ResponseWriter, r *http.Request) error {
	j, err := d.exports.get(visitOf(r).user, r.PathValue("export"))
	switch {
	case err != nil:
		return err
	case j.state == jobWaiting || j.state == jobRunning:
		return errExportWait
	case j.state != jobReady || !d.now().Before(j.until):
		return errExportGone
	}
	f, err := d.o.Files.Open(j.file())
	if err != nil {
		return err
	}
	defer f.Close()
	if err := d.noteExport(r, "leads.download", j.query, j.total); err != nil {
		return err
	}
	// A server that cannot give more time gives what it has.
	_ = http.NewResponseController(w).SetWriteDeadline(d.now().Add(takeTime))
	workbookHeaders(w, d.workbookName(j.begun))
	w.Header().Set("Content-Length", strconv.FormatInt(j.size, 10))
	_, _ = io.Copy(w, f) // whoever has gone away does not see it
	return nil
}
