package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// localFile writes a file and returns its name.
func localFile(t *testing.T, name, content string, modified time.Time) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(p, modified, modified); err != nil {
		t.Fatal(err)
	}
	return p
}

var longAgo = time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)

// What is skipped is said, is no failure, and moves nothing.
func TestSkipped(t *testing.T) {
	for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
		f := serve(t, ftptest.Config{TLS: tls})
		local := localFile(t, "hello.txt", "other\n", longAgo)
		for _, args := range [][]string{
			{"put", "--no-clobber", local, "URL/hello.txt"}, {"put", "--newer", local, "URL/hello.txt"}, {"put", "--no-clobber", local, "URL"},
			{"get", "--no-clobber", "URL/hello.txt", local},
		} {
			if r := f.run(t, args...); r.out != "" || !strings.Contains(r.err, "is skipped: it ") || r.code != exitGood {
				t.Errorf("%q: %d %q %q", args, r.code, r.out, r.err)
			}
			if r := f.run(t, append([]string{"--quiet"}, args...)...); r.err != "" || r.code != exitGood {
				t.Errorf("--quiet %q: %q", args, r.err)
			}
			var j transferJSON
			r := f.run(t, append(args, "--format", "json")...)
			if err := json.Unmarshal([]byte(r.out), &j); err != nil || !j.OK || j.Skipped == "" || j.Moved != 0 {
				t.Errorf("%q: %v %s", args, err, r.out)
			}
		}
		if n := sent(f, "STOR") + sent(f, "RETR"); n != 0 {
			t.Errorf("%d files were moved", n)
		}
		f.run(t, "get", "--newer", "-v", "URL/hello.txt", local).want(t, exitGood, "the original is of 20", "the copy of 2020-02-03T04:05:06Z")
		if got, _ := os.ReadFile(local); string(got) != "hello\n" {
			t.Errorf("the newer file was not fetched: %q", got)
		}
	}
}

// A part of a file goes to standard output, or to a file, exactly.
func TestRangeCommand(t *testing.T) {
	f := serve(t, ftptest.Config{})
	for arg, want := range map[string]string{"0-0": "h", "1-3": "ell", "2-": "llo\n", "0-": "hello\n", "5-999": "\n"} {
		if r := f.run(t, "get", "--range", arg, "URL/hello.txt", "-"); r.out != want || r.code != exitGood {
			t.Errorf("--range %s: %q %d %s, want %q", arg, r.out, r.code, r.err, want)
		}
		local := filepath.Join(t.TempDir(), "part")
		f.run(t, "get", "--range", arg, "URL/hello.txt", local).want(t, exitGood)
		if got, err := os.ReadFile(local); string(got) != want {
			t.Errorf("--range %s to a file: %q, %v", arg, got, err)
		}
	}
	for _, arg := range []string{"", "5", "-5", "3-2", "a-b", "1-2-3", "99999999999999999999-"} {
		f.run(t, "get", "--range", arg, "URL/hello.txt", "-").want(t, exitUsage, "--range")
	}
	if r := f.run(t, "get", "--range", "6-", "URL/hello.txt", "-"); r.code == exitGood || r.out != "" || !strings.Contains(r.err, "has 6 octets") {
		t.Errorf("beyond the end: %d %q %s", r.code, r.out, r.err)
	}
	f = serve(t, ftptest.Config{Faults: []ftptest.Fault{"rest-ignored"}})
	if err := f.WriteFile("/big", bytes.Repeat([]byte("octets\n"), 30_000)); err != nil {
		t.Fatal(err)
	}
	if r := f.run(t, "get", "--range", "1-3", "URL/hello.txt", "-"); r.out != "ell" || r.code != exitGood {
		t.Errorf("REST ignored, near the beginning: %d %q %s", r.code, r.out, r.err)
	}
	for _, arg := range []string{"100000-100002", "209999-"} {
		if r := f.run(t, "get", "--range", arg, "URL/big", "-"); r.code == exitGood || r.out != "" || !strings.Contains(r.err, "ignores REST") {
			t.Errorf("REST ignored, %s: %d %q %s", arg, r.code, r.out, r.err)
		}
	}
}

