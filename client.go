package ftpwire

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A Client is a session with a server, logged in. Several goroutines may use it. It has
// one control connection: each operation waits for its turn, as long as its context lets
// it, and keeps the turn for all its attempts. The loops over [Client.Entries] and
// [Client.Walk] may call the Client. A function that is called in the middle of another
// operation, such as those in [TransferOptions], must not.
//
// An operation that finds the connection lost makes a new one. One that loses it before it
// has begun is run once more on a new one: commands such as that of [Client.Remove], and
// [Client.ReadFile] and [Client.WriteFile] up to their end; what streams up to the first
// data, and [Client.Entries] up to the first entry. Transfers go further as
// [TransferOptions].Retry says, and everything else with [Retry.Do]; these count all attempts,
// and the one of above is not added to them. The new connection has
// the login, the working directory, the file format and what was learned about the server
// of the one before; other commands that were sent through [Client.Conn] are not repeated.
//
// Operations have one attempt if the Client has no Profile, or if that allows one login only
// (MaxLogins of [control.LoginOptions]). So do relative pathnames where nobody knows the working
// directory any more, as [control.Conn.WorkingDir] tells; after that they are errors until CWD
// says what they start from.
//
// The errors are *[FileError] and *[ReconnectError], with the operation and the file; see
// there for the exceptions. After [Client.Close], they match [net.ErrClosed].
type Client struct {
	turn chan struct{} // holds a token while an operation runs; it guards what follows

	open openFile // has a lock of its own

	mu   sync.Mutex // guards conn, too, for callers without the turn
	conn *control.Conn

	profile  *Profile // to dial again, nil if that can't be done
	asked    *secrets // of profile
	settling backlog  // has a lock of its own

	closed atomic.Bool // by Close: no other connection is made

	adrift   *control.Conn // it has another working directory than the one before, which nobody knows
	adriftAt string        // and this is its own, if that is known
	selected *control.Conn // the facts of MLSx are selected there, if that gains something

	noMLSD bool // the server lacks it, though the caller forced it
	noMLST bool
	list   control.ListOptions
	system bool // whether SYST was sent, before the first LIST

	zoneSought bool // whether the zone of LIST was looked for

	// What the server turned out to ignore or refuse.
	noSIZE     bool // SIZE is not there, whatever FEAT says
	noRest     bool // REST before RETR
	noRestStor bool // REST before STOR
	noAppe     bool

	restProven int64    // REST before RETR began where it was told once, as far as there
	head       fileHead // of the file whose beginning was asked for last
}

// Dial connects to the server of p and logs in. A Profile that can't be used is a *[ProfileError], or several: see
// [Profile.Validate]. A rejected login is a *[control.RejectedLoginError], missing protection a *[control.SecurityError], a
// certificate that is not accepted a *[tlsx.CertificateError], or one of package crypto/x509 without a Verify; what the network does
// is an error of package net. [Diagnose] explains all of them.
//
// If the server loses the connection at a command that can be done without, such as FEAT, Dial connects once more without it, unless
// the Profile allows one login only ([control.LoginOptions].MaxLogins): see [control.UnansweredError] and [Client.Learned].
func Dial(ctx context.Context, p *Profile) (*Client, error) {
	if p == nil {
		return nil, p.Validate()
	}
	p, asked := p.remembering()
	return asked.dial(ctx, p)
}

// dial is Dial for a Profile that remembers what was asked. In a [Pool] it waits for its turn to log in.
func (s *secrets) dial(ctx context.Context, p *Profile) (*Client, error) {
	if s.pool != nil {
		return s.pool.reconnect(ctx, p)
	}
	return s.connect(ctx, p)
}

// connect is dial at once.
func (s *secrets) connect(ctx context.Context, p *Profile) (*Client, error) {
	c, err := s.dialOnce(ctx, p)
	if q, ok := p.mending(ctx, err); ok {
		return s.dialOnce(ctx, q)
	}
	return c, err
}

