package ftptest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/tlsx"
)

// modes are the ways of TLS that most tests run in.
var modes = []struct {
	name string
	tls  tlsx.Mode
}{{"clear", TLSNone}, {"explicit", TLSExplicit}, {"implicit", TLSImplicit}}

// TestSession is the manual of the harness: a whole session in each mode.
func TestSession(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			s := NewServer(t, &Config{TLS: m.tls})
			if err := s.WriteFile("/d/hello.txt", []byte("hello\nworld\n")); err != nil {
				t.Fatal(err)
			}
			c := login(t, s)
			got := []string{c.down("RETR d/hello.txt"), c.down("NLST d")}
			c.do("TYPE I", 200)
			c.up("STOR up.bin", "a\r\nb\x00\xff")
			got = append(got, c.down("RETR up.bin"))
			want := []string{"hello\r\nworld\r\n", "d/hello.txt\r\n", "a\r\nb\x00\xff"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("transfers mismatch (-want +got):\n%s", diff)
			}
			c.do("QUIT", 221)
			c.wantEnd("QUIT closes")
		})
	}
}
