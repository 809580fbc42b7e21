package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// The measures of the house. They guard the extremes, not the typical: most
// functions are about ten lines.
const (
	maxFunction   = 70  // lines, from func to the closing brace
	maxFile       = 500 // lines
	maxFields     = 28  // of a struct; the widest are an item of the knowledge base and the Parquet reader's state
	maxParameters = 6
)

// exception lets one thing exceed one measure. An exception that is no longer
// needed fails, so the list cannot rot.
type exception struct {
	check string // name of the check
	what  string // file and name, as the check prints them without the line
	why   string
}

var exceptions = []exception{}

// checkFunctions: no function is long.
func checkFunctions(t *tree) (out []string) {
	for _, f := range t.measured() {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := f.span(fn); n > maxFunction {
				out = append(out, f.say(fn.Pos(), "%s has %d lines, more than %d: two names may explain it better", funcName(fn), n, maxFunction))
			}
		}
	}
	return out
}

// span counts the lines of a node.
func (f *goFile) span(n ast.Node) int {
	return f.fset.Position(n.End()).Line - f.fset.Position(n.Pos()).Line + 1
}

// measured lists the files that people wrote and read: the product and the
// other modules, without tests and generated files.
func (t *tree) measured() []*goFile {
	return slices.DeleteFunc(slices.Clone(t.files), func(f *goFile) bool { return f.test || f.generated })
}

func funcName(fn *ast.FuncDecl) string {
	if r := receiver(fn); r != "" {
		return r + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// receiver gives the type a method belongs to, or nothing.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	typ := fn.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// checkFiles: no file is long.
func checkFiles(t *tree) (out []string) {
	for _, f := range t.measured() {
		if f.lines > maxFile {
			out = append(out, fmt.Sprintf("%s:1: the file has %d lines, more than %d: the folder listing is the table of contents", f.path, f.lines, maxFile))
		}
	}
	return out
}

// checkShapes: no struct of many fields, no function of many parameters.
func checkShapes(t *tree) (out []string) {
	for _, f := range t.measured() {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.TypeSpec:
				if s, ok := x.Type.(*ast.StructType); ok && count(s.Fields) > maxFields {
					out = append(out, f.say(x.Pos(), "%s has %d fields, more than %d: split it by meaning", x.Name.Name, count(s.Fields), maxFields))
				}
			case *ast.FuncDecl:
				if n := count(x.Type.Params); n > maxParameters {
					out = append(out, f.say(x.Pos(), "%s has %d parameters, more than %d: give them a struct with a name", funcName(x), n, maxParameters))
				}
			case *ast.FuncLit:
				if n := count(x.Type.Params); n > maxParameters {
					out = append(out, f.say(x.Pos(), "a function has %d parameters, more than %d: give them a struct with a name", n, maxParameters))
				}
			}
			return true
		})
	}
	return out
}

func count(fields *ast.FieldList) (n int) {
	for _, f := range fields.List {
		n += max(1, len(f.Names))
	}
	return n
}

// checkInit: nothing runs before main.
func checkInit(t *tree) (out []string) {
	for _, f := range t.files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" && !f.test {
				out = append(out, f.say(fn.Pos(), "init: nothing runs before main; make a value or a function"))
			}
		}
	}
	return out
}

// emptyNames say nothing about what a folder gives.
var emptyNames = strings.Fields("util utils common helper helpers shared base misc types models core lib")

// checkNames: a folder is named after what it gives.
func checkNames(t *tree) (out []string) {
	for _, f := range t.files {
		parts := append(strings.Split(f.dir, "/"), strings.TrimSuffix(f.ast.Name.Name, "_test"))
		for _, p := range parts {
			if slices.Contains(emptyNames, p) {
				out = append(out, fmt.Sprintf("%s: the name %q says nothing: name the folder after what it gives", f.path, p))
				break
			}
		}
	}
	return out
}

// checkPackageComments: every package says what it gives, once.
func checkPackageComments(t *tree) (out []string) {
	first, documented := map[string]*goFile{}, map[string]bool{}
	var dirs []string
	for _, f := range t.files {
		if f.test {
			continue
		}
		if first[f.dir] == nil {
			first[f.dir] = f
			dirs = append(dirs, f.dir)
		}
		documented[f.dir] = documented[f.dir] || f.ast.Doc != nil && strings.TrimSpace(f.ast.Doc.Text()) != ""
	}
	for _, dir := range dirs {
		if !documented[dir] {
			out = append(out, first[dir].path+": the package has no comment: say what it gives and what it never does")
		}
	}
	return out
}

// checkComments: every exported name says what it is.
func checkComments(t *tree) (out []string) {
	for _, f := range t.measured() {
		for _, d := range f.ast.Decls {
			switch x := d.(type) {
			case *ast.FuncDecl:
				if r := receiver(x); x.Name.IsExported() && (r == "" || ast.IsExported(r)) && x.Doc == nil {
					out = append(out, f.say(x.Pos(), "%s is exported and has no comment", funcName(x)))
				}
			case *ast.GenDecl:
				out = append(out, f.undocumented(x)...)
			}
		}
	}
	return out
}

// undocumented names the exported types, constants and variables of a
// declaration without a comment above, beside, or over their group.
func (f *goFile) undocumented(d *ast.GenDecl) (out []string) {
	if d.Doc != nil && d.Tok != token.TYPE {
		return nil
	}
	for _, s := range d.Specs {
		switch x := s.(type) {
		case *ast.TypeSpec:
			if x.Name.IsExported() && x.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
				out = append(out, f.say(x.Pos(), "%s is exported and has no comment", x.Name.Name))
			}
		case *ast.ValueSpec:
			for _, name := range x.Names {
				if name.IsExported() && x.Doc == nil && x.Comment == nil {
					out = append(out, f.say(name.Pos(), "%s is exported and has no comment", name.Name))
				}
			}
		}
	}
	return out
}
