package desk

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/xuri/excelize/v2"

	"fundwatch/cases"
	"fundwatch/internal/journal"
)

// postPackBook gives the pack as an Excel workbook with every finding and every
// line.
func postPackBook(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, _, err := d.pack(w, r, "tip.pack.export")
	if err != nil {
		return err
	}
	content, err := d.packBook(r, p)
	if err != nil {
		return err
	}
	workbookHeaders(w, "pack-"+p.Tip+".xlsx")
	_, _ = w.Write(content) // whoever has gone away does not see it
	return nil
}

// postPackFile puts the workbook into the file of the case that the tip is tied
// to: first its bytes, then its name.
func postPackFile(d *Desk, w http.ResponseWriter, r *http.Request) error {
	p, f, err := d.pack(w, r, "tip.pack")
	if err != nil {
		return err
	}
	if p.Case == "" {
		return &problem{status: http.StatusUnprocessableEntity, code: "packcase"}
	}
	content, err := d.packBook(r, p)
	if err != nil {
		return err
	}
	if len(content) > cases.MaxBytes {
		return &problem{status: http.StatusRequestEntityTooLarge, code: "large"}
	}
	kind, _ := typeOf(content)
	title := visitOf(r).lang.Say("pack.page", p.Tip)
	e := cases.Evidence{Hash: cases.HashOf(content), Size: int64(len(content)), Type: kind, Kind: "electronic", Title: title + ".xlsx", By: visitOf(r).user.Login, At: journal.Stamp(d.now())}
	if err := d.o.Papers.Write(r.Context(), PaperName(e.Hash), content); err != nil {
		return err
	}
	r.SetPathValue("case", p.Case)
	m, _ := cases.MoveOf("evidence")
	return d.deed(w, r, &m, deedForm{Act: p.Act, Version: f.Version, Reason: title}, cases.Deed{Move: m.Name, Evidence: &e})
}

// packSheet is a sheet of a pack.
type packSheet struct {
	*excelize.StreamWriter
	rows int
}

func (s *packSheet) add(cells ...any) error {
	s.rows++
	for i := range cells {
		if text, is := cells[i].(string); is {
			cells[i] = safe(text)
		}
	}
	return s.SetRow(fmt.Sprintf("A%d", s.rows), cells)
}

// packBook writes the pack: a block that says what it is, the findings, and on a
// second sheet each line that a finding rests on.
func (d *Desk) packBook(r *http.Request, p *packPage) ([]byte, error) {
	o := excelize.Options{}
	if d.o.Files != nil {
		o.TmpDir = d.o.Files.Scratch()
	}
	file := excelize.NewFile(o)
	defer func() { _ = file.Close() }() // what it leaves lies in a folder that is emptied
	say := visitOf(r).lang.Say
	err := file.SetSheetName("Sheet1", say("pack.findings"))
	if err == nil {
		_, err = file.NewSheet(say("pack.lines"))
	}
	if err == nil {
		err = packSheetOf(file, say("pack.findings"), []float64{26, 34, 14, 40, 18, 13, 13, 40, 60, 10}, func(s *packSheet) error { return d.packFindings(r, p, s) })
	}
	if err == nil {
		err = packSheetOf(file, say("pack.lines"), []float64{26, 22, 22, 14, 20, 28, 30, 12, 14}, func(s *packSheet) error { return d.packLines(r, p, s) })
	}
	var out bytes.Buffer
	if err == nil {
		err = file.Write(&out)
	}
	if err != nil {
		return nil, fmt.Errorf("evidence pack: %w", err)
	}
	return out.Bytes(), nil
}

// packSheetOf fills one sheet.
func packSheetOf(file *excelize.File, name string, widths []float64, fill func(*packSheet) error) error {
	w, err := file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, width := range widths {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := fill(&packSheet{StreamWriter: w}); err != nil {
		return err
	}
	return w.Flush()
}

func (d *Desk) packFindings(r *http.Request, p *packPage, s *packSheet) error {
	v := visitOf(r)
	say, yuan := v.lang.Say, " ("+v.lang.Say("unit.in.yuan")+")"
	for _, cells := range [][]any{
		{say("pack.page", p.Tip)},
		{say("export.who"), v.user.Name + " (" + v.user.Login + ")"},
		{say("export.when"), journal.Stamp(d.now())},
		{say("pack.asked"), p.asked(v.lang)},
		{say("pack.claims"), p.Claims, say("pack.fit"), p.Fit, say("pack.refunds"), p.Refunds},
		{say("pack.unread"), p.Unkept + p.Left},
		{say("pack.findings"), p.Found, say("pack.union") + yuan, float64(p.Union) / 100},
		{say("pack.knowledge"), p.Knowledge},
		{say("export.masking"), say("export.masked")},
		{say("pack.closed")},
		{say("neutral")},
		{},
		{say("finding.id"), say("pack.what"), say("lead.kind"), say("lead.subject"), say("lead.amount") + yuan, say("lead.first"), say("lead.last"), say("ground.basis"), say("finding.why"), say("pack.known")},
	} {
		if err := s.add(cells...); err != nil {
			return err
		}
	}
	for i := range p.Findings {
		f := &p.Findings[i]
		known := ""
		if f.Known {
			known = say("pack.known")
		}
		if err := s.add(f.Finding.ID, f.Finding.Title.In(v.lang), say("kind."+f.Subject.Kind), strings.TrimSpace(f.Subject.Code+" "+f.Subject.Name), f.Finding.Yuan(), f.Finding.From, f.Finding.To,
			strings.Join(f.Ground.Basis, "; "), f.Ground.Doc.In(v.lang), known); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) packLines(r *http.Request, p *packPage, s *packSheet) error {
	say := visitOf(r).lang.Say
	if err := s.add(say("finding.id"), say("field.institution"), say("field.settlement"), say("pack.line"), say("line.at"), say("line.item"), say("pack.item"), say("line.count"), say("line.amount")); err != nil {
		return err
	}
	for i := range p.Findings {
		f := &p.Findings[i]
		for _, l := range f.Rests {
			institution, settlement, _ := strings.Cut(l.Claim, "/")
			if err := s.add(f.Finding.ID, institution, settlement, l.Line.ID, l.Line.At, l.Line.Item, l.Line.Name, l.Line.Count, l.Line.Amount); err != nil {
				return err
			}
		}
	}
	return nil
}