// dialOnce is dial with one attempt, and another if the server did not wait for a password.
func (s *secrets) dialOnce(ctx context.Context, p *Profile) (*Client, error) {
	conn, err := p.login(ctx)
	if s.again(ctx, err) {
		p.note("the server did not wait for the password: connecting again")
		conn, err = p.login(ctx)
		s.again(ctx, err)
	}
	if err != nil {
		return nil, err
	}
	return newClient(conn, p, s), nil
}

// login returns a connection that is logged in.
func (p *Profile) login(ctx context.Context) (*control.Conn, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	addr, err := p.Address()
	if err != nil {
		return nil, err
	}
	cfg, err := p.Control()
	if err != nil {
		return nil, err
	}
	conn, err := control.Dial(ctx, addr, cfg)
	if err != nil {
		return nil, err
	}
	user, password := p.credentials()
	if err := conn.Login(ctx, user, password, p.Account); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// NewClient returns a Client on a connection that is logged in. Nobody else may use conn after that. p is the Profile to connect
// with again; it says how listings are read, and of which type files are, which conn is told. If p is nil, the Client cannot
// connect again, so that each operation has one attempt whatever its [Retry] says.
func NewClient(conn *control.Conn, p *Profile) *Client {
	if p == nil {
		return newClient(conn, nil, nil)
	}
	p, asked := p.remembering()
	return newClient(conn, p, asked)
}

func newClient(conn *control.Conn, p *Profile, asked *secrets) *Client {
	c := &Client{turn: make(chan struct{}, 1), conn: conn}
	if p != nil {
		c.profile, c.asked = new(*p), asked
		c.list, _ = p.lines() // what can't be read counts as not said; Dial refuses it
		if p.Type != TypeDefault {
			format := conn.FileFormat()
			format.Type = byte(p.Type)
			conn.SetFileFormat(format) // cannot fail: there is such a type
		}
	}
	return c
}

// Conn returns the control connection, for everything that a Client has no method for. A
// repeated operation replaces it; see [Retry]. It knows nothing of the Client's turns: do
// not change the working directory while an operation of the Client runs.
func (c *Client) Conn() *control.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn
}

// Close ends the session with QUIT, within the time that ctx allows. It waits for the
// running operation, and for what [Client.Settle] waits for. If ctx ends before the
// operation does, Close closes the connection that the operation is using.
func (c *Client) Close(ctx context.Context) error {
	c.closed.Store(true)
	done, err := c.take(ctx)
	if err != nil {
		c.Conn().Close()
		return err
	}
	defer done()
	c.Settle(ctx)
	ctx, cancel := patience.Within(ctx, c.closeTimeout())
	defer cancel()
	return c.conn.Quit(ctx)
}

// closeTimeout returns how long to wait for the answer to QUIT, negative for no bound of its own.
func (c *Client) closeTimeout() time.Duration {
	if c.profile == nil {
		return -1
	}
	return cmp.Or(c.profile.CloseTimeout, c.profile.Timeout, -1)
}

