package ftpwire

import (
	"net/netip"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
)

// An fxpSide is one of the two servers of a transfer.
type fxpSide uint8

const (
	noSide      fxpSide = iota
	source              // sends the file
	destination         // stores it
)

func (s fxpSide) String() string { return [...]string{"no server", "source", "destination"}[s] }

func (s fxpSide) other() fxpSide { return destination + source - s }

// An fxpWay is one way for two servers to have a data connection: one listens, the other one
// connects, and if the data is private, one of them is the TLS client (RFC 4217, Section 7 has
// both of them be the server).
type fxpWay struct {
	listens fxpSide
	listen  protocol.Verb // PASV, EPSV or CPSV
	connect protocol.Verb // PORT or EPRT
	sscn    fxpSide       // SSCN ON makes it the TLS client
}

// String says which server gets which command.
func (w fxpWay) String() string {
	s := string(w.listen) + " at the " + w.listens.String() + ", " + string(w.connect) + " at the " + w.listens.other().String()
	if w.sscn != noSide {
		s += ", SSCN ON at the " + w.sscn.String()
	}
	return s
}

// tlsClient returns the server that begins TLS, noSide in clear.
func (w fxpWay) tlsClient() fxpSide {
	if w.listen == "CPSV" {
		return w.listens
	}
	return w.sscn
}

// fxpFacts are what decides about the ways before anything is tried.
type fxpFacts struct {
	private bool // TLS protects the data
	servers [3]fxpServer
}

// An fxpServer is what is known of one of the servers.
type fxpServer struct {
	addr       netip.Addr // of the control connection's peer; invalid if a proxy looks it up
	sscn, cpsv bool       // FEAT lists it
	trusted    bool       // the address in its replies counts, not addr
}

// An fxpStep is where a way failed.
type fxpStep uint8

const (
	atListen  fxpStep = iota // PASV, EPSV or CPSV
	atConnect                // PORT or EPRT
	atRole                   // SSCN
	atOpen                   // the data connection itself, before anything was moved
)

// An fxpFailure is a way that did not work.
type fxpFailure struct {
	way     fxpWay
	step    fxpStep
	at      fxpSide // who said so
	meaning protocol.Meaning
}

// ways returns all ways that may work, the likelier first. If there is none, the second result
// says why.
//
// The destination listens first, as with other clients. PORT comes before EPRT and PASV before EPSV, because servers that allow transfers
// with others are mostly of that age. Without the right to be private, there is no way in clear:
// that is the caller's choice.
func (f fxpFacts) ways() (ways []fxpWay, why string) {
	for _, listens := range []fxpSide{destination, source} {
		l, c := f.servers[listens], f.servers[listens.other()]
		if reason := l.unreachable(c); reason != "" {
			why = reason
			continue
		}
		for _, role := range f.roles(listens) {
			for _, pair := range l.pairs() {
				w := fxpWay{listens: listens, listen: pair[0], connect: pair[1], sscn: role.sscn}
				if role.cpsv && pair[0] == "EPSV" {
					continue
				}
				if role.cpsv {
					w.listen = "CPSV"
				}
				ways = append(ways, w)
			}
		}
	}
	return ways, why
}

// unreachable returns why no other server can connect to l at the address known here, "" if it
// may. from is the server that is to connect. A loopback address would lead that server to itself.
func (l fxpServer) unreachable(from fxpServer) string {
	switch {
	case l.trusted:
		return ""
	case !l.addr.IsValid():
		return "a proxy looks the servers' addresses up, so that they can't be told to each other"
	case !from.addr.IsValid():
		return ""
	case l.addr.Is4() != from.addr.Is4():
		return "one server is reached by IPv4 and the other one by IPv6: reach both in the same way"
	case l.addr.IsLoopback() && !from.addr.IsLoopback():
		return "the address by which one server is reached from here, " + l.addr.String() + ", leads the other one to itself"
	case l.addr.IsLinkLocalUnicast() && !from.addr.IsLinkLocalUnicast():
		return "the address by which one server is reached from here, " + l.addr.String() + ", is known on its link only"
	case l.addr.IsPrivate() && from.addr.IsGlobalUnicast() && !from.addr.IsPrivate():
		return "the address by which one server is reached from here, " + l.addr.String() + ", is known in its network only"
	}
	return ""
}

// pairs returns the commands for the address, of the server that listens and of the other one.
// Only the extended ones can name an IPv6 address.
func (l fxpServer) pairs() [][2]protocol.Verb {
	if l.addr.Is6() {
		return [][2]protocol.Verb{{"EPSV", "EPRT"}}
	}
	return [][2]protocol.Verb{{"PASV", "PORT"}, {"EPSV", "PORT"}, {"PASV", "EPRT"}, {"EPSV", "EPRT"}}
}

// An fxpRole is how one of the servers becomes the TLS client.
type fxpRole struct {
	sscn fxpSide
	cpsv bool
}

// roles returns the ways to share the roles of TLS. It is best if the destination is the TLS client: a
// client that sends and does not read leaves the tickets of TLS 1.3 unread, so that its system resets the
// connection when it closes it, and the end of the file is lost (ProFTPD 1.3.8).
func (f fxpFacts) roles(listens fxpSide) []fxpRole {
	if !f.private {
		return []fxpRole{{}}
	}
	all := []fxpRole{{sscn: destination}, {cpsv: true}, {sscn: source}}
	rank := func(r fxpRole) (n int) {
		if r.sscn == source || r.cpsv && listens == source {
			n += 2
		}
		if listed := r.cpsv && f.servers[listens].cpsv || f.servers[r.sscn].sscn; !listed {
			n++
		}
		return n
	}
	slices.SortStableFunc(all, func(a, b fxpRole) int { return rank(a) - rank(b) })
	return all
}

// next returns the way to try after these failures. ok is false if none is left.
func (f fxpFacts) next(failures []fxpFailure) (way fxpWay, ok bool) {
	ways, _ := f.ways()
	for _, w := range ways {
		if !slices.ContainsFunc(failures, func(x fxpFailure) bool { return x.rulesOut(w) }) {
			return w, true
		}
	}
	return fxpWay{}, false
}

// rulesOut reports whether w would fail as the other way did. A server that refuses the address of
// another one is not asked again in other words.
func (x fxpFailure) rulesOut(w fxpWay) bool {
	sameEnds := w.listens == x.way.listens
	switch x.step {
	case atListen:
		return sameEnds && w.listen == x.way.listen
	case atRole:
		return w.sscn == x.way.sscn
	case atConnect:
		return sameEnds && (w.connect == x.way.connect || x.meaning == protocol.WrongPeer)
	}
	switch {
	case x.meaning == protocol.WrongPeer || w.tlsClient() == noSide:
		return sameEnds
	case x.meaning == protocol.WantsResumption && x.way.tlsClient() != x.at:
		return w.tlsClient() != x.at // as the TLS server it always wants the session of its control connection
	}
	return sameEnds && w.tlsClient() == x.way.tlsClient()
}
