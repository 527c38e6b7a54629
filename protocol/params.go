package protocol

import (
	"strconv"
	"strings"
)

// Params are the transfer parameters in force (RFC 959, Section 4.1.2) and the
// half-done sequences REST and RNFR.
type Params struct {
	Type     byte // 'A', 'E', 'I' or 'L'
	Format   byte // 'N', 'T' or 'C': of types A and E
	ByteSize int  // of type L
	Stru     byte // 'F', 'R' or 'P'
	Mode     byte // 'S', 'B', 'C' or 'Z'

	// Restart is the argument of an accepted REST that no transfer has used yet,
	// "" if there is none. In stream mode it is an octet count (RFC 3659, Section 5).
	Restart string

	// Range is the argument of an accepted RANG that no transfer has used yet, "" if
	// there is none. RANG and REST replace each other.
	Range string

	// RenameFrom is the argument of an accepted RNFR that RNTO may follow, "" if
	// there is none.
	RenameFrom string

	// EPSVAll is set once EPSV ALL was accepted: PORT, PASV and EPRT are then
	// illegal (RFC 2428, Section 4).
	EPSVAll bool
}

// defaultParams returns the parameters of a fresh session: ASCII Non-print, file
// structure, stream mode (RFC 959, Section 5.1).
func defaultParams() Params { return Params{Type: 'A', Format: 'N', Stru: 'F', Mode: 'S'} }

// RestartOffset returns the pending restart position of stream mode, 0 if there
// is none.
func (p *Params) RestartOffset() int64 {
	n, err := strconv.ParseInt(p.Restart, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Binary reports whether files travel as they are: TYPE I, or L with 8-bit bytes.
func (p *Params) Binary() bool { return p.Type == 'I' || p.Type == 'L' && p.ByteSize == 8 }

// begin notes that c goes out, or is about to be carried out: a command between
// the two halves of a sequence breaks it, except those that ask only.
func (p *Params) begin(c Command) {
	switch c.Verb {
	case "NOOP", "STAT", "ABOR":
		return
	}
	if c.Verb != "RNTO" {
		p.RenameFrom = ""
	}
	info, _ := LookupVerb(c.Verb)
	switch {
	case c.Verb == "HASH":
		p.Restart = "" // RANG goes before HASH, too (draft-bryan-ftpext-hash, Section 3)
	case info.MovesData(), keepsRestart(c.Verb):
		// RFC 3659, Section 5.3 wants REST right before the transfer; clients send the
		// address between them, and servers accept that.
	default:
		p.Restart, p.Range = "", ""
	}
}

func keepsRestart(v Verb) bool {
	switch v {
	case "REST", "RANG", "TYPE", "PASV", "EPSV", "PORT", "EPRT", "LPRT", "LPSV", "CPSV", "PRET", "SSCN":
		return true
	}
	return false
}

// end notes that c was carried out, or refused.
func (p *Params) end(c Command, out Outcome) {
	if info, _ := LookupVerb(c.Verb); info.MovesData() || c.Verb == "HASH" {
		p.Restart, p.Range = "", "" // one command only (RFC 3659, Section 5.3)
	}
	if c.Verb == "RNTO" {
		p.RenameFrom = ""
	}
	if out != Success && out != Continue {
		return
	}
	switch c.Verb {
	case "TYPE":
		p.setType(c.Arg)
	case "STRU":
		p.Stru = upperByte(c.Arg)
	case "MODE":
		p.Mode = upperByte(c.Arg)
	case "REST":
		p.Restart, p.Range = c.Arg, ""
	case "RANG":
		p.Restart, p.Range = "", c.Arg
		if strings.Join(strings.Fields(c.Arg), " ") == "1 0" {
			p.Range = "" // draft-bryan-ftp-range: an empty range takes it back
		}
	case "RNFR":
		p.RenameFrom = c.Arg
	case "EPSV":
		p.EPSVAll = p.EPSVAll || strings.EqualFold(c.Arg, "ALL")
	}
}

func (p *Params) setType(arg string) {
	f := strings.Fields(strings.ToUpper(arg))
	if len(f) == 0 {
		return
	}
	// Giving the first parameter alone sets the format back to Non-print
	// (RFC 959, Section 4.1.2).
	p.Type, p.Format, p.ByteSize = f[0][0], 'N', 0
	if len(f) < 2 {
		return
	}
	if p.Type == 'L' {
		p.ByteSize, _ = strconv.Atoi(f[1])
	} else {
		p.Format = f[1][0]
	}
}

func upperByte(s string) byte {
	if s == "" {
		return 0
	}
	return strings.ToUpper(s[:1])[0]
}
