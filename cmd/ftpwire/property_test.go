package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A propertyTest shows what a property changes. A session is run twice, without the setting and with it: it logs in, lists a
// directory, gets a file, and ends. What went over the wire, and what came of it, is its log.
type propertyTest struct {
	server func() ftptest.Config // nil: clear text
	base   func(p *ftpwire.Profile)
	path   string // that is listed
	octets bool   // the log has what is sent, octet by octet

	set  string // the setting as JSON, "" if it has no key
	live func(p *ftpwire.Profile, s *propertySession)

	want    string // what the log with the setting matches, and the one without it does not
	wantNot string // the other way round
	same    bool   // the two are the same

	flags string                        // that set the same; "" if the reason is in noFlag
	url   string                        // that is given with them, if it is not ftpes://h/
	given func(p *ftpwire.Profile) bool // whether they do, for a setting without a key
}

// A propertySession is what a session runs on.
type propertySession struct {
	t      *testing.T
	net    *memnet.Network
	server *ftptest.Server
	dir    string
	octets bool // what is sent is logged octet by octet

	mu  sync.Mutex
	log bytes.Buffer
}

func (s *propertySession) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&s.log, format+"\n", args...)
}

// dial notes what is dialled.
func (s *propertySession) dial(ctx context.Context, network, address string) (net.Conn, error) {
	s.say("dial %s %s", network, address)
	c, err := s.net.DialContext(ctx, network, address)
	if s.octets && err == nil {
		c = &toldConn{c, s}
	}
	return c, err
}

// A toldConn tells its session what is written.
type toldConn struct {
	net.Conn
	s *propertySession
}

func (c *toldConn) Write(b []byte) (int, error) {
	c.s.say("sent %q", b)
	return c.Conn.Write(b)
}

// SetWriteBuffer and SetReadBuffer are asked of sockets.
func (c *toldConn) SetWriteBuffer(n int) error { c.s.say("send buffer %d", n); return nil }
func (c *toldConn) SetReadBuffer(n int) error  { c.s.say("receive buffer %d", n); return nil }

// run runs the session of a test in a bubble and returns its log.
func (tt *propertyTest) run(t *testing.T, with bool) (log string) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &propertySession{t: t, net: &memnet.Network{Hosts: map[string]netip.Addr{"ftp.example.com": netip.MustParseAddr("127.0.0.2")}}, dir: dir, octets: tt.octets}
		cfg := ftptest.Config{}
		if tt.server != nil {
			cfg = tt.server()
		}
		cfg.Addr = "0.0.0.0:2121"
		cfg.Listen = func(network, address string) (net.Listener, error) {
			return s.net.ListenContext(t.Context(), network, address)
		}
		cfg.Dial = s.net.DialContext
		s.server = ftptest.NewServer(t, &cfg)
		for name, data := range map[string]string{"/hello.txt": "hello\n", "/dir/1": "1", "/grün/1": "1", "/gr\xfcn/2": "22"} {
			if err := s.server.WriteFile(name, []byte(data)); err != nil {
				t.Fatal(err)
			}
		}
		p := &ftpwire.Profile{Host: "127.0.0.1", Port: 2121, User: "user", Password: "password"}
		p.Dial, p.Data.Listen = s.dial, s.listen
		p.Trace = func(e control.TraceEvent) { s.say("%s", e) }
		if p.Variant = ftpwire.VariantFTP; cfg.TLS != ftptest.TLSNone {
			p.Variant, p.RootCAs = ftpwire.VariantTLSExplicit, s.server.RootCAs()
		}
		if tt.base != nil {
			tt.base(p)
		}
		if with {
			tt.apply(t, p, s)
		}
		s.talk(p, tt.path)
		log = s.log.String()
	})
	return log
}

func (s *propertySession) listen(network, address string) (net.Listener, error) {
	return s.net.ListenContext(s.t.Context(), network, address)
}

// apply sets the setting.
func (tt *propertyTest) apply(t *testing.T, p *ftpwire.Profile, s *propertySession) {
	t.Helper()
	if tt.set != "" {
		if err := p.SetValues(tt.values(t, strings.ReplaceAll(tt.set, "DIR", filepath.ToSlash(s.dir)))); err != nil {
			t.Fatal(err)
		}
	}
	if tt.live != nil {
		tt.live(p, s)
	}
}

