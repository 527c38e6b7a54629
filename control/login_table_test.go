package control_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// A loginCase is a login as a dialogue.
type loginCase struct {
	name     string
	options  control.LoginOptions
	user     string // if "", user
	password string // if "", canary-secret
	account  string
	dialog   string // command > reply; a reply's lines apart by "|", commands by "; "
	want     func(error) bool
	note     string // stands in the trace
}

// runLogins plays logins. Nothing is sent but the commands of the dialogue, and no
// secret is shown.
func runLogins(t *testing.T, cases []loginCase) {
	t.Helper()
	for _, tt := range cases {
		inBubble(t, tt.name, func(t *testing.T) {
			cfg := clear
			cfg.Login = tt.options
			tc := newTestConn(t, &cfg)
			tc.writeReply("220 ready")
			tc.wantOK("dial", tc.op)
			user, password := tt.user, tt.password
			if user == "" {
				user = "user"
			}
			if password == "" {
				password = "canary-secret"
			}
			op := tc.async(func() error { return tc.c.Login(t.Context(), user, password, tt.account) })
			tc.play(tt.dialog)
			err := op.result()
			if tt.want == nil {
				tt.want = noError
			}
			if err == errNotDone || !tt.want(err) {
				t.Errorf("login: %T %v", err, err)
			}
			if tc.c.Err() == nil {
				tc.wantIdle("the login is over")
			}
			trace := tc.traced()
			if !strings.Contains(trace, tt.note) {
				t.Errorf("the trace lacks %q:\n%s", tt.note, trace)
			}
			if all := fmt.Sprintf("%s %v %+v %#v", trace, err, err, err); strings.Contains(all, "canary") {
				t.Errorf("a secret is shown: %s", all)
			}
		})
	}
}

// play answers the commands of a dialogue.
func (tc *testConn) play(dialog string) {
	tc.t.Helper()
	if dialog == "" {
		return
	}
	for step := range strings.SplitSeq(dialog, "; ") {
		command, reply, _ := strings.Cut(step, " > ")
		tc.answer(command, strings.Split(reply, "|")...)
	}
}

func noError(err error) bool { return err == nil }

func refused(code protocol.Code) func(error) bool {
	return func(err error) bool {
		re, ok := errors.AsType[*protocol.ReplyError](err)
		return ok && re.Reply.Code == code
	}
}

func argument(verb protocol.Verb) func(error) bool {
	return func(err error) bool {
		ae, ok := errors.AsType[*protocol.ArgumentError](err)
		return ok && ae.Verb == verb
	}
}

const (
	simple = "USER user > 331 go on; PASS canary-secret > 230 in"
	noFeat = "; FEAT > 502 no"
	utf8   = "211-Features:| UTF8|211 End"
)

