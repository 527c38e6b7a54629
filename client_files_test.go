package ftpwire_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
)

// A replyCutter cuts control connections, which go to server.
type replyCutter struct {
	server string
	verb   atomic.Pointer[string] // the next command of this verb is carried out, and its reply is lost
	before atomic.Bool            // the command is lost, too
	always bool                   // not only the next one
	wrong  atomic.Bool            // the password of further logins
	logins atomic.Int32
}

func (k *replyCutter) arm(verb string, before bool) {
	k.before.Store(before)
	k.verb.Store(&verb)
}

// A replyCutConn is a control connection of a replyCutter.
type replyCutConn struct {
	net.Conn
	k   *replyCutter
	cut atomic.Bool
}

func (c *replyCutConn) Write(b []byte) (int, error) {
	if v := c.k.verb.Load(); v != nil && strings.HasPrefix(string(b), *v) {
		if !c.k.always {
			c.k.verb.Store(nil)
		}
		if c.k.before.Load() {
			c.Close()
			return 0, io.ErrClosedPipe
		}
		c.cut.Store(true)
	}
	if c.k.wrong.Load() && strings.HasPrefix(string(b), "PASS ") {
		_, err := io.WriteString(c.Conn, "PASS other\r\n")
		return len(b), err
	}
	return c.Conn.Write(b)
}

func (c *replyCutConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.cut.Load() {
		c.Close()
		return 0, io.EOF
	}
	return n, err
}

// filesClient logs in to a server in memory, within a bubble.
func filesClient(t *testing.T, cfg ftptest.Config, change func(*ftpwire.Profile)) (*ftptest.Server, *ftpwire.Client, *replyCutter) {
	t.Helper()
	network := &memnet.Network{}
	cfg.Listen = func(n, address string) (net.Listener, error) { return network.ListenContext(t.Context(), n, address) }
	cfg.Dial = network.DialContext
	s := ftptest.NewServer(t, &cfg)
	for name, data := range map[string]string{"/a.txt": "hello\n", "/d/b.txt": "b", "/d/e/c.txt": "cc", "/d/e/f/g.txt": "ggg"} {
		write(t, s, name, []byte(data))
	}
	k := &replyCutter{server: s.Addr()}
	p := profileOf(s, cfg.TLS)
	p.Dial = func(ctx context.Context, n, address string) (net.Conn, error) {
		c, err := network.DialContext(ctx, n, address)
		if err != nil || address != k.server {
			return c, err
		}
		k.logins.Add(1)
		return &replyCutConn{Conn: c, k: k}, nil
	}
	if change != nil {
		change(p)
	}
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Conn().Close() })
	return s, c, k
}

// A fileOp is a call of one file operation.
type fileOp struct {
	name string
	verb string                                             // whose reply decides
	call func(ctx context.Context, c *ftpwire.Client) error // on what is there
	none func(ctx context.Context, c *ftpwire.Client) error // on what is not; nil: that is no error
	done func(s *ftptest.Server) bool                       // whether it happened
	lost error                                              // what the error of a second attempt matches, if the reply to the first was lost
}

func readAll(r io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.ReadAll(r)
	return err
}

func writeAll(w io.WriteCloser, err error) error {
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "new")
	return errors.Join(err, w.Close())
}

func has(name, want string) func(*ftptest.Server) bool {
	return func(s *ftptest.Server) bool {
		got, err := s.ReadFile(name)
		return err == nil && string(got) == want
	}
}

func lacks(name string) func(*ftptest.Server) bool {
	return func(s *ftptest.Server) bool { return !s.Exists(name) }
}

func always(*ftptest.Server) bool { return true }

var stamp = time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)

