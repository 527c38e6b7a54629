package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Whatever a server says to the renaming of a temporary file, there is always a file under
// the name, the old one or the new one; a nil error says that it is the new one; and what is
// named as left behind is there.
func TestTempUploadRefused(t *testing.T) {
	checkGoroutines(t)
	content := noise(1, 200_000)
	for _, tt := range []struct {
		name    string
		faults  []ftptest.Fault
		replace bool // the upload succeeds
		fails   func(error) bool
		left    int // how many files more than one there are
	}{
		{"done, though refused", []ftptest.Fault{"rnto-done-553"}, true, nil, 0},
		{"done, though refused, no MLST", []ftptest.Fault{"rnto-done-553", "mlst-unknown"}, true, nil, 0},
		{"name not allowed", []ftptest.Fault{"rnto-name-553"}, false, refusedWith(553), 0},
		{"no reason", []ftptest.Fault{"rnto-name-550"}, false, refusedWith(550), 0},
		{"no reason, no MLST", []ftptest.Fault{"rnto-name-550", "mlst-unknown"}, false, refusedWith(550), 0},
		{"passing", []ftptest.Fault{"rnto-name-451"}, false, refusedWith(451), 0},
		{"syntax", []ftptest.Fault{"rnto-name-501"}, false, refusedWith(501), 0},
		{"sequence", []ftptest.Fault{"rnto-name-503"}, false, refusedWith(503), 0},
		{"permission", []ftptest.Fault{"rnto-name-denied"}, false, refusedWith(550), 0},
		{"RNFR refused", []ftptest.Fault{"rnfr-refused"}, false, refusedWith(550), 0},
		{"exists, and is in the way", []ftptest.Fault{"rnto-no-replace"}, true, nil, 0},
		{"exists, no MLST", []ftptest.Fault{"rnto-no-replace", "mlst-unknown"}, true, nil, 0},
		{"in the way, without a word of it", []ftptest.Fault{"rnto-no-replace-mute"}, true, nil, 0},
		{"in the way, called a lack of permission", []ftptest.Fault{"rnto-no-replace-denied"}, true, nil, 0},
		// It was moved aside, and can't be moved back: the new one is sent straight there.
		{"exists, it says, to whatever", []ftptest.Fault{"rnto-name-exists"}, true, nil, 0},
		{"nothing tells what is there", []ftptest.Fault{"rnto-name-550", "mlst-unknown", "size-unknown"}, false, refusedWith(550), 1},
		{"exists, and nothing tells", []ftptest.Fault{"rnto-no-replace", "mlst-unknown", "size-unknown"}, false, refusedWith(553), 1},
		{"RNTO lies", []ftptest.Fault{"rnto-lies"}, false, isSize, 0},
		{"RNTO loses the file", []ftptest.Fault{"rnto-loses"}, false, isRename, 0},
		{"connection lost while it was aside", []ftptest.Fault{"rnto-aside-closed"}, true, nil, 0},
	} {
		for _, old := range []bool{true, false} {
			for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
				name := tt.name + " " + tls.String()
				if !old {
					name += ", nothing there before"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					r := newResumePlay(t, tls, tt.faults...)
					r.setLocal(content)
					if old {
						r.setRemote([]byte(asItWas))
					}
					got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{TempUpload: true})
					replaced := r.s.Exists("/f") && bytes.Equal(r.remote(), content)
					switch {
					case err == nil && !replaced:
						t.Errorf("no error, and the file is not there")
					case err != nil && !old && tt.replace && !strings.HasPrefix(tt.name, "exists, it says"):
						t.Error(err)
					case err != nil && old && (tt.replace || !tt.fails(err)):
						t.Errorf("%T %v", err, err)
					case old && !replaced && string(r.remote()) != asItWas:
						t.Error("neither the old nor the new file is there")
					}
					if got.Partial != "" && !got.PartialUnsure && !r.s.Exists(got.Partial) {
						t.Errorf("%q is said to be left, and is not there", got.Partial)
					}
					if r.c.Conn().Err() != nil {
						r.dial()
					}
					if names := strings.Fields(r.remoteNames()); old && len(names) != 1+tt.left {
						t.Errorf("the directory has %q", names)
					}
					if tt.left > 0 && old && (got.Partial == "" || !bytes.Equal(r.read(got.Partial), content)) {
						t.Errorf("%q is said to be left; want the file whole under its temporary name", got.Partial)
					}
				})
			}
		}
	}
}

