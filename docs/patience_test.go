package docs_test

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

const patienceHead = `# How long the engine waits

Every wait of the engine and the command, from ` + "`protocol/patience`" + `. This page is generated:
` + "`go test ./docs -run TestPatience -update`" + `.

A setting that is zero means the default; a negative one switches the wait off: a bound then does not end what takes longer
(the context still does), a pause is left out. Waits without a setting have the default always. An interval is the time from one
look to the next.
`

func patienceDoc() string {
	var b strings.Builder
	b.WriteString(patienceHead)
	layer := ""
	for _, w := range patience.Table() {
		if w.Layer != layer {
			layer = w.Layer
			name := layer
			if name == "." {
				name = "ftpwire (the root)"
			}
			fmt.Fprintf(&b, "\n## %s\n\n| wait | kind | default | setting | what it is for | server |\n|---|---|---|---|---|---|\n", name)
		}
		server := w.Server
		if server == "" {
			server = "any"
		}
		fmt.Fprintf(&b, "| %s | %s | %v | %s | %s | %s |\n", w.Name, w.Kind, w.Default, w.Setting, w.Reason, server)
	}
	return b.String()
}

func TestPatience(t *testing.T) {
	const name = "patience.md"
	if *update {
		if err := os.WriteFile(name, []byte(patienceDoc()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(patienceDoc(), string(got)); diff != "" {
		t.Errorf("%s mismatch (-want +got), -update rewrites it:\n%s", name, diff)
	}
}

// Rows are whole, stand with their layer, and have the names of their variables.
func TestPatienceRows(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range patience.Table() {
		if w.Layer == "" || w.Name == "" || w.Reason == "" || w.Default <= 0 ||
			w.Kind != patience.Bound && w.Kind != patience.Pause && w.Kind != patience.Interval {
			t.Errorf("%+v is not whole", *w)
		}
		if seen[w.Name] {
			t.Errorf("two rows have the name %s", w.Name)
		}
		seen[w.Name] = true
	}
	used := map[string]bool{}
	rows := map[string]string{} // variable: name
	for _, file := range sources(t) {
		_, f := parseFile(t, file)
		own := strings.HasPrefix(file, "protocol/patience/")
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && !own && x.Name == "patience" {
					used[n.Sel.Name] = true
				}
			case *ast.ValueSpec:
				if own {
					if name, ok := rowName(n); ok {
						rows[n.Names[0].Name] = name
					}
				}
			}
			return true
		})
	}
	if len(rows) != len(seen) {
		t.Errorf("%d variables, %d rows", len(rows), len(seen))
	}
	for variable, name := range rows {
		if variable != name {
			t.Errorf("patience.%s has the name %s", variable, name)
		}
		if !used[variable] {
			t.Errorf("nobody waits for patience.%s", variable)
		}
	}
}

// rowName returns the field Name of a row.
func rowName(spec *ast.ValueSpec) (string, bool) {
	if len(spec.Values) != 1 {
		return "", false
	}
	call, ok := spec.Values[0].(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", false
	}
	lit, ok := call.Args[0].(*ast.CompositeLit)
	if !ok {
		return "", false
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "Name" {
			return strings.Trim(kv.Value.(*ast.BasicLit).Value, `"`), true
		}
	}
	return "", false
}

// unitsOfTime are lines that may name a unit of time elsewhere: they measure, round, or
// hold dates; none waits.
var unitsOfTime = regexp.MustCompile(`^\s*//|Truncate\(|Round\(|float64\(time\.|NotBefore:|NotAfter:|sessionMargin = |max\(over/samples|` +
	`pause := time\.Millisecond|pause\.Round`)

// No wait of the engine stands outside the table.
func TestPatienceIsWhole(t *testing.T) {
	unit := regexp.MustCompile(`time\.(Nanosecond|Microsecond|Millisecond|Second|Minute|Hour)\b`)
	for _, file := range sources(t) {
		switch folder := filepath.ToSlash(filepath.Dir(file)); {
		case folder == "protocol/patience", strings.HasPrefix(folder, "conformance"), strings.HasPrefix(folder, "parse"):
			continue // the table; the other side; dates
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if unit.MatchString(line) && !unitsOfTime.MatchString(line) {
				t.Errorf("%s:%d: a time that is not in protocol/patience: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	}
}
