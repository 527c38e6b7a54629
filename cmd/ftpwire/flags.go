package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/control"
)

// A choice is a flag with a fixed set of words.
type choice struct {
	value string
	words []string
	kind  string // stands for the words in the help, where they are many
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return cmp.Or(c.kind, strings.Join(c.words, "|")) }

func (c *choice) Set(s string) error {
	if !slices.Contains(c.words, s) {
		return fmt.Errorf("must be one of %s", strings.Join(c.words, ", "))
	}
	c.value = s
	return nil
}

// addChoice adds a flag whose value is one of words, separated by "|".
func addChoice(cmd *cobra.Command, name, value, words, usage string) *choice {
	c := &choice{value: value, words: strings.Split(words, "|")}
	cmd.Flags().Var(c, name, usage)
	cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(c.words, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// A positive is a duration that must be longer than zero. "30" means 30 seconds.
type positive struct{ d *time.Duration }

func (p positive) String() string {
	if p.d == nil || *p.d == 0 {
		return ""
	}
	return p.d.String()
}
func (p positive) Type() string { return "DURATION" }

func (p positive) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil {
		if d, err = time.ParseDuration(s + "s"); err != nil {
			return errors.New("must be a duration such as 30s or 2m")
		}
	}
	if d <= 0 {
		return fmt.Errorf("must be longer than zero")
	}
	*p.d = d
	return nil
}

// choices is a flag that takes several of a fixed set of words, separated by commas
// or in several flags.
type choices struct{ values, words []string }

func (c *choices) Type() string         { return strings.Join(c.words, ",") }
func (c *choices) has(word string) bool { return c != nil && slices.Contains(c.values, word) }

func (c *choices) String() string {
	if c == nil {
		return ""
	}
	return strings.Join(c.values, ",")
}

func (c *choices) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		if !slices.Contains(c.words, word) {
			return fmt.Errorf("must be of %s", strings.Join(c.words, ", "))
		}
		c.values = append(c.values, word)
	}
	return nil
}

// connFlags are the flags that say how to reach a server and who logs in.
type connFlags struct {
	tls                *choice
	tlsMin, tlsMax     string
	ca, cert, key, pfx string
	ciphers            string
	authSSL            bool
	insecure           bool
	user, account      string
	accountAlways      bool
	passwordFile       string
	timeout            time.Duration

	reachFlags
	logFlags
	verifyFlags
	loginFlags
	quirkFlags
	proxyFlags

	dataFlags
	paceFlags
	transferFlags
	manyFlags
	formatFlags
	proxyGet                    bool
	prot, resume, identity      *choice // nil for commands without data connections
	sessionIDs, ccc, noDataCert bool
	noUploadProbe               bool
	list                        *control.ListOptions // set by commands that list, with the two that follow
	zone, dates                 string
}

// The sections of the flags in the help; see inSection.
const (
	sectionLogin       = "Login"
	sectionTLS         = "TLS"
	sectionCertificate = "Server's certificate"
	sectionConnection  = "Connection"
	sectionProxy       = "Proxy"
	sectionLog         = "Log"
	sectionTransfer    = "Transfer"
	sectionFormat      = "Format"
	sectionData        = "Data connection"
)

// addReachFlags adds those that say how to reach a server, up to the login.
func (f *connFlags) addReachFlags(cmd *cobra.Command) {
	inSection(cmd, sectionTLS, func(fs *pflag.FlagSet) {
		f.tls = addChoice(cmd, "tls", "", "none|explicit|implicit|auto", "when TLS begins, whatever the URL's scheme says; auto is explicit if the server has it, else clear text")
		fs.StringVar(&f.tlsMin, "tls-min", "", "lowest TLS `VERSION` (default 1.2)")
		fs.StringVar(&f.tlsMax, "tls-max", "", "highest TLS `VERSION` (default 1.3)")
		fs.StringVar(&f.ciphers, "ciphers", "", "cipher suites of TLS 1.2 and older, a `LIST` of IANA names")
		fs.StringVar(&f.cert, "cert", "", "client certificate, a PEM `FILE`")
		fs.StringVar(&f.key, "key", "", "its private key, a PEM `FILE` (default: the one of --cert)")
		fs.StringVar(&f.pfx, "pfx", "", "client certificate and key, a PKCS #12 `FILE`; password in FTPWIRE_PFX_PASSWORD")
	})
	inSection(cmd, sectionCertificate, func(fs *pflag.FlagSet) {
		fs.StringVar(&f.ca, "ca", "", "trust the certificates in this PEM `FILE`, and no others")
	})
	inSection(cmd, sectionConnection, func(fs *pflag.FlagSet) {
		fs.Var(positive{&f.timeout}, "timeout", "longest wait for a connection, a reply, the next data (default 30s to 60s)")
	})
}

