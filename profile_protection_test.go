package ftpwire_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// Listings and files are protected as each is to be, with no more commands than that takes.
func TestProtectionApart(t *testing.T) {
	const p, c = control.ProtectPrivate, control.ProtectClear
	for _, tt := range []struct {
		name              string
		data, list, files control.Protect
		faults            []ftptest.Fault
		want              string // PBSZ, PROT, and the transfers
	}{
		{"all alike", 0, 0, 0, nil, "PBSZ 0, PROT P, NLST, STOR, MLSD, RETR, RETR, MLSD, STOR"},
		{"all in clear", c, 0, 0, nil, "PBSZ 0, PROT C, STOR, MLSD, RETR, RETR, MLSD, STOR"},
		{"both said, and alike", c, p, p, nil, "PBSZ 0, PROT P, NLST, STOR, MLSD, RETR, RETR, MLSD, STOR"},
		{"listings in clear", 0, c, 0, nil, "PBSZ 0, PROT P, NLST, STOR, PROT C, MLSD, PROT P, RETR, RETR, PROT C, MLSD, PROT P, STOR"},
		{"files in clear", 0, 0, c, nil, "PBSZ 0, PROT C, STOR, PROT P, MLSD, PROT C, RETR, RETR, PROT P, MLSD, PROT C, STOR"},
		{"listings protected", c, p, 0, nil, "PBSZ 0, PROT C, STOR, PROT P, MLSD, PROT C, RETR, RETR, PROT P, MLSD, PROT C, STOR"},
		{"no PROT C there", 0, c, 0, []ftptest.Fault{"prot-c-504"}, "PBSZ 0, PROT P, NLST, STOR, PROT C, PROT P, MLSD, RETR, RETR, MLSD, STOR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var sent []string
			s, client := connect(t, ftptest.Config{TLS: ftptest.TLSExplicit, Faults: tt.faults}, func(p *ftpwire.Profile) {
				p.DataProtection, p.ListProtection, p.FileProtection = tt.data, tt.list, tt.files
				p.Trace = func(e control.TraceEvent) {
					if verb, _, _ := strings.Cut(e.Text, " "); e.Kind == control.TraceSent && strings.Contains("PBSZ PROT NLST STOR MLSD RETR", verb) {
						if verb == "STOR" || verb == "RETR" || verb == "NLST" {
							e.Text = verb
						}
						sent = append(sent, e.Text)
					}
				}
			})
			if err := s.WriteFile("/a", []byte("old")); err != nil { // so that there is something to list before STOR
				t.Fatal(err)
			}
			transfers(t, client)
			if diff := cmp.Diff(tt.want, strings.Join(sent, ", ")); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if got, err := s.ReadFile("/b"); err != nil || string(got) != "second" {
				t.Errorf("stored %q", got)
			}
		})
	}
}

// transfers stores, lists, gets twice, lists and stores.
func transfers(t *testing.T, c *ftpwire.Client) {
	t.Helper()
	put := func(name, text string) {
		if _, err := c.Put(t.Context(), name, strings.NewReader(text), nil); err != nil {
			t.Error(err)
		}
	}
	list := func() {
		for _, err := range c.Entries(t.Context(), "") {
			if err != nil {
				t.Error(err)
			}
		}
	}
	put("a", "first")
	list()
	for range 2 {
		if _, err := c.Get(t.Context(), "a", io.Discard, nil); err != nil {
			t.Error(err)
		}
	}
	list()
	put("b", "second")
}