// The times of copies are those of the files, both ways.
func TestPreserveTimes(t *testing.T) {
	f := serve(t, ftptest.Config{})
	local := localFile(t, "a", "text", longAgo)
	r := f.run(t, "put", "--preserve-times", "--format", "json", local, "URL/b")
	var j transferJSON
	if err := json.Unmarshal([]byte(r.out), &j); err != nil || j.Time != "2020-02-03T04:05:06Z" {
		t.Errorf("%v %s", err, r.out)
	}
	back := filepath.Join(t.TempDir(), "x", "y", "b")
	f.run(t, "get", "URL/b", back).want(t, exitUsage, "--create-dirs")
	f.run(t, "get", "--create-dirs", "--preserve-times", "URL/b", back).want(t, exitGood)
	if info, err := os.Stat(back); err != nil || !info.ModTime().Equal(longAgo) {
		t.Errorf("%v, %v", info, err)
	}
	into := filepath.Join(t.TempDir(), "new") + string(filepath.Separator)
	f.run(t, "get", "--create-dirs", "URL/b", into).want(t, exitGood)
	if _, err := os.Stat(filepath.Join(into, "b")); err != nil {
		t.Error(err)
	}
	f = serve(t, ftptest.Config{Faults: []ftptest.Fault{"mfmt-lies"}})
	f.run(t, "put", "--preserve-times", local, "URL/b").want(t, exitGood, "warning: the copy does not have the time of the file", "says that it is")
	f.run(t, "put", "--preserve-times", "-", "URL/b").want(t, exitUsage, "--preserve-times")
}

// A missing directory is named, and made if that is asked for.
func TestCreateDirs(t *testing.T) {
	f := serve(t, ftptest.Config{})
	local := localFile(t, "a", "text", longAgo)
	for _, args := range [][]string{{"put", local, "URL/x/y/a"}, {"put", local, "URL/x/y/"}, {"put", "--temp", local, "URL/x/y/a"}, {"append", local, "URL/x/y/a"}} {
		r := f.run(t, args...)
		if r.want(t, exitNotFound, `the directory "x/y" does not exist`, "--create-dirs"); strings.Count(r.err, "can't be stored") != 1 {
			t.Errorf("%q: %s", args, r.err)
		}
	}
	f.run(t, "put", "--create-dirs", local, "URL/x/y/").want(t, exitGood)
	if !f.Exists("/x/y/a") {
		t.Error("it is not there")
	}
	f.run(t, "mkdir", "URL/m/n").want(t, exitNotFound, "The directory m does not exist; --parents makes it, too.")
	f.run(t, "mkdir", "-p", "URL/m/n").want(t, exitGood)
	f.run(t, "mkdir", "--parents", "URL/m/n", "URL/m/o/p").want(t, exitGood)
	f.run(t, "mkdir", "URL/m/n").want(t, exitNo)
}

// Both ways to append do the same.
func TestAppendCommand(t *testing.T) {
	f := serve(t, ftptest.Config{})
	local := localFile(t, "a", "more\n", longAgo)
	f.run(t, "append", local, "URL/hello.txt").want(t, exitGood)
	f.run(t, "put", "--append", local, "URL/hello.txt").want(t, exitGood)
	r := f.runIn(t, setting{env: f.env, stdin: strings.NewReader("last\n")}, "append", "--format", "json", "-", "URL/hello.txt")
	r.want(t, exitGood)
	var j transferJSON
	if err := json.Unmarshal([]byte(r.out), &j); err != nil || j.Before == nil || *j.Before != 16 || !slices.Contains(j.Proof, "size") {
		t.Errorf("%v %s", err, r.out)
	}
	if got, _ := f.ReadFile("/hello.txt"); string(got) != "hello\nmore\nmore\nlast\n" {
		t.Errorf("%q", got)
	}
	for _, flag := range []string{"--resume", "--temp", "--no-clobber", "--newer", "--unique", "--preserve-times"} {
		f.run(t, "put", "--append", flag, local, "URL/hello.txt").want(t, exitUsage, "--append and "+flag+" exclude each other")
	}
}