// Entries lists a directory; if path is "", the working directory. It uses MLSD if the
// server lists that among its features, and LIST otherwise. It leaves out the lines for
// the directory itself and its parent. A line that can't be read is yielded as a
// *[parse.Error], and the listing goes on. If MLSD turns out not to work, LIST takes its
// place: see mlsd-broken in [control.Quirks]. Where the server does not know LIST either,
// the entries are the names that NLST has, without anything else.
//
// Errors are *[FileError] or *[ReconnectError]. One that holds no *[parse.Error] is the last that
// is yielded; it matches fs.ErrNotExist or fs.ErrPermission if the server says so. Without one,
// the listing was whole.
func (c *Client) Entries(ctx context.Context, path string) iter.Seq2[listing.Entry, error] {
	return func(yield func(listing.Entry, error) bool) {
		done, err := c.take(ctx)
		begun := false // something was yielded, and the turn given back, so that the loop can call the Client
		o := operation{c: c, op: "list", path: path, begun: func() bool { return begun }}
		give := func(e listing.Entry, err error) bool {
			if !begun {
				begun = true
				done()
			}
			return yield(e, o.fail(err, nil))
		}
		if err != nil {
			yield(listing.Entry{}, o.fail(err, nil))
			return
		}
		defer func() {
			if !begun {
				done()
			}
		}()
		err = o.run(ctx, func(ctx context.Context) error {
			for e, err := range c.allEntries(ctx, path) {
				if err != nil && !begun && !isType[*parse.Error](err) {
					return err
				}
				if err == nil && isDot(e) {
					continue
				}
				if !give(e, err) {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			give(listing.Entry{}, err)
		}
	}
}

func isDot(e listing.Entry) bool {
	return e.Kind == listing.KindCurrent || e.Kind == listing.KindParent || e.Name == "." || e.Name == ".."
}

func (c *Client) allEntries(ctx context.Context, path string) iter.Seq2[listing.Entry, error] {
	return func(yield func(listing.Entry, error) bool) {
		if c.list.ByStat {
			c.conn.StatList(ctx, path, c.listOptions(ctx))(yield)
			return
		}
		if !c.usesMLSD() {
			if err := c.findZone(ctx, path); err != nil {
				yield(listing.Entry{}, err)
				return
			}
			c.listed(ctx, path)(yield)
			return
		}
		c.selectFacts(ctx)
		first, broken := true, error(nil)
		for e, err := range c.conn.Mlsd(ctx, path, c.list) {
			if first && c.mlsdBroken(path, err) {
				broken = err
				break
			}
			first = false
			if !yield(e, err) {
				return
			}
		}
		switch {
		case broken == nil:
			return
		case c.conn.Err() != nil:
			yield(listing.Entry{}, broken) // there is no connection to send LIST on
			return
		}
		if err := c.findZone(ctx, path); err != nil {
			yield(listing.Entry{}, err)
			return
		}
		c.listed(ctx, path)(yield)
	}
}

// listOptions returns how to read LIST. It asks the server once what system it is: the
// format of that system is tried first.
func (c *Client) listOptions(ctx context.Context) control.ListOptions {
	if !c.system && c.list.Lines.Dialect == "" && c.list.Lines.System == "" {
		c.system = true
		if r, err := c.conn.Do(ctx, protocol.Command{Verb: "SYST"}); err == nil { // a refusal only means that the format is detected
			c.list.Lines.System = r.Text()
		}
	}
	return c.list
}

// Stat describes one file or directory. It uses MLST, or SIZE, MDTM and CWD if the server
// has no MLST. The second way tells less: Size is -1, and Time is zero, if the server
// does not tell them. The error is a *[FileError]; it matches fs.ErrNotExist or
// fs.ErrPermission if the server says so, and holds a *[KindError] if it can't be told what
// has the name.
func (c *Client) Stat(ctx context.Context, path string) (listing.Entry, error) {
	var e listing.Entry
	err := c.do(ctx, "stat", path, func(ctx context.Context) (err error) {
		e, err = c.stat(ctx, path)
		return err
	})
	return e, err
}

// stat is Stat for a caller that has the turn.
func (c *Client) stat(ctx context.Context, path string) (listing.Entry, error) {
	if c.usesMLST() {
		c.selectFacts(ctx)
		e, err := c.conn.Mlst(ctx, path)
		m := protocol.MeaningIn(err)
		_, unread := errors.AsType[*parse.Error](err)
		if err == nil && e.Kind == listing.KindUnknown && e.Size < 0 && e.Time.IsZero() {
			return c.statMore(ctx, path, e)
		}
		if err == nil && c.isHiddenLink(ctx, path, e) {
			return c.statByParts(ctx, path)
		}
		if err == nil || !m.NotImplemented() && m != protocol.BadParameter && m != protocol.NotNow && !unread {
			return e, err
		}
		c.noMLST = m.NotImplemented() || unread // 501 may be about the name, and 503 about now
	}
	return c.statByParts(ctx, path)
}

// statMore asks by statByParts for what the answer to MLST, e, does not tell: nothing but a
// name, which may be the server's own way to write facts. If that tells nothing either, it is
// e after all, as MLST was not refused.
func (c *Client) statMore(ctx context.Context, path string, e listing.Entry) (listing.Entry, error) {
	more, err := c.statByParts(ctx, path)
	if err == nil {
		return more, nil
	}
	return e, c.lost(ctx)
}

// statByParts asks for the size, for the time and whether path can be entered. That is
// asked even if there is a size: some servers tell one for directories too.
func (c *Client) statByParts(ctx context.Context, path string) (listing.Entry, error) {
	e := listing.Entry{Name: path, Size: -1}
	size, sizeErr := c.size(ctx, path)
	t, timeErr := c.conn.Mdtm(ctx, path)
	dated := timeErr == nil
	if dated {
		e.Time, e.Precision, e.Zone = t, parse.PrecisionSecond, listing.ZoneUTC
	}
	if err := c.conn.Err(); err != nil {
		return e, err
	}
	dir, unsure := c.isDirectory(ctx, path)
	if err := c.lost(ctx); err != nil {
		return e, err // sizeErr would say that nothing is there
	}
	switch {
	case dir:
		e.Kind = listing.KindDir
	case sizeErr == nil:
		e.Kind, e.Size = listing.KindFile, size
	case dated && errors.Is(sizeErr, errors.ErrUnsupported):
		e.Kind = listing.KindFile // it is there, and SIZE was not asked
	case unsure:
		return e, &KindError{Path: path} // sizeErr would say that nothing is there
	case saysMissing(timeErr):
		return e, timeErr // inetutils-ftpd calls what is not there "not a plain file" in its answer to SIZE
	default:
		return e, sizeErr
	}
	return e, nil
}

// saysMissing reports whether a refusal says in words that nothing has the name.
func saysMissing(err error) bool {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	return ok && protocol.MeaningOf(re.Reply.Code, "SITE", re.Reply.Text()) == protocol.NotExist
}

// A KindError reports that there is something of a name, or that the server only acts as if
// there were: CWD is accepted and PWD is the same afterwards, and nothing else tells of it.
type KindError struct {
	Path string // as the caller named it
}

func (e *KindError) Error() string {
	return "ftp: it can't be told what " + strconv.Quote(e.Path) + " is: the server accepts it as a directory (CWD), and its working directory stays the same (PWD)"
}

// isDirectory tries to enter path, and goes back, even if ctx ends meanwhile. unsure is true
// if CWD is accepted and does not show in PWD.
func (c *Client) isDirectory(ctx context.Context, path string) (dir, unsure bool) {
	home, err := c.conn.Pwd(ctx)
	if err != nil {
		return c.entersForGood(ctx, path), false
	}
	err = c.conn.Cwd(ctx, path)
	if isRefusal(err) {
		return false, false
	}
	moved := err == nil && c.reallyMoved(ctx, home, path)
	bound := patience.Cleanup
	if ctx.Err() != nil {
		bound = patience.CancelledCleanup
	}
	back, cancel := context.WithTimeout(context.WithoutCancel(ctx), bound.Default)
	defer cancel()
	if c.conn.Cwd(back, home) != nil {
		c.conn.Close() // relative pathnames would lead elsewhere
		return false, false
	}
	if c.adrift == c.conn {
		c.adriftAt = home
	}
	return moved, err == nil && !moved
}

// entersForGood is isDirectory where PWD does not tell the way back. A new connection
// leads back to the directory of the login, if that is where the old one was. If not,
// nothing is tried.
func (c *Client) entersForGood(ctx context.Context, path string) bool {
	if at, known := c.conn.WorkingDir(); at != "" || !known || c.lost(ctx) != nil || !c.mayLoginAgain() || c.conn.Cwd(ctx, path) != nil {
		return false
	}
	c.note("PWD does not tell where the session was before CWD: back to there by a new connection")
	return c.redial(ctx, "") == nil
}

// storedSize asks for the size of a file that was just stored, even if FEAT does not list
// SIZE: nothing else proves that the whole file has arrived.
func (c *Client) storedSize(ctx context.Context, path string) int64 {
	if c.noSIZE {
		return -1
	}
	n, err := c.size(ctx, path)
	c.noSIZE = protocol.MeaningIn(err).NotImplemented()
	if err != nil {
		return -1
	}
	return n
}

// sizeIfKnown asks for the size of a file whose transfer does not change its octets.
func (c *Client) sizeIfKnown(ctx context.Context, path string) int64 {
	if !c.usesSIZE() {
		return -1
	}
	n, err := c.conn.Size(ctx, path)
	if err != nil {
		return -1
	}
	return n
}
