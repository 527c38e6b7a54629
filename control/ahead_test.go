package control_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
)

// showFlights has the server show that it reads commands that come together, and how it
// opens data connections.
func (tc *testConn) showFlights() {
	tc.t.Helper()
	op := tc.async(func() error {
		_, err := tc.c.Pipeline(tc.t.Context(), command("NOOP", ""), command("NOOP", ""))
		return err
	})
	tc.answer("NOOP", "200 ok")
	tc.answer("NOOP", "200 ok")
	tc.wantOK("pipeline", op)
	tc.get("TYPE I")
}

// asked is AskAhead for SIZE, MDTM and the address, and then what asks for them.
func (tc *testConn) asked(between func() error) *fetch {
	f := &fetch{}
	f.op = tc.async(func() error {
		ctx := tc.t.Context()
		control.AskAhead(ctx, tc.c, "f", "SIZE", "MDTM", "EPSV")
		if _, err := tc.c.Size(ctx, "f"); err != nil {
			return err
		}
		if _, err := tc.c.Mdtm(ctx, "f"); err != nil {
			return err
		}
		if err := between(); err != nil {
			return err
		}
		d, err := tc.c.Retr(ctx, "f", 0)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(d)
		f.data = string(b)
		return errors.Join(err, d.Close())
	})
	return f
}

// flight reads the three commands before it answers them, and returns the listener.
func (tc *testConn) flight() net.Listener {
	tc.t.Helper()
	for _, want := range []string{"SIZE f", "MDTM f", "EPSV"} {
		tc.wantCommand("all go out together", want)
	}
	ln := tc.listen(serverHost)
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	tc.writeReply("213 3", "213 20200102030405", "229 ok (|||"+port+"|)")
	return ln
}

// send3 plays the RETR.
func (tc *testConn) send3(data net.Conn, f *fetch) {
	tc.t.Helper()
	tc.answer("RETR f", "150 here")
	io.WriteString(data, "abc")
	data.Close()
	tc.writeReply("226 done")
	tc.wantOK("download", f.op)
	if f.data != "abc" {
		tc.t.Errorf("%q came", f.data)
	}
}

func nothing() error { return nil }

