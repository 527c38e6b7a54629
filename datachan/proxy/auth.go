package proxy

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"github.com/Azure/go-ntlmssp"
)

// A lesson is the authentication that a proxy accepted. With it, the next request need
// not be refused first.
type lesson struct {
	scheme string
	digest *digest
	nc     uint32 // how many times the nonce of digest was used
}

// An authentication is the exchange of credentials for one request.
type authentication struct {
	p           *Proxy
	method, uri string

	sent    string  // scheme of the last answer; empty if there was none
	learned bool    // it was known from an earlier request, not asked for
	renewed bool    // a stale nonce was replaced
	digest  *digest // the challenge answered last
	nc      uint32
	step    int // for NTLM: how many of its messages were made
}

// first returns the authorization for the first request: none, unless the proxy is known
// to want one.
func (a *authentication) first() (string, error) {
	p := a.p
	if p.User == "" || p.given() {
		return "", nil
	}
	p.mu.Lock()
	l := p.learned
	if l != nil {
		a.digest = l.digest
		l.nc++
		a.nc = l.nc
	}
	p.mu.Unlock()
	if l == nil {
		return "", nil
	}
	a.learned = true
	return a.by(l.scheme, "")
}

func (p *Proxy) given() bool {
	for name := range p.Header {
		if strings.EqualFold(name, "Proxy-Authorization") {
			return true
		}
	}
	return false
}

// bound reports whether the next request must go over the connection that brought the
// last answer: NTLM's second message belongs to the connection of the challenge.
func (a *authentication) bound() bool { return a.step > 1 }

// succeeded notes what worked.
func (a *authentication) succeeded() {
	if a.sent == "" {
		return
	}
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	if l := a.p.learned; l != nil && l.scheme == a.sent && l.digest == a.digest {
		return // the count must not decrease
	}
	a.p.learned = &lesson{scheme: a.sent, digest: a.digest, nc: a.nc}
}

func (a *authentication) forget() {
	a.p.mu.Lock()
	a.p.learned = nil
	a.p.mu.Unlock()
	a.sent, a.learned, a.digest, a.step = "", false, nil, 0
}

// answer returns the authorization that a refusal asks for (407, or 401, which tinyproxy
// sends if the credentials are wrong).
func (a *authentication) answer(h *head) (string, error) {
	challenges := parseChallenges(h.header["Proxy-Authenticate"])
	switch {
	case a.p.given():
		return "", refused(h.status, "the proxy does not take the Proxy-Authorization it was given", nil)
	case a.p.User == "" && len(challenges) > 0 && !slices.ContainsFunc(challenges, func(c challenge) bool { return schemeName(c.scheme) != "" }):
		return "", refused(h.status, "the proxy demands an authentication that is not known here"+offers(challenges), errors.ErrUnsupported)
	case a.p.User == "":
		return "", refused(h.status, "the proxy demands credentials"+offers(challenges), nil)
	case a.sent == "ntlm" && a.step == 1 && h.status == 407:
		for _, c := range challenges {
			if c.scheme == "ntlm" && c.token != "" {
				return a.by("ntlm", c.token)
			}
		}
	}
	if a.learned { // what worked before may no longer work
		a.forget()
	}
	if a.sent == "digest" && !a.renewed && h.status == 407 {
		// "stale: ... the client may wish to simply retry the request with a new
		// encrypted response" (RFC 7616, Section 3.3).
		if d, stale := bestDigest(challenges); d != nil && stale && d.nonce != a.digest.nonce {
			a.renewed = true
			a.digest, a.nc = d, 1
			return a.by("digest", "")
		}
	}
	if a.sent != "" {
		return "", refused(h.status, "the proxy does not accept these credentials (by "+schemeName(a.sent)+")", nil)
	}
	return a.choose(h, challenges)
}

