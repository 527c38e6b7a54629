package ftpwire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

// once returns a Progress that calls f the first time.
func once(f func()) func(int64, int64) {
	over := false
	return func(int64, int64) {
		if !over {
			over = true
			f()
		}
	}
}

// A course is what Progress was told.
type course struct{ done, total []int64 }

func (c *course) add(done, total int64) {
	c.done, c.total = append(c.done, done), append(c.total, total)
}

// check holds the course to what Progress promises: it goes from where the attempt began to the end, and never back.
func (c *course) check(t *testing.T, from, to, total int64) {
	t.Helper()
	if len(c.done) < 2 || c.done[0] != from || c.done[len(c.done)-1] != to || !slices.IsSorted(c.done) {
		t.Errorf("told of %d; want %d to %d, upwards", c.done, from, to)
	}
	if i := slices.IndexFunc(c.total, func(n int64) bool { return n != total }); i >= 0 {
		t.Errorf("a total of %d; want %d", c.total[i], total)
	}
}

// Progress is told of positions in the file, in whatever form the octets travel.
func TestProgress(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("a line\n", 20_000))
	size := int64(len(text))
	for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
		for _, tt := range []struct {
			name   string
			format mode.Format
			known  int64 // the size that a download has, -1 if that is not known
		}{
			{"binary", mode.Format{Type: 'I'}, size},
			{"deflate", mode.Format{Type: 'I', Mode: 'Z'}, size},
			{"block", mode.Format{Type: 'I', Mode: 'B'}, size},
			{"text", mode.Format{Type: 'A'}, -1},
		} {
			t.Run(fmt.Sprintf("%v/%s", tls, tt.name), func(t *testing.T) {
				r := newResumePlay(t, tls)
				r.setLocal(text)
				r.setRemote(text)
				if err := r.c.Conn().SetFileFormat(tt.format); err != nil {
					t.Fatal(err)
				}
				var c course
				o := &ftpwire.TransferOptions{Progress: c.add}
				if _, err := r.c.Upload(t.Context(), r.local, "/up", o); err != nil {
					t.Fatal(err)
				}
				c.check(t, 0, size, size)
				c = course{}
				if _, err := r.c.Put(t.Context(), "/put", bytes.NewReader(text), o); err != nil {
					t.Fatal(err)
				}
				c.check(t, 0, size, size)
				c = course{}
				if _, err := r.c.Put(t.Context(), "/put", io.MultiReader(bytes.NewReader(text)), o); err != nil {
					t.Fatal(err)
				}
				c.check(t, 0, size, -1)
				c = course{}
				if _, err := r.c.Get(t.Context(), "/up", io.Discard, o); err != nil {
					t.Fatal(err)
				}
				c.check(t, 0, size, tt.known)
				c = course{}
				if _, err := r.c.Download(t.Context(), "/up", r.local, o); err != nil {
					t.Fatal(err)
				}
				c.check(t, 0, size, tt.known)
			})
		}
	}
}

// A transfer that goes on begins at the offset, although a download gets what is before it again; an attempt that failed ends where
// it ended.
func TestProgressResumed(t *testing.T) {
	const size, cut = 300_000, 200_000
	content := noise(3, size)
	var c course
	o := &ftpwire.TransferOptions{Resume: true, Progress: c.add}
	t.Run("download", func(t *testing.T) {
		r := newResumePlay(t, ftptest.TLSNone)
		r.setRemote(content)
		r.breakDownload(cut)
		got, err := r.c.Download(t.Context(), "/f", r.local, o)
		if err != nil || got.ResumedFrom == 0 {
			t.Fatalf("from %d: %v", got.ResumedFrom, err)
		}
		c.check(t, got.ResumedFrom, size, size)
	})
	t.Run("upload", func(t *testing.T) {
		c = course{}
		r := newResumePlay(t, ftptest.TLSNone)
		r.setLocal(content)
		r.setRemote(content[:cut])
		if _, err := r.c.Upload(t.Context(), r.local, "/f", o); err != nil {
			t.Fatal(err)
		}
		c.check(t, cut, size, size)
	})
	t.Run("cut", func(t *testing.T) {
		c = course{}
		r := newResumePlay(t, ftptest.TLSNone, "data-truncated-226")
		r.setRemote(content)
		if _, err := r.c.Get(t.Context(), "/f", io.Discard, &ftpwire.TransferOptions{Progress: c.add}); err == nil {
			t.Fatal("half a file without an error")
		}
		c.check(t, 0, c.done[len(c.done)-1], size)
		if end := c.done[len(c.done)-1]; end == 0 || end >= size {
			t.Errorf("ended at %d", end)
		}
	})
}

// Progress is told while data are under way, and while none come: whoever watches sees that.
func TestProgressStalled(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	src, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	calls := 0
	o := &ftpwire.TransferOptions{Progress: func(done, total int64) {
		if calls++; calls == 4 {
			w.Close()
		}
	}}
	if _, err := r.c.Put(ctx, "/f", src, o); err != nil {
		t.Errorf("%v after %d calls", err, calls)
	}
}
