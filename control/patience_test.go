package control_test

import (
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
)

// Every timeout that is zero has its default, one that is negative is off, and any other is
// kept to.
func TestTimeouts(t *testing.T) {
	for _, tt := range []struct {
		name      string
		byDefault time.Duration
		begin     func(t *testing.T, d time.Duration) *op // what waits; it began at once
	}{
		{"ConnectTimeout", 30 * time.Second, connecting},
		{"ConnectTimeout, TLS", 30 * time.Second, handshaking},
		{"ReplyTimeout", time.Minute, awaitingReply},
		{"FinalTimeout", time.Minute, awaitingFinal},
		{"AbortTimeout", 5 * time.Second, aborting},
		{"LowestTime", 30 * time.Second, crawling},
	} {
		for _, d := range []time.Duration{-1, 0, 7 * time.Second} {
			inBubble(t, tt.name+" "+d.String(), func(t *testing.T) {
				want := d
				if d == 0 {
					want = tt.byDefault
				}
				op := tt.begin(t, d)
				if d < 0 {
					time.Sleep(time.Hour)
					synctest.Wait()
					select {
					case <-op.done:
						t.Errorf("it ended after %v, %v; want no end", op.took(), op.err)
					default:
					}
					return
				}
				op.wait()
				if got := op.took(); got < want || got > want+time.Second/2 {
					t.Errorf("it ended after %v; want %v", got, want)
				}
			})
		}
	}
}

// connecting dials a host that does not answer.
func connecting(t *testing.T, d time.Duration) *op {
	ctx := t.Context() // ends before the bubble does
	return (&testConn{t: t}).async(func() error {
		_, err := control.Dial(ctx, serverHost+":21", &control.Config{ConnectTimeout: d,
			Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}})
		return err
	})
}

// handshaking waits for a server that answers AUTH and then nothing.
func handshaking(t *testing.T, d time.Duration) *op {
	tc := newTestConn(t, &control.Config{ConnectTimeout: d, Quirks: control.QuirkPolicy{Forbid: []control.QuirkName{control.QuirkTLSHelloLost}}})
	tc.writeReply("220 ready")
	tc.answer("AUTH TLS", "234 go")
	return tc.op
}

func awaitingReply(t *testing.T, d time.Duration) *op {
	tc := login(t, &control.Config{ReplyTimeout: d})
	op := tc.async(func() error { return tc.c.Noop(t.Context()) })
	tc.wantCommand("asked", "NOOP")
	return op
}

func awaitingFinal(t *testing.T, d time.Duration) *op {
	tc := login(t, &control.Config{FinalTimeout: d})
	f, data := startRetr(tc)
	data.Close()
	return f
}

// aborting leaves a download whose server is silent from then on.
func aborting(t *testing.T, d time.Duration) *op {
	tc := login(t, &control.Config{AbortTimeout: d})
	ready := make(chan *control.Download)
	tc.async(func() error {
		d, err := tc.c.Retr(t.Context(), "f", 0)
		ready <- d
		return err
	})
	tc.answer("TYPE I", "200 ok")
	tc.passive()
	tc.answer("RETR f", "150 here")
	download := <-ready
	op := tc.async(download.Close)
	tc.wantCommand("it is left", "ABOR")
	return op
}

// crawling reads from a server that sends an octet now and then.
func crawling(t *testing.T, d time.Duration) *op {
	tc := login(t, &control.Config{LowestRate: 100, LowestTime: d, Data: datachan.Config{IdleTimeout: -1}})
	f, data := startRetr(tc)
	go func() {
		for {
			if _, err := data.Write([]byte{0}); err != nil {
				return
			}
			select {
			case <-time.After(time.Second):
			case <-t.Context().Done():
				return
			}
		}
	}()
	return f
}

// startRetr starts to read a download, and returns the server's end of its data.
func startRetr(tc *testConn) (*op, net.Conn) {
	op := tc.async(func() error {
		d, err := tc.c.Retr(tc.t.Context(), "f", 0)
		if err != nil {
			return err
		}
		if _, err = io.Copy(io.Discard, d); err == nil {
			err = d.Close()
		}
		return err
	})
	tc.answer("TYPE I", "200 ok")
	data := tc.passive()
	tc.answer("RETR f", "150 here")
	return op, data
}
