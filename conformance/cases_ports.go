package conformance

import (
	"errors"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// portCases are about the ports that the server opens for one transfer each.
var portCases = []Case{
	{
		ID: "rfc1123-4.1.2.6-pasv-fresh", RFC: "1123 4.1.2.6", Level: Must,
		Text:   "Each PASV yields a usable port, the newest one counts, and none stays open after its time.",
		Needs:  []string{NeedLogin, NeedPASV},
		Faults: []string{"pasv-second-ignored", "pasv-not-listening", "passive-port-stays"},
		Run:    freshPorts,
	},
	{
		ID: "rfc2577-8-random-ports", RFC: "2577 8", Level: Should,
		Security: true,
		Text:     "Passive ports cannot be predicted: fifty in a row are many, and in no order.",
		Needs:    []string{NeedLogin},
		Faults:   []string{"passive-ports-in-order", "passive-ports-few"},
		Run:      randomPorts,
	},
	{
		ID: "prac-pasv-never-connected", RFC: "959 is silent", Level: Info,
		Full:   true,
		Text:   "How long a transfer command waits for a client that never connects.",
		Needs:  []string{NeedLogin, NeedSlow},
		Faults: []string{"passive-waits-forever"},
		Run: func(t *T) {
			t.Session()
			t.passivePort()
			begin := time.Now()
			t.Send(t.listing())
			r := protocol.Reply{}
			for r.Code.Class() < 2 {
				var err error
				r, err = t.c.receive(longestWait)
				if errors.Is(err, errSilence) {
					t.c.goodbye = true
					t.Failf("no reply within %s to a transfer command whose data connection nobody opens", longestWait)
				}
				if err != nil {
					t.Infof("the server closes the session after %s", time.Since(begin).Round(time.Second))
					t.c.goodbye = true
					return
				}
			}
			t.Infof("%s after %s", brief(r), time.Since(begin).Round(time.Second))
		},
	},
}

// longestWait is how long a server may take to give up on a client.
const longestWait = 150 * time.Second

// freshPorts asks for one port after another, and dials the old ones.
func freshPorts(t *T) {
	t.Session()
	old, port := t.pasv(), 0
	t.listOn(func() *dataConn { port = t.pasv(); return t.connect(port) }).Receive()
	if old == port {
		return // it may be the only one, and for everybody
	}
	if t.keepsOpen(old) {
		t.Warnf("the port of a PASV stays open after another PASV")
	}
	next := t.pasv()
	if next != port && t.keepsOpen(port) {
		t.Warnf("the port of a PASV stays open after its transfer, and after another PASV")
	}
	t.Send("QUIT")
	t.c.receive(t.run.opts.timeout())
	t.c.close()
	if t.keepsOpen(next) {
		t.Warnf("the port of a PASV stays open after QUIT")
	}
}

// keepsOpen reports whether a passive port takes a connection, and keeps it, when it should
// be closed long since.
func (t *T) keepsOpen(port int) bool {
	time.Sleep(quiet)
	d, err := t.tryConnect(port)
	if err != nil {
		return false
	}
	defer d.Close()
	ended, _ := d.waitEnd(2 * quiet)
	return !ended // else it was a proxy between us, or a server that minds
}

const portsAsked = 50

// randomPorts asks for many ports in a row.
func randomPorts(t *T) {
	if !t.run.has[NeedEPSV] && !t.run.has[NeedPASV] {
		t.Skipf("neither EPSV nor PASV is implemented")
	}
	t.Session()
	var ports []int
	for range portsAsked {
		port := t.passivePort()
		if d, err := t.tryConnect(port); err == nil {
			d.Close() // some servers read no command before they are connected to
		}
		ports = append(ports, port)
	}
	steps, rising := map[int]int{}, 0
	for i, p := range ports[1:] {
		step := p - ports[i]
		steps[step]++
		if step > 0 && step <= 16 {
			rising++
		}
	}
	different := len(slices.Compact(slices.Sorted(slices.Values(ports))))
	if different < portsAsked/3 {
		t.Warnf("%d passive ports have %d numbers in all: the next one is easily guessed", portsAsked, different)
		return
	}
	for step, n := range steps {
		if step != 0 && n >= portsAsked/3 {
			t.Warnf("%d of %d passive ports differ from the one before by %d", n, portsAsked-1, step)
			return
		}
	}
	if rising > portsAsked*3/4 {
		t.Warnf("%d of %d passive ports are a little above the one before", rising, portsAsked-1)
	}
}
