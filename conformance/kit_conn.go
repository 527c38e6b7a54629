package conformance

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A Conn is one control connection without a client's logic. Cases use it through [T].
type Conn struct {
	run  *runner
	name string // "ctrl 1"
	tcp  *tap
	rw   net.Conn // tcp, or TLS over it
	sess *tlsx.Session

	reader  protocol.ReplyReader
	pending []byte // received, not yet given to reader
	tape    *tape
	watch   watch

	secure   bool            // TLS is up
	private  bool            // PROT P is in force
	hosted   bool            // HOST has been sent
	loggedIn bool            // a login has been accepted
	ended    bool            // the peer closed, or we did
	goodbye  bool            // QUIT or the like was sent: the end is expected
	bye421   bool            // a 421 came
	typ      string          // TYPE in force as far as known
	sent     map[string]bool // verbs sent since the last reset
	odd      bool            // control characters were sent that may come back: monitors do not count it
	foreign  bool            // what was sent last is not in ASCII
	unsent   string          // the command line that has begun to go out
	cwd      string          // where the session is, as far as known
	moving   string          // where a command that waits for its reply leads
	fault    error           // the first line that was no reply
	garbled  error           // the same, since the last command
	replies  int             // that came
	unread   int             // bytes that came since the last command
	waits    int             // preliminary replies since then
	asked    time.Time       // when that was

	owed     int              // final replies that are due
	loose    bool             // bytes were sent whose replies can't be counted
	strayed  int              // replies that came without a command
	lastSent string           // verb of the last command
	lastDone string           // and of the last one that had its reply
	kept     []protocol.Reply // replies that were read before anybody waited for them
}

// Errors of the peer during the wait for a reply.
var (
	errSilence = errors.New("no reply")
	errEnded   = errors.New("the server closed the connection")
	errFlood   = errors.New("more than a reply can be")
)

// dial opens a control connection; under implicit TLS it is protected at once.
func (r *runner) dial(tp *tape) (*Conn, error) { return r.dialAs(tp, r.host) }

