package conformance

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

var abortCases = []Case{
	{
		ID: "rfc959-5.4-abor-idle", RFC: "959 5.4, 4.1.3", Level: Must,
		Text:   "ABOR with nothing to abort is answered once, with 225 or 226.",
		Needs:  []string{NeedLogin},
		Faults: []string{"abor-idle-426", "abor-idle-twice"},
		Run: func(t *T) {
			t.Grade(t.Ask("ABOR"), "ABOR with nothing to abort", is(225, 226), is(500, 502))
			t.barrier("after ABOR")
		},
	},
	{
		ID: "rfc959-4.1.3-abor-retr", RFC: "959 4.1.3", Level: Must,
		Text:   "ABOR during a transfer: the transfer is answered with 426, then the ABOR with 226.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"abor-single-reply", "abor-225-second", "abor-226-late", "retr-broken-226"},
		Run: func(t *T) {
			x := t.underway()
			t.Send("ABOR")
			t.aborted(x)
		},
	},
	{
		ID: "rfc959-4.1.3-abor-stor", RFC: "959 4.1.3", Level: Must,
		Text:   "ABOR ends an upload in the same way.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{"rfc959-4.1.3-abor-retr"},
		Faults: []string{"stor-reset-226", "abor-keeps-data"},
		Run: func(t *T) {
			t.Type("I")
			x := t.Begin("STOR " + t.Name("abor")).Accepted()
			x.d.Write(payload(64 << 10))
			time.Sleep(quiet) // so that the server has seen some of it, see underway
			t.Send("ABOR")
			t.aborted(x)
			if ended, _ := x.d.waitEnd(min(5*time.Second, t.run.opts.timeout())); !ended {
				t.Failf("the data connection of an aborted upload is still open")
			}
		},
	},
	{
		ID: "rfc959-4.1.3-abor-closes-data", RFC: "959 3.2, 4.1.3", Level: Must,
		Text:   "ABOR closes the data connection and not the control connection.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{"rfc959-4.1.3-abor-retr"},
		Faults: []string{"abor-keeps-data"},
		Run: func(t *T) {
			x := t.underway()
			t.Send("ABOR")
			t.aborted(x)
			ended, n := x.d.waitEnd(min(5*time.Second, t.run.opts.timeout()))
			if !ended || x.came+n >= bigSize {
				t.Failf("ABOR did not close the data connection (%d bytes came after it)", n)
			}
			t.barrier("after ABOR")
			t.listOn(t.passive).Receive()
		},
	},
	{
		ID: "rfc959-4.1.3-abor-order", RFC: "959 5.4", Level: Must,
		Text:   "The replies to a transfer, its ABOR and the command after them come in this order.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{"rfc959-4.1.3-abor-retr"},
		Faults: []string{"transfer-drops-commands"},
		Run: func(t *T) {
			x := t.underway()
			t.RawWrite("ABOR\r\nPWD\r\n")
			without := t.ranOut(x, Warn, "PWD")
			t.Want("PWD after an ABOR", 257)
			if without {
				t.Warnf("ABOR had no effect: the transfer ran to its end")
			}
		},
	},
	{
		ID: "rfc959-4.1-abor-synch", RFC: "959 4.1.3, 854", Level: Must,
		Text:   "Telnet IP and Synch, with urgent data, in front of ABOR do not spoil it.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"telnet-spoils-abor"},
		Run: func(t *T) {
			t.needUrgent()
			x := t.underway()
			if err := t.c.synch(); err != nil {
				t.unsent("Synch", err)
			}
			t.mayBeTelnet()
			t.Send("ABOR")
			if t.ranOut(x, Fail) {
				t.end(Warn, "ABOR after Synch had no effect: the transfer ran to its end")
			}
		},
	},
	{
		ID: "rfc959-4.1-abor-iac-inband", RFC: "854", Level: Must,
		Text:   "Telnet IP and DM in front of ABOR do not spoil it.",
		Needs:  []string{NeedLogin, NeedWrite},
		Rests:  []string{"rfc959-4.1.3-abor-retr"},
		Faults: []string{"telnet-spoils-abor"},
		Run: func(t *T) {
			x := t.underway()
			t.RawWrite("\xff\xf4\xff\xf2ABOR\r\n")
			t.mayBeTelnet()
			if t.ranOut(x, Fail) {
				t.end(Warn, "ABOR had no effect: the transfer ran to its end")
			}
		},
	},
	{
		ID: "rfc959-4.1-abor-iac-idle", RFC: "959 4.1", Level: Must,
		Text:   "Telnet IP, DM and ABOR with nothing to abort give one reply.",
		Needs:  []string{NeedLogin},
		Rests:  []string{"rfc959-5.4-abor-idle"},
		Faults: []string{"telnet-spoils-abor"},
		Run: func(t *T) {
			t.RawWrite("\xff\xf4\xff\xf2ABOR\r\n")
			t.mayBeTelnet()
			r := t.Reply()
			if unknown(r) {
				t.noABOR(r, Fail, nil)
			}
			t.WantIn(r, "Telnet IP, DM and ABOR", 225, 226)
			t.barrier("after Telnet IP, DM and ABOR")
		},
	},
	{
		ID: "rfc959-4.1-stat-synch", RFC: "959 4.1.3", Level: Should,
		Text:   "Telnet IP and Synch, with urgent data, in front of STAT do not spoil it, and the transfer goes on.",
		Needs:  []string{NeedLogin, NeedWrite},
		Faults: []string{"telnet-spoils-abor"},
		Run: func(t *T) {
			t.needUrgent()
			if err := t.statInTransfer(t.c.synch); err != nil {
				t.unsent("Synch", err)
			}
		},
	},
	{
		ID: "prac-abor-midline-verb", RFC: "practice", Level: Info,
		Full:   true,
		Text:   "Whether a verb that ends in ABOR is taken for ABOR.",
		Needs:  []string{NeedLogin},
		Faults: []string{"long-verb-twice"},
		Run: func(t *T) {
			r := t.Ask("XXABOR")
			t.Grade(r, "XXABOR", is(225, 226, 4, 5), nil)
			t.barrier("after XXABOR")
			if ok(r) {
				t.end(Note, "letters in front of ABOR are passed over: XXABOR got %s", brief(r))
			}
			t.Infof("XXABOR got %s", brief(r))
		},
	},
	{
		ID: "prac-abor-pasv-pending", RFC: "2428 3", Level: Must,
		Text:   "ABOR releases a passive port that waits for its transfer.",
		Needs:  []string{NeedLogin, NeedEPSV},
		Rests:  []string{"rfc959-5.4-abor-idle"},
		Faults: []string{"abor-keeps-listener", "passive-port-stays"},
		Run: func(t *T) {
			port := t.epsv()
			r := t.Ask("ABOR")
			if unknown(r) {
				t.Unimplf("ABOR: %s", brief(r))
			}
			t.WantIn(r, "ABOR after EPSV", 225, 226)
			if d, err := t.tryConnect(port); err == nil {
				if ended, _ := d.waitEnd(quiet); !ended {
					t.Failf("the port is still open after ABOR")
				}
			}
		},
	},
	{
		ID: "rfc4217-14-abor-tls", RFC: "4217 14", Level: Must,
		Text:   "ABOR works under TLS, where there is no urgent data.",
		Needs:  []string{NeedLogin, NeedWrite, NeedTLS},
		Faults: []string{"abor-single-reply"},
		Run: func(t *T) {
			if !t.c.private {
				t.Skipf("the server refuses PROT P")
			}
			x := t.underway()
			t.Send("ABOR")
			if t.ranOut(x, Warn) {
				t.Failf("ABOR under TLS had no effect: the transfer ran to its end")
			}
		},
	},
}

