package control_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// A wiretap sees all connections of a client, and may change what goes over them.
type wiretap struct {
	commands func(line string) string // that the client sends, CR LF included
	replies  func(line string) string // that it reads
	upload   func([]byte) []byte      // all that a data connection carries up
	download func([]byte) []byte      // and down

	mu   sync.Mutex
	seen strings.Builder
}

func (w *wiretap) saw(b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.Write(b)
}

func (w *wiretap) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen.String()
}

func (w *wiretap) dialControl(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	return &tappedControl{Conn: conn, w: w}, err
}

func (w *wiretap) dialData(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &tappedData{TCPConn: conn.(*net.TCPConn), w: w}, nil
}

// A tappedControl is a control connection, line by line.
type tappedControl struct {
	net.Conn
	w       *wiretap
	raw, in []byte
}

func (c *tappedControl) Write(b []byte) (int, error) {
	line := string(b)
	if c.w.commands != nil {
		line = c.w.commands(line)
	}
	c.w.saw([]byte(line))
	_, err := io.WriteString(c.Conn, line)
	return len(b), err
}

func (c *tappedControl) Read(b []byte) (int, error) {
	for len(c.in) == 0 {
		buf := make([]byte, 4096)
		n, err := c.Conn.Read(buf)
		c.raw = append(c.raw, buf[:n]...)
		for {
			i := bytes.IndexByte(c.raw, '\n')
			if i < 0 {
				break
			}
			line := string(c.raw[:i+1])
			c.raw = c.raw[i+1:]
			c.w.saw([]byte(line))
			if c.w.replies != nil {
				line = c.w.replies(line)
			}
			c.in = append(c.in, line...)
		}
		if err != nil && len(c.in) == 0 {
			return 0, err
		}
	}
	n := copy(b, c.in)
	c.in = c.in[n:]
	return n, nil
}

// A tappedData is a data connection. What is changed is changed as a whole, at its end.
type tappedData struct {
	*net.TCPConn
	w    *wiretap
	up   []byte
	down *bytes.Reader
}

func (c *tappedData) Write(b []byte) (int, error) {
	c.w.saw(b)
	if c.w.upload == nil {
		return c.TCPConn.Write(b)
	}
	c.up = append(c.up, b...)
	return len(b), nil
}

func (c *tappedData) CloseWrite() error {
	if c.w.upload != nil {
		if _, err := c.TCPConn.Write(c.w.upload(c.up)); err != nil {
			return err
		}
	}
	return c.TCPConn.CloseWrite()
}

func (c *tappedData) Read(b []byte) (int, error) {
	if c.w.download == nil {
		n, err := c.TCPConn.Read(b)
		c.w.saw(b[:n])
		return n, err
	}
	if c.down == nil {
		all, err := io.ReadAll(c.TCPConn)
		if err != nil {
			return 0, err
		}
		c.down = bytes.NewReader(c.w.download(all))
	}
	return c.down.Read(b)
}

const (
	levelS = protocol.LevelSafe
	levelE = protocol.LevelConfidential
	levelP = protocol.LevelPrivate
)

// A mechanismRun is a session under the mechanism of keyMechanism.
type mechanismRun struct {
	tap    *wiretap
	server ftptest.Config
	client control.Config
	trace  strings.Builder
	log    bytes.Buffer
	srv    *ftptest.Server
	c      *control.Conn
	mu     sync.Mutex
}

func newMechanismRun(commands, data protocol.Level) *mechanismRun {
	r := &mechanismRun{tap: &wiretap{}}
	r.server = ftptest.Config{Mechanism: &ftptest.Mechanism{New: keyed("key", "SEP", true), Buffer: 5000}}
	r.client = control.Config{
		Security:  control.SecurityNone,
		Mechanism: &control.Mechanism{New: keyed("key", "SEP", false), Commands: commands, Data: data},
	}
	return r
}

// dial starts the server and connects.
func (r *mechanismRun) dial(t *testing.T) error {
	t.Helper()
	r.server.Log = slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.srv = ftptest.NewServer(t, &r.server)
	r.client.Dial, r.client.Data.Dial = r.tap.dialControl, r.tap.dialData
	r.client.Trace = func(e control.TraceEvent) {
		r.mu.Lock()
		defer r.mu.Unlock()
		fmt.Fprintln(&r.trace, e)
	}
	c, err := control.Dial(t.Context(), r.srv.Addr(), &r.client)
	if err != nil {
		return err
	}
	t.Cleanup(func() { c.Close() })
	r.c = c
	return nil
}

