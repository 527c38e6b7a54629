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
			_, err := r.c.ReadTo(t.Context(), "/f", &out)
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
			if _, err := r.c.ReadAtMost(t.Context(), "/f", io.Discard, most); !isTooLarge(err) {
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
			if n, err := r.c.ReadAtMost(t.Context(), "/f", io.Discard, most); err != nil || n != 1000 {
				t.Errorf("%v: read at most %d: %d, %v", faults, most, n, err)
			}
		}
	}
}

func isTooLarge(err error) bool {
	_, ok := errors.AsType[*control.TooLargeError](err)
	return ok
}
