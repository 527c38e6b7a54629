package control_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// keeping is a Config with a keepalive every minute of a transfer.
var keeping = control.Config{KeepAlive: time.Minute}

// playsOfEnds are the quirks of the ends of transfers.
var playsOfEnds = map[control.QuirkName]func(*quirkPlay){
	control.QuirkNOOPInTransfer: func(p *quirkPlay) {
		p.keep = 40 * time.Second
		p.login()
		f := p.retr(p.t.Context(), 0)
		p.answer("TYPE I", "200 ok")
		data := p.passive()
		p.answer("RETR f", "150 here")
		if p.forced() {
			time.Sleep(50 * time.Second)
			io.WriteString(data, "a")
			p.wantIdle("the server takes no NOOP now")
		} else {
			p.answer("NOOP", "503 a transfer is under way")
			io.WriteString(data, "a")
			if p.on() {
				time.Sleep(50 * time.Second)
				p.wantIdle("it was refused")
			} else {
				p.answer("NOOP", "503 a transfer is under way")
			}
		}
		data.Close()
		p.writeReply("226 done")
		if err := f.wait(); err != nil {
			p.t.Error(err)
		}
		p.wantAlive()
	},
	control.QuirkABORSynch: func(p *quirkPlay) {
		greeting := "220 host FTP server (GNU inetutils 2.4) ready."
		if p.forced() {
			greeting = "220 ready"
		}
		p.loginBehind(greeting)
		op := p.run(func() error {
			u, err := p.c.Stor(p.t.Context(), "f", 0)
			if err != nil {
				return err
			}
			return u.Abort()
		})
		p.answer("TYPE I", "200 ok")
		p.passive()
		p.answer("STOR f", "150 go on")
		want := "ABOR"
		if p.on() {
			want = "\xff\xf4\xff\xf2ABOR" // in the stream: memory has no urgent data
		}
		p.answer(want, "426 aborted", "226 done")
		if err := op.wait(); err != nil {
			p.t.Error(err)
		}
		p.wantAlive()
	},
}