// start is dial and a login, which must succeed.
func (r *mechanismRun) start(t *testing.T) *mechanismRun {
	t.Helper()
	if err := r.dial(t); err != nil {
		t.Fatal(err)
	}
	if err := r.c.Login(t.Context(), "user", "password", ""); err != nil {
		t.Fatal(err)
	}
	return r
}

func retr(t *testing.T, c *control.Conn, path string, offset int64) (string, error) {
	t.Helper()
	d, err := c.Retr(t.Context(), path, offset)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(d)
	return string(b), errors.Join(err, d.Close())
}

// TestMechanismSession is a whole session at each level.
func TestMechanismSession(t *testing.T) {
	text := strings.Repeat("the contents of the file\n", 1000)
	for _, commands := range []protocol.Level{levelS, levelE, levelP} {
		for _, data := range []protocol.Level{levelS, levelE, levelP, protocol.LevelClear} {
			t.Run(fmt.Sprintf("%s and %s", commands, data), func(t *testing.T) {
				r := newMechanismRun(commands, data)
				if data == protocol.LevelClear {
					r.client.DataProtection = control.ProtectClear
				}
				r.start(t)
				c := r.c
				if err := put(t, c, "f", text); err != nil {
					t.Fatal(err)
				}
				if err := put(t, c, "empty", ""); err != nil {
					t.Fatal(err)
				}
				for offset, want := range map[int64]string{0: text, 20_000: text[20_000:]} {
					if got, err := retr(t, c, "f", offset); err != nil || got != want {
						t.Errorf("RETR from %d: %d octets, %v; want %d", offset, len(got), err, len(want))
					}
				}
				if got, err := retr(t, c, "empty", 0); err != nil || got != "" {
					t.Errorf("RETR of an empty file: %q, %v", got, err)
				}
				u, err := c.Appe(t.Context(), "f")
				if err != nil {
					t.Fatal(err)
				}
				io.WriteString(u, "more")
				if err := u.Close(); err != nil {
					t.Errorf("APPE: %v", err)
				}
				if got, _ := r.srv.ReadFile("/f"); string(got) != text+"more" {
					t.Errorf("%d octets on the server, want %d", len(got), len(text)+4)
				}
				for name, entries := range map[string]iter.Seq2[listing.Entry, error]{
					"LIST": c.List(t.Context(), "", control.ListOptions{}), "MLSD": c.Mlsd(t.Context(), "", control.ListOptions{}),
				} {
					var names []string
					for e, err := range entries {
						if err != nil {
							t.Fatalf("%s: %v", name, err)
						}
						if e.Name == "f" || e.Name == "empty" {
							names = append(names, e.Name)
						}
					}
					slices.Sort(names)
					if !slices.Equal(names, []string{"empty", "f"}) {
						t.Errorf("%s: %q", name, names)
					}
				}
				d, err := c.Retr(t.Context(), "f", 0)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(d, make([]byte, 100)); err != nil {
					t.Fatal(err)
				}
				if r, err := d.Stat(t.Context()); err != nil || r.Code != 211 {
					t.Errorf("STAT in a transfer: %d, %v", r.Code, err)
				}
				if err := d.Close(); err != nil {
					t.Errorf("aborted: %v", err)
				}
				if i := d.Data(); i.TLS || i.Level != data {
					t.Errorf("data connection: %+v, want level %s", i, data)
				}
				if err := c.Rein(t.Context()); err != nil {
					t.Fatalf("REIN: %v", err)
				}
				if err := c.Login(t.Context(), "user", "password", ""); err != nil {
					t.Fatalf("login after REIN: %v", err)
				}
				if got, err := retr(t, c, "f", 0); err != nil || got != text+"more" {
					t.Errorf("after REIN: %d octets, %v", len(got), err)
				}
				for _, dc := range r.srv.DataConns() {
					if dc.Level != data || dc.Version != 0 {
						t.Errorf("the server had %+v, want level %s", dc, data)
					}
				}
				c.Quit(t.Context())
				r.checkWire(t, commands, data)
			})
		}
	}
}

