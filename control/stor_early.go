package control

import (
	"fmt"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// An EarlyReplyError reports an upload whose final reply, a success, came while data was
// still to be sent: only the end of the data connection tells the server that the file is
// complete (RFC 959, Section 3.4.1), so the server could not know. The file may still be
// complete; its size tells.
type EarlyReplyError struct {
	Reply protocol.Reply // the reply that came too early
	Err   error          // the error of the data connection after that, or nil
}

func (e *EarlyReplyError) Error() string {
	s := fmt.Sprintf("ftp: the server said %d before all data was sent", e.Reply.Code)
	if e.Err != nil {
		s += ": " + errtext.Of(e.Err)
	}
	return s
}

// Unwrap returns the error of the data connection.
func (e *EarlyReplyError) Unwrap() error { return e.Err }

// early returns an *EarlyReplyError around err if the final reply is in and is a success,
// and err if not. It must be called before the end of the data is sent.
func (u *Upload) early(err error) error {
	if u.t.f.isDone() && !u.t.f.Failed() {
		return &EarlyReplyError{Reply: u.t.f.reply, Err: err}
	}
	return err
}
