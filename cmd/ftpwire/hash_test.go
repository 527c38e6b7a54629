package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

func TestHash(t *testing.T) {
	const sum = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
	dir := t.TempDir()
	same, other := filepath.Join(dir, "same"), filepath.Join(dir, "other")
	if err := os.WriteFile(same, []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte("hallo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		fault ftptest.Fault
		args  []string // behind the URL
		code  int
		out   string
		err   string
	}{
		{name: "best", out: sum + "  hello.txt\n"},
		{name: "MD5", args: []string{"--algorithm", "MD5"}, out: "b1946ac92492d2347c6235b4d2611184  hello.txt\n"},
		{name: "SHA-1", args: []string{"--algorithm", "sha-1"}, out: "f572d396fae9206628714fb2ce00f72e94f2258f  hello.txt\n"},
		{name: "CRC32", args: []string{"--algorithm", "crc32"}, out: "363a3020  hello.txt\n"},
		{name: "same", args: []string{"--check", same}, out: "hello.txt: OK (SHA-256)\n"},
		{name: "same by another algorithm", args: []string{"--check", same, "--algorithm", "crc32"}, out: "hello.txt: OK (CRC32)\n"},
		{name: "other", args: []string{"--check", other}, code: exitNo, out: "hello.txt: FAILED (SHA-256)\n", err: "SHA-256 is " + sum + " there"},
		{name: "wrong", fault: "hash-wrong", args: []string{"--check", same}, code: exitNo, out: "hello.txt: FAILED (SHA-256)\n", err: "differs from the local file"},
		{name: "none", fault: "hash-unknown", code: exitNo, err: "computes no such sums"},
		{name: "not this one", fault: "hash-unknown", args: []string{"--algorithm", "sha512"}, code: exitNo, err: "hint: "},
		{name: "no local file", args: []string{"--check", filepath.Join(dir, "none")}, code: exitUsage, err: "none: no such file"},
		{name: "local directory", args: []string{"--check", dir}, code: exitUsage, err: "is a directory"},
		{name: "unknown algorithm", args: []string{"--algorithm", "sha3"}, code: exitUsage, err: "none of sha256, sha512"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := ftptest.Config{}
			if tt.fault != "" {
				cfg.Faults = []ftptest.Fault{tt.fault}
			}
			r := serve(t, cfg).run(t, append([]string{"hash", "URL/hello.txt"}, tt.args...)...)
			r.want(t, tt.code, tt.err)
			if r.out != tt.out {
				t.Errorf("got %q, want %q", r.out, tt.out)
			}
		})
	}
	f := serve(t, ftptest.Config{})
	t.Run("no such file", func(t *testing.T) { f.run(t, "hash", "URL/none").want(t, exitNotFound, "550") })
	t.Run("JSON", func(t *testing.T) {
		r := f.run(t, "hash", "URL/hello.txt", "--format", "json", "--check", same)
		r.want(t, exitGood)
		var got hashJSON
		if err := json.Unmarshal([]byte(r.out), &got); err != nil {
			t.Fatal(err)
		}
		want := hashJSON{Path: "hello.txt", Algorithm: "SHA-256", Sum: sum, Command: "HASH", Local: same, LocalSum: sum, Same: new(true)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	})
}
