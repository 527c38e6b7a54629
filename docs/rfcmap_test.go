package docs_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

var update = flag.Bool("update", false, "rewrite docs/rfc-map.md")

const rfcMapHead = `# Commands

Every command of the command table (` + "`protocol.Verbs`" + `): what sends it, and which conformance cases
of ` + "`ftpwire check`" + ` send it to a server. This page is generated:
` + "`go test ./docs -run TestRFCMap -update`" + `.

` + "`Do`" + ` is ` + "`control.Conn.Do`" + `: it sends any command that moves no data, with the exchange diagram of the
table. "(Config)" means that the driver sends the command by itself, as its configuration says.

| Command | Document | Sent by | Conformance cases |
|---|---|---|---|
`

const rfcMapFoot = `
Not in the table, and sent with any argument and judged by the class of the reply
(` + "`protocol.DiagramOpen`" + `) where a caller asks for them: the mail commands that RFC 959 removed (MAIL, MLFL, MSND, MSOM,
MSAM, MRSQ, MRCP), those of GridFTP (SPAS, SPOR, ERET, ESTO, DCAU, SBUF), LOCK of a draft that nobody deployed, and names that
single servers made up (MACB, XDUPE, REPF, XNOP, P@SW, XDBG). MODE Z, OPTS UTF8, OPTS MLST, OPTS HASH, TYPE U, SITE CHMOD, SITE UTIME
and their like are arguments of commands above.
`

// TestRFCMap keeps docs/rfc-map.md equal to the command table and what uses it. A
// command without a sender or a case needs a reason.
func TestRFCMap(t *testing.T) {
	cases := sentByCases(t)
	var doc strings.Builder
	doc.WriteString(rfcMapHead)
	for v := range protocol.Verbs() {
		checkSenders(t, v.Verb)
		sent := cmp.Or(senders[v.Verb], "Do")
		if v.MovesData() && senders[v.Verb] == "" {
			sent = ""
		}
		if why, ok := unsent[v.Verb]; ok {
			sent = why
		}
		cols := []string{sent, strings.Join(cases[v.Verb], ", ")}
		for i, col := range cols {
			if col == "" {
				if cols[i] = reasons[column{v.Verb, i}]; cols[i] == "" {
					t.Errorf("%s has no %s and no reason for that", v.Verb, [...]string{"sender", "case"}[i])
				}
			} else if reasons[column{v.Verb, i}] != "" {
				t.Errorf("%s: the reason for no %s is out of date", v.Verb, [...]string{"sender", "case"}[i])
			}
		}
		fmt.Fprintf(&doc, "| %s | %s | %s | %s |\n", v.Verb, v.RFC, cols[0], cols[1])
	}
	doc.WriteString(rfcMapFoot)
	name := "rfc-map.md"
	if *update {
		if err := os.WriteFile(name, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), doc.String()); diff != "" {
		t.Errorf("%s mismatch (-want +got), -update rewrites it:\n%s", name, diff)
	}
}

// A column of a command's row: 0 is its sender, 1 its cases.
type column struct {
	verb protocol.Verb
	i    int
}

// checkSenders proves that what senders names exists.
func checkSenders(t *testing.T, v protocol.Verb) {
	t.Helper()
	conn, config := reflect.TypeFor[*control.Conn](), reflect.TypeFor[control.Config]()
	for name := range strings.FieldsSeq(senders[v]) {
		if field, ok := strings.CutPrefix(strings.Trim(name, "()"), "Config."); ok {
			typ := config
			for part := range strings.SplitSeq(field, ".") {
				f, ok := typ.FieldByName(part)
				if !ok {
					t.Errorf("%s: control.Config has no field %s", v, field)
					break
				}
				typ = f.Type
			}
			continue
		}
		if _, ok := conn.MethodByName(name); !ok {
			t.Errorf("%s: control.Conn has no method %s", v, name)
		}
	}
}

// sentByCases returns the ids of the cases that are about a command and send it to a
// server, which is found out by running them all.
func sentByCases(t *testing.T) map[protocol.Verb][]string {
	m := map[protocol.Verb][]string{}
	for _, mode := range []tlsx.Mode{tlsx.ModeNone, tlsx.ModeExplicit} {
		report := checkInBubble(t, mode)
		for i := range report.Results {
			r := &report.Results[i]
			about := words(r.ID + " " + r.RFC + " " + r.Text)
			for _, line := range r.Transcript {
				if line.Dir != ">" || !strings.HasPrefix(line.Conn, "ctrl") {
					continue
				}
				verb, _, _ := strings.Cut(line.Text, " ")
				v := protocol.Verb(strings.ToUpper(verb))
				if about[string(v)] && !slices.Contains(m[v], r.ID) {
					m[v] = append(m[v], r.ID)
				}
			}
		}
	}
	for v := range m {
		slices.Sort(m[v])
	}
	return m
}

// checkInBubble runs all cases against the embedded server, in memory and without waiting.
func checkInBubble(t *testing.T, mode tlsx.Mode) (report *conformance.Report) {
	synctest.Test(t, func(t *testing.T) {
		var network memnet.Network
		listen := func(kind, addr string) (net.Listener, error) {
			return network.ListenContext(context.Background(), kind, addr)
		}
		srv := ftptest.NewServer(t, &ftptest.Config{
			TLS: mode, Users: []ftptest.User{{Name: "user", Password: "password", Quota: 1 << 30}},
			Listen: listen, Dial: network.DialContext,
		})
		target := conformance.Target{Addr: srv.Addr(), TLS: mode, User: "user", Password: "password", Dial: network.DialContext, Listen: listen}
		if mode != tlsx.ModeNone {
			target.TLSConfig = srv.TLSConfig()
		}
		var err error
		if report, err = conformance.Run(t.Context(), target, conformance.Options{Full: true, Intrusive: true, AllowClear: true}); err != nil {
			t.Fatal(err)
		}
	})
	if report == nil {
		t.FailNow()
	}
	return report
}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		m[w] = true
	}
	return m
}
