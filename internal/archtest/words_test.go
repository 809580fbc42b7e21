package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// checkUses: some names belong to some rooms only.
func checkUses(t *tree) (out []string) {
	for _, f := range t.files {
		f.uses(func(pkg, name string, at token.Pos) {
			for i := range guardedUses {
				u := &guardedUses[i]
				exempt := f.foreign || f.test && !u.tests
				if !exempt && u.fits(pkg, name) && !matchesAny(u.rooms, f.dir) {
					out = append(out, f.say(at, "may not use %s.%s: %s", pkg, name, u.why))
				}
			}
		})
	}
	return out
}

// machineWords must stand in no text file: folders of a developer's machine,
// the registry it uses. Cut in two, so that this file does not hold them.
var machineWords = []string{
	"/wo" + "rk/", "/tmp/" + "oracle", "/ho" + "me/", "/Us" + "ers/", "/ro" + "ot/", `C:` + `\`, "/fa" + "rm/",
	"proxy." + "golang.org", "repo." + "maven", "registry." + "npmjs", "py" + "pi.org", "deb." + "debian.org", "goproxy" + ".",
}

// checkMachines: what is written here holds on any machine.
func checkMachines(t *tree) (out []string) {
	for _, x := range t.texts {
		for n, line := range strings.Split(string(x.data), "\n") {
			for _, w := range machineWords {
				if strings.Contains(line, w) {
					out = append(out, fmt.Sprintf("%s:%d: %q names a machine or a registry: write it so that it holds anywhere", x.path, n+1, w))
				}
			}
		}
	}
	return out
}

// link is a link of Markdown to somewhere in the repository.
var link = regexp.MustCompile(`\]\(([^)#: ]+)(#[^)]*)?\)`)

// checkLinks: every link of a document leads somewhere.
func checkLinks(t *tree) (out []string) {
	there := map[string]bool{}
	for _, x := range t.texts {
		for p := x.path; p != "."; p = path.Dir(p) {
			there[p] = true
		}
	}
	for _, name := range t.other {
		there[name] = true
	}
	for _, x := range t.texts {
		if !strings.HasSuffix(x.path, ".md") {
			continue
		}
		for n, line := range strings.Split(string(x.data), "\n") {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				if to := path.Join(path.Dir(x.path), m[1]); !there[to] {
					out = append(out, fmt.Sprintf("%s:%d: the link to %s leads nowhere", x.path, n+1, m[1]))
				}
			}
		}
	}
	return out
}

// formats is the document that tells a stranger every rule.
const formats = "docs/formats.md"

// checkRules: every rule that rejected.jsonl may name stands in the document,
// by its text.
func checkRules(t *tree) (out []string) {
	var document string
	for _, x := range t.texts {
		if x.path == formats {
			document = string(x.data)
		}
	}
	for _, f := range t.files {
		if f.dir != "claim" || f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			typ, ok := v.Type.(*ast.Ident)
			lit, text := v.Values[0].(*ast.BasicLit)
			if !ok || typ.Name != "Rule" || !text {
				return true
			}
			if rule, err := strconv.Unquote(lit.Value); err == nil && rule != "" && !strings.Contains(document, "| `"+rule+"` |") {
				out = append(out, f.say(v.Pos(), "the rule %q has no row in %s", rule, formats))
			}
			return true
		})
	}
	return out
}
