package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// connect starts a server and logs in to it. Both end with the test.
func connect(t *testing.T, cfg ftptest.Config, change func(*ftpwire.Profile)) (*ftptest.Server, *ftpwire.Client) {
	t.Helper()
	s := ftptest.NewServer(t, &cfg)
	p := profileOf(s, cfg.TLS)
	if change != nil {
		change(p)
	}
	c, err := ftpwire.Dial(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Conn().Close() })
	return s, c
}

// profileOf returns how to reach s.
func profileOf(s *ftptest.Server, mode tlsx.Mode) *ftpwire.Profile {
	host, port, _ := strings.Cut(s.Addr(), ":")
	p := &ftpwire.Profile{Host: host, User: "user", Password: "password", Timeout: 2 * time.Second, Config: control.Config{Security: control.SecurityNone}}
	p.Port, _ = strconv.Atoi(port)
	switch mode {
	case ftptest.TLSExplicit:
		p.Security = control.SecurityExplicit
	case ftptest.TLSImplicit:
		p.Security = control.SecurityImplicit
	}
	if mode != ftptest.TLSNone {
		p.RootCAs = s.RootCAs()
	}
	return p
}

// checkGoroutines fails the test if goroutines of the client's packages are left
// at its end. Tests that run beside others leave it to the test around them.
func checkGoroutines(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if left := leftGoroutines(); left != "" {
			t.Errorf("goroutines left:\n%s", left)
		}
	})
}

// leftGoroutines returns the stacks of goroutines of clients that do not end.
func leftGoroutines() (left string) {
	for range 500 {
		if left = clientGoroutines(); left == "" {
			break
		}
		time.Sleep(10 * time.Millisecond) // goroutines end a moment after what they report
	}
	return left
}

func clientGoroutines() string {
	buf := make([]byte, 4<<20)
	var left []string
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		client := strings.Contains(g, "ftpwire/control.") || strings.Contains(g, "ftpwire/datachan.") ||
			strings.Contains(g, "ftpwire/tlsx.") && !strings.Contains(g, "ftptest.")
		if client && !strings.Contains(g, "testing.tRunner") {
			left = append(left, g)
		}
	}
	return strings.Join(left, "\n\n")
}

var payload = bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB

// However a download fails: its error has a type, it comes within the deadline, an
// existing file stays as it was, and nothing else is left in the folder.
func TestDownloadFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		fault  ftptest.Fault
		tls    tlsx.Mode
		remote string // /f if empty
		wrap   func(io.Writer) io.Writer
		limit  time.Duration
		ok     func(err error) bool
	}{
		{"missing", "", ftptest.TLSNone, "/missing", nil, time.Second, isReply(550)},
		{"missing, TLS", "", ftptest.TLSExplicit, "/missing", nil, time.Second, isReply(550)},
		{"reset", "data-reset", ftptest.TLSNone, "", nil, time.Second, isReply(426)},
		{"reset, TLS", "data-reset", ftptest.TLSExplicit, "", nil, time.Second, isReply(426)},
		{"half of it and 226", "data-truncated-226", ftptest.TLSNone, "", nil, time.Second, isSize},
		{"half of it and 226, TLS", "data-truncated-226", ftptest.TLSImplicit, "", nil, time.Second, isSize},
		{"421 in the middle", "421-in-transfer", ftptest.TLSNone, "", nil, 2 * time.Second, isReply(421)},
		{"421 in the middle, TLS", "421-in-transfer", ftptest.TLSExplicit, "", nil, 2 * time.Second, isReply(421)},
		{"no reply to RETR", "reply-never", ftptest.TLSNone, "", nil, 8 * time.Second, isTimeout},
		{"no final reply", "no-final-reply", ftptest.TLSNone, "", nil, 3 * time.Second, isTimeout},
		{"no data connection", "data-never-opens", ftptest.TLSNone, "", nil, 8 * time.Second, isTimeout},
		{"no data connection, TLS", "data-never-opens", ftptest.TLSExplicit, "", nil, 10 * time.Second, isTransfer},
		{"TLS session refused", "reuse-required-refused", ftptest.TLSExplicit, "", nil, 2 * time.Second, isTransfer},
		{"other certificate", "other-certificate-on-data", ftptest.TLSExplicit, "", nil, 2 * time.Second, isTransfer},
		{"local disk full", "", ftptest.TLSNone, "", full, 4 * time.Second, isFull},
		{"local disk full, TLS", "", ftptest.TLSExplicit, "", full, 4 * time.Second, isFull},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := ftptest.Config{TLS: tt.tls}
			if tt.fault != "" {
				cfg.Faults = []ftptest.Fault{tt.fault}
			}
			s, c := connect(t, cfg, nil)
			if err := s.WriteFile("/f", payload); err != nil {
				t.Fatal(err)
			}
			remote := tt.remote
			if remote == "" {
				remote = "/f"
			}
			for _, existing := range []bool{true, false} {
				dir := t.TempDir()
				local := filepath.Join(dir, "f")
				if existing {
					if err := os.WriteFile(local, []byte("as it was"), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				start := time.Now()
				_, err := c.Download(t.Context(), remote, local, new(ftpwire.TransferOptions{}.ThroughForTest(tt.wrap, nil)))
				took := time.Since(start)
				if err == nil || !tt.ok(err) {
					t.Errorf("%T %v", err, err)
				}
				if took > tt.limit+2*time.Second { // slack for a busy machine
					t.Errorf("took %v; want %v at most", took, tt.limit)
				}
				wantFolder(t, dir, existing)
				if c.Conn().Err() != nil || took > time.Second {
					return // the connection is gone, rightly, or it would take as long again
				}
			}
		})
	}
}

// wantFolder checks that a folder holds the old file only, or nothing.
func wantFolder(t *testing.T, dir string, existing bool) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !existing {
		if len(names) != 0 {
			t.Errorf("left behind: %v", names)
		}
		return
	}
	if b, err := os.ReadFile(filepath.Join(dir, "f")); err != nil || string(b) != "as it was" || len(names) != 1 {
		t.Errorf("the existing file: %q, %v, among %v; want it as it was", b, err, names)
	}
}

func isReply(code protocol.Code) func(error) bool {
	return func(err error) bool {
		re, ok := errors.AsType[*protocol.ReplyError](err)
		return ok && re.Reply.Code == code && isTransfer(err)
	}
}

func isTransfer(err error) bool {
	_, ok := errors.AsType[*control.TransferError](err)
	return ok
}

func isSize(err error) bool {
	_, ok := errors.AsType[*control.SizeError](err)
	return ok && isTransfer(err)
}

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) && isTransfer(err) }
func isFull(err error) bool    { return errors.Is(err, syscall.ENOSPC) && !isTransfer(err) }

// full is a disk that has room for 1000 bytes.
func full(w io.Writer) io.Writer { return &fullWriter{w, 1000} }

type fullWriter struct {
	w    io.Writer
	left int
}

func (f *fullWriter) Write(b []byte) (int, error) {
	if len(b) > f.left {
		n, _ := f.w.Write(b[:f.left])
		f.left -= n
		return n, &os.PathError{Op: "write", Path: "f", Err: syscall.ENOSPC}
	}
	f.left -= len(b)
	return f.w.Write(b)
}

// The end of TLS without close_notify, where no size proves the file whole.
func TestDownloadCut(t *testing.T) {
	checkGoroutines(t)
	for _, tt := range []struct {
		name   string
		faults []ftptest.Fault
		ok     bool
	}{
		{"size known and reached", []ftptest.Fault{"data-no-close-notify"}, true},
		{"size unknown", []ftptest.Fault{"data-no-close-notify", "feat-lies"}, false},
		{"size known and not reached", []ftptest.Fault{"data-no-close-notify", "data-truncated-226"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := connect(t, ftptest.Config{TLS: ftptest.TLSExplicit, Faults: tt.faults}, nil)
			if err := s.WriteFile("/f", payload); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			r, err := c.Download(t.Context(), "/f", filepath.Join(dir, "f"), nil)
			if tt.ok {
				if err != nil || r.Bytes != int64(len(payload)) {
					t.Errorf("%d bytes, %v", r.Bytes, err)
				}
				return
			}
			if !isTransfer(err) || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%v; want a TransferError of an unexpected EOF", err)
			}
			wantFolder(t, dir, false)
		})
	}
}

