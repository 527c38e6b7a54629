package tlsx

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// crypto/tls's server neither issues nor takes session IDs, so the other side of
// these tests is the self-test's: the conformance/interop package has servers
// that do.

func TestSessionIDSelfTest(t *testing.T) {
	if err := checkSessionIDs(); err != nil {
		t.Errorf("this version of crypto/tls: %v", err)
	}
	if err := sessionIDsWork(); err != nil {
		t.Error(err)
	}
}

// The self-test fails where it should: it is the only guard of an encoding that
// may change.
func TestSessionIDSelfTestCanFail(t *testing.T) {
	server, client, err := checkConfigs()
	if err != nil {
		t.Fatal(err)
	}
	sessionTicket, made, err := checkSession(server, client.Clone())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("order of randomness", func(t *testing.T) {
		c := client.Clone()
		v := &dataView{store: &ticketStore{id: made}, started: func() bool { return false }}
		tp := &tap{}
		c.ClientSessionCache = v
		v.offerSessionID(c, tp)
		c.Rand.(*sessionIDRand).reads.Add(1) // as if crypto/tls had read once before
		if _, _, err := checkHandshake(server, c, tp); !errors.Is(err, errIDNotSent) {
			t.Errorf("handshake = %v, want %v", err, errIDNotSent)
		}
		if tp.wrote.Load() {
			t.Error("a ClientHello was sent")
		}
		if v.store.id != nil || v.store.idErr == nil {
			t.Errorf("the store keeps the ID: %v", v.store.idErr)
		}
	})
	t.Run("secret", func(t *testing.T) {
		_, state, err := made.state.ResumptionState()
		if err != nil {
			t.Fatal(err)
		}
		b, err := state.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		b[14] ^= 1 // behind version, type, suite, time and length
		if state, err = tls.ParseSessionState(b); err != nil {
			t.Fatal(err)
		}
		cs, err := tls.NewResumptionState(sessionTicket, state)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkResumption(server, client.Clone(), sessionTicket, &ticket{state: cs, id: made.id}); err == nil {
			t.Error("a session with another master secret was resumed")
		}
	})
	t.Run("nothing to resume", func(t *testing.T) {
		s := server.Clone()
		s.SessionTicketsDisabled = true
		if err := checkResumption(s, client.Clone(), sessionTicket, made); err == nil {
			t.Error("resumed without tickets on the server")
		}
	})
}

func TestSameSession(t *testing.T) {
	a := bytes.Repeat([]byte{1}, 60)
	for i := range a {
		b := bytes.Clone(a)
		b[i] = 2
		if got, want := sameSession(a, b), 5 <= i && i < 13; got != want {
			t.Errorf("byte %d differs: %v, want %v", i, got, want)
		}
	}
	if sameSession(a, a[:59]) || sameSession(nil, nil) {
		t.Error("sessions of other lengths are the same")
	}
}

func TestReadServerHello(t *testing.T) {
	id := strings.Repeat("i", 32)
	hello := func(sessionID, extensions string) string {
		body := "\x03\x03" + strings.Repeat("r", 32) + string([]byte{byte(len(sessionID))}) + sessionID + "\xc0\x2f\x00"
		if extensions != "-" {
			body += string([]byte{0, byte(len(extensions))}) + extensions
		}
		return "\x02\x00\x00" + string([]byte{byte(len(body))}) + body
	}
	ems := "\x00\x17\x00\x00"
	other := "\xff\x01\x00\x01\x00"
	tests := []struct {
		name  string
		input string
		want  serverHello
		ok    bool
	}{
		{"with both", record(22, hello(id, other+ems)), serverHello{[]byte(id), true}, true},
		{"other extension", record(22, hello(id, other)), serverHello{[]byte(id), false}, true},
		{"no extensions", record(22, hello(id, "-")), serverHello{[]byte(id), false}, true},
		{"no ID", record(22, hello("", ems)), serverHello{[]byte{}, true}, true},
		{"two messages in the record", record(22, hello(id, ems)+"\x0b\x00\x00\x01x"), serverHello{[]byte(id), true}, true},
		{"cut in two records", record(22, hello(id, ems)[:3]) + record(22, hello(id, ems)[3:]), serverHello{[]byte(id), true}, true},
		{"alert", record(21, "\x02\x28"), serverHello{}, false},
		{"other message", record(22, "\x0b"+hello(id, ems)[1:]), serverHello{}, false},
		{"extension beyond the end", record(22, hello(id, "\x00\x17\x00\x09")), serverHello{}, false},
		{"empty record", record(22, ""), serverHello{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := readServerHello([]byte(tt.input))
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(serverHello{})); diff != "" || ok != tt.ok {
				t.Errorf("ok = %v, mismatch (-want +got):\n%s", ok, diff)
			}
		})
	}
	whole := record(22, hello(id, ems))
	for i := range whole {
		if got, ok := readServerHello([]byte(whole[:i])); ok {
			t.Errorf("the first %d bytes of %d give %+v", i, len(whole), got)
		}
	}
}

