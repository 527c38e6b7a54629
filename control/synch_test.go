//go:build linux

package control_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// The Synch in front of ABOR is urgent on a TCP connection: the kernel keeps the urgent
// byte apart, and the stream holds the rest.
func TestSynchIsUrgent(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	type heard struct {
		line   string
		urgent []byte
	}
	got := make(chan heard, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		io.WriteString(conn, "220 ready\r\n")
		r := bufio.NewReader(conn)
		var h heard
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			switch verb, _, _ := strings.Cut(strings.TrimSpace(line), " "); verb {
			case "USER", "TYPE":
				io.WriteString(conn, "230 ok\r\n")
			case "FEAT":
				io.WriteString(conn, "502 no\r\n")
			case "EPSV":
				data, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return
				}
				defer data.Close()
				_, port, _ := net.SplitHostPort(data.Addr().String())
				io.WriteString(conn, "229 ok (|||"+port+"|)\r\n")
			case "RETR":
				io.WriteString(conn, "150 here\r\n")
				h.urgent = urgentByte(conn.(*net.TCPConn)) // before reading passes by it
			case "PWD":
				io.WriteString(conn, "257 \"/\"\r\n")
			default: // ABOR, with what stands before it
				h.line = line
				got <- h
				io.WriteString(conn, "426 aborted\r\n226 done\r\n")
			}
		}
	}()
	cfg := &control.Config{Security: control.SecurityNone, Quirks: control.QuirkPolicy{Force: []control.QuirkName{control.QuirkABORSynch}}}
	c, err := control.Dial(t.Context(), ln.Addr().String(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(t.Context(), "u", "p", ""); err != nil {
		t.Fatal(err)
	}
	d, err := c.Retr(t.Context(), "f", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if h := <-got; h.line != "\xff\xf4\xf2ABOR\r\n" || string(h.urgent) != "\xff" {
		t.Errorf("in the stream %q, urgent %q; want IAC IP DM ABOR, and IAC", h.line, h.urgent)
	}
	if _, err := c.Pwd(t.Context()); err != nil {
		t.Errorf("PWD afterwards: %v", err)
	}
}

// urgentByte waits for the byte that the kernel keeps apart.
func urgentByte(conn *net.TCPConn) []byte {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil
	}
	b := make([]byte, 4)
	var n int
	for range 1000 {
		raw.Control(func(fd uintptr) {
			n, _, err = syscall.Recvfrom(int(fd), b, syscall.MSG_OOB)
		})
		if err == nil {
			return b[:n]
		}
		time.Sleep(5 * time.Millisecond) // there is nothing to wait for it by
	}
	return []byte(err.Error())
}
