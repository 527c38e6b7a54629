package control_test

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// refusedLogin plays a login whose PASS, or USER if pass is "", is refused.
func (p *quirkPlay) refusedLogin(user, pass string) error {
	p.t.Helper()
	p.greet("220 ready")
	op := p.run(func() error { return p.c.Login(p.t.Context(), "user", "secret", "") })
	p.answer("USER user", user)
	if pass != "" {
		p.answer("PASS secret", pass)
	}
	return op.result()
}

// wantMeaning checks what a refusal matches.
func (p *quirkPlay) wantMeaning(err, meaning error, code protocol.Code, plain error) {
	p.t.Helper()
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || re.Reply.Code != code || !errors.Is(err, &protocol.ReplyError{Reply: protocol.Reply{Code: code}}) {
		p.t.Fatalf("%v; want a ReplyError of %d in it", err, code)
	}
	if got := errors.Is(err, meaning); got != p.on() {
		p.t.Errorf("%v: matches %v: %v; want %v", err, meaning, got, p.on())
	}
	if plain != nil && errors.Is(err, plain) == p.on() {
		p.t.Errorf("%v: matches %v: %v; want %v", err, plain, p.on(), !p.on())
	}
}

var playsOfLogin = map[control.QuirkName]func(*quirkPlay){
	control.QuirkLogin530TooMany: func(p *quirkPlay) {
		text := "530 Sorry, the maximum number of clients (10) for this user are already connected."
		if p.forced() {
			text = "530 no"
		}
		err := p.refusedLogin("331 password", text)
		p.wantMeaning(err, control.ErrTooManyUsers, 530, fs.ErrPermission)
		if me, ok := errors.AsType[*control.MeaningError](err); ok && (!me.Temporary() || me.Quirk != p.name) {
			p.t.Errorf("%+v", me)
		}
		if p.how == "detected" { // the next refusal is judged for itself
			op := p.run(func() error { return p.c.Login(p.t.Context(), "user", "secret", "") })
			p.answer("USER user", "530 Login incorrect.")
			if err := op.result(); errors.Is(err, control.ErrTooManyUsers) || !errors.Is(err, fs.ErrPermission) {
				p.t.Errorf("%v; want a refused password", err)
			}
		}
	},
	control.QuirkLogin530WantsTLS: func(p *quirkPlay) {
		text := "530 Non-anonymous sessions must use encryption."
		if p.forced() {
			text = "530 no"
		}
		p.wantMeaning(p.refusedLogin(text, ""), control.ErrWantsTLS, 530, fs.ErrPermission)
	},
	control.QuirkPASS501: func(p *quirkPlay) {
		p.wantMeaning(p.refusedLogin("331 password", "501 Syntax error"), fs.ErrPermission, 501, nil)
	},
	control.QuirkAS400Init: func(p *quirkPlay) {
		p.greet("220-QTCP at host.example.\r\n220 Connection will close if idle more than 5 minutes.")
		p.begin()
		if p.on() {
			p.answer("SITE NAMEFMT 1", "250 Now using naming format \"1\".")
			p.answer("SITE LISTFMT 1", "501 Unknown extension in database file name.")
		}
		p.feat()
		p.wantOK("login", p.op)
	},
	control.QuirkZOSInit: func(p *quirkPlay) {
		p.greet("220 ready")
		p.begin()
		if p.on() {
			p.answer("SITE DATASETMODE", "200 SITE command was accepted")
			p.answer("SITE QUOTESOVERRIDE", "500 unknown")
			p.answer("SITE LISTLEVEL=2", "200 SITE command was accepted")
		}
		p.feat()
		p.wantOK("login", p.op)
	},
	control.QuirkUTF8AfterCLNT: func(p *quirkPlay) {
		features := []string{"UTF8", "CLNT"}
		if p.forced() {
			features = features[:1]
		}
		p.greet("220 ready")
		p.begin()
		p.feat(features...)
		if p.on() {
			p.answer("CLNT ftpwire", "200 noted")
		}
		p.answer("OPTS UTF8 ON", "200 on")
		p.wantOK("login", p.op)
	},
	control.QuirkTLSHelloLost: playHelloLost,
}