func (tt *propertyTest) values(t *testing.T, text string) map[string]any {
	t.Helper()
	var p ftpwire.Profile
	if err := p.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return p.Values(true)
}

// talk runs a session.
func (s *propertySession) talk(p *ftpwire.Profile, path string) {
	ctx, begun := s.t.Context(), time.Now()
	step := func(name string, err error) bool {
		if err != nil {
			s.say("%s failed after %v: %v", name, time.Since(begun), err)
		}
		begun = time.Now()
		return err == nil
	}
	c, err := ftpwire.Dial(ctx, p)
	if !step("dial", err) {
		return
	}
	defer c.Conn().Close()
	for e, err := range c.Entries(ctx, path) {
		if step("list", err) {
			s.say("entry %q %s", e.Name, e.Time.Format(time.RFC3339))
		}
	}
	var data bytes.Buffer
	if _, err := c.Get(ctx, "hello.txt", &data, nil); step("get", err) {
		s.say("got %q", data.String())
	}
	step("close", c.Close(ctx))
}

// over returns a server's configuration with TLS and changes.
func over(mode tlsx.Mode, change func(*ftptest.Config)) func() ftptest.Config {
	return func() ftptest.Config {
		c := ftptest.Config{TLS: mode}
		if change != nil {
			change(&c)
		}
		return c
	}
}

// faulty returns a server's configuration with faults.
func faulty(mode tlsx.Mode, faults ...ftptest.Fault) func() ftptest.Config {
	return over(mode, func(c *ftptest.Config) { c.Faults = faults })
}

// unverified takes the server's authority away.
func unverified(p *ftpwire.Profile) { p.RootCAs = nil }

// self returns a server with a certificate of its own making.
func self(name string, valid time.Duration) func() ftptest.Config {
	return over(ftptest.TLSExplicit, func(c *ftptest.Config) { c.Certificate = certificate(name, valid) })
}

