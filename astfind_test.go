package ftpwire_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// findCall returns the position of the first use of one of a package's functions
// in a file, or "".
func findCall(t *testing.T, file, pkg string, names ...string) string {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	at := ""
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || at != "" {
			return at == ""
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == pkg && slices.Contains(names, sel.Sel.Name) {
			at = fset.Position(n.Pos()).String()
		}
		return true
	})
	return at
}