// --unique prints the name, and replaces nothing.
func TestUniqueCommand(t *testing.T) {
	f := serve(t, ftptest.Config{})
	local := localFile(t, "a", "text", longAgo)
	for _, url := range []string{"URL/sub/", "URL/sub", "URL/", "URL"} {
		r := f.run(t, "put", "--unique", local, url)
		if name := strings.TrimSpace(r.out); r.code != exitGood || name == "" || !f.Exists("/"+name) || strings.Contains(url, "sub") != strings.HasPrefix(name, "sub/") {
			t.Errorf("%s: %q %s", url, r.out, r.err)
		}
	}
	f = serve(t, ftptest.Config{Faults: []ftptest.Fault{"stou-no-name"}})
	f.run(t, "put", "--unique", local, "URL/").want(t, exitGood, "does not tell its name")
}

// touch sets times, makes what is not there, and never empties a file.
func TestTouch(t *testing.T) {
	f := serve(t, ftptest.Config{})
	f.run(t, "touch", "--time", "2020-02-03T04:05:06Z", "URL/hello.txt", "URL/new").want(t, exitGood)
	for _, name := range []string{"hello.txt", "new"} {
		if r := f.run(t, "stat", "URL/"+name); !strings.Contains(r.out, "2020-02-03 04:05:06Z") {
			t.Errorf("%s: %s", name, r.out)
		}
	}
	if got, _ := f.ReadFile("/hello.txt"); string(got) != "hello\n" {
		t.Errorf("the file has %q", got)
	}
	f.run(t, "touch", "URL/hello.txt").want(t, exitGood)
	if r := f.run(t, "stat", "URL/hello.txt"); strings.Contains(r.out, "2020-") {
		t.Errorf("the time is not now: %s", r.out)
	}
	f.run(t, "touch", "--no-create", "URL/none").want(t, exitGood)
	if f.Exists("/none") || sent(f, "STOR") > 0 {
		t.Error("a file was made, or might have been emptied")
	}
	f.run(t, "touch", "--time", "yesterday", "URL/none").want(t, exitUsage, "--time")
	f.run(t, "touch", "URL/none/f").want(t, exitNotFound)
	f = serve(t, ftptest.Config{Faults: []ftptest.Fault{"mfmt-lies"}})
	f.run(t, "touch", "--time", "2020-02-03", "URL/hello.txt").want(t, exitNo, "confirmed the time")
}

func TestChmod(t *testing.T) {
	f := serve(t, ftptest.Config{})
	f.run(t, "chmod", "600", "URL/hello.txt", "URL/sub/").want(t, exitGood)
	if r := f.run(t, "stat", "URL/hello.txt"); !strings.Contains(r.out, "rw-------") {
		t.Errorf("%s", r.out)
	}
	f.run(t, "chmod", "640", "URL/none", "URL/hello.txt").want(t, exitNotFound, "none")
	if r := f.run(t, "stat", "URL/hello.txt"); !strings.Contains(r.out, "rw-r-----") {
		t.Errorf("it does not go on: %s", r.out)
	}
	for _, mode := range []string{"u+x", "999", "1777", "-1", ""} {
		f.run(t, "chmod", "--", mode, "URL/hello.txt").want(t, exitUsage, "octal")
	}
}

