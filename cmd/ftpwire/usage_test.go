package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire/control"
)

func TestUsage(t *testing.T) {
	dir := t.TempDir()
	noCert := filepath.Join(dir, "no.pem")
	if err := os.WriteFile(noCert, []byte("no certificate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args string
		want string
	}{
		{"no command", "", "Usage:"},
		{"unknown command", "lss", `unknown command "lss"`},
		{"misspelt command", "gte", "Did you mean get?"},
		{"unknown command behind a flag", "--quiet lss", "Did you mean ls?"},
		{"misspelt flag", "ls --fromat json ftp://h/", "Did you mean --format?"},
		{"unknown flag", "ls --nonsense ftp://h/", "unknown flag: --nonsense"},
		{"unknown short flag", "ls -Z ftp://h/", "-Z"},
		{"flag without value", "ls ftp://h/ --user", "flag needs an argument"},
		{"no URL", "ls", "a URL is missing"},
		{"too many", "ls ftp://h/ ftp://i/", `one argument too many: "ftp://i/"`},
		{"no scheme", "ls host/path", "Write ftpes://host/path (explicit TLS)"},
		{"SFTP", "ls sftp://host/", "is SFTP"},
		{"no host", "ls ftp:///x", "names no host"},
		{"bad port", "ls ftp://h:99999/", "port"},
		{"bad host", "ls ftp://a%20b/", "malformed"},
		{"line break in URL", "rm ftp://h/a%0D%0ADELE%20b", "CR, LF or NUL"},
		{"unknown word", "ls --tls maybe ftp://h/", "must be one of none, explicit, implicit"},
		{"zero timeout", "ls --timeout 0s ftp://h/", "longer than zero"},
		{"bad timeout", "ls --timeout soon ftp://h/", "must be a duration"},
		{"active address in passive mode", "ls --active-address 192.0.2.1 ftp://h/", "need active mode"},
		{"active address no address", "ls --active --active-address here ftp://h/", "must be an IP address"},
		{"active ports backwards", "ls --active --active-ports 60-50 ftp://h/", "--active-ports"},
		{"blocked port no number", "ls --block-port x ftp://h/", "--block-port"},
		{"EPSV ALL in active mode", "ls --active --epsv-all ftp://h/", "excludes every other way"},
		{"unknown NAT policy", "ls --nat maybe ftp://h/", "must be one of auto, always, never"},
		{"two data modes", "ls --active --data-mode epsv ftp://h/", "exclude each other"},
		{"two users", "ls --user bob ftp://alice@h/", "two users"},
		{"bad TLS version", "ls --tls-min 9 ftpes://h/", "--tls-min"},
		{"SSL 3", "ls --tls-min ssl3 ftpes://h/", "--tls-min"},
		{"TLS versions crossed", "ls --tls-min 1.3 --tls-max 1.2 ftpes://h/", "above --tls-max"},
		{"old TLS only by half", "ls --tls-max 1.1 ftpes://h/", "default minimum"},
		{"no CA file", "ls --ca " + filepath.Join(dir, "none") + " ftpes://h/", "--ca: "},
		{"no certificate in CA file", "ls --ca " + noCert + " ftpes://h/", "no certificate in PEM format"},
		{"CA and insecure", "ls --insecure --ca " + noCert + " ftpes://h/", "exclude each other"},
		{"key without certificate", "ls --key k ftpes://h/", "--key needs --cert"},
		{"no client certificate", "ls --cert " + noCert + " ftpes://h/", "--cert: "},
		{"no password", "ls ftp://alice@h/", `no password for user "alice"`},
		{"no password file", "ls --password-file " + filepath.Join(dir, "none") + " ftp://alice@h/", "--password-file: "},
		{"password without user", "ls --password-file - ftp://h/", "without a user"},
		{"get a directory", "get ftp://h/pub/", "names a directory"},
		{"get nothing", "get ftp://h", "names a directory"},
		{"get to an empty name", "cat ftp://h", "names a directory"},
		{"get dots", "get ftp://h/..", `the remote name ".." can't be used here`},
		{"get what would be a path", `get ftp://h/a%5Cb`, "can't be used here"},
		{"get into no directory", "get ftp://h/a " + filepath.Join(dir, "none", "x"), "no such file"},
		{"put nothing", "put " + filepath.Join(dir, "none") + " ftp://h/", "none: "},
		{"put a directory", "put " + dir + " ftp://h/", "is a directory"},
		{"put standard input into a directory", "put - ftp://h/pub/", "standard input has no name"},
		{"put both from standard input", "put --password-file - - ftp://alice@h/x", "both the file and the password"},
		{"rm nothing", "rm ftp://h/", "names no file"},
		{"mv to a URL", "mv ftp://h/a ftp://h/b", "not a URL"},
		{"mv nothing", "mv ftp://h/ b", "names no file"},
		{"quote no command", "quote ftp://h/", "URL and COMMAND are needed"},
		{"quote data", "quote ftp://h/ LIST", `"ftpwire ls" lists directories.`},
		{"quote upload", "quote ftp://h/ APPE", "put"},
		{"quote protection", "quote ftp://h/ CCC", "protection"},
		{"quote not a command", "quote ftp://h/ 123", "a COMMAND can't be read"},
		{"serve not a directory", "serve " + noCert, "not a directory"},
		{"serve nowhere", "serve " + filepath.Join(dir, "none"), "none"},
		{"serve user without password", "serve --user bob", "NAME:PASSWORD"},
		{"serve unknown fault", "serve --fault nonsense", `unknown fault "nonsense"`},
		{"serve misspelt fault", "serve --fault reply-nver", "Did you mean reply-never"},
		{"serve TLS without TLS", "serve --tls none --require-tls", "--tls none"},
		{"serve without its key", "serve --cert " + noCert, "--cert: "},
		{"serve bad address", "serve --listen nonsense", "nonsense"},
		{"check nothing", "check --only nonsense", "no check matches"},
		{"check bad pattern", "check --only [", "no pattern"},
		{"check skips by bad pattern", "check --skip [", "no pattern"},
		{"check URL with fault", "check --fault reply-never ftp://h/", "leave the URL out"},
		{"check embedded with login", "check --user bob", "need a URL"},
		{"check bad output", "check --output " + filepath.Join(dir, "none", "x"), "no such file"},
		{"parse nothing", "parse", "list, feat or reply?"},
		{"parse unknown", "parse lst", "Did you mean list?"},
		{"parse no file", "parse list " + filepath.Join(dir, "none"), "no such file"},
		{"parse a directory", "parse reply " + dir, "is a directory"},
		{"parse bad zone", "parse list --tz Nowhere/Town", "--tz: "},
		{"parse bad time", "parse list --now yesterday", "must be a time"},
		{"insecure and pin", "ls --insecure --pin cert-sha256:" + strings.Repeat("00", 32) + " ftpes://h/", "excludes --pin"},
		{"insecure and accept-new", "ls --insecure --accept-new ftpes://h/", "excludes --pin, --accept-new"},
		{"insecure and skipped checks", "ls --insecure --skip-cert-check name ftpes://h/", "--skip-cert-check"},
		{"bad pin", "ls --pin nonsense ftpes://h/", `"ftpwire trust show URL" prints the pin`},
		{"pin in clear text", "ls --pin nonsense ftp://h/", "--pin: "},
		{"unknown check of certificates", "ls --skip-cert-check all ftpes://h/", "must be of name, dates, chain"},
		{"accept-new without a place", "ls --accept-new ftpes://h/", "no file to remember certificates in"},
		{"trust file that is a directory", "ls --trust-file " + dir + " ftpes://h/", "trust store"},
		{"unknown identity", "ls --data-identity any ftpes://h/", "must be one of same, verified, none"},
		{"no certificate to keep back", "ls --no-data-cert ftpes://h/", "needs a client certificate"},
		{"unknown policy for one-time passwords", "ls --otp maybe ftp://h/", "must be one of auto, never, require"},
		{"command behind the login moves data", "ls --after LIST ftp://h/", "--after: LIST moves data"},
		{"command behind the login changes protection", "ls --after -CCC ftp://h/", "--after: CCC would change"},
		{"no command behind the login", "ls --after - ftp://h/", "--after: a COMMAND can't be read"},
		{"unknown code page", "rm --charset nonsense ftp://h/a", "--charset: "},
		{"proxy without kind", "ls --login-proxy gate ftp://h/", "names no kind of proxy"},
		{"proxy of unknown kind", "ls --login-proxy socks://gate ftp://h/", `not known: "socks"`},
		{"proxy with a script", "ls --login-proxy script://gate ftp://h/", `not known: "script"`},
		{"proxy with a password", "ls --login-proxy site://p:geheim@gate ftp://h/", "holds a password"},
		{"proxy with a bad port", "ls --login-proxy site://gate:0 ftp://h/", "between 1 and 65535"},
		{"proxy without host", "ls --login-proxy site://p@:21 ftp://h/", "names no host"},
		{"proxy that needs a user", "ls --login-proxy joined://gate ftp://h/", "needs a user"},
		{"proxy and virtual host", "ls --login-proxy site://gate --virtual-host v ftp://h/", "exclude each other"},
		{"proxy without its password", "ls --login-proxy site://p@gate ftp://h/", `no password for user "p" of the FTP proxy`},
		{"HTTP proxy of unknown kind", "ls --proxy ftp://p:geheim@gate ftp://h/", "has a scheme other than http, https"},
		{"HTTP proxy without host", "ls --proxy socks5:// ftp://h/", "names no host"},
		{"HTTP proxy and none", "ls --no-proxy --proxy socks5://gate ftp://h/", "--no-proxy excludes"},
		{"no certificate of the proxy", "ls --proxy https://gate --proxy-ca " + noCert + " ftp://h/", "--proxy-ca: "},
		{"certificate of no proxy", "ls --proxy-ca " + noCert + " ftp://h/", "--proxy-ca needs a proxy"},
		{"HTTP proxy without its password", "ls --proxy http://p@gate ftp://h/", `no password for user "p" of the proxy`},
		{"proxy that gets without a proxy", "get --proxy-get ftp://h/a", "needs an HTTP proxy"},
		{"resume text", "get --resume --ascii ftp://h/a", "--resume is for files that are moved as they are"},
		{"resume text of the URL", "get --resume ftp://h/a;type=a", "--resume is for files that are moved as they are"},
		{"resume records", "get --resume --structure record ftp://h/a", "--resume is for files"},
		{"resume blocks", "get --resume --mode block ftp://h/a", "--resume needs stream mode or deflate"},
		{"verify text", "get --verify --type ebcdic ftp://h/a", "prove nothing of text"},
		{"require text", "get --require size --ascii ftp://h/a", "prove nothing of text"},
		{"require nonsense", "get --require luck ftp://h/a", "must be of size, hash, close_notify"},
		{"require close_notify of an upload", "put --require close_notify x ftp://h/a", "must be of size, hash"},
		{"retry less than never", "get --retry -1 ftp://h/a", "can't be negative"},
		{"pause without retry", "get --retry-delay 1s ftp://h/a", "needs --retry"},
		{"no rate", "get --limit-rate fast ftp://h/a", "must be a rate such as 500k"},
		{"lowest rate without a rate", "get --speed-time 5s ftp://h/a", "--speed-time needs --speed-limit"},
		{"lowest rate above the highest", "get --limit-rate 1k --speed-limit 2k ftp://h/a", "no less than --limit-rate"},
		{"no rate at all", "get --limit-rate 0 ftp://h/a", "at least one byte"},
		{"keep alive without a pause", "get --keep-alive 0s ftp://h/a", "longer than zero"},
		{"two types", "get --ascii --type ebcdic ftp://h/a", "exclude each other"},
		{"two types with the URL", "get --type binary ftp://h/a;type=a", "name two types"},
		{"two modes", "get --compress --mode block ftp://h/a", "exclude each other"},
		{"level without compression", "get --compress-level 3 --mode block ftp://h/a", "needs --compress"},
		{"level beyond", "ls --compress-level 10 ftp://h/", "from 1 to 9"},
		{"resume to standard output", "get --resume ftp://h/a -", "--resume: standard output"},
		{"JSON and a file on standard output", "get --format json ftp://h/a -", "--format json: standard output"},
		{"retry from standard input", "put --retry 1 - ftp://h/a", "--retry: standard input"},
		{"hash nothing", "hash", "a URL is missing"},
		{"hash a directory", "hash ftp://h/pub/", "names a directory"},
		{"unknown quirk", "ls --quirk nonsense ftp://h/", `unknown quirk "nonsense"`},
		{"misspelt quirk", "ls --no-quirk mlsd-borken ftp://h/", "Did you mean mlsd-broken?"},
		{"beginning of a quirk", "ls --quirk list ftp://h/", "Did you mean list-ignores-path or list-options?"},
		{"quirk both ways", "ls --quirk pret --no-quirk pret ftp://h/", "both name pret"},
		{"quirk that is always there", "ls --no-quirk " + aTolerance() + " ftp://h/", "always done"},
		{"trust nothing", "trust", "list, show, accept or remove?"},
		{"trust unknown", "trust lst", "Did you mean list?"},
		{"trust list of what", "trust list x", "one argument too many"},
		{"trust without a place", "trust list", "no file of accepted certificates"},
		{"trust show nothing", "trust show", "a URL is missing"},
		{"trust show clear text", "trust show --trust-file x ftp://h/", "no certificate in clear text"},
		{"trust accept without a terminal", "trust accept --trust-file x ftpes://h/", "--sha256 HEX"},
		{"trust accept a bad SHA-256", "trust accept --sha256 12 ftpes://h/", "--sha256: "},
		{"trust remove nothing", "trust remove", "which server?"},
		{"trust remove a bad port", "trust remove h:x", "between 1 and 65535"},
		{"trust remove no host", "trust remove a/b", "no host name"},
		{"trust remove a bad URL", "trust remove http://h/", "unknown scheme"},
		{"help on nothing", "help nonsense", `no help on "nonsense"`},
		{"misspelt topic", "help ulrs", "Did you mean urls?"},
		{"unknown shell", "completion tcsh", "bash, zsh, fish and powershell"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := runIn(t, setting{}, strings.Fields(tt.args)...)
			r.want(t, exitUsage, tt.want)
			if r.out != "" && !strings.Contains(tt.args, "--format json") {
				t.Errorf("standard output: %q", r.out)
			}
			if tt.args != "" && strings.Count(r.err, "\n") > 2 {
				t.Errorf("more than an error and a hint:\n%s", r.err)
			}
		})
	}
}

