package tlsx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

func fingerprint(b byte) (f Fingerprint) {
	for i := range f {
		f[i] = b
	}
	return f
}

var acceptedOn = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func trusted(host string, port int, b byte) Trusted {
	return Trusted{Host: host, Port: port, SHA256: fingerprint(b), Reasons: ReasonSelfSigned, Date: acceptedOn, Subject: "CN=" + host}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTrustStore(t *testing.T) {
	s := newStore(t)
	a, b := trusted("a.example", 21, 0xaa), trusted("fe80::1%eth0", 990, 0xbb)
	for _, e := range []Trusted{a, b} {
		if err := s.Accept(e); err != nil {
			t.Fatal(err)
		}
	}
	want := trustHeading +
		"a.example 21 " + strings.Repeat("aa", 32) + " self-signed 2026-11-24T10:00:00Z \"CN=a.example\"\n" +
		"fe80::1%eth0 990 " + strings.Repeat("bb", 32) + " self-signed 2026-11-24T10:00:00Z \"CN=fe80::1%eth0\"\n"
	if diff := cmp.Diff(want, readFile(t, s.Path())); diff != "" {
		t.Errorf("file mismatch (-want +got):\n%s", diff)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{s.Path(): 0o600, filepath.Dir(s.Path()): 0o700 | os.ModeDir} {
			if fi, err := os.Stat(path); err != nil || fi.Mode() != want {
				t.Errorf("%s: mode %v, want %v, %v", path, fi.Mode(), want, err)
			}
		}
	}
	es, err := s.Entries()
	if diff := cmp.Diff([]Trusted{a, b}, es); diff != "" || err != nil {
		t.Errorf("entries mismatch (-want +got): %v\n%s", err, diff)
	}
	if removed, err := s.Remove("A.EXAMPLE.", 21); !removed || err != nil {
		t.Errorf("Remove = %v, %v", removed, err)
	}
	if removed, err := s.Remove("a.example", 21); removed || err != nil {
		t.Errorf("second Remove = %v, %v", removed, err)
	}
	if _, ok, err := s.Lookup("a.example", 21); ok || err != nil {
		t.Errorf("Lookup of the removed = %v, %v", ok, err)
	}
	if got, ok, err := s.Lookup("[FE80::1%eth0]", 990); got != b || !ok || err != nil {
		t.Errorf("Lookup = %+v, %v, %v", got, ok, err)
	}
	if _, ok, _ := s.Lookup("fe80::1%eth1", 990); ok {
		t.Error("another zone is the same host")
	}
}

func TestTrustStoreNil(t *testing.T) {
	var s *TrustStore
	if _, ok, err := s.Lookup("a", 21); ok || err != nil {
		t.Errorf("Lookup = %v, %v", ok, err)
	}
	if es, err := s.Entries(); es != nil || err != nil {
		t.Errorf("Entries = %v, %v", es, err)
	}
	if removed, err := s.Remove("a", 21); removed || err != nil {
		t.Errorf("Remove = %v, %v", removed, err)
	}
	e := trusted("a", 21, 1)
	if err := s.Accept(e); err != errNoTrustStore {
		t.Errorf("Accept = %v", err)
	}
	if err := s.Replace(e, e); err != errNoTrustStore {
		t.Errorf("Replace = %v", err)
	}
	if s.Path() != "" {
		t.Errorf("Path = %q", s.Path())
	}
}

// A writer that has not seen what the file says must match it or fail.
func TestTrustStoreCompareAndSet(t *testing.T) {
	one, two, three := trusted("h", 21, 1), trusted("h", 21, 2), trusted("h", 21, 3)
	more := one
	more.Reasons = ReasonExpired
	both := one
	both.Reasons |= ReasonExpired
	tests := []struct {
		name     string
		file     []Trusted
		change   func(*TrustStore) error
		want     []Trusted
		conflict bool
	}{
		{"accept, none", nil, func(s *TrustStore) error { return s.Accept(one) }, []Trusted{one}, false},
		{"accept, same", []Trusted{one}, func(s *TrustStore) error { return s.Accept(one) }, []Trusted{one}, false},
		{"accept, more reasons", []Trusted{one}, func(s *TrustStore) error { return s.Accept(more) }, []Trusted{both}, false},
		{"accept, other", []Trusted{one}, func(s *TrustStore) error { return s.Accept(two) }, []Trusted{one}, true},
		{"replace, as seen", []Trusted{one}, func(s *TrustStore) error { return s.Replace(one, two) }, []Trusted{two}, false},
		{"replace, reasons narrowed", []Trusted{both}, func(s *TrustStore) error { return s.Replace(both, one) }, []Trusted{one}, false},
		{"replace, same writer before", []Trusted{two}, func(s *TrustStore) error { return s.Replace(one, two) }, []Trusted{two}, false},
		{"replace, changed since", []Trusted{three}, func(s *TrustStore) error { return s.Replace(one, two) }, []Trusted{three}, true},
		{"replace, removed since", nil, func(s *TrustStore) error { return s.Replace(one, two) }, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t)
			for _, e := range tt.file {
				if err := s.Accept(e); err != nil {
					t.Fatal(err)
				}
			}
			err := tt.change(s)
			if _, conflict := errors.AsType[*TrustConflictError](err); conflict != tt.conflict || (err != nil) != tt.conflict {
				t.Errorf("err = %v, want a conflict: %v", err, tt.conflict)
			}
			got, err := s.Entries()
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("entries mismatch (-want +got): %v\n%s", err, diff)
			}
		})
	}
}