// choose picks the strongest scheme that is offered.
func (a *authentication) choose(h *head, challenges []challenge) (string, error) {
	offered := map[string]bool{}
	for _, c := range challenges {
		offered[c.scheme] = true
	}
	d, _ := bestDigest(challenges)
	switch {
	case len(challenges) == 0:
		return "", refused(h.status, "the proxy refuses to serve us and names no way to authenticate", nil)
	case offered["ntlm"] && (a.p.Domain != "" || d == nil):
		return a.by("ntlm", "")
	case d != nil:
		a.digest, a.nc = d, 1
		return a.by("digest", "")
	case offered["basic"] && a.p.TLS == nil && a.p.NoClearBasic:
		return "", refused(h.status, "the proxy offers Basic only, which would show the password on a connection without TLS", nil)
	case offered["basic"]:
		return a.by("basic", "")
	}
	return "", refused(h.status, "no way to authenticate that the proxy offers is known"+offers(challenges), errors.ErrUnsupported)
}

// by returns the authorization with one scheme. token is NTLM's challenge, if any.
func (a *authentication) by(scheme, token string) (string, error) {
	a.sent = scheme
	p := a.p
	user := p.User
	if p.Domain != "" {
		user = p.Domain + `\` + user
	}
	switch scheme {
	case "digest":
		return a.digest.authorize(user, p.Password, a.method, a.uri, rand.Text(), max(a.nc, 1)), nil
	case "ntlm":
		a.step++
		return ntlm(user, p.Password, token)
	}
	if strings.Contains(user, ":") {
		return "", refused(407, "a user with a colon cannot be named in Basic", nil)
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+p.Password)), nil
}

// ntlm returns the first message of NTLM, or the answer to the proxy's.
func ntlm(user, password, token string) (string, error) {
	var message []byte
	var err error
	if token == "" {
		message, err = ntlmssp.NewNegotiateMessage("", "")
	} else {
		var theirs []byte
		if theirs, err = base64.StdEncoding.DecodeString(token); err == nil {
			message, err = ntlmssp.NewAuthenticateMessage(normal(theirs), user, password, nil)
		}
	}
	if err != nil {
		return "", refused(407, "the NTLM message of the proxy cannot be answered", err)
	}
	return "NTLM " + base64.StdEncoding.EncodeToString(message), nil
}

// normal brings an NTLM challenge to the form that every reader accepts. It drops the
// target name, which is not needed. The target information counts as missing if the fixed
// part of the message ends before it, as with old servers, or if it points outside of the
// message, as in squid's ntlm_fake_auth 5.7.
func normal(m []byte) []byte {
	const unicode, targetInfo = 1 << 0, 1 << 23
	if len(m) < 32 || string(m[:8]) != "NTLMSSP\x00" {
		return m // the reader reports an error
	}
	flags := binary.LittleEndian.Uint32(m[20:])
	var info []byte
	if flags&targetInfo != 0 && len(m) >= 48 {
		n, from := uint64(binary.LittleEndian.Uint16(m[40:])), uint64(binary.LittleEndian.Uint32(m[44:]))
		if from+n <= uint64(len(m)) {
			info = m[from : from+n]
		}
	}
	const fixed = 48
	n := make([]byte, fixed, fixed+len(info))
	copy(n, m[:12])
	binary.LittleEndian.PutUint32(n[20:], flags|unicode)
	copy(n[24:32], m[24:32])
	binary.LittleEndian.PutUint16(n[40:], uint16(len(info)))
	binary.LittleEndian.PutUint16(n[42:], uint16(len(info)))
	binary.LittleEndian.PutUint32(n[44:], fixed)
	return append(n, info...)
}

// bestDigest returns the strongest Digest challenge that can be answered, and whether the
// proxy only refused because the nonce was too old.
func bestDigest(challenges []challenge) (best *digest, stale bool) {
	for _, c := range challenges {
		if c.scheme != "digest" {
			continue
		}
		if d, ok := newDigest(c); ok && (best == nil || d.strength > best.strength) {
			best, stale = d, strings.EqualFold(c.params["stale"], "true")
		}
	}
	return best, stale
}

func offers(challenges []challenge) string {
	var names []string
	for _, c := range challenges {
		names = append(names, c.scheme)
	}
	return shorten(" (it offers " + cmp.Or(strings.Join(names, ", "), "no way to give them") + ")")
}

func schemeName(s string) string {
	return map[string]string{"basic": "Basic", "digest": "Digest", "ntlm": "NTLM"}[s]
}
