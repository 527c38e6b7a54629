package protocol

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// toy is a mechanism for tests: a challenge that the client turns round, and
// messages that are turned over bit by bit with a sum in front. It keeps nothing
// secret.
type toy struct {
	server bool
	levels string // PROT letters that it offers
	steps  int
	fail   int // the step that fails, 0 for none
	err    error
}

func (m *toy) Name() string { return "TOY" }

// Step: S challenges with "abc", C answers "cba", S greets "ok", C is content with
// that and says nothing more.
func (m *toy) Step(token []byte) ([]byte, bool, error) {
	m.steps++
	if m.steps == m.fail {
		return nil, false, m.err
	}
	switch {
	case m.server && m.steps == 1:
		return []byte("abc"), false, nil
	case m.server && m.steps == 2 && string(token) == "cba":
		return []byte("more"), false, nil
	case m.server && m.steps == 3 && len(token) == 0:
		return []byte("ok"), true, nil
	case !m.server && m.steps == 1 && string(token) == "abc":
		return []byte("cba"), false, nil
	case !m.server && m.steps == 2 && string(token) == "more":
		return nil, false, nil
	case !m.server && m.steps == 3 && string(token) == "ok":
		return nil, true, nil
	}
	return nil, false, fmt.Errorf("toy: step %d does not know the token", m.steps)
}

func (m *toy) Offers(l Level) bool { return strings.IndexByte(m.levels, byte(l)) >= 0 }

func (m *toy) Protect(l Level, plain []byte) ([]byte, error) {
	out := []byte{byte(l), sum(plain)}
	for _, b := range plain {
		out = append(out, b^0xff)
	}
	return out, nil
}

func (m *toy) Unprotect(l Level, message []byte) ([]byte, error) {
	if len(message) < 2 || message[0] != byte(l) {
		return nil, errors.New("toy: another level")
	}
	plain := bytes.Clone(message[2:])
	for i := range plain {
		plain[i] ^= 0xff
	}
	if sum(plain) != message[1] {
		return nil, errors.New("toy: wrong sum")
	}
	return plain, nil
}

// Blocks makes the toy protect data connections: each block as a message of its own.
func (m *toy) Blocks(l Level, transfer uint64) Blocks { return toyBlocks{m, l} }

type toyBlocks struct {
	m *toy
	l Level
}

func (b toyBlocks) Room(buffer uint32) uint32              { return max(buffer, 2) - 2 }
func (b toyBlocks) Protect(plain []byte) ([]byte, error)   { return b.m.Protect(b.l, plain) }
func (b toyBlocks) Unprotect(block []byte) ([]byte, error) { return b.m.Unprotect(b.l, block) }

func sum(b []byte) (s byte) {
	for _, x := range b {
		s = s*31 + x
	}
	return s
}

// newToyPair is a pair that knows the toy and TLS, greeted.
func newToyPair(t *testing.T, levels string) *pair {
	t.Helper()
	with := func(role Role) Config {
		return Config{Role: role, Buffer: 1000, Mechanism: func(name string) Mechanism {
			switch name {
			case "TOY":
				return &toy{server: role == RoleServer, levels: levels}
			case "TLS":
				return TLS()
			}
			return nil
		}}
	}
	p := &pair{t, NewMachine(with(RoleClient)), NewMachine(with(RoleServer))}
	p.reply(220, "ready")
	return p
}

// answer has the server answer by SecurityReply, and returns what the client read.
func (p *pair) answer(verb Verb, arg string) Event {
	p.t.Helper()
	if err := p.send(verb, arg); err != nil {
		p.t.Fatalf("server refuses %s: %v", verb, err)
	}
	wire, err := p.server.Reply(p.server.SecurityReply(Command{Verb: verb, Arg: arg}))
	if err != nil {
		p.t.Fatalf("server: %v", err)
	}
	if err := p.client.Receive(wire); err != nil {
		p.t.Fatalf("client: %v", err)
	}
	e, _ := p.client.Next()
	return e
}

// authenticate runs a whole exchange of the toy.
func (p *pair) authenticate() {
	p.t.Helper()
	e := p.answer("AUTH", "toy")
	for range 10 {
		next, done, err := p.client.NextADAT(e.Reply)
		if err != nil {
			p.t.Fatal(err)
		}
		if done {
			p.wantState("the exchange is complete", StateAuthenticated)
			return
		}
		p.wantState("security data is due", StateNeedADAT)
		e = p.answer(next.Verb, next.Arg)
	}
	p.t.Fatal("the exchange does not end")
}

