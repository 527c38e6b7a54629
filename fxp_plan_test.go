package ftpwire

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/protocol"
)

// server4 and server6 are servers with public addresses.
func server4(features ...string) fxpServer { return serverAt("192.0.2.1", features...) }
func server6(features ...string) fxpServer { return serverAt("2001:db8::1", features...) }

func serverAt(addr string, features ...string) fxpServer {
	s := fxpServer{}
	s.addr, _ = netip.ParseAddr(addr) // "" stays invalid
	for _, f := range features {
		switch f {
		case "SSCN":
			s.sscn = true
		case "CPSV":
			s.cpsv = true
		case "trusted":
			s.trusted = true
		}
	}
	return s
}

// The ways that are tried, in their order, and why some are not.
func TestFXPWays(t *testing.T) {
	for _, tt := range []struct {
		name     string
		private  bool
		from, to fxpServer
		want     string // the first letters: who listens, the commands, who has SSCN ON
		why      string
	}{
		{"clear", false, server4(), server4(),
			"d PASV PORT, d EPSV PORT, d PASV EPRT, d EPSV EPRT, s PASV PORT, s EPSV PORT, s PASV EPRT, s EPSV EPRT", ""},
		{"IPv6", false, server6(), server6(), "d EPSV EPRT, s EPSV EPRT", ""},
		{"IPv4 and IPv6", false, server4(), server6(), "", "IPv4 and the other one by IPv6"},
		{"SSCN at the source", true, server6("SSCN"), server6(),
			"d EPSV EPRT d, d EPSV EPRT s, s EPSV EPRT d, s EPSV EPRT s", ""},
		{"SSCN at the destination", true, server6(), server6("SSCN"),
			"d EPSV EPRT d, d EPSV EPRT s, s EPSV EPRT d, s EPSV EPRT s", ""},
		{"CPSV at the source", true, server4(), server4(), "", ""},
		{"CPSV listed", true, server4("CPSV"), server4("CPSV"), "", ""},
		{"the source is here", false, serverAt("127.0.0.1"), server4(), "d PASV PORT, d EPSV PORT, d PASV EPRT, d EPSV EPRT", "leads the other one to itself"},
		{"the destination is in this network", false, server4(), serverAt("10.0.0.7"), "s PASV PORT, s EPSV PORT, s PASV EPRT, s EPSV EPRT", "in its network only"},
		{"both are in this network", false, serverAt("10.0.0.6"), serverAt("10.0.0.7"),
			"d PASV PORT, d EPSV PORT, d PASV EPRT, d EPSV EPRT, s PASV PORT, s EPSV PORT, s PASV EPRT, s EPSV EPRT", ""},
		{"link-local", false, serverAt("fe80::1"), server6(), "d EPSV EPRT", "on its link only"},
		{"through a proxy", false, serverAt(""), serverAt(""), "", "a proxy looks"},
		{"through a proxy, addresses trusted", false, serverAt("", "trusted"), serverAt(""), "s PASV PORT, s EPSV PORT, s PASV EPRT, s EPSV EPRT", "a proxy looks"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			facts := fxpFacts{private: tt.private, servers: [3]fxpServer{source: tt.from, destination: tt.to}}
			ways, why := facts.ways()
			var got []string
			for _, w := range ways {
				got = append(got, brief(w))
			}
			if strings.HasPrefix(tt.name, "CPSV") { // too many to list: what comes first counts
				if len(got) != 20 {
					t.Errorf("%d ways; want 20", len(got))
				}
				first := map[string]string{
					"CPSV at the source": "d PASV PORT d", "CPSV listed": "d CPSV PORT",
				}[tt.name]
				if got[0] != first {
					t.Errorf("%q is first; want %q", got[0], first)
				}
			} else if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("ways mismatch (-want +got):\n%s", diff)
			}
			if !strings.Contains(why, tt.why) || tt.why == "" && why != "" {
				t.Errorf("reason %q; want %q", why, tt.why)
			}
		})
	}
}

// brief writes a way as TestFXPWays has it.
func brief(w fxpWay) string {
	s := w.listens.String()[:1] + " " + string(w.listen) + " " + string(w.connect)
	if w.sscn != noSide {
		s += " " + w.sscn.String()[:1]
	}
	return s
}

