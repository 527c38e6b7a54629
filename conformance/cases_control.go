package conformance

import (
	"crypto/tls"
	"errors"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

var controlCases = []Case{
	{
		ID: "rfc959-5.4-greeting", RFC: "959 5.4, 4.2.2", Level: Must,
		Text:   "On accept the server speaks first: 220, or one 120 followed later by 220, or 421 and close.",
		Faults: []string{"greeting-200"},
		Run: func(t *T) {
			t.dial()
			r := t.Reply()
			if r.Code == 120 {
				r = t.Reply()
			}
			if r.Code == 421 {
				t.Skipf("the server is busy: %s", brief(r))
			}
			t.WantIn(r, "the greeting", 220)
		},
	},
	{
		ID: "rfc959-5.4-greeting-once", RFC: "959 5.4", Level: Must,
		Text:   "Exactly one completion reply greets the connection.",
		Faults: []string{"greeting-double"},
		Run: func(t *T) {
			t.Fresh()
			t.Silent("after the greeting")
			t.Quiet("after the greeting")
		},
	},
	{
		ID: "rfc959-4.2-multiline-same-code", RFC: "959 4.2", Level: Must,
		Text:   "A multi-line reply that opens with a code and a hyphen closes with the same code and a space.",
		Needs:  []string{NeedLogin},
		Faults: []string{"site-help-other-code"},
		Run: func(t *T) {
			for _, cmd := range []string{"FEAT", "HELP", "STAT", "SITE HELP"} {
				if !t.mayAsk(cmd) {
					continue
				}
				t.Ask(cmd)
				t.barrier("after " + cmd)
			}
		},
	},
	{
		ID: "rfc959-4.2-multiline-inner-pad", RFC: "959 4.2", Level: Must,
		Text:   "A line inside a multi-line reply that would begin with three digits is padded, so that it cannot end the reply.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stat-unpadded-names"},
		Run: func(t *T) {
			dir := t.Dir("pad")
			t.Must("CWD "+dir, 2)
			last := ""
			for _, stem := range []string{"213 end", "211 End", "212 x", "250 x"} {
				last = t.Name(stem)
				t.tryUp(last, []byte("x"))
			}
			for _, cmd := range []string{"STAT .", "MLST " + last} {
				t.Ask(cmd)
				t.barrier("after " + cmd)
			}
		},
	},
	{
		ID: "rfc959-5.4-reply-per-command", RFC: "959 4.2", Level: Must,
		Text:   "Every command yields a reply, with and without an argument.",
		Faults: []string{"reply-none"},
		Run:    everyCommandReplies,
	},
	{
		ID: "rfc959-4.2-class-honest", RFC: "959 4.2", Level: Must,
		Text:   "The first digit tells the truth: 2yz only if the action happened, 4yz and 5yz only if it did not.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"dele-550-done", "stor-lies", "stou-lies", "appe-lies", "cwd-lies", "dele-refuses-but-deletes", "rnto-refuses-but-renames", "cwd-refuses-but-moves", "stou-in-root", "mlsd-resets-type"},
		Run:    honestClass,
	},
	{
		ID: "rfc1123-4.1.2.11-no-spontaneous", RFC: "1123 4.1.2.11, 959 5.4", Level: Must,
		Text:   "No reply comes without a command, except for a 421 in front of the end.",
		Needs:  []string{NeedLogin},
		Faults: []string{"reply-unasked"},
		Run:    unasked,
	},
	{
		ID: "rfc1123-4.1.2.10-split-command", RFC: "1123 4.1.2.10", Level: Must,
		Text:   "TCP segments have no meaning: a command may arrive byte by byte.",
		Rests:  []string{monFinal},
		Faults: []string{"command-per-segment", "names-hold-lf"},
		Run: func(t *T) {
			t.Open()
			for _, b := range []string{"N", "O", "O", "P", "\r", "\n"} {
				t.RawWrite(b)
				time.Sleep(10 * time.Millisecond)
			}
			t.Want("NOOP sent byte by byte", 200, t.noop(), 530)
			t.Quiet("after a NOOP sent byte by byte")
		},
	},
	{
		ID: "rfc1123-4.1.2.10-joined-commands", RFC: "1123 4.1.2.10", Level: Must,
		Text:   "Several commands may arrive in one segment and are answered one each, in order.",
		Needs:  []string{NeedLogin},
		Faults: []string{"pipelined-dropped"},
		Run: func(t *T) {
			alone := int(t.Ask("PWD").Code) // as a server without it may say
			t.RawWrite("NOOP\r\nPWD\r\nNOOP\r\n")
			t.Want("the first of three commands (NOOP)", 200, t.noop())
			t.Want("the second of three commands (PWD)", alone)
			t.Want("the third of three commands (NOOP)", 200, t.noop())
		},
	},
	{
		ID: "rfc959-5.3-eol-required", RFC: "959 5.3", Level: Must,
		Text:   "Nothing happens until the end of the line arrives.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"eof-ends-command", "command-per-segment"},
		Run:    unfinishedCommand,
	},
	{
		ID: "rfc959-5.3-verb-case", RFC: "959 5.3", Level: Must,
		Text:   "Verbs are case-insensitive.",
		Needs:  []string{NeedLogin},
		Faults: []string{"verb-case-sensitive"},
		Run: func(t *T) {
			for _, pair := range [][2]string{{"NOOP", "nOoP"}, {"SYST", "sYsT"}, {"FEAT", "feat"}, {"PWD", "Pwd"}} {
				upper, mixed := t.Ask(pair[0]), t.Ask(pair[1])
				if upper.Code != mixed.Code {
					t.Failf("%s got %s, %s got %s", pair[0], brief(upper), pair[1], brief(mixed))
				}
			}
		},
	},
	{
		ID: "rfc959-5.3-param-case", RFC: "959 5.3", Level: Must,
		Text:   "Parameters of one letter are case-insensitive.",
		Needs:  []string{NeedLogin},
		Faults: []string{"type-case-sensitive"},
		Run: func(t *T) {
			pairs := [][2]string{{"TYPE I", "TYPE i"}, {"TYPE A N", "TYPE a n"}, {"MODE S", "MODE s"}, {"STRU F", "STRU f"}}
			if t.c.private {
				pairs = append(pairs, [2]string{"PROT P", "PROT p"})
			}
			for _, pair := range pairs {
				if upper, lower := t.Ask(pair[0]), t.Ask(pair[1]); ok(upper) && !ok(lower) {
					t.Failf("%s got %s, %s got %s", pair[0], brief(upper), pair[1], brief(lower))
				}
			}
		},
	},
	{
		ID: "rfc959-4.2-unknown-verb", RFC: "959 4.2.1", Level: Must,
		Text:   "An unknown verb is refused with 500, or 502.",
		Needs:  []string{NeedLogin},
		Faults: []string{"unknown-verb-200"},
		Run: func(t *T) {
			for _, cmd := range []string{"XYZZY", "ZZZZ a b"} {
				t.Grade(t.Ask(cmd), cmd, is(500, 502), is(501, 503, 530, 504))
			}
		},
	},
	{
		ID: "rfc1123-4.1.3.3-stat-during-transfer", RFC: "1123 4.1.3.3, 959 4.1.3", Level: Must,
		Text:   "A STAT that arrives during a transfer is accepted, if only answered later, and the transfer goes on.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"stat-kills-transfer"},
		Run: func(t *T) {
			t.duringTransfer("STAT", is(211, 212, 213))
		},
	},
	{
		ID: "rfc959-4.2-queue", RFC: "959 4.2", Level: Should,
		Text:   "Commands sent while one is in progress are queued, then answered.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"transfer-drops-commands"},
		Run: func(t *T) {
			// PWD, not NOOP: a server may well answer NOOP at once, as a sign of life.
			if t.duringTransfer("PWD", is(257)) {
				t.Warnf("PWD was answered before the transfer that came first had ended")
			}
		},
	},
}

