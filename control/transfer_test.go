package control_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A fetch is a download under way: Retr, io.ReadAll, Close.
type fetch struct {
	*op
	data     string
	closeErr error
	readErr  error
}

func (tc *testConn) retr(ctx context.Context, offset int64) *fetch {
	f := &fetch{}
	f.op = tc.async(func() error {
		d, err := tc.c.Retr(ctx, "f", offset)
		if err != nil {
			return err
		}
		var b []byte
		b, f.readErr = io.ReadAll(d)
		f.data = string(b)
		f.closeErr = d.Close()
		if f.readErr != nil {
			return f.readErr
		}
		return f.closeErr
	})
	return f
}

// stor is an upload under way: Stor, Write, Close.
func (tc *testConn) stor(ctx context.Context, data string) *op {
	return tc.async(func() error {
		u, err := tc.c.Stor(ctx, "f", 0)
		if err != nil {
			return err
		}
		_, err = io.WriteString(u, data)
		if cerr := u.Close(); err == nil {
			err = cerr
		}
		return err
	})
}

// wantTransferError checks the type and what caused it.
func wantTransferError(t *testing.T, err error, phase control.Phase, code protocol.Code) {
	t.Helper()
	te, ok := errors.AsType[*control.TransferError](err)
	if !ok || te.Phase != phase {
		t.Fatalf("%T %v; want a TransferError while %s", err, err, phase)
	}
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if code != 0 && (!ok || re.Reply.Code != code) || code == 0 && ok {
		t.Fatalf("%v; want a cause of %d", err, code)
	}
}

func TestRetrOrders(t *testing.T) {
	for _, tt := range []struct {
		name string
		play func(tc *testConn, data net.Conn)
	}{
		{"150, data, 226", func(tc *testConn, data net.Conn) {
			tc.writeReply("150 here")
			io.WriteString(data, "abc")
			data.Close()
			synctest.Wait()
			tc.writeReply("226 done")
		}},
		{"125 and 250", func(tc *testConn, data net.Conn) {
			tc.writeReply("125 here")
			io.WriteString(data, "abc")
			data.Close()
			tc.writeReply("250 done")
		}},
		{"226 before data", func(tc *testConn, data net.Conn) {
			tc.writeReply("150 here", "226 done")
			synctest.Wait()
			io.WriteString(data, "a")
			time.Sleep(time.Second)
			io.WriteString(data, "bc")
			data.Close()
		}},
		{"data before 150", func(tc *testConn, data net.Conn) {
			io.WriteString(data, "abc")
			data.Close()
			time.Sleep(time.Second)
			tc.writeReply("150 here")
			time.Sleep(time.Second)
			tc.writeReply("226 done")
		}},
		{"no 150", func(tc *testConn, data net.Conn) {
			io.WriteString(data, "abc")
			data.Close()
			tc.writeReply("226 done")
		}},
		{"two 150", func(tc *testConn, data net.Conn) {
			tc.writeReply("150 here", "150 here")
			io.WriteString(data, "abc")
			data.Close()
			tc.writeReply("226 done")
		}},
		{"slow final reply", func(tc *testConn, data net.Conn) {
			tc.writeReply("150 here")
			io.WriteString(data, "abc")
			data.Close()
			time.Sleep(59 * time.Second)
			tc.writeReply("226 done")
		}},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.wantCommand("the transfer", "RETR f")
			tt.play(tc, data)
			if err := f.wait(); err != nil || f.data != "abc" {
				t.Fatalf("%q, %v; want abc", f.data, err)
			}
			tc.wantAlive()
		})
	}
}

