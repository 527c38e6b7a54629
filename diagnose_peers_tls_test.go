package ftpwire_test

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"io"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

const variants = "Variant=ftp-tls-explicit Variant=ftp-tls-implicit"

// knowsSSL is a server that knows AUTH SSL only, and says code to all other names.
func knowsSSL(refusal string, features ...string) func() *oddServer {
	return with(odd(), func(o *oddServer) {
		o.features = features
		o.on = map[string]func(*oddSession, string) bool{"AUTH": func(s *oddSession, arg string) bool {
			if arg != "SSL" {
				s.reply(refusal)
			}
			return arg != "SSL"
		}}
	})
}

// bothPorts is a server that has implicit TLS on port 990 as well.
func bothPorts(o *oddServer) { o.ports = []uint16{21, 990} }

// withTLSConfig is a server whose TLS is changed.
func withTLSConfig(change func(*tls.Config)) func() *oddServer {
	return func() *oddServer {
		c := oddTLS.Clone()
		change(c)
		return &oddServer{tls: c}
	}
}

// certified is a server with a certificate of its own.
func certified(change func(*x509.Certificate)) func() *oddServer {
	return withTLSConfig(func(c *tls.Config) {
		c.Certificates = []tls.Certificate{oddCertificate(change, oddTLS.Certificates[0].PrivateKey.(crypto.Signer))}
	})
}

// verified is a session under TLS in which the certificate counts.
func verified(w *oddWorld, p *ftpwire.Profile) {
	withTLS(w, p)
	p.Insecure = false
}

// accepting has the user accept the certificate.
func accepting(_ *oddWorld, p *ftpwire.Profile) {
	p.Verify = &tlsx.Verification{Ask: func(context.Context, *tlsx.CertificateQuestion) tlsx.Answer { return tlsx.AcceptOnce }}
}

func onPort(port int) func(*oddWorld, *ftpwire.Profile) {
	return func(_ *oddWorld, p *ftpwire.Profile) { p.Port = port }
}

