package bench

import (
	"bufio"
	"io"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/jlaffaye/ftp"
)

// The peer's parsers are not exported, and through its client a transfer would be measured as well. They are
// linked by name, which the toolchain allows for packages outside the standard library if this package has an
// assembly file, even an empty one.

//go:linkname parseListLine github.com/jlaffaye/ftp.parseListLine
func parseListLine(line string, now time.Time, loc *time.Location) (*ftp.Entry, error)

//go:linkname parseRFC3659ListLine github.com/jlaffaye/ftp.parseRFC3659ListLine
func parseRFC3659ListLine(line string, now time.Time, loc *time.Location) (*ftp.Entry, error)

type peerParser func(line string, now time.Time, loc *time.Location) (*ftp.Entry, error)

// peerListing reads a listing as the peer's client does in List: a Scanner, one parser for all lines, and
// lines that it can't read left out.
func peerListing(r io.Reader, parse peerParser, now time.Time, do func(*ftp.Entry)) error {
	s := bufio.NewScanner(r)
	for s.Scan() {
		if e, err := parse(s.Text(), now, time.UTC); err == nil {
			do(e)
		}
	}
	return s.Err()
}
