package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// dial connects and logs in, several times if --retry says so.
func (a *app) dial(f *connFlags, l *ftpwire.Location) (client *ftpwire.Client, err error) {
	connect, err := a.dialler(f, l)
	if err != nil {
		return nil, err
	}
	err = a.again(f, func() (err error) { client, err = connect(); return err })
	return client, err
}

// dialler returns what connects and logs in, as often as it is called.
func (a *app) dialler(f *connFlags, l *ftpwire.Location) (func() (*ftpwire.Client, error), error) {
	if err := a.credentialsLater(f, l); err != nil {
		return nil, err
	}
	p := f.through(&l.Profile)
	if err := a.record(f, &l.Profile, p); err != nil {
		return nil, err
	}
	w := a.watch(f, p)
	return func() (*ftpwire.Client, error) {
		a.tried = p
		client, err := ftpwire.Dial(a.ctx, p)
		w.tellAccepted()
		if _, rejected := errors.AsType[*control.RejectedLoginError](err); rejected {
			clear(a.typed)
		}
		if err != nil {
			return nil, f.byEnvironment(dialError(p, err))
		}
		w.warn(client.Conn())
		context.AfterFunc(a.ctx, func() {
			time.AfterFunc(patience.SignalCleanup.Default, func() { client.Conn().Close() })
		})
		if err := f.formatFlags.set(client.Conn(), l); err != nil {
			client.Conn().Close()
			return nil, err
		}
		return client, nil
	}, nil
}

// hangUp ends a session. Its errors do not count: the command is done, or has failed for
// another reason.
func (a *app) hangUp(c *ftpwire.Client, failed bool) {
	if a.ctx.Err() != nil || c.Conn().Err() != nil {
		c.Conn().Close()
		return
	}
	bound := patience.QuitAtEnd
	if failed {
		bound = patience.QuitAfterFailure
	}
	ctx, cancel := context.WithTimeout(a.ctx, cmp.Or(a.closeTimeout, bound.Default))
	defer cancel()
	c.Close(ctx)
	c.Conn().Close()
}

// settle waits after a signal, for a bounded time, until the file that a cancelled upload
// has left on the server is removed. It returns name if the file is still there.
func (a *app) settle(c *ftpwire.Client, name string) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), patience.SignalCleanup.Default)
	defer cancel()
	if slices.Contains(c.Settle(ctx), name) {
		return name
	}
	return ""
}

// with connects to the server of rawURL and calls do.
func (a *app) with(f *connFlags, rawURL string, do func(*ftpwire.Client, *ftpwire.Location) error) error {
	l, err := a.locate(f, rawURL)
	if err != nil {
		return err
	}
	return a.withLocation(f, l, func(c *ftpwire.Client) error { return do(c, l) })
}

func (a *app) withLocation(f *connFlags, l *ftpwire.Location, do func(*ftpwire.Client) error) error {
	client, err := a.dial(f, l)
	if err != nil {
		return err
	}
	if err = do(client); err == nil {
		a.remember(client)
	}
	a.hangUp(client, err != nil)
	return err
}

// each calls do for every URL and goes on after a refusal. The URLs of one server share a session. In JSON there is an object for each.
func (a *app) each(cmd *cobra.Command, f *connFlags, asJSON bool, urls []string, do func(*ftpwire.Client, string) error) error {
	var all []source
	for _, u := range urls {
		l, err := a.locate(f, u)
		if err != nil {
			return err
		}
		if err := needPath(l, u); err != nil {
			return err
		}
		all = append(all, source{Location: l})
	}
	b := &batch{app: a, cmd: cmd, f: f, asJSON: asJSON}
	if err := b.eachSource(all, do); err != nil {
		return err
	}
	if a.ctx.Err() != nil && b.n == 0 && b.done < len(all) {
		return context.Cause(a.ctx) // the others have not been tried
	}
	return b.failures.err(len(all))
}

