package protocol

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/states.md from the tables")

// TestStatesDoc keeps docs/states.md equal to the tables.
func TestStatesDoc(t *testing.T) {
	path := filepath.Join("..", "docs", "states.md")
	want := statesDoc()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, strings.ReplaceAll(string(got), "\r\n", "\n")); diff != "" {
		t.Errorf("docs/states.md is not what the tables say; run go test ./protocol -run TestStatesDoc -update\n(-tables +file):\n%s", diff)
	}
}

const statesIntro = `# States

Generated from the tables of package protocol; do not edit. After a change of a table:

    go test ./protocol -run TestStatesDoc -update

An FTP session is several small machines side by side. An **exchange** is one
command and its replies: the *verdict* table says what a reply means for the
command it answers. The **session** is what an exchange that is over leads to:
greeted, logged in, closing. The **protection** is what TLS, PBSZ, PROT and CCC
have made of the two connections. Client and server read the same tables: a
transition belongs to a command and the reply that ended it, whoever wrote which.

References are RFC numbers and sections: "959 5.4" is RFC 959, Section 5.4.
`

func statesDoc() string {
	var b strings.Builder
	b.WriteString(statesIntro)
	docStates(&b)
	docVerdicts(&b)
	docSession(&b)
	docProtection(&b)
	docVerbs(&b)
	docLeniencies(&b)
	return b.String()
}

// namedSets are sets of states that the tables share, by the names that the
// document gives them.
var namedSets = []struct {
	name string
	set  StateSet
}{
	{"*any*", anyState},
	{"*any but NeedADAT*", anyState.without(StateNeedADAT)},
	{"*before login*", preLogin},
	{"*protected*", protected},
}

func docStates(b *strings.Builder) {
	b.WriteString(`
## States and sets of states

| state | meaning |
|---|---|
`)
	meanings := [stateCount]string{
		StateAwaitGreeting:   "connected; the server speaks first",
		StateAwaitTLS:        "AUTH was accepted, or the port is one of implicit TLS: the handshake comes next",
		StateAwaitClear:      "CCC or REIN was accepted behind TLS: TLS is taken down next",
		StateUnauthenticated: "greeted; no TLS, no login",
		StateNeedADAT:        "AUTH was answered 334: a security exchange is under way",
		StateAuthenticated:   "TLS is up; no login",
		StateNeedPassword:    "USER asked for a password",
		StateNeedAccount:     "USER or PASS asked for an account",
		StateAuthorized:      "logged in",
		StateClosing:         "QUIT was answered, or 421 came: the server is about to close",
		StateClosed:          "over",
	}
	for s := range State(stateCount) {
		fmt.Fprintf(b, "| %s | %s |\n", s, meanings[s])
	}
	b.WriteString(`
*Base* stands for Authenticated while TLS is up on the control connection, and for
Unauthenticated otherwise. Sets of states that the tables below name:

| set | states |
|---|---|
`)
	for _, n := range namedSets {
		fmt.Fprintf(b, "| %s | %s |\n", n.name, strings.ReplaceAll(n.set.String(), " ", ", "))
	}
}

func docSet(set StateSet) string {
	for _, n := range namedSets {
		if n.set == set {
			return n.name
		}
	}
	return strings.ReplaceAll(set.String(), " ", ", ")
}

func docVerdicts(b *strings.Builder) {
	b.WriteString(`
## Verdicts

What a reply means, by its first digit and the diagram of the command (RFC 959,
Section 6). *Wait*: another reply follows. *Continue*: the server waits for the next
command of the sequence. *Violation*: no such reply can answer the command; on the
client it ends the connection. 421 is a failure under every diagram, and the last
reply of the connection.

| diagram | 1yz | 2yz | 3yz | 4yz | 5yz | 6yz | verbs |
|---|---|---|---|---|---|---|---|
`)
	for d := DiagramOneReply; d < diagramCount; d++ {
		fmt.Fprintf(b, "| %s |", d)
		for _, o := range verdicts[d] {
			fmt.Fprintf(b, " %s |", o)
		}
		var names []string
		for v := range Verbs() {
			if v.Diagram == d {
				names = append(names, string(v.Verb))
			}
		}
		switch d {
		case DiagramWait:
			names = append(names, "the greeting")
		case DiagramOpen:
			names = append(names, "verbs that no table holds")
		}
		fmt.Fprintf(b, " %s |\n", strings.Join(names, " "))
	}
}