// checkWire looks for what must not be seen on the wire or in a log.
func (r *mechanismRun) checkWire(t *testing.T, commands, data protocol.Level) {
	t.Helper()
	r.srv.Close() // nothing is logged any more
	r.mu.Lock()
	defer r.mu.Unlock()
	verb := map[protocol.Level]string{levelS: "MIC ", levelE: "CONF ", levelP: "ENC "}[commands]
	wire, secured := r.tap.String(), false
	for line := range strings.Lines(wire) {
		switch {
		case strings.HasPrefix(line, "235"):
			secured = true
		case strings.HasPrefix(line, "USER"), strings.HasPrefix(line, "PASS"), strings.HasPrefix(line, "PWD"):
			t.Errorf("in clear: %q", line)
		}
		for _, prefix := range []string{"334 ADAT=", "335 ADAT=", "ADAT "} {
			token, ok := strings.CutPrefix(strings.TrimSpace(line), prefix)
			if ok && token != "=" && (strings.Contains(r.trace.String(), token) || strings.Contains(r.log.String(), token)) {
				t.Errorf("the token of %q stands in a log", line)
			}
		}
	}
	if !secured || !strings.Contains(wire, "\n"+verb) {
		t.Errorf("no %sand no 235 on the wire", verb)
	}
	if has := strings.Contains(wire, "contents of the file"); has != (data == levelS || data == protocol.LevelClear) {
		t.Errorf("contents can be read on the wire: %v", has)
	}
	for _, log := range []string{r.trace.String(), r.log.String()} {
		if strings.Contains(log, "password") && strings.Contains(log, "PASS password") {
			t.Error("a log holds the password")
		}
		if !strings.Contains(log, "ADAT=****") {
			t.Error("a log lacks ADAT=****")
		}
	}
}

// TestMechanismClearCommands: after CCC commands are in clear, and data connections stay
// protected.
func TestMechanismClearCommands(t *testing.T) {
	r := newMechanismRun(levelP, levelP)
	r.client.ClearCommandChannel = true
	r.start(t)
	if err := put(t, r.c, "f", "the contents of the file"); err != nil {
		t.Fatal(err)
	}
	if got, err := retr(t, r.c, "f", 0); err != nil || got != "the contents of the file" {
		t.Errorf("%q, %v", got, err)
	}
	if wire := r.tap.String(); !strings.Contains(wire, "\nSTOR f\r\n") || strings.Contains(wire, "contents") || strings.Contains(wire, "PASS") {
		t.Error("want STOR in clear on the wire, and neither contents nor PASS")
	}
}

