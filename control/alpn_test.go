package control_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/control"
)

// A server that knows other protocol names only works all the same, on a second
// connection; one that the caller has named is not dropped.
func TestALPNRefused(t *testing.T) {
	for _, own := range []bool{false, true} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		hellos := make(chan []string, 4)
		go func() {
			for {
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				go serveOtherALPN(conn, hellos)
			}
		}()
		var notes strings.Builder
		conf := &control.Config{TLS: &tls.Config{InsecureSkipVerify: true}, Trace: func(e control.TraceEvent) { notes.WriteString(e.Text + "\n") }}
		if own {
			conf.TLS.NextProtos = []string{"mine"}
		}
		c, err := control.Dial(t.Context(), ln.Addr().String(), conf)
		if own {
			if err == nil {
				c.Close()
				t.Error("dial without the caller's protocol name succeeded")
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		if first, second := <-hellos, <-hellos; len(first) != 1 || first[0] != "ftp" || len(second) != 0 {
			t.Errorf("protocol names %q, then %q; want ftp, then none", first, second)
		}
		if !strings.Contains(notes.String(), "once more without it") {
			t.Error("the trace does not say that ALPN was left out")
		}
	}
}

func serveOtherALPN(conn net.Conn, hellos chan<- []string) {
	defer conn.Close()
	io.WriteString(conn, "220 ready\r\n")
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != "AUTH TLS\r\n" {
		return
	}
	io.WriteString(conn, "234 go on\r\n")
	tc := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate()}, NextProtos: []string{"other"},
		GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			hellos <- h.SupportedProtos
			return nil, nil
		}})
	if tc.Handshake() == nil {
		io.Copy(io.Discard, tc)
	}
}
