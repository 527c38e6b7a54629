package fuzz_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/google/go-cmp/cmp"
)

// chunks cuts b into pieces of the lengths that cuts gives, again and again.
func chunks(b, cuts []byte) [][]byte {
	var out [][]byte
	for i := 0; len(b) > 0; i++ {
		n := len(b)
		if len(cuts) > 0 {
			n = min(n, 1+int(cuts[i%len(cuts)]))
		}
		out, b = append(out, b[:n]), b[n:]
	}
	return out
}

// readReplies feeds the pieces to a fresh reader.
func readReplies(t *testing.T, limits protocol.Limits, pieces [][]byte) (got []protocol.Reply, partial bool, err error) {
	r := protocol.ReplyReader{Limits: limits}
	for _, p := range pieces {
		for len(p) > 0 {
			n, reply, ok, err := r.Feed(p)
			if n < 0 || n > len(p) || n == 0 && err == nil {
				t.Fatalf("Feed consumed %d of %d bytes", n, len(p))
			}
			if err != nil {
				return got, r.Partial(), err
			}
			if ok {
				got = append(got, reply)
			}
			p = p[n:]
		}
	}
	return got, r.Partial(), nil
}

// FuzzProtocolReply: replies come out alike however the stream is cut; an error is a
// *SyntaxError inside the stream; a reply written again reads as the same reply.
func FuzzProtocolReply(f *testing.F) {
	for _, s := range []string{
		"220 ready\r\n", "211-Features:\r\n MDTM\r\n211 End\r\n", "226-a\n250 b\n226\n", "2\xff\xf120\xff\xfd\x01 a\r\x00b\r\n",
		"220-a\r\n220-b\r\n220 c\r\n150 x\r\n", "257 \"\xff\xff\"\r\n", "SSH-2.0-x\r\n", "230 a\x00b\r\n", "\xff\xfa\x18\xff\xff\xff\xf0220 a\n",
	} {
		f.Add([]byte(s), []byte{0, 2})
	}
	limits := protocol.Limits{LineBytes: 200, ReplyLines: 20, ReplyBytes: 1000}
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		whole, partial, err := readReplies(t, limits, chunks(stream, nil))
		for _, c := range [][]byte{{0}, cuts} {
			got, p, e := readReplies(t, limits, chunks(stream, c))
			if diff := cmp.Diff(whole, got); diff != "" || p != partial || fmt.Sprint(e) != fmt.Sprint(err) {
				t.Fatalf("cut by %v: partial %v, error %v; whole: %v, %v; replies (-whole +cut):\n%s", c, p, e, partial, err, diff)
			}
		}
		if err != nil {
			e, ok := errors.AsType[*protocol.SyntaxError](err)
			if !ok || e.Offset < 0 || e.Offset >= int64(len(stream)) || len(e.Excerpt) > 120 || e.Reason == "" {
				t.Fatalf("unsound error %#v", err)
			}
		}
		for _, r := range whole {
			rewriteReply(t, r)
		}
	})
}

// rewriteReply writes r and reads it back: one reply, the same but for what Append
// says that it changes.
func rewriteReply(t *testing.T, r protocol.Reply) {
	want := protocol.Reply{Code: r.Code}
	for i, line := range r.Lines {
		line = strings.ReplaceAll(line, "\r", " ")
		if middle := i > 0 && i < len(r.Lines)-1; middle && startsWithCode(line) {
			line = " " + line
		}
		want.Lines = append(want.Lines, line)
	}
	want.Lint = r.Lint & protocol.LintOuterGroup
	wire := r.Append(nil)
	got, partial, err := readReplies(t, protocol.Limits{LineBytes: -1, ReplyLines: -1, ReplyBytes: -1}, [][]byte{wire})
	if err != nil || partial {
		t.Fatalf("%q: partial %v, error %v", wire, partial, err)
	}
	if diff := cmp.Diff([]protocol.Reply{want}, got); diff != "" {
		t.Fatalf("%q: mismatch (-want +got):\n%s", wire, diff)
	}
}

func startsWithCode(s string) bool {
	return len(s) >= 3 && strings.Trim(s[:3], "0123456789") == ""
}

// oneLine checks that wire is a single command line.
func oneLine(t *testing.T, wire []byte) {
	text, ok := bytes.CutSuffix(wire, []byte("\r\n"))
	if !ok || bytes.ContainsAny(text, "\r\n\x00") {
		t.Fatalf("%q is not one command line", wire)
	}
}