// duringTransfer sends cmd while a big file is on its way, wants both to end
// well, and reports whether cmd was answered first.
func (t *T) duringTransfer(cmd string, codes []int) (first bool) {
	return t.afterwards(t.stall(), cmd, codes)
}

// afterwards is duringTransfer for a transfer that has begun.
func (t *T) afterwards(x *Transfer, cmd string, codes []int) (first bool) {
	t.Send(cmd)
	var now protocol.Reply
	if r, err := t.c.receive(quiet); err == nil {
		now, first = r, true
	}
	n, err := x.d.drain()
	if err != nil || n != bigSize {
		t.Failf("%s during a transfer: %d of %d bytes arrived (%v)", cmd, n, bigSize, err)
	}
	x.d.goodbye()
	t.WantIn(x.Final(), "the transfer during which "+cmd+" came", 226, 250)
	if !first {
		now = t.Reply()
	}
	t.whileMoving(now, cmd, codes)
	return first
}

// whileMoving judges the reply to a command that came during a transfer. A server that does
// not know the command at any other time says no more than that.
func (t *T) whileMoving(r protocol.Reply, cmd string, codes []int) {
	if unknown(r) {
		s := t.c
		t.Session()
		alone := t.Ask(cmd)
		t.Use(s)
		if unknown(alone) {
			t.Unimplf("%s: %s", cmd, brief(alone))
		}
	}
	t.WantIn(r, cmd+" during a transfer", codes...)
}

