package file

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fundwatch/claim"
)

// rawRow is what stands in a row of a table.
type rawRow struct {
	cells []string   // as text, empty where absent
	rule  claim.Rule // why the row cannot be read
	text  string     // of a row that is no CSV
}

// picked is the rows that rejects need.
type picked struct {
	names []string
	rows  []int32
	found []rawRow // by position in rows
}

func (p *picked) row(at int32) rawRow {
	i, ok := slices.BinarySearch(p.rows, at)
	if !ok || i >= len(p.found) {
		return rawRow{}
	}
	return p.found[i]
}

// cell gives the cell of a row under a name.
func (p *picked) cell(r rawRow, name string) string {
	if i := slices.Index(p.names, name); i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// rawOf reads the rows of all rejects again and gives a function that writes a
// rejected claim as JSON, with the cells as they stand in the tables.
func (s *tableSet) rawOf(rejects []claim.TableReject) (func(*claim.TableReject) []byte, error) {
	var all [3]picked
	for i := range rejects {
		r := &rejects[i]
		if r.Table == claim.Settlements {
			all[claim.Settlements].rows = append(all[claim.Settlements].rows, r.Row)
		}
		all[claim.Lines].rows = append(all[claim.Lines].rows, r.Lines...)
		all[claim.Diagnoses].rows = append(all[claim.Diagnoses].rows, r.Diagnoses...)
	}
	for t := range all {
		p := &all[t]
		slices.Sort(p.rows)
		p.rows = slices.Compact(p.rows)
		if len(p.rows) == 0 {
			continue
		}
		var err error
		if p.names, p.found, err = s.open[t].pick(p.rows); err != nil {
			return nil, fmt.Errorf("%s: %w", s.paths[t], err)
		}
	}
	return func(r *claim.TableReject) []byte { return rawClaim(&all, r) }, nil
}

// member is a name and a JSON value.
type member struct {
	name  string
	value any
}

// object is a JSON object that keeps the order of its members.
type object []member

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

func rawClaim(all *[3]picked, r *claim.TableReject) []byte {
	var out object
	if r.Table == claim.Settlements {
		out = append(out, member{"setlinfo", cellsOf(claim.Settlements, &all[claim.Settlements], r.Row)})
	}
	for _, part := range []struct {
		name  string
		table claim.Table
		rows  []int32
	}{{"diseinfo", claim.Diagnoses, r.Diagnoses}, {"feedetail", claim.Lines, r.Lines}} {
		if len(part.rows) == 0 {
			continue
		}
		list := make([]object, 0, len(part.rows))
		for _, row := range part.rows {
			list = append(list, cellsOf(part.table, &all[part.table], row))
		}
		out = append(out, member{part.name, list})
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil // texts always marshal
	}
	return b
}

// cellsOf shows the filled cells of a row that the contract knows. Of a row
// with too few or too many cells nobody knows which cell is which, so it shows
// all, those without a name of their own in a list; and of a row that is no CSV
// its text.
func cellsOf(t claim.Table, p *picked, row int32) object {
	r := p.row(row)
	if r.rule == claim.RuleCSV {
		return object{{"csv", r.text}}
	}
	out := object{}
	var extra []string
	taken := map[string]bool{"": true, "extra": true, "drugtracinfo": true}
	for i, cell := range r.cells {
		name := ""
		if i < len(p.names) {
			name = p.names[i]
		}
		switch {
		case i < len(p.names) && strings.TrimSpace(cell) == "":
		case t == claim.Lines && isTrace(name):
			if name == "drug_trac_codg" || strings.TrimSpace(p.cell(r, "drug_trac_codg")) == "" {
				out = append(out, member{"drugtracinfo", traceList(cell)})
			}
		case isField(t, name):
			out = append(out, member{name, cell})
		case r.rule != claim.RuleColumns: // unknown to the contract
		case taken[name]:
			extra = append(extra, cell)
		default:
			out, taken[name] = append(out, member{name, cell}), true
		}
	}
	if extra != nil {
		out = append(out, member{"extra", extra})
	}
	return out
}

// traceList is the trace codes of a cell as a claim has them, under the name
// that their problems have.
func traceList(cell string) (list []object) {
	for _, code := range strings.Split(cell, "|") {
		list = append(list, object{{"drug_trac_codg", code}})
	}
	return list
}