// What a failed upload has left is said in words and in JSON.
func TestPutLeft(t *testing.T) {
	local := localFile(t, "a", strings.Repeat("x", 300_000), longAgo)
	for _, tt := range []struct {
		name   string
		args   []string
		faults []ftptest.Fault
		code   int
		left   string
		says   string
	}{
		{"disk full", nil, nil, exitNoSpace, "part", "hello.txt on the server has 4096 of 300000 octets now; what it was before is lost"},
		{"disk full, --temp", []string{"--temp"}, nil, exitNoSpace, "old", "What has the name hello.txt on the server is as it was before."},
		{"disk full, --append", []string{"--append"}, nil, exitNoSpace, "part", "octets on the server now, and had 6 before"},
		{"records cut", nil, []ftptest.Fault{"stor-truncated-250"}, exitUnproven, "part", "SITE WRAPRECORD"},
		{"rename refused", []string{"--temp"}, []ftptest.Fault{"rnto-name-553"}, exitNo, "old", "is as it was before"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := ftptest.Config{Faults: tt.faults}
			if tt.faults == nil {
				cfg.Faults = []ftptest.Fault{"disk-full-552"}
			}
			for _, format := range []string{"text", "json"} {
				f := serve(t, cfg)
				r := f.run(t, slices.Concat([]string{"put", "--format", format}, tt.args, []string{local, "URL/hello.txt"})...)
				if r.want(t, tt.code, tt.says); format == "text" {
					continue
				}
				var j transferJSON
				if err := json.Unmarshal([]byte(r.out), &j); err != nil || j.OK || j.Left != tt.left {
					t.Errorf("%v %s; want left %q", err, r.out, tt.left)
				}
			}
		})
	}
}

// An interrupted upload says what it has left, without a temporary name, too.
func TestPutLeftInterrupted(t *testing.T) {
	local := localFile(t, "a", strings.Repeat("x", 3_000_000), longAgo)
	for _, tt := range []struct {
		args []string
		says string
	}{
		{nil, "of 3000000 octets now; what it was before is lost"},
		{[]string{"--temp"}, "is as it was before"},
		{[]string{"--append"}, "and had 6 before"},
	} {
		f := serve(t, ftptest.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for sent(f, "STOR")+sent(f, "APPE") == 0 && ctx.Err() == nil {
				time.Sleep(5 * time.Millisecond)
			}
			time.Sleep(300 * time.Millisecond)
			cancel()
		}()
		r := f.runIn(t, setting{ctx: ctx, env: f.env}, slices.Concat([]string{"put", "--limit-rate", "200k"}, tt.args, []string{local, "URL/hello.txt"})...)
		r.want(t, exitInterrupted, "interrupted", tt.says)
		cancel()
	}
}

// The last reply to an upload is shown where it says more than that it is done.
func TestLastReply(t *testing.T) {
	local := localFile(t, "a", "//JOB", longAgo)
	f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"stor-job-250"}})
	f.run(t, "put", local, "URL/a").want(t, exitGood, "the server says: It is known to JES as JOB00042")
	if r := f.run(t, "put", "--format", "json", local, "URL/a"); !strings.Contains(r.out, "JOB00042") {
		t.Errorf("%s", r.out)
	}
	if r := f.run(t, "--quiet", "put", local, "URL/a"); r.err != "" {
		t.Errorf("%s", r.err)
	}
	f = serve(t, ftptest.Config{})
	if r := f.run(t, "put", local, "URL/a"); r.err != "" || r.out != "" {
		t.Errorf("nothing is to be said: %s%s", r.out, r.err)
	}
}

// df prints what the server tells, and says that it tells nothing.
func TestDf(t *testing.T) {
	f := serve(t, ftptest.Config{})
	f.run(t, "df", "URL/").want(t, exitNo, "does not tell how much space there is", "perhaps because there is no limit")
	full := ftptest.NewServer(t, &ftptest.Config{Users: []ftptest.User{{Name: testUser, Password: testPassword, Quota: 1000}}})
	if err := full.WriteFile("/sub/f", make([]byte, 400)); err != nil {
		t.Fatal(err)
	}
	f = &fixture{Server: full, url: "ftp://" + testUser + "@" + full.Addr(), env: f.env}
	r := f.run(t, "df", "--format", "json", "URL/sub/")
	var j spaceJSON
	if err := json.Unmarshal([]byte(r.out), &j); r.code != exitGood || err != nil || j.Free == nil || *j.Free != 600 || j.By == "" || j.Path != "sub/" {
		t.Errorf("%d %v %s %s", r.code, err, r.out, r.err)
	}
	if r := f.run(t, "df", "URL/"); r.code != exitGood || !strings.HasPrefix(r.out, "free  ") {
		t.Errorf("%d %s %s", r.code, r.out, r.err)
	}
	f.run(t, "df", "URL/none").want(t, exitNotFound)
}
