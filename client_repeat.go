package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path"

	"github.com/ftpwire/ftpwire/control"
)

// An operation is one call of a method of Client: what its errors name, and how it is repeated.
type operation struct {
	c     *Client
	op    string
	path  string
	also  string      // the other pathname of Rename
	begun func() bool // whether an attempt has gone so far that only retry allows another one; nil: none does
	retry Retry       // more than the one repetition that is there without it
	tries *int        // counts the attempts; may be nil
}

// do runs try in the Client's turn; see [operation.run].
func (c *Client) do(ctx context.Context, op, name string, try func(context.Context) error) error {
	return operation{c: c, op: op, path: name}.inTurn(ctx, try)
}

// inTurn is run for a caller that does not have the turn.
func (o operation) inTurn(ctx context.Context, try func(context.Context) error) error {
	done, err := o.c.take(ctx)
	if err != nil {
		return o.fail(err, nil)
	}
	defer done()
	return o.run(ctx, try)
}

// run is the one way in which methods of a Client meet the server. If the connection has been lost before, try gets a new one. If try
// loses it before the operation has begun, it is run once more on a new one. Where retry, or a [Retry.Do] around it, counts the attempts,
// only that repeats it. A new connection needs a Profile, and the working directory of before for a relative pathname.
func (o operation) run(ctx context.Context, try func(context.Context) error) error {
	c, wanted, count := o.c, o.retry.Attempts, countOf(ctx)
	if c.closed.Load() {
		return o.fail(errClosed, nil)
	}
	if o.strayed() {
		return o.fail(errAdrift, nil)
	}
	dir, known := o.place(ctx)
	again := known && c.profile != nil
	free := again && c.mayLoginAgain()
	if !again {
		o.retry.Attempts = 0
	}
	lost := c.conn.Err()
	err := o.retry.attempts(ctx, func(n int) error {
		if n > 0 || free && lost != nil {
			if err := o.connect(ctx, dir, lost, n > 0); err != nil {
				return err
			}
		}
		if lost = o.attempt(ctx, dir, free, try); !free || wanted > 0 || count != nil || !o.lostByChance(ctx, lost) {
			return lost
		}
		if err := o.connect(ctx, dir, lost, true); err != nil {
			return err
		}
		return o.fail(o.attempt(ctx, dir, free, try), lost)
	})
	if wanted > 0 && c.profile == nil && Temporary(err) {
		err = &onceError{err}
	}
	return count.noting(o, o.fail(err, nil))
}

// connect makes another connection. lost is what became of the one before, in the operation if sent is set.
func (o operation) connect(ctx context.Context, dir string, lost error, sent bool) error {
	if failed := o.c.redial(ctx, dir); failed != nil {
		return &ReconnectError{Op: o.op, Path: o.path, Lost: lost, Sent: sent, Err: failed}
	}
	return nil
}

// attempt runs try. Where a command that can be done without has cost the connection, such as EPSV, it runs try again on a connection
// on which that command is not sent: each of them happens once. Nothing has been transferred by then.
func (o operation) attempt(ctx context.Context, dir string, mayMend bool, try func(context.Context) error) error {
	for {
		if o.tries != nil {
			*o.tries++
		}
		err := try(ctx)
		if !mayMend || o.hasBegun() || ctx.Err() != nil || !isType[*control.UnansweredError](err) {
			return err
		}
		if err := o.connect(ctx, dir, err, true); err != nil {
			return err
		}
	}
}

func (o operation) hasBegun() bool { return o.begun != nil && o.begun() }

// lostByChance reports whether err is the loss of the connection before the operation had begun, and nothing that would happen again.
func (o operation) lostByChance(ctx context.Context, err error) bool {
	return !o.hasBegun() && o.c.conn.Err() != nil && ctx.Err() == nil && Temporary(err) && !isType[*ReconnectError](err)
}

// place returns the working directory that another connection would need, "" for that of the login. known is false if nobody knows it
// any more, or it is not asked for as there can be no other connection. An absolute pathname does not need it, but what follows may.
func (o operation) place(ctx context.Context) (dir string, known bool) {
	c := o.c
	dir, known = c.conn.WorkingDir()
	if !known && c.conn.Err() == nil && c.profile != nil && (c.mayLoginAgain() || o.retry.Attempts > 0) {
		var err error
		dir, err = c.conn.Pwd(ctx)
		known = err == nil
	}
	return dir, known || o.isAbs()
}

func (o operation) isAbs() bool { return path.IsAbs(o.path) && (o.also == "" || path.IsAbs(o.also)) }

// strayed reports whether o depends on a working directory that was lost with the connection before.
func (o operation) strayed() bool {
	dir, known := o.c.conn.WorkingDir()
	return o.c.adrift == o.c.conn && !o.isAbs() && known && (dir == "" || dir == o.c.adriftAt)
}

// fail returns the error that says what failed, and how the attempt before was lost, if there was one. Errors that say it already, and
// those of local files, stay as they are.
func (o operation) fail(err, lost error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *FileError:
		if e.Lost == nil {
			e.Lost = lost
		}
		return e
	case *ReconnectError:
		return e
	}
	if isLocal(err) {
		return err
	}
	return &FileError{Op: o.op, Path: o.path, Err: err, Lost: lost}
}

// errClosed is the error of operations after Close.
var errClosed = fmt.Errorf("ftp: the Client is closed: %w", net.ErrClosed)

// errAdrift is the error of operations that would happen in another directory than the caller thinks.
var errAdrift = errors.New("ftp: the connection was lost, and with it the working directory, which nobody had asked for: use an absolute pathname, or CWD")
