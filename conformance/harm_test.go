package conformance_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// usersFiles are names that cases use, or have used, and others.
var usersFiles = []string{
	"missing", "x", "f", "g", "h", "big", "big1", "probe", "file1", "file2", "d/f", "d/sub/f", "mkd1/keep",
	"first.txt", "report.txt", ".hidden", "a b", "é", "empty/",
}

// home makes a login directory with files of a user's.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range usersFiles {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			full = filepath.Join(full, ".keep")
		}
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte("the user's "+name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// hashes returns what is below a folder, each file with its hash.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			m[path] = "directory"
			return err
		}
		b, err := os.ReadFile(path)
		m[path] = fmt.Sprintf("%x", sha256.Sum256(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestHarmsNothing checks that every file that was there before is there
// afterwards, whatever the server says about where we are and what is there.
func TestHarmsNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		faults []ftptest.Fault
		proven bool // the sandbox is, in spite of the fault
	}{
		{name: "no fault", proven: true},
		{name: "PWD lies", faults: []ftptest.Fault{"pwd-root"}},
		{name: "CWD stays", faults: []ftptest.Fault{"cwd-stays"}},
		{name: "CWD stays and PWD says the root", faults: []ftptest.Fault{"cwd-stays", "pwd-root"}},
		{name: "CWD and PWD lie", faults: []ftptest.Fault{"cwd-pretends"}},
		{name: "CWD and PWD and listings lie", faults: []ftptest.Fault{"cwd-pretends", "list-other-names"}},
		{name: "listings are those of the root", faults: []ftptest.Fault{"list-of-root"}},
		{name: "CWD and PWD lie, listings are those of the root", faults: []ftptest.Fault{"cwd-pretends", "list-of-root"}},
		{name: "listings have other names", faults: []ftptest.Fault{"list-other-names"}},
		{name: "listings never end", faults: []ftptest.Fault{"list-endless"}},
		{name: "LIST is all there is", faults: []ftptest.Fault{"no-listings"}, proven: true},
		{name: "a refused CWD moves", faults: []ftptest.Fault{"cwd-missing-moves"}, proven: true},
		{name: "RMD removes all below", faults: []ftptest.Fault{"rmd-recursive"}, proven: true},
		{name: "DELE removes directories", faults: []ftptest.Fault{"dele-directory"}, proven: true},
	} {
		for _, readOnly := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, read-only %t", tt.name, readOnly), func(t *testing.T) {
				t.Parallel()
				dir := home(t)
				before := hashes(t, dir)
				var srv *ftptest.Server
				var report *conformance.Report
				inBubble(t, &ftptest.Config{Root: dir, Faults: tt.faults}, func(t *testing.T, s *ftptest.Server, target conformance.Target) {
					var err error
					srv = s
					if report, err = conformance.Run(t.Context(), target, conformance.Options{Timeout: time.Second, ReadOnly: readOnly}); err != nil {
						t.Fatal(err)
					}
				})
				if report == nil {
					t.FailNow()
				}
				after := hashes(t, dir)
				proven := readOnly || tt.proven
				for name, hash := range before {
					if after[name] != hash {
						t.Errorf("%s was %s, is %q", name, hash, after[name])
					}
				}
				if proven && len(after) != len(before) {
					t.Errorf("left over: %s", cmp.Diff(before, after))
				}
				if (report.Leftover == "") != proven || (report.Incomplete == "") != proven {
					t.Errorf("left over %q, incomplete %q; want that %t", report.Leftover, report.Incomplete, !proven)
				}
				if !proven {
					wantNothingRemoved(t, srv, report)
				}
			})
		}
	}
}

// wantNothingRemoved checks a run that could not prove its directory.
func wantNothingRemoved(t *testing.T, srv *ftptest.Server, report *conformance.Report) {
	t.Helper()
	for _, line := range srv.Commands() {
		verb, arg, _ := strings.Cut(line, " ")
		switch verb {
		case "MKD", "STOR":
			if !strings.Contains(arg, "ftpwire-") {
				t.Errorf("the server got %q before the directory was proven", line)
			}
		case "DELE", "RMD", "RNFR", "RNTO", "APPE", "STOU", "XRMD", "SITE":
			t.Errorf("the server got %q, though the directory was not proven", line)
		}
	}
	if !strings.Contains(report.Leftover, "/ftpwire-") || !strings.Contains(report.Leftover, "not proven to be ours") {
		t.Errorf("left over: %q; want what, where and why", report.Leftover)
	}
	if r := report.Result("rfc959-4.1.3-appe"); r.Verdict != conformance.Skip || !strings.Contains(r.Reason, "not proven") {
		t.Errorf("APPE: %s %s; want SKIP and why", r.Verdict, r.Reason)
	}
}

// looking are the verbs that a read-only run may send. AT is what is left of FEAT where half
// of it was sent in clear text.
var looking = strings.Fields(`USER PASS ACCT REIN QUIT HOST LANG CLNT CSID CWD CDUP PWD XCWD XCUP XPWD
	PORT PASV EPRT EPSV TYPE STRU MODE REST RANG ABOR RETR LIST NLST MLSD MLST SIZE MDTM STAT HASH AVBL
	SYST HELP NOOP FEAT OPTS ALGS AUTH ADAT PBSZ PROT CCC MIC CONF ENC SSCN CPSV XYZZY ZZZZ POST HOST: XXABOR XCRC XMD5 XSHA XSHA1 XSHA256 XSHA512 MD5 LPRT LPSV AT`)