var fileOps = []fileOp{
	{"Open", "RETR", func(ctx context.Context, c *ftpwire.Client) error { return readAll(c.Open(ctx, "a.txt")) },
		func(ctx context.Context, c *ftpwire.Client) error { return readAll(c.Open(ctx, "none")) }, always, nil},
	{"ReadFile", "RETR", func(ctx context.Context, c *ftpwire.Client) error {
		got, err := c.ReadFile(ctx, "a.txt")
		if err == nil && string(got) != "hello\n" {
			return errors.New("other data: " + string(got))
		}
		return err
	}, func(ctx context.Context, c *ftpwire.Client) error { _, err := c.ReadFile(ctx, "none"); return err }, always, nil},
	{"Create", "STOR", func(ctx context.Context, c *ftpwire.Client) error { return writeAll(c.Create(ctx, "n")) }, nil, has("/n", "new"), nil},
	{"Append", "APPE", func(ctx context.Context, c *ftpwire.Client) error { return writeAll(c.Append(ctx, "a.txt")) }, nil, has("/a.txt", "hello\nnew"), nil},
	{"WriteFile", "STOR", func(ctx context.Context, c *ftpwire.Client) error { return c.WriteFile(ctx, "n", []byte("new")) }, nil, has("/n", "new"), nil},
	{"ReadDir", "MLSD", func(ctx context.Context, c *ftpwire.Client) error { _, err := c.ReadDir(ctx, "d"); return err },
		func(ctx context.Context, c *ftpwire.Client) error { _, err := c.ReadDir(ctx, "none"); return err }, always, nil},
	{"Remove", "DELE", func(ctx context.Context, c *ftpwire.Client) error { return c.Remove(ctx, "a.txt") },
		func(ctx context.Context, c *ftpwire.Client) error { return c.Remove(ctx, "none") }, lacks("/a.txt"), fs.ErrNotExist},
	{"RemoveAll", "DELE", func(ctx context.Context, c *ftpwire.Client) error { return c.RemoveAll(ctx, "d") }, nil, lacks("/d"), nil},
	{"MkdirAll", "MKD", func(ctx context.Context, c *ftpwire.Client) error { return c.MkdirAll(ctx, "x/y/z") }, nil,
		func(s *ftptest.Server) bool { return s.Exists("/x/y/z") }, nil},
	{"Rename", "RNTO", func(ctx context.Context, c *ftpwire.Client) error { return c.Rename(ctx, "a.txt", "z.txt") },
		func(ctx context.Context, c *ftpwire.Client) error { return c.Rename(ctx, "none", "z.txt") }, has("/z.txt", "hello\n"), fs.ErrNotExist},
	{"Chmod", "SITE", func(ctx context.Context, c *ftpwire.Client) error { return c.Chmod(ctx, "a.txt", 0o640) },
		func(ctx context.Context, c *ftpwire.Client) error { return c.Chmod(ctx, "none", 0o640) }, always, nil},
	{"Chtimes", "MFMT", func(ctx context.Context, c *ftpwire.Client) error { return c.Chtimes(ctx, "a.txt", stamp) },
		func(ctx context.Context, c *ftpwire.Client) error { return c.Chtimes(ctx, "none", stamp) }, always, nil},
	{"Getwd", "PWD", func(ctx context.Context, c *ftpwire.Client) error { _, err := c.Getwd(ctx); return err }, nil, always, nil},
}

