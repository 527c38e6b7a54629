package fuzz_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A soakJob is one transfer.
type soakJob struct {
	id       int
	up       bool
	name     string
	content  []byte
	patience time.Duration // until the context ends; 0: it does not
	enough   int64         // bytes until the caller gives up; 0: it does not
	file     bool          // local is a file: the kernel may copy
	local    *os.File
	got      bytes.Buffer
	where    string
}

func (j *soakJob) verb() string {
	if j.up {
		return "upload"
	}
	return "download"
}

// part returns what has come of a download.
func (j *soakJob) part() []byte {
	if !j.file {
		return j.got.Bytes()
	}
	b, err := os.ReadFile(j.local.Name())
	if err != nil {
		panic(err)
	}
	return b
}

// take makes the file local what has come of a download.
func (j *soakJob) take(local string) error {
	b, err := os.ReadFile(local)
	j.file = false
	j.got.Reset()
	j.got.Write(b)
	return err
}

func (j *soakJob) String() string {
	return fmt.Sprintf("transfer %d: %s of %d bytes, %s", j.id, j.verb(), len(j.content), j.where)
}

// choose makes transfer j up, and the server if a new connection is due.
func (w *soakWorker) choose(j int) *soakJob {
	r := w.rand
	if w.conn == nil || w.left == 0 || w.conn.Err() != nil {
		if w.conn != nil {
			w.conn.Close()
			w.conn = nil
		}
		w.srv = w.servers[r.IntN(len(w.servers))]
		w.left = 1 + r.IntN(6)
		w.net = newSoakNetwork(r)
	}
	w.left--
	n := soakFiles[r.IntN(len(soakFiles))]
	job := &soakJob{id: j, up: r.IntN(2) == 0, content: soakContent(n), name: fmt.Sprintf("/%d", n)}
	job.where = fmt.Sprintf("server %d, TLS %v, network %s", slices.Index(w.servers, w.srv), w.srv.tls, w.net)
	if job.up {
		job.name = fmt.Sprintf("/up-%d", j)
	}
	switch r.IntN(12) {
	case 0:
		job.patience = time.Duration(1 + r.IntN(40)*int(time.Millisecond))
	case 1:
		job.enough = 1 + r.Int64N(max(int64(n), 1))
	case 2, 3:
		job.file = true
		var err error
		if job.local, err = os.CreateTemp(w.dir, "soak"); err != nil {
			panic(err)
		}
		if job.up {
			job.local.Write(job.content)
			job.local.Seek(0, io.SeekStart)
		}
	}
	return job
}

// connect dials and logs in, if there is no connection.
func (w *soakWorker) connect(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	c, err := control.Dial(ctx, w.srv.Addr(), w.config())
	if err != nil {
		return err
	}
	if err := c.Login(ctx, "user", "password", ""); err != nil {
		c.Close()
		return err
	}
	w.conn = c
	return nil
}

// config returns a Config of short timeouts and random habits.
func (w *soakWorker) config() *control.Config {
	const short = 400 * time.Millisecond
	r := w.rand
	modes := []datachan.Mode{datachan.ModePassive, datachan.ModePassive, datachan.ModePASV, datachan.ModeActive, datachan.ModePORT}
	cfg := &control.Config{
		Security: control.SecurityNone,
		Dial:     w.net.dialControl,
		Data: datachan.Config{
			Mode: modes[r.IntN(len(modes))], Dial: w.net.dialData, Listen: w.net.listen,
			ConnectTimeout: short, IdleTimeout: short / 2, HandshakeDelay: 20 * time.Millisecond, CloseGrace: 10 * time.Millisecond,
		},
		ConnectTimeout: 4 * short, ReplyTimeout: short, FinalTimeout: short, AbortTimeout: short,
	}
	if w.srv.tls == ftptest.TLSExplicit {
		cfg.Security, cfg.TLS = control.SecurityExplicit, w.srv.TLSConfig()
		cfg.NoUploadProbe = r.IntN(2) == 0
	}
	if r.IntN(4) == 0 {
		cfg.KeepAlive = time.Duration(1+r.IntN(5)) * time.Millisecond
	}
	if r.IntN(4) == 0 {
		cfg.IdleKeepAlive = time.Duration(1+r.IntN(5)) * time.Millisecond
	}
	if r.IntN(4) == 0 {
		l := datachan.NewLimiter(2<<20, 0)
		cfg.Data.Up, cfg.Data.Down = l, l
	}
	return cfg
}

// kindOf names the type of an error, "" if it has none that a caller can act on.
func kindOf(err error, what string) string {
	if err == errEnough {
		return "given up in order"
	}
	cause := "other cause"
	for _, k := range []struct {
		name string
		is   bool
	}{
		{"caller's cancellation", errors.Is(err, errImpatient)},
		{"reply", isA[*protocol.ReplyError](err)},
		{"size", isA[*control.SizeError](err)},
		{"TLS handshake", isA[*tlsx.HandshakeError](err)},
		{"truncation", errors.Is(err, tlsx.ErrTruncated)},
		{"violation", isA[*protocol.ViolationError](err)},
		{"timeout", errors.Is(err, os.ErrDeadlineExceeded)},
		{"network error", isA[*net.OpError](err)},
		{"end of the connection", errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed)},
		{"interruption", errors.Is(err, datachan.ErrInterrupted)},
	} {
		if k.is {
			cause = k.name
			break
		}
	}
	if te, ok := errors.AsType[*control.TransferError](err); ok {
		return "TransferError while " + string(te.Phase) + ": " + cause
	}
	for _, k := range []struct {
		name string
		is   bool
	}{
		{"ClosedError", isA[*control.ClosedError](err)},
		{"TimeoutError", isA[*control.TimeoutError](err)},
		{"ReplyError", isA[*protocol.ReplyError](err)},
		{"SizeError", isA[*control.SizeError](err)},
		{"SecurityError", isA[*control.SecurityError](err)},
		{"HandshakeError", isA[*tlsx.HandshakeError](err)},
		{"cause of the context", errors.Is(err, errImpatient)},
		{"net.OpError", what == "connecting" && isA[*net.OpError](err)},
		{"end while connecting", what == "connecting" && errors.Is(err, io.ErrUnexpectedEOF)},
	} {
		if k.is {
			return k.name + ": " + cause
		}
	}
	return ""
}

func isA[T error](err error) bool { _, ok := errors.AsType[T](err); return ok }

// openDescriptors returns how many descriptors this process has open, -1 where that
// can't be told.
func openDescriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(entries)
}

// wantNothingLeft waits until there are no more goroutines and descriptors than before.
// A port that somebody listens on has a descriptor.
func wantNothingLeft(t *testing.T, goroutines, descriptors int) {
	t.Helper()
	var g, d int
	for range 500 {
		runtime.GC() // pipes for splice are pooled
		if g, d = runtime.NumGoroutine(), openDescriptors(); g <= goroutines && d <= descriptors {
			return
		}
		time.Sleep(10 * time.Millisecond) // they end a moment behind what they report
	}
	buf := make([]byte, 1<<20)
	t.Errorf("%d goroutines and %d descriptors are left; %d and %d were there before\n%s",
		g, d, goroutines, descriptors, buf[:runtime.Stack(buf, true)])
}
