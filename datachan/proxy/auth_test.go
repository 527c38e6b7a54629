package proxy

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// authorizations returns the Proxy-Authorization of each request, "" where there is none.
func (s *scripted) authorizations() []string {
	var all []string
	for _, r := range s.requests() {
		value := ""
		for line := range strings.SplitSeq(r, "\r\n") {
			if v, ok := strings.CutPrefix(line, "Proxy-Authorization: "); ok {
				value = v
			}
		}
		all = append(all, value)
	}
	return all
}

// demand is a 407 with a body, that leaves the connection open.
func demand(challenges ...string) string {
	b := "HTTP/1.1 407 Proxy Authentication Required\r\n"
	for _, c := range challenges {
		b += "Proxy-Authenticate: " + c + "\r\n"
	}
	return b + "Content-Length: 6\r\n\r\n<html>"
}

// demandClosing is one that does not.
func demandClosing(challenge string) string {
	return "HTTP/1.0 407 Proxy Authentication Required\r\nProxy-Authenticate: " + challenge + "\r\nConnection: close\r\n\r\n<html>"
}

const basicSecret = "Basic dXNlcjpzZWNyZXQ=" // user:secret

func TestBasic(t *testing.T) {
	chunked := "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nTrailer: x\r\n\r\n"
	large := "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000)
	cut := "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 10\r\n\r\nabc"
	unclear := "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
	tests := []struct {
		name    string
		scripts [][]string
	}{
		{"one connection", [][]string{{demand(`Basic realm="x"`), established}}},
		{"chunked body", [][]string{{chunked, established}}},
		{"two connections", [][]string{{demandClosing(`Basic realm="x"`)}, {established}}},
		{"large body", [][]string{{large}, {established}}},
		{"body cut off", [][]string{{cut}, {established}}},
		{"two lengths", [][]string{{unclear}, {established}}},
		{"ended though it said otherwise", [][]string{{demand(`Basic realm="x"`)}, {established}}},
		{"401", [][]string{{strings.Replace(demand(`Basic realm="x"`), "407", "401", 1), established}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScripted(t, tt.scripts...)
			p := &Proxy{Addr: "proxy:1", User: "user", Password: "secret", Forward: s.dial}
			c, err := p.DialContext(short(t), "tcp", "a:21")
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
			got := s.authorizations()
			if got[0] != "" || got[len(got)-1] != basicSecret {
				t.Errorf("authorizations %q: want none, and %q in the end", got, basicSecret)
			}
		})
	}
}

