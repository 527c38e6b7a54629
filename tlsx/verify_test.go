package tlsx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/tlsx/statefile"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const day = 24 * time.Hour

// What is wrong with each certificate under each set of checks.
func TestVerify(t *testing.T) {
	root := issue(t, certSpec{name: "root", ca: true, from: -900 * day, to: 900 * day})
	inter := issue(t, certSpec{name: "intermediate", ca: true, issuer: root, from: -900 * day, to: 900 * day})
	oldInter := issue(t, certSpec{name: "old intermediate", ca: true, issuer: root, from: -90 * day, to: -day})
	unknown := issue(t, certSpec{name: "unknown root", ca: true, from: -900 * day, to: 900 * day})

	good := issue(t, certSpec{issuer: root})
	chained := issue(t, certSpec{issuer: inter})
	self := issue(t, certSpec{})
	expired := issue(t, certSpec{issuer: root, from: -90 * day, to: -day})
	future := issue(t, certSpec{issuer: root, from: day, to: 90 * day})
	other := issue(t, certSpec{issuer: root, hosts: []string{"a.example.com", "b.example.com"}})
	stranger := issue(t, certSpec{issuer: unknown})
	expiredSelf := issue(t, certSpec{from: -90 * day, to: -day, hosts: []string{"localhost"}})
	ofOld := issue(t, certSpec{issuer: oldInter, from: -80 * day})
	forClients := issue(t, certSpec{issuer: root, usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	never := issue(t, certSpec{issuer: oldInter})

	tests := []struct {
		name string
		cert tls.Certificate
		v    Verification
		want Reason
	}{
		{"good", good.server(), Verification{}, 0},
		{"chain with intermediate", chained.server(inter), Verification{}, 0},
		{"intermediate missing", chained.server(), Verification{}, ReasonUnknownAuthority},
		{"self-signed", self.server(), Verification{}, ReasonSelfSigned},
		{"self-signed, its own root", self.server(), Verification{Roots: self.pool()}, 0},
		{"self-signed, no chain", self.server(), Verification{SkipChain: true}, 0},
		{"expired", expired.server(), Verification{}, ReasonExpired},
		{"expired, no dates", expired.server(), Verification{SkipDates: true}, 0},
		{"expired, no chain", expired.server(), Verification{SkipChain: true}, ReasonExpired},
		{"not yet valid", future.server(), Verification{}, ReasonNotYetValid},
		{"not yet valid, no dates", future.server(), Verification{SkipDates: true}, 0},
		{"wrong name", other.server(), Verification{}, ReasonWrongName},
		{"wrong name, no name", other.server(), Verification{SkipName: true}, 0},
		{"wrong name, no dates, no chain", other.server(), Verification{SkipDates: true, SkipChain: true}, ReasonWrongName},
		{"unknown authority", stranger.server(unknown), Verification{}, ReasonUnknownAuthority},
		{"unknown authority, no dates", stranger.server(unknown), Verification{SkipDates: true}, ReasonUnknownAuthority},
		{"unknown authority, no name", stranger.server(unknown), Verification{SkipName: true}, ReasonUnknownAuthority},
		{"all at once", expiredSelf.server(), Verification{}, ReasonSelfSigned | ReasonExpired | ReasonWrongName},
		{"all at once, all skipped", expiredSelf.server(), Verification{SkipChain: true, SkipDates: true, SkipName: true}, 0},
		{"expired and self-signed, no dates", expiredSelf.server(), Verification{SkipDates: true, SkipName: true}, ReasonSelfSigned},
		{"intermediate expired", ofOld.server(oldInter), Verification{}, ReasonExpired},
		{"intermediate expired, no dates", ofOld.server(oldInter), Verification{SkipDates: true}, 0},
		{"no moment at which all are valid", never.server(oldInter), Verification{SkipDates: true}, ReasonBadChain},
		{"for clients", forClients.server(), Verification{}, ReasonBadChain},
		{"for clients, no chain", forClients.server(), Verification{SkipChain: true}, 0},

		{"key pinned", good.server(), Verification{Pins: []Pin{KeyPin(self.cert), KeyPin(good.cert)}}, 0},
		{"certificate pinned", good.server(), Verification{Pins: []Pin{certificatePin(good.cert)}}, 0},
		{"another pinned", good.server(), Verification{Pins: []Pin{KeyPin(self.cert), certificatePin(self.cert)}}, ReasonNotPinned},
		{"the issuer pinned", good.server(root), Verification{Pins: []Pin{KeyPin(root.cert)}}, ReasonNotPinned},
		{"pinned, the rest stays in force", self.server(), Verification{Pins: []Pin{KeyPin(self.cert)}}, ReasonSelfSigned},
		{"pinned, no chain", self.server(), Verification{SkipChain: true, Pins: []Pin{KeyPin(self.cert)}}, 0},
		{"all skipped but not pinned", self.server(), Verification{SkipChain: true, SkipDates: true, SkipName: true,
			Pins: []Pin{KeyPin(good.cert)}}, ReasonNotPinned},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.v.Roots == nil {
				tt.v.Roots = root.pool()
			}
			err := tryControl(t, verifying(tt.v), tt.cert)
			if tt.want == 0 {
				if err != nil {
					t.Fatalf("Control = %v", err)
				}
				return
			}
			e, ok := errors.AsType[*CertificateError](err)
			if !ok {
				t.Fatalf("Control = %v, want a *CertificateError", err)
			}
			if e.Reasons != tt.want {
				t.Errorf("reasons %v, want %v; %v", e.Reasons, tt.want, e.Problems)
			}
			if got := len(e.Problems); got != strings.Count(tt.want.String(), ",")+1 {
				t.Errorf("%d problems for %v: %q", got, tt.want, e.Problems)
			}
			if e.Facts.SHA256 != fingerprintOf(tt.cert.Leaf) || e.Host != testHost || e.Port != 21 {
				t.Errorf("error is for %s port %d, %s", e.Host, e.Port, e.Facts.SHA256)
			}
			checkX509(t, err, tt.want)
			if he, ok := errors.AsType[*HandshakeError](err); !ok || he.Hint == "" {
				t.Errorf("no hint in %v", err)
			}
		})
	}
}

