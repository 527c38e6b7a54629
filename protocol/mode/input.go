package mode

import (
	"bufio"
	"io"
)

// bufferSize is how much is read, and written, at a time.
const bufferSize = 32 << 10

// An input reads a data connection and counts.
type input struct {
	mode string
	r    *bufio.Reader
	at   int64
}

func newInput(mode string, r io.Reader) input {
	return input{mode: mode, r: bufio.NewReaderSize(r, bufferSize)}
}

// byte reads the next octet; the end of the connection is an error.
func (in *input) byte() (byte, error) {
	b, err := in.r.ReadByte()
	if err == io.EOF {
		return 0, early(in.mode, in.at)
	}
	if err == nil {
		in.at++
	}
	return b, err
}

// some reads at most len(b) octets.
func (in *input) some(b []byte) (int, error) {
	n, err := in.r.Read(b)
	in.at += int64(n)
	if n > 0 {
		return n, nil
	}
	if err == io.EOF {
		err = early(in.mode, in.at)
	}
	return 0, err
}

func (in *input) wrong(reason string) error {
	return &Error{Mode: in.mode, Offset: in.at, Reason: reason}
}

// trailing returns how many octets wait, if the file is over.
func (in *input) trailing(over bool) int {
	if !over {
		return 0
	}
	return in.r.Buffered()
}

// marker reads the text of a restart marker of n octets.
func (in *input) marker(n int) (string, error) {
	if n > markerLength {
		return "", in.wrong("a restart marker is too long")
	}
	text := make([]byte, n)
	for i := range text {
		var err error
		if text[i], err = in.byte(); err != nil {
			return "", err
		}
	}
	if !ValidMarker(string(text)) {
		return "", in.wrong("a restart marker is not printable")
	}
	return string(text), nil
}
