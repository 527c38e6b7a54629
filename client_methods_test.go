package ftpwire_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// A method is a method of Client, and how it goes.
type method struct {
	name string
	verb string                       // whose reply decides
	call opFunc                       // on what is there
	none opFunc                       // on "none", which is not there; nil: that is no error
	done func(s *ftptest.Server) bool // whether it happened
	lost error                        // what the error of a second attempt matches, if the reply to the first was lost

	openly string // why a refusal of verb is no error, "" if it is
	cut    opFunc // calls the function of its context once data move; nil if it streams nothing
}

// An opFunc calls a method. dir is a local directory of its own.
type opFunc func(ctx context.Context, c *ftpwire.Client, dir string) error

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
	if cerr := w.Close(); cerr != nil {
		return cerr
	}
	return err
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

// local makes a local file.
func local(dir, data string) string {
	name := filepath.Join(dir, "local")
	os.WriteFile(name, []byte(data), 0o600) // a failure shows where the file is used
	return name
}

// same returns an error if got is not what a.txt has.
func same(got []byte, err error) error {
	if err == nil && string(got) != "hello\n" {
		return errors.New("other data: " + string(got))
	}
	return err
}

// midway returns options that end the connection once the transfer has begun.
func midway(c *ftpwire.Client) *ftpwire.TransferOptions {
	return &ftpwire.TransferOptions{Progress: once(func() { c.Conn().Close() })}
}

func second[A any](_ A, err error) error { return err }

