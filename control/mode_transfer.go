package control

import (
	"errors"
	"io"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// errAfterEnd is the error of a file whose format marks its end, with more octets after
// that.
var errAfterEnd = errors.New("octets follow the end of the file")

// codec returns the options of this end for the data of a command. The lines of listings
// are passed on unchanged.
func (c *Config) codec(verb protocol.Verb) mode.Options {
	listing := verb.Does(protocol.Lists)
	return mode.Options{CodePage: c.EBCDIC, CRLF: c.EBCDICCRLF, Raw: listing, Detect: listing, Limit: c.inflateLimit(verb)}
}

// decode sets up the decoder for the format of a download.
func (d *Download) decode() {
	t := d.t
	o := t.c.cfg.codec(t.f.cmd.Verb)
	if t.format.AsIs(o) {
		return
	}
	o.Marker = d.noteMark
	d.dec = mode.NewReader(wire{d}, t.format, o)
	d.r = d.dec
}

// A wire is a data connection as decoders read it: an error that is as good as its end
// becomes io.EOF.
type wire struct{ d *Download }

func (w wire) Read(b []byte) (int, error) {
	n, err := w.d.t.dc.Read(b)
	if err != nil && err != io.EOF && w.d.isGoodEnd(err) {
		err = io.EOF
	}
	return n, err
}

// octets returns how many octets have come, counted as stream mode has them on the data
// connection.
func (d *Download) octets() int64 {
	if d.dec == nil || !d.t.format.MarksEnd() {
		return d.t.moved()
	}
	return d.dec.Octets()
}

// Position returns how far into the file the caller has read, as [Conn.Retr] counts
// offsets: in octets on the wire of stream mode, from the beginning of the file. A broken
// download can be resumed there, in TYPE A and E as well: the data from there on
// continues what has been read. With STRU R it has no use. In MODE B and C servers may
// want a marker instead; see [Download.Marks].
func (d *Download) Position() int64 {
	if d.dec == nil {
		return d.from + d.t.moved()
	}
	return d.from + d.dec.Position()
}

// encode sets up the encoder for the format of an upload.
func (u *Upload) encode(skip int64) {
	t := u.t
	o := t.c.cfg.codec(t.f.cmd.Verb)
	if t.format.AsIs(o) {
		return
	}
	o.Skip = skip
	u.enc = mode.NewWriter(t.dc, t.format, o)
	u.w = u.enc
}

func (u *Upload) wrote(b []byte) {
	if len(b) > 0 {
		u.written += int64(len(b))
		u.midRecord = b[len(b)-1] != '\n'
	}
}

// end ends the data of an upload. A server may close as soon as it has read an end that
// stands in the data; then nothing is lost, and its final reply says what it makes of it.
func (u *Upload) end() error {
	u.awaitStart()
	if u.enc != nil {
		if err := u.enc.Close(); err != nil {
			return err
		}
	}
	err := u.t.dc.CloseWrite()
	if u.t.format.MarksEnd() && datachan.PeerClosed(err) {
		return nil
	}
	return err
}