var propertyTests = map[ftpwire.Field]propertyTest{
	"Variant": {
		server: over(ftptest.TLSExplicit, func(c *ftptest.Config) { c.AuthMechanisms = []string{"TLS", "SSL"} }),
		set:    `{"variant": "ftp-ssl-explicit"}`, flags: "--variant ftp-ssl-explicit", want: `> AUTH SSL`, wantNot: `> AUTH TLS`,
	},
	"Security": {
		server: over(ftptest.TLSExplicit, nil), base: func(p *ftpwire.Profile) { p.Variant = ftpwire.VariantDefault },
		set: `{"security": "none"}`, wantNot: `> AUTH`,
		flags: "--tls none", given: func(p *ftpwire.Profile) bool { return p.Protocol().Security() == control.SecurityNone },
	},
	"Auth": {
		server: over(ftptest.TLSExplicit, nil), set: `{"auth": ["TLS-C"]}`, want: `> AUTH TLS-C\n`,
		flags: "--auth-ssl", given: func(p *ftpwire.Profile) bool { return p.Auth[0] == "SSL" },
	},
	"TLSMin": {
		server: over(ftptest.TLSExplicit, func(c *ftptest.Config) { c.MaxTLS = tls.VersionTLS12 }),
		set:    `{"tls_min": "1.3"}`, flags: "--tls-min 1.3", want: `dial failed .*version`, wantNot: `got "hello`,
	},
	"TLSMax": {
		server: over(ftptest.TLSExplicit, nil), set: `{"tls_max": "1.2"}`, flags: "--tls-max 1.2", want: `TLS 1\.2`, wantNot: `TLS 1\.3`,
	},
	"Name":  {set: `{"name": "nas"}`, same: true},
	"Group": {set: `{"group": "home"}`, same: true},
	"Timeout": {
		server: faulty(ftptest.TLSNone, "reply-never"), set: `{"timeout": "7s"}`, flags: "--timeout 7", want: `get failed after [78]`,
	},
	"ConnectTimeout": {
		server: faulty(ftptest.TLSExplicit, "control-tls-stalls"), set: `{"connect_timeout": "7s"}`, flags: "--connect-timeout 7", want: `timeout after 7s`,
	},
	"ReplyTimeout": {
		server: faulty(ftptest.TLSExplicit, "auth-silent"), set: `{"reply_timeout": "7s"}`, flags: "--reply-timeout 7", want: `dial failed after 7s`,
	},
	"DataConnectTimeout": {
		server: faulty(ftptest.TLSNone, "data-never-opens"), base: active, set: `{"data_connect_timeout": "7s"}`, flags: "--data-timeout 7", want: `did not connect within 7s`,
	},
	"IdleTimeout": {
		server: faulty(ftptest.TLSNone, "data-never-opens"), set: `{"idle_timeout": "7s"}`, flags: "--idle-timeout 7", want: `i/o timeout`,
	},
	"FinalTimeout": {
		server: faulty(ftptest.TLSNone, "no-final-reply"), set: `{"final_timeout": "7s"}`, flags: "--final-timeout 7", want: `no reply to MLSD within 7s`,
	},
	"CloseTimeout": {
		server: faulty(ftptest.TLSNone, "quit-silent"), set: `{"close_timeout": "7s"}`, flags: "--close-timeout 7", want: `close failed after 7`,
	},
	"CodePage": {
		path: "/grün", octets: true, set: `{"code_page": "windows-1252"}`, flags: "--charset windows-1252", want: `sent "MLSD /gr\\xfcn\\r`, wantNot: `sent "MLSD /grün\\r`,
	},
	"Host": {
		set: `{"host": "ftp.example.com"}`, flags: "--tls none", url: "ftp://ftp.example.com/", want: `dial tcp ftp\.example\.com:2121\n`, wantNot: `dial tcp 127\.0\.0\.1:2121\n`,
	},
	"Port": {
		base: func(p *ftpwire.Profile) { p.Port = 0 },
		set:  `{"port": 2121}`, flags: "--tls none", url: "ftp://h:2121/", want: `dial tcp 127\.0\.0\.1:2121\n`, wantNot: `dial tcp 127\.0\.0\.1:21\n`,
	},
	"Authentication": {
		set: `{"authentication": "publickey"}`, want: `dial failed after 0s: .*SFTP`, wantNot: `dial tcp`,
		flags: "--authentication password", given: func(p *ftpwire.Profile) bool { return p.Authentication == "password" },
	},
	"User": {
		server: over(ftptest.TLSNone, func(c *ftptest.Config) {
			c.Anonymous = true
			c.Users = []ftptest.User{{Name: "user", Password: "password"}}
		}),
		base: func(p *ftpwire.Profile) { p.User = "" },
		set:  `{"user": "user"}`, flags: "--user user", want: `> USER user\n`, wantNot: `> USER anonymous\n`,
	},
	"Password": {
		base: func(p *ftpwire.Profile) { p.Password = "wrong" }, set: `{"password": "password"}`, want: `got "hello`, wantNot: `< 530`,
	},
	"Account": {
		server: over(ftptest.TLSNone, func(c *ftptest.Config) {
			c.Users = []ftptest.User{{Name: "user", Password: "password", Account: "billing"}}
		}),
		set: `{"account": "billing"}`, flags: "--user u --acct billing", want: `> ACCT \*{4}\n`,
	},
	"Login.AccountAlways": {
		base: func(p *ftpwire.Profile) { p.Account = "billing" },
		set:  `{"login": {"account_always": true}}`, flags: "--user u --acct billing --acct-always", want: `> ACCT \*{4}\n`,
	},
	"DataProtection": {
		server: over(ftptest.TLSExplicit, nil), set: `{"data_protection": "C"}`, flags: "--prot C", want: `> PROT C\n`, wantNot: `> PROT P\n`,
	},
	"ListProtection": {
		server: over(ftptest.TLSExplicit, nil), set: `{"list_protection": "C"}`, flags: "--prot-list C", want: `(?s)> PROT P\n.*> PROT C\n.*> MLSD.*> PROT P\n.*> RETR`,
	},
	"FileProtection": {
		server: over(ftptest.TLSExplicit, nil), set: `{"file_protection": "C"}`, flags: "--prot-files C", want: `(?s)> PROT C\n.*> PROT P\n.*> MLSD.*> PROT C\n.*> RETR`,
	},
	"ClearCommandChannel": {
		server: over(ftptest.TLSExplicit, nil), set: `{"clear_command_channel": true}`, flags: "--ccc", want: `> CCC\n(.*\n)*.*TLS taken down`,
	},
	"Resumption": {
		server: over(ftptest.TLSExplicit, nil), set: `{"resumption": "off"}`, flags: "--resume-tls off", want: `resumption is off`,
	},
	"ClientCertificates": {
		server: over(ftptest.TLSExplicit, func(c *ftptest.Config) { c.ClientAuth = tls.RequireAndVerifyClientCert }),
		live: func(p *ftpwire.Profile, s *propertySession) {
			cert, err := s.server.ClientCertificate("user")
			if err != nil {
				s.t.Fatal(err)
			}
			p.ClientCertificates = []tls.Certificate{cert}
		},
		want: `got "hello`, wantNot: `demands a client certificate`,
	},
	"RootCAs": {
		server: over(ftptest.TLSExplicit, nil), base: unverified,
		live: func(p *ftpwire.Profile, s *propertySession) { p.RootCAs = s.server.RootCAs() },
		want: `got "hello`, wantNot: `dial failed .*unknown authority`,
	},
	"Insecure": {
		server: over(ftptest.TLSExplicit, nil), base: unverified, set: `{"insecure": true}`, flags: "--insecure", want: `got "hello`, wantNot: `unknown authority`,
	},
	"Verify.SkipName": {
		server: self("files.example.net", time.Hour), base: func(p *ftpwire.Profile) { unverified(p); p.Verify = &tlsx.Verification{SkipChain: true} },
		set: `{"verify": {"skip_name": true}}`, flags: "--skip-cert-check name", want: `got "hello`, wantNot: `not for 127\.0\.0\.1`,
	},
	"Verify.SkipDates": {
		server: self("127.0.0.1", -time.Hour), base: func(p *ftpwire.Profile) {
			unverified(p)
			p.Verify = &tlsx.Verification{SkipChain: true, SkipName: true}
		},
		set: `{"verify": {"skip_dates": true}}`, flags: "--skip-cert-check dates", want: `got "hello`, wantNot: `it expired on`,
	},
	"Verify.SkipChain": {
		server: self("127.0.0.1", time.Hour), base: func(p *ftpwire.Profile) { unverified(p); p.Verify = &tlsx.Verification{SkipName: true} },
		set: `{"verify": {"skip_chain": true}}`, flags: "--skip-cert-check chain", want: `got "hello`, wantNot: `self-signed`,
	},
	"Verify.Pins": {
		server: over(ftptest.TLSExplicit, nil), set: `{"verify": {"pins": ["cert-sha256:` + strings.Repeat("ab", 32) + `"]}}`,
		flags: "--pin cert-sha256:" + strings.Repeat("ab", 32), want: `dial failed .*pin`, wantNot: `got "hello`,
	},
	"Verify.AcceptNew": {
		server: over(ftptest.TLSExplicit, nil),
		base:   func(p *ftpwire.Profile) { unverified(p); p.Verify = &tlsx.Verification{} },
		set:    `{"verify": {"accept_new": true, "trust": "DIR/trusted"}}`, want: `got "hello`, wantNot: `dial failed .*certificate`,
		flags: "--accept-new", given: func(p *ftpwire.Profile) bool { return p.Verify.AcceptNew },
	},
	"Trust": {
		server: over(ftptest.TLSExplicit, nil), base: unverified,
		live: func(p *ftpwire.Profile, s *propertySession) {
			store, err := tlsx.OpenTrustStore(filepath.Join(s.dir, "trusted"))
			if err != nil {
				s.t.Fatal(err)
			}
			p.Verify, p.Trust = &tlsx.Verification{AcceptNew: true}, store
		},
		want: `got "hello`, wantNot: `dial failed .*unknown authority`,
		flags: "--trust-file FILE", given: func(p *ftpwire.Profile) bool { return strings.HasSuffix(p.Verify.Trust.Path(), "FILE") },
	},
	"ServerName": {
		server: over(ftptest.TLSExplicit, nil), base: func(p *ftpwire.Profile) { p.Host = "127.0.0.2" },
		set: `{"server_name": "localhost"}`, flags: "--server-name localhost", want: `got "hello`, wantNot: `dial failed .*127\.0\.0\.2`,
	},
	"Type": {
		set: `{"type": "ascii"}`, flags: "--type ascii", want: `> TYPE A\n(.*\n)*> RETR`, wantNot: `> TYPE I`,
	},
	"SyncDataChannel": {
		server: faulty(ftptest.TLSExplicit, "late-150"), set: `{"sync_data_channel": "on"}`, flags: "--sync-data on", want: `list failed`, wantNot: `got "hello`,
	},
	"DataMode": {
		set: `{"data_mode": "EPRT"}`, flags: "--data-mode eprt", want: `> EPRT `, wantNot: `> EPSV`,
	},
	"Data.ActiveAddr": {
		base: active, set: `{"data": {"active_addr": "192.0.2.1"}}`, want: `> EPRT \|1\|192\.0\.2\.1\|`,
		flags: "--active --active-address 192.0.2.1",
	},
	"Data.ActivePorts": {
		base: active, set: `{"data": {"active_ports": "50007"}}`, flags: "--active --active-ports 50007", want: `> EPRT .*\|50007\|`,
	},
	"NAT": {
		server: over(ftptest.TLSNone, func(c *ftptest.Config) { c.PassiveHost = "127.0.0.2" }), base: func(p *ftpwire.Profile) { p.Data.Mode = datachan.ModePASV },
		set: `{"nat": "never"}`, flags: "--nat never", want: `dial tcp 127\.0\.0\.2:`,
	},
	"Data.SendBuffer": {
		octets: true, set: `{"data": {"send_buffer": 65536}}`, flags: "--send-buffer 64K", want: `send buffer 65536\n`,
	},
	"Data.ReceiveBuffer": {
		octets: true, set: `{"data": {"receive_buffer": 65536}}`, flags: "--receive-buffer 64K", want: `receive buffer 65536\n`,
	},
	"StrictReplies": {
		server: faulty(ftptest.TLSNone, "bare-lf-replies"), set: `{"strict_replies": true}`, flags: "--strict-replies", want: `dial failed .*LF without CR`, wantNot: `got "hello`,
	},
	"LooseReplies": {
		server: faulty(ftptest.TLSNone, "site-help-other-code"), base: func(p *ftpwire.Profile) { p.Login.After = []control.AfterLogin{{Command: "SITE HELP"}} },
		set: `{"loose_replies": true}`, flags: "--loose-replies", want: `got "hello`, wantNot: `dial failed after 1m0s`,
	},
	"DateFormat": {
		server: over(ftptest.TLSNone, func(c *ftptest.Config) {
			c.ListStyle, c.Faults, c.Now = ftptest.ListDOS, []ftptest.Fault{"no-listings"}, march
		}),
		set: `{"date_format": "dd-MM-yy hh:mma"}`, flags: "--date-format dd-MM-yy", want: `entry "hello.txt" 2003-04-03`, wantNot: `entry "hello.txt" 2003-03-04`,
		given: func(p *ftpwire.Profile) bool { return p.DateFormat == "dd-MM-yy" },
	},
	"TimeZone": {
		server: over(ftptest.TLSNone, func(c *ftptest.Config) { c.ListStyle, c.Faults = ftptest.ListDOS, []ftptest.Fault{"no-listings"} }),
		set:    `{"time_zone": "+05:30"}`, flags: "--tz Asia/Kolkata", want: `entry "hello.txt" 2\S+\+05:30\n`, wantNot: `entry "hello.txt" 2\S+Z\n`,
		given: func(p *ftpwire.Profile) bool { return p.TimeZone == "Asia/Kolkata" },
	},
	"List.All": {
		server: faulty(ftptest.TLSNone, "no-listings"), set: `{"list": {"all": true}}`, flags: "--all", want: `> LIST -a\n`,
	},
	"List.ByStat": {
		set: `{"list": {"by_stat": true}}`, flags: "--stat", want: `> STAT \.\n`, wantNot: `> MLSD`,
	},
	"Login.AssumeFeatures": {
		server: faulty(ftptest.TLSNone, "no-listings"), set: `{"login": {"assume_features": ["MLSD"]}}`, flags: "--assume-feature MLSD", want: `> MLSD`,
	},
	"Proxy": {
		live: throughSOCKS, want: `(?s)dial tcp 127\.0\.0\.9:1080\n.*asked for 127\.0\.0\.1:2121\n.*asked for 127\.0\.0\.1:\d{5}\n`, wantNot: `dial tcp 127\.0\.0\.1:`,
		flags: "--proxy socks5://127.0.0.9", given: func(p *ftpwire.Profile) bool { return p.Proxy.URL(false) == "socks5://127.0.0.9:1080" },
	},
	"DirectData": {
		live: func(p *ftpwire.Profile, s *propertySession) { throughSOCKS(p, s); p.DirectData = true },
		want: `asked for 127\.0\.0\.1:2121\n`, wantNot: `dial tcp 127\.0\.0\.1:2121`,
		flags: "--proxy socks5://127.0.0.9 --proxy-data=false", given: func(p *ftpwire.Profile) bool { return p.DirectData },
	},
	"Login.Proxy": {
		server: over(ftptest.TLSNone, func(c *ftptest.Config) {
			c.Users = []ftptest.User{{Name: "user@ftp.example.com", Password: "password"}}
		}),
		set: `{"login": {"proxy": {"host": "ftp.example.com"}}}`, want: `> USER user@ftp\.example\.com\n`, wantNot: `> USER user\n`,
		flags: "--login-proxy user@host://gate", url: "ftp://u@ftp.example.com/", given: func(p *ftpwire.Profile) bool { return p.Login.Proxy.Host == "ftp.example.com:21" },
	},
	"LogSent": {
		base: logging, set: `{"log_sent": true}`, want: `logged kind=sent`,
		flags: "--log-sent", given: func(p *ftpwire.Profile) bool { return p.LogSent || p.Trace != nil },
	},
	"LogReceived": {
		base: logging, set: `{"log_received": true}`, want: `logged kind=received`,
		flags: "--log-received", given: func(p *ftpwire.Profile) bool { return p.LogReceived || p.Trace != nil },
	},
	"CipherSuites": {
		server: over(ftptest.TLSExplicit, nil), base: func(p *ftpwire.Profile) { p.TLSMax = tls.VersionTLS12 },
		set: `{"cipher_suites": "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"}`, flags: "--ciphers TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", want: `TLS 1\.2, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA`,
	},
	"LocalAddress": {
		base: func(p *ftpwire.Profile) { p.Dial, p.Host, p.Port = nil, "127.0.0.1", 1 },
		set:  `{"local_address": "192.0.2.1"}`, flags: "--bind 192.0.2.1", want: `dial failed .*192\.0\.2\.1:0->127\.0\.0\.1:1: bind`, wantNot: `dial failed .*refused`,
	},
	"AddressFamily": {
		set: `{"address_family": "4"}`, flags: "-4", want: `dial tcp4 127\.0\.0\.1:2121\n`, wantNot: `dial tcp 127`,
	},
}

