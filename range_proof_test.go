package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// A rangeWay is a way to read some octets of "/f", from from up to to.
type rangeWay struct {
	name string
	read func(r *resumePlay, from, to int64) ([]byte, error)
}

var rangeWays = []rangeWay{
	{"ReadAt", func(r *resumePlay, from, to int64) ([]byte, error) {
		return r.opened(func(f *ftpwire.File) ([]byte, error) {
			b := make([]byte, to-from)
			n, err := f.ReadAt(b, from)
			return b[:n], err
		})
	}},
	{"Seek", func(r *resumePlay, from, to int64) ([]byte, error) {
		return r.opened(func(f *ftpwire.File) ([]byte, error) {
			if _, err := f.Seek(from, io.SeekStart); err != nil {
				return nil, err
			}
			return io.ReadAll(io.LimitReader(f, to-from))
		})
	}},
	{"OpenAt", func(r *resumePlay, from, to int64) ([]byte, error) {
		f, err := r.c.OpenAt(r.t.Context(), "/f", from)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, to-from))
	}},
	{"on after another operation", func(r *resumePlay, from, to int64) ([]byte, error) {
		return r.opened(func(f *ftpwire.File) ([]byte, error) {
			if _, err := io.CopyN(io.Discard, f, from); err != nil {
				return nil, err
			}
			if _, err := r.c.ReadDir(r.t.Context(), "/"); err != nil {
				return nil, err
			}
			return io.ReadAll(io.LimitReader(f, to-from))
		})
	}},
	{"Get", func(r *resumePlay, from, to int64) ([]byte, error) {
		var b bytes.Buffer
		_, err := r.c.Get(r.t.Context(), "/f", &b, &ftpwire.TransferOptions{From: from, To: to})
		return b.Bytes(), err
	}},
	{"HTTP", func(r *resumePlay, from, to int64) ([]byte, error) {
		req, err := http.NewRequestWithContext(r.t.Context(), "GET", "ftp://"+r.s.Addr()+"/f", nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-1))
		resp, err := r.transport.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		switch {
		case resp.StatusCode == http.StatusOK: // the whole file is an answer, too
			return b[from:to], err
		case resp.StatusCode != http.StatusPartialContent:
			return nil, errors.New(resp.Status)
		}
		return b, err
	}},
}

// opened calls read with the file, and keeps its octets only if it can be closed.
func (r *resumePlay) opened(read func(*ftpwire.File) ([]byte, error)) ([]byte, error) {
	f, err := r.c.Open(r.t.Context(), "/f")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(f)
}

// Whatever a server forgets, what is read of a file are its octets of that place, or there is an error, and no others before it.
func TestRangesOfForgetfulServers(t *testing.T) {
	checkGoroutines(t)
	files := map[string][]byte{
		"noise":       noise(3, 400_000),
		"zeros first": append(make([]byte, 250_000), noise(4, 150_000)...),
	}
	type fault struct {
		name    ftptest.Fault
		certain bool // the octets can be had, if they are not those of another place
	}
	for _, ft := range []fault{
		{"", true}, {"type-reset-by-transfer", true}, {"mlsd-resets-type", true}, {"noop-resets-type", true}, {"rest-sticks", true}, {"abor-421", true},
		{"rest-heeded-once", false}, {"rest-ignored-retr", false}, {"rest-off-by-one", false},
	} {
		for _, way := range rangeWays {
			t.Run(string(ft.name)+", "+way.name, func(t *testing.T) {
				t.Parallel()
				faults := []ftptest.Fault{"hash-unknown"}
				if ft.name != "" {
					faults = append(faults, ft.name)
				}
				r := newResumePlay(t, ftptest.TLSNone, faults...)
				r.transport = &ftpwire.Transport{Profile: r.p}
				t.Cleanup(r.transport.CloseIdleConnections)
				for name, content := range files {
					r.setRemote(content)
					r.dial()
					for i, span := range [][2]int64{
						{180_000, 190_000}, {150_000, 150_001}, {0, 10}, {30_000, 90_000}, {200_000, 300_000}, {390_000, 390_010}, {100_000, 380_000},
					} {
						if i%2 == 1 {
							if _, err := r.c.ReadDir(t.Context(), "/"); err != nil {
								t.Fatal(err)
							}
						}
						if i%3 == 1 && r.c.Conn().Err() == nil {
							if err := r.c.Conn().Noop(t.Context()); err != nil {
								t.Fatal(err)
							}
						}
						got, err := way.read(r, span[0], span[1])
						want := content[span[0]:span[1]]
						if err == nil && !bytes.Equal(got, want) || !bytes.HasPrefix(want, got) {
							t.Errorf("%s, %d-%d: other octets, %d of them, %v", name, span[0], span[1], len(got), err)
						}
						twice := ft.name == "abor-421" && name == "zeros first" // connections are lost, and one is replaced
						if err != nil && ft.certain && !twice {
							t.Errorf("%s, %d-%d: %v", name, span[0], span[1], err)
						}
					}
				}
			})
		}
	}
}

