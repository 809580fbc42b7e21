package desk

import (
	"net/http"
	"strings"
	"time"

	"fundwatch/internal/journal"
	"fundwatch/web/words"
)

// limits bound what is exported.
type limits struct {
	direct int // rows of a workbook that is given at once; more are made in the background
	sheet  int // rows of a sheet
}

// defaultLimits: a sheet has the rows that Excel reads.
var defaultLimits = limits{direct: 20_000, sheet: 1_048_576}

// exportLeads gives the list as an Excel workbook: what the filter shows, under
// a block that says who took it, when, and by which filter. Numbers of persons
// are masked in it for everybody. A list that is too long for this is made in
// the background, see exports.go.
func exportLeads(d *Desk, w http.ResponseWriter, r *http.Request) error {
	q, err := leadQuery(r)
	if err != nil {
		return err
	}
	refs, err := d.choose(r, q, q.statuses())
	if err != nil {
		return err
	}
	if len(refs) > d.limits.direct {
		p := &problem{status: http.StatusUnprocessableEntity, code: "rows"}
		if d.o.Files != nil {
			p.goTo = "/exports?" + q.values().Encode()
		}
		return p
	}
	b, err := d.newWorkbook(visitOf(r), q, len(refs))
	if err != nil {
		return err
	}
	defer b.close()
	if err := b.addAll(r, refIDs(refs), func(int) {}); err != nil {
		return err
	}
	if err := d.noteExport(r, "leads.export", q, len(refs)); err != nil {
		return err
	}
	workbookHeaders(w, d.workbookName(d.now()))
	return b.writeTo(w)
}

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func workbookHeaders(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", workbookType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// workbookName names a workbook by its region and time.
func (d *Desk) workbookName(at time.Time) string {
	return "leads-" + d.o.Region + "-" + strings.NewReplacer("-", "", ":", "", " ", "-").Replace(journal.Stamp(at)) + ".xlsx"
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
