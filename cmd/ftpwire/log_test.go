package main

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// TestTimedLines: each line has the seconds since the beginning, and what was slow its
// duration.
func TestTimedLines(t *testing.T) {
	a := &app{begun: time.Now()}
	at := func(d time.Duration, e control.TraceEvent) control.TraceEvent { e.Time = a.begun.Add(d); return e }
	for _, tt := range []struct {
		e    control.TraceEvent
		want string
	}{
		{at(12*time.Millisecond, control.TraceEvent{Kind: control.TraceSent, Text: "NOOP"}), "   0.012 > NOOP"},
		{at(30*time.Second, control.TraceEvent{Kind: control.TraceReceived, Text: "200 ok", Took: 30 * time.Second}), "  30.000 < 200 ok (30.000 s)"},
		{at(time.Second, control.TraceEvent{Kind: control.TraceReceived, Text: "200 ok", Took: 2 * time.Millisecond}), "   1.000 < 200 ok"},
		{at(time.Hour, control.TraceEvent{Kind: control.TraceReceived, Text: "211-a\n211 b", Took: time.Second}), "3600.000 < 211-a\n3600.000 < 211 b (1.000 s)"},
	} {
		if got := a.timed(tt.e); got != tt.want {
			t.Errorf("%q; want %q", got, tt.want)
		}
	}
}

var logLine = regexp.MustCompile(`^ *\d+\.\d{3} [<>*] `)

// TestLogKinds: --log prints all, --log-sent and --log-received one side each, also with
// the flag before the command.
func TestLogKinds(t *testing.T) {
	f := serve(t, ftptest.Config{})
	for flag, marks := range map[string]string{"--log": "<>*", "--log-sent": ">", "--log-received": "<", "--log=false": ""} {
		for _, args := range [][]string{{flag, "ls", "URL/"}, {"ls", flag, "URL/"}, {"--quiet", flag, "--timeout", "20", "ls", "URL/"}} {
			r := f.run(t, args...)
			r.want(t, exitGood)
			found := map[string]bool{}
			for line := range strings.Lines(r.err) {
				if !logLine.MatchString(line) {
					t.Errorf("%v: a line of another form: %q", args, line)
					continue
				}
				found[strings.Fields(line)[1]] = true
			}
			for _, mark := range []string{"<", ">", "*"} {
				if found[mark] != strings.Contains(marks, mark) {
					t.Errorf("%v: lines with %s: %v\n%s", args, mark, found[mark], r.err)
				}
			}
		}
	}
}

// TestLogPrivate: neither the log nor the transcript has the user, the host or an address,
// and the transcript can still be played.
func TestLogPrivate(t *testing.T) {
	for _, mode := range []string{"epsv", "pasv", "eprt", "port"} {
		f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
		if err := f.WriteFile("/home/alice/alice.txt", []byte("x")); err != nil {
			t.Fatal(err)
		}
		log := filepath.Join(t.TempDir(), "log")
		r := f.run(t, "ls", "--log", "--log-private", "--log-file", log, "--data-mode", mode, "URL/home/alice")
		r.want(t, exitGood)
		if !strings.Contains(r.out, "alice.txt") {
			t.Errorf("the output is masked: %q", r.out)
		}
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		for what, text := range map[string]string{"log": r.err, "transcript": string(text)} {
			for _, private := range []string{"alice", "127.0.0.1", "127,0,0,1", "localhost", testPassword} {
				if strings.Contains(text, private) {
					t.Errorf("%s: the %s has %q:\n%s", mode, what, private, text)
				}
			}
		}
		played := startReplay(t, log)
		again := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}},
			"ls", "--insecure", "--data-mode", mode, "ftpes://user-1@"+played.addr+"/home/user-1")
		again.want(t, exitGood)
		played.want(t, exitGood, "all was as recorded")
		if want := strings.ReplaceAll(r.out, "alice", "user-1"); again.out != want {
			t.Errorf("%s: the replay lists %q; want %q", mode, again.out, want)
		}
	}
}

// TestPrivacy: whole words only, the same placeholder for the same name, addresses in all
// their forms.
func TestPrivacy(t *testing.T) {
	v := &privacy{names: map[string]string{}, count: map[string]int{}}
	v.user("al")
	v.user("al.smith")
	v.user("anonymous")
	v.host("ftp.corp.test")
	v.host("10.0.0.7")
	for _, tt := range []struct{ in, want string }{
		{"USER al", "USER user-1"},
		{"331 al.smith, not al", "331 user-2, not user-1"},
		{"total special halal al_1", "total special halal user-1_1"},
		{`257 "/home/al"`, `257 "/home/user-1"`},
		{"USER anonymous", "USER anonymous"},
		{"530 al@ftp.corp.test", "530 user-1@host-1.example"},
		{"227 ok (10,0,0,7,4,1)", "227 ok (192,0,2,1,4,1)"},
		{"PORT 10,0,0,8,200,9", "PORT 192,0,2,2,200,9"},
		{"EPRT |1|10.0.0.8|5000|", "EPRT |1|192.0.2.2|5000|"},
		{"EPRT |2|fe80::1|5000|", "EPRT |2|2001:db8::1|5000|"},
		{"* data connection [fe80::1]:5000", "* data connection [2001:db8::1]:5000"},
		{"220 ProFTPD (corp) [::ffff:10.0.0.7]", "220 ProFTPD (corp) [::ffff:192.0.2.1]"},
		{"220 box7.corp.test ready", "220 host-2.example ready"},
		{"550 report.pdf: not here", "550 report.pdf: not here"},
		{"220 vm FTP server (GNU inetutils 2.4) ready.", "220 host-3.example FTP server (GNU inetutils 2.4) ready."},
		{"220 Serv-U FTP Server v6.4 for WinSock ready...", "220 Serv-U FTP Server v6.4 for WinSock ready..."},
		{"220 (vsFTPd 3.0.3)", "220 (vsFTPd 3.0.3)"},
		{"modify=20260102030405; 12:30:45", "modify=20260102030405; 12:30:45"},
		{"300.1.1.1", "300.1.1.1"},
	} {
		if got := v.String(tt.in); got != tt.want {
			t.Errorf("%q becomes %q; want %q", tt.in, got, tt.want)
		}
		if got := v.String(tt.want); got != tt.want {
			t.Errorf("%q becomes %q, masked once more", tt.want, got)
		}
	}
	if got := (*privacy)(nil).String("al 10.0.0.7"); got != "al 10.0.0.7" {
		t.Errorf("without the flag: %q", got)
	}
	for i := range 300 {
		if got, err := netip.ParseAddr(v.address(netip.MustParseAddr(fmt.Sprintf("10.1.%d.%d", i/200, i%200)))); err != nil || !isPlaceholder(got) {
			t.Fatalf("address %d: %v, %v", i, got, err)
		}
	}
}

