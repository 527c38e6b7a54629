package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A foreignFlag is a flag of another program (curl, wget, lftp, ncftp), and what there is here.
type foreignFlag struct {
	names string   // separated by blanks
	flags []string // the flags that do the same; those that the command lacks are not named
	hint  string   // besides them, or in place of them
}

const passwordHint = "The password is asked for, or it is in --password-file FILE, FTPWIRE_PASSWORD or .netrc: \"ftpwire help passwords\"."

var foreignFlags = []foreignFlag{
	{"-u --username --login", []string{"user"}, passwordHint},
	{"-p --password --pass --passwd --pw --ftp-password --http-password", nil, passwordHint},
	{"--ftp-user", []string{"user"}, ""},
	{"--netrc --netrc-file --netrc-optional -n", nil, "The file .netrc is always read; the variable NETRC names another."},
	{"-P --port", nil, "The port stands in the URL: ftpes://HOST:PORT/."},
	{"-H --host", nil, "The host stands in the URL: ftpes://HOST/."},
	{"-k --no-check-certificate --no-check-cert --allow-insecure --no-verify --trust-server-cert", []string{"insecure"}, "\"ftpwire trust show URL\" shows what is wrong with the certificate, and \"trust accept\" accepts it."},
	{"--ssl-reqd --ftp-ssl-reqd --ftp-ssl --ssl --ftp-ssl-control --auth-tls --explicit --ftpes --starttls", []string{"tls"}, "ftpes:// is TLS by AUTH, and it is required."},
	{"--ftps --ftps-implicit --implicit", []string{"tls"}, "ftps:// is TLS from the first byte."},
	{"--no-ssl --no-tls --plain", nil, "ftp:// is clear text, --tls none, too."},
	{"--tlsv1 --tlsv1.0 --tlsv1.1 --tlsv1.2 --tlsv1.3 --secure-protocol -1", []string{"tls-min", "tls-max"}, ""},
	{"--cacert --ca-file --ca-certificate --capath --ca-directory", []string{"ca"}, ""},
	{"-E --certificate --client-cert --cert-file", []string{"cert"}, ""},
	{"--private-key --key-file", []string{"key"}, ""},
	{"--cert-type --pkcs12 --p12", []string{"pfx"}, ""},
	{"--pinnedpubkey", []string{"pin"}, ""},
	{"--sni --resolve --connect-to", []string{"server-name"}, ""},
	{"--ssl-session-reuse --session-reuse --no-sessionid", []string{"resume-tls"}, ""},
	{"--ftp-port --no-passive-ftp --no-passive --port-mode", []string{"active"}, ""},
	{"--ftp-pasv --passive --passive-ftp --pasv", []string{"data-mode"}, "Passive mode is the default."},
	{"--disable-epsv --no-epsv", []string{"data-mode"}, "\"--data-mode pasv\" leaves EPSV out."},
	{"--disable-eprt --no-eprt", []string{"data-mode"}, "\"--data-mode port\" leaves EPRT out."},
	{"--ftp-skip-pasv-ip", []string{"nat"}, "It is so by default."},
	{"--ftp-account", []string{"acct"}, ""},
	{"--ftp-create-dirs --mkdirs --create", []string{"create-dirs"}, ""},
	{"--ftp-ssl-ccc --ftp-ssl-ccc-mode", []string{"ccc"}, ""},
	{"--ftp-method", nil, "The path of the URL says it: \"ftpwire help urls\"."},
	{"-o --output -O --remote-name --output-document --outfile --local", nil, "The local file is the last argument of get: ftpwire get URL FILE; \"-\" is standard output."},
	{"-T --upload-file --upload", nil, "\"ftpwire put FILE URL\" uploads."},
	{"-a --append", []string{"append"}, ""},
	{"-l -la -al --list-only --long", nil, "\"ftpwire ls\" always lists everything; --format json is for programs."},
	{"-C --continue -c --continue-at --restart", []string{"resume"}, ""},
	{"-r --range", []string{"range"}, ""},
	{"-R -r --recursive --mirror -m", []string{"recursive"}, "\"ftpwire ls\" lists one directory; get, put and rm have --recursive."},
	{"-f --force -y --yes", nil, "Nothing asks, except about certificates and passwords; an existing file is replaced."},
	{"-N --timestamping --newer-only --only-newer", []string{"newer"}, ""},
	{"-nc --no-overwrite --skip-existing", []string{"no-clobber"}, ""},
	{"--remote-time --preserve --keep-time --times", []string{"preserve-times"}, ""},
	{"-t --tries --retries --retry-count", []string{"retry"}, ""},
	{"--waitretry --retry-wait", []string{"retry-delay"}, ""},
	{"-m --max-time -T --read-timeout --net-timeout", []string{"timeout"}, ""},
	{"--dns-timeout", []string{"connect-timeout"}, ""},
	{"--rate --bandwidth --limit --bwlimit", []string{"limit-rate"}, ""},
	{"--max-filesize -Q --quota", []string{"max-size"}, ""},
	{"-Y --speed", []string{"speed-limit"}, ""},
	{"--keepalive --keepalive-time --noop", []string{"keep-alive"}, ""},
	{"-x --proxy-url --preproxy --socks --socks4 --socks4a --socks5 --socks5-hostname --http-proxy", []string{"proxy"}, ""},
	{"--noproxy", []string{"no-proxy"}, ""},
	{"-A --user-agent", []string{"client-name"}, ""},
	{"-Q --quote --prequote --postquote -X --request --command", []string{"after"}, "\"ftpwire quote URL COMMAND\" sends any command."},
	{"-I --head --spider --stat", nil, "\"ftpwire stat URL\" describes a file."},
	{"--interface --bind-address --local-address --source", []string{"bind"}, ""},
	{"--inet4-only --prefer-ipv4", []string{"ipv4"}, ""},
	{"--inet6-only --prefer-ipv6", []string{"ipv6"}, ""},
	{"-s --silent -S --show-error --no-verbose -nv --no-progress --no-progress-meter", []string{"quiet"}, ""},
	{"-d --debug --trace --trace-ascii --server-response --log-level -D --transcript", []string{"log"}, ""},
	{"--encoding --remote-encoding --codepage --code-page --utf8", []string{"charset"}, ""},
	{"--timezone --zone", []string{"tz"}, ""},
	{"--json -j", []string{"format"}, "\"--format json\" is for programs."},
	{"--text -B --use-ascii", []string{"ascii"}, ""},
	{"--binary --image", nil, "Files are moved as they are unless --ascii says otherwise."},
	{"--version -V", nil, "\"ftpwire --version\" prints the version."},
	{"--all -a", nil, "\"--help --all\" explains everything."},
	{"--dry-run", nil, "\"ftpwire stat URL\" and \"ftpwire ls URL\" change nothing."},
}