func refusedWith(code protocol.Code) func(error) bool {
	return func(err error) bool {
		re, ok := errors.AsType[*protocol.ReplyError](err)
		return ok && re.Reply.Code == code
	}
}

func isRename(err error) bool {
	_, ok := errors.AsType[*ftpwire.RenameError](err)
	return ok
}

func (r *resumePlay) read(name string) []byte {
	r.t.Helper()
	got, err := r.s.ReadFile(name)
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

// A relative name is the same one on the connection that finishes the renaming.
func TestTempUploadRefusedRelative(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "rnto-aside-closed")
	content := noise(1, 10_000)
	r.setLocal(content)
	if err := r.s.WriteFile("/d/f", []byte(asItWas)); err != nil {
		if err = r.s.Mkdir("/d"); err == nil {
			err = r.s.WriteFile("/d/f", []byte(asItWas))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := r.c.Conn().Cwd(t.Context(), "/d"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.c.Upload(t.Context(), r.local, "f", &ftpwire.TransferOptions{TempUpload: true}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(r.read("/d/f"), content) {
		t.Error("not the new file")
	}
}

// The connection ends in place of the reply to RNTO: nobody knows, and another attempt
// gets there.
func TestTempUploadUnanswered(t *testing.T) {
	for _, attempts := range []int{0, 1} {
		r := newResumePlay(t, ftptest.TLSNone, "rnto-done-closed")
		content := noise(1, 10_000)
		r.setLocal(content)
		r.setRemote([]byte(asItWas))
		got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{TempUpload: true, Retry: ftpwire.Retry{Attempts: attempts, Delay: time.Millisecond}})
		if err == nil || !ftpwire.Temporary(err) || got.Partial == "" || !got.PartialUnsure {
			t.Errorf("%v, %+v; want it unsure", err, got)
		}
		if !bytes.Equal(r.remote(), content) {
			t.Error("it was renamed")
		}
	}
}

// 226 and the end of the control connection are a success, of which the reply is the proof.
// More, if it is demanded, can't be had on that connection.
func TestUploadThenClosed(t *testing.T) {
	content := noise(1, 100_000)
	for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
		for _, faults := range [][]ftptest.Fault{{"closed-after-226"}, {"closed-after-226", "size-unknown"}} {
			r := newResumePlay(t, tls, faults...)
			r.setLocal(content)
			got, err := r.c.Upload(t.Context(), r.local, "/f", nil)
			if err != nil || got.Proof != ftpwire.ProofReply || !bytes.Equal(r.remote(), content) {
				t.Errorf("%v %v: %v, proof %v; want the reply as the proof", tls, faults, err, got.Proof)
			}
			r.dial()
			if got, err := r.c.Put(t.Context(), "/g", bytes.NewReader(content), nil); err != nil || got.Bytes != int64(len(content)) {
				t.Errorf("%v %v: Put: %d, %v", tls, faults, got.Bytes, err)
			}
			r.dial()
			for _, o := range []ftpwire.TransferOptions{{Require: ftpwire.ProofHash}, {Require: ftpwire.ProofSize}, {TempUpload: true}} {
				if _, err := r.c.Upload(t.Context(), r.local, "/f", &o); err == nil {
					t.Errorf("%v %v: %+v: no error", tls, faults, o)
				}
				r.dial()
			}
		}
	}
}

// A success that came before the data is one only where the size says so too.
func TestUploadRepliedEarly(t *testing.T) {
	content := noise(1, 300_000)
	for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
		for _, tt := range []struct {
			faults []ftptest.Fault
			ok     bool
		}{
			{[]ftptest.Fault{"stor-early-226"}, true},
			{[]ftptest.Fault{"stor-early-226", "size-unknown"}, false},
			{[]ftptest.Fault{"stor-half-early-226"}, false},
			{[]ftptest.Fault{"stor-half-early-226", "size-unknown"}, false},
		} {
			r := newResumePlay(t, tls, tt.faults...)
			r.setLocal(content)
			got, err := r.c.Upload(t.Context(), r.local, "/f", nil)
			_, early := errors.AsType[*control.EarlyReplyError](err)
			if (err == nil) != tt.ok || err != nil && !early || tt.ok && !got.Proof.Has(ftpwire.ProofSize) {
				t.Errorf("%v %v: %v, proof %v", tls, tt.faults, err, got.Proof)
			}
			if _, err := r.c.Put(t.Context(), "/g", bytes.NewReader(content), nil); (err == nil) != tt.ok {
				t.Errorf("%v %v: Put: %v", tls, tt.faults, err)
			}
		}
	}
}

// What every way to go on would meet, or what will pass, is no reason to empty the file
// that is to be gone on with.
func TestUploadResumeRefused(t *testing.T) {
	content := noise(1, 400_000)
	for _, code := range []protocol.Code{450, 452, 532, 552} {
		r := newResumePlay(t, ftptest.TLSNone, ftptest.Fault(fmt.Sprintf("stor-refused-%d", code)))
		r.setLocal(content)
		r.setRemote(content[:250_000])
		_, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{Resume: true})
		if !isReply(code)(err) || !bytes.Equal(r.remote(), content[:250_000]) {
			t.Errorf("%d: %v, %d bytes there; want the refusal, and what was there", code, err, len(r.remote()))
		}
	}
}

