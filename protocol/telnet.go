package protocol

// Telnet bytes, RFC 854. FTP's control connection is a Telnet connection
// (RFC 959, Section 3.1; RFC 1123, Section 4.1.2.12).
const (
	telnetEOF  = 236 // the lowest Telnet command (RFC 1184); below it IAC escapes nothing
	telnetSE   = 240
	telnetSB   = 250
	telnetWILL = 251
	telnetWONT = 252
	telnetDO   = 253
	telnetDONT = 254
	telnetIAC  = 255
)

type telnetState uint8

const (
	telnetData   telnetState = iota
	telnetCR                 // after a CR: a NUL here is padding
	telnetEscape             // after IAC
	telnetWill               // option code of WILL follows
	telnetDo                 // option code of DO follows
	telnetIgnore             // option code of WONT or DONT follows
	telnetSub                // inside a subnegotiation
	telnetSubIAC             // after IAC inside a subnegotiation
)

// maxSubnegotiation bounds the bytes between IAC SB and IAC SE.
const maxSubnegotiation = 1024

// maxAnswers bounds the answers that wait to be fetched: a peer that asks for more
// options than that at once is not waiting for the answers.
const maxAnswers = 3 * 64

// A telnet takes the Telnet layer off a stream, byte by byte.
type telnet struct {
	state   telnetState
	sub     int
	refuse  bool   // answer DO with WONT and WILL with DONT (RFC 1123, Section 4.1.2.12)
	answers []byte // not yet fetched answers
}

// byte consumes b and reports whether it is data, and which.
// The error text is empty unless a subnegotiation outgrows its bound.
func (t *telnet) byte(b byte) (data byte, ok bool, fault string) {
	switch t.state {
	case telnetData, telnetCR:
		afterCR := t.state == telnetCR
		t.state = telnetData
		switch {
		case b == telnetIAC:
			t.state = telnetEscape
			return 0, false, ""
		case b == 0 && afterCR:
			return 0, false, "" // CR NUL is a bare CR (RFC 854)
		case b == '\r':
			t.state = telnetCR
		}
		return b, true, ""
	case telnetEscape:
		return t.escape(b)
	case telnetWill:
		t.answer(telnetDONT, b)
	case telnetDo:
		t.answer(telnetWONT, b)
	case telnetIgnore:
		t.state = telnetData
	case telnetSub, telnetSubIAC:
		if t.sub++; t.sub > maxSubnegotiation {
			return 0, false, "endless Telnet subnegotiation"
		}
		switch {
		case t.state == telnetSub && b == telnetIAC:
			t.state = telnetSubIAC
		case t.state == telnetSubIAC && b == telnetSE:
			t.state = telnetData
		default:
			t.state = telnetSub
		}
	default:
		panic("protocol: BUG: unknown Telnet state")
	}
	return 0, false, ""
}

// escape handles the byte after IAC.
func (t *telnet) escape(b byte) (byte, bool, string) {
	t.state = telnetData
	switch b {
	case telnetIAC:
		return telnetIAC, true, ""
	case telnetWILL:
		t.state = telnetWill
	case telnetDO:
		t.state = telnetDo
	case telnetWONT, telnetDONT:
		t.state = telnetIgnore
	case telnetSB:
		t.state, t.sub = telnetSub, 0
	default:
		if b < telnetEOF {
			// The Synch before ABOR sends IAC DM with DM as urgent data, which the
			// kernel takes out of the stream: its IAC is left in front of the verb.
			return t.byte(b)
		}
	}
	return 0, false, "" // IP, DM, NOP and the like: no data
}

func (t *telnet) answer(verb, option byte) {
	t.state = telnetData
	if t.refuse && len(t.answers) < maxAnswers {
		t.answers = append(t.answers, telnetIAC, verb, option)
	}
}
