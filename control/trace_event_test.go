package control_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// shownEvents returns events in a short form: kind, verb, code, octets, duration, and
// whether something failed.
func shownEvents(events []control.TraceEvent) (shown []string) {
	for _, e := range events {
		s := e.Kind.String()
		if e.Verb != "" {
			s += " " + string(e.Verb)
		}
		if e.Code != 0 {
			s += fmt.Sprintf(" %d", e.Code)
		}
		if e.Octets != 0 {
			s += fmt.Sprintf(" %d octets", e.Octets)
		}
		if e.Took != 0 {
			s += " " + e.Took.String()
		}
		if e.Err != nil {
			s += " failed"
		}
		shown = append(shown, s)
	}
	return shown
}

func (tc *testConn) events() []control.TraceEvent {
	tc.mu.Lock()
	defer tc.mu.Unlock()
	return append([]control.TraceEvent(nil), tc.log...)
}

func wantEvents(t *testing.T, got []control.TraceEvent, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, shownEvents(got)); diff != "" {
		t.Errorf("events mismatch (-want +got):\n%s", diff)
	}
}

// TestTraceTimes: each event has its time, and a reply says how long it took.
func TestTraceTimes(t *testing.T) {
	inBubble(t, "a slow login and a slow transfer", func(t *testing.T) {
		begun := time.Now()
		tc := newTestConn(t, &control.Config{Security: control.SecurityNone})
		time.Sleep(2 * time.Second)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		op := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
		tc.answer("USER user", "331 password")
		tc.wantCommand("password", "PASS secret")
		time.Sleep(30 * time.Second)
		tc.writeReply("230 in")
		tc.answer("FEAT", "502 no")
		tc.wantOK("login", op)

		before := len(tc.events())
		get := tc.async(func() error {
			d, err := tc.c.Retr(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			io.Copy(io.Discard, d)
			return d.Close()
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.wantCommand("transfer", "RETR f")
		time.Sleep(time.Second)
		tc.writeReply("150 here")
		time.Sleep(3 * time.Second)
		data.Write(make([]byte, 1000))
		data.Close()
		time.Sleep(4 * time.Second)
		tc.writeReply("226 done")
		tc.wantOK("get", get)
		events := tc.events()
		wantEvents(t, events[:before], "connected", "received 220 2s", "sent USER", "received USER 331", "sent PASS", "received PASS 230 30s", "sent FEAT", "received FEAT 502")
		wantEvents(t, events[before:],
			"sent TYPE", "received TYPE 200", "sent EPSV", "received EPSV 229", "sent RETR", "data RETR 200ms", "received RETR 150 1s",
			"data-end RETR 1000 octets 3.8s", "received RETR 226 8s")
		if got := events[len(events)-1].Time.Sub(begun); got != 40*time.Second {
			t.Errorf("the last event is at %v; want 40s", got)
		}
		for _, e := range events {
			if e.Address == "" || e.Local == "" || e.Time.IsZero() {
				t.Errorf("an event lacks address or time: %+v", e)
			}
		}
	})
}

// TestTraceFailures: what fails is reported with the error, and so is the end of a
// connection.
func TestTraceFailures(t *testing.T) {
	inBubble(t, "no connection", func(t *testing.T) {
		var events []control.TraceEvent
		fault := errors.New("no way")
		_, err := control.Dial(t.Context(), "127.0.0.1:21", &control.Config{
			Dial:  func(context.Context, string, string) (net.Conn, error) { return nil, fault },
			Trace: func(e control.TraceEvent) { events = append(events, e) },
		})
		if !errors.Is(err, fault) {
			t.Fatalf("dial: %v", err)
		}
		wantEvents(t, events, "connected failed")
	})
	inBubble(t, "refused port, then a transfer that is cut", func(t *testing.T) {
		tc := login(t, &clear)
		before := len(tc.events())
		get := tc.async(func() error {
			d, err := tc.c.Retr(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			io.Copy(io.Discard, d)
			return d.Close()
		})
		tc.answer("TYPE I", "200 ok")
		tc.answer("EPSV", "229 ok (|||4000|)") // nobody listens there
		tc.wantCommand("the other way", "PASV")
		ln := tc.listen(serverHost)
		port := ln.Addr().(*net.TCPAddr).Port
		tc.writeReply(fmt.Sprintf("227 ok (127,0,0,1,%d,%d)", port>>8, port&255))
		data := tc.takeData(ln)
		tc.answer("RETR f", "150 here")
		synctest.Wait()
		data.Write(make([]byte, 10))
		synctest.Wait()
		data.Reset()
		synctest.Wait()
		tc.writeReply("426 cut")
		if err := get.wait(); err == nil {
			t.Error("get: no error")
		}
		tc.srv.Close()
		synctest.Wait()
		events := tc.events()[before:]
		for i := range events {
			events[i].Took = 0
		}
		wantEvents(t, events,
			"sent TYPE", "received TYPE 200", "sent EPSV", "received EPSV 229", "data EPSV failed", "sent PASV", "received PASV 227",
			"note", "sent RETR", "received RETR 150", "data RETR", "data-end RETR 10 octets failed", "received RETR 426", "closed failed")
	})
	inBubble(t, "no reply", func(t *testing.T) {
		tc := login(t, &control.Config{ReplyTimeout: 7 * time.Second})
		op := tc.async(func() error { return tc.c.Noop(t.Context()) })
		tc.wantCommand("noop", "NOOP")
		if err := op.wait(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("noop: %v", err)
		}
		events := tc.events()
		last := events[len(events)-1]
		if timeout, ok := errors.AsType[*control.TimeoutError](last.Err); last.Kind != control.TraceClosed || !ok || timeout.After != 7*time.Second {
			t.Errorf("the last event is %+v; want the end by a TimeoutError", last)
		}
	})
	inBubble(t, "refused and given up", func(t *testing.T) {
		tc := login(t, &clear)
		tc.c.Close()
		tc.c.Close()
		events := tc.events()
		wantEvents(t, events[len(events)-1:], "closed")
	})
	if e := (control.TraceEvent{Kind: control.TraceData, Verb: "STOR"}); !e.Upload() || (control.TraceEvent{Kind: control.TraceSent, Verb: "STOR"}).Upload() {
		t.Error("Upload is true of the data connection of STOR, and of nothing else")
	}
}

// TestLogger: the two switches, the levels, the attributes; and no secret.
func TestLogger(t *testing.T) {
	for _, tt := range []struct {
		name           string
		sent, received bool
		logger         bool
		want           []string
	}{
		{"nothing", false, false, false, nil},
		{"logger alone", false, false, true, []string{"connected", "closed"}},
		{"sent", true, false, true, []string{"connected", "sent", "sent", "sent", "closed"}},
		{"received", false, true, true, []string{"connected", "received", "received", "received", "received", "closed"}},
		{"both, no logger", true, true, false, []string{"received", "sent", "received", "sent", "received", "sent", "received"}},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			var b bytes.Buffer
			logger := slog.New(slog.NewTextHandler(&b, nil))
			conf := control.Config{LogSent: tt.sent, LogReceived: tt.received, Logger: logger}
			if !tt.logger {
				conf.Logger = nil
				before := slog.Default()
				slog.SetDefault(logger)
				defer slog.SetDefault(before)
			}
			tc := login(t, &conf)
			tc.c.Close()
			var kinds []string
			for line := range strings.Lines(b.String()) {
				_, kind, _ := strings.Cut(line, " kind=")
				kinds = append(kinds, strings.Fields(kind)[0])
			}
			if diff := cmp.Diff(tt.want, kinds); diff != "" {
				t.Errorf("kinds mismatch (-want +got):\n%s\n%s", diff, b.String())
			}
			if strings.Contains(b.String(), "secret") {
				t.Errorf("the password is in the log:\n%s", b.String())
			}
			if tt.sent && !strings.Contains(b.String(), ` level=INFO msg="PASS ****" kind=sent verb=PASS address=127.0.0.1:21`) {
				t.Errorf("no line of PASS as it should be:\n%s", b.String())
			}
		})
	}
	inBubble(t, "failures are warnings", func(t *testing.T) {
		var b bytes.Buffer
		tc := login(t, &control.Config{Logger: slog.New(slog.NewTextHandler(&b, nil)), Data: datachan.Config{Mode: datachan.ModeEPSV}})
		op := tc.async(func() error { _, err := tc.c.Retr(t.Context(), "f", 0); return err })
		tc.answer("TYPE I", "200 ok")
		tc.answer("EPSV", "229 ok (|||4000|)")
		if err := op.wait(); err == nil {
			t.Error("retr: no error")
		}
		if !strings.Contains(b.String(), " level=WARN ") || !strings.Contains(b.String(), "kind=data verb=EPSV address=127.0.0.1:4000 failed=true") {
			t.Errorf("no warning of the refused port:\n%s", b.String())
		}
	})
}

// TestEventAttrs: the attributes of an event are those that it has.
func TestEventAttrs(t *testing.T) {
	e := control.TraceEvent{Kind: control.TraceDataEnd, Text: "x", Verb: "RETR", Octets: 12, Address: "a:1", Took: time.Second, Err: io.EOF}
	if got, want := fmt.Sprint(e.Attrs()), "[verb=RETR octets=12 address=a:1 duration=1s failed=true]"; got != want {
		t.Errorf("Attrs: %s; want %s", got, want)
	}
	e = control.TraceEvent{Kind: control.TraceReceived, Code: protocol.Code(550)}
	if got, want := fmt.Sprint(e.Attrs()), "[code=550]"; got != want {
		t.Errorf("Attrs: %s; want %s", got, want)
	}
}
