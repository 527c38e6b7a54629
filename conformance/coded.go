package conformance

import (
	"bytes"
	"io"
	"time"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

// A coding is how a file goes over the data connection where it does not go as it is:
// the parameters of MODE and STRU, and what MODE C fills with.
type coding struct {
	mode    byte // 'S', 'B', 'C' or 'Z'
	records bool
	filler  byte
}

// encode returns a file as the coding has it. With records, a line is a record.
func (c coding) encode(file []byte) []byte {
	var wire bytes.Buffer
	w := c.writer(&wire)
	w.Write(file) // neither fails: wire is memory
	w.Close()
	return wire.Bytes()
}

func (c coding) writer(w io.Writer) io.WriteCloser {
	switch c.mode {
	case 'B':
		b := mode.NewBlockWriter(w)
		b.Records = c.records
		return b
	case 'C':
		m := mode.NewCompressedWriter(w)
		m.Records, m.Filler = c.records, c.filler
		return m
	case 'Z':
		return mode.NewDeflateWriter(w, 0)
	}
	return mode.NewRecordWriter(w)
}

func (c coding) reader(r io.Reader, marker func(string) error) io.Reader {
	switch c.mode {
	case 'B':
		b := mode.NewBlockReader(r)
		b.Records, b.Marker = c.records, marker
		return b
	case 'C':
		m := mode.NewCompressedReader(r)
		m.Records, m.Filler, m.Marker = c.records, c.filler, marker
		return m
	case 'Z':
		z := mode.NewDeflateReader(r)
		z.Limit = inflatedLimit
		return z
	}
	return mode.NewRecordReader(r)
}

const inflatedLimit = 8 << 20 // of what MODE Z is unpacked to: no case sends as much

// A codedFile is what came over a data connection.
type codedFile struct {
	file    []byte
	wire    []byte
	markers []string // restart markers
}

// Decode reads a file that ends as the coding says. It fails if the file is broken, or
// something follows its end. The data connection is left as it is.
func (x *Transfer) Decode(c coding) *codedFile {
	x.Accepted()
	f := &codedFile{}
	wire := &wireReader{d: x.d}
	r := c.reader(wire, func(text string) error { f.markers = append(f.markers, text); return nil })
	var err error
	f.file, err = io.ReadAll(r)
	f.wire = wire.b
	x.d.received(wire.b, "")
	if err != nil {
		x.t.Failf("%s: %v", x.cmd, err)
	}
	if b, ok := r.(interface{ Behind() int }); ok && b.Behind() > 0 {
		x.t.Failf("%s: %d octets follow the end of the file", x.cmd, b.Behind())
	}
	return f
}

// ReceiveCoded is Receive for a file in a coding.
func (x *Transfer) ReceiveCoded(c coding) *codedFile {
	f := x.Decode(c)
	x.d.stream().SetReadDeadline(time.Now().Add(quiet))
	n, _ := x.d.stream().Read(make([]byte, 1))
	if n > 0 {
		x.t.Failf("%s: octets follow the end of the file", x.cmd)
	}
	x.d.goodbye()
	x.t.WantIn(x.Final(), x.cmd, 226, 250)
	return f
}

// DownCoded retrieves a file in the coding that is in force.
func (t *T) DownCoded(name string, c coding) *codedFile {
	return t.Begin("RETR " + name).ReceiveCoded(c)
}

// A wireReader reads a data connection, keeps what has come, and takes a stall of the
// reply timeout for an error.
type wireReader struct {
	d *Data
	b []byte
}

func (r *wireReader) Read(b []byte) (int, error) {
	r.d.stream().SetReadDeadline(time.Now().Add(r.d.t.run.opts.timeout()))
	n, err := r.d.stream().Read(b)
	r.b = append(r.b, b[:n]...)
	return n, err
}

// Optional sends commands that set parameters to optional values, and makes the case
// UNIMPL if one is refused. Afterwards MODE S and STRU F are in force again: With sets
// the values.
func (t *T) Optional(cmds ...string) {
	for _, cmd := range cmds {
		r := t.Ask(cmd)
		if refused(r) {
			t.Unimplf("%s: %s", cmd, brief(r))
		}
		t.WantIn(r, cmd, 200)
	}
	t.Plain()
}

// With sets parameters.
func (t *T) With(cmds ...string) {
	for _, cmd := range cmds {
		t.Must(cmd, 200)
	}
}

// Plain sets MODE S and STRU F.
func (t *T) Plain() {
	for _, p := range [][2]string{{"MODE", "S"}, {"STRU", "F"}} {
		if t.c.sent[p[0]] {
			t.Must(p[0]+" "+p[1], 2)
		}
	}
}