// eachSource calls do for all that the sources stand for.
func (b *batch) eachSource(all []source, do func(*ftpwire.Client, string) error) error {
	object := func(s source, e *failureJSON) any { return changeJSON{Path: s.Path, Error: e} }
	return b.eachServer(all, object, func(s *session, group []source) error {
		for i, src := range group {
			if err := s.connect(); err != nil {
				return b.unreached(err, group[i:], object)
			}
			found, errs := b.find(s.client, src)
			for _, err := range errs {
				if err := b.fail(err, func(e *failureJSON) any { return object(src, e) }); err != nil {
					return err
				}
			}
			for _, at := range found {
				if b.ctx.Err() != nil {
					b.cut = true
					return nil
				}
				if err := b.one(s, src, at, do); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// one calls do for one file or directory.
func (b *batch) one(s *session, src source, at found, do func(*ftpwire.Client, string) error) error {
	if src.pattern != "" && isDir(at.Entry) && !b.f.recursive {
		return b.skip(copying{remote: at.path}, "it is a directory, and --recursive was not given", &b.skipped)
	}
	err := onPath(at.path, b.changing(b.f, func() error { return do(s.client, at.path) }))
	object := func(e *failureJSON) any { return changeJSON{Path: at.path, OK: e == nil, Error: e} }
	if err != nil {
		return b.fail(err, object)
	}
	b.done++
	return b.write(nil, object)
}

// failures counts those of several files.
type failures struct {
	n    int
	kind ftpwire.Kind // one that has the exit code of all, or KindOther
}

func (s *failures) add(k ftpwire.Kind) {
	if s.n++; s.n == 1 {
		s.kind = k
	} else if exitOf(s.kind) != exitOf(k) {
		s.kind = ftpwire.KindOther
	}
}

// err returns the error of a run with several files, each of which has been reported.
func (s *failures) err(all int) error {
	switch {
	case s.n == 0:
		return nil
	case all == 1:
		return saidError{kind: s.kind}
	}
	return saidError{s.kind, fmt.Sprintf("%d of %d failed", s.n, all)}
}

// sameServer compares the servers that two URLs name, before anything is completed.
func sameServer(a, b *ftpwire.Profile) bool {
	return strings.EqualFold(a.Host, b.Host) && a.Port == b.Port && a.Variant == b.Variant &&
		a.User == b.User && a.Password == b.Password
}

func needPath(l *ftpwire.Location, rawURL string) error {
	if l.Path == "" {
		return &usageError{err: errors.New("the URL names no file or directory"), hint: "Put its path after the host: " + withPath(hostPart(rawURL))}
	}
	return nil
}

// withPath shows where the path stands after what hostPart returns.
func withPath(host string) string {
	if strings.Contains(host, "://") {
		host += "/"
	}
	return host + "PATH"
}

// hostPart returns scheme and host of a URL, without the user.
func hostPart(rawURL string) string {
	if name, _, ok := splitName(rawURL); ok {
		return name + ":"
	}
	scheme, rest, _ := strings.Cut(rawURL, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host[strings.LastIndex(host, "@")+1:]
}

// onPath puts the path in front of an error that does not name it.
func onPath(path string, err error) error {
	if err == nil || names(err, path) {
		return err
	}
	return &pathError{path, errtext.Errorf("%s: %w", visibleName(path), err)}
}

// A pathError is an error with the path in front of it.
type pathError struct {
	path string
	err  error
}

func (e *pathError) Error() string { return e.err.Error() }
func (e *pathError) Unwrap() error { return e.err }

// names reports whether err itself names its path.
func names(err error, path string) bool {
	if nd, ok := errors.AsType[*ftpwire.NoDirectoryError](err); ok {
		return nd.Path == path
	}
	if t, ok := errors.AsType[*control.TransferError](err); ok {
		return t.Path == path
	}
	re, ok := errors.AsType[*protocol.ReplyError](err)
	return ok && re.Path == path
}

// isDir reports whether the entry is a directory.
func isDir(e listing.Entry) bool {
	return e.Kind == listing.KindDir || e.Kind == listing.KindCurrent || e.Kind == listing.KindParent
}

// join appends a name to a remote directory.
func join(dir, name string) string {
	if dir == "" || strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}

// alive reports whether the connection can still be used.
func alive(c *control.Conn) bool { return c.Err() == nil }