func TestRetrFails(t *testing.T) {
	for _, tt := range []struct {
		name  string
		play  func(tc *testConn, data *memnet.Conn)
		phase control.Phase
		code  protocol.Code
		is    error
		dead  bool
	}{
		{"refused", func(tc *testConn, data *memnet.Conn) { tc.writeReply("550 no such file") }, control.PhaseOpen, 550, fs.ErrNotExist, false},
		{"refused, data connection ended first", func(tc *testConn, data *memnet.Conn) {
			data.Close()
			synctest.Wait()
			tc.writeReply("550 no such file")
		}, control.PhaseOpen, 550, fs.ErrNotExist, false},
		{"425", func(tc *testConn, data *memnet.Conn) { tc.writeReply("425 no") }, control.PhaseOpen, 425, nil, false},
		{"451 while data flows", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("150 here")
			io.WriteString(data, "ab")
			synctest.Wait()
			tc.writeReply("451 bad sector")
		}, control.PhaseData, 451, nil, false},
		{"426 behind a reset", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("150 here")
			io.WriteString(data, "ab")
			synctest.Wait()
			data.Reset()
			time.Sleep(100 * time.Millisecond)
			tc.writeReply("426 broken")
		}, control.PhaseData, 426, nil, false},
		{"451 behind all data", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("150 here")
			io.WriteString(data, "abc")
			data.Close()
			synctest.Wait()
			tc.writeReply("451 checksum wrong")
		}, control.PhaseReply, 451, nil, false},
		{"552 behind all data", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("150 here")
			data.Close()
			synctest.Wait()
			tc.writeReply("552 quota")
		}, control.PhaseReply, 552, nil, false},
		{"421 while data flows", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("150 here")
			io.WriteString(data, "ab")
			synctest.Wait()
			tc.writeReply("421 closing")
			tc.srv.Close()
		}, control.PhaseData, 421, nil, true},
		{"421 in place of 150", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("421 closing")
			tc.srv.Close()
		}, control.PhaseOpen, 421, nil, true},
		{"421 in place of 226", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("150 here")
			data.Close()
			synctest.Wait()
			tc.writeReply("421 closing")
			tc.srv.Close()
		}, control.PhaseReply, 421, nil, true},
		{"control connection ends while data flows", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("150 here")
			io.WriteString(data, "ab")
			synctest.Wait()
			tc.srv.Close()
		}, control.PhaseData, 0, net.ErrClosed, true},
		{"no final reply", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("150 here")
			io.WriteString(data, "abc")
			data.Close()
		}, control.PhaseReply, 0, os.ErrDeadlineExceeded, true},
		{"data stall, then the server gives up", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("150 here")
			io.WriteString(data, "ab")
			tc.wantCommand("idle for too long", "ABOR")
			tc.writeReply("426 aborted", "226 done")
		}, control.PhaseData, 0, os.ErrDeadlineExceeded, false},
		{"neither reply nor data", func(tc *testConn, data *memnet.Conn) {
			tc.wantCommand("idle for too long", "ABOR")
		}, control.PhaseData, 0, os.ErrDeadlineExceeded, true},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.wantCommand("the transfer", "RETR f")
			tt.play(tc, data)
			err := f.wait()
			wantTransferError(t, err, tt.phase, tt.code)
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v; want it to match %v", err, tt.is)
			}
			if f.op.took() > 2*time.Minute+6*time.Second {
				t.Errorf("took %v", f.op.took())
			}
			if tt.dead {
				tc.wantDead("")
				return
			}
			tc.wantAlive()
		})
	}
}