func TestLoginHost(t *testing.T) {
	hostError := func(unsupported bool) func(error) bool {
		return func(err error) bool {
			he, ok := errors.AsType[*control.HostError](err)
			return ok && he.Unsupported == unsupported && he.Host != "" && strings.Contains(err.Error(), fmt.Sprintf("%q", he.Host))
		}
	}
	o := control.LoginOptions{VirtualHost: "ftp.example.com"}
	optional := control.LoginOptions{VirtualHost: "ftp.example.com", HostOptional: true}
	host := func(name string) control.LoginOptions { return control.LoginOptions{VirtualHost: name} }
	runLogins(t, []loginCase{
		{name: "accepted", options: o, dialog: "HOST ftp.example.com > 220 it is; " + simple + noFeat},
		{name: "with a banner", options: o, dialog: "HOST ftp.example.com > 220-hello|220 ready; " + simple + noFeat},
		{name: "200", options: o, dialog: "HOST ftp.example.com > 200 Command HOST succeed; " + simple + noFeat},
		{name: "no such host", options: o, dialog: "HOST ftp.example.com > 504 unknown", want: hostError(false)},
		{name: "malformed", options: optional, dialog: "HOST ftp.example.com > 501 what", want: hostError(false)},
		{name: "not now", options: o, dialog: "HOST ftp.example.com > 503 no", want: hostError(false)},
		{name: "unknown command", options: o, dialog: "HOST ftp.example.com > 500 what", want: hostError(true)},
		{name: "not implemented", options: o, dialog: "HOST ftp.example.com > 502 what", want: hostError(true)},
		{name: "log in first", options: o, dialog: "HOST ftp.example.com > 530 log in", want: hostError(true)},
		{name: "optional, log in first", options: optional, dialog: "HOST ftp.example.com > 530 log in; " + simple + noFeat},
		{name: "optional", options: optional, dialog: "HOST ftp.example.com > 500 what; " + simple + noFeat, note: "HOST was refused (500)"},
		{name: "optional, no such host", options: optional, dialog: "HOST ftp.example.com > 504 what", want: hostError(false)},
		{name: "unavailable", options: o, dialog: "HOST ftp.example.com > 421 later", want: refused(421)},
		{name: "A-labels", options: host("bücher.example"), dialog: "HOST xn--bcher-kva.example > 220 ok; " + simple + noFeat},
		{name: "IPv4", options: host("192.0.2.1"), dialog: "HOST 192.0.2.1 > 220 ok; " + simple + noFeat},
		{name: "IPv6", options: host("2001:db8::1"), dialog: "HOST [2001:db8::1] > 220 ok; " + simple + noFeat},
		{name: "IPv6 in brackets", options: host("[2001:DB8::1]"), dialog: "HOST [2001:db8::1] > 220 ok; " + simple + noFeat},
		{name: "dot at the end", options: host("ftp.example.com."), dialog: "HOST ftp.example.com > 220 ok; " + simple + noFeat},
		{name: "with a port", options: host("ftp.example.com:21"), want: hostError(false)},
		{name: "IPv6 with a port", options: host("[2001:db8::1]:21"), want: hostError(false)},
		{name: "zone", options: host("fe80::1%eth0"), want: hostError(false)},
		{name: "blank", options: host("a b"), want: hostError(false)},
		{name: "line end", options: host("a\r\nDELE x"), want: hostError(false)},
		{name: "hyphen", options: host("-a-"), want: hostError(false)},
		{name: "too long", options: host(strings.Repeat("a.", 127) + "a"), want: hostError(false)},
	})
}

func TestLoginSession(t *testing.T) {
	lang := control.LoginOptions{Language: "fr"}
	name := control.LoginOptions{ClientName: "Tester 1"}
	runLogins(t, []loginCase{
		{name: "LANG", options: lang, dialog: "LANG fr > 200 oui; " + simple + noFeat},
		{name: "LANG behind the login", options: lang, dialog: "LANG fr > 530 log in; " + simple + noFeat + "; LANG fr > 200 oui"},
		{name: "LANG refused", options: lang, dialog: "LANG fr > 504 no; " + simple + noFeat, note: "LANG fr was refused (504)"},
		{name: "LANG refused twice", options: lang, dialog: "LANG fr > 503 no; " + simple + noFeat + "; LANG fr > 530 no", note: "LANG fr was refused (530)"},
		{name: "CLNT", options: name, dialog: simple + noFeat + "; CLNT Tester 1 > 200 ok"},
		{name: "CLNT refused", options: name, dialog: simple + noFeat + "; CLNT Tester 1 > 500 no", note: "CLNT Tester 1 was refused (500)"},
		{name: "CLNT before UTF8", options: name, dialog: simple + "; FEAT > 211-f| CLNT| UTF8|211 end; CLNT Tester 1 > 200 ok; OPTS UTF8 ON > 200 ok"},
		{name: "CLNT unasked for", dialog: simple + "; FEAT > 211-f| CLNT| UTF8|211 end; CLNT ftpwire > 200 ok; OPTS UTF8 ON > 200 ok"},
		{name: "CLNT without UTF8", dialog: simple + "; FEAT > 211-f| CLNT|211 end"},
		{name: "UTF8 always on", dialog: simple + "; FEAT > " + utf8 + "; OPTS UTF8 ON > 202 always enabled"},
		{name: "UTF8 malformed", dialog: simple + "; FEAT > " + utf8 + "; OPTS UTF8 ON > 501 what", note: "OPTS UTF8 ON was refused (501)"},
		{name: "UTF8 not for us", dialog: simple + "; FEAT > " + utf8 + "; OPTS UTF8 ON > 504 what"},
		{name: "UTF8 unknown", dialog: simple + "; FEAT > " + utf8 + "; OPTS UTF8 ON > 500 what"},
		{name: "end at UTF8", dialog: simple + "; FEAT > " + utf8 + "; OPTS UTF8 ON > 421 bye", want: refused(421)},
		{name: "several replies to PASS", dialog: "USER user > 331 go on; PASS canary-secret > 230-hello|230 in|230 quota 5|230 news; FEAT > 502 no"},
		{name: "336", dialog: "USER user > 336 challenge; PASS canary-secret > 230 in" + noFeat},
		{name: "no password", user: "anonymous", password: "me@example.com", dialog: "USER anonymous > 331 your address?; PASS me@example.com > 230 in" + noFeat},
		{name: "anonymous without a password", user: "ftp", password: "me@example.com", dialog: "USER ftp > 230 in" + noFeat},
		{name: "anonymous, account", user: "ftp", password: "me@example.com", dialog: "USER ftp > 331 ?; PASS me@example.com > 332 account?", want: refused(332)},
	})
}

