package mode

import (
	"strconv"
	"unicode/utf8"
)

// An ebcdicDecoder turns TYPE E (RFC 959, Section 3.1.1.2) into text: characters of a
// code page become UTF-8, and NL becomes LF. CR LF ends a line too, as some servers have
// it. A CR is held back until what follows it is known.
type ebcdicDecoder struct {
	page CodePage
	cr   bool
}

func (d *ebcdicDecoder) held() int { return count(d.cr) }

func (d *ebcdicDecoder) convert(dst, src []byte, end bool) (nDst, nSrc int, err error) {
	table := d.page.decode()
	for nDst < len(dst) && nSrc < len(src) {
		octet := src[nSrc]
		if d.cr && octet != octetLF {
			d.cr, dst[nDst] = false, '\r'
			nDst++
			continue // with the octet again
		}
		if d.cr {
			octet = NL
		}
		switch char := table[octet]; {
		case octet == octetCR:
		case char < firstUTF8:
			dst[nDst] = char
			nDst++
		case len(dst)-nDst < 2:
			return nDst, nSrc, nil
		default:
			nDst += utf8.EncodeRune(dst[nDst:], rune(char))
		}
		d.cr = octet == octetCR
		nSrc++
	}
	if end && d.cr && nSrc == len(src) && nDst < len(dst) {
		d.cr, dst[nDst] = false, '\r'
		nDst++
	}
	return nDst, nSrc, nil
}

// An ebcdicEncoder turns text in UTF-8, whose lines end in LF or CR LF, into TYPE E:
// characters of a code page with NL, or CR LF, at the end of a line. A character that the
// code page lacks is an Error.
type ebcdicEncoder struct {
	page CodePage
	crlf bool
	part [utf8.UTFMax]byte // beginning of a character
	have int               // octets in part
	cr   bool              // a CR is held back that may belong to a line end
	at   int64             // octets of the text
}

func (e *ebcdicEncoder) held() int { return e.have + count(e.cr) }

func (e *ebcdicEncoder) convert(dst, src []byte, end bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) && len(dst)-nDst >= 2 {
		n, err := e.octet(dst[nDst:], src[nSrc])
		nDst += n
		if err != nil {
			return nDst, nSrc, err
		}
		nSrc++
	}
	switch {
	case !end || nSrc < len(src):
	case e.have > 0:
		return nDst, nSrc, e.wrong("the text ends within a character")
	case e.cr && nDst < len(dst):
		e.cr, dst[nDst] = false, octetCR
		nDst++
	}
	return nDst, nSrc, nil
}

// octet takes one octet of the text, and writes two to dst at most.
func (e *ebcdicEncoder) octet(dst []byte, c byte) (int, error) {
	e.at++
	if e.have == 0 && c < utf8.RuneSelf {
		return e.char(dst, rune(c))
	}
	e.part[e.have] = c
	e.have++
	if !utf8.FullRune(e.part[:e.have]) {
		return 0, nil
	}
	r, size := utf8.DecodeRune(e.part[:e.have])
	if r == utf8.RuneError && size < 2 || size != e.have {
		return 0, e.wrong("the text is not UTF-8")
	}
	e.have = 0
	return e.char(dst, r)
}

func (e *ebcdicEncoder) char(dst []byte, r rune) (int, error) {
	held := e.cr
	e.cr = r == '\r'
	switch {
	case r == '\n' && e.crlf:
		return copy(dst, []byte{octetCR, octetLF}), nil
	case r == '\n':
		return copy(dst, []byte{NL}), nil
	}
	n := 0
	if held {
		n = copy(dst, []byte{octetCR})
	}
	if e.cr {
		return n, nil
	}
	octet, ok := e.page.Octet(r)
	if !ok {
		return n, e.wrong("code page " + e.page.String() + " lacks the character " + strconv.QuoteRuneToASCII(r))
	}
	dst[n] = octet
	return n + 1, nil
}

func (e *ebcdicEncoder) wrong(reason string) error {
	return &Error{Mode: "TYPE E", Offset: e.at, Reason: reason}
}
