package ftpwire_test

import (
	"bytes"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// The size of a file says nothing about its records on the wire, and is not compared with
// them; the size of what comes in TYPE L is.
func TestSizeOfRecords(t *testing.T) {
	text := []byte("one\ntwo\nthree\n")
	for _, tt := range []struct {
		name      string
		typ, stru byte
		size      bool
	}{{"records", 'I', 'R', false}, {"TYPE L 8", 'L', 'F', true}} {
		t.Run(tt.name, func(t *testing.T) {
			r := newResumePlay(t, ftptest.TLSNone)
			r.setRemote(text)
			if err := r.c.Conn().SetFileFormat(mode.Format{Type: tt.typ, Structure: tt.stru}); err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if _, err := r.c.Get(t.Context(), "/f", &b, nil); err != nil || b.String() != string(text) {
				t.Errorf("Get: %v, %q; want %q", err, b.String(), text)
			}
			if got, err := r.c.Put(t.Context(), "/f", bytes.NewReader(text), nil); err != nil || got.Bytes != int64(len(text)) {
				t.Errorf("Put: %d, %v", got.Bytes, err)
			}
			down, err := r.c.Download(t.Context(), "/f", r.local, nil)
			if err != nil || down.Proof.Has(ftpwire.ProofSize) != tt.size {
				t.Errorf("Download: %v, proof %v; want size %v", err, down.Proof, tt.size)
			}
			r.wantLocal(text, false)
			up, err := r.c.Upload(t.Context(), r.local, "/f", nil)
			if err != nil || up.Proof.Has(ftpwire.ProofSize) != tt.size {
				t.Errorf("Upload: %v, proof %v; want size %v", err, up.Proof, tt.size)
			}
		})
	}
}