// FuzzProtocolCommand: whatever verb and argument, an encoded command is one line
// that parses to the same command; whatever line, what parses encodes to a line
// that parses to the same.
func FuzzProtocolCommand(f *testing.F) {
	f.Add("RETR", " a ", []byte("RETR  a "))
	f.Add("PASS", "x\r\nDELE y", []byte("pass x\ry"))
	f.Add("MKD", "a\xffb", []byte("TYPE \t A N "))
	f.Add("NOOP\r\nQUIT", "", []byte(" NOOP"))
	f.Add("site", "PSWD a b", []byte("XYZZY  \x01"))
	f.Fuzz(func(t *testing.T, verb, arg string, line []byte) {
		c := protocol.Command{Verb: protocol.Verb(verb), Arg: arg}
		if wire, err := c.AppendUnchecked(nil); err == nil {
			oneLine(t, wire)
		}
		if wire, err := c.Append(nil); err == nil {
			oneLine(t, wire)
			info, _ := protocol.LookupVerb(c.Verb)
			want := protocol.Command{Verb: protocol.Verb(strings.ToUpper(verb)), Arg: arg}
			if info.Arg == protocol.ArgText || info.Arg == protocol.ArgTextOpt {
				want.Arg = strings.Trim(arg, " \t")
			}
			reparse(t, wire, want)
		} else if e, ok := errors.AsType[*protocol.ArgumentError](err); !ok || strings.ContainsAny(e.Error(), "\r\n\x00") {
			t.Fatalf("unsound error %#v", err)
		}
		parsed, err := protocol.ParseCommand(line)
		if err != nil {
			e, ok := errors.AsType[*protocol.SyntaxError](err)
			if !ok || e.Offset < 0 || e.Offset > int64(len(line)) || len(e.Excerpt) > 120 {
				t.Fatalf("unsound error %#v", err)
			}
			return
		}
		if wire, err := parsed.AppendUnchecked(nil); err != nil {
			t.Fatalf("%q parses to what cannot be written: %v", line, err)
		} else {
			oneLine(t, wire)
			reparse(t, wire, parsed)
		}
	})
}

