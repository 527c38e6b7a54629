package ftpwire_test

import (
	"testing"

	"github.com/ftpwire/ftpwire"
)

// A file that is to replace itself is left alone: its server would empty it before it reads it.
func TestTransferOntoItself(t *testing.T) {
	p := newFXPPair(t, fxpConfig(), fxpConfig(), false, nil)
	again := p.dial(p.a, 0, nil)
	for _, to := range []string{"f", "/f", "./f"} {
		_, err := ftpwire.Transfer(t.Context(), p.from, "f", again, to, &ftpwire.FXPOptions{Direct: true})
		if err == nil {
			t.Errorf("onto %q: no error", to)
		}
		t.Logf("%v", err)
		if got, err := p.a.ReadFile("f"); err != nil || string(got) != string(p.content) {
			t.Fatalf("onto %q: the file has %d octets, %v", to, len(got), err)
		}
	}
}