func TestDownloadCancelled(t *testing.T) {
	checkGoroutines(t)
	for _, mode := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
		t.Run(mode.String(), func(t *testing.T) {
			s, c := connect(t, ftptest.Config{TLS: mode}, nil)
			if err := s.WriteFile("/f", bytes.Repeat(payload, 16)); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			dir := t.TempDir()
			_, err := c.Download(ctx, "/f", filepath.Join(dir, "f"), new(ftpwire.TransferOptions{}.ThroughForTest(func(w io.Writer) io.Writer {
				return writerFunc(func(b []byte) (int, error) { cancel(); return w.Write(b) })
			}, nil)))
			if !errors.Is(err, context.Canceled) || !isTransfer(err) {
				t.Errorf("%v; want a TransferError of context.Canceled", err)
			}
			wantFolder(t, dir, false)
			if c.Conn().Err() == nil { // saved: the next command works
				if _, err := c.Stat(t.Context(), "/f"); err != nil {
					t.Errorf("the next command: %v", err)
				}
			}
		})
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestDownloadAndUpload(t *testing.T) {
	checkGoroutines(t)
	for _, mode := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit, ftptest.TLSImplicit} {
		t.Run(mode.String(), func(t *testing.T) {
			s, c := connect(t, ftptest.Config{TLS: mode, LateTickets: true}, nil)
			dir := t.TempDir()
			local, back := filepath.Join(dir, "up"), filepath.Join(dir, "down")
			for name, data := range map[string][]byte{local: payload, back: []byte("old")} {
				if err := os.WriteFile(name, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if r, err := c.Upload(t.Context(), local, "/f", nil); err != nil || r.Bytes != int64(len(payload)) {
				t.Fatalf("upload: %d bytes, %v", r.Bytes, err)
			}
			if got, err := s.ReadFile("/f"); err != nil || !bytes.Equal(got, payload) {
				t.Fatalf("the server has %d bytes, %v", len(got), err)
			}
			if r, err := c.Download(t.Context(), "/f", back, nil); err != nil || r.Bytes != int64(len(payload)) {
				t.Fatalf("download: %d bytes, %v", r.Bytes, err)
			}
			if got, err := os.ReadFile(back); err != nil || !bytes.Equal(got, payload) {
				t.Errorf("downloaded %d bytes, %v", len(got), err)
			}
			if e, err := c.Stat(t.Context(), "/f"); err != nil || e.Size != int64(len(payload)) {
				t.Errorf("Stat: %+v, %v", e, err)
			}
			var names []string
			for e, err := range c.Entries(t.Context(), "/") {
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, e.Name)
			}
			if !slices.Contains(names, "f") {
				t.Errorf("Entries: %v", names)
			}
			if _, err := c.Download(t.Context(), "/f", dir, nil); err == nil {
				t.Error("download onto a directory: no error")
			}
			if _, err := c.Upload(t.Context(), dir, "/d", nil); err == nil {
				t.Error("upload of a directory: no error")
			}
			if err := c.Close(t.Context()); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

func TestUploadFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault ftptest.Fault
		tls   tlsx.Mode
		ok    func(error) bool
	}{
		{"disk full", "disk-full", ftptest.TLSNone, isReply(452)},
		{"disk full, TLS", "disk-full", ftptest.TLSExplicit, isReply(452)},
		{"quota", "disk-full-552", ftptest.TLSNone, isReply(552)},
		{"stored something else and said 226", "stor-appends", ftptest.TLSNone, isSize},
		{"stored something else and said 226, TLS", "stor-appends", ftptest.TLSExplicit, isSize},
		{"421 in the middle", "421-in-transfer", ftptest.TLSNone, isReply(421)},
		{"no final reply", "no-final-reply", ftptest.TLSNone, isTimeout},
		{"no data connection", "data-never-opens", ftptest.TLSNone, isTransfer},
		{"TLS session refused", "reuse-required-refused", ftptest.TLSExplicit, isTransfer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, c := connect(t, ftptest.Config{TLS: tt.tls, Faults: []ftptest.Fault{tt.fault}}, nil)
			if err := s.WriteFile("/f", []byte("as it was")); err != nil {
				t.Fatal(err)
			}
			local := filepath.Join(t.TempDir(), "up")
			// More than the sockets hold, so that the server's refusal finds data under way.
			if err := os.WriteFile(local, bytes.Repeat(payload, 12), 0o600); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if _, err := c.Upload(t.Context(), local, "/f", nil); err == nil || !tt.ok(err) {
				t.Errorf("%T %v", err, err)
			}
			if took := time.Since(start); took > 15*time.Second {
				t.Errorf("took %v", took)
			}
			if tt.fault == "reuse-required-refused" { // finding 7
				if got, err := s.ReadFile("/f"); err != nil || string(got) != "as it was" {
					t.Errorf("the remote file: %d bytes, %v; want it as it was", len(got), err)
				}
			}
		})
	}
}

func TestDialFails(t *testing.T) {
	checkGoroutines(t)
	for _, tt := range []struct {
		name   string
		fault  ftptest.Fault
		mode   tlsx.Mode
		change func(*ftpwire.Profile)
		advice string
	}{
		{"no TLS there", "", ftptest.TLSNone, func(p *ftpwire.Profile) { p.Security = control.SecurityExplicit }, "Variant=ftp-tls-implicit"},
		{"AUTH refused", "auth-refused", ftptest.TLSExplicit, nil, "No password was sent"},
		{"PROT refused", "prot-refused", ftptest.TLSExplicit, nil, "does not protect data"},
		{"wrong password", "", ftptest.TLSNone, func(p *ftpwire.Profile) { p.Password = "wrong" }, "check user name and password"},
		{"unknown authority", "", ftptest.TLSExplicit, func(p *ftpwire.Profile) { p.RootCAs = nil }, "RootCAs"},
		{"nobody there", "", ftptest.TLSExplicit, func(p *ftpwire.Profile) { p.Host = "127.0.0.1"; p.Port = 1 }, ""},
		{"silence", "greeting-never", ftptest.TLSNone, func(p *ftpwire.Profile) { p.Timeout = 200 * time.Millisecond }, "says nothing"},
		{"SSH", "greeting-garbage", ftptest.TLSNone, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := &ftptest.Config{TLS: tt.mode}
			if tt.fault != "" {
				cfg.Faults = []ftptest.Fault{tt.fault}
			}
			s := ftptest.NewServer(t, cfg)
			host, port, _ := strings.Cut(s.Addr(), ":")
			p := &ftpwire.Profile{Host: host, User: "user", Password: "password", Timeout: 5 * time.Second, Config: control.Config{Security: control.SecurityNone}}
			p.Port, _ = strconv.Atoi(port)
			if tt.mode == ftptest.TLSExplicit {
				p.Security, p.RootCAs = control.SecurityExplicit, s.RootCAs()
			}
			if tt.change != nil {
				tt.change(p)
			}
			c, err := ftpwire.Dial(t.Context(), p)
			if err == nil {
				c.Conn().Close()
				t.Fatal("no error")
			}
			if advice := ftpwire.Diagnose(err).String(); !strings.Contains(advice, tt.advice) {
				t.Errorf("%v: advice %q; want %q in it", err, advice, tt.advice)
			}
		})
	}
}
