package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"fundwatch/claim"
	"fundwatch/detectors"
)

// Widths of the terminal at which the table changes: below narrow a detector
// is named by letter and number only; unknown is taken when nobody knows.
const (
	narrow  = 96
	unknown = 100
	least   = 60
)

// terminal writes a report for a terminal. Its first error stops it.
type terminal struct {
	out   strings.Builder
	r     *Report
	width int
	err   error
}

// Table writes the report for a terminal of that many columns; 0 is unknown.
func Table(w io.Writer, r *Report, width int) error {
	if width <= 0 {
		width = unknown
	}
	t := &terminal{r: r, width: max(width, least)}
	t.counts()
	t.detectors()
	t.rejects()
	t.files()
	if t.err != nil {
		return t.err
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

// words finds a text and keeps the error.
func (t *terminal) words(key string) detectors.Words {
	w, err := words(key)
	if err != nil && t.err == nil {
		t.err = err
	}
	return w
}

// say writes a sentence in Chinese and, on the next line, in English.
func (t *terminal) say(key string, args ...any) {
	w := t.words(key)
	fmt.Fprintf(&t.out, w.ZH+"\n", args...)
	fmt.Fprintf(&t.out, w.EN+"\n", args...)
}

// head gives the two lines of a column's head.
func (t *terminal) head(key string) string {
	w := t.words(key)
	return w.ZH + "\n" + w.EN
}

func (t *terminal) counts() {
	r := t.r
	t.say("term.read", count(r.Messages), count(r.Claims), count(r.Lines), count(r.Cancelled),
		count(r.Duplicates), count(r.Conflicts), count(r.Rejected))
	t.say("term.found", count(len(r.Detectors)), count(r.found()), seconds(r.Seconds))
}

// seconds shows a time with one decimal: it is told to people, not measured.
func seconds(s float64) string { return fmt.Sprintf("%.1f", s) }

// writer makes a table without a frame; numbers stand right.
func (t *terminal) writer(columns ...table.ColumnConfig) table.Writer {
	w := table.NewWriter()
	style := table.StyleLight
	style.Format = table.FormatOptions{}
	style.Options.DrawBorder = false
	style.Options.SeparateColumns = false
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = "  "
	w.SetStyle(style)
	w.SuppressTrailingSpaces()
	w.SetColumnConfigs(columns)
	return w
}

func number(column int) table.ColumnConfig {
	return table.ColumnConfig{Number: column, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight}
}

func (t *terminal) detectors() {
	loud, quiet := t.r.split()
	if len(t.r.Detectors) == 0 {
		return
	}
	w := t.writer(number(4), number(5))
	w.AppendHeader(table.Row{t.head("col.detector"), t.head("col.title"), t.head("col.grade"), t.head("col.findings"), t.head("col.amount")})
	var sum claim.Wide
	for _, d := range loud {
		id := d.Detector.ID
		if t.width < narrow {
			id = d.Detector.Short()
		}
		w.AppendRow(table.Row{id, d.Detector.Title.ZH, t.words("grade." + string(d.Detector.Grade)).ZH, count(d.Findings), yuan(d.Amount)})
		sum = sum.Add(d.Amount)
	}
	if len(quiet) > 0 {
		w.AppendRow(table.Row{fmt.Sprintf(t.words("term.quiet").ZH, count(len(quiet))), t.words("term.nothing").ZH, "", "0", ""})
	}
	w.AppendFooter(table.Row{t.words("term.total").ZH, "", "", count(t.r.found()), yuan(sum)})
	t.out.WriteString("\n" + w.Render() + "\n\n")
	t.say("neutral")
	if len(loud) > 0 {
		t.say("term.overlap")
	}
}

func (t *terminal) rejects() {
	rows := problems(t.r)
	if len(rows) == 0 {
		return
	}
	field, most := 0, 0
	for _, p := range rows {
		field, most = max(field, len(p.Field)), max(most, len(p.Count))
	}
	w := t.writer(number(3), table.ColumnConfig{Number: 2, WidthMax: max(20, t.width-max(field, 18)-max(most, 5)-6)})
	w.AppendHeader(table.Row{t.head("rejects.field"), t.head("rejects.problem"), t.head("rejects.count")})
	for _, p := range rows {
		name := p.Field
		if name == "" {
			name = t.words("rejects.whole").ZH
		}
		w.AppendRow(table.Row{name, p.Sentence, p.Count})
	}
	head := t.words("term.rejected")
	t.out.WriteString("\n" + head.ZH + " " + head.EN + "\n\n" + w.Render() + "\n")
}

func (t *terminal) files() {
	if len(t.r.Files) == 0 {
		return
	}
	head := t.words("term.files")
	t.out.WriteString("\n" + head.ZH + " " + head.EN + "\n")
	for _, f := range t.r.Files {
		t.out.WriteString("  " + f + "\n")
	}
}
