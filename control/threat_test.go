package control_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A threat is a way in which a server, or somebody between, hurts a client, shown
// by faults of the embedded server. Whatever happens, the call ends in time, and
// neither the error nor the trace holds a secret or a control character.
type threat struct {
	name   string // with its number in the catalogue of threats, T12 to T55
	faults []ftptest.Fault
	tls    tlsx.Mode
	server func(*ftptest.Config)
	client func(*control.Config)
	do     func(e *encounter) error
	want   func(error) bool // nil: the call succeeds
	borne  bool             // success is good as well: the call proves that all is in step
	dead   bool             // after an error the connection must be given up
	unsent string           // a command that must not have been sent
	after  func(e *encounter)
}

// An encounter is one client with one such server.
type encounter struct {
	t   *testing.T
	ctx context.Context
	srv *ftptest.Server
	cfg control.Config
	c   *control.Conn

	mu  sync.Mutex
	log strings.Builder
}

// canary is a password that is easy to find again.
const canary = "hunter2 canary"

// bound is how long an encounter may take. It is far above what the timeouts of
// the client's configuration add up to, since machines are busy.
const bound = 15 * time.Second

const threatContent = "0123456789abcdef0123456789abcdef"

// of returns a check for an error of a type in the chain.
func of[E error](also ...func(E) bool) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[E](err)
		for _, f := range also {
			ok = ok && f(e)
		}
		return ok
	}
}

func code(want protocol.Code) func(error) bool {
	return of(func(e *protocol.ReplyError) bool { return e.Reply.Code == want })
}

