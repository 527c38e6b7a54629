package control_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// A keyMechanism is a security mechanism of RFC 2228 for tests. Both sides know a key:
//
//	C: AUTH X-KEY
//	S: 334 ADAT=<server's random>
//	C: ADAT <client's random, proof that the client knows the key>
//	S: 335 ADAT=<proof that the server knows it>
//	C: ADAT =
//	S: 235
//
// Every message and block has a key of its own, derived from the session's key, the
// direction, the level and its number: one that comes again or elsewhere does not open.
// Level S is HMAC-SHA-256, P is AES-GCM, E is AES-CTR, which nobody can check.
type keyMechanism struct {
	key    []byte
	levels string // of PROT that it offers
	server bool
	trusts bool // whoever is at the other end

	steps          int
	own, other     []byte // randoms
	session        []byte
	sealed, opened uint64 // messages so far
}

// keyed returns New for both sides.
func keyed(key, levels string, server bool) func() protocol.Mechanism {
	return func() protocol.Mechanism {
		return &keyMechanism{key: []byte(key), levels: levels, server: server}
	}
}

const keyRandom = 16

func (m *keyMechanism) Name() string { return "X-KEY" }

func (m *keyMechanism) Step(token []byte) (answer []byte, done bool, err error) {
	m.steps++
	switch {
	case m.server && m.steps == 1:
		m.own = random()
		return m.own, false, nil
	case m.server && m.steps == 2 && len(token) > keyRandom:
		m.other = token[:keyRandom]
		m.derive(m.other, m.own)
		if err := m.check("client", token[keyRandom:]); err != nil {
			return nil, false, err
		}
		return m.proof("server"), false, nil
	case m.server && m.steps == 3 && len(token) == 0:
		return nil, true, nil
	case !m.server && m.steps == 1 && len(token) == keyRandom:
		m.own, m.other = random(), token
		m.derive(m.own, m.other)
		return append(m.own, m.proof("client")...), false, nil
	case !m.server && m.steps == 2:
		return nil, true, m.check("server", token)
	}
	return nil, false, errors.New("x-key: unexpected token")
}

func random() []byte {
	b := make([]byte, keyRandom)
	rand.Read(b)
	return b
}

func (m *keyMechanism) derive(client, server []byte) {
	m.session = mac(m.key, "session", string(client), string(server))
}

func (m *keyMechanism) proof(who string) []byte { return mac(m.session, "proof", who) }

func (m *keyMechanism) check(who string, proof []byte) error {
	if !m.trusts && subtle.ConstantTimeCompare(m.proof(who), proof) != 1 {
		return fmt.Errorf("x-key: the %s does not know the key", who)
	}
	return nil
}

func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return h.Sum(nil)
}

func (m *keyMechanism) Offers(l protocol.Level) bool {
	return strings.IndexByte(m.levels, byte(l)) >= 0
}

// A stream is what has numbers of its own in one direction.
type stream struct {
	m        *keyMechanism
	name     string
	level    protocol.Level
	incoming bool
}

func (s stream) key(n uint64) []byte {
	from := "client"
	if s.m.server != s.incoming {
		from = "server"
	}
	return mac(s.m.session, s.name, from, string(rune(s.level)), fmt.Sprint(n))
}

func (s stream) gcm(n uint64) (cipher.AEAD, []byte) {
	block, _ := aes.NewCipher(s.key(n))
	g, _ := cipher.NewGCM(block)
	return g, make([]byte, g.NonceSize())
}

func (s stream) xor(n uint64, b []byte) []byte {
	block, _ := aes.NewCipher(s.key(n))
	out := make([]byte, len(b))
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(out, b)
	return out
}

func (s stream) seal(n uint64, plain []byte) []byte {
	switch s.level {
	case protocol.LevelSafe:
		return append(mac(s.key(n), string(plain)), plain...)
	case protocol.LevelConfidential:
		return append([]byte{'E'}, s.xor(n, plain)...)
	}
	g, nonce := s.gcm(n)
	return g.Seal(nil, nonce, plain, nil)
}

var errForged = errors.New("x-key: forged, replayed or out of order")

func (s stream) open(n uint64, message []byte) ([]byte, error) {
	switch s.level {
	case protocol.LevelSafe:
		if len(message) < sha256.Size || !hmac.Equal(message[:sha256.Size], mac(s.key(n), string(message[sha256.Size:]))) {
			return nil, errForged
		}
		return message[sha256.Size:], nil
	case protocol.LevelConfidential:
		if len(message) < 1 || message[0] != 'E' {
			return nil, errForged
		}
		return s.xor(n, message[1:]), nil
	}
	g, nonce := s.gcm(n)
	plain, err := g.Open(nil, nonce, message, nil)
	if err != nil {
		return nil, errForged
	}
	return plain, nil
}

func (m *keyMechanism) Protect(l protocol.Level, plain []byte) ([]byte, error) {
	m.sealed++
	return stream{m, "control", l, false}.seal(m.sealed, plain), nil
}

func (m *keyMechanism) Unprotect(l protocol.Level, message []byte) ([]byte, error) {
	m.opened++
	return stream{m, "control", l, true}.open(m.opened, message)
}

func (m *keyMechanism) Blocks(l protocol.Level, transfer uint64) protocol.Blocks {
	name := fmt.Sprintf("data %d", transfer)
	return &keyBlocks{out: stream{m, name, l, false}, in: stream{m, name, l, true}}
}

type keyBlocks struct {
	out, in        stream
	sealed, opened uint64
}

func (b *keyBlocks) Room(buffer uint32) uint32 { return max(buffer, sha256.Size) - sha256.Size }

func (b *keyBlocks) Protect(plain []byte) ([]byte, error) {
	b.sealed++
	return b.out.seal(b.sealed, plain), nil
}

func (b *keyBlocks) Unprotect(block []byte) ([]byte, error) {
	b.opened++
	return b.in.open(b.opened, block)
}