func TestLoginAfter(t *testing.T) {
	after := func(cmds ...control.AfterLogin) control.LoginOptions { return control.LoginOptions{After: cmds} }
	failed := func(command string) func(error) bool {
		return func(err error) bool {
			ae, ok := errors.AsType[*control.AfterLoginError](err)
			return ok && ae.Command == command && refused(500)(err)
		}
	}
	runLogins(t, []loginCase{
		{name: "in order", options: after(control.AfterLogin{Command: "SITE UMASK 022"}, control.AfterLogin{Command: "CWD a b"}),
			dialog: simple + noFeat + "; SITE UMASK 022 > 200 ok; CWD a b > 250 ok"},
		{name: "refused", options: after(control.AfterLogin{Command: "SITE X"}, control.AfterLogin{Command: "NOOP"}),
			dialog: simple + noFeat + "; SITE X > 500 no", want: failed("SITE X")},
		{name: "may fail", options: after(control.AfterLogin{Command: "SITE X", MayFail: true}, control.AfterLogin{Command: "NOOP"}),
			dialog: simple + noFeat + "; SITE X > 500 no; NOOP > 200 ok", note: "SITE X was refused (500)"},
		{name: "may fail, but not so", options: after(control.AfterLogin{Command: "SITE X", MayFail: true}),
			dialog: simple + noFeat + "; SITE X > 421 bye", want: refused(421)},
		{name: "a secret", options: after(control.AfterLogin{Command: "SITE PSWD canary1 canary2"}),
			dialog: simple + noFeat + "; SITE PSWD canary1 canary2 > 500 no", want: failed("SITE PSWD ****")},
		{name: "a transfer", options: after(control.AfterLogin{Command: "RETR x"}), want: argument("RETR")},
		{name: "AUTH", options: after(control.AfterLogin{Command: "AUTH TLS"}), want: argument("AUTH")},
		{name: "two lines", options: after(control.AfterLogin{Command: "NOOP\r\nNOOP"}), want: argument("?")},
		{name: "empty", options: after(control.AfterLogin{}), want: argument("")},
	})
}

