package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// modulePath is the name in go.mod.
const modulePath = "fundwatch"

// tree is the source of the project, or what a proof pretends it to be.
type tree struct {
	files []*goFile
	texts []textFile // every text file, Go files included
	other []string   // names of the other files: pictures
}

// goFile is one parsed file.
type goFile struct {
	path      string // from the root, with slashes
	dir       string
	test      bool
	generated bool
	foreign   bool // of another module inside the repository
	lines     int
	fset      *token.FileSet
	ast       *ast.File
}

type textFile struct {
	path string
	data []byte
}

// skipped are folders and files that are no part of the project; see
// .gitignore.
var skipped = []string{".git", "out", "tmp", "fundwatch"}

// load reads the project below the root.
func load(t *testing.T, root string) *tree {
	t.Helper()
	out := &tree{}
	fsys := os.DirFS(root)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(skipped, name) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || !d.Type().IsRegular() {
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return out.add(name, data)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// add takes a file into the tree. Go files below a testdata folder are data.
func (t *tree) add(name string, data []byte) error {
	if bytes.IndexByte(data, 0) >= 0 {
		t.other = append(t.other, name)
		return nil
	}
	t.texts = append(t.texts, textFile{name, data})
	if !strings.HasSuffix(name, ".go") || slices.Contains(strings.Split(name, "/"), "testdata") {
		return nil
	}
	f := &goFile{path: name, dir: path.Dir(name), fset: token.NewFileSet(), lines: bytes.Count(data, []byte("\n")),
		test: strings.HasSuffix(name, "_test.go"), foreign: slices.Contains(otherModules, strings.Split(name, "/")[0])}
	var err error
	if f.ast, err = parser.ParseFile(f.fset, name, data, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return err
	}
	f.generated = ast.IsGenerated(f.ast)
	t.files = append(t.files, f)
	return nil
}

// product lists the files that go into the program.
func (t *tree) product() []*goFile {
	return slices.DeleteFunc(slices.Clone(t.files), func(f *goFile) bool { return f.test || f.foreign })
}

// imports lists the import paths of a file with the names they go by.
func (f *goFile) imports() []imported {
	var out []imported
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		in := imported{path: p, name: path.Base(p)}
		if version := in.name; len(version) > 1 && version[0] == 'v' && strings.Trim(version[1:], "0123456789") == "" {
			in.name = path.Base(path.Dir(p))
		}
		if spec.Name != nil {
			in.name = spec.Name.Name
		}
		out = append(out, in)
	}
	return out
}

type imported struct{ path, name string }

// ours gives the folder an import path names when it is one of this module.
func (i imported) ours() (string, bool) {
	if i.path == modulePath {
		return ".", true
	}
	return strings.CutPrefix(i.path, modulePath+"/")
}

// standard reports whether it is of the standard library.
func (i imported) standard() bool {
	first, _, _ := strings.Cut(i.path, "/")
	_, ours := i.ours()
	return !ours && !strings.Contains(first, ".")
}

// uses calls yield with every package.Name in the file, packages by path.
func (f *goFile) uses(yield func(pkg, name string, at token.Pos)) {
	names := map[string]string{}
	for _, in := range f.imports() {
		names[in.name] = in.path
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && names[id.Name] != "" {
				yield(names[id.Name], sel.Sel.Name, sel.Pos())
			}
		}
		return true
	})
}

// say writes a problem as file:line: sentence.
func (f *goFile) say(at token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", f.path, f.fset.Position(at).Line, fmt.Sprintf(format, args...))
}

// matches reports whether a folder fits a pattern: equal, or with * for one
// part, or with /... at the end for the folder and all below it.
func matches(pattern, dir string) bool {
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return dir == below || strings.HasPrefix(dir, below+"/")
	}
	ok, err := path.Match(pattern, dir)
	return err == nil && ok
}

func matchesAny(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, dir) })
}
