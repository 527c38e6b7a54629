package protocol

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParamsType(t *testing.T) {
	for _, tt := range []struct {
		arg    string
		want   Params
		binary bool
	}{
		{"A", Params{Type: 'A', Format: 'N'}, false},
		{"A N", Params{Type: 'A', Format: 'N'}, false},
		{"a t", Params{Type: 'A', Format: 'T'}, false},
		{"A C", Params{Type: 'A', Format: 'C'}, false},
		{"E", Params{Type: 'E', Format: 'N'}, false},
		{"E T", Params{Type: 'E', Format: 'T'}, false},
		{"I", Params{Type: 'I', Format: 'N'}, true},
		{"i", Params{Type: 'I', Format: 'N'}, true},
		{"L 8", Params{Type: 'L', Format: 'N', ByteSize: 8}, true},
		{"l 36", Params{Type: 'L', Format: 'N', ByteSize: 36}, false},
		{"L", Params{Type: 'L', Format: 'N'}, false},
		{"", defaultParams(), false},
	} {
		t.Run(tt.arg, func(t *testing.T) {
			p := defaultParams()
			p.end(Command{Verb: "TYPE", Arg: tt.arg}, Success)
			tt.want.Stru, tt.want.Mode = 'F', 'S'
			if diff := cmp.Diff(tt.want, p); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if p.Binary() != tt.binary {
				t.Errorf("Binary %v, want %v", p.Binary(), tt.binary)
			}
		})
	}
}

// TestParamsFormatFallsBack: TYPE A alone undoes TYPE A T (RFC 959, Section 4.1.2).
func TestParamsFormatFallsBack(t *testing.T) {
	p := defaultParams()
	for _, arg := range []string{"A T", "L 8", "A"} {
		p.end(Command{Verb: "TYPE", Arg: arg}, Success)
	}
	if diff := cmp.Diff(defaultParams(), p); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestParamsSequences plays commands, each with the code that answers it, and sees
// both sides hold the same parameters.
func TestParamsSequences(t *testing.T) {
	base := defaultParams()
	with := func(change func(*Params)) Params {
		p := base
		change(&p)
		return p
	}
	restart := func(s string) Params { return with(func(p *Params) { p.Restart = s }) }
	renaming := func(s string) Params { return with(func(p *Params) { p.RenameFrom = s }) }
	tests := []struct {
		name string
		play string // "VERB arg=code code, ..."
		want Params
	}{
		{"refused TYPE changes nothing", "TYPE I=504", base},
		{"STRU and MODE", "STRU R=200, MODE Z=200", with(func(p *Params) { p.Stru, p.Mode = 'R', 'Z' })},
		{"EPSV ALL", "EPSV all=200", with(func(p *Params) { p.EPSVAll = true })},
		{"EPSV alone", "EPSV=229", base},
		{"EPSV ALL refused", "EPSV ALL=501", base},
		{"EPSV ALL sticks", "EPSV ALL=200, EPSV=229", with(func(p *Params) { p.EPSVAll = true })},

		{"REST", "REST 100=350", restart("100")},
		{"REST refused", "REST 100=501", base},
		{"REST 0", "REST 0=350", restart("0")},
		{"REST again", "REST 100=350, REST 7=350", restart("7")},
		{"REST again, refused: the former holds", "REST 100=350, REST x=501", restart("100")},
		{"REST holds over the address", "REST 7=350, PASV=227, EPSV=229, TYPE I=200", with(func(p *Params) { p.Restart, p.Type = "7", 'I' })},
		{"REST holds over PORT and EPRT", "REST 7=350, PORT x=200, EPRT x=200", restart("7")},
		{"REST holds over questions", "REST 7=350, NOOP=200, STAT=211, ABOR=226", restart("7")},
		{"REST serves once", "REST 7=350, RETR a=150 226", base},
		{"REST serves once, failed", "REST 7=350, RETR a=550", base},
		{"REST waits for the end", "REST 7=350, STOR a=150", restart("7")},
		{"a listing uses it up", "REST 7=350, LIST=150 226", base},
		{"any other verb forgets it", "REST 7=350, CWD d=250", base},
		{"RNFR forgets it", "REST 7=350, RNFR a=350", renaming("a")},

		{"RNFR", "RNFR a=350", renaming("a")},
		{"RNFR refused", "RNFR a=550", base},
		{"RNFR again", "RNFR a=350, RNFR b=350", renaming("b")},
		{"RNFR again, refused", "RNFR a=350, RNFR b=550", base},
		{"RNTO ends it", "RNFR a=350, RNTO b=250", base},
		{"RNTO refused ends it", "RNFR a=350, RNTO b=553", base},
		{"RNFR holds over questions", "RNFR a=350, NOOP=200, STAT=211, ABOR=225", renaming("a")},
		{"any other verb forgets RNFR", "RNFR a=350, PWD=257", base},
		{"a refused verb forgets RNFR", "RNFR a=350, DELE x=550", base},
		{"a name of blanks", "RNFR  a =350", renaming(" a ")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPair(t, false)
			p.reply(230, "in")
			for _, step := range strings.Split(tt.play, ", ") {
				line, codes, _ := strings.Cut(step, "=")
				verb, arg, _ := strings.Cut(line, " ")
				var cs []Code
				for c := range strings.FieldsSeq(codes) {
					cs = append(cs, Code(c[0]-'0')*100+Code(c[1]-'0')*10+Code(c[2]-'0'))
				}
				p.do(Verb(verb), arg, cs...)
			}
			if diff := cmp.Diff([]Params{tt.want, tt.want}, []Params{p.client.Params(), p.server.Params()}); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestParamsRefusedByCheck: a command that the server must not carry out leaves
// the sequences alone on its side.
func TestParamsRefusedByCheck(t *testing.T) {
	m := machineIn(RoleServer, StateAuthorized, GuardClear)
	m.params.RenameFrom, m.params.Restart = "a", "7"
	mustReceive(t, m, "PROT P\r\n")
	if e, _ := m.Next(); e.Err == nil {
		t.Fatal("PROT is legal without TLS")
	}
	if _, err := m.Reply(NewReply(503, "no")); err != nil {
		t.Fatal(err)
	}
	if got := m.Params(); got.RenameFrom != "a" || got.Restart != "7" {
		t.Errorf("params %+v, want them untouched", got)
	}
}

func TestRestartOffset(t *testing.T) {
	for _, tt := range []struct {
		restart string
		want    int64
	}{
		{"", 0}, {"0", 0}, {"1", 1}, {"9223372036854775807", 1<<63 - 1}, {"-1", 0}, {"x", 0}, {"007", 7},
	} {
		p := Params{Restart: tt.restart}
		if got := p.RestartOffset(); got != tt.want {
			t.Errorf("%q: %d, want %d", tt.restart, got, tt.want)
		}
	}
}
