package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

// flagNames says how the settings that a diagnosis names are called on the command line.
// A value with a name of its own stands before the general name of the field; %s is the
// value in small letters.
var flagNames = []struct {
	field ftpwire.Field
	value string // "" stands for every value
	name  string
}{
	{ftpwire.FieldVariant, "ftp-tls-explicit", "ftpes://"},
	{ftpwire.FieldVariant, "ftp-tls-implicit", "ftps://"},
	{ftpwire.FieldVariant, "ftp", "ftp://"},
	{ftpwire.FieldVariant, "ftp-ssl-explicit", "--auth-ssl"},
	{ftpwire.FieldVariant, "", "--variant %s"},
	{"Security", "", "--tls %s"},
	{"Auth", "", "--auth-ssl"},
	{ftpwire.FieldUser, "", "--user"},
	{ftpwire.FieldAccount, "", "--acct"},
	{ftpwire.FieldVirtualHost, "none", "without --virtual-host"},
	{ftpwire.FieldVirtualHost, "", "--virtual-host"},
	{ftpwire.FieldOneTime, "", "--otp %s"},
	{ftpwire.FieldAfter, "", `--after; a hyphen before the command lets it fail`},
	{ftpwire.FieldNoFeat, "true", "--no-feat"},
	{ftpwire.FieldLoginProxy, "", "--login-proxy"},
	{ftpwire.FieldProxyPassword, "", "FTPWIRE_LOGIN_PROXY_PASSWORD"},
	{ftpwire.FieldRootCAs, "", "--ca FILE"},
	{ftpwire.FieldInsecure, "true", "--insecure"},
	{ftpwire.FieldTrust, "accept", "ftpwire trust accept"},
	{ftpwire.FieldTrust, "remove", "ftpwire trust remove"},
	{ftpwire.FieldTrust, "file", "--trust-file"},
	{ftpwire.FieldPins, "", "--pin"},
	{ftpwire.FieldSkipChain, "true", "--skip-cert-check chain"},
	{ftpwire.FieldIdentity, "", "--data-identity %s"},
	{ftpwire.FieldCertificates, "", "--cert, --key or --pfx"},
	{ftpwire.FieldTLSMin, "", "--tls-min %s"},
	{ftpwire.FieldTLSMax, "", "--tls-max %s"},
	{ftpwire.FieldCipherSuites, "", "--ciphers %s"},
	{ftpwire.FieldResumption, "", "--resume-tls %s"},
	{ftpwire.FieldSessionIDs, "true", "--session-ids"},
	{ftpwire.FieldClearCommandChannel, "false", "without --ccc"},
	{ftpwire.FieldClearCommandChannel, "true", "--ccc"},
	{ftpwire.FieldDataProtection, "C", "--prot C"},
	{ftpwire.FieldDataProtection, "P", "--prot P"},
	{ftpwire.FieldDataMode, "active", "--active"},
	{ftpwire.FieldDataMode, "passive", "without --active"},
	{ftpwire.FieldDataMode, "", "--data-mode %s"},
	{ftpwire.FieldNAT, "", "--nat %s"},
	{ftpwire.FieldActiveAddr, "", "--active-address"},
	{ftpwire.FieldAnyPeer, "true", "--any-peer"},
	{ftpwire.FieldBlockedPorts, "", "--block-port"},
	{ftpwire.FieldSync, "", "--sync-data %s"},
	{ftpwire.FieldQuirks, "", "--quirk %s"},
	{ftpwire.FieldTimeout, "", "--timeout"},
	{ftpwire.FieldKeepAlive, "", "--keep-alive %s"},
	{ftpwire.FieldProxy, "none", "--no-proxy"},
	{ftpwire.FieldProxy, "", "--proxy, or ftp_proxy and its kind in the environment"},
	{ftpwire.FieldHopUser, "", "--proxy http://USER@HOST:PORT"},
	{ftpwire.FieldHopPassword, "", "FTPWIRE_PROXY_PASSWORD"},
	{ftpwire.FieldHopTLS, "", "--proxy-ca FILE"},
	{ftpwire.FieldProxyGet, "false", "without --proxy-get"},
	{ftpwire.FieldProxyGet, "", "ftpwire get --proxy-get"},
	{ftpwire.FieldDirectData, "true", "--proxy-data=false"},
	{ftpwire.FieldDirectData, "false", "without --proxy-data=false"},
	{ftpwire.FieldResume, "true", "ftpwire get or put --resume"},
	{ftpwire.FieldRetry, "", "--retry"},
	{ftpwire.FieldRequire, "", "--require %s"},
	{ftpwire.FieldMaxSize, "", "--max-size"},
	{ftpwire.FieldNoUploadProbe, "true", "--no-upload-probe"},
	{ftpwire.FieldType, "", "--type %s"},
	{ftpwire.FieldStructure, "", "--structure"},
	{ftpwire.FieldMode, "", "--mode, --compress"},

	// Those that no diagnosis names, but the table of properties.
	{"Name", "", "ftpwire connection add %s"},
	{"Password", "", "FTPWIRE_PASSWORD, --password-file, or asked for"},
	{"Group", "", "--group"},
	{"Host", "", "the host of the URL"},
	{"Port", "", "the port of the URL"},
	{"Authentication", "", "--authentication %s"},
	{"Login.AccountAlways", "true", "--acct-always"},
	{"ServerName", "", "--server-name"},
	{"ConnectTimeout", "", "--connect-timeout"},
	{"ReplyTimeout", "", "--reply-timeout"},
	{"DataConnectTimeout", "", "--data-timeout"},
	{"IdleTimeout", "", "--idle-timeout"},
	{"FinalTimeout", "", "--final-timeout"},
	{"CloseTimeout", "", "--close-timeout"},
	{"LocalAddress", "", "--bind"},
	{"AddressFamily", "", "--ip %s (-4, -6)"},
	{"CodePage", "", "--charset"},
	{"DateFormat", "", "--date-format"},
	{"TimeZone", "", "--tz"},
	{"ListProtection", "", "--prot-list %s"},
	{"FileProtection", "", "--prot-files %s"},
	{"Data.ActivePorts", "", "--active-ports"},
	{"Verify.SkipName", "", "--skip-cert-check name"},
	{"Verify.SkipDates", "", "--skip-cert-check dates"},
	{"Verify.AcceptNew", "", "--accept-new"},
	{"Trust", "", "--trust-file"},
	{"LogSent", "", "--log-sent"},
	{"LogReceived", "", "--log-received"},
}

