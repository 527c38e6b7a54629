package protocol

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
)

// A BlockProtector is a [Protector] that protects data connections, too (RFC 2228,
// Section 6): levels S, E and P of PROT.
type BlockProtector interface {
	// Protector is the exchange and its messages.
	Protector

	// Blocks returns what protects one data connection at level l, which is one that
	// the mechanism offers. transfer is the number of the transfer command in the
	// security exchange, from 1 on. Both sides count alike, so that a mechanism can
	// tell a block of another connection, which anybody can send once more.
	Blocks(l Level, transfer uint64) Blocks
}

// Blocks protects the blocks of one data connection, which travel in order and one
// way. One goroutine uses it. A mechanism should refuse a block that comes again or out
// of order: nothing else does (RFC 2228, Section 6).
type Blocks interface {
	// Room returns how many octets of data fit into a protected block of at most
	// buffer octets, or 0 if none do.
	Room(buffer uint32) uint32

	// Protect returns plain as a protected block. An empty plain is the end of the data.
	Protect(plain []byte) ([]byte, error)

	// Unprotect verifies and opens a block. What it returns may use the memory of block.
	Unprotect(block []byte) ([]byte, error)
}

// DataBlocks returns what protects the data connection of the transfer command that was
// sent, or received, last. It is nil if the connection is in clear, or under TLS.
func (m *Machine) DataBlocks() Blocks {
	p, ok := m.mech.(BlockProtector)
	if !ok || m.prot.Data == LevelClear {
		return nil
	}
	return p.Blocks(m.prot.Data, m.transfers)
}

// count notes that a transfer command begins.
func (m *Machine) count(x exchange) {
	if x.diagram == DiagramTransfer {
		m.transfers++
	}
}

func badBlock(reason string, err error) error {
	return &ProtectionError{Code: 535, Reason: reason, Err: err}
}

const blockHeader = 4 // the length of the block, the most significant octet first

// A BlockReader takes the protection off what comes over a data connection (RFC 2228,
// Section 6). Only the block that holds nothing is its io.EOF. If the connection ends
// before that block, the error is a *[ProtectionError] that wraps io.ErrUnexpectedEOF. If
// a block is larger than PBSZ allows, or fails the mechanism's check, the error is a
// *[ProtectionError]. No part of a block is returned before all of it was checked.
type BlockReader struct {
	src    io.Reader
	blocks Blocks
	limit  uint32
	block  []byte
	plain  []byte // of the block, not read yet
	err    error
}

// NewBlockReader returns a reader of src, whose blocks are no longer than buffer.
func NewBlockReader(src io.Reader, blocks Blocks, buffer uint32) *BlockReader {
	return &BlockReader{src: src, blocks: blocks, limit: min(buffer, math.MaxInt32)}
}

// Read implements io.Reader.
func (r *BlockReader) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for len(r.plain) == 0 {
		if r.err == nil {
			r.plain, r.err = r.next()
		}
		if r.err != nil {
			return 0, r.err
		}
	}
	n := copy(b, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

// next reads and opens one block.
func (r *BlockReader) next() ([]byte, error) {
	var header [blockHeader]byte
	if err := r.fill(header[:]); err != nil {
		return nil, err
	}
	switch n := binary.BigEndian.Uint32(header[:]); {
	case n == 0:
		return nil, badBlock("a block of the data connection has no protection", nil)
	case n > r.limit:
		return nil, badBlock(fmt.Sprintf("a block of the data connection has %d octets, PBSZ allows %d", n, r.limit), nil)
	default:
		if err := r.take(int(n)); err != nil {
			return nil, err
		}
	}
	plain, err := r.blocks.Unprotect(r.block)
	switch {
	case err != nil:
		return nil, badBlock("a block of the data connection failed the security check", err)
	case len(plain) == 0:
		return nil, io.EOF
	}
	return plain, nil
}

// blockPiece is how much memory is allocated for a block before data to fill it have
// come.
const blockPiece = 1 << 20

// take reads a block of n octets. A length that the peer only announces takes no memory.
func (r *BlockReader) take(n int) error {
	r.block = r.block[:0]
	for at := 0; at < n; at = len(r.block) {
		k := min(n-at, blockPiece)
		r.block = slices.Grow(r.block, k)[:at+k]
		if err := r.fill(r.block[at:]); err != nil {
			return err
		}
	}
	return nil
}

// fill reads all of b.
func (r *BlockReader) fill(b []byte) error {
	_, err := io.ReadFull(r.src, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		// Whoever sits on the path can end the connection.
		return badBlock("the data connection ended before the block that ends the data", io.ErrUnexpectedEOF)
	}
	return err
}

// A BlockWriter protects what goes over a data connection (RFC 2228, Section 6). Close
// ends the data; without Close the peer must take them as cut off.
type BlockWriter struct {
	dst    io.Writer
	blocks Blocks
	limit  uint32
	ended  bool
	err    error
}

// NewBlockWriter returns a writer to dst of blocks no longer than buffer.
func NewBlockWriter(dst io.Writer, blocks Blocks, buffer uint32) *BlockWriter {
	return &BlockWriter{dst: dst, blocks: blocks, limit: buffer}
}

// Write implements io.Writer. The number that it returns counts what whole blocks held.
func (w *BlockWriter) Write(b []byte) (n int, err error) {
	room := int(w.blocks.Room(w.limit))
	for n < len(b) {
		if room <= 0 {
			return n, badBlock(fmt.Sprintf("no data fit into a block of %d octets, as PBSZ has it", w.limit), nil)
		}
		k := min(len(b)-n, room)
		if err := w.send(b[n : n+k]); err != nil {
			return n, err
		}
		n += k
	}
	return n, nil
}

// Close sends the block that ends the data. The connection stays open.
func (w *BlockWriter) Close() error {
	if w.ended {
		return w.err
	}
	err := w.send(nil)
	w.ended = true
	return err
}

func (w *BlockWriter) send(plain []byte) error {
	switch {
	case w.err != nil:
		return w.err
	case w.ended:
		return io.ErrClosedPipe
	}
	w.err = w.write(plain)
	return w.err
}

func (w *BlockWriter) write(plain []byte) error {
	block, err := w.blocks.Protect(plain)
	switch {
	case err != nil:
		return badBlock("the mechanism cannot protect the data", err)
	case len(block) == 0, uint64(len(block)) > uint64(w.limit):
		return badBlock(fmt.Sprintf("the mechanism made a block of %d octets, PBSZ allows %d", len(block), w.limit), nil)
	}
	out := binary.BigEndian.AppendUint32(make([]byte, 0, blockHeader+len(block)), uint32(len(block)))
	_, err = w.dst.Write(append(out, block...))
	return err
}
