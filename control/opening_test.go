package control_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// serve plays a transfer in active mode.
func (tc *testConn) serveActive(f *fetch, addr, command string) {
	tc.t.Helper()
	tc.answer(command, "150 here")
	data, err := tc.net.DialContext(tc.t.Context(), "tcp", addr)
	if err != nil {
		tc.t.Fatal(err)
	}
	io.WriteString(data, "abc")
	data.Close()
	tc.writeReply("226 done")
	if err := f.wait(); err != nil || f.data != "abc" {
		tc.t.Fatalf("%q, %v; want abc", f.data, err)
	}
}

// 425 behind EPRT: nothing was begun, so that PORT gets its chance at once, and is
// remembered here and by the next connection.
func TestEPRTLeadsToNothing(t *testing.T) {
	active := control.Config{Data: datachan.Config{Mode: datachan.ModeActive}}
	var learned datachan.Memory
	inBubble(t, "425", func(t *testing.T) {
		tc := login(t, &active)
		f := tc.retr(t.Context(), 7)
		tc.answer("TYPE I", "200 ok")
		tc.takeEPRT()
		tc.answer("REST 7", "350 ok")
		tc.answer("RETR f", "425 can't open a data connection")
		addr := tc.takePORT()
		tc.answer("REST 7", "350 ok")
		tc.serveActive(f, addr, "RETR f")
		f = tc.retr(t.Context(), 0)
		tc.serveActive(f, tc.takePORT(), "RETR f")
		learned = tc.c.DataMemory()
		tc.wantAlive()
	})
	if want := (datachan.Memory{NoEPRT: true}); learned != want {
		t.Fatalf("learned %+v; want %+v", learned, want)
	}
	inBubble(t, "carried", func(t *testing.T) {
		conf := active
		conf.Data.Memory = learned
		tc := login(t, &conf)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.serveActive(f, tc.takePORT(), "RETR f")
	})
	inBubble(t, "no second attempt where something may have begun", func(t *testing.T) {
		conf := active
		conf.Data.AcceptTimeout = 3 * time.Second
		tc := login(t, &conf)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.takeEPRT()
		tc.answer("RETR f", "150 here")
		tc.answer("ABOR", "426 aborted", "226 done")
		if _, ok := errors.AsType[*datachan.OpenError](f.wait()); !ok {
			t.Errorf("%v; want an OpenError", f.err)
		}
		f = tc.retr(t.Context(), 0) // but the next transfer knows
		tc.serveActive(f, tc.takePORT(), "RETR f")
	})
}