// methods are all methods of Client that ask the server.
var methods = []method{
	{name: "Open", verb: "RETR", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return readAll(c.Open(ctx, "a.txt")) },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return readAll(c.Open(ctx, "none")) }, done: always},
	{name: "OpenAt", verb: "RETR", call: func(ctx context.Context, c *ftpwire.Client, _ string) error {
		return readAll(c.OpenAt(ctx, "a.txt", 2))
	},
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return readAll(c.OpenAt(ctx, "none", 0)) }, done: always},
	{name: "ReadFile", verb: "RETR", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return same(c.ReadFile(ctx, "a.txt")) },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.ReadFile(ctx, "none")) }, done: always},
	{name: "Get", verb: "RETR", call: func(ctx context.Context, c *ftpwire.Client, _ string) error {
		var b strings.Builder
		_, err := c.Get(ctx, "a.txt", &b, nil)
		return same([]byte(b.String()), err)
	}, none: func(ctx context.Context, c *ftpwire.Client, _ string) error {
		return second(c.Get(ctx, "none", io.Discard, nil))
	}, done: always,
		cut: func(ctx context.Context, c *ftpwire.Client, _ string) error {
			return second(c.Get(ctx, "big", io.Discard, midway(c)))
		}},
	{name: "Download", verb: "RETR", call: func(ctx context.Context, c *ftpwire.Client, dir string) error {
		if _, err := c.Download(ctx, "a.txt", filepath.Join(dir, "f"), nil); err != nil {
			return err
		}
		return same(os.ReadFile(filepath.Join(dir, "f")))
	}, none: func(ctx context.Context, c *ftpwire.Client, dir string) error {
		return second(c.Download(ctx, "none", filepath.Join(dir, "f"), nil))
	}, done: always,
		cut: func(ctx context.Context, c *ftpwire.Client, dir string) error {
			return second(c.Download(ctx, "big", filepath.Join(dir, "f"), midway(c)))
		}},
	{name: "Put", verb: "STOR", call: func(ctx context.Context, c *ftpwire.Client, _ string) error {
		return second(c.Put(ctx, "n", strings.NewReader("new"), nil))
	},
		done: has("/n", "new"),
		cut: func(ctx context.Context, c *ftpwire.Client, _ string) error {
			return second(c.Put(ctx, "n", strings.NewReader(bulk), midway(c)))
		}},
	{name: "Upload", verb: "STOR", call: func(ctx context.Context, c *ftpwire.Client, dir string) error {
		return second(c.Upload(ctx, local(dir, "new"), "n", nil))
	},
		done: has("/n", "new"),
		cut: func(ctx context.Context, c *ftpwire.Client, dir string) error {
			return second(c.Upload(ctx, local(dir, bulk), "n", midway(c)))
		}},
	{name: "Create", verb: "STOR", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return writeAll(c.Create(ctx, "n")) }, done: has("/n", "new"),
		cut: func(ctx context.Context, c *ftpwire.Client, _ string) error { return writeCut(c)(c.Create(ctx, "n")) }},
	{name: "Append", verb: "APPE", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return writeAll(c.Append(ctx, "a.txt")) }, done: has("/a.txt", "hello\nnew"),
		cut: func(ctx context.Context, c *ftpwire.Client, _ string) error { return writeCut(c)(c.Append(ctx, "n")) }},
	{name: "WriteFile", verb: "STOR", call: func(ctx context.Context, c *ftpwire.Client, _ string) error {
		return c.WriteFile(ctx, "n", []byte("new"))
	}, done: has("/n", "new")},
	{name: "Verify", verb: "HASH", call: func(ctx context.Context, c *ftpwire.Client, dir string) error {
		r, err := c.Verify(ctx, local(dir, "hello\n"), "a.txt", 0)
		if err == nil && !r.Proof.Has(ftpwire.ProofHash|ftpwire.ProofSize) {
			return errors.New("proven by " + r.Proof.String())
		}
		return err
	}, none: func(ctx context.Context, c *ftpwire.Client, dir string) error {
		return second(c.Verify(ctx, local(dir, ""), "none", 0))
	}, done: always,
		openly: "the size is proof enough"},
	{name: "Hash", verb: "HASH", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.Hash(ctx, "a.txt", "")) },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.Hash(ctx, "none", "")) }, done: always},
	{name: "HashRange", verb: "HASH", call: func(ctx context.Context, c *ftpwire.Client, _ string) error {
		return second(c.HashRange(ctx, "a.txt", "", 1, 3))
	},
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error {
			return second(c.HashRange(ctx, "none", "", 1, 3))
		}, done: always},
	{name: "Space", verb: "AVBL", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.Space(ctx, "d")) },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.Space(ctx, "none")) }, done: always,
		openly: "SITE QUOTA tells, too"},
	{name: "Stat", verb: "MLST", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.Stat(ctx, "a.txt")) },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.Stat(ctx, "none")) }, done: always},
	{name: "Entries", verb: "MLSD", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(names(ctx, c, "d")) },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(names(ctx, c, "none")) }, done: always},
	{name: "ReadDir", verb: "MLSD", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.ReadDir(ctx, "d")) },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.ReadDir(ctx, "none")) }, done: always},
	{name: "Walk", verb: "MLSD", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return walkAll(ctx, c, "d") },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return walkAll(ctx, c, "none") }, done: always},
	{name: "DetectZone", verb: "LIST", call: func(ctx context.Context, c *ftpwire.Client, _ string) error {
		_, _, err := c.DetectZone(ctx, "d")
		return err
	}, none: func(ctx context.Context, c *ftpwire.Client, _ string) error {
		_, _, err := c.DetectZone(ctx, "none")
		return err
	}, done: always},
	{name: "Remove", verb: "DELE", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Remove(ctx, "a.txt") },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Remove(ctx, "none") }, done: lacks("/a.txt"), lost: fs.ErrNotExist},
	{name: "Unlink", verb: "DELE", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Unlink(ctx, "a.txt") },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Unlink(ctx, "none") }, done: lacks("/a.txt"), lost: fs.ErrNotExist},
	{name: "Rmdir", verb: "RMD", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Rmdir(ctx, "empty") },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Rmdir(ctx, "none") }, done: lacks("/empty"), lost: fs.ErrNotExist},
	{name: "RemoveAll", verb: "DELE", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.RemoveAll(ctx, "d") }, done: lacks("/d")},
	{name: "Mkdir", verb: "MKD", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Mkdir(ctx, "x") },
		done: func(s *ftptest.Server) bool { return s.Exists("/x") }, lost: fs.ErrExist},
	{name: "MkdirAll", verb: "MKD", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.MkdirAll(ctx, "x/y/z") },
		done: func(s *ftptest.Server) bool { return s.Exists("/x/y/z") }},
	{name: "Rename", verb: "RNTO", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Rename(ctx, "a.txt", "z.txt") },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Rename(ctx, "none", "z.txt") }, done: has("/z.txt", "hello\n"), lost: fs.ErrNotExist},
	{name: "Chmod", verb: "SITE", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Chmod(ctx, "a.txt", 0o640) },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Chmod(ctx, "none", 0o640) }, done: always},
	{name: "Chtimes", verb: "MFMT", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Chtimes(ctx, "a.txt", stamp) },
		none: func(ctx context.Context, c *ftpwire.Client, _ string) error { return c.Chtimes(ctx, "none", stamp) }, done: always},
	{name: "Getwd", verb: "PWD", call: func(ctx context.Context, c *ftpwire.Client, _ string) error { return second(c.Getwd(ctx)) }, done: always},
}

