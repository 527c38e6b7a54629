package protocol

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestProtectionTable walks every step of the protection with every command and
// happening, rows and absent rows, at both levels.
func TestProtectionTable(t *testing.T) {
	const clear, private = LevelClear, LevelPrivate
	type key struct {
		from  Guard
		event Verb
	}
	// What RFC 2228, Section 3 and RFC 4217 say, apart from the code. level is
	// '=' where the level stays.
	type to struct {
		next  Guard
		level byte
	}
	want := map[key]to{
		{GuardClear, tlsUp}:           {GuardSecured, 'C'},
		{GuardClear, tlsUpImplicit}:   {GuardSized, 'P'},
		{GuardSecured, "PBSZ"}:        {GuardSized, '='},
		{GuardSecured, tlsDown}:       {GuardCleared, '='},
		{GuardSized, tlsDown}:         {GuardCleared, '='},
		{GuardClear, mechanismUp}:     {GuardSecured, 'C'},
		{GuardSecured, mechanismDown}: {GuardCleared, '='},
		{GuardSized, mechanismDown}:   {GuardCleared, '='},
		{GuardSecured, "AUTH"}:        {GuardClear, 'C'},
		{GuardSized, "AUTH"}:          {GuardClear, 'C'},
		{GuardSecured, "REIN"}:        {GuardClear, 'C'},
		{GuardSized, "REIN"}:          {GuardClear, 'C'},
		{GuardCleared, "REIN"}:        {GuardClear, 'C'},
	}
	events := []Verb{tlsUp, tlsUpImplicit, tlsDown, mechanismUp, mechanismDown, "XYZZY"}
	for v := range Verbs() {
		events = append(events, v.Verb)
	}
	rows := 0
	for g := range Guard(guardCount) {
		for _, ev := range events {
			for _, level := range []Level{clear, private} {
				wantP := Protection{Control: g, Data: level}
				if w, ok := want[key{g, ev}]; ok {
					rows++
					wantP.Control = w.next
					switch w.level {
					case 'C':
						wantP.Data = clear
					case 'P':
						wantP.Data = private
					}
				}
				got := Protection{Control: g, Data: level}
				if ev == "PROT" {
					got.end(Command{Verb: ev}, Reply{}) // without an argument it means nothing
				} else {
					got.step(ev)
				}
				got.Mechanism = "" // implicit TLS names itself
				if got != wantP {
					t.Errorf("%s at level %d, %s: %+v, want %+v", g, level, ev, got, wantP)
				}
			}
		}
	}
	if rows != 2*len(guardings) || len(want) != len(guardings) {
		t.Errorf("the walk met %d rows twice, the table has %d", rows, len(guardings))
	}
}

func TestProtLevels(t *testing.T) {
	for _, tt := range []struct {
		mechanism, arg string
		from, want     Level
	}{
		{"TLS", "P", LevelClear, LevelPrivate}, {"TLS", "p", LevelClear, LevelPrivate},
		{"TLS", "C", LevelPrivate, LevelClear}, {"TLS", "c", LevelPrivate, LevelClear},
		{"TLS", "S", LevelPrivate, LevelPrivate}, {"TLS", "E", LevelClear, LevelClear},
		{"TLS", "X", LevelPrivate, LevelPrivate}, {"TLS", "PP", LevelClear, LevelClear},
		{"GSSAPI", "P", LevelClear, LevelPrivate}, {"GSSAPI", "s", LevelClear, LevelSafe},
		{"GSSAPI", "E", LevelPrivate, LevelConfidential}, {"GSSAPI", "C", LevelSafe, LevelClear},
		{"GSSAPI", "X", LevelSafe, LevelSafe},
	} {
		t.Run(tt.mechanism+" "+tt.arg, func(t *testing.T) {
			p := Protection{Control: GuardSized, Data: tt.from, Mechanism: tt.mechanism}
			p.end(Command{Verb: "PROT", Arg: tt.arg}, NewReply(200, "ok"))
			if p.Data != tt.want || p.Control != GuardSized {
				t.Errorf("got %+v, want level %d", p, tt.want)
			}
		})
	}
}

// TestProtectionDialogue follows a session through every step, on both sides.
func TestProtectionDialogue(t *testing.T) {
	p := newPair(t, false)
	want := func(why string, g Guard, l Level) {
		t.Helper()
		w := Protection{Control: g, Data: l, Mechanism: "TLS"}
		if g == GuardClear {
			w.Mechanism = ""
		}
		if diff := cmp.Diff([]Protection{w, w}, []Protection{p.client.Protection(), p.server.Protection()}); diff != "" {
			t.Fatalf("%s: protection mismatch (-want +got):\n%s", why, diff)
		}
	}
	p.reply(220, "ready")
	p.do("AUTH", "TLS", 534)
	want("AUTH refused", GuardClear, LevelClear)
	p.do("AUTH", "TLS", 234)
	p.tls(EventStartTLS)
	want("TLS is up", GuardSecured, LevelClear)
	p.do("PBSZ", "x", 501)
	want("PBSZ refused", GuardSecured, LevelClear)
	p.do("PBSZ", "0", 200)
	p.do("PROT", "P", 200)
	want("PROT P", GuardSized, LevelPrivate)
	p.do("PROT", "X", 504)
	want("a refused PROT leaves the level", GuardSized, LevelPrivate)
	p.do("USER", "u", 230)
	p.do("CCC", "", 534)
	want("CCC refused", GuardSized, LevelPrivate)
	p.do("CCC", "", 200)
	p.wantState("CCC", StateAwaitClear)
	p.tls(EventStopTLS)
	p.wantState("CCC keeps the login", StateAuthorized)
	want("CCC freezes the level", GuardCleared, LevelPrivate)
	p.do("USER", "v", 331)
	p.do("PASS", "x", 530)
	p.wantState("no TLS, no login", StateUnauthenticated)
	p.do("REIN", "", 220)
	want("REIN", GuardClear, LevelClear)
}

// TestAuthResets: AUTH drops the login and the parameters (RFC 4217, Section 4.2);
// USER keeps the parameters (RFC 959, Section 4.1.1); REIN drops them.
func TestAuthResets(t *testing.T) {
	for _, tt := range []struct {
		verb Verb
		arg  string
		code Code
		want byte
	}{
		{"AUTH", "TLS", 234, 'A'}, {"AUTH", "TLS", 534, 'I'}, {"REIN", "", 220, 'A'}, {"REIN", "", 500, 'I'},
		{"USER", "v", 331, 'I'}, {"USER", "v", 230, 'I'}, {"USER", "v", 530, 'I'},
	} {
		t.Run(fmt.Sprint(tt.verb, tt.code), func(t *testing.T) {
			p := newPair(t, false)
			p.reply(230, "in")
			p.do("TYPE", "I", 200)
			p.do("STRU", "r", 200)
			p.do("MODE", "b", 200)
			p.do("EPSV", "ALL", 200)
			p.do(tt.verb, tt.arg, tt.code)
			want := Params{Type: 'I', Format: 'N', Stru: 'R', Mode: 'B', EPSVAll: true}
			if tt.want == 'A' {
				want = defaultParams()
			}
			if diff := cmp.Diff([]Params{want, want}, []Params{p.client.Params(), p.server.Params()}); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
