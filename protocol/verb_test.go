package protocol

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wantVerbs is the command table as the RFCs' command lists have it, written down
// apart from the code: verbs by argument form and by diagram.
var (
	wantArgs = map[ArgForm]string{
		ArgNone:     "CDUP REIN QUIT PASV ABOR PWD SYST NOOP XCUP XPWD CCC FEAT",
		ArgPath:     "CWD SMNT RETR STOR APPE RNFR RNTO DELE RMD MKD XCWD XMKD XRMD MDTM SIZE",
		ArgPathOpt:  "STOU LIST NLST STAT MLST MLSD",
		ArgText:     "PORT TYPE STRU MODE ALLO REST SITE AUTH ADAT PBSZ PROT OPTS EPRT HOST CLNT",
		ArgTextOpt:  "HELP LANG EPSV",
		ArgVerbatim: "USER PASS ACCT",
	}
	wantDiagrams = map[Diagram]string{
		DiagramOneReply: "ACCT CWD CDUP SMNT QUIT PORT PASV TYPE STRU MODE ALLO RNTO DELE RMD MKD PWD SYST STAT HELP NOOP " +
			"XCWD XCUP XMKD XPWD XRMD PBSZ PROT CCC FEAT OPTS LANG EPRT EPSV MDTM SIZE MLST HOST CLNT",
		DiagramTransfer: "RETR STOR STOU APPE LIST NLST MLSD",
		DiagramSequence: "REST RNFR",
		DiagramLogin:    "USER PASS AUTH ADAT",
		DiagramWait:     "REIN",
		DiagramAbort:    "ABOR",
		DiagramOpen:     "SITE",
	}
	wantData = "RETR STOR STOU APPE LIST NLST MLSD"
)

func TestVerbTable(t *testing.T) {
	args, diagrams := map[ArgForm][]string{}, map[Diagram][]string{}
	var data []string
	seen := map[Verb]bool{}
	for v := range Verbs() {
		if seen[v.Verb] {
			t.Errorf("%s stands in the table twice", v.Verb)
		}
		seen[v.Verb] = true
		args[v.Arg] = append(args[v.Arg], string(v.Verb))
		diagrams[v.Diagram] = append(diagrams[v.Diagram], string(v.Verb))
		if v.Data {
			data = append(data, string(v.Verb))
		}
		if v.RFC == "" || v.States == 0 || !validVerb(string(v.Verb)) || v.Verb.upper() != v.Verb {
			t.Errorf("row %+v is incomplete", v)
		}
		if got, ok := LookupVerb(v.Verb); !ok || got != v {
			t.Errorf("LookupVerb(%q) = %+v, %v", v.Verb, got, ok)
		}
		if got, ok := LookupVerb(Verb(strings.ToLower(string(v.Verb)))); !ok || got != v {
			t.Errorf("LookupVerb in small letters: %+v, %v; want %+v", got, ok, v)
		}
	}
	if diff := cmp.Diff(sortedFields(wantArgs), sortedLists(args)); diff != "" {
		t.Errorf("argument forms mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(sortedFields(wantDiagrams), sortedLists(diagrams)); diff != "" {
		t.Errorf("diagrams mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantData, strings.Join(data, " ")); diff != "" {
		t.Errorf("verbs with a data connection mismatch (-want +got):\n%s", diff)
	}
}

func sortedFields[K comparable](m map[K]string) map[K][]string {
	out := map[K][]string{}
	for k, s := range m {
		out[k] = slices.Sorted(slices.Values(strings.Fields(s)))
	}
	return out
}

func sortedLists[K comparable](m map[K][]string) map[K][]string {
	out := maps.Clone(m)
	for _, s := range out {
		slices.Sort(s)
	}
	return out
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
	want := VerbInfo{Verb: "XYZZY", Arg: ArgAny, Diagram: DiagramOpen, States: anyState}
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
		{"diagrams", stringsOf(diagramCount + 1), "by verb,one reply,transfer,sequence,login,wait,abort,open,unknown"},
		{"outcomes", stringsOf(Outcome(6)), "violation wait success continue failure unknown"},
		{"event kinds", stringsOf(EventKind(7)), ",reply,merged,command,start TLS,stop TLS,unknown"},
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
	if got, want := stateSet(StateNeedADAT, StateClosed).String(), "NeedADAT Closed"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
