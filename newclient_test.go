package ftpwire_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// ownConn returns a connection that is logged in.
func ownConn(t *testing.T, s *ftptest.Server) *control.Conn {
	t.Helper()
	conn, err := control.Dial(t.Context(), s.Addr(), &control.Config{Security: control.SecurityNone})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.Login(t.Context(), "user", "password", ""); err != nil {
		t.Fatal(err)
	}
	return conn
}

// A Client on a connection of one's own does all that one that has dialled does.
func TestNewClient(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{})
	write(t, s, "/f", noise(1, 100_000))
	for _, p := range []*ftpwire.Profile{nil, {Host: "127.0.0.1"}} {
		c := ftpwire.NewClient(ownConn(t, s), p)
		var got bytes.Buffer
		if _, err := c.Get(t.Context(), "/f", &got, nil); err != nil || !bytes.Equal(got.Bytes(), noise(1, 100_000)) {
			t.Errorf("%v, %d octets", err, got.Len())
		}
		local := t.TempDir() + "/f"
		for range 2 {
			if _, err := c.Download(t.Context(), "/f", local, &ftpwire.TransferOptions{Resume: true}); err != nil {
				t.Error(err)
			}
		}
		if _, err := c.Upload(t.Context(), local, "/g", &ftpwire.TransferOptions{TempUpload: true}); err != nil {
			t.Error(err)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// Without a Profile there is one attempt, and the error says why.
func TestNewClientRetry(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{Faults: []ftptest.Fault{"data-reset"}})
	write(t, s, "/f", noise(1, 100_000))
	c := ftpwire.NewClient(ownConn(t, s), nil)
	failed := 0
	o := ftpwire.TransferOptions{Retry: ftpwire.Retry{Attempts: 3, Delay: 1, Failed: func(error, time.Duration) { failed++ }}}
	for _, remote := range []string{"/f", "f"} {
		r, err := c.Download(t.Context(), remote, t.TempDir()+"/f", &o)
		if _, ok := errors.AsType[*control.TransferError](err); !ok || !strings.Contains(err.Error(), "no Profile") || r.Attempts != 1 || failed != 0 {
			t.Errorf("%d attempts, %d said to be repeated: %v", r.Attempts, failed, err)
		}
	}
}

func TestDialWithoutProfile(t *testing.T) {
	if _, err := ftpwire.Dial(t.Context(), nil); !isProfileError(err) {
		t.Errorf("%v; want a ProfileError", err)
	}
}

func isProfileError(err error) bool {
	_, ok := errors.AsType[*ftpwire.ProfileError](err)
	return ok
}