// What is tried after which failures.
func TestFXPNext(t *testing.T) {
	type failure struct {
		step    fxpStep
		at      fxpSide
		meaning protocol.Meaning
	}
	for _, tt := range []struct {
		name     string
		private  bool
		features []string
		failures []failure // of each way in turn
		want     string    // the ways that were tried, and the next one
	}{
		{"PASV unknown", false, nil, []failure{{atListen, destination, protocol.UnknownCommand}}, "d PASV PORT, d EPSV PORT"},
		{"PORT unknown", false, nil, []failure{{atConnect, source, protocol.UnknownCommand}}, "d PASV PORT, d PASV EPRT"},
		{"PORT to another host refused", false, nil, []failure{{atConnect, source, protocol.WrongPeer}}, "d PASV PORT, s PASV PORT"},
		{"neither goes to another host", false, nil, []failure{{atConnect, source, protocol.WrongPeer}, {atConnect, destination, protocol.WrongPeer}}, "d PASV PORT, s PASV PORT"},
		{"neither takes another host", false, nil, []failure{{atOpen, destination, protocol.WrongPeer}, {atOpen, source, protocol.WrongPeer}}, "d PASV PORT, s PASV PORT"},
		{"no data connection", false, nil, []failure{{atOpen, destination, protocol.DataChannel}, {atOpen, destination, protocol.DataChannel}}, "d PASV PORT, s PASV PORT"},
		{"SSCN unknown", true, nil, []failure{{atRole, destination, protocol.UnknownCommand}}, "d PASV PORT d, d CPSV PORT"},
		{"SSCN and CPSV unknown there", true, nil, []failure{{atRole, destination, protocol.UnknownCommand}, {atListen, destination, protocol.UnknownCommand}}, "d PASV PORT d, d CPSV PORT, d PASV PORT s"},
		{"SSCN and CPSV unknown", true, nil, []failure{
			{atRole, destination, protocol.UnknownCommand}, {atListen, destination, protocol.UnknownCommand},
			{atRole, source, protocol.UnknownCommand}, {atListen, source, protocol.UnknownCommand},
		}, "d PASV PORT d, d CPSV PORT, d PASV PORT s, s CPSV PORT"},
		{"no TLS between them", true, []string{"SSCN"}, []failure{
			{atOpen, source, protocol.DataChannel}, {atOpen, source, protocol.DataChannel}, {atOpen, source, protocol.DataChannel},
		}, "d PASV PORT d, d PASV PORT s, s PASV PORT d, s PASV PORT s"},
		{"the source wants its session resumed", true, []string{"SSCN"}, []failure{
			{atOpen, source, protocol.WantsResumption},
		}, "d PASV PORT d, d PASV PORT s"},
		{"both want their sessions resumed", true, []string{"SSCN"}, []failure{
			{atOpen, source, protocol.WantsResumption}, {atOpen, destination, protocol.WantsResumption},
		}, "d PASV PORT d, d PASV PORT s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			facts := fxpFacts{private: tt.private, servers: [3]fxpServer{source: server4(tt.features...), destination: server4(tt.features...)}}
			var failures []fxpFailure
			var got []string
			for _, f := range append(tt.failures, failure{}) {
				w, ok := facts.next(failures)
				if !ok {
					break
				}
				got = append(got, brief(w))
				failures = append(failures, fxpFailure{way: w, step: f.step, at: f.at, meaning: f.meaning})
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever fails, no way is tried twice, and what is to be private never goes in clear: exactly one
// server is the TLS client.
func TestFXPPlan(t *testing.T) {
	addrs := []string{"", "192.0.2.1", "10.0.0.1", "127.0.0.1", "2001:db8::1", "fe80::1"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		pick := func() fxpServer {
			s := serverAt(addrs[r.IntN(len(addrs))])
			s.sscn, s.cpsv, s.trusted = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(4) == 0
			return s
		}
		facts := fxpFacts{private: r.IntN(2) == 0, servers: [3]fxpServer{source: pick(), destination: pick()}}
		ways, why := facts.ways()
		if len(ways) == 0 && why == "" {
			t.Fatalf("%+v: no way, and no reason", facts)
		}
		var failures []fxpFailure
		tried := map[fxpWay]bool{}
		for {
			w, ok := facts.next(failures)
			if !ok {
				break
			}
			if tried[w] {
				t.Fatalf("%+v: %v is tried twice", facts, w)
			}
			tried[w] = true
			if (w.tlsClient() != noSide) != facts.private || w.listen == "CPSV" && w.sscn != noSide {
				t.Fatalf("%+v: %v: the TLS client is the %v", facts, w, w.tlsClient())
			}
			step := fxpStep(r.IntN(4))
			if step == atRole && w.sscn == noSide {
				step = atOpen
			}
			failures = append(failures, fxpFailure{way: w, step: step, at: source + fxpSide(r.IntN(2)), meaning: protocol.Meaning(r.IntN(30))})
		}
		if len(tried) > len(ways) {
			t.Fatalf("%+v: %d of %d ways", facts, len(tried), len(ways))
		}
	}
}