// needUrgent skips the case where no Synch can be sent.
func (t *T) needUrgent() {
	if t.c.secure {
		t.Skipf("TLS has no urgent data")
	}
	if !t.c.hasUrgent() {
		t.Skipf("there is no urgent data on this system, or on this connection")
	}
}

// statInTransfer sends STAT while a big file is on its way, behind what first sends.
func (t *T) statInTransfer(first func() error) error {
	x := t.stall()
	if err := first(); err != nil {
		return err
	}
	t.afterwards(x, "STAT", is(211, 212, 213))
	return nil
}

// aborted reads the replies to a transfer and to the ABOR after it. The transfer
// cannot have ended: nobody reads its data. A server that looks at its control
// connection only between two writes is helped on by reading them.
func (t *T) aborted(x *Transfer) {
	if t.ranOut(x, Warn) {
		t.end(Warn, "ABOR had no effect: the transfer ran to its end")
	}
}

// ranOut is aborted, but reports a server that knows of ABOR only when all data
// have been sent. Behind are the commands that went out behind the ABOR. An ABOR that is
// not understood ends the case with the verdict unknownVerb, see noABOR.
func (t *T) ranOut(x *Transfer, unknownVerb Verdict, behind ...string) bool {
	first, err := t.c.receive(min(soon, t.run.opts.timeout()/2))
	late := errors.Is(err, errSilence)
	if late {
		late = x.letGo()
		first, err = t.c.receive(t.run.opts.timeout())
	}
	if err != nil {
		t.lost("ABOR", err)
	}
	if unknown(first) {
		x.d.Close()
		x.Final()
		t.noABOR(first, unknownVerb, behind)
	}
	second, err := t.c.receive(min(t.run.opts.timeout(), 2*time.Second))
	if errors.Is(err, errSilence) && !late && !strings.HasPrefix(x.cmd, "STOR") {
		// A server may be busy writing data that nobody takes. A client takes them.
		x.letGo()
		if second, err = t.c.receive(min(t.run.opts.timeout(), 2*time.Second)); err == nil {
			t.Warnf("the second reply to a transfer and its ABOR comes only when the data are taken")
		}
	}
	if errors.Is(err, errSilence) {
		t.Failf("one reply only (%s) to a transfer and its ABOR", brief(first))
	} else if err != nil {
		t.lost("ABOR", err)
	}
	x.dead = true
	if unknown(second) {
		t.noABOR(second, unknownVerb, behind)
	}
	switch seq := fmt.Sprintf("%d, %d", first.Code, second.Code); {
	case seq == "426, 226":
	case seq == "426, 225":
		t.Warnf("transfer and ABOR are answered with %s, want 426, 226", seq)
	case late && ok(first) && ok(second):
		return true
	case seq == "226, 426" && len(behind) == 0:
		t.Warnf("the ABOR is answered before the transfer: %s, want 426, 226", seq) // see abor-order
	default:
		t.Failf("transfer and ABOR are answered with %s, want 426, 226", seq)
	}
	return false
}

// noABOR ends a case whose ABOR was not understood. A server may be without ABOR (RFC
// 1123, Section 4.1.2.13): then that is no fault of what the case sent with it.
func (t *T) noABOR(r protocol.Reply, v Verdict, behind []string) {
	for range behind {
		t.Reply()
	}
	if again := t.Ask("ABOR"); unknown(again) {
		t.Unimplf("ABOR: %s", brief(again))
	}
	t.end(v, "ABOR is not understood: %s", brief(r))
}

// letGo reads all data of a download, or ends an upload, and reports whether the
// transfer has run to its end.
func (x *Transfer) letGo() bool {
	if strings.HasPrefix(x.cmd, "STOR") {
		x.d.CloseWrite()
		return true
	}
	n, err := x.d.drain()
	if err == nil {
		x.d.goodbye()
	}
	return x.came+n >= bigSize
}
