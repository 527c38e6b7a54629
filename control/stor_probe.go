package control

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// probeBytes limits how much is read of the listing that proves the data connection.
const probeBytes = 1 << 20

// errNoAnswer ends a listing before an upload that the server does not answer at all.
var errNoAnswer = errors.New("no reply to NLST, and nothing on its data connection")

// probe proves that a protected data connection works before an upload to path depends on
// it. It costs little. Where there is a TLS session to offer, which is what servers ask for,
// and SIZE finds no file that could be emptied, nothing is listed; else the name of the file
// alone, if the server lists single files. Refusals that do not concern the data connection
// do not count, and a server that does not answer is not waited for long.
func (c *Conn) probe(ctx context.Context, path string) error {
	c.mu.Lock()
	skip := c.session.probed || c.cfg.NoUploadProbe || c.sess == nil || !c.protectsUploads()
	c.mu.Unlock()
	if skip || c.HasQuirk(QuirkNLSTUnanswered) {
		return nil
	}
	if c.sess.Tickets() > 0 { // none with ResumeOff
		if absent, err := c.absent(ctx, path); absent || err != nil {
			return err
		}
	}
	names := []string{path, ""}
	if strings.ContainsAny(path, "*?[]{}~\\ ") || strings.HasPrefix(path, "-") {
		names = names[1:] // servers take such a name for a pattern, an option or several names
	}
	var err error
	for _, name := range names {
		err = c.probeBy(ctx, name)
		if re, ok := errors.AsType[*protocol.ReplyError](err); !ok || re.Meaning().OfData() || c.Err() != nil {
			return err
		}
	}
	return nil
}

// absent reports whether SIZE says that there is no file at path, where the server has SIZE.
func (c *Conn) absent(ctx context.Context, path string) (bool, error) {
	if !c.Features().Has("SIZE") && !c.HasQuirk(QuirkSIZEUnlisted) || c.HasQuirk(QuirkSIZEUseless) {
		return false, nil
	}
	_, err := c.Size(ctx, path)
	if lost := c.Err(); lost != nil {
		return false, lost
	}
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	return protocol.MeaningIn(err) == protocol.NotExist, nil
}

// probeBy lists name over a data connection. A server that sends nothing at all counts as
// one that lists nothing for this user.
func (c *Conn) probeBy(ctx context.Context, name string) error {
	caller := ctx
	ctx, cancel := context.WithCancelCause(asUpload(ctx))
	defer cancel(nil)
	o, err := c.newOpening(protocol.Command{Verb: "NLST", Arg: name}, 'A')
	if err != nil {
		return err
	}
	silent := func() bool {
		f := o.sent.Load()
		return f != nil && !f.isStarted() && !f.isDone()
	}
	defer time.AfterFunc(patience.UploadProbe.Default, func() {
		if silent() {
			cancel(errNoAnswer)
		}
	}).Stop()
	err = c.listAside(ctx, o)
	if err == nil || caller.Err() != nil {
		return err
	}
	if errors.Is(err, errNoAnswer) || o.silent.Load() {
		return c.nlstUnanswered(caller, err)
	}
	if o.early.Load() {
		return c.unanswered(caller, "NLST", QuirkNLSTUnanswered, err)
	}
	return err // nothing is uploaded where TLS may have been the reason
}

// listAside opens a listing, and reads it as far as the probe wants it.
func (c *Conn) listAside(ctx context.Context, o *opening) error {
	if err := c.acquire(ctx); err != nil {
		return err
	}
	c.busy.Store(true)
	t, err := c.openPromptly(ctx, o)
	if err != nil {
		return err
	}
	d := newDownload(t)
	_, err = io.CopyN(io.Discard, d, probeBytes)
	if err == io.EOF {
		err = nil
	}
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// nlstUnanswered notices a server that does not answer NLST. It returns nil if the connection
// is in step again.
func (c *Conn) nlstUnanswered(ctx context.Context, err error) error {
	const evidence = "NLST before an upload was not answered"
	if !c.notice(QuirkNLSTUnanswered, evidence) {
		return err
	}
	if aerr := c.acquire(ctx); aerr != nil { // what was given up goes on until then
		return aerr
	}
	c.release()
	if c.Err() == nil {
		return nil
	}
	return &UnansweredError{Verb: "NLST", Quirk: AppliedQuirk{Name: QuirkNLSTUnanswered, Evidence: evidence}, Err: err}
}

// QuirkNLSTUnanswered: NLST is not answered, on accounts that may only upload.
const QuirkNLSTUnanswered QuirkName = "nlst-unanswered"

var rowNLSTUnanswered = Quirk{
	Name: QuirkNLSTUnanswered, Mode: QuirkDetected,
	Behaviour:  "NLST is not answered, on accounts that may only upload",
	Evidence:   "no reply comes to the name list before the first upload over TLS that replaces a file, and nothing over its data connection",
	Workaround: "uploads begin without it; if the connection is lost over it, ftpwire.Client goes on by a new one, once",
	Refs:       []string{"mailboxes that take files and show none"},
}
