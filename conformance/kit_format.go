package conformance

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// encode returns a file as a format has it. The format must have it.
func encode(f mode.Format, o mode.Options, file []byte) []byte {
	var wire bytes.Buffer
	w := mode.NewWriter(&wire, f, o)
	w.Write(file) // nor does wire fail, which is memory
	w.Close()
	return wire.Bytes()
}

const inflatedLimit = 8 << 20 // of what MODE Z is unpacked to: no case sends as much

// A codedFile is what came over a data connection.
type codedFile struct {
	file    []byte
	wire    []byte
	markers []string // restart markers
}

// decode reads a file that ends as the format says. It fails if the file is broken, or
// something follows its end. The data connection is left as it is.
func (x *Transfer) decode(format mode.Format) *codedFile {
	x.Accepted()
	f := &codedFile{}
	wire := &wireReader{d: x.d}
	r := mode.NewReader(wire, format, mode.Options{
		Raw: true, Limit: inflatedLimit,
		Marker: func(text string) error { f.markers = append(f.markers, text); return nil },
	})
	var err error
	f.file, err = io.ReadAll(io.LimitReader(r, keptBytes))
	f.wire = wire.b
	x.d.received(wire.b, "")
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			x.t.suspect(ownServerCloses)
		}
		x.t.Failf("%s: %v", x.cmd, err)
	}
	if r.Trailing() > 0 {
		x.t.Failf("%s: %d octets follow the end of the file", x.cmd, r.Trailing())
	}
	return f
}

// receiveCoded is Receive for a file in a format.
func (x *Transfer) receiveCoded(f mode.Format) *codedFile {
	got := x.decode(f)
	x.d.stream().SetReadDeadline(time.Now().Add(quiet))
	n, _ := x.d.stream().Read(make([]byte, 1))
	if n > 0 {
		x.t.Failf("%s: octets follow the end of the file", x.cmd)
	}
	x.d.goodbye()
	x.t.WantIn(x.Final(), x.cmd, 226, 250)
	return got
}

// downCoded retrieves a file in the format that is in force.
func (t *T) downCoded(name string, f mode.Format) *codedFile {
	return t.Begin("RETR " + name).receiveCoded(f)
}

// A wireReader reads a data connection and keeps what has come. It is as bounded as
// readN.
type wireReader struct {
	d        *dataConn
	b        []byte
	deadline time.Time
}

func (r *wireReader) Read(b []byte) (int, error) {
	wait := r.d.t.run.opts.timeout()
	if r.deadline.IsZero() {
		r.deadline = time.Now().Add(3 * wait)
	}
	if len(r.b) > keptBytes || time.Now().After(r.deadline) {
		return 0, errEndless
	}
	r.d.stream().SetReadDeadline(time.Now().Add(wait))
	n, err := r.d.stream().Read(b)
	r.b = append(r.b, b[:n]...)
	return n, err
}

// optional sends commands that set parameters to optional values, and makes the case
// UNIMPL if one is refused. Afterwards MODE S and STRU F are in force again: with sets
// the values.
func (t *T) optional(cmds ...string) {
	for _, cmd := range cmds {
		r := t.Ask(cmd)
		if refused(r) {
			t.Unimplf("%s: %s", cmd, brief(r))
		}
		t.WantIn(r, cmd, 200)
		switch verb, _, _ := strings.Cut(cmd, " "); verb { // that takes anything may have meant nothing
		case "MODE":
			t.suspect("rfc959-5.4-mode-bad")
		case "STRU":
			t.suspect("rfc959-5.4-stru-bad")
		}
	}
	t.plain()
}

// with sets parameters.
func (t *T) with(cmds ...string) {
	for _, cmd := range cmds {
		t.Must(cmd, 200)
	}
}

// plain sets MODE S and STRU F.
func (t *T) plain() {
	for _, p := range [][2]string{{"MODE", "S"}, {"STRU", "F"}} {
		if t.c.sent[p[0]] {
			t.Must(p[0]+" "+p[1], 2)
		}
	}
}
