package ftptest

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

// Data connections are with the client's host alone, unless ForeignHosts has the other one.
func TestForeignHosts(t *testing.T) {
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
	for _, tt := range []struct {
		name string
		nets []netip.Prefix
		code int // of PORT and EPRT
	}{
		{"refused by default", nil, 504},
		{"another network", []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, 504},
		{"allowed", loopback, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := NewServer(t, &Config{ForeignHosts: tt.nets})
			s.WriteFile("f", []byte("data"))
			c := login(t, s)
			c.do("PORT 127,0,0,2,156,64", tt.code)
			c.do("EPRT |1|127.0.0.2|40000|", tt.code)
			c.do("PORT 127,0,0,2,0,25", 504)
			c.do("PORT 127,0,0,3,156,64", 504)

			addr, err := parse.PASV(c.do("PASV", 227))
			if err != nil {
				t.Fatal(err)
			}
			c.write("RETR f\r\n")
			foreign := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
			conn, err := foreign.DialContext(t.Context(), "tcp", addr.String())
			if err != nil {
				t.Skipf("no second loopback address here: %v", err)
			}
			defer conn.Close()
			got, _ := io.ReadAll(conn)
			if (string(got) == "data") != (tt.code == 200) {
				t.Errorf("a foreign host got %q", got)
			}
			if tt.code != 200 { // and the client still can
				own, err := net.Dial("tcp", addr.String())
				if err != nil {
					t.Fatal(err)
				}
				defer own.Close()
				if got, err := io.ReadAll(own); string(got) != "data" {
					t.Errorf("%q, %v; want the file", got, err)
				}
			}
			if got := c.want("RETR", 150); !strings.Contains(got, "Opening") {
				t.Errorf("RETR: %q", got)
			}
			c.want("the end", 226)
		})
	}
}
