package control

import (
	"context"
	"errors"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// Login logs in (RFC 959, Section 4.1.1) and prepares the session for transfers:
// PBSZ and PROT where TLS is up (RFC 4217, Section 9), FEAT, and OPTS UTF8 ON if
// the server lists UTF8. An account is sent only if the server asks for one: now, or
// later for a single command (532). The Config's [LoginOptions] add to that: a virtual
// host, a proxy, one-time passwords, other encodings than UTF-8.
//
// The error for a wrong password or a missing account is a *[RejectedLoginError], which
// matches fs.ErrPermission; the connection can be used to try again. If the server
// refuses to protect data connections, it is a *[SecurityError]. See also [HostError],
// [OneTimeError], [ProxyError] and [AfterLoginError]. If the user, password or account
// cannot be sent, it is a *[protocol.ArgumentError].
func (c *Conn) Login(ctx context.Context, user, password, account string) error {
	l := &login{c: c, o: &c.cfg.Login, who: credentials{user, password, account}}
	if err := l.prepare(); err != nil {
		return err
	}
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	if c.cleared() {
		return &SecurityError{Reason: "the control connection is in clear since CCC: no password can be sent"}
	}
	if err := l.enter(ctx); err != nil {
		return rejected(c.loginMeant(err))
	}
	c.session.loggedIn = true
	if err := c.protect(ctx); err != nil {
		return err
	}
	if err := l.negotiate(ctx); err != nil {
		return err
	}
	if err := l.after(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	if c.session.place != "" || c.session.astray {
		c.session.home = ""
	}
	c.session.place, c.session.astray = "", false // every login ends in this directory
	c.mu.Unlock()
	if err := c.clearCommands(ctx); err != nil {
		return err
	}
	if every := c.cfg.IdleKeepAlive; every > 0 {
		c.idling.Do(func() { go c.keepIdle(every) })
	}
	return nil
}

// A login is one call of Login.
type login struct {
	c   *Conn
	o   *LoginOptions
	who credentials

	host     string             // the argument of HOST
	script   []LoginLine        // USER, PASS and the other commands of the login
	proxy    map[byte]string    // the proxy's values for script
	commands []protocol.Command // to run after the login

	named, utf8, language bool // CLNT, OPTS UTF8 and LANG are settled
	answered              bool // a one-time password was sent

	tries    int    // how often USER and what follows it were sent
	inquired bool   // FEAT was sent before the login, if that is of use
	asked    bool   // the password is what PasswordFunc answered
	refused  string // what the server said to the password that was asked for before
}

// direct is the script of a login without a proxy.
var direct = []LoginLine{{Send: "USER %u"}, {Send: "PASS %p"}, {Send: "ACCT %a"}}

// prepare checks the login before anything is sent.
func (l *login) prepare() (err error) {
	if err := plainSendable(l.who.list()...); err != nil {
		return err
	}
	if l.o.Encoding == EncodingCodePage {
		if _, err := l.who.in(l.o.page()); err != nil {
			return err
		}
	}
	l.script = direct
	if l.o.Proxy != nil {
		if l.script, l.proxy, err = l.o.Proxy.prepare(); err != nil {
			return err
		}
	}
	if l.o.VirtualHost != "" {
		if l.host, err = hostArg(l.o.VirtualHost); err == nil && l.o.Proxy != nil {
			err = errors.New("HOST cannot be sent through an FTP proxy")
		}
		if err != nil {
			return &HostError{Host: l.o.VirtualHost, Reason: err.Error()}
		}
	}
	l.commands, err = l.c.afterCommands(l.o.After)
	return err
}

// enter logs in: HOST and whatever else must come before the login, then USER, PASS and
// ACCT. If the encoding may be the reason for a refusal, it tries a second time in the
// other encoding.
func (l *login) enter(ctx context.Context) error {
	l.c.remember(l.who)
	if l.o.Proxy == nil {
		if l.c.state() == protocol.StateAuthorized && !l.c.session.loggedIn {
			l.c.session.account = l.who.account
			return nil // the greeting was 230
		}
		if err := l.prelude(ctx); err != nil {
			return err
		}
	}
	for {
		switch err := l.attempt(ctx); {
		case err == errBeyondASCII:
			if err := l.inquire(ctx); err != nil {
				return err
			}
		case err == nil || !l.mayAskAgain(err):
			return err
		}
	}
}

// attempt sends the login, in each of the encodings that come into question.
func (l *login) attempt(ctx context.Context) error {
	var sent credentials
	var refusal error
	for i, page := range l.encodings() {
		who, err := l.who.in(page)
		switch {
		case i == 0 && err != nil:
			return err
		case i > 0 && (err != nil || who == sent):
			return refusal
		case i > 0:
			l.c.trace(TraceNote, "the login was refused; it may be the encoding of a name or password, so it is tried once more in "+page.Name())
		}
		l.c.remember(who)
		refusal = l.run(ctx, who, page)
		sent, _ = l.who.in(page) // with what was asked for
		if refusal == nil {
			l.c.session.account = sent.account
			return nil
		}
		if !l.mayRetry(refusal) {
			return refusal
		}
	}
	return refusal
}

// encodings returns the encodings to try, nil being UTF-8.
func (l *login) encodings() []*listing.CodePage {
	page := l.o.page()
	switch {
	case page == nil || l.o.Encoding == EncodingUTF8:
		return []*listing.CodePage{nil}
	case l.o.Encoding == EncodingCodePage:
		return []*listing.CodePage{page}
	case l.c.Features().Has("UTF8"):
		return []*listing.CodePage{nil, page}
	}
	return []*listing.CodePage{page, nil}
}

// mayRetry reports whether err can be due to the encoding. Where
// the server counts attempts, there is no second one.
func (l *login) mayRetry(err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	return ok && re.Reply.Code == 530 && re.Meaning() == protocol.RejectedLogin && l.tries < l.o.maxLogins() && l.o.Proxy == nil && !l.answered && l.c.Err() == nil
}

// remember registers secrets, so that errors and traces mask them.
func (c *Conn) remember(who credentials) {
	c.redact.add(who.password)
	c.redact.add(who.account)
	if p := c.cfg.Login.Proxy; p != nil {
		c.redact.add(p.Password)
	}
}

func (c *Conn) state() protocol.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.State()
}

func (c *Conn) protection() protocol.Protection {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.Protection()
}
