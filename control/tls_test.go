package control_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// secure is the server's side of the handshake on a data connection.
func (tc *testConn) secure(data net.Conn) *tls.Conn {
	tc.t.Helper()
	if tc.connects {
		conn := tls.Client(data, &tls.Config{InsecureSkipVerify: true})
		if err := conn.HandshakeContext(tc.t.Context()); err != nil {
			tc.t.Fatalf("TLS on the data connection, as client: %v", err)
		}
		return conn
	}
	conn, err := tc.sessions.Data(tc.t.Context(), data)
	if err != nil {
		tc.t.Fatalf("TLS on the data connection: %v", err)
	}
	return conn
}

// T43: an end without close_notify is no plain success.
func TestT43Truncation(t *testing.T) {
	for _, tt := range []struct {
		name         string
		want         int64 // for Expect, -1: not called
		ok           bool
		unterminated bool
		end          func(conn *tls.Conn, raw net.Conn)
	}{
		{"close_notify", -1, true, false, func(conn *tls.Conn, raw net.Conn) { conn.CloseWrite(); raw.Close() }},
		{"close_notify, size right", 3, true, false, func(conn *tls.Conn, raw net.Conn) { conn.CloseWrite(); raw.Close() }},
		{"close_notify, size wrong", 4, false, false, func(conn *tls.Conn, raw net.Conn) { conn.CloseWrite(); raw.Close() }},
		{"FIN", -1, false, false, func(_ *tls.Conn, raw net.Conn) { raw.Close() }},
		{"FIN, size right", 3, true, true, func(_ *tls.Conn, raw net.Conn) { raw.Close() }},
		{"FIN, size wrong", 4, false, false, func(_ *tls.Conn, raw net.Conn) { raw.Close() }},
		{"FIN within a record", -1, false, false, func(_ *tls.Conn, raw net.Conn) { io.WriteString(raw, "\x17\x03\x03\x00\x20abc"); raw.Close() }},
		{"alert in clear", -1, false, false, func(_ *tls.Conn, raw net.Conn) { io.WriteString(raw, "\x15\x03\x03\x00\x02\x01\x00"); raw.Close() }},
		{"reset", -1, false, false, func(_ *tls.Conn, raw net.Conn) { synctest.Wait(); raw.(*memnet.Conn).Reset() }},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := loginTLS(t, &control.Config{})
			var got []byte
			var d *control.Download
			op := tc.async(func() (err error) {
				if d, err = tc.c.Retr(t.Context(), "f", 0); err != nil {
					return err
				}
				if tt.want >= 0 {
					d.Expect(tt.want)
				}
				got, err = io.ReadAll(d)
				if cerr := d.Close(); err == nil {
					err = cerr
				}
				return err
			})
			tc.answer("TYPE I", "200 ok")
			raw := tc.passive()
			tc.answer("RETR f", "150 here")
			conn := tc.secure(raw)
			io.WriteString(conn, "abc")
			tt.end(conn, raw)
			tc.writeReply("226 done")
			err := op.wait()
			if (err == nil) != tt.ok || d.Unterminated() != tt.unterminated {
				t.Fatalf("%q, %v, unterminated %v", got, err, d.Unterminated())
			}
			if _, ok := errors.AsType[*control.TransferError](err); !tt.ok && !ok {
				t.Errorf("%T %v; want a TransferError", err, err)
			}
			if strings.HasPrefix(tt.name, "FIN") && !tt.ok && !errors.Is(err, tlsx.ErrTruncated) {
				t.Errorf("%v; want tlsx.ErrTruncated", err)
			}
			tc.wantAlive()
		})
	}
}