// checkX509 demands the errors of crypto/x509 that a caller looks for.
func checkX509(t *testing.T, err error, r Reason) {
	t.Helper()
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	if want := r&(ReasonUnknownAuthority|ReasonSelfSigned) != 0; unknown != want {
		t.Errorf("UnknownAuthorityError: %v, want %v", unknown, want)
	}
	if _, name := errors.AsType[x509.HostnameError](err); name != r.Has(ReasonWrongName) {
		t.Errorf("HostnameError: %v", name)
	}
	inv, ok := errors.AsType[x509.CertificateInvalidError](err)
	if want := r&(ReasonExpired|ReasonNotYetValid) != 0; want && (!ok || inv.Reason != x509.Expired) {
		t.Errorf("CertificateInvalidError: %v, want Expired", inv)
	}
}

func TestVerifyWords(t *testing.T) {
	now := time.Now()
	self := issue(t, certSpec{from: -90 * day, to: -day, hosts: []string{"localhost"}, name: "a\x1b]0;b\nc"})
	err := tryControl(t, verifying(Verification{Roots: x509.NewCertPool()}), self.server())
	for _, want := range []string{
		"certificate of ftp.example.com:21", "self-signed", "expired on " + now.Add(-day).UTC().Format("2006-01-02"),
		"it is for localhost, not for ftp.example.com", "SHA-256 " + fingerprintOf(self.cert).String(),
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
	if i := strings.IndexFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
		t.Errorf("control character in %q", err)
	}
	e, _ := errors.AsType[*CertificateError](err)
	if strings.ContainsAny(e.Error()+e.Facts.Subject, "\x1b\n") {
		t.Errorf("control character in %q, %q", e, e.Facts.Subject)
	}
}

