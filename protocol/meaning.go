package protocol

import (
	"errors"
	"slices"
)

// A Meaning is what a refusal says about its cause. A reply code alone rarely tells:
// RFC 959 has one 550 for a dozen causes, and servers use the codes as they like. So
// the command, the code and the words of the text decide together; see [MeaningOf].
//
// Whether the same may succeed later is another question: see [ReplyError.Transient].
type Meaning uint8

// The meanings.
const (
	Unexplained Meaning = iota // the reply does not tell

	// About the command.
	UnknownCommand   // the server does not have it
	UnknownParameter // the server does not have it with this argument
	BadParameter     // the argument is not as it should be
	NotNow           // bad sequence of commands

	// About the session.
	Closing       // the server ends the session (421)
	IdledOut      // the server ends the session, which was silent for too long
	NotLoggedIn   // a command that needs a login came before it
	RejectedLogin // the user, the password or the account is wrong, or not allowed in
	LockedOut     // too many failed logins, or a ban: another attempt makes it worse
	TooManyUsers  // too many users, connections or sessions now; nothing is wrong with the login
	NeedAccount   // ACCT must come first
	WantsTLS      // the control connection must be protected first

	// About the data connection.
	DataChannel     // it could not be opened, so that nothing has begun
	Aborted         // it broke, or was closed, in the middle of the transfer
	WantsProtection // it must be protected in another way (PROT)
	WantsResumption // its TLS session must be the one of the control connection
	WantsPret       // PRET must tell first what is to be transferred
	WrongPeer       // it came from, or is to go to, another host than that of the control connection

	// About files.
	NoRestart    // a transfer does not begin at that offset, or in the middle at all
	NotExist     // nothing has that name
	Exists       // something has that name already
	IsDirectory  // it is a directory, and a file was wanted
	NotDirectory // it is not a directory, and one was wanted
	NotPlain     // it is not a plain file; it may be a directory
	NotEmpty     // the directory has entries
	EmptyListing // there is nothing to list
	Permission   // this user may not do that
	InUse        // somebody else is using the file now
	BadName      // the server does not take such a name
	NoSpace      // the disk or the user's quota is full
)

var meaningNames = [...]string{
	Unexplained: "unexplained", UnknownCommand: "unknown command", UnknownParameter: "unknown parameter", BadParameter: "bad parameter", NotNow: "not now",
	Closing: "closing", IdledOut: "idled out", NotLoggedIn: "not logged in", RejectedLogin: "rejected login", LockedOut: "locked out",
	TooManyUsers: "too many users", NeedAccount: "needs an account", WantsTLS: "wants TLS",
	DataChannel: "data channel", Aborted: "aborted", WantsProtection: "wants protection", WantsResumption: "wants resumption", WantsPret: "wants PRET", WrongPeer: "wrong peer",
	NoRestart: "no restart", NotExist: "does not exist", Exists: "exists", IsDirectory: "is a directory", NotDirectory: "not a directory",
	NotPlain: "not a plain file", NotEmpty: "not empty", EmptyListing: "empty listing", Permission: "permission",
	InUse: "in use", BadName: "bad name", NoSpace: "no space",
}

// String returns the meaning in small letters.
func (m Meaning) String() string {
	if int(m) < len(meaningNames) {
		return meaningNames[m]
	}
	return "Meaning?"
}

// OfData reports whether the cause lies in the data connection or in the session, so
// that the refusal says nothing about the file.
func (m Meaning) OfData() bool {
	switch m {
	case DataChannel, Aborted, WantsProtection, WantsResumption, WantsPret, WrongPeer, Closing, IdledOut:
		return true
	}
	return false
}

// NotImplemented reports whether the server does not have the command, or not with such an
// argument. Another command may do.
func (m Meaning) NotImplemented() bool { return m == UnknownCommand || m == UnknownParameter }

// Meaning returns what the refusal means.
func (e *ReplyError) Meaning() Meaning {
	if e.Told != Unexplained {
		return e.Told
	}
	return MeaningOf(e.Reply.Code, e.Verb, e.Reply.Text())
}

// OfFile reports whether the code is one by which servers refuse a file because of the
// file itself or its name: 450, 521, 550 and 553.
func (e *ReplyError) OfFile() bool { return slices.Contains(fileCodes, e.Reply.Code) }

// IsStatus reports whether the reply tells of the system, a directory or a file (21z; RFC 959,
// Section 4.2.1), as STAT is answered.
func (c Code) IsStatus() bool { return c >= 211 && c <= 213 }

// IsFileStatus reports whether the reply tells of a directory or a file.
func (c Code) IsFileStatus() bool { return c == 212 || c == 213 }

// MeaningIn returns what the first refusal that err wraps means. It is Unexplained if there
// is none.
func MeaningIn(err error) Meaning {
	if e, ok := errors.AsType[*ReplyError](err); ok {
		return e.Meaning()
	}
	return Unexplained
}

// MeaningOf returns what a refusal with this code and text means in reply to verb, which
// is "" for the greeting. The first row of the table that fits decides. Words are
// compared whole, without regard to case. A reply that is not a refusal is Unexplained,
// except 33y, by which a server asks for more than the client has.
func MeaningOf(code Code, verb Verb, text string) Meaning { return rowOf(code, verb, text).meaning }

var noRow meaningRow

// rowOf returns the first row that fits.
func rowOf(code Code, verb Verb, text string) *meaningRow {
	if code < 330 || code > 599 {
		return &noRow
	}
	class, words := classOf(verb), wordsOf(text)
	for i := range meanings {
		if r := &meanings[i]; r.fits(code, class, words) {
			return r
		}
	}
	return &noRow
}

// IsLogin reports whether v is a step of a login, or of the security exchange before it.
// A negative reply to it may count against the user, so it must not be repeated.
func (v Verb) IsLogin() bool { return classOf(v)&(ofLogin|ofSecurity) != 0 }

// IsDataAddress reports whether v negotiates the address of a data connection: EPSV,
// PASV, EPRT, PORT and the like.
func (v Verb) IsDataAddress() bool { return classOf(v) == ofAddress }

// A verbClass is a set of kinds of commands.
type verbClass uint16

const (
	ofGreeting verbClass = 1 << iota // no command at all
	ofUser
	ofSecret   // PASS and ACCT
	ofSecurity // AUTH and ADAT
	ofAddress  // EPSV and its like
	ofFile     // reads a name: a bare 550 says that nothing has it
	ofStore
	ofListing
	ofMake   // MKD
	ofTarget // RNTO: the new name
	ofOther

	ofAny      = ^verbClass(0)
	ofLogin    = ofUser | ofSecret
	ofTransfer = ofStore | ofListing | ofFile // RETR stands in ofFile
)

var classes = map[Verb]verbClass{
	"": ofGreeting,

	"USER": ofUser, "PASS": ofSecret, "ACCT": ofSecret, "AUTH": ofSecurity, "ADAT": ofSecurity,

	"PASV": ofAddress, "EPSV": ofAddress, "PORT": ofAddress, "EPRT": ofAddress, "CPSV": ofAddress, "LPSV": ofAddress, "LPRT": ofAddress,

	"MKD": ofMake, "XMKD": ofMake,
	"RNTO": ofTarget,
}

func classOf(v Verb) verbClass {
	if c, ok := classes[v.upper()]; ok {
		return c
	}
	switch info, _ := LookupVerb(v); {
	case info.Does&Uploads != 0:
		return ofStore
	case info.Does&Lists != 0:
		return ofListing
	case info.Does&Reads != 0:
		return ofFile
	}
	return ofOther
}
