package interop

import (
	"bytes"
	"io"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
)

// TestProtectionApart protects listings and files in different ways, in turn, on every server with TLS. A server that demands PROT P
// gets it for both.
func TestProtectionApart(t *testing.T) {
	t.Parallel()
	for _, name := range peer.Names() {
		for _, demands := range []bool{false, true} {
			options := peer.Options{TLS: peer.Explicit, RequirePROT: demands}
			t.Run(name+map[bool]string{true: "/PROT P demanded"}[demands], func(t *testing.T) {
				s := peer.Start(t, name, options)
				for _, tt := range []struct {
					name         string
					lists, files control.Protect
				}{{"listings in clear", control.ProtectClear, 0}, {"files in clear", 0, control.ProtectClear}} {
					t.Run(tt.name, func(t *testing.T) { protectedApart(t, s, tt.lists, tt.files, demands) })
				}
			})
		}
	}
}

func protectedApart(t *testing.T, s *peer.Server, lists, files control.Protect, demands bool) {
	p := way{s: s, mode: peer.Explicit, version: tls12}.profile(t)
	p.ListProtection, p.FileProtection = lists, files
	c, err := ftpwire.Dial(soon(t), p)
	if err != nil {
		t.Fatalf("dial: %v\n%s", err, s.Log())
	}
	defer c.Conn().Close()
	for round := range 2 {
		if _, err := c.Put(soon(t), "apart", bytes.NewReader([]byte("text")), nil); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		for _, err := range c.Entries(soon(t), "") {
			if err != nil {
				t.Errorf("round %d: %v", round, err)
			}
		}
		r, err := c.Get(soon(t), "apart", io.Discard, nil)
		if err != nil || r.Bytes != 4 {
			t.Errorf("round %d: %d bytes, %v", round, r.Bytes, err)
		}
		if want := files != control.ProtectClear || demands; r.Data.TLS != want {
			t.Errorf("round %d: TLS %v, want %v", round, r.Data.TLS, want)
		}
	}
}