func TestStorFlows(t *testing.T) {
	inBubble(t, "complete", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.stor(t.Context(), "abc")
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("STOR f", "150 go on")
		got, err := io.ReadAll(data)
		if err != nil || string(got) != "abc" {
			t.Fatalf("server got %q, %v", got, err)
		}
		if err := op.result(); err != errNotDone {
			t.Fatalf("before the final reply: %v; want it to wait", err)
		}
		tc.writeReply("226 stored")
		tc.wantOK("STOR", op)
		tc.wantAlive()
	})
	inBubble(t, "server never ends the data connection", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.stor(t.Context(), "abc")
		tc.answer("TYPE I", "200 ok")
		tc.passive() // stays open
		tc.answer("STOR f", "150 go on")
		synctest.Wait()
		tc.writeReply("226 stored")
		if err := op.wait(); err != nil || op.took() > time.Second {
			t.Fatalf("%v after %v", err, op.took())
		}
		tc.wantAlive()
	})
	for _, tt := range []struct {
		name, reply string
		code        protocol.Code
	}{{"disk full", "452 disk full", 452}, {"quota", "552 quota", 552}, {"426", "426 broken", 426}} {
		inBubble(t, tt.name+" while data flows", func(t *testing.T) {
			tc := login(t, &clear)
			op := tc.stor(t.Context(), strings.Repeat("x", 1<<20)) // more than the network holds
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("STOR f", "150 go on")
			io.CopyN(io.Discard, data, 4<<10)
			tc.writeReply(tt.reply)
			err := op.wait()
			wantTransferError(t, err, control.PhaseData, tt.code)
			if op.took() > time.Second {
				t.Errorf("took %v", op.took())
			}
			tc.wantAlive()
		})
		inBubble(t, tt.name+" behind a reset", func(t *testing.T) {
			tc := login(t, &clear)
			op := tc.stor(t.Context(), strings.Repeat("x", 1<<20))
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("STOR f", "150 go on")
			io.CopyN(io.Discard, data, 4<<10)
			data.Reset()
			synctest.Wait()
			tc.writeReply(tt.reply)
			wantTransferError(t, op.wait(), control.PhaseData, tt.code)
			tc.wantAlive()
		})
	}
	inBubble(t, "refused", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.stor(t.Context(), "abc")
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("STOR f", "553 not that name")
		wantTransferError(t, op.wait(), control.PhaseOpen, 553)
		tc.wantAlive()
	})
	inBubble(t, "no final reply", func(t *testing.T) {
		tc := login(t, &control.Config{FinalTimeout: 20 * time.Second})
		op := tc.stor(t.Context(), "abc")
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("STOR f", "150 go on")
		err := op.wait()
		wantTransferError(t, err, control.PhaseReply, 0)
		if _, ok := errors.AsType[*control.TimeoutError](err); !ok || op.took() != 20*time.Second {
			t.Errorf("%v after %v; want a TimeoutError after 20s", err, op.took())
		}
		tc.wantDead("")
	})
	inBubble(t, "226 without a data connection", func(t *testing.T) {
		// The server took the data connection for another file perhaps: nothing was stored.
		conf := control.Config{Data: datachan.Config{Mode: datachan.ModeEPRT}}
		tc := login(t, &conf)
		op := tc.stor(t.Context(), "abc")
		tc.answer("TYPE I", "200 ok")
		tc.takeEPRT()
		tc.answer("STOR f", "150 go on")
		tc.writeReply("226 stored")
		if err := op.wait(); !errors.Is(err, datachan.ErrEnded) {
			t.Fatalf("%v; want ErrEnded", err)
		}
		tc.wantAlive()
	})
}

// takeEPRT reads EPRT, accepts it and returns the client's address.
func (tc *testConn) takeEPRT() string {
	tc.t.Helper()
	tc.srv.SetReadDeadline(time.Now().Add(patience))
	line, err := tc.r.ReadString('\n')
	arg, ok := strings.CutPrefix(strings.TrimSuffix(line, "\r\n"), "EPRT ")
	ap, perr := parse.EPRT(arg)
	if err != nil || !ok || perr != nil {
		tc.t.Fatalf("client sent %q, %v; want EPRT", line, err)
	}
	tc.writeReply("200 ok")
	return ap.String()
}

func TestStou(t *testing.T) {
	inBubble(t, "name", func(t *testing.T) {
		tc := login(t, &clear)
		var name string
		op := tc.async(func() error {
			u, err := tc.c.Stou(t.Context())
			if err != nil {
				return err
			}
			name = u.Name()
			return u.Close()
		})
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.wantCommand("the transfer", "STOU")
		time.Sleep(100 * time.Millisecond)
		tc.writeReply("150 FILE: f.1")
		synctest.Wait()
		tc.writeReply("226 stored")
		if err := op.wait(); err != nil || name != "f.1" {
			t.Errorf("%q, %v; want f.1", name, err)
		}
	})
}

