package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// explicitFXP is fxpConfig over TLS.
func explicitFXP(faults ...ftptest.Fault) ftptest.Config {
	c := fxpConfig(faults...)
	c.TLS = ftptest.TLSExplicit
	return c
}

// without takes the right to have foreign data hosts away.
func withoutForeign(c ftptest.Config) ftptest.Config { c.ForeignHosts = nil; return c }

// What a transfer that fails says, what it leaves, and that both Clients can be used after it.
func TestTransferFails(t *testing.T) {
	clear := func(p *ftpwire.Profile) { p.DataProtection = control.ProtectClear }
	for _, tt := range []struct {
		name   string
		a, b   ftptest.Config
		change func(*ftpwire.Profile)
		o      *ftpwire.FXPOptions
		words  []string // of the error
		noWay  bool
		at     string // the side
		sent   bool   // whether STOR was
	}{
		{name: "neither server takes part", a: withoutForeign(fxpConfig()), b: withoutForeign(fxpConfig()), noWay: true,
			words: []string{"do not exchange", "PASV at the destination, PORT at the source", "192.0.2.1:2121: PORT: 504", "PASV at the source, PORT at the destination", "203.0.113.1:2121: PORT: 504"}},
		{name: "the destination listens to its client alone, the source does not connect to others", a: withoutForeign(fxpConfig()), b: fxpConfig("port-502", "eprt-502"), noWay: true,
			words: []string{"PORT: 504", "PORT: 502", "EPRT: 502"}},
		{name: "no SSCN, no CPSV", a: explicitFXP("sscn-502", "cpsv-502"), b: explicitFXP("sscn-502", "cpsv-502"), noWay: true,
			words: []string{"neither server can be the TLS client", "SSCN: 502", "CPSV: 502", "DataProtection C"}},
		{name: "private here, in clear there", a: explicitFXP(), b: fxpConfig(), noWay: true, words: []string{"PROT P", "PROT C"}},
		{name: "the disk is full", a: fxpConfig(), b: fxpConfig("disk-full-552"), words: []string{"destination", "552"}, at: "destination", sent: true},
		{name: "the destination refuses", a: fxpConfig(), b: fxpConfig("stor-refused-553"), words: []string{"STOR", "553"}, at: "destination", sent: true},
		{name: "it can't be stored there", a: fxpConfig(), b: func() ftptest.Config { c := fxpConfig(); c.ReadOnly = true; return c }(), words: []string{"553"}, at: "destination", sent: true},
		{name: "cut in the middle, and confirmed", a: fxpConfig("data-truncated-226"), b: fxpConfig(), words: []string{"octets"}, at: "destination", sent: true},
		{name: "cut in the middle", a: fxpConfig("data-cut-426"), b: fxpConfig(), words: []string{"source", "426"}, at: "source", sent: true},
		{name: "the size is another one", a: fxpConfig(), b: fxpConfig("size-lies"), words: []string{"octets"}, at: "destination", sent: true},
		{name: "the sum is another one", a: fxpConfig(), b: fxpConfig("hash-wrong"), o: &ftpwire.FXPOptions{Verify: true}, words: []string{"different files"}, at: "destination", sent: true},
		{name: "no common sum", a: fxpConfig(), b: fxpConfig("hash-unknown"), o: &ftpwire.FXPOptions{Require: ftpwire.ProofHash}, words: []string{"not proven"}},
		{name: "the end can't be proven", a: fxpConfig(), b: fxpConfig(), o: &ftpwire.FXPOptions{Require: ftpwire.ProofEnd}, words: []string{"only the servers see"}},
		{name: "PROT C is refused at both", a: explicitFXP("prot-c-504"), b: explicitFXP("prot-c-504"), change: clear, words: nil},
		{name: "the name is taken by a directory", a: fxpConfig(), b: fxpConfig("rnto-name-denied"), words: []string{"RNTO"}, at: "destination", sent: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newFXPPair(t, tt.a, tt.b, false, tt.change)
			r, err := p.transfer(tt.o)
			if tt.words == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatalf("no error, %+v", r)
			}
			for _, w := range tt.words {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%v\nlacks %q", err, w)
				}
			}
			fe, ok := errors.AsType[*ftpwire.FXPError](err)
			if ok != (tt.at != "" || tt.noWay) {
				t.Errorf("%T; want an FXPError: %v", err, !ok)
			}
			if ok && (fe.NoWay != tt.noWay || !tt.noWay && fe.Destination != (tt.at == "destination")) {
				t.Errorf("%v: no way: %v, destination: %v", err, fe.NoWay, fe.Destination)
			}
			if ok && tt.noWay && ftpwire.Temporary(err) {
				t.Errorf("%v: temporary", err)
			}
			if sent(p.b, "STOR") != tt.sent {
				t.Errorf("STOR was sent: %v; want %v", !tt.sent, tt.sent)
			}
			if r.Partial != "" {
				t.Errorf("left: %s", r.Partial)
			}
			p.wantAlive()
		})
	}
}

