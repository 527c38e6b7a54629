package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
)

// Stat asks how far the transfer has got (STAT without argument; RFC 959, Section 4.1.3).
// It may be called while another goroutine reads. Many servers answer only once the
// transfer is over, or refuse; ctx limits the wait for them, and a later answer does no
// harm.
func (d *Download) Stat(ctx context.Context) (protocol.Reply, error) { return d.t.stat(ctx) }

// Stat asks how far the transfer has got; see [Download.Stat].
func (u *Upload) Stat(ctx context.Context) (protocol.Reply, error) { return u.t.stat(ctx) }

func (t *transfer) stat(ctx context.Context) (protocol.Reply, error) {
	f, err := t.ask("STAT")
	if err != nil {
		return protocol.Reply{}, err
	}
	err = t.c.await(ctx, f, 0)
	if !f.isDone() {
		return protocol.Reply{}, err // the reader may still write the reply
	}
	return f.reply, err
}
