package tlsx

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// sessionIDsWork runs the self-test once, without network, and returns nil or a
// *[SessionIDError]. It proves that this version of crypto/tls writes, byte for byte, the
// session encoding that is built here, reads its randomness in the expected order, and
// resumes with a session built here.
var sessionIDsWork = sync.OnceValue(func() error {
	if err := checkSessionIDs(); err != nil {
		return &SessionIDError{fmt.Errorf("self-test with this version of crypto/tls: %w", err)}
	}
	return nil
})

func checkSessionIDs() error {
	server, client, err := checkConfigs()
	if err != nil {
		return err
	}
	own, made, err := checkSession(server, client.Clone())
	if err != nil {
		return err
	}
	return checkResumption(server, client.Clone(), own, made)
}

// checkSession makes a session twice: as crypto/tls keeps it with its ticket, and as it
// is built here. The encodings must be the same.
func checkSession(server, client *tls.Config) (sessionTicket []byte, made *ticket, err error) {
	store := &ticketStore{}
	secrets := &secretLog{}
	defer secrets.wipe()
	client.ClientSessionCache = controlCache{store}
	client.KeyLogWriter = secrets
	t := &tap{keepMost: maxServerHello}
	c, _, err := checkHandshake(server, client, t)
	if err != nil {
		return nil, nil, err
	}
	hello, ok := readServerHello(t.received())
	entry := store.pick()
	if !ok || entry == nil {
		return nil, nil, errors.New("no ServerHello, or no session")
	}
	sessionTicket, state, err := entry.state.ResumptionState()
	if err != nil {
		return nil, nil, err
	}
	theirs, err := state.Bytes()
	if err != nil {
		return nil, nil, err
	}
	ours := encodeSession(c, secrets.masterSecret(), hello.extendedMasterSecret, time.Now())
	if !sameSession(ours, theirs) {
		return nil, nil, errors.New("the encoding of sessions is another")
	}
	// crypto/tls's server issues no session IDs, so one is made up.
	hello.sessionID = make([]byte, sessionIDLen)
	rand.Read(hello.sessionID)
	made, err = newIDTicket(c, hello, secrets, sessionTicket, time.Now())
	return sessionTicket, made, err
}

// checkResumption resumes with the session made here. The server finds it by the ticket,
// because the server of crypto/tls has no other way; the client finds it by the ID.
func checkResumption(server, client *tls.Config, sessionTicket []byte, made *ticket) error {
	t := &tap{}
	v := &dataView{store: &ticketStore{id: made}, started: t.wrote.Load}
	client.ClientSessionCache = v
	v.offerSessionID(client, t)
	var carried []byte
	next := t.first
	t.first = func(b []byte) error {
		carried = bytes.Clone(clientHelloSessionID(b))
		return next(b)
	}
	c, s, err := checkHandshake(server, client, t)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(carried, made.id):
		return errIDNotSent
	case !c.DidResume || !s.DidResume:
		return fmt.Errorf("resumed: client %v, server %v", c.DidResume, s.DidResume)
	case len(c.VerifiedChains) == 0 || len(sessionTicket) == 0:
		return errors.New("the session resumed is not whole")
	}
	return nil
}

// checkHandshake runs a handshake between both in memory.
func checkHandshake(server, client *tls.Config, t *tap) (c, s *tls.ConnectionState, err error) {
	near, far := net.Pipe() // enough for TLS 1.2, where the ends write in turn
	deadline := time.Now().Add(patience.SelfTest.Default)
	near.SetDeadline(deadline)
	far.SetDeadline(deadline)
	t.Conn, t.ownDeadlines = near, true
	sc := tls.Server(far, server)
	done := make(chan error, 1)
	go func() {
		err := sc.Handshake()
		if err != nil {
			far.Close()
		}
		done <- err
	}()
	cc := tls.Client(t, client)
	err = cc.Handshake()
	near.Close()
	if serr := <-done; err == nil {
		err = serr
	}
	far.Close()
	if err != nil {
		return nil, nil, err
	}
	cs, ss := cc.ConnectionState(), sc.ConnectionState()
	return &cs, &ss, nil
}

// checkConfigs returns the configurations of a TLS 1.2 server, whose certificate has
// everything that a session can hold of one, and of a client that verifies it.
func checkConfigs() (server, client *tls.Config, err error) {
	const host = "self.test"
	now := time.Now()
	template := func(serial int64) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(serial),
			Subject:      pkix.Name{CommonName: host},
			NotBefore:    now.Add(-time.Hour),
			NotAfter:     now.Add(time.Hour),
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	ca := template(1)
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	leaf := template(2)
	leaf.DNSNames = []string{host}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	root, err := x509.ParseCertificate(caDER)
	if err != nil {
		return nil, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	server = &tls.Config{
		MinVersion: tls.VersionTLS12,
		MaxVersion: tls.VersionTLS12,
		Certificates: []tls.Certificate{{
			Certificate:                 [][]byte{leafDER, caDER},
			PrivateKey:                  key,
			OCSPStaple:                  []byte("staple"),
			SignedCertificateTimestamps: [][]byte{[]byte("first"), []byte("second")},
		}},
	}
	client = &tls.Config{
		MinVersion: tls.VersionTLS12,
		MaxVersion: tls.VersionTLS12,
		ServerName: host,
		RootCAs:    roots,
	}
	return server, client, nil
}
