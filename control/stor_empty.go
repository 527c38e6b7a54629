package control

import "time"

// emptyStartWait is how long the end of an upload of nothing waits for the preliminary
// reply. Servers without one get the end all the same.
const emptyStartWait = 5 * time.Second

// awaitStart holds the end of an upload of nothing back until the server has said that it
// takes the data: ftp-srv answers 425 if the connection is at its end when it looks for it.
func (u *Upload) awaitStart() {
	if u.t.moved() > 0 {
		return
	}
	late := time.NewTimer(emptyStartWait)
	defer late.Stop()
	select {
	case <-u.t.f.started:
	case <-u.t.f.done:
	case <-u.t.ctx.Done():
	case <-late.C:
	}
}
