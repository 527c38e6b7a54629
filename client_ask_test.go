package ftpwire_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// A password is asked for once, whatever happens to the connection later.
func TestPasswordFuncRemembered(t *testing.T) {
	t.Parallel()
	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit, Users: []ftptest.User{{Name: "alice", Password: "canary"}}})
	p := askingProfile(s)
	var asked atomic.Int32
	p.Login.PasswordFunc = func(_ context.Context, q control.PasswordQuestion) (string, error) {
		if q.User != "alice" || q.Refused != "" {
			t.Errorf("question: %+v", q)
		}
		asked.Add(1)
		return "canary", nil
	}
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for range 2 {
		c.Conn().Close()
		if _, err := c.ReadDir(t.Context(), "/"); err != nil {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// A server that gives up while somebody types is connected to once more, and nobody has to
// type again.
func TestPasswordFuncSlowTyping(t *testing.T) {
	t.Parallel()
	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit, IdleTimeout: time.Second, Users: []ftptest.User{{Name: "alice", Password: "canary"}}})
	p := askingProfile(s)
	gone := make(chan struct{})
	asked := 0
	p.Trace = func(e control.TraceEvent) {
		if e.Kind == control.TraceClosed && asked == 1 {
			select {
			case <-gone:
			default:
				close(gone)
			}
		}
	}
	p.Login.PasswordFunc = func(context.Context, control.PasswordQuestion) (string, error) {
		asked++
		select {
		case <-gone:
		case <-time.After(20 * time.Second):
			t.Error("the server did not give up")
		}
		return "canary", nil
	}
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	c.Conn().Close()
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// What was refused is not sent again: the next connection asks.
func TestPasswordFuncForgets(t *testing.T) {
	t.Parallel()
	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit, Users: []ftptest.User{{Name: "alice", Password: "canary"}}})
	p := askingProfile(s)
	asked := 0
	p.Login.PasswordFunc = func(_ context.Context, q control.PasswordQuestion) (string, error) {
		if asked++; (asked == 2) != (q.Refused != "") {
			t.Errorf("question %d: %+v", asked, q)
		}
		return "wrong", nil
	}
	_, err := ftpwire.Dial(t.Context(), p)
	if _, ok := errors.AsType[*control.RejectedLoginError](err); !ok {
		t.Errorf("%T %v", err, err)
	}
	if asked != 2 {
		t.Errorf("asked %d times; want two", asked)
	}
}

// askingProfile returns a Profile of alice's without her password.
func askingProfile(s *ftptest.Server) *ftpwire.Profile {
	p := profileOf(s, ftptest.TLSExplicit)
	p.User, p.Password = "alice", ""
	return p
}