func TestTrustStoreRefuses(t *testing.T) {
	change := func(f func(*Trusted)) Trusted { e := trusted("h", 21, 1); f(&e); return e }
	tests := []struct {
		name  string
		entry Trusted
	}{
		{"no host", change(func(e *Trusted) { e.Host = "" })},
		{"host of two lines", change(func(e *Trusted) { e.Host = "a\nb" })},
		{"host with a space", change(func(e *Trusted) { e.Host = "a b" })},
		{"comment", change(func(e *Trusted) { e.Host = "#a" })},
		{"port 0", change(func(e *Trusted) { e.Port = 0 })},
		{"port 65536", change(func(e *Trusted) { e.Port = 65536 })},
		{"no certificate", change(func(e *Trusted) { e.SHA256 = Fingerprint{} })},
		{"no reason", change(func(e *Trusted) { e.Reasons = 0 })},
		{"revoked", change(func(e *Trusted) { e.Reasons |= ReasonRevoked })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t)
			if err := s.Accept(tt.entry); err == nil {
				t.Error("accepted")
			}
			if _, err := os.Stat(s.Path()); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the file was written: %v", err)
			}
		})
	}
	if err := newStore(t).Replace(trusted("a", 21, 1), trusted("b", 21, 1)); err == nil {
		t.Error("an entry replaced one of another host")
	}
	if _, err := OpenTrustStore(""); err == nil {
		t.Error("a store without a file name")
	}
	if _, err := OpenTrustStore(t.TempDir()); err == nil {
		t.Error("a store in a folder")
	}
}