func TestAppe(t *testing.T) {
	inBubble(t, "no REST", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			u, err := tc.c.Appe(t.Context(), "f")
			if err != nil {
				return err
			}
			io.WriteString(u, "x")
			return u.Close()
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("APPE f", "150 go on")
		io.Copy(io.Discard, data)
		tc.writeReply("226 stored")
		if err := op.wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestRest(t *testing.T) {
	inBubble(t, "download", func(t *testing.T) {
		tc := login(t, &clear)
		f := tc.retr(t.Context(), 1<<40)
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("REST 1099511627776", "350 go on")
		tc.answer("RETR f", "150 here")
		io.WriteString(data, "rest")
		data.Close()
		tc.writeReply("226 done")
		if err := f.wait(); err != nil || f.data != "rest" {
			t.Fatalf("%q, %v", f.data, err)
		}
	})
	inBubble(t, "refused", func(t *testing.T) {
		tc := login(t, &clear)
		f := tc.retr(t.Context(), 5)
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("REST 5", "502 no")
		wantTransferError(t, f.wait(), control.PhaseOpen, 502)
		if n, err := data.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("data connection: %d, %v; want it closed", n, err)
		}
		tc.wantAlive()
	})
	inBubble(t, "upload", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			u, err := tc.c.Stor(t.Context(), "f", 3)
			if err != nil {
				return err
			}
			return u.Close()
		})
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("REST 3", "350 go on")
		tc.answer("STOR f", "150 go on")
		synctest.Wait()
		tc.writeReply("226 stored")
		if err := op.wait(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFallbackToPASV(t *testing.T) {
	for _, tt := range []struct {
		name string
		epsv func(tc *testConn)
	}{
		{"refused", func(tc *testConn) { tc.answer("EPSV", "502 no") }},
		{"refused with 500", func(tc *testConn) { tc.answer("EPSV", "500 what?") }},
		{"nonsense", func(tc *testConn) { tc.answer("EPSV", "229 ok") }},
		{"port does not answer", func(tc *testConn) { tc.answer("EPSV", "229 ok (|||49999|)") }},
		{"port filtered", func(tc *testConn) {
			tc.net.Blackhole(mustAddr(serverHost + ":49998"))
			tc.answer("EPSV", "229 ok (|||49998|)")
		}},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			tt.epsv(tc)
			tc.playPASV(f)
			f = tc.retr(t.Context(), 0) // remembered
			tc.playPASV(f)
			if !strings.Contains(tc.traced(), "using PASV from now on") {
				t.Error("the trace does not say it")
			}
		})
	}
	inBubble(t, "PASV does not work either", func(t *testing.T) {
		tc := login(t, &clear)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.answer("EPSV", "502 no")
		tc.answer("PASV", "502 no")
		wantTransferError(t, f.wait(), control.PhaseOpen, 502)
		f = tc.retr(t.Context(), 0)
		tc.wantCommand("nothing to remember", "EPSV")
		tc.writeReply("421 closing")
		wantTransferError(t, f.wait(), control.PhaseOpen, 421) // no PASV behind a 421
	})
}

// playPASV plays a whole download by PASV.
func (tc *testConn) playPASV(f *fetch) {
	tc.t.Helper()
	ln := tc.listen(serverHost)
	tc.answer("PASV", "227 ok "+parse.FormatPASV(mustAddr(ln.Addr().String())))
	data := tc.takeData(ln)
	tc.answer("RETR f", "150 here")
	io.WriteString(data, "abc")
	data.Close()
	tc.writeReply("226 done")
	if err := f.wait(); err != nil || f.data != "abc" {
		tc.t.Fatalf("%q, %v; want abc", f.data, err)
	}
}