// A file that is not there is not stored, whatever the options.
func TestTransferNoSuchFile(t *testing.T) {
	for _, direct := range []bool{false, true} {
		p := newFXPPair(t, fxpConfig(), fxpConfig(), false, nil)
		_, err := ftpwire.Transfer(t.Context(), p.from, "missing", p.to, "g", &ftpwire.FXPOptions{Direct: direct})
		fe, ok := errors.AsType[*ftpwire.FXPError](err)
		if !ok || fe.Destination || !errors.Is(err, fs.ErrNotExist) || sent(p.b, "STOR") {
			t.Errorf("direct %v: %v; want fs.ErrNotExist at the source, and no STOR", direct, err)
		}
		p.wantAlive()
	}
}

// One Client can't be both ends; two Clients of one server can.
func TestTransferSameServer(t *testing.T) {
	p := newFXPPair(t, fxpConfig(), fxpConfig(), false, nil)
	if _, err := ftpwire.Transfer(t.Context(), p.from, "f", p.from, "g", nil); err == nil || !strings.Contains(err.Error(), "two connections") {
		t.Errorf("%v; want that two connections are needed", err)
	}
	again := p.dial(p.a, 0, nil)
	if _, err := ftpwire.Transfer(t.Context(), p.from, "f", again, "g", nil); err != nil {
		t.Fatal(err)
	}
	if got, err := p.a.ReadFile("g"); err != nil || !bytes.Equal(got, p.content) {
		t.Errorf("%d octets, %v", len(got), err)
	}
}

