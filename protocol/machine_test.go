package protocol

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A pair joins a client's machine and a server's, so that one test sees both.
type pair struct {
	t              *testing.T
	client, server *Machine
}

func newPair(t *testing.T, implicit bool) *pair {
	return &pair{t, NewMachine(Config{ImplicitTLS: implicit}), NewMachine(Config{Role: RoleServer, ImplicitTLS: implicit})}
}

// send has the client send a command and the server receive it, and returns the
// error that the server's machine reports with it.
func (p *pair) send(verb Verb, arg string) error {
	p.t.Helper()
	wire, err := p.client.Send(Command{Verb: verb, Arg: arg})
	if err != nil {
		p.t.Fatalf("client: %v", err)
	}
	if err := p.server.Receive(wire); err != nil {
		p.t.Fatalf("server: %v", err)
	}
	e, ok := p.server.Next()
	if !ok || e.Kind != EventCommand || e.Command.Verb != verb {
		p.t.Fatalf("server: event %+v, %v; want command %s", e, ok, verb)
	}
	return e.Err
}

// reply has the server reply and the client receive it, and returns the outcome.
func (p *pair) reply(code Code, text string) Outcome {
	p.t.Helper()
	wire, err := p.server.Reply(NewReply(code, text))
	if err != nil {
		p.t.Fatalf("server: %v", err)
	}
	if err := p.client.Receive(wire); err != nil {
		p.t.Fatalf("client: %v", err)
	}
	e, ok := p.client.Next()
	if !ok || e.Kind != EventReply {
		p.t.Fatalf("client: event %+v, %v; want a reply", e, ok)
	}
	return e.Outcome
}

// do is a command with its replies.
func (p *pair) do(verb Verb, arg string, codes ...Code) {
	p.t.Helper()
	if err := p.send(verb, arg); err != nil {
		p.t.Fatalf("server refuses: %v", err)
	}
	for _, c := range codes {
		p.reply(c, "text")
	}
}

// tls has both sides see the event, and tells both that TLS is up.
func (p *pair) tls(want EventKind) {
	p.t.Helper()
	for _, m := range []*Machine{p.client, p.server} {
		if e, ok := m.Next(); !ok || e.Kind != want {
			p.t.Fatalf("event %+v, %v; want %s", e, ok, want)
		}
		if want == EventStartTLS {
			m.TLSEstablished()
		} else {
			m.TLSClosed()
		}
	}
}

func (p *pair) wantState(why string, want State) {
	p.t.Helper()
	if diff := cmp.Diff([]State{want, want}, []State{p.client.State(), p.server.State()}); diff != "" {
		p.t.Fatalf("%s: states of client and server mismatch (-want +got):\n%s", why, diff)
	}
}

// TestPair is the manual of the harness: a whole session, seen from both sides.
func TestPair(t *testing.T) {
	p := newPair(t, false)
	p.reply(220, "ready")
	p.wantState("greeted in clear", StateUnauthenticated)
	p.do("AUTH", "TLS", 234)
	p.tls(EventStartTLS)
	p.wantState("TLS is up", StateAuthenticated)
	p.do("USER", "bob", 331)
	p.do("PASS", "secret", 230)
	p.wantState("logged in", StateAuthorized)
	p.do("PBSZ", "0", 200)
	p.do("PROT", "P", 200)
	p.do("TYPE", "I", 200)
	p.do("REST", "100", 350)
	if got := p.server.Params(); got.RestartOffset() != 100 || !got.Binary() {
		t.Errorf("server: params %+v; want REST 100 in TYPE I", got)
	}
	p.do("RETR", "a", 150, 226)
	if diff := cmp.Diff(p.client.Params(), p.server.Params()); diff != "" {
		t.Errorf("params of client and server differ (-client +server):\n%s", diff)
	}
	p.do("CCC", "", 200)
	p.tls(EventStopTLS)
	if got, want := p.client.Protection(), (Protection{Control: GuardCleared, Data: LevelPrivate, Mechanism: "TLS"}); got != want {
		t.Errorf("protection %+v, want %+v", got, want)
	}
	p.do("REIN", "", 220)
	p.wantState("reinitialised", StateUnauthenticated)
	p.do("QUIT", "", 221)
	p.wantState("QUIT answered", StateClosing)
}
