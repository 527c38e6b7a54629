package control_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

func TestLoginProxy(t *testing.T) {
	proxy := func(kind control.ProxyKind, host, user string) control.LoginOptions {
		return control.LoginOptions{Proxy: &control.LoginProxy{Kind: kind, Host: host, User: user, Password: "canary-proxy"}}
	}
	at := func(step string, code protocol.Code) func(error) bool {
		return func(err error) bool {
			pe, ok := errors.AsType[*control.ProxyError](err)
			return ok && pe.Step == step && (code == 0 && !refused(0)(err) || refused(code)(err))
		}
	}
	const (
		target = "ftp.example.com"
		pass   = "; PASS canary-secret > 230 in"
		login  = "USER gate > 331 go on; PASS canary-proxy > 230 welcome; "
	)
	script := func(lines ...control.LoginLine) control.LoginOptions {
		return control.LoginOptions{Proxy: &control.LoginProxy{Kind: control.ProxyScript, Host: target + ":2121", User: "gate", Password: "canary-proxy", Script: lines}}
	}
	line := func(send string, expect ...protocol.Code) control.LoginLine {
		return control.LoginLine{Send: send, Expect: expect}
	}
	runLogins(t, []loginCase{
		{name: "user@host", options: proxy(control.ProxyUserAtHost, target, ""), dialog: "USER user@ftp.example.com > 331 go on" + pass + noFeat},
		{name: "user@host:port", options: proxy(control.ProxyUserAtHost, target+":2121", ""), dialog: "USER user@ftp.example.com:2121 > 331 go on" + pass + noFeat},
		{name: "port 21", options: proxy(control.ProxyUserAtHost, target+":21", ""), dialog: "USER user@ftp.example.com > 331 go on" + pass + noFeat},
		{name: "IPv6", options: proxy(control.ProxyUserAtHost, "[2001:db8::1]:2121", ""), dialog: "USER user@[2001:db8::1]:2121 > 331 go on" + pass + noFeat},
		{name: "IPv6 without a port", options: proxy(control.ProxyUserAtHost, "2001:db8::1", ""), dialog: "USER user@[2001:db8::1] > 331 go on" + pass + noFeat},
		{name: "A-labels", options: proxy(control.ProxyUserAtHost, "bücher.example", ""), dialog: "USER user@xn--bcher-kva.example > 331 go on" + pass + noFeat},
		{name: "account", options: proxy(control.ProxyUserAtHost, target, ""), account: "acc", dialog: "USER user@ftp.example.com > 331 go on; PASS canary-secret > 332 account; ACCT acc > 230 in" + noFeat},
		{name: "user@host behind the proxy's login", options: proxy(control.ProxyUserAtHost, target, "gate"), dialog: login + "USER user@ftp.example.com > 331 go on" + pass + noFeat},
		{name: "proxy wants no password", options: proxy(control.ProxyUserAtHost, target, "gate"), dialog: "USER gate > 230 in; USER user@ftp.example.com > 331 go on" + pass + noFeat},
		{name: "SITE", options: proxy(control.ProxySite, target, ""), dialog: "SITE ftp.example.com > 220 ready; USER user > 331 go on" + pass + noFeat},
		{name: "SITE behind a login", options: proxy(control.ProxySite, target+":2121", "gate"), dialog: login + "SITE ftp.example.com:2121 > 200 ok; USER user > 331 go on" + pass + noFeat},
		{name: "OPEN", options: proxy(control.ProxyOpen, target, ""), dialog: "OPEN ftp.example.com > 220 ready; USER user > 331 go on" + pass + noFeat},
		{name: "OPEN behind a login", options: proxy(control.ProxyOpen, target, "gate"), dialog: login + "OPEN ftp.example.com > 220-Hello|220 ready; USER user > 331 go on" + pass + noFeat},
		{name: "OPEN, no password", options: proxy(control.ProxyOpen, target, "gate"), dialog: login + "OPEN ftp.example.com > 220 ready; USER user > 230 in" + noFeat},
		{name: "proxy's password as an account", options: proxy(control.ProxyUserAccount, target, "gate"), dialog: "USER user@ftp.example.com gate > 331 go on; PASS canary-secret > 332 account; ACCT canary-proxy > 230 in" + noFeat},
		{name: "joined", options: proxy(control.ProxyJoined, target, "gate"), dialog: "USER user@gate@ftp.example.com > 331 go on; PASS canary-secret@canary-proxy > 230 in" + noFeat},
		{name: "proxy's user first", options: proxy(control.ProxyUserAtHostFirst, target, "gate"), dialog: "USER gate@ftp.example.com > 331 go on; PASS canary-proxy > 230 welcome; USER user > 331 go on" + pass + noFeat},
		{name: "one-time password", options: proxy(control.ProxyUserAtHost, target, ""), password: "This is a test.", dialog: "USER user@ftp.example.com > 331 otp-md5 99 TeSt; PASS BAIL TUFT BITS GANG CHEF THY > 230 in" + noFeat},
		{name: "one-time password, joined", options: proxy(control.ProxyJoined, target, "gate"), dialog: "USER user@gate@ftp.example.com > 331 otp-md5 99 TeSt", want: at("PASS %p@%w", 0)},
		{name: "code page", options: control.LoginOptions{CodePage: page(t, "windows-1252"), Proxy: &control.LoginProxy{Host: target}}, user: "jürgen", dialog: "USER j\xfcrgen@ftp.example.com > 331 go on" + pass + noFeat},
		{name: "LANG stands behind", options: control.LoginOptions{Language: "fr", Proxy: &control.LoginProxy{Host: target}}, dialog: "USER user@ftp.example.com > 331 go on" + pass + noFeat + "; LANG fr > 200 oui"},

		{name: "proxy refuses its user", options: proxy(control.ProxySite, target, "gate"), dialog: "USER gate > 331 go on; PASS canary-proxy > 530 not with canary-proxy", want: at("PASS %w", 530)},
		{name: "proxy refuses the host", options: proxy(control.ProxySite, target, "gate"), dialog: login + "SITE ftp.example.com > 501 no such host", want: at("SITE %h", 501)},
		{name: "OPEN fails", options: proxy(control.ProxyOpen, target, ""), dialog: "OPEN ftp.example.com > 421 cannot connect", want: at("OPEN %h", 421)},
		{name: "server refuses", options: proxy(control.ProxyOpen, target, ""), dialog: "OPEN ftp.example.com > 220 ready; USER user > 331 go on; PASS canary-secret > 530 not canary-secret", want: at("PASS %p", 530)},
		{name: "server wants an account", options: proxy(control.ProxyOpen, target, ""), dialog: "OPEN ftp.example.com > 220 ready; USER user > 331 go on; PASS canary-secret > 332 account", want: at("PASS %p", 332)},
		{name: "a loop", options: proxy(control.ProxyUserAtHost, target, ""), dialog: "USER user@ftp.example.com > 331 go on; PASS canary-secret > 331 go on", want: at("PASS %p", 331)},
		{name: "the wrong encoding is not tried twice", options: control.LoginOptions{CodePage: page(t, "windows-1252"), Proxy: &control.LoginProxy{Host: target}}, password: "canary-ä", dialog: "USER user@ftp.example.com > 331 go on; PASS canary-\xe4 > 530 no", want: at("PASS %p", 530)},

		{name: "script", account: "acc", options: script(line("USER %s"), line("PASS %w"), line("SITE GOTO %h %o 100%%", 2), line("USER %u", 331, 2), line("PASS %p"), line("ACCT %a")),
			dialog: login + "SITE GOTO ftp.example.com:2121 2121 100% > 200 ok; USER user > 331 go on; PASS canary-secret > 332 account; ACCT acc > 230 in" + noFeat},
		{name: "script, lines left out", options: script(line("USER %u@%h"), line("PASS %p"), line("ACCT %a"), line("SITE ACCOUNT %a")),
			dialog: "USER user@ftp.example.com:2121 > 331 go on; PASS canary-secret > 230 in" + noFeat},
		{name: "script, another reply", options: script(line("SITE %h", 220), line("USER %u")), dialog: "SITE ftp.example.com:2121 > 200 ok", want: at("SITE %h", 200)},
		{name: "script, a refusal expected", options: script(line("SITE HELLO", 5), line("USER %u"), line("PASS %p")),
			dialog: "SITE HELLO > 500 what; USER user > 331 go on" + pass + noFeat},
		{name: "script, no login", options: script(line("SITE %h")), dialog: "SITE ftp.example.com:2121 > 200 ok", want: at("SITE %h", 200)},
		{name: "script, password of its own", options: script(line("USER x"), line("PASS canary1")), dialog: "USER x > 331 go on; PASS canary1 > 530 not canary1", want: at("PASS ****", 530)},
		{name: "script, empty", options: script(), want: at("which cannot begin", 0)},
		{name: "script, too long", options: script(make([]control.LoginLine, 21)...), want: at("which cannot begin", 0)},
		{name: "script, an empty line", options: script(line("")), want: at("", 0)},
		{name: "script, unknown letter", options: script(line("USER %x")), want: at("USER %x", 0)},
		{name: "script, percent at the end", options: script(line("USER 5%")), want: at("USER 5%", 0)},
		{name: "script, a transfer", options: script(line("RETR %u")), want: at("RETR %u", 0)},
		{name: "script, AUTH", options: script(line("AUTH TLS")), want: at("AUTH TLS", 0)},
		{name: "script, two lines", options: script(line("USER %u\r\nPASS %p")), want: at("USER %u\r\nPASS %p", 0)},

		{name: "no host", options: proxy(control.ProxyUserAtHost, "", ""), want: at("which cannot begin", 0)},
		{name: "bad host", options: proxy(control.ProxyUserAtHost, "a b", ""), want: at("which cannot begin", 0)},
		{name: "bad port", options: proxy(control.ProxyUserAtHost, "a:0", ""), want: at("which cannot begin", 0)},
		{name: "no user of the proxy", options: proxy(control.ProxyJoined, target, ""), want: at("which cannot begin", 0)},
		{name: "unknown kind", options: proxy(99, target, ""), want: at("which cannot begin", 0)},
		{name: "line end in the proxy's user", options: proxy(control.ProxyUserAtHost, target, "a\r\nb"), want: at("which cannot begin", 0)},
		{name: "HOST", options: control.LoginOptions{VirtualHost: "a.example", Proxy: &control.LoginProxy{Host: target}}, want: func(err error) bool {
			_, ok := errors.AsType[*control.HostError](err)
			return ok && strings.Contains(err.Error(), "proxy")
		}},
	})
}

// A greeting of 230 is the proxy's: the server's login is still to come.
func TestLoginProxyGreeting230(t *testing.T) {
	inBubble(t, "230", func(t *testing.T) {
		cfg := clear
		cfg.Login.Proxy = &control.LoginProxy{Host: "ftp.example.com"}
		tc := newTestConn(t, &cfg)
		tc.writeReply("230 in already")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.play("USER user@ftp.example.com > 331 go on; PASS secret > 230 in" + noFeat)
		tc.wantOK("login", op)
	})
}

func TestProxyKind(t *testing.T) {
	for _, name := range []string{"user@host", "site", "open", "account", "joined", "proxyuser@host", "script"} {
		var k control.ProxyKind
		if err := k.UnmarshalText([]byte(strings.ToUpper(name))); err != nil || k.String() != name {
			t.Errorf("%s: %v", name, k)
		}
	}
	var k control.ProxyKind
	if err := k.UnmarshalText([]byte("x")); err == nil || !strings.Contains(err.Error(), "user@host, site") {
		t.Errorf("x: %v; want an error that names the kinds", err)
	}
	if s := control.ProxyKind(99).String(); s != "unknown" {
		t.Errorf("99: %s", s)
	}
}
