package draw

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// version is that of the form of commits and draws.
const version = 1

// Commit is everything about a draw but chance.
type Commit struct {
	Plan       *Plan
	Objects    *Table
	Inspectors *Table
	Strata     []Pool
	Outside    []string // ids of the objects of no stratum, sorted
}

// Pool is a stratum with the objects it is drawn from.
type Pool struct {
	Name  string
	IDs   []string // sorted
	Quota int
}

// Source is a file a commit is made of.
type Source struct {
	Name string // for problems
	Text []byte
}

// NewCommit fixes a draw. Its error is Problems: everything that is wrong.
func NewCommit(objects, inspectors, plan Source) (*Commit, error) {
	p, ps := parsePlan(plan.Name+" ", plan.Text)
	o, more := readTable(objects.Name, objects.Text)
	ps = append(ps, more...)
	i, more := readTable(inspectors.Name, inspectors.Text)
	ps = append(ps, more...)
	return fix(plan.Name+" ", p, o, i, ps)
}

// fix puts plan, objects and inspectors together; ps is what was already wrong
// with them. Without a plan, or a whole list of objects, it cannot look at how
// they fit together.
func fix(prefix string, p *Plan, objects, inspectors *Table, ps Problems) (*Commit, error) {
	ps = append(ps, objects.check(ObjectColumns)...)
	if !objects.broken && len(objects.Rows) == 0 {
		ps = append(ps, Problem{objects.Name, "没有对象 (no objects)"})
	}
	ps = append(ps, inspectors.check(InspectorColumns)...)
	ps = append(ps, inspectors.checkLicences()...)
	if p == nil || objects.broken {
		return nil, ps
	}
	c := &Commit{Plan: p, Objects: objects, Inspectors: inspectors}
	if ps = append(ps, c.fill(prefix)...); len(ps) > 0 {
		return nil, ps
	}
	return c, nil
}

// fill works out pools, quotas and who is outside.
func (c *Commit) fill(prefix string) (ps Problems) {
	ps = append(ps, c.unknownNames(prefix)...)
	excluded := map[string]bool{}
	for _, x := range c.Plan.Exclude {
		excluded[x.ID] = true
	}
	c.Strata = make([]Pool, len(c.Plan.Strata))
	shared := map[[2]int][]string{} // two strata to the objects in both
	for _, object := range c.Objects.Rows {
		id, in := object["id"], -1
		if excluded[id] {
			continue
		}
		for i := range c.Plan.Strata {
			if s := &c.Plan.Strata[i]; s.noPool || !s.holds(object) {
				continue
			}
			c.Strata[i].IDs = append(c.Strata[i].IDs, id)
			if in >= 0 {
				shared[[2]int{in, i}] = append(shared[[2]int{in, i}], id)
			}
			in = max(in, i)
		}
		if in < 0 {
			c.Outside = append(c.Outside, id)
		}
	}
	slices.Sort(c.Outside)
	for i := range c.Strata {
		pool, s := &c.Strata[i], &c.Plan.Strata[i]
		if s.noPool {
			continue
		}
		slices.Sort(pool.IDs)
		pool.Name = s.Name
		quota, fits := s.quota(len(pool.IDs))
		if !fits && !s.noQuota {
			ps = append(ps, Problem{fmt.Sprintf("%sstrata[%d]", prefix, i), fmt.Sprintf("层 %q 的抽取数大于对象数 %d (quota above its pool)", s.Name, len(pool.IDs))})
		}
		pool.Quota = quota
		for j := range i {
			if ids := shared[[2]int{j, i}]; ids != nil {
				slices.Sort(ids)
				ps = append(ps, Problem{fmt.Sprintf("%sstrata[%d]", prefix, i),
					fmt.Sprintf("与层 %q 有相同的对象 (objects in two strata): %s", c.Plan.Strata[j].Name, strings.Join(ids, ", "))})
			}
		}
	}
	return ps
}

// unknownNames finds columns and excluded ids that do not exist.
func (c *Commit) unknownNames(prefix string) (ps Problems) {
	for i := range c.Plan.Strata {
		s := &c.Plan.Strata[i]
		for _, column := range slices.Sorted(maps.Keys(s.Where)) {
			if !slices.Contains(c.Objects.Columns, column) {
				ps = append(ps, Problem{fmt.Sprintf("%sstrata[%d].where", prefix, i), fmt.Sprintf("对象名录没有列 %q (no such column)", column)})
				s.noPool = true
			}
		}
	}
	there := map[string]bool{}
	for _, object := range c.Objects.Rows {
		there[object["id"]] = true
	}
	for i, x := range c.Plan.Exclude {
		if x.ID != "" && !there[x.ID] {
			ps = append(ps, Problem{fmt.Sprintf("%sexclude[%d].id", prefix, i), fmt.Sprintf("对象名录没有 %q (no such object)", x.ID)})
		}
	}
	return ps
}

// tree is the commit as JSON values.
func (c *Commit) tree() map[string]any {
	strata := make([]any, len(c.Strata))
	for i, s := range c.Strata {
		strata[i] = map[string]any{"name": s.Name, "pool": texts(s.IDs), "quota": s.Quota}
	}
	return map[string]any{
		"version": version, "plan": c.Plan.given, "objects": c.Objects.tree(), "inspectors": c.Inspectors.tree(),
		"strata": strata, "outside": texts(c.Outside),
	}
}

func texts(ids []string) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// Bytes are those of commit.json.
func (c *Commit) Bytes() []byte { return appendCanonical(nil, c.tree()) }

// SHA256 is that of Bytes, in lower-case hex. It is made public before the seed
// is known.
func (c *Commit) SHA256() string { return hashBytes(c.Bytes()) }

func hashBytes(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Notes are what is not wrong but should be seen before the commit is made
// public: members of the plan that mean nothing, and too few inspectors.
func (c *Commit) Notes() (out []string) {
	for _, name := range c.Plan.Unknown {
		out = append(out, fmt.Sprintf("%s 没有含义，照原样保留 (means nothing, is kept)", name))
	}
	if c.Plan.SeedSource == "" {
		out = append(out, "方案没有写明种子从何而来 (the plan has no seed_source)")
	}
	able, quota := c.Able(), c.Quota()
	each, load := c.Plan.InspectorsPerObject, c.Plan.MaxLoad
	if quota > 0 && (able < each || load > 0 && able*min(load, quota) < quota*each) {
		out = append(out, fmt.Sprintf("证件有效的检查人员 %d 名，不够检查 %d 个对象、每个 %d 人，抽取将会失败 (too few inspectors: the draw will fail)", able, quota, each))
	}
	return out
}

// Able is how many inspectors can be drawn: their licences hold on the plan's day.
func (c *Commit) Able() (n int) {
	for _, row := range c.Inspectors.Rows {
		if c.takesPart(row) {
			n++
		}
	}
	return n
}

// Quota is how many objects are drawn.
func (c *Commit) Quota() (n int) {
	for _, s := range c.Strata {
		n += s.Quota
	}
	return n
}

// takesPart reports whether an inspector's licence holds on the plan's day.
func (c *Commit) takesPart(inspector Row) bool {
	until := strings.TrimSpace(inspector["licence_until"])
	return until == "" || until >= c.Plan.Day
}
