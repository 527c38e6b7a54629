package ftptest

import (
	"bufio"
	"crypto/tls"
	"io"
	"strings"
	"testing"
	"time"
)

func TestQuotaCommands(t *testing.T) {
	s := NewServer(t, &Config{Users: []User{{Name: "user", Password: "password", Quota: 1000, Home: "/home"}, {Name: "free", Password: "p"}}})
	if err := s.WriteFile("/home/old", make([]byte, 600)); err != nil {
		t.Fatal(err)
	}
	c := login(t, s)
	if text := c.do("FEAT", 211); !strings.Contains(text, "\n AVBL\n") {
		t.Errorf("FEAT: %q; want AVBL", text)
	}
	c.say("AVBL", "213 400\r\n")
	c.do("AVBL old", 550)
	c.do("AVBL nope", 550)
	if text := c.do("SITE QUOTA", 200); !strings.Contains(text, "Used disk quota: 600 bytes") {
		t.Errorf("SITE QUOTA: %q", text)
	}
	c.do("ALLO 400", 202)
	c.do("ALLO 401", 552)
	conn := c.passive()
	c.do("STOR new", 150)
	io.WriteString(conn, strings.Repeat("x", 500))
	conn.Close()
	c.want("STOR", 552)
	if got, err := s.ReadFile("/home/new"); err != nil || len(got) != 400 {
		t.Errorf("%d bytes stored, %v; want 400", len(got), err)
	}
	c = dial(t, s)
	c.do("USER free", 331)
	c.do("PASS p", 230)
	c.do("SITE QUOTA", 200)
	c.do("AVBL", 550)
}

func TestMFFAndSMNT(t *testing.T) {
	s := NewServer(t, &Config{})
	if err := s.WriteFile("/d/f", nil); err != nil {
		t.Fatal(err)
	}
	c := login(t, s)
	c.say("MFF modify=20020717210715;unix.MODE=600; d/f", "213 Modify=20020717210715;UNIX.mode=600; d/f\r\n")
	c.say("MDTM d/f", "213 20020717210715\r\n")
	for line, code := range map[string]int{
		"MFF modify=20030101000000;type=dir; d/f": 504, "MFF modify=2003; d/f": 501, "MFF UNIX.mode=9; d/f": 501, "MFF d/f": 501,
		"MFF modify=20020717210715; nope": 550, "SMNT d": 202, "SMNT d/f": 550, "SMNT nope": 550,
	} {
		c.do(line, code)
	}
	c.say("MDTM d/f", "213 20020717210715\r\n") // a refused MFF changes nothing
}

// TestRecords checks STRU R, both types.
func TestRecords(t *testing.T) {
	const file, wire = "one\ntwo \xff\n\nlast", "one\xff\x01two \xff\xff\xff\x01\xff\x01last\xff\x03"
	s := NewServer(t, &Config{})
	for name, data := range map[string]string{"/f": file, "/whole": "a\n", "/empty": ""} {
		if err := s.WriteFile(name, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	c := login(t, s)
	c.do("STRU R", 200)
	for _, typ := range []string{"TYPE I", "TYPE A"} {
		c.do(typ, 200)
		for name, want := range map[string]string{"f": wire, "whole": "a\xff\x01\xff\x02", "empty": "\xff\x02"} {
			if got := c.down("RETR " + name); got != want {
				t.Errorf("%s, %s: %q; want %q", typ, name, got, want)
			}
		}
		c.up("STOR g", wire)
		if got, _ := s.ReadFile("/g"); string(got) != file+"\n" {
			t.Errorf("%s: stored %q; want %q", typ, got, file+"\n")
		}
	}
	for _, bad := range []string{"no end", "\xff\x09", "cut\xff"} {
		conn := c.passive()
		c.do("STOR bad", 150)
		io.WriteString(conn, bad)
		conn.Close()
		c.want(bad, 426)
	}
	c.do("REST 1", 350)
	c.passive()
	c.do("RETR f", 554)
	c.do("STRU F", 200)
	if got := c.down("RETR empty"); got != "" {
		t.Errorf("STRU F: %q", got)
	}
}

// TestClearPolicies checks who may end TLS first, and refusals.
func TestClearPolicies(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit, ClearCommands: ClearRefused})
	c := login(t, s)
	c.do("CCC", 534)
	c.do("NOOP", 200) // still under TLS
	if text := c.do("FEAT", 211); strings.Contains(text, "CCC") {
		t.Errorf("FEAT: %q; want no CCC", text)
	}
	s = NewServer(t, &Config{TLS: TLSExplicit, ClearCommands: ClearClientFirst})
	c = login(t, s)
	c.do("CCC", 200)
	c.wantSilence()
	conn := c.conn.(*tls.Conn)
	conn.CloseWrite()
	if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("after our close_notify: %v; want the server's", err)
	}
	c.tcp.SetDeadline(time.Now().Add(patience))
	c.conn, c.r = c.tcp, bufio.NewReader(c.tcp)
	c.do("NOOP", 200)
	c.down("LIST")
}

func TestStrictClose(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit, StrictClose: true})
	c := login(t, s)
	c.up("STOR whole", "data")
	conn := c.passive()
	c.do("STOR cut", 150)
	io.WriteString(c.secure(conn), "data")
	closeWrite(conn)
	c.want("STOR without close_notify", 426)
	if got := s.DataConns()[1].End; got != EndFIN {
		t.Errorf("the end is %q; want %q", got, EndFIN)
	}
}

func TestNextProtos(t *testing.T) {
	s := NewServer(t, &Config{TLS: TLSExplicit, NextProtos: []string{"ftp"}})
	c := dial(t, s)
	c.tls.NextProtos = []string{"ftp"}
	c.authTLS()
	if got := c.conn.(*tls.Conn).ConnectionState().NegotiatedProtocol; got != "ftp" {
		t.Errorf("protocol %q; want ftp", got)
	}
}