// What is not ours stays, byte for byte.
func TestTrustStoreKeepsLines(t *testing.T) {
	sum := strings.Repeat("aa", 32)
	before := "# my servers\r\n\n  a.example\t21 " + strings.ToUpper(sum) + " any 2026-01-01T00:00:00+01:00\nb.example 21 v2:something new\n# end, without a line end"
	s := newStore(t)
	writeFile(t, s.Path(), before)
	got, ok, err := s.Lookup("a.example", 21)
	want := Trusted{Host: "a.example", Port: 21, SHA256: fingerprint(0xaa), Reasons: ReasonAny, Date: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)}
	if diff := cmp.Diff(want, got); diff != "" || !ok || err != nil {
		t.Errorf("Lookup: %v, %v, mismatch (-want +got):\n%s", ok, err, diff)
	}
	c := trusted("c.example", 21, 0xcc)
	if err := s.Accept(c); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before+"\n"+c.line()+"\n", readFile(t, s.Path())); diff != "" {
		t.Errorf("file mismatch (-want +got):\n%s", diff)
	}
	_, _, err = s.Lookup("b.example", 21)
	if e, ok := errors.AsType[*TrustFileError](err); !ok || e.Line != 4 {
		t.Errorf("Lookup of a damaged entry = %v", err)
	}
	if err := s.Accept(trusted("b.example", 21, 0xbb)); !isType[*TrustFileError](err) {
		t.Errorf("Accept beside a damaged entry = %v", err)
	}
	if removed, err := s.Remove("b.example", 21); !removed || err != nil {
		t.Errorf("Remove of a damaged entry = %v, %v", removed, err)
	}
	if err := s.Accept(trusted("b.example", 21, 0xbb)); err != nil {
		t.Errorf("Accept after Remove = %v", err)
	}
}

func TestTrustStoreDuplicates(t *testing.T) {
	one, two, three := trusted("h", 21, 1), trusted("h", 21, 2), trusted("h", 21, 3)
	s := newStore(t)
	writeFile(t, s.Path(), one.line()+"\n"+two.line()+"\n")
	if got, _, _ := s.Lookup("h", 21); got != two {
		t.Errorf("Lookup = %+v, want the last", got)
	}
	if es, _ := s.Entries(); len(es) != 1 || es[0] != two {
		t.Errorf("Entries = %+v", es)
	}
	if err := s.Replace(two, three); err != nil {
		t.Fatal(err)
	}
	if got, _, _ := s.Lookup("h", 21); got != three {
		t.Errorf("Lookup = %+v, want the new one", got)
	}
	if s.Remove("h", 21); readFile(t, s.Path()) != "" {
		t.Errorf("after Remove: %q", readFile(t, s.Path()))
	}
}

func TestTrustStoreLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real", "store"), filepath.Join(dir, "link")
	writeFile(t, target, "# real\n")
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	s, err := OpenTrustStore(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Accept(trusted("h", 21, 1)); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Lstat(link); err != nil || fi.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", fi, err)
	}
	if got := readFile(t, target); !strings.HasPrefix(got, "# real\nh 21 ") {
		t.Errorf("target: %q", got)
	}
}

// 100 first uses at once of one host with 100 certificates, through two stores
// on one file: one is remembered, the others see it.
func TestTrustStoreFirstUse(t *testing.T) {
	a := newStore(t)
	b, err := OpenTrustStore(a.Path())
	if err != nil {
		t.Fatal(err)
	}
	var wins, conflicts [100]bool
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			err := []*TrustStore{a, b}[i%2].Accept(trusted("h", 21, byte(i+1)))
			_, conflicts[i] = errors.AsType[*TrustConflictError](err)
			if wins[i] = err == nil; err != nil && !conflicts[i] {
				t.Errorf("Accept = %v", err)
			}
		})
	}
	wg.Wait()
	es, err := a.Entries()
	if err != nil || len(es) != 1 {
		t.Fatalf("entries %+v, %v", es, err)
	}
	for i, won := range wins {
		if own := es[0].SHA256 == fingerprint(byte(i+1)); won != own || conflicts[i] == own {
			t.Errorf("writer %d: won %v, conflict %v, stands in the file %v", i, won, conflicts[i], own)
		}
	}
}

