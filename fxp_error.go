package ftpwire

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// An FXPError reports a [Transfer] that failed, and at which server.
//
// [Temporary] is false for it if NoWay is set, whatever the servers replied.
type FXPError struct {
	// Destination is whether the server that was to store the file failed, or refused. If false,
	// it is the one that was to send it.
	Destination bool

	Server string // its address, "host:port"
	Path   string // of the file there, as the caller named it

	// Err is what went wrong there; a refusal is a *[protocol.ReplyError] in it, whose Verb says
	// what was refused. Other is what the other server said meanwhile, nil if nothing was wrong there.
	Err, Other error

	// NoWay says that the servers do not exchange data with each other, as far as it was tried: Tried
	// has the ways, in their order. Err is the error of the last one, or, if Tried is empty, why there
	// is nothing to try.
	NoWay bool
	Tried []FXPTry
}

// An FXPTry is a way to bring two servers together that did not work.
type FXPTry struct {
	Way string // which server got which commands, in words
	Err error  // how it ended
}

// text returns which server said what.
func (t FXPTry) text() string {
	if fe, ok := t.Err.(*FXPError); ok {
		return fe.Server + ": " + errtext.Of(fe.Err)
	}
	return errtext.Of(t.Err)
}

func (e *FXPError) side() string {
	if e.Destination {
		return "destination"
	}
	return "source"
}

func (e *FXPError) Error() string {
	if e.NoWay && len(e.Tried) == 0 {
		return "ftp: the servers can't exchange " + strconv.Quote(e.Path) + ": " + errtext.Of(e.Err)
	}
	var b strings.Builder
	if !e.NoWay {
		fmt.Fprintf(&b, "ftp: %q at the %s, %s: %s", e.Path, e.side(), e.Server, errtext.Of(e.Err))
		if e.Other != nil {
			fmt.Fprintf(&b, "; the other server: %s", errtext.Of(e.Other))
		}
		return b.String()
	}
	fmt.Fprintf(&b, "ftp: the servers do not exchange %q with each other:", e.Path)
	for i, t := range e.Tried {
		if i > 0 {
			b.WriteString(";")
		}
		fmt.Fprintf(&b, " %s: %s", t.Way, t.text())
	}
	return b.String()
}

// Unwrap returns Err and Other.
func (e *FXPError) Unwrap() []error {
	if e.Other == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.Other}
}

// A sumsDifferError reports a file of which two servers have different sums after a transfer.
type sumsDifferError struct{ alg, source, destination string }

func (e *sumsDifferError) Error() string {
	return fmt.Sprintf("ftp: the servers have different files: %s is %s at the source and %s at the destination", e.alg, e.source, e.destination)
}

// client returns the Client of a side.
func (x *fxp) client(s fxpSide) *Client {
	if s == source {
		return x.from
	}
	return x.to
}

// path returns the path at a side.
func (x *fxp) path(s fxpSide) string {
	if s == source {
		return x.fromPath
	}
	return x.toPath
}

// at says at which server err arose. nil stays nil.
func (x *fxp) at(s fxpSide, err error) error {
	if err == nil || isType[*FXPError](err) {
		return err
	}
	return &FXPError{Destination: s == destination, Server: x.client(s).address(), Path: x.path(s), Err: err}
}

// address returns the server's address as the caller named it, if that is known.
func (c *Client) address() string {
	if c.profile != nil {
		if addr, err := c.profile.Address(); err == nil {
			return addr
		}
	}
	return c.conn.RemoteAddr().String()
}
