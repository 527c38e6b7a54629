package conformance_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

func start(t *testing.T, cfg *ftptest.Config) (*ftptest.Server, conformance.Target) {
	t.Helper()
	srv := ftptest.NewServer(t, cfg)
	return srv, conformance.Target{Addr: srv.Addr(), User: "user", Password: "password"}
}

// TestSetupErrors checks that a server that lets nobody in is an error, not a
// report without failures.
func TestSetupErrors(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := ln.Addr().String()
	ln.Close()
	_, open := start(t, nil)
	for _, tt := range []struct {
		name   string
		target conformance.Target
		stage  string
	}{
		{"nobody listens", conformance.Target{Addr: closed}, "connect"},
		{"no port", conformance.Target{Addr: "localhost"}, "connect"},
		{"wrong password", conformance.Target{Addr: open.Addr, User: "user", Password: "wrong-secret"}, "session"},
		{"TLS that the server has not", conformance.Target{Addr: open.Addr, User: "user", Password: "password", TLS: tlsx.ModeExplicit}, "session"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report, err := conformance.Run(t.Context(), tt.target, conformance.Options{Timeout: time.Second})
			setup, ok := errors.AsType[*conformance.SetupError](err)
			if !ok || setup.Stage != tt.stage || report != nil {
				t.Fatalf("Run: report %v, error %v; want a SetupError of stage %s", report, err, tt.stage)
			}
			if strings.Contains(err.Error(), "wrong-secret") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

// TestSelection checks that patterns and the level choose cases.
func TestSelection(t *testing.T) {
	t.Parallel()
	_, target := start(t, nil)
	for _, tt := range []struct {
		name string
		opts conformance.Options
		want []string
	}{
		{"by prefix", conformance.Options{Only: []string{"rfc959-5.4-greeting"}}, []string{"rfc959-5.4-greeting", "rfc959-5.4-greeting-once"}},
		{"by pattern", conformance.Options{Only: []string{"*-syst"}}, []string{"rfc959-5.4-syst"}},
		{"less some", conformance.Options{Only: []string{"rfc959-5.4-greeting"}, Skip: []string{"*-once"}}, []string{"rfc959-5.4-greeting"}},
		{"by level", conformance.Options{Only: []string{"rfc959-5.4-cwd", "rfc959-5.4-cdup"}, Level: conformance.Must}, []string{"rfc959-5.4-cdup"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report, err := conformance.Run(t.Context(), target, tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range report.Results {
				got = append(got, r.ID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := conformance.Run(t.Context(), target, conformance.Options{Only: []string{"[a"}}); err == nil {
		t.Error("a bad pattern is no error")
	}
}

// TestWriteDir checks that everything happens in a directory of our own, which is
// gone in the end, even if cases fail.
func TestWriteDir(t *testing.T) {
	t.Parallel()
	cfg := &ftptest.Config{Faults: []ftptest.Fault{"mlst-no-space", "retr-broken-226", "quit-kills-transfer"}}
	inBubble(t, cfg, wantWrittenIn)
}

func wantWrittenIn(t *testing.T, srv *ftptest.Server, target conformance.Target) {
	for _, dir := range []string{"/for-us", "/for-others"} {
		if err := srv.Mkdir(dir); err != nil {
			t.Fatal(err)
		}
	}
	report, err := conformance.Run(t.Context(), target, conformance.Options{WriteDir: "/for-us", Timeout: time.Second, Skip: []string{"rfc959-4.1.3-stou-cwd"}})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Failed() || report.Leftover != "" {
		t.Errorf("failed %t, left over %q; want failures and nothing left over", report.Failed(), report.Leftover)
	}
	if facts := strings.Join(report.Features, "\n"); !strings.Contains(facts, "working directory: /for-us/ftpwire-") {
		t.Errorf("the working directory is not in /for-us:\n%s", facts)
	}
	for _, dir := range []string{"/for-us", "/for-others"} {
		if err := srv.Remove(dir); err != nil {
			t.Errorf("%s is not empty: %v", dir, err)
		}
	}
}

// TestMaxLogins checks that the number of logins is kept.
func TestMaxLogins(t *testing.T) {
	srv, target := start(t, nil)
	report, err := conformance.Run(t.Context(), target, conformance.Options{MaxLogins: 2, Only: []string{"rfc959-4.1.1-user-flushes", "rfc959-5.4-rein-replies", "rfc2428-3-epsv-all"}})
	if err != nil {
		t.Fatal(err)
	}
	if r := report.Result("rfc2428-3-epsv-all"); r.Verdict != conformance.Skip {
		t.Errorf("EPSV ALL: %s %s; want SKIP", r.Verdict, r.Reason)
	}
	logins := 0
	for _, line := range srv.Commands() {
		if strings.HasPrefix(line, "PASS") {
			logins++
		}
	}
	if logins != 2 {
		t.Errorf("%d logins, want 2", logins)
	}
}

// TestSecrets checks that no password is in a report, nor the beginning of one,
// though the server echoes it wherever it can.
func TestSecrets(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"hunter2-hunter2", `a"b\c 50%`, "pä\x01ß-wort"} {
		t.Run(secret, func(t *testing.T) {
			t.Parallel()
			cfg := &ftptest.Config{Users: []ftptest.User{{Name: "user", Password: secret}}, Faults: []ftptest.Fault{"noop-250", "secret-in-331", "secret-in-replies"}}
			inBubble(t, cfg, func(t *testing.T, _ *ftptest.Server, target conformance.Target) {
				target.Password = secret
				wantNoSecret(t, target)
			})
		})
	}
}

func wantNoSecret(t *testing.T, target conformance.Target) {
	var told strings.Builder
	opts := conformance.Options{
		Timeout: time.Second, Only: []string{"rfc959-", "rfc2228-5.2", "rfc1123-4.1.2.11"},
		Progress: func(r conformance.Result) { fmt.Fprintf(&told, "%+v\n", r) },
	}
	report, err := conformance.Run(t.Context(), target, opts)
	if err != nil {
		t.Fatal(err)
	}
	var text, js bytes.Buffer
	if err := errors.Join(report.WriteText(&text), report.WriteJSON(&js)); err != nil {
		t.Fatal(err)
	}
	wantMasked(t, target.Password, text.String()+js.String()+told.String())
	for _, id := range []string{"rfc959-4.2-reply-syntax", "rfc959-4.2-second-digit", "rfc1123-4.1.2.11-defined-codes"} {
		if r := report.Result(id); !strings.Contains(r.Reason, "****") {
			t.Errorf("%s: %s %q: nothing was masked", id, r.Verdict, r.Reason)
		}
	}
	if !strings.Contains(js.String(), "PASS ****") || !strings.Contains(report.Features[0], "****") {
		t.Errorf("no transcript of a login in the report, or no secret in %q: nothing was masked", report.Features[0])
	}
	target.TLS = tlsx.ModeExplicit
	_, err = conformance.Run(t.Context(), target, opts)
	wantMasked(t, target.Password, fmt.Sprintf("%v %+v", err, err))
}

// wantMasked fails if five bytes of a secret stand in a text, in any form.
func wantMasked(t *testing.T, secret, text string) {
	t.Helper()
	quoted := strconv.Quote(secret)
	for _, form := range []string{secret, quoted[1 : len(quoted)-1]} {
		if i := strings.Index(text, form[:5]); i >= 0 {
			t.Errorf("%q is in the report: %q", form[:5], text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

// TestReports checks both forms of a report.
func TestReports(t *testing.T) {
	t.Parallel()
	report := check(t, tlsx.ModeNone, conformance.Options{Only: []string{"rfc959-5.4-cwd", "rfc959-5.4-greeting", "rfc4217-9-pbsz-0"}}, "cwd-200", "greeting-200")
	var text, js bytes.Buffer
	if err := errors.Join(report.WriteText(&text), report.WriteJSON(&js)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nFAIL  rfc959-5.4-greeting (MUST, RFC 959 5.4, 4.2.2)\n", "-> the greeting: got 200 Hello, want 220", "< 200 Hello",
		"\nWARN  rfc959-5.4-cwd (SHOULD, RFC 959 5.4, erratum 5451)\n", "\nSKIP the target's TLS mode is none: rfc4217-9-pbsz-0\n", "1 passed, 1 warned, 1 failed, 1 skipped in ",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text does not hold %q:\n%s", want, text.String())
		}
	}
	var got struct {
		Failed  bool
		Summary map[string]int
		Results []struct {
			ID, RFC, Level, Verdict, Reason string
			Transcript                      []conformance.Line
		}
	}
	if err := json.Unmarshal(js.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"PASS": 1, "INFO": 0, "UNIMPL": 0, "SKIP": 1, "WARN": 1, "FAIL": 1, "ERROR": 0}
	if diff := cmp.Diff(want, got.Summary); diff != "" {
		t.Errorf("summary mismatch (-want +got):\n%s", diff)
	}
	if r := got.Results[0]; !got.Failed || r.ID != "rfc959-5.4-greeting" || r.Level != "MUST" || r.Verdict != "FAIL" || len(r.Transcript) == 0 || r.Transcript[0].Conn == "" {
		t.Errorf("first result: failed %t, %+v", got.Failed, r)
	}
}

// TestStrict checks that a WARN fails a report under Strict alone.
func TestStrict(t *testing.T) {
	for _, strict := range []bool{false, true} {
		report := check(t, tlsx.ModeNone, conformance.Options{Only: []string{"rfc959-5.4-cwd"}, Strict: strict}, "cwd-200")
		if report.Failed() != strict {
			t.Errorf("strict %t: failed %t", strict, report.Failed())
		}
	}
}

// TestIPv6 runs everything over IPv6, which some cases need.
func TestIPv6(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	ln.Close()
	_, target := start(t, &ftptest.Config{Addr: "[::1]:0"})
	report, err := conformance.Run(t.Context(), target, conformance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range report.Results {
		if r := &report.Results[i]; r.Verdict >= conformance.Warn && r.ID != sourcePort {
			t.Errorf("%s: %s: %s", r.Verdict, r.ID, r.Reason)
		}
	}
	const v6 = "rfc2428-2-eprt-v6"
	if r := report.Result(v6); r.Verdict != conformance.Pass {
		t.Errorf("%s: %s %s", v6, r.Verdict, r.Reason)
	}
	_, target = start(t, &ftptest.Config{Addr: "[::1]:0", Faults: []ftptest.Fault{"eprt-connects-elsewhere"}})
	report, err = conformance.Run(t.Context(), target, conformance.Options{Timeout: time.Second, Only: []string{v6}})
	if err != nil {
		t.Fatal(err)
	}
	if r := report.Result(v6); r.Verdict != conformance.Fail {
		t.Errorf("%s under its fault: %s %s", v6, r.Verdict, r.Reason)
	}
}