// foreign returns what to say to a flag of another program, "" if it is none.
func foreign(cmd *cobra.Command, flag string) string {
	for _, f := range foreignFlags {
		if !slices.Contains(strings.Fields(f.names), flag) {
			continue
		}
		var here []string
		for _, name := range f.flags {
			if flagOf(cmd, name) != nil {
				here = append(here, "--"+name)
			}
		}
		if len(here) == 0 && f.hint == "" {
			continue
		}
		hint := f.hint
		if len(here) > 0 {
			hint = strings.TrimSpace("Here it is " + strings.Join(here, " and ") + ". " + f.hint)
		}
		return hint
	}
	return ""
}

func flagOf(cmd *cobra.Command, name string) *pflag.Flag {
	if f := cmd.Flags().Lookup(name); f != nil {
		return f
	}
	return cmd.InheritedFlags().Lookup(name)
}

// flagError is an error about the flags of cmd, with the names that are near.
func flagError(cmd *cobra.Command, err error) error {
	u := &usageError{err: err}
	all := fmt.Sprintf("%q lists the flags.", "ftpwire help flags "+strings.TrimPrefix(cmd.CommandPath(), "ftpwire "))
	if !cmd.HasParent() {
		all = `"ftpwire help connection-flags" lists the flags that most commands have.`
	}
	u.hint = all
	ne, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return u
	}
	name, letter := ne.GetSpecifiedName(), ne.GetSpecifiedShortnames() != ""
	flag := "--" + name
	if letter { // what follows the letter may be a password: "-psecret"
		flag = "-" + name
		u.err = fmt.Errorf("unknown flag: -%s", name)
	}
	if hint := foreign(cmd, flag); hint != "" {
		u.hint = hint + " " + all
		return u
	}
	if owner := ownerOf(cmd.Root(), name); owner != "" && !letter {
		u.hint = fmt.Sprintf("--%s is a flag of %q. %s", name, "ftpwire "+owner, all)
		if !cmd.HasParent() {
			u.hint = fmt.Sprintf("--%s is a flag of commands, as in \"ftpwire %s --%[1]s ...\".", name, owner)
		}
		return u
	}
	var near []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !letter && len(name) > 1 && !f.Hidden && similar(name, f.Name) {
			near = append(near, "--"+f.Name)
		}
	})
	if len(near) == 0 && !letter && len(name) > 2 {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && strings.HasPrefix(f.Name, name) {
				near = append(near, "--"+f.Name)
			}
		})
	}
	u.hint = suggestion(near, all)
	return u
}
