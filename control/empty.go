package control

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/tlsx"
)

// An EmptyError reports a transfer that moved not a single octet, while nothing proves that
// there was nothing to send: the data connection was cut, refused, or never came, and the
// control connection does not say that the file or directory is empty. An attacker on the
// path can cut a data connection, but cannot forge what the server says on a protected
// control connection.
type EmptyError struct {
	Path   string // as the caller named it, "" for the working directory
	Reason string // which proof was tried, and with what result
	Err    error  // the error of the data connection, or nil if it ended in order
}

func (e *EmptyError) Error() string {
	s := "ftp: nothing came, and nothing proves that there is nothing to send"
	if e.Reason != "" {
		s += " (" + e.Reason + ")"
	}
	if e.Err != nil {
		s += ": " + errtext.Of(e.Err)
	}
	return s
}

// Unwrap returns the error of the data connection.
func (e *EmptyError) Unwrap() error { return e.Err }

// isEmpty reports whether the caller has read nothing at all.
func (d *Download) isEmpty() bool {
	return d.read == 0 && (d.dec != nil || d.t.moved() == 0)
}

// doubtEmpty notes that nothing came and that the end of the data connection, err, does
// not prove that there was nothing to send.
func (d *Download) doubtEmpty(err error) {
	d.t.doubt = err
	d.unterminated = true
}

// confirmEmpty is called when the server has called a transfer complete, but nothing
// came. It returns nil if it is proven that there was nothing to send. The transfer holds
// the turn.
func (d *Download) confirmEmpty() error {
	t := d.t
	if !t.f.cmd.Verb.Does(protocol.Lists) {
		return d.confirmEmptyFile()
	}
	if t.doubt != nil && !t.f.saysNothing() {
		if reason := d.disproves(); reason != "" {
			return &EmptyError{Path: d.path, Reason: reason, Err: t.doubt}
		}
	}
	if d.path == "" || t.back != nil {
		return nil // the working directory, or one that CWD has entered
	}
	return t.c.confirmByListing(t.ctx, t.f.cmd.Verb, d.path)
}

// confirmEmptyFile asks for the size of a file if nothing of it came and the data
// connection does not prove that it is empty.
func (d *Download) confirmEmptyFile() error {
	t := d.t
	if t.doubt == nil || t.want.Load() >= 0 || t.f.saysNothing() {
		return nil // the caller compares the size with an expected one
	}
	size, err := t.c.sizeLocked(t.ctx, d.path)
	switch {
	case err != nil:
		return &EmptyError{Path: d.path, Reason: "its size is not known: " + errtext.Of(err), Err: t.doubt}
	case size > d.from:
		return &EmptyError{Path: d.path, Reason: "SIZE says " + decimal(size), Err: t.doubt}
	}
	return nil
}

// saysNothing reports whether a reply to the transfer counts what there is to send, and comes
// to nothing; see [listing.SaysNothing].
func (f *flight) saysNothing() bool {
	return f.isStarted() && listing.SaysNothing(f.prelim.Text()) || listing.SaysNothing(f.reply.Text())
}

// secondLooks is how many times a listing that may have been cut is asked for again.
// pyftpdlib 1.5.7, when it has nothing to send, closes before its own handshake is
// complete about every second time.
const secondLooks = 2

// disproves checks a listing that came out empty over a data connection that proves
// nothing: STAT lists the directory over the control connection, and another data
// connection may end in order. It returns why the directory is not empty, or why that can't
// be known, and "" if it is proven to be empty.
func (d *Download) disproves() string {
	reason, proven := d.t.c.statEmpty(d.t.ctx, d.path, d.t.back != nil)
	if err := d.t.c.Err(); err != nil {
		return "STAT: " + errtext.Of(err)
	}
	for n := 0; !proven && reason == "" && n < secondLooks; n++ {
		reason, proven = d.lookAgain()
	}
	switch {
	case proven:
		return ""
	case reason == "":
		return "STAT does not list it, and further data connections ended likewise"
	}
	return reason
}

// nowhere is a name that no file or directory has.
const nowhere = ".ftpwire-nothing-has-this-name"

