package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

func TestTemporary(t *testing.T) {
	refused := func(code protocol.Code) error {
		return &control.TransferError{Verb: "RETR", Err: &protocol.ReplyError{Verb: "RETR", Reply: protocol.NewReply(code, "no")}}
	}
	moved := func(err error) error { return &control.TransferError{Verb: "RETR", Phase: control.PhaseData, Err: err} }
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"none", nil, false},
		{"421", refused(421), true},
		{"425", refused(425), true},
		{"426", refused(426), true},
		{"450", refused(450), true},
		{"450, nothing there", &protocol.ReplyError{Verb: "LIST", Reply: protocol.NewReply(450, "none: No such file or directory")}, false},
		{"451", refused(451), true},
		{"452, no space", refused(452), false},
		{"500", refused(500), false},
		{"530", refused(530), false},
		{"550", refused(550), false},
		{"553", refused(553), false},
		{"550 beside a broken connection", errors.Join(io.ErrUnexpectedEOF, refused(550)), false},
		{"too many users", &control.MeaningError{Reply: &protocol.ReplyError{Verb: "PASS", Reply: protocol.NewReply(530, "")}, Meaning: control.ErrTooManyUsers}, true},
		{"reset", moved(syscall.ECONNRESET), true},
		{"reset, as the kernel's copy tells it", moved(&fs.PathError{Op: "splice", Err: syscall.ECONNRESET}), true},
		{"cut", moved(io.ErrUnexpectedEOF), true},
		{"TLS cut", moved(tlsx.ErrTruncated), true},
		{"short", moved(&control.SizeError{Want: 2, Got: 1}), true},
		{"control connection ended", &control.ClosedError{Cause: io.ErrUnexpectedEOF}, true},
		{"timeout", &control.TimeoutError{Verb: "RETR", After: time.Second}, true},
		{"nobody listens", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		{"no data connection", &datachan.OpenError{Mode: "EPSV", Err: syscall.ECONNREFUSED}, true},
		{"no such host", &net.DNSError{IsNotFound: true}, false},
		{"name server busy", &net.DNSError{IsTemporary: true}, true},
		{"cancelled", moved(context.Canceled), false},
		{"disk full", &fs.PathError{Op: "write", Path: "f", Err: syscall.ENOSPC}, false},
		{"disk full, in the kernel's copy", moved(&fs.PathError{Op: "splice", Err: syscall.ENOSPC}), false},
		{"local file not there", &fs.PathError{Op: "open", Path: "f", Err: syscall.ENOENT}, false},
		{"no TLS", &control.SecurityError{Reason: "no TLS"}, false},
		{"other certificate", &tlsx.IdentityError{}, false},
		{"garbage", &protocol.SyntaxError{}, false},
		{"a reply too many", &protocol.ViolationError{}, false},
		{"unproven", &ftpwire.UnprovenError{}, false},
		{"mismatch", &ftpwire.MismatchError{}, true},
		{"changed", &ftpwire.ChangedError{}, true},
		{"not to be resumed", &ftpwire.ResumeError{}, true},
		{"something else", errors.New("something else"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ftpwire.Temporary(tt.err); got != tt.want {
				t.Errorf("Temporary(%v) = %v, want %v", tt.err, got, tt.want)
			}
		})
	}
}

// A transfer that is cut again and again gets there in the end, each time from where it
// was; without Retry the first cut is its end.
func TestRetry(t *testing.T) {
	checkGoroutines(t)
	content := noise(1, 900_000)
	for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
		t.Run(tls.String(), func(t *testing.T) {
			r := newResumePlay(t, tls)
			o := &ftpwire.TransferOptions{Resume: true, Require: hashed, Retry: ftpwire.Retry{Attempts: 4, Delay: time.Millisecond}}
			r.setRemote(content)
			r.cutter.set(200_000, 300_000, 400_000)
			down, err := r.c.Download(t.Context(), "/f", r.local, o)
			if err != nil {
				t.Fatal(err)
			}
			r.wantLocal(content, false)
			if down.Attempts != 4 || down.ResumedFrom == 0 || down.Moved > 1_300_000 || down.Duration <= 0 || down.Rate() <= 0 {
				t.Errorf("%+v; want four attempts, each from where the last one was", down)
			}
			if err := r.s.Remove("/f"); err != nil {
				t.Fatal(err)
			}
			r.dial()
			r.cutter.set(200_000)
			up, err := r.c.Upload(t.Context(), r.local, "/f", o)
			if err != nil || up.Attempts != 2 || !bytes.Equal(r.remote(), content) {
				t.Errorf("upload: %v, %d attempts; want two", err, up.Attempts)
			}
		})
	}
}