// aTolerance returns the name of what is always allowed for.
func aTolerance() string {
	for t := range control.Tolerances() {
		return t.Name
	}
	return ""
}

// The help of each command fits on a screen, and --all leaves nothing out.
func TestHelp(t *testing.T) {
	root := newApp(t.Context(), nil, nil, nil, nil).root()
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		path := strings.Fields(c.CommandPath())[1:]
		t.Run("help "+strings.Join(path, " "), func(t *testing.T) {
			if c.Runnable() && c.Example == "" {
				t.Error("no example")
			}
			if c.Short == "" || c.Long == "" {
				t.Error("no description")
			}
			asked := runIn(t, setting{}, append([]string{"help"}, path...)...)
			asked.want(t, exitGood)
			if c.IsAdditionalHelpTopicCommand() {
				if !strings.HasPrefix(asked.out, c.Long) {
					t.Errorf("the topic lacks its text:\n%s", asked.out)
				}
				return
			}
			flag := runIn(t, setting{}, append(slices.Clone(path), "--help")...)
			flag.want(t, exitGood)
			if flag.out != asked.out {
				t.Errorf("--help prints another text:\n%s", flag.out)
			}
			if n := strings.Count(flag.out, "\n"); n > maxHelp {
				t.Errorf("%d lines; a screen has %d:\n%s", n, maxHelp, flag.out)
			}
			for line := range strings.Lines(flag.out) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
					t.Errorf("%d columns: %s", n, line)
				}
			}
			whole := runIn(t, setting{}, append(slices.Clone(path), "--help", "--all")...)
			whole.want(t, exitGood)
			if !strings.Contains(whole.out, strings.TrimSpace(c.Example)) || !strings.Contains(whole.out, fitted(c.Long)) {
				t.Errorf("the whole help lacks description or example:\n%s", whole.out)
			}
			if !strings.Contains(flag.out, fitted(first(c.Long, "\n\n", 1))) {
				t.Errorf("the help lacks the first paragraph:\n%s", flag.out)
			}
			c.LocalFlags().VisitAll(func(f *pflag.Flag) {
				if f.Hidden {
					return
				}
				if name := "--" + f.Name; !strings.Contains(whole.out, name) {
					t.Errorf("the whole help lacks %s", name)
				} else if !slices.Contains(commonSections, sectionOf(f)) && !strings.Contains(flag.out, name) {
					t.Errorf("the help lacks %s:\n%s", name, flag.out)
				} else if slices.Contains(commonSections, sectionOf(f)) && !strings.Contains(flag.out, topicConnectionFlags) {
					t.Errorf("the help does not say where %s is", name)
				}
			})
		})
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	if all := runIn(t, setting{}, "help", "flags", "ls"); all.out != runIn(t, setting{}, "ls", "--help", "--all").out {
		t.Error(`"help flags ls" is not the whole help of ls`)
	}
}

