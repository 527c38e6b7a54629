package conformance

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// certificateCases are about the certificate of the control connection. Whoever checks a
// server with what it shows not verified learns here what clients will complain of.
var certificateCases = []Case{
	{
		ID: "sec-tls-cert-dates", RFC: "5280 4.1.2.5", Level: Should,
		Text:     "The certificates are valid, and for more than two weeks.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"certificate-expired", "certificate-expires"},
		Security: true,
		Run:      func(t *T) { t.aboutCertificate(checkDates) },
	},
	{
		ID: "sec-tls-cert-name", RFC: "9525 6", Level: Should,
		Text:     "The certificate is for the host that was called.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"certificate-other-name"},
		Security: true,
		Run:      func(t *T) { t.aboutCertificate(checkName) },
	},
	{
		ID: "sec-tls-cert-chain", RFC: "8446 4.4.2, 5246 7.4.2", Level: Should,
		Text:   "The server sends the certificates that lead to its authority, in order.",
		Needs:  []string{NeedTLS},
		Faults: []string{"certificate-disorder"},
		Run:    func(t *T) { t.aboutCertificate(checkChain) },
	},
	{
		ID: "sec-tls-cert-strength", RFC: "9325 4.5", Level: Should,
		Text:     "Keys and signatures of the certificates are strong enough.",
		Needs:    []string{NeedTLS},
		Faults:   []string{"certificate-weak-key"},
		Security: true,
		Run:      func(t *T) { t.aboutCertificate(checkStrength) },
	},
}

// presented is what the server shows, and to whom.
type presented struct {
	chain []*x509.Certificate // the server's first
	host  string              // that was called
	now   time.Time
	roots *x509.CertPool // that clients know; nil is the system's
}

// A remark is what a check says of certificates.
type remark struct {
	bad  bool
	text string
}

func wrong(format string, args ...any) remark { return remark{true, fmt.Sprintf(format, args...)} }
func fact(format string, args ...any) remark  { return remark{false, fmt.Sprintf(format, args...)} }

// aboutCertificate opens a connection and judges what the server shows.
func (t *T) aboutCertificate(check func(*presented) []remark) {
	t.Open()
	tc, ok := t.c.rw.(*tls.Conn)
	if !ok {
		t.Skipf("the connection is not under TLS")
	}
	s := &presented{chain: tc.ConnectionState().PeerCertificates, host: t.run.host, now: time.Now()}
	if cfg := t.run.target.TLSConfig; cfg != nil {
		s.host, s.roots = cmp.Or(cfg.ServerName, s.host), cfg.RootCAs
	}
	if v := t.run.target.Verify; v != nil && v.Roots != nil {
		s.roots = v.Roots
	}
	if len(s.chain) == 0 {
		t.Skipf("the server shows no certificate")
	}
	for _, r := range check(s) {
		if t.c.event(r.text); r.bad {
			t.Warnf("%s", r.text)
		} else {
			t.Infof("%s", r.text)
		}
	}
}

func checkDates(s *presented) (out []remark) {
	for i, c := range s.chain {
		who := whose(i, c)
		left := int(c.NotAfter.Sub(s.now).Hours() / 24)
		switch {
		case s.now.Before(c.NotBefore):
			out = append(out, wrong("%s is not valid before %s", who, c.NotBefore.Format(time.DateOnly)))
		case s.now.After(c.NotAfter):
			out = append(out, wrong("%s has expired on %s", who, c.NotAfter.Format(time.DateOnly)))
		case left < 14:
			out = append(out, wrong("%s expires on %s, in less than %d days", who, c.NotAfter.Format(time.DateOnly), left+1))
		case i == 0:
			out = append(out, fact("%s is valid until %s, for %d days", who, c.NotAfter.Format(time.DateOnly), left))
		}
	}
	return out
}

// whose names a certificate of a chain.
func whose(i int, c *x509.Certificate) string {
	if i == 0 {
		return "the certificate"
	}
	return "the certificate of the authority " + named(c.Subject.String())
}

// named quotes a name from a certificate.
func named(s string) string { return fmt.Sprintf("%q", visible(s)) }

func checkName(s *presented) []remark {
	host, _, _ := strings.Cut(s.host, "%") // the zone of an IPv6 address is nobody else's business
	if err := s.chain[0].VerifyHostname(host); err != nil {
		return []remark{wrong("%s", visible(errtext.Of(err)))}
	}
	return nil
}

func checkChain(s *presented) (out []remark) {
	for i := range s.chain[1:] {
		if !slices.Equal(s.chain[i].RawIssuer, s.chain[i+1].RawSubject) {
			return append(out, wrong("number %d of the certificates is that of %s, but number %d was issued by %s", i+2, named(s.chain[i+1].Subject.String()), i+1, named(s.chain[i].Issuer.String())))
		}
	}
	rest := x509.NewCertPool()
	for _, c := range s.chain[1:] {
		rest.AddCert(c)
	}
	leaf, last := s.chain[0], s.chain[len(s.chain)-1]
	_, err := leaf.Verify(x509.VerifyOptions{Roots: s.roots, Intermediates: rest, CurrentTime: leaf.NotBefore.Add(time.Second)})
	switch {
	case err == nil:
	case selfSigned(leaf):
		out = append(out, fact("the certificate is self-signed: clients have to be told to take it"))
	case selfSigned(last):
		out = append(out, fact("the authority %s is not known here", named(last.Subject.String())))
	case len(last.IssuingCertificateURL) > 0:
		out = append(out, wrong("the certificate of %s is missing, which clients don't know", named(last.Issuer.String())))
	default:
		out = append(out, fact("the authority %s is not known here, and does not come with the rest", named(last.Issuer.String())))
	}
	return out
}

func selfSigned(c *x509.Certificate) bool { return slices.Equal(c.RawIssuer, c.RawSubject) }

// oldHashes are those of signatures that can be forged.
var oldHashes = []x509.SignatureAlgorithm{
	x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1,
}

func checkStrength(s *presented) (out []remark) {
	for i, c := range s.chain {
		name, bits, least := keyOf(c)
		switch {
		case bits < least:
			out = append(out, wrong("the key of %s has %d bits (%s)", whose(i, c), bits, name))
		case i == 0:
			out = append(out, fact("the key is %s with %d bits, the signature %s", name, bits, c.SignatureAlgorithm))
		}
		// Of an authority that everybody has, the signature does not count.
		if slices.Contains(oldHashes, c.SignatureAlgorithm) && (i == 0 || !selfSigned(c)) {
			out = append(out, wrong("%s is signed with %s", whose(i, c), c.SignatureAlgorithm))
		}
	}
	return out
}

// keyOf returns the kind of a certificate's key, its size, and the smallest that will do.
func keyOf(c *x509.Certificate) (name string, bits, least int) {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return "RSA", k.N.BitLen(), 2048
	case *ecdsa.PublicKey:
		return "ECDSA", k.Curve.Params().BitSize, 224
	case ed25519.PublicKey:
		return "Ed25519", 256, 0
	}
	return c.PublicKeyAlgorithm.String(), 0, 0
}
