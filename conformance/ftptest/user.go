package ftptest

import (
	"crypto/subtle"
	"crypto/tls"
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
	s.user, s.name, s.storing = nil, name, false
	u := s.host.named(name)
	switch {
	case u == nil:
	case s.certified(u):
		s.user = u
		s.enter(232, "Logged in as "+name+", authorized by certificate") // RFC 2228, Section 4
		return
	case u.Login == LoginUser:
		s.user = u
		s.loggedIn()
		return
	case u.Login == LoginAccount:
		s.user = u
		s.reply(332, "Account required")
		return
	case u.OneTime != nil:
		s.reply(331, s.srv.challenge(u)+" Response required for "+name)
		return
	}
	s.replyf(331, "Password required for %s", name)
}

// pass is PASS (RFC 959, Section 4.1.1).
func (s *session) pass(password string) {
	u := s.host.named(s.name)
	if u == nil && s.host.anonymous && (s.name == "anonymous" || s.name == "ftp") {
		u = &User{Name: s.name, ReadOnly: true, Password: password}
	}
	if u == nil || !s.srv.rightPassword(u, password) {
		s.loginFailed()
		return
	}
	s.user = u
	switch {
	case u.Account != "":
		s.reply(332, "Account required")
	case u.Login == LoginSuperfluous:
		s.enter(202, "Password not needed at this site")
	default:
		s.loggedIn()
	}
}

// acct is ACCT (RFC 959, Section 4.1.1): the end of a login that has asked for an
// account, or what a reply 532 to a command that stores files has asked for.
func (s *session) acct(account string) {
	in := s.machine.State() == protocol.StateAuthorized
	switch {
	case in && s.user != nil && s.user.StoreAccount != "":
		if !equal(account, s.user.StoreAccount) {
			s.reply(530, "Account incorrect")
			return
		}
		s.storing = true
		s.reply(230, "Files may be stored")
	case in:
		s.reply(202, "No account needed")
	case s.user == nil || !equal(account, s.user.Account):
		s.loginFailed()
	default:
		s.loggedIn()
	}
}

// certified reports whether a client certificate that was verified belongs to a
// user (RFC 4217, Section 12.2).
func (s *session) certified(u *User) bool {
	conn, secure := s.conn.(*tls.Conn)
	if !secure || u.Certificate == "" {
		return false
	}
	st := conn.ConnectionState()
	if len(st.VerifiedChains) == 0 {
		return false
	}
	subject := st.PeerCertificates[0].Subject
	return u.Certificate == subject.CommonName || u.Certificate == subject.String()
}

func (s *session) loggedIn() { s.enter(230, "Logged in as "+s.name) }

// enter completes a login.
func (s *session) enter(code protocol.Code, text string) {
	if !s.srv.admits(s) {
		s.replyf(530, "Sorry, the maximum number of clients (%d) for this user are already connected.", s.user.MaxSessions)
		s.user = nil
		return
	}
	s.failures = 0
	s.cwd = path.Join("/", s.user.Home)
	s.replyLines(code, text)
}

// admits counts a session for its user, unless there are too many.
func (s *Server) admits(x *session) bool {
	s.leaves(x)
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.user.MaxSessions > 0 && s.perUser[x.user.Name] >= x.user.MaxSessions {
		return false
	}
	x.counted = x.user.Name
	s.perUser[x.counted]++
	return true
}

// leaves ends the count of a session for its user.
func (s *Server) leaves(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.counted != "" {
		s.perUser[x.counted]--
		x.counted = ""
	}
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

// named returns the user of a name, or nil.
func (h *host) named(name string) *User {
	i := slices.IndexFunc(h.users, func(u User) bool { return u.Name == name })
	if i < 0 {
		return nil
	}
	return &h.users[i]
}

// rightPassword reports whether a user may come in with a password.
func (s *Server) rightPassword(u *User, password string) bool {
	if u.OneTime != nil {
		return s.answer(u, password)
	}
	return u.Login == LoginSuperfluous || equal(password, u.Password)
}

// equal compares secrets in a time that does not tell where they differ.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
