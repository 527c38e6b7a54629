package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
)

const (
	// fileWhole is how many octets are fetched at once and held, and are whole and confirmed before the first is read.
	fileWhole = 64 << 10

	// fileChunk is what a small read takes from the connection, so that the next ones need not.
	fileChunk = 32 << 10

	// fileSkip is how far forward a read goes on in the running transfer instead of beginning another: that costs about five round trips.
	fileSkip = 256 << 10

	// fileAhead is how much of the running transfer is held in memory when another operation wants the connection.
	fileAhead = 1 << 20

	// fileThrow is how much of the beginning of a file is thrown away where a server can't begin further on.
	fileThrow = 64 << 20

	// fileOverlap is how much of what is held is fetched once more, and compared, when a transfer goes on after it.
	fileOverlap = 1 << 10
)

// A File is a file on the server, open for reading: see [Client.Open]. Read goes on where the last Read or Seek has left it, ReadAt reads
// anywhere and leaves that place alone. Several goroutines may use it.
//
// There is one transfer at a time. A read that does not go on where the transfer is gives it up and begins another, with REST. That takes
// about six round trips (TYPE, SIZE, MDTM, EPSV or PASV, REST and RETR), and the giving up (ABOR) one or two. It takes none if the octets are
// held: those of a file, or a rest, of up to 64 KiB, which is fetched at once; and the last 32 KiB that came for small reads. Up to 256 KiB
// further on, the running transfer is read on.
//
// A File gives way to other operations of the [Client]: up to 1 MiB of its transfer is read ahead, for a quarter of a second at most,
// and the transfer is given up if that is not the end. The next read that wants more begins another. While a file made by
// [Client.Create] or [Client.Append] is open, such a read waits, as all operations do.
//
// The octets are those of the offset, and that is proven before the first of them is read. TYPE goes before each transfer, as servers are known
// that go back to TYPE A. The first time that a Client begins at an offset, it asks for the last octet of that file, too, as
// nothing else shows whether the server begins there to the octet. And each time what comes has to differ from the beginning of the file, of
// which 64 KiB are fetched once, unless they have come already: a server that ignores REST, always or once in a while, sends them. The last
// 64 KiB are counted instead. Where there is no REST, or the file has the same octets there as at its beginning (such as zeros), the octets
// before the offset are fetched and thrown away, up to 64 MiB of them; beyond that, the error is a *[control.OffsetError]. If the size or the time of the file is another one when a further transfer begins, or when the last of several has
// ended, the error is a *[ChangedError]. A file of which the server tells neither can only be read in one go.
//
// Errors other than [io.EOF] are *[FileError] and *[ReconnectError]. After an error, Read returns it until Seek is called.
type File struct {
	ctx  context.Context
	o    operation
	busy chan struct{} // holds a token while a method runs; it guards what follows

	entry listing.Entry // what was known of the file before it was opened
	state remoteState   // of the first transfer
	end   int64         // the size in octets that Read has, -1 if that is not known

	pos    int64 // of Read and Seek
	err    error // of Read
	closed bool

	head     []byte // octets at its beginning, up to headSize
	unplaced int64  // an offset for which REST could not be proven

	held   []byte // octets of the file
	heldAt int64  // where they begin
	late   error  // why what is after them can't be had from the transfer that they came from

	part  *control.Download // the running transfer, or nil
	next  int64             // the offset of its next octet
	done  func()            // gives its turn back
	parts int               // transfers so far

	stop    atomic.Pointer[context.CancelCauseFunc] // ends the running transfer
	leaving atomic.Bool                             // another operation wants the connection
}

// newFile returns a File without a transfer.
func (c *Client) newFile(ctx context.Context, name string, e listing.Entry) *File {
	f := &File{ctx: ctx, o: operation{c: c, op: "read", path: name}, busy: make(chan struct{}, 1), entry: e, state: remoteState{Size: -1}, end: -1}
	if e.Name != "" && exactSize(e) && c.Conn().FileFormat().Exact() {
		f.end = e.Size
	}
	return f
}

func (f *File) lock()   { f.busy <- struct{}{} }
func (f *File) unlock() { <-f.busy }

