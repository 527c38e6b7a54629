package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/overlap"
)

func TestMain(m *testing.M) {
	asCommand() // in the processes that tests start
	os.Exit(overlap.Run(m, 4))
}

// TestNegativeSerial: a server whose certificate has a negative serial number can be used,
// at least with --insecure. The directive in main.go does it, for this test as well.
func TestNegativeSerial(t *testing.T) {
	odd := *selfSigned
	// An integer is two's complement (X.690, Section 8.3): 1 becomes -5.
	odd.Certificate = [][]byte{bytes.Replace(selfSigned.Certificate[0], []byte{2, 1, 1}, []byte{2, 1, 0xfb}, 1)}
	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit, Certificate: &odd, Users: []ftptest.User{{Name: "alice", Password: testPassword}}})
	url := "ftpes://alice@" + s.Addr() + "/"
	r := runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, "ls", "--insecure", url)
	if r.code != 0 {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}
