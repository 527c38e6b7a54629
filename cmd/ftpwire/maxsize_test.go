package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

func TestMaxSize(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSNone})
	local := filepath.Join(t.TempDir(), "f")
	f.run(t, "get", "--max-size", "5", "URL/hello.txt", local).want(t, exitNo, "6 octets, and 5 are allowed")
	f.run(t, "cat", "--max-size", "5", "URL/hello.txt").want(t, exitNo, "6 octets, and 5 are allowed")
	f.run(t, "get", "--max-size", "5", "URL/hello.txt", "-").want(t, exitNo, "6 octets, and 5 are allowed")
	if _, err := os.Stat(local); err == nil {
		t.Error("the file is there")
	}
	f.run(t, "get", "--max-size", "6", "URL/hello.txt", local).want(t, exitGood)
	f.run(t, "cat", "--max-size", "1k", "URL/hello.txt").want(t, exitGood)
	for _, wrong := range []string{"0", "-1", "x", "1T", ""} {
		f.run(t, "get", "--max-size", wrong, "URL/hello.txt", local).want(t, exitUsage, "max-size")
	}
	f.run(t, "put", "--max-size", "6", local, "URL/x").want(t, exitUsage, "max-size")

	endless := serve(t, ftptest.Config{TLS: ftptest.TLSNone, Faults: []ftptest.Fault{"retr-endless", "feat-without-size"}})
	endless.run(t, "get", "--max-size", "10k", "URL/hello.txt", local).want(t, exitNo, "more than the 10240 octets that are allowed")
	if r := endless.run(t, "cat", "--max-size", "10k", "URL/hello.txt"); r.code != exitNo || len(r.out) != 10240 {
		t.Errorf("exit code %d, %d octets", r.code, len(r.out))
	}
}
