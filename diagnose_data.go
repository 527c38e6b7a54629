package ftpwire

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/neterr"
)

// Ways to open data connections, as remedies. Those that failed are left out, and those
// that are set already.
const (
	tryPassive = "use passive mode{DataMode=passive}"
	tryPASV    = "use PASV{DataMode=PASV}"
	tryEPSV    = "use EPSV{DataMode=EPSV}"
	tryActive  = "let the server connect to this computer{DataMode=active}"
)

const seeData = "RFC 959, Section 3.2; RFC 2428; docs/data-connections.md"

// Causes about data connections that could not be opened.
const (
	causeReplyHeld       Cause = "reply-held"
	causePortsBlocked    Cause = "ports-blocked"
	causeLowPort         Cause = "low-port"
	causeAddressRefused  Cause = "address-refused"
	causeStranger        Cause = "stranger"
	causeActiveBlocked   Cause = "active-blocked"
	causeActiveRefused   Cause = "active-refused"
	causeAddressNonsense Cause = "address-nonsense"
	causeAddressIgnored  Cause = "address-ignored"
	causeAddressWrong    Cause = "address-wrong"
	causePortClosed      Cause = "port-closed"
	causePortFiltered    Cause = "port-filtered"
	causePassiveBlocked  Cause = "passive-blocked"
	causePassiveRefused  Cause = "passive-refused"
)

var dataRules = []diagnosisRule{
	{
		cause: causeReplyHeld, find: is(datachan.ErrReplyHeld), see: "RFC 4217, Section 7",
		says: "the server wants TLS on the data connection before it says that the transfer begins, and that is waited for here",
		try:  []string{"begin TLS without waiting{SyncDataChannel=auto}"},
	},
	{
		cause: causePortsBlocked, find: is(datachan.ErrPortsBlocked), see: seeData,
		says: "every port that the server offers for data connections is among those that are not to be used",
		try:  []string{"block fewer ports{Data.BlockedPorts}", tryActive},
	},
	{
		cause: causeLowPort, find: a(lowPort), see: "RFC 2577, Section 3",
		says: "the server offers a port below 1024 for data, where other services are: no data is sent there. Its range of passive ports is set up wrongly, or somebody on the way has changed the reply",
		try:  []string{tryActive, tryEPSV},
	},
	{
		cause: causeAddressRefused, find: a[*datachan.AddressError](), see: seeData,
		says: "the server named an address for the data connection that is not dialled, for safety. It is behind NAT, or not what it seems to be",
		try:  []string{"connect to the host of the control connection{NAT=always}", tryEPSV, tryActive},
	},
	{
		cause: causeStranger, find: a[*datachan.StrangerError](), see: "RFC 2577, Section 4",
		words: words(func(e *datachan.StrangerError) []string { return []string{e.Addr} }),
		says:  "the data connection came from %s and not from the server",
		try:   []string{"if the server has several addresses, let it in{Data.AnyPeer=true}", tryPassive},
	},
	{
		cause: causeActiveBlocked, find: either(opened(isActive), when((*failure).active, refused(anyVerb, protocol.DataChannel))), see: seeData,
		says: "the server could not connect back to this computer: a firewall or NAT is in between",
		try:  []string{tryPassive},
	},
	{
		cause: causeActiveRefused, find: refusedAddress("EPRT", "PORT", "LPRT"), see: seeData,
		says: "the server does not connect to clients for data, or not to this address",
		try:  []string{tryPassive, "announce another address{Data.ActiveAddr}"},
	},
	{
		cause: causeAddressIgnored, find: ignored, words: namedHost, see: seeData,
		says: "the server says that it waits for data at %s. The connection went to the host of the control connection instead, as that is safer, and failed there",
		try:  []string{"use the address that it names, if it can be reached{NAT=auto}", "use that address whatever it is{NAT=never}", tryActive},
	},
	{
		cause: causeAddressWrong, find: opened(isWrong), words: namedHost, see: seeData,
		says: "the address that the server names for data (%s) is not that of the control connection, and could not be reached: a server behind NAT often names its inner address",
		try:  []string{"connect to the host of the control connection instead{NAT=always}", tryEPSV, tryActive},
	},
	{
		cause: causePortClosed, find: opened(func(o *datachan.OpenError) bool { return neterr.Refused(o) }), see: seeData,
		says: "nothing listens on the port that the server offers for data: a firewall or NAT is in the way, or the server announces the wrong ports",
		try:  []string{tryActive, tryPASV, tryEPSV},
	},
	{
		cause: causePortFiltered, find: opened(func(o *datachan.OpenError) bool { return errors.Is(o, os.ErrDeadlineExceeded) }), see: seeData,
		says: "no answer came from the port that the server offers for data: a firewall drops the packets, or NAT does not pass them on",
		try:  []string{tryActive, "have commands go in clear text, so that the firewall can see the ports{ClearCommandChannel=true}"},
	},
	{
		cause: causeAddressNonsense, find: opened(isNonsense), words: modeOf, see: seeData,
		says: "%s gives no address to connect to",
		try:  []string{tryEPSV, tryPASV, tryActive},
	},
	{
		cause: causePassiveBlocked, find: opened(func(*datachan.OpenError) bool { return true }), see: seeData,
		says: "the server's data port could not be reached: a firewall is in between, or the server announces the wrong address or ports",
		try:  []string{tryActive},
	},
	{
		cause: causePassiveRefused, find: refusedAddress("EPSV", "PASV", "CPSV", "LPSV"), words: verbOf, see: seeData,
		says: "the server refused %s, so that it opens no port for data in that way",
		try:  []string{tryPASV, tryEPSV, tryActive},
	},
}

