package main

import (
	"strings"

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
	{ftpwire.FieldSecurity, "explicit", "ftpes://"},
	{ftpwire.FieldSecurity, "implicit", "ftps://"},
	{ftpwire.FieldSecurity, "none", "ftp://"},
	{ftpwire.FieldSecurity, "", "--tls explicit or implicit"},
	{ftpwire.FieldAuth, "SSL", "--auth-ssl"},
	{ftpwire.FieldUser, "", "--user"},
	{ftpwire.FieldAccount, "", "--acct"},
	{ftpwire.FieldVirtualHost, "", "--virtual-host"},
	{ftpwire.FieldOneTime, "", "--otp %s"},
	{ftpwire.FieldAfter, "", `--after; a hyphen before the command lets it fail`},
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
	{ftpwire.FieldCipherSuites, "", "--ciphers"},
	{ftpwire.FieldResumption, "", "--resume-tls %s"},
	{ftpwire.FieldSessionIDs, "true", "--session-ids"},
	{ftpwire.FieldClearCommandChannel, "false", "without --ccc"},
	{ftpwire.FieldDataProtection, "C", "--prot C"},
	{ftpwire.FieldDataProtection, "P", "--prot P"},
	{ftpwire.FieldDataMode, "active", "--active"},
	{ftpwire.FieldDataMode, "passive", "without --active"},
	{ftpwire.FieldDataMode, "", "--data-mode %s"},
	{ftpwire.FieldNAT, "", "--nat %s"},
	{ftpwire.FieldAnyPeer, "true", "--any-peer"},
	{ftpwire.FieldBlockedPorts, "", "--block-port"},
	{ftpwire.FieldSync, "", "--sync-data %s"},
	{ftpwire.FieldQuirks, "", "--quirk %s"},
	{ftpwire.FieldTimeout, "", "--timeout"},
	{ftpwire.FieldKeepAlive, "", "--keep-alive"},
	{ftpwire.FieldProxy, "nil", "--no-proxy"},
	{ftpwire.FieldProxy, "", "--proxy, or ftp_proxy and its kind in the environment"},
	{ftpwire.FieldHopUser, "", "--proxy http://USER@HOST:PORT"},
	{ftpwire.FieldHopPassword, "", "FTPWIRE_PROXY_PASSWORD"},
	{ftpwire.FieldHopTLS, "", "--proxy-ca FILE"},
	{ftpwire.FieldProxyGet, "false", "without --proxy-get"},
	{ftpwire.FieldProxyGet, "", "ftpwire get --proxy-get"},
	{ftpwire.FieldDirectData, "true", "--proxy-data=false"},
	{ftpwire.FieldResume, "true", "ftpwire get or put --resume"},
	{ftpwire.FieldRetry, "", "--retry"},
	{ftpwire.FieldRequire, "", "--require %s"},
	{ftpwire.FieldMaxSize, "", "--max-size"},
	{ftpwire.FieldType, "", "--type %s"},
	{ftpwire.FieldStructure, "", "--structure"},
	{ftpwire.FieldMode, "", "--mode, --compress"},

	// Those that no diagnosis names, but the table of properties.
	{"Name", "", "ftpwire connection add %s"},
	{"Password", "", "FTPWIRE_PASSWORD, --password-file, or asked for"},
	{"Group", "", "--group"},
	{"Variant", "", "--variant %s"},
	{"Host", "", "the host of the URL"},
	{"Port", "", "the port of the URL"},
	{"Authentication", "", "--authentication %s"},
	{"ServerName", "", "--server-name"},
	{"ConnectTimeout", "", "--connect-timeout"},
	{"ReplyTimeout", "", "--reply-timeout"},
	{"DataConnectTimeout", "", "--data-timeout"},
	{"IdleTimeout", "", "--idle-timeout"},
	{"FinalTimeout", "", "--final-timeout"},
	{"CloseTimeout", "", "--close-timeout"},
	{"LocalAddress", "", "--bind"},
	{"AddressFamily", "", "-4, -6 or --ip any"},
	{"CodePage", "", "--charset"},
	{"DateFormat", "", "--date-format"},
	{"TimeZone", "", "--tz"},
	{"ListProtection", "", "--prot-list %s"},
	{"FileProtection", "", "--prot-files %s"},
	{"Type", "", "--type %s"},
	{"Data.ActiveAddr", "", "--active-address"},
	{"Data.ActivePorts", "", "--active-ports"},
	{"Verify.SkipName", "", "--skip-cert-check name"},
	{"Verify.SkipDates", "", "--skip-cert-check dates"},
	{"Verify.AcceptNew", "", "--accept-new"},
	{"ClearCommandChannel", "true", "--ccc"},
	{"Trust", "", "--trust-file"},
	{"LogSent", "", "--log-sent"},
	{"LogReceived", "", "--log-received"},
}

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

// adviceOn returns the advice with the flags of the command line. p is the profile of the
// server, if there is one: for its certificate, the advice is the whole command that
// accepts it.
func adviceOn(d *ftpwire.Diagnosis, p *ftpwire.Profile) string {
	return d.Advice(func(c ftpwire.Change) string {
		name := flagName(c)
		if p != nil && strings.HasPrefix(name, "ftpwire trust ") {
			name += " " + trustURL(p)
		}
		return name
	})
}
