package docs_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// maxNames bounds the exported names of all library packages together: constants, variables,
// functions and types, their methods, and the fields and methods of structs and interfaces.
//
// What is exported has to be learned by readers and kept by us. A new name is paid for by
// one that goes, or by a new capability; then the number is raised in the same commit.
// 2,621 were there when they were first counted. The review took some 260 away; operations of
// files, io/fs, net/http, transfers between servers, and parsers and quirks of the caller's own
// have come since, and a pool.
const maxNames = 2601

// apiFile is where the exported names of the package in folder are written down.
func apiFile(folder string) string {
	if folder == "." {
		folder = "ftpwire"
	}
	return filepath.Join("api", strings.ReplaceAll(folder, "/", "-")+".txt")
}

// TestAPI compares the exported names with those written down in folder api, a file a package,
// so that every change of the API is seen by whoever reads the commit. -update writes them.
func TestAPI(t *testing.T) {
	packages := libraries(t)
	var known []string
	total := 0
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		file := apiFile(folder)
		known = append(known, file)
		lines := names(packages[folder])
		total += len(lines)
		t.Logf("%5d %s", len(lines), folder)
		text := apiText(folder, lines)
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(got), "\n"), strings.Split(text, "\n")); diff != "" {
			t.Errorf("the exported names of %s have changed. If that is meant, go test ./docs -run TestAPI -update\n(-written down +are):\n%s", folder, diff)
		}
	}
	files, err := filepath.Glob(filepath.Join("api", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if slices.Contains(known, file) {
			continue
		}
		if *update {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			continue
		}
		t.Errorf("%s: there is no such package", file)
	}
	t.Logf("%5d in all; %d may be", total, maxNames)
	if total > maxNames {
		t.Errorf("%d exported names, %d may be: take one away for each that came, or raise maxNames and say in the commit what they are for", total, maxNames)
	}
}

func apiText(folder string, lines []string) string {
	p := path.Join(module, folder)
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, %d exported names. Written by: go test ./docs -run TestAPI -update\n", p, len(lines))
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	return b.String()
}

// names returns the lines of symbols in order, each once: a name with a file for each system
// is one name if its signature is the same.
func names(symbols []symbol) []string {
	var lines []string
	for _, s := range symbols {
		lines = append(lines, s.line)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// TestAPIComments: every exported name says what it is. Error, Unwrap and String are what
// the packages errors and fmt say. The waits of package patience have their reason in their
// row.
func TestAPIComments(t *testing.T) {
	packages := libraries(t)
	var missing []string
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		for _, s := range packages[folder] {
			if !s.documented && (folder != "protocol/patience" || !strings.Contains(s.line, "= row(")) {
				missing = append(missing, s.at+": "+s.line)
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("%d exported names have no comment:\n%s", len(missing), strings.Join(missing, "\n"))
	}
}

// TestPackageComments: every package says what it is, in one file.
func TestPackageComments(t *testing.T) {
	said := map[string][]string{}
	for _, file := range sources(t) {
		folder := path.Dir(file)
		files := said[folder]
		if _, f := parseFile(t, file); f.Doc != nil {
			files = append(files, file)
		}
		said[folder] = files
	}
	for _, folder := range slices.Sorted(maps.Keys(said)) {
		if len(said[folder]) != 1 {
			t.Errorf("package %s has a comment in %d files, not in one: %q", folder, len(said[folder]), said[folder])
		}
	}
}