// opened finds a data connection that could not be opened, the last one that was tried,
// if its error is of a kind. It finds nothing if the server's reply to the transfer
// itself says why.
func opened(kind func(*datachan.OpenError) bool) finder {
	return func(f *failure) error {
		if n := len(f.opens); f.reply == nil && n > 0 && kind(f.opens[n-1]) {
			return f.opens[n-1]
		}
		return nil
	}
}

// refusedAddress finds a refusal of a way to open a data connection that is not about the
// session.
func refusedAddress(list ...protocol.Verb) finder {
	return func(f *failure) error {
		if f.reply == nil || !verbs(list...)(f.reply.Verb) {
			return nil
		}
		switch f.means {
		case protocol.NotLoggedIn:
			if f.transfer == nil { // in a session, 530 is how some servers say that this way is not allowed
				return nil
			}
		case protocol.Closing, protocol.IdledOut, protocol.TooManyUsers, protocol.LockedOut, protocol.WantsTLS, protocol.WantsProtection:
			return nil
		}
		return f.reply
	}
}

func isActive(o *datachan.OpenError) bool {
	return o.Mode == "EPRT" || o.Mode == "PORT" || o.Mode == "active"
}

// isNonsense reports whether there was no address to connect to.
func isNonsense(o *datachan.OpenError) bool { return isType[*parse.Error](o.Err) || o.Addr == "" }

// ignored finds a data connection for which the server named another host, one that could
// be reached from here, and that was not tried.
func ignored(f *failure) error {
	found := opened(func(o *datachan.OpenError) bool { return o.Named != "" && plausible(o.Named, hostOf(o.Addr)) })(f)
	o, _ := found.(*datachan.OpenError)
	if o == nil || slices.ContainsFunc(f.opens, func(other *datachan.OpenError) bool { return hostOf(other.Addr) == o.Named }) {
		return nil
	}
	return o
}

// plausible reports whether a host that was named for data can be the server's, if dialled
// reaches it: the inner address of a network is of no use outside.
func plausible(named, dialled string) bool {
	n, _ := netip.ParseAddr(named)
	d, err := netip.ParseAddr(dialled)
	inner := n.IsPrivate() || n.IsLoopback() || n.IsLinkLocalUnicast() || n.IsUnspecified()
	return !inner || err == nil && (d.IsPrivate() || d.IsLoopback())
}

// isWrong reports whether the host that the server named was dialled, and it is not that
// of the control connection.
func isWrong(o *datachan.OpenError) bool { return o.Named != "" && hostOf(o.Addr) == o.Named }

func hostOf(addr string) string {
	host, _, _ := net.SplitHostPort(addr)
	return host
}

// lowPort reports whether the port is one that no data connection uses.
func lowPort(e *datachan.AddressError) bool {
	addr, err := netip.ParseAddrPort(e.Addr)
	return err == nil && addr.Port() < 1024
}

var (
	modeOf    = words(func(e *datachan.OpenError) []string { return []string{e.Mode} })
	namedHost = words(func(e *datachan.OpenError) []string { return []string{e.Named} })
)