// exempt are the other methods, with the reason.
var exempt = map[string]string{
	"Close":    "it ends the Client: TestTurnBounds, and closed in TestMethods",
	"Conn":     "asks nothing",
	"FS":       "asks nothing; what the file system asks is in fs_test.go",
	"Format":   "asks nothing",
	"Learned":  "asks nothing",
	"LogValue": "asks nothing",
	"Server":   "asks nothing",
	"Settle":   "waits for what was asked before: settle_test.go",
}

// Every exported method of Client is tested here, or has a reason why not.
func TestMethodsAreAll(t *testing.T) {
	var tested []string
	for _, m := range methods {
		tested = append(tested, m.name)
	}
	for m := range reflect.TypeFor[*ftpwire.Client]().Methods() {
		if (exempt[m.Name] == "") != slices.Contains(tested, m.Name) {
			t.Errorf("%s stands in methods and in exempt, or in neither", m.Name)
		}
	}
}

func walkAll(ctx context.Context, c *ftpwire.Client, root string) error {
	for _, err := range c.Walk(ctx, root) {
		if err != nil {
			return err
		}
	}
	return nil
}

// writeCut writes to a file, and ends the connection in the middle.
func writeCut(c *ftpwire.Client) func(io.WriteCloser, error) error {
	return func(w io.WriteCloser, err error) error {
		if err != nil {
			return err
		}
		io.WriteString(w, "half")
		c.Conn().Close()
		io.WriteString(w, bulk)
		return w.Close()
	}
}

// bulk is more than the buffers on the way hold.
var bulk = strings.Repeat("0123456789abcdef", 1<<16)

// A play is a server, a Client of it and the cutter between them.
type play struct {
	s *ftptest.Server
	c *ftpwire.Client
	k *replyCutter
}

// usable fails the test if the Client can't be used any more.
func (p play) usable(t *testing.T) {
	t.Helper()
	if dir, err := p.c.Getwd(t.Context()); dir != "/" || err != nil {
		t.Errorf("Getwd after it: %q, %v", dir, err)
	}
}

// good fails the test if m was not done.
func (p play) good(t *testing.T, m method, err error) {
	t.Helper()
	if err != nil || !m.done(p.s) {
		t.Errorf("%v, done: %v", err, m.done(p.s))
	}
	p.usable(t)
}

