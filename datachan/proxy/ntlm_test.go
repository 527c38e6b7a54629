package proxy

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"unicode/utf16"
)

// An ntlmProxy is the server's side of NTLM over HTTP, by [MS-NLMP] and [MS-NTHT]: it
// lets a connection through once that connection has brought a proof of the password.
type ntlmProxy struct {
	user, domain, password string

	closeBehind int    // ends the connection behind this answer, if not 0
	challenge   string // in place of a proper second message
	old         bool   // its message has no target information
}

var ntlmNonce = []byte{1, 35, 69, 103, 137, 171, 205, 239}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func hmacMD5(key []byte, parts ...[]byte) []byte {
	h := hmac.New(md5.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// ntowf2 is NTOWFv2 of [MS-NLMP], Section 3.3.2.
func ntowf2(user, domain, password string) []byte {
	key, err := hex.DecodeString(ntHash[password])
	if err != nil || len(key) != 16 {
		panic("no NT hash for this password")
	}
	return hmacMD5(key, utf16le(strings.ToUpper(user)+domain))
}

// ntHash is MD4 over the password in UTF-16.
var ntHash = map[string]string{
	"Password": "a4f49c406510bdcab6824ee7c30fd852",
	"s3cret":   "d4c619cb16d4632b275658316a7e657e",
	"€":        "030926b781938db4365d46adc7cfbcb8",
}

// challengeMessage is [MS-NLMP], Section 2.2.1.2.
func challengeMessage() []byte {
	info := []byte{2, 0, 8, 0}
	info = append(info, utf16le("CORP")...)
	info = append(info, 0, 0, 0, 0)
	name := utf16le("CORP")
	b := append([]byte("NTLMSSP\x00"), 2, 0, 0, 0)
	field := func(n, offset int) {
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
		b = binary.LittleEndian.AppendUint32(b, uint32(offset))
	}
	field(len(name), 48)
	b = binary.LittleEndian.AppendUint32(b, 0x00880201) // target info, extended security, NTLM, Unicode
	b = append(append(b, ntlmNonce...), make([]byte, 8)...)
	field(len(info), 48+len(name))
	return append(append(b, name...), info...)
}

// verify checks an AUTHENTICATE message, [MS-NLMP], Section 2.2.1.3 and 3.3.2.
func (s *ntlmProxy) verify(m []byte) error {
	if len(m) < 64 || string(m[:8]) != "NTLMSSP\x00" || m[8] != 3 {
		return fmt.Errorf("no AUTHENTICATE message: %x", m)
	}
	field := func(at int) []byte {
		n, from := int(binary.LittleEndian.Uint16(m[at:])), int(binary.LittleEndian.Uint32(m[at+4:]))
		if from+n > len(m) {
			return nil
		}
		return m[from : from+n]
	}
	if got := field(28); !bytes.Equal(got, utf16le(s.domain)) {
		return fmt.Errorf("domain %q", got)
	}
	if got := field(36); !bytes.Equal(got, utf16le(s.user)) {
		return fmt.Errorf("user %q", got)
	}
	response := field(20)
	if len(response) < 16 {
		return fmt.Errorf("response of %d bytes", len(response))
	}
	if want := hmacMD5(ntowf2(s.user, s.domain, s.password), ntlmNonce, response[16:]); !hmac.Equal(want, response[:16]) {
		return fmt.Errorf("wrong proof")
	}
	return nil
}

// TestNTLMTargetInfo: what stands outside of the message is as good as missing.
func TestNTLMTargetInfo(t *testing.T) {
	// What squid's ntlm_fake_auth 5.7 sends, whose name and information point nowhere.
	squid, err := base64.StdEncoding.DecodeString("TlRMTVNTUAACAAAACQAJAK6qqqoBgoigGRZjECziVmgAAAAAAAA6AFdPUktHUk9VUA==")
	if err != nil {
		t.Fatal(err)
	}
	if got := normal(squid); len(got) != 48 || !bytes.Equal(got[24:32], squid[24:32]) {
		t.Errorf("got %x", got)
	}
	good := challengeMessage()
	if got := normal(good); !bytes.Equal(got[48:], good[56:]) {
		t.Errorf("target information %x, want %x", got[48:], good[56:])
	}
	for n := range good {
		if _, err := ntlm("joe", "s3cret", base64.StdEncoding.EncodeToString(good[:n])); (err == nil) != (n == 0 || n >= 32) {
			t.Errorf("the first %d bytes: error %v", n, err)
		}
	}
}

func (s *ntlmProxy) serve(c net.Conn) {
	r := bufio.NewReader(c)
	challenged := false
	for n := 1; ; n++ {
		request, err := readRequest(r)
		if err != nil {
			return
		}
		_, token, _ := strings.Cut(request, "Proxy-Authorization: NTLM ")
		token, _, _ = strings.Cut(token, "\r\n")
		m, _ := base64.StdEncoding.DecodeString(token)
		offer := "NTLM"
		switch {
		case len(m) > 8 && m[8] == 1:
			offer, challenged = "NTLM "+base64.StdEncoding.EncodeToString(challengeMessage()), true
			switch {
			case s.challenge != "":
				offer = s.challenge
			case s.old: // [MS-NLMP] calls it the one of LAN Manager; flags: NTLM and OEM
				m := append([]byte("NTLMSSP\x00"), 2, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 2, 2, 0, 0)
				offer = "NTLM " + base64.StdEncoding.EncodeToString(append(m, ntlmNonce...))
			}
		case challenged && s.verify(m) == nil:
			io.WriteString(c, established+"220 hello\r\n")
			io.Copy(io.Discard, r)
			return
		}
		io.WriteString(c, demand(offer))
		if n == s.closeBehind {
			return
		}
	}
}

// TestNTLMTestProxy holds the test's own proxy to the example of [MS-NLMP], Section
// 4.2.4.1.1.
func TestNTLMTestProxy(t *testing.T) {
	if got, want := hex.EncodeToString(ntowf2("User", "Domain", "Password")), "0c868a403bfd7a93a3001ef22ef02e3f"; got != want {
		t.Errorf("NTOWFv2 = %s, want %s", got, want)
	}
}

func TestNTLM(t *testing.T) {
	tests := []struct {
		name   string
		server ntlmProxy
		url    string
		err    string // empty: it works
	}{
		{"domain in the user", ntlmProxy{user: "joe", domain: "CORP", password: "s3cret"}, `http://CORP%5Cjoe:s3cret@proxy:1`, ""},
		{"domain in the query", ntlmProxy{user: "joe", domain: "CORP", password: "s3cret"}, `http://joe:s3cret@proxy:1?domain=CORP`, ""},
		{"no domain", ntlmProxy{user: "joe", password: "s3cret"}, `http://joe:s3cret@proxy:1`, ""},
		{"old proxy", ntlmProxy{user: "joe", domain: "CORP", password: "s3cret", old: true}, `http://joe:s3cret@proxy:1?domain=CORP`, ""},
		{"not ASCII", ntlmProxy{user: "jö", domain: "C", password: "€"}, `http://C;j%C3%B6:%E2%82%AC@proxy:1`, ""},
		{"ends the connection behind the first refusal", ntlmProxy{user: "joe", password: "s3cret", closeBehind: 1}, `http://joe:s3cret@proxy:1`, "ended the connection"},
		{"wrong password", ntlmProxy{user: "joe", domain: "CORP", password: "s3cret"}, `http://CORP%5Cjoe:canary@proxy:1`, "does not accept these credentials (by NTLM)"},
		{"wrong domain", ntlmProxy{user: "joe", domain: "CORP", password: "s3cret"}, `http://joe:s3cret@proxy:1`, "does not accept these credentials (by NTLM)"},
		{"ends the connection in the middle", ntlmProxy{user: "joe", password: "s3cret", closeBehind: 2}, `http://joe:s3cret@proxy:1`, "ended the connection"},
		{"no message", ntlmProxy{user: "joe", password: "s3cret", challenge: "NTLM"}, `http://joe:s3cret@proxy:1`, "does not accept"},
		{"message of nonsense", ntlmProxy{user: "joe", password: "s3cret", challenge: "NTLM " + base64.StdEncoding.EncodeToString([]byte("NTLMSSP\x00\x03\x00\x00\x00junk"))}, `http://joe:s3cret@proxy:1`, "cannot be answered"},
		{"message without base64", ntlmProxy{user: "joe", password: "s3cret", challenge: "NTLM !!!"}, `http://joe:s3cret@proxy:1`, "cannot be answered"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScripted(t)
			p, err := Parse(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			p.Forward = s.serve(tt.server.serve)
			for range 2 { // the second time without being asked
				c, err := p.DialContext(short(t), "tcp", "a:21")
				if tt.err != "" {
					e, ok := err.(*Error)
					if !ok || e.Stage != StageAuth && e.Stage != StageExchange || !strings.Contains(err.Error(), tt.err) {
						t.Fatalf("error %v, want one with %q", err, tt.err)
					}
					if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "s3cret") {
						t.Errorf("error shows the password: %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				line, err := bufio.NewReader(c).ReadString('\n')
				if line != "220 hello\r\n" || err != nil {
					t.Errorf("behind the tunnel: %q, %v", line, err)
				}
				c.Close()
			}
		})
	}
}