// Whatever is asked for is explained, or something near is named.
func TestHelpOnAnything(t *testing.T) {
	for _, tt := range []struct{ ask, want string }{
		{"", "Usage:"}, {"-q", "no progress bar"}, {"flags", "--resume-tls"}, {"connection-flags", "--resume-tls"}, {"connection", "connection-flags"},
		{"tls", "--tls-min"}, {"TLS", "--tls-min"}, {"passive", "--data-mode"}, {"--resume-tls", "connection test, "}, {"resume-tls", "connection test, "}, {"-4", "--ip 4"},
		{"url", "ftpes://host/a/b"}, {"proxy", "SOCKS"}, {"mlsd-broken", "LIST is used from then on"}, {aTolerance(), "What is done, always"},
		{"exit", "interrupted by"}, {"--all ls", "--resume-tls"}, {"help", "Explains a command"}, {"--help", "Explains a command"}, {"-q ls", "Lists a directory"},
	} {
		r := runIn(t, setting{}, append([]string{"help"}, strings.Fields(tt.ask)...)...)
		r.want(t, exitGood)
		if !strings.Contains(r.out, tt.want) {
			t.Errorf("help %s lacks %q:\n%s", tt.ask, tt.want, r.out)
		}
	}
	for ask, want := range map[string]string{"passiv": "Did you mean passive", "conection": "connection", "--resum-tls": "--resume-tls", "mlsd-borken": "Did you mean mlsd-broken?", "nonsense": "lists commands and topics", "ls x": "no help on"} {
		runIn(t, setting{}, append([]string{"help"}, strings.Fields(ask)...)...).want(t, exitUsage, want)
	}
}

