package ftpwire_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// A peerCase is a server that fails a client, what the diagnosis of that says, and whether
// the advice is true.
type peerCase struct {
	name   string
	server func() *oddServer
	world  func(w *oddWorld)                                  // what else is so in the network
	change func(w *oddWorld, p *ftpwire.Profile)              // of a clear session of a user with a password
	do     func(ctx context.Context, c *ftpwire.Client) error // nil: doList
	cause  ftpwire.Cause
	seen   string                                // in the evidence
	advice string                                // the changes, with blanks between them
	helps  []int                                 // which of the changes, made alone, lets the same succeed
	byHand func(w *oddWorld, p *ftpwire.Profile) // makes a change whose value only the user can tell
	says   string                                // in the advice
	hides  string                                // not in the advice
}

// What is done with the server.
var (
	doList = func(ctx context.Context, c *ftpwire.Client) error {
		names := 0
		for _, err := range c.Entries(ctx, "") {
			if err != nil {
				return err
			}
			names++
		}
		if names != 1 {
			return fmt.Errorf("%d names", names)
		}
		return nil
	}
	doGet = func(ctx context.Context, c *ftpwire.Client) error {
		var b strings.Builder
		_, err := c.Get(ctx, "/a.txt", &b, nil)
		if err == nil && b.String() != oddFile {
			err = fmt.Errorf("came: %q", b.String())
		}
		return err
	}
	doPut = func(ctx context.Context, c *ftpwire.Client) error {
		_, err := c.Put(ctx, "/b.txt", strings.NewReader(oddFile), nil)
		return err
	}
	doMkdir = func(ctx context.Context, c *ftpwire.Client) error { return c.Mkdir(ctx, "/new") }
	doNoop  = func(ctx context.Context, c *ftpwire.Client) error {
		_, err := c.Conn().Do(ctx, protocol.Command{Verb: "NOOP"})
		return err
	}
)

// withTLS and withImplicit say how a session is protected. None of them verifies the
// certificate.
func withTLS(_ *oddWorld, p *ftpwire.Profile) {
	p.Variant, p.Insecure = ftpwire.VariantTLSExplicit, true
}
func withImplicit(_ *oddWorld, p *ftpwire.Profile) {
	p.Variant, p.Insecure = ftpwire.VariantTLSImplicit, true
}
func withActive(_ *oddWorld, p *ftpwire.Profile) { p.DataMode = datachan.ModeActive }

// all makes several changes.
func all(changes ...func(*oddWorld, *ftpwire.Profile)) func(*oddWorld, *ftpwire.Profile) {
	return func(w *oddWorld, p *ftpwire.Profile) {
		for _, f := range changes {
			f(w, p)
		}
	}
}

// odd returns a server that answers these verbs so: odd("EPSV", "500 no", "PASV", "500 no").
func odd(pairs ...string) func() *oddServer {
	return func() *oddServer {
		o := &oddServer{replies: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			o.replies[pairs[i]] = pairs[i+1]
		}
		return o
	}
}

// with returns the server of make with a change.
func with(make func() *oddServer, change func(*oddServer)) func() *oddServer {
	return func() *oddServer {
		o := make()
		change(o)
		return o
	}
}

// only lets a session do verb under a condition, and refuses it otherwise.
func only(verb, refusal string, cond func(*oddSession) bool) func(*oddServer) {
	return func(o *oddServer) {
		if o.on == nil {
			o.on = map[string]func(*oddSession, string) bool{}
		}
		o.on[verb] = func(s *oddSession, _ string) bool {
			if cond(s) {
				return false
			}
			s.reply(refusal)
			return true
		}
	}
}

func isPrivate(s *oddSession) bool { return s.private }
func isPassive(s *oddSession) bool { return s.active == "" }
func isActive(s *oddSession) bool  { return s.active != "" }

func isTLS12(s *oddSession) bool {
	return s.conn.(*tls.Conn).ConnectionState().Version == tls.VersionTLS12
}

var peerCases = slices.Concat(dataPeers, tlsPeers, loginPeers, filePeers)

// Each cause is told from what is seen, and what is advised is true: it is not set so
// already, and the same succeeds with it.
func TestDiagnosePeers(t *testing.T) {
	helped := 0
	for _, tt := range peerCases {
		helped += min(len(tt.helps), 1)
		t.Run(tt.name, func(t *testing.T) { synctest.Test(t, tt.run) })
	}
	if len(peerCases) < 45 || helped < 25 {
		t.Errorf("%d cases, the advice of %d is tried", len(peerCases), helped)
	}
}

func (tt *peerCase) run(t *testing.T) {
	p, err := tt.attempt(t, nil)
	if err == nil {
		t.Fatal("nothing fails")
	}
	d := p.Diagnose(err)
	if d == nil || d.Cause != tt.cause {
		t.Fatalf("%v: %v; want %s", err, d, tt.cause)
	}
	advised := fmt.Sprint(d.Changes)
	if want := "[" + tt.advice + "]"; advised != want {
		t.Errorf("%v\nadvised %s; want %s", err, advised, want)
	}
	if len(d.Changes) > 2 {
		t.Error("more than two settings are named")
	}
	if seen := strings.Join(d.Evidence, "\n"); !strings.Contains(seen, tt.seen) || seen == "" {
		t.Errorf("evidence %q; want %q in it", seen, tt.seen)
	}
	text := d.String()
	if !strings.Contains(text, tt.says) || tt.hides != "" && strings.Contains(text, tt.hides) {
		t.Errorf("advice %q; want %q and not %q in it", text, tt.says, tt.hides)
	}
	for i, c := range d.Changes {
		if c.Holds(p) {
			t.Errorf("%v is set so already", c)
		}
		if !slices.Contains(tt.helps, i) {
			continue
		}
		if _, err := tt.attempt(t, &c); err != nil {
			t.Errorf("with %v: %v", c, err)
		}
	}
}

// attempt does once what the case does, in a world of its own.
func (tt *peerCase) attempt(t *testing.T, more *ftpwire.Change) (*ftpwire.Profile, error) {
	w := tt.server().start(t)
	defer w.stop()
	if tt.world != nil {
		tt.world(w)
	}
	p := &ftpwire.Profile{
		Variant: ftpwire.VariantFTP, Host: oddHost, User: oddUser, Password: "secret", Timeout: 6 * time.Second,
		Config: control.Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			to, err := netip.ParseAddrPort(address)
			if err != nil { // a name
				return w.net.DialContext(ctx, network, address)
			}
			conn, err := w.net.Dial(ctx, netip.MustParseAddr("198.51.100.5"), to)
			if err != nil {
				return nil, err
			}
			w.keep(conn)
			return conn, nil
		}},
	}
	p.Data.Listen = func(network, address string) (net.Listener, error) {
		return w.net.ListenContext(context.Background(), network, address)
	}
	if tt.change != nil {
		tt.change(w, p)
	}
	if more != nil {
		if more.Value == "" || tt.byHand != nil {
			tt.byHand(w, p)
		} else if err := more.Apply(p); err != nil {
			return p, err
		} else if !more.Holds(p) {
			t.Errorf("%v was made and does not hold", more)
		}
		if p.Variant != ftpwire.VariantFTP && p.Verify == nil {
			p.Insecure = true // the certificate is not what this is about
		}
	}
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		return p, err
	}
	defer c.Conn().Close()
	do := tt.do
	if do == nil {
		do = doList
	}
	return p, do(t.Context(), c)
}
