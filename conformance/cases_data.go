package conformance

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

var dataCases = []Case{
	{
		ID: "rfc1123-4.1.2.13-port", RFC: "959 5.4, 1123 4.1.2.13", Level: Must,
		Text:   "PORT is implemented, and the server connects to the port that it names.",
		Needs:  []string{NeedLogin, NeedIPv4},
		Faults: []string{"port-502"},
		Run: func(t *T) {
			t.listOn(t.portOrWarn).Receive()
		},
	},
	{
		ID: "rfc959-5.4-port-syntax", RFC: "959 5.4", Level: Should,
		Text:   "Bad arguments of PORT are refused with 501 or 500.",
		Needs:  []string{NeedLogin, NeedIPv4},
		Faults: []string{"port-bad-200", "port-502"},
		Run: func(t *T) {
			for _, arg := range []string{" 1,2,3", " 127,0,0,1,4,5,6", " 256,0,0,1,4,1", " a,b,c,d,e,f", ""} {
				t.Grade(t.Ask("PORT"+arg), "PORT"+arg, is(501, 500), is(4, 5))
			}
		},
	},
	{
		ID: "rfc959-5.3.2-zero-octets", RFC: "959 5.3.2, erratum 3039", Level: Must,
		Text:   "Octets of PORT may be 0, so that a port whose low byte is 0 works.",
		Needs:  []string{NeedLogin, NeedIPv4},
		Faults: []string{"port-zero-octet-501"},
		Run: func(t *T) {
			t.listOn(t.portWithZero).Receive()
		},
	},
	{
		ID: "rfc959-3.2-source-l-1", RFC: "959 3.2, 5.2", Level: Must, Lenient: true,
		Hurts:  "clients in networks whose filters let active data connections in from port 20 alone",
		Text:   "Active data connections come from the port below the control port.",
		Needs:  []string{NeedLogin},
		Faults: []string{"active-any-port"},
		Run: func(t *T) {
			_, port := t.activeSource()
			if want := portOf(t.c.tcp.RemoteAddr()) - 1; port != want {
				t.Failf("the data connection comes from port %d, want %d", port, want)
			}
		},
	},
	{
		ID: "rfc1123-4.1.2.12-same-local-ip", RFC: "1123 4.1.2.12", Level: Must,
		Text:   "Active data connections come from the address of the control connection.",
		Needs:  []string{NeedLogin},
		Faults: []string{"active-other-address"},
		Run: func(t *T) {
			if host, _ := t.activeSource(); host != t.run.peer(t.c) {
				t.Failf("the data connection comes from %s, want %s", host, t.run.peer(t.c))
			}
		},
	},
	{
		ID: "rfc1123-4.1.2.6-pasv", RFC: "1123 4.1.2.6", Level: Must,
		Text:   "PASV is implemented.",
		Needs:  []string{NeedLogin, NeedIPv4},
		Faults: []string{"pasv-502"},
		Run: func(t *T) {
			t.Must("PASV", 227)
		},
	},
	{
		ID: "rfc1123-4.1.2.6-pasv-scan", RFC: "1123 4.1.2.6, 959 4.2", Level: Must,
		Text:   "The 227 holds six numbers of 0 to 255, which a scan for the first digit finds.",
		Needs:  []string{NeedLogin, NeedPASV},
		Faults: []string{"pasv-digits-first", "pasv-no-parentheses"},
		Run: func(t *T) {
			r := t.Must("PASV", 227)
			text := r.LastLine()
			i := strings.IndexAny(text, "0123456789")
			if i < 0 {
				t.Failf("227 without a number: %s", brief(r))
			}
			m := sixNumbers.FindString(text[i:])
			if m == "" {
				t.Failf("a scan for the first digit does not find six numbers: %s", brief(r))
			}
			if _, err := parse.PORT(m); err != nil {
				t.Failf("227: %v", err)
			}
			if i == 0 || text[i-1] != '(' {
				t.Warnf("the address in the 227 is not in parentheses: %s", brief(r))
			}
		},
	},
	{
		ID: "rfc1123-4.1.2.6-pasv-host", RFC: "1123 4.1.2.6", Level: Should,
		Text:   "The host in the 227 is the server's address.",
		Needs:  []string{NeedLogin, NeedPASV},
		Faults: []string{"pasv-zero-host", "pasv-other-host"},
		Run: func(t *T) {
			ap, err := parse.PASV(t.Must("PASV", 227).LastLine())
			switch {
			case err != nil:
				t.Failf("227: %v", err)
			case ap.Addr().IsUnspecified():
				t.Failf("the host in the 227 is %s", ap.Addr())
			case ap.Addr().String() != t.run.peer(t.c):
				t.Warnf("the host in the 227 is %s, that of the control connection %s", ap.Addr(), t.run.peer(t.c))
			}
		},
	},
	{
		ID: "rfc1123-4.1.2.6-pasv-port", RFC: "959 4.1.2", Level: Must,
		Text:   "The passive port is not the default data port, and is listened on before any transfer command.",
		Needs:  []string{NeedLogin, NeedPASV},
		Faults: []string{"pasv-not-listening"},
		Run: func(t *T) {
			t.listOn(func() *dataConn {
				port := t.pasv()
				if port == portOf(t.c.tcp.RemoteAddr())-1 {
					t.Failf("PASV names the default data port %d", port)
				}
				return t.connect(port)
			}).Receive()
		},
	},
	{
		ID: "rfc959-5.2-connect-refused", RFC: "959 5.4", Level: Must,
		Text:   "If the data connection cannot be opened the answer is 425, and the session lives.",
		Needs:  []string{NeedLogin},
		Faults: []string{"active-refused-226", "active-refused-silence"},
		Run: func(t *T) {
			t.Session()                   // of its own: it may have to be given up without an answer
			t.listOn(t.passive).Receive() // so that the way is known
			d, err := t.listen(0)
			if err != nil {
				t.Errorf("could not listen: %v", err)
			}
			d.ln.Close() // before the server may connect: some do at once
			verb := t.activeVerb()
			r := t.Ask(verb + " " + d.address(verb))
			if refused(r) {
				t.Grade(r, verb+" with a closed port", is(425), is(4, 5))
				return
			}
			if r = t.Ask(t.listing()); r.Code.Class() == 1 {
				r = t.lateReply(t.listing() + " to a closed port")
			}
			t.Grade(r, t.listing()+" to a closed port", is(425), is(4, 5))
			t.barrier("after a data connection that was refused")
		},
	},
	{
		ID: "rfc959-5.4-no-data-setup", RFC: "959 5.4", Level: Should,
		Text:   "A passive port serves one transfer: without a new one the next is refused.",
		Needs:  []string{NeedLogin},
		Faults: []string{"no-setup-150"},
		Run: func(t *T) {
			t.Session() // of its own: it may have to be given up without an answer
			t.listOn(t.passive).Receive()
			r := t.Ask(t.listing())
			if r.Code.Class() == 1 {
				final, err := t.c.receive(t.run.opts.timeout())
				if errors.Is(err, errSilence) {
					t.end(Warn, "%s without a data connection: got %s, and then nothing", t.listing(), brief(r))
				}
				if err != nil {
					t.lost(t.listing(), err)
				}
				r = final
			}
			t.Grade(r, t.listing()+" without a data connection", is(425, 503), is(4, 5))
		},
	},
}

