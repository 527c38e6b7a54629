package ftptest

import "fmt"

// A LoginForm says which way of RFC 959, Section 6 a login takes.
type LoginForm int

// The forms.
const (
	LoginPassword    LoginForm = iota // USER 331, PASS 230, or 332 and ACCT where there is an Account
	LoginUser                         // USER 230, no password
	LoginAccount                      // USER 332, ACCT 230: an account in place of a password
	LoginSuperfluous                  // USER 331, PASS 202 whatever the password
)

// String returns the form's name.
func (f LoginForm) String() string {
	switch f {
	case LoginPassword:
		return "password"
	case LoginUser:
		return "user"
	case LoginAccount:
		return "account"
	case LoginSuperfluous:
		return "superfluous"
	}
	return fmt.Sprintf("LoginForm(%d)", int(f))
}

// A User may log in.
type User struct {
	Name     string // the argument of USER
	Password string // the argument of PASS

	// Login is the way of the login. If zero, it is by password.
	Login LoginForm

	// Account, if not empty, must be given with ACCT after the password (reply 332).
	Account string

	// StoreAccount, if not empty, must be given with ACCT before files are stored or
	// renamed; until then STOR, STOU, APPE and RNTO are refused with 532.
	StoreAccount string

	// Certificate is the subject of a client certificate that lets the user in
	// without a password (reply 232): its common name, or the whole of it as
	// pkix.Name writes it. Config.ClientAuth has to ask for certificates and to
	// verify them. If empty, none does.
	Certificate string

	// OneTime, if not nil, makes the password one of RFC 2289: the Password is
	// the secret pass-phrase then.
	OneTime *OneTime

	// ReadOnly refuses every command that changes the tree.
	ReadOnly bool

	// MaxSessions is how many sessions of the user may run at once; the login of one more gets 530, as from ProFTPD. If zero, there
	// is no such limit.
	MaxSessions int

	// Quota is the largest total size in bytes of the files below Home.
	// If zero, there is no limit.
	Quota int64

	// Home is the directory that a session starts in. It does not confine the
	// user. If empty, it is "/". A missing one is made in a memory tree.
	Home string
}

// defaultUsers returns users, or the one that there is without any.
func defaultUsers(users []User, anonymous bool) []User {
	if len(users) == 0 && !anonymous {
		return []User{{Name: "user", Password: "password"}}
	}
	return users
}

// mayStore reports whether files may be stored, and replies 532 (RFC 959, Section
// 5.4) where an account is missing.
func (s *session) mayStore() bool {
	if s.user == nil || s.user.StoreAccount == "" || s.storing {
		return true
	}
	s.refuseTransfer(532, "Need account for storing files")
	return false
}