// The answers are those of RFC 2289, Appendix C.
func TestLoginOneTime(t *testing.T) {
	const phrase = "This is a test." // stands in no trace
	oneTime := func(err error) bool {
		oe, ok := errors.AsType[*control.OneTimeError](err)
		return ok && oe.Reason != "" && !strings.Contains(err.Error(), phrase)
	}
	require := control.LoginOptions{OneTime: control.OneTimeRequire}
	never := control.LoginOptions{OneTime: control.OneTimeNever}
	runLogins(t, []loginCase{
		{name: "MD5", password: phrase, dialog: "USER user > 331 otp-md5 99 TeSt ext; PASS BAIL TUFT BITS GANG CHEF THY > 230 in" + noFeat, note: "otp-md5 99 TeSt"},
		{name: "SHA1", password: phrase, dialog: "USER user > 331 [otp-sha1 99 TeSt]; PASS GAFF WAIT SKID GIG SKY EYED > 230 in" + noFeat},
		{name: "MD4", password: phrase, dialog: "USER user > 331 otp-md4 99 TeSt; PASS NOTE OUT IBIS SINK NAVE MODE > 230 in" + noFeat},
		{name: "S/KEY", password: phrase, dialog: "USER user > 331 s/key 99 test; PASS BAIL TUFT BITS GANG CHEF THY > 230 in" + noFeat},
		{name: "336", password: phrase, dialog: "USER user > 336 otp-md5 99 TeSt; PASS BAIL TUFT BITS GANG CHEF THY > 230 in" + noFeat},
		{name: "second line", password: phrase, dialog: "USER user > 331-Hello|331 otp-md5 99 TeSt; PASS BAIL TUFT BITS GANG CHEF THY > 230 in" + noFeat},
		{name: "few left", password: phrase, dialog: "USER user > 331 otp-md5 1 TeSt; PASS EASE OIL FUM CURE AWRY AVIS > 230 in" + noFeat, note: "few one-time passwords are left"},
		{name: "wrong", password: phrase, dialog: "USER user > 331 otp-md5 99 TeSt; PASS BAIL TUFT BITS GANG CHEF THY > 530 no", want: refused(530)},
		{name: "required", password: phrase, options: require, dialog: "USER user > 331 otp-md5 99 TeSt; PASS BAIL TUFT BITS GANG CHEF THY > 230 in" + noFeat},
		{name: "required and not asked for", options: require, dialog: "USER user > 331 password?", want: oneTime},
		{name: "no challenge", dialog: simple + noFeat},
		{name: "not quite a challenge", dialog: "USER user > 331 otp-md5 is not used; PASS canary-secret > 230 in" + noFeat},
		{name: "unknown algorithm", dialog: "USER user > 331 otp-sha512 99 TeSt", want: oneTime},
		{name: "never", options: never, dialog: "USER user > 331 otp-md5 99 TeSt; PASS canary-secret > 230 in" + noFeat},
		{name: "never, unknown algorithm", options: never, dialog: "USER user > 331 otp-sha512 99 TeSt; PASS canary-secret > 230 in" + noFeat},
	})
	inBubble(t, "the answer is a secret", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", phrase, "") })
		tc.play("USER user > 331 otp-md5 99 TeSt; PASS BAIL TUFT BITS GANG CHEF THY > 530 not BAIL TUFT BITS GANG CHEF THY (50FE 1962 C496 5880)")
		all := fmt.Sprint(op.result(), tc.traced())
		for _, secret := range []string{"TUFT", "1962", phrase} {
			if strings.Contains(all, secret) {
				t.Errorf("%q is shown: %s", secret, all)
			}
		}
	})
}

