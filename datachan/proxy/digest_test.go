package proxy

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDigestVectors: RFC 7616, Section 3.9.1 and 3.9.2, the latter as corrected by
// erratum 4897, and RFC 2617, Section 3.5.
func TestDigestVectors(t *testing.T) {
	const (
		realm  = `realm="http-auth@example.org", `
		nonce  = `nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", `
		opaque = `opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
		cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
	)
	tests := []struct {
		name, challenge, user, password, uri, cnonce string
		want                                         map[string]string
	}{
		{"MD5", "Digest " + realm + nonce + `qop="auth, auth-int", algorithm=MD5, ` + opaque,
			"Mufasa", "Circle of Life", "/dir/index.html", cnonce,
			map[string]string{"username": "Mufasa", "response": "8ca523f5e9506fed4657c9700eebdbec", "algorithm": "MD5", "userhash": ""}},
		{"SHA-256", "Digest " + realm + nonce + `qop="auth, auth-int", algorithm=SHA-256, ` + opaque,
			"Mufasa", "Circle of Life", "/dir/index.html", cnonce,
			map[string]string{"username": "Mufasa", "response": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", "algorithm": "SHA-256", "userhash": ""}},
		{"SHA-512-256 with userhash", `Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, ` +
			`nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true`,
			"Jäsøn Doe", "Secret, or not?", "/doe.json", "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
			map[string]string{"username": "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b",
				"response": "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5", "algorithm": "SHA-512-256", "userhash": "true"}},
		{"no algorithm", `Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`,
			"Mufasa", "Circle Of Life", "/dir/index.html", "0a4f113b",
			map[string]string{"username": "Mufasa", "response": "6629fae49393a05397450978507c4ef1", "algorithm": "", "userhash": ""}},
		// Without qop: H(H(A1):nonce:H(A2)), RFC 2069 as corrected by its erratum 749.
		{"RFC 2069", `Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`,
			"Mufasa", "CircleOfLife", "/dir/index.html", "",
			map[string]string{"username": "Mufasa", "response": "1949323746fe6a43ef61f9606e7febea", "algorithm": "", "userhash": ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, ok := newDigest(parseChallenges([]string{tt.challenge})[0])
			if !ok {
				t.Fatal("the challenge is not known")
			}
			got := parseChallenges([]string{d.authorize(tt.user, tt.password, "GET", tt.uri, tt.cnonce, 1)})[0].params
			for k, want := range tt.want {
				if got[k] != want {
					t.Errorf("%s = %q, want %q", k, got[k], want)
				}
			}
			if got["uri"] != tt.uri || got["nonce"] == "" || got["opaque"] == "" {
				t.Errorf("uri, nonce or opaque missing: %v", got)
			}
			if _, qop := got["qop"]; qop != (tt.cnonce != "") {
				t.Errorf("qop is there: %v", qop)
			}
		})
	}
}

func TestDigestUnknown(t *testing.T) {
	for _, c := range []string{
		`Digest realm="r", nonce="n", algorithm=SHA-1`,
		`Digest realm="r", nonce="n", qop="auth-int"`,
		`Digest realm="r", nonce="n", qop=""`,
		`Digest realm="r"`,
		`Digest realm="r", nonce="n", algorithm=MD5-sess`,
	} {
		if d, ok := newDigest(parseChallenges([]string{c})[0]); ok {
			t.Errorf("%s: %+v", c, d)
		}
	}
}

// TestDigestExchange has a proxy check what it is sent, by the formula of the RFC
// spelled out.
func TestDigestExchange(t *testing.T) {
	for _, algorithm := range []string{"MD5", "MD5-sess", "SHA-256", "SHA-256-sess"} {
		t.Run(algorithm, func(t *testing.T) {
			const head = `Digest realm="squid \"x\"", qop="auth", algorithm=`
			s := newScripted(t, []string{demand(head + algorithm + `, nonce="old"`), demand(head + algorithm + `, nonce="new", stale=TRUE`), established})
			p := &Proxy{Addr: "proxy:1", User: `a"b`, Password: "secret", Forward: s.dial}
			c, err := p.DialContext(short(t), "tcp", "a:21")
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
			for i, nonce := range []string{"old", "new"} {
				line := s.authorizations()[i+1]
				got := parseChallenges([]string{line})[0].params
				d := &digest{newHash: nil}
				if k, ok := newDigest(challenge{scheme: "digest", params: map[string]string{"algorithm": strings.TrimSuffix(algorithm, "-sess"), "nonce": "x"}}); ok {
					d = k
				}
				a1 := d.h(`a"b:squid "x":secret`)
				if strings.HasSuffix(algorithm, "-sess") {
					a1 = d.h(a1 + ":" + nonce + ":" + got["cnonce"])
				}
				want := d.h(a1 + ":" + nonce + ":00000001:" + got["cnonce"] + ":auth:" + d.h("CONNECT:a:21"))
				if diff := cmp.Diff(want, got["response"]); diff != "" || got["nonce"] != nonce || len(got["cnonce"]) < 16 {
					t.Errorf("authorization %d: %s\nmismatch (-want +got):\n%s", i, line, diff)
				}
			}
		})
	}
}

// TestDigestCount: connections that are made at once never use a count of a nonce
// twice, which a proxy would take for a replay.
func TestDigestCount(t *testing.T) {
	const n = 20
	scripts := [][]string{{demand(`Digest realm="r", nonce="n", qop="auth"`), established}}
	for range n {
		scripts = append(scripts, []string{established})
	}
	s := newScripted(t, scripts...)
	p := &Proxy{Addr: "proxy:1", User: "user", Password: "secret", Forward: s.dial}
	dial := func() {
		c, err := p.DialContext(short(t), "tcp", "a:21")
		if err != nil {
			t.Error(err)
			return
		}
		c.Close()
	}
	dial()
	var wait sync.WaitGroup
	for range n {
		wait.Go(dial)
	}
	wait.Wait()
	seen := map[string]bool{}
	for _, a := range s.authorizations()[1:] {
		nc := parseChallenges([]string{a})[0].params["nc"]
		if nc == "" || seen[nc] {
			t.Errorf("count %q is missing or comes twice", nc)
		}
		seen[nc] = true
	}
	if len(seen) != n+1 {
		t.Errorf("%d counts, want %d", len(seen), n+1)
	}
}
