package ftptest

import (
	"strings"
	"testing"
)

// Sums of "0123456789", of "234" and of "", by sha256sum, sha1sum, md5sum and gzip.
const (
	sum256  = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"
	part256 = "114bd151f8fb0c58642d2170da4ae7d7c57977260ac2cc8905306cab6b2acabc"
	none256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	sum1    = "87acec17cd9dcd20a716cc2cf67417b71c8a7016"
	sumMD5  = "781e5e245d69b566979b86e28d23f2c7"
	sumCRC  = "a684c7c6"
)

func TestHash(t *testing.T) {
	s := NewServer(t, nil)
	for name, data := range map[string]string{"/f": "0123456789", "/a b 3": "0123456789", "/empty": ""} {
		if err := s.WriteFile(name, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Mkdir("/d"); err != nil {
		t.Fatal(err)
	}
	c := login(t, s)
	c.do("TYPE I", 200)
	for _, tt := range []struct {
		line string
		code int
		want string // in the reply; the sum without regard to case
	}{
		{"OPTS HASH", 200, "SHA-256"},
		{"HASH f", 213, "SHA-256 0-9 " + sum256 + " f"},
		{"HASH empty", 213, "SHA-256 0-0 " + none256 + " empty"},
		{"RANG 2 4", 350, ""},
		{"HASH f", 213, "SHA-256 2-4 " + part256 + " f"},
		{"HASH f", 213, "SHA-256 0-9 " + sum256}, // one command only
		{"RANG 8 99", 350, ""},
		{"HASH f", 213, "SHA-256 8-9 "},
		{"OPTS HASH CRC-37", 501, ""},
		{"OPTS HASH sha-1", 200, "SHA-1"},
		{"HASH f", 213, "SHA-1 0-9 " + sum1},
		{"FEAT", 211, "HASH SHA-256;SHA-512;SHA-384;SHA-224;SHA-1*;MD5;CRC32"},
		{"HASH missing", 550, ""},
		{"HASH d", 553, ""},
		{"HASH", 501, ""},
		{"XCRC f", 250, sumCRC},
		{"XMD5 f", 250, sumMD5},
		{"XSHA f", 250, sum1},
		{"XSHA1 f", 250, sum1},
		{"XSHA256 f", 250, sum256},
		{"XSHA256 f 2 5", 250, part256},
		{`XSHA256 "a b 3" 2 5`, 250, part256},
		{"XSHA256 a b 3", 250, sum256},
		{"XSHA256 f 0 10", 250, sum256},
		{"XSHA256 f 0 999", 250, sum256},
		{"XSHA256 f 5 2", 501, ""},
		{`XSHA256 "`, 501, ""},
		{"XSHA512 f", 250, "bb96c2fc40d2d54617d6f276febe571f623a8dadf0b734855299b0e107fda32c"},
		{"MD5 f", 251, "f " + sumMD5},
		{"RANG 4 2", 501, ""},
		{"RANG x", 501, ""},
		{"REIN", 220, ""},
		{"USER user", 331, ""},
		{"PASS password", 230, ""},
		{"HASH f", 213, "SHA-256 "}, // REIN forgets the selection
		{"RANG 2 4", 504, ""},       // and TYPE I
	} {
		if got := c.do(tt.line, tt.code); !strings.Contains(strings.ToLower(got), strings.ToLower(tt.want)) {
			t.Errorf("%s: %q; want %q in it", tt.line, got, tt.want)
		}
	}
}

func TestRang(t *testing.T) {
	s := NewServer(t, nil)
	if err := s.WriteFile("/f", []byte("0123456789")); err != nil {
		t.Fatal(err)
	}
	c := login(t, s)
	c.do("TYPE I", 200)
	for _, tt := range []struct{ rang, want string }{
		{"RANG 2 4", "234"}, {"RANG 0 0", "0"}, {"RANG 9 9", "9"}, {"RANG 5 99", "56789"}, {"RANG 1 0", "0123456789"},
	} {
		c.do(tt.rang, 350)
		if got := c.down("RETR f"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.rang, got, tt.want)
		}
	}
	if got := c.down("RETR f"); got != "0123456789" {
		t.Errorf("the transfer after one with RANG: %q", got)
	}
	c.do("RANG 2 4", 350)
	c.up("STOR f", "abc")
	if got, err := s.ReadFile("/f"); err != nil || string(got) != "01abc56789" {
		t.Errorf("STOR after RANG 2 4: %q, %v", got, err)
	}
	c.do("RANG 10 11", 350)
	c.up("STOR f", "xy")
	if got, err := s.ReadFile("/f"); err != nil || string(got) != "01abc56789xy" {
		t.Errorf("STOR after RANG 10 11: %q, %v", got, err)
	}
	c.passive().Close()
	c.do("RANG 99 100", 350)
	c.do("STOR f", 554)
}