// A server without FEAT that says what it wants when it refuses.
func TestPRETByWords(t *testing.T) {
	const wanted = "500 You need to use a client supporting PRET (PRE Transfer) to use PASV"
	play := func(tc *testConn) *fetch {
		f := tc.retr(tc.t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.answer("EPSV", "500 what?")
		tc.answer("PASV", wanted)
		return f
	}
	inBubble(t, "both refusals", func(t *testing.T) {
		conf := clear
		conf.Data.Mode = datachan.ModePASV
		tc := login(t, &conf)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.answer("PASV", wanted)
		tc.answer("PRET RETR f", "200 planned")
		ln := tc.listen(serverHost)
		tc.answer("PASV", "227 ok "+parse.FormatPASV(mustAddr(ln.Addr().String())))
		data := tc.takeData(ln)
		tc.answer("RETR f", "150 here")
		io.WriteString(data, "abc")
		data.Close()
		tc.writeReply("226 done")
		if err := f.wait(); err != nil || f.data != "abc" {
			t.Fatalf("%q, %v", f.data, err)
		}
		if !tc.c.HasQuirk(control.QuirkPRET) {
			t.Error("the quirk was not noticed")
		}
	})
	inBubble(t, "still refused", func(t *testing.T) {
		conf := clear
		conf.Data.Mode = datachan.ModePASV
		tc := login(t, &conf)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.answer("PASV", wanted)
		tc.answer("PRET RETR f", "200 planned")
		tc.answer("PASV", wanted)
		wantTransferError(t, f.wait(), control.PhaseOpen, 500)
		tc.wantAlive()
	})
	inBubble(t, "only the second refusal says so", func(t *testing.T) {
		tc := login(t, &clear)
		f := play(tc)
		tc.answer("PRET RETR f", "200 planned")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		io.WriteString(data, "abc")
		data.Close()
		tc.writeReply("226 done")
		if err := f.wait(); err != nil || f.data != "abc" {
			t.Fatalf("%q, %v", f.data, err)
		}
	})
	inBubble(t, "forbidden", func(t *testing.T) {
		conf := clear
		conf.Quirks.Forbid = []control.QuirkName{control.QuirkPRET}
		tc := login(t, &conf)
		f := play(tc)
		wantTransferError(t, f.wait(), control.PhaseOpen, 500)
		tc.wantAlive()
	})
}

// EPSV ALL is sent once a session, and REIN ends it.
func TestEPSVAll(t *testing.T) {
	inBubble(t, "REIN", func(t *testing.T) {
		tc := login(t, &control.Config{Data: datachan.Config{EPSVAll: true}})
		for i := range 3 {
			if i == 2 {
				op := tc.async(func() error { return tc.c.Rein(t.Context()) })
				tc.answer("REIN", "220 again")
				tc.wantOK("REIN", op)
				tc.login()
			}
			f := tc.retr(t.Context(), 0)
			if i != 1 {
				tc.answer("TYPE I", "200 ok")
				tc.answer("EPSV ALL", "200 ok")
			}
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			data.Close()
			tc.writeReply("226 done")
			if err := f.wait(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// SSCN and CPSV are for transfers between servers, and turn our own round as well.
func TestSSCN(t *testing.T) {
	// fetch plays RETR of "abc" over one data connection.
	fetch := func(tc *testConn, begin ...string) error {
		f := tc.retr(tc.t.Context(), 0)
		for _, command := range begin {
			tc.answer(command, "200 ok")
		}
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		secured := tc.secure(data)
		io.WriteString(secured, "abc")
		secured.Close()
		tc.writeReply("226 done")
		err := f.wait()
		if err == nil && f.data != "abc" {
			err = fmt.Errorf("got %q", f.data)
		}
		return err
	}
	turn := func(tc *testConn, on bool, command, reply string) {
		op := tc.async(func() error { return sscn(tc.t.Context(), tc.c, on) })
		tc.answer(command, reply)
		tc.wantOK(command, op)
	}
	inBubble(t, "ON and OFF", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		turn(tc, true, "SSCN ON", "200 SSCN:CLIENT METHOD")
		tc.connects = true
		if err := fetch(tc, "TYPE I"); err != nil {
			t.Errorf("RETR behind SSCN ON: %v", err)
		}
		if !strings.Contains(tc.traced(), "only its address says") {
			t.Error("no note that the peer has proven nothing")
		}
		turn(tc, false, "SSCN OFF", "200 SSCN:SERVER METHOD")
		tc.connects = false
		if err := fetch(tc); err != nil {
			t.Errorf("RETR behind SSCN OFF: %v", err)
		}
	})
	inBubble(t, "REIN", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		turn(tc, true, "SSCN ON", "200 SSCN:CLIENT METHOD")
		rein := tc.async(func() error { return tc.c.Rein(t.Context()) })
		tc.answer("REIN", "220 ready")
		tc.stopTLS()
		tc.answer("AUTH TLS", "234 go on")
		tc.startTLS()
		tc.wantOK("REIN", rein)
		tc.login()
		if err := fetch(tc, "TYPE I"); err != nil {
			t.Errorf("RETR behind REIN: %v", err)
		}
	})
	inBubble(t, "resumption required", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{Resumption: tlsx.ResumeRequired})
		turn(tc, true, "SSCN ON", "200 SSCN:CLIENT METHOD")
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		if e, ok := errors.AsType[*tlsx.NotResumedError](f.wait()); !ok || e.Reuse != tlsx.Reversed {
			t.Errorf("RETR: %v; want a *tlsx.NotResumedError", f.err)
		}
		tc.wantIdle("no data connection is asked for")
	})
	inBubble(t, "a server that does not begin TLS", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		turn(tc, true, "SSCN ON", "200 SSCN:CLIENT METHOD")
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "150 here")
		time.Sleep(31 * time.Second)
		tc.writeReply("425 no TLS")
		he, ok := errors.AsType[*tlsx.HandshakeError](f.wait())
		if !ok || !strings.Contains(he.Hint, "did not begin TLS") || !errors.Is(f.err, os.ErrDeadlineExceeded) {
			t.Errorf("RETR: %v; want a timeout of the handshake with a hint", f.err)
		}
		tc.wantIdle("the file is not asked for again")
	})
	inBubble(t, "refused", func(t *testing.T) {
		tc := login(t, &clear)
		on := tc.async(func() error { return sscn(t.Context(), tc.c, true) })
		tc.answer("SSCN ON", "502 no")
		if _, ok := errors.AsType[*protocol.ReplyError](on.wait()); !ok {
			t.Errorf("%v; want a ReplyError", on.err)
		}
	})
}

// Whatever ends the control connection ends the wait for the data connection, too.
func TestDialOfDataEnds(t *testing.T) {
	for _, byServer := range []bool{false, true} {
		inBubble(t, map[bool]string{false: "Close", true: "by the server"}[byServer], func(t *testing.T) {
			conf := clear
			conf.Data.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			tc := login(t, &conf)
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			tc.answer("EPSV", "229 ok (|||2048|)")
			synctest.Wait()
			if byServer {
				tc.srv.Close()
			} else {
				tc.c.Close()
			}
			if err := f.op.wait(); !errors.Is(err, net.ErrClosed) || f.op.took() != 0 {
				t.Errorf("%v after %v; want net.ErrClosed at once", err, f.op.took())
			}
		})
	}
}
