package conformance

import (
	"errors"
	"strings"

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

// login logs in on c and returns the last reply.
func (r *runner) login(c *Conn) (protocol.Reply, error) {
	if err := r.countLogin(); err != nil {
		return protocol.Reply{}, err
	}
	var got protocol.Reply
	for _, step := range []struct {
		line string
		asks []int // codes that ask for the next step
	}{
		{"USER " + r.target.user(), is(3)}, // the first digit decides (RFC 1123, Section 4.1.2.11)
		{"PASS " + r.target.password(), is(332)},
		{"ACCT " + r.target.Account, nil},
	} {
		if got.Code == 332 && strings.HasPrefix(step.line, "PASS") {
			continue // the account alone is wanted
		}
		if err := c.send(step.line); err != nil {
			return got, err
		}
		r.loginVerb = protocol.Verb(step.line[:4])
		var err error
		if got, err = c.receive(r.opts.timeout()); err != nil {
			return got, err
		}
		if !matches(got.Code, step.asks) {
			break
		}
	}
	if ok(got) && r.target.AccountAlways && r.loginVerb != "ACCT" {
		if err := c.send("ACCT " + r.target.Account); err != nil {
			return got, err
		}
		r.loginVerb = "ACCT"
		var err error
		if got, err = c.receive(r.opts.timeout()); err != nil {
			return got, err
		}
	}
	if c.loggedIn = ok(got); c.loggedIn {
		c.cwd = r.homeDir
	}
	return got, nil
}
