package docs_test

import (
	"go/ast"
	"go/token"
	"path"
	"reflect"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control"
)

// maxCodes is how many places outside package protocol may judge a reply by its code. What a
// refusal means is asked of protocol.Meaning; what is left tells successes apart.
const maxCodes = 15

// TestReplyCodes counts them. The server and the checker speak codes by trade and are not
// counted.
func TestReplyCodes(t *testing.T) {
	var places []string
	for _, file := range sources(t) {
		if dir := path.Dir(file); dir == "protocol" || strings.HasPrefix(dir, "protocol/") || strings.HasPrefix(dir, "conformance") || strings.HasPrefix(dir, "parse") || dir == "datachan/proxy" {
			continue // the codes of a proxy are HTTP's
		}
		fset, f := parseFile(t, file)
		ast.Inspect(f, func(n ast.Node) bool {
			judges := false
			switch n := n.(type) {
			case *ast.BinaryExpr:
				judges = isComparison(n.Op) && (isCode(n.X) && isNumber(n.Y) || isCode(n.Y) && isNumber(n.X))
			case *ast.SwitchStmt:
				judges = n.Tag != nil && isCode(n.Tag)
			case *ast.CallExpr:
				for _, arg := range n.Args {
					judges = judges || isCode(arg) && isContains(n.Fun)
				}
			}
			if judges {
				places = append(places, fset.Position(n.Pos()).String())
			}
			return true
		})
	}
	t.Logf("%d comparisons of reply codes outside package protocol; %d may be", len(places), maxCodes)
	if len(places) > maxCodes {
		t.Errorf("too many:\n%s", strings.Join(places, "\n"))
	}
}

func isComparison(op token.Token) bool {
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.GTR, token.LEQ, token.GEQ:
		return true
	}
	return false
}

// isCode reports whether e is a reply's code, or its class.
func isCode(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return e.Sel.Name == "Code"
	case *ast.CallExpr:
		sel, ok := e.Fun.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Class"
	case *ast.Ident:
		return e.Name == "code"
	}
	return false
}

func isNumber(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Kind == token.INT && lit.Value != "0"
}

func isContains(e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Contains"
}

// maxConnMethods bounds what a reader of control.Conn has to know.
const maxConnMethods = 50

func TestConnMethods(t *testing.T) {
	n := reflect.TypeFor[*control.Conn]().NumMethod()
	t.Logf("control.Conn has %d exported methods; %d may be", n, maxConnMethods)
	if n > maxConnMethods {
		t.Errorf("too many")
	}
}

// TestOneTLSMode holds the repository to one type that says how TLS begins on a server: it is
// tlsx.Mode, and none is called TLSMode.
func TestOneTLSMode(t *testing.T) {
	var places []string
	for _, file := range sources(t) {
		fset, f := parseFile(t, file)
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == "TLSMode" {
				places = append(places, fset.Position(n.Pos()).String())
			}
			return true
		})
	}
	t.Logf("%d other types say how TLS begins", len(places))
	if len(places) > 0 {
		t.Errorf("tlsx.Mode does:\n%s", strings.Join(places, "\n"))
	}
}