// Each operation, and each way in which it can go.
func TestFileOperations(t *testing.T) {
	for _, op := range fileOps {
		t.Run(op.name, func(t *testing.T) {
			bubble := func(name string, cfg ftptest.Config, f func(t *testing.T, s *ftptest.Server, c *ftpwire.Client, k *replyCutter)) {
				t.Run(name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s, c, k := filesClient(t, cfg, nil)
						defer s.Close()
						defer c.Conn().Close()
						f(t, s, c, k)
					})
				})
			}
			usable := func(t *testing.T, c *ftpwire.Client) {
				t.Helper()
				if dir, err := c.Getwd(t.Context()); dir != "/" || err != nil {
					t.Errorf("Getwd after it: %q, %v", dir, err)
				}
			}
			good := func(t *testing.T, s *ftptest.Server, c *ftpwire.Client, err error) {
				t.Helper()
				if err != nil || !op.done(s) {
					t.Errorf("%v, done: %v", err, op.done(s))
				}
				usable(t, c)
			}
			bubble("success", ftptest.Config{}, func(t *testing.T, s *ftptest.Server, c *ftpwire.Client, _ *replyCutter) {
				good(t, s, c, op.call(t.Context(), c))
			})
			bubble("no MLST", ftptest.Config{Faults: []ftptest.Fault{"mlst-unknown"}}, func(t *testing.T, s *ftptest.Server, c *ftpwire.Client, _ *replyCutter) {
				good(t, s, c, op.call(t.Context(), c))
			})
			if op.none != nil {
				bubble("not found", ftptest.Config{}, func(t *testing.T, _ *ftptest.Server, c *ftpwire.Client, _ *replyCutter) {
					err := op.none(t.Context(), c)
					if fe, ok := errors.AsType[*ftpwire.FileError](err); !ok || fe.Path != "none" || fe.Lost != nil || !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("%#v", err)
					}
					usable(t, c)
				})
			}
			if op.verb != "RETR" && op.verb != "MLSD" && op.verb != "PWD" {
				bubble("not allowed", ftptest.Config{ReadOnly: true}, func(t *testing.T, _ *ftptest.Server, c *ftpwire.Client, _ *replyCutter) {
					err := op.call(t.Context(), c)
					if !isType[*ftpwire.FileError](err) || !errors.Is(err, fs.ErrPermission) {
						t.Errorf("%v", err)
					}
					usable(t, c)
				})
			}
			bubble("connection lost before", ftptest.Config{}, func(t *testing.T, s *ftptest.Server, c *ftpwire.Client, k *replyCutter) {
				c.Conn().Close()
				good(t, s, c, op.call(t.Context(), c))
				if n := k.logins.Load(); n != 2 {
					t.Errorf("%d logins", n)
				}
			})
			bubble("command lost", ftptest.Config{}, func(t *testing.T, s *ftptest.Server, c *ftpwire.Client, k *replyCutter) {
				k.arm(op.verb, true)
				good(t, s, c, op.call(t.Context(), c))
			})
			bubble("reply lost", ftptest.Config{}, func(t *testing.T, s *ftptest.Server, c *ftpwire.Client, k *replyCutter) {
				k.arm(op.verb, false)
				err := op.call(t.Context(), c)
				if op.lost == nil {
					good(t, s, c, err)
					return
				}
				fe, ok := errors.AsType[*ftpwire.FileError](err)
				if !ok || fe.Lost == nil || !errors.Is(err, op.lost) || !op.done(s) || !strings.Contains(err.Error(), "may have done it") {
					t.Errorf("%v, done: %v", err, op.done(s))
				}
				usable(t, c)
			})
			bubble("lost again and again", ftptest.Config{}, func(t *testing.T, _ *ftptest.Server, c *ftpwire.Client, k *replyCutter) {
				k.always = true
				k.arm(op.verb, true)
				err := op.call(t.Context(), c)
				if !isType[*ftpwire.FileError](err) || !ftpwire.Temporary(err) {
					t.Errorf("%v", err)
				}
				if n := k.logins.Load(); n != 2 {
					t.Errorf("%d logins", n)
				}
			})
			bubble("cancelled", ftptest.Config{}, func(t *testing.T, _ *ftptest.Server, c *ftpwire.Client, _ *replyCutter) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				if err := op.call(ctx, c); !errors.Is(err, context.Canceled) {
					t.Errorf("%v", err)
				}
				usable(t, c)
			})
			bubble("closed", ftptest.Config{}, func(t *testing.T, _ *ftptest.Server, c *ftpwire.Client, k *replyCutter) {
				if err := c.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := op.call(t.Context(), c); !errors.Is(err, net.ErrClosed) {
					t.Errorf("%v", err)
				}
				if n := k.logins.Load(); n != 1 {
					t.Errorf("%d logins", n)
				}
			})
		})
	}
}

// A login that is refused when an operation connects again is not taken for the permissions of the file. Where the Profile allows one
// login only, there is no other.
func TestFileOperationLogin(t *testing.T) {
	for _, op := range fileOps {
		t.Run(op.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c, k := filesClient(t, ftptest.Config{}, nil)
				defer s.Close()
				defer c.Conn().Close()
				k.wrong.Store(true)
				c.Conn().Close()
				err := op.call(t.Context(), c)
				re, ok := errors.AsType[*ftpwire.ReconnectError](err)
				if !ok || re.Sent || isType[*ftpwire.FileError](err) || !isType[*control.RejectedLoginError](err) || ftpwire.Temporary(err) {
					t.Errorf("%v", err)
				}
			})
			synctest.Test(t, func(t *testing.T) {
				s, c, k := filesClient(t, ftptest.Config{}, func(p *ftpwire.Profile) { p.Login.MaxLogins = 1 })
				defer s.Close()
				defer c.Conn().Close()
				k.arm(op.verb, true)
				if err := op.call(t.Context(), c); !isType[*ftpwire.FileError](err) || k.logins.Load() != 1 {
					t.Errorf("%v, %d logins", err, k.logins.Load())
				}
			})
		})
	}
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
