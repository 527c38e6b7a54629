package conformance

import (
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

const bigSize = 32 << 20 // no pair of socket buffers holds it

// payload returns n bytes that are the same in every run.
func payload(n int) []byte {
	b := make([]byte, n)
	payloadSource().Read(b)
	return b
}

func payloadSource() *rand.ChaCha8 {
	return rand.NewChaCha8([32]byte{'f', 't', 'p', 'w', 'i', 'r', 'e'})
}

// A likeness compares what is written to it with the payload, without holding either.
type likeness struct {
	src  *rand.ChaCha8
	n    int // bytes that came
	want int // bytes that have to come
	odd  int // the first one that is wrong, or -1
	buf  [64 << 10]byte
}

func newLikeness(want int) *likeness {
	return &likeness{src: payloadSource(), want: want, odd: -1}
}

// Write never fails: what is wrong is seen in the end.
func (l *likeness) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		buf := l.buf[:min(len(rest), len(l.buf))]
		l.src.Read(buf)
		for i := 0; l.odd < 0 && i < len(buf); i++ {
			if buf[i] != rest[i] {
				l.odd = l.n + i
			}
		}
		l.n, rest = l.n+len(buf), rest[len(buf):]
	}
	return len(b), nil
}

// err says what is wrong, or nil.
func (l *likeness) err() error {
	switch {
	case l.odd >= 0 && l.odd < l.want:
		return fmt.Errorf("byte %d of %d is wrong", l.odd, l.want)
	case l.n != l.want:
		return fmt.Errorf("%d bytes came, want %d", l.n, l.want)
	}
	return nil
}

// big returns the name of a big file in the working directory. It is stored once.
func (t *T) big() string {
	if t.run.big == "" {
		name := path.Join(t.run.workDir, t.Name("big"))
		t.Type("I")
		x := t.Begin("STOR " + name).Accepted()
		t.run.keep(name)
		r := x.storeBig()
		if full(r) {
			t.Skipf("the server has no room for a file of %d MiB: %s", bigSize>>20, brief(r))
		}
		t.WantIn(r, x.cmd, 226, 250)
		t.run.big = name
	}
	return t.run.big
}

// full reports whether a reply says that there is no room.
func full(r protocol.Reply) bool { return r.Code == 452 || r.Code == 552 }

// storeBig sends the content of the big file, without holding it.
func (x *Transfer) storeBig() protocol.Reply {
	x.send(bigSize, x.d.stream())
	return x.finish()
}

// send sends the first n bytes of the payload through w, which leads to the data
// connection, without holding them. If it fails, what the server says counts.
func (x *Transfer) send(n int, w io.Writer) {
	if x.d.tls != nil {
		x.d.tls.Drain()
	}
	src, piece := payloadSource(), make([]byte, 64<<10)
	deadline := time.Now().Add(12 * x.t.run.opts.timeout())
	for sent := 0; sent < n; {
		piece = piece[:min(len(piece), n-sent)]
		src.Read(piece)
		x.d.writeUntil(deadline)
		if _, err := w.Write(piece); err != nil {
			x.d.event("sending failed after %d bytes: %v", sent, err)
			return
		}
		sent += len(piece)
	}
	x.d.event("%d bytes sent", n)
}

// alike retrieves a file and fails unless it is the first n bytes of the payload.
func (t *T) alike(name string, n int) {
	t.Type("I")
	x := t.Begin("RETR " + name).Accepted()
	l := newLikeness(n)
	_, err := x.d.drainTo(func(b []byte) { l.Write(b) })
	if err != nil {
		t.Failf("%s: reading data: %v", x.cmd, err)
	}
	x.d.goodbye()
	t.WantIn(x.Final(), x.cmd, 226, 250)
	if err := l.err(); err != nil {
		t.Failf("RETR of %d bytes that were stored: %v", n, err)
	}
}