func matches(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

var (
	outOfStep  = of[*protocol.ViolationError]()
	syntax     = of[*protocol.SyntaxError]()
	insecure   = of[*control.SecurityError]()
	late       = matches(os.ErrDeadlineExceeded)
	closed     = matches(io.ErrUnexpectedEOF)
	handshake  = of[*tlsx.HandshakeError]()
	identity   = matches(tlsx.ErrIdentity)
	notResumed = matches(tlsx.ErrNotResumed)
	truncated  = matches(tlsx.ErrTruncated)
)

// dial connects and logs in.
func (e *encounter) dial() error {
	c, err := control.Dial(e.ctx, e.srv.Addr(), &e.cfg)
	if err != nil {
		return err
	}
	e.c = c
	e.t.Cleanup(func() { c.Close() })
	return c.Login(e.ctx, "user", canary, "")
}

// dialThen returns a call that logs in and goes on.
func dialThen(steps ...func(*encounter) error) func(*encounter) error {
	return func(e *encounter) error {
		if err := e.dial(); err != nil {
			return fmt.Errorf("before: %w", err)
		}
		for _, step := range steps {
			if err := step(e); err != nil {
				return err
			}
		}
		return nil
	}
}

func (e *encounter) noop() error { return e.c.Noop(e.ctx) }

// inStep sends two commands: the second sees what the first left behind.
func (e *encounter) inStep() error {
	if err := e.noop(); err != nil {
		return err
	}
	time.Sleep(600 * time.Millisecond) // for what comes late
	system, err := syst(e.ctx, e.c)
	if err == nil && !strings.HasPrefix(system, "UNIX") {
		err = fmt.Errorf("out of step: %q is no answer to SYST", system)
	}
	return err
}

func (e *encounter) pwd() error {
	_, err := e.c.Pwd(e.ctx)
	return err
}

func (e *encounter) retr() error {
	d, err := e.c.Retr(e.ctx, "/f", 0)
	if err != nil {
		return err
	}
	got, err := io.ReadAll(d)
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if err == nil && string(got) != threatContent {
		err = fmt.Errorf("%d bytes came without an error; want %d", len(got), len(threatContent))
	}
	return err
}

func (e *encounter) stor() error {
	u, err := e.c.Stor(e.ctx, "/old", 0)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(u, strings.Repeat(threatContent, 32<<10)); err != nil {
		u.Close()
		return err
	}
	return u.Close()
}

func (e *encounter) list() error {
	for _, err := range e.c.List(e.ctx, "/", control.ListOptions{}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// giveUp closes a download that has only begun.
func (e *encounter) giveUp() error {
	if d, err := e.c.Retr(e.ctx, "/long", 0); err == nil {
		io.ReadFull(d, make([]byte, 10))
		d.Close()
	}
	if e.c.Err() != nil {
		return nil // given up is good as well
	}
	return e.inStep()
}

func (e *encounter) many() error {
	for range 10 {
		if err := e.retr(); err != nil {
			return err
		}
	}
	return nil
}

func require(c *control.Config)  { c.Resumption = tlsx.ResumeRequired }
func none(c *control.Config)     { c.Security = control.SecurityNone }
func implicit(c *control.Config) { c.Security = control.SecurityImplicit }
func hasty(c *control.Config) {
	const soon = 1500 * time.Millisecond // enough for a handshake under the race detector
	c.ReplyTimeout, c.ConnectTimeout, c.FinalTimeout = soon, soon, soon
}
func both(f, g func(*control.Config)) func(*control.Config) {
	return func(c *control.Config) { f(c); g(c) }
}
func bind(c *ftptest.Config) { c.Reuse = tlsx.BindControl }

func faults(names ...ftptest.Fault) []ftptest.Fault { return names }

// Every hostile behaviour that touches the control connection or TLS, and what the
// client makes of it.
func TestThreats(t *testing.T) {
	for _, th := range threats() {
		t.Run(th.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, th.run)
		})
	}
}

// threats returns all rows.
func threats() []threat {
	return slices.Concat(controlThreats(), authThreats(), dataThreats(), stepThreats(), abortThreats(), clearThreats())
}

// elsewhere are the numbers of the catalogue from T12 to T55 that no row has, with
// the reason.
var elsewhere = map[int]string{
	12: "addresses of data connections: package datachan",
	13: "TestT13Injection",
	33: "the server's side: ftptest.TestAUTHDropsInput, and a conformance case",
	50: "tickets live and die with one tlsx.Session: its tests",
	51: "pools: not a matter of one connection",
	54: "data behind the end: package datachan",
}

// TestThreatsAreComplete checks that every number of the catalogue has a row.
func TestThreatsAreComplete(t *testing.T) {
	var rows []string
	for _, th := range threats() {
		rows = append(rows, th.name)
	}
	for n := 12; n <= 55; n++ {
		has := slices.ContainsFunc(rows, func(name string) bool { return strings.HasPrefix(name, fmt.Sprintf("T%d ", n)) })
		if _, other := elsewhere[n]; has == other {
			t.Errorf("T%d has a row: %v; is elsewhere: %v", n, has, other)
		}
	}
}

func (th *threat) run(t *testing.T) {
	e := &encounter{t: t}
	var cancel context.CancelFunc
	e.ctx, cancel = context.WithTimeout(t.Context(), bound)
	defer cancel()
	sc := &ftptest.Config{TLS: th.tls, Faults: th.faults, Users: []ftptest.User{{Name: "user", Password: canary}}, DataTimeout: time.Second, LateTickets: true}
	if th.server != nil {
		th.server(sc)
	}
	var network memnet.Network
	listen := func(kind, addr string) (net.Listener, error) {
		return network.ListenContext(context.Background(), kind, addr)
	}
	sc.Listen, sc.Dial = listen, network.DialContext
	e.srv = ftptest.NewServer(t, sc)
	for name, text := range map[string]string{"/f": threatContent, "/old": "precious", "/long": strings.Repeat(threatContent, 1<<18)} {
		if err := e.srv.WriteFile(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	e.cfg = control.Config{TLS: &tls.Config{RootCAs: e.srv.RootCAs()}, AbortTimeout: time.Second, Trace: e.trace, Dial: network.DialContext}
	e.cfg.Data.Listen = listen
	if th.client != nil {
		th.client(&e.cfg)
	}
	start := time.Now()
	err := th.do(e)
	if took := time.Since(start); took > bound {
		t.Errorf("it took %v", took)
	}
	switch {
	case th.want == nil && err != nil:
		t.Errorf("error %v; want none", err)
	case th.want != nil && !(err == nil && th.borne) && (err == nil || !th.want(err)):
		t.Errorf("error %v (%T); want another", err, err)
	}
	th.checkClean(e, err)
	if th.dead && err != nil && e.c != nil && e.c.Err() == nil {
		t.Error("the connection is still in use")
	}
	if th.unsent != "" && slices.ContainsFunc(e.srv.Commands(), func(l string) bool { return strings.HasPrefix(l, th.unsent) }) {
		t.Errorf("%s was sent: %q", th.unsent, e.srv.Commands())
	}
	if th.after != nil {
		th.after(e)
	}
}

func (e *encounter) trace(ev control.TraceEvent) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.log.Len() < 1<<20 {
		e.log.WriteString(ev.String() + "\n")
	}
}

// checkClean looks for secrets and control characters.
func (th *threat) checkClean(e *encounter, err error) {
	e.mu.Lock()
	text := strings.ReplaceAll(e.log.String(), "\n", "")
	e.mu.Unlock()
	if err != nil {
		text += strings.ReplaceAll(err.Error(), "\n", "") // of errors.Join
	}
	for _, secret := range []string{canary, strings.ReplaceAll(canary, " ", "%20")} {
		if strings.Contains(text, secret) {
			e.t.Errorf("the password stands in an error or in the trace: %q", around(text, secret))
		}
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e' }); i >= 0 {
		e.t.Errorf("a control character stands in an error or in the trace: %q", text[max(0, i-40):min(len(text), i+40)])
	}
}

func around(text, part string) string {
	i := strings.Index(text, part)
	return text[max(0, i-60):min(len(text), i+60)]
}
