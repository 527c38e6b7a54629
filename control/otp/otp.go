// Package otp answers one-time password challenges: RFC 2289, its predecessor
// RFC 1938, and S/KEY (RFC 1760).
//
// The server names an algorithm, a sequence number and a seed; the answer is the
// secret pass phrase, hashed with the seed as often as the number says. What crosses
// the network is good for one login, and the pass phrase never does.
package otp

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// An Algorithm is a hash of RFC 2289, Section 6 and Appendix A.
type Algorithm uint8

// The algorithms. The zero value is one that this package does not know.
const (
	Unknown Algorithm = iota // a challenge of this one cannot be answered
	MD4                      // RFC 1320
	MD5                      // RFC 1321
	SHA1                     // FIPS 180-1
)

// String returns "md4", "md5", "sha1" or "unknown".
func (a Algorithm) String() string {
	switch a {
	case MD4:
		return "md4"
	case MD5:
		return "md5"
	case SHA1:
		return "sha1"
	}
	return "unknown"
}

// A Challenge is what the server asks.
type Challenge struct {
	Algorithm Algorithm // the hash that is applied
	Sequence  int       // how often the hash is applied: 0 to 9999; it goes down with each login
	Seed      string    // 1 to 16 letters and digits
	Text      string    // as it stood in the reply: "otp-md5 487 dog2"
}

// challenge is the syntax of RFC 2289, Section 7.1, and the spellings of the
// servers that came before it. RFC 2444, Section 4 adds words after the seed.
var challenge = regexp.MustCompile(`(?i)(?:^|[^a-z0-9])((otp-[a-z0-9]+|s/key(?:[ \t]+md[45])?|opiekey)[ \t]+([0-9]{1,4})[ \t]+([a-z0-9]{1,16}))(?:$|[^a-z0-9])`)

// Find returns the challenge in the text of a reply. ok is false if there is none.
// An algorithm that this package lacks is Unknown.
//
// S/KEY without a hash's name is taken for MD5, as other clients do, though
// RFC 1760 began with MD4.
func Find(text string) (c Challenge, ok bool) {
	m := challenge.FindStringSubmatch(text)
	if m == nil {
		return c, false
	}
	c.Text, c.Seed = m[1], m[4]
	c.Sequence, _ = strconv.Atoi(m[3])
	switch name := strings.ToLower(m[2]); {
	case name == "otp-md4", strings.HasSuffix(name, "md4"):
		c.Algorithm = MD4
	case name == "otp-sha1":
		c.Algorithm = SHA1
	case name == "otp-md5", !strings.HasPrefix(name, "otp-"):
		c.Algorithm = MD5
	}
	return c, true
}

// A Response is the answer: 64 bits, in one of two forms that every server of
// RFC 2289 takes.
type Response [8]byte

// Answer computes the answer to c. An algorithm that is Unknown is an error.
func (c Challenge) Answer(passphrase string) (Response, error) {
	if c.Algorithm == Unknown || c.Algorithm > SHA1 {
		return Response{}, fmt.Errorf("otp: the algorithm of %q is not known here", c.Text)
	}
	// The seed counts in lower case (RFC 2289, Section 6.0).
	r := c.Algorithm.fold([]byte(strings.ToLower(c.Seed) + passphrase))
	for range c.Sequence {
		r = c.Algorithm.fold(r[:])
	}
	return r, nil
}

// fold hashes b and folds the digest to 64 bits (RFC 2289, Appendix A).
func (a Algorithm) fold(b []byte) (r Response) {
	switch a {
	case MD4:
		sum := md4(b)
		xor(r[:], sum[:8], sum[8:])
	case MD5:
		sum := md5.Sum(b)
		xor(r[:], sum[:8], sum[8:])
	case SHA1:
		sum := sha1.Sum(b)
		word := func(i int) uint32 { return binary.BigEndian.Uint32(sum[4*i:]) }
		// SHA-1 is big-endian, and its words leave in little-endian order.
		binary.LittleEndian.PutUint32(r[:4], word(0)^word(2)^word(4))
		binary.LittleEndian.PutUint32(r[4:], word(1)^word(3))
	}
	return r
}

func xor(dst, a, b []byte) {
	for i := range dst {
		dst[i] = a[i] ^ b[i]
	}
}

// Hex returns r as sixteen digits in groups of four.
func (r Response) Hex() string {
	return fmt.Sprintf("%04X %04X %04X %04X", r[0:2], r[2:4], r[4:6], r[6:8])
}

// Words returns r as six words (RFC 2289, Section 6 and Appendix D).
func (r Response) Words() string {
	bits := binary.BigEndian.Uint64(r[:])
	words := make([]string, 6)
	for i := range 5 {
		words[i] = dictionary()[bits>>(53-11*i)&0x7ff]
	}
	// The last nine bits, and a checksum of two: the sum of all pairs of bits.
	words[5] = dictionary()[bits&0x1ff<<2|checksum(bits)]
	return strings.Join(words, " ")
}

func checksum(bits uint64) uint64 {
	var sum uint64
	for ; bits != 0; bits >>= 2 {
		sum += bits & 3
	}
	return sum & 3
}
