package conformance

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"strings"
	"sync"
)

// crypto/tls sends neither a KeyUpdate nor a ClientHello inside TLS. It tells its secrets
// to a KeyLogWriter, so that a case can encrypt such records beside it.

// A keyLog keeps what crypto/tls writes to a KeyLogWriter.
type keyLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (k *keyLog) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.Write(b)
}

// secret returns the secret with a label.
func (k *keyLog) secret(label string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for line := range strings.Lines(k.text.String()) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == label {
			return hex.DecodeString(f[2])
		}
	}
	return nil, errors.New("crypto/tls does not tell the secret " + label)
}

// random returns the client's random, which names the connection in the log.
func (k *keyLog) random() ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := strings.Fields(k.text.String())
	if len(f) < 2 {
		return nil, errors.New("crypto/tls tells no secret")
	}
	return hex.DecodeString(f[1])
}

// A firstBytes keeps what has come first.
type firstBytes struct {
	net.Conn
	head []byte
}

func (c *firstBytes) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.head = append(c.head, b[:min(n, max(0, 128-len(c.head)))]...)
	return n, err
}

// newGCM returns AES-GCM with a key.
func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// A sealer13 encrypts the client's records of TLS 1.3.
type sealer13 struct {
	hash   func() hash.Hash
	keyLen int
	secret []byte
	seq    uint64
}

// newSealer13 takes over from a connection that has sent nothing since its handshake.
func newSealer13(suite uint16, log *keyLog) (*sealer13, error) {
	s := &sealer13{hash: sha256.New, keyLen: 16}
	switch suite {
	case tls.TLS_AES_128_GCM_SHA256:
	case tls.TLS_AES_256_GCM_SHA384:
		s.hash, s.keyLen = sha512.New384, 32
	default:
		return nil, fmt.Errorf("the server has chosen %s, and only AES-GCM can be done by hand", tls.CipherSuiteName(suite))
	}
	var err error
	s.secret, err = log.secret("CLIENT_TRAFFIC_SECRET_0")
	return s, err
}

// expand is HKDF-Expand-Label without a context (RFC 8446, Section 7.1).
func (s *sealer13) expand(label string, n int) ([]byte, error) {
	info := binary.BigEndian.AppendUint16(nil, uint16(n))
	label = "tls13 " + label
	info = append(info, byte(len(label)))
	info = append(info, label...)
	return hkdf.Expand(s.hash, s.secret, string(append(info, 0)), n)
}

// record returns one encrypted record.
func (s *sealer13) record(kind byte, body []byte) ([]byte, error) {
	key, err := s.expand("key", s.keyLen)
	if err != nil {
		return nil, err
	}
	nonce, err := s.expand("iv", 12)
	if err != nil {
		return nil, err
	}
	aead, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	for i, b := range binary.BigEndian.AppendUint64(nil, s.seq) {
		nonce[4+i] ^= b
	}
	s.seq++
	inner := append(bytes.Clone(body), kind)
	head := binary.BigEndian.AppendUint16([]byte{recordData, 3, 3}, uint16(len(inner)+aead.Overhead()))
	return aead.Seal(head, nonce, inner, head), nil
}

// update goes on to the next key, as a KeyUpdate announces.
func (s *sealer13) update() (err error) {
	s.secret, err = s.expand("traffic upd", len(s.secret))
	s.seq = 0
	return err
}

// gcm12 are the suites of TLS 1.2 whose records seal12 encrypts.
var gcm12 = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
}

// seal12 returns one encrypted record of TLS 1.2: the client's first one after its
// Finished.
func seal12(log *keyLog, serverHello []byte, kind byte, body []byte) ([]byte, error) {
	master, err := log.secret("CLIENT_RANDOM")
	if err != nil {
		return nil, err
	}
	client, err := log.random()
	if err != nil {
		return nil, err
	}
	if len(serverHello) < 43 || serverHello[0] != recordHandshake || serverHello[5] != 2 {
		return nil, errors.New("the server's first record is no ServerHello")
	}
	block := prf12(master, "key expansion", append(bytes.Clone(serverHello[11:43]), client...), 40)
	aead, err := newGCM(block[:16])
	if err != nil {
		return nil, err
	}
	seq := binary.BigEndian.AppendUint64(nil, 1)
	nonce := append(bytes.Clone(block[32:36]), seq...)
	data := append(bytes.Clone(seq), kind, 3, 3, byte(len(body)>>8), byte(len(body)))
	return tlsRecord(kind, tls.VersionTLS12, append(seq, aead.Seal(nil, nonce, body, data)...)), nil
}

// prf12 is the pseudorandom function of TLS 1.2 with SHA-256 (RFC 5246, Section 5).
func prf12(secret []byte, label string, seed []byte, n int) []byte {
	mac := func(parts ...[]byte) []byte {
		h := hmac.New(sha256.New, secret)
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	seed = append([]byte(label), seed...)
	var out []byte
	for a := mac(seed); len(out) < n; a = mac(a) {
		out = append(out, mac(a, seed)...)
	}
	return out[:n]
}

// renegotiates starts a second handshake inside TLS 1.2, and reports whether the server
// takes part in it. The answer shows by the type of its record alone.
func (t *T) renegotiates() (yes bool, answer string) {
	conn := &firstBytes{Conn: t.bare()}
	log := &keyLog{}
	// Nothing is sent on this connection, so that its certificate does not matter.
	tc := tls.Client(conn, &tls.Config{
		MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: gcm12,
		InsecureSkipVerify: true, ServerName: t.run.host, KeyLogWriter: log,
	})
	if err := tc.Handshake(); err != nil {
		t.Skipf("no TLS 1.2 with a suite that can be done by hand: %v", err)
	}
	st := tc.ConnectionState()
	t.c.event("TLS is up: TLS 1.2, " + tls.CipherSuiteName(st.CipherSuite))
	// The value of RFC 5929 is the client's Finished, which RFC 5746 asks for.
	hello := (&offer{version: tls.VersionTLS12, suites: gcm12}).message(t.run.host, st.TLSUnique)
	wire, err := seal12(log, conn.head, recordHandshake, hello)
	if err != nil {
		t.Skipf("no ClientHello inside TLS can be made: %v", err)
	}
	t.c.event("a ClientHello inside TLS")
	conn.Write(wire)
	for range 4 {
		kind, _, err := readRecord(conn)
		switch {
		case err == io.EOF || isReset(err) || errors.Is(err, io.ErrUnexpectedEOF):
			return false, "the connection ended"
		case err != nil:
			return false, "nothing came: " + err.Error()
		case kind == recordAlert:
			return false, "an alert"
		case kind == recordHandshake:
			return true, "a handshake"
		}
	}
	return false, "data, and no handshake"
}
