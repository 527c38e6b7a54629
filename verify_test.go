package ftpwire_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

const (
	reply   = ftpwire.ProofReply
	end     = ftpwire.ProofEnd
	size    = ftpwire.ProofSize
	hashed  = ftpwire.ProofHash
	allButs = reply | size | hashed
)

// Which proof a transfer has, and what becomes of it where one is demanded that is
// not to be had.
func TestProof(t *testing.T) {
	checkGoroutines(t)
	for _, tt := range []struct {
		name     string
		tls      tlsx.Mode
		faults   []ftptest.Fault
		o        ftpwire.TransferOptions
		down, up ftpwire.Proof // what there is, or is missing something
		unproven string        // part of the error's text
		early    bool          // before anything was transferred
	}{
		{"nothing demanded", ftptest.TLSNone, nil, ftpwire.TransferOptions{}, reply | size, reply | size, "", false},
		{"verified", ftptest.TLSNone, nil, ftpwire.TransferOptions{Verify: true}, allButs, allButs, "", false},
		{"over TLS", ftptest.TLSExplicit, nil, ftpwire.TransferOptions{Verify: true}, allButs | end, allButs, "", false},
		{"hash demanded", ftptest.TLSImplicit, nil, ftpwire.TransferOptions{Require: hashed}, allButs | end, allButs, "", false},
		{"verified where there are no sums", ftptest.TLSNone, []ftptest.Fault{"hash-unknown"}, ftpwire.TransferOptions{Verify: true}, reply | size, reply | size, "", false},
		{"hash demanded, no sums", ftptest.TLSNone, []ftptest.Fault{"hash-unknown"}, ftpwire.TransferOptions{Require: hashed}, 0, 0, "offers no sums", true},
		{"size demanded, no SIZE", ftptest.TLSNone, []ftptest.Fault{"feat-without-size"}, ftpwire.TransferOptions{Require: size}, 0, 0, "does not tell sizes", true},
		{"end demanded, in clear", ftptest.TLSNone, nil, ftpwire.TransferOptions{Require: end}, reply | size, 0, "in clear|nothing of an upload", false},
		{"end demanded, no close_notify", ftptest.TLSExplicit, []ftptest.Fault{"data-no-close-notify"}, ftpwire.TransferOptions{Require: end}, reply | size, 0, "without close_notify|nothing of an upload", false},
		{"no close_notify", ftptest.TLSExplicit, []ftptest.Fault{"data-no-close-notify"}, ftpwire.TransferOptions{}, reply | size, reply | size, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newResumePlay(t, tt.tls, tt.faults...)
			content := noise(1, 200_000)
			r.setRemote(content)
			down, derr := r.c.Download(t.Context(), "/f", r.local, &tt.o)
			if tt.unproven == "" {
				r.wantLocal(content, false)
			} else {
				r.wantLocal([]byte(asItWas), false)
			}
			r.setLocal(content)
			up, uerr := r.c.Upload(t.Context(), r.local, "/g", &tt.o)
			for _, x := range []struct {
				what string
				got  ftpwire.TransferResult
				err  error
				want ftpwire.Proof
			}{{"down", down, derr, tt.down}, {"up", up, uerr, tt.up}} {
				wantProof(t, x.what, x.got, x.err, x.want, tt.unproven)
				if moved := x.got.Moved > 0; tt.early && moved {
					t.Errorf("%s: %d octets moved for nothing", x.what, x.got.Moved)
				}
			}
		})
	}
}

func wantProof(t *testing.T, what string, got ftpwire.TransferResult, err error, want ftpwire.Proof, unproven string) {
	t.Helper()
	if got.Proof != want {
		t.Errorf("%s: proof %v, want %v", what, got.Proof, want)
	}
	ue, ok := errors.AsType[*ftpwire.UnprovenError](err)
	switch {
	case unproven == "" && err != nil, unproven != "" && (!ok || ftpwire.Temporary(err)):
		t.Errorf("%s: %v", what, err)
	case ok && !holdsOne(ue.Reason, unproven):
		t.Errorf("%s: reason %q; want %q", what, ue.Reason, unproven)
	case want.Has(hashed) && (got.Algorithm != "SHA-256" || len(got.Sum) != 64):
		t.Errorf("%s: %s %q; want a SHA-256 sum", what, got.Algorithm, got.Sum)
	}
}