// Transfers in opposite directions with the same Clients do not wait for each other for ever.
func TestTransferBothDirections(t *testing.T) {
	p := newFXPPair(t, fxpConfig(), fxpConfig(), false, nil)
	if err := p.b.WriteFile("f", p.content); err != nil {
		t.Fatal(err)
	}
	errs := make(chan error, 8)
	for range 4 {
		go func() {
			_, err := ftpwire.Transfer(t.Context(), p.from, "f", p.to, "g", nil)
			errs <- err
		}()
		go func() {
			_, err := ftpwire.Transfer(t.Context(), p.to, "f", p.from, "g", nil)
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// Both ends need the same format; text is moved as text, and its size proves nothing.
func TestTransferFormat(t *testing.T) {
	p := newFXPPair(t, fxpConfig(), fxpConfig(), false, nil)
	p.content = []byte("a\nb\n")
	p.a.WriteFile("f", p.content)
	text := mode.Format{Type: 'A'}
	p.from.Conn().SetFileFormat(text)
	if _, err := p.transfer(nil); err == nil || !strings.Contains(err.Error(), "same format") {
		t.Errorf("%v; want that the formats differ", err)
	}
	p.to.Conn().SetFileFormat(text)
	r, err := p.transfer(nil)
	if err != nil || r.Proof != ftpwire.ProofReply {
		t.Errorf("%v, %v; want the replies as proof", r.Proof, err)
	}
	p.wantStored()
	if _, err := p.transfer(&ftpwire.FXPOptions{Require: ftpwire.ProofSize}); err == nil {
		t.Error("text has no proof of its size")
	}
	if !sent(p.a, "TYPE A") || !sent(p.b, "TYPE A") {
		t.Error("TYPE A was not sent to both")
	}
}

// The proofs that were asked for.
func TestTransferVerify(t *testing.T) {
	p := newFXPPair(t, fxpConfig(), fxpConfig(), false, nil)
	r, err := p.transfer(&ftpwire.FXPOptions{Require: ftpwire.ProofHash | ftpwire.ProofSize})
	if err != nil || r.Proof != ftpwire.ProofReply|ftpwire.ProofSize|ftpwire.ProofHash || r.Algorithm != "SHA-256" || len(r.Sum) != 64 {
		t.Errorf("%+v, %v", r, err)
	}
	p.wantStored()
}

// What an attempt has left is gone on with if both servers have the same sum of it.
func TestTransferResume(t *testing.T) {
	resume := &ftpwire.FXPOptions{Resume: true, TempName: func(string) string { return "part" }}
	for _, tt := range []struct {
		name      string
		part      func(content []byte) []byte
		a         ftptest.Config
		from      int64
		restarted string
	}{
		{"the beginning", func(c []byte) []byte { return c[:70000] }, fxpConfig(), 70000, ""},
		{"all of it", func(c []byte) []byte { return c }, fxpConfig(), 160000, ""},
		{"something else", func(c []byte) []byte { return bytes.Repeat([]byte("x"), 70000) }, fxpConfig(), 0, "not the beginning"},
		{"longer", func(c []byte) []byte { return append(bytes.Clone(c), 'x') }, fxpConfig(), 0, "longer"},
		{"no sums", func(c []byte) []byte { return c[:70000] }, fxpConfig("hash-unknown"), 0, "sum"},
		{"no REST", func(c []byte) []byte { return c[:70000] }, fxpConfig("rest-retr-refused"), 0, "does not continue"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newFXPPair(t, tt.a, fxpConfig(), false, nil)
			p.b.WriteFile("part", tt.part(p.content))
			r, err := p.transfer(resume)
			if err != nil {
				t.Fatal(err)
			}
			if r.ResumedFrom != tt.from || !strings.Contains(r.Restarted, tt.restarted) || tt.restarted == "" && r.Restarted != "" {
				t.Errorf("from %d, restarted %q; want %d, %q", r.ResumedFrom, r.Restarted, tt.from, tt.restarted)
			}
			p.wantStored()
		})
	}
	t.Run("a failure keeps the part", func(t *testing.T) {
		p := newFXPPair(t, fxpConfig("data-cut-426"), fxpConfig(), false, nil)
		r, err := p.transfer(resume)
		if err == nil || r.Partial != "part" {
			t.Errorf("%v, left %q", err, r.Partial)
		}
		p.wantAlive("part")
	})
}

// Two servers that both withhold their final replies do not keep Transfer for ever.
func TestTransferWithheld(t *testing.T) {
	p := newFXPPair(t, fxpConfig("no-final-reply"), fxpConfig("no-final-reply"), false, func(p *ftpwire.Profile) { p.Timeout, p.AbortTimeout = 300*time.Millisecond, 300*time.Millisecond })
	p.a.WriteFile("f", []byte("small"))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	_, err := ftpwire.Transfer(ctx, p.from, "f", p.to, "g", &ftpwire.FXPOptions{Direct: true})
	if _, late := errors.AsType[*control.TimeoutError](err); !late || ctx.Err() != nil {
		t.Errorf("%v; want a TimeoutError", err)
	}
}

// A direct transfer has no temporary file.
func TestTransferDirect(t *testing.T) {
	p := newFXPPair(t, fxpConfig(), fxpConfig(), false, nil)
	if _, err := p.transfer(&ftpwire.FXPOptions{Direct: true}); err != nil {
		t.Fatal(err)
	}
	if !sent(p.b, "STOR g") || sent(p.b, "RNFR") {
		t.Errorf("commands: %q", p.b.Commands())
	}
	p.wantStored()
}

// cut ends the control connections with a server.
func (p *fxpPair) cut(s *ftptest.Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns[s] {
		c.Close()
	}
}

// slowly is a server whose data crawls, so that something can happen meanwhile.
func slowly() ftptest.Config { return fxpConfig("data-crawls") }

// await waits for a command.
func (p *fxpPair) await(s *ftptest.Server, prefix string) {
	p.t.Helper()
	for end := time.Now().Add(10 * time.Second); !sent(s, prefix); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Errorf("no %s", prefix)
			return
		}
	}
}