// What no retry can cure is not retried, and the number of attempts is kept.
func TestRetryEnds(t *testing.T) {
	for _, tt := range []struct {
		name     string
		faults   []ftptest.Fault
		path     string
		attempts int
	}{
		{"missing", nil, "/missing", 1},
		{"421 each time", []ftptest.Fault{"421-in-transfer"}, "/f", 3},
		{"reset each time", []ftptest.Fault{"data-reset"}, "/f", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newResumePlay(t, ftptest.TLSNone, tt.faults...)
			r.setRemote(noise(1, 100_000))
			got, err := r.c.Download(t.Context(), tt.path, r.local, &ftpwire.TransferOptions{Retry: ftpwire.Retry{Attempts: 2, Delay: time.Millisecond}})
			if err == nil || got.Attempts != tt.attempts {
				t.Errorf("%d attempts, %v; want %d", got.Attempts, err, tt.attempts)
			}
			r.wantLocal([]byte(asItWas), false)
		})
	}
}

// The working directory and the type of files are those of before on a new connection.
func TestRetryKeepsPlace(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	content := noise(1, 300_000)
	if err := r.s.WriteFile("/d/g", content); err != nil {
		t.Fatal(err)
	}
	if err := r.c.Conn().Cwd(t.Context(), "/d"); err != nil {
		t.Fatal(err)
	}
	before := r.c.Conn()
	r.cutter.set(200_000)
	got, err := r.c.Download(t.Context(), "g", r.local, &ftpwire.TransferOptions{Resume: true, Retry: ftpwire.Retry{Attempts: 1, Delay: 1}})
	if err != nil || got.Attempts != 2 || got.Prefix != "size and time" {
		t.Fatalf("%+v, %v", got, err)
	}
	r.wantLocal(content, false)
	if r.c.Conn() == before {
		t.Error("the connection is the same")
	}
	if dir, err := r.c.Conn().Pwd(t.Context()); err != nil || dir != "/d" {
		t.Errorf("the working directory: %q, %v", dir, err)
	}
}

// A lost connection does not take the working directory with it, if CWD or PWD tells where that was.
func TestRetryFindsPlace(t *testing.T) {
	for _, way := range [][]string{{"CWD /d/e"}, {"CWD d/e"}, {"CWD d", "CWD e", "PWD"}, {"CWD /d/e/f", "CDUP", "PWD"}} {
		r := strayPlay(t, way...)
		r.c.Conn().Close() // as by a server that does not like idle connections
		if err := r.c.WriteFile(t.Context(), "g", []byte("x")); err != nil || !has("/d/e/g", "x")(r.s) {
			t.Errorf("%q: %v", way, err)
		}
		r.c.Conn().Close()
		if _, err := r.c.Stat(t.Context(), "/d"); err != nil { // it needs no working directory, but what comes after it does
			t.Errorf("%q: %v", way, err)
		}
		if err := r.c.Remove(t.Context(), "g"); err != nil || r.s.Exists("/d/e/g") {
			t.Errorf("%q: %v", way, err)
		}
	}
}

// strayPlay returns a play whose Client went some way that leads to /d/e.
func strayPlay(t *testing.T, way ...string) *resumePlay {
	t.Helper()
	r := newResumePlay(t, ftptest.TLSNone)
	if err := r.s.WriteFile("/d/e/f/other", nil); err != nil {
		t.Fatal(err)
	}
	for _, line := range way {
		verb, arg, _ := strings.Cut(line, " ")
		if _, err := r.c.Conn().Do(t.Context(), protocol.Command{Verb: protocol.Verb(verb), Arg: arg}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// Where nobody knows any more what a relative pathname means, nothing is tried again: the
// file would end up in another directory. Nor is it later, when there is another connection.
func TestRetryOfLostPlace(t *testing.T) {
	for _, way := range [][]string{{"CWD d", "CWD e"}, {"CWD /d/e/f", "CDUP"}} {
		r := strayPlay(t, way...)
		r.c.Conn().Close()
		refused := func(when string) {
			t.Helper()
			got, err := r.c.Upload(t.Context(), r.local, "g", &ftpwire.TransferOptions{Retry: ftpwire.Retry{Attempts: 1, Delay: 1}})
			if err == nil || r.s.Exists("/g") {
				t.Errorf("%q, %s: %v, %d attempts", way, when, err, got.Attempts)
			}
		}
		refused("at once")
		for range 2 {
			if _, err := r.c.Stat(t.Context(), "/d"); err != nil {
				t.Errorf("%q: %v", way, err)
			}
			refused("on another connection")
			r.c.Conn().Close()
		}
		if _, err := r.c.Stat(t.Context(), "/d"); err != nil {
			t.Errorf("%q: %v", way, err)
		}
		if err := r.c.Conn().Cwd(t.Context(), "d/e"); err != nil {
			t.Fatal(err)
		}
		if err := r.c.WriteFile(t.Context(), "g", nil); err != nil || !has("/d/e/g", "")(r.s) {
			t.Errorf("%q, after CWD: %v", way, err)
		}
	}
}

// What was learned about the server's data connections is not found out again.
func TestRetryKeepsMemory(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "epsv-refused")
	r.setRemote(noise(1, 300_000))
	r.cutter.set(200_000)
	got, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Retry: ftpwire.Retry{Attempts: 1, Delay: 1}})
	if err != nil || got.Attempts != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	asked := slices.DeleteFunc(r.s.Commands(), func(c string) bool { return c != "EPSV" })
	if len(asked) != 1 {
		t.Errorf("EPSV was sent %d times; want once", len(asked))
	}
}

