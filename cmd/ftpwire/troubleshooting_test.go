package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

var update = flag.Bool("update", false, "rewrite docs/troubleshooting.md")

// A trouble is a section of docs/troubleshooting.md: what goes wrong, and what the
// command says of it.
type trouble struct {
	title string
	about string // what to know besides the hint

	server ftptest.Config
	peer   func(t *testing.T) (addr string) // in place of the server
	proxy  func(t *testing.T) (url string)  // --proxy
	scheme string
	host   string   // if it is not to be found
	args   []string // behind the command "ls URL"
	path   string
	env    map[string]string
	trust  bool   // --ca with the server's authority
	says   string // must be in the output

	accepted *tls.Certificate // what the trust store holds for the server
	client   bool             // --cert with a certificate of nobody's
	before   []string         // a command before "ls URL", which then succeeds
}

var troubles = []trouble{
	{
		title: "Wrong password", scheme: "ftpes", trust: true,
		env: map[string]string{"FTPWIRE_PASSWORD": "letmein"}, says: "PASS: 530",
		about: "Servers don't say which of the two was wrong. Where the password comes from, and which source wins, stands in `ftpwire help passwords`.",
	},
	{
		title: "No such host", scheme: "ftpes", host: "ftp.exmaple.com", says: "check the spelling",
	},
	{
		title: "Nothing listens", scheme: "ftpes", peer: closedPort, says: "connection refused",
	},
	{
		title: "Certificate of an authority that nobody knows", scheme: "ftpes", says: "--ca",
		about: "The usual case inside companies: ask for the CA's certificate in PEM format.",
	},
	{
		title: "Self-signed certificate", scheme: "ftpes", says: "self-signed",
		server: ftptest.Config{Certificate: certificate("localhost", time.Hour)},
		about:  "`ftpwire trust show URL` prints the certificate. Compare its SHA-256 with the server's administrator before you accept it. On a terminal the command itself shows it and asks.",
	},
	{
		title: "A self-signed certificate that is accepted", scheme: "ftpes", says: "accepted: ",
		server: ftptest.Config{Certificate: selfSigned},
		before: []string{"trust", "accept", "URL", "--sha256", fingerprint(selfSigned).String()},
		about: "Without `--sha256` it asks. `ftpwire trust list` lists what was accepted, and `ftpwire trust remove HOST` takes it back. " +
			"`--accept-new` accepts the first certificate that a server shows, and no other one after it.",
	},
	{
		title: "The certificate has changed", scheme: "ftpes", says: "it has changed: on 2026-01-02",
		server:   ftptest.Config{Certificate: selfSigned},
		accepted: certificate("localhost", time.Hour),
		about:    "`ftpwire trust accept URL` shows the old and the new certificate and replaces the one by the other.",
	},
	{
		title: "The certificate matches no pin", scheme: "ftpes", trust: true, says: "(--pin)",
		args:  []string{"--pin", "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
		about: "A pin is an addition to the other checks, and nothing overrules it. For a self-signed certificate say `--skip-cert-check chain` too.",
	},
	{
		title: "The server wants a client certificate", scheme: "ftpes", trust: true, says: "--cert",
		server: ftptest.Config{ClientAuth: tls.RequireAndVerifyClientCert},
		about:  "PEM files are given with `--cert` and `--key`, PKCS #12 (.pfx, .p12) with `--pfx`. `--no-data-cert` keeps the certificate from data connections.",
	},
	{
		title: "The server does not trust the client certificate", scheme: "ftpes", trust: true, client: true, says: "does not trust the authority",
		server: ftptest.Config{ClientAuth: tls.RequireAndVerifyClientCert},
	},
	{
		title: "Expired certificate", scheme: "ftpes", trust: true, says: "has expired",
		server: ftptest.Config{Certificate: certificate("localhost", -time.Hour)},
	},
	{
		title: "Certificate for another name", scheme: "ftpes", trust: true, says: "another name",
		server: ftptest.Config{Certificate: certificate("files.example.net", time.Hour)},
	},
	{
		title: "TLS wanted, the server has none", scheme: "ftpes", says: "No password was sent",
		server: ftptest.Config{TLS: ftptest.TLSNone},
		about:  "`--tls auto` takes TLS where the server has it and goes on in clear text where not; anybody on the path can then have the password.",
	},
	{
		title: "Clear text, the server wants TLS", scheme: "ftp", says: "ftpes://",
		server: ftptest.Config{TLS: ftptest.TLSExplicit, RequireTLS: true},
	},
	{
		title: "Implicit TLS on a port that has none", scheme: "ftps", says: "ftpes://",
		server: ftptest.Config{TLS: ftptest.TLSExplicit},
	},
	{
		title: "Explicit TLS on a port of implicit TLS", scheme: "ftpes", args: []string{"--timeout", "500ms"}, says: "ftps://",
		server: ftptest.Config{TLS: ftptest.TLSImplicit},
		about:  "Such a server waits for the client to begin, and the client for the greeting.",
	},
	{
		title: "Connected, but can't list", scheme: "ftp", says: "--active",
		server: ftptest.Config{TLS: ftptest.TLSNone, Faults: []ftptest.Fault{"epsv-not-listening", "pasv-not-listening"}},
		about:  "The commonest complaint about FTP: every file and listing has a connection of its own, to a port that the server chooses. A firewall has to let it through, or look into the control connection, which TLS hides from it.",
	},
	{
		title: "The address that the server names can't be reached", scheme: "ftp", args: []string{"--nat", "never"}, says: "--nat always",
		server: ftptest.Config{TLS: ftptest.TLSNone, Faults: []ftptest.Fault{"epsv-refused", "pasv-other-host"}},
		about:  "A server behind NAT that has not been told its outer address. By default the address is not used at all. The other way about, a server whose data is really elsewhere, the advice is `--nat auto`.",
	},
	{
		title: "The server knows TLS by its old name", scheme: "ftpes", trust: true, says: "--auth-ssl",
		server: ftptest.Config{TLS: ftptest.TLSExplicit, AuthMechanisms: []string{"SSL"}},
	},
	{
		title: "The server has old versions of TLS only", scheme: "ftpes", trust: true, says: "--tls-min 1.0",
		server: ftptest.Config{TLS: ftptest.TLSExplicit, MinTLS: tls.VersionTLS10, MaxTLS: tls.VersionTLS11},
		about:  "A server that has SSL 3.0 only is named as such, and there is no way to use it: RFC 7568 forbids that.",
	},
	{
		title: "The connection ends at AUTH", scheme: "ftpes", says: "ended the connection at AUTH",
		server: ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"closed-at-auth"}},
		about:  "Windows calls that \"software caused connection abort\" (10053) or \"connection reset by peer\" (10054).",
	},
	{
		title: "The server does not protect data", scheme: "ftpes", trust: true, says: "--prot C",
		server: ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"prot-536"}},
	},
	{
		title: "The data ends without the mark of TLS", scheme: "ftpes", trust: true, says: "--quirk no-close-notify",
		server: ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"data-no-close-notify"}},
		about:  "The mark (close_notify) is what tells the end of the data from a connection that somebody has cut.",
	},
	{
		title: "The server insists on TLS session resumption", scheme: "ftpes", trust: true, args: []string{"--resume-tls", "off"}, says: "--resume-tls preferred",
		server: ftptest.Config{Reuse: 2},
		about:  "Resumption is what proves that the data connection belongs to the login, and it is on unless switched off.",
	},
	{
		title: "The server wants an account", scheme: "ftp", says: "--acct",
		server: ftptest.Config{TLS: ftptest.TLSNone, Users: []ftptest.User{{Name: testUser, Password: testPassword, Account: "billing"}}},
	},
	{
		title: "No such virtual host", scheme: "ftp", args: []string{"--virtual-host", "files.example.com"}, says: "no virtual host of that name",
		server: ftptest.Config{TLS: ftptest.TLSNone, Hosts: []ftptest.VirtualHost{{Names: []string{"www.example.com"}}}},
		about:  "A server that answers 500 or 502 to HOST has no virtual hosts at all.",
	},
	{
		title: "No such file or directory", scheme: "ftp", path: "reports", says: "login directory",
		server: ftptest.Config{TLS: ftptest.TLSNone},
	},
	{
		title: "The proxy can't be reached", scheme: "ftpes", host: "ftp.example.com", says: "--no-proxy",
		proxy: func(t *testing.T) string { return "http://" + closedPort(t) },
		about: "`ftp_proxy`, `all_proxy` and `http_proxy` in the environment count as well; see `ftpwire help proxies`.",
	},
	{
		title: "The proxy wants a login", scheme: "ftpes", host: "ftp.example.com", says: "FTPWIRE_PROXY_PASSWORD",
		proxy: func(t *testing.T) string { return (&testProxy{login: "bob:right"}).start(t) },
	},
	{
		title: "The proxy rejects the login", scheme: "ftpes", host: "ftp.example.com", says: "not the server's",
		proxy: func(t *testing.T) string {
			return strings.Replace((&testProxy{login: "bob:right"}).start(t), "//", "//bob@", 1)
		},
		env:   map[string]string{"FTPWIRE_PASSWORD": testPassword, "FTPWIRE_PROXY_PASSWORD": "letmein"},
		about: "A Windows domain stands before the user: `--proxy 'http://DOMAIN%5Cbob@proxy.example.com:3128'`.",
	},
	{
		title: "The proxy forbids connections to FTP servers", scheme: "ftpes", host: "ftp.example.com", says: "--proxy-get",
		proxy: func(t *testing.T) string {
			return (&testProxy{allow: func(int, string) bool { return false }}).start(t)
		},
	},
	{
		title: "The proxy lets the login through, but no data", scheme: "ftpes", trust: true, says: "--proxy-data=false",
		proxy: func(t *testing.T) string {
			return (&testProxy{allow: func(n int, _ string) bool { return n == 0 }}).start(t)
		},
		about: "Every file and listing has a connection of its own, to a port that the server chooses: proxies that allow port 21 alone are of little use.",
	},
	{
		title: "That is no FTP server: SSH", scheme: "ftp", peer: banner("SSH-2.0-OpenSSH_9.2\r\n"), says: "SFTP",
	},
	{
		title: "That is no FTP server: HTTP", scheme: "ftp", peer: banner("HTTP/1.1 400 Bad Request\r\n\r\n"), says: "HTTP",
	},
}

