package desk

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"

	"fundwatch/internal/journal"
)

// workbook is a list of leads as Excel reads it: a block that says what it is,
// the names of the columns, a row for each lead; on as many sheets as it needs.
type workbook struct {
	d      *Desk
	v      *visit
	file   *excelize.File
	sheet  *excelize.StreamWriter
	sheets int
	n      int // rows of the sheet
}

// addTogether is how many leads are read at a time.
const addTogether = 1000

// newWorkbook begins a workbook of as many leads as rows says.
func (d *Desk) newWorkbook(v *visit, q LeadQuery, rows int) (*workbook, error) {
	o := excelize.Options{}
	if d.o.Files != nil {
		o.TmpDir = d.o.Files.Scratch()
	}
	b := &workbook{d: d, v: v, file: excelize.NewFile(o)}
	if err := b.begin(q, rows); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *workbook) begin(q LeadQuery, rows int) error {
	say := b.v.lang.Say
	if err := b.newSheet(); err != nil {
		return err
	}
	for _, cells := range [][]any{
		{say("export.heading", b.v.lang.Of(b.d.o.RegionName.ZH, b.d.o.RegionName.EN))},
		{say("export.who"), safe(b.v.user.Name) + " (" + b.v.user.Login + ")"},
		{say("export.when"), journal.Stamp(b.d.now())},
		{say("export.filter"), safe(b.d.filterWords(b.v.lang, q))},
		{say("export.rows"), rows},
		{say("export.masking"), say("export.masked")},
		{say("neutral")},
		{},
	} {
		if err := b.row(cells); err != nil {
			return err
		}
	}
	return b.heads()
}

// newSheet ends the sheet at hand and begins the next one.
func (b *workbook) newSheet() error {
	name := b.v.lang.Say("leads.title")
	if b.sheets++; b.sheets == 1 {
		if err := b.file.SetSheetName("Sheet1", name); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	} else {
		if err := b.sheet.Flush(); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		name += " " + strconv.Itoa(b.sheets)
		if _, err := b.file.NewSheet(name); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	var err error
	if b.sheet, err = b.file.NewStreamWriter(name); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for i, width := range []float64{24, 14, 22, 36, 16, 8, 40, 10, 10, 18, 18, 13, 13, 14, 20} {
		if err := b.sheet.SetColWidth(i+1, i+1, width); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	b.n = 0
	return nil
}

// heads writes the names of the columns.
func (b *workbook) heads() error {
	say := b.v.lang.Say
	yuan := " (" + say("unit.in.yuan") + ")"
	return b.row([]any{say("lead.id"), say("lead.kind"), say("lead.code"), say("lead.name"), say("lead.county"), say("lead.scheme"), say("lead.what"),
		say("lead.status"), say("lead.findings"), say("lead.amount") + yuan, say("lead.union") + yuan,
		say("lead.first"), say("lead.last"), say("lead.assignee"), say("lead.updated")})
}

func (b *workbook) row(cells []any) error {
	b.n++
	at, err := excelize.CoordinatesToCellName(1, b.n)
	if err == nil {
		err = b.sheet.SetRow(at, cells)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

// addAll adds leads by id, some at a time, and tells how many there are.
func (b *workbook) addAll(r *http.Request, ids []string, told func(rows int)) error {
	rows := 0
	b.d.learn(r.Context())
	for some := range slices.Chunk(ids, addTogether) {
		leads, err := b.d.leadRows(r, some)
		if err != nil {
			return err
		}
		for i := range leads {
			if err := b.add(&leads[i]); err != nil {
				return err
			}
		}
		rows += len(some)
		told(rows)
	}
	return nil
}

func (b *workbook) add(l *LeadRow) error {
	if b.n >= b.d.limits.sheet {
		if err := b.newSheet(); err != nil {
			return err
		}
		if err := b.heads(); err != nil {
			return err
		}
	}
	say, lang := b.v.lang.Say, b.v.lang
	return b.row([]any{l.ID, say("kind." + l.Subject.Kind), safe(l.Subject.Code), safe(l.Subject.Name), b.d.countyName(lang, l.Subject.County), l.Scheme, safe(l.What.In(lang)),
		say("status." + string(l.Status)), l.Findings, float64(l.Amount) / 100, float64(l.Union) / 100, l.First, l.Last, safe(b.d.signature(lang, l.Assignee)), l.Updated})
}

// writeTo ends the workbook.
func (b *workbook) writeTo(w io.Writer) error {
	if err := b.sheet.Flush(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return b.file.Write(w)
}

// close gives back what the workbook holds on the disk.
func (b *workbook) close() { _ = b.file.Close() } // what it leaves lies in a folder that is emptied