// Pauses grow, have a limit, and end with the context.
func TestRetryPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, policy := range []ftpwire.Retry{{Delay: 2 * time.Second, MaxDelay: 10 * time.Second}, {}} {
			for n, most := range []time.Duration{2, 4, 8, 10, 10, 10} {
				most *= time.Second
				if policy.Delay == 0 {
					most = min(time.Second<<n, time.Minute)
				}
				start := time.Now()
				if !policy.PauseForTest(t.Context(), n) {
					t.Fatal("the context has not ended")
				}
				if got := time.Since(start); got < most/2 || got > most {
					t.Errorf("pause %d: %v; want between %v and %v", n, got, most/2, most)
				}
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		if (ftpwire.Retry{Delay: time.Hour, MaxDelay: time.Hour}).PauseForTest(ctx, 0) || time.Since(start) != 5*time.Second {
			t.Errorf("behind a context of 5 s: %v", time.Since(start))
		}
		if !(ftpwire.Retry{Delay: 1, MaxDelay: time.Hour}).PauseForTest(t.Context(), 1<<30) {
			t.Error("many attempts")
		}
		start = time.Now()
		if !(ftpwire.Retry{Delay: -1}).PauseForTest(t.Context(), 3) || time.Since(start) != 0 {
			t.Errorf("without a pause: %v", time.Since(start))
		}
		if !(ftpwire.Retry{MaxDelay: -1}).PauseForTest(t.Context(), 10) || time.Since(start) < 512*time.Second {
			t.Errorf("without a longest pause: %v", time.Since(start))
		}
	})
}

// Whatever is cut, wherever it is cut: the result is byte for byte right, or an error
// that has a type and leaves the existing file alone; and with Resume it gets there.
func TestResumeProperty(t *testing.T) {
	checkGoroutines(t)
	const seed = 5
	rng := rand.New(rand.NewPCG(seed, seed))
	faults := [][]ftptest.Fault{nil, {"hash-unknown"}, {"rest-ignored-retr"}, {"rest-ignored-stor"}, {"appe-overwrites"},
		{"hash-without-rang", "xhash-inclusive"}, {"file-changes-between"}, {"rest-stor-refused"}, {"rest-off-by-one"}}
	for i, f := range faults {
		n := rng.IntN(500_000)
		var cuts []int64
		for range 3 {
			cuts = append(cuts, rng.Int64N(int64(n)+1))
		}
		t.Run(fmt.Sprintf("%v/%d/%v", f, n, cuts), func(t *testing.T) {
			t.Parallel()
			r := newResumePlay(t, ftptest.TLSNone, f...)
			content := noise(byte(i), n)
			r.setRemote(content)
			r.cutter.set(cuts...)
			r.untilDone(asItWas, func(o *ftpwire.TransferOptions) (ftpwire.TransferResult, error) {
				return r.c.Download(t.Context(), "/f", r.local, o)
			}, func() []byte { b, _ := os.ReadFile(r.local); return b })
			r.wantLocal(r.remote(), false)
			r.setLocal(content)
			r.setRemote([]byte(asItWas))
			r.cutter.set(cuts...)
			r.untilDone(asItWas, func(o *ftpwire.TransferOptions) (ftpwire.TransferResult, error) {
				o.TempUpload = true
				return r.c.Upload(t.Context(), r.local, "/f", o)
			}, r.remote)
			if !bytes.Equal(r.remote(), content) {
				t.Errorf("uploaded %d bytes that differ from the %d", len(r.remote()), len(content))
			}
		})
	}
}