// TestMechanismRefused: what the two sides don't agree about is an error that names it, and
// no password has been sent.
func TestMechanismRefused(t *testing.T) {
	trusting := func(key string, server bool) func() protocol.Mechanism {
		return func() protocol.Mechanism {
			return &keyMechanism{key: []byte(key), levels: "SEP", server: server, trusts: true}
		}
	}
	for _, tt := range []struct {
		name string
		set  func(*mechanismRun)
		want string // in the error, which is a *SecurityError
		code protocol.Code
	}{
		{"the client does not know the key", func(r *mechanismRun) { r.client.Mechanism.New = keyed("other", "SEP", false) }, "refuses the security mechanism X-KEY", 535},
		{"the server does not know the key", func(r *mechanismRun) { r.server.Mechanism.New = trusting("other", true) }, "does not know the key", 0},
		{"no mechanism on the server", func(r *mechanismRun) { r.server.Mechanism = nil }, "refuses the security mechanism", 502},
		{"TLS on the server", func(r *mechanismRun) { r.server.Mechanism, r.server.TLS = nil, ftptest.TLSExplicit }, "refuses the security mechanism", 504},
		{"TLS asked for too", func(r *mechanismRun) { r.client.Security = control.SecurityExplicit }, "in place of TLS", 0},
		{"no level for commands", func(r *mechanismRun) { r.client.Mechanism.New = keyed("key", "S", false) }, "does not protect commands at the level private", 0},
		{"no level for data", func(r *mechanismRun) {
			r.client.Mechanism.New, r.client.Mechanism.Commands = keyed("key", "S", false), levelS
		}, "does not protect data connections at the level private", 0},
		{"the server lacks the level of commands", func(r *mechanismRun) { r.server.Mechanism.New = keyed("key", "S", true) }, "does not have the level private", 537},
		{"the server lacks the level of data", func(r *mechanismRun) {
			r.server.Mechanism.New, r.client.Mechanism.Commands = keyed("key", "S", true), levelS
		}, "refuses PROT P", 536},
		{"the server wants a higher level", func(r *mechanismRun) {
			r.server.Mechanism.Require, r.client.Mechanism.Commands = levelP, levelS
		}, "refuses USER", 533},
		{"a token that is not base64", func(r *mechanismRun) {
			r.tap.replies = func(line string) string { return strings.Replace(line, "334 ADAT=", "334 ADAT=*", 1) }
		}, "not base64", 0},
		{"a token that is base64 with a tail", func(r *mechanismRun) {
			r.tap.commands = func(line string) string {
				if strings.HasPrefix(line, "ADAT ") {
					return strings.TrimSpace(line) + "A\r\n"
				}
				return line
			}
		}, "refuses the security mechanism", 501},
		{"an end without a proof", func(r *mechanismRun) {
			r.tap.replies = func(line string) string {
				if strings.HasPrefix(line, "335") {
					return "235 welcome\r\n"
				}
				return line
			}
		}, "failed", 0},
		{"an exchange that does not end", func(r *mechanismRun) {
			endless := func() protocol.Mechanism { return endlessMechanism{&keyMechanism{levels: "SEP"}} }
			r.client.Mechanism.New, r.server.Mechanism.New = endless, endless
		}, "does not end", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newMechanismRun(0, 0)
			tt.set(r)
			err := r.dial(t)
			if err == nil {
				err = r.c.Login(t.Context(), "user", "password", "")
			}
			if _, ok := errors.AsType[*control.SecurityError](err); !ok || !strings.Contains(fmt.Sprint(err), tt.want) {
				if tt.code != 533 { // a refusal in order, at the level of the command
					t.Fatalf("%v; want a *SecurityError with %q", err, tt.want)
				}
			}
			re, _ := errors.AsType[*protocol.ReplyError](err)
			if tt.code != 0 && (re == nil || re.Reply.Code != tt.code) {
				t.Errorf("%v; want a reply %d", err, tt.code)
			}
			if strings.Contains(r.tap.String(), "PASS ") {
				t.Error("PASS was sent in clear")
			}
		})
	}
}

type endlessMechanism struct{ *keyMechanism }

func (endlessMechanism) Step([]byte) ([]byte, bool, error) { return []byte("more"), false, nil }

// TestMechanismDataLevel: a server may want more of data connections than PROT has.
func TestMechanismDataLevel(t *testing.T) {
	r := newMechanismRun(levelP, levelS)
	r.server.Mechanism.Require = levelP
	r.start(t)
	if err := r.srv.WriteFile("/f", nil); err != nil {
		t.Fatal(err)
	}
	_, err := retr(t, r.c, "f", 0)
	if re, ok := errors.AsType[*protocol.ReplyError](err); !ok || re.Reply.Code != 534 || re.Meaning() != protocol.WantsProtection {
		t.Errorf("%v; want a reply 534", err)
	}
}

// TestMechanismNoBlocks: a level that the mechanism does not have for data is not asked for
// by Do either: what comes would be taken for the file.
func TestMechanismNoBlocks(t *testing.T) {
	r := newMechanismRun(levelP, 0)
	r.client.DataProtection = control.ProtectClear
	r.client.Mechanism.New = func() protocol.Mechanism {
		return struct{ protocol.Protector }{keyed("key", "SEP", false)().(protocol.Protector)}
	}
	r.start(t)
	_, err := r.c.Do(t.Context(), protocol.Command{Verb: "PROT", Arg: "S"})
	if se, ok := errors.AsType[*protocol.SequenceError](err); !ok || se.Code != 536 {
		t.Errorf("PROT S: %v; want a *SequenceError", err)
	}
	if err := put(t, r.c, "f", "data"); err != nil {
		t.Errorf("in clear: %v", err)
	}
}