// FuzzServerHello: whatever a server sends first, what is read of it lies in it.
func FuzzServerHello(f *testing.F) {
	f.Add([]byte("220 ready\r\n"))
	f.Add([]byte(serverHelloRecord(tls.VersionTLS12)))
	f.Add([]byte(record(22, "\x02\x00\x00\x04") + record(22, "\x03\x03rr")))
	f.Fuzz(func(t *testing.T, b []byte) {
		hello, ok := readServerHello(b)
		if !ok && (hello.sessionID != nil || hello.extendedMasterSecret) {
			t.Errorf("not read, but %+v", hello)
		}
		if len(hello.sessionID) > 255 {
			t.Errorf("session ID of %d bytes", len(hello.sessionID))
		}
		if id := clientHelloSessionID(b); len(id) > len(b) {
			t.Errorf("session ID of %d bytes out of %d", len(id), len(b))
		}
	})
}

func TestSecretLog(t *testing.T) {
	secret := strings.Repeat("ab", masterSecretLen)
	line := "CLIENT_RANDOM " + strings.Repeat("01", 32) + " " + secret + "\n"
	var next bytes.Buffer
	l := &secretLog{next: &next}
	lines := []string{
		"CLIENT_HANDSHAKE_TRAFFIC_SECRET 00 " + secret + "\n",
		"CLIENT_RANDOM 00 abcd\n",
		"\n",
	}
	for _, s := range lines {
		io.WriteString(l, s)
	}
	if l.masterSecret() != nil {
		t.Error("a secret came from a line that has none")
	}
	io.WriteString(l, line)
	got := l.masterSecret()
	if want := bytes.Repeat([]byte{0xab}, masterSecretLen); !bytes.Equal(got, want) {
		t.Errorf("secret %x, want %x", got, want)
	}
	l.wipe()
	if !bytes.Equal(got, make([]byte, masterSecretLen)) {
		t.Errorf("after wipe: %x", got)
	}
	io.WriteString(l, line)
	if l.masterSecret() != nil {
		t.Error("a secret was kept after wipe")
	}
	if diff := cmp.Diff(strings.Join(lines, "")+line+line, next.String()); diff != "" {
		t.Errorf("the caller's log, mismatch (-want +got):\n%s", diff)
	}
}

// Where there are tickets, or TLS 1.3, session IDs change nothing, and the
// caller's key log gets its lines.
func TestSessionIDsBesideTickets(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version uint16) {
		var log bytes.Buffer
		e := newEnv(t, envConfig{version: version, binding: BindControl, client: func(c *Config) {
			c.SessionIDs = true
			c.TLS.KeyLogWriter = &log
		}})
		if e.client.control.tickets.idOnly {
			t.Error("the session counts as one without tickets")
		}
		if log.Len() == 0 {
			t.Error("the caller's key log is empty")
		}
		p := e.data()
		if p.client.Reuse() != Resumed {
			t.Errorf("Reuse() = %v", p.client.Reuse())
		}
		p.close()
		if err := e.client.sessionIDError(); err != nil {
			t.Error(err)
		}
	})
}

func TestNoteSessionID(t *testing.T) {
	record := func(id string) []byte {
		body := "\x03\x03" + strings.Repeat("r", 32) + string([]byte{byte(len(id))}) + id + "\xc0\x2f\x00"
		return []byte(record(22, "\x02\x00\x00"+string([]byte{byte(len(body))})+body))
	}
	id := strings.Repeat("i", 32)
	logged := func() *secretLog {
		l := &secretLog{}
		io.WriteString(l, "CLIENT_RANDOM 00 "+strings.Repeat("ab", masterSecretLen))
		return l
	}
	cert := newCert(t, testHost)
	state := func(version uint16) *tls.ConnectionState {
		st := &tls.ConnectionState{Version: version, CipherSuite: tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
		st.PeerCertificates = append(st.PeerCertificates, cert.Leaf)
		return st
	}
	tests := []struct {
		name    string
		version uint16
		head    []byte
		secrets *secretLog
		want    Reuse  // of a data connection that offers nothing
		err     string // in SessionIDError
		offer   bool
	}{
		{"not switched on", tls.VersionTLS12, record(id), nil, SessionIDOnly, "", false},
		{"switched on", tls.VersionTLS12, record(id), logged(), NothingToOffer, "", true},
		{"no ID", tls.VersionTLS12, record(""), logged(), NothingToOffer, "", false},
		{"TLS 1.3 echoes an ID", tls.VersionTLS13, record(id), logged(), NothingToOffer, "", false},
		{"TLS 1.1", tls.VersionTLS11, record(id), logged(), NothingToOffer, "", false},
		{"short ID", tls.VersionTLS12, record("short"), logged(), SessionIDUnusable, "has 5 bytes", false},
		{"no secret", tls.VersionTLS12, record(id), &secretLog{}, SessionIDUnusable, "no master secret", false},
		{"no ServerHello", tls.VersionTLS12, []byte("220 ready\r\n"), logged(), NothingToOffer, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &ticketStore{}
			s.noteSessionID(state(tt.version), tt.head, tt.secrets)
			if got := s.nothing(); got != tt.want {
				t.Errorf("nothing() = %v, want %v", got, tt.want)
			}
			err := s.sessionIDError()
			if (err != nil) != (tt.err != "") || (err != nil && !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q in it", err, tt.err)
			}
			if _, ok := errors.AsType[*SessionIDError](err); err != nil && !ok {
				t.Errorf("error %T", err)
			}
			if got := s.sessionID() != nil; got != tt.offer {
				t.Errorf("offered: %v, want %v", got, tt.offer)
			}
		})
	}
}