var sixNumbers = regexp.MustCompile(`^[0-9]{1,3}(,[0-9]{1,3}){5}`)

func portOf(a net.Addr) int {
	_, port, _ := net.SplitHostPort(a.String())
	n := 0
	fmt.Sscan(port, &n)
	return n
}

// portOrWarn opens a port with PORT. A server may have switched it off.
func (t *T) portOrWarn() *dataConn {
	d, err := t.listen(0)
	if err != nil {
		t.Errorf("could not listen: %v", err)
	}
	r := t.Ask("PORT " + d.address("PORT"))
	switch {
	case r.Code == 421:
		t.Failf("PORT: got %s", brief(r))
	case refused(r):
		t.end(Warn, "PORT is refused: %s", brief(r))
	}
	t.WantIn(r, "PORT", 200)
	return d
}

// portWithZero opens a port whose low byte is 0 with PORT.
func (t *T) portWithZero() *dataConn {
	for k := 255; k > 128; k-- {
		d, err := t.listen(k * 256)
		if err != nil {
			continue
		}
		if r := t.Ask("PORT " + d.address("PORT")); !ok(r) {
			t.plainPortOrSkip()
			t.Failf("PORT with a zero octet: got %s", brief(r))
		}
		return d
	}
	t.Errorf("no port that is a multiple of 256 is free")
	return nil
}

// longestDial is how long a server may try to connect before that is a failure.
const longestDial = 90 * time.Second

// lateReply reads the final reply to a command whose data connection can't be opened. A
// server may try for long: that is a failure only where there was time to see it.
func (t *T) lateReply(what string) protocol.Reply {
	wait := t.run.opts.timeout()
	if t.run.has[NeedSlow] {
		wait = longestDial
	}
	for {
		r, err := t.c.receive(wait)
		switch {
		case err == nil && r.Code.Class() != 1:
			return r
		case errors.Is(err, errSilence):
			t.c.goodbye = true
			if wait == longestDial {
				t.Failf("%s: no reply within %s", what, wait)
			}
			t.end(Warn, "%s: no reply within %s", what, wait)
		case err != nil:
			t.lost(what, err)
		}
	}
}

// plainPortOrSkip skips the case if the server refuses every PORT.
func (t *T) plainPortOrSkip() {
	d, err := t.listen(0)
	if err != nil {
		t.Errorf("could not listen: %v", err)
	}
	if r := t.Ask("PORT " + d.address("PORT")); !ok(r) {
		t.Skipf("PORT is refused: %s", brief(r))
	}
}

// activeSource has the server connect to us and returns where from.
func (t *T) activeSource() (host string, port int) {
	var d *dataConn
	t.listOn(func() *dataConn {
		var err error
		if d, err = t.listen(0); err != nil {
			t.Errorf("could not listen: %v", err)
		}
		verb := t.activeVerb()
		if r := t.Ask(verb + " " + d.address(verb)); !ok(r) {
			t.Skipf("%s is refused: %s", verb, brief(r))
		}
		return d
	}).Receive()
	host, _, _ = net.SplitHostPort(d.tcp.RemoteAddr().String())
	return host, portOf(d.tcp.RemoteAddr())
}

// soon is how long what should happen at once may take.
const soon = time.Second