// repeats are the settings that a transfer from or to a stream can't have.
var repeats = map[ftpwire.Field]bool{ftpwire.FieldRetry: true, ftpwire.FieldResume: true, ftpwire.FieldRequire: true}

// firstFlag returns the flag that sets a field, without its value, or "".
func firstFlag(field ftpwire.Field) string {
	for _, f := range flagNames {
		if f.field == field && strings.HasPrefix(f.name, "-") {
			name, _, _ := strings.Cut(f.name, " ")
			return strings.TrimSuffix(name, ",")
		}
	}
	return ""
}

// flagName returns what a setting is called on the command line, or "".
func flagName(c ftpwire.Change) string {
	for _, f := range flagNames {
		if f.field == c.Field && (f.value == "" || f.value == c.Value) {
			return strings.TrimSpace(strings.ReplaceAll(f.name, "%s", strings.ToLower(c.Value)))
		}
	}
	return ""
}

// advice returns the advice on an error of the last session that was begun, with the flags
// of cmd. The advice on a certificate is the whole command that accepts it.
func (a *app) advice(cmd *cobra.Command, err error) string {
	d := ftpwire.Diagnose(err)
	if a.tried != nil {
		d = a.tried.Diagnose(err)
	}
	d = d.Without(func(c ftpwire.Change) bool {
		return !has(cmd, flagName(c)) || a.once && repeats[c.Field]
	})
	return d.Advice(func(c ftpwire.Change) string {
		name := flagName(c)
		if flag, ok := schemeFlags[name]; ok && a.conn != nil {
			return flag // a stored connection has no scheme to change
		}
		if a.tried != nil && strings.HasPrefix(name, "ftpwire trust ") {
			name += " " + trustURL(a.tried)
		}
		return name
	})
}

// has reports whether cmd has the flag that a name begins with, and not with that value
// already. A name that does not begin with a flag is for every command.
func has(cmd *cobra.Command, name string) bool {
	flag, ok := strings.CutPrefix(name, "--")
	if cmd == nil || !ok {
		return true
	}
	flag, _, _ = strings.Cut(strings.TrimRight(flag, ","), " ")
	flag, value, _ := strings.Cut(flag, "=")
	f := cmd.Flags().Lookup(strings.TrimRight(flag, ",;"))
	return f != nil && (value == "" || f.Value.String() != value)
}
