package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A dataConn is one data connection, or the place where one will arrive.
type dataConn struct {
	t    *T
	c    *Conn // its control connection
	name string
	ln   net.Listener // active mode, until the server has connected
	tcp  net.Conn
	tls  *tlsx.Conn // nil in clear text
	port int        // of the server in passive mode, ours in active mode
	verb string     // by which it was named, in active mode

	patience time.Duration // for the TLS handshake in resume; if zero, the reply timeout
}

// passive asks for a passive port, with EPSV if the server has it, else PASV, and
// connects to it.
func (t *T) passive() *dataConn {
	if t.run.has[NeedEPSV] {
		return t.connectOf(ownEPSVPort, t.epsv())
	}
	return t.connectOf(ownPASV, t.pasv())
}

// connectOf is connect for a port named in a reply that is another case's.
func (t *T) connectOf(owner string, port int) *dataConn {
	d, err := t.tryConnect(port)
	if err != nil {
		t.blame(owner, "the server does not listen on the port that it named: %v", err)
	}
	return d
}

// epsv sends EPSV and returns the port.
func (t *T) epsv() int { return t.portOf229(t.Ask("EPSV")) }

func (t *T) portOf229(r protocol.Reply) int {
	if r.Code != 229 {
		t.blame(ownEPSV, "EPSV: got %s, want 229", brief(r))
	}
	ap, err := parse.EPSV(r.LastLine())
	if err != nil {
		t.blame(ownEPSV, "EPSV: %v", err)
	}
	return int(ap.Port())
}

// pasv sends PASV and returns the port. The host is the control connection's.
func (t *T) pasv() int { return t.portOf227(t.Ask("PASV")) }

func (t *T) portOf227(r protocol.Reply) int {
	if r.Code != 227 {
		t.blame(ownPASV, "PASV: got %s, want 227", brief(r))
	}
	ap, err := parse.PASV(r.LastLine())
	if err != nil {
		t.blame(ownPASV, "PASV: %v", err)
	}
	return int(ap.Port())
}

// connect connects to a passive port of the server.
func (t *T) connect(port int) *dataConn {
	d, err := t.tryConnect(port)
	if err != nil {
		t.Failf("the server does not listen on the port that it named: %v", err)
	}
	return d
}

// tryConnect is connect that may fail.
func (t *T) tryConnect(port int) (*dataConn, error) {
	ctx, cancel := context.WithTimeout(t.run.ctx, t.run.opts.timeout())
	defer cancel()
	d := t.newData(port)
	conn, err := t.run.dialData(ctx, net.JoinHostPort(t.run.peer(t.c), fmt.Sprint(port)))
	if err != nil {
		d.event("connecting to port %d failed: %v", port, err)
		return nil, err
	}
	d.tcp = conn
	d.event("connected to port %d", port)
	return d, nil
}

func (t *T) newData(port int) *dataConn {
	t.run.datas++
	d := &dataConn{t: t, c: t.c, name: fmt.Sprintf("data %d", t.run.datas), port: port}
	t.Defer(d.Close)
	return d
}

// listen opens a port for an active data connection, on the address of the
// control connection. Port 0 is any. Where no server can connect to us, the case is
// skipped.
func (t *T) listen(port int) (*dataConn, error) {
	t.needActive()
	return t.tryListen(port)
}

// needActive skips the case if the server can't connect to us.
func (t *T) needActive() {
	if t.run.noActive != "" {
		t.Skipf("%s", t.run.noActive)
	}
}

// tryListen is listen that never ends the case.
func (t *T) tryListen(port int) (*dataConn, error) {
	host, _, _ := net.SplitHostPort(t.c.tcp.LocalAddr().String())
	listen := t.run.target.Listen
	if listen == nil {
		listen = net.Listen
	}
	ln, err := listen("tcp", net.JoinHostPort(host, fmt.Sprint(port)))
	if err != nil {
		return nil, err
	}
	t.run.track(ln)
	d := t.newData(ln.Addr().(*net.TCPAddr).Port)
	d.ln = ln
	d.event("listening on port %d", d.port)
	return d, nil
}

// activeVerb is EPRT if the server has it, else PORT.
func (t *T) activeVerb() string {
	if t.run.has[NeedEPRT] {
		return "EPRT"
	}
	return "PORT"
}

// activeBy opens a port and names it to the server with a verb.
func (t *T) activeBy(verb string) *dataConn {
	d, err := t.listen(0)
	if err != nil {
		t.Errorf("could not listen: %v", err)
	}
	d.verb = verb
	t.wantOf(d.owner(), verb+" "+d.address(verb), 200)
	return d
}

// address returns the argument of PORT or EPRT for a listening port.
func (d *dataConn) address(verb string) string {
	ap := d.local()
	if verb == "PORT" {
		return parse.FormatPORT(ap)
	}
	return parse.FormatEPRT(ap)
}

// owner returns the case to which opening the connection belongs.
func (d *dataConn) owner() string {
	switch {
	case d.verb == "PORT":
		return ownPORT
	case d.local().Addr().Is6():
		return ownEPRT6
	}
	return ownEPRT4
}

