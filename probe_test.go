package ftpwire_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

func TestProbeSmoke(t *testing.T) {
	for _, mode := range []ftptest.Config{{TLS: ftptest.TLSNone}, {TLS: ftptest.TLSExplicit, RequireTLS: true}, {TLS: ftptest.TLSImplicit}} {
		s := ftptest.NewServer(t, &mode)
		s.WriteFile("/a file", []byte("abc"))
		p := profileOf(s, mode.TLS)
		p.Variant, p.RootCAs = 0, s.RootCAs()
		began := time.Now()
		r, err := ftpwire.Probe(t.Context(), ftpwire.ProbeOptions{Profile: *p, Write: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(began), strings.Join(s.Commands(), ", "))
		for _, a := range r.Attempts {
			t.Logf("%s | %v | %s | %v | %s %s", a.Combination, a.Works, a.Stage, a.Took.Round(time.Millisecond), a.Outcome, a.Reply)
		}
		t.Logf("%+v %v %v", r.Settings, r.Weaknesses, r.Why)
	}
}
