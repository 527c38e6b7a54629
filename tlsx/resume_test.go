package tlsx

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// One transfer after the other, the ticket of the first is still good for the
// last, and both ends agree that it was.
func TestResumeEveryDataConnection(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version, binding: BindControl, client: func(c *Config) {
			c.Resumption = ResumeRequired
		}})
		for i := range 30 {
			p := e.data()
			if !p.client.Resumed() || p.client.Reuse() != Resumed {
				t.Errorf("connection %d: client says %v", i, p.client.Reuse())
			}
			if !p.server.ConnectionState().DidResume {
				t.Errorf("connection %d: server made a full handshake", i)
			}
			if got := p.client.ConnectionState().Version; got != version {
				t.Errorf("connection %d: %s", i, VersionName(got))
			}
			p.close()
		}
	})
}

// Uploads that are never read yield no ticket; the store must not run dry.
func TestResumeWithoutNewTickets(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS13, binding: BindControl, late: true})
	for i := range 8 {
		p := e.data()
		if !p.client.Resumed() {
			t.Errorf("connection %d: %v", i, p.client.Reuse())
		}
		p.client.Abort()
		p.serverTCP.Close()
	}
	if got := e.client.Tickets(); got != 1 {
		t.Errorf("Tickets() = %d, want the control connection's alone", got)
	}
}

func TestResumeConcurrently(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version, binding: BindControl})
		var wg sync.WaitGroup
		for range 8 {
			client, server := tcpPair(t)
			wg.Go(func() {
				tc, err := e.server.Data(t.Context(), server)
				if err != nil {
					t.Errorf("server: %v", err)
					return
				}
				io.Copy(io.Discard, tc)
				tc.Close()
			})
			wg.Go(func() {
				c, err := e.client.Data(t.Context(), client)
				if err != nil {
					t.Errorf("client: %v", err)
					return
				}
				if !c.Resumed() {
					t.Errorf("client: %v", c.Reuse())
				}
				c.Close()
			})
		}
		wg.Wait()
	})
}

// The tickets of another control connection are worth nothing to a server
// that binds, and our store has none of them to offer.
func TestForeignSession(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version, binding: BindControl})
		other := e.newClient(nil)
		otherServer := e.sessions.NewControl(BindControl)
		e.connect(other, otherServer)

		t.Run("refused", func(t *testing.T) {
			p, cerr, serr := e.tryData(other, e.server)
			if !errors.Is(serr, ErrReuseRequired) {
				t.Errorf("server: %v, want ErrReuseRequired", serr)
			}
			if cerr != nil {
				t.Fatalf("client: %v, want the handshake to succeed as on real servers", cerr)
			}
			if p.client.Reuse() != OfferedRefused {
				t.Errorf("Reuse() = %v, want %v", p.client.Reuse(), OfferedRefused)
			}
			if _, err := p.client.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("Read = %v, want io.EOF: the server ends in order", err)
			}
			p.close()
		})
		t.Run("accepted by BindAny", func(t *testing.T) {
			p, cerr, serr := e.tryData(other, e.sessions.NewControl(BindAny))
			if cerr != nil || serr != nil {
				t.Fatalf("client %v, server %v", cerr, serr)
			}
			if !p.client.Resumed() {
				t.Errorf("Reuse() = %v", p.client.Reuse())
			}
			p.close()
		})
		t.Run("never offered", func(t *testing.T) {
			for range 3 {
				p := e.data()
				if !p.client.Resumed() {
					t.Errorf("Reuse() = %v", p.client.Reuse())
				}
				p.close()
			}
		})
	})
}

