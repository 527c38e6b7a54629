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
		ArgNone:     "CDUP REIN QUIT PASV ABOR PWD SYST NOOP XCUP XPWD CCC FEAT LPSV CPSV ESTA ESTP",
		ArgPath:     "CWD SMNT RETR STOR APPE RNFR RNTO DELE RMD MKD XCWD XMKD XRMD MDTM SIZE HASH MD5 RMDA",
		ArgPathOpt:  "STOU LIST NLST STAT MLST MLSD AVBL DSIZ",
		ArgText:     "PORT TYPE STRU MODE ALLO REST SITE AUTH ADAT PBSZ PROT OPTS EPRT HOST CLNT MIC CONF ENC LPRT ALGS RANG CSID",
		ArgTextOpt:  "HELP LANG EPSV SSCN",
		ArgVerbatim: "USER PASS ACCT",
		ArgMixed:    "XCRC XMD5 XSHA XSHA1 XSHA256 XSHA512 MMD5 CKSM MFMT MFCT MFF THMB PRET COMB",
	}
	wantDiagrams = map[Diagram]string{
		DiagramOneReply: "ACCT CWD CDUP SMNT QUIT PORT PASV TYPE STRU MODE ALLO RNTO DELE RMD MKD PWD SYST STAT HELP NOOP " +
			"XCWD XCUP XMKD XPWD XRMD PBSZ PROT CCC FEAT OPTS LANG EPRT EPSV MDTM SIZE MLST HOST CLNT " +
			"LPRT LPSV CPSV ALGS HASH XCRC XMD5 XSHA XSHA1 XSHA256 XSHA512 MD5 MMD5 CKSM MFMT MFCT MFF AVBL DSIZ RMDA CSID PRET SSCN ESTA ESTP COMB",
		DiagramTransfer: "RETR STOR STOU APPE LIST NLST MLSD THMB",
		DiagramSequence: "REST RNFR RANG",
		DiagramLogin:    "USER PASS AUTH ADAT",
		DiagramWait:     "REIN",
		DiagramAbort:    "ABOR",
		DiagramOpen:     "SITE",
		DiagramEnclosed: "MIC CONF ENC",
	}
	wantData = "RETR STOR STOU APPE LIST NLST MLSD THMB"
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
		{"diagrams", stringsOf(diagramCount + 1), "by verb,one reply,transfer,sequence,login,wait,abort,open,enclosed,unknown"},
		{"outcomes", stringsOf(Outcome(6)), "violation wait success continue failure unknown"},
		{"event kinds", stringsOf(EventKind(8)), ",reply,merged,command,start TLS,stop TLS,extra,unknown"},
		{"leniencies", stringsOf(leniencyCount + 1), " extra-reply extra-transfer-reply extra-login-reply extra-cwd-reply extra-preliminary no-preliminary refused-during-transfer account-wanted stored-command merged-replies unknown"},
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
