package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// tree returns the files below a directory, with their contents, and its directories, which end in "/".
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			all[rel+"/"] = ""
			return nil
		}
		text, err := os.ReadFile(p)
		all[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// files writes files, and directories for the names that end in "/".
func files(t *testing.T, dir string, all map[string]string) {
	t.Helper()
	for name, text := range all {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(p, 0o700); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// odd serves a tree with odd names.
func odd(t *testing.T) *fixture {
	f := serve(t, ftptest.Config{})
	for name, text := range map[string]string{
		"/d/a.txt": "a", "/d/b.txt": "bb", "/d/.hidden.txt": "h", "/d/*.txt": "star", "/d/sub/c.txt": "ccc", "/d/sub/-x": "-", "/d/[1].csv": "one", "/d/1.csv": "1",
		"/e1/r.txt": "1", "/e2/r.txt": "2", "/e2/deep/r.txt": "3", "/e3/other": "",
	} {
		if err := f.WriteFile(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestGetSeveral(t *testing.T) {
	all := map[string]string{"d/": "", "d/a.txt": "a", "d/b.txt": "bb", "d/.hidden.txt": "h", "d/*.txt": "star", "d/sub/": "", "d/sub/c.txt": "ccc", "d/sub/-x": "-", "d/[1].csv": "one", "d/1.csv": "1"}
	for _, tt := range []struct {
		name  string
		args  string
		stdin string
		want  map[string]string
		code  int
		err   []string
	}{
		{"two files", "URL/d/a.txt URL/hello.txt DIR", "", map[string]string{"a.txt": "a", "hello.txt": "hello\n"}, exitGood, []string{"2 copied (7 B)"}},
		{"a pattern", "URL/d/?.csv DIR", "", nil, exitUsage, []string{"%3F"}},
		{"a class", "URL/d/[ab].txt DIR", "", map[string]string{"a.txt": "a", "b.txt": "bb"}, exitGood, nil},
		{"not in a class", "URL/d/[!a].txt DIR", "", map[string]string{"b.txt": "bb", "*.txt": "star"}, exitGood, nil},
		{"a name that is written as the pattern", "URL/d/*.txt DIR", "", map[string]string{"*.txt": "star"}, exitGood, nil},
		{"a sign that is quoted", "URL/d/%2A.txt DIR", "", map[string]string{"*.txt": "star"}, exitGood, nil},
		{"a name that a class would match", "URL/d/[1].csv DIR", "", map[string]string{"[1].csv": "one"}, exitGood, nil},
		{"hidden ones", "URL/d/.*.txt DIR", "", map[string]string{".hidden.txt": "h"}, exitGood, nil},
		{"directories that match", "URL/e*/r* DIR/x", "", nil, exitUsage, []string{"--create-dirs"}},
		{"no directory for what matches", "URL/d/[ab].txt DIR/x", "", map[string]string{}, exitUsage, []string{"get: stat ", "--create-dirs"}},
		{"a directory that is made", "--create-dirs URL/d/[ab].txt DIR/x", "", map[string]string{"x/": "", "x/a.txt": "a", "x/b.txt": "bb"}, exitGood, nil},
		{"one name twice", "URL/e*/r.txt DIR", "", map[string]string{"r.txt": "1"}, exitUsage, []string{"e2/r.txt: ", "is the place of e1/r.txt already", "1 copied (1 B), 1 failed"}},
		{"directories are left out", "URL/d/s* URL/hello.txt DIR", "", map[string]string{"hello.txt": "hello\n"}, exitGood, []string{"d/sub is skipped", "1 copied (6 B), 1 skipped"}},
		{"nothing matches", "URL/d/*.none DIR", "", map[string]string{}, exitNotFound, []string{"nothing there has a name that matches"}},
		{"one missing of three", "URL/d/a.txt URL/none URL/d/b.txt DIR", "", map[string]string{"a.txt": "a", "b.txt": "bb"}, exitNotFound, []string{"550", "2 copied (3 B), 1 failed"}},
		{"an unsafe name", "URL/d/a.txt URL/d/.. DIR", "", map[string]string{"a.txt": "a"}, exitUsage, []string{"can't be used here"}},
		{"a tree", "-r URL/d DIR", "", all, exitGood, []string{"8 copied (16 B)"}},
		{"a tree with a slash", "-r URL/d/ DIR", "", all, exitGood, nil},
		{"a file with -r", "-r URL/d/a.txt DIR/new", "", map[string]string{"new": "a"}, exitGood, nil},
		{"trees of a pattern, into a new directory", "-r URL/e[12] DIR/new/", "", map[string]string{"new/": "", "new/e1/": "", "new/e1/r.txt": "1", "new/e2/": "", "new/e2/r.txt": "2", "new/e2/deep/": "", "new/e2/deep/r.txt": "3"}, exitGood, nil},
		{"a list", "--files-from - DIR", "URL/d/a.txt\r\nURL/d/%2A.txt\n\n", map[string]string{"a.txt": "a", "*.txt": "star"}, exitGood, nil},
		{"a list has no patterns", "--files-from - DIR", "URL/d/[ab].txt", map[string]string{}, exitNotFound, nil},
		{"a list with NUL", "-0 --files-from - DIR", "URL/d/a.txt\x00URL/d/b.txt\x00", map[string]string{"a.txt": "a", "b.txt": "bb"}, exitGood, nil},
		{"a list with NUL, and no flag", "--files-from - DIR", "URL/d/a.txt\x00URL/d/b.txt\x00", map[string]string{}, exitUsage, []string{"--null"}},
		{"an empty list", "--files-from - DIR", "\n", map[string]string{}, exitUsage, []string{"names nothing"}},
		{"standard output", "URL/d/a.txt URL/d/b.txt -", "", map[string]string{}, exitUsage, []string{"standard output"}},
		{"a directory", "URL/d/ URL/d/b.txt DIR", "", map[string]string{}, exitUsage, []string{"--recursive"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, dir := odd(t), t.TempDir()
			args := append([]string{"get"}, strings.Fields(strings.ReplaceAll(tt.args, "DIR", dir))...)
			r := f.runIn(t, setting{env: f.env, stdin: strings.NewReader(strings.ReplaceAll(tt.stdin, "URL", f.url))}, args...)
			r.want(t, tt.code, tt.err...)
			if diff := cmp.Diff(tt.want, tree(t, dir)); diff != "" && tt.want != nil {
				t.Errorf("mismatch (-want +got):\n%s\n%s", diff, r.err)
			}
			if n := sent(f, "PASS"); n > 1 {
				t.Errorf("%d logins", n)
			}
		})
	}
}

// Trees come back as they went, with empty directories. Links here are not followed, and that is said.
func TestTreeThereAndBack(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	want := map[string]string{"a": "1", "b c": "", "empty/": "", "x/": "", "x/y/": "", "x/y/-z": "zz", "x/*": "star", "x/ü": "u"}
	src := filepath.Join(t.TempDir(), "src")
	files(t, src, want)
	os.Symlink("a", filepath.Join(src, "link"))
	f.run(t, "put", "-r", src, "URL/up").want(t, exitGood, "5 copied (8 B); 1 symbolic link not followed")
	dir := t.TempDir()
	f.run(t, "get", "-r", "URL/up/src", dir).want(t, exitGood, "5 copied (8 B)")
	if diff := cmp.Diff(want, tree(t, filepath.Join(dir, "src"))); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	t.Chdir(src)
	f.run(t, "put", "-r", ".", "URL/flat/").want(t, exitGood)
	if got, err := f.ReadFile("/flat/x/y/-z"); err != nil || string(got) != "zz" {
		t.Errorf("%q, %v", got, err)
	}
	// What is there already is left out if the flags say so.
	f.run(t, "get", "-r", "--newer", "--preserve-times", "URL/up/src", dir).want(t, exitGood)
	n := sent(f, "RETR")
	f.run(t, "get", "-r", "--newer", "--preserve-times", "URL/up/src", dir).want(t, exitGood, "0 copied, 5 skipped")
	if got := sent(f, "RETR"); got != n {
		t.Errorf("%d files came again", got-n)
	}
	f.run(t, "rm", "-r", "URL/up").want(t, exitGood, "1 removed")
	if _, err := f.ReadFile("/up/src/a"); err == nil {
		t.Error("the tree is there still")
	}
	f.run(t, "rm", "-r", "URL/up").want(t, exitNotFound, "0 removed, 1 failed")
}

func TestPutSeveral(t *testing.T) {
	f := serve(t, ftptest.Config{})
	dir := t.TempDir()
	files(t, dir, map[string]string{"a": "1", "b": "22", "d/a": "other", "list": "", "[x]*": "odd"})
	at := func(name string) string { return filepath.Join(dir, name) }
	f.run(t, "put", at("a"), at("b"), at("[x]*"), "URL/sub").want(t, exitGood, "3 copied (6 B)")
	for name, want := range map[string]string{"a": "1", "b": "22", "[x]*": "odd"} {
		if got, err := f.ReadFile("/sub/" + name); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	f.run(t, "put", at("a"), at("d/a"), "URL/sub").want(t, exitUsage, "has the name sub/a on the server already", "1 copied (1 B), 1 failed")
	if got, _ := f.ReadFile("/sub/a"); string(got) != "1" {
		t.Errorf("the first file was replaced: %q", got)
	}
	f.run(t, "put", at("a"), at("none"), at("d"), "URL/sub").want(t, exitUsage, "none: no such file", "d: is a directory", "1 copied (1 B), 2 failed")
	f.run(t, "put", at("a"), "-", "URL/sub").want(t, exitUsage, "standard input")
	f.run(t, "put", at("a"), at("b"), "URL/new/").want(t, exitNotFound, "2 failed")
	f.run(t, "put", "--create-dirs", at("a"), at("b"), "URL/new/").want(t, exitGood)
	r := f.runIn(t, setting{env: f.env, stdin: strings.NewReader(at("[x]*") + "\n" + at("b"))}, "put", "--files-from", "-", "URL/")
	r.want(t, exitGood, "2 copied")
	if n := sent(f, "PASS"); n > 8 {
		t.Errorf("%d logins", n)
	}
}

// A directory that can't be written to is no reason to leave out what goes elsewhere, and a server that can't be reached is none
// to leave out another one.
func TestSeveralWithFailures(t *testing.T) {
	f := odd(t)
	dir := t.TempDir()
	files(t, dir, map[string]string{"d/sub": "in the way"})
	f.run(t, "get", "-r", "URL/d", "URL/e1", dir).want(t, exitUsage, "d/sub", "7 copied", "3 failed")
	if got := tree(t, dir); got["d/sub"] != "in the way" || got["d/a.txt"] != "a" || got["e1/r.txt"] != "1" {
		t.Errorf("%v", got)
	}
	dead := "ftp://alice@" + deadAddr(t)
	r := f.run(t, "get", dead+"/x", "URL/hello.txt", dead+"/y", dir)
	r.want(t, exitConnect, "connection refused", "1 copied (6 B), 2 failed")
	if n := strings.Count(r.err, "connection refused"); n != 1 {
		t.Errorf("the reason is said %d times", n)
	}
	f.run(t, "rm", dead+"/x", "URL/e3/other").want(t, exitConnect, "1 removed, 1 failed")
	f.run(t, "mkdir", dead+"/x", "URL/made").want(t, exitConnect, "connection refused")
	f.run(t, "rmdir", "URL/made").want(t, exitGood)
	f.run(t, "rm", "URL/e[12]/*").want(t, exitGood, "e2/deep is skipped", "2 removed, 1 skipped")
}

func TestSeveralInJSON(t *testing.T) {
	f := odd(t)
	r := f.run(t, "get", "--format", "json", "URL/d/[ab].txt", "URL/none", "URL/d/su*", t.TempDir())
	r.want(t, exitNotFound)
	var got []string
	dec := json.NewDecoder(strings.NewReader(r.out))
	for dec.More() {
		var line struct {
			transferJSON
			Summary *totalJSON
		}
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		switch {
		case line.Summary != nil:
			if want := (totalJSON{Done: 2, Failed: 1, Skipped: 1, Bytes: 3, Seconds: line.Summary.Seconds}); *line.Summary != want || line.Error == nil || line.Error.Exit != exitNotFound {
				t.Errorf("the summary: %+v, %+v", *line.Summary, line.Error)
			}
			got = append(got, "summary")
		case line.Error != nil:
			got = append(got, line.Remote+" failed")
		case line.Skipped != "":
			got = append(got, line.Remote+" skipped")
		default:
			got = append(got, line.Remote)
		}
	}
	if diff := cmp.Diff([]string{"d/sub skipped", "d/a.txt", "d/b.txt", "none failed", "summary"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if r := f.run(t, "rm", "--format", "json", "URL/d/[ab].txt"); strings.Count(r.out, `"ok":true`) != 2 || !strings.Contains(r.out, `{"summary":{"done":2,"failed":0,`) {
		t.Errorf("rm: %s", r.out)
	}
}

// After a signal the files that were not begun are counted.
func TestSeveralInterrupted(t *testing.T) {
	f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"reply-never"}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := f.runIn(t, setting{env: f.env, ctx: ctx, stderr: canceller{"> RETR", cancel}}, "get", "--log", "URL/hello.txt", "URL/sub/inner.bin", "URL/sub/a%20b.txt", t.TempDir())
	r.want(t, exitInterrupted, "get: interrupted: 0 copied, 1 failed, 2 not begun", "--newer and --preserve-times")
}

func TestPatternsAfterNames(t *testing.T) {
	f := odd(t)
	dir := t.TempDir()
	env := map[string]string{"FTPWIRE_PASSWORD": testPassword, "FTPWIRE_CONFIG": filepath.Join(dir, "c.toml")}
	in := func(args ...string) result { return f.runIn(t, setting{env: env}, args...) }
	in("connection", "add", "nas", "URL/d").want(t, exitGood)
	into := filepath.Join(dir, "into")
	in("get", "--create-dirs", "nas:?.csv", "nas:sub/c.txt", into).want(t, exitGood, "2 copied")
	if got, want := tree(t, into), (map[string]string{"1.csv": "1", "c.txt": "ccc"}); !cmp.Equal(got, want) {
		t.Errorf("%v", got)
	}
	in("get", "nas:[*].txt", into).want(t, exitGood, "1 copied (4 B)")
	in("get", "nas:a.txt", "URL/hello.txt", into).want(t, exitUsage, "can use one stored connection")
}

func TestQuoteGlob(t *testing.T) {
	for _, name := range []string{"", "a", "*", `a\*b[c]?`, `\`} {
		q := quoteGlob(name)
		if isGlob(q) || unquoteGlob(q) != name {
			t.Errorf("%q is quoted as %q", name, q)
		}
	}
	if !isGlob(`a\**`) || isGlob(`\[a]`) {
		t.Error("signs that are quoted count, or others do not")
	}
}

// Where standard error is no terminal, there is a line now and then.
func TestManyLines(t *testing.T) {
	var b bytes.Buffer
	m := &manyBar{say: func(s string) { b.WriteString(s + "\n") }, name: "get"}
	m.expect(2, 300)
	at := longAgo
	m.shown = at
	for i := range 15 {
		at = at.Add(1e9)
		m.step("x", int64(i), i == 0, at)
	}
	if got := b.String(); !strings.HasPrefix(got, "ftpwire: get: 0/2 files, 9 B/300 B, 1 B/s, ") || strings.Count(got, "\n") != 1 {
		t.Errorf("%q", got)
	}
	if !slices.Contains(strings.Fields(m.text()), "0/2") {
		t.Error(m.text())
	}
}
