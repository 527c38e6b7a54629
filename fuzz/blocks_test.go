package fuzz

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/ftpwire/ftpwire/protocol"
)

// summed is a mechanism that anybody can forge: a block is a sum of its data, then these.
type summed struct{}

func (summed) Room(buffer uint32) uint32 { return max(buffer, 1) - 1 }

func (summed) Protect(plain []byte) ([]byte, error) { return append([]byte{sum(plain)}, plain...), nil }

func (summed) Unprotect(block []byte) ([]byte, error) {
	if block[0] != sum(block[1:]) {
		return nil, errors.New("wrong sum")
	}
	return block[1:], nil
}

func sum(b []byte) (s byte) {
	for _, x := range b {
		s = s*31 + x + 1
	}
	return s
}

// FuzzBlocks: whatever a peer sends on a data connection under a security mechanism, the
// reader ends, the way the network cuts it makes no difference, and what is written in any
// pieces comes out again, but never without its end.
func FuzzBlocks(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x01\x00"), uint32(10), uint32(3))
	f.Add([]byte("\x00\x00\x00\x00"), uint32(0), uint32(1))
	f.Add([]byte("\xff\xff\xff\xffabc"), uint32(4), uint32(2))
	f.Fuzz(func(t *testing.T, b []byte, buffer, piece uint32) {
		buffer, piece = buffer%5000, max(1, piece%5000)
		one, errOne := io.ReadAll(protocol.NewBlockReader(bytes.NewReader(b), summed{}, buffer))
		two, errTwo := io.ReadAll(protocol.NewBlockReader(iotest.OneByteReader(bytes.NewReader(b)), summed{}, buffer))
		if !bytes.Equal(one, two) || (errOne == nil) != (errTwo == nil) {
			t.Fatalf("%d octets, %v at once; %d, %v by one", len(one), errOne, len(two), errTwo)
		}
		if _, ok := errors.AsType[*protocol.ProtectionError](errOne); errOne != nil && !ok {
			t.Fatalf("%T %v; want a *ProtectionError", errOne, errOne)
		}
		buffer = max(buffer, 2)
		var wire bytes.Buffer
		w := protocol.NewBlockWriter(&wire, summed{}, buffer)
		for rest := b; len(rest) > 0; {
			n := min(int(piece), len(rest))
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(protocol.NewBlockReader(bytes.NewReader(wire.Bytes()), summed{}, buffer))
		if err != nil || !bytes.Equal(got, b) {
			t.Fatalf("%d octets, %v; want %d", len(got), err, len(b))
		}
		cut := bytes.NewReader(wire.Bytes()[:wire.Len()-1])
		if _, err := io.ReadAll(protocol.NewBlockReader(cut, summed{}, buffer)); err == nil {
			t.Fatal("no error without the end")
		}
	})
}
