package conformance_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

const killMatrixHead = `# Which fault turns which case red

This page is generated from the cases and the faults themselves:
` + "`go test ./conformance -run TestKillMatrix -update`" + `. That it is true is proven by
` + "`go test ./conformance -run TestFaults -matrix all`" + `: it runs every case against the embedded
server with each of these faults (those of the network itself aside), and wants exactly the cases named here to be red (FAIL or,
by their level, WARN). What a fault makes meaningless is SKIP because of one of them.

| Fault | The server | Red |
|---|---|---|
`

// TestKillMatrix keeps docs/kill-matrix.md equal to what the cases say.
func TestKillMatrix(t *testing.T) {
	red := map[string][]string{}
	for _, c := range conformance.Cases() {
		for _, f := range c.Faults {
			red[f] = append(red[f], "`"+c.ID+"`")
		}
	}
	var b, others strings.Builder
	b.WriteString(killMatrixHead)
	for _, f := range ftptest.Faults() {
		ids := red[string(f.Name)]
		if len(ids) == 0 {
			fmt.Fprintf(&others, "| `%s` | %s |\n", f.Name, strings.ReplaceAll(f.Doc, "|", `\|`))
			continue
		}
		slices.Sort(ids)
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, strings.ReplaceAll(f.Doc, "|", `\|`), strings.Join(ids, ", "))
	}
	b.WriteString("\nNo case names the other faults: clients are tested with them.\n\n| Fault | The server |\n|---|---|\n")
	b.WriteString(others.String())
	golden(t, filepath.Join("..", "docs", "kill-matrix.md"), b.String())
}

// TestStepOwners checks that the cases exist to which steps of others belong.
func TestStepOwners(t *testing.T) {
	ids := map[string]bool{}
	for _, c := range conformance.Cases() {
		ids[c.ID] = true
	}
	for _, id := range conformance.StepOwners() {
		if !ids[id] {
			t.Errorf("a step belongs to %q, which is no case", id)
		}
	}
	for _, c := range conformance.Cases() {
		for _, id := range c.Rests {
			if !ids[id] {
				t.Errorf("%s rests on %q, which is no case", c.ID, id)
			}
		}
	}
}
