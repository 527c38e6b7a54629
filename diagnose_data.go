package ftpwire

import (
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// Causes about replies that never came, and connections that ended before a reply.
const (
	CauseFeatSilent Cause = "feat-silent"
	CauseEPSVSilent Cause = "epsv-silent"
	CausePASVSilent Cause = "pasv-silent"
	CausePORTSilent Cause = "port-silent"
	CauseCutAtEPSV  Cause = "cut-at-epsv"
	CauseForgotten  Cause = "forgotten"
	CauseIdledOut   Cause = "idled-out"
)

var silenceRules = []diagnosisRule{
	{
		cause: CauseEPSVSilent, find: silent("EPSV"),
		advice: "the server did not answer EPSV: some firewalls swallow it. Use PASV{DataMode=PASV}, or active mode{DataMode=active}",
	},
	{
		cause: CausePASVSilent, find: silent("PASV", "CPSV", "LPSV"), words: silentVerb,
		advice: "the server did not answer %s: some firewalls swallow it. Use EPSV{DataMode=EPSV}, or active mode{DataMode=active}",
	},
	{
		cause: CausePORTSilent, find: silent("EPRT", "PORT", "LPRT"), words: silentVerb,
		advice: "the server did not answer %s: some firewalls swallow it. Use passive mode{DataMode=passive}",
	},
	{
		cause: CauseFeatSilent, find: silent("FEAT"),
		advice: "the server did not answer FEAT, which is the first command after the login: it is too old or too slow, or something on the way does not know the command. A longer wait may help{Timeout}",
	},
	{
		cause: CauseCutAtEPSV, find: without(a[*control.TimeoutError](), lost(control.PhaseOpen)),
		advice: "the connection ended while a data connection was being prepared: some servers and firewalls do that at a command that they do not know. Use PASV{DataMode=PASV}, or active mode{DataMode=active}",
	},
	{
		cause: CauseForgotten, find: lost(control.PhaseReply),
		advice: "the data had come to its end, but the server's last word on it never came: a firewall may have forgotten the control connection, which was silent meanwhile. Have it kept alive during transfers{KeepAlive}. " +
			"Whether the file is whole is not known; compare its size",
	},
	{
		cause: CauseIdledOut, find: refused(anyVerb, protocol.IdledOut),
		advice: "the server ended the session because it was silent for too long. Have it kept alive during transfers{KeepAlive}",
	},
}

// silent finds a reply to one of these that did not come in time.
func silent(list ...protocol.Verb) finder {
	return a(func(e *control.TimeoutError) bool { return verbs(list...)(e.Verb) })
}

var silentVerb = words(func(e *control.TimeoutError) []string { return []string{string(e.Verb)} })

// lost finds a control connection that fell silent, or ended, in a phase of a transfer.
func lost(phase control.Phase) finder {
	return func(f *failure) error {
		if f.transfer == nil || f.transfer.Phase != phase || f.reply != nil || len(f.opens) > 0 {
			return nil
		}
		switch {
		case f.timeout != nil:
			return f.timeout
		case f.closed != nil && cut(f.closed):
			return f.closed
		}
		return nil
	}
}

// Causes about data connections that could not be opened.
const (
	CauseReplyHeld       Cause = "reply-held"
	CausePortsBlocked    Cause = "ports-blocked"
	CauseAddressRefused  Cause = "address-refused"
	CauseStranger        Cause = "stranger"
	CauseActiveBlocked   Cause = "active-blocked"
	CauseActiveRefused   Cause = "active-refused"
	CauseAddressNonsense Cause = "address-nonsense"
	CausePassiveAddress  Cause = "passive-address"
	CausePassiveBlocked  Cause = "passive-blocked"
	CausePassiveRefused  Cause = "passive-refused"
)

var dataRules = []diagnosisRule{
	{
		cause: CauseReplyHeld, find: is(datachan.ErrReplyHeld),
		advice: "the server wants TLS on the data connection before it says that the transfer begins: that must not be waited for{SyncDataChannel=auto}",
	},
	{
		cause: CausePortsBlocked, find: is(datachan.ErrPortsBlocked),
		advice: "every port that the server offers for data connections is among those that are not to be used{Data.BlockedPorts}",
	},
	{
		cause: CauseAddressRefused, find: a[*datachan.AddressError](),
		advice: "the server named an address for the data connection that is not dialled, for safety. It is behind NAT, or not what it seems to be. Connect to the host of the control connection{NAT=always}, or use the address as it is{NAT=never}",
	},
	{
		cause: CauseStranger, find: a[*datachan.StrangerError](),
		words:  words(func(e *datachan.StrangerError) []string { return []string{e.Addr} }),
		advice: "the data connection came from %s and not from the server. If the server has several addresses, let it in{Data.AnyPeer=true}; passive mode needs no such thing{DataMode=passive}",
	},
	{
		cause: CauseActiveBlocked, find: opened(isActive),
		advice: "the server could not connect back to this computer: a firewall or NAT is in between. Use passive mode{DataMode=passive}",
	},
	{
		cause: CauseActiveRefused, find: refusedAddress("EPRT", "PORT", "LPRT"),
		advice: "the server does not connect to clients for data, or not to this address. Use passive mode{DataMode=passive}",
	},
	{
		cause: CauseAddressNonsense, find: opened(isNonsense), words: modeOf,
		advice: "the reply to %s does not say where to connect to. Have data connections opened in another way{DataMode=EPSV}{DataMode=PASV}{DataMode=active}",
	},
	{
		cause: CausePassiveAddress, find: opened(isPASV),
		advice: "the server's data port could not be reached: a firewall is in between, or the server announces the wrong address or port range, which one behind NAT does. " +
			"Try active mode{DataMode=active}, or another policy for the addresses that it names{NAT=auto}{NAT=always}",
	},
	{
		cause: CausePassiveBlocked, find: opened(func(*datachan.OpenError) bool { return true }),
		advice: "the server's data port could not be reached: a firewall is in between, or the server announces the wrong port range. Try active mode{DataMode=active}",
	},
	{
		cause: CausePassiveRefused, find: refusedAddress("EPSV", "PASV", "CPSV", "LPSV"), words: verbOf,
		advice: "the server refused %s, so that it opens no port for data in that way. Have data connections opened in another way{DataMode=PASV}{DataMode=active}",
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
		case protocol.Closing, protocol.IdledOut, protocol.NotLoggedIn, protocol.TooManyUsers, protocol.LockedOut, protocol.WantsTLS:
			return nil
		}
		return f.reply
	}
}

func isActive(o *datachan.OpenError) bool {
	return o.Mode == "EPRT" || o.Mode == "PORT" || o.Mode == "active"
}

func isPASV(o *datachan.OpenError) bool { return o.Mode == "PASV" || o.Mode == "CPSV" }

// isNonsense reports whether there was no address to connect to.
func isNonsense(o *datachan.OpenError) bool { return isType[*parse.Error](o.Err) }

var modeOf = words(func(e *datachan.OpenError) []string { return []string{e.Mode} })
