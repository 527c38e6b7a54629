package conformance

import (
	"regexp"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

var extendedCases = []Case{
	{
		ID: "rfc2428-3-epsv-229", RFC: "2428 3", Level: Must,
		Text:   "EPSV is answered with 229 and (<d><d><d>port<d>), network and address left empty.",
		Needs:  []string{NeedLogin, NeedEPSV},
		Faults: []string{"epsv-filled-fields"},
		Run: func(t *T) {
			r := t.Must("EPSV", 229)
			groups := regexp.MustCompile(`\([^)]*\)`).FindAllString(r.LastLine(), -1)
			for _, g := range groups {
				if isExtended(g) {
					if len(groups) > 1 {
						t.Warnf("other parentheses in the 229: %s", brief(r))
					}
					return
				}
			}
			t.Failf("EPSV: %s does not hold (<d><d><d>port<d>)", brief(r))
		},
	},
	{
		ID: "rfc2428-3-epsv-same-host", RFC: "2428 3", Level: Must,
		Text:   "The port of EPSV is open on the address of the control connection.",
		Needs:  []string{NeedLogin, NeedEPSV},
		Faults: []string{"epsv-not-listening"},
		Run: func(t *T) {
			t.listOn(func() *dataConn { return t.connectOf(ownEPSVPort, t.portOf229(t.Must("EPSV", 229))) }).Receive()
		},
	},
	{
		ID: "rfc2428-3-epsv-proto", RFC: "2428 3", Level: Should,
		Text:   "EPSV with the protocol of the control connection opens a port; with the other one it opens a port for that, or is refused with 522.",
		Needs:  []string{NeedLogin, NeedEPSV},
		Faults: []string{"epsv-1-522", "epsv-2-229"},
		Run:    epsvProtocols,
	},
	{
		ID: "rfc2428-3-epsv-bad-proto", RFC: "2428 3", Level: Must,
		Text:   "EPSV with a protocol that is not supported is refused with 522.",
		Needs:  []string{NeedLogin, NeedEPSV},
		Faults: []string{"epsv-9-229"},
		Run: func(t *T) {
			t.Grade(t.Ask("EPSV 9"), "EPSV 9", is(522), is(4, 5))
		},
	},
	{
		ID: "rfc2428-2-522-list", RFC: "2428 2", Level: Must,
		Text:   "The text of a 522 ends with the supported protocols in parentheses, and has no others.",
		Needs:  []string{NeedLogin, NeedEPSV},
		Faults: []string{"epsv-522-no-list"},
		Run: func(t *T) {
			_, other := t.families()
			cmds := []string{"EPSV 9", "EPSV " + other, "EPRT |9|x|1|"}
			seen := false
			for _, cmd := range cmds {
				if r := t.Ask(cmd); r.Code == 522 {
					seen = true
					t.protocolList(cmd, r)
				}
			}
			if !seen {
				t.Skipf("none of %s is answered with 522", strings.Join(cmds, ", "))
			}
		},
	},
	{
		ID: "rfc2428-3-epsv-all", RFC: "2428 3", Level: Must,
		Text:   "After EPSV ALL the server refuses PORT, PASV and EPRT.",
		Needs:  []string{NeedLogin, NeedEPSV},
		Faults: []string{"epsv-all-ignored"},
		Run: func(t *T) {
			t.epsvAll()
			cmds := []string{"EPRT "}
			if t.run.has[NeedIPv4] {
				cmds = append(cmds, "PORT ", "PASV")
			}
			d, err := t.listen(0)
			if err != nil {
				t.Errorf("could not listen: %v", err)
			}
			for _, cmd := range cmds {
				if verb, hasArg := strings.CutSuffix(cmd, " "); hasArg {
					cmd += d.address(verb)
				}
				t.Must(cmd, 4, 5)
			}
		},
	},
	{
		ID: "rfc2428-3-epsv-all-epsv", RFC: "2428 3", Level: Must,
		Text:   "EPSV still works after EPSV ALL.",
		Needs:  []string{NeedLogin, NeedEPSV},
		Faults: []string{"epsv-all-refuses-epsv"},
		Run: func(t *T) {
			t.epsvAll()
			t.listOn(func() *dataConn { return t.connectOf(ownEPSVPort, t.portOf229(t.Must("EPSV", 229))) }).Receive()
		},
	},
	{
		ID: "rfc2428-2-eprt-v4", RFC: "2428 2", Level: Must,
		Text:   "EPRT with family 1 is accepted, and the server connects.",
		Needs:  []string{NeedLogin, NeedEPRT, NeedIPv4},
		Faults: []string{"eprt-connects-elsewhere"},
		Run:    func(t *T) { t.listOn(func() *dataConn { return t.activeBy("EPRT") }).Receive() },
	},
	{
		ID: "rfc2428-2-eprt-v6", RFC: "2428 2", Level: Must,
		Text:   "EPRT with family 2 works over IPv6.",
		Needs:  []string{NeedLogin, NeedEPRT, NeedIPv6},
		Faults: []string{"eprt-connects-elsewhere"},
		Run: func(t *T) {
			t.useIPv6()
			t.listOn(func() *dataConn { return t.activeBy("EPRT") }).Receive()
			t.listOn(func() *dataConn { // the long form of the address
				d, err := t.listen(0)
				if err != nil {
					t.Errorf("could not listen: %v", err)
				}
				ip := d.local().Addr()
				t.Must("EPRT "+strings.Replace(d.address("EPRT"), ip.String(), ip.StringExpanded(), 1), 200)
				return d
			}).Receive()
		},
	},
	{
		ID: "rfc2428-2-eprt-delim", RFC: "2428 2", Level: Must,
		Text:   "Any printable ASCII character may delimit the fields of EPRT.",
		Needs:  []string{NeedLogin, NeedEPRT},
		Faults: []string{"eprt-bar-only"},
		Run: func(t *T) {
			for _, delim := range []string{"!", "~"} {
				d, err := t.listen(0)
				if err != nil {
					t.Errorf("could not listen: %v", err)
				}
				t.Must("EPRT "+strings.ReplaceAll(d.address("EPRT"), "|", delim), 200)
				d.Close()
			}
		},
	},
	{
		ID: "rfc2428-2-eprt-bad-af", RFC: "2428 2", Level: Must,
		Text:   "EPRT with an unknown family is refused with 522.",
		Needs:  []string{NeedLogin, NeedEPRT},
		Faults: []string{"eprt-9-200"},
		Run: func(t *T) {
			t.Grade(t.Ask("EPRT |9|x|1|"), "EPRT with family 9", is(522), is(4, 5))
		},
	},
	{
		ID: "rfc2428-2-eprt-syntax", RFC: "2428 2", Level: Should,
		Text:   "Bad arguments of EPRT are refused with 501 or 500.",
		Needs:  []string{NeedLogin, NeedEPRT},
		Faults: []string{"eprt-bad-200"},
		Run: func(t *T) {
			for _, arg := range []string{" |1|127.0.0.1|", " |1|127.0.0.1|0|", " |1|127.0.0.1|65536|", " |1|127.0.0.1|x|", " |1|300.0.0.1|2000|", ""} {
				t.Grade(t.Ask("EPRT"+arg), "EPRT"+arg, is(500, 501, 522), is(4, 5))
			}
		},
	},
	{
		ID: "prac-pasv-on-ipv6", RFC: "959, 2428", Level: Info,
		Full:   true,
		Text:   "What PASV does over IPv6: it is refused, or leads to an open port.",
		Needs:  []string{NeedLogin, NeedIPv6},
		Faults: []string{"pasv-ipv6-227"},
		Run:    pasvOverIPv6,
	},
	{
		ID: "rfc2428-3-ipv6-session", RFC: "2428 4", Level: Must,
		Text:   "All transfers work over IPv6, with EPSV.",
		Needs:  []string{NeedLogin, NeedWrite, NeedIPv6},
		Faults: []string{"epsv-ipv6-425", "epsv-not-listening"},
		Run:    transfersOverIPv6,
	},
	{
		ID: "rfc1639-lprt-lpsv", RFC: "1639", Level: May,
		Full:   true,
		Text:   "Whether there are LPSV and LPRT; if so, they work.",
		Needs:  []string{NeedLogin},
		Faults: []string{"lpsv-nowhere", "lprt-nowhere"},
		Run:    longAddresses,
	},
	{
		ID: "rfc6384-11-algs", RFC: "6384 11", Level: Must,
		Text:   "A server takes no action on ALGS, which is for gateways.",
		Needs:  []string{NeedLogin},
		Faults: []string{"algs-216"},
		Run: func(t *T) {
			t.Must("ALGS STATUS64", 202, 5)
		},
	},
}

// isExtended reports whether g is "(<d><d><d>port<d>)".
func isExtended(g string) bool {
	if len(g) < 7 {
		return false
	}
	d := g[1]
	port, good := strings.CutSuffix(strings.TrimPrefix(g, "("+strings.Repeat(string(d), 3)), string(d)+")")
	return d >= 33 && d <= 126 && g[2] == d && g[3] == d && good && onlyDigits.MatchString(port)
}

var protocolNumbers = regexp.MustCompile(`^[^()]*\([0-9]+(,[0-9]+)*\)$`)

func (t *T) protocolList(cmd string, r protocol.Reply) {
	if !protocolNumbers.MatchString(r.LastLine()) {
		t.Failf("%s: %s does not end with a list of numbers in parentheses", cmd, brief(r))
	}
}

// epsvAll sends EPSV ALL in a session of the case's own, since it cannot be
// taken back.
func (t *T) epsvAll() {
	t.Session()
	r := t.Ask("EPSV ALL")
	if refused(r) {
		t.suspect("rfc2428-3-epsv-bad-proto") // in case any argument ends the session
		t.Unimplf("EPSV ALL: %s", brief(r))
	}
	if r.Code == 229 && strings.Contains(r.LastLine(), "(") {
		t.suspect("rfc2428-3-epsv-bad-proto", "rfc2428-3-epsv-all") // in case no argument is looked at
		t.Failf("EPSV ALL opened a port: %s", brief(r))
	}
	t.WantIn(r, "EPSV ALL", 2)
}
