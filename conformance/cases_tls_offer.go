package conformance

import (
	"crypto/tls"
	"strings"
)

// offerCases are about what the server takes in a ClientHello: versions, cipher suites and
// the rest.
var offerCases = []Case{
	{
		ID: "sec-tls-versions", RFC: "9325 3.1.1", Level: Should,
		Security: true,
		Text:     "TLS 1.3 is offered.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"tls13-missing"},
		Run: func(t *T) {
			var taken []string
			for _, v := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12} {
				if _, refusal := t.offers("no more than "+versionName(v), offer{version: v, suites: anySuites()}); refusal == "" {
					taken = append(taken, versionName(v))
				}
			}
			if t.takesTLS13() {
				taken = append(taken, versionName(tls.VersionTLS13))
			} else {
				t.Warnf("TLS 1.3 is not offered")
			}
			t.Infof("versions: %s", strings.Join(taken, ", "))
		},
	},
	{
		ID: "sec-tls-suites-broken", RFC: "9325 4.1, 7465", Level: MustNot,
		Security: true,
		Text:     "Cipher suites without encryption, without a certificate, with export keys, DES or RC4 are never chosen.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"tls-null", "tls-rc4", "tls-no-renegotiation-info"},
		Run: func(t *T) {
			var taken []string
			for _, g := range brokenSuites {
				if suite, yes := t.takes(g); yes {
					taken = append(taken, g.name+" ("+suite+")")
				}
			}
			if len(taken) > 0 {
				t.Failf("the server chooses a suite of each of these: %s", strings.Join(taken, "; "))
			}
		},
	},
	{
		ID: "sec-tls-suites-old", RFC: "9325 4.1, CVE-2016-2183", Level: ShouldNot,
		Security: true,
		Text:     "Cipher suites with 3DES are not chosen.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"tls-3des", "tls-no-renegotiation-info"},
		Run: func(t *T) {
			if suite, yes := t.takes(tripleDES); yes {
				t.Warnf("the server chooses %s", suite)
			}
			if suite, yes := t.takes(cbcSHA1); yes {
				t.Infof("suites of CBC and SHA-1 are taken, such as %s", suite)
			}
		},
	},
	{
		ID: "sec-tls-forward-secrecy", RFC: "9325 4.1", Level: ShouldNot,
		Security: true,
		Text:     "Cipher suites without forward secrecy are not chosen.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"tls-static-rsa", "tls-no-renegotiation-info"},
		Run: func(t *T) {
			if suite, yes := t.takes(staticRSA); yes {
				t.Warnf("the server chooses %s: who gets its key later can read what was recorded", suite)
			}
		},
	},
	{
		ID: "sec-tls-compression", RFC: "9325 3.3, CVE-2012-4929", Level: ShouldNot,
		Security: true,
		Text:     "TLS does not compress: the length would betray what is secret.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"tls-compression"},
		Run: func(t *T) {
			c := t.chosen12("TLS 1.2 with compression", offer{compression: true})
			if c.compression != 0 {
				t.Warnf("the server chooses compression")
			}
		},
	},
	{
		ID: "sec-tls-renegotiation-info", RFC: "5746 3.6", Level: Must,
		Security: true,
		Text:     "The server knows the extension that makes renegotiation safe.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"tls-no-renegotiation-info"},
		Run: func(t *T) {
			if c := t.chosen12("TLS 1.2 with renegotiation_info", offer{}); !c.renegotiation {
				t.Failf("renegotiation_info is not answered: a stranger's commands could be put in front of the client's")
			}
		},
	},
}

// chosen12 makes an offer of TLS 1.2. Where the server does not speak that, the case is
// skipped.
func (t *T) chosen12(what string, o offer) choice {
	o.version, o.suites = tls.VersionTLS12, anySuites()
	c, refusal := t.offers(what, o)
	if refusal != "" {
		t.Skipf("the server does not speak TLS 1.2: %s", refusal)
	}
	return c
}

// takesTLS13 reports whether a handshake of TLS 1.3 comes to its end.
func (t *T) takesTLS13() bool {
	// Nothing is sent on this connection, so that its certificate does not matter.
	tc := tls.Client(t.bare(), &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true, ServerName: t.run.host})
	err := tc.Handshake()
	if err == nil {
		t.c.event("TLS is up: TLS 1.3")
	} else {
		t.c.event("TLS 1.3 failed: " + err.Error())
	}
	t.c.close()
	return err == nil
}