// methodWays are the ways in which a method can go. MLSD that is never answered is left out: LIST takes its place.
var methodWays = []struct {
	name string
	cfg  ftptest.Config
	skip func(m method) bool
	play func(t *testing.T, m method, p play)
}{
	{name: "success", play: func(t *testing.T, m method, p play) { p.good(t, m, m.call(t.Context(), p.c, t.TempDir())) }},
	{name: "no MLST", cfg: ftptest.Config{Faults: []ftptest.Fault{"mlst-unknown"}}, play: func(t *testing.T, m method, p play) {
		p.good(t, m, m.call(t.Context(), p.c, t.TempDir()))
	}},
	{name: "not found", skip: func(m method) bool { return m.none == nil }, play: func(t *testing.T, m method, p play) {
		err := m.none(t.Context(), p.c, t.TempDir())
		if fe, ok := err.(*ftpwire.FileError); !ok || fe.Path != "none" || fe.Lost != nil || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%T %[1]v", err)
		}
		p.usable(t)
	}},
	{name: "not allowed", skip: func(m method) bool { return m.openly != "" }, play: func(t *testing.T, m method, p play) {
		p.k.deny.Store(&m.verb)
		err := m.call(t.Context(), p.c, t.TempDir())
		p.k.deny.Store(nil)
		if _, ok := err.(*ftpwire.FileError); !ok || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%T %[1]v", err)
		}
		p.usable(t)
	}},
	{name: "connection lost before", play: func(t *testing.T, m method, p play) {
		p.c.Conn().Close()
		p.good(t, m, m.call(t.Context(), p.c, t.TempDir()))
		if n := p.k.logins.Load(); n != 2 {
			t.Errorf("%d logins", n)
		}
	}},
	{name: "command lost", play: func(t *testing.T, m method, p play) {
		p.k.arm(m.verb, true)
		p.good(t, m, m.call(t.Context(), p.c, t.TempDir()))
		if n := p.k.logins.Load(); n != 2 {
			t.Errorf("%d logins", n)
		}
	}},
	{name: "reply lost", play: func(t *testing.T, m method, p play) {
		p.k.arm(m.verb, false)
		err := m.call(t.Context(), p.c, t.TempDir())
		if m.lost == nil {
			p.good(t, m, err)
			return
		}
		fe, ok := err.(*ftpwire.FileError)
		if !ok || fe.Lost == nil || !errors.Is(err, m.lost) || !m.done(p.s) || !strings.Contains(err.Error(), "may have done it") {
			t.Errorf("%v, done: %v", err, m.done(p.s))
		}
		p.usable(t)
	}},
	{name: "lost in the data", skip: func(m method) bool { return m.cut == nil }, play: func(t *testing.T, m method, p play) {
		err := m.cut(t.Context(), p.c, t.TempDir())
		if _, ok := err.(*ftpwire.FileError); !ok || ftpwire.Temporary(err) == (m.name == "Append") { // which adds to what it may have added
			t.Errorf("%T %[1]v", err)
		}
		if n := p.k.logins.Load(); n != 1 {
			t.Errorf("%d logins; what has begun is not repeated", n)
		}
		p.usable(t)
	}},
	{name: "lost again and again", play: func(t *testing.T, m method, p play) {
		p.k.always = true
		p.k.arm(m.verb, true)
		err := m.call(t.Context(), p.c, t.TempDir())
		if _, ok := err.(*ftpwire.FileError); !ok || !ftpwire.Temporary(err) {
			t.Errorf("%T %[1]v", err)
		}
		if n := p.k.logins.Load(); n != 2 {
			t.Errorf("%d logins", n)
		}
	}},
	{name: "reply lost, counted by Do", play: func(t *testing.T, m method, p play) {
		p.k.arm(m.verb, false)
		err := doing(t, m, p.c)
		if m.lost == nil {
			p.good(t, m, err)
			return
		}
		fe, ok := err.(*ftpwire.FileError)
		if !ok || fe.Lost == nil || !errors.Is(err, m.lost) || ftpwire.KindOf(err) != ftpwire.KindUnproven {
			t.Errorf("%v is %s", err, ftpwire.KindOf(err))
		}
		p.usable(t)
	}},
	{name: "lost again and again, counted by Do", play: func(t *testing.T, m method, p play) {
		p.k.always = true
		p.k.arm(m.verb, true)
		err := doing(t, m, p.c)
		if _, ok := err.(*ftpwire.FileError); !ok || !ftpwire.Temporary(err) {
			t.Errorf("%T %[1]v", err)
		}
		if n := p.k.logins.Load(); n != 3 {
			t.Errorf("%d logins; each attempt has one connection", n)
		}
	}},
	{name: "cancelled before", play: func(t *testing.T, m method, p play) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := m.call(ctx, p.c, t.TempDir()); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		p.usable(t)
	}},
	{name: "cancelled without a reply", play: func(t *testing.T, m method, p play) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var since time.Time
		p.k.hang = func() { since = time.Now(); cancel() }
		p.k.arm(m.verb, false)
		err := m.call(ctx, p.c, t.TempDir())
		if took := time.Since(since); since.IsZero() || took > time.Second {
			t.Errorf("back after %v", took)
		}
		if _, ok := err.(*ftpwire.FileError); !ok || !errors.Is(err, context.Canceled) {
			t.Errorf("%T %[1]v", err)
		}
		p.usable(t)
	}},
	{name: "no reply ever", skip: func(m method) bool { return m.verb == "MLSD" }, play: func(t *testing.T, m method, p play) {
		start := time.Now()
		p.k.hang, p.k.always = func() {}, true
		p.k.arm(m.verb, false)
		err := m.call(t.Context(), p.c, t.TempDir())
		if took := time.Since(start); took > 30*time.Minute {
			t.Errorf("back after %v", took)
		}
		if _, ok := err.(*ftpwire.FileError); !ok || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%T %[1]v", err)
		}
		p.k.verb.Store(nil)
		p.usable(t)
	}},
	{name: "closed", play: func(t *testing.T, m method, p play) {
		if err := p.c.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := m.call(t.Context(), p.c, t.TempDir())
		if !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), "the Client is closed") {
			t.Errorf("%v", err)
		}
		if n := p.k.logins.Load(); n != 1 {
			t.Errorf("%d logins", n)
		}
	}},
	{name: "the next login is refused", play: func(t *testing.T, m method, p play) {
		p.k.wrong.Store(true)
		p.c.Conn().Close()
		err := m.call(t.Context(), p.c, t.TempDir())
		re, ok := err.(*ftpwire.ReconnectError)
		if !ok || re.Sent || !isType[*control.RejectedLoginError](err) || ftpwire.Temporary(err) {
			t.Errorf("%T %[1]v", err)
		}
	}},
}