// TestLogFlagsThatDoNothing are refused, and a log that can't be written is a warning.
func TestLogFlagsThatDoNothing(t *testing.T) {
	f := serve(t, ftptest.Config{})
	f.run(t, "ls", "--log-private", "URL/").want(t, exitUsage, "--log and --log-file")
	f.run(t, "ls", "--log-contents", "URL/").want(t, exitUsage, "--log-file")
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no device that is always full")
	}
	f.run(t, "ls", "--log-file", "/dev/full", "URL/").want(t, exitGood, "warning: --log-file: /dev/full is not complete", "no space left")
}

// TestLogFileOfTrust: commands that do not log in write a transcript, too.
func TestLogFileOfTrust(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	log := filepath.Join(t.TempDir(), "log")
	f.run(t, "trust", "accept", "--yes", "--trust-file", filepath.Join(t.TempDir(), "trust"), "--log-file", log, "URL/").want(t, exitGood)
	text, err := os.ReadFile(log)
	if err != nil || !strings.Contains(string(text), "\nC: AUTH TLS\n") || !strings.Contains(string(text), "\nT: tls\n") {
		t.Errorf("%v, the transcript:\n%s", err, text)
	}
}

// TestLogFileMode: a log that is there already can't be read by others afterwards.
func TestLogFileMode(t *testing.T) {
	f := serve(t, ftptest.Config{})
	log := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(log, []byte(strings.Repeat("old\n", 10000)), 0o644); err != nil {
		t.Fatal(err)
	}
	f.run(t, "ls", "--log-file", log, "URL/").want(t, exitGood)
	info, err := os.Stat(log)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(log)
	if diff := cmp.Diff("-rw-------", info.Mode().String()); diff != "" && os.PathSeparator == '/' || strings.Contains(string(text), "old") {
		t.Errorf("mode (-want +got): %s\n%s", diff, text)
	}
}

// TestVerbose: after an error, what was said last is printed once, and stands in the JSON.
func TestVerbose(t *testing.T) {
	f := serve(t, ftptest.Config{})
	r := f.run(t, "-v", "rm", "URL/none", "URL/nothing")
	r.want(t, exitNotFound, "what was said last:", "> USER alice", "> PASS ****", "> DELE none", "> DELE nothing")
	if n := strings.Count(r.err, "> DELE none\n"); n != 1 || strings.Contains(r.err, testPassword) {
		t.Errorf("DELE none is there %d times:\n%s", n, r.err)
	}
	if r := f.run(t, "rm", "URL/none"); strings.Contains(r.err, "> DELE") {
		t.Errorf("printed without the flag:\n%s", r.err)
	}
	if r := f.run(t, "rm", "--verbose", "--log", "URL/none"); strings.Count(r.err, "> DELE") != 1 {
		t.Errorf("printed twice with --log:\n%s", r.err)
	}
	r = f.run(t, "get", "-v", "--log-private", "--log-sent", "--format", "json", "URL/none", filepath.Join(t.TempDir(), "local"))
	if r.want(t, exitNotFound); !strings.Contains(r.out, `"said":[`) || !strings.Contains(r.out, `user-1`) || strings.Contains(r.out, "alice") {
		t.Errorf("JSON: %s", r.out)
	}
	if r := f.run(t, "ls", "-v", "URL/"); strings.Contains(r.err, "said last") {
		t.Errorf("printed without an error:\n%s", r.err)
	}
}

// TestFlagsInHelp: the whole help of every command shows all of its flags.
func TestFlagsInHelp(t *testing.T) {
	root := newApp(t.Context(), strings.NewReader(""), io.Discard, io.Discard, nil).root()
	for _, cmd := range root.Commands() {
		r := runIn(t, setting{}, cmd.Name(), "--help", "--all")
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(r.out, "--"+f.Name) {
				t.Errorf("%s --help does not show --%s", cmd.Name(), f.Name)
			}
		})
	}
	for flag, hint := range map[string]string{"--log": `"ftpwire ls --log ..."`, "--listen": `--listen ..."`, "--nonsense": `lists the flags`} {
		runIn(t, setting{}, flag).want(t, exitUsage, hint)
	}
}
