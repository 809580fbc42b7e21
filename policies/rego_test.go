package policies

import (
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"

	"fundwatch/policies/regions"
)

// sources gives the Rego files of the program, tests among them or not.
func sources(t *testing.T, tests bool) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(Builtin(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !tests && strings.HasSuffix(path, "_test.rego") {
			return err
		}
		text, err := fs.ReadFile(Builtin(), path)
		out[path] = string(text)
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatal(len(out), err)
	}
	return out
}

func parsed(t *testing.T, path, text string) *ast.Module {
	t.Helper()
	m, err := ast.ParseModuleWithOpts(path, text, ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: capabilities()})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestRego runs the tests written in Rego with Alxa's data, and wants every
// line of the policies covered by them.
func TestRego(t *testing.T) {
	ctx := context.Background()
	raw, err := json.Marshal(alxa(t))
	if err != nil {
		t.Fatal(err)
	}
	store, err := dataStore(raw, Grants{"inspector": {"lead.read"}, "system": {"dead.read"}})
	if err != nil {
		t.Fatal(err)
	}
	all, measured := map[string]*ast.Module{}, map[string]*ast.Module{}
	for path, text := range sources(t, true) {
		all[path] = parsed(t, path, text)
		if !strings.HasSuffix(path, "_test.rego") {
			measured[path] = all[path]
		}
	}
	coverage := cover.New()
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithStrict(true)
	runner := tester.NewRunner().SetCompiler(compiler).SetStore(store).SetModules(all).
		SetCoverageQueryTracer(coverage).RaiseBuiltinErrors(true)
	ran := 0
	err = storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		results, err := runner.RunTests(ctx, txn)
		if err != nil {
			return err
		}
		for r := range results {
			ran++
			if r.Error != nil || r.Fail || r.Skip {
				t.Errorf("%s", r)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if ran < 30 {
		t.Errorf("only %d Rego tests ran", ran)
	}
	for path, f := range coverage.Report(measured).Files {
		for _, r := range f.NotCovered {
			t.Errorf("%s: lines %d to %d are covered by no Rego test", path, r.Start.Row, r.End.Row)
		}
		if len(f.Covered) == 0 {
			t.Errorf("%s: nothing is covered", path)
		}
	}
}

// lint tells what a policy file does that ours may not.
func lint(path, text string, m *ast.Module) (out []string) {
	say := func(loc *ast.Location, sentence string) {
		out = append(out, path+": "+sentence+" ("+strings.TrimSpace(string(loc.Text))+")")
	}
	for _, r := range m.Rules {
		ast.WalkTerms(r, func(x *ast.Term) bool {
			if n, ok := x.Value.(ast.Number); ok && n.String() != "0" && n.String() != "1" {
				say(x.Location, "a number is data of the region, with its clause")
			}
			return false
		})
	}
	for _, a := range m.Annotations {
		basis, _ := a.Custom["basis"].([]any)
		if a.Title == "" || a.Description == "" || len(basis) == 0 {
			out = append(out, path+": METADATA needs title, description and custom.basis: "+a.Title)
		}
		for name := range a.Custom {
			if !slices.Contains([]string{"code", "undefined", "basis"}, name) {
				out = append(out, path+": METADATA has an unknown member: "+name)
			}
		}
	}
	for _, r := range m.Rules {
		if !slices.ContainsFunc(r.Annotations, func(a *ast.Annotations) bool { return a.Scope == "rule" }) {
			say(r.Loc(), "a rule needs METADATA")
		}
	}
	if formatted, err := format.Source(path, []byte(text)); err != nil || string(formatted) != text {
		out = append(out, path+": not formatted as opa fmt does")
	}
	return out
}

func TestPoliciesAreClean(t *testing.T) {
	for path, text := range sources(t, false) {
		for _, s := range lint(path, text, parsed(t, path, text)) {
			t.Error(s)
		}
	}
	for path, text := range sources(t, true) {
		if formatted, err := format.Source(path, []byte(text)); err != nil || string(formatted) != text {
			t.Errorf("%s: not formatted as opa fmt does: %v\n%s", path, err, formatted)
		}
	}
}

var codeOfRule = regexp.MustCompile(`(?m)^#   code: (\S+)$`)

// TestEveryCodeHasAWay: the data and the Rego name the same circumstances.
func TestEveryCodeHasAWay(t *testing.T) {
	var data, code []string
	for _, region := range []string{"152900", "360900", "410900", "511725"} {
		p, err := regions.LoadPolicy(regions.Builtin(), region)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regions.Questions() {
			data = slices.AppendSeq(data, maps.Keys(p.Of(name).Ways))
		}
	}
	for _, text := range sources(t, false) {
		for _, m := range codeOfRule.FindAllStringSubmatch(text, -1) {
			if m[1] != "department-open" { // leads nowhere
				code = append(code, m[1])
			}
		}
	}
	slices.Sort(data)
	slices.Sort(code)
	if data, code := slices.Compact(data), slices.Compact(code); !slices.Equal(data, code) {
		t.Errorf("data %v\nrego %v", data, code)
	}
}

// TestLintSees: the check of the policies finds what it is there for.
func TestLintSees(t *testing.T) {
	const head = "# METADATA\n# title: a\n# description: b\n# custom:\n#   basis: [c]\npackage x\n\n"
	const meta = "# METADATA\n# title: a\n# description: b\n# custom:\n#   basis: [c]\n"
	for name, c := range map[string]struct{ text, says string }{
		"clean":             {head + meta + "y if input.n > 1\n", ""},
		"a number":          {head + meta + "y if input.n > 300000\n", "a number is data"},
		"in a head":         {head + meta + "y := 2\n", "a number is data"},
		"in an else":        {head + meta + "y := 0 if {\n\tinput.a\n} else := 0.5\n", "a number is data"},
		"in a set":          {head + meta + "y if input.n in {0, 7}\n", "a number is data"},
		"no METADATA":       {head + "y if input.a\n", "a rule needs METADATA"},
		"on the first only": {head + meta + "y if input.a\n\ny if input.b\n", "a rule needs METADATA"},
		"no basis":          {head + "# METADATA\n# title: a\n# description: b\ny if input.a\n", "needs title, description and custom.basis"},
		"a misspelt member": {head + meta + "#   bases: [c]\ny if input.a\n", "unknown member: bases"},
		"not formatted":     {head + meta + "y if  input.a\n", "not formatted"},
	} {
		got := strings.Join(lint("x.rego", c.text, parsed(t, "x.rego", c.text)), "\n")
		if c.says == "" && got != "" || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
