package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// isFileError reports whether err tells of an operation on a file.
func isFileError(err error, op, path string) bool {
	fe, ok := errors.AsType[*ftpwire.FileError](err)
	return ok && fe.Op == op && fe.Path == path
}

func TestOpenAt(t *testing.T) {
	for _, tt := range []struct {
		name   string
		offset int64
		fault  ftptest.Fault
		text   bool
		want   string
		ok     bool
	}{
		{"from the beginning", 0, "", false, "hello\n", true},
		{"from within", 2, "", false, "llo\n", true},
		{"from the end", 6, "", false, "", true},
		{"from beyond the end", 7, "", false, "", false},
		{"negative", -1, "", false, "", false},
		{"as text", 2, "", true, "", false},
		{"no size", 2, "feat-without-size", false, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := ftptest.Config{}
				if tt.fault != "" {
					cfg.Faults = []ftptest.Fault{tt.fault}
				}
				s, c, _ := filesClient(t, cfg, func(p *ftpwire.Profile) {
					if tt.text {
						p.Type = ftpwire.TypeASCII
					}
				})
				defer s.Close()
				defer c.Conn().Close()
				r, err := c.OpenAt(t.Context(), "a.txt", tt.offset)
				var got []byte
				if err == nil {
					got, err = io.ReadAll(r)
				}
				if (err == nil) != tt.ok || string(got) != tt.want || err != nil && !isFileError(err, "open", "a.txt") {
					t.Errorf("%q, %v", got, err)
				}
				if _, err := c.Getwd(t.Context()); err != nil { // the turn is free
					t.Error(err)
				}
			})
		})
	}
}

// What was cut is not the end of the file, for Open and for ReadFile; Close before the end leaves the Client usable.
func TestOpenCut(t *testing.T) {
	for _, fault := range []ftptest.Fault{"data-truncated-226", "data-reset", "421-in-transfer"} {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c, _ := filesClient(t, ftptest.Config{Faults: []ftptest.Fault{fault}}, nil)
				defer s.Close()
				defer c.Conn().Close()
				write(t, s, "/big", payload)
				r, err := c.Open(t.Context(), "big")
				if err == nil {
					got, err := io.ReadAll(r)
					if !isFileError(err, "read", "big") || len(got) >= len(payload) {
						t.Errorf("%d octets, %v", len(got), err)
					}
					if n, again := r.Read(make([]byte, 1)); n != 0 || again != err {
						t.Errorf("once more: %v", again)
					}
					if err := r.Close(); err != nil {
						t.Error(err)
					}
				} else if fault == "data-truncated-226" || !isFileError(err, "open", "big") {
					t.Errorf("%v", err) // only a final reply that fails, and comes together with 150, may be the answer to Open
				}
				if got, err := c.ReadFile(t.Context(), "big"); !isFileError(err, "read", "big") || got != nil {
					t.Errorf("ReadFile: %d octets, %v", len(got), err)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s, c, _ := filesClient(t, ftptest.Config{}, nil)
		defer s.Close()
		defer c.Conn().Close()
		write(t, s, "/big", payload)
		r, err := c.Open(t.Context(), "big")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
			t.Error(err)
		}
		if _, err := c.Getwd(t.Context()); err != nil {
			t.Errorf("meanwhile: %v", err)
		}
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Error(err)
		}
		if _, err := r.Read(make([]byte, 1)); err == nil || err == io.EOF {
			t.Errorf("Read after Close: %v", err)
		}
		if got, err := c.ReadFile(t.Context(), "big"); err != nil || !bytes.Equal(got, payload) {
			t.Errorf("%d octets, %v", len(got), err)
		}
	})
}