func TestAskAhead(t *testing.T) {
	inBubble(t, "one flight", func(t *testing.T) {
		tc := login(t, &clear)
		tc.showFlights()
		f := tc.asked(nothing)
		ln := tc.flight()
		data, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		tc.send3(data, f)
		tc.wantAlive()
	})
	inBubble(t, "a server that has not shown that it reads flights", func(t *testing.T) {
		tc := login(t, &clear)
		tc.get("TYPE I")
		f := tc.asked(nothing)
		tc.wantCommand("alone", "SIZE f")
		tc.wantIdle("the others wait")
		tc.writeReply("213 3")
		tc.answer("MDTM f", "213 20200102030405")
		tc.send3(tc.passive(), f)
	})
	inBubble(t, "a greeting alone does not show it, the words of the login do", func(t *testing.T) {
		for _, words := range []string{"331 password", "331 Please specify the password."} {
			tc := newTestConn(t, &control.Config{Security: control.SecurityNone})
			tc.writeReply("220 (vsFTPd 3.0.3)")
			tc.wantOK("dial", tc.op)
			in := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
			tc.answer("USER user", words)
			tc.answer("PASS secret", "230 in")
			tc.answer("FEAT", "502 no")
			tc.wantOK("login", in)
			tc.get("TYPE I")
			f := tc.asked(nothing)
			if words == "331 password" {
				tc.wantCommand("alone", "SIZE f")
				tc.wantIdle("the others wait")
				tc.c.Close()
				f.wait()
				continue
			}
			data, err := tc.flight().Accept()
			if err != nil {
				t.Fatal(err)
			}
			tc.send3(data, f)
		}
	})
	inBubble(t, "the first address of a session is not asked for ahead", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			_, err := tc.c.Pipeline(t.Context(), command("TYPE", "I"), command("NOOP", ""))
			return err
		})
		tc.answer("TYPE I", "200 ok")
		tc.answer("NOOP", "200 ok")
		tc.wantOK("pipeline", op)
		f := tc.asked(nothing)
		tc.wantCommand("together", "SIZE f")
		tc.wantCommand("together", "MDTM f")
		tc.wantIdle("no address yet")
		tc.writeReply("213 3", "213 20200102030405")
		tc.send3(tc.passive(), f)
	})
	for _, tt := range []struct {
		name    string
		between func(tc *testConn) error
		command string // of between
	}{
		{"another command", func(tc *testConn) error { return tc.c.Noop(tc.t.Context()) }, "NOOP"},
		{"a time in which the address gets old", func(*testConn) error { time.Sleep(6 * time.Second); return nil }, ""},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			tc.showFlights()
			f := tc.asked(func() error { return tt.between(tc) })
			tc.flight()
			if tt.command != "" {
				tc.answer(tt.command, "200 ok")
			}
			tc.send3(tc.passive(), f)
		})
	}
	inBubble(t, "refusals are those of the commands", func(t *testing.T) {
		tc := login(t, &clear)
		tc.showFlights()
		op := tc.async(func() error {
			control.AskAhead(t.Context(), tc.c, "g", "SIZE", "MDTM", "EPSV")
			_, size := tc.c.Size(t.Context(), "g")
			_, mdtm := tc.c.Mdtm(t.Context(), "g")
			if !isRefusal(size) || mdtm != nil {
				t.Errorf("SIZE: %v, MDTM: %v; want a refusal and none", size, mdtm)
			}
			_, err := tc.c.Retr(t.Context(), "g", 0)
			return err
		})
		for _, want := range []string{"SIZE g", "MDTM g", "EPSV"} {
			tc.wantCommand("all go out together", want)
		}
		tc.writeReply("550 no", "213 20200102030405", "500 what")
		ln := tc.listen(serverHost)
		tc.wantCommand("the other way", "PASV")
		tc.writeReply("227 ok (" + parse.FormatPORT(mustAddr(ln.Addr().String())) + ")")
		tc.takeData(ln)
		tc.answer("RETR g", "550 no")
		wantTransferError(t, op.wait(), control.PhaseOpen, 550)
		tc.wantAlive()
	})
	inBubble(t, "the connection ends before the answers", func(t *testing.T) {
		tc := login(t, &clear)
		tc.showFlights()
		f := tc.asked(nothing)
		for _, want := range []string{"SIZE f", "MDTM f", "EPSV"} {
			tc.wantCommand("all go out together", want)
		}
		tc.srv.Close()
		if f.wait() == nil {
			t.Error("no error")
		}
	})
}

// What is not answered in a flight is asked alone on the next connection.
var playOneByOne = func(p *quirkPlay) {
	p.login()
	p.showFlights()
	f := p.asked(nothing)
	if p.forced() {
		p.answer("SIZE f", "213 3")
		p.answer("MDTM f", "213 20200102030405")
		p.send3(p.passive(), f)
		return
	}
	p.answer("SIZE f", "213 3")
	p.wantLost(f.op, "MDTM")
}

// TestEarlyTLS: TLS of a data connection begins before the preliminary reply on the servers that are known to
// bear it.
func TestEarlyTLS(t *testing.T) {
	inBubble(t, "vsftpd", func(t *testing.T) {
		tc := newTestConn(t, &control.Config{TLS: clientTLS()})
		tc.writeReply("220 (vsFTPd 3.0.3)")
		tc.answer("AUTH TLS", "234 Proceed with negotiation.")
		tc.startTLS()
		tc.wantOK("dial", tc.op)
		tc.login()
		start := time.Now()
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.wantCommand("transfer", "RETR f")
		secured := tc.secure(data)
		if took := time.Since(start); took != 0 {
			t.Errorf("TLS began after %v", took)
		}
		tc.writeReply("150 here")
		io.WriteString(secured, "abc")
		secured.Close()
		tc.writeReply("226 done")
		tc.wantOK("download", f.op)
	})
}
