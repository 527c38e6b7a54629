package mode

import "bytes"

// The line end of TYPE A on the wire is CR LF (RFC 959, Section 3.1.1.1); here it is LF.
// Only the pair CR LF is a line end: a CR or LF that stands alone is data and travels as
// it is, except that an LF to be sent becomes CR LF.

// An asciiDecoder turns CR LF into LF. If the text breaks off after a CR, the CR is held
// back: a restart begins in front of it, so that a line end that the break cut in two is
// read as one, and not as a CR and a line end.
type asciiDecoder struct{ cr bool }

func (d *asciiDecoder) held() int { return count(d.cr) }

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (d *asciiDecoder) convert(dst, src []byte, end bool) (nDst, nSrc int, err error) {
	for nDst < len(dst) {
		rest := src[nSrc:]
		switch {
		case d.cr && len(rest) > 0 && rest[0] == '\n':
			d.cr, dst[nDst] = false, '\n'
			nDst, nSrc = nDst+1, nSrc+1
		case d.cr && (len(rest) > 0 || end):
			d.cr, dst[nDst] = false, '\r'
			nDst++
		case len(rest) == 0:
			return nDst, nSrc, nil
		case rest[0] == '\r':
			d.cr = true
			nSrc++
		default:
			n := copy(dst[nDst:], until(rest, '\r'))
			nDst, nSrc = nDst+n, nSrc+n
		}
	}
	return nDst, nSrc, nil
}

// until returns what stands in front of the first c.
func until(b []byte, c byte) []byte {
	if i := bytes.IndexByte(b, c); i >= 0 {
		return b[:i]
	}
	return b
}

// An asciiEncoder turns LF into CR LF. A CR LF that is there already stays as it is,
// unless keepCR says that its CR is data.
type asciiEncoder struct {
	keepCR bool
	cr     bool // the last octet was a CR
}

// held counts the CR though it has been written: an LF may make a line end of it.
func (e *asciiEncoder) held() int { return count(e.cr && !e.keepCR) }

func (e *asciiEncoder) convert(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) && nDst < len(dst) {
		rest := src[nSrc:]
		if rest[0] != '\n' {
			n := copy(dst[nDst:], until(rest, '\n'))
			nDst, nSrc = nDst+n, nSrc+n
			e.cr = rest[n-1] == '\r'
			continue
		}
		if !e.cr || e.keepCR {
			if len(dst)-nDst < 2 {
				break
			}
			dst[nDst] = '\r'
			nDst++
		}
		e.cr, dst[nDst] = false, '\n'
		nDst, nSrc = nDst+1, nSrc+1
	}
	return nDst, nSrc, nil
}
