package control

import (
	"context"
	"strings"

	"github.com/ftpwire/ftpwire/control/otp"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// run sends the lines of the login. PASS and ACCT are sent only if the server asks for
// them, and ACCT if AccountAlways is set. Every line is sent at most once, so there can be no loop.
func (l *login) run(ctx context.Context, who credentials, page *listing.CodePage) error {
	l.tries++
	values := map[byte]string{'u': who.user, 'p': who.password, 'a': who.account}
	for k, v := range l.proxy {
		values[k] = v
	}
	var last protocol.Reply
	var done LoginLine
	for _, line := range l.script {
		if l.notAskedFor(line.verb()) {
			continue
		}
		if err := l.ask(ctx, line, last, page, values); err == errBeyondASCII {
			return err
		} else if err != nil {
			return l.blame(line, err)
		}
		cmd, ok := line.command(values)
		if !ok {
			continue
		}
		var err error
		if cmd.Verb == "PASS" || cmd.Verb == "ACCT" {
			l.c.redact.add(cmd.Arg)
		}
		if cmd.Verb == "PASS" {
			if cmd.Arg, err = l.password(last, line, cmd.Arg); err != nil {
				return l.blame(line, err)
			}
		}
		if err := l.c.Err(); err != nil {
			return l.blame(line, err) // nothing of this line was sent
		}
		done = line
		last, err = l.c.exchangeOnce(ctx, cmd)
		if err = l.unanswered(cmd, err); !line.expects(last, err) {
			if err == nil {
				err = &protocol.ReplyError{Verb: cmd.Verb, Reply: l.c.redact.Reply(last), Told: l.c.told(cmd.Verb, last)}
			}
			return l.blame(line, err)
		}
	}
	if l.c.state() == protocol.StateAuthorized {
		return nil
	}
	// 332 without an account, or 331 to PASS: the server wants something that there is
	// not.
	return l.blame(done, &protocol.ReplyError{Verb: done.verb(), Reply: l.c.redact.Reply(last), Told: l.c.told(done.verb(), last)})
}

// notAskedFor reports whether the server has not asked for v, because it needs no more.
func (l *login) notAskedFor(v protocol.Verb) bool {
	switch v {
	case "PASS":
		return l.c.state() != protocol.StateNeedPassword
	case "ACCT":
		unasked := l.o.AccountAlways && l.c.state() == protocol.StateAuthorized
		return l.c.state() != protocol.StateNeedAccount && !unasked
	}
	return false
}

// blame adds to err which step of a login through a proxy failed; for a direct login err
// says enough.
func (l *login) blame(line LoginLine, err error) error {
	if l.o.Proxy == nil {
		return err
	}
	return &ProxyError{Step: line.shown(), Err: err}
}

// fewLeft is the count of one-time passwords at which the user should make new ones.
const fewLeft = 10

// password returns the argument for PASS: the password, or the answer to a challenge in
// the reply to USER.
func (l *login) password(r protocol.Reply, line LoginLine, secret string) (string, error) {
	if l.o.OneTime == OneTimeNever {
		return secret, nil
	}
	challenge, ok := otp.Find(r.Text())
	if !ok {
		if l.o.OneTime == OneTimeRequire && strings.Contains(line.Send, "%p") {
			return "", &OneTimeError{Reason: "the server asks for none, and nothing else is to be sent"}
		}
		return secret, nil
	}
	if line.Send != "PASS %p" && line.Send != "PASS %w" {
		return "", &OneTimeError{Challenge: challenge.Text, Reason: "the line of the proxy does not send the pass phrase alone"}
	}
	answer, err := challenge.Answer(secret)
	if err != nil {
		return "", &OneTimeError{Challenge: challenge.Text, Reason: "the algorithm is not known here, and the pass phrase itself is not sent"}
	}
	l.answered = true
	l.c.redact.add(answer.Words())
	l.c.redact.add(answer.Hex())
	l.c.trace(TraceNote, "answering the one-time password challenge "+challenge.Text)
	if challenge.Sequence < fewLeft {
		l.c.trace(TraceNote, "few one-time passwords are left: set new ones before the count, "+challenge.Text+", is down to 1")
	}
	return answer.Words(), nil
}
