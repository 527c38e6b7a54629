package control

import (
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// awaitStart holds the end of an upload of nothing back until the server has said that it
// takes the data: ftp-srv answers 425 if the connection is at its end when it looks for it.
// Servers without a preliminary reply get the end all the same.
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