const troubleshootingHead = `# Troubleshooting

What goes wrong most, and what ` + "`ftpwire`" + ` says of it. This page is written by a test that plays each case:
` + "`go test ./cmd/ftpwire -run TestTroubleshooting -update`" + `. The library says the same: ` + "`ftpwire.Diagnose(err)`" + ` returns the cause and the hint as data,
which names fields of a Profile where the command has flags.

` + "`--log`" + ` prints the whole dialogue on standard error, passwords masked.
`

// TestTroubleshooting keeps docs/troubleshooting.md equal to what the command says.
func TestTroubleshooting(t *testing.T) {
	var doc strings.Builder
	doc.WriteString(troubleshootingHead)
	for _, tt := range troubles {
		t.Run(tt.title, func(t *testing.T) {
			text := tt.play(t)
			if !strings.Contains(text, tt.says) {
				t.Errorf("the output does not say %q:\n%s", tt.says, text)
			}
			fmt.Fprintf(&doc, "\n## %s\n\n```\n%s```\n", tt.title, text)
			if tt.about != "" {
				fmt.Fprintf(&doc, "\n%s\n", tt.about)
			}
		})
	}
	doc.WriteString(causes())
	if t.Failed() {
		return
	}
	name := filepath.Join("..", "..", "docs", "troubleshooting.md")
	if *update {
		if err := os.WriteFile(name, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), doc.String()); diff != "" {
		t.Errorf("%s mismatch (-want +got), -update rewrites it:\n%s", name, diff)
	}
}

