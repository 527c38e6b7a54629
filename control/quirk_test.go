package control_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
)

var update = flag.Bool("update", false, "rewrite docs/quirks.md from the table")

// A quirkPlay is one quirk of a server, played three times: noticed, forbidden and
// forced. A quirk on request is played without and with the request, one of every
// connection once.
type quirkPlay struct {
	*testConn
	t    *testing.T
	name control.QuirkName
	how  string // "detected", "forbidden", "forced", "off", "always"
	op   *op    // of the login
	data datachan.Config
	keep time.Duration // Config.KeepAlive
}

// on reports whether the workaround is to be seen.
func (p *quirkPlay) on() bool { return p.how != "forbidden" && p.how != "off" }

// forced reports whether it is to be seen from the start.
func (p *quirkPlay) forced() bool { return p.how == "forced" }

func (p *quirkPlay) policy() control.QuirkPolicy {
	switch p.how {
	case "forced":
		return control.QuirkPolicy{Force: []control.QuirkName{p.name}}
	case "forbidden":
		return control.QuirkPolicy{Forbid: []control.QuirkName{p.name}}
	}
	return control.QuirkPolicy{}
}

// greet dials in clear; the login comes next.
func (p *quirkPlay) greet(greeting string) {
	p.t.Helper()
	p.testConn = newTestConn(p.t, &control.Config{Security: control.SecurityNone, Data: p.data, KeepAlive: p.keep, Quirks: p.policy()})
	p.writeReply(greeting)
	p.wantOK("dial", p.testConn.op)
}

// begin logs in up to the reply to PASS.
func (p *quirkPlay) begin() {
	p.t.Helper()
	p.op = p.async(func() error { return p.c.Login(p.t.Context(), "user", "secret", "") })
	p.answer("USER user", "331 password")
	p.answer("PASS secret", "230 in")
}

// feat answers FEAT; without features it is refused.
func (p *quirkPlay) feat(features ...string) {
	p.t.Helper()
	if len(features) == 0 {
		p.answer("FEAT", "502 no")
		return
	}
	lines := []string{"211-features"}
	for _, f := range features {
		lines = append(lines, " "+f)
	}
	p.answer("FEAT", append(lines, "211 end")...)
}

// login does all that.
func (p *quirkPlay) login(features ...string) {
	p.t.Helper()
	p.loginBehind("220 ready", features...)
}

// loginBehind is login with another greeting.
func (p *quirkPlay) loginBehind(greeting string, features ...string) {
	p.t.Helper()
	p.greet(greeting)
	p.begin()
	p.feat(features...)
	p.wantOK("login", p.op)
}

// run starts f; the commands are played next.
func (p *quirkPlay) run(f func() error) *op { return p.async(f) }

// A listingOp is a listing under way.
type listingOp struct {
	*op
	names []string
}

// list starts LIST, NLST or MLSD.
func (tc *testConn) list(verb, path string) *listingOp {
	return tc.listAs(verb, path, control.ListOptions{})
}

func (tc *testConn) listAs(verb, path string, o control.ListOptions) *listingOp {
	l := &listingOp{}
	l.op = tc.async(func() error {
		if verb == "NLST" {
			for name, err := range tc.c.Nlst(tc.t.Context(), path) {
				if err != nil {
					return err
				}
				l.names = append(l.names, name)
			}
			return nil
		}
		seq := tc.c.List
		if verb == "MLSD" {
			seq = tc.c.Mlsd
		}
		for e, err := range seq(tc.t.Context(), path, o) {
			if err != nil {
				return err
			}
			l.names = append(l.names, e.Name)
		}
		return nil
	})
	return l
}

// send plays a transfer behind its address: the command, 150, data, 226.
func (tc *testConn) send(command, data string) {
	tc.t.Helper()
	conn := tc.passive()
	tc.answer(command, "150 here")
	if _, err := conn.Write([]byte(data)); err != nil {
		tc.t.Fatal(err)
	}
	conn.Close()
	tc.writeReply("226 done")
}