// What a writer has been given is not given to it once more when the connection is lost.
func TestRangeNotRepeated(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "421-in-transfer")
	content := noise(8, 300_000)
	r.setRemote(content)
	var b bytes.Buffer
	if _, err := r.c.Get(t.Context(), "/f", &b, &ftpwire.TransferOptions{To: 200_000}); err == nil || !bytes.HasPrefix(content, b.Bytes()) {
		t.Errorf("%d octets, %v", b.Len(), err)
	}
}

// A transfer that goes on is resumed in the type that was meant.
func TestResumeOnForgetfulServers(t *testing.T) {
	content := noise(5, 400_000)
	for _, fault := range []ftptest.Fault{"type-reset-by-transfer", "mlsd-resets-type", "rest-heeded-once", "rest-sticks"} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			r := newResumePlay(t, ftptest.TLSNone, fault)
			before := func() { // uses REST, lists and transfers
				if _, err := r.c.Get(t.Context(), "/f", io.Discard, &ftpwire.TransferOptions{From: 399_000}); err != nil {
					t.Fatal(err)
				}
				if _, err := r.c.ReadDir(t.Context(), "/"); err != nil {
					t.Fatal(err)
				}
			}
			r.setRemote(content)
			r.breakDownload(250_000)
			before()
			got, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true, Retry: ftpwire.Retry{Attempts: 2, Delay: -1}})
			if err != nil {
				t.Error(err)
			}
			if goesOn := fault != "rest-heeded-once"; (got.ResumedFrom > 0) != goesOn {
				t.Errorf("went on from %d, %q", got.ResumedFrom, got.Restarted)
			}
			r.wantLocal(content, false)
			r.dial()
			r.setLocal(content)
			r.setRemote(nil)
			r.breakUpload(250_000, ftpwire.TransferOptions{})
			if _, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{Resume: true, Verify: true}); err != nil || !bytes.Equal(r.remote(), content) {
				t.Errorf("the upload: %v", err)
			}
		})
	}
}

// A file that grows is no sign of a server that ignores REST.
func TestRangeOfGrowingFile(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "file-grows")
	r.setRemote(noise(6, 300_000))
	want := noise(6, 300_000)[100_000:100_100]
	for range 3 {
		var b bytes.Buffer
		if _, err := r.c.Get(t.Context(), "/f", &b, &ftpwire.TransferOptions{From: 100_000, To: 100_100}); err != nil || !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%d octets, %v", b.Len(), err)
		}
	}
}

// A whole file costs no commands beyond those that it always has, whatever went before.
func TestWholeFileCosts(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	r.setRemote(noise(7, 300_000))
	whole := func() string {
		before := len(r.s.Commands())
		if _, err := r.c.Download(t.Context(), "/f", r.local, nil); err != nil {
			t.Error(err)
		}
		return strings.Join(r.s.Commands()[before:], "\n")
	}
	whole()
	for name, first := range map[string]func(context.Context) error{
		"a download": func(context.Context) error { return nil },
		"a listing":  func(ctx context.Context) error { _, err := r.c.ReadDir(ctx, "/"); return err },
		"a range": func(ctx context.Context) error {
			_, err := r.c.Get(ctx, "/f", io.Discard, &ftpwire.TransferOptions{From: 100_000, To: 100_001})
			return err
		},
	} {
		if err := first(t.Context()); err != nil {
			t.Error(err)
		}
		if got, want := whole(), "SIZE /f\nEPSV\nRETR /f"; got != want {
			t.Errorf("after %s: %q", name, got)
		}
	}
}