// play runs the command and returns the dialogue, the same on every machine.
func (tt *trouble) play(t *testing.T) string {
	addr, ca := tt.host+":21", ""
	if tt.host == "" {
		addr, ca = tt.start(t)
	} else {
		noNames(t)
	}
	_, port, _ := net.SplitHostPort(addr)
	host := "localhost"
	if tt.host != "" {
		host = tt.host
	}
	env := map[string]string{"FTPWIRE_PASSWORD": testPassword}
	if tt.env != nil {
		env = tt.env
	}
	store := filepath.Join(t.TempDir(), "trusted")
	if tt.accepted != nil || tt.before != nil {
		env["FTPWIRE_TRUST"] = store
		tt.accept(t, store, host, port)
	}
	text := ""
	if tt.before != nil {
		args := slices.Clone(tt.before)
		args[slices.Index(args, "URL")] = fmt.Sprintf("%s://%s:%s/", tt.scheme, host, port)
		text, _ = shell(t, env, args)
	}
	args := append([]string{"ls", fmt.Sprintf("%s://%s@%s:%s/%s", tt.scheme, testUser, host, port, tt.path)}, tt.args...)
	if tt.trust {
		args = append(args, "--ca", ca)
	}
	via := ""
	if tt.proxy != nil {
		via = tt.proxy(t)
		args = append(args, "--proxy", via)
	}
	own := ""
	if tt.client {
		own = writeKeyPair(t).both
		args = append(args, "--cert", own)
	}
	more, code := shell(t, env, args)
	if (code == exitGood) != (tt.before != nil) {
		t.Errorf("exit code %d", code)
	}
	text += more + fmt.Sprintf("$ echo $?\n%d\n", code)
	text = strings.ReplaceAll(text, store, "/home/alice/.config/ftpwire/trusted")
	if own != "" {
		text = strings.ReplaceAll(text, own, "client.pem")
	}
	if via != "" {
		text = strings.ReplaceAll(text, via[strings.LastIndexAny(via, "/@")+1:], "proxy.example.com:3128")
	}
	return tt.everywhere(text, host, port, ca)
}

