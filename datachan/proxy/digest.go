package proxy

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// A digest is a challenge of the scheme Digest (RFC 7616) that can be answered.
type digest struct {
	realm, nonce, opaque string
	algorithm            string // as the proxy wrote it; empty means MD5
	newHash              func() hash.Hash
	session              bool // -sess
	qop                  bool // qop=auth; if false, the answer is that of RFC 2069
	userhash             bool
	strength             int
}

// newDigest returns false for a challenge with an unknown algorithm or quality of
// protection.
func newDigest(c challenge) (*digest, bool) {
	d := &digest{
		realm: c.params["realm"], nonce: c.params["nonce"], opaque: c.params["opaque"],
		algorithm: c.params["algorithm"],
		userhash:  strings.EqualFold(c.params["userhash"], "true"),
	}
	name, session := strings.CutSuffix(strings.ToUpper(d.algorithm), "-SESS")
	d.session = session
	switch name {
	case "MD5", "":
		d.newHash, d.strength = md5.New, 1
	case "SHA-256":
		d.newHash, d.strength = sha256.New, 2
	case "SHA-512-256":
		d.newHash, d.strength = sha512.New512_256, 3
	default:
		return nil, false
	}
	qop, offered := c.params["qop"]
	if offered {
		for q := range strings.SplitSeq(qop, ",") {
			d.qop = d.qop || strings.EqualFold(strings.TrimSpace(q), "auth")
		}
		if !d.qop {
			return nil, false // only auth-int is offered
		}
	}
	return d, d.nonce != "" && (!d.session || d.qop)
}

func (d *digest) h(parts ...string) string {
	h := d.newHash()
	h.Write([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h.Sum(nil))
}

// authorize returns the value of Proxy-Authorization. nc is how many times the nonce was
// used, including this time.
func (d *digest) authorize(user, password, method, uri, cnonce string, nc uint32) string {
	a1 := d.h(user, d.realm, password)
	if d.session {
		a1 = d.h(a1, d.nonce, cnonce)
	}
	a2 := d.h(method, uri)
	count := fmt.Sprintf("%08x", nc)
	response := d.h(a1, d.nonce, a2)
	if d.qop {
		response = d.h(a1, d.nonce, count, cnonce, "auth", a2)
	}
	if d.userhash {
		user = d.h(user, d.realm)
	}
	fields := []string{
		"username=" + quoted(user), "realm=" + quoted(d.realm), "nonce=" + quoted(d.nonce),
		"uri=" + quoted(uri), "response=" + quoted(response),
	}
	if d.algorithm != "" {
		fields = append(fields, "algorithm="+d.algorithm)
	}
	if d.opaque != "" {
		fields = append(fields, "opaque="+quoted(d.opaque))
	}
	if d.qop {
		fields = append(fields, "qop=auth", "nc="+count, "cnonce="+quoted(cnonce))
	}
	if d.userhash {
		fields = append(fields, "userhash=true")
	}
	return "Digest " + strings.Join(fields, ", ")
}

// quoted returns a quoted string (RFC 9110, Section 5.6.4).
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
