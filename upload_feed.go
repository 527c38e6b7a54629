package ftpwire

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// errRefused ends the feed of an upload whose rest nobody takes. copy returns the reason in
// its place.
var errRefused = errors.New("ftp: the upload is over before its data")

// A feed is what an upload reads from a source that may keep its reader waiting, such as a
// pipe or a terminal. The source is read by a goroutine of its own, so that the upload ends
// with its context, with a refusal, or with the control connection, whatever the source does.
type feed struct {
	*io.PipeReader
	read chan struct{} // closed when the source is read no more
	over chan struct{} // closed by stop
}

// mayWait reports whether reading r may wait for somebody. Files do not, and neither does
// what is in memory.
func mayWait(r io.Reader) bool {
	if f, ok := r.(*os.File); ok {
		info, err := f.Stat()
		return err != nil || !info.Mode().IsRegular()
	}
	switch r.(type) {
	case io.Seeker, interface{ Len() int }:
		return false
	}
	return true
}

func newFeed(ctx context.Context, w *control.Upload, src io.Reader) *feed {
	r, p := io.Pipe()
	f := &feed{PipeReader: r, read: make(chan struct{}), over: make(chan struct{})}
	go func() {
		defer close(f.read)
		_, err := io.Copy(p, src)
		p.CloseWithError(err)
	}()
	go func() {
		done := w.Done()
		for {
			select {
			case <-f.over:
				return
			case <-ctx.Done():
				p.CloseWithError(context.Cause(ctx))
				return
			case <-done:
				if w.Refusal() != nil {
					p.CloseWithError(errRefused)
					return
				}
				done = nil // a success, too early: the rest is still to be sent
			}
		}
	}()
	return f
}

// stop ends the feed. A source that does not keep its reader waiting is read no more after
// that.
func (f *feed) stop() {
	close(f.over)
	f.Close()
	t := time.NewTimer(patience.SourceRead.Default)
	defer t.Stop()
	select {
	case <-f.read:
	case <-t.C:
	}
}
