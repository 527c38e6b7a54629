package control

import (
	"errors"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// explainRefusal adds the result of resumption to a refusal that servers use for a data
// connection that did not resume the TLS session: 522 (RFC 4217, Section 10.2), 425 of
// ProFTPD, 450 of others. The reply itself does not say it.
func (t *transfer) explainRefusal(err error) error {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || t.dc == nil || t.dc.TLS() == nil || t.dc.TLS().Resumed() || t.dc.TLS().Reuse() == tlsx.Reversed {
		return err
	}
	switch re.Meaning() {
	case protocol.DataChannel, protocol.WantsResumption, protocol.WantsProtection:
		return errors.Join(err, t.c.sess.RefusedReuse(t.dc.TLS().Reuse()))
	}
	return err
}
