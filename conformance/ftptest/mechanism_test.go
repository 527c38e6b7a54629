package ftptest

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/protocol"
)

// plainMechanism is a mechanism of RFC 2228 whose messages are as they were, after the
// letter of their level. Its exchange is one token, "key".
type plainMechanism struct{ steps int }

func (*plainMechanism) Name() string                 { return "X-PLAIN" }
func (*plainMechanism) Offers(l protocol.Level) bool { return l != protocol.LevelConfidential }

func (m *plainMechanism) Step(token []byte) ([]byte, bool, error) {
	if m.steps++; m.steps == 1 {
		return nil, false, nil
	}
	if string(token) != "key" {
		return nil, false, errors.New("another token")
	}
	return []byte("right"), true, nil
}

func (*plainMechanism) Protect(l protocol.Level, plain []byte) ([]byte, error) {
	return append([]byte{byte(l)}, plain...), nil
}

func (*plainMechanism) Unprotect(l protocol.Level, b []byte) ([]byte, error) {
	if len(b) == 0 || b[0] != byte(l) {
		return nil, errors.New("another level")
	}
	return b[1:], nil
}

// Mechanism answers as RFC 2228, Section 3 has it, step by step.
func TestMechanism(t *testing.T) {
	s := NewServer(t, &Config{Mechanism: &Mechanism{
		New: func() protocol.Mechanism { return &plainMechanism{} }, Buffer: 1000, Require: protocol.LevelSafe,
	}})
	c := dial(t, s)
	if text := c.do("FEAT", 211); !strings.Contains(text, "\n AUTH X-PLAIN\n") || !strings.Contains(text, "\n PBSZ\n") || strings.Contains(text, "CCC") {
		t.Errorf("FEAT: %q", text)
	}
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, step := range []struct {
		line string
		code int
	}{
		{"USER user", 533}, {"PWD", 530}, {"ADAT " + b64("key"), 503}, {"MIC " + b64("SNOOP"), 503}, {"PBSZ 0", 503},
		{"AUTH TLS", 504}, {"AUTH x-plain", 334}, {"USER user", 503}, {"ADAT *", 501},
		{"AUTH X-PLAIN", 334}, {"ADAT " + b64("no"), 535}, {"ADAT " + b64("key"), 503},
		{"AUTH X-PLAIN", 334},
	} {
		c.do(step.line, step.code)
	}
	c.say("ADAT "+b64("key"), "235 ADAT="+b64("right")+"\r\n")
	for _, step := range []struct {
		line string
		code int
	}{
		{"USER user", 533}, {"MIC *", 501}, {"MIC " + b64("Pxx"), 535}, {"CONF " + b64("EUSER user"), 537}, {"AUTH X-PLAIN", 503},
	} {
		c.do(step.line, step.code)
	}
	enclosed := func(verb string, level byte, command string, code int) string {
		t.Helper()
		text := c.do(verb+" "+b64(string(level)+command), map[byte]int{'S': 631, 'P': 632}[level])
		var b strings.Builder
		for line := range strings.Lines(text) {
			plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line[len("631 "):]))
			if err != nil || len(plain) == 0 || plain[0] != level {
				t.Fatalf("%s: %q, %v", command, line, err)
			}
			b.Write(plain[1:])
		}
		if got := b.String(); !strings.HasPrefix(got, string(rune('0'+code/100))+string(rune('0'+code/10%10))+string(rune('0'+code%10))) {
			t.Errorf("%s: %q, want %d", command, got, code)
		}
		return b.String()
	}
	enclosed("ENC", 'P', "USER user", 331)
	enclosed("MIC", 'S', "PASS password", 230)
	for _, step := range []struct {
		command string
		code    int
	}{
		{"PROT S", 503}, {"PBSZ x", 501}, {"PBSZ 0", 501}, {"PBSZ 4294967296", 501}, {"PBSZ 500", 200}, {"PROT E", 536}, {"PROT P", 536},
		{"PROT X", 504}, {"CCC", 534}, {"PWD", 257}, {"EPSV", 229}, {"LIST", 534},
	} {
		enclosed("MIC", 'S', step.command, step.code)
	}
	if text := enclosed("ENC", 'P', "PBSZ 5000", 200); !strings.Contains(text, "PBSZ=1000") {
		t.Errorf("PBSZ 5000: %q", text)
	}
	if text := enclosed("MIC", 'S', "STAT", 211); !strings.Contains(text, "protected by X-PLAIN") {
		t.Errorf("STAT: %q", text)
	}
}

func TestMechanismConfig(t *testing.T) {
	for _, c := range []*Config{
		{TLS: TLSExplicit, Mechanism: &Mechanism{New: func() protocol.Mechanism { return &plainMechanism{} }}},
		{Mechanism: &Mechanism{}},
	} {
		if s, err := Start(c); err == nil {
			s.Close()
			t.Errorf("%+v: no error", c)
		}
	}
}
