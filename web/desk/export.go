package desk

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/xuri/excelize/v2"

	"fundwatch/internal/journal"
	"fundwatch/web/words"
)

// mostRows is the most a workbook holds; above it the list must be narrowed.
const mostRows = 20_000

// exportLeads gives the list as an Excel workbook: what the filter shows, under
// a block that says who took it, when, and by which filter. Numbers of persons
// are masked in it for everybody.
func exportLeads(d *Desk, w http.ResponseWriter, r *http.Request) error {
	q, err := leadQuery(r)
	if err != nil {
		return err
	}
	refs, err := d.choose(r, q, q.statuses())
	if err != nil {
		return err
	}
	if len(refs) > mostRows {
		return &problem{status: http.StatusUnprocessableEntity, code: "rows"}
	}
	f := excelize.NewFile()
	defer f.Close()
	lang := visitOf(r).lang
	sheet := lang.Say("leads.title")
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	s, err := f.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := d.writeLeads(s, r, q, refIDs(refs)); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := s.Flush(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := d.noteExport(r, q, len(refs)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="leads-`+d.o.Region+"-"+strings.NewReplacer("-", "", ":", "", " ", "-").Replace(journal.Stamp(d.now()))+`.xlsx"`)
	return f.Write(w)
}

func (d *Desk) writeLeads(s *excelize.StreamWriter, r *http.Request, q LeadQuery, ids []string) error {
	v := visitOf(r)
	say := v.lang.Say
	for i, width := range []float64{24, 14, 22, 36, 16, 8, 40, 10, 10, 18, 18, 13, 13, 14, 20} {
		if err := s.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	head := [][]any{
		{say("export.heading", v.lang.Of(d.o.RegionName.ZH, d.o.RegionName.EN))},
		{say("export.who"), safe(v.user.Name) + " (" + v.user.Login + ")"},
		{say("export.when"), journal.Stamp(d.now())},
		{say("export.filter"), safe(d.filterWords(v.lang, q))},
		{say("export.rows"), len(ids)},
		{say("export.masking"), say("export.masked")},
		{say("neutral")},
		{},
		{say("lead.id"), say("lead.kind"), say("lead.code"), say("lead.name"), say("lead.county"), say("lead.scheme"), say("lead.what"),
			say("lead.status"), say("lead.findings"), say("lead.amount") + " (" + say("unit.in.yuan") + ")", say("lead.union") + " (" + say("unit.in.yuan") + ")",
			say("lead.first"), say("lead.last"), say("lead.assignee"), say("lead.updated")},
	}
	n := 0
	row := func(cells []any) error {
		n++
		at, err := excelize.CoordinatesToCellName(1, n)
		if err != nil {
			return err
		}
		return s.SetRow(at, cells)
	}
	for _, cells := range head {
		if err := row(cells); err != nil {
			return err
		}
	}
	d.learn(r.Context())
	leads, err := d.leadRows(r, ids)
	if err != nil {
		return err
	}
	for i := range leads {
		l := &leads[i]
		cells := []any{l.ID, say("kind." + l.Subject.Kind), safe(l.Subject.Code), safe(l.Subject.Name), d.countyName(v.lang, l.Subject.County), l.Scheme, safe(l.What.In(v.lang)),
			say("status." + string(l.Status)), l.Findings, float64(l.Amount) / 100, float64(l.Union) / 100, l.First, l.Last, safe(d.signature(v.lang, l.Assignee)), l.Updated}
		if err := row(cells); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) countyName(lang words.Lang, code string) string {
	if code == "" {
		return lang.Say("county.none")
	}
	return lang.Or("county."+code, code)
}

// filterWords says by what a list was chosen.
func (d *Desk) filterWords(lang words.Lang, q LeadQuery) string {
	parts := []string{lang.Say("lead.status") + ": " + lang.Say("status."+q.Status)}
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, lang.Say(name)+": "+value)
		}
	}
	add("lead.scheme", q.Scheme)
	if q.County != "" {
		add("lead.county", d.countyName(lang, q.County))
	}
	if q.Kind != "" {
		add("lead.kind", lang.Say("kind."+q.Kind))
	}
	add("lead.name", q.Name)
	if q.Mine {
		parts = append(parts, lang.Say("leads.mine"))
	}
	if q.Person != "" {
		parts = append(parts, lang.Say("leads.person"))
	}
	return strings.Join(parts, "; ")
}

// safe keeps a text from being read as a formula.
func safe(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