func TestVerifyNames(t *testing.T) {
	root := issue(t, certSpec{name: "root", ca: true})
	leaf := issue(t, certSpec{issuer: root, hosts: []string{"xn--mnchen-3ya.example", "Ftp.Example.COM", "*.example.net"}})
	byAddress := issueAddress(t, root, "fe80::1")
	tests := []struct {
		name string
		host string
		cert *testCert
		want bool
	}{
		{"case", "FTP.example.com", leaf, true},
		{"final dot", "ftp.example.com.", leaf, true},
		{"A-label", "xn--mnchen-3ya.example", leaf, true},
		{"U-label", "MÜNCHEN.example", leaf, true},
		{"wildcard", "a.example.net", leaf, true},
		{"wildcard, two labels", "a.b.example.net", leaf, false},
		{"address", "fe80::1", byAddress, true},
		{"address with zone", "fe80::1%eth0", byAddress, true},
		{"address in brackets", "[FE80:0::1]", byAddress, true},
		{"another address", "fe80::2", byAddress, false},
		{"no name", "", leaf, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &Config{ServerName: tt.host, Verify: &Verification{Roots: root.pool()}}
			e := c.examine(tls.ConnectionState{PeerCertificates: []*x509.Certificate{tt.cert.cert}})
			if got := e == nil; got != tt.want {
				t.Errorf("%q accepted: %v, want %v (%v)", tt.host, got, tt.want, e)
			}
		})
	}
}

// The zone of an address tells hosts apart here, and is unknown to certificates.
func TestZone(t *testing.T) {
	root := issue(t, certSpec{name: "root", ca: true})
	cert := issueAddress(t, root, "fe80::1")
	for _, c := range []*Config{
		{TLS: &tls.Config{RootCAs: root.pool()}},
		{Verify: &Verification{Roots: root.pool()}},
	} {
		c.ServerName = "fe80::1%eth0"
		if got := c.host(); got != "fe80::1%eth0" {
			t.Errorf("host for the trust store: %q", got)
		}
		if err := tryControl(t, NewSession(c), cert.server()); err != nil {
			t.Errorf("Control = %v", err)
		}
	}
}

func TestVerifyLimits(t *testing.T) {
	self := issue(t, certSpec{})
	many := make([]*testCert, maxChain)
	for i := range many {
		many[i] = self
	}
	var asked int
	v := Verification{Roots: self.pool(), Ask: func(context.Context, *CertificateQuestion) Answer { asked++; return AcceptAlways }}
	if err := tryControl(t, verifying(v), self.server(many[1:]...)); err != nil {
		t.Errorf("%d certificates: %v", maxChain, err)
	}
	if err := tryControl(t, verifying(v), self.server(many...)); !errors.Is(err, errLongChain) || asked != 0 {
		t.Errorf("%d certificates: %v, %d questions", maxChain+1, err, asked)
	}
}

// A question is answered for the control connection and its data connections,
// resumed or not, and for nothing else.
func TestAsk(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		for _, policy := range []Resumption{ResumePreferred, ResumeOff} {
			t.Run(policy.String(), func(t *testing.T) {
				var questions []*CertificateQuestion
				e := newEnv(t, envConfig{version: version, client: func(c *Config) {
					c.TLS, c.Resumption = nil, policy
					c.Verify = &Verification{Roots: x509.NewCertPool(), Port: 2121,
						Ask: func(_ context.Context, q *CertificateQuestion) Answer {
							questions = append(questions, q)
							return AcceptOnce
						}}
				}})
				for range 2 {
					p := e.data()
					if got, want := p.client.Resumed(), policy != ResumeOff; got != want {
						t.Errorf("resumed: %v", got)
					}
					p.close()
				}
				if len(questions) != 1 {
					t.Fatalf("%d questions, want 1", len(questions))
				}
				q := questions[0]
				want := CertificateError{Host: testHost, Port: 2121, Reasons: ReasonSelfSigned,
					Facts: Facts(e.cert.Leaf), Problems: q.Problems, Err: q.Err}
				if diff := cmp.Diff(want, q.CertificateError, cmp.AllowUnexported(Pin{}, CertificateError{}), cmpopts.EquateErrors()); diff != "" {
					t.Errorf("question mismatch (-want +got):\n%s", diff)
				}
				if len(q.Chain) != 1 || q.Changed() {
					t.Errorf("chain of %d, changed %v", len(q.Chain), q.Changed())
				}
				e.connect(e.client, e.server)
				if len(questions) != 2 {
					t.Errorf("%d questions for two control connections", len(questions))
				}
			})
		}
	})
}