// idEnv is an env without tickets whose client believes the server to have
// issued a session ID.
func idEnv(t *testing.T, policy Resumption) *env {
	e := newEnv(t, envConfig{version: tls.VersionTLS12, noTicket: true, client: func(c *Config) {
		c.SessionIDs = true
		c.Resumption = policy
	}})
	l := &secretLog{}
	io.WriteString(l, "CLIENT_RANDOM 00 "+strings.Repeat("ab", masterSecretLen))
	st := e.control.ConnectionState()
	made, err := newIDTicket(&st, serverHello{sessionID: bytes.Repeat([]byte("i"), 32), extendedMasterSecret: true}, l, nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	e.client.control.tickets.id, e.client.control.tickets.idOnly = made, true
	return e
}

// The server knows nothing of the ID and makes a full handshake.
func TestSessionIDRefused(t *testing.T) {
	e := idEnv(t, ResumePreferred)
	p := e.data()
	if p.client.Reuse() != OfferedRefused || p.client.Resumed() {
		t.Errorf("Reuse() = %v, want %v", p.client.Reuse(), OfferedRefused)
	}
	p.close()
}

// Should crypto/tls not take the ID or the session, the handshake is a full one
// on the same connection, and no other is tried by ID.
func TestSessionIDFallsBack(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(e *env)
		want  Reuse
	}{
		{"ID not sent", func(e *env) { e.client.control.tickets.id.id = []byte("short") }, SessionIDUnusable},
		{"session not taken", func(e *env) {
			// As if the certificate had expired since.
			e.client.config.TLS.Time = func() time.Time { return time.Now().Add(2 * time.Hour) }
			e.client.config.TLS.InsecureSkipVerify = true
		}, SessionIDUnusable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := idEnv(t, ResumePreferred)
			tt.spoil(e)
			for range 2 {
				p := e.data()
				if got := p.client.Reuse(); got != tt.want {
					t.Errorf("Reuse() = %v, want %v", got, tt.want)
				}
				p.close()
			}
			err := e.client.sessionIDError()
			if _, ok := errors.AsType[*SessionIDError](err); !ok {
				t.Errorf("SessionIDError() = %v", err)
			}
			e.client.config.Resumption = ResumeRequired
			_, cerr, _ := e.tryData(e.client, e.server)
			nr, ok := errors.AsType[*NotResumedError](cerr)
			if !ok || nr.Reuse != SessionIDUnusable || nr.SessionID == nil {
				t.Errorf("Data = %v, want a *NotResumedError with the reason", cerr)
			}
		})
	}
}

// An ID with which handshakes fail is given up.
func TestSessionIDStrikes(t *testing.T) {
	e := idEnv(t, ResumePreferred)
	for range maxStrikes {
		if e.client.control.tickets.sessionID() == nil {
			t.Fatal("the ID is given up too early")
		}
		client, server := tcpPair(t)
		done := async(func() (struct{}, error) {
			io.ReadFull(server, make([]byte, 5))
			io.WriteString(server, record(21, "\x02\x28"))
			return struct{}{}, nil
		})
		if _, err := e.client.Data(t.Context(), client); err == nil {
			t.Fatal("Data succeeded")
		}
		wait(t, done)
	}
	p := e.data()
	if got := p.client.Reuse(); got != SessionIDUnusable {
		t.Errorf("Reuse() = %v, want %v", got, SessionIDUnusable)
	}
	p.close()
}