// A handshake that was cancelled, timed out or broken says nothing against the
// ticket it offered.
func TestAbortedHandshakeDoesNotPoison(t *testing.T) {
	aborts := []struct {
		name string
		run  func(t *testing.T, s *Session)
	}{
		{"cancelled", func(t *testing.T, s *Session) {
			ctx, cancel := context.WithCancel(t.Context())
			client, server := tcpPair(t)
			done := async(func() (*Conn, error) { return s.Data(ctx, client) })
			io.ReadFull(server, make([]byte, 100)) // the ClientHello is out
			cancel()
			if _, err := wait(t, done); !errors.Is(err, context.Canceled) {
				t.Errorf("Data = %v, want context.Canceled", err)
			}
		}},
		{"timed out", func(t *testing.T, s *Session) {
			short := &Session{config: s.config, control: s.control}
			short.config.HandshakeTimeout = time.Millisecond
			if _, err := short.Data(t.Context(), hanging(t)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("Data = %v, want os.ErrDeadlineExceeded", err)
			}
		}},
		{"deadline of the context", func(t *testing.T, s *Session) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			if _, err := s.Data(ctx, hanging(t)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Data = %v, want context.DeadlineExceeded", err)
			}
		}},
		{"closed", func(t *testing.T, s *Session) {
			client, server := tcpPair(t)
			done := async(func() (*Conn, error) { return s.Data(t.Context(), client) })
			io.ReadFull(server, make([]byte, 100))
			server.Close()
			if _, err := wait(t, done); err == nil {
				t.Error("Data succeeded without a server")
			}
		}},
		{"reset", func(t *testing.T, s *Session) {
			client, server := tcpPair(t)
			done := async(func() (*Conn, error) { return s.Data(t.Context(), client) })
			io.ReadFull(server, make([]byte, 100))
			server.SetLinger(0)
			server.Close()
			if _, err := wait(t, done); err == nil {
				t.Error("Data succeeded without a server")
			}
		}},
	}
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version, binding: BindControl})
		for _, a := range aborts {
			t.Run(a.name, func(t *testing.T) {
				for range maxStrikes + 1 {
					a.run(t, e.client)
				}
				p, cerr, serr := e.tryData(e.client, e.server)
				if cerr != nil || serr != nil {
					t.Fatalf("the next data connection fails: client %v, server %v", cerr, serr)
				}
				if !p.client.Resumed() {
					t.Errorf("the next data connection: %v", p.client.Reuse())
				}
				p.close()
			})
		}
	})
}

func TestControlNeverOffersATicket(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version})
		p := e.data()
		p.close()
		if e.client.Tickets() == 0 {
			t.Fatal("the session has no tickets to offer")
		}
		cache := controlCache{e.client.control.tickets}
		if _, ok := cache.Get(testHost); ok {
			t.Error("the cache of the control connection gives out a ticket")
		}
		// The same Session again: the server is able to resume but must not
		// be asked to.
		var offered bool
		cfg := e.sessions.base.Clone()
		cfg.UnwrapSession = func(id []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
			offered = offered || len(id) > 0 // TLS 1.2 asks without a ticket too
			return e.sessions.base.DecryptTicket(id, cs)
		}
		client, server := tcpPair(t)
		done := async(func() (struct{}, error) { return struct{}{}, tls.Server(server, cfg).Handshake() })
		tc, err := e.client.Control(t.Context(), client)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := wait(t, done); err != nil {
			t.Fatal(err)
		}
		if offered || tc.ConnectionState().DidResume {
			t.Errorf("offered %v, resumed %v", offered, tc.ConnectionState().DidResume)
		}
	})
}

// Without a name crypto/tls would key its cache by the address of each data
// port and never resume.
func TestResumeWithoutServerName(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version, binding: BindControl, client: func(c *Config) {
			c.ServerName = ""
			c.TLS = &tls.Config{InsecureSkipVerify: true}
		}})
		for range 3 {
			p := e.data()
			if !p.client.Resumed() {
				t.Errorf("Reuse() = %v", p.client.Reuse())
			}
			p.close()
		}
	})
}

func TestRequiredButNotResumed(t *testing.T) {
	tests := []struct {
		name string
		ec   envConfig
		want Reuse
	}{
		{"no tickets", envConfig{noTicket: true}, NothingToOffer},
		{"refused", envConfig{single: true}, OfferedRefused},
	}
	forEachVersion(t, func(t *testing.T, version uint16) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				ec := tt.ec
				ec.version = version
				ec.client = func(c *Config) { c.Resumption = ResumeRequired }
				e := newEnv(t, ec)
				if tt.ec.single {
					// Spend the ticket in the server's eyes.
					p := e.data()
					p.client.Abort()
					p.serverTCP.Close()
					e.client.control.tickets.data = nil
				}
				p, cerr, serr := e.tryData(e.client, e.server)
				nr, ok := errors.AsType[*NotResumedError](cerr)
				if !ok || !errors.Is(cerr, ErrNotResumed) {
					t.Fatalf("Data = %v, want a *NotResumedError", cerr)
				}
				if diff := cmp.Diff(tt.want, nr.Reuse); diff != "" {
					t.Errorf("Reuse mismatch (-want +got):\n%s", diff)
				}
				wantClosed(t, p.clientTCP)
				if version == tls.VersionTLS12 && serr == nil {
					t.Error("the server believes in the connection")
				}
			})
		}
	})
}