func TestAskRejected(t *testing.T) {
	self := issue(t, certSpec{})
	for _, a := range []Answer{Reject, Answer(42)} {
		v := Verification{Roots: x509.NewCertPool(), Ask: func(context.Context, *CertificateQuestion) Answer { return a }}
		if err := tryControl(t, verifying(v), self.server()); !isType[*CertificateError](err) {
			t.Errorf("answer %v: %v", a, err)
		}
	}
}

// A person may take longer than the network may, and the end of the context
// ends the wait for an answer that does not come.
func TestAskTakesTime(t *testing.T) {
	tests := []struct {
		name    string
		network time.Duration // before the server answers
		want    error
	}{
		{"a person takes an hour", time.Second, nil},
		{"the network takes too long", 31 * time.Second, os.ErrDeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				self := issue(t, certSpec{})
				s := NewSession(&Config{ServerName: testHost, Verify: &Verification{Roots: x509.NewCertPool(),
					Ask: func(ctx context.Context, _ *CertificateQuestion) Answer {
						time.Sleep(time.Hour)
						return AcceptOnce
					}}})
				client, server := memnet.Pipe()
				done := async(func() (struct{}, error) {
					time.Sleep(tt.network)
					return struct{}{}, tls.Server(server, &tls.Config{Certificates: []tls.Certificate{self.server()}}).Handshake()
				})
				if _, err := s.Control(t.Context(), client); !errors.Is(err, tt.want) {
					t.Errorf("Control = %v, want %v", err, tt.want)
				}
				client.Close()
				<-done
			})
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		self := issue(t, certSpec{})
		block := make(chan struct{})
		defer close(block)
		ctx, cancel := context.WithCancel(t.Context())
		s := verifying(Verification{Roots: x509.NewCertPool(), Ask: func(context.Context, *CertificateQuestion) Answer {
			cancel()
			<-block
			return AcceptAlways
		}})
		client, server := tcpPair(t)
		done := async(func() (struct{}, error) {
			return struct{}{}, tls.Server(server, &tls.Config{Certificates: []tls.Certificate{self.server()}}).Handshake()
		})
		if _, err := s.Control(ctx, client); !errors.Is(err, context.Canceled) {
			t.Errorf("Control = %v, want context.Canceled", err)
		}
		wantClosed(t, client)
		wait(t, done)
	})
}

// The clock goes on where it stood.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := limit(withStopwatch(t.Context()), 30*time.Second)
		defer cancel()
		time.Sleep(10 * time.Second)
		a, err := ask(ctx, func(context.Context, *CertificateQuestion) Answer { time.Sleep(time.Hour); return AcceptOnce }, nil)
		if a != AcceptOnce || err != nil {
			t.Fatalf("ask = %v, %v", a, err)
		}
		time.Sleep(19 * time.Second)
		if ctx.Err() != nil {
			t.Error("ended after 29 seconds without the question")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if context.Cause(ctx) != errHandshakeTime {
			t.Errorf("after 31 seconds without the question: %v", context.Cause(ctx))
		}
	})
}

