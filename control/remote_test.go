package control_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// otherServer is the address of another server.
var otherServer = netip.MustParseAddrPort("192.0.2.9:40000")

// remote begins a transfer with another server.
func (tc *testConn) remote(verb protocol.Verb) *control.Remote {
	tc.t.Helper()
	r, err := tc.c.Remote(tc.t.Context(), verb, "f")
	if err != nil {
		tc.t.Fatal(err)
	}
	return r
}

// prepare runs Prepare while the server answers what it sends.
func (tc *testConn) prepare(r *control.Remote, end control.RemoteEnd, answers ...string) (addr netip.AddrPort, err error) {
	tc.t.Helper()
	op := tc.async(func() (err error) { addr, err = r.Prepare(tc.t.Context(), end); return err })
	for i := 0; i < len(answers); i += 2 {
		tc.answer(answers[i], answers[i+1])
	}
	err = op.wait()
	return addr, err
}

// The address at which a server listens for another one: its host is the control connection's
// peer, unless the NAT policy is another.
func TestRemoteListens(t *testing.T) {
	for _, tt := range []struct {
		name, verb, reply string
		nat               datachan.NAT
		want, note        string
	}{
		{"PASV", "PASV", "227 ok (127,0,0,1,156,64)", 0, "127.0.0.1:40000", ""},
		{"CPSV", "CPSV", "227 ok (127,0,0,1,156,64)", 0, "127.0.0.1:40000", ""},
		{"EPSV", "EPSV", "229 ok (|||40000|)", 0, "127.0.0.1:40000", ""},
		{"EPSV answered as PASV", "EPSV", "227 ok (127,0,0,1,156,64)", 0, "127.0.0.1:40000", ""},
		{"a private address", "PASV", "227 ok (10,9,9,9,156,64)", 0, "127.0.0.1:40000", "10.9.9.9"},
		{"another host that is trusted", "PASV", "227 ok (192,0,2,7,156,64)", datachan.NATServer, "192.0.2.7:40000", ""},
		{"a privileged port", "CPSV", "227 ok (127,0,0,1,0,25)", 0, "", ""},
		{"the control port", "PASV", "227 ok (127,0,0,1,0,21)", 0, "", ""},
		{"no address", "PASV", "227 ok", 0, "", ""},
		{"refused", "CPSV", "502 no", 0, "", ""},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			conf := clear
			conf.Data.NAT = tt.nat
			tc := login(t, &conf)
			r := tc.remote("RETR")
			got, err := tc.prepare(r, control.RemoteEnd{Verb: protocol.Verb(tt.verb)}, "TYPE I", "200 ok", tt.verb, tt.reply)
			if (err == nil) != (tt.want != "") || err == nil && got.String() != tt.want {
				t.Errorf("%v, %v; want %q", got, err, tt.want)
			}
			if !strings.Contains(tc.traced(), tt.note) {
				t.Errorf("no note of %s", tt.note)
			}
			r.Close(t.Context())
			tc.wantAlive()
		})
	}
}

// A whole transfer between two servers, as one of them sees it.
func TestRemote(t *testing.T) {
	inBubble(t, "PORT", func(t *testing.T) {
		tc := login(t, &clear)
		r := tc.remote("STOR")
		end := control.RemoteEnd{Verb: "PORT", Peer: otherServer, Reversed: true, Offset: 7}
		_, err := tc.prepare(r, end, "TYPE I", "200 ok", "SSCN ON", "200 client", "PORT 192,0,2,9,156,64", "200 ok", "REST 7", "350 ok")
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		tc.answer("STOR f", "150 here")
		<-r.Started()
		tc.wantIdle("the servers have the data connection")
		tc.writeReply("226 done")
		<-r.Done()
		if text, err := r.Result(); err != nil || text != "done" {
			t.Errorf("%q, %v; want that it is done", text, err)
		}
		over := tc.async(func() error { r.Close(t.Context()); return nil })
		tc.answer("SSCN OFF", "200 server")
		tc.wantOK("close", over)
		r.Close(t.Context()) // does nothing
		tc.wantAlive()
	})
	inBubble(t, "EPRT", func(t *testing.T) {
		tc := login(t, &clear)
		r := tc.remote("RETR")
		end := control.RemoteEnd{Verb: "EPRT", Peer: otherServer, Format: mode.Format{Type: 'A'}}
		if _, err := tc.prepare(r, end, "TYPE A", "200 ok", "EPRT |1|192.0.2.9|40000|", "500 no"); protocol.MeaningIn(err) != protocol.UnknownCommand {
			t.Errorf("EPRT: %v; want the refusal", err)
		}
		end.Verb = "PORT" // the other way
		if _, err := tc.prepare(r, end, "PORT 192,0,2,9,156,64", "200 ok"); err != nil {
			t.Fatal(err)
		}
		r.Start(t.Context())
		tc.answer("RETR f", "550 no such file")
		<-r.Done()
		if _, err := r.Result(); protocol.MeaningIn(err) != protocol.NotExist {
			t.Errorf("RETR: %v; want the refusal", err)
		}
		r.Close(t.Context())
		tc.wantAlive()
	})
	inBubble(t, "PORT can't name an IPv6 address", func(t *testing.T) {
		tc := login(t, &clear)
		r := tc.remote("RETR")
		end := control.RemoteEnd{Verb: "PORT", Peer: netip.MustParseAddrPort("[2001:db8::1]:40000")}
		if _, err := tc.prepare(r, end, "TYPE I", "200 ok"); err == nil {
			t.Error("PORT with an IPv6 address")
		}
		end.Verb = "EPRT"
		if _, err := tc.prepare(r, end, "EPRT |2|2001:db8::1|40000|", "200 ok"); err != nil {
			t.Error(err)
		}
		r.Close(t.Context())
		tc.wantAlive()
	})
	inBubble(t, "not for listings", func(t *testing.T) {
		tc := login(t, &clear)
		if _, err := tc.c.Remote(t.Context(), "LIST", ""); err == nil {
			t.Error("LIST is no file")
		}
		tc.wantAlive()
	})
}