// statEmpty asks for a listing over the control connection (STAT; RFC 959, Section 4.1.3).
// It proves that a directory is empty, or says in reason that it is not; otherwise the
// server does not list by STAT. A server that does not even show the directory itself may
// give the same answer for any name: it must also refuse a name that does not exist.
func (c *Conn) statEmpty(ctx context.Context, path string, inside bool) (reason string, proven bool) {
	switch {
	case inside:
		path = ""
	case strings.ContainsAny(path, patternChars+blankChars):
		return "", false // Pure-FTPd takes the name for a pattern, or for several names
	}
	r, err := c.exchange(ctx, protocol.Command{Verb: "STAT", Arg: c.pathArg("STAT", statPath(path))})
	lines, ok := statListing(r)
	if err != nil || !ok || !r.Code.IsFileStatus() {
		return "", false
	}
	self := false
	for e, err := range listing.Lines(slices.Values(lines), listing.Options{}) {
		switch {
		case err != nil:
			return "", false // it may be an entry, or a remark
		case e.Kind != listing.KindCurrent && e.Kind != listing.KindParent && e.Name != "." && e.Name != "..":
			return "STAT lists entries of it", false
		}
		self = true
	}
	if !self {
		_, err = c.exchange(ctx, protocol.Command{Verb: "STAT", Arg: nowhere})
		self = err != nil && c.onlyRefused(err) == nil && !protocol.MeaningIn(err).NotImplemented()
	}
	return "", self
}

// lookAgain asks for the listing once more. proven is true if it is proven to be empty,
// and reason says if it is not; otherwise this data connection proved nothing either.
func (d *Download) lookAgain() (reason string, proven bool) {
	t := d.t
	again, err := t.opening.once(t.ctx)
	if err != nil {
		return "another data connection: " + errtext.Of(err), false
	}
	defer again.finish()
	second := newDownload(again)
	if n, err := io.CopyN(io.Discard, second, 1); n > 0 || err != io.EOF {
		again.abort()
		if n > 0 {
			return "it has entries over another data connection", false
		}
		return "another data connection: " + errtext.Of(err), false
	}
	if again.dc != nil {
		again.dc.Close()
	}
	if err := again.complete(); err != nil {
		return "another data connection: " + errtext.Of(err), false
	}
	return "", again.doubt == nil || again.f.saysNothing()
}

// emptyRefusal returns nil if the error of a listing says that there is nothing to list
// and the directory exists. Otherwise it returns that error, or one that tells what it
// means.
func (c *Conn) emptyRefusal(ctx context.Context, path string, err error) error {
	switch {
	case err == nil:
		return nil
	case c.isVague(path, err):
		return c.missing(ctx, path, err)
	case !c.isEmptyListing(err):
		return err
	}
	if path == "" || c.isForced(QuirkEmptyListingRefused) || c.confirmListed(ctx, "", path) == nil {
		return nil
	}
	return err
}

// confirmListed is confirmDirectory as a separate operation, after a listing by verb.
func (c *Conn) confirmListed(ctx context.Context, verb protocol.Verb, path string) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	defer c.release()
	if err := c.confirmByListing(ctx, verb, path); err != nil {
		return &TransferError{Verb: verb, Path: c.redact.String(path), Phase: PhaseReply, Err: err}
	}
	return nil
}

// isVague reports whether the refusal of a listing does not tell if its directory exists,
// while MLST does. Pure-FTPd answers 550 "Can't check for file existence" both for missing
// names and for files, pyftpdlib 501 "No such directory.".
func (c *Conn) isVague(path string, err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok || !re.Verb.Does(protocol.Lists) || path == "" || c.Err() != nil || !c.Features().Has("MLST") || c.isForced(QuirkEmptyListingRefused) {
		return false
	}
	m := re.Meaning()
	return m == protocol.Unexplained || m == protocol.BadParameter
}