func TestAskOnce(t *testing.T) {
	var mu sync.Mutex
	asked := map[int]int{}
	f := AskOnce(func(_ context.Context, q *CertificateQuestion) Answer {
		mu.Lock()
		defer mu.Unlock()
		asked[q.Port]++
		if q.Port == 21 {
			return AcceptOnce
		}
		return Reject
	})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			q := &CertificateQuestion{CertificateError: CertificateError{Host: testHost, Port: 21 + i%2, Reasons: ReasonExpired}}
			if got, want := f(t.Context(), q), []Answer{AcceptOnce, Reject}[i%2]; got != want {
				t.Errorf("port %d: %v, want %v", q.Port, got, want)
			}
		})
	}
	wg.Wait()
	f(t.Context(), &CertificateQuestion{CertificateError: CertificateError{Host: testHost, Port: 21, Reasons: ReasonWrongName}})
	if diff := cmp.Diff(map[int]int{21: 2, 22: 1}, asked); diff != "" {
		t.Errorf("asked mismatch (-want +got):\n%s", diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f(ctx, &CertificateQuestion{CertificateError: CertificateError{Port: 23}})
	f(t.Context(), &CertificateQuestion{CertificateError: CertificateError{Port: 23}})
	if asked[23] < 1 {
		t.Error("the answer to a cancelled question was kept")
	}
}

// The life of an accepted certificate: unknown, accepted, known, wrong in
// another way, changed.
func TestVerifyWithTrust(t *testing.T) {
	store := newStore(t)
	first := issue(t, certSpec{})
	second := issueFor(t, certSpec{}, first.key) // same key, another certificate
	var last *CertificateQuestion
	answer := AcceptAlways
	v := Verification{Roots: x509.NewCertPool(), Trust: store, Port: 990,
		Ask: func(_ context.Context, q *CertificateQuestion) Answer { last = q; return answer }}
	try := func(s *Session, cert *testCert) (*CertificateQuestion, error) {
		last = nil
		err := tryControl(t, s, cert.server())
		return last, err
	}

	if q, err := try(verifying(v), first); err != nil || q == nil || q.Known != nil {
		t.Fatalf("unknown host: %v, question %+v", err, q)
	}
	want := Trusted{Host: testHost, Port: 990, SHA256: fingerprintOf(first.cert), Reasons: ReasonSelfSigned, Subject: "CN=" + testHost}
	got, ok, err := store.Lookup("FTP.example.com.", 990)
	if err != nil || !ok || time.Since(got.Date) > time.Minute {
		t.Fatalf("Lookup = %+v, %v, %v", got, ok, err)
	}
	want.Date = got.Date
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entry mismatch (-want +got):\n%s", diff)
	}
	if q, err := try(verifying(v), first); err != nil || q != nil {
		t.Errorf("known host: %v, question %+v", err, q)
	}

	expired := verifying(v)
	expired.config.TLS = &tls.Config{Time: func() time.Time { return time.Now().Add(2 * day) }}
	q, err := try(expired, first)
	if err != nil || q == nil || q.Changed() || q.Known == nil || q.Reasons != ReasonSelfSigned|ReasonExpired {
		t.Errorf("expired since: %v, question %+v", err, q)
	}
	if q, err := try(expired, first); err != nil || q != nil {
		t.Errorf("expired, accepted: %v, question %+v", err, q)
	}

	answer = Reject
	q, err = try(verifying(v), second)
	if q == nil || !q.Changed() || q.Known.SHA256 != fingerprintOf(first.cert) {
		t.Errorf("changed: question %+v", q)
	}
	e, ok := errors.AsType[*CertificateError](err)
	if !ok || !e.Changed() {
		t.Fatalf("changed: %v", err)
	}
	for _, f := range []Fingerprint{fingerprintOf(first.cert), fingerprintOf(second.cert)} {
		if !strings.Contains(err.Error(), f.String()) {
			t.Errorf("%s is not in %q", f, err)
		}
	}
	answer = AcceptAlways
	if _, err := try(verifying(v), second); err != nil {
		t.Errorf("changed, accepted: %v", err)
	}
	if got, _, _ := store.Lookup(testHost, 990); got.SHA256 != fingerprintOf(second.cert) {
		t.Errorf("entry is %+v", got)
	}
	v.Port = 21
	answer = Reject
	if _, err := try(verifying(v), second); !isType[*CertificateError](err) {
		t.Errorf("another port: %v", err)
	}
}

// Trust and Ask have no say about pins, and a good certificate needs neither.
func TestTrustOverrulesNoPin(t *testing.T) {
	self := issue(t, certSpec{})
	store := newStore(t)
	if err := store.Accept(Trusted{Host: testHost, Port: 21, SHA256: fingerprintOf(self.cert), Reasons: ReasonAny}); err != nil {
		t.Fatal(err)
	}
	ask := func(context.Context, *CertificateQuestion) Answer { t.Error("asked"); return AcceptAlways }
	v := Verification{Roots: x509.NewCertPool(), Trust: store, Ask: ask, Pins: []Pin{KeyPin(issue(t, certSpec{}).cert)}}
	err := tryControl(t, verifying(v), self.server())
	if e, ok := errors.AsType[*CertificateError](err); !ok || !e.Reasons.Has(ReasonNotPinned) {
		t.Errorf("not pinned: %v", err)
	}
	v.Pins = []Pin{KeyPin(self.cert)}
	if err := tryControl(t, verifying(v), self.server()); err != nil {
		t.Errorf("pinned and trusted: %v", err)
	}
	other := issue(t, certSpec{})
	if err := tryControl(t, verifying(Verification{Roots: other.pool(), Trust: store, Ask: ask}), other.server()); err != nil {
		t.Errorf("good certificate of a host known by another: %v", err)
	}
}