func active(p *ftpwire.Profile) { p.Data.Mode = datachan.ModeActive }

// march is a day whose number could be that of a month.
func march() time.Time { return time.Date(2003, 3, 4, 5, 6, 0, 0, time.UTC) }

// noFlag says why a setting has no flag that sets it.
var noFlag = map[ftpwire.Field]string{
	"Name":               "stored connections have names",
	"Group":              "stored connections have groups",
	"Password":           "others could see it",
	"ClientCertificates": "they are in files; see TestClientCertificates",
	"RootCAs":            "they are in files; see TestTrustShow",
}

// logging has p log, into its session's log.
func logging(p *ftpwire.Profile) {
	trace := p.Trace
	p.Logger = slog.New(slog.NewTextHandler(lineWriter(func(line string) {
		trace(control.TraceEvent{Text: "logged " + line[strings.Index(line, "kind="):]})
	}), nil))
}

// A lineWriter is told each line that is written to it.
type lineWriter func(string)

func (w lineWriter) Write(b []byte) (int, error) {
	w(strings.TrimSpace(string(b)))
	return len(b), nil
}

// throughSOCKS has p go through a SOCKS proxy.
func throughSOCKS(p *ftpwire.Profile, s *propertySession) {
	ln, err := s.net.ListenContext(s.t.Context(), "tcp", "127.0.0.9:1080")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go s.serveSOCKS(c)
		}
	}()
	p.Proxy, p.Dial = &proxy.Proxy{Kind: proxy.SOCKS5, Addr: "127.0.0.9:1080", Forward: s.dial}, nil
}

