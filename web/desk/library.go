package desk

import (
	"bytes"
	"encoding/csv"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"fundwatch/inspection"
	"fundwatch/inspection/draw"
	"fundwatch/web/words"
)

// perRows is how many rows of a library a page shows.
const perRows = 100

// libraryPage is a library, and the one that waits to take its place.
type libraryPage struct {
	Kind     inspection.Kind `json:"kind"`
	Version  int64           `json:"version"`
	Current  LibraryView     `json:"current"`
	Draft    LibraryView     `json:"draft"`
	Added    []string        `json:"added"`
	Removed  []string        `json:"removed"`
	Changed  []string        `json:"changed"`
	Same     int             `json:"same"`
	Problems []draw.Problem  `json:"problems"`
	Columns  []string        `json:"columns"` // that a library must have
	Pager    Pager           `json:"pager"`
	Fault    string          `json:"fault,omitempty"`
	Work     bool            `json:"-"`
	Act      string          `json:"-"`
}

// LibraryView is a part of a library.
type LibraryView struct {
	ID      string     `json:"id"`
	At      string     `json:"at"`
	Who     string     `json:"who"`
	Total   int        `json:"total"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

func (p libraryPage) title(lang words.Lang) string { return lang.Say("library.kind." + string(p.Kind)) }

// kindOf reads which library an address names.
func kindOf(r *http.Request) (inspection.Kind, error) {
	kind := inspection.Kind(r.PathValue("kind"))
	if !slices.Contains(inspection.Kinds(), kind) {
		return "", errNothing
	}
	return kind, nil
}

func (d *Desk) library(r *http.Request) (p libraryPage, err error) {
	kind, err := kindOf(r)
	if err != nil {
		return p, err
	}
	shelf, err := d.o.Inspections.Shelf(r.Context(), kind)
	if err != nil {
		return p, err
	}
	p = libraryPage{Kind: kind, Version: shelf.Version, Columns: kind.Columns(), Work: d.worksOnInspections(r), Pager: pager(1, 0, perRows)}
	current, err := d.shelved(r, kind, shelf.Current, &p.Current)
	if err != nil {
		return p, err
	}
	draft, err := d.shelved(r, kind, shelf.Draft, &p.Draft)
	if err != nil {
		return p, err
	}
	if current != nil {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		p.Pager = pager(page, len(current.Rows), perRows)
		p.Current.rows(current, p.Pager.From-1, p.Pager.To)
	}
	if draft != nil {
		c := inspection.Compare(current, draft)
		p.Added, p.Removed, p.Changed, p.Same = c.Added, c.Removed, c.Changed, c.Same
		p.Draft.rows(draft, 0, 20)
	}
	p.Act, err = d.o.Accounts.NewID()
	return p, err
}

// shelved reads a library, if there is one.
func (d *Desk) shelved(r *http.Request, kind inspection.Kind, id string, view *LibraryView) (*draw.Table, error) {
	if id == "" {
		return nil, nil
	}
	l, err := d.o.Inspections.Library(r.Context(), kind, id)
	if err != nil {
		return nil, err
	}
	t, problems := kind.Read(l.Text)
	if len(problems) > 0 {
		return nil, problems // it had none when it came
	}
	view.ID, view.At, view.Who, view.Total, view.Columns = l.ID, l.At, l.Who, len(t.Rows), t.Columns
	return t, nil
}

func (v *LibraryView) rows(t *draw.Table, from, to int) {
	for _, row := range t.Rows[max(from, 0):min(to, len(t.Rows))] {
		cells := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			cells[i] = row[c]
		}
		v.Rows = append(v.Rows, cells)
	}
}

func showLibrary(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, err := d.library(r)
	if err != nil {
		return err
	}
	return d.show(w, r, "library", p)
}

// importForm brings a library, as a file (.csv or .xlsx) or as CSV text.
type importForm struct {
	Act    string `json:"act"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
	Check  bool   `json:"check"` // give the file of errors instead
}

// postLibrary keeps a library as a draft, to be looked at and put into force.
func postLibrary(d *Desk, w http.ResponseWriter, r *http.Request) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	var f importForm
	text, err := readUpload(r, &f)
	if err != nil && !errors.Is(err, inspection.ErrWorkbook) {
		return d.libraryAnswer(w, r, err)
	}
	if err == nil && f.Check {
		_, problems := kind.Read(text)
		return sendProblems(w, kind, problems)
	}
	by, failed := d.acting(r, f.Act, f.Reason)
	if err = errors.Join(err, failed); err == nil {
		_, err = d.o.Inspections.Import(r.Context(), kind, text, by)
	}
	return d.libraryAnswer(w, r, err)
}

// libraryAnswer goes on to the library, or shows it with what is wrong.
func (d *Desk) libraryAnswer(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		return d.done(w, r, "/libraries/"+r.PathValue("kind"))
	}
	code, status, ok := faultOf(err)
	if !ok || visitOf(r).json {
		return err
	}
	p, failed := d.library(r)
	if failed != nil {
		return failed
	}
	p.Fault = code
	p.Problems, _ = errors.AsType[draw.Problems](err)
	return d.showAs(w, r, status, "library", p)
}

// readUpload reads a form with a file in it, or one that holds the text.
func readUpload(r *http.Request, f *importForm) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		err := read(r, f)
		return []byte(f.Text), err
	}
	b, err := readParts(r, f, "file")
	if err != nil || b == nil {
		return []byte(f.Text), err
	}
	if bytes.HasPrefix(b, []byte("PK")) {
		return inspection.ReadWorkbook(bytes.NewReader(b))
	}
	return b, nil
}

// sendProblems gives everything that is wrong with a library as a file.
func sendProblems(w http.ResponseWriter, kind inspection.Kind, problems draw.Problems) error {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+string(kind)+`-errors.csv"`)
	out := csv.NewWriter(w)
	w.Write([]byte("\ufeff")) // Excel reads it as UTF-8 then
	out.Write([]string{"where", "sentence"})
	for _, p := range problems {
		out.Write([]string{safe(p.Where), safe(p.Sentence)})
	}
	out.Flush()
	return nil
}

// useForm puts the draft into force.
type useForm struct {
	Act     string `json:"act"`
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

func postLibraryUse(d *Desk, w http.ResponseWriter, r *http.Request) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	var f useForm
	if err := read(r, &f); err != nil {
		return err
	}
	by, err := d.acting(r, f.Act, f.Reason)
	if err == nil {
		err = d.o.Inspections.Use(r.Context(), kind, f.ID, f.Version, by)
	}
	if _, stale := errors.AsType[*inspection.VersionError](err); stale {
		shelf, failed := d.o.Inspections.Shelf(r.Context(), kind)
		if failed != nil {
			return failed
		}
		c := InspectionConflict{Want: "library.use", Reason: f.Reason, Seen: f.Version, Version: shelf.Version, Back: "/libraries/" + string(kind), Object: "library:" + string(kind)}
		return d.inspectionConflict(w, r, c, err)
	}
	return d.libraryAnswer(w, r, err)
}