// A control connection that is lost in the middle ends the transfer at the other server, too. With
// Retry it is repeated on a new one.
func TestTransferConnectionLost(t *testing.T) {
	for _, side := range []string{"source", "destination"} {
		for _, retry := range []int{0, 1} {
			t.Run(side, func(t *testing.T) {
				t.Parallel()
				p := newFXPPair(t, slowly(), fxpConfig(), false, nil)
				lost := p.a
				if side == "destination" {
					lost = p.b
				}
				attempts := 0
				o := &ftpwire.FXPOptions{Retry: ftpwire.Retry{Attempts: retry, Delay: -1, Failed: func(error, time.Duration) { attempts++ }}}
				if retry > 0 {
					p.content = []byte("short")
				}
				go func() {
					p.await(p.b, "STOR")
					time.Sleep(50 * time.Millisecond)
					p.cut(lost)
					p.a.WriteFile("f", p.content)
				}()
				begun := time.Now()
				r, err := p.transfer(o)
				if took := time.Since(begun); took > 20*time.Second {
					t.Errorf("took %v", took)
				}
				if retry > 0 {
					if err != nil || r.Attempts != 2 || attempts != 1 {
						t.Errorf("%v, %d attempts, %d told", err, r.Attempts, attempts)
					}
					return
				}
				fe, ok := errors.AsType[*ftpwire.FXPError](err)
				if !ok || fe.Destination != (side == "destination") || !errors.Is(err, net.ErrClosed) || !ftpwire.Temporary(err) {
					t.Errorf("%v; want that the %s was lost", err, side)
				}
				if side == "source" {
					p.wantAlive()
				} else if r.Partial == "" || !r.PartialUnsure {
					t.Errorf("left %q, unsure %v", r.Partial, r.PartialUnsure)
				}
			})
		}
	}
}

// One that was lost before is made anew.
func TestTransferReconnects(t *testing.T) {
	p := newFXPPair(t, fxpConfig(), fxpConfig(), false, nil)
	p.cut(p.a)
	p.cut(p.b)
	<-p.waitGone()
	if _, err := p.transfer(nil); err != nil {
		t.Fatal(err)
	}
	p.wantStored()
	p.from.Close(t.Context())
	if _, err := p.transfer(nil); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("%v; want that the Client is closed", err)
	}
}

// waitGone waits until both Clients know that their connection is lost.
func (p *fxpPair) waitGone() <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for p.from.Conn().Err() == nil || p.to.Conn().Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}()
	return done
}

// A cancelled transfer returns at once, both servers end it, and nothing is left.
func TestTransferCancelled(t *testing.T) {
	p := newFXPPair(t, slowly(), fxpConfig(), false, nil)
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	var at time.Time
	go func() {
		p.await(p.b, "STOR")
		time.Sleep(50 * time.Millisecond)
		at = time.Now()
		cancel(cause)
	}()
	_, err := ftpwire.Transfer(ctx, p.from, "f", p.to, "g", nil)
	if took := time.Since(at); !errors.Is(err, cause) || took > time.Second {
		t.Errorf("%v after %v; want the cause within 250ms", err, took)
	}
	if left := p.to.Settle(t.Context()); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	p.wantAlive()
	if !sent(p.a, "ABOR") && !sent(p.b, "ABOR") {
		t.Error("no ABOR")
	}

	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := ftpwire.Transfer(ctx, p.from, "f", p.to, "g", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want context.Canceled", err)
	}
}

// A server that never begins or never ends is waited for as long as the Profile says.
func TestTransferSilence(t *testing.T) {
	for _, tt := range []struct {
		fault ftptest.Fault
		words string
	}{
		{"no-final-reply", "no reply to"},
		{"data-never-opens", ""},
	} {
		t.Run(string(tt.fault), func(t *testing.T) {
			t.Parallel()
			for _, side := range []string{"source", "destination"} {
				a, b := fxpConfig(), fxpConfig()
				if side == "source" {
					a = fxpConfig(tt.fault)
				} else {
					b = fxpConfig(tt.fault)
				}
				p := newFXPPair(t, a, b, false, func(p *ftpwire.Profile) { p.AbortTimeout = 2 * time.Second })
				begun := time.Now()
				done := make(chan error, 1)
				go func() {
					_, err := p.transfer(nil)
					done <- err
				}()
				err := <-done
				if took := time.Since(begun); err == nil || took > 25*time.Second || !strings.Contains(err.Error(), tt.words) {
					t.Errorf("%s: %v after %v", side, err, took)
				}
			}
		})
	}
}
