package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	flagOfUs    = regexp.MustCompile("`--([a-z-]+)")
	commandOfUs = regexp.MustCompile("`ftpwire ([a-z]+)")
	pageOfUs    = regexp.MustCompile(`\]\(([a-z-]+\.md)\)`)
)

// TestComparison finds what comparison.md names as ours: flags, commands, pages and the API.
// A row that says "no" of us names nothing. The table of the README has rows of it.
func TestComparison(t *testing.T) {
	page := readPage(t, "comparison.md")
	api := readPage(t, filepath.Join("api", "ftpwire.txt")) + readPage(t, filepath.Join("api", "control.txt"))
	source := commandSource(t)
	var rows []string
	for line := range strings.SplitSeq(page, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 9 || !slices.Contains([]string{"yes", "partly", "no"}, strings.TrimSpace(cells[2])) {
			continue
		}
		rows = append(rows, strings.Join(cells[:7], "|")+"|")
		ours := cells[7]
		if no := strings.TrimSpace(cells[2]) == "no"; no != (strings.TrimSpace(ours) == "") {
			t.Errorf("%s\nnames a place, and says no, or neither", line)
		}
		for _, m := range flagOfUs.FindAllStringSubmatch(ours, -1) {
			if !strings.Contains(source, `"`+m[1]+`"`) {
				t.Errorf("there is no flag --%s", m[1])
			}
		}
		for _, m := range commandOfUs.FindAllStringSubmatch(ours, -1) {
			if !regexp.MustCompile(`Use:\s*"` + m[1] + `\b|"` + m[1] + ` [A-Z[]`).MatchString(source) {
				t.Errorf("there is no command ftpwire %s", m[1])
			}
		}
		for _, m := range pageOfUs.FindAllStringSubmatch(ours, -1) {
			if _, err := os.Stat(m[1]); err != nil {
				t.Error(err)
			}
		}
		for _, m := range namesOfUs.FindAllStringSubmatch(ours, -1) {
			if !regexp.MustCompile(`\b` + m[2] + `\b`).MatchString(api) {
				t.Errorf("there is no %s.%s", m[1], m[2])
			}
		}
	}
	if len(rows) < 40 {
		t.Fatalf("%d rows: the tables were not found", len(rows))
	}
	shown := 0
	for line := range strings.SplitSeq(readPage(t, filepath.Join(root, "README.md")), "\n") {
		if cells := strings.Split(line, "|"); len(cells) == 8 && !strings.HasPrefix(line, "|--") && strings.TrimSpace(cells[1]) != "" {
			if shown++; !slices.Contains(rows, line) {
				t.Errorf("README.md: comparison.md has no row\n%s", line)
			}
		}
	}
	if shown < 15 {
		t.Errorf("the README has %d rows of it", shown)
	}
}

// commandSource is the source of the command, without its tests.
func commandSource(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, file := range sources(t) {
		if strings.HasPrefix(file, "cmd/ftpwire/") {
			b.WriteString(readPage(t, filepath.Join(root, file)))
		}
	}
	return b.String()
}

func readPage(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