// TestMechanismBuffer: blocks are no larger than PBSZ has settled, by whichever side, and
// one that is too small for anything is an error of the transfer.
func TestMechanismBuffer(t *testing.T) {
	for _, tt := range []struct {
		client, server, want uint32
	}{{1000, 5000, 1000}, {5000, 1000, 1000}, {33, 0, 33}, {0, 0, 1 << 20}, {32, 5000, 0}} {
		r := newMechanismRun(levelP, levelP)
		r.client.Mechanism.Buffer, r.server.Mechanism.Buffer = tt.client, tt.server
		var largest uint32
		measure := func(b []byte) []byte {
			for _, block := range blocks(b) {
				largest = max(largest, uint32(len(block)-4))
			}
			return b
		}
		r.tap.upload, r.tap.download = measure, measure
		r.start(t)
		text := strings.Repeat("x", 9000)
		err := put(t, r.c, "f", text)
		if tt.want == 0 {
			if _, ok := errors.AsType[*protocol.ProtectionError](err); !ok {
				t.Errorf("buffer %d: %v; want a *ProtectionError", tt.client, err)
			}
			continue
		}
		got, gerr := retr(t, r.c, "f", 0)
		if err != nil || gerr != nil || got != text || largest > tt.want {
			t.Errorf("buffers %d and %d: %v, %v, %d octets, largest block %d; want at most %d", tt.client, tt.server, err, gerr, len(got), largest, tt.want)
		}
	}
}

// blocks cuts a stream of protected blocks, headers included.
func blocks(b []byte) (list [][]byte) {
	for len(b) >= 4 {
		n := 4 + int(b[2])<<8 + int(b[3])
		list, b = append(list, b[:n:n]), b[n:]
	}
	return list
}

// TestMechanismMeddled: whoever sits on the path can spoil a transfer, but not have it
// succeed. The session goes on.
func TestMechanismMeddled(t *testing.T) {
	join := func(list ...[]byte) []byte { return bytes.Join(list, nil) }
	for _, tt := range []struct {
		name   string
		meddle func([]byte) []byte // nil: it returns what an earlier transfer had
		cut    bool                // the error is io.ErrUnexpectedEOF, too
	}{
		{"one bit", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, false},
		{"the last bit", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, false},
		{"nothing but an end", func([]byte) []byte { return nil }, true},
		{"no last block", func(b []byte) []byte { l := blocks(b); return join(l[:len(l)-1]...) }, true},
		{"half a header", func(b []byte) []byte { l := blocks(b); return join(append(l[:1:1], l[1][:2])...) }, true},
		{"half a block", func(b []byte) []byte { l := blocks(b); return join(append(l[:1:1], l[1][:100])...) }, true},
		{"a block twice", func(b []byte) []byte { l := blocks(b); return join(append([][]byte{l[0], l[0]}, l[1:]...)...) }, false},
		{"a block left out", func(b []byte) []byte { l := blocks(b); return join(append(l[:1:1], l[2:]...)...) }, false},
		{"two blocks changed for each other", func(b []byte) []byte { l := blocks(b); l[0], l[1] = l[1], l[0]; return join(l...) }, false},
		{"the end first", func(b []byte) []byte { l := blocks(b); return l[len(l)-1] }, false},
		{"the blocks of an earlier transfer", nil, false},
		{"a block larger than PBSZ", func(b []byte) []byte { return append([]byte{0, 0, 0x13, 0x89}, b...) }, false},
		{"a block of 4 GiB", func(b []byte) []byte { return append([]byte{0xff, 0xff, 0xff, 0xff}, b...) }, false},
		{"an unprotected end", func([]byte) []byte { return make([]byte, 4) }, false},
		{"clear text", func([]byte) []byte { return []byte("in clear") }, false},
	} {
		for _, level := range []protocol.Level{levelS, levelP} {
			t.Run(fmt.Sprintf("%s, %s", tt.name, level), func(t *testing.T) {
				t.Parallel()
				text := strings.Repeat("x", 20_000)
				var earlier []byte
				r := newMechanismRun(levelP, level)
				r.start(t)
				if err := r.srv.WriteFile("/f", []byte(text)); err != nil {
					t.Fatal(err)
				}
				r.tap.download = func(b []byte) []byte { earlier = bytes.Clone(b); return b }
				if got, err := retr(t, r.c, "f", 0); err != nil || got != text {
					t.Fatal(err)
				}
				r.tap.download = func(b []byte) []byte {
					if tt.meddle == nil {
						return earlier
					}
					return tt.meddle(b)
				}
				_, err := retr(t, r.c, "f", 0)
				if pe, ok := errors.AsType[*protocol.ProtectionError](err); !ok || pe.Code != 535 || errors.Is(err, io.ErrUnexpectedEOF) != tt.cut {
					t.Errorf("download: %v; want a *ProtectionError, cut %v", err, tt.cut)
				}
				r.tap.download, r.tap.upload = nil, func(b []byte) []byte { return tt.meddle(b) }
				if strings.Contains(tt.name, "earlier") {
					r.tap.upload = func(b []byte) []byte { earlier = bytes.Clone(b); return b }
					if err := put(t, r.c, "up", text); err != nil {
						t.Fatal(err)
					}
					r.tap.upload = func([]byte) []byte { return earlier }
				}
				err = put(t, r.c, "up", text)
				if re, ok := errors.AsType[*protocol.ReplyError](err); !ok || re.Reply.Code != 535 {
					t.Errorf("upload: %v; want a reply 535", err)
				}
				if err := r.c.Noop(t.Context()); err != nil {
					t.Errorf("NOOP afterwards: %v", err)
				}
			})
		}
	}
}