// doing calls m at most three times.
func doing(t *testing.T, m method, c *ftpwire.Client) error {
	retry := ftpwire.Retry{Attempts: 2, Delay: -1}
	return retry.Do(t.Context(), func(ctx context.Context) error { return m.call(ctx, c, t.TempDir()) })
}

// Each method, and each way in which it can go: a right error, a Client that can be used, and no hang.
func TestMethods(t *testing.T) {
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			for _, way := range methodWays {
				if way.skip != nil && way.skip(m) {
					continue
				}
				t.Run(way.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						cfg := way.cfg
						if m.name == "Space" {
							cfg.Users = []ftptest.User{{Name: "user", Password: "password", Quota: 10 << 20}}
						}
						s, c, k := filesClient(t, cfg, nil)
						defer s.Close()
						defer func() { c.Conn().Close() }()
						write(t, s, "/big", []byte(bulk))
						if err := s.Mkdir("/empty"); err != nil {
							t.Fatal(err)
						}
						way.play(t, m, play{s, c, k})
					})
				})
			}
		})
	}
}

// Where the Profile allows one login only, there is no other connection.
func TestMethodsOneLogin(t *testing.T) {
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c, k := filesClient(t, ftptest.Config{Users: []ftptest.User{{Name: "user", Password: "password", Quota: 10 << 20}}}, func(p *ftpwire.Profile) { p.Login.MaxLogins = 1 })
				defer s.Close()
				defer c.Conn().Close()
				if err := s.Mkdir("/empty"); err != nil {
					t.Fatal(err)
				}
				k.arm(m.verb, true)
				if err := m.call(t.Context(), c, t.TempDir()); !isType[*ftpwire.FileError](err) || k.logins.Load() != 1 {
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