// reparse has a server read wire, which must be want and nothing else.
func reparse(t *testing.T, wire []byte, want protocol.Command) {
	text := bytes.ReplaceAll(bytes.TrimSuffix(wire, []byte("\r\n")), []byte("\xff\xff"), []byte("\xff"))
	got, err := protocol.ParseCommand(text)
	if err != nil {
		t.Fatalf("%q: %v", wire, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%q: mismatch (-want +got):\n%s", wire, diff)
	}
}

// A duel is a client's and a server's machine that a fuzzer drives.
type duel struct {
	t              *testing.T
	data           []byte
	client, server *protocol.Machine
	up, down       []byte // on the way to the server, to the client
	joined         bool   // the wire carries what the machines wrote and nothing else
	sent           int
	refuse         bool // the last command may not be carried out
	ccc            bool // the last command is CCC
	verb           protocol.Verb
	fresh          bool // a transfer has had no preliminary reply yet
	running        bool // a transfer has had one
}

func (d *duel) byte() byte {
	if len(d.data) == 0 {
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return b
}

func (d *duel) text() string {
	n := min(int(d.byte()%8), len(d.data))
	s := string(d.data[:n])
	d.data = d.data[n:]
	return s
}

var (
	duelVerbs = func() []protocol.Verb {
		out := []protocol.Verb{"XYZZY", "auth", "bad verb"}
		for v := range protocol.Verbs() {
			out = append(out, v.Verb)
		}
		return out
	}()
	duelArgs = []string{"", "", "x", "I", "L 8", "TLS", "0", "P", "C", "ALL", "100", "a b"}

	// Codes that say of themselves whom they belong to are not among them: which
	// of two commands they answer depends on what has arrived.
	duelCodes = []protocol.Code{
		110, 120, 150, 220, 226, 230, 234, 235, 331, 332, 334, 335, 350, 421, 426, 450, 500, 503, 530, 550, 631, 226, 226,
		230, 234, 331, 150,
	}
)

// step does one random thing.
func (d *duel) step() {
	switch d.byte() % 8 {
	case 0, 1:
		d.send()
	case 2, 3:
		d.reply()
	case 4:
		n := min(len(d.up), 1+int(d.byte()))
		d.receive(d.server, d.up[:n])
		d.up = d.up[n:]
	case 5:
		n := min(len(d.down), 1+int(d.byte()))
		d.receive(d.client, d.down[:n])
		d.down = d.down[n:]
	case 6:
		d.tls()
	case 7:
		switch {
		case d.joined:
			d.settle()
		case d.byte()%16 == 0:
			d.client.Close(nil)
		case d.byte()%16 == 0:
			d.server.Close(errors.New("closed by test"))
		default:
			d.up = append(d.up, d.text()...)
			d.down = append(d.down, d.text()...)
		}
	}
	d.drain()
	d.invariants()
}

func (d *duel) send() {
	c := protocol.Command{Verb: duelVerbs[int(d.byte())%len(duelVerbs)], Arg: duelArgs[int(d.byte())%len(duelArgs)]}
	if !d.joined {
		c.Arg += d.text()
		c.Diagram = protocol.Diagram(d.byte() % 16)
	}
	if stored, ok := d.client.Stored(); ok && d.joined && stored.Verb == c.Verb && d.client.Pending() > 0 {
		return // sent again, it would be carried out twice
	}
	wire, err := d.client.Send(c)
	if err != nil {
		d.known(err)
		return
	}
	oneLine(d.t, wire)
	d.sent++
	d.up = append(d.up, wire...)
}

func (d *duel) reply() {
	code := duelCodes[int(d.byte())%len(duelCodes)]
	if s := d.server.State(); d.joined && (s == protocol.StateAwaitTLS || s == protocol.StateAwaitClear) {
		return // a farewell in clear is legal to write, and an attack to read
	}
	switch {
	case d.refuse && code != 421:
		code = 500
	case d.ccc && code == 226:
		code = 200
	case !d.joined:
		code += protocol.Code(d.byte() % 30)
	default:
		code = d.plausible(code)
	}
	if code == 120 || code == 150 {
		d.running, d.fresh = d.running || d.fresh, false
	}
	wire, err := d.server.Reply(protocol.NewReply(code, "a\n250 b\n"+d.text()))
	if err != nil {
		d.known(err)
		return
	}
	if bytes.Count(wire, []byte("\n")) != bytes.Count(wire, []byte("\r\n")) || bytes.Count(wire, []byte("\r")) != bytes.Count(wire, []byte("\r\n")) {
		d.t.Fatalf("bare CR or LF in %q", wire)
	}
	d.down = append(d.down, wire...)
}

// plausible turns replies that no server gives, and that a client takes for
// replies to something else, into others.
func (d *duel) plausible(code protocol.Code) protocol.Code {
	info, _ := protocol.LookupVerb(d.verb)
	alone := d.server.Pending() == 1
	if code = d.notExtra(code, alone, info); code == 220 && d.verb != "" {
		return 202 // a client takes 220 for a second greeting, which may come late
	}
	return code
}

// notExtra turns what a client takes for one more reply to the command before.
func (d *duel) notExtra(code protocol.Code, alone bool, info protocol.VerbInfo) protocol.Code {
	switch {
	case code == 226 && d.fresh, d.running && (code == 500 || code == 503 || code == 530):
		return 550
	case code == 226 && alone && !info.MovesData() && d.verb != "ABOR",
		code == 230 && (!alone || d.verb != "USER" && d.verb != "PASS" && d.verb != "ACCT"):
		return 220
	}
	return code
}

func (d *duel) receive(m *protocol.Machine, b []byte) {
	if err := m.Receive(b); err != nil {
		d.known(err)
		if d.joined {
			d.t.Fatalf("a well-behaved peer broke the connection: %v", err)
		}
	}
}

// tls brings TLS up or takes it down where that is due; with a wire between them,
// once both sides are there.
func (d *duel) tls() {
	for _, m := range []*protocol.Machine{d.client, d.server} {
		if d.joined && d.client.State() != d.server.State() {
			return
		}
		defer func() {
			switch m.State() {
			case protocol.StateAwaitTLS:
				m.TLSEstablished()
			case protocol.StateAwaitClear:
				m.TLSClosed()
			}
		}()
	}
}

// settle lets everything on the wire arrive, and wants both sides to agree.
func (d *duel) settle() {
	d.receive(d.client, d.down)
	d.receive(d.server, d.up)
	d.up, d.down = nil, nil
	d.drain()
	if d.client.Pending() > 0 || d.client.State() == protocol.StateClosing {
		return // behind 421 nothing matters that was sent and never read
	}
	type view struct {
		State      string
		Protection protocol.Protection
		Params     protocol.Params
	}
	c := view{d.client.State().String(), d.client.Protection(), d.client.Params()}
	s := view{d.server.State().String(), d.server.Protection(), d.server.Params()}
	if diff := cmp.Diff(c, s); diff != "" {
		d.t.Fatalf("client and server disagree (-client +server):\n%s", diff)
	}
}

func (d *duel) drain() {
	for e, ok := d.client.Next(); ok; e, ok = d.client.Next() {
		if e.Kind == protocol.EventCommand || e.Err != nil {
			d.t.Fatalf("client: event %+v", e)
		}
	}
	for e, ok := d.server.Next(); ok; e, ok = d.server.Next() {
		switch e.Kind {
		case protocol.EventCommand:
			d.refuse, d.ccc, d.verb = e.Err != nil, e.Command.Verb == "CCC", e.Command.Verb
			if d.server.Pending() == 1 {
				info, _ := protocol.LookupVerb(d.verb)
				d.fresh, d.running = info.MovesData(), false
			}
			if e.Err != nil {
				d.known(e.Err)
			}
		case protocol.EventReply, protocol.EventMerged:
			d.t.Fatalf("server: event %+v", e)
		}
	}
	if out := d.server.Output(); len(out)%3 != 0 || len(d.client.Output())%3 != 0 {
		d.t.Fatalf("Output %q", out)
	}
}

// known checks that err is one of the package's own, or the test's.
func (d *duel) known(err error) {
	if strings.ContainsAny(err.Error(), "\r\n\x00\x1b") {
		d.t.Fatalf("control characters in %q", err.Error())
	}
	switch err.(type) {
	case *protocol.SequenceError, *protocol.ArgumentError, *protocol.SyntaxError, *protocol.ViolationError:
	default:
		if err.Error() != "closed by test" {
			d.t.Fatalf("error of type %T: %v", err, err)
		}
	}
}

func (d *duel) invariants() {
	if n := d.server.Pending(); n > 2 {
		d.t.Fatalf("server: %d pending", n)
	}
	if n := d.client.Pending(); n > d.sent+1 {
		d.t.Fatalf("client: %d pending of %d sent", n, d.sent)
	}
	for _, m := range []*protocol.Machine{d.client, d.server} {
		s := m.State()
		if s > protocol.StateClosed {
			d.t.Fatalf("state %d", s)
		}
		if m.Err() != nil && s != protocol.StateClosed {
			d.t.Fatalf("state %s with error %v", s, m.Err())
		}
		switch s {
		case protocol.StateAwaitClear, protocol.StateClosing, protocol.StateClosed:
			if m.Pending() != 0 {
				d.t.Fatalf("%d pending in state %s", m.Pending(), s)
			}
		}
		if s == protocol.StateAuthenticated && m.Protection().Control == protocol.GuardCleared {
			d.t.Fatalf("Authenticated behind %s", m.Protection().Control)
		}
	}
}

// FuzzProtocolMachine: no order of commands, replies, bytes and TLS events makes a
// machine panic or lose count, or write anything but whole lines. Two machines on
// one wire never break each other's connection, and agree when all has arrived.
func FuzzProtocolMachine(f *testing.F) {
	login := "=220 AUTH:TLS=234 tls USER:x=331 PASS:x=230 PBSZ:0=350 PBSZ:0=220 PROT:P=220 "
	for _, script := range []string{
		login + "TYPE:I=220 REST:100=350 RETR:x=150,226 RNFR:x=350 NOOP=220 RNTO:x=226 CCC=226 tls REIN=120,220 QUIT=220",
		login + "RETR:x=150 ABOR NOOP =426,226,226 STOR:x STAT=150,550,226 REIN=220 tls USER:x=332 ACCT:x=530",
		login + "EPSV:ALL PASV TYPE:I=226,500,220 USER:x=331 HOST:x=220 AUTH:x=503 QUIT NOOP=421",
		"=120,220 AUTH:x=334 ADAT:x=335 ADAT:x=235 USER:x=230 APPE:x=150 QUIT=226,226",
	} {
		f.Add(true, false, duelScript(script))
		f.Add(false, false, duelScript(script))
		f.Add(true, true, append([]byte{6}, duelScript(script)...))
	}
	f.Add(false, false, []byte("2\x03\x00\x05\xff7\x01\x01\x08220 ok\r\n\x07STAT a\r\x04\xff\x02\x03"))
	f.Fuzz(func(t *testing.T, joined, implicit bool, data []byte) {
		d := &duel{
			t: t, joined: joined, data: data,
			client: protocol.NewMachine(protocol.Config{ImplicitTLS: implicit}),
			server: protocol.NewMachine(protocol.Config{Role: protocol.RoleServer, ImplicitTLS: implicit}),
		}
		for len(d.data) > 0 {
			d.step()
		}
		if joined {
			d.settle()
		}
	})
}

// duelScript writes steps of a duel as a fuzzer's input: "VERB:arg" is sent and
// arrives, "=code,code" answers and arrives, "tls" is a TLS event.
func duelScript(script string) []byte {
	var out []byte
	for word := range strings.FieldsSeq(script) {
		command, codes, _ := strings.Cut(word, "=")
		verb, arg, _ := strings.Cut(command, ":")
		switch verb {
		case "":
		case "tls":
			out = append(out, 6)
		default:
			out = append(out, 0, byte(slices.Index(duelVerbs, protocol.Verb(verb))), byte(slices.Index(duelArgs, arg)), 4, 255)
		}
		for code := range strings.SplitSeq(codes, ",") {
			if i := slices.IndexFunc(duelCodes, func(c protocol.Code) bool { return fmt.Sprint(c) == code }); i >= 0 {
				out = append(out, 2, byte(i), 0, 5, 255, 7)
			}
		}
	}
	return out
}