// Stat returns what is known of the file. It asks the server nothing. Size is -1, and ModTime is zero, if the server has not told them.
// Sys returns a [listing.Entry].
func (f *File) Stat() (fs.FileInfo, error) {
	f.lock()
	defer f.unlock()
	if f.closed {
		return nil, f.fail("stat", errGivenUp)
	}
	e := f.entry
	if e.Name == "" {
		e.Name = lastElement(f.o.path)
		e.Kind, e.Size, e.Time = listing.KindFile, f.state.Size, f.state.Time
	}
	return fileInfo{lastElement(f.o.path), e}, nil
}

// Read implements [io.Reader]. It returns [io.EOF] only if the server has confirmed that all that was to come has come, and the size is
// right if the server tells sizes.
func (f *File) Read(b []byte) (int, error) {
	f.lock()
	defer f.unlock()
	if f.err != nil || len(b) == 0 {
		return 0, f.err
	}
	n, err := f.read(b, f.pos)
	f.pos += int64(n)
	f.err = err
	return n, err
}

// ReadAt implements [io.ReaderAt]. What it returns is what came from that place; whether the file is whole, only Read says, at the end.
func (f *File) ReadAt(b []byte, off int64) (n int, err error) {
	f.lock()
	defer f.unlock()
	if off < 0 {
		return 0, f.fail("read", errNegative(off))
	}
	for n < len(b) && err == nil {
		var m int
		m, err = f.read(b[n:], off+int64(n))
		n += m
	}
	return n, err
}

// Seek implements [io.Seeker]. It asks the server nothing. io.SeekEnd is an error if the size is not known.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	f.lock()
	defer f.unlock()
	from := int64(0)
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		from = f.pos
	case io.SeekEnd:
		if from = f.end; from < 0 {
			return 0, f.fail("seek", errors.New("ftp: the size is not known"))
		}
	default:
		return 0, f.fail("seek", fs.ErrInvalid)
	}
	if f.closed {
		return 0, f.fail("seek", errGivenUp)
	}
	if offset += from; offset < 0 {
		return 0, f.fail("seek", errNegative(offset))
	}
	f.pos, f.err = offset, nil
	return offset, nil
}

func errNegative(off int64) error { return fmt.Errorf("ftp: the offset %d is negative", off) }

// Close ends the running transfer, and a Read that waits for it. It returns nil if the connection can still be used.
func (f *File) Close() error {
	select {
	case f.busy <- struct{}{}:
	default:
		if stop := f.stop.Load(); stop != nil {
			(*stop)(errGivenUp)
		}
		f.lock()
	}
	defer f.unlock()
	if f.closed {
		return nil
	}
	f.closed, f.held = true, nil
	err := f.giveUp()
	f.err = f.fail("read", errGivenUp)
	return f.fail("close", err)
}

// read reads at least one octet at off, or returns an error.
func (f *File) read(b []byte, off int64) (int, error) {
	for {
		switch n := f.fromHeld(b, off); {
		case f.closed:
			return 0, f.fail("read", errGivenUp)
		case n > 0:
			return n, nil
		case f.late != nil && off == f.heldAt+int64(len(f.held)):
			err := f.late
			f.late = nil
			return 0, err
		case f.part == nil && f.end >= 0 && off >= f.end && (off > 0 || f.parts > 0):
			return 0, io.EOF
		}
		if err := f.reach(off); err != nil {
			return 0, f.fail("read", err)
		}
		if f.part == nil || f.next > off {
			continue // it is held
		}
		if len(b) >= fileChunk {
			n, err := f.receive(b)
			return n, f.readError(err)
		}
		f.held, f.heldAt = make([]byte, fileChunk), f.next
		n, err := f.receive(f.held)
		if f.held = f.held[:n]; n == 0 && err != nil {
			return 0, f.readError(err)
		}
		f.late = f.readError(err)
	}
}

func (f *File) readError(err error) error {
	if err == io.EOF {
		return err
	}
	return f.fail("read", err)
}

func (f *File) fromHeld(b []byte, off int64) int {
	if off < f.heldAt || off >= f.heldAt+int64(len(f.held)) {
		return 0
	}
	return copy(b, f.held[off-f.heldAt:])
}

func (f *File) fail(op string, err error) error {
	o := f.o
	o.op = op
	return o.fail(err, nil)
}