// missing asks MLST about a directory whose listing was refused with err. It returns the
// refusal of MLST if that says that nothing has the name, else err.
func (c *Conn) missing(ctx context.Context, path string, err error) error {
	te, ok := errors.AsType[*TransferError](err)
	if !ok || c.acquire(ctx) != nil {
		return err
	}
	defer c.release()
	_, look := c.exchange(ctx, protocol.Command{Verb: "MLST", Arg: c.pathArg("MLST", path)})
	if !errors.Is(look, fs.ErrNotExist) {
		return err
	}
	return &TransferError{Verb: te.Verb, Path: te.Path, Phase: te.Phase, Bytes: te.Bytes, Err: look}
}

// confirmByListing is confirmDirectory, and if that can't tell, because PWD does not say where
// CWD would lead, it lists a name that does not exist: where that is refused, an empty listing
// of another name, which was not refused, shows that it is there. The turn must be held.
func (c *Conn) confirmByListing(ctx context.Context, verb protocol.Verb, path string) error {
	err := c.confirmDirectory(ctx, path)
	if _, undecided := errors.AsType[*EmptyError](err); !undecided || verb == "" || c.Err() != nil || !c.refusesNowhere(ctx, verb) {
		return err
	}
	return nil
}

// refusesNowhere reports whether the server refuses to list a name that does not exist.
func (c *Conn) refusesNowhere(ctx context.Context, verb protocol.Verb) bool {
	o, err := c.newOpening(protocol.Command{Verb: verb, Arg: nowhere}, 'A')
	if err != nil {
		return false
	}
	t, err := o.once(ctx)
	if err == nil {
		err = t.discard()
	}
	m := protocol.MeaningIn(err)
	return err != nil && c.onlyRefused(err) == nil && (m == protocol.NotExist || m == protocol.Unexplained)
}

// discard reads a listing to its end and drops it.
func (t *transfer) discard() error {
	defer t.finish()
	if _, err := io.CopyN(io.Discard, newDownload(t), probeBytes); err != io.EOF {
		t.abort()
		return cmp.Or(err, error(ErrGivenUp))
	}
	if t.dc != nil {
		t.dc.Close()
	}
	return t.complete()
}

// confirmDirectory checks whether path is a directory, before a listing without entries is
// called empty: vsftpd and others answer 226, and send nothing, for a name that does not
// exist. If it is not one, the error is the server's refusal. The turn must be held.
//
// What MLST does not find does not exist, even if CWD succeeds: servers in front of object
// stores let CWD go anywhere.
func (c *Conn) confirmDirectory(ctx context.Context, path string) error {
	if c.Features().Has("MLST") {
		r, err := c.exchange(ctx, protocol.Command{Verb: "MLST", Arg: c.pathArg("MLST", path)})
		if err == nil {
			if e, perr := mlstEntry(r, ""); perr == nil && e.Kind == listing.KindDir {
				return nil
			}
		} else if c.onlyRefused(err) != nil || errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	home, err := c.pwdLocked(ctx)
	if err != nil {
		return &EmptyError{Path: path, Reason: errtext.Of(err)}
	}
	entered, err := c.enter(ctx, home, path)
	if c.onlyRefused(err) == nil && err != nil {
		return err
	}
	if c.Err() == nil {
		c.goHome(home) // if the context ended, the server may still carry out the CWD
	}
	if err == nil && !entered {
		return &EmptyError{Path: path, Reason: "CWD succeeds, and leads nowhere"}
	}
	return err
}

// withoutConnection judges a transfer that the server calls complete although there was no
// data connection. Only a transport that ended may mean that there was nothing to send: then
// it returns nil, and a proof is still needed. If this side refused something, a certificate
// or a TLS session, the error stays.
func withoutConnection(err error) error {
	for _, gone := range []error{datachan.ErrEnded, io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, tlsx.ErrTruncated} {
		if errors.Is(err, gone) {
			return nil
		}
	}
	return err
}

// QuirkNoCloseNotify: data connections over TLS end without close_notify.
const QuirkNoCloseNotify QuirkName = "no-close-notify"

var rowNoCloseNotify = Quirk{
	Name: QuirkNoCloseNotify, Mode: QuirkOnRequest,
	Behaviour:  "data connections over TLS end without close_notify",
	Workaround: "such an end passes for the end of a file or listing, which anybody on the path can cut short then; files are still held to their size where it is known",
	Refs:       []string{"curl issue 11383", "lftp issue 450"},
}