// A server that loses a ClientHello which comes at once. It waits for ever; the
// client's second connection is served well.
func playHelloLost(p *quirkPlay) {
	cfg := &control.Config{TLS: clientTLS(), ConnectTimeout: 5 * time.Second, Quirks: p.policy()}
	p.testConn = newTestConn(p.t, cfg)
	p.writeReply("220 ready")
	p.answer("AUTH TLS", "234 go on")
	if p.how == "forbidden" {
		if err := p.testConn.op.wait(); err == nil {
			p.t.Error("dial: no error")
		}
		p.drain()
		return
	}
	if !p.forced() {
		srv, err := p.ln.Accept()
		if err != nil {
			p.t.Fatal(err)
		}
		p.drain()
		p.srv.Close()
		p.srv = srv
		p.r.Reset(srv)
		p.writeReply("220 ready")
		p.answer("AUTH TLS", "234 go on")
	}
	begin := time.Now()
	if _, err := p.r.Peek(1); err != nil {
		p.t.Fatal(err)
	}
	if held := time.Since(begin); held != 250*time.Millisecond {
		p.t.Errorf("the handshake began after %v; want 250ms", held)
	}
	first, _ := p.r.Peek(p.r.Buffered())
	p.srv = &prefixed{Conn: p.srv, head: append([]byte(nil), first...)}
	p.startTLS()
	p.wantOK("dial", p.testConn.op)
}

// A server that stays silent for good gets two attempts and no more; a handshake
// that failed aloud gets one.
func TestHelloLostForGood(t *testing.T) {
	inBubble(t, "silent", func(t *testing.T) {
		p := &quirkPlay{t: t, name: control.QuirkTLSHelloLost, how: "detected"}
		p.testConn = newTestConn(t, &control.Config{TLS: clientTLS(), ConnectTimeout: 5 * time.Second})
		for i := range 2 {
			if i > 0 {
				srv, err := p.ln.Accept()
				if err != nil {
					t.Fatal(err)
				}
				p.drain()
				p.srv.Close()
				p.srv = srv
				p.r.Reset(srv)
			}
			p.writeReply("220 ready")
			p.answer("AUTH TLS", "234 go on")
		}
		if err := p.testConn.op.wait(); err == nil {
			t.Error("dial: no error")
		}
		p.drain()
		if d := p.dialled(); len(d) != 2 {
			t.Errorf("dialled %v; want two attempts", d)
		}
	})
	for _, reply := range []string{"502 Command not allowed", "500-what\r\n500 is this", "421 bye"} {
		inBubble(t, "taken for a command, "+reply[:3], func(t *testing.T) {
			p := &quirkPlay{t: t, name: control.QuirkTLSHelloLost, how: "detected"}
			p.testConn = newTestConn(t, &control.Config{TLS: clientTLS()})
			p.writeReply("220 ready")
			p.answer("AUTH TLS", "234 go on")
			if _, err := p.r.Peek(1); err != nil {
				t.Fatal(err)
			}
			p.writeRaw(reply + "\r\n")
			srv, err := p.ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			p.drain()
			p.srv.Close()
			p.srv = srv
			p.r.Reset(srv)
			p.writeReply("220 ready")
			p.answer("AUTH TLS", "234 go on")
			if _, err := p.r.Peek(1); err != nil {
				t.Fatal(err)
			}
			first, _ := p.r.Peek(p.r.Buffered())
			p.srv = &prefixed{Conn: p.srv, head: append([]byte(nil), first...)}
			p.startTLS()
			p.wantOK("dial", p.testConn.op)
			p.check()
		})
	}
	inBubble(t, "aloud", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS()})
		tc.writeReply("220 ready")
		tc.answer("AUTH TLS", "234 go on")
		tc.writeRaw("\x15\x03\x03\x00\x02\x02\x28")
		if err := tc.op.wait(); err == nil {
			t.Error("dial: no error")
		}
		tc.drain()
		if d := tc.dialled(); len(d) != 1 {
			t.Errorf("dialled %v; want one attempt", d)
		}
	})
}