func docSession(b *strings.Builder) {
	b.WriteString(`
## Session

In a state of *from*, the reply that ends the command leads to *next*. A row with a
whole code goes before a row with a class. A pair that no row holds leaves the state
as it is.

| command | from | reply | next | why |
|---|---|---|---|---|
`)
	for _, t := range session {
		verb, code := string(t.verb), fmt.Sprint(int(t.code))
		if verb == "" {
			verb = "(greeting)"
		}
		if t.code < 10 {
			code += "yz"
		}
		next := t.next.String()
		if t.next == stateBase {
			next = "*Base*"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", verb, docSet(t.from), code, next, t.cause)
	}
}

func docProtection(b *strings.Builder) {
	b.WriteString(`
## Protection

The control connection's protection goes from step to step when a command succeeds
or TLS comes up or goes down. A pair that no row holds changes nothing.

| from | event | next | why |
|---|---|---|---|
`)
	for _, g := range guardings {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", g.from, g.event, g.next, g.cause)
	}
	b.WriteString(`
PROT sets the protection of data connections once it succeeds (C and P behind TLS, S
and E too behind a mechanism that has them); TLS coming up by AUTH, an accepted AUTH
and REIN set it back to clear, implicit TLS begins with private. CCC leaves it as it
is. The connection of implicit TLS keeps TLS over REIN and starts again as it began.

A mechanism other than TLS protects messages, not the connection: behind a complete
exchange commands travel inside MIC (integrity), CONF (confidentiality) or ENC (both),
their replies inside 631, 633 or 632. AUTH 234 then leads to Authenticated at once, CCC
200 stays where it is, and neither waits for TLS.
`)
}

func docVerbs(b *strings.Builder) {
	b.WriteString(`
## Verbs

*States*: where the command may be sent. Further conditions: RNTO wants an accepted
RNFR; PROT an accepted PBSZ; PBSZ and CCC want a protected control connection, AUTH
wants none; CCC itself must be protected; MIC, CONF and ENC want a mechanism that
protects messages (537 behind TLS); PORT, PASV, EPRT, LPRT, LPSV and CPSV are illegal
behind EPSV ALL.

| verb | argument | diagram | states | data | defined in |
|---|---|---|---|---|---|
`)
	forms := [...]string{
		ArgAny: "any", ArgNone: "none", ArgPath: "pathname", ArgPathOpt: "[pathname]",
		ArgText: "text", ArgTextOpt: "[text]", ArgVerbatim: "verbatim",
		ArgMixed: "mixed",
	}
	for v := range Verbs() {
		data := ""
		if v.MovesData() {
			data = "yes"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", v.Verb, forms[v.Arg], v.Diagram, docSet(v.states), data, v.RFC)
	}
}

func docLeniencies(b *strings.Builder) {
	b.WriteString(`
## Leniencies

What a client bears of a server, and the name that the event carries. A reply is
dropped only if it cannot be the answer to what is in flight; where that cannot be
told, the connection ends.

| name | what is borne | what becomes of it |
|---|---|---|
`)
	for _, l := range [...][3]string{
		{lenientExtraReply, "a second final reply to a command", "dropped"},
		{lenientExtraTransfer, "a second final reply to a transfer or ABOR", "dropped"},
		{lenientExtraLogin, "a second final reply to USER, PASS or ACCT", "dropped"},
		{lenientExtraCWD, "CWD answered 200, and 250 later", "the 250 is dropped"},
		{lenientExtraGreeting, "a second 220 after the greeting, or after TLS has come up, also behind the next command", "dropped, if the command is none that 220 may answer"},
		{lenientExtraPreliminary, "a second 1yz to one command; 110 is none", "reported as the first, up to a limit"},
		{lenientNoPreliminary, "a transfer that ends well without a 1yz", "success"},
		{lenientRefusedEarly, "500 to 504 or 530 while a transfer goes on and ABOR, STAT, NOOP or QUIT waits", "the transfer goes on; if the next reply is not its 226 or 250, or a refusal, the connection ends"},
		{lenientAccountWanted, "332 to a command of a user who is logged in", "failure; ACCT may follow"},
		{lenientStored, "replies to that command behind ACCT", "they are the command's; or it is sent again"},
		{lenientAuthCode, "AUTH for TLS answered 200 or 334, if Config.Lenient says so", "TLS begins, as after 234; a handshake that fails is an error"},
		{lenientGreetingText, "lines without a code before the greeting, if Config.Lenient says so", "dropped, up to the limits of one reply"},
		{lenientMerged, "one reply for a transfer and ABOR", "225, or the 200 of a NOOP, ends both"},
	} {
		fmt.Fprintf(b, "| %s | %s | %s |\n", l[0], l[1], l[2])
	}
}
