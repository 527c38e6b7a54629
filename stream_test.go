package ftpwire_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A download that does not end where the server said leaves nothing behind that could
// pass for the file, and is of no use to a later one.
func TestDownloadEndless(t *testing.T) {
	for _, mode := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
		for _, resume := range []bool{false, true} {
			r := newResumePlay(t, mode, "retr-endless")
			r.setRemote(noise(1, 200_000))
			var out bytes.Buffer
			_, err := r.c.Get(t.Context(), "/f", &out, nil)
			if se, ok := errors.AsType[*control.SizeError](err); !ok || se.Want != 200_000 || out.Len() != 200_000 {
				t.Errorf("%v, %d octets; want a SizeError behind 200,000", err, out.Len())
			}
			got, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: resume})
			if se, ok := errors.AsType[*control.SizeError](err); !ok || !se.Cut || got.Partial != "" {
				t.Errorf("resume %v: %v, left behind %q; want a SizeError and nothing", resume, err, got.Partial)
			}
			r.wantLocal([]byte(asItWas), false)
		}
	}
}

// MaxSize is refused before RETR where the size is known, else as soon as more comes.
func TestMaxSize(t *testing.T) {
	for _, faults := range [][]ftptest.Fault{nil, {"feat-without-size"}} {
		var sent bytes.Buffer
		r := newResumePlay(t, ftptest.TLSNone, faults...)
		r.p.Trace = func(e control.TraceEvent) {
			if e.Kind == control.TraceSent {
				sent.WriteString(e.Text + "\n")
			}
		}
		r.dial()
		r.setRemote(noise(1, 1000))
		for _, most := range []int64{1, 999} {
			for _, resume := range []bool{false, true} {
				_, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{MaxSize: most, Resume: resume})
				te, ok := errors.AsType[*control.TooLargeError](err)
				if !ok || te.Most != most || ftpwire.Temporary(err) {
					t.Errorf("%v: at most %d, resume %v: %v; want a TooLargeError for good", faults, most, resume, err)
				}
				r.wantLocal([]byte(asItWas), true)
			}
			if _, err := r.c.Get(t.Context(), "/f", io.Discard, &ftpwire.TransferOptions{MaxSize: most}); !isTooLarge(err) {
				t.Errorf("%v: read at most %d: %v", faults, most, err)
			}
		}
		if known := faults == nil; known == strings.Contains(sent.String(), "RETR") {
			t.Errorf("%v: sent\n%s", faults, &sent)
		}
		for _, most := range []int64{0, 1000, 1 << 40} {
			if _, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{MaxSize: most}); err != nil {
				t.Errorf("%v: at most %d: %v", faults, most, err)
			}
			if got, err := r.c.Get(t.Context(), "/f", io.Discard, &ftpwire.TransferOptions{MaxSize: most}); err != nil || got.Bytes != 1000 {
				t.Errorf("%v: read at most %d: %d, %v", faults, most, got.Bytes, err)
			}
		}
	}
}

func isTooLarge(err error) bool {
	_, ok := errors.AsType[*control.TooLargeError](err)
	return ok
}

// Get and Put have the proofs that Download and Upload have.
func TestStreamProofs(t *testing.T) {
	content := noise(1, 200_000)
	all := ftpwire.ProofReply | ftpwire.ProofSize | ftpwire.ProofHash
	r := newResumePlay(t, ftptest.TLSExplicit)
	r.setRemote(content)
	var out bytes.Buffer
	got, err := r.c.Get(t.Context(), "/f", &out, &ftpwire.TransferOptions{Require: all | ftpwire.ProofEnd})
	if err != nil || !got.Proof.Has(all|ftpwire.ProofEnd) || got.Bytes != 200_000 || got.Attempts != 1 || !bytes.Equal(out.Bytes(), content) {
		t.Errorf("Get: %+v, %v", got, err)
	}
	for _, temp := range []bool{false, true} {
		got, err := r.c.Put(t.Context(), "/g", bytes.NewReader(content), &ftpwire.TransferOptions{Require: all, TempUpload: temp})
		if err != nil || !got.Proof.Has(all) || got.Bytes != 200_000 || !bytes.Equal(r.read("/g"), content) {
			t.Errorf("Put, temporary name %v: %+v, %v", temp, got, err)
		}
	}
	if names := r.remoteNames(); names != "f g" {
		t.Errorf("the directory has %q", names)
	}
}

// What is not right is an error for a stream too.
func TestStreamMismatch(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "hash-wrong")
	r.setRemote([]byte(asItWas))
	if _, err := r.c.Get(t.Context(), "/f", io.Discard, &ftpwire.TransferOptions{Verify: true}); !isMismatch(err) {
		t.Errorf("Get: %v", err)
	}
	for _, temp := range []bool{false, true} {
		if _, err := r.c.Put(t.Context(), "/g", strings.NewReader("x"), &ftpwire.TransferOptions{Verify: true, TempUpload: temp}); !isMismatch(err) {
			t.Errorf("Put: %v", err)
		}
	}
	if _, err := r.c.Get(t.Context(), "/f", io.Discard, &ftpwire.TransferOptions{Require: ftpwire.ProofEnd}); !isUnproven(err) {
		t.Errorf("Get in clear: %v", err)
	}
}

// A stream can't be gone back to: that is said before anything is transferred.
func TestStreamOnce(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	r.setRemote([]byte(asItWas))
	for _, o := range []ftpwire.TransferOptions{{Resume: true}, {Retry: ftpwire.Retry{Attempts: 1}}} {
		var out bytes.Buffer
		if _, err := r.c.Get(t.Context(), "/f", &out, &o); err == nil || out.Len() > 0 {
			t.Errorf("Get: %v, %d octets", err, out.Len())
		}
		if _, err := r.c.Put(t.Context(), "/g", strings.NewReader("x"), &o); err == nil || r.s.Exists("/g") {
			t.Errorf("Put: %v", err)
		}
	}
}

func isUnproven(err error) bool {
	_, ok := errors.AsType[*ftpwire.UnprovenError](err)
	return ok
}