// A sum that is not that of what came: the file does not get its name.
func TestDownloadMismatch(t *testing.T) {
	for _, resume := range []bool{false, true} {
		r := newResumePlay(t, ftptest.TLSNone, "hash-wrong")
		r.setRemote(noise(1, 200_000))
		_, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Verify: true, Resume: resume})
		if me, ok := errors.AsType[*ftpwire.MismatchError](err); !ok || me.What != "SHA-256" {
			t.Errorf("%v; want a MismatchError of SHA-256", err)
		}
		r.wantLocal([]byte(asItWas), false)
	}
}

// A file that changes while it is downloaded is not kept. Which of the two it is that
// comes, and so how it shows, is a matter of who is first.
func TestDownloadChanged(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	r.setRemote(noise(1, 200_000))
	o := &ftpwire.TransferOptions{Resume: true, Progress: once(func() { r.setRemote(noise(2, 200_001)) })}
	_, err := r.c.Download(t.Context(), "/f", r.local, o)
	ce, changed := errors.AsType[*ftpwire.ChangedError](err)
	_, grown := errors.AsType[*control.SizeError](err)
	if changed && ce.Local || !changed && !grown || !ftpwire.Temporary(err) {
		t.Errorf("%v; want a temporary ChangedError or SizeError", err)
	}
	r.wantLocal([]byte(asItWas), false)
}

func TestVerify(t *testing.T) {
	for _, tt := range []struct {
		name    string
		faults  []ftptest.Fault
		same    bool
		longer  bool
		require ftpwire.Proof
		proof   ftpwire.Proof
		err     string
	}{
		{"the same", nil, true, false, 0, size | hashed, ""},
		{"another size", nil, false, true, 0, 0, "size is 200001 there and 200000 here"},
		{"other content", nil, false, false, 0, size, "SHA-256"},
		{"other content, no sums", []ftptest.Fault{"hash-unknown"}, false, false, 0, size, ""},
		{"no sums, one demanded", []ftptest.Fault{"hash-unknown"}, true, false, hashed, size, "offers no sums"},
		{"no size", []ftptest.Fault{"feat-without-size"}, true, false, 0, hashed, ""},
		{"neither", []ftptest.Fault{"feat-without-size", "hash-unknown"}, true, false, 0, 0, "neither size nor sum"},
		{"HASH listed and not there", []ftptest.Fault{"feat-lies"}, true, false, 0, hashed, ""}, // XSHA256
		{"sums are wrong", []ftptest.Fault{"hash-wrong"}, true, false, 0, size, "SHA-256"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newResumePlay(t, ftptest.TLSNone, tt.faults...)
			content := noise(1, 200_000)
			r.setLocal(content)
			switch {
			case tt.longer:
				content = append(content, 1)
			case !tt.same:
				content = noise(2, 200_000)
			}
			r.setRemote(content)
			got, err := r.c.Verify(t.Context(), r.local, "/f", tt.require)
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%v; want %q", err, tt.err)
			}
			if got.Proof != tt.proof {
				t.Errorf("proof %v, want %v", got.Proof, tt.proof)
			}
		})
	}
	r := newResumePlay(t, ftptest.TLSNone)
	if _, err := r.c.Verify(t.Context(), r.local, "/missing", 0); err == nil {
		t.Error("a remote file that is not there: no error")
	}
	if _, err := r.c.Verify(t.Context(), r.local+".no", "/f", 0); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a local file that is not there: %v", err)
	}
}

func TestProofString(t *testing.T) {
	for p, want := range map[ftpwire.Proof]string{0: "none", reply: "reply", allButs | end: "reply, close_notify, size, hash"} {
		if got := p.String(); got != want {
			t.Errorf("%d: %q, want %q", p, got, want)
		}
	}
}
