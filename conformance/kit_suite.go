package conformance

import (
	"crypto/tls"
	"fmt"
)

// A suiteGroup is a kind of cipher suites that share a weakness.
type suiteGroup struct {
	name   string
	suites []uint16
}

// brokenSuites protect nothing, or nothing against anybody who tries.
var brokenSuites = []suiteGroup{
	{"no encryption", []uint16{0x0001, 0x0002, 0x003b, 0xc006, 0xc010, 0xc001, 0xc00b}},
	{"no certificate (anonymous)", []uint16{0x0018, 0x001b, 0x0034, 0x003a, 0x006c, 0x006d, 0x00a6, 0x00a7, 0xc016, 0xc017, 0xc018, 0xc019}},
	{"keys of 40 bits (export)", []uint16{0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0017, 0x0019}},
	{"DES", []uint16{0x0009, 0x000c, 0x000f, 0x0012, 0x0015, 0x001a}},
	{"RC4", []uint16{0x0004, 0x0005, 0xc002, 0xc007, 0xc00c, 0xc011}},
}

var tripleDES = suiteGroup{"3DES", []uint16{0xc008, 0xc012, 0x0016, 0x0013, 0x000a, 0xc003, 0xc00d}}

// staticRSA have the client encrypt the key of the session for the server's certificate:
// whoever gets its key later reads all that was recorded.
var staticRSA = suiteGroup{"no forward secrecy (key exchange by RSA)", []uint16{0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f, 0x0084, 0x0041}}

var cbcSHA1 = suiteGroup{"CBC with SHA-1", []uint16{0xc00a, 0xc009, 0xc014, 0xc013, 0x0039, 0x0033, 0x0038, 0x0032}}

// goodSuites have forward secrecy and authenticated encryption.
var goodSuites = []uint16{0xc02b, 0xc02c, 0xcca9, 0xc02f, 0xc030, 0xcca8, 0x009e, 0x009f, 0xccaa}

// anySuites are those with which some server of any age finds one.
func anySuites() []uint16 {
	all := append([]uint16(nil), goodSuites...)
	for _, g := range append([]suiteGroup{cbcSHA1, staticRSA, tripleDES}, brokenSuites...) {
		all = append(all, g.suites...)
	}
	return all
}

func suiteName(id uint16) string {
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if s.ID == id {
			return s.Name
		}
	}
	for _, g := range append([]suiteGroup{tripleDES, staticRSA, cbcSHA1}, brokenSuites...) {
		for _, s := range g.suites {
			if s == id {
				return fmt.Sprintf("0x%04x (%s)", id, g.name)
			}
		}
	}
	return fmt.Sprintf("0x%04x", id)
}

// takes reports whether the server chooses a suite of a group, and which.
func (t *T) takes(g suiteGroup) (suite string, yes bool) {
	c, refusal := t.offers("TLS 1.2, "+g.name, offer{version: tls.VersionTLS12, suites: g.suites})
	return suiteName(c.suite), refusal == ""
}
