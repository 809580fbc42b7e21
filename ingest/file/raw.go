package file

import (
	"encoding/json"
	"slices"
	"strings"

	"fundwatch/claim"
)

// picked is the cells of the rows that rejects need, by row.
type picked struct {
	names []string
	rows  []int32
	cells [][]string
}

func (p *picked) row(at int32) []string {
	i, ok := slices.BinarySearch(p.rows, at)
	if !ok || i >= len(p.cells) {
		return nil
	}
	return p.cells[i]
}

// rawOf reads the rows of all rejects again and gives a function that writes a
// rejected claim as JSON, with the cells as they stand in the tables.
func rawOf(open [3]table, rejects []claim.TableReject) (func(*claim.TableReject) []byte, error) {
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
		if p.names, p.cells, err = open[t].pick(p.rows); err != nil {
			return nil, err
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

// cellsOf shows the filled cells of a row that the contract knows.
func cellsOf(t claim.Table, p *picked, row int32) object {
	out := object{}
	cells := p.row(row)
	for i, name := range p.names {
		if i >= len(cells) || strings.TrimSpace(cells[i]) == "" || !isField(t, name) {
			continue
		}
		if t == claim.Lines && isTrace(name) {
			var list []object
			for _, code := range strings.Split(cells[i], "|") {
				list = append(list, object{{name, code}})
			}
			out = append(out, member{"drugtracinfo", list})
			continue
		}
		out = append(out, member{name, cells[i]})
	}
	return out
}
