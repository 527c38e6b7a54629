package datachan_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// An exchanger is a control connection that answers each command by a table: the
// reply to a verb, or what a function makes of the argument.
type exchanger struct {
	local, remote string // addresses
	replies       map[protocol.Verb]string
	seen          []string
}

func (x *exchanger) Exchange(_ context.Context, c protocol.Command) (protocol.Reply, error) {
	x.seen = append(x.seen, strings.TrimSpace(string(c.Verb)+" "+c.Arg))
	text, ok := x.replies[c.Verb]
	if !ok {
		text = "502 no"
	}
	r := protocol.NewReply(protocol.Code(int(text[0]-'0')*100+int(text[1]-'0')*10+int(text[2]-'0')), text[4:])
	if r.Code >= 400 {
		return r, &protocol.ReplyError{Verb: c.Verb, Reply: r}
	}
	return r, nil
}

func (x *exchanger) LocalAddr() net.Addr  { return addr(x.local) }
func (x *exchanger) RemoteAddr() net.Addr { return addr(x.remote) }

func addr(s string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s)) }

// onLoopback is an exchanger of a server at 127.0.0.1:21.
func onLoopback(replies map[protocol.Verb]string) *exchanger {
	return &exchanger{local: "127.0.0.1:50000", remote: "127.0.0.1:21", replies: replies}
}

// A progress is a transfer command whose fate the test decides.
type progress struct {
	started, done chan struct{}
	failed        bool
}

func newProgress() *progress {
	return &progress{started: make(chan struct{}), done: make(chan struct{})}
}

func (p *progress) Started() <-chan struct{} { return p.started }
func (p *progress) Done() <-chan struct{}    { return p.done }
func (p *progress) Failed() bool             { return p.failed }

func (p *progress) start() { close(p.started) }
func (p *progress) end(failed bool) {
	p.failed = failed
	close(p.done)
}

// started returns the progress of a transfer that is under way.
func started() *progress {
	p := newProgress()
	p.start()
	return p
}

// A world is a network with a record of who dialled where.
type world struct {
	memnet.Network
	mu    sync.Mutex
	dials []string
	notes []string
}

func (w *world) dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	w.dials = append(w.dials, address)
	w.mu.Unlock()
	return w.DialContext(ctx, network, address)
}

func (w *world) listen(network, address string) (net.Listener, error) {
	return w.ListenContext(context.Background(), network, address)
}

func (w *world) dialled() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.dials)
}

// manager returns a manager in the world.
func (w *world) manager(c datachan.Config) *datachan.Manager {
	c.Dial, c.Listen = w.dial, w.listen
	m := datachan.NewManager(&c)
	m.OnNote(func(s string) {
		w.mu.Lock()
		w.notes = append(w.notes, s)
		w.mu.Unlock()
	})
	return m
}

func (w *world) noted() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.notes, "\n")
}

// listenAt returns a listener that closes with the test.
func (w *world) listenAt(t *testing.T, address string) *memnet.Listener {
	t.Helper()
	ln, err := w.Network.Listen(netip.MustParseAddrPort(address))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// listening reports whether somebody listens at an address.
func (w *world) listening(address string) bool {
	c, err := w.Network.Dial(context.Background(), netip.Addr{}, netip.MustParseAddrPort(address))
	if err == nil {
		c.Close()
	}
	return err == nil
}

func pasv(address string) string {
	return "227 ok " + parse.FormatPASV(netip.MustParseAddrPort(address))
}

// announced returns the address in the last EPRT or PORT.
func (x *exchanger) announced(t *testing.T) string {
	t.Helper()
	verb, arg, _ := strings.Cut(x.seen[len(x.seen)-1], " ")
	ap, err := parse.EPRT(arg)
	if verb == "PORT" {
		ap, err = parse.PORT(arg)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ap.String()
}

func wantOpenError(t *testing.T, err error, mode string) {
	t.Helper()
	if oe, ok := errors.AsType[*datachan.OpenError](err); !ok || oe.Mode != mode {
		t.Fatalf("%T %v; want an OpenError of %s", err, err, mode)
	}
}