// shell runs a command line and returns it with what it printed.
func shell(t *testing.T, env map[string]string, args []string) (text string, code int) {
	r := runIn(t, setting{env: env}, args...)
	return "$ ftpwire " + strings.Join(args, " ") + "\n" + r.out + r.err, r.code
}

// accept puts the certificate that was accepted into the trust store.
func (tt *trouble) accept(t *testing.T, path, host, port string) {
	if tt.accepted == nil {
		return
	}
	store, err := tlsx.OpenTrustStore(path)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := strconv.Atoi(port)
	if err := store.Accept(tlsx.Trusted{Host: host, Port: n, SHA256: fingerprint(tt.accepted), Reasons: tlsx.ReasonSelfSigned}); err != nil {
		t.Fatal(err)
	}
}

// everywhere replaces what differs from machine to machine and from run to run.
func (tt *trouble) everywhere(text, host, port, ca string) string {
	for _, r := range random {
		text = r.numbered(text)
	}
	standard := "21"
	if tt.scheme == "ftps" {
		standard = "990"
	}
	shown := "ftp.example.com"
	if tt.host != "" {
		shown = host
	}
	for _, r := range [][2]string{
		{"@" + host + ":" + port + "/", "@" + shown + "/"}, {"//" + host + ":" + port + "/", "//" + shown + "/"},
		{"[::1]:" + port, shown + ":" + standard}, {"127.0.0.1:" + port, shown + ":" + standard},
		{"lookup " + host, "lookup " + shown},
		{host, shown}, {"127.0.0.1", "192.0.2.7"}, {":" + port, ":" + standard},
	} {
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	if ca != "" {
		text = strings.ReplaceAll(text, ca, "ca.pem")
	}
	text = resolver.ReplaceAllString(text, "")
	text = inner.ReplaceAllString(text, "10.0.0.7:50021")
	text = strings.ReplaceAll(text, "127.0.0.2", "10.0.0.7")
	for _, r := range moments {
		text = r.pattern.ReplaceAllString(text, r.shown)
	}
	text = named.ReplaceAllString(text, "ftp.example.com:50021")
	return ports.ReplaceAllString(text, "192.0.2.7:50021")
}

var (
	resolver = regexp.MustCompile(` on \S+:\d+`)
	inner    = regexp.MustCompile(`127\.0\.0\.2:\d+`)
	named    = regexp.MustCompile(`ftp\.example\.com:\d{5}`)
	ports    = regexp.MustCompile(`192\.0\.2\.7:\d+`)
)

// moments are the times in the output.
var moments = []struct {
	pattern *regexp.Regexp
	shown   string
}{
	{regexp.MustCompile(`valid     \S+ \S+ UTC to \S+ \S+ UTC`), "valid     2025-10-04 03:04 UTC to 2026-10-04 03:04 UTC"},
	{regexp.MustCompile(`expired on \S+ \S+ UTC \(this computer's clock says \S+ \S+ UTC\)`), "expired on 2026-01-01 03:04 UTC (this computer's clock says 2026-01-02 03:04 UTC)"},
	{regexp.MustCompile(`on \d{4}-\d\d-\d\d SHA`), "on 2026-01-02 SHA"},
}

// A randomText is a form of text that differs from run to run.
type randomText struct {
	pattern *regexp.Regexp
	shown   func(n byte) string
}

// random are the fingerprints and pins in the output.
var random = []randomText{
	{regexp.MustCompile(`([0-9A-F]{2}:){31}[0-9A-F]{2}`), func(n byte) string { return tlsx.Fingerprint(sha256.Sum256([]byte{n})).String() }},
	{regexp.MustCompile(`cert-sha256:[0-9a-f]{64}`), func(n byte) string { return fmt.Sprintf("cert-sha256:%x", sha256.Sum256([]byte{n})) }},
	{regexp.MustCompile(`sha256//[0-9A-Za-z+/]{43}=`), func(n byte) string {
		sum := sha256.Sum256([]byte{n + 100})
		return "sha256//" + base64.StdEncoding.EncodeToString(sum[:])
	}},
}

// numbered replaces the first of the texts by the first of those shown, and so on; one
// that comes again by the same again.
func (r randomText) numbered(text string) string {
	seen := map[string]string{}
	return r.pattern.ReplaceAllStringFunc(text, func(s string) string {
		if seen[s] == "" {
			seen[s] = r.shown(byte(len(seen)))
		}
		return seen[s]
	})
}

// start starts the server, or its stand-in, and returns its address and CA file.
func (tt *trouble) start(t *testing.T) (addr, ca string) {
	if tt.peer != nil {
		return tt.peer(t), ""
	}
	cfg := tt.server
	if cfg.TLS == ftptest.TLSNone && tt.scheme != "ftp" && tt.title != "TLS wanted, the server has none" {
		cfg.TLS = ftptest.TLSExplicit
	}
	if cfg.Users == nil {
		cfg.Users = []ftptest.User{{Name: testUser, Password: testPassword}}
	}
	s := ftptest.NewServer(t, &cfg)
	if pem := s.CAPEM(); pem != nil {
		ca = filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(ca, pem, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s.Addr(), ca
}

// noNames makes every name unknown, with a name server of its own: the network of the
// machine must not matter.
func noNames(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		conn.Close()
	})
	go func() {
		b := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(b[:n]) != nil {
				continue
			}
			m.Response, m.RCode, m.Additionals = true, dnsmessage.RCodeNameError, nil
			if answer, err := m.Pack(); err == nil {
				conn.WriteTo(answer, from)
			}
		}
	}()
}

func closedPort(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// banner returns a server that says one thing to everybody.
func banner(text string) func(*testing.T) string {
	return func(t *testing.T) string {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ln.Close() })
		go func() {
			for {
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				io.WriteString(conn, text)
				conn.(*net.TCPConn).CloseWrite()
				io.Copy(io.Discard, conn)
				conn.Close()
			}
		}()
		return ln.Addr().String()
	}
}

// certificate returns a self-signed certificate that is valid for so long.
func certificate(name string, valid time.Duration) *tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	end := time.Now().Add(valid)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "FTP server"}, DNSNames: []string{name},
		NotBefore: end.AddDate(0, 0, -90), NotAfter: end,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var selfSigned = certificate("localhost", time.Hour)

func fingerprint(c *tls.Certificate) tlsx.Fingerprint { return sha256.Sum256(c.Certificate[0]) }
