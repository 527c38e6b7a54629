package datachan_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/tlsx"
)

// holder serves TLS first and sends 150 behind it; waiter sends 150 after a while and
// resets what comes before.
func holder(t *testing.T, server *tlsx.ServerControl, srv *memnet.Conn, p *progress) {
	if conn, err := server.Data(t.Context(), srv); err == nil {
		time.Sleep(time.Millisecond)
		p.start()
		conn.CloseWrite()
	}
}

func waiter(t *testing.T, server *tlsx.ServerControl, srv *memnet.Conn, p *progress) {
	srv.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, _ := srv.Read(make([]byte, 1)); n > 0 {
		srv.Reset()
		return
	}
	srv.SetReadDeadline(time.Time{})
	p.start()
	if conn, err := server.Data(t.Context(), srv); err == nil {
		conn.CloseWrite()
	}
}

// overtaker sends 150 at once, and answers the handshake a moment later.
func overtaker(t *testing.T, server *tlsx.ServerControl, srv *memnet.Conn, p *progress) {
	time.Sleep(time.Millisecond)
	p.start()
	if conn, err := server.Data(t.Context(), srv); err == nil {
		conn.CloseWrite()
	}
}

// refuser resets what comes before it has read the command, and says 425.
func refuser(_ *testing.T, _ *tlsx.ServerControl, srv *memnet.Conn, p *progress) {
	p.end(true)
	srv.Read(make([]byte, 1))
	srv.Reset()
}

type manner func(*testing.T, *tlsx.ServerControl, *memnet.Conn, *progress)

// SyncDataChannel against servers that want TLS before and after 150.
func TestSync(t *testing.T) {
	for _, tt := range []struct {
		name   string
		sync   datachan.Sync
		server manner
		took   time.Duration
		ok     bool
	}{
		{"auto, waiter", datachan.SyncAuto, waiter, 50 * time.Millisecond, true},
		{"auto, holder", datachan.SyncAuto, holder, 200 * time.Millisecond, true},
		{"on, waiter", datachan.SyncOn, waiter, 50 * time.Millisecond, true},
		{"on, holder", datachan.SyncOn, holder, 9 * time.Second, false},
		{"off, waiter", datachan.SyncOff, waiter, 0, false},
		{"off, holder", datachan.SyncOff, holder, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := sessions(t)
				w := &world{}
				o, srv := opened(t, w, w.manager(datachan.Config{Sync: tt.sync, ConnectTimeout: 9 * time.Second}))
				p := newProgress()
				go tt.server(t, server, srv, p)
				start := time.Now()
				c, err := o.Establish(t.Context(), p, client)
				if took := time.Since(start); (err == nil) != tt.ok || took != tt.took {
					t.Errorf("%v after %v; want success %v after %v", err, took, tt.ok, tt.took)
				}
				if tt.sync == datachan.SyncOn && !tt.ok && (!errors.Is(err, os.ErrDeadlineExceeded) || !errors.Is(err, datachan.ErrReplyHeld)) {
					t.Errorf("%v; want a deadline, and the setting", err)
				}
				if err == nil {
					io.Copy(io.Discard, c)
					c.Close()
				}
				srv.Close() // ends a server that waits
			})
		})
	}
}

// What was learned about the order of 150 and TLS is unlearned when it is wrong.
func TestHoldsTLSUnlearned(t *testing.T) {
	for _, tt := range []struct {
		name    string
		before  bool
		servers []manner
		ok      []bool
		after   []bool // HoldsTLS
	}{
		{"learned", false, []manner{holder, holder}, []bool{true, true}, []bool{true, true}},
		{"never learned of a waiter", false, []manner{waiter, waiter}, []bool{true, true}, []bool{false, false}},
		{"a reset unlearns", true, []manner{waiter, waiter}, []bool{false, true}, []bool{false, false}},
		{"a refusal may be about it: the second unlearns", true, []manner{refuser, refuser, waiter}, []bool{false, false, true}, []bool{true, false, false}},
		{"150 during the handshake, twice", true, []manner{overtaker, overtaker, waiter}, []bool{true, true, true}, []bool{true, false, false}},
		{"150 during the handshake, now and then", true, []manner{overtaker, holder, overtaker, holder}, []bool{true, true, true, true}, []bool{true, true, true, true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := sessions(t)
				w := &world{}
				m := w.manager(datachan.Config{Memory: datachan.Memory{HoldsTLS: tt.before}})
				for i, serve := range tt.servers {
					o, srv := opened(t, w, m)
					p := newProgress()
					go serve(t, server, srv, p)
					c, err := o.Establish(t.Context(), p, client)
					if (err == nil) != tt.ok[i] {
						t.Errorf("transfer %d: %v", i, err)
					}
					if got := m.Memory().HoldsTLS; got != tt.after[i] {
						t.Errorf("transfer %d: HoldsTLS is %v", i, got)
					}
					if err == nil {
						io.Copy(io.Discard, c)
						c.Close()
					}
					synctest.Wait()
				}
			})
		})
	}
}

// A server that reports success and never takes the connection had nothing to send:
// the handshake does not wait for it for long.
func TestHandshakeBehindSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := sessions(t)
		w := &world{}
		o, _ := opened(t, w, w.manager(datachan.Config{}))
		p := newProgress()
		p.end(false)
		start := time.Now()
		_, err := o.Establish(t.Context(), p, client)
		if took := time.Since(start); !errors.Is(err, datachan.ErrEnded) || took != 5*time.Second {
			t.Errorf("%v after %v; want ErrEnded after 5s", err, took)
		}
	})
}

// TLS begins at once where the server is known to bear that, until a handshake fails. A refusal ends it at once.
func TestBearsTLS(t *testing.T) {
	type result struct {
		ok   bool
		took time.Duration
	}
	for _, tt := range []struct {
		name    string
		servers []manner
		want    []result
	}{
		{"it does", []manner{overtaker, holder, overtaker}, []result{{true, time.Millisecond}, {true, 0}, {true, time.Millisecond}}},
		{"it does not", []manner{waiter, waiter}, []result{{false, 0}, {true, 50 * time.Millisecond}}},
		{"a refusal", []manner{refuser, overtaker}, []result{{false, 0}, {true, time.Millisecond}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := sessions(t)
				w := &world{}
				m := w.manager(datachan.Config{})
				m.BearsTLS()
				for i, serve := range tt.servers {
					o, srv := opened(t, w, m)
					p := newProgress()
					go serve(t, server, srv, p)
					start := time.Now()
					c, err := o.Establish(t.Context(), p, client)
					if got := (result{err == nil, time.Since(start)}); got != tt.want[i] {
						t.Errorf("transfer %d: %v, %v; want %v", i, got, err, tt.want[i])
					}
					if err == nil {
						io.Copy(io.Discard, c)
						c.Close()
					}
					synctest.Wait()
				}
				if m.Memory().HoldsTLS {
					t.Error("what is known was learned as what it is not")
				}
			})
		})
	}
}