// A process that dies holding the lock, the new file written and not renamed,
// leaves the old file, and locks nobody out.
func TestTrustStoreCrash(t *testing.T) {
	s := newStore(t)
	one, two := trusted("h", 21, 1), trusted("i", 21, 2)
	if err := s.Accept(one); err != nil {
		t.Fatal(err)
	}
	before := readFile(t, s.Path())
	out, err := helperProcess(t, "crash", s.Path()).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != crashCode {
		t.Fatalf("helper: %v\n%s", err, out)
	}
	if after := readFile(t, s.Path()); after != before {
		t.Errorf("after the crash: %q, before: %q", after, before)
	}
	if _, err := os.Stat(s.Path() + ".new"); err != nil {
		t.Errorf("the crash left no new file, so this test proves nothing: %v", err)
	}
	if err := s.Accept(two); err != nil {
		t.Fatalf("Accept after the crash: %v", err)
	}
	if es, err := s.Entries(); len(es) != 2 || err != nil {
		t.Errorf("entries %+v, %v", es, err)
	}
	if _, err := os.Stat(s.Path() + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the new file is still there: %v", err)
	}
}

// Two processes write at once: no entry is lost, and of the host both want
// there is one.
func TestTrustStoreProcesses(t *testing.T) {
	s := newStore(t)
	var wg sync.WaitGroup
	outs := make([]string, 2)
	for i := range outs {
		cmd := helperProcess(t, fmt.Sprintf("write%d", i), s.Path())
		wg.Go(func() {
			out, err := cmd.CombinedOutput()
			if outs[i] = string(out); err != nil {
				t.Errorf("process %d: %v\n%s", i, err, out)
			}
		})
	}
	wg.Wait()
	es, err := s.Entries()
	if err != nil || len(es) != 2*helperEntries+1 {
		t.Fatalf("%d entries, want %d; %v", len(es), 2*helperEntries+1, err)
	}
	if got := strings.Count(outs[0]+outs[1], "conflict"); got != 1 {
		t.Errorf("%d conflicts over the shared host, want 1: %q", got, outs)
	}
}

// The wait for the lock ends, by the lock or by the clock.
func TestTrustStoreLockWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t)
		unlock, err := s.file.Lock()
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := s.Accept(trusted("h", 21, 1)); !errors.Is(err, ErrTrustLocked) {
			t.Errorf("Accept = %v, want ErrTrustLocked", err)
		}
		if d := time.Since(start); d < patience.TrustLock.Default || d > 2*patience.TrustLock.Default {
			t.Errorf("waited %v, want about %v", d, patience.TrustLock.Default)
		}
		time.AfterFunc(time.Second, unlock)
		if err := s.Accept(trusted("h", 21, 1)); err != nil {
			t.Errorf("Accept, unlocked after a second = %v", err)
		}
	})
}

const (
	helperEnv     = "FTPWIRE_TEST_TRUST"
	helperEntries = 20
	crashCode     = 7
)

// helperProcess returns this test binary as another process of the store.
func helperProcess(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Skip("no way to start this program again:", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*testTimeout)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, exe, "-test.run=^TestTrustHelperProcess$")
	cmd.Env = append(os.Environ(), helperEnv+"="+role+"="+path)
	return cmd
}

// TestTrustHelperProcess is the other process, and nothing without it.
func TestTrustHelperProcess(t *testing.T) {
	role, path, ok := strings.Cut(os.Getenv(helperEnv), "=")
	if !ok {
		t.Skip("only for the tests that start it")
	}
	s, err := OpenTrustStore(path)
	if err != nil {
		t.Fatal(err)
	}
	if role == "crash" {
		s.file.BeforeRename = func() { os.Exit(crashCode) }
		t.Fatalf("Accept returned: %v", s.Accept(trusted("i", 21, 9)))
	}
	s.file.LockWait = testTimeout
	for i := range helperEntries {
		if err := s.Accept(trusted(role, 1+i, 1)); err != nil {
			t.Fatal(err)
		}
	}
	err = s.Accept(trusted("shared", 21, role[len(role)-1]))
	if isType[*TrustConflictError](err) {
		fmt.Println("conflict")
	} else if err != nil {
		t.Fatal(err)
	}
}