// T44: servers differ in whether 150 or the handshake comes first. Neither order
// may hang, and a refusal ends both.
func TestT44HandshakeAndReply(t *testing.T) {
	for _, tt := range []struct {
		name  string
		play  func(tc *testConn, raw net.Conn) // from RETR on, to the end of the data
		code  protocol.Code
		limit time.Duration
	}{
		{"150 first", func(tc *testConn, raw net.Conn) {
			tc.writeReply("150 here")
			finish(tc.secure(raw))
			tc.writeReply("226 done")
		}, 0, time.Second},
		{"150 behind the handshake", func(tc *testConn, raw net.Conn) {
			conn := tc.secure(raw)
			tc.writeReply("150 here")
			finish(conn)
			tc.writeReply("226 done")
		}, 0, time.Second},
		{"no 150", func(tc *testConn, raw net.Conn) {
			finish(tc.secure(raw))
			tc.writeReply("226 done")
		}, 0, time.Second},
		{"522 in place of 150", func(tc *testConn, raw net.Conn) {
			tc.writeReply("522 session reuse required")
		}, 522, time.Second},
		{"425 while the handshake hangs", func(tc *testConn, raw net.Conn) {
			tc.writeReply("150 here")
			synctest.Wait()
			tc.writeReply("425 TLS failed")
		}, 425, time.Second},
		{"522 behind a broken handshake", func(tc *testConn, raw net.Conn) {
			tc.writeReply("150 here")
			raw.Close()
			time.Sleep(time.Second)
			tc.writeReply("522 session reuse required")
		}, 522, 2 * time.Second},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := loginTLS(t, &control.Config{})
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			raw := tc.passive()
			tc.wantCommand("the transfer", "RETR f")
			tt.play(tc, raw)
			err := f.wait()
			if f.op.took() > tt.limit {
				t.Errorf("took %v", f.op.took())
			}
			if tt.code != 0 {
				wantTransferError(t, err, control.PhaseOpen, tt.code)
			} else if err != nil || f.data != "abc" {
				t.Fatalf("%q, %v; want abc", f.data, err)
			}
			tc.wantAlive()
		})
	}
	inBubble(t, "handshake hangs", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{ConnectTimeout: 10 * time.Second})
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "150 here")
		tc.wantCommand("giving up", "ABOR")
		tc.writeReply("426 aborted", "226 done")
		if _, ok := errors.AsType[*tlsx.HandshakeError](f.wait()); !ok || f.op.took() > 16*time.Second {
			t.Errorf("%v after %v; want a HandshakeError after ConnectTimeout and AbortTimeout at most", f.err, f.op.took())
		}
		tc.wantAlive()
	})
}

// finish sends abc and ends the data connection in order.
func finish(conn *tls.Conn) {
	io.WriteString(conn, "abc")
	conn.CloseWrite()
}

// The delay of a server that sends 150 behind the handshake is paid once.
func TestLate150IsRemembered(t *testing.T) {
	inBubble(t, "twice", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		for i, want := range []time.Duration{200 * time.Millisecond, 0} {
			f := tc.retr(t.Context(), 0)
			if i == 0 {
				tc.answer("TYPE I", "200 ok")
			}
			raw := tc.passive()
			tc.wantCommand("the transfer", "RETR f")
			conn := tc.secure(raw)
			synctest.Wait() // the reply travels for a while
			tc.writeReply("150 here")
			finish(conn)
			tc.writeReply("226 done")
			if err := f.wait(); err != nil || f.op.took() != want {
				t.Errorf("transfer %d: %v after %v; want %v", i, err, f.op.took(), want)
			}
		}
	})
}

// T37: PROT P was accepted, and the data comes in clear.
func TestT37DataInClear(t *testing.T) {
	inBubble(t, "download", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		raw := tc.passive()
		tc.answer("RETR f", "150 here")
		synctest.Wait() // its ClientHello is out: the text answers it
		io.WriteString(raw, "hello in clear")
		raw.Close()
		tc.writeReply("226 done")
		if _, ok := errors.AsType[*tlsx.HandshakeError](f.wait()); !ok || f.data != "" {
			t.Errorf("%q, %v; want a HandshakeError and nothing", f.data, f.err)
		}
		tc.wantAlive()
	})
}

