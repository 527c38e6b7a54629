package tlsx

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// A readerConn is a connection that can only be read.
type readerConn struct {
	net.Conn
	io.Reader
}

func (c readerConn) Read(b []byte) (int, error) { return c.Reader.Read(b) }

func record(kind byte, body string) string {
	return string([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}) + body
}

// reads returns what each read of up to 64 bytes gives, until it fails.
func reads(c *RecordConn) (got []string, err error) {
	b := make([]byte, 64)
	for {
		n, err := c.Read(b)
		if err != nil {
			return got, err
		}
		got = append(got, string(b[:n]))
	}
}

func TestRecordConn(t *testing.T) {
	tests := []struct {
		name   string
		input  string
		ending bool
		want   []string
		err    error
	}{
		{"records", record(22, "hello") + record(23, "x"), false,
			[]string{"\x16", "\x03\x03\x00\x05", "hello", "\x17", "\x03\x03\x00\x01", "x"}, io.EOF},
		{"empty record", record(23, "") + record(21, "ab"), false,
			[]string{"\x17", "\x03\x03\x00\x00", "\x15", "\x03\x03\x00\x02", "ab"}, io.EOF},
		{"no TLS at all is read as it comes", "220 ready\r\n", false, []string{"2", "20 ready\r\n"}, io.EOF},
		{"clear text behind a record", record(21, "ab") + "200 ok\r\n", true,
			[]string{"\x15", "\x03\x03\x00\x02", "ab"}, errClearText},
		{"clear text at once", "200 ok\r\n", true, nil, errClearText},
		{"TLS while ending", record(21, "ab"), true, []string{"\x15", "\x03\x03\x00\x02", "ab"}, io.EOF},
		{"cut in the header", "\x16\x03", false, []string{"\x16", "\x03"}, io.EOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &RecordConn{Conn: readerConn{Reader: bytes.NewReader([]byte(tt.input))}}
			c.ending.Store(tt.ending)
			got, err := reads(c)
			if !errors.Is(err, tt.err) {
				t.Errorf("err = %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("reads mismatch (-want +got):\n%s", diff)
			}
			if c.ended != (tt.err == io.EOF) {
				t.Errorf("ended = %v", c.ended)
			}
			if n, err := c.Read(nil); n != 0 || err != nil {
				t.Errorf("Read(nil) = %d, %v", n, err)
			}
		})
	}
}

// However the bytes come in, no read goes beyond a record.
func TestRecordConnByteByByte(t *testing.T) {
	input := record(22, "hello") + record(23, "") + record(21, "ab")
	c := &RecordConn{Conn: readerConn{Reader: iotest.OneByteReader(bytes.NewReader([]byte(input + "200 ok\r\n")))}}
	c.ending.Store(true)
	got, err := reads(c)
	if !errors.Is(err, errClearText) || c.heldOne != '2' {
		t.Errorf("err = %v, held %q", err, c.heldOne)
	}
	var all string
	for _, s := range got {
		all += s
	}
	if diff := cmp.Diff(input, all); diff != "" {
		t.Errorf("bytes mismatch (-want +got):\n%s", diff)
	}
}
