package tlsx

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"io"
	"sync"
	"time"
)

const (
	masterSecretLen = 48 // RFC 5246, Section 8.1

	sessionOfClient  = 2
	extStatusRequest = 5
	extSCT           = 18
	statusOCSP       = 1
)

// encodeSession returns the encoding that tls.ParseSessionState reads, as it is
// documented in crypto/tls's ticket.go, for the client's session of TLS 1.2
// with this state and master secret. The slice becomes part of the session.
func encodeSession(st *tls.ConnectionState, secret []byte, ems bool, created time.Time) []byte {
	be := binary.BigEndian
	b := be.AppendUint16(nil, st.Version)
	b = append(b, sessionOfClient)
	b = be.AppendUint16(b, st.CipherSuite)
	b = be.AppendUint64(b, uint64(created.Unix()))
	b = append(b, byte(len(secret)))
	b = append(b, secret...)
	b = appendVector(b, 3, nil) // extra
	b = append(b, boolByte(ems))
	b = append(b, 0) // early data
	b = appendVector(b, 3, encodeCertificates(st))
	var chains []byte
	for _, chain := range st.VerifiedChains {
		var c []byte
		for _, cert := range chain[min(1, len(chain)):] { // without the leaf
			c = appendVector(c, 3, cert.Raw)
		}
		chains = appendVector(chains, 3, c)
	}
	b = appendVector(b, 3, chains)
	return be.AppendUint16(b, uint16(st.CurveID))
}

// encodeCertificates returns the entries of a certificate_list (RFC 8446, Section 4.4.2),
// the first of which has the staple and the timestamps.
func encodeCertificates(st *tls.ConnectionState) []byte {
	var b []byte
	for i, cert := range st.PeerCertificates {
		b = appendVector(b, 3, cert.Raw)
		var ext []byte
		if i == 0 {
			ext = encodeExtensions(st)
		}
		b = appendVector(b, 2, ext)
	}
	return b
}

func encodeExtensions(st *tls.ConnectionState) []byte {
	var b []byte
	if st.OCSPResponse != nil {
		b = binary.BigEndian.AppendUint16(b, extStatusRequest)
		b = appendVector(b, 2, appendVector([]byte{statusOCSP}, 3, st.OCSPResponse))
	}
	if st.SignedCertificateTimestamps != nil {
		var list []byte
		for _, sct := range st.SignedCertificateTimestamps {
			list = appendVector(list, 2, sct)
		}
		b = binary.BigEndian.AppendUint16(b, extSCT)
		b = appendVector(b, 2, appendVector(nil, 2, list))
	}
	return b
}

// appendVector appends the length of v in n bytes, then v (RFC 8446, Section 3.4).
func appendVector(b []byte, n int, v []byte) []byte {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(v)))
	return append(append(b, length[8-n:]...), v...)
}

func boolByte(v bool) byte {
	if v {
		return 1
	}
	return 0
}

// A secretLog takes the master secret of one handshake from the key log that crypto/tls
// writes, and passes the log on to the caller's log, if any.
type secretLog struct {
	next io.Writer // or nil

	mu     sync.Mutex
	secret [masterSecretLen]byte
	have   bool
	wiped  bool
}

// Write takes one line of the NSS key log format: label, client random, secret.
func (l *secretLog) Write(line []byte) (int, error) {
	l.take(line)
	if l.next != nil {
		return l.next.Write(line)
	}
	return len(line), nil
}

func (l *secretLog) take(line []byte) {
	f := bytes.Fields(line)
	if len(f) != 3 || string(f[0]) != "CLIENT_RANDOM" || len(f[2]) != 2*masterSecretLen {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wiped {
		return
	}
	_, err := hex.Decode(l.secret[:], f[2])
	l.have = err == nil
}

// masterSecret returns the secret, or nil. It is valid until wipe.
func (l *secretLog) masterSecret() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.have {
		return nil
	}
	return l.secret[:]
}

// wipe erases the secret. Later lines are only passed on.
func (l *secretLog) wipe() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.secret[:])
	l.have, l.wiped = false, true
}

func randOf(c *tls.Config) io.Reader {
	if c.Rand != nil {
		return c.Rand
	}
	return rand.Reader
}

// sameSession reports whether two encodings differ in the time of creation at
// most.
func sameSession(a, b []byte) bool {
	const from, to = 5, 13 // after version, type and cipher suite
	return len(a) > to && len(a) == len(b) && bytes.Equal(a[:from], b[:from]) && bytes.Equal(a[to:], b[to:])
}