func (d *dataConn) local() netip.AddrPort {
	ap := d.ln.Addr().(*net.TCPAddr).AddrPort()
	addr := ap.Addr().Unmap()
	if a := d.t.run.target.ActiveAddr; a.IsValid() {
		addr = a.Unmap().WithZone("")
	}
	return netip.AddrPortFrom(addr, ap.Port())
}

func (d *dataConn) event(format string, args ...any) {
	d.t.tape.add(d.name, "*", d.tls != nil, fmt.Sprintf(format, args...))
}

// accept waits for the server to connect (active mode).
func (d *dataConn) accept() error {
	if d.tcp != nil {
		return nil
	}
	if ln, ok := d.ln.(interface{ SetDeadline(time.Time) error }); ok {
		ln.SetDeadline(time.Now().Add(d.t.run.opts.timeout()))
	}
	conn, err := d.ln.Accept()
	if err != nil {
		return err
	}
	d.t.run.track(conn)
	d.ln.Close()
	d.tcp = conn
	d.event("the server connected from %s", conn.RemoteAddr())
	return nil
}

// protect performs the TLS handshake, in which the FTP client is always the TLS
// client (RFC 4217, Section 7).
func (d *dataConn) protect() error {
	ctx, cancel := context.WithTimeout(d.t.run.ctx, d.t.run.opts.timeout())
	defer cancel()
	tc, err := d.c.sess.Data(ctx, d.tcp)
	if err != nil {
		d.event("TLS failed: %v", err)
		return err
	}
	d.tls = tc
	d.event("TLS is up, %s", tc.Reuse())
	return nil
}

// stream returns what data goes through.
func (d *dataConn) stream() net.Conn {
	if d.tls != nil {
		return d.tls
	}
	return d.tcp
}

const shownBytes = 120 // of data in a transcript

func (d *dataConn) received(b []byte, then string) { d.show("<", b, then) }

func (d *dataConn) show(dir string, b []byte, then string) {
	text := fmt.Sprintf("%d bytes", len(b))
	if len(b) > 0 && len(b) <= shownBytes {
		text += ": " + string(b)
	}
	if then != "" {
		text += ", " + then
	}
	d.t.tape.add(d.name, dir, d.tls != nil, text)
}

// waitEnd reports whether the server ends the connection within the time; what
// arrives before is thrown away and counted.
func (d *dataConn) waitEnd(wait time.Duration) (ended bool, n int) {
	buf := make([]byte, 64<<10)
	deadline := time.Now().Add(wait)
	for {
		d.tcp.SetReadDeadline(deadline)
		m, err := d.tcp.Read(buf)
		n += m
		if n > drainedBytes {
			d.event("%d bytes more, and no end", n)
			return false, n
		}
		if err != nil {
			ended = !errors.Is(err, os.ErrDeadlineExceeded)
			d.event("%d bytes more, then: %v", n, err)
			return ended, n
		}
	}
}

// ends reports whether the server ends what it sends, with close_notify under
// TLS, within the time.
func (d *dataConn) ends(wait time.Duration) bool {
	d.stream().SetReadDeadline(time.Now().Add(wait))
	n, err := d.stream().Read(make([]byte, 1))
	d.event("%d bytes more, then: %v", n, err)
	return n == 0 && err == io.EOF
}

// Write sends data.
func (d *dataConn) Write(b []byte) error {
	d.show(">", b, "")
	deadline := time.Now().Add(3 * d.t.run.opts.timeout())
	for piece := range slices.Chunk(b, 64<<10) {
		d.writeUntil(deadline)
		if _, err := d.stream().Write(piece); err != nil {
			d.event("sending failed: %v", err)
			return err
		}
	}
	return nil
}

// CloseWrite ends an upload.
func (d *dataConn) CloseWrite() {
	d.event("end of data")
	if d.tls != nil {
		d.tls.CloseWrite()
		return
	}
	if h, ok := d.tcp.(interface{ CloseWrite() error }); ok {
		h.CloseWrite()
		return
	}
	d.tcp.Close()
}

// reset ends the connection with a TCP reset.
func (d *dataConn) reset() {
	if tcp, ok := d.tcp.(interface{ SetLinger(sec int) error }); ok {
		tcp.SetLinger(0)
	}
	d.event("reset")
	d.tcp.Close()
}

// Close closes whatever is open. It may be called more than once.
func (d *dataConn) Close() {
	if d.ln != nil {
		d.ln.Close()
		d.t.run.untrack(d.ln)
	}
	if d.tcp != nil {
		defer d.t.run.untrack(d.tcp)
	}
	switch {
	case d.tls != nil:
		d.tls.Abort()
	case d.tcp != nil:
		d.tcp.Close()
	}
}

// goodbye is Close with the server's data read: our close_notify goes out.
func (d *dataConn) goodbye() {
	if d.tls != nil && d.tls.Drained() == nil {
		d.tls.Close()
	}
	d.Close()
}

// firstReply reads the first reply to a transfer command. While TLS is due on the
// data connection it gives up early: some servers send it only after the handshake.
func (t *T) firstReply(d *dataConn) (protocol.Reply, bool) {
	wait := t.run.opts.timeout()
	if d.c.private {
		wait = min(wait, 300*time.Millisecond)
	}
	r, err := d.c.receive(wait)
	if err == nil {
		return r, true
	}
	if !d.c.private || !errors.Is(err, errSilence) {
		t.lost("the transfer command", err)
	}
	return r, false
}
