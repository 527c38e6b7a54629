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
	{"Variant", "ftp-tls-explicit", "ftpes://"},
	{"Variant", "ftp-tls-implicit", "ftps://"},
	{"Variant", "ftp", "ftp://"},
	{"Variant", "ftp-ssl-explicit", "--auth-ssl"},
	{"Variant", "", "--variant %s"},
	{"Security", "", "--tls %s"},
	{"Auth", "", "--auth-ssl"},
	{"User", "", "--user"},
	{"Account", "", "--acct"},
	{"Login.VirtualHost", "none", "without --virtual-host"},
	{"Login.VirtualHost", "", "--virtual-host"},
	{"Login.OneTime", "", "--otp %s"},
	{"Login.After", "", `--after; a hyphen before the command lets it fail`},
	{"Login.NoFeat", "true", "--no-feat"},
	{"Login.Proxy", "", "--login-proxy"},
	{"Login.Proxy.Password", "", "FTPWIRE_LOGIN_PROXY_PASSWORD"},
	{"RootCAs", "", "--ca FILE"},
	{"Insecure", "true", "--insecure"},
	{"Trust", "accept", "ftpwire trust accept"},
	{"Trust", "remove", "ftpwire trust remove"},
	{"Trust", "file", "--trust-file"},
	{"Verify.Pins", "", "--pin"},
	{"Verify.SkipChain", "true", "--skip-cert-check chain"},
	{"Identity", "", "--data-identity %s"},
	{"ClientCertificates", "", "--cert, --key or --pfx"},
	{"TLSMin", "", "--tls-min %s"},
	{"TLSMax", "", "--tls-max %s"},
	{"CipherSuites", "", "--ciphers %s"},
	{"Resumption", "", "--resume-tls %s"},
	{"SessionIDs", "true", "--session-ids"},
	{"ClearCommandChannel", "false", "without --ccc"},
	{"ClearCommandChannel", "true", "--ccc"},
	{"DataProtection", "C", "--prot C"},
	{"DataProtection", "P", "--prot P"},
	{"DataMode", "active", "--active"},
	{"DataMode", "passive", "without --active"},
	{"DataMode", "", "--data-mode %s"},
	{"NAT", "", "--nat %s"},
	{"Data.ActiveAddr", "", "--active-address"},
	{"Data.AnyPeer", "true", "--any-peer"},
	{"Data.BlockedPorts", "", "--block-port"},
	{"Data.SendBuffer", "", "--send-buffer"},
	{"Data.ReceiveBuffer", "", "--receive-buffer"},
	{"StrictReplies", "true", "--strict-replies"},
	{"LooseReplies", "true", "--loose-replies"},
	{"SyncDataChannel", "", "--sync-data %s"},
	{"Quirks", "", "--quirk %s"},
	{"Timeout", "", "--timeout"},
	{"KeepAlive", "", "--keep-alive %s"},
	{"Proxy", "none", "--no-proxy"},
	{"Proxy", "", "--proxy, or ftp_proxy and its kind in the environment"},
	{"Proxy.User", "", "--proxy http://USER@HOST:PORT"},
	{"Proxy.Password", "", "FTPWIRE_PROXY_PASSWORD"},
	{"Proxy.TLS", "", "--proxy-ca FILE"},
	{"Proxy.Get", "false", "without --proxy-get"},
	{"Proxy.Get", "", "ftpwire get --proxy-get"},
	{"DirectData", "true", "--proxy-data=false"},
	{"DirectData", "false", "without --proxy-data=false"},
	{"TransferOptions.Resume", "true", "ftpwire get or put --resume"},
	{"TransferOptions.Retry", "", "--retry"},
	{"TransferOptions.Require", "", "--require %s"},
	{"TransferOptions.MaxSize", "", "--max-size"},
	{"TransferOptions.MakeDirs", "", "--create-dirs"},
	{"NoUploadProbe", "true", "--no-upload-probe"},
	{"Type", "", "--type %s"},
	{"Format.Structure", "", "--structure"},
	{"Format.Mode", "", "--mode, --compress"},

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
	{"Login.AssumeFeatures", "", "--assume-feature"},
	{"List.All", "true", "--all"},
	{"List.ByStat", "true", "--stat"},
	{"LogSent", "", "--log-sent"},
	{"LogReceived", "", "--log-received"},
}

// repeats are the settings that a transfer from or to a stream can't have.
var repeats = map[ftpwire.Field]bool{"TransferOptions.Retry": true, "TransferOptions.Resume": true, "TransferOptions.Require": true}

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
	return f != nil && !f.Hidden && (value == "" || f.Value.String() != value)
}
