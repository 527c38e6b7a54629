package datachan_test

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

var taken = map[protocol.Verb]string{"EPRT": "200 ok", "PORT": "200 ok"}

// T06: strangers are dropped until the server comes; too many end it.
func TestT06Strangers(t *testing.T) {
	for _, tt := range []struct {
		name      string
		strangers int
		anyPeer   bool
		ok        bool
	}{
		{"none", 0, false, true},
		{"50", 50, false, true},
		{"63", 63, false, true},
		{"64", 64, false, false},
		{"anybody may", 1, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{}
				x := onLoopback(taken)
				m := w.manager(datachan.Config{Mode: datachan.ModeEPRT, AnyPeer: tt.anyPeer})
				o, err := m.Open(t.Context(), x)
				if err != nil {
					t.Fatal(err)
				}
				to := netip.MustParseAddrPort(x.announced(t))
				var strangers []io.ReadCloser
				for range tt.strangers {
					c, err := w.Network.Dial(t.Context(), netip.MustParseAddr("127.0.0.2"), to)
					if err != nil {
						t.Fatal(err)
					}
					io.WriteString(c, "forged data")
					strangers = append(strangers, c)
				}
				if server, err := w.Network.Dial(t.Context(), netip.MustParseAddr("127.0.0.1"), to); err == nil {
					io.WriteString(server, "data")
					server.Close()
				}
				c, err := o.Establish(t.Context(), started(), nil)
				if !tt.ok {
					wantOpenError(t, err, "EPRT")
				} else if err != nil {
					t.Fatal(err)
				} else {
					want := "data"
					if tt.anyPeer {
						want = "forged data"
						strangers[0].Close()
					}
					if got, err := io.ReadAll(c); err != nil || string(got) != want {
						t.Errorf("got %q, %v; want %q", got, err, want)
					}
					c.Close()
				}
				if tt.strangers > 0 && !tt.anyPeer {
					if n, err := strangers[0].Read(make([]byte, 1)); n != 0 || err == nil {
						t.Errorf("a stranger got %d bytes, %v; want an end", n, err)
					}
					if !strings.Contains(w.noted(), "127.0.0.2") {
						t.Error("no note of it")
					}
				}
				if w.listening(to.String()) {
					t.Error("the listener is still open")
				}
			})
		})
	}
}

// T09: the listener is closed however the opening ends.
func TestT09ListenerClosed(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(ctx context.Context, cancel func(), o *datachan.Opening) error
		is   error
	}{
		{"Abort", func(ctx context.Context, cancel func(), o *datachan.Opening) error { o.Abort(); return nil }, nil},
		{"refused", func(ctx context.Context, cancel func(), o *datachan.Opening) error {
			p := newProgress()
			time.AfterFunc(time.Second, func() { p.end(true) })
			_, err := o.Establish(ctx, p, nil)
			return err
		}, datachan.ErrEnded},
		{"refused before", func(ctx context.Context, cancel func(), o *datachan.Opening) error {
			p := newProgress()
			p.end(true)
			_, err := o.Establish(ctx, p, nil)
			return err
		}, datachan.ErrEnded},
		{"success without a connection", func(ctx context.Context, cancel func(), o *datachan.Opening) error {
			p := newProgress()
			p.end(false)
			_, err := o.Establish(ctx, p, nil)
			return err
		}, datachan.ErrEnded},
		{"time is up", func(ctx context.Context, cancel func(), o *datachan.Opening) error {
			_, err := o.Establish(ctx, started(), nil)
			return err
		}, os.ErrDeadlineExceeded},
		{"cancelled", func(ctx context.Context, cancel func(), o *datachan.Opening) error {
			time.AfterFunc(time.Second, cancel)
			_, err := o.Establish(ctx, started(), nil)
			return err
		}, context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{}
				x := onLoopback(taken)
				o, err := w.manager(datachan.Config{Mode: datachan.ModeActive}).Open(t.Context(), x)
				if err != nil {
					t.Fatal(err)
				}
				at := x.announced(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				start := time.Now()
				if err := tt.end(ctx, cancel, o); !errors.Is(err, tt.is) {
					t.Errorf("%v; want %v", err, tt.is)
				}
				if took := time.Since(start); took > 30*time.Second {
					t.Errorf("took %v", took)
				}
				if w.listening(at) {
					t.Error("the listener is still open")
				}
			})
		})
	}
	for _, mode := range []datachan.Mode{datachan.ModeActive, datachan.ModeEPRT, datachan.ModePORT} {
		t.Run("announcement refused: "+mode.String(), func(t *testing.T) {
			w := &world{}
			x := onLoopback(nil)
			if _, err := w.manager(datachan.Config{Mode: mode}).Open(t.Context(), x); err == nil {
				t.Fatal("opened")
			}
			if w.listening(x.announced(t)) {
				t.Error("the listener is still open")
			}
		})
	}
}

func TestActiveAnnouncement(t *testing.T) {
	for _, tt := range []struct {
		name    string
		cfg     datachan.Config
		local   string
		replies map[protocol.Verb]string
		want    []string // verb and host, of two openings
	}{
		{"EPRT", datachan.Config{Mode: datachan.ModeActive}, "127.0.0.1:50000", taken, []string{"EPRT |1|127.0.0.1|", "EPRT |1|127.0.0.1|"}},
		{"EPRT refused, PORT remembered", datachan.Config{Mode: datachan.ModeActive}, "127.0.0.1:50000",
			map[protocol.Verb]string{"PORT": "200 ok"}, []string{"EPRT |1|", "PORT 127,0,0,1,", "PORT 127,0,0,1,"}},
		{"PORT", datachan.Config{Mode: datachan.ModePORT}, "127.0.0.1:50000", taken, []string{"PORT 127,0,0,1,", "PORT 127,0,0,1,"}},
		{"IPv6", datachan.Config{Mode: datachan.ModeActive}, "[::1]:50000", taken, []string{"EPRT |2|::1|", "EPRT |2|::1|"}},
		{"PORT over IPv6", datachan.Config{Mode: datachan.ModePORT}, "[::1]:50000", taken, nil},
		{"no PORT over IPv6", datachan.Config{Mode: datachan.ModeActive}, "[::1]:50000",
			map[protocol.Verb]string{"PORT": "200 ok"}, []string{"EPRT |2|", "EPRT |2|"}},
		{"mapped", datachan.Config{Mode: datachan.ModeActive}, "[::ffff:127.0.0.1]:50000", taken, []string{"EPRT |1|127.0.0.1|", "EPRT |1|"}},
		{"another address", datachan.Config{Mode: datachan.ModePORT, ActiveAddr: netip.MustParseAddr("192.0.2.7")}, "127.0.0.1:50000", taken,
			[]string{"PORT 192,0,2,7,", "PORT 192,0,2,7,"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{}
			m := w.manager(tt.cfg)
			x := onLoopback(tt.replies)
			x.local = tt.local
			for range 2 {
				if o, err := m.Open(t.Context(), x); err == nil {
					o.Abort()
				}
			}
			if !slices.EqualFunc(x.seen, tt.want, strings.HasPrefix) {
				t.Errorf("commands %q; want %q and a port", x.seen, tt.want)
			}
		})
	}
}
