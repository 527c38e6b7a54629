package docs_test

import (
	"go/ast"
	"go/printer"
	"go/token"
	"path"
	"regexp"
	"strings"
	"testing"
)

// A symbol is one exported name of a package.
type symbol struct {
	line       string // as in Go's own api/*.txt: "type Config struct, Timeout time.Duration"
	at         string // file and line
	documented bool
}

// libraries returns the exported names of each package that others can import, by its
// folder. What only runs here (the command, the tests of other software, the fuzzers) and
// what is internal is not among them.
func libraries(t *testing.T) map[string][]symbol {
	packages := map[string][]symbol{}
	for _, file := range sources(t) {
		folder := path.Dir(file)
		top, _, _ := strings.Cut(folder, "/")
		if top == "cmd" || top == "docs" || top == "fuzz" || strings.HasPrefix(folder, "conformance/interop") || strings.Contains("/"+folder+"/", "/internal/") {
			continue
		}
		var x exports
		var f *ast.File
		x.fset, f = parseFile(t, file)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				x.function(d)
			case *ast.GenDecl:
				x.declaration(d)
			}
		}
		packages[folder] = append(packages[folder], x.symbols...)
	}
	return packages
}

// exports collects the exported names of a file.
type exports struct {
	fset    *token.FileSet
	symbols []symbol
}

func (x *exports) add(n ast.Node, line string, comments ...*ast.CommentGroup) {
	s := symbol{line: line, at: x.fset.Position(n.Pos()).String()}
	for _, c := range comments {
		s.documented = s.documented || strings.TrimSpace(c.Text()) != ""
	}
	x.symbols = append(x.symbols, s)
}

// source returns n as it is written, in one line and without comments.
func (x *exports) source(n ast.Node) string {
	var b strings.Builder
	if err := printer.Fprint(&b, x.fset, n); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (x *exports) function(d *ast.FuncDecl) {
	if !d.Name.IsExported() {
		return
	}
	signature := d.Name.Name + strings.TrimPrefix(x.source(d.Type), "func")
	if d.Recv == nil {
		x.add(d, "func "+signature, d.Doc)
		return
	}
	receiver := d.Recv.List[0].Type
	if of := baseName(receiver); !ast.IsExported(of) {
		return
	}
	x.add(d, "method ("+x.source(receiver)+") "+signature, d.Doc)
	switch signature {
	case "Error() string", "Unwrap() error", "Unwrap() []error", "String() string":
		x.symbols[len(x.symbols)-1].documented = true
	}
}

// baseName returns the name of a type without its star, package and parameters.
func baseName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return baseName(e.X)
	case *ast.ParenExpr:
		return baseName(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return baseName(e.X)
	case *ast.IndexListExpr:
		return baseName(e.X)
	}
	return ""
}

func (x *exports) declaration(d *ast.GenDecl) {
	// The comment of a declaration in parentheses is about the group, unless it holds one name.
	group := d.Doc
	if len(d.Specs) > 1 {
		group = nil
	}
	var inherited ast.Expr // a constant without a value has the type of the one before it
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				x.typeSpec(s, group)
			}
		case *ast.ValueSpec:
			if s.Type != nil || len(s.Values) > 0 {
				inherited = s.Type
			}
			x.values(d.Tok, s, inherited, group)
		}
	}
}

func (x *exports) values(kind token.Token, s *ast.ValueSpec, of ast.Expr, group *ast.CommentGroup) {
	for i, name := range s.Names {
		if !name.IsExported() {
			continue
		}
		line := kind.String() + " " + name.Name
		if of != nil {
			line += " " + x.source(of)
		}
		if i < len(s.Values) {
			switch v := s.Values[i].(type) {
			case *ast.BasicLit:
				line += " = " + v.Value
			case *ast.CallExpr:
				line += " = " + x.source(v.Fun) + "(…)" // shows its type: errors.New, or a conversion
			}
		}
		x.add(name, line, s.Doc, s.Comment, group)
	}
}

func (x *exports) typeSpec(s *ast.TypeSpec, group *ast.CommentGroup) {
	head := "type " + s.Name.Name
	if s.TypeParams != nil {
		head += "[" + strings.TrimSuffix(strings.TrimPrefix(x.source(&ast.FuncType{Params: s.TypeParams}), "func("), ")") + "]"
	}
	if s.Assign.IsValid() {
		head += " ="
	}
	switch of := s.Type.(type) {
	case *ast.StructType:
		head += " struct"
		x.add(s, head, s.Doc, s.Comment, group)
		x.fields(head, of.Fields, s.Doc, group)
	case *ast.InterfaceType:
		head += " interface"
		x.add(s, head, s.Doc, s.Comment, group)
		x.fields(head, of.Methods, s.Doc, group)
	default:
		x.add(s, head+" "+x.source(of), s.Doc, s.Comment, group)
	}
}

// fields adds the fields of a struct, or the methods of an interface. One that has no comment
// of its own may be named in those of the type or of what stands before it.
func (x *exports) fields(head string, list *ast.FieldList, comments ...*ast.CommentGroup) {
	var told string
	for _, c := range comments {
		told += c.Text()
	}
	for _, f := range list.List {
		told += f.Doc.Text()
		if len(f.Names) == 0 {
			if ast.IsExported(baseName(f.Type)) || baseName(f.Type) == "error" {
				x.add(f, head+", embedded "+x.source(f.Type), f.Doc, f.Comment)
			}
			continue
		}
		of := x.source(f.Type)
		if _, isMethod := f.Type.(*ast.FuncType); isMethod && strings.HasSuffix(head, " interface") {
			of = strings.TrimPrefix(of, "func")
		} else {
			of = " " + of
		}
		for _, name := range f.Names {
			if !name.IsExported() {
				continue
			}
			x.add(f, head+", "+name.Name+of, f.Doc, f.Comment)
			if regexp.MustCompile(`\b` + name.Name + `\b`).MatchString(told) {
				x.symbols[len(x.symbols)-1].documented = true
			}
		}
	}
}
