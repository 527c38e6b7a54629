package control

import (
	"context"
	"errors"
	"strings"

	"github.com/ftpwire/ftpwire/control/otp"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// A PasswordQuestion asks for a secret that the server wants in the middle of a login; see
// [LoginOptions].
type PasswordQuestion struct {
	Verb      protocol.Verb // PASS, or ACCT for an account
	User      string        // whose it is
	Proxy     bool          // User is that of the FTP proxy itself
	Challenge string        // that a one-time password made of the answer must meet, as the server put it; "" without one
	Refused   string        // what the server said to the password before, "" if there was none
}

// ask asks for the secrets in line that are not known, and puts them into values as page has
// them.
func (l *login) ask(ctx context.Context, line LoginLine, r protocol.Reply, page *listing.CodePage, values map[byte]string) error {
	if l.o.PasswordFunc == nil {
		return nil
	}
	for i := 0; i+1 < len(line.Send); i++ {
		if line.Send[i] != '%' {
			continue
		}
		i++
		q, wanted := l.question(line.Send[i], r)
		if !wanted {
			continue
		}
		secret, err := l.o.PasswordFunc(ctx, q)
		if err != nil {
			return err
		}
		l.c.redact.add(secret)
		raw, err := l.take(q, secret, page)
		if err != nil {
			return err
		}
		values[line.Send[i]] = raw
	}
	return nil
}

// question returns what to ask for the letter of a line. wanted is false if the value is
// known, or not needed.
func (l *login) question(letter byte, r protocol.Reply) (q PasswordQuestion, wanted bool) {
	switch p := l.o.Proxy; {
	case letter == 'p' && l.who.password == "" && !l.asked:
		q = PasswordQuestion{Verb: "PASS", User: l.who.user, Refused: l.refused}
	case letter == 'w' && p != nil && p.User != "" && p.Password == "":
		q = PasswordQuestion{Verb: "PASS", User: p.User, Proxy: true}
	case letter == 'a' && l.who.account == "" && l.c.state() == protocol.StateNeedAccount:
		q = PasswordQuestion{Verb: "ACCT", User: l.who.user}
	default:
		return q, false
	}
	if challenge, ok := otp.Find(r.Text()); ok && q.Verb == "PASS" && l.o.OneTime != OneTimeNever {
		q.Challenge = challenge.Text
	}
	return q, true
}

// take keeps what was answered, and returns it as it goes on the wire.
func (l *login) take(q PasswordQuestion, secret string, page *listing.CodePage) (string, error) {
	if q.Proxy {
		return secret, nil
	}
	if q.Verb == "PASS" {
		l.who.password, l.asked = secret, true
	} else {
		l.who.account = secret
	}
	if encodable(secret) && !l.inquired && l.o.Proxy == nil && q.Verb == "PASS" {
		return "", errBeyondASCII
	}
	if page == nil {
		return secret, nil
	}
	cmd, err := encodeArg(protocol.Command{Verb: q.Verb, Arg: secret}, page)
	l.c.redact.add(cmd.Arg)
	return cmd.Arg, err
}

// errBeyondASCII has the login begin again: the password that was asked for has characters
// beyond ASCII, and the server has not been asked how it wants them.
var errBeyondASCII = errors.New("ftp: the server must be asked first how it wants characters beyond ASCII")

// mayAskAgain reports whether to ask for another password, as err refuses the one that was
// asked for. The limit of logins counts: too many lock the user out.
func (l *login) mayAskAgain(err error) bool {
	re, ok := errors.AsType[*RejectedLoginError](rejected(l.c.loginMeant(err)))
	if !ok || !l.asked || re.Verb != "PASS" || re.Means != protocol.RejectedLogin || l.o.Proxy != nil || l.c.Err() != nil || l.tries >= l.o.maxLogins() {
		return false
	}
	reply, _ := errors.AsType[*protocol.ReplyError](err)
	l.who.password, l.asked, l.refused = "", false, strings.TrimSpace(reply.Reply.Text())
	if l.refused == "" {
		l.refused = reply.Error()
	}
	return true
}