func (tc *testConn) wantNames(l *listingOp, names ...string) {
	tc.t.Helper()
	if err := l.wait(); err != nil {
		tc.t.Fatalf("listing: %v", err)
	}
	if diff := cmp.Diff(names, l.names); diff != "" {
		tc.t.Fatalf("names mismatch (-want +got):\n%s", diff)
	}
}

// notes returns how often the quirk was traced.
func (p *quirkPlay) notes() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.log {
		if e.Kind == control.TraceNote && strings.HasPrefix(e.Text, "quirk "+string(p.name)+": ") {
			n++
		}
	}
	return n
}

func (p *quirkPlay) check() {
	p.t.Helper()
	synctest.Wait()
	want := 0
	if p.on() && p.how != "always" {
		want = 1
	}
	if got := p.notes(); got != want {
		p.t.Errorf("traced %d times; want %d:\n%s", got, want, p.traced())
	}
	if p.c == nil {
		return
	}
	i := slices.IndexFunc(p.c.Quirks(), func(a control.AppliedQuirk) bool { return a.Name == p.name })
	if (i >= 0) != (want == 1) {
		p.t.Errorf("Quirks() = %v", p.c.Quirks())
	}
	if i < 0 {
		return
	}
	if evidence := p.c.Quirks()[i].Evidence; evidence == "" || strings.Contains(evidence, "forced") != p.forced() {
		p.t.Errorf("evidence %q", evidence)
	}
	if p.c.HasQuirk(p.name) != p.on() {
		p.t.Errorf("HasQuirk = %v", !p.on())
	}
}

// Every quirk that a Conn works around is played, in all the ways it can be.
func TestQuirks(t *testing.T) {
	plays := map[control.QuirkName]func(*quirkPlay){}
	for _, set := range []map[control.QuirkName]func(*quirkPlay){playsOfLogin, playsOfPaths, playsOfTransfers, playsOfCommands, playsOfEnds, playsOfUnanswered} {
		for name, play := range set {
			if q, ok := control.LookupQuirk(name); !ok || q.Client {
				t.Errorf("%s is not in the table", name)
			}
			plays[name] = play
		}
	}
	for q := range control.Quirks() {
		if q.Client {
			continue // played in the root package
		}
		play, ok := plays[q.Name]
		if !ok {
			t.Errorf("%s is not tested", q.Name)
			continue
		}
		hows := map[control.QuirkMode][]string{
			control.QuirkDetected:  {"detected", "forbidden", "forced"},
			control.QuirkOnRequest: {"off", "forced"},
		}[q.Mode]
		for _, how := range hows {
			inBubble(t, string(q.Name)+"/"+how, func(t *testing.T) {
				p := &quirkPlay{t: t, name: q.Name, how: how}
				play(p)
				p.check()
			})
		}
	}
}

func TestQuirkTable(t *testing.T) {
	last := control.QuirkName("")
	for q := range control.Quirks() {
		if q.Name <= last || strings.ToLower(string(q.Name)) != string(q.Name) {
			t.Errorf("%q behind %q: the table is sorted, in small letters", q.Name, last)
		}
		last = q.Name
		if q.Behaviour == "" || q.Workaround == "" || len(q.Refs) == 0 {
			t.Errorf("%s: something is empty", q.Name)
		}
		if (q.Evidence != "") != (q.Mode == control.QuirkDetected) {
			t.Errorf("%s: evidence %q with mode %s", q.Name, q.Evidence, q.Mode)
		}
		if got, ok := control.LookupQuirk(q.Name); !ok || got.Behaviour != q.Behaviour {
			t.Errorf("LookupQuirk(%q) = %v, %v", q.Name, got, ok)
		}
	}
	if q, ok := control.LookupQuirk("no-such-quirk"); ok || q.Name != "" {
		t.Errorf("LookupQuirk of nothing = %v, %v", q, ok)
	}
}