// A slow download is kept alive; what the server makes of NOOP does no harm, neither
// to the transfer nor to what follows.
func TestKeepAliveInTransfer(t *testing.T) {
	// move lets some data pass and so much time that the next keepalive is due.
	move := func(data *memnet.Conn) {
		io.WriteString(data, "a")
		time.Sleep(50 * time.Second)
		io.WriteString(data, "b")
	}
	end := func(tc *testConn, data *memnet.Conn, replies ...string) {
		data.Close()
		synctest.Wait()
		tc.writeReply(replies...)
	}
	for _, tt := range []struct {
		name  string
		play  func(tc *testConn, data *memnet.Conn)
		noops int // in all
	}{
		{"answered at once", func(tc *testConn, data *memnet.Conn) {
			for range 3 {
				move(data)
				tc.answer("NOOP", "200 ok")
			}
			end(tc, data, "226 done")
		}, 3},
		{"queued until the end", func(tc *testConn, data *memnet.Conn) {
			for range 3 {
				move(data)
			}
			end(tc, data, "226 done", "200 ok")
		}, 1},
		{"queued, and the answer takes its time", func(tc *testConn, data *memnet.Conn) {
			move(data)
			move(data)
			end(tc, data, "226 done")
			time.Sleep(900 * time.Millisecond)
			tc.writeReply("200 ok")
		}, 1},
		{"answered before the final reply, behind the data", func(tc *testConn, data *memnet.Conn) {
			move(data)
			move(data)
			end(tc, data, "200 ok")
			time.Sleep(time.Second)
			tc.writeReply("226 done")
		}, 1},
		{"refused", func(tc *testConn, data *memnet.Conn) {
			move(data)
			tc.answer("NOOP", "500 not now")
			move(data)
			move(data)
			end(tc, data, "226 done")
		}, 1},
		{"refused behind the end", func(tc *testConn, data *memnet.Conn) {
			move(data)
			move(data)
			end(tc, data, "226 done", "530 what?")
		}, 1},
		{"ignored", func(tc *testConn, data *memnet.Conn) {
			move(data)
			move(data)
			end(tc, data, "226 done")
			tc.wantCommand("the NOOP", "NOOP")
			tc.answer("PWD", `257 "/"`)
		}, 1},
		{"so late that it comes behind PWD", func(tc *testConn, data *memnet.Conn) {
			move(data)
			move(data)
			end(tc, data, "226 done")
			tc.wantCommand("the NOOP", "NOOP")
			tc.answer("PWD", "200 ok", `257 "/"`)
		}, 1},
		{"later still", func(tc *testConn, data *memnet.Conn) {
			move(data)
			move(data)
			end(tc, data, "226 done")
			tc.wantCommand("the NOOP", "NOOP")
			tc.answer("PWD", `257 "/"`, "200 ok")
		}, 1},
		{"never at the end of the data", func(tc *testConn, data *memnet.Conn) {
			data.Close()
			time.Sleep(59 * time.Second)
			time.Sleep(500 * time.Millisecond)
			tc.writeReply("226 done")
		}, 0},
		{"never before the transfer began", func(tc *testConn, data *memnet.Conn) {
			end(tc, data, "226 done")
		}, 0},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			conf := keeping
			conf.FinalTimeout = 10 * time.Minute
			tc := login(t, &conf)
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.wantCommand("the transfer", "RETR f")
			if tt.name == "never before the transfer began" {
				for range 4 {
					move(data)
				}
			}
			tc.writeReply("150 here")
			tt.play(tc, data)
			if err := f.wait(); err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(tc.wire(), "NOOP"); got != tt.noops {
				t.Errorf("%d NOOPs; want %d", got, tt.noops)
			}
			tc.forget()
			tc.wantAlive()
		})
	}
	inBubble(t, "upload", func(t *testing.T) {
		tc := login(t, &keeping)
		op := tc.async(func() error {
			u, err := tc.c.Stor(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			for range 5 {
				io.WriteString(u, "abc")
				time.Sleep(50 * time.Second)
			}
			return u.Close()
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("STOR f", "150 go on")
		go io.Copy(io.Discard, data)
		for range 4 {
			tc.answer("NOOP", "200 ok")
		}
		synctest.Wait()
		time.Sleep(10*time.Second + time.Millisecond)
		tc.writeReply("226 stored")
		if err := op.wait(); err != nil {
			t.Error(err)
		}
		tc.wantAlive()
	})
	inBubble(t, "a STAT of the caller's is refused", func(t *testing.T) {
		conf := clear
		conf.KeepAlive = 10 * time.Second
		tc := login(t, &conf)
		f := &fetch{}
		var d *control.Download
		opened := make(chan struct{})
		f.op = tc.async(func() (err error) {
			d, err = tc.c.Retr(t.Context(), "f", 0)
			close(opened)
			if err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, d); err != nil {
				return err
			}
			return d.Close()
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		<-opened
		stat := tc.async(func() error { _, err := d.Stat(t.Context()); return err })
		tc.answer("STAT", "502 no")
		if err := stat.wait(); err == nil {
			t.Error("STAT succeeded")
		}
		tc.answer("NOOP", "200 ok")
		tc.answer("NOOP", "200 ok")
		data.Close()
		tc.writeReply("226 done")
		tc.wantOK("RETR", f.op)
		if tc.c.HasQuirk(control.QuirkNOOPInTransfer) {
			t.Error("the refusal of STAT is taken for one of NOOP")
		}
	})
	inBubble(t, "ignored, and PWD as well", func(t *testing.T) {
		tc := login(t, &keeping)
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		move(data)
		move(data)
		end(tc, data, "226 done")
		start := time.Now()
		if err := f.wait(); err != nil || time.Since(start) > 5*time.Second {
			t.Errorf("%v after %v; the file is whole", err, time.Since(start))
		}
		tc.wantDead("NOOP")
	})
	inBubble(t, "and then ABOR", func(t *testing.T) {
		tc := login(t, &keeping)
		op := tc.async(func() error {
			d, err := tc.c.Retr(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			time.Sleep(61 * time.Second)
			return d.Close()
		})
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "150 here")
		tc.wantCommand("keeping alive", "NOOP")
		tc.answer("ABOR", "426 aborted", "200 ok", "226 done")
		if err := op.wait(); err != nil {
			t.Error(err)
		}
		tc.wantAlive()
	})
	inBubble(t, "NOOP and ABOR ignored: the AbortTimeout is spent once", func(t *testing.T) {
		tc := login(t, &keeping)
		var took time.Duration
		op := tc.async(func() error {
			d, err := tc.c.Retr(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			time.Sleep(61 * time.Second)
			start := time.Now()
			err = d.Close()
			took = time.Since(start)
			return err
		})
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "150 here")
		tc.wantCommand("keeping alive", "NOOP")
		tc.wantCommand("giving up", "ABOR")
		if err := op.wait(); err == nil || took > 5*time.Second {
			t.Errorf("%v after %v; want an error within the AbortTimeout", err, took)
		}
		tc.wantDead("ABOR")
	})
}

// forget reads and forgets what the client has sent so far.
func (tc *testConn) forget() {
	synctest.Wait()
	tc.srv.SetReadDeadline(time.Now().Add(time.Millisecond))
	io.Copy(io.Discard, tc.r)
}

// A connection that nobody uses is kept alive, one in use is left alone.
func TestIdleKeepAlive(t *testing.T) {
	inBubble(t, "unused", func(t *testing.T) {
		tc := login(t, &control.Config{IdleKeepAlive: time.Minute})
		start := time.Now()
		for range 3 {
			tc.answer("NOOP", "200 ok")
		}
		if took := time.Since(start); took != 3*time.Minute {
			t.Errorf("three keepalives in %v; want one a minute", took)
		}
		time.Sleep(30 * time.Second)
		tc.wantAlive() // PWD: used
		start = time.Now()
		tc.answer("NOOP", "502 no") // serves as well
		if took := time.Since(start); took < 59*time.Second || took > 61*time.Second {
			t.Errorf("the next after %v; want a minute behind the use", took)
		}
		tc.answer("NOOP", "200 ok")
	})
	inBubble(t, "a transfer is open", func(t *testing.T) {
		tc := login(t, &control.Config{IdleKeepAlive: time.Minute})
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		for range 5 {
			io.WriteString(data, "a")
			time.Sleep(50 * time.Second)
		}
		tc.wantIdle("the transfer is use enough")
		data.Close()
		tc.writeReply("226 done")
		if err := f.wait(); err != nil {
			t.Error(err)
		}
	})
	inBubble(t, "the server has had enough", func(t *testing.T) {
		tc := login(t, &control.Config{IdleKeepAlive: time.Minute})
		tc.answer("NOOP", "421 idle for too long")
		tc.srv.Close()
		synctest.Wait()
		if err := tc.c.Noop(t.Context()); !errors.Is(err, &protocol.ReplyError{Reply: protocol.Reply{Code: 421}}) {
			t.Errorf("%v; want the 421", err)
		}
	})
	inBubble(t, "STAT where NOOP is not enough", func(t *testing.T) {
		tc := login(t, &control.Config{IdleKeepAlive: time.Minute, Quirks: control.QuirkPolicy{Force: []control.QuirkName{control.QuirkNOOPIdle}}})
		tc.answer("STAT", "211 ok")
		tc.wantAlive()
	})
}
