package control_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// A server that leaves the data connection of a download open behind its final reply.
func TestDataNeverEnds(t *testing.T) {
	for _, tt := range []struct {
		name   string
		expect int64 // -1: nothing is expected
		sent   string
		within time.Duration
		ok     bool
	}{
		{"all that was expected is there", 3, "abc", 2 * time.Second, true},
		{"less is there", 4, "abc", 66 * time.Second, false},
		{"nobody knows", -1, "abc", 66 * time.Second, false},
		{"nothing was expected", 0, "", 2 * time.Second, true},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			var got []byte
			op := tc.async(func() error {
				d, err := tc.c.Retr(t.Context(), "f", 0)
				if err != nil {
					return err
				}
				if tt.expect >= 0 {
					d.Expect(tt.expect)
				}
				if got, err = io.ReadAll(d); err != nil {
					d.Close()
					return err
				}
				return d.Close()
			})
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			io.WriteString(data, tt.sent)
			tc.writeReply("226 done")
			err := op.wait()
			if op.took() > tt.within || string(got) != tt.sent {
				t.Errorf("%q after %v; want %q within %v", got, op.took(), tt.sent, tt.within)
			}
			if tt.ok {
				if err != nil {
					t.Errorf("%v", err)
				}
			} else if _, typed := errors.AsType[*control.TransferError](err); !typed || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v; want a TransferError of a deadline", err)
			}
			tc.wantAlive()
		})
	}
}

// Several final replies: the others are dropped, wherever they come.
func TestSeveralFinals(t *testing.T) {
	for _, tt := range []struct {
		name string
		play func(tc *testConn, data *memnet.Conn)
	}{
		{"three at once", func(tc *testConn, data *memnet.Conn) {
			data.Close()
			tc.writeReply("226 one", "226 two", "226 three")
		}},
		{"before the data", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("226 one", "226 two")
			synctest.Wait()
			data.Close()
		}},
		{"around the data", func(tc *testConn, data *memnet.Conn) {
			tc.writeReply("226 one")
			synctest.Wait()
			data.Close()
			synctest.Wait()
			tc.writeReply("226 two")
		}},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			io.WriteString(data, "abc")
			tt.play(tc, data)
			if err := f.wait(); err != nil || f.data != "abc" {
				t.Errorf("%q, %v", f.data, err)
			}
			synctest.Wait()
			if !strings.Contains(tc.traced(), "226 two") {
				t.Error("the second reply was not traced")
			}
			tc.wantAlive()
		})
	}
}

// A refusal while data still flows is noticed at once, whatever holds the data up.
func TestRefusedWhileHeldUp(t *testing.T) {
	slow := func() control.Config {
		return control.Config{Data: datachan.Config{Up: datachan.NewLimiter(1<<10, 0), Down: datachan.NewLimiter(1<<10, 0)}}
	}
	for _, reply := range []string{"452 disk full", "552 quota", "426 broken", "551 unknown page type", "421 going down"} {
		code := protocol.Code(must(reply[:3]))
		inBubble(t, "upload, limited, "+reply, func(t *testing.T) {
			conf := slow()
			tc := login(t, &conf)
			op := tc.stor(t.Context(), strings.Repeat("x", 1<<20)) // a quarter of an hour
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("STOR f", "150 go on")
			go io.Copy(io.Discard, data)
			time.Sleep(time.Second)
			tc.writeReply(reply)
			wantTransferError(t, op.wait(), control.PhaseData, code)
			if op.took() > 2*time.Second {
				t.Errorf("took %v", op.took())
			}
		})
		inBubble(t, "download, limited, "+reply, func(t *testing.T) {
			conf := slow()
			tc := login(t, &conf)
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			go io.WriteString(data, strings.Repeat("x", 1<<20))
			time.Sleep(time.Second)
			tc.writeReply(reply)
			wantTransferError(t, f.wait(), control.PhaseData, code)
			if f.op.took() > 2*time.Second {
				t.Errorf("took %v", f.op.took())
			}
		})
	}
}

