package conformance

import (
	"errors"

	"github.com/ftpwire/ftpwire/control/otp"
	"github.com/ftpwire/ftpwire/protocol"
)

var errTooMany = errors.New("the permitted number of logins is used up")

// countLogin counts a login, unless it is one too many.
func (r *runner) countLogin() error {
	if m := r.opts.MaxLogins; m > 0 && r.logins >= m {
		return errTooMany
	}
	r.logins++
	return nil
}

// errNoChallenge is why there is no login where only one-time passwords are wanted.
var errNoChallenge = errors.New("the server asks for no one-time password, and nothing else is to be sent")

// login logs in on c and returns the last reply.
func (r *runner) login(c *Conn) (protocol.Reply, error) {
	if err := r.countLogin(); err != nil {
		return protocol.Reply{}, err
	}
	if name := r.target.VirtualHost; name != "" && !c.hosted {
		if got, err := r.loginStep(c, "HOST "+name); err != nil || !ok(got) {
			return got, err
		}
	}
	got, err := r.loginStep(c, "USER "+r.target.user())
	// The first digit decides (RFC 1123, Section 4.1.2.11), but for the account alone.
	if err == nil && got.Code.Class() == 3 && got.Code != 332 {
		var password string
		if password, err = r.passwordFor(got); err == nil {
			got, err = r.loginStep(c, "PASS "+password)
		}
	}
	if err == nil && (got.Code == 332 || ok(got) && r.target.AccountAlways) {
		got, err = r.loginStep(c, "ACCT "+r.target.Account)
	}
	if err != nil {
		return got, err
	}
	if c.loggedIn = ok(got); c.loggedIn {
		c.cwd = r.homeDir
	}
	return got, nil
}

func (r *runner) loginStep(c *Conn, line string) (protocol.Reply, error) {
	if err := c.send(line); err != nil {
		return protocol.Reply{}, err
	}
	r.loginVerb = protocol.Verb(line[:4])
	return c.receive(r.opts.timeout())
}

// passwordFor returns the argument of PASS: the password, or the answer to a challenge in
// the reply to USER (RFC 2289).
func (r *runner) passwordFor(user protocol.Reply) (string, error) {
	password := r.target.password()
	if r.target.NoOneTime {
		return password, nil
	}
	challenge, found := otp.Find(user.Text())
	if !found {
		if r.target.OneTimeOnly {
			return "", errNoChallenge
		}
		return password, nil
	}
	answer, err := challenge.Answer(password)
	if err != nil {
		return "", err
	}
	return answer.Words(), nil
}