// TestMechanism is a session behind a mechanism that protects messages: exchange,
// protected login, sizes and levels, CCC.
func TestMechanism(t *testing.T) {
	p := newToyPair(t, "SEP")
	p.authenticate()
	want := func(why string, w Protection) {
		t.Helper()
		if diff := cmp.Diff([]Protection{w, w}, []Protection{p.client.Protection(), p.server.Protection()}); diff != "" {
			t.Fatalf("%s: mismatch (-want +got):\n%s", why, diff)
		}
	}
	want("authenticated", Protection{Control: GuardSecured, Mechanism: "TOY"})
	p.do("USER", "u", 331)
	if err := p.client.ProtectCommands(LevelPrivate); err != nil {
		t.Fatal(err)
	}
	p.do("PASS", "secret", 230)
	p.wantState("logged in", StateAuthorized)

	for _, tt := range []struct {
		arg  string
		code Code
		want uint32
	}{{"x", 501, 0}, {"4294967296", 501, 0}, {"0", 501, 0}, {"-1", 501, 0}, {"4294967295", 200, 1000}, {"1001", 200, 1000}, {"1000", 200, 1000}, {"1", 200, 1}} {
		if e := p.answer("PBSZ", tt.arg); e.Reply.Code != tt.code {
			t.Errorf("PBSZ %s: %d, want %d", tt.arg, e.Reply.Code, tt.code)
		}
		if got := p.client.Protection().Buffer; got != tt.want || p.server.Protection().Buffer != got {
			t.Errorf("PBSZ %s: sizes %d and %d, want %d", tt.arg, got, p.server.Protection().Buffer, tt.want)
		}
	}
	for _, tt := range []struct {
		arg  string
		code Code
		want Level
	}{{"S", 200, LevelSafe}, {"X", 504, LevelSafe}, {"e", 200, LevelConfidential}, {"P", 200, LevelPrivate}, {"PP", 504, LevelPrivate}, {"C", 200, LevelClear}, {"S", 200, LevelSafe}} {
		if e := p.answer("PROT", tt.arg); e.Reply.Code != tt.code {
			t.Errorf("PROT %s: %d, want %d", tt.arg, e.Reply.Code, tt.code)
		}
		want("PROT "+tt.arg, Protection{Control: GuardSized, Data: tt.want, Mechanism: "TOY", Buffer: 1})
	}
	p.do("CCC", "", 534)
	want("CCC refused", Protection{Control: GuardSized, Data: LevelSafe, Mechanism: "TOY", Buffer: 1})
	p.do("CCC", "", 200)
	want("CCC keeps the level of data", Protection{Control: GuardCleared, Data: LevelSafe, Mechanism: "TOY", Buffer: 1})
	p.wantState("CCC keeps the login", StateAuthorized)
	wire, err := p.client.Send(Command{Verb: "PWD"})
	if err != nil || string(wire) != "PWD\r\n" {
		t.Fatalf("behind CCC: %q, %v; want it in clear", wire, err)
	}
	if err := p.server.Receive(wire); err != nil {
		t.Fatal(err)
	}
	if e, _ := p.server.Next(); e.Err != nil || e.Level != LevelClear {
		t.Errorf("behind CCC: %+v", e)
	}
	p.reply(257, "\"/\"")
	p.do("REIN", "", 220)
	want("REIN", Protection{})
	p.wantState("REIN", StateUnauthenticated)
	p.authenticate()
}

// TestMechanismWire: what goes over the wire is what RFC 2228 says, level by level.
func TestMechanismWire(t *testing.T) {
	for _, tt := range []struct {
		level  Level
		verb   string
		prefix string
	}{{LevelSafe, "MIC ", "631"}, {LevelConfidential, "CONF ", "633"}, {LevelPrivate, "ENC ", "632"}, {LevelClear, "FEAT\r\n", "211"}} {
		t.Run(tt.level.String(), func(t *testing.T) {
			p := newToyPair(t, "SEP")
			p.authenticate()
			if err := p.client.ProtectCommands(tt.level); err != nil {
				t.Fatal(err)
			}
			wire, err := p.client.Send(Command{Verb: "FEAT"})
			if err != nil || !strings.HasPrefix(string(wire), tt.verb) {
				t.Fatalf("Send = %q, %v; want %q", wire, err, tt.verb)
			}
			for i := range wire {
				mustReceive(t, p.server, string(wire[i:i+1]))
			}
			if e, _ := p.server.Next(); e.Err != nil || e.Command.Verb != "FEAT" || e.Level != tt.level {
				t.Fatalf("server: %+v, want FEAT at level %s", e, tt.level)
			}
			feat := NewReply(211, "Features:\n MDTM\n211 x\n\xff\nEnd")
			wire, err = p.server.Reply(feat)
			if err != nil {
				t.Fatal(err)
			}
			for line := range bytes.Lines(wire) {
				if tt.level != LevelClear && (!bytes.HasPrefix(line, []byte(tt.prefix)) || bytes.Contains(line, []byte("MDTM"))) {
					t.Errorf("line %q, want every line with %s and nothing readable", line, tt.prefix)
				}
			}
			for i := range wire {
				mustReceive(t, p.client, string(wire[i:i+1]))
			}
			e, _ := p.client.Next()
			if e.Reply.Code != 211 || e.Level != tt.level || e.Outcome != Success || e.Reply.Lines[1] != " MDTM" || e.Reply.Lines[3] != "\xff" {
				t.Errorf("client: %+v", e)
			}
		})
	}
}