// untilDone repeats a transfer with Resume, each time on a new connection. Until it
// succeeds the target must be as it was.
func (r *resumePlay) untilDone(before string, run func(*ftpwire.TransferOptions) (ftpwire.TransferResult, error), target func() []byte) {
	r.t.Helper()
	for range 12 {
		_, err := run(&ftpwire.TransferOptions{Resume: true})
		if err == nil {
			return
		}
		if !ftpwire.Temporary(err) {
			r.t.Fatalf("%T %v; want an error that passes", err, err)
		}
		if got := target(); string(got) != before {
			r.t.Fatalf("after %v the target has %d bytes; want it as it was", err, len(got))
		}
		r.dial()
	}
	r.t.Fatal("it does not get there")
}

const killEnv = "FTPWIRE_TEST_KILL"

// T62: the process is gone at any step of a download. The target is as it was, or whole;
// and the next download gets there, whatever was left.
func TestDownloadKilled(t *testing.T) {
	t.Parallel()
	if spec := os.Getenv(killEnv); spec != "" {
		dieInDownload(t, spec)
		return
	}
	if testing.Short() {
		t.Skip("starts processes")
	}
	content := noise(1, 300_000)
	for step := int64(1); ; step++ {
		r := newResumePlay(t, ftptest.TLSNone)
		r.setRemote(content)
		cmd := exec.Command(os.Args[0], "-test.run=^TestDownloadKilled$")
		cmd.Env = append(os.Environ(), killEnv+"="+strings.Join([]string{strconv.FormatInt(step, 10), r.s.Addr(), r.local}, "|"))
		out, err := cmd.CombinedOutput()
		if err == nil {
			if step < 20 {
				t.Errorf("it was through after %d steps; want more", step)
			}
			r.wantLocal(content, false)
			return
		}
		if cmd.ProcessState.ExitCode() != killed {
			t.Fatalf("step %d: %v\n%s", step, err, out)
		}
		if got, err := os.ReadFile(r.local); err != nil || string(got) != asItWas && !bytes.Equal(got, content) {
			t.Errorf("step %d: the target has %d bytes, %v; want it as it was, or whole", step, len(got), err)
		}
		if _, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{Resume: true}); err != nil {
			t.Errorf("step %d: the next download: %v", step, err)
		}
		r.wantLocal(content, false)
	}
}

// killed is the exit code of the process that a test has end itself.
const killed = 99

// dieInDownload is the other process. A step is whatever happens on the control
// connection, or a piece that goes to disk.
func dieInDownload(t *testing.T, spec string) {
	f := strings.Split(spec, "|")
	step, _ := strconv.ParseInt(f[0], 10, 64)
	host, port, _ := strings.Cut(f[1], ":")
	var steps atomic.Int64
	next := func() {
		if steps.Add(1) == step {
			os.Exit(killed) // nothing is flushed, closed or removed
		}
	}
	p := &ftpwire.Profile{Host: host, User: "user", Password: "password", Config: control.Config{Security: control.SecurityNone, Trace: func(control.TraceEvent) { next() }}}
	p.Port, _ = strconv.Atoi(port)
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Conn().Close()
	o := ftpwire.TransferOptions{Resume: true}.ThroughForTest(func(w io.Writer) io.Writer {
		return writerFunc(func(b []byte) (int, error) { next(); n, err := w.Write(b); next(); return n, err })
	}, nil)
	if _, err := c.Download(t.Context(), "/f", f[2], &o); err != nil {
		t.Fatal(err)
	}
}

// Do tries as often as it is told, and says why.
func TestRetryDo(t *testing.T) {
	var told []error
	policy := ftpwire.Retry{Attempts: 2, Delay: 1, Failed: func(err error, pause time.Duration) {
		if pause > 2 {
			t.Errorf("a pause of %v", pause)
		}
		told = append(told, err)
	}}
	auth := &proxy.Error{Stage: proxy.StageAuth, Err: io.EOF}
	for _, tt := range []struct {
		name string
		errs []error // of the attempts
		want error
		told int
	}{
		{"at once", []error{nil}, nil, 0},
		{"at last", []error{io.EOF, io.EOF, nil}, nil, 2},
		{"never", []error{io.EOF, io.EOF, io.ErrUnexpectedEOF}, io.ErrUnexpectedEOF, 2},
		{"not temporary", []error{auth}, auth, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			told = nil
			err := policy.Do(t.Context(), func(context.Context) error { n++; return tt.errs[n-1] })
			if err != tt.want || n != len(tt.errs) || len(told) != tt.told {
				t.Errorf("%d attempts, %v; told of %v", n, err, told)
			}
		})
	}
}
