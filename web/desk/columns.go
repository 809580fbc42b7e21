package desk

import (
	"slices"
	"strings"
)

// compact is the density at which more rows fit on a screen.
const compact = "compact"

// leadColumn is a column of the list of leads that can be left out.
type leadColumn struct {
	Name  string
	Label string // key of its words
	usual bool
}

// leadColumns lists the columns in their order. Whom a lead is about and what
// was found always stand before them.
var leadColumns = []leadColumn{
	{"county", "lead.county", true}, {"findings", "lead.findings", true}, {"amount", "lead.amount", true}, {"union", "lead.union", true},
	{"period", "lead.period", true}, {"status", "lead.status", true}, {"assignee", "lead.assignee", true}, {"updated", "lead.updated", true},
	{"since", "lead.since", false}, {"case", "lead.case", false}, {"id", "lead.id", false},
}

// knownColumns gives those of the names that are columns, in order; none where
// they are the usual ones.
func knownColumns(names []string) (out []string) {
	usual := true
	for _, c := range leadColumns {
		chosen := slices.Contains(names, c.Name)
		if chosen {
			out = append(out, c.Name)
		}
		usual = usual && chosen == c.usual
	}
	if usual {
		return nil
	}
	return out
}

// Shows reports whether a column is in the list.
func (q LeadQuery) Shows(name string) bool {
	if len(q.Columns) > 0 {
		return slices.Contains(q.Columns, name)
	}
	return slices.ContainsFunc(leadColumns, func(c leadColumn) bool { return c.usual && c.Name == name })
}

// Hidden gives the values that a form carries along because it does not ask for
// them: those of the names, apart by spaces, or with "but" before them all
// others.
func (q LeadQuery) Hidden(names string) (out []field) {
	list := strings.Fields(names)
	but := list[0] == "but"
	v := q.values()
	for _, name := range []string{"status", "scheme", "county", "kind", "q", "person", "mine", "sort", "density", "col"} {
		if slices.Contains(list, name) == but {
			continue
		}
		for _, value := range v[name] {
			out = append(out, field{Name: name, Value: value})
		}
	}
	return out
}
