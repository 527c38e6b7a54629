package ftptest

import (
	"crypto/subtle"
	"path"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
)

// userCommand is USER (RFC 959, Section 4.1.1). It asks for a password whether or
// not there is such a user (RFC 2577, Section 7), and ends an earlier login.
func (s *session) userCommand(name string) {
	if s.srv.cfg.RequireTLS && !s.machine.Protection().Secured() {
		s.reply(533, "TLS is required, use AUTH TLS first")
		return
	}
	s.user, s.name = nil, name
	s.replyf(331, "Password required for %s", name)
}

// pass is PASS (RFC 959, Section 4.1.1).
func (s *session) pass(password string) {
	u := s.srv.lookupUser(s.name, password)
	if u == nil {
		s.loginFailed()
		return
	}
	s.user = u
	if u.Account != "" {
		s.reply(332, "Account required")
		return
	}
	s.loggedIn()
}

// acct is ACCT (RFC 959, Section 4.1.1). Behind a complete login it is superfluous.
func (s *session) acct(account string) {
	switch {
	case s.machine.State() == protocol.StateAuthorized:
		s.reply(202, "No account needed")
	case s.user == nil || !equal(account, s.user.Account):
		s.loginFailed()
	default:
		s.loggedIn()
	}
}

func (s *session) loggedIn() {
	s.failures = 0
	s.cwd = path.Join("/", s.user.Home)
	s.replyf(230, "Logged in as %s", s.name)
}

// loginFailed replies 530, or 421 at the last try (RFC 2577, Section 5).
func (s *session) loginFailed() {
	s.user = nil
	if s.failures++; s.failures >= s.srv.cfg.maxLoginFailures() {
		s.reply(421, "Too many failed logins, closing")
		return
	}
	s.reply(530, "Login incorrect")
}

// lookupUser returns the user with a name and a password, or nil.
func (s *Server) lookupUser(name, password string) *User {
	if s.cfg.Anonymous && (name == "anonymous" || name == "ftp") {
		return &User{Name: name, ReadOnly: true}
	}
	users := s.cfg.users()
	i := slices.IndexFunc(users, func(u User) bool { return u.Name == name })
	if i < 0 || !equal(password, users[i].Password) {
		return nil
	}
	return &users[i]
}

// equal compares secrets in a time that does not tell where they differ.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
