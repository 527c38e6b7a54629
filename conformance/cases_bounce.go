package conformance

import "net/netip"

// bounceCases are about a server that can be turned against others: it would connect to
// whatever PORT names, or serve whoever connects (RFC 2577). What counts is whether it
// connects, not what it says.
var bounceCases = []Case{
	{
		ID: "rfc2577-3-bounce", RFC: "2577 3", Level: Should,
		Security: true,
		Text:     "PORT with an address that is not the client's is refused, and nothing is connected to.",
		Needs:    []string{NeedLogin, NeedIPv4},
		Faults:   []string{"port-foreign-200"},
		Run:      func(t *T) { bounce(t, "PORT") },
	},
	{
		ID: "rfc2428-eprt-bounce", RFC: "2577 3", Level: Should,
		Security: true,
		Text:     "EPRT with an address that is not the client's, or with a port below 1024, is refused, and nothing is connected to.",
		Needs:    []string{NeedLogin, NeedEPRT},
		Faults:   []string{"eprt-foreign-200", "eprt-low-200"},
		Run: func(t *T) {
			bounce(t, "EPRT")
			lowPort(t, "EPRT")
		},
	},
	{
		ID: "rfc2577-3-low-port", RFC: "2577 3", Level: Should,
		Security: true,
		Text:     "PORT with a port below 1024 is refused, and nothing is connected to.",
		Needs:    []string{NeedLogin, NeedIPv4},
		Faults:   []string{"port-low-200"},
		Run: func(t *T) {
			t.needActive()
			t.Session()
			t.ownAddress("PORT")
			lowPort(t, "PORT")
		},
	},
	{
		ID: "rfc2577-4-data-peer-check", RFC: "2577 4", Level: Should,
		Security: true,
		Text:     "A connection to a passive port from another address than the client's gets no data.",
		Needs:    []string{NeedLogin},
		Faults:   []string{"passive-takes-anyone"},
		Run:      strangerGetsNothing,
	},
	{
		ID: "rfc959-3.2-default-data-port", RFC: "959 3.2, 3.3, 5.2", Level: Must, Lenient: true, Full: true,
		Hurts:  "clients of the first years, which send no PORT",
		Text:   "Without PORT and PASV the server connects to the port that the client has at its end of the control connection.",
		Needs:  []string{NeedLogin},
		Faults: []string{"no-default-port"},
		Run: func(t *T) {
			t.needActive()
			t.Session()
			d, err := t.tryListen(portOf(t.c.tcp.LocalAddr()))
			if err != nil {
				t.Skipf("the port of the control connection cannot be listened on as well: %v", err)
			}
			cmd := t.listing()
			x := t.beginOn(d, cmd)
			if x.Refused() {
				t.Failf("%s without PORT or PASV: got %s", cmd, brief(x.First))
			}
			x.Receive()
		},
	},
}

// ownAddress has the server accept a port of ours: where it does not, what else it refuses
// says nothing.
func (t *T) ownAddress(verb string) {
	d, err := t.tryListen(0)
	if err != nil {
		t.Errorf("could not listen: %v", err)
	}
	switch r := t.Ask(verb + " " + d.address(verb)); {
	case unknown(r):
		t.Unimplf("%s: %s", verb, brief(r))
	case !ok(r):
		t.Skipf("%s is refused for our own address, too: %s", verb, brief(r))
	}
}

// bounce names a third address and watches it.
func bounce(t *T, verb string) {
	t.Session()
	if t.run.noActive == "" {
		t.ownAddress(verb)
	}
	to := netip.AddrPortFrom(exampleAddress(t.ourAddress().Is4()), 20000)
	var d *dataConn
	if third, there := t.thirdAddress(); there && t.run.noActive == "" {
		if ln, err := t.listenAt(netip.AddrPortFrom(third, 0)); err == nil {
			d, to = ln, netip.AddrPortFrom(third, uint16(ln.port))
		}
	}
	cmd := verb + " " + argument(verb, to)
	r := t.Ask(cmd)
	if d == nil {
		if !refused(r) {
			t.Warnf("%s got %s; whether the server connects to %s cannot be seen from here", cmd, brief(r), to)
		}
		return
	}
	if d.arrives(glance) {
		t.Failf("%s got %s, and the server connected to %s, which is not our address", cmd, brief(r), to)
	}
	if refused(r) {
		return
	}
	if dialled, last := t.watchDial(d, t.listing()); dialled {
		t.Failf("%s got %s, and the server connected to %s, which is not our address", cmd, brief(r), to)
	} else if to.Addr().IsLoopback() {
		t.Infof("%s got %s, and nothing connected to %s: %s", cmd, brief(r), to, brief(last))
	} else {
		t.Warnf("%s got %s; nothing connected to %s, which the server may be unable to reach: %s", cmd, brief(r), to, brief(last))
	}
}

// lowPort names a port below 1024 and watches it, if we may listen there. Else the replies
// have to do: a server that says 425 has tried.
func lowPort(t *T, verb string) {
	host := t.ourAddress()
	if a := t.run.target.ActiveAddr; a.IsValid() {
		host = a.Unmap()
	}
	to := netip.AddrPortFrom(host, 25)
	var d *dataConn
	for port := uint16(1023); port > 1003 && d == nil; port-- {
		if ln, err := t.tryListen(int(port)); err == nil {
			d, to = ln, netip.AddrPortFrom(host, port)
		}
	}
	cmd := verb + " " + argument(verb, to)
	r := t.Ask(cmd)
	switch {
	case d != nil && d.arrives(glance):
		t.Failf("%s got %s, and the server connected there", cmd, brief(r))
	case r.Code == 425:
		t.Failf("%s got %s: it was tried", cmd, brief(r))
	case refused(r):
		return
	}
	if d == nil {
		switch x := t.Ask(t.listing()); {
		case x.Code.Class() == 1:
			t.c.goodbye = true // what comes then does not matter
			t.Failf("%s got %s, and then %s: the server connects there", cmd, brief(r), brief(x))
		case x.Code == 425 || x.Code == 426:
			t.Failf("%s got %s, and then %s: it was tried", cmd, brief(r), brief(x))
		default:
			t.Warnf("%s got %s, and the transfer %s", cmd, brief(r), brief(x))
		}
		return
	}
	if dialled, last := t.watchDial(d, t.listing()); dialled {
		t.Failf("%s got %s, and the server connected there", cmd, brief(r))
	} else {
		t.Infof("%s got %s, and nothing connected there: %s", cmd, brief(r), brief(last))
	}
}
