package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// standsIn marks the lines of an example that a page leaves out: they lead to the server of
// the example, in place of a real one.
const standsIn = "// stands in for a real server"

// TestGoBlocks finds the Go of each page in a test of the module, which is compiled and, if
// it is an example with output, run. How far the lines are indented does not matter.
func TestGoBlocks(t *testing.T) {
	code := testedCode(t)
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range goBlocks(string(text)) {
			count++
			if !strings.Contains(code, "\n"+unindented(block)+"\n") {
				t.Errorf("%s: no test has this block:\n%s", page, block)
			}
		}
	}
	if count < 3 {
		t.Errorf("%d blocks: those of the pages were not found", count)
	}
}

// goBlocks returns the blocks marked "go" of a page.
func goBlocks(page string) (blocks []string) {
	for i, part := range strings.Split(page, "\n```") {
		if block, ok := strings.CutPrefix(part, "go\n"); ok && i%2 == 1 {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// testedCode returns the lines of all tests, without indentation and without those that
// stand in.
func testedCode(t *testing.T) string {
	var b strings.Builder
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		b.WriteString("\n" + unindented(string(text)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func unindented(code string) string {
	var lines []string
	for line := range strings.SplitSeq(code, "\n") {
		if line = strings.TrimSpace(line); !strings.HasSuffix(line, standsIn) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
