package control

import (
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// awaitStart delays the end of an empty upload until the server has sent a preliminary
// reply: ftp-srv answers 425 if the connection has already ended when it looks for it. A
// server that sends no preliminary reply gets the end after a while nevertheless.
func (u *Upload) awaitStart() {
	if u.t.moved() > 0 {
		return
	}
	late := time.NewTimer(patience.EmptyUploadStart.Default)
	defer late.Stop()
	select {
	case <-u.t.f.started:
	case <-u.t.f.done:
	case <-u.t.ctx.Done():
	case <-late.C:
	}
}
