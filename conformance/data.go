package conformance

import (
	"cmp"
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

// A Data is one data connection, or the place where one will arrive.
type Data struct {
	t    *T
	c    *Conn // its control connection
	name string
	ln   net.Listener // active mode, until the server has connected
	tcp  net.Conn
	tls  *tlsx.Conn // nil in clear text
	port int        // of the server in passive mode, ours in active mode
}

// Passive asks for a passive port, with EPSV if the server has it, else PASV, and
// connects to it.
func (t *T) Passive() *Data {
	if t.run.has[NeedEPSV] {
		return t.Connect(t.EPSV())
	}
	return t.Connect(t.PASV())
}

// EPSV sends EPSV and returns the port.
func (t *T) EPSV() int { return t.portOf229(t.Ask("EPSV")) }

func (t *T) portOf229(r protocol.Reply) int {
	t.WantIn(r, "EPSV", 229)
	ap, err := parse.EPSV(r.LastLine())
	if err != nil {
		t.Failf("EPSV: %v", err)
	}
	return int(ap.Port())
}

// PASV sends PASV and returns the port. The host is the control connection's.
func (t *T) PASV() int { return t.portOf227(t.Ask("PASV")) }

func (t *T) portOf227(r protocol.Reply) int {
	t.WantIn(r, "PASV", 227)
	ap, err := parse.PASV(r.LastLine())
	if err != nil {
		t.Failf("PASV: %v", err)
	}
	return int(ap.Port())
}

// Connect connects to a passive port of the server.
func (t *T) Connect(port int) *Data {
	d, err := t.TryConnect(port)
	if err != nil {
		t.Failf("the server does not listen on the port that it named: %v", err)
	}
	return d
}

// TryConnect is Connect that may fail.
func (t *T) TryConnect(port int) (*Data, error) {
	ctx, cancel := context.WithTimeout(t.run.ctx, t.run.opts.timeout())
	defer cancel()
	d := t.newData(port)
	conn, err := t.run.dialTCP(ctx, net.JoinHostPort(t.run.peer(t.c), fmt.Sprint(port)))
	if err != nil {
		d.event("connecting to port %d failed: %v", port, err)
		return nil, err
	}
	d.tcp = conn
	d.event("connected to port %d", port)
	return d, nil
}

func (t *T) newData(port int) *Data {
	t.run.datas++
	d := &Data{t: t, c: t.c, name: fmt.Sprintf("data %d", t.run.datas), port: port}
	t.Defer(d.Close)
	return d
}

// Listen opens a port for an active data connection, on the address of the
// control connection. Port 0 is any.
func (t *T) Listen(port int) (*Data, error) {
	host, _, _ := net.SplitHostPort(t.c.tcp.LocalAddr().String())
	ln, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(port)))
	if err != nil {
		return nil, err
	}
	t.run.track(ln)
	d := t.newData(ln.Addr().(*net.TCPAddr).Port)
	d.ln = ln
	d.event("listening on port %d", d.port)
	return d, nil
}

// Active opens a port and names it to the server with EPRT if the server has it,
// else PORT.
func (t *T) Active() *Data {
	return t.ActiveBy(t.activeVerb())
}

func (t *T) activeVerb() string {
	if t.run.has[NeedEPRT] {
		return "EPRT"
	}
	return "PORT"
}

// ActiveBy is Active with the given verb.
func (t *T) ActiveBy(verb string) *Data {
	d, err := t.Listen(0)
	if err != nil {
		t.Errorf("could not listen: %v", err)
	}
	t.Must(verb+" "+d.address(verb), 200)
	return d
}

// address returns the argument of PORT or EPRT for a listening port.
func (d *Data) address(verb string) string {
	ap := d.local()
	if verb == "PORT" {
		return parse.FormatPORT(ap)
	}
	return parse.FormatEPRT(ap)
}

