package ftpwire

import (
	"context"
	"errors"
	"net"
	"path"
)

// An operation is one call of a file operation, with what its errors name.
type operation struct {
	c    *Client
	op   string
	path string
	also string      // the other pathname of Rename
	last func() bool // whether an attempt has gone too far to be repeated; nil: none does
}

// do runs try in the Client's turn. If the connection has been lost before, try gets a new one; if try loses it, and may be repeated,
// it is repeated once. Both need a Profile that allows another login, and the working directory of before for a relative pathname.
// For more attempts, and for passing refusals, there is [Retry.Do].
func (c *Client) do(ctx context.Context, op, name string, try func(context.Context) error) error {
	done, err := c.take(ctx)
	if err != nil {
		return &FileError{Op: op, Path: name, Err: err}
	}
	defer done()
	return operation{c: c, op: op, path: name}.run(ctx, try)
}

// run is do for a caller that has the turn.
func (o operation) run(ctx context.Context, try func(context.Context) error) error {
	dir, again, err := o.ready(ctx)
	if err != nil {
		return err
	}
	err = try(ctx)
	for err != nil && !o.final() && o.c.mend(ctx, dir, o.path, err) {
		err = try(ctx)
	}
	if err == nil || !again || o.final() || o.c.conn.Err() == nil || ctx.Err() != nil || !Temporary(err) {
		return o.fail(err, nil)
	}
	if failed := o.c.redial(ctx, dir); failed != nil {
		return &ReconnectError{Op: o.op, Path: o.path, Lost: err, Sent: true, Err: failed}
	}
	return o.fail(try(ctx), err)
}

func (o operation) final() bool { return o.last != nil && o.last() }

// fail returns the error that says what failed. Errors that say it already stay as they are.
func (o operation) fail(err, lost error) error {
	if err == nil || isType[*FileError](err) && lost == nil {
		return err
	}
	return &FileError{Op: o.op, Path: o.path, Err: err, Lost: lost}
}

// ready makes sure that there is a connection. dir is the working directory that another one would need, "" for that of the login.
// again reports whether there may be another one.
func (o operation) ready(ctx context.Context) (dir string, again bool, err error) {
	c := o.c
	if c.closed.Load() {
		return "", false, &FileError{Op: o.op, Path: o.path, Err: errClosed}
	}
	roamed := o.relative() && c.conn.Roamed()
	lost := c.conn.Err()
	switch {
	case !c.mayLoginAgain():
		return "", false, o.fail(lost, nil)
	case lost != nil && roamed:
		return "", false, o.fail(lost, nil) // nobody knows the working directory
	case lost != nil:
		if err := c.redial(ctx, ""); err != nil {
			return "", false, &ReconnectError{Op: o.op, Path: o.path, Lost: lost, Err: err}
		}
	case roamed:
		if dir, err = c.conn.Pwd(ctx); err != nil {
			return "", false, o.fail(c.lost(ctx), nil)
		}
	}
	return dir, true, nil
}

func (o operation) relative() bool {
	return !path.IsAbs(o.path) || o.also != "" && !path.IsAbs(o.also)
}

// errClosed is the error of operations after Close.
var errClosed = errors.Join(errors.New("ftp: the Client is closed"), net.ErrClosed)
