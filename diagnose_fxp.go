package ftpwire

import (
	"errors"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
)

// Causes about transfers between two servers.
const (
	causeFXPMixed      Cause = "fxp-mixed-protection"
	causeFXPNoTLS      Cause = "fxp-no-tls-client"
	causeFXPResumption Cause = "fxp-wants-resumption"
	causeFXPBroken     Cause = "fxp-tls-broken"
	causeFXPAddress    Cause = "fxp-address"
	causeFXPRefused    Cause = "fxp-refused"
)

// noFXP finds the error of a transfer between two servers for which no way was left.
func noFXP(cond func(*FXPError) bool) finder {
	return func(f *failure) error {
		if e, ok := errors.AsType[*FXPError](f.err); ok && e.NoWay && cond(e) {
			return e
		}
		return nil
	}
}

// met reports whether one of the ways failed by a refusal of this meaning.
func (e *FXPError) met(m protocol.Meaning) bool {
	return slices.ContainsFunc(e.Tried, func(t FXPTry) bool { return protocol.MeaningIn(t.Err) == m })
}

// seeFXP is where transfers between servers are explained.
const seeFXP = "docs/fxp.md"

// fxpInClear is how a file may travel where it can't be private.
const fxpInClear = "if the file may travel in clear text, say so for both{DataProtection=C}"

var fxpRules = []diagnosisRule{
	{
		cause: causeFXPMixed, find: noFXP(func(e *FXPError) bool { return errors.Is(e, errMixedProtection) }), see: seeFXP,
		says: "one server would protect the data connection between them and the other one would not; they must do the same, and nothing was sent",
		try:  []string{fxpInClear},
		then: "Otherwise reach both by TLS",
	},
	{
		cause: causeFXPNoTLS, find: noFXP(func(e *FXPError) bool { return errors.Is(e, errNoReversal) }), see: seeFXP,
		says: "between two servers one has to be the TLS client, by SSCN or CPSV, and neither can; nothing was sent",
		try:  []string{fxpInClear},
	},
	{
		cause: causeFXPResumption, see: seeFXP,
		find: noFXP(func(e *FXPError) bool { return e.met(protocol.WantsResumption) }),
		says: "a server demands that a data connection resume the TLS session of its own control connection, which another server can't do. That is a setting of the server: vsftpd require_ssl_reuse=NO, ProFTPD TLSOptions NoSessionReuseRequired",
	},
	{
		cause: causeFXPBroken, see: seeFXP,
		find: noFXP(func(e *FXPError) bool { return e.met(protocol.Aborted) }),
		says: "the data connection between the servers broke off. A server that sends as the TLS client may lose the end of the file, as ProFTPD does with TLS 1.3: the other one should have SSCN or CPSV, or no TLS 1.3",
		then: "Otherwise copy by way of this computer: get, then put",
	},
	{
		cause: causeFXPAddress, find: noFXP(func(e *FXPError) bool { return isType[uselessAddress](e.Err) }), see: seeFXP,
		says: "each server is told the address at which the other one is reached from here, and that address is of no use there; nothing was sent",
		try:  []string{"tell them the addresses that the servers name themselves, if they are right and you trust both{NAT=never}"},
		then: "Otherwise copy by way of this computer: get, then put",
	},
	{
		cause: causeFXPRefused, find: noFXP(func(*FXPError) bool { return true }), see: seeFXP,
		says: "the servers do not exchange data with each other. Most servers refuse that unless their settings allow it: vsftpd pasv_promiscuous=YES and port_promiscuous=YES, ProFTPD AllowForeignAddress on, Pure-FTPd its option -w. It is enough if one of them connects and the other one listens for it",
		then: "If they can't be set so, copy by way of this computer: get, then put",
	},
}