// TestLearned: the second connection authenticates at once, and once more if the proxy
// has changed its mind.
func TestLearned(t *testing.T) {
	s := newScripted(t, []string{demand("Basic"), established}, []string{established},
		[]string{demand(`Digest realm="r", nonce="n", qop="auth"`), established}, []string{established})
	p := &Proxy{Addr: "proxy:1", User: "user", Password: "secret", Forward: s.dial}
	for range 4 {
		c, err := p.DialContext(short(t), "tcp", "a:21")
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	got := s.authorizations()
	var nc []string
	for i, a := range got {
		if strings.HasPrefix(a, "Digest ") {
			_, rest, _ := strings.Cut(a, "nc=")
			nc = append(nc, rest[:8])
			got[i] = "Digest"
		}
	}
	if diff := cmp.Diff([]string{"", basicSecret, basicSecret, basicSecret, "Digest", "Digest"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"00000001", "00000002"}, nc); diff != "" {
		t.Errorf("nc mismatch (-want +got):\n%s", diff)
	}
}

// TestT79Refused: credentials that are refused are sent once, by one scheme, and stand
// in no error.
func TestT79Refused(t *testing.T) {
	const digest = `Digest realm="r", nonce="n1", qop="auth"`
	tests := []struct {
		name   string
		p      *Proxy
		script []string
		status int
		text   string
		sent   int // authorizations
	}{
		{"no credentials", &Proxy{}, []string{demand("Basic", "NTLM")}, 407, "demands credentials (it offers basic, ntlm)", 0},
		{"wrong, squid", &Proxy{User: "user", Password: "canary"}, []string{demand("Basic"), demand("Basic")}, 407, "does not accept", 1},
		{"wrong, tinyproxy", &Proxy{User: "user", Password: "canary"}, []string{demand("Basic"), "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n"}, 401, "does not accept", 1},
		{"no weaker scheme after Digest", &Proxy{User: "user", Password: "canary"}, []string{demand("Basic", digest), demand("Basic")}, 407, "by Digest", 1},
		{"other realm after Digest", &Proxy{User: "user", Password: "canary"}, []string{demand(digest), demand(`Digest realm="other", nonce="n2"`)}, 407, "by Digest", 1},
		{"stale for ever", &Proxy{User: "user", Password: "canary"}, []string{demand(digest), demand(`Digest realm="r", nonce="n2", stale=true`), demand(`Digest realm="r", nonce="n3", stale=true`)}, 407, "by Digest", 2},
		{"stale with the same nonce", &Proxy{User: "user", Password: "canary"}, []string{demand(digest), demand(digest + ", stale=true")}, 407, "by Digest", 1},
		{"unknown schemes", &Proxy{User: "user", Password: "canary"}, []string{demand("Negotiate", `Digest realm="r", nonce="n", algorithm=MD7`)}, 407, "negotiate, digest", 0},
		{"no scheme at all", &Proxy{User: "user", Password: "canary"}, []string{demand()}, 407, "no way", 0},
		{"WWW-Authenticate is not a proxy's", &Proxy{User: "user", Password: "canary"}, []string{"HTTP/1.0 401 No\r\nWWW-Authenticate: Basic\r\n\r\n"}, 401, "no way", 0},
		{"Basic in clear forbidden", &Proxy{User: "user", Password: "canary", NoClearBasic: true}, []string{demand("Basic")}, 407, "without TLS", 0},
		{"colon in Basic", &Proxy{User: "us:er", Password: "canary"}, []string{demand("Basic")}, 407, "colon", 0},
		{"redirected elsewhere", &Proxy{User: "user", Password: "canary"}, []string{demand("Basic"), "HTTP/1.1 307 Elsewhere\r\nLocation: http://other:1/\r\n\r\n"}, 307, "Elsewhere", 1},
		{"said back", &Proxy{User: "user", Password: "canary"}, []string{demand("Basic"), "HTTP/1.1 500 your password canary\r\n\r\n"}, 500, "***", 1},
		{"given header", &Proxy{User: "user", Password: "canary", Header: map[string][]string{"Proxy-Authorization": {"Bearer canary"}}}, []string{demand("Basic")}, 407, "was given", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScripted(t, tt.script)
			p := tt.p
			p.Addr, p.Forward = "proxy:1", s.dial
			_, err := p.DialContext(short(t), "tcp", "a:21")
			stage := StageAuth
			if tt.status != 407 && tt.status != 401 {
				stage = StageTarget
			}
			wantError(t, err, stage, tt.status, nil)
			if !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %q: does not hold %q", err, tt.text)
			}
			if s := fmt.Sprintf("%v %+v", err, err); strings.Contains(s, "canary") || strings.Contains(s, "Y2FuYXJ5") {
				t.Errorf("error shows the password: %s", s)
			}
			sent := 0
			for _, a := range s.authorizations() {
				if a != "" {
					sent++
				}
			}
			if sent != tt.sent {
				t.Errorf("%d authorizations were sent, want %d", sent, tt.sent)
			}
		})
	}
}

