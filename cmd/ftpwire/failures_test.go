package main

import (
	"context"
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A failing is a command line that fails against a real server, and what the command says of
// it. docs/exit-codes.md lists all of them.
type failing struct {
	name     string
	command  string // URL stands for the server's; DIR, FILE, DEAD and DUMB for what prepare makes
	cfg      ftptest.Config
	peer     func(t *testing.T) (addr string) // in place of the server
	distrust bool                             // no --ca
	env      map[string]string                // besides the password
	stop     string                           // the user interrupts when this is on standard error
	accepted *tls.Certificate                 // what the trust store holds for the server
	without  string                           // a system or right without which this can't be played

	want  failureJSON // without text and hint
	says  string      // part of the text
	lines int         // of JSON before the object with the error, such as entries
	plain bool        // the command has no --format
}

const (
	kConnect, kCertificate, kLogin   = ftpwire.KindConnect, ftpwire.KindCertificate, ftpwire.KindLogin
	kNotFound, kNotAllowed, kNoSpace = ftpwire.KindNotFound, ftpwire.KindNotAllowed, ftpwire.KindNoSpace
	kTemporary, kUnproven, kOther    = ftpwire.KindTemporary, ftpwire.KindUnproven, ftpwire.KindOther
	kUsage, kLocal, kInterrupted     = ftpwire.KindUsage, ftpwire.KindLocal, ftpwire.KindInterrupted
)

// withFaults is a server in clear text with faults.
func withFaults(names ...ftptest.Fault) ftptest.Config { return ftptest.Config{Faults: names} }

// overTLS is a server with explicit TLS and faults.
func overTLS(names ...ftptest.Fault) ftptest.Config {
	return ftptest.Config{TLS: ftptest.TLSExplicit, Faults: names}
}

var failings = []failing{
	// The call.
	{name: "unknown flag", command: "ls --nonsense URL/", want: failureJSON{Kind: kUsage}, says: "unknown flag: --nonsense"},
	{name: "unknown command", command: "list URL/", want: failureJSON{Kind: kUsage}, says: `unknown command "list"`},
	{name: "no URL", command: "ls 127.0.0.1:2121", want: failureJSON{Kind: kUsage}, says: "is no URL"},
	{name: "wrong scheme, with a password", command: "ls htp://alice:correct-horse-battery@h/", want: failureJSON{Kind: kUsage}, says: "unknown scheme"},
	{name: "no argument", command: "stat", want: failureJSON{Kind: kUsage}, says: "a URL is missing"},
	{name: "unknown stored connection", command: "stat nas:/x", want: failureJSON{Kind: kUsage}, says: `no connection "nas"`},
	{name: "flags that exclude each other", command: "get --retry-delay 1s URL/hello.txt FILE", want: failureJSON{Kind: kUsage}, says: "--retry-delay needs --retry"},
	{name: "no local file", command: "put DIR/none URL/", want: failureJSON{Kind: kLocal, Path: "DIR/none"}, says: "no such file"},
	{name: "no local directory", command: "get URL/hello.txt DIR/none/file", want: failureJSON{Kind: kLocal, Path: "DIR/none"}, says: "no such file"},
	{name: "read-only local directory", command: "get URL/hello.txt READONLY/file", without: "permissions", want: failureJSON{Kind: kLocal, Path: "READONLY"}, says: "permission denied"},
	{name: "local disk full", command: "get URL/hello.txt /dev/full", without: "/dev/full", plain: true, want: failureJSON{Kind: kNoSpace}, says: "no space left"},

	// Connecting.
	{name: "unknown name", command: "ls ftp://nosuch.invalid/", want: failureJSON{Kind: kConnect}, says: "no such host"},
	{name: "port closed", command: "ls URL/", peer: deadAddr, want: failureJSON{Kind: kConnect, Temporary: true}, says: "refused"},
	{name: "port closed, several files", command: "rm URL/a URL/b", peer: deadAddr, want: failureJSON{Kind: kConnect, Temporary: true}, says: "refused"},
	{name: "port silent", command: "mkdir --timeout 300ms URL/d", peer: mute, want: failureJSON{Kind: kConnect, Temporary: true}, says: "no greeting"},
	{name: "a server for SSH", command: "get URL/x DIR/x", peer: banner("SSH-2.0-OpenSSH_9.2\r\n"), want: failureJSON{Kind: kConnect}, says: "SSH"},
	{name: "proxy down", command: "hash --proxy http://DEAD URL/hello.txt", want: failureJSON{Kind: kConnect, Temporary: true}, says: "connecting to the proxy"},
	{name: "no TLS", command: "put FILE ftpes://alice@HOST/", want: failureJSON{Kind: kConnect, Command: "AUTH", Code: 502}, says: "AUTH"},
	{name: "TLS garbled", command: "stat URL/hello.txt", cfg: overTLS("control-tls-garbage"), want: failureJSON{Kind: kConnect}, says: "handshake"},
	{name: "less protection than demanded", command: "ls URL/", cfg: overTLS("prot-536"), want: failureJSON{Kind: kConnect, Command: "PROT", Code: 536}, says: "PROT"},
	{name: "resumption demanded", command: "ls --resume-tls required URL/", cfg: ftptest.Config{TLS: ftptest.TLSExplicit, NoTickets: true}, want: failureJSON{Kind: kConnect, Command: "MLSD", Code: 522}, says: "not resumed"},

	// Certificates.
	{name: "unknown authority", command: "ls URL/", cfg: overTLS(), distrust: true, want: failureJSON{Kind: kCertificate}, says: "authority"},
	{name: "another name", command: "rm URL/x", cfg: ftptest.Config{TLS: ftptest.TLSExplicit, Certificate: certificate("files.example.net", time.Hour)}, distrust: true, want: failureJSON{Kind: kCertificate}, says: "files.example.net"},
	{name: "expired", command: "get URL/hello.txt DIR/x", cfg: ftptest.Config{TLS: ftptest.TLSExplicit, Certificate: certificate("localhost", -time.Hour)}, distrust: true, want: failureJSON{Kind: kCertificate}, says: "expired"},
	{name: "changed", command: "stat URL/hello.txt", cfg: ftptest.Config{TLS: ftptest.TLSExplicit, Certificate: selfSigned}, distrust: true, accepted: certificate("localhost", time.Hour), want: failureJSON{Kind: kCertificate}, says: "it has changed"},
	{name: "not accepted", command: "trust accept --sha256 4f8e63d5c8a5b9a2a7b6d5c4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4 URL/", cfg: overTLS(), distrust: true, want: failureJSON{Kind: kCertificate}, says: "another SHA-256"},

	// Logins.
	{name: "wrong password", command: "ls URL/", env: map[string]string{"FTPWIRE_PASSWORD": "wrong-battery"}, want: failureJSON{Kind: kLogin, Command: "PASS", Code: 530}, says: "530"},
	{name: "wrong password, a file to be removed", command: "rm URL/hello.txt", env: map[string]string{"FTPWIRE_PASSWORD": "wrong-battery"}, want: failureJSON{Kind: kLogin, Command: "PASS", Code: 530}, says: "530"},
	{name: "account locked", command: "mv URL/hello.txt x", cfg: withFaults("login-attempts-530"), want: failureJSON{Kind: kLogin, Command: "PASS", Code: 530}, says: "locked"},
	{name: "no answer to the password", command: "put FILE URL/", cfg: withFaults("closed-at-pass"), want: failureJSON{Kind: kLogin}, says: "without an answer"},
	{name: "TLS demanded", command: "ls ftp://alice@HOST/", cfg: ftptest.Config{TLS: ftptest.TLSExplicit, RequireTLS: true}, distrust: true, want: failureJSON{Kind: kLogin, Command: "USER", Code: 533}, says: "533"},
	{name: "client certificate demanded", command: "hash URL/hello.txt", cfg: ftptest.Config{TLS: ftptest.TLSExplicit, ClientAuth: tls.RequireAnyClientCert}, want: failureJSON{Kind: kLogin}, says: "certificate"},
	{name: "too many users, 530", command: "ls URL/", cfg: withFaults("login-full-530"), want: failureJSON{Kind: kTemporary, Temporary: true, Command: "PASS", Code: 530}, says: "maximum"},
	{name: "too many connections, 421", command: "stat URL/hello.txt", cfg: withFaults("login-full-421"), want: failureJSON{Kind: kTemporary, Temporary: true, Command: "PASS", Code: 421}, says: "Too many connections"},

	// Files.
	{name: "no such file", command: "get URL/none DIR/x", want: failureJSON{Kind: kNotFound, Path: "none", Command: "RETR", Code: 550}, says: "550"},
	{name: "no such directory", command: "ls URL/none", want: failureJSON{Kind: kNotFound, Path: "none", Command: "MLSD", Code: 550}, says: "550"},
	{name: "nothing to describe", command: "stat URL/none", want: failureJSON{Kind: kNotFound, Path: "none", Command: "MLST", Code: 550}, says: "550"},
	{name: "nothing to remove", command: "rm URL/none", want: failureJSON{Kind: kNotFound, Path: "none", Command: "DELE", Code: 550}, says: "550"},
	{name: "two files, none there", command: "rm URL/none URL/nothing", lines: 2, want: failureJSON{Kind: kNotFound}, says: "2 failed"},
	{name: "get, one of three is missing", command: "get URL/hello.txt URL/none URL/sub/inner.bin DIR", lines: 3, want: failureJSON{Kind: kNotFound}, says: "2 copied (10 B), 1 failed"},
	{name: "get, two files, two reasons", command: "get URL/hello.txt URL/none URL/sub/../hello.txt DIR", lines: 3, want: failureJSON{Kind: kOther}, says: "1 copied (6 B), 2 failed"},
	{name: "get, one of two servers is unknown", command: "get ftp://nosuch.invalid/a URL/hello.txt DIR", lines: 2, want: failureJSON{Kind: kConnect}, says: "1 copied (6 B), 1 failed"},
	{name: "get, a pattern that nothing matches", command: "get URL/*.none DIR", lines: 1, want: failureJSON{Kind: kNotFound}, says: "0 copied, 1 failed"},
	{name: "put, one of two is missing", command: "put FILE DIR/none URL/sub/", lines: 2, want: failureJSON{Kind: kLocal}, says: "1 copied (20 KiB), 1 failed"},
	{name: "put, disk full there", command: "put FILE FILE2 URL/sub/", cfg: withFaults("disk-full"), lines: 2, want: failureJSON{Kind: kNoSpace}, says: "1 copied (10 B), 1 failed"},
	{name: "two files, two reasons", command: "rmdir URL/none URL/sub", lines: 2, want: failureJSON{Kind: kOther}, says: "2 of 2 failed"},
	{name: "nothing to rename", command: "mv URL/none x", want: failureJSON{Kind: kNotFound, Path: "none", Command: "RNFR", Code: 550}, says: "550"},
	{name: "nothing to hash", command: "hash URL/none", want: failureJSON{Kind: kNotFound, Path: "none", Command: "HASH", Code: 550}, says: "550"},
	{name: "nothing to read", command: "cat URL/none", plain: true, want: failureJSON{Kind: kNotFound}, says: "550"},
	{name: "a raw command", command: `quote URL/ NOOP RMD\x20none`, lines: 2, want: failureJSON{Kind: kNotFound, Path: "none", Command: "RMD", Code: 550}, says: "550"},
	{name: "directory not empty", command: "rmdir URL/sub", want: failureJSON{Kind: kOther, Path: "sub", Command: "RMD", Code: 550}, says: "550"},
	{name: "exists", command: "mkdir URL/sub", want: failureJSON{Kind: kOther, Path: "sub", Command: "MKD", Code: 550}, says: "exists"},
	{name: "not allowed, 550", command: "mkdir URL/d", cfg: ftptest.Config{ReadOnly: true}, want: failureJSON{Kind: kNotAllowed, Path: "d", Command: "MKD", Code: 550}, says: "Permission denied"},
	{name: "not allowed, 553", command: "put FILE URL/new", cfg: withFaults("stor-refused-553"), want: failureJSON{Kind: kNotAllowed, Path: "new", Command: "STOR", Code: 553}, says: "553"},
	{name: "disk full there, 452", command: "put FILE URL/new", cfg: withFaults("disk-full"), want: failureJSON{Kind: kNoSpace, Path: "new", Command: "STOR", Code: 452}, says: "452"},
	{name: "quota, 552", command: "put FILE URL/new", cfg: withFaults("disk-full-552"), want: failureJSON{Kind: kNoSpace, Path: "new", Command: "STOR", Code: 552}, says: "552"},
	{name: "files differ", command: "hash --check FILE URL/hello.txt", want: failureJSON{Kind: kOther, Path: "hello.txt"}, says: "differs"},

	// The smaller commands.
	{name: "append, no right to", command: "append FILE URL/hello.txt", cfg: ftptest.Config{ReadOnly: true}, want: failureJSON{Kind: kNotAllowed, Path: "hello.txt", Command: "APPE", Code: 553}, says: "553"},
	{name: "append, no such directory", command: "append FILE URL/none/log", want: failureJSON{Kind: kNotFound, Path: "none/log", Command: "APPE", Code: 553}, says: "553"},
	{name: "append, no last reply", command: "append --timeout 300ms --retry 2 FILE URL/hello.txt", cfg: withFaults("no-final-reply"), want: failureJSON{Kind: kUnproven, Path: "hello.txt", Command: "APPE"}, says: "it is not repeated"},
	{name: "put --append, 421 in the middle", command: "put --append --retry 2 FILE URL/hello.txt", cfg: withFaults("421-in-transfer"), want: failureJSON{Kind: kUnproven, Path: "hello.txt", Command: "APPE", Code: 421}, says: "it is not repeated"},
	{name: "put --unique, no last reply", command: "put --unique --timeout 300ms --retry 2 FILE URL/", cfg: withFaults("no-final-reply"), want: failureJSON{Kind: kUnproven, Command: "STOU"}, says: "it is not repeated"},
	{name: "touch, no right to", command: "touch URL/hello.txt", cfg: ftptest.Config{ReadOnly: true}, want: failureJSON{Kind: kNotAllowed, Path: "hello.txt", Command: "MFMT", Code: 550}, says: "550"},
	{name: "touch, no right to make it", command: "touch URL/new", cfg: ftptest.Config{ReadOnly: true}, want: failureJSON{Kind: kNotAllowed, Path: "new", Command: "APPE", Code: 553}, says: "553"},
	{name: "touch, no such directory", command: "touch URL/none/new", want: failureJSON{Kind: kNotFound, Path: "none/new", Command: "APPE", Code: 553}, says: "553"},
	{name: "touch, no last reply", command: "touch --timeout 300ms URL/new", cfg: withFaults("no-final-reply"), want: failureJSON{Kind: kTemporary, Temporary: true, Path: "new", Command: "APPE"}, says: "no reply to APPE"},
	{name: "chmod, no right to", command: "chmod 600 URL/hello.txt", cfg: ftptest.Config{ReadOnly: true}, want: failureJSON{Kind: kNotAllowed, Path: "hello.txt", Command: "SITE", Code: 550}, says: "550"},
	{name: "chmod, no such file", command: "chmod 600 URL/none", want: failureJSON{Kind: kNotFound, Path: "none", Command: "SITE", Code: 550}, says: "550"},
	{name: "chmod, no octal", command: "chmod rw URL/hello.txt", want: failureJSON{Kind: kUsage}, says: "not octal"},
	{name: "df, nothing told", command: "df URL/", want: failureJSON{Kind: kOther}, says: "not"},
	{name: "df, no such directory", command: "df URL/none", want: failureJSON{Kind: kNotFound, Path: "none", Command: "LIST", Code: 450}, says: "450"},
	{name: "fxp, refused", command: "fxp URL/hello.txt URL/copy", cfg: withFaults("port-502", "eprt-502"), want: failureJSON{Kind: kConnect, Command: "EPRT", Code: 502}, says: "PORT"},
	{name: "fxp, 421 to STOR", command: "fxp --direct URL/hello.txt URL/copy", cfg: withFaults("421-at-stor"), want: failureJSON{Kind: kTemporary, Temporary: true, Path: "copy", Command: "STOR", Code: 421}, says: "421"},
	{name: "fxp, no such file", command: "fxp URL/none URL/copy", want: failureJSON{Kind: kNotFound, Path: "none", Command: "RETR", Code: 550}, says: "550"},
	{name: "fxp, one server is down", command: "fxp URL/hello.txt ftp://alice@DEAD/copy", want: failureJSON{Kind: kConnect, Temporary: true}, says: "refused"},

	// What may pass.
	{name: "no data connection, 425", command: "put FILE URL/new", cfg: withFaults("stor-refused-425"), want: failureJSON{Kind: kTemporary, Temporary: true, Path: "new", Command: "STOR", Code: 425}, says: "425"},
	{name: "broken in the middle, 426", command: "get URL/hello.txt DIR/x", cfg: withFaults("data-cut-426"), want: failureJSON{Kind: kTemporary, Temporary: true, Path: "hello.txt", Command: "RETR", Code: 426}, says: "426"},
	{name: "data ports closed", command: "ls URL/", cfg: withFaults("epsv-not-listening", "pasv-not-listening"), want: failureJSON{Kind: kTemporary, Temporary: true, Command: "MLSD"}, says: "refused"},
	{name: "TLS cut short", command: "get URL/hello.txt DIR/x", cfg: overTLS("data-no-close-notify", "feat-without-size", "mlst-unknown", "size-unknown"), want: failureJSON{Kind: kTemporary, Temporary: true, Path: "hello.txt", Command: "RETR"}, says: "close_notify"},
	{name: "reset", command: "get URL/hello.txt DIR/x", cfg: withFaults("data-reset"), want: failureJSON{Kind: kTemporary, Temporary: true, Path: "hello.txt", Command: "RETR", Code: 426}, says: "RETR"},
	{name: "no reply in time", command: "get --timeout 300ms URL/hello.txt DIR/x", cfg: withFaults("reply-never"), want: failureJSON{Kind: kTemporary, Temporary: true, Path: "hello.txt", Command: "RETR"}, says: "timeout"},
	{name: "busy, 450", command: "put FILE URL/new", cfg: withFaults("stor-refused-450"), want: failureJSON{Kind: kTemporary, Temporary: true, Path: "new", Command: "STOR", Code: 450}, says: "450"},

	// What is not proven.
	{name: "no hash to prove it", command: "get --require hash URL/hello.txt DIR/x", cfg: withFaults("hash-unknown"), want: failureJSON{Kind: kUnproven, Path: "hello.txt"}, says: "not proven"},
	{name: "renamed, or not", command: "mv URL/hello.txt x", cfg: withFaults("rnto-done-closed"), want: failureJSON{Kind: kUnproven, Path: "hello.txt", Command: "RNFR", Code: 550}, says: "may have done it"},

	// Other commands.
	{name: "a check that can't begin", command: "check URL/", env: map[string]string{"FTPWIRE_PASSWORD": "wrong-battery"}, want: failureJSON{Kind: kLogin, Command: "PASS", Code: 530}, says: "could not be checked"},
	{name: "a check of nothing", command: "check URL/", peer: deadAddr, want: failureJSON{Kind: kConnect, Temporary: true}, says: "could not be checked"},
	{name: "a probe of nothing", command: "probe DEAD", want: failureJSON{Kind: kConnect}, says: "refused"},
	{name: "serve in use", command: "serve --listen HOST", plain: true, want: failureJSON{Kind: kLocal}, says: "address already in use"},
	{name: "no certificate to forget", command: "trust remove h", want: failureJSON{Kind: kOther}, says: "no certificate of h:21"},
	{name: "interrupted", command: "get --log URL/hello.txt DIR/x", cfg: withFaults("reply-never"), stop: "> RETR", want: failureJSON{Kind: kInterrupted, Path: "hello.txt", Command: "RETR"}, says: "interrupted"},
}

// mute is a server that says nothing.
func mute(t *testing.T) string { return speaking(t, "") }

// prepared is a failing with its server and files.
type prepared struct {
	*failing
	url, dir, host string
	ca             string
	env            map[string]string
	files          map[string]string // what the words of the command stand for
}

func (tt *failing) prepare(t *testing.T) *prepared {
	t.Helper()
	p := &prepared{failing: tt, dir: t.TempDir(), env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}
	if tt.peer != nil {
		p.host = tt.peer(t)
		p.url = "ftp://" + testUser + "@" + p.host
	} else {
		f := serve(t, tt.cfg)
		p.host, p.url, p.ca = f.Addr(), f.url, f.ca
	}
	p.env["FTPWIRE_CONFIG"] = filepath.Join(p.dir, "connections.toml")
	p.env["FTPWIRE_TRUST"] = filepath.Join(p.dir, "trusted")
	for k, v := range tt.env {
		p.env[k] = v
	}
	if tt.distrust {
		p.ca = ""
	}
	file, readOnly := filepath.Join(p.dir, "FILE"), filepath.Join(p.dir, "READONLY")
	if err := os.WriteFile(file, noise(20_000), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+"2", noise(10), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(readOnly, 0o500); err != nil {
		t.Fatal(err)
	}
	switch tt.without {
	case "permissions":
		if probe, err := os.Create(filepath.Join(readOnly, "probe")); err == nil {
			probe.Close()
			t.Skip("this user may write everywhere")
		}
	case "/dev/full":
		if _, err := os.Stat("/dev/full"); err != nil {
			t.Skip("there is no /dev/full")
		}
	}
	if tt.accepted != nil {
		host, port, err := new(app).serverName(p.host)
		if err != nil {
			t.Fatal(err)
		}
		store, err := tlsx.OpenTrustStore(p.env["FTPWIRE_TRUST"])
		if err == nil {
			err = store.Accept(tlsx.Trusted{Host: host, Port: port, SHA256: fingerprint(tt.accepted), Reasons: tlsx.ReasonSelfSigned, Date: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p.files = map[string]string{"URL": p.url, "DIR": p.dir, "FILE": file, "READONLY": readOnly, "DEAD": deadAddr(t), "HOST": p.host, `\x20`: " "}
	return p
}

// words are the words of the command line.
func (p *prepared) words() []string {
	words := strings.Fields(p.command)
	for i, w := range words {
		for _, name := range []string{"URL", "DIR", "FILE", "READONLY", "DEAD", "HOST", `\x20`} {
			w = strings.ReplaceAll(w, name, p.files[name])
		}
		words[i] = w
	}
	return words
}

// generic returns text with the words of the command for what they stand for.
func (p *prepared) generic(text string) string {
	for _, name := range []string{"FILE", "READONLY", "DIR"} {
		text = strings.ReplaceAll(text, p.files[name], name)
	}
	return text
}

// run runs the command line.
func (p *prepared) run(t *testing.T, more ...string) result {
	t.Helper()
	s := setting{env: p.env}
	if p.stop != "" {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s.ctx, s.stderr = ctx, canceller{p.stop, cancel}
	}
	args := append(p.words(), more...)
	if p.ca != "" {
		args = append(args, "--ca", p.ca)
	}
	return runIn(t, s, args...)
}
