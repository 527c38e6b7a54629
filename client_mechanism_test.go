package ftpwire_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// countMechanism is a security mechanism that protects from accidents alone: a message is
// its number, a sum and the data. Package control has a real one in its tests.
type countMechanism struct{ sealed, opened byte }

func newCountMechanism() protocol.Mechanism { return &countMechanism{} }

func (*countMechanism) Name() string { return "X-COUNT" }

func (*countMechanism) Step([]byte) ([]byte, bool, error) { return nil, true, nil }

func (*countMechanism) Offers(protocol.Level) bool { return true }

func (m *countMechanism) Protect(_ protocol.Level, plain []byte) ([]byte, error) {
	m.sealed++
	return append([]byte{m.sealed, sumOf(plain)}, plain...), nil
}

func (m *countMechanism) Unprotect(_ protocol.Level, b []byte) ([]byte, error) {
	m.opened++
	if len(b) < 2 || b[0] != m.opened || b[1] != sumOf(b[2:]) {
		return nil, errors.New("x-count: not the next message")
	}
	return b[2:], nil
}

func (*countMechanism) Blocks(l protocol.Level, _ uint64) protocol.Blocks {
	return countBlocks{&countMechanism{}, l}
}

type countBlocks struct {
	m *countMechanism
	l protocol.Level
}

func (b countBlocks) Room(buffer uint32) uint32              { return max(buffer, 2) - 2 }
func (b countBlocks) Protect(plain []byte) ([]byte, error)   { return b.m.Protect(b.l, plain) }
func (b countBlocks) Unprotect(block []byte) ([]byte, error) { return b.m.Unprotect(b.l, block) }

func sumOf(b []byte) (s byte) {
	for _, x := range b {
		s = s*31 + x
	}
	return s
}

// TestClientMechanism: whole files under a security mechanism, also where the data
// connection is cut, at whatever octet.
func TestClientMechanism(t *testing.T) {
	file := bytes.Repeat([]byte("0123456789"), 20_000)
	for _, tt := range []struct {
		name string
		cuts []int64
	}{{"whole", nil}, {"cut in a header", []int64{5004 + 2}}, {"cut in a block", []int64{100_000}}, {"cut before the end", []int64{200_240}}} {
		t.Run(tt.name, func(t *testing.T) {
			cut := &cutter{}
			s, c := connect(t, ftptest.Config{Mechanism: &ftptest.Mechanism{New: newCountMechanism, Buffer: 5000}}, func(p *ftpwire.Profile) {
				cut.control = net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
				p.Mechanism, p.Dial = &control.Mechanism{New: newCountMechanism}, cut.dial
			})
			dir := t.TempDir()
			local, back := filepath.Join(dir, "local"), filepath.Join(dir, "back")
			if err := os.WriteFile(local, file, 0o600); err != nil {
				t.Fatal(err)
			}
			o := &ftpwire.TransferOptions{Resume: true, Retry: ftpwire.Retry{Attempts: 2, Delay: time.Millisecond}}
			cut.set(tt.cuts...)
			if r, err := c.Upload(t.Context(), local, "f", o); err != nil {
				t.Fatalf("%+v, %v", r, err)
			}
			if got, err := s.ReadFile("/f"); err != nil || !bytes.Equal(got, file) {
				t.Errorf("the server has %d octets, %v; want %d", len(got), err, len(file))
			}
			cut.set(tt.cuts...)
			r, err := c.Download(t.Context(), "f", back, o)
			if err != nil || r.Proof&ftpwire.ProofEnd == 0 {
				t.Errorf("%+v, %v; want a proof by the end", r, err)
			}
			if got, err := os.ReadFile(back); err != nil || !bytes.Equal(got, file) {
				t.Errorf("%d octets came, %v; want %d", len(got), err, len(file))
			}
			if retried := tt.cuts != nil; retried != (r.ResumedFrom > 0 || r.Attempts > 1) {
				t.Errorf("%+v; want another attempt: %v", r, retried)
			}
		})
	}
}