// A flag that examples use must exist: they are what users copy.
func TestExamples(t *testing.T) {
	var a app
	root := a.root()
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for line := range strings.Lines(c.Example) {
			_, words, ok := strings.Cut(line, "ftpwire ")
			if !ok {
				continue
			}
			words, _, _ = strings.Cut(words, " | ")
			words, _, _ = strings.Cut(words, " <")
			words, _, _ = strings.Cut(strings.TrimSuffix(strings.TrimSpace(words), ")"), " >")
			cmd, rest, err := root.Find(strings.Fields(words))
			if err != nil || cmd == root {
				t.Errorf("%q: no such command: %v", line, err)
				continue
			}
			cmd.InitDefaultHelpFlag()
			if err := cmd.ParseFlags(rest); err != nil {
				t.Errorf("%q: %v", line, err)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

// What can't be written is an error.
func TestOutputNotWritten(t *testing.T) {
	for _, args := range [][]string{{"--version"}, {"version"}, {"version", "--format", "json"}, {"--help"}, {"help", "urls"}, {"help", "exit-codes"}, {"get", "--help"}} {
		var said strings.Builder
		env := func(string) (string, bool) { return "", false }
		if code := run(t.Context(), args, strings.NewReader(""), fullWriter{}, &said, env); code == exitGood || !strings.Contains(said.String(), "no space left") {
			t.Errorf("%q: exit code %d, %s", args, code, said.String())
		}
	}
}

// A fullWriter is a full disk.
type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "out", Err: syscall.ENOSPC}
}

func TestVersion(t *testing.T) {
	r := runIn(t, setting{}, "version")
	r.want(t, exitGood)
	if !strings.HasPrefix(r.out, "ftpwire ") || !strings.Contains(r.out, " go1.") {
		t.Errorf("version prints %q", r.out)
	}
	for _, args := range [][]string{{"--version"}, {"-V"}, {"-v"}, {"-qv"}, {"--verbose"}} {
		if again := runIn(t, setting{}, args...); again.out != r.out || again.code != exitGood {
			t.Errorf("%q prints %q and %q, exit code %d", args, again.out, again.err, again.code)
		}
	}
	r = runIn(t, setting{}, "version", "--format", "json")
	r.want(t, exitGood)
	if !strings.HasPrefix(r.out, `{"version":"`) || !strings.Contains(r.out, `"go":"go1.`) {
		t.Errorf("version --format json prints %q", r.out)
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		r := runIn(t, setting{}, "completion", shell)
		r.want(t, exitGood)
		if !strings.Contains(r.out, "__ftpwire") {
			t.Errorf("no script for %s", shell)
		}
	}
	r := runIn(t, setting{}, "__complete", "serve", "--fault", "reply-n")
	if !strings.Contains(r.out, "reply-never") {
		t.Errorf("faults are not completed: %q", r.out)
	}
	for flag, want := range map[string]string{"--quirk": string(control.QuirkPRET), "--no-quirk": string(control.QuirkPRET), "--skip-cert-check": "dates", "--otp": "require", "--data-identity": "verified"} {
		if r := runIn(t, setting{}, "__complete", "ls", flag, ""); !strings.Contains(r.out, want) {
			t.Errorf("%s: %s is not among what is completed: %q", flag, want, r.out)
		}
	}
	if r := runIn(t, setting{}, "__complete", "ls", "--no-quirk", ""); strings.Contains(r.out, aTolerance()) {
		t.Errorf("--no-quirk completes what can't be forbidden")
	}
}

func TestVisible(t *testing.T) {
	tests := []struct{ name, in, line, listed string }{
		{"plain", "a b.txt", "a b.txt", "a b.txt"},
		{"letters", "grün 日本", "grün 日本", "grün 日本"},
		{"backslash", `a\b`, `a\b`, `a\b`},
		{"escape", "a\x1b[2Jb", `a\x1b[2Jb`, `"a\x1b[2Jb"`},
		{"line end", "a\r\nb", `a\r\nb`, `"a\r\nb"`},
		{"not UTF-8", "gr\xfcn", `gr\xfcn`, `"gr\xfcn"`},
		{"low byte", "a\x01", `a\x01`, `"a\x01"`},
		{"direction", "a\u202eb", `a\u202eb`, `"a\u202eb"`},
		{"blank at the end", "a ", "a ", `"a "`},
		{"quote in front", `"a"`, `"a"`, `"\"a\""`},
		{"empty", "", "", `""`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := visible(tt.in); got != tt.line {
				t.Errorf("visible(%q) = %s, want %s", tt.in, got, tt.line)
			}
			if got := visibleName(tt.in); got != tt.listed {
				t.Errorf("visibleName(%q) = %s, want %s", tt.in, got, tt.listed)
			}
		})
	}
}