func page(t *testing.T, name string) *listing.CodePage {
	t.Helper()
	p, err := listing.LookupCodePage(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoginEncoding(t *testing.T) {
	latin := control.LoginOptions{CodePage: page(t, "windows-1252")}
	fallback := control.LoginOptions{CodePage: page(t, "auto:windows-1252")}
	once := control.LoginOptions{CodePage: page(t, "windows-1252"), MaxLogins: 1}
	force := control.LoginOptions{CodePage: page(t, "windows-1252"), Encoding: control.EncodingCodePage}
	plain := control.LoginOptions{CodePage: page(t, "windows-1252"), Encoding: control.EncodingUTF8}
	const feat, on = "FEAT > " + utf8 + "; ", "OPTS UTF8 ON > 200 ok; "
	runLogins(t, []loginCase{
		{name: "UTF-8 is asked for first", user: "jürgen", dialog: feat + on + "USER jürgen > 331 go on; PASS canary-secret > 230 in; FEAT > 502 no"},
		{name: "UTF-8 asked for twice", user: "jürgen", dialog: feat + "OPTS UTF8 ON > 530 log in; USER jürgen > 331 go on; PASS canary-secret > 230 in; " + feat + "OPTS UTF8 ON > 200 ok"},
		{name: "no code page", user: "jürgen", dialog: "FEAT > 530 log in; USER jürgen > 331 go on; PASS canary-secret > 530 no", want: refused(530)},
		{name: "code page", options: latin, user: "jürgen", dialog: "FEAT > 502 no; USER j\xfcrgen > 331 go on; PASS canary-secret > 230 in" + noFeat},
		{name: "fallback", options: fallback, user: "jürgen", dialog: "FEAT > 502 no; USER j\xfcrgen > 331 go on; PASS canary-secret > 230 in" + noFeat},
		{name: "server has UTF-8", options: latin, user: "jürgen", dialog: feat + on + "USER jürgen > 331 go on; PASS canary-secret > 230 in; FEAT > 502 no"},
		{name: "byte 255 is doubled", options: latin, user: "ÿ", dialog: "FEAT > 502 no; USER \xff\xff > 331 go on; PASS canary-secret > 230 in" + noFeat},
		{name: "ASCII", options: latin, dialog: simple + noFeat},
		{name: "ASCII, forced", options: force, dialog: simple + "; FEAT > " + utf8 + "; OPTS UTF8 OFF > 200 ok"},
		{name: "forced", options: force, user: "jürgen", dialog: feat + "OPTS UTF8 OFF > 200 ok; USER j\xfcrgen > 331 go on; PASS canary-secret > 230 in" + noFeat},
		{name: "UTF-8 forced", options: plain, user: "jürgen", dialog: "FEAT > 502 no; USER jürgen > 331 go on; PASS canary-secret > 230 in" + noFeat},
		{name: "account", options: latin, account: "cänary", dialog: "FEAT > 502 no; USER user > 331 go on; PASS canary-secret > 332 account?; ACCT c\xe4nary > 230 in" + noFeat},
		{name: "not in the code page", options: force, password: "canary-ł", want: argument("PASS")},
		{name: "not in the code page, user", options: latin, user: "Paweł", dialog: "FEAT > 502 no", want: argument("USER")},
		{name: "bytes", options: latin, user: "j\xfcrgen", dialog: "USER j\xfcrgen > 331 go on; PASS canary-secret > 230 in" + noFeat},

		{name: "other encoding", options: latin, password: "canary-ä", note: "once more in UTF-8",
			dialog: "FEAT > 502 no; USER user > 331 go on; PASS canary-\xe4 > 530 not canary-\xe4; USER user > 331 go on; PASS canary-ä > 230 in" + noFeat},
		{name: "other encoding, UTF-8 first", options: latin, password: "canary-ä", note: "once more in windows-1252",
			dialog: feat + on + "USER user > 331 go on; PASS canary-ä > 530 not canary-ä; USER user > 331 go on; PASS canary-\xe4 > 230 in; FEAT > 502 no"},
		{name: "other encoding, wrong too", options: latin, password: "canary-ä", want: refused(530),
			dialog: "FEAT > 502 no; USER user > 331 go on; PASS canary-\xe4 > 530 no; USER user > 331 go on; PASS canary-ä > 530 no"},
		{name: "one login only", options: once, password: "canary-ä", want: refused(530),
			dialog: "FEAT > 502 no; USER user > 331 go on; PASS canary-\xe4 > 530 no"},
		{name: "refused for another reason", options: latin, password: "canary-ä", want: refused(421),
			dialog: "FEAT > 502 no; USER user > 331 go on; PASS canary-\xe4 > 421 no"},
		{name: "ASCII is wrong in both", options: latin, want: refused(530), dialog: "USER user > 331 go on; PASS canary-secret > 530 no"},
		{name: "other encoding lacks it", options: latin, password: "canary-ł", want: refused(530),
			dialog: feat + on + "USER user > 331 go on; PASS canary-ł > 530 no"},
	})
}

// Pathnames are encoded in one place, whatever command they belong to, and what the
// server named goes back byte for byte.
func TestPathEncoding(t *testing.T) {
	latin := control.LoginOptions{CodePage: page(t, "auto:windows-1252")}
	inBubble(t, "commands", func(t *testing.T) {
		tc := login(t, &control.Config{Login: latin})
		for _, tt := range []struct {
			name string
			call func() error
			wire string
		}{
			{"CWD", func() error { return tc.c.Cwd(t.Context(), "/ä/ö") }, "CWD /\xe4/\xf6"},
			{"bytes", func() error { return tc.c.Cwd(t.Context(), "\xe4") }, "CWD \xe4"},
			{"a part in bytes", func() error { return tc.c.Cwd(t.Context(), "\xe4/ö") }, "CWD \xe4/\xf6"},
			{"byte 255", func() error { return tc.c.Dele(t.Context(), "ÿ") }, "DELE \xff\xff"},
			{"SITE", func() error { _, err := tc.c.Do(t.Context(), command("SITE", "CHMOD 600 ä")); return err }, "SITE CHMOD 600 \xe4"},
			{"RMD", func() error { return tc.c.Rmd(t.Context(), "ä") }, "RMD \xe4"},
		} {
			op := tc.async(tt.call)
			tc.answer(tt.wire, "250 ok")
			tc.wantOK(tt.name, op)
		}
		for name, call := range map[string]func() error{
			"CWD":  func() error { return tc.c.Cwd(t.Context(), "ł") },
			"RNTO": func() error { return tc.c.Rename(t.Context(), "a", "ł") },
			"RETR": func() error { _, err := tc.c.Retr(t.Context(), "ł", 0); return err },
			"STOR": func() error { _, err := tc.c.Stor(t.Context(), "ł", 0); return err },
			"SIZE": func() error { _, err := tc.c.Size(t.Context(), "ł"); return err },
		} {
			if err := call(); !argument(protocol.Verb(name))(err) {
				t.Errorf("%s: %T %v; want an ArgumentError", name, err, err)
			}
			tc.wantIdle("nothing was sent")
		}
	})
	inBubble(t, "names of a listing", func(t *testing.T) {
		tc := login(t, &control.Config{Login: latin})
		var names, texts []string
		op := tc.async(func() error {
			for e, err := range tc.c.Mlsd(t.Context(), "", control.ListOptions{}) {
				if err != nil {
					return err
				}
				names, texts = append(names, e.Name), append(texts, e.Text)
			}
			return nil
		})
		data := tc.passive()
		tc.wantCommand("the listing", "MLSD")
		tc.writeReply("150 here")
		fmt.Fprintf(data, "type=file; \xe4\r\ntype=file; é\r\n")
		data.Close()
		tc.writeReply("226 done")
		tc.wantOK("MLSD", op)
		if strings.Join(texts, " ") != "ä é" {
			t.Errorf("texts %q; want ä and é", texts)
		}
		for _, name := range append(names, "d/"+names[1]) {
			op := tc.async(func() error { return tc.c.Dele(t.Context(), name) })
			tc.answer("DELE "+name, "250 ok")
			tc.wantOK("DELE", op)
		}
		op = tc.async(func() error { return tc.c.Dele(t.Context(), "è") }) // not of the listing
		tc.answer("DELE \xe8", "250 ok")
		tc.wantOK("DELE", op)
	})
	inBubble(t, "UTF-8 server", func(t *testing.T) {
		cfg := clear
		cfg.Login = latin
		tc := newTestConn(t, &cfg)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.play("USER user > 230 in; FEAT > " + utf8 + "; OPTS UTF8 ON > 200 ok")
		tc.wantOK("login", op)
		op = tc.async(func() error { return tc.c.Cwd(t.Context(), "ä") })
		tc.answer("CWD ä", "250 ok")
		tc.wantOK("CWD", op)
	})
}

// RFC 959, Section 4.1.1: 532 asks for an account in the middle of a session.
func TestAccountLater(t *testing.T) {
	withAccount := func(t *testing.T) *testConn {
		tc := newTestConn(t, &clear)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "canary-account") })
		tc.play("USER user > 331 go on; PASS secret > 230 in" + noFeat)
		tc.wantOK("login", op)
		return tc
	}
	const acct = "ACCT canary-account > 230 ok; "
	for _, tt := range []struct {
		name   string
		call   func(ctx context.Context, c *control.Conn) error
		dialog string
		code   protocol.Code
	}{
		{"DELE", func(ctx context.Context, c *control.Conn) error { return c.Dele(ctx, "x") }, "DELE x > 532 account; " + acct + "DELE x > 250 ok", 0},
		{"202", func(ctx context.Context, c *control.Conn) error { return c.Dele(ctx, "x") }, "DELE x > 532 account; ACCT canary-account > 202 ok; DELE x > 250 ok", 0},
		{"once only", func(ctx context.Context, c *control.Conn) error { return c.Dele(ctx, "x") }, "DELE x > 532 account; " + acct + "DELE x > 532 account", 532},
		{"account refused", func(ctx context.Context, c *control.Conn) error { return c.Dele(ctx, "x") }, "DELE x > 532 account; ACCT canary-account > 530 no", 532},
		{"RNFR", func(ctx context.Context, c *control.Conn) error { return c.Rename(ctx, "x", "y") }, "RNFR x > 532 account; " + acct + "RNFR x > 350 go on; RNTO y > 250 ok", 0},
		{"RNTO", func(ctx context.Context, c *control.Conn) error { return c.Rename(ctx, "x", "y") }, "RNFR x > 350 go on; RNTO y > 532 account; " + acct + "RNFR x > 350 go on; RNTO y > 250 ok", 0},
		{"RNTO once only", func(ctx context.Context, c *control.Conn) error { return c.Rename(ctx, "x", "y") }, "RNFR x > 350 go on; RNTO y > 532 account; " + acct + "RNFR x > 350 go on; RNTO y > 532 account", 532},
		{"another refusal", func(ctx context.Context, c *control.Conn) error { return c.Dele(ctx, "x") }, "DELE x > 550 no", 550},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := withAccount(t)
			op := tc.async(func() error { return tt.call(t.Context(), tc.c) })
			tc.play(tt.dialog)
			if err := op.result(); tt.code == 0 && err != nil || tt.code != 0 && !refused(tt.code)(err) {
				t.Errorf("%v; want %d", err, tt.code)
			}
			tc.wantIdle("the call is over")
			if strings.Contains(tc.traced(), "canary") {
				t.Error("the account is shown")
			}
		})
	}
	upload := func(t *testing.T, name string, open func(ctx context.Context, c *control.Conn) (*control.Upload, error), command string) {
		inBubble(t, name, func(t *testing.T) {
			tc := withAccount(t)
			op := tc.async(func() error {
				u, err := open(t.Context(), tc.c)
				if err != nil {
					return err
				}
				return u.Close()
			})
			tc.answer("TYPE I", "200 ok")
			tc.passive()
			tc.answer(command, "532 account")
			tc.answer("ACCT canary-account", "230 ok")
			data := tc.passive()
			tc.answer(command, "150 go on")
			io.Copy(io.Discard, data)
			data.Close()
			tc.writeReply("226 done")
			if err := op.wait(); err != nil {
				t.Error(err)
			}
		})
	}
	upload(t, "STOR", func(ctx context.Context, c *control.Conn) (*control.Upload, error) { return c.Stor(ctx, "x", 0) }, "STOR x")
	upload(t, "APPE", func(ctx context.Context, c *control.Conn) (*control.Upload, error) { return c.Appe(ctx, "x") }, "APPE x")
	upload(t, "STOU", func(ctx context.Context, c *control.Conn) (*control.Upload, error) { return c.Stou(ctx) }, "STOU")
	inBubble(t, "no account", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Dele(t.Context(), "x") })
		tc.answer("DELE x", "532 account")
		if err := op.result(); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%v; want it to match fs.ErrPermission", err)
		}
		tc.wantIdle("there is no account to send")
	})
}

