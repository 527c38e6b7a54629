package control_test

import (
	"io"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// One login is enough to open data connections in every way, protected or not.
func TestChooseData(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit})
	if err := s.WriteFile("/f", []byte("abc")); err != nil {
		t.Fatal(err)
	}
	var next *datachan.Config
	c := dialServer(t, s, &control.Config{Data: datachan.Config{Mode: datachan.ModePASV, Choose: func() *datachan.Config { return next }}})
	list := func(level string, want datachan.Mode) {
		t.Helper()
		if _, err := c.Do(t.Context(), protocol.Command{Verb: "PROT", Arg: level}); err != nil {
			t.Fatal(err)
		}
		d, err := c.Open(t.Context(), "LIST", "")
		if err != nil {
			t.Fatalf("PROT %s, %s: %v", level, want, err)
		}
		_, err = io.Copy(io.Discard, d)
		if cerr := d.Close(); err != nil || cerr != nil {
			t.Errorf("PROT %s, %s: %v, %v", level, want, err, cerr)
		}
		if got := d.Data(); got.Mode != want.String() || got.TLS != (level == "P") {
			t.Errorf("PROT %s, %s: the data connection was %s, TLS %v", level, want, got.Mode, got.TLS)
		}
	}
	list("P", datachan.ModePASV) // nothing was chosen yet
	for _, level := range []string{"C", "P"} {
		for _, mode := range []datachan.Mode{datachan.ModePASV, datachan.ModeEPSV, datachan.ModePORT, datachan.ModeEPRT} {
			next = &datachan.Config{Mode: mode, Memory: datachan.Memory{EPSVNumber: mode == datachan.ModeEPSV}}
			list(level, mode)
			if got := c.DataMemory(); got.EPSVNumber != (mode == datachan.ModeEPSV) {
				t.Errorf("%s: the memory is %+v, and was to be replaced", mode, got)
			}
		}
	}
	next = nil
	list("P", datachan.ModeEPRT) // as it was
}