// A server that says that it has renamed, and has not, is found out also where the old
// file is as long as the new one.
func TestTempUploadRenamedNot(t *testing.T) {
	for _, more := range [][]ftptest.Fault{nil, {"mlst-unknown"}} {
		r := newResumePlay(t, ftptest.TLSNone, append([]ftptest.Fault{"rnto-lies"}, more...)...)
		old, content := noise(1, 10_000), noise(2, 10_000)
		r.setLocal(content)
		r.setRemote(old)
		if _, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{TempUpload: true}); !isRename(err) {
			t.Errorf("%v; want a RenameError", err)
		}
		if !bytes.Equal(r.remote(), old) {
			t.Error("not the old file")
		}
		if names := r.remoteNames(); names != "f" {
			t.Errorf("the directory has %q", names)
		}
	}
}

// The server can't be reached any more while the old file is moved aside: the error says
// where it may be, and another attempt gets there.
func TestTempUploadLostAside(t *testing.T) {
	for _, attempts := range []int{0, 2} {
		r := newResumePlay(t, ftptest.TLSNone, "rnto-aside-closed")
		content := noise(1, 10_000)
		r.setLocal(content)
		r.setRemote([]byte(asItWas))
		dial, fail := r.p.Dial, true
		r.p.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if address == r.s.Addr() && fail {
				fail = false
				return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
			}
			return dial(ctx, network, address)
		}
		r.fresh(&fail)
		got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{TempUpload: true, Retry: ftpwire.Retry{Attempts: attempts, Delay: time.Millisecond}})
		if attempts > 0 {
			if err != nil || !bytes.Equal(r.remote(), content) {
				t.Errorf("another attempt: %v", err)
			}
			if names := r.remoteNames(); names != "f" {
				t.Errorf("the directory has %q", names)
			}
			continue
		}
		re, ok := errors.AsType[*ftpwire.RenameError](err)
		if !ok || !r.s.Exists(re.Aside) || !ftpwire.Temporary(err) {
			t.Fatalf("%v; want it to name where the old file is", err)
		}
		if got.Partial == "" || !got.PartialUnsure || !r.s.Exists(got.Partial) {
			t.Errorf("%+v; want it to name the temporary file", got)
		}
	}
}

// fresh dials without the failure that fail stands for, which comes later.
func (r *resumePlay) fresh(fail *bool) {
	r.t.Helper()
	*fail = false
	r.dial()
	*fail = true
}