// Who has nothing to write learns of a refusal, too.
func TestUploadDone(t *testing.T) {
	inBubble(t, "disk full", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			u, err := tc.c.Stor(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			io.WriteString(u, "abc")
			select {
			case <-u.Done():
			case <-time.After(time.Minute):
				t.Error("Done is open")
			}
			_, err = io.WriteString(u, "def")
			u.Close()
			return err
		})
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("STOR f", "150 go on")
		synctest.Wait()
		tc.writeReply("452 disk full")
		wantTransferError(t, op.wait(), control.PhaseData, 452)
		tc.wantAlive()
	})
}

// What is done to save the connection takes the AbortTimeout once, however it ends.
func TestAbortTimeoutOnce(t *testing.T) {
	const bound = 3 * time.Second
	for _, tt := range []struct {
		name string
		play func(tc *testConn)
	}{
		{"silence", func(tc *testConn) {}},
		{"the data flow on", func(tc *testConn) {}},
		{"426 late, then silence", func(tc *testConn) {
			time.Sleep(bound - 600*time.Millisecond)
			tc.writeReply("426 aborted")
		}},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &control.Config{AbortTimeout: bound})
			var took time.Duration
			op := tc.async(func() error {
				d, err := tc.c.Retr(t.Context(), "f", 0)
				if err != nil {
					return err
				}
				start := time.Now()
				err = d.Close()
				took = time.Since(start)
				return err
			})
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			if tt.name == "the data flow on" {
				go func() {
					for {
						if _, err := data.Write(make([]byte, 4<<10)); err != nil {
							return
						}
						time.Sleep(time.Millisecond)
					}
				}()
			}
			tc.wantCommand("giving up", "ABOR")
			tt.play(tc)
			if err := op.wait(); err == nil || took > bound+50*time.Millisecond {
				t.Errorf("%v after %v; want an error within %v", err, took, bound)
			}
			tc.wantDead("")
		})
	}
	inBubble(t, "no data connection comes about", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{AbortTimeout: bound})
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		synctest.Wait()
		start := time.Now()
		data.Reset() // no handshake, and no reply any more
		if err := f.wait(); err == nil || time.Since(start) > bound+50*time.Millisecond {
			t.Errorf("%v after %v; want an error within %v", err, time.Since(start), bound)
		}
		tc.wantDead("")
	})
}

// ABOR of an upload, in the orders in which servers answer.
func TestAbortUpload(t *testing.T) {
	for _, tt := range []struct {
		name    string
		replies []string
		late    []string // half a second later
		noop    bool
	}{
		{"426 and 226", []string{"426 aborted", "226 done"}, nil, false},
		{"426 and 225", []string{"426 aborted", "225 done"}, nil, false},
		{"226 and 226", []string{"226 stored", "226 nothing to abort"}, nil, false},
		{"225 alone", []string{"225 dropped"}, nil, false},
		{"426, later 226", []string{"426 aborted"}, []string{"226 done"}, false},
		{"226 alone", []string{"226 stored"}, nil, true},
		{"both only once the data are cut", nil, []string{"426 aborted", "226 done"}, false},
		{"451 and 500: ABOR is not known", []string{"451 gave up", "500 what?"}, nil, false},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			op := tc.async(func() error {
				u, err := tc.c.Stor(t.Context(), "f", 0)
				if err != nil {
					return err
				}
				io.WriteString(u, "part")
				return u.Abort()
			})
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("STOR f", "150 go on")
			tc.wantCommand("giving up", "ABOR")
			if len(tt.replies) > 0 {
				tc.writeReply(tt.replies...)
			} else {
				io.Copy(io.Discard, data) // until it is cut
			}
			if tt.late != nil {
				time.Sleep(500 * time.Millisecond)
				tc.writeReply(tt.late...)
			}
			if tt.noop {
				tc.answer("NOOP", "200 ok")
			}
			if err := op.wait(); err != nil || op.took() > 5*time.Second {
				t.Errorf("%v after %v", err, op.took())
			}
			tc.wantAlive()
		})
	}
}
