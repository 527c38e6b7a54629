package control

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// An UnansweredError reports that a command which a connection can do without has cost it:
// no reply came in time, the connection ended in its place, or the reply could not be one.
// A new connection with the workaround of the quirk in force does not send the command:
// see [QuirkPolicy.Known]. errors.Is and errors.As find what happened.
type UnansweredError struct {
	Verb  protocol.Verb // EPSV, FEAT or NLST
	Quirk AppliedQuirk  // what to put into QuirkPolicy.Known of the next connection
	Err   error         // what happened instead of the reply
}

func (e *UnansweredError) Error() string { return e.Err.Error() }

// Unwrap returns what happened.
func (e *UnansweredError) Unwrap() error { return e.Err }

// unanswered returns err, with which the command of verb has ended, as an *UnansweredError
// if it has cost the connection, and the policy allows the quirk. ctx is the caller's.
func (c *Conn) unanswered(ctx context.Context, verb protocol.Verb, name QuirkName, err error) error {
	if err == nil || ctx.Err() != nil || c.Err() == nil {
		return err
	}
	evidence := lossAt(verb, err)
	if evidence == "" || !c.notice(name, evidence) {
		return err
	}
	return &UnansweredError{Verb: verb, Quirk: AppliedQuirk{Name: name, Evidence: evidence}, Err: err}
}

// lossAt says how a connection was lost in place of the reply to verb. It returns "" if the
// loss has a reason of its own.
func lossAt(verb protocol.Verb, err error) string {
	if te, ok := errors.AsType[*TimeoutError](err); ok {
		if te.Verb != verb {
			return ""
		}
		return fmt.Sprintf("%s was not answered within %v", verb, te.After)
	}
	if ve, ok := errors.AsType[*protocol.ViolationError](err); ok {
		if ve.Verb != verb {
			return ""
		}
		return fmt.Sprintf("%s was answered %d", verb, ve.Reply.Code)
	}
	if re, ok := errors.AsType[*protocol.ReplyError](err); ok {
		if re.Meaning() != protocol.Closing {
			return "" // idle, or full
		}
		return fmt.Sprintf("%s was answered %d", verb, re.Reply.Code)
	}
	if _, syntax := errors.AsType[*protocol.SyntaxError](err); syntax {
		return ""
	}
	if ce, ok := errors.AsType[*ClosedError](err); ok && ce.Cause != nil {
		return "the connection ended at " + string(verb)
	}
	return ""
}

// noFeat reports whether FEAT is not to be sent.
func (c *Conn) noFeat() bool { return c.cfg.Login.NoFeat || c.HasQuirk(QuirkFEATUnanswered) }

// QuirkFEATUnanswered: FEAT costs the connection.
const QuirkFEATUnanswered QuirkName = "feat-unanswered"

var rowFEATUnanswered = Quirk{
	Name: QuirkFEATUnanswered, Mode: QuirkDetected,
	Behaviour:  "FEAT is never answered, is answered by a reply that can't be one, or ends the connection",
	Evidence:   "the connection is lost at FEAT, the first command after the login",
	Workaround: "FEAT is not sent, and the server counts as one without extensions; ftpwire.Client goes on by a new connection, once",
	Refs:       []string{"jlaffaye/ftp issue 150", "lftp issue 422"},
}

// withoutEPSV reports whether data connections of a passive connection begin with PASV, and
// EPSV is never sent.
func (c *Conn) withoutEPSV() bool { return c.HasQuirk(QuirkEPSVUnanswered) && c.mayDoWithoutEPSV() }

// mayDoWithoutEPSV reports whether PASV may take the place of EPSV. It can't over IPv6.
func (c *Conn) mayDoWithoutEPSV() bool {
	if c.cfg.Data.Mode != datachan.ModePassive || c.cfg.Data.EPSVAll {
		return false
	}
	peer, err := netip.ParseAddrPort(c.raw.RemoteAddr().String())
	return err != nil || peer.Addr().Unmap().Is4()
}

// epsvUnanswered is unanswered for the commands that open a data connection. If EPSV was
// answered before on this connection, it is not what the connection was lost at.
func (c *Conn) epsvUnanswered(ctx context.Context, x *exchanger, err error) error {
	if err == nil || x.waiting != "EPSV" || c.session.extended || !c.mayDoWithoutEPSV() {
		return err
	}
	return c.unanswered(ctx, "EPSV", QuirkEPSVUnanswered, err)
}

// QuirkEPSVUnanswered: EPSV costs the connection.
const QuirkEPSVUnanswered QuirkName = "epsv-unanswered"

var rowEPSVUnanswered = Quirk{
	Name: QuirkEPSVUnanswered, Mode: QuirkDetected,
	Behaviour:  "EPSV is never answered, or ends the connection: some firewalls do that",
	Evidence:   "the connection is lost at the first EPSV",
	Workaround: "EPSV is not sent, PASV is; ftpwire.Client goes on by a new connection, once. Over IPv6 there is no way without EPSV",
	Refs:       []string{"curl, whose option is --disable-epsv", "lftp"},
}