// serveSOCKS answers one request for a connection (RFC 1928).
func (s *propertySession) serveSOCKS(c net.Conn) {
	defer c.Close()
	head := make([]byte, 10)
	io.ReadFull(c, head[:3])
	c.Write([]byte{5, 0})
	io.ReadFull(c, head)
	port := int(head[8])<<8 | int(head[9])
	target := net.JoinHostPort(net.IP(head[4:8]).String(), strconv.Itoa(port))
	s.say("asked for %s", target)
	to, err := s.net.DialContext(s.t.Context(), "tcp", target)
	if err != nil {
		c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	c.Write([]byte{5, 0, 0, 1, 127, 0, 0, 9, 0, 80})
	go func() { io.Copy(c, to); c.Close() }()
	io.Copy(to, c)
	to.Close()
}

// Every property changes what the table says of it, and nothing does that but the property.
func TestProperties(t *testing.T) {
	for _, p := range properties {
		t.Run(string(p.field), func(t *testing.T) {
			tt, ok := propertyTests[p.field]
			if !ok {
				t.Fatal("the property has no test")
			}
			without, with := tt.run(t, false), tt.run(t, true)
			switch {
			case tt.same:
				if diff := cmp.Diff(settled(without), settled(with)); diff != "" {
					t.Errorf("it changes something (-without +with):\n%s", diff)
				}
				return
			case tt.want == "" && tt.wantNot == "":
				t.Error("the test wants nothing")
			}
			for _, w := range []struct {
				pattern string
				yes, no string
				where   string
			}{{tt.want, with, without, "with"}, {tt.wantNot, without, with, "without"}} {
				if w.pattern == "" {
					continue
				}
				if re := regexp.MustCompile(w.pattern); !re.MatchString(w.yes) || re.MatchString(w.no) {
					t.Errorf("%q should be in the log %s the setting, and in no other", w.pattern, w.where)
				}
			}
			if t.Failed() {
				t.Logf("without it:\n%s\nwith it:\n%s", without, with)
			}
		})
	}
	for field := range propertyTests {
		if !hasProperty(field) {
			t.Errorf("%s has a test, and is no property", field)
		}
	}
}

func hasProperty(field ftpwire.Field) bool {
	for _, p := range properties {
		if p.field == field {
			return true
		}
	}
	return false
}

var changingPorts = regexp.MustCompile(`\b\d{5}\b|\|\d+\|`)

// settled evens out what differs from run to run: ports, and who closes first after QUIT.
func settled(log string) string {
	log = strings.ReplaceAll(log, "control connection: closed by the server", "control connection: closed")
	return changingPorts.ReplaceAllString(log, "PORT")
}

// The flag of each property sets its field.
func TestPropertyFlags(t *testing.T) {
	for _, p := range properties {
		t.Run(string(p.field), func(t *testing.T) {
			tt := propertyTests[p.field]
			if tt.flags == "" {
				if noFlag[p.field] == "" {
					t.Error("there is no flag, and no reason for that")
				}
				return
			}
			got := profileByFlags(t, tt.flags, tt.url)
			if tt.given != nil {
				if !tt.given(got) {
					t.Errorf("%s does not set it: %+v", tt.flags, got)
				}
				return
			}
			var want ftpwire.Profile
			if err := want.UnmarshalJSON([]byte(tt.set)); err != nil {
				t.Fatal(err)
			}
			key := p.field.Key()
			if diff := cmp.Diff(lookup(want.Values(true), key), lookup(got.Values(true), key)); diff != "" {
				t.Errorf("%s: %s mismatch (-want +got):\n%s", tt.flags, key, diff)
			}
		})
	}
}

// profileByFlags returns the profile that flags make.
func profileByFlags(t *testing.T, flags, url string) *ftpwire.Profile {
	t.Helper()
	a := newApp(t.Context(), strings.NewReader(""), io.Discard, io.Discard, func(name string) (string, bool) {
		return map[string]string{"FTPWIRE_TRUST": filepath.Join(t.TempDir(), "trusted")}[name], name == "FTPWIRE_TRUST"
	})
	cmd := &cobra.Command{}
	f, lf := addStorable(cmd)
	if err := cmd.ParseFlags(strings.Fields(strings.ReplaceAll(flags, "FILE", filepath.Join(t.TempDir(), "FILE")))); err != nil {
		t.Fatal(err)
	}
	if _, err := lf.set(f); err != nil {
		t.Fatal(err)
	}
	if url == "" {
		url = "ftpes://h/"
	}
	l, err := a.locate(f, url)
	if err != nil {
		t.Fatal(err)
	}
	return &l.Profile
}

// Each variant does on the wire what its name says.
func TestVariantsOnTheWire(t *testing.T) {
	old := func(c *ftptest.Config) { c.MinTLS, c.MaxTLS = tls.VersionTLS10, tls.VersionTLS10 }
	both := func(c *ftptest.Config) { c.AuthMechanisms = []string{"TLS", "SSL"} }
	for _, tt := range []struct {
		name          string
		variant       ftpwire.Variant
		server        func() ftptest.Config
		want, wantNot string
	}{
		{"clear", ftpwire.VariantFTP, over(ftptest.TLSExplicit, nil), `(?s)< 220 .*> USER .*got "hello`, `> AUTH|TLS 1`},
		{"TLS explicit", ftpwire.VariantTLSExplicit, over(ftptest.TLSExplicit, both), `(?s)< 220 .*> AUTH TLS\n.*TLS 1\.3.*> USER .*> PROT P.*got "hello`, `> AUTH SSL`},
		{"SSL explicit", ftpwire.VariantSSLExplicit, over(ftptest.TLSExplicit, both), `(?s)< 220 .*> AUTH SSL\n.*TLS 1\.3.*> USER .*got "hello`, `> AUTH TLS`},
		{"TLS implicit", ftpwire.VariantTLSImplicit, over(ftptest.TLSImplicit, nil), `(?s)TLS 1\.3.*< 220 .*got "hello`, `> AUTH`},
		{"SSL implicit", ftpwire.VariantSSLImplicit, over(ftptest.TLSImplicit, nil), `(?s)TLS 1\.3.*< 220 .*got "hello`, `> AUTH`},
		{"auto with TLS", ftpwire.VariantAuto, over(ftptest.TLSExplicit, nil), `(?s)> AUTH TLS\n.*TLS 1\.3.*got "hello`, `clear text`},
		{"auto without TLS", ftpwire.VariantAuto, over(ftptest.TLSNone, nil), `(?s)> AUTH TLS\n.*clear text.*got "hello`, `TLS 1`},
		{"TLS explicit, old server", ftpwire.VariantTLSExplicit, over(ftptest.TLSExplicit, old), `dial failed`, `> USER`},
		{"TLS implicit, old server", ftpwire.VariantTLSImplicit, over(ftptest.TLSImplicit, old), `dial failed`, `> USER`},
		{"SSL explicit, old server", ftpwire.VariantSSLExplicit, over(ftptest.TLSExplicit, func(c *ftptest.Config) { both(c); old(c) }), `(?s)TLS 1\.0.*got "hello`, `dial failed`},
		{"SSL implicit, old server", ftpwire.VariantSSLImplicit, over(ftptest.TLSImplicit, old), `(?s)TLS 1\.0.*got "hello`, `dial failed`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := propertyTest{server: tt.server, live: func(p *ftpwire.Profile, s *propertySession) { p.Variant, p.RootCAs = tt.variant, s.server.RootCAs() }}
			log := p.run(t, true)
			if !regexp.MustCompile(tt.want).MatchString(log) || regexp.MustCompile(tt.wantNot).MatchString(log) {
				t.Errorf("want %q, not %q:\n%s", tt.want, tt.wantNot, log)
			}
		})
	}
}

// SSL 3.0 is refused by name, before anything is dialled.
func TestSSL3IsRefused(t *testing.T) {
	p := propertyTest{server: over(ftptest.TLSExplicit, nil), live: func(p *ftpwire.Profile, _ *propertySession) { p.TLSMin = 0x0300 }}
	if log := p.run(t, true); !strings.Contains(log, "RFC 7568") || strings.Contains(log, "dial tcp") {
		t.Error(log)
	}
}
