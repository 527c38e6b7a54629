package proxy

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
)

// A scripted proxy runs one script for each connection that is made to it, and keeps
// what it was sent. A script is a list of answers: each is sent once a whole request
// has come.
type scripted struct {
	t       *testing.T
	scripts [][]string
	read    func(r *bufio.Reader) (string, error) // one request

	mu    sync.Mutex
	dials int
	seen  []string
	wait  sync.WaitGroup
}

// newScripted returns an HTTP proxy, to be set as Forward by its dial method.
func newScripted(t *testing.T, scripts ...[]string) *scripted {
	s := &scripted{t: t, scripts: scripts, read: readRequest}
	t.Cleanup(s.wait.Wait)
	return s
}

// The answers that end a script in another way than a close.
const stayOpen = "\x00stay open"

func (s *scripted) dial(_ context.Context, _, _ string) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dials >= len(s.scripts) {
		return nil, errors.New("one connection too many")
	}
	script := s.scripts[s.dials]
	s.dials++
	a, b := memnet.Pipe()
	s.wait.Go(func() { s.run(b, script) })
	return a, nil
}

func (s *scripted) run(c net.Conn, script []string) {
	defer c.Close()
	r := bufio.NewReader(c)
	for _, answer := range script {
		if answer == stayOpen {
			io.Copy(io.Discard, r)
			return
		}
		request, err := s.read(r)
		s.mu.Lock()
		if request != "" {
			s.seen = append(s.seen, request)
		}
		s.mu.Unlock()
		if err != nil {
			return
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}

// requests returns what has come so far.
func (s *scripted) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// readRequest reads up to the empty line.
func readRequest(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		b.WriteString(line)
		if err != nil || line == "\r\n" {
			return b.String(), err
		}
	}
}

// wantError checks stage, status, and what the error is.
func wantError(t *testing.T, err error, stage Stage, status int, is error) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error %v (%T), want an *Error of stage %s", err, err, stage)
	}
	if e.Stage != stage || e.Status != status {
		t.Errorf("stage %s, status %d, want %s, %d: %v", e.Stage, e.Status, stage, status, err)
	}
	if want := e.Stage == StageTarget; (e.Hop == HopTarget) != want {
		t.Errorf("hop %s at stage %s", e.Hop, e.Stage)
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("%v: not %v", err, is)
	}
	if e.Proxy == "" || !strings.Contains(err.Error(), e.Proxy) {
		t.Errorf("%v: does not name the proxy", err)
	}
	return e
}

func short(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// serve returns a Forward whose connections are served by f.
func (s *scripted) serve(f func(net.Conn)) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		a, b := memnet.Pipe()
		s.wait.Go(func() {
			defer b.Close()
			f(b)
		})
		return a, nil
	}
}

func newReader(c net.Conn) *bufio.Reader { return bufio.NewReader(c) }
