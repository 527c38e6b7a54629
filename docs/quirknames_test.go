package docs_test

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control"
)

// No string literal names a quirk, but that of its constant: a name that is misspelt must
// not build. Packages that do not import control can't speak of its quirks.
func TestQuirkNames(t *testing.T) {
	constants := map[string]string{}
	for _, file := range sources(t) {
		fset, f := parseFile(t, file)
		if f.Name.Name != "control" && !importsControl(f) {
			continue
		}
		named := map[*ast.BasicLit]string{}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if id, ok := n.Type.(*ast.Ident); ok && id.Name == "QuirkName" && len(n.Values) == 1 {
					if lit, ok := n.Values[0].(*ast.BasicLit); ok {
						named[lit] = n.Names[0].Name
					}
				}
			case *ast.BasicLit:
				text, err := strconv.Unquote(n.Value)
				if n.Kind != token.STRING || err != nil {
					break
				}
				if _, ok := control.LookupQuirk(control.QuirkName(text)); !ok {
					break
				}
				if named[n] == "" || constants[text] != "" {
					t.Errorf("%s: %q: use the constant", fset.Position(n.Pos()), text)
				}
				constants[text] = named[n]
			}
			return true
		})
	}
	for q := range control.Quirks() {
		if constants[string(q.Name)] == "" {
			t.Errorf("%s has no constant", q.Name)
		}
	}
}

func importsControl(f *ast.File) bool {
	for _, i := range f.Imports {
		if strings.HasSuffix(i.Path.Value, `/ftpwire/control"`) {
			return true
		}
	}
	return false
}