// dialAs is dial with another host name for TLS.
func (r *runner) dialAs(tp *tape, name string) (*Conn, error) {
	c, err := r.dialBare(tp, name)
	if err == nil {
		err = c.startImplicit()
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// startImplicit is startTLS for a target that begins with it.
func (c *Conn) startImplicit() error {
	if c.run.target.TLS != tlsx.ModeImplicit {
		return nil
	}
	err := c.startTLS()
	c.private = err == nil
	return err
}

// dialBare is dialAs that leaves TLS to the caller.
func (r *runner) dialBare(tp *tape, name string) (*Conn, error) {
	ctx, cancel := context.WithTimeout(r.ctx, r.opts.connectTimeout())
	defer cancel()
	conn, err := r.dialTCP(ctx, r.target.Addr)
	if err != nil {
		return nil, err
	}
	return r.begin(tp, conn, r.target.Addr, name), nil
}

// begin makes a control connection of a TCP connection.
func (r *runner) begin(tp *tape, conn net.Conn, addr, name string) *Conn {
	tcp := &tap{Conn: conn}
	r.conns++
	c := &Conn{
		run:  r,
		name: fmt.Sprintf("ctrl %d", r.conns),
		tcp:  tcp,
		rw:   tcp,
		tape: tp,
		sent: map[string]bool{},
		sess: tlsx.NewSession(r.sessionAs(name)),
		owed: 1, // the greeting
	}
	c.watch.conn = c
	tp.add(c.name, "*", false, "connected to "+addr)
	return c
}

// sessionAs returns how TLS is done with a host name.
func (r *runner) sessionAs(name string) *tlsx.Config {
	return &tlsx.Config{
		TLS:                  r.tlsAs(name),
		ServerName:           name,
		Verify:               r.verifyAs(name),
		Identity:             r.target.Identity,
		SessionIDs:           r.target.SessionIDs,
		NoDataCertificate:    r.target.NoDataCertificate,
		HandshakeTimeout:     r.opts.connectTimeout(),
		DataHandshakeTimeout: r.opts.timeout(),
		AllowTruncation:      true,
	}
}

// verifyAs returns how the certificate for a host name is verified. About that of another
// host than the target's nobody is asked, and nothing is remembered.
func (r *runner) verifyAs(name string) *tlsx.Verification {
	if r.target.Verify == nil {
		return nil
	}
	v := *r.target.Verify
	_, port, _ := net.SplitHostPort(r.target.Addr)
	v.Host = cmp.Or(v.Host, r.host)
	if n, err := strconv.Atoi(port); err == nil && v.Port == 0 {
		v.Port = n
	}
	if name != r.host {
		v.Ask, v.AcceptNew = nil, false
	}
	return &v
}

// tlsAs returns the TLS configuration for a host name.
func (r *runner) tlsAs(name string) *tls.Config {
	base := r.target.TLSConfig
	if name == r.host || base == nil || base.ServerName == "" {
		return base
	}
	base = base.Clone()
	base.ServerName = name
	return base
}

// dialTCP opens a connection that ends with the run.
func (r *runner) dialTCP(ctx context.Context, addr string) (net.Conn, error) {
	return r.dialBy(ctx, r.target.Dial, "tcp", addr)
}

// dialData is dialTCP for a passive data connection.
func (r *runner) dialData(ctx context.Context, addr string) (net.Conn, error) {
	if r.target.DialData != nil {
		return r.dialBy(ctx, r.target.DialData, "tcp", addr)
	}
	return r.dialTCP(ctx, addr)
}

func (r *runner) dialBy(ctx context.Context, dial func(context.Context, string, string) (net.Conn, error), network, addr string) (net.Conn, error) {
	if dial == nil {
		dial = (&net.Dialer{Control: reuseAddr}).DialContext
	}
	conn, err := dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	r.track(conn)
	return conn, nil
}

// startTLS performs the TLS handshake as client.
func (c *Conn) startTLS() error {
	c.tcp.SetDeadline(time.Time{})
	tc, err := c.sess.Control(c.run.ctx, c.tcp)
	if err != nil {
		c.close()
		return err
	}
	c.rw, c.secure = tc, true
	c.event("TLS is up: " + tlsx.VersionName(tc.ConnectionState().Version))
	return nil
}

func (c *Conn) event(text string) { c.tape.add(c.name, "*", c.secure, text) }

// send encodes and sends one command line. The verb may have any case.
func (c *Conn) send(line string) error {
	verb, arg, _ := strings.Cut(line, " ")
	wire, err := protocol.Command{Verb: protocol.Verb(verb), Arg: arg}.AppendUnchecked(nil)
	if err != nil {
		panic("conformance: BUG: " + err.Error())
	}
	c.strays()
	return c.transmit(wire, masked(line), func() {
		c.due(strings.ToUpper(verb))
		c.note(strings.ToUpper(verb), arg)
	})
}

// transmit sends bytes as they are, if the guard lets them pass. It calls leaving first.
// It is the only way to the server, but for the Telnet codes of synch.
func (c *Conn) transmit(b []byte, shown string, leaving func()) error {
	if err := c.guard(b); err != nil {
		return err
	}
	leaving()
	c.unread, c.waits, c.asked, c.garbled = 0, 0, time.Now(), nil
	c.tape.add(c.name, ">", c.secure, shown)
	c.foreign = c.run.heard.add(string(b))
	c.rw.SetWriteDeadline(time.Now().Add(c.run.opts.timeout()))
	_, err := c.rw.Write(b)
	if err != nil {
		c.event("sending failed: " + err.Error())
		if _, ok := c.rw.(*tls.Conn); ok || !errors.Is(err, os.ErrDeadlineExceeded) {
			c.ended = true
		}
	}
	return err
}

// note keeps track of what a command may change.
func (c *Conn) note(verb, arg string) {
	c.sent[verb] = true
	switch verb {
	case "QUIT":
		c.goodbye = true
	case "REIN", "AUTH":
		c.typ, c.hosted = "", false
	case "TYPE", "USER":
		c.typ = ""
		if verb == "TYPE" && strings.HasPrefix(strings.ToUpper(arg), "A") {
			c.sent[typeA] = true
		}
	case "HOST":
		c.hosted = true
	case "CWD", "XCWD":
		c.moving = c.path(arg)
	case "CDUP", "XCUP":
		c.moving = c.path("..")
	case "STOR", "APPE", "MKD", "XMKD", "RNTO":
		if arg != "" {
			c.run.record(c.path(arg))
		}
	}
}

// path returns an argument as an absolute path, as far as it is known where c is.
func (c *Conn) path(arg string) string {
	if strings.HasPrefix(arg, "/") {
		return path.Clean(arg)
	}
	return path.Join("/", c.cwd, arg)
}

// moved takes the reply to what may have led to another directory.
func (c *Conn) moved(r protocol.Reply) {
	if c.moving != "" && ok(r) {
		c.cwd = c.moving
	}
	c.moving = ""
}

// masked hides the argument of PASS and ACCT.
func masked(line string) string {
	verb, arg, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "PASS", "ACCT":
		if arg != "" {
			return verb + " " + protocol.Mask
		}
	}
	return line
}

// afterGarbage is how long to wait for a reply after a line that is not a reply: a server
// that sends both sends them together.
const afterGarbage = time.Second

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// receive waits for the next reply.
func (c *Conn) receive(wait time.Duration) (protocol.Reply, error) {
	deadline, hurried := time.Now().Add(wait), false
	for {
		if len(c.kept) > 0 {
			r := c.kept[0]
			c.kept = c.kept[1:]
			c.count(r)
			return r, nil
		}
		r, ok := c.assemble()
		if ok {
			c.count(r)
			if r.Code == 421 {
				c.bye421 = true
			}
			if c.replies++; r.Code.Class() != 1 {
				c.moved(r)
			} else if c.waits++; c.waits > mostWaits && time.Since(c.asked) > 12*c.run.opts.timeout() {
				c.close()
				return r, errFlood
			}
			c.watch.reply(r)
			return r, nil
		}
		if c.flooded() {
			return r, errFlood
		}
		if soon := time.Now().Add(afterGarbage); c.garbled != nil && !hurried {
			deadline, hurried = earlier(deadline, soon), true
		}
		if c.ended {
			return r, errEnded
		}
		if err := c.fill(deadline); err != nil {
			return r, err
		}
	}
}

// assemble takes a reply from the bytes that have come. It skips a malformed line: the
// monitor reports that line, and it must not fail every later case.
func (c *Conn) assemble() (protocol.Reply, bool) {
	for len(c.pending) > 0 {
		n, r, ok, err := c.reader.Feed(c.pending)
		c.watch.bytes(c.pending[:n])
		last := byte('\n')
		if n > 0 {
			last = c.pending[n-1]
		}
		c.pending = c.pending[n:]
		if err != nil {
			c.garbled, c.sent[garbage] = err, true
			if c.fault == nil {
				c.fault = err
			}
			c.reader = protocol.ReplyReader{}
			if last != '\n' {
				c.skipLine()
			}
			continue
		}
		if ok {
			return r, true
		}
	}
	return protocol.Reply{}, false
}

func (c *Conn) skipLine() {
	i := strings.IndexByte(string(c.pending), '\n') + 1
	if i == 0 {
		i = len(c.pending)
	}
	c.watch.bytes(c.pending[:i])
	c.pending = c.pending[i:]
}

// fill reads more bytes, at the latest until the deadline.
func (c *Conn) fill(deadline time.Time) error {
	buf := make([]byte, 4<<10)
	c.rw.SetReadDeadline(deadline)
	n, err := c.rw.Read(buf)
	c.pending = append(c.pending, buf[:n]...)
	c.unread += n
	switch {
	case c.flooded():
		return errFlood
	case n > 0 || err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSilence
	case err == io.EOF:
		c.event("the server closed the connection")
	default:
		c.event("the connection broke: " + err.Error())
	}
	c.ended = true
	return errEnded
}

// floodBytes is more than any server sends in reply to one command.
const floodBytes = 1 << 20

// mostWaits is how many preliminary replies a command may get however long it takes.
const mostWaits = 16

// flooded reports whether more bytes came than belong to one command. If so, it ends the
// connection, since the flood may never stop.
func (c *Conn) flooded() bool {
	if c.unread <= floodBytes {
		return false
	}
	if !c.ended {
		c.event(fmt.Sprintf("more than %d bytes in answer to one command: closed", floodBytes))
		c.close()
	}
	return true
}

// incomplete reports whether a reply has begun and is not complete.
func (c *Conn) incomplete() bool { return c.reader.Partial() }

// alive reports whether the session still answers.
func (c *Conn) alive() bool {
	if c.ended || c.send("NOOP") != nil {
		return false
	}
	_, err := c.receive(c.run.opts.timeout())
	return err == nil && len(c.pending) == 0
}

// close ends the connection without ceremony.
func (c *Conn) close() {
	c.tcp.Close()
	c.run.untrack(c.tcp.Conn)
	c.ended = true
}

// depart sends QUIT and ends the connection, without waiting.
func (c *Conn) depart() {
	if !c.ended && !c.goodbye {
		c.tape, c.loose = c.run.newTape(), true // not part of the case
		c.send("QUIT")
	}
	c.close()
}

// is421Kept reports whether the server goes on answering after a 421, which
// announces the end of the connection.
func (c *Conn) is421Kept() bool {
	deadline := time.Now().Add(min(5*time.Second, c.run.opts.timeout()))
	for c.fill(deadline) == nil {
	}
	if c.ended {
		return false
	}
	if c.send("NOOP") != nil {
		return false
	}
	_, err := c.receive(c.run.opts.timeout())
	return err == nil
}