func TestReuse(t *testing.T) {
	tests := []struct {
		name   string
		ec     envConfig
		policy Resumption
		want   Reuse
	}{
		{"resumed", envConfig{}, ResumePreferred, Resumed},
		{"nothing to offer", envConfig{noTicket: true}, ResumePreferred, NothingToOffer},
		{"off", envConfig{}, ResumeOff, Off},
	}
	forEachVersion(t, func(t *testing.T, version uint16) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				ec := tt.ec
				ec.version = version
				ec.client = func(c *Config) { c.Resumption = tt.policy }
				e := newEnv(t, ec)
				p := e.data()
				if diff := cmp.Diff(tt.want, p.client.Reuse()); diff != "" {
					t.Errorf("Reuse mismatch (-want +got):\n%s", diff)
				}
				if got := p.server.ConnectionState().DidResume; got != (tt.want == Resumed) {
					t.Errorf("server: DidResume = %v", got)
				}
				if tt.policy == ResumeOff && e.client.Tickets() != 0 {
					t.Errorf("%d tickets kept", e.client.Tickets())
				}
				p.close()
			})
		}
	})
}

// A ticket or certificate that has expired is found out before the
// ClientHello, and then the ticket does go.
func TestExpiredTicketIsDropped(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS13})
	e.client.config.TLS = &tls.Config{
		RootCAs:            pool(e.cert),
		InsecureSkipVerify: true, // the certificate has expired then as well
		Time:               func() time.Time { return time.Now().Add(30 * 24 * time.Hour) },
	}
	p := e.data()
	if got := p.client.Reuse(); got != NothingToOffer {
		t.Errorf("Reuse() = %v, want %v", got, NothingToOffer)
	}
	if got := len(e.client.control.tickets.control); got != 0 {
		t.Errorf("%d control tickets left", got)
	}
	p.close()
}

// Uploads refresh the store with TLS 1.3: the drain takes in the ticket that
// comes on the data connection, so that a server which accepts each ticket once
// is resumed for as long as the session lasts.
func TestUploadsRefreshTickets(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS13, binding: BindControl, late: true, single: true,
		client: func(c *Config) { c.Resumption = ResumeRequired }})
	for i := range 3 * maxTickets {
		testUpload(t, e, 1)
		if got := len(e.client.control.tickets.data); got != min(i+1, maxTickets) {
			t.Fatalf("upload %d: %d tickets of data connections", i, got)
		}
	}
}

// A server may send one ticket on the control connection and none ever after.
// In TLS 1.2 crypto/tls's server always sends one; real ones do not.
func TestOneTicketForAll(t *testing.T) {
	e := newEnv(t, envConfig{version: tls.VersionTLS13})
	for i := range 30 {
		cfg := e.server.config()
		cfg.UnwrapSession = func(id []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
			cfg.SessionTicketsDisabled = true // from here on, so that it sends none
			return e.server.unwrap(id, cs)
		}
		client, server := tcpPair(t)
		done := async(func() (*tls.Conn, error) {
			tc := tls.Server(server, cfg)
			_, err := io.WriteString(tc, "data")
			return tc, errors.Join(err, tc.Close())
		})
		c, err := e.client.Data(t.Context(), client)
		if err != nil {
			t.Fatal(err)
		}
		tc, err := wait(t, done)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(c); err != nil || string(b) != "data" {
			t.Errorf("read %q, %v", b, err)
		}
		if !c.Resumed() || !tc.ConnectionState().DidResume {
			t.Errorf("connection %d: %v", i, c.Reuse())
		}
		c.Close()
		if got := e.client.Tickets(); got != 1 {
			t.Fatalf("connection %d: %d tickets, so this test proves nothing", i, got)
		}
	}
}

// Two control connections to the same server, as a pool has them, share nothing:
// each resumes its own session, in turn.
func TestOneStorePerControl(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		e := newEnv(t, envConfig{version: version, binding: BindControl})
		shared := e.client.config // even of one Config
		other, otherServer := NewSession(&shared), e.sessions.NewControl(BindControl)
		e.connect(other, otherServer)
		for range 4 {
			for _, end := range []struct {
				s  *Session
				sc *ServerControl
			}{{e.client, e.server}, {other, otherServer}} {
				p, cerr, serr := e.tryData(end.s, end.sc)
				if cerr != nil || serr != nil {
					t.Fatalf("client %v, server %v", cerr, serr)
				}
				if !p.client.Resumed() {
					t.Errorf("%v", p.client.Reuse())
				}
				p.close()
			}
		}
	})
}