func (d *Data) local() netip.AddrPort {
	ap := d.ln.Addr().(*net.TCPAddr).AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

func (d *Data) event(format string, args ...any) {
	d.t.tape.add(d.name, "*", d.tls != nil, fmt.Sprintf(format, args...))
}

// accept waits for the server to connect (active mode).
func (d *Data) accept() error {
	if d.tcp != nil {
		return nil
	}
	d.ln.(*net.TCPListener).SetDeadline(time.Now().Add(d.t.run.opts.timeout()))
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
func (d *Data) protect() error {
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
func (d *Data) stream() net.Conn {
	if d.tls != nil {
		return d.tls
	}
	return d.tcp
}

// What a data connection may deliver. No case asks for more, but for the big file.
const (
	keptBytes    = 8 << 20     // that are held in memory
	drainedBytes = 2 * bigSize // that are counted alone
)

// errEndless is the error of data that do not end where they must.
var errEndless = errors.New("the data do not end")

// ReadN reads until n bytes have come or the server ends the connection; n below
// 0 means the end only. A stall of the reply timeout is an error, and so is more
// than any case can want, or data that trickle without end.
func (d *Data) ReadN(n int) ([]byte, error) {
	var out []byte
	limit := n
	if n < 0 {
		limit = keptBytes + 1
	}
	err := d.read(limit, 3*d.t.run.opts.timeout(), func(b []byte) { out = append(out, b...) })
	if n < 0 && err == nil {
		err = fmt.Errorf("%w: more than %d bytes came", errEndless, keptBytes)
	}
	return out, d.end(out, err)
}

// Rest reads to the end what does not matter, but for its length. Without an end it
// is a failure.
func (d *Data) Rest() (n int) {
	n, err := d.Drain()
	if errors.Is(err, errEndless) {
		d.t.note(Fail, "%v", err)
	}
	return n
}

// end records how reading has ended. io.EOF is what was waited for.
func (d *Data) end(b []byte, err error) error {
	switch {
	case err == io.EOF:
		d.received(b, "and the end")
		return nil
	case err != nil:
		d.received(b, "then "+err.Error())
		return err
	}
	d.received(b, "")
	return nil
}

// read hands on what comes, at most limit bytes and for at most the given time. The
// error is nil if limit bytes have come.
func (d *Data) read(limit int, most time.Duration, take func([]byte)) error {
	buf := make([]byte, 64<<10)
	deadline := time.Now().Add(most)
	for n := 0; n < limit; {
		stall := time.Now().Add(d.t.run.opts.timeout())
		late := deadline.Before(stall)
		if late {
			stall = deadline
		}
		d.stream().SetReadDeadline(stall)
		m, err := d.stream().Read(buf[:min(len(buf), limit-n)])
		n += m
		take(buf[:m])
		if late && errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%w: after %s and %d bytes they still come", errEndless, most, n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Drain reads to the end and counts. It is for the big file, and as bounded as ReadN.
func (d *Data) Drain() (n int, err error) { return d.drain(func([]byte) {}) }

func (d *Data) drain(see func([]byte)) (n int, err error) {
	err = d.read(drainedBytes, 12*d.t.run.opts.timeout(), func(b []byte) { n += len(b); see(b) })
	switch {
	case err == io.EOF:
		err = nil
	case err == nil:
		err = fmt.Errorf("%w: more than %d bytes came", errEndless, drainedBytes)
	}
	d.event("%d bytes, then: %v", n, cmp.Or(err, io.EOF))
	return n, err
}

const shownBytes = 120 // of data in a transcript

func (d *Data) received(b []byte, then string) { d.show("<", b, then) }

func (d *Data) show(dir string, b []byte, then string) {
	text := fmt.Sprintf("%d bytes", len(b))
	if len(b) > 0 && len(b) <= shownBytes {
		text += ": " + string(b)
	}
	if then != "" {
		text += ", " + then
	}
	d.t.tape.add(d.name, dir, d.tls != nil, text)
}

// WaitEnd reports whether the server ends the connection within the time; what
// arrives before is thrown away and counted.
func (d *Data) WaitEnd(wait time.Duration) (ended bool, n int) {
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
func (d *Data) ends(wait time.Duration) bool {
	d.stream().SetReadDeadline(time.Now().Add(wait))
	n, err := d.stream().Read(make([]byte, 1))
	d.event("%d bytes more, then: %v", n, err)
	return n == 0 && err == io.EOF
}

// Write sends data.
func (d *Data) Write(b []byte) error {
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

// writeUntil lets the next piece take the reply timeout, but not longer than the
// deadline of the whole.
func (d *Data) writeUntil(deadline time.Time) {
	if stall := time.Now().Add(d.t.run.opts.timeout()); stall.Before(deadline) {
		deadline = stall
	}
	d.stream().SetWriteDeadline(deadline)
}

// CloseWrite ends an upload.
func (d *Data) CloseWrite() {
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

// Reset ends the connection with a TCP reset.
func (d *Data) Reset() {
	if tcp, ok := d.tcp.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	d.event("reset")
	d.tcp.Close()
}

// Close closes whatever is open. It may be called more than once.
func (d *Data) Close() {
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
func (d *Data) goodbye() {
	if d.tls != nil && d.tls.Drained() == nil {
		d.tls.Close()
	}
	d.Close()
}

// firstReply reads the first reply to a transfer command. While TLS is due on the
// data connection it gives up early: some servers send it only after the handshake.
func (t *T) firstReply(d *Data) (protocol.Reply, bool) {
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