func TestMan(t *testing.T) {
	r := runIn(t, setting{}, "man")
	r.want(t, exitGood)
	for _, want := range []string{".TH FTPWIRE 1\n", ".SS \"ftpwire get URL [FILE] | get URL... [DIR]\"\n", ".SS \"ftpwire parse list [FILE]\"\n", ".B \\-\\-password\\-file FILE\n", ".SH EXIT CODES\n"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, name := range namesOfFlags(newApp(t.Context(), nil, nil, nil, nil).root()) {
		if !strings.Contains(r.out, roff(name)) {
			t.Errorf("the page lacks %s", name)
		}
	}
	if strings.Contains(r.out, "\\-\\-help") && strings.Contains(r.out, "help for") {
		t.Error("--help stands at every command")
	}
	for line := range strings.Lines(r.out) {
		if strings.HasPrefix(line, ".") && !strings.HasPrefix(line, ".TH ") && !strings.HasPrefix(line, ".S") && !strings.Contains(".B .I .PP .TP .nf .fi ", strings.Fields(line)[0]+" ") {
			t.Errorf("an unexpected request: %q", line)
		}
	}
}

func TestRoff(t *testing.T) {
	for in, want := range map[string]string{
		"a-b": `a\-b`, ".x\n.y": "\\&.x\n\\&.y", `a\b`: `a\eb`, "it's": `it\(aqs`, "": "",
	} {
		if got := roff(in); got != want {
			t.Errorf("roff(%q) = %q, want %q", in, got, want)
		}
	}
}
