package conformance

import (
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

// big returns the name of a big file in the working directory. It is stored once.
func (t *T) big() string {
	if t.run.big == "" {
		name := path.Join(t.run.workDir, t.Name("big"))
		t.Type("I")
		x := t.Begin("STOR " + name).Accepted()
		t.run.keep(name)
		t.WantIn(x.storeBig(), x.cmd, 226, 250)
		t.run.big = name
	}
	return t.run.big
}

// storeBig sends the content of the big file, without holding it.
func (x *Transfer) storeBig() protocol.Reply {
	if x.d.tls != nil {
		x.d.tls.Drain()
	}
	src, piece := payloadSource(), make([]byte, 64<<10)
	deadline := time.Now().Add(12 * x.t.run.opts.timeout())
	for n := 0; n < bigSize; n += len(piece) {
		src.Read(piece)
		x.d.writeUntil(deadline)
		if _, err := x.d.stream().Write(piece); err != nil {
			x.d.event("sending failed after %d bytes: %v", n, err)
			break
		}
	}
	return x.finish()
}
