package policies

import (
	"io/fs"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"fundwatch/policies/regions"
)

// matterOf says of which question the circumstances of a package are, where
// that is not its name.
var matterOf = map[string]string{"matter": "referral"}

// BookOf lays a policy open for people without making an engine of it: no class
// of question is asked.
func BookOf(bundle fs.FS, policy regions.Policy) (regions.Book, error) {
	mods, sum, err := modules(bundle)
	if err != nil {
		return regions.Book{}, err
	}
	id, _, err := revisionOf(sum, &policy)
	if err != nil {
		return regions.Book{}, err
	}
	return regions.Book{Policy: policy, Revision: id, Circumstances: circumstancesOf(mods, &policy)}, nil
}

// circumstancesOf reads what each question looks at from the METADATA of the
// policy, in the order of the region.
func circumstancesOf(mods map[string]*ast.Module, p *regions.Policy) map[string][]regions.Circumstance {
	out := map[string][]regions.Circumstance{}
	for _, m := range mods {
		for _, a := range m.Annotations {
			code, _ := a.Custom["code"].(string)
			question := questionOf(a)
			ways := p.Of(question)
			if code == "" || ways == nil {
				continue
			}
			c := regions.Circumstance{Code: code, ZH: a.Title, EN: a.Description, Basis: listed(a.Custom["basis"]), Undefined: listed(a.Custom["undefined"]), Way: ways.Ways[code]}
			if c.Way.Clause != "" && !slices.Contains(c.Basis, c.Way.Clause) {
				c.Basis = append(c.Basis, c.Way.Clause)
			}
			out[question] = append(out[question], c)
		}
	}
	for question, list := range out {
		order := p.Of(question).Order.List
		place := func(c regions.Circumstance) int {
			if at := slices.Index(order, c.Code); at >= 0 {
				return at
			}
			return len(order)
		}
		slices.SortFunc(list, func(a, b regions.Circumstance) int {
			if d := place(a) - place(b); d != 0 {
				return d
			}
			return slices.Compare([]string{a.Code}, []string{b.Code})
		})
	}
	return out
}

// questionOf names the question that a rule's annotation belongs to.
func questionOf(a *ast.Annotations) string {
	p := a.GetTargetPath()
	if len(p) < 2 {
		return ""
	}
	name, _ := p[1].Value.(ast.String)
	if question := matterOf[string(name)]; question != "" {
		return question
	}
	return string(name)
}

func listed(v any) (out []string) {
	list, _ := v.([]any)
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