// T01: a 227 that names another host is not followed, and the trace says so.
func TestT01PASVNamesAnotherHost(t *testing.T) {
	for _, other := range []string{"127.0.0.2", "10.0.0.5", "169.254.169.254", "0.0.0.0", "224.0.0.1"} {
		inBubble(t, other, func(t *testing.T) {
			conf := control.Config{Data: datachan.Config{Mode: datachan.ModePASV}}
			tc := login(t, &conf)
			ln := tc.listen(serverHost)
			port := mustAddr(ln.Addr().String()).Port()
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			comma := strings.ReplaceAll(other, ".", ",")
			tc.answer("PASV", "227 ok ("+comma+","+itoa(port>>8)+","+itoa(port&255)+")")
			data := tc.takeData(ln)
			tc.answer("RETR f", "150 here")
			data.Close()
			tc.writeReply("226 done")
			if err := f.wait(); err != nil {
				t.Fatal(err)
			}
			for _, a := range tc.dialled() {
				if !strings.HasPrefix(a, serverHost+":") {
					t.Errorf("client dialled %s", a)
				}
			}
			if !strings.Contains(tc.traced(), other) {
				t.Error("the trace does not name the address")
			}
		})
	}
}

// T04: a port that no data connection has is refused, and not dialled.
func TestT04Ports(t *testing.T) {
	for _, reply := range []string{"227 ok (127,0,0,1,0,21)", "227 ok (127,0,0,1,0,25)", "227 ok (127,0,0,1,3,255)"} {
		inBubble(t, reply, func(t *testing.T) {
			tc := login(t, &control.Config{Data: datachan.Config{Mode: datachan.ModePASV}})
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			tc.answer("PASV", reply)
			if _, ok := errors.AsType[*datachan.AddressError](f.wait()); !ok {
				t.Errorf("%v; want an AddressError", f.err)
			}
			if n := len(tc.dialled()); n != 1 {
				t.Errorf("dialled %v; want the control connection only", tc.dialled())
			}
			tc.wantAlive()
		})
	}
}

func TestActive(t *testing.T) {
	download := func(tc *testConn, f *fetch, addr string) {
		t := tc.t
		t.Helper()
		tc.wantCommand("the transfer", "RETR f")
		data, err := tc.net.DialContext(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		tc.writeReply("150 here")
		io.WriteString(data, "abc")
		data.Close()
		tc.writeReply("226 done")
		if err := f.wait(); err != nil || f.data != "abc" {
			t.Fatalf("%q, %v; want abc", f.data, err)
		}
		if _, err := tc.net.DialContext(t.Context(), "tcp", addr); err == nil {
			t.Error("the listener is still there")
		}
	}
	active := control.Config{Data: datachan.Config{Mode: datachan.ModeActive}}
	inBubble(t, "EPRT", func(t *testing.T) {
		tc := login(t, &active)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		download(tc, f, tc.takeEPRT())
	})
	inBubble(t, "EPRT refused, PORT remembered", func(t *testing.T) {
		tc := login(t, &active)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.srv.SetReadDeadline(time.Now().Add(patience))
		if line, _ := tc.r.ReadString('\n'); !strings.HasPrefix(line, "EPRT ") {
			t.Fatalf("client sent %q; want EPRT", line)
		}
		tc.writeReply("502 no")
		download(tc, f, tc.takePORT())
		f = tc.retr(t.Context(), 0)
		download(tc, f, tc.takePORT())
	})
	for _, reply := range []string{"425 no", "550 no", "421 closing"} {
		inBubble(t, "refused while waiting: "+reply, func(t *testing.T) {
			tc := login(t, &active)
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			addr := tc.takeEPRT()
			tc.wantCommand("the transfer", "RETR f")
			synctest.Wait()
			tc.writeReply(reply)
			if reply[:3] == "425" { // nothing was begun: PORT may do
				addr = tc.takePORT()
				tc.answer("RETR f", reply)
			}
			wantTransferError(t, f.wait(), control.PhaseOpen, protocol.Code(must(reply[:3])))
			if _, err := tc.net.DialContext(t.Context(), "tcp", addr); err == nil {
				t.Error("the listener is still there") // T09
			}
		})
	}
	inBubble(t, "server never connects", func(t *testing.T) {
		conf := active
		conf.Data.ConnectTimeout = 8 * time.Second
		tc := login(t, &conf)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		addr := tc.takeEPRT()
		tc.answer("RETR f", "150 here")
		tc.wantCommand("giving up", "ABOR")
		tc.writeReply("426 aborted", "226 done")
		err := f.wait()
		if oe, ok := errors.AsType[*datachan.OpenError](err); !ok || oe.Mode != "EPRT" || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v; want an OpenError past the deadline", err)
		}
		if _, err := tc.net.DialContext(t.Context(), "tcp", addr); err == nil {
			t.Error("the listener is still there") // T09
		}
		tc.wantAlive()
	})
	inBubble(t, "226 without a connection: an empty listing", func(t *testing.T) {
		tc := login(t, &active)
		var names []string
		op := tc.async(func() error {
			for name, err := range tc.c.Nlst(t.Context(), "") {
				if err != nil {
					return err
				}
				names = append(names, name)
			}
			return nil
		})
		tc.takeEPRT()
		tc.answer("NLST", "226 nothing there")
		tc.answer("STAT .", "213-", "total 0", "drwxr-xr-x 2 u g 4096 Jan  2  2024 .", "213 end")
		if err := op.wait(); err != nil || len(names) != 0 {
			t.Errorf("%q, %v; want an empty listing", names, err)
		}
		tc.wantAlive()
	})
}

