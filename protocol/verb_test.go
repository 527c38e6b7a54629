package protocol

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestVerbTable holds each row against what must be true of all.
func TestVerbTable(t *testing.T) {
	seen := map[Verb]bool{}
	for v := range Verbs() {
		if seen[v.Verb] {
			t.Errorf("%s stands in the table twice", v.Verb)
		}
		seen[v.Verb] = true
		if v.RFC == "" || v.states == 0 || !validVerb(string(v.Verb)) || v.Verb.upper() != v.Verb {
			t.Errorf("row %+v is incomplete", v)
		}
		if got, ok := LookupVerb(v.Verb); !ok || got != v {
			t.Errorf("LookupVerb(%q) = %+v, %v", v.Verb, got, ok)
		}
		if got, ok := LookupVerb(Verb(strings.ToLower(string(v.Verb)))); !ok || got != v {
			t.Errorf("LookupVerb in small letters: %+v, %v; want %+v", got, ok, v)
		}
		for _, rule := range []struct {
			text  string
			holds bool
		}{
			{"the diagram of a transfer and data go together", (v.Diagram == DiagramTransfer) == v.MovesData()},
			{"data goes one way", v.Does&(Downloads|Lists|Uploads)&(v.Does&(Downloads|Lists|Uploads)-1) == 0},
			{"data needs a login", !v.MovesData() || v.states == loggedIn},
			{"an upload changes something", v.Does&Uploads == 0 || v.Does&Changes != 0},
			{"a listing changes nothing", v.Does&Lists == 0 || v.Does&Changes == 0},
			{"a listing may be of the working directory", v.Does&Lists == 0 || v.Arg == ArgPathOpt},
			{"what names a directory or must exist has a pathname", v.Does&(NamesDir|Reads) == 0 || v.Arg == ArgPath || v.Arg == ArgPathOpt},
			{"what only looks, and what moves about, needs a login", v.Does&(Reads|Moves) == 0 || v.states == loggedIn},
			{"a sequence needs something to follow", v.Diagram != DiagramSequence || v.Arg == ArgPath || v.Arg == ArgText},
			{"a verb is known by its effects", v.Verb.Does(v.Does) == (v.Does != 0)},
		} {
			if !rule.holds {
				t.Errorf("%+v: %s", v, rule.text)
			}
		}
	}
}

func TestVerbsStopsEarly(t *testing.T) {
	for v := range Verbs() {
		if v.Verb != "USER" {
			t.Errorf("first verb %s, want USER", v.Verb)
		}
		break
	}
}

func TestLookupUnknownVerb(t *testing.T) {
	got, ok := LookupVerb("xyzzy")
	want := VerbInfo{Verb: "XYZZY", Arg: ArgAny, Diagram: DiagramOpen, states: anyState}
	if ok || got != want {
		t.Errorf("LookupVerb(xyzzy) = %+v, %v; want %+v, false", got, ok, want)
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct {
		name string
		got  []string
		want string
	}{
		{"states", stringsOf(stateCount + 2), "AwaitGreeting AwaitTLS AwaitClear Unauthenticated NeedADAT Authenticated NeedPassword NeedAccount Authorized Closing Closed Base unknown"},
		{"guards", stringsOf(guardCount + 1), "Clear Secured Sized Cleared unknown"},
		{"diagrams", stringsOf(diagramCount + 1), "by verb,one reply,transfer,sequence,login,wait,abort,open,enclosed,unknown"},
		{"outcomes", stringsOf(Outcome(6)), "violation wait success continue failure unknown"},
		{"event kinds", stringsOf(EventKind(8)), ",reply,merged,command,start TLS,stop TLS,extra,unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sep := " "
			if strings.Contains(tt.want, ",") {
				sep = ","
			}
			if diff := cmp.Diff(tt.want, strings.Join(tt.got, sep)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func stringsOf[T interface {
	~uint8
	String() string
}](n T) []string {
	var out []string
	for i := range n {
		out = append(out, i.String())
	}
	return out
}

func TestStateSetString(t *testing.T) {
	if got, want := setOfStates(StateNeedADAT, StateClosed).String(), "NeedADAT Closed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