var tlsPeers = []peerCase{
	{
		name: "AUTH SSL only, 504", server: knowsSSL("504 AUTH TLS is unknown", "AUTH SSL", "PBSZ", "PROT", "EPSV"), change: withTLS,
		cause: "auth-ssl", seen: "offers SSL", advice: "Variant=ftp-ssl-explicit", helps: []int{0},
	},
	{
		name: "AUTH SSL only, 500", server: knowsSSL("500 what?", "AUTH SSL", "PBSZ", "PROT", "EPSV"), change: withTLS, do: doPut,
		cause: "auth-ssl", seen: "offers SSL", advice: "Variant=ftp-ssl-explicit", helps: []int{0},
	},
	{
		name: "AUTH SSL only, 534", server: knowsSSL("534 no", "AUTH SSL", "PBSZ", "PROT", "EPSV"), change: withTLS, do: doGet,
		cause: "auth-ssl", seen: "offers SSL", advice: "Variant=ftp-ssl-explicit", helps: []int{0},
	},
	{
		name: "AUTH SSL only, and FEAT is unknown", server: with(knowsSSL("502 no"), func(o *oddServer) { o.replies["FEAT"] = "502 no" }), change: withTLS,
		cause: "no-explicit-tls", seen: "AUTH: 502", advice: "Variant=ftp-tls-implicit Variant=ftp-ssl-explicit", helps: []int{1},
	},
	{
		name: "no TLS at all", server: with(odd("AUTH", "502 no"), func(o *oddServer) { o.features = []string{"SIZE", "EPSV"} }), change: withTLS,
		cause: "no-tls", advice: "Variant=ftp-tls-implicit Variant=ftp", helps: []int{1}, says: "No password was sent",
	},
	{
		name: "AUTH refused, implicit TLS elsewhere", server: with(odd("AUTH", "534 no"), bothPorts), change: withTLS,
		cause: "no-explicit-tls", advice: "Variant=ftp-tls-implicit Variant=ftp-ssl-explicit", helps: []int{0},
	},
	{
		name: "AUTH ends the connection", server: with(odd("AUTH", "FIN"), bothPorts), change: withTLS,
		cause: "cut-at-auth", advice: "Variant=ftp-tls-implicit Variant=ftp-ssl-explicit", helps: []int{0},
	},
	{
		name: "AUTH resets the connection", server: with(odd("AUTH", "RST"), bothPorts), change: withTLS, do: doPut,
		cause: "cut-at-auth", advice: "Variant=ftp-tls-implicit Variant=ftp-ssl-explicit", helps: []int{0},
	},
	{
		name: "AUTH swallowed", server: with(odd("AUTH", ""), bothPorts), change: withTLS,
		cause: "auth-silent", advice: "Variant=ftp-tls-implicit Variant=ftp-ssl-explicit", helps: []int{0},
	},
	{
		name: "a firewall resets long ClientHellos", change: withTLS,
		server: func() *oddServer {
			return &oddServer{hello: func(s *oddSession, hello []byte) {
				if len(hello) > 1000 {
					s.reset()
				}
			}}
		},
		cause: "tls-cut", advice: "TLSMax=1.2 Variant=ftp-tls-implicit", helps: []int{0},
	},
	{
		name: "implicit TLS on a port of clear text", server: odd(), change: all(withImplicit, onPort(21)),
		cause: "clear-reply", advice: "Variant=ftp-tls-explicit Variant=ftp", helps: []int{0, 1},
	},
	{
		name: "explicit TLS on a port of implicit TLS", server: func() *oddServer { return &oddServer{implicit: true} }, change: all(withTLS, onPort(990)),
		cause: "no-greeting", advice: "Variant=ftp-tls-implicit Timeout", helps: []int{0},
	},
	{
		name: "clear text on a port of implicit TLS", server: func() *oddServer { return &oddServer{implicit: true} }, change: onPort(990), do: doGet,
		cause: "no-greeting", advice: "Variant=ftp-tls-implicit Timeout", helps: []int{0},
	},
	{
		name: "implicit TLS, the server ends the connection", change: all(withImplicit, onPort(21)),
		server: with(odd(), func(o *oddServer) { o.greeting = "FIN" }),
		cause:  "no-implicit-tls", advice: "Variant=ftp-tls-explicit TLSMax=1.2",
	},
	{
		name: "implicit TLS, silence", change: all(withImplicit, onPort(21)),
		server: with(odd(), func(o *oddServer) { o.greeting = "silence" }),
		cause:  "tls-silent", advice: "Variant=ftp-tls-explicit TLSMax=1.2",
	},
	{
		name: "TLS 1.0 only", change: withTLS,
		server: withTLSConfig(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }),
		cause:  "tls-version", advice: "TLSMin=1.0", helps: []int{0},
	},
	{
		name: "TLS 1.1 only, implicit", change: withImplicit,
		server: with(withTLSConfig(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS11, tls.VersionTLS11 }), func(o *oddServer) { o.implicit = true }),
		cause:  "tls-version", advice: "TLSMin=1.0", helps: []int{0},
	},
	{
		name: "TLS 1.3 only, and 1.2 is the highest", change: all(withTLS, func(_ *oddWorld, p *ftpwire.Profile) { p.TLSMax = tls.VersionTLS12 }),
		server: withTLSConfig(func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }),
		cause:  "tls-version", advice: "TLSMax=1.3 TLSMin=1.0", helps: []int{0},
	},
	{
		name: "RSA key exchange only", change: withTLS,
		server: withTLSConfig(func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
			c.Certificates = []tls.Certificate{oddCertificate(nil, oddRSA)}
		}),
		cause: "no-common-cipher", seen: "handshake_failure",
		advice: "CipherSuites=TLS_RSA_WITH_AES_256_CBC_SHA,TLS_RSA_WITH_AES_128_CBC_SHA TLSMin=1.0", helps: []int{0},
	},
	{
		name: "SSL 3.0 only", change: withTLS,
		server: func() *oddServer {
			return &oddServer{hello: func(s *oddSession, _ []byte) {
				s.conn.Write([]byte{21, 3, 0, 0, 2, 2, 40})
				time.Sleep(time.Second)
				s.reset()
			}}
		},
		cause: "ssl-3", says: "RFC 7568",
	},
	{
		name: "ProFTPD wants TLS for data, and has clear text for commands", server: with(odd(), only("LIST", "522 SSL/TLS required on the data channel", isPrivate)),
		cause: "wants-data-tls", seen: "LIST: 522", advice: variants, helps: []int{0}, hides: "resum",
	},
	{
		name: "pyftpdlib wants TLS for data", server: with(odd(), only("RETR", "521 PROT must be P", isPrivate)), do: doGet,
		cause: "wants-data-tls", seen: "521", advice: variants, helps: []int{0},
	},
	{
		name: "550 SSL/TLS required", server: with(odd(), only("STOR", "550 SSL/TLS required on the data channel.", isPrivate)), do: doPut,
		cause: "wants-data-tls", seen: "550", advice: variants, helps: []int{0},
	},
	{
		name: "425 Session is not encrypted", server: with(odd(), only("RETR", "425 Session is not encrypted", isPrivate)), do: doGet,
		cause: "wants-data-tls", seen: "425", advice: variants, helps: []int{0},
	},
	{
		name: "IIS 534 Policy requires SSL", server: with(odd(), only("LIST", "534 Policy requires SSL.", isPrivate)),
		cause: "wants-data-tls", seen: "534", advice: variants, helps: []int{0},
	},
	{
		name: "550 PROT P required", server: with(odd(), only("STOR", "550 PROT P required", isPrivate)), do: doPut,
		cause: "wants-data-tls", seen: "PROT P", advice: variants, helps: []int{0},
	},
	{
		name: "550 PROT P required, TLS with PROT C", server: with(odd(), only("LIST", "550 PROT P required", isPrivate)),
		change: all(withTLS, func(_ *oddWorld, p *ftpwire.Profile) {
			p.DataProtection, p.Quirks.Forbid = control.ProtectClear, []control.QuirkName{control.QuirkPROTPOn522}
		}),
		cause: "wants-protection", seen: "PROT P", advice: "DataProtection=P", helps: []int{0},
	},
	{
		name: "PROT P refused with 536", server: with(odd(), protOnly("C", "536 protection level not supported")), change: withTLS,
		cause: "no-data-protection", seen: "536", advice: "DataProtection=C", helps: []int{0},
	},
	{
		name: "PROT P refused with 534", server: with(odd(), protOnly("C", "534 not here")), change: withTLS, do: doPut,
		cause: "no-data-protection", seen: "534", advice: "DataProtection=C", helps: []int{0},
	},
	{
		name: "PROT P refused with 504", server: with(odd(), protOnly("C", "504 unknown level")), change: withTLS, do: doGet,
		cause: "no-data-protection", seen: "504", advice: "DataProtection=C", helps: []int{0},
	},
	{
		name: "data connections are in clear, whatever PROT says", change: withTLS, do: doGet,
		server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"PROT": func(s *oddSession, _ string) bool { s.reply("200 ok"); return true }}
			o.linger = time.Second
		}),
		cause: "clear-data", advice: "DataProtection=C", helps: []int{0},
	},
	{
		name: "vsftpd demands resumption, which is off", server: with(odd(), resumes("522 SSL connection failed: session reuse required")),
		change: all(withTLS, func(_ *oddWorld, p *ftpwire.Profile) { p.Resumption = tlsx.ResumeOff }),
		cause:  "resumption-off", seen: "522", advice: "Resumption=preferred", helps: []int{0},
	},
	{
		name: "FileZilla Server demands resumption, which is off", server: with(odd(), resumes("425 Unable to build data connection: TLS session of data connection not resumed.")),
		change: all(withTLS, func(_ *oddWorld, p *ftpwire.Profile) { p.Resumption = tlsx.ResumeOff }), do: doGet,
		cause: "resumption-off", seen: "425", advice: "Resumption=preferred", helps: []int{0},
	},
	{
		name: "resumption is required, and the server has no tickets", change: all(withTLS, func(_ *oddWorld, p *ftpwire.Profile) { p.Resumption = tlsx.ResumeRequired }),
		server: withTLSConfig(func(c *tls.Config) { c.SessionTicketsDisabled = true }),
		cause:  "not-resumed-tls", advice: "Resumption=preferred TLSMax=1.2", helps: []int{0},
	},
	{
		name: "no close_notify, listing", server: with(odd(), func(o *oddServer) { o.noCut = true }), change: withTLS,
		cause: "truncated", advice: "Quirks=no-close-notify", helps: []int{0}, says: "close_notify",
	},
	{
		name: "no close_notify, file", server: with(odd("SIZE", "502 no"), func(o *oddServer) { o.noCut = true }), change: withTLS, do: doGet,
		cause: "truncated", advice: "Quirks=no-close-notify", helps: []int{0}, says: "close_notify",
	},
	{
		name: "CCC ends the connection", change: all(withTLS, func(_ *oddWorld, p *ftpwire.Profile) { p.ClearCommandChannel = true }),
		server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"CCC": func(s *oddSession, _ string) bool {
				s.reply("200 ok")
				time.Sleep(time.Second)
				s.conn.(*tls.Conn).NetConn().Close()
				return true
			}}
		}),
		cause: "commands-in-clear", advice: "ClearCommandChannel=false", helps: []int{0},
	},
	{
		name: "TLS never begins on data connections", change: withTLS, do: doGet,
		server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"RETR": func(s *oddSession, _ string) bool {
				s.reply("150 here it comes")
				conn, _ := s.pasv.Accept()
				s.w.keep(conn)
				return true
			}}
		}),
		cause: "tls-data-silent", advice: "SyncDataChannel=on TLSMax=1.2",
	},
	{
		name: "the look before an upload has no data connection", change: withTLS,
		do: func(ctx context.Context, c *ftpwire.Client) error {
			_, err := c.Put(ctx, "/a.txt", strings.NewReader(oddFile), nil)
			return err
		},
		server: odd("NLST", "226 nothing"),
		cause:  "upload-look", advice: "NoUploadProbe=true SyncDataChannel=on", helps: []int{0},
	},
	{
		name: "data connections over TLS 1.3 are reset", change: withTLS, do: doGet,
		server: with(odd(), func(o *oddServer) {
			o.on = map[string]func(*oddSession, string) bool{"RETR": func(s *oddSession, _ string) bool {
				if s.conn.(*tls.Conn).ConnectionState().Version < tls.VersionTLS13 {
					return false
				}
				s.reply("150 here it comes")
				conn := s.connect().(*tls.Conn)
				io.WriteString(conn, "hel")
				time.Sleep(time.Second)
				conn.NetConn().(interface{ Reset() }).Reset()
				return true
			}}
		}),
		cause: "data-cut-tls", says: "3 octets", advice: "TLSMax=1.2 Resumption=off", helps: []int{0},
	},
	{
		name: "self-signed certificate", server: certified(nil), change: verified,
		cause: "self-signed", advice: "Trust=accept RootCAs", helps: []int{0}, byHand: accepting,
	},
	{
		name: "self-signed certificate of openssl req -x509", server: certified(func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }), change: verified,
		cause: "self-signed", says: "self-signed", hides: "authority that", advice: "Trust=accept RootCAs", helps: []int{1}, byHand: trusting,
	},
	{
		name: "certificate for another name", server: certified(func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} }),
		change: all(verified, trusting), cause: "wrong-name", advice: "Trust=accept", helps: []int{0}, byHand: accepting,
	},
	{
		name: "name in the CN only", server: certified(func(c *x509.Certificate) { c.IPAddresses = nil }),
		change: all(verified, trusting), cause: "name-in-common-name", says: "odd server", advice: "Trust=accept", helps: []int{0}, byHand: accepting,
	},
	{
		name: "expired certificate", server: certified(func(c *x509.Certificate) { c.NotAfter = time.Date(1999, 6, 1, 0, 0, 0, 0, time.UTC) }),
		change: all(verified, trusting), cause: "expired", advice: "Trust=accept", helps: []int{0}, byHand: accepting,
	},
	{
		name: "certificate for clients", server: certified(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
		change: all(verified, trusting), cause: "bad-chain", advice: "Trust=accept Verify.SkipChain=true", helps: []int{1},
	},
	{
		name: "client certificate demanded", change: withTLS,
		server: withTLSConfig(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }),
		cause:  "client-certificate-missing", advice: "ClientCertificates", helps: []int{0},
		byHand: func(_ *oddWorld, p *ftpwire.Profile) { p.ClientCertificates = oddTLS.Certificates },
	},
}