// addServerFlags adds those that every command with a login has.
func (f *connFlags) addServerFlags(cmd *cobra.Command) {
	f.addReachFlags(cmd)
	inSection(cmd, sectionCertificate, func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.insecure, "insecure", false, "accept any certificate: the connection is encrypted, but the server may be an impostor")
	})
	inSection(cmd, sectionLogin, func(fs *pflag.FlagSet) {
		fs.StringVar(&f.user, "user", "", "log in as `NAME`")
		fs.StringVar(&f.passwordFile, "password-file", "", "read the password from the first line of `FILE`; - is standard input")
		fs.StringVar(&f.account, "acct", "", "`ACCOUNT` for servers that ask for one")
		fs.BoolVar(&f.accountAlways, "acct-always", false, "send the --acct even if the server does not ask for it")
	})
}

// addTalkFlags adds those of the commands that speak through the client, with a login
// or without.
func (f *connFlags) addTalkFlags(cmd *cobra.Command) {
	inSection(cmd, sectionTLS, func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.authSSL, "auth-ssl", false, "send AUTH SSL, which some old servers need for TLS")
	})
	f.logFlags.add(cmd)
	f.reachFlags.add(cmd)
	f.proxyFlags.add(cmd)
}

// addClientFlags adds those of the commands that speak through the client.
func (f *connFlags) addClientFlags(cmd *cobra.Command) {
	f.addServerFlags(cmd)
	f.addTalkFlags(cmd)
	f.verifyFlags.add(cmd)
	f.loginFlags.add(cmd)
	f.quirkFlags.add(cmd)
	inSection(cmd, sectionTLS, func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.ccc, "ccc", false, "end TLS on the control connection after the login, for firewalls that must read it")
	})
}

// addDataFlags adds those about data connections.
func (f *connFlags) addDataFlags(cmd *cobra.Command) {
	f.addClientFlags(cmd)
	f.dataFlags.add(cmd)
	f.reachFlags.addData(cmd)
	f.proxyFlags.addData(cmd)
	f.formatFlags.addCompress(cmd)
	inSection(cmd, sectionTLS, func(fs *pflag.FlagSet) {
		f.prot = addChoice(cmd, "prot", "P", "P|C", "protect data connections under TLS (P) or not (C)")
		f.resume = addChoice(cmd, "resume-tls", "preferred", "required|preferred|off", "resume the TLS session on data connections")
		fs.BoolVar(&f.sessionIDs, "session-ids", false, "resume TLS 1.2 sessions by ID, for servers without session tickets")
		f.identity = addChoice(cmd, "data-identity", "same", "same|verified|none", "certificate that data connections must show: the control connection's, any that verifies, or any at all")
		fs.BoolVar(&f.noDataCert, "no-data-cert", false, "show the client certificate on the control connection only")
		fs.BoolVar(&f.noUploadProbe, "no-upload-probe", false, "replace a file without listing its name first, which shows whether the server takes protected data connections before it empties the file")
	})
}

// addFileFlags adds those about the contents of files.
func (f *connFlags) addFileFlags(cmd *cobra.Command) {
	f.addDataFlags(cmd)
	f.paceFlags.add(cmd)
	f.formatFlags.add(cmd)
}

// addFormat adds --format.
func addFormat(cmd *cobra.Command, usage string) *choice {
	return addChoice(cmd, "format", "text", "text|json", usage)
}