// An upload that fails is none: for Create and Append.
func TestCreateFails(t *testing.T) {
	type create = func(*ftpwire.Client, context.Context, string) (io.WriteCloser, error)
	for name, call := range map[string]create{"create": (*ftpwire.Client).Create, "append": (*ftpwire.Client).Append} {
		for _, tt := range []struct {
			name string
			cfg  ftptest.Config
			use  func(ctx context.Context, cancel func(), w io.WriteCloser) error
		}{
			{"cancelled before Close", ftptest.Config{}, func(_ context.Context, cancel func(), w io.WriteCloser) error {
				io.WriteString(w, "half")
				cancel()
				return w.Close()
			}},
			{"cancelled before Write", ftptest.Config{}, func(_ context.Context, cancel func(), w io.WriteCloser) error {
				cancel()
				synctest.Wait()
				if _, err := io.WriteString(w, "half"); !errors.Is(err, context.Canceled) {
					return nil
				}
				return w.Close()
			}},
			{"read-only", ftptest.Config{ReadOnly: true}, nil},
			{"data connection reset", ftptest.Config{Faults: []ftptest.Fault{"data-reset"}}, func(_ context.Context, _ func(), w io.WriteCloser) error {
				_, err := w.Write(payload)
				return errors.Join(err, w.Close())
			}},
		} {
			t.Run(name+", "+tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, c, _ := filesClient(t, tt.cfg, nil)
					defer s.Close()
					defer c.Conn().Close()
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					w, err := call(c, ctx, "n")
					if tt.use == nil {
						if !isFileError(err, name, "n") || w != nil {
							t.Errorf("%v", err)
						}
						return
					}
					if err != nil {
						t.Fatal(err)
					}
					first := tt.use(ctx, cancel, w)
					if !isFileError(first, name, "n") {
						t.Errorf("%v", first)
					}
					if err := w.Close(); err == nil {
						t.Error("a second Close succeeds")
					}
					if _, err := c.Getwd(t.Context()); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

// A server that overwrites on APPE, or keeps less than it was sent, is found out.
func TestAppendSize(t *testing.T) {
	for _, fault := range []ftptest.Fault{"appe-overwrites", "appe-replaces"} {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c, _ := filesClient(t, ftptest.Config{Faults: []ftptest.Fault{fault}}, nil)
				defer s.Close()
				defer c.Conn().Close()
				if err := writeAll(c.Append(t.Context(), "a.txt")); !isType[*control.SizeError](err) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// An upload that loses the control connection in the middle is not begun again: what was written can't be read twice.
func TestCreateLost(t *testing.T) {
	for _, op := range []string{"create", "append"} {
		t.Run(op, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c, k := filesClient(t, ftptest.Config{}, nil)
				defer s.Close()
				defer c.Conn().Close()
				call := c.Create
				if op == "append" {
					call = c.Append
				}
				w, err := call(t.Context(), "n")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.WriteString(w, "half"); err != nil {
					t.Error(err)
				}
				c.Conn().Close()
				io.WriteString(w, "the rest") // may fail, or not yet
				if err := w.Close(); !isFileError(err, op, "n") {
					t.Errorf("%v", err)
				}
				if n := k.logins.Load(); n != 1 {
					t.Errorf("%d logins", n)
				}
				synctest.Wait() // the lost session may still write to the file
				if err := c.WriteFile(t.Context(), "n", []byte("whole")); err != nil || !has("/n", "whole")(s) {
					t.Errorf("the Client afterwards: %v", err)
				}
			})
		})
	}
}

// A server without MLST and SIZE confirms files by its replies alone.
func TestFilesWithoutSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c, _ := filesClient(t, ftptest.Config{Faults: []ftptest.Fault{"feat-without-size", "mlst-unknown"}}, nil)
		defer s.Close()
		defer c.Conn().Close()
		if err := writeAll(c.Append(t.Context(), "a.txt")); err != nil || !has("/a.txt", "hello\nnew")(s) {
			t.Errorf("Append: %v", err)
		}
		if got, err := c.ReadFile(t.Context(), "a.txt"); err != nil || string(got) != "hello\nnew" {
			t.Errorf("ReadFile: %q, %v", got, err)
		}
		if err := writeAll(c.Create(t.Context(), "a.txt")); err != nil || !has("/a.txt", "new")(s) {
			t.Errorf("Create: %v", err)
		}
	})
}