// protOnly is a server that knows one level of protection.
func protOnly(level, refusal string) func(*oddServer) {
	return func(o *oddServer) {
		o.on = map[string]func(*oddSession, string) bool{"PROT": func(s *oddSession, arg string) bool {
			if arg != level {
				s.reply(refusal)
			}
			return arg != level
		}}
	}
}

// resumes is a server that refuses data connections which do not resume the session.
func resumes(refusal string) func(*oddServer) {
	return func(o *oddServer) {
		give := func(s *oddSession, arg string) bool {
			s.reply("150 here it comes")
			conn := s.connect().(*tls.Conn)
			if !conn.ConnectionState().DidResume {
				conn.Close()
				s.reply(refusal)
				return true
			}
			data := s.w.files[arg]
			if arg == "" {
				data = "-rw-r--r-- 1 u g 13 Jan  2  2024 a.txt\r\n"
			}
			io.WriteString(conn, data)
			conn.Close()
			s.reply("226 done")
			return true
		}
		o.on = map[string]func(*oddSession, string) bool{"LIST": give, "RETR": give}
	}
}

// trusting takes the server's certificate as that of an authority.
func trusting(w *oddWorld, p *ftpwire.Profile) {
	p.RootCAs = x509.NewCertPool()
	p.RootCAs.AddCert(must(x509.ParseCertificate(w.o.config().Certificates[0].Certificate[0])))
}
