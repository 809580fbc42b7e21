package desk

import (
	"context"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"slices"
	"strings"

	"fundwatch/cases"
	"fundwatch/internal/accounts"
	"fundwatch/internal/journal"
)

// Papers keeps the bytes of evidence by name: a folder, or a store that speaks
// S3.
type Papers interface {
	Read(ctx context.Context, name string) ([]byte, error)
	Write(ctx context.Context, name string, data []byte) error
}

// proofForm says what an upload is. The bytes come as the file "content" of
// multipart/form-data.
type proofForm struct {
	Act     string `json:"act"`
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
	Kind    string `json:"kind"`
	Title   string `json:"title"`
}

// PaperName is where the bytes of a hash lie.
func PaperName(hash string) string { return "evidence/" + hash[:2] + "/" + hash }

// postProof takes a document into the file: first its bytes, then its name, so
// that whatever the file names is there.
func postProof(d *Desk, w http.ResponseWriter, r *http.Request) error {
	if d.o.Papers == nil {
		return &problem{status: http.StatusServiceUnavailable, code: "papers"}
	}
	var f proofForm
	content, err := readParts(r, &f, "content")
	if err == nil {
		err = d.fileProof(w, r, &f, content)
	}
	return d.proofFault(w, r, f, err)
}

func (d *Desk) fileProof(w http.ResponseWriter, r *http.Request, f *proofForm, content []byte) error {
	if len(content) > cases.MaxBytes {
		return &problem{status: http.StatusRequestEntityTooLarge, code: "large"}
	}
	kind, ok := typeOf(content)
	if !ok || !slices.Contains(cases.EvidenceKinds(), f.Kind) || f.Title == "" || len(f.Title) > 300 {
		return &problem{status: http.StatusUnprocessableEntity, code: "proof"}
	}
	why := f.Reason
	if why == "" {
		why = f.Title
	}
	e := cases.Evidence{Hash: cases.HashOf(content), Size: int64(len(content)), Type: kind, Kind: f.Kind, Title: f.Title, By: visitOf(r).user.Login, At: journal.Stamp(d.now())}
	if err := d.o.Papers.Write(r.Context(), PaperName(e.Hash), content); err != nil {
		return err
	}
	m, _ := cases.MoveOf("evidence")
	return d.deed(w, r, &m, deedForm{Act: f.Act, Version: f.Version, Reason: why}, cases.Deed{Move: m.Name, Evidence: &e})
}

// proofFault shows the case again with what was wrong with an upload at its form.
// What was typed is there; no page can give a browser its file back.
func (d *Desk) proofFault(w http.ResponseWriter, r *http.Request, f proofForm, err error) error {
	code, status, ok := faultOf(err)
	if !ok || visitOf(r).json {
		return err
	}
	c, failed := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if failed != nil {
		return failed
	}
	p, failed := d.casePage(r, &c)
	if failed != nil || !p.MayUpload { // there is no form any more
		return errors.Join(failed, err)
	}
	p.Fault, p.Upload = code, f
	return d.showAs(w, r, status, "case", p)
}

// typeOf tells the media type of bytes by what they are, whatever a browser
// says, and whether a file takes it.
func typeOf(b []byte) (string, bool) {
	kind, _, _ := mime.ParseMediaType(http.DetectContentType(b))
	return kind, len(b) > 0 && slices.Contains(cases.EvidenceTypes(), kind)
}

// showProof gives the bytes of evidence, if they are still what the file says,
// and writes down who took them.
func showProof(d *Desk, w http.ResponseWriter, r *http.Request) error {
	c, err := d.o.Cases.Case(r.Context(), r.PathValue("case"))
	if err != nil {
		return err
	}
	at := slices.IndexFunc(c.File.Evidence, func(e cases.Evidence) bool { return e.Hash == r.PathValue("hash") })
	if at < 0 || d.o.Papers == nil {
		return errNothing
	}
	e := c.File.Evidence[at]
	b, err := d.o.Papers.Read(r.Context(), PaperName(e.Hash))
	if errors.Is(err, fs.ErrNotExist) || err == nil && cases.HashOf(b) != e.Hash {
		return &problem{status: http.StatusInternalServerError, code: "damaged"}
	}
	if err != nil {
		return err
	}
	by, err := d.by(r, "", e.Title)
	if err != nil {
		return err
	}
	if err := d.o.Accounts.Note(r.Context(), "case.taken", "case:"+c.ID, accounts.By(by)); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", e.Type)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": strings.ReplaceAll(e.Title, "/", "_")}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Write(b) // whoever has gone away does not see it
	return nil
}
