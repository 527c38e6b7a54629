package ftpwire_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// The octets that are asked for come, and no others, to a file and to a writer.
func TestRange(t *testing.T) {
	content := noise(3, 300_000)
	size := int64(len(content))
	inTLSModes(t, func(t *testing.T, tls tlsx.Mode) {
		r := newResumePlay(t, tls)
		r.setRemote(content)
		for _, tt := range []struct{ from, to int64 }{
			{0, 1}, {0, 100_000}, {1, 2}, {1, 0}, {100_000, 200_000}, {size - 1, 0}, {size - 1, size}, {200_000, size + 50}, {0, size}, {0, size + 1},
		} {
			end := tt.to
			if end == 0 || end > size {
				end = size
			}
			want := content[tt.from:end]
			o := &ftpwire.TransferOptions{From: tt.from, To: tt.to, Require: ftpwire.ProofSize | ftpwire.ProofHash}
			got, err := r.c.Download(t.Context(), "/f", r.local, o)
			if err != nil || got.Bytes != int64(len(want)) || got.Proof.Has(ftpwire.ProofReply) != (end == size) {
				t.Errorf("%d-%d: %d octets, proof %v, %v", tt.from, tt.to, got.Bytes, got.Proof, err)
			}
			r.wantLocal(want, false)
			var b bytes.Buffer
			if _, err := r.c.Get(t.Context(), "/f", &b, o); err != nil || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("Get %d-%d: %d octets, %v", tt.from, tt.to, b.Len(), err)
			}
		}
		if err := r.c.Conn().Noop(t.Context()); err != nil {
			t.Errorf("the connection can't be used after that: %v", err)
		}
	})
}

// What can't be proven to be the octets that were asked for is not delivered.
func TestRangeRefused(t *testing.T) {
	content := noise(3, 300_000)
	for _, tt := range []struct {
		name     string
		from, to int64
		faults   []ftptest.Fault
		fails    func(error) bool
	}{
		{"REST ignored", 100_000, 0, []ftptest.Fault{"rest-ignored-retr"}, isUnsupported},
		{"REST ignored, with an end", 100_000, 100_001, []ftptest.Fault{"rest-ignored-retr"}, isUnsupported},
		{"REST off by one", 100_000, 100_010, []ftptest.Fault{"rest-off-by-one"}, isUnsupported},
		{"RETR refused after REST", 100_000, 0, []ftptest.Fault{"rest-retr-refused"}, refusedWith(550)},
		{"no SIZE", 100_000, 0, []ftptest.Fault{"size-unknown"}, isUnsupported},
		{"beyond the end", 300_000, 0, nil, isOptions},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newResumePlay(t, ftptest.TLSNone, tt.faults...)
			r.setRemote(content)
			o := &ftpwire.TransferOptions{From: tt.from, To: tt.to}
			var b bytes.Buffer
			if _, err := r.c.Get(t.Context(), "/f", &b, o); !tt.fails(err) || b.Len() > 0 {
				t.Errorf("Get: %d octets, %v", b.Len(), err)
			}
			if _, err := r.c.Download(t.Context(), "/f", r.local, o); !tt.fails(err) {
				t.Errorf("Download: %v", err)
			}
			r.wantLocal([]byte(asItWas), false)
		})
	}
	t.Run("cut", func(t *testing.T) {
		t.Parallel()
		r := newResumePlay(t, ftptest.TLSNone)
		r.setRemote(content)
		r.cutter.set(-1, 1000) // the first shows that REST is heeded
		if _, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{From: 100_000, To: 200_000}); !isTransfer(err) {
			t.Errorf("%v; want a TransferError", err)
		}
		r.wantLocal([]byte(asItWas), false)
	})
	t.Run("text", func(t *testing.T) {
		t.Parallel()
		r := newResumePlay(t, ftptest.TLSNone)
		r.setRemote([]byte("one\ntwo\n"))
		f := r.c.Conn().FileFormat()
		f.Type = 'A'
		if err := r.c.Conn().SetFileFormat(f); err != nil {
			t.Fatal(err)
		}
		if _, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{From: 1}); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%v; want ErrUnsupported", err)
		}
	})
	t.Run("no SIZE, from the beginning", func(t *testing.T) {
		t.Parallel()
		r := newResumePlay(t, ftptest.TLSNone, "size-unknown")
		r.setRemote(content)
		if _, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{To: 5}); err != nil {
			t.Error(err)
		}
		if got, _ := os.ReadFile(r.local); !bytes.Equal(got, content[:5]) {
			t.Errorf("%d octets", len(got))
		}
	})
	// Once is enough to find out that REST is heeded to the octet. Near the beginning there is no REST.
	t.Run("asked once", func(t *testing.T) {
		t.Parallel()
		r := newResumePlay(t, ftptest.TLSNone)
		r.setRemote(content)
		for _, tt := range []struct {
			from       int64
			rest, retr int
		}{{7, 0, 3}, {100_000, 4, 7}, {299_000, 3, 3}} {
			before := len(r.s.Commands())
			for range 3 {
				if _, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{From: tt.from, To: tt.from + 2}); err != nil {
					t.Error(err)
				}
			}
			sent := strings.Join(r.s.Commands()[before:], "\n")
			if rest, retr := strings.Count(sent, "REST 1")+strings.Count(sent, "REST 2"), strings.Count(sent, "RETR"); rest != tt.rest || retr != tt.retr {
				t.Errorf("from %d: REST %d times, RETR %d times; want %d and %d", tt.from, rest, retr, tt.rest, tt.retr)
			}
		}
	})
}

func isUnsupported(err error) bool { return errors.Is(err, errors.ErrUnsupported) }