// A transfer that is given up: afterwards the connection is in step, or closed.
func TestRemoteGivenUp(t *testing.T) {
	begin := func(t *testing.T, conf *control.Config) (*testConn, *control.Remote) {
		tc := login(t, conf)
		r := tc.remote("RETR")
		if _, err := tc.prepare(r, control.RemoteEnd{Verb: "PASV"}, "TYPE I", "200 ok", "PASV", "227 ok (127,0,0,1,156,64)"); err != nil {
			t.Fatal(err)
		}
		r.Start(t.Context())
		tc.answer("RETR f", "150 here")
		return tc, r
	}
	inBubble(t, "ABOR", func(t *testing.T) {
		tc, r := begin(t, &clear)
		over := tc.async(func() error { r.Close(t.Context()); return nil })
		tc.wantCommand("the transfer is given up", "ABOR")
		tc.writeReply("426 cut")
		tc.writeReply("226 aborted")
		tc.wantOK("close", over)
		tc.wantAlive()
	})
	inBubble(t, "the server does not answer", func(t *testing.T) {
		tc, r := begin(t, &clear)
		over := tc.async(func() error { r.Close(t.Context()); return nil })
		tc.wantCommand("the transfer is given up", "ABOR")
		over.wait()
		if took := over.took(); took != 5*time.Second {
			t.Errorf("took %v; want the AbortTimeout", took)
		}
		tc.wantDead("no reply to ABOR within 5s")
	})
	inBubble(t, "cancelled", func(t *testing.T) {
		tc, r := begin(t, &clear)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		over := tc.async(func() error { r.Close(ctx); return nil })
		tc.wantCommand("the transfer is given up", "ABOR")
		tc.wantOK("close", over)
		if took := over.took(); took > 250*time.Millisecond {
			t.Errorf("took %v; want 250ms at most", took)
		}
		tc.writeReply("426 cut")
		tc.writeReply("226 aborted")
		tc.wantAlive()
	})
	inBubble(t, "the connection ends", func(t *testing.T) {
		tc, r := begin(t, &clear)
		tc.srv.Close()
		<-r.Done()
		if _, err := r.Result(); err == nil {
			t.Error("a result without a reply")
		}
		r.Close(t.Context())
		if tc.c.Err() == nil {
			t.Error("the connection is still open")
		}
	})
	inBubble(t, "cancelled while it is prepared", func(t *testing.T) {
		tc := login(t, &clear)
		r := tc.remote("RETR")
		ctx, cancel := context.WithCancel(t.Context())
		op := tc.async(func() error { _, err := r.Prepare(ctx, control.RemoteEnd{Verb: "PASV"}); return err })
		tc.wantCommand("to be abandoned", "TYPE I")
		cancel()
		if err := op.wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("%v; want context.Canceled", err)
		}
		r.Close(ctx)
		tc.writeReply("200 ok")
		tc.wantAlive()
	})
}

// KeepAlive keeps the control connection alive while the servers move data.
func TestRemoteKeepAlive(t *testing.T) {
	inBubble(t, "NOOP", func(t *testing.T) {
		conf := clear
		conf.KeepAlive = time.Minute
		tc := login(t, &conf)
		r := tc.remote("RETR")
		if _, err := tc.prepare(r, control.RemoteEnd{Verb: "EPSV"}, "TYPE I", "200 ok", "EPSV", "229 ok (|||40000|)"); err != nil {
			t.Fatal(err)
		}
		r.Start(t.Context())
		tc.answer("RETR f", "150 here")
		time.Sleep(time.Minute)
		tc.answer("NOOP", "200 ok")
		tc.writeReply("226 done")
		<-r.Done()
		r.Close(t.Context())
		tc.wantAlive()
	})
}
