package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
)

// repeatingServer lets everybody in, and repeats the password and each command line in its replies.
func repeatingServer(t *testing.T) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go repeatCommands(c)
		}
	}()
	return ln.Addr().String()
}

func repeatCommands(c net.Conn) {
	defer c.Close()
	fmt.Fprint(c, "220 ready\r\n")
	password := ""
	for in := bufio.NewScanner(c); in.Scan(); {
		switch verb, arg, _ := strings.Cut(in.Text(), " "); verb {
		case "USER":
			fmt.Fprint(c, "331 password\r\n")
		case "PASS":
			if password == "" {
				password = arg
			}
			fmt.Fprintf(c, "230 in with %s, or %q\r\n", arg, arg)
		case "FEAT":
			fmt.Fprint(c, "500 what?\r\n")
		case "MKD":
			fmt.Fprintf(c, "550 not %s with %s\r\n", arg, password)
		case "QUIT":
			return
		default:
			fmt.Fprintf(c, "200-%s\r\n200 not %s, %s\r\n", in.Text(), password, arg)
		}
	}
}

func TestQuoteShowsNoSecret(t *testing.T) {
	url := "ftp://alice:" + testPassword + "@" + repeatingServer(t) + "/"
	for _, command := range []string{"STAT", "NOOP", "ACCT canary-1", "SITE PSWD canary-1 canary-2", "site cpwd canary-1 canary-2", "SITE ADDUSER canary-1 canary-2", "MKD x"} {
		for _, format := range []string{"json", "text"} {
			r := runIn(t, setting{}, "quote", "--format", format, url, command)
			if !strings.Contains(r.out, "****") && command != "MKD x" {
				t.Errorf("%s as %s: nothing is masked: %s%s", command, format, r.out, r.err)
			}
			for _, secret := range []string{testPassword, "canary"} {
				if strings.Contains(r.out+r.err, secret) {
					t.Errorf("%s as %s shows a secret:\n%s%s", command, format, r.out, r.err)
				}
			}
		}
	}
}
