package control

import (
	"errors"
	"io/fs"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// Meanings that a [MeaningError] can have, besides those of package fs.
var (
	// ErrTooManyUsers: the login may succeed later; nothing is wrong with it.
	ErrTooManyUsers = errors.New("ftp: the server has too many users now")

	// ErrWantsTLS: the server takes no login in clear text.
	ErrWantsTLS = errors.New("ftp: the server wants TLS before the login")
)

// A MeaningError is a refusal that means something other than its code says; its text or
// the moment shows this. errors.Is matches the meaning, not what the code would mean;
// errors.As finds the *[protocol.ReplyError].
type MeaningError struct {
	Quirk   QuirkName            // the row that says so, "" if a look at the server did
	Reply   *protocol.ReplyError // the refusal as it came
	Meaning error                // fs.ErrExist, fs.ErrPermission, ErrTooManyUsers, ErrWantsTLS, or what the look has shown
}

func (e *MeaningError) Error() string {
	return e.Reply.Error() + " (" + errtext.Of(e.Meaning) + ")"
}

// Is reports whether target is the meaning, or a reply with the same code.
func (e *MeaningError) Is(target error) bool {
	if t, ok := target.(*protocol.ReplyError); ok {
		return e.Reply.Is(t)
	}
	return target == e.Meaning
}

// As gives the refusal unchanged.
func (e *MeaningError) As(target any) bool {
	p, ok := target.(**protocol.ReplyError)
	if ok {
		*p = e.Reply
	}
	return ok
}

// Temporary reports whether the same attempt may succeed later. A login is not
// repeated unless there were too many users: that could lock the user out.
func (e *MeaningError) Temporary() bool {
	return e.Meaning == ErrTooManyUsers || e.Reply.Transient() && !e.Reply.Verb.IsLogin()
}

// means returns a refusal with its meaning, if the reply showed it or the caller has
// forced the quirk.
func (c *Conn) means(name QuirkName, seen bool, re *protocol.ReplyError, meaning error) error {
	if c.isForced(name) || seen && c.notice(name, c.answered(re)) {
		return &MeaningError{Quirk: name, Reply: re, Meaning: meaning}
	}
	return nil
}

// loginMeant returns the error of a failed login with its meaning.
func (c *Conn) loginMeant(err error) error {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || c.Err() != nil {
		return err
	}
	code, says := re.Reply.Code, re.Meaning()
	var meant error
	if code.Class() == 5 && !c.protection().Secured() {
		seen := says == protocol.WantsTLS
		if seen || code == 530 {
			meant = c.means(QuirkLogin530WantsTLS, seen, re, ErrWantsTLS)
		}
	}
	if seen := says == protocol.TooManyUsers; meant == nil && (seen || code == 530 && says != protocol.LockedOut) {
		meant = c.means(QuirkLogin530TooMany, seen, re, ErrTooManyUsers)
	}
	if meant == nil && code == 501 && re.Verb == "PASS" {
		meant = c.means(QuirkPASS501, true, re, fs.ErrPermission)
	}
	if meant == nil {
		return err
	}
	return meant
}

// mkdMeant returns the error of a refused MKD with its meaning.
func (c *Conn) mkdMeant(err error) error {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || c.Err() != nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	m := re.Meaning()
	if re.Transient() || m != protocol.Exists && m != protocol.Unexplained {
		return err
	}
	if meant := c.means(QuirkMKDExists, m == protocol.Exists, re, fs.ErrExist); meant != nil {
		return meant
	}
	return err
}

// QuirkLogin530TooMany: 530 means that there are too many users.
const QuirkLogin530TooMany QuirkName = "login-530-too-many"

var rowLogin530TooMany = Quirk{
	Name: QuirkLogin530TooMany, Mode: QuirkDetected,
	Behaviour:  "530 means that there are too many users",
	Evidence:   "the text of the 530 to USER or PASS says so",
	Workaround: "the error matches ErrTooManyUsers and is temporary; it does not match fs.ErrPermission",
	Refs:       []string{"lftp, whose setting is ftp:retry-530"},
}

// QuirkLogin530WantsTLS: 530, 503 or 550 to USER or PASS in clear text means that TLS is wanted.
const QuirkLogin530WantsTLS QuirkName = "login-530-wants-tls"

var rowLogin530WantsTLS = Quirk{
	Name: QuirkLogin530WantsTLS, Mode: QuirkDetected,
	Behaviour:  "530, 503 or 550 to USER or PASS in clear text means that TLS is wanted",
	Evidence:   "the text says so",
	Workaround: "the error matches ErrWantsTLS, not fs.ErrPermission",
	Refs:       []string{"FluentFTP issues 365 and 697", "ProFTPD, vsftpd, FileZilla Server"},
}

// QuirkMKDExists: MKD of an existing directory is refused with words or a code that do
// not say so plainly.
const QuirkMKDExists QuirkName = "mkd-exists"

var rowMKDExists = Quirk{
	Name: QuirkMKDExists, Mode: QuirkDetected,
	Behaviour:  "MKD of what is there is refused with words or a code that do not say so plainly",
	Evidence:   "the code is 521, or the text speaks of something that exists",
	Workaround: "the error matches fs.ErrExist",
	Refs:       []string{"rclone", "WinSCP", "FluentFTP"},
}

// QuirkPASS501: a wrong or empty password is answered 501.
const QuirkPASS501 QuirkName = "pass-501"

var rowPASS501 = Quirk{
	Name: QuirkPASS501, Mode: QuirkDetected,
	Behaviour:  "a wrong or empty password is answered 501",
	Evidence:   "501 to PASS",
	Workaround: "the error matches fs.ErrPermission",
	Refs:       []string{"WinSCP, with ProFTPD"},
}