// TestMechanismForged: a reply that is not the server's, or less protected than the command
// was, ends the session. A refusal of the security check is one of the session, not the
// answer to what was asked.
func TestMechanismForged(t *testing.T) {
	for _, tt := range []struct {
		name  string
		reply func(line, before string) string
		dead  bool
	}{
		{"a consent in clear", func(_, _ string) string { return "257 \"/evil\"\r\n" }, true},
		{"a refusal in clear", func(_, _ string) string { return "550 no such file\r\n" }, true},
		{"not implemented, in clear", func(_, _ string) string { return "502 no\r\n" }, true},
		{"one bit", func(line, _ string) string { return strings.Replace(line, "632 ", "632 A", 1) }, true},
		{"a lower level", func(line, _ string) string { return "631" + line[3:] }, true},
		{"the reply before", func(_, before string) string { return before }, true},
		{"no base64", func(_, _ string) string { return "632 ****\r\n" }, true},
		{"nothing inside", func(_, _ string) string { return "632 \r\n" }, true},
		{"the check failed", func(_, _ string) string { return "535 no\r\n" }, false},
		{"another level is wanted", func(_, _ string) string { return "533 no\r\n" }, false},
		{"the level is unknown", func(_, _ string) string { return "537 no\r\n" }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newMechanismRun(levelP, levelP)
			var before string
			forge := false
			r.tap.replies = func(line string) string {
				if forge {
					return tt.reply(line, before)
				}
				before = line
				return line
			}
			r.start(t)
			forge = true
			dir, err := r.c.Pwd(t.Context())
			if _, ok := errors.AsType[*protocol.ViolationError](err); ok != tt.dead || err == nil || dir != "" {
				t.Errorf("%q, %v; want a *ViolationError %v", dir, err, tt.dead)
			}
			if _, ok := errors.AsType[*control.SecurityError](err); ok == tt.dead {
				t.Errorf("%v; want a *SecurityError %v", err, !tt.dead)
			}
			if dead := r.c.Err() != nil; dead != tt.dead {
				t.Errorf("the connection is over: %v, want %v", dead, tt.dead)
			}
		})
	}
}

// TestMechanismCommandMeddled: a command that was changed on the way is not carried out.
func TestMechanismCommandMeddled(t *testing.T) {
	r := newMechanismRun(levelP, levelP).start(t)
	r.tap.commands = func(line string) string { return strings.Replace(line, "ENC ", "ENC AAAA", 1) }
	_, err := r.c.Mkd(t.Context(), "d")
	se, ok := errors.AsType[*control.SecurityError](err)
	if !ok || !strings.Contains(se.Reason, "security check") {
		t.Errorf("%v; want a *SecurityError", err)
	}
	r.tap.commands = nil
	if err := r.c.Noop(t.Context()); err != nil {
		t.Errorf("NOOP afterwards: %v", err)
	}
}
