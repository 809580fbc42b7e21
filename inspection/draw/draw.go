package draw

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Draw is what chance made of a commit.
type Draw struct {
	Commit *Commit
	Seed   string
	Strata []Result
}

// Result is what was drawn of a stratum.
type Result struct {
	Name        string
	Drawn       []Drawn
	Substitutes []Turn // step in, in this order
}

// Drawn is an object and who inspects it.
type Drawn struct {
	Turn
	Inspectors []Turn
}

// Run draws under a seed. It fails when an object cannot have as many inspectors
// as the plan asks for, and names it.
func (c *Commit) Run(seed string) (*Draw, error) {
	if seed == "" || !utf8.ValidString(seed) {
		return nil, errors.New("种子须为非空的 UTF-8 文本 (the seed must be a text)")
	}
	d := &Draw{Commit: c, Seed: seed}
	load := map[string]int{}
	for _, s := range c.Strata {
		order := turns(seed, s.IDs)
		r := Result{Name: s.Name, Substitutes: order[s.Quota:min(len(order), s.Quota+c.Plan.Substitutes)]}
		for _, object := range order[:s.Quota] {
			inspectors, err := c.InspectorsOf(seed, object.ID, load)
			if err != nil {
				return nil, err
			}
			for _, i := range inspectors {
				load[i.ID]++
			}
			r.Drawn = append(r.Drawn, Drawn{object, inspectors})
		}
		d.Strata = append(d.Strata, r)
	}
	return d, nil
}

// InspectorsOf gives the inspectors of an object: the first by their tickets
// under seed/object who need not stand aside and have fewer objects than the
// plan allows. load is how many objects each has.
func (c *Commit) InspectorsOf(seed, object string, load map[string]int) ([]Turn, error) {
	var able []string
	for _, row := range c.Inspectors.Rows {
		full := c.Plan.MaxLoad > 0 && load[row["id"]] >= c.Plan.MaxLoad
		if c.takesPart(row) && !full && !standsAside(row, object) {
			able = append(able, row["id"])
		}
	}
	if len(able) < c.Plan.InspectorsPerObject {
		return nil, fmt.Errorf("对象 %q 需要 %d 名检查人员，可用的只有 %d 名 (too few inspectors left for this object)", object, c.Plan.InspectorsPerObject, len(able))
	}
	return turns(seed+"/"+object, able)[:c.Plan.InspectorsPerObject], nil
}

// standsAside reports whether an inspector is recused (回避) from an object.
func standsAside(inspector Row, object string) bool {
	for id := range strings.SplitSeq(inspector["recuse"], "|") {
		if strings.TrimSpace(id) == object {
			return true
		}
	}
	return false
}

// tree is the draw as JSON values.
func (d *Draw) tree() map[string]any {
	strata := make([]any, len(d.Strata))
	for i, r := range d.Strata {
		drawn := make([]any, len(r.Drawn))
		for j, o := range r.Drawn {
			drawn[j] = map[string]any{"id": o.ID, "ticket": o.Ticket, "inspectors": turnsTree(o.Inspectors)}
		}
		strata[i] = map[string]any{"name": r.Name, "drawn": drawn, "substitutes": turnsTree(r.Substitutes)}
	}
	return map[string]any{
		"version": version, "commit": d.Commit.tree(), "commit_sha256": d.Commit.SHA256(), "seed": d.Seed, "strata": strata,
	}
}

func turnsTree(turns []Turn) []any {
	out := make([]any, len(turns))
	for i, t := range turns {
		out[i] = map[string]any{"id": t.ID, "ticket": t.Ticket}
	}
	return out
}

// Bytes are those of draw.json.
func (d *Draw) Bytes() []byte { return appendCanonical(nil, d.tree()) }