// TestEndlessDemands: a proxy that ends each connection behind its refusal does not
// keep us busy for ever.
func TestEndlessDemands(t *testing.T) {
	var scripts [][]string
	for range 100 {
		scripts = append(scripts, []string{demandClosing("Basic")})
	}
	s := newScripted(t, scripts...)
	p := &Proxy{Addr: "proxy:1", User: "user", Password: "secret", Forward: s.dial}
	_, err := p.DialContext(short(t), "tcp", "a:21")
	wantError(t, err, StageAuth, 407, nil)
	if s.dials > 2 {
		t.Errorf("%d connections", s.dials)
	}
}

// TestDomain: with Basic the domain stands before the user.
func TestDomain(t *testing.T) {
	s := newScripted(t, []string{demand("Basic"), established})
	p := &Proxy{Addr: "proxy:1", User: "user", Domain: "CORP", Password: "secret", Forward: s.dial}
	c, err := p.DialContext(short(t), "tcp", "a:21")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(`CORP\user:secret`))
	if diff := cmp.Diff([]string{"", want}, s.authorizations()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestStrongest(t *testing.T) {
	const md5, sha = `Digest realm="r", nonce="n", qop="auth", algorithm=MD5`, `Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256`
	tests := []struct {
		name, domain string
		offers       []string
		want         string
	}{
		{"all", "", []string{"Basic", md5, "NTLM", sha}, "algorithm=SHA-256"},
		{"all in one line", "", []string{`Basic realm="a, b", ` + md5 + ", NTLM, " + sha}, "algorithm=SHA-256"},
		{"Digest before NTLM", "", []string{"NTLM", md5}, "algorithm=MD5"},
		{"a domain", "D", []string{"Basic", md5, "NTLM", sha}, "NTLM TlRMTVNTUAAB"},
		{"NTLM before Basic", "", []string{"Basic", "NTLM"}, "NTLM TlRMTVNTUAAB"},
		{"Digest that cannot be", "", []string{"Basic", `Digest realm="r", nonce="n", qop="auth-int"`}, "Basic "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScripted(t, []string{demand(tt.offers...), demand(tt.offers...)})
			p := &Proxy{Addr: "proxy:1", User: "user", Password: "secret", Domain: tt.domain, Forward: s.dial}
			_, err := p.DialContext(short(t), "tcp", "a:21")
			wantError(t, err, StageAuth, 407, nil)
			if got := s.authorizations()[1]; !strings.Contains(got, tt.want) {
				t.Errorf("authorization %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestParseChallenges(t *testing.T) {
	tests := []struct {
		name   string
		values []string
		want   []challenge
	}{
		{"none", []string{"", ",,"}, nil},
		{"alone", []string{"Negotiate, NTLM"}, []challenge{{"negotiate", "", nil}, {"ntlm", "", nil}}},
		{"token", []string{"NTLM TlRM/+=="}, []challenge{{"ntlm", "TlRM/+==", nil}}},
		{"token among others", []string{`NTLM abc= , Basic realm=x`}, []challenge{{"ntlm", "abc=", nil}, {"basic", "", map[string]string{"realm": "x"}}}},
		{"quoted", []string{`Basic realm="a \"b\", c=d" , charset = UTF-8`}, []challenge{{"basic", "", map[string]string{"realm": `a "b", c=d`, "charset": "UTF-8"}}}},
		{"first of two counts", []string{`Digest nonce=a, NONCE=b`}, []challenge{{"digest", "", map[string]string{"nonce": "a"}}}},
		{"quote without end", []string{`Basic realm="a`, "NTLM"}, []challenge{{"basic", "", nil}, {"ntlm", "", nil}}},
		{"parameter without scheme", []string{`realm=x, Basic`}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := parseChallenges(tt.values)
			for i := range got {
				if len(got[i].params) == 0 {
					got[i].params = nil
				}
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(challenge{})); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnsupportedScheme(t *testing.T) {
	s := newScripted(t, []string{demand("Negotiate")})
	p := &Proxy{Addr: "proxy:1", User: "user", Password: "secret", Forward: s.dial}
	_, err := p.DialContext(short(t), "tcp", "a:21")
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error %v, want errors.ErrUnsupported", err)
	}
}
