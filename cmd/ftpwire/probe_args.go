package main

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// recommendFlags are the flags that say what a probe recommends, by the setting. A setting
// without one stands in the URL.
var recommendFlags = map[ftpwire.Field]string{
	"TLSMin":              "tls-min",
	"TLSMax":              "tls-max",
	"CipherSuites":        "ciphers",
	"Resumption":          "resume-tls",
	"SessionIDs":          "session-ids",
	"ClearCommandChannel": "ccc",
	"DataProtection":      "prot",
	"Login.NoFeat":        "no-feat",
	"DataMode":            "data-mode",
	"NAT":                 "nat",
	"SyncDataChannel":     "sync-data",
	"Quirks":              "quirk",
	"CodePage":            "charset",
	"DateFormat":          "date-format",
}

// notPassedOn are flags that the command line does not repeat, besides those of the probe
// itself: the URL says the same, or they are about one run.
var notPassedOn = []string{"format", "user", "tls", "log", "log-sent", "log-received", "log-file", "log-private", "quiet"}

// aboutTLSOnly are flags that have no effect in clear text.
var aboutTLSOnly = []string{"ca", "insecure", "cert", "key", "pfx", "accept-new", "pin", "skip-cert-check", "trust-file", "data-identity", "no-data-cert", "no-upload-probe", "tls-min", "tls-max", "ciphers", "auth-ssl", "resume-tls", "session-ids", "ccc", "prot", "sync-data"}

// commandArgs returns the URL and the flags that use what a probe recommends: those of the
// settings, and those that were given to the probe and still matter. It returns nil if
// nothing works. In place of the URL there may be a stored connection, NAME:.
func (a *app) commandArgs(cmd *cobra.Command, l *ftpwire.Location, r *ftpwire.ProbeResult) []string {
	p := r.Recommended
	if p == nil {
		return nil
	}
	args := []string{recommendedURL(l, p)}
	if a.conn != nil {
		args = storedArgs(a.conn.name, &a.connProfile, p)
	}
	said := map[string]bool{}
	if p.Variant == ftpwire.VariantSSLExplicit {
		args, said["auth-ssl"] = append(args, "--auth-ssl"), true
	}
	for _, s := range r.Settings {
		name := recommendFlags[s.Field]
		if name == "" || a.conn == nil && s.Field == "DataMode" && s.Value == "passive" {
			continue
		}
		said[name] = true
		args = append(args, flagArgs(cmd.Flags().Lookup(name), strings.TrimSpace(valueOf(s)))...)
	}
	if said["tls-max"] && !said["tls-min"] && p.TLSMin != 0 {
		args, said["tls-min"] = append(args, "--tls-min", p.TLSMin.String()), true
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		clear := p.Protocol().Security() == control.SecurityNone
		if said[f.Name] || slices.Contains(notPassedOn, f.Name) || sectionOf(f) == sectionProbe || clear && slices.Contains(aboutTLSOnly, f.Name) {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, v := range list.GetSlice() {
				args = append(args, "--"+f.Name, v)
			}
			return
		}
		args = append(args, flagArgs(f, f.Value.String())...)
	})
	return args
}

// fillIn replaces the secrets that flags hold in args, and returns what is to be said about
// them: where they are put or come from.
func fillIn(args []string) (says []string) {
	for i := 1; i < len(args); i++ {
		switch args[i-1] {
		case "--acct":
			args[i] = "ACCOUNT"
			says = append(says, "In place of ACCOUNT write the account.")
		case "--proxy":
			u, err := url.Parse(args[i])
			if err != nil || u.User == nil {
				continue
			}
			if _, has := u.User.Password(); has {
				u.User = url.User(u.User.Username())
				args[i] = u.String()
				says = append(says, "The proxy's password is taken from FTPWIRE_PROXY_PASSWORD, or asked for.")
			}
		}
	}
	return says
}

// storedArgs returns NAME: and how TLS begins, if that differs from what is stored. The port is
// the stored one, or the usual one of both.
func storedArgs(name string, stored, p *ftpwire.Profile) []string {
	args := []string{name + ":"}
	if is := p.Protocol().Security(); is != stored.Protocol().Security() {
		args = append(args, "--tls", is.String())
	}
	return args
}

// valueOf returns the value of a setting as its flag takes it.
func valueOf(s ftpwire.ProbeSetting) string {
	if s.Field == "DataMode" {
		return strings.ToLower(s.Value)
	}
	return s.Value
}

// flagArgs returns a flag with its value.
func flagArgs(f *pflag.Flag, value string) []string {
	if f.Value.Type() == "bool" {
		if value == "true" {
			return []string{"--" + f.Name}
		}
		return []string{"--" + f.Name + "=" + value}
	}
	return []string{"--" + f.Name, value}
}

// recommendedURL returns the URL of the login directory, without a password.
func recommendedURL(l *ftpwire.Location, p *ftpwire.Profile) string {
	u := url.URL{Scheme: "ftpes", Path: "/"}
	usual, port := 21, p.Port
	switch p.Protocol().Security() {
	case control.SecurityImplicit:
		u.Scheme, usual = "ftps", 990
	case control.SecurityNone:
		u.Scheme = "ftp"
	}
	if l.Profile.Login.Proxy != nil {
		port = l.Profile.Port // of the server; the other one is the proxy's
	}
	host := strings.Trim(l.Profile.Host, "[]")
	switch {
	case port != 0 && port != usual:
		u.Host = net.JoinHostPort(host, strconv.Itoa(port))
	case strings.Contains(host, ":"):
		u.Host = "[" + host + "]"
	default:
		u.Host = host
	}
	if l.Profile.User != "" {
		u.User = url.User(l.Profile.User)
	}
	return u.String()
}
