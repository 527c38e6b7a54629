package ftpwire_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// TestPutWaiting: an upload from a source that says nothing more ends with the server's
// refusal, with the control connection, or with the context, and is never called whole.
func TestPutWaiting(t *testing.T) {
	gone := errors.New("no longer wanted")
	for _, tt := range []struct {
		name   string
		fault  ftptest.Fault
		octets int  // sent before the silence
		cancel bool // the context
		want   func(error) bool
	}{
		{name: "refused", fault: "disk-full", octets: 5000, want: func(err error) bool {
			re, ok := errors.AsType[*protocol.ReplyError](err)
			return ok && re.Reply.Code == 452
		}},
		{name: "closed", fault: "421-in-transfer", octets: 100_000, want: func(err error) bool {
			re, ok := errors.AsType[*protocol.ReplyError](err)
			return ok && re.Reply.Code == 421 || errors.Is(err, net.ErrClosed)
		}},
		{name: "cancelled", octets: 5000, cancel: true, want: func(err error) bool { return errors.Is(err, gone) }},
	} {
		for _, mode := range []string{"clear", "TLS"} {
			t.Run(tt.name+" in "+mode, func(t *testing.T) {
				var faults []ftptest.Fault
				if tt.fault != "" {
					faults = append(faults, tt.fault)
				}
				secure := ftptest.TLSNone
				if mode == "TLS" {
					secure = ftptest.TLSExplicit
				}
				r := newResumePlay(t, secure, faults...)
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				src, w := io.Pipe()
				defer w.Close()
				go func() {
					w.Write(make([]byte, tt.octets))
					if tt.cancel {
						cancel(gone)
					}
				}()
				_, err := r.c.Put(ctx, "/f", src, nil)
				if !tt.want(err) {
					t.Errorf("Put: %v", err)
				}
				if _, ok := errors.AsType[*control.TransferError](err); !ok && !tt.cancel {
					t.Errorf("Put: %T; want a TransferError", err)
				}
			})
		}
	}
}

// TestPutWaitingEarly: a success that comes before the data ends no upload whose source is
// slow; what comes later is sent, and its end is the source's.
func TestPutWaitingEarly(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "stor-early-226")
	src, w := io.Pipe()
	first := make(chan struct{})
	go func() {
		w.Write([]byte("one "))
		<-first
		w.Write([]byte("two"))
		w.Close()
	}()
	o := ftpwire.TransferOptions{}.ThroughForTest(nil, func(s io.Reader) io.Reader {
		return readerFunc(func(b []byte) (int, error) {
			n, err := s.Read(b)
			if n == 4 {
				close(first)
			}
			return n, err
		})
	})
	got, err := r.c.Put(t.Context(), "/f", src, &o)
	if err != nil || got.Bytes != 7 || !got.Proof.Has(ftpwire.ProofSize) {
		t.Errorf("Put: %+v, %v; want 7 octets, proven by their size", got, err)
	}
}
