package control

import (
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// An EarlyReplyError reports an upload whose final reply, a success, came while data
// was still to be sent: the end of the data connection is what tells the server that
// the file is complete (RFC 959, Section 3.4.1), so it can't have known. The file may be
// whole all the same, which its size tells.
type EarlyReplyError struct {
	Reply protocol.Reply
	Err   error // what the data connection broke with then, or nil
}

func (e *EarlyReplyError) Error() string {
	s := fmt.Sprintf("ftp: the server said %d before all data was sent", e.Reply.Code)
	if e.Err != nil {
		s += ": " + errtext.Of(e.Err)
	}
	return s
}

// Unwrap returns what the data connection broke with.
func (e *EarlyReplyError) Unwrap() error { return e.Err }

// early returns an *EarlyReplyError around err if the final reply is in and a success,
// and err if not. It means that only as long as the end of the data was not sent.
func (u *Upload) early(err error) error {
	if u.t.f.isDone() && !u.t.f.Failed() {
		return &EarlyReplyError{Reply: u.t.f.reply, Err: err}
	}
	return err
}