// T41: a server that refuses the TLS of data connections does so when it has
// emptied the file of a STOR already. A listing before the first STOR finds out. See also
// TestUploadProbe.
func TestT41ProbeBeforeSTOR(t *testing.T) {
	inBubble(t, "refused", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		for range 2 {
			op := tc.stor(t.Context(), "abc")
			tc.probe("522 session reuse required")
			wantTransferError(t, op.wait(), control.PhaseOpen, 522)
			tc.wantIdle("no STOR") // the file is as it was
		}
	})
	inBubble(t, "good once, not asked again", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		op := tc.stor(t.Context(), "abc")
		tc.probe("150 here")
		tc.takeSTOR()
		if err := op.wait(); err != nil {
			t.Fatal(err)
		}
		op = tc.stor(t.Context(), "abc")
		tc.takeSTORAgain()
		if err := op.wait(); err != nil {
			t.Fatal(err)
		}
	})
	inBubble(t, "refused for another reason", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		op := tc.stor(t.Context(), "abc")
		tc.probe("550 may not list")
		tc.passive()
		tc.answer("NLST", "550 may not list")
		tc.takeSTOR()
		if err := op.wait(); err != nil {
			t.Fatal(err)
		}
	})
	inBubble(t, "switched off", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{NoUploadProbe: true})
		op := tc.stor(t.Context(), "abc")
		tc.takeSTOR()
		if err := op.wait(); err != nil {
			t.Fatal(err)
		}
	})
	inBubble(t, "a bad name costs no probe", func(t *testing.T) { // T13
		tc := loginTLS(t, &control.Config{})
		if _, err := tc.c.Stor(t.Context(), "a\r\nDELE b", 0); err == nil {
			t.Error("taken")
		}
		tc.wantIdle("nothing was sent")
	})
}

// probe plays the listing before the first STOR.
func (tc *testConn) probe(reply string) {
	tc.t.Helper()
	if !strings.Contains(tc.traced(), "NLST") { // TYPE holds from then on
		tc.wantCommandIn("TYPE A")
	}
	raw := tc.passive()
	tc.answer("NLST f", reply)
	if reply[0] == '1' {
		conn := tc.secure(raw)
		conn.CloseWrite()
		tc.writeReply("226 done")
	}
}

// wantCommandIn reads a TYPE command, if the type is not in force, and accepts it.
func (tc *testConn) wantCommandIn(line string) {
	tc.t.Helper()
	synctest.Wait()
	tc.srv.SetReadDeadline(time.Now().Add(time.Millisecond))
	if b, err := tc.r.Peek(1); err == nil && b[0] == 'T' {
		tc.answer(line, "200 ok")
	}
}

func (tc *testConn) takeSTOR() {
	tc.t.Helper()
	tc.answer("TYPE I", "200 ok")
	tc.takeSTORAgain()
}

func (tc *testConn) takeSTORAgain() {
	tc.t.Helper()
	raw := tc.passive()
	tc.answer("STOR f", "150 go on")
	conn := tc.secure(raw)
	got, err := io.ReadAll(conn)
	if err != nil || string(got) != "abc" {
		tc.t.Fatalf("server got %q, %v; want abc and close_notify", got, err)
	}
	tc.writeReply("226 stored")
}

// T40 in part: where resumption is required, a data connection without it is
// refused before a byte of the file.
func TestResumptionRequired(t *testing.T) {
	inBubble(t, "no tickets", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{Resumption: tlsx.ResumeRequired})
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		raw := tc.passive()
		tc.answer("RETR f", "150 here")
		other := tlsx.NewServerSessions(&tls.Config{Certificates: []tls.Certificate{certificate()}}).NewControl(tlsx.BindNone)
		srv := tc.async(func() error {
			conn, err := other.Data(t.Context(), raw)
			if err != nil {
				return err
			}
			_, err = conn.Write([]byte("abc"))
			return err
		})
		srv.result()
		tc.writeReply("426 broken")
		if err := f.wait(); !errors.Is(err, tlsx.ErrNotResumed) || f.data != "" {
			t.Errorf("%q, %v; want ErrNotResumed and nothing", f.data, err)
		}
		raw.Close()
		srv.wait()
		tc.wantAlive()
	})
}
