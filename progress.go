package ftpwire

import (
	"io"
	"os"
	"sync/atomic"

	"github.com/ftpwire/ftpwire/datachan"
)

// A meter tells [TransferOptions.Progress] where in the file one attempt is. A nil meter tells nobody.
type meter struct {
	tell        func(done, total int64)
	from, total int64
	overlap     int64 // what comes again before from
	counts      bool  // the octets on the wire are not those of the file, which are counted in file
	file        atomic.Int64
}

// meter begins to tell of an attempt that goes on at offset from; nil if nobody wants to know.
func (j *job) meter(from, overlap, total int64) *meter {
	if j.o.Progress == nil {
		return nil
	}
	f := j.c.conn.FileFormat().Filled()
	m := &meter{tell: j.o.Progress, from: from, overlap: overlap, total: total, counts: !f.Exact() || f.Mode != 'S'}
	m.tell(from, total)
	return m
}

// watch has the data connection tell of what moves: on is its OnTally.
func (m *meter) watch(on func(func(datachan.Tally))) {
	if m == nil {
		return
	}
	on(func(t datachan.Tally) {
		if t.Done {
			return // end tells, when it is known how much of that is in the file
		}
		n := max(t.Moved-m.overlap, 0)
		if m.counts {
			n = m.file.Load()
		}
		m.tell(m.from+n, m.total)
	})
}

// end tells where the attempt has ended.
func (m *meter) end(at int64) {
	if m != nil {
		m.tell(max(at, m.from), m.total)
	}
}

// writer returns w, or a writer that counts what goes to w. w alone may be written by the kernel.
func (m *meter) writer(w io.Writer) io.Writer {
	if m == nil || !m.counts {
		return w
	}
	return io.MultiWriter(w, (*meterWriter)(m))
}

// reader returns r, or a reader that counts what comes from r.
func (m *meter) reader(r io.Reader) io.Reader {
	if m == nil || !m.counts {
		return r
	}
	return io.TeeReader(r, (*meterWriter)(m))
}

type meterWriter meter

func (m *meterWriter) Write(b []byte) (int, error) {
	m.file.Add(int64(len(b)))
	return len(b), nil
}

// sizeOf returns how much r has, -1 if it does not tell.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case *os.File:
		info, err := r.Stat()
		at, serr := r.Seek(0, io.SeekCurrent)
		if err != nil || serr != nil || !info.Mode().IsRegular() {
			return -1
		}
		return max(info.Size()-at, 0)
	case interface{ Len() int }: // bytes.Reader and their like
		return int64(r.Len())
	}
	return -1
}