func TestAcceptNew(t *testing.T) {
	store := newStore(t)
	first, second := issue(t, certSpec{}), issue(t, certSpec{})
	v := Verification{Roots: x509.NewCertPool(), AcceptNew: true}
	if err := tryControl(t, verifying(v), first.server()); !isType[*CertificateError](err) {
		t.Errorf("without a store: %v", err)
	}
	v.Trust = store
	for range 2 {
		if err := tryControl(t, verifying(v), first.server()); err != nil {
			t.Errorf("new host: %v", err)
		}
	}
	err := tryControl(t, verifying(v), second.server())
	if e, ok := errors.AsType[*CertificateError](err); !ok || !e.Changed() {
		t.Errorf("changed certificate: %v", err)
	}
	if es, _ := store.Entries(); len(es) != 1 || es[0].SHA256 != fingerprintOf(first.cert) {
		t.Errorf("entries %+v", es)
	}
}

// Two first uses at once, with two certificates: the second must not win, and
// not stay unnoticed either.
func TestAcceptNewRace(t *testing.T) {
	store := newStore(t)
	certs := []*testCert{issue(t, certSpec{}), issue(t, certSpec{})}
	var mu sync.Mutex
	accepted := map[Fingerprint]bool{}
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			cert := certs[i%2].cert
			c := &Config{ServerName: testHost, Verify: &Verification{Roots: x509.NewCertPool(), Trust: store, AcceptNew: true}}
			err := c.verify(t.Context(), tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}})
			if err == nil {
				mu.Lock()
				accepted[fingerprintOf(cert)] = true
				mu.Unlock()
			} else if e, ok := errors.AsType[*CertificateError](err); !ok || !e.Changed() {
				t.Errorf("verify = %v", err)
			}
		})
	}
	wg.Wait()
	es, err := store.Entries()
	if err != nil || len(es) != 1 || len(accepted) != 1 || !accepted[es[0].SHA256] {
		t.Errorf("entries %+v, %v; accepted %v", es, err, accepted)
	}
}

// What cannot be remembered or looked up is refused.
func TestTrustStoreFails(t *testing.T) {
	self := issue(t, certSpec{})
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "")
	unwritable := &TrustStore{file: statefile.File{Path: filepath.Join(dir, "sub", "store"), MaxSize: maxTrustFile, LockWait: time.Second}}
	writeFile(t, filepath.Join(dir, "sub"), "a file where the folder should be")
	damaged := newStore(t)
	writeFile(t, damaged.file.Path, testHost+" 21 0123\n")
	for _, store := range []*TrustStore{unwritable, damaged} {
		v := Verification{Roots: x509.NewCertPool(), Trust: store, AcceptNew: true}
		err := tryControl(t, verifying(v), self.server())
		if !isType[*CertificateError](err) || !strings.Contains(err.Error(), "trust store") {
			t.Errorf("Control = %v", err)
		}
		if he, _ := errors.AsType[*HandshakeError](err); he.Hint != "" {
			t.Errorf("the hint %q leads away from the cause", he.Hint)
		}
	}
}

// T50: what one Session accepted is worth nothing in another.
func TestSessionsShareNoTrust(t *testing.T) {
	e := newEnv(t, envConfig{client: func(c *Config) {
		c.TLS = nil
		c.Verify = &Verification{SkipChain: true}
	}})
	e.data().close()
	strict := verifying(Verification{Roots: x509.NewCertPool()})
	client, server := tcpPair(t)
	done := async(func() (struct{}, error) {
		return struct{}{}, tls.Server(server, e.server.Config()).Handshake()
	})
	if _, err := strict.Control(t.Context(), client); !isType[*CertificateError](err) {
		t.Errorf("Control = %v, want a *CertificateError", err)
	}
	wait(t, done)
}

func issueAddress(t *testing.T, issuer *testCert, address string) *testCert {
	t.Helper()
	base := issue(t, certSpec{issuer: issuer})
	template := *base.cert
	template.DNSNames, template.IPAddresses = nil, []net.IP{net.ParseIP(address)}
	return reissue(t, &template, issuer, base.key)
}
