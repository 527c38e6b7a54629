package ftpwire_test

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// kept is how long a cancelled call may take here, on machines that are busy; control's
// tests have the 250 ms, in time that they make.
const kept = 2 * time.Second

// cancelledUpload starts an upload under a temporary name, slowly, and cancels it once the
// server has some of it. It returns the result and how long the call took from then on.
func cancelledUpload(t *testing.T, r *resumePlay) (ftpwire.TransferResult, time.Duration) {
	t.Helper()
	r.setLocal(noise(1, 4<<20))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var begun time.Time
	moved := 0
	got, err := r.c.Upload(ctx, r.local, "/f", new(ftpwire.TransferOptions{TempUpload: true}.ThroughForTest(nil, func(rd io.Reader) io.Reader {
		return readFunc(func(b []byte) (int, error) {
			if moved > 0 && begun.IsZero() {
				time.Sleep(50 * time.Millisecond) // the server has it
				begun = time.Now()
				cancel()
			}
			n, err := rd.Read(b[:min(len(b), 64<<10)])
			moved += n
			return n, err
		})
	})))
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v; want context.Canceled", err)
	}
	return got, time.Since(begun)
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(b []byte) (int, error) { return f(b) }

// A cancelled upload is back within 250 ms. Its temporary file goes, and if it can't be
// told that it went, it is named.
func TestCancelledUpload(t *testing.T) {
	t.Run("a good server", func(t *testing.T) {
		r := newResumePlay(t, ftptest.TLSNone)
		got, took := cancelledUpload(t, r)
		if took > kept {
			t.Errorf("back after %v", took)
		}
		name := got.Partial
		if left := r.c.Settle(t.Context()); len(left) > 0 || name != "" && r.s.Exists(name) {
			t.Errorf("left on the server: %v, %s", left, name)
		}
		if _, err := r.c.Stat(t.Context(), "/"); err != nil {
			t.Errorf("behind it: %v", err)
		}
	})
	t.Run("ABOR is not answered", func(t *testing.T) {
		r := newResumePlay(t, ftptest.TLSNone, "abor-silent")
		got, took := cancelledUpload(t, r)
		if took > kept || got.Partial == "" {
			t.Errorf("back after %v, left behind %q; want the name of what may be", took, got.Partial)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if left := r.c.Settle(ctx); !slices.Contains(left, got.Partial) {
			t.Errorf("left on the server so far: %v; want %s", left, got.Partial)
		}
		r.c.Conn().Close() // which ends it
		if left := r.c.Settle(t.Context()); !slices.Contains(left, got.Partial) {
			t.Errorf("left on the server: %v; want %s", left, got.Partial)
		}
	})
	t.Run("Close waits for it", func(t *testing.T) {
		r := newResumePlay(t, ftptest.TLSNone)
		got, _ := cancelledUpload(t, r)
		if err := r.c.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got.Partial != "" && r.s.Exists(got.Partial) {
			t.Errorf("%s is left", got.Partial)
		}
	})
}

// A cancelled download is back at once, too, and leaves nothing here.
func TestCancelledDownload(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "retr-endless", "feat-without-size", "abor-silent")
	r.setRemote(noise(1, 1000))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var begun time.Time
	time.AfterFunc(100*time.Millisecond, func() { begun = time.Now(); cancel() })
	_, err := r.c.Download(ctx, "/f", r.local, nil)
	if took := time.Since(begun); !errors.Is(err, context.Canceled) || took > kept {
		t.Errorf("%v after %v", err, took)
	}
	r.wantLocal([]byte(asItWas), false)
	if entries, _ := os.ReadDir(r.dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// An upload that is cancelled while its command is under way may have made a file, too.
func TestCancelledUploadOpening(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r.p.Trace = func(e control.TraceEvent) {
		if e.Kind == control.TraceSent && strings.HasPrefix(e.Text, "STOR") {
			cancel()
		}
	}
	r.dial()
	got, err := r.c.Upload(ctx, r.local, "/f", &ftpwire.TransferOptions{TempUpload: true, TempName: func(string) string { return "/temp" }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want context.Canceled", err)
	}
	if left := r.c.Settle(t.Context()); len(left) > 0 || r.s.Exists("/temp") {
		t.Errorf("left on the server: %v (%q)", left, got.Partial)
	}
}