func TestQuirkPolicy(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy control.QuirkPolicy
		bad    control.QuirkName // name in the QuirkError
	}{
		{"unknown forced", control.QuirkPolicy{Force: []control.QuirkName{control.QuirkPRET, "nonsense"}}, "nonsense"},
		{"unknown forbidden", control.QuirkPolicy{Forbid: []control.QuirkName{"nonsense"}}, "nonsense"},
		{"both", control.QuirkPolicy{Force: []control.QuirkName{control.QuirkPRET}, Forbid: []control.QuirkName{control.QuirkPRET}}, control.QuirkPRET},
		{"a tolerance, forced", control.QuirkPolicy{Force: []control.QuirkName{"several-1yz"}}, "several-1yz"},
		{"a tolerance, forbidden", control.QuirkPolicy{Forbid: []control.QuirkName{"several-1yz"}}, "several-1yz"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := control.Dial(t.Context(), "127.0.0.1:1", &control.Config{Quirks: tt.policy})
			if qe, ok := errors.AsType[*control.QuirkError](err); !ok || qe.Name != tt.bad {
				t.Errorf("%v; want a QuirkError about %s", err, tt.bad)
			}
		})
	}
	inBubble(t, "noticed from outside", func(t *testing.T) {
		p := &quirkPlay{t: t, name: control.QuirkSIZEUseless, how: "detected"}
		p.login()
		for name, want := range map[control.QuirkName]bool{control.QuirkSIZEUseless: true, control.QuirkZOSInit: false, "several-1yz": false, "nonsense": false} {
			if got := p.c.NoticeQuirk(name, "secret was seen"); got != want {
				t.Errorf("NoticeQuirk(%q) = %v; want %v", name, got, want)
			}
		}
		want := []control.AppliedQuirk{{Name: control.QuirkSIZEUseless, Evidence: "**** was seen"}}
		if diff := cmp.Diff(want, p.c.Quirks()); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		p.check()
	})
}

// TestQuirksDoc keeps docs/quirks.md equal to the table.
func TestQuirksDoc(t *testing.T) {
	path := filepath.Join("..", "docs", "quirks.md")
	want := quirksDoc()
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
		t.Errorf("docs/quirks.md is not what the table says; run go test ./control -run TestQuirksDoc -update\n(-table +file):\n%s", diff)
	}
}

const quirksIntro = `# Server quirks

Generated from the tables of package control; do not edit. After a change of one:

    go test ./control -run TestQuirksDoc -update

Servers differ from the RFCs, and from each other. Every difference that is worked
around has a name. One that is **detected** is worked around once the server was seen
to have it, which the log says: ` + "`quirk NAME: evidence; what is done`" + `. One that is
**on request** costs something or cannot be noticed, and is worked around only if it is
forced. What is harmless elsewhere is done always: those are the **tolerances**, the
last list.

` + "`Config.Quirks`" + ` forces or forbids quirks by name; ` + "`Conn.Quirks`" + ` tells which are at
work and why. A quirk that is forbidden shows as it is, mostly as an error. Nothing
that a server says selects anything beyond this table.
`

func quirksDoc() string {
	var b strings.Builder
	b.WriteString(quirksIntro)
	for _, mode := range []control.QuirkMode{control.QuirkDetected, control.QuirkOnRequest} {
		fmt.Fprintf(&b, "\n## %s%s\n\n", strings.ToUpper(mode.String()[:1]), mode.String()[1:])
		evidence := mode == control.QuirkDetected
		if evidence {
			b.WriteString("| name | the server | noticed by | what is done | known from |\n|---|---|---|---|---|\n")
		} else {
			b.WriteString(fourColumns)
		}
		for q := range control.Quirks() {
			if q.Mode != mode {
				continue
			}
			fmt.Fprintf(&b, "| %s | %s |", q.Name, q.Behaviour)
			if evidence {
				fmt.Fprintf(&b, " %s |", q.Evidence)
			}
			fmt.Fprintf(&b, " %s | %s |\n", q.Workaround, strings.Join(q.Refs, "; "))
		}
	}
	b.WriteString("\n## Tolerances\n\nThese are allowed for on every connection. No policy and no flag names them.\n\n" + fourColumns)
	for t := range control.Tolerances() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", t.Name, t.Behaviour, t.Workaround, strings.Join(t.Refs, "; "))
	}
	return b.String()
}

const fourColumns = "| name | the server | what is done | known from |\n|---|---|---|---|\n"