// T29: a server that asks on and on gets each secret once.
func TestT29LoginLoops(t *testing.T) {
	for _, tt := range []struct {
		name, dialog  string
		pass, account int // how often they are sent
	}{
		{"331 for ever", "USER user > 331 go on; PASS canary-secret > 331 go on; ACCT canary-acc > 331 go on", 1, 1},
		{"331, 332, 331", "USER user > 331 go on; PASS canary-secret > 332 account; ACCT canary-acc > 331 go on", 1, 1},
		{"332 for ever", "USER user > 332 account; ACCT canary-acc > 332 account", 0, 1},
		{"530 for ever", "USER user > 331 go on; PASS canary-secret > 530 no", 1, 0},
		{"530 to USER", "USER user > 530 no", 0, 0},
		{"230 to USER", "USER user > 230 in; FEAT > 230 in", 0, 0},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			cfg := clear
			cfg.ReplyTimeout = time.Minute
			tc := newTestConn(t, &cfg)
			tc.writeReply("220 ready")
			tc.wantOK("dial", tc.op)
			op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "canary-secret", "canary-acc") })
			tc.play(tt.dialog)
			tc.drain() // what there is, to the end of the connection or of patience
			err := op.result()
			if err == errNotDone || err == nil && !strings.Contains(tt.dialog, "FEAT") {
				t.Errorf("login: %v; want an error", err)
			}
			sent := tc.wire()
			if p, a := strings.Count(sent, "PASS "), strings.Count(sent, "ACCT "); p != tt.pass || a != tt.account {
				t.Errorf("PASS %d times, ACCT %d times; want %d and %d: %q", p, a, tt.pass, tt.account, sent)
			}
			if all := fmt.Sprint(tc.traced(), err); strings.Contains(all, "canary") {
				t.Errorf("a secret is shown: %s", all)
			}
		})
	}
}