// TestMechanismDefaultLevel: commands are protected as soon as the exchange is
// complete, with integrity at least.
func TestMechanismDefaultLevel(t *testing.T) {
	for levels, want := range map[string]string{"SEP": "MIC ", "P": "ENC ", "E": "CONF ", "EP": "ENC ", "": "NOOP\r\n"} {
		p := newToyPair(t, levels)
		p.authenticate()
		wire, err := p.client.Send(Command{Verb: "NOOP"})
		if err != nil || !strings.HasPrefix(string(wire), want) {
			t.Errorf("levels %q: Send = %q, %v; want %q", levels, wire, err, want)
		}
		if levels == "P" {
			if e, ok := errors.AsType[*ProtectionError](p.client.ProtectCommands(LevelSafe)); !ok || e.Code != 537 {
				t.Errorf("ProtectCommands(safe) = %v, want a *ProtectionError of 537", e)
			}
		}
	}
}

// TestMechanismFails: each step can fail on each side, and the session is back
// where it was.
func TestMechanismFails(t *testing.T) {
	why := errors.New("expired")
	for _, tt := range []struct {
		name string
		fail int
		err  error
		want Code // that the server answers with
	}{
		{"at AUTH", 1, why, 431},
		{"at AUTH, for policy", 1, &ProtectionError{Code: 534, Reason: "no"}, 534},
		{"at the first ADAT", 2, why, 535},
		{"at the second ADAT", 3, why, 535},
		{"at ADAT, with a word", 2, &ProtectionError{Code: 501, Reason: "odd"}, 501},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newToyPair(t, "S")
			p.server.cfg.Mechanism = func(string) Mechanism { return &toy{server: true, fail: tt.fail, err: tt.err} }
			e := p.answer("AUTH", "TOY")
			for e.Outcome == Continue {
				next, _, err := p.client.NextADAT(e.Reply)
				if err != nil {
					t.Fatal(err)
				}
				e = p.answer(next.Verb, next.Arg)
			}
			if e.Reply.Code != tt.want || e.Outcome != Failure {
				t.Errorf("reply %d %s, want %d", e.Reply.Code, e.Outcome, tt.want)
			}
			p.wantState("refused", StateUnauthenticated)
		})
	}
	for name, text := range map[string]string{
		"a token that the client does not know": "ADAT=eHl6", "no base64": "ADAT=%%%", "no token": "go on",
	} {
		p := newToyPair(t, "S")
		if err := p.send("AUTH", "TOY"); err != nil {
			t.Fatal(err)
		}
		p.reply(334, text)
		if _, _, err := p.client.NextADAT(NewReply(334, text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p := newToyPair(t, "S")
	e := p.answer("AUTH", "TOY")
	if _, _, err := p.client.NextADAT(e.Reply); err != nil {
		t.Fatal(err)
	}
	_, done, err := p.client.NextADAT(NewReply(235, "ADAT=bW9yZQ=="))
	if e, ok := errors.AsType[*ProtectionError](err); done || !ok || !strings.Contains(e.Error(), "early") {
		t.Errorf("235 before the client is content: %v, %v; want a *ProtectionError", done, err)
	}
}

// TestTLSMechanism: TLS is one mechanism among others.
func TestTLSMechanism(t *testing.T) {
	for name, want := range map[string]Code{"TLS": 234, "tls": 234, "X-NOPE": 504} {
		p := newToyPair(t, "S")
		if e := p.answer("AUTH", name); e.Reply.Code != want {
			t.Errorf("AUTH %s: %d, want %d", name, e.Reply.Code, want)
		}
	}
	p := newToyPair(t, "S")
	p.answer("AUTH", "TLS")
	p.tls(EventStartTLS)
	p.wantState("TLS is up", StateAuthenticated)
	for _, tt := range []struct {
		verb Verb
		arg  string
		want Code
	}{{"PBSZ", "16384", 200}, {"PBSZ", "0", 200}, {"PROT", "S", 536}, {"PROT", "E", 536}, {"PROT", "X", 504}, {"PROT", "P", 200}, {"PROT", "C", 200}} {
		if e := p.answer(tt.verb, tt.arg); e.Reply.Code != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.verb, tt.arg, e.Reply.Code, tt.want)
		}
	}
	if got := p.client.Protection(); got.Buffer != 0 || got.Mechanism != "TLS" {
		t.Errorf("protection %+v, want TLS without a buffer", got)
	}
}
