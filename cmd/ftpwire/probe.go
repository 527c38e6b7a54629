package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
)

// sectionProbe is the section of the flags that only the probe has.
const sectionProbe = "Probe"

// probeFlags are the flags of probe.
type probeFlags struct {
	connFlags
	lines             listFlags
	maxLogins         int
	totalTime         time.Duration
	write, allowClear bool
	all               bool
	save              string
	format            *choice
}

func (a *app) probeCmd() *cobra.Command {
	var f probeFlags
	cmd := &cobra.Command{
		Use:   "probe HOST[:PORT]|NAME:",
		Short: "Find out how to connect to a server",
		Long: `Tries how a server can be used, the strongest way first: explicit and implicit TLS
and clear text, AUTH TLS and SSL, versions of TLS and cipher suites, PROT P and C,
EPSV, PASV, EPRT and PORT, policies for addresses, session resumption, CCC, listing
commands and code pages. What one attempt teaches rules others out. A combination
counts only once a directory was listed, and with --write once a small file was put,
read back, compared and removed. The report begins with what works and a command line for it.

Without a port, ports 21 and 990 are tried; with one, that port in every way. What a
flag says is not varied. Without --user the login is anonymous. With NAME: host, user,
password and certificates are those of a stored connection, and the rest is varied.

The password goes over TLS whose certificate is accepted, or to this computer itself.
--insecure and --allow-clear let it go elsewhere. A login that is rejected is not
tried again, so that no account is locked.

Exit code 0: something works. If nothing does, it is the code of the attempts that came
farthest, if they have one in common, else 1: see "ftpwire help exit-codes".`,
		Example: `  ftpwire probe ftp.example.com --user alice
  ftpwire probe ftp.example.com:2121 --user alice --insecure --write
  ftpwire probe ftp.example.com --user alice --format json`,
		Args: nargs(1, 1, "a host is missing"),
	}
	f.addDataFlags(cmd)
	f.lines.add(cmd)
	inSection(cmd, sectionProbe, func(fs *pflag.FlagSet) {
		fs.IntVar(&f.maxLogins, "max-logins", 10, "at most `N` logins")
		fs.Var(positive{&f.totalTime}, "total-time", "longest time for everything (default 1m)")
		fs.BoolVar(&f.write, "write", false, "also put a small file, read it back, compare it and remove it")
		fs.BoolVar(&f.allowClear, "allow-clear", false, "let the password go in clear text if the server has no TLS")
		fs.BoolVar(&f.all, "all", false, "also list what was ruled out, and why")
		fs.StringVar(&f.save, "save", "", "store what works as the connection `NAME`")
	})
	f.format = addFormat(cmd, "a report for people, or one JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.probe(cmd, &f, args[0]) }
	return cmd
}

// probeTarget returns what locate understands for HOST[:PORT], a URL or NAME: of a stored
// connection, which it makes the one of this run. The scheme of a URL and the settings of a
// connection are no restriction: they are varied.
func (a *app) probeTarget(cmd *cobra.Command, arg string) (string, error) {
	name, rest, ok := splitName(arg)
	if port := strings.Trim(rest, "0123456789") == "" && rest != ""; ok && !port && (rest == "" || a.quietStore().Has(kindConnection, name)) {
		return arg, a.useConnection(cmd, []string{arg})
	}
	return probeURL(arg), nil
}

// probeURL makes a URL of HOST[:PORT].
func probeURL(arg string) string {
	if strings.Contains(arg, "://") {
		return arg
	}
	if strings.Count(arg, ":") > 1 && !strings.Contains(arg, "[") {
		arg = "[" + arg + "]" // an IPv6 address
	}
	return "ftpes://" + arg
}

func (a *app) probe(cmd *cobra.Command, f *probeFlags, arg string) error {
	if f.maxLogins < 1 {
		return usagef("--max-logins must be above zero")
	}
	if f.save != "" {
		if err := a.canSave(f.save); err != nil {
			return err
		}
	}
	kept := keptBy(cmd) // before a stored connection fills the flags
	target, err := a.probeTarget(cmd, arg)
	if err != nil {
		return err
	}
	if _, err := f.lines.set(&f.connFlags); err != nil {
		return err
	}
	l, err := a.locate(&f.connFlags, target)
	if err != nil {
		return err
	}
	if err := a.credentials(&f.connFlags, l); err != nil {
		return err
	}
	p := f.through(&l.Profile)
	if err := a.record(&f.connFlags, &l.Profile, p); err != nil {
		return err
	}
	w := a.watch(&f.connFlags, p)
	show := a.probeProgress()
	r, err := ftpwire.Probe(a.ctx, ftpwire.ProbeOptions{
		Profile: *p, Keep: kept, AllowClear: f.allowClear || f.insecure, Write: f.write,
		MaxLogins: f.maxLogins, TotalTime: f.totalTime, Name: probeName(p), Event: show.event,
	})
	show.end()
	w.tellAccepted()
	if err != nil {
		return f.byEnvironment(cannot(err))
	}
	report := &probeReport{r: r, args: a.commandArgs(cmd, l, r), all: f.all || a.verbose}
	report.fill = fillIn(report.args)
	for i, arg := range report.args {
		report.args[i] = a.masked(arg)
	}
	var unsaved error
	if f.save != "" && r.Recommended != nil {
		if unsaved = a.saveProbe(cmd, f, l, r); unsaved == nil {
			report.saved = f.save
		}
	}
	if f.format.value == "json" {
		err = writeJSON(a.stdout, report.json())
	} else {
		err = report.write(a.stdout)
	}
	if err != nil {
		return err
	}
	if r.Leftover != "" {
		a.leftBehind(r.Leftover)
	}
	if r.Recommended == nil {
		return saidError{kind: probeKind(r)}
	}
	return unsaved
}

// keptBy returns the settings that flags of the command line have settled.
func keptBy(cmd *cobra.Command) []ftpwire.Field {
	var kept []ftpwire.Field
	for _, k := range []struct {
		flag  string
		field ftpwire.Field
	}{
		{"tls", "Variant"},
		{"auth-ssl", "Auth"},
		{"tls-min", "TLSMin"},
		{"tls-max", "TLSMax"},
		{"ciphers", "CipherSuites"},
		{"resume-tls", "Resumption"},
		{"session-ids", "SessionIDs"},
		{"ccc", "ClearCommandChannel"},
		{"no-feat", "Login.NoFeat"},
		{"prot", "DataProtection"},
		{"data-mode", "DataMode"},
		{"active", "DataMode"},
		{"nat", "NAT"},
		{"sync-data", "SyncDataChannel"},
		{"charset", "CodePage"},
	} {
		if cmd.Flags().Changed(k.flag) {
			kept = append(kept, k.field)
		}
	}
	return kept
}

// probeName returns what a setting of p is called in the report.
func probeName(p *ftpwire.Profile) func(ftpwire.Change) string {
	return func(c ftpwire.Change) string {
		if c.Field == "ProbeOptions.AllowClear" {
			return "--allow-clear"
		}
		name := flagName(c)
		if strings.HasPrefix(name, "ftpwire trust ") {
			name += " " + trustURL(p)
		}
		return name
	}
}

// saveProbe stores what works. An FTP proxy is part of it: the host is the server's.
func (a *app) saveProbe(cmd *cobra.Command, f *probeFlags, l *ftpwire.Location, r *ftpwire.ProbeResult) error {
	p := *r.Recommended
	if p.Login.Proxy != nil {
		p.Host, p.Port = l.Profile.Host, l.Profile.Port
	}
	return a.saveConnection(cmd, f.save, l.Path, &p, a.passwordSource(&f.connFlags))
}

// A probeProgress shows on a terminal what is being tried.
type probeProgress struct {
	a     *app
	on    bool
	shown bool
	n     int
}

func (a *app) probeProgress() *probeProgress {
	return &probeProgress{a: a, on: !a.quiet && isTerminal(a.stderr)}
}

func (p *probeProgress) event(e ftpwire.ProbeEvent) {
	if !p.on {
		return
	}
	text := ""
	switch e.Kind {
	case ftpwire.ProbeTries:
		p.n++
		text = fmt.Sprintf("attempt %d: %s", p.n, e.Combination)
	case ftpwire.ProbeWaits:
		text = e.Text
	default:
		return
	}
	p.shown = true
	fmt.Fprintf(p.a.stderr, "\r\x1b[K%s", visible(p.a.masked(text)))
}

func (p *probeProgress) end() {
	if p.shown {
		fmt.Fprint(p.a.stderr, "\r\x1b[K")
	}
}