// everyCommandReplies sends the verbs of RFC 959 that open no data connection.
func everyCommandReplies(t *T) {
	t.Session()
	// Some servers make all of "nowhere/x": it must not be there for the others.
	lines := strings.NewReplacer("missing", t.Missing(), "nowhere", t.Missing()).Replace(`NOOP,NOOP x,SYST,SYST x,STAT,HELP,HELP x,PWD,PWD x,CWD missing,TYPE,TYPE I,MODE,MODE S,STRU,STRU F,
RNFR,RNFR missing,RNTO,RNTO missing,DELE,DELE missing,RMD,RMD missing,MKD,MKD nowhere/x,REST,REST 0,ALLO,ALLO 1,SITE,SITE x,
RETR,RETR missing,STOR,APPE,PORT,PORT x,PASV,ABOR,SMNT,SMNT missing,ACCT,ACCT x,CDUP`)
	for line := range strings.SplitSeq(lines, ",") {
		if line = strings.TrimSpace(line); !t.mayAsk(line) {
			continue // a run that changes nothing
		}
		r := t.Ask(line)
		for r.Code.Class() == 1 {
			var err error
			if r, err = t.c.receive(t.run.opts.timeout()); errors.Is(err, errSilence) {
				t.c.goodbye = true
				return // it waits for a data connection: see rfc959-5.4-no-data-setup
			} else if err != nil {
				t.lost(line, err)
			}
		}
		if r.Code == 421 {
			return
		}
		t.useUp(r)
	}
}

// useUp connects to the passive port that r names, if it names one, and hangs up: some
// servers answer nothing more as long as nobody comes.
func (t *T) useUp(r protocol.Reply) {
	if r.Code != 227 {
		return
	}
	if ap, err := parse.PASV(r.LastLine()); err == nil {
		if d, err := t.tryConnect(int(ap.Port())); err == nil {
			d.Close()
		}
	}
}

// unasked waits for what must not come: for three seconds, or ten where a case may be slow.
func unasked(t *T) {
	wait := 3 * time.Second
	if t.run.opts.Slow {
		wait = 10 * time.Second
	}
	switch r, err := t.c.receive(wait); {
	case errors.Is(err, errSilence):
	case err == nil && r.Code == 421:
		t.WantEnd("after a 421 that was not asked for")
		t.Infof("an idle session is ended within %s: %s", wait, brief(r))
	case err == nil:
		t.Failf("a reply that nobody has asked for: %s", brief(r))
	case errors.Is(err, errEnded):
		t.c.goodbye = true
		t.Infof("an idle session is ended within %s, without a 421", wait)
	default:
		t.lost("", err)
	}
}

func unfinishedCommand(t *T) {
	dir := t.Dir("eol")
	t.Must("CWD "+dir, 2)
	f := t.File("f")
	shared := t.c
	c := t.Session()
	t.Must("CWD "+dir, 2)
	t.RawWrite("DELE " + f)
	t.Silent("a command without its line end")
	c.goodbye = true
	if tc, ok := c.rw.(*tls.Conn); ok {
		tc.CloseWrite()
	}
	c.tcp.CloseWrite()
	for deadline := time.Now().Add(quiet); c.fill(deadline) == nil; {
	}
	c.close()
	t.Use(shared)
	if !t.exists(f) {
		t.Failf("DELE was carried out although its line end never came")
	}
}
