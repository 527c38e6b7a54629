package control_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestUploadProbe: what is asked before the first upload over TLS. Nothing is listed for a
// file that is not there; else its name alone, and the directory only if that is refused.
func TestUploadProbe(t *testing.T) {
	const listed = "150 here" // and a listing over TLS
	for _, tt := range []struct {
		name    string
		feat    string
		path    string
		answers []string // command and reply, up to STOR
		err     bool
	}{
		{"SIZE finds nothing", "SIZE", "f", []string{"TYPE I > 200 ok", "SIZE f > 550 no such file"}, false},
		{"SIZE is not asked, as there is no session to offer", "SIZE", "f", []string{"EPSV", "NLST f > " + listed, "TYPE I > 200 ok"}, false},
		{"SIZE finds a file", "SIZE", "f", []string{"TYPE I > 200 ok", "SIZE f > 213 3", "TYPE A > 200 ok", "EPSV", "NLST f > " + listed, "TYPE I > 200 ok"}, false},
		{"SIZE may not be asked", "SIZE", "f", []string{"TYPE I > 200 ok", "SIZE f > 550 permission denied", "TYPE A > 200 ok", "EPSV", "NLST f > " + listed, "TYPE I > 200 ok"}, false},
		{"the file alone can't be listed", "SIZE", "f", []string{"TYPE I > 200 ok", "SIZE f > 213 3", "TYPE A > 200 ok", "EPSV", "NLST f > 550 not a directory", "EPSV", "NLST > " + listed, "TYPE I > 200 ok"}, false},
		{"nothing can be listed", "SIZE", "f", []string{"TYPE I > 200 ok", "SIZE f > 213 3", "TYPE A > 200 ok", "EPSV", "NLST f > 550 denied", "EPSV", "NLST > 550 denied", "TYPE I > 200 ok"}, false},
		{"no SIZE", "MDTM", "d/f", []string{"EPSV", "NLST d/f > " + listed, "TYPE I > 200 ok"}, false},
		{"a pattern", "MDTM", "f*", []string{"EPSV", "NLST > " + listed, "TYPE I > 200 ok"}, false},
		{"a blank", "MDTM", "a f", []string{"EPSV", "NLST > " + listed, "TYPE I > 200 ok"}, false},
		{"an option", "MDTM", "-f", []string{"EPSV", "NLST > " + listed, "TYPE I > 200 ok"}, false},
		{"the session is refused", "SIZE", "f", []string{"TYPE I > 200 ok", "SIZE f > 213 3", "TYPE A > 200 ok", "EPSV", "NLST f > 522 session reuse required"}, true},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			conf := &control.Config{}
			if strings.Contains(tt.name, "no session") {
				conf.Resumption = tlsx.ResumeOff
			}
			tc := tlsWithFeature(t, conf, tt.feat)
			op := tc.store(tt.path)
			var raw *memnet.Conn
			for _, answer := range tt.answers {
				command, reply, _ := strings.Cut(answer, " > ")
				if command == "EPSV" {
					raw = tc.passive()
					continue
				}
				tc.answer(command, reply)
				if reply == listed {
					tc.secure(raw).CloseWrite()
					tc.writeReply("226 done")
				}
			}
			if tt.err {
				wantTransferError(t, op.wait(), control.PhaseOpen, 522)
				tc.wantIdle("no STOR")
				return
			}
			tc.take(tt.path)
			if err := op.wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// tlsWithFeature is loginTLS on a server that lists one feature.
func tlsWithFeature(t *testing.T, cfg *control.Config, feature string) *testConn {
	t.Helper()
	conf := *cfg
	conf.TLS = clientTLS()
	tc := newTestConn(t, &conf)
	op := tc.secureLogin()
	tc.answer("PBSZ 0", "200 ok")
	tc.answer("PROT P", "200 ok")
	tc.answer("FEAT", "211-", " "+feature, "211 end")
	tc.wantOK("login", op)
	return tc
}

// store starts an upload of "abc".
func (tc *testConn) store(path string) *op {
	return tc.async(func() error {
		u, err := tc.c.Stor(tc.t.Context(), path, 0)
		if err != nil {
			return err
		}
		if _, err := u.Write([]byte("abc")); err != nil {
			return err
		}
		return u.Close()
	})
}

// take plays the upload itself.
func (tc *testConn) take(path string) {
	tc.t.Helper()
	raw := tc.passive()
	tc.answer("STOR "+path, "150 go on")
	conn := tc.secure(raw)
	if got, err := io.ReadAll(conn); err != nil || string(got) != "abc" {
		tc.t.Errorf("server got %q, %v", got, err)
	}
	tc.writeReply("226 stored")
}

// TestUploadProbeSilent: a server that does not answer NLST is given up after five seconds,
// or when the ConnectTimeout has ended the handshake and some more. The upload goes on if the connection bears it, and
// else the error says what a new connection can do without.
func TestUploadProbeSilent(t *testing.T) {
	for _, tt := range []struct {
		name    string
		connect time.Duration
		want    time.Duration // until ABOR
		abor    string        // its reply, "" for none
		forbid  bool
	}{
		{"the connection bears it", 0, 5 * time.Second, "226 nothing to abort", false},
		{"the timeout is shorter", 2 * time.Second, 5 * time.Second, "226 nothing to abort", false},
		{"the connection is lost", 0, 5 * time.Second, "", false},
		{"the connection ends", 0, 0, "the connection ends", false},
		{"forbidden", 0, 5 * time.Second, "226 nothing to abort", true},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			conf := &control.Config{ConnectTimeout: tt.connect}
			if tt.forbid {
				conf.Quirks.Forbid = []control.QuirkName{control.QuirkNLSTUnanswered}
			}
			tc := loginTLS(t, conf)
			op := tc.store("f")
			tc.passive()
			tc.wantCommand("the name alone", "NLST f")
			begun := time.Now()
			if strings.HasPrefix(tt.abor, "the connection") {
				tc.srv.Close()
				if _, ok := errors.AsType[*control.UnansweredError](op.wait()); !ok {
					t.Errorf("%v; want an UnansweredError", op.err)
				}
				return
			}
			tc.wantCommand("given up", "ABOR")
			if took := time.Since(begun); took < tt.want-time.Second || took > tt.want+time.Second {
				t.Errorf("given up after %v; want about %v", took, tt.want)
			}
			if tt.abor == "" {
				err := op.wait()
				ue, ok := errors.AsType[*control.UnansweredError](err)
				if !ok || ue.Verb != "NLST" {
					t.Fatalf("%v; want an UnansweredError", err)
				}
				if diff := cmp.Diff([]control.AppliedQuirk{ue.Quirk}, tc.c.Quirks()); diff != "" || ue.Quirk.Name != control.QuirkNLSTUnanswered {
					t.Errorf("quirks mismatch (-error +Quirks):\n%s", diff)
				}
				return
			}
			tc.writeReply(tt.abor)
			tc.answer("NOOP", "200 ok")
			if tt.forbid {
				if err := op.wait(); err == nil || tc.c.HasQuirk(control.QuirkNLSTUnanswered) {
					t.Errorf("%v; want an error, and no quirk", err)
				}
				return
			}
			tc.answer("TYPE I", "200 ok")
			tc.take("f")
			if err := op.wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