func TestListings(t *testing.T) {
	inBubble(t, "Mlsd with a bad line", func(t *testing.T) {
		tc := login(t, &clear)
		var got []string
		op := tc.async(func() error {
			for e, err := range tc.c.Mlsd(t.Context(), "d", control.ListOptions{}) {
				if _, bad := errors.AsType[*parse.Error](err); bad {
					got = append(got, "bad")
					continue
				}
				if err != nil {
					return err
				}
				got = append(got, e.Name)
			}
			return nil
		})
		data := tc.passive()
		tc.answer("MLSD d", "150 here")
		io.WriteString(data, "type=file; a\r\nnonsense\r\ntype=file; b\r\n")
		data.Close()
		tc.writeReply("226 done")
		if err := op.wait(); err != nil || !slices.Equal(got, []string{"a", "bad", "b"}) {
			t.Errorf("%q, %v", got, err)
		}
		tc.wantAlive()
	})
	inBubble(t, "Mlsd left early", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			for range tc.c.Mlsd(t.Context(), "", control.ListOptions{}) {
				break
			}
			return nil
		})
		data := tc.passive()
		tc.answer("MLSD", "150 here")
		io.WriteString(data, "type=file; a\r\ntype=file; b\r\n")
		tc.wantCommand("the rest is not wanted", "ABOR")
		tc.writeReply("426 aborted", "226 done")
		if err := op.wait(); err != nil {
			t.Error(err)
		}
		tc.wantAlive()
	})
	inBubble(t, "Nlst refused", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			for _, err := range tc.c.Nlst(t.Context(), "d") {
				return err
			}
			return nil
		})
		tc.answer("EPSV", "229 ok (|||"+itoa(mustAddr(tc.listen(serverHost).Addr().String()).Port())+"|)")
		tc.answer("NLST d", "450 no such directory")
		wantTransferError(t, op.wait(), control.PhaseOpen, 450)
		tc.wantAlive()
	})
	inBubble(t, "listing cut by the final reply", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() (last error) {
			for _, err := range tc.c.List(t.Context(), "", control.ListOptions{}) {
				last = err
			}
			return last
		})
		data := tc.passive()
		tc.answer("LIST", "150 here")
		io.WriteString(data, "-rw-r--r-- 1 u g 1 Jan 1 2020 a\r\n")
		data.Close()
		synctest.Wait()
		tc.writeReply("451 there was more")
		wantTransferError(t, op.wait(), control.PhaseReply, 451)
	})
}
