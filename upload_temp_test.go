package ftpwire_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/protocol"
)

// remoteNames returns what is in the root of the server.
func (r *resumePlay) remoteNames() string {
	r.t.Helper()
	var names []string
	for e, err := range r.c.Entries(r.t.Context(), "/") {
		if err != nil {
			r.t.Fatal(err)
		}
		names = append(names, e.Name)
	}
	return strings.Join(names, " ")
}

// An upload under a temporary name: the file that is to be replaced is whole at every
// moment, and a failure leaves nothing behind.
func TestTempUpload(t *testing.T) {
	checkGoroutines(t)
	content := noise(1, 200_000)
	for _, tt := range []struct {
		name   string
		faults []ftptest.Fault
		o      ftpwire.TransferOptions
		fails  func(error) bool // nil: it succeeds
		names  string           // in the directory afterwards, but for what is random
	}{
		{"succeeds", nil, ftpwire.TransferOptions{}, nil, "f"},
		{"verified", nil, ftpwire.TransferOptions{Require: ftpwire.ProofHash}, nil, "f"},
		{"own name", nil, ftpwire.TransferOptions{TempName: func(p string) string { return p + ".new" }}, nil, "f"},
		{"with Resume", nil, ftpwire.TransferOptions{Resume: true}, nil, "f"},
		{"RNTO does not replace", []ftptest.Fault{"rnto-no-replace"}, ftpwire.TransferOptions{}, nil, "f"},
		{"disk full", []ftptest.Fault{"disk-full"}, ftpwire.TransferOptions{}, isReply(452), "f"},
		{"disk full, with Resume", []ftptest.Fault{"disk-full"}, ftpwire.TransferOptions{Resume: true}, isReply(452), ".f.ftpwire-part f"},
		{"sum wrong", []ftptest.Fault{"hash-wrong"}, ftpwire.TransferOptions{Verify: true}, isMismatch, "f"},
		{"RNTO lies", []ftptest.Fault{"rnto-lies"}, ftpwire.TransferOptions{}, isSize, "f"},
		{"local file ends early", nil, ftpwire.TransferOptions{}.ThroughForTest(nil, func(io.Reader) io.Reader { return brokenReader{} }), func(err error) bool { return errors.Is(err, errBroken) }, "f"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newResumePlay(t, ftptest.TLSNone, tt.faults...)
			r.setLocal(content)
			r.setRemote([]byte(asItWas))
			tt.o.TempUpload = true
			tt.o.Progress = once(func() {
				if got := r.remote(); string(got) != asItWas {
					t.Errorf("the file has %d bytes while the upload runs; want it as it was", len(got))
				}
			})
			got, err := r.c.Upload(t.Context(), r.local, "/f", &tt.o)
			want := content
			if tt.fails != nil {
				want = []byte(asItWas)
				if err == nil || !tt.fails(err) {
					t.Errorf("%T %v", err, err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(r.remote(), want) {
				t.Errorf("the file has %d bytes; want %d, or they differ", len(r.remote()), len(want))
			}
			if r.c.Conn().Err() != nil {
				r.dial()
			}
			if names := r.remoteNames(); names != tt.names {
				t.Errorf("the directory has %q; want %q", names, tt.names)
			}
			if left := strings.Contains(tt.names, "part"); (got.Partial != "") != left {
				t.Errorf("left behind: %q", got.Partial)
			}
		})
	}
}

var errBroken = errors.New("broken")

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

func isMismatch(err error) bool {
	_, ok := errors.AsType[*ftpwire.MismatchError](err)
	return ok
}

// A temporary file on the server is what the next attempt goes on from.
func TestTempUploadResumed(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	content := noise(1, 400_000)
	r.setLocal(content)
	r.setRemote([]byte(asItWas))
	o := ftpwire.TransferOptions{TempUpload: true}
	r.breakUpload(250_000, o)
	if string(r.remote()) != asItWas {
		t.Error("the file is not as it was")
	}
	o.Resume = true
	got, err := r.c.Upload(t.Context(), r.local, "/f", &o)
	if err != nil || got.ResumedFrom == 0 || !bytes.Equal(r.remote(), content) {
		t.Errorf("from %d, %v; want it resumed and whole", got.ResumedFrom, err)
	}
	if names := r.remoteNames(); names != "f" {
		t.Errorf("the directory has %q", names)
	}
}

// What can't be renamed is an error, and both files are there.
func TestTempUploadNotRenamed(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	r.setLocal(noise(1, 1000))
	if err := r.s.Mkdir("/d"); err != nil {
		t.Fatal(err)
	}
	if err := r.s.WriteFile("/d/x", nil); err != nil {
		t.Fatal(err)
	}
	_, err := r.c.Upload(t.Context(), r.local, "/missing/f", &ftpwire.TransferOptions{TempUpload: true})
	if re, ok := errors.AsType[*protocol.ReplyError](err); !ok || re.Verb != "STOR" {
		t.Errorf("into a directory that is not there: %v; want a refusal of STOR", err)
	}
}
