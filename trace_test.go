package ftpwire_test

import (
	"context"
	"fmt"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// A told collects what a Trace is told.
type told struct {
	mu    sync.Mutex
	lines []string
}

func (l *told) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// take returns what has come since the last call.
func (l *told) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

func (l *told) trace() *ftpwire.Trace {
	hook := func(name string) func(control.TraceEvent) {
		return func(e control.TraceEvent) {
			if name == "received" && e.Took <= 0 {
				name = "received at once"
			}
			l.add("%s %s", name, e.Verb)
		}
	}
	return &ftpwire.Trace{
		Connected: hook("connected"), Greeting: hook("greeting"), TLS: hook("tls"), Sent: hook("sent"), Received: hook("received"),
		DataOpen: hook("data open"), DataEnd: hook("data end"), Quirk: hook("quirk"), Closed: hook("closed"),
	}
}

// A context's Trace is told of Dial and of the operations with that context, and of no others.
func TestWithTrace(t *testing.T) {
	server := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit})
	server.WriteFile("/f", []byte("hello"))
	host, port, _ := strings.Cut(server.Addr(), ":")
	p := &ftpwire.Profile{Host: host, User: "user", Password: "password", RootCAs: server.RootCAs()}
	fmt.Sscan(port, &p.Port)
	var all, outer, l told
	p.Trace = func(e control.TraceEvent) { all.add("%s", e) }
	ctx := ftpwire.WithTrace(ftpwire.WithTrace(t.Context(), outer.trace()), l.trace())
	c, err := ftpwire.Dial(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	got := l.take()
	for _, want := range []string{"connected ", "greeting ", "sent AUTH", "received AUTH", "tls ", "sent PASS", "received PASS", "quirk "} {
		if !slices.Contains(got, want) {
			t.Errorf("Dial does not tell %q: %q", want, got)
		}
	}
	if !slices.Equal(outer.take(), got) {
		t.Error("the outer Trace is told something else")
	}
	for _, line := range all.take() {
		if strings.Contains(line, "password") && strings.HasPrefix(line, "> PASS") {
			t.Errorf("the password is told: %s", line)
		}
	}

	if _, err := c.ReadFile(t.Context(), "f"); err != nil {
		t.Fatal(err)
	}
	if got := l.take(); len(got) > 0 {
		t.Errorf("an operation without the context tells %q", got)
	}
	if _, err := c.ReadFile(ctx, "f"); err != nil {
		t.Fatal(err)
	}
	got = l.take()
	for _, want := range []string{"sent RETR", "data open RETR", "data end RETR", "received RETR"} {
		if !slices.Contains(got, want) {
			t.Errorf("ReadFile does not tell %q: %q", want, got)
		}
	}
	if slices.Contains(got, "greeting ") {
		t.Errorf("%q", got)
	}
}

// net/http/httptrace tells of name look-ups and connecting.
func TestHTTPTrace(t *testing.T) {
	server := ftptest.NewServer(t, &ftptest.Config{})
	server.WriteFile("/f", []byte("hello"))
	_, port, _ := strings.Cut(server.Addr(), ":")
	p := &ftpwire.Profile{Variant: ftpwire.VariantFTP, Host: "localhost", AddressFamily: ftpwire.FamilyIPv4, User: "user", Password: "password"}
	fmt.Sscan(port, &p.Port)
	var l told
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		DNSStart:    func(i httptrace.DNSStartInfo) { l.add("look up %s", i.Host) },
		ConnectDone: func(_, address string, err error) { l.add("connected %v", err) },
	})
	c, err := ftpwire.Dial(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if got := l.take(); !slices.Contains(got, "look up localhost") || !slices.Contains(got, "connected <nil>") {
		t.Errorf("Dial: %q", got)
	}
	if _, err := c.ReadFile(ctx, "f"); err != nil {
		t.Fatal(err)
	}
	if got := l.take(); !slices.Equal(got, []string{"connected <nil>"}) {
		t.Errorf("ReadFile: %q", got)
	}
}