// TestReadOnlyVerbs checks, with a server that records every verb, that a read-only
// run sends none that could change anything, before the login or after it.
func TestReadOnlyVerbs(t *testing.T) {
	t.Parallel()
	for _, mode := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit, ftptest.TLSImplicit} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			inBubble(t, &ftptest.Config{TLS: mode}, wantLooksOnly)
		})
	}
}

func wantLooksOnly(t *testing.T, srv *ftptest.Server, target conformance.Target) {
	report, err := conformance.Run(t.Context(), target, conformance.Options{ReadOnly: true, Slow: true, Intrusive: true})
	if err != nil {
		t.Fatal(err)
	}
	if report.Failed() || report.Incomplete != "" || report.Leftover != "" {
		t.Errorf("a correct server: %v, incomplete %q, left over %q", report.Summary(), report.Incomplete, report.Leftover)
	}
	lines := srv.Commands()
	if len(lines) < 100 {
		t.Errorf("%d commands; want a run", len(lines))
	}
	for _, line := range lines {
		verb, _, _ := strings.Cut(line, " ")
		if !slices.Contains(looking, strings.ToUpper(verb)) {
			t.Errorf("the server got %q", line)
		}
	}
	for id, want := range map[string]string{
		"rfc959-4.1.3-appe": "read-only run",
		"rfc959-5.4-site":   "SITE is not sent",
		"rfc959-5.4-allo":   "ALLO is not sent",
	} {
		if r := report.Result(id); r.Verdict != conformance.Skip || !strings.Contains(r.Reason, want) {
			t.Errorf("%s: %s %s; want SKIP and %q", id, r.Verdict, r.Reason, want)
		}
	}
}

// TestNamesAreOurs checks that a run that writes changes nothing but what has a name
// of its own.
func TestNamesAreOurs(t *testing.T) {
	t.Parallel()
	inBubble(t, &ftptest.Config{}, wantOwnNames)
}

func wantOwnNames(t *testing.T, srv *ftptest.Server, target conformance.Target) {
	if _, err := conformance.Run(t.Context(), target, conformance.Options{}); err != nil {
		t.Fatal(err)
	}
	token := ""
	for _, line := range srv.Commands() {
		if _, name, ok := strings.Cut(line, "MKD ftpwire-"); ok && token == "" {
			token = name
		}
	}
	for _, line := range srv.Commands() {
		switch verb, arg, _ := strings.Cut(line, " "); verb {
		case "DELE", "RMD", "MKD", "XMKD", "XRMD", "RNFR", "RNTO", "STOR", "APPE", "MFMT", "MFF":
			if arg != "" && !strings.Contains(arg, token) {
				t.Errorf("the server got %q, whose name is none of ours (%s)", line, token)
			}
		}
	}
}

// TestNotWritable checks that a run that is to write, and may not, is no report.
func TestNotWritable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		cfg  ftptest.Config
		opts conformance.Options
		verb protocol.Verb
	}{
		{"read-only account", ftptest.Config{ReadOnly: true}, conformance.Options{}, "MKD"},
		{"no such directory", ftptest.Config{}, conformance.Options{WriteDir: "/typo"}, "CWD"},
		{"nothing can be stored", ftptest.Config{Users: []ftptest.User{{Name: "user", Password: "password", Quota: 10}}}, conformance.Options{}, "STOR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, &tt.cfg, func(t *testing.T, srv *ftptest.Server, target conformance.Target) {
				report, err := conformance.Run(t.Context(), target, tt.opts)
				se, ok := errors.AsType[*conformance.SetupError](err)
				if !ok || report != nil || se.Stage != "working directory" {
					t.Fatalf("Run: a report %t, error %v; want a SetupError about the working directory", report != nil, err)
				}
				if re, ok := errors.AsType[*protocol.ReplyError](err); !ok || re.Verb != tt.verb {
					t.Errorf("cause %v; want the reply to %s", se.Err, tt.verb)
				}
				made := slices.ContainsFunc(srv.Commands(), func(s string) bool { return strings.HasPrefix(s, "STOR") })
				if (se.Leftover != "") != made {
					t.Errorf("left over: %q", se.Leftover)
				}
				tt.opts.ReadOnly = true
				if _, err := conformance.Run(t.Context(), target, tt.opts); err != nil {
					t.Errorf("read-only: %v", err)
				}
			})
		})
	}
}

// TestStraysAreTold checks that what a server takes out of its root, and does not give
// back, is told of, though the sandbox itself is gone.
func TestStraysAreTold(t *testing.T) {
	t.Parallel()
	opts := conformance.Options{Timeout: time.Second, Only: []string{"sec-path-traversal"}}
	for _, fault := range []string{"stor-above-root", "rnto-above-root"} {
		report := check(t, tlsx.ModeNone, opts, fault)
		const want = ": the server stored it outside the root of the login"
		if !strings.HasPrefix(report.Leftover, "../../outside") || !strings.Contains(report.Leftover, want) {
			t.Errorf("%s: left over %q; want the name, and %q", fault, report.Leftover, want)
		}
	}
	if report := check(t, tlsx.ModeNone, opts); report.Leftover != "" {
		t.Errorf("a correct server: left over %q", report.Leftover)
	}
}
