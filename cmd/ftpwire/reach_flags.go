package main

import (
	"net/netip"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// reachFlags say from where and how patiently a server is reached.
type reachFlags struct {
	variant, authentication *choice // nil for commands that do not speak through the client
	serverName              string
	bind                    string
	family                  *choice
	strictReplies           bool
	looseReplies            bool

	connectTimeout, replyTimeout, closeTimeout time.Duration
	dataTimeout, idleTimeout, finalTimeout     time.Duration

	protList, protFiles *choice // nil for commands without data connections
}

// variantWords are the names of the variants.
const variantWords = "ftp|ftp-ssl-explicit|ftp-ssl-implicit|ftp-tls-explicit|ftp-tls-implicit|auto"

func (f *reachFlags) add(cmd *cobra.Command) {
	inSection(cmd, sectionTLS, func(fs *pflag.FlagSet) {
		f.variant = addChoice(cmd, "variant", "", variantWords, "TLS or none, in place of --tls: ftp, ftp-tls-explicit, ftp-tls-implicit, or ftp-ssl-explicit and ftp-ssl-implicit for old servers, which accept TLS from 1.0 on; auto is explicit if the server has it")
		f.variant.kind = "NAME"
		fs.StringVar(&f.serverName, "server-name", "", "`NAME` that the server's certificate must be for, and that is asked for in TLS (default: the host)")
	})
	inSection(cmd, sectionConnection, func(fs *pflag.FlagSet) {
		f.family = addChoice(cmd, "ip", "any", "4|6|any", "use the server's IPv4 or IPv6 addresses only")
		for word, name := range map[string]string{"4": "ipv4", "6": "ipv6"} {
			flag := fs.VarPF(sets{f.family, word}, name, word, "short for --ip "+word)
			flag.NoOptDefVal = "true"
		}
		fs.StringVar(&f.bind, "bind", "", "connect from this `ADDRESS` of this computer")
		fs.BoolVar(&f.strictReplies, "strict-replies", false, "end the session at the first reply that differs from the syntax of RFC 959")
		fs.BoolVar(&f.looseReplies, "loose-replies", false, "let a reply of several lines end with another code than it begins with, as some servers have it")
		fs.Var(positive{&f.connectTimeout}, "connect-timeout", "longest wait for the connection and its TLS (default: --timeout)")
		fs.Var(positive{&f.replyTimeout}, "reply-timeout", "longest wait for a reply (default: --timeout)")
		fs.Var(positive{&f.closeTimeout}, "close-timeout", "longest wait for the goodbye at the end (default 5s)")
	})
	inSection(cmd, sectionLogin, func(fs *pflag.FlagSet) {
		f.authentication = addChoice(cmd, "authentication", "", "password|publickey", "how the login is proven; FTP has password only")
		fs.MarkHidden("authentication")
	})
}

// addData adds those about data connections.
func (f *reachFlags) addData(cmd *cobra.Command) {
	inSection(cmd, sectionData, func(fs *pflag.FlagSet) {
		fs.Var(positive{&f.dataTimeout}, "data-timeout", "longest wait for a data connection (default: --timeout)")
		fs.Var(positive{&f.idleTimeout}, "idle-timeout", "longest silence of a data connection (default: --timeout)")
		fs.Var(positive{&f.finalTimeout}, "final-timeout", "longest wait for the reply after the data (default: --timeout)")
	})
	inSection(cmd, sectionTLS, func(*pflag.FlagSet) {
		f.protList = addChoice(cmd, "prot-list", "", "P|C", "the same as --prot, for listings alone")
		f.protFiles = addChoice(cmd, "prot-files", "", "P|C", "the same as --prot, for files alone")
	})
}

// sets is a flag without a value that gives a choice one of its words.
type sets struct {
	of   *choice
	word string
}

func (s sets) Type() string { return "bool" }

func (s sets) String() string {
	if s.of != nil && s.of.value == s.word {
		return "true"
	}
	return "false"
}

func (s sets) Set(text string) error {
	if text == "true" {
		s.of.value = s.word
	}
	return nil
}

// apply says what the flags ask of p. It does nothing for commands without them.
func (f *reachFlags) apply(p *ftpwire.Profile, tls *choice) (err error) {
	if f.variant == nil {
		return nil
	}
	if f.variant.value != "" {
		if tls != nil && tls.value != "" {
			return usagef("--variant and --tls exclude each other")
		}
		if p.Variant, err = ftpwire.ParseVariant(f.variant.value); err != nil {
			return usagef("--variant: %w", err)
		}
	}
	p.Authentication = f.authentication.value
	p.ServerName = f.serverName
	p.StrictReplies, p.LooseReplies = f.strictReplies, f.looseReplies
	if err := p.AddressFamily.UnmarshalText([]byte(f.family.value)); err != nil {
		return usagef("--ip: %w", err)
	}
	if f.bind != "" {
		if p.LocalAddress, err = netip.ParseAddr(f.bind); err != nil {
			return usagef("--bind: %q must be an IP address of this computer", f.bind)
		}
	}
	p.ConnectTimeout, p.ReplyTimeout, p.CloseTimeout = f.connectTimeout, f.replyTimeout, f.closeTimeout
	return nil
}

// applyData says what the flags ask of data connections.
func (f *reachFlags) applyData(p *ftpwire.Profile) {
	if f.protList == nil {
		return
	}
	p.DataConnectTimeout, p.IdleTimeout, p.FinalTimeout = f.dataTimeout, f.idleTimeout, f.finalTimeout
	p.ListProtection, p.FileProtection = protections[f.protList.value], protections[f.protFiles.value]
}

var protections = map[string]control.Protect{"P": control.ProtectPrivate, "C": control.ProtectClear}
