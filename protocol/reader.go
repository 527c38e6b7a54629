package protocol

import "strings"

// Limits bound the memory that a peer can make us use. The zero value stands for the
// defaults; a negative value switches a limit off.
type Limits struct {
	// LineBytes is the longest line of a reply, without its line end.
	// If zero, it is 8 KiB.
	LineBytes int

	// ReplyLines is the largest number of lines in one reply. If zero, it is 1000.
	ReplyLines int

	// ReplyBytes is the largest size of one reply, all lines without their line
	// ends. If zero, it is 256 KiB.
	ReplyBytes int

	// CommandBytes is the longest command line, without its line end.
	// If zero, it is 4 KiB.
	CommandBytes int

	// Preliminary is the largest number of 1yz replies to one command.
	// RFC 959 allows one, real servers send several; if zero, it is 16.
	Preliminary int

	// Extra is the largest number of replies after a command's final reply that are
	// dropped. RFC 959 allows none, real servers send some; if zero, it is 4.
	Extra int

	// ProtectedBytes is the longest line of base64, in commands (ADAT, MIC, CONF, ENC)
	// and in replies (63z and those that carry security data), which RFC 2228, Section 10
	// allows to be longer than other lines. If zero, it is 64 KiB.
	ProtectedBytes int
}

func orDefault(v, def int) int {
	switch {
	case v == 0:
		return def
	case v < 0:
		return int(^uint(0) >> 1)
	}
	return v
}

func (l *Limits) lineBytes() int    { return orDefault(l.LineBytes, 8<<10) }
func (l *Limits) replyLines() int   { return orDefault(l.ReplyLines, 1000) }
func (l *Limits) replyBytes() int   { return orDefault(l.ReplyBytes, 256<<10) }
func (l *Limits) commandBytes() int { return orDefault(l.CommandBytes, 4<<10) }
func (l *Limits) preliminary() int  { return orDefault(l.Preliminary, 16) }
func (l *Limits) extra() int        { return orDefault(l.Extra, 4) }
func (l *Limits) protectedBytes() int {
	return max(orDefault(l.ProtectedBytes, 64<<10), l.lineBytes(), l.commandBytes())
}

// A ReplyReader assembles replies from bytes, however they are cut. It takes the Telnet
// layer off, forgives what [Lint] lists and holds no more than its limits. The zero value
// is ready to use. A Machine contains one. A tool that must see replies even if they are
// out of sequence uses a ReplyReader alone.
type ReplyReader struct {
	Limits Limits // of a reply. If zero, the defaults of each.

	// Strict makes an error of what [Lint] lists, that which a server may send before its
	// greeting included.
	Strict bool

	// Loose ends a reply of several lines with any line that begins with a code and a space,
	// for servers that close a reply with another code. The higher of the two codes counts, so
	// that a failure never becomes a success. If false, such a line is text (RFC 959, Section
	// 4.2), as it has to be where text begins with numbers.
	Loose bool

	telnet telnet
	line   []byte
	offset int64 // bytes consumed so far
	start  int64 // offset of the line's first byte
	cr     bool  // the line's last byte is CR
	lint   Lint
	cur    partialReply
	err    error

	prefaced     bool         // no reply is complete yet, and lines without a code may precede the first
	preface      *SyntaxError // the first of these lines that is not empty
	prefaceLines int
	prefaceBytes int
}

// A partialReply is the reply under assembly.
type partialReply struct {
	code  Code // 0: none
	lines []string
	bytes int
}

// Feed consumes bytes until a reply is complete, and reports how many it took.
// ok is false if all of b was consumed without completing one. After an error,
// which is a *[SyntaxError], the reader returns the same error for ever.
func (r *ReplyReader) Feed(b []byte) (n int, reply Reply, ok bool, err error) {
	if r.err != nil {
		return 0, Reply{}, false, r.err
	}
	for n < len(b) {
		c, data, fault := r.telnet.byte(b[n])
		n++
		r.offset++
		if fault != "" {
			return n, Reply{}, false, r.fail(r.offset-1, fault)
		}
		if !data {
			continue
		}
		if reply, ok, err = r.data(c); ok || err != nil {
			return n, reply, ok, err
		}
	}
	return n, Reply{}, false, nil
}

// Partial reports whether a reply has begun and is not complete.
func (r *ReplyReader) Partial() bool { return len(r.line) > 0 || r.cur.code != 0 }

// unasked reports whether the reply that has begun cannot be the 421 that a server may
// send unasked (RFC 1123, Section 4.1.2.11).
func (r *ReplyReader) unasked() bool {
	if r.cur.code != 0 {
		return r.cur.code != 421
	}
	return !strings.HasPrefix("421", string(r.line[:min(3, len(r.line))]))
}

func (r *ReplyReader) fail(at int64, reason string) error {
	r.err = &SyntaxError{Offset: at, Excerpt: excerpt(r.line), Reason: reason}
	return r.err
}

func (r *ReplyReader) data(c byte) (Reply, bool, error) {
	if len(r.line) == 0 {
		r.start = r.offset - 1
	}
	if c == '\n' {
		return r.endLine()
	}
	if r.cr {
		r.lint |= LintBareCR
	}
	if c == 0 {
		if r.cur.code == 0 && isTLSRecord(string(r.line)) {
			return Reply{}, false, r.fail(r.start, notReply(string(r.line)))
		}
		return Reply{}, false, r.fail(r.offset-1, "NUL in a reply")
	}
	r.cr = c == '\r'
	r.line = append(r.line, c)
	// One byte more than the limit may be the CR of the line end.
	if n := len(r.line); n > r.Limits.lineBytes() {
		if limit := r.lineLimit(); n-1 > limit || n > limit && !r.cr {
			return Reply{}, false, r.fail(r.start, "reply line longer than the limit")
		}
	}
	return Reply{}, false, nil
}

// lineLimit is the limit of the line that is being read.
func (r *ReplyReader) lineLimit() int {
	code, _, text, _ := cutCode(string(r.line[:min(16, len(r.line))])) // it tells within these
	switch {
	case code.encloses() != LevelClear, strings.HasPrefix(text, adatPrefix):
		return r.Limits.protectedBytes()
	}
	return r.Limits.lineBytes()
}

func (r *ReplyReader) endLine() (Reply, bool, error) {
	line := r.line
	if r.cr {
		line = line[:len(line)-1]
	} else {
		r.lint |= LintBareLF
	}
	if r.skips(string(line)) {
		r.line, r.cr, r.lint = r.line[:0], false, 0
		return Reply{}, false, nil
	}
	reply, done, reason := r.cur.add(string(line), &r.lint, &r.Limits, r.Loose)
	if reason != "" {
		return Reply{}, false, r.fail(r.start, reason)
	}
	if r.Strict && r.lint != 0 {
		return Reply{}, false, r.fail(r.start, "not the syntax of RFC 959: "+r.lint.words())
	}
	r.line, r.cr = r.line[:0], false
	if done {
		reply.Lint, r.lint = r.lint, 0
		r.prefaced = false
	}
	return reply, done, nil
}

// skips reports whether a line is text before the first reply, which is dropped: as much
// of it as one reply may have, unless it shows that the server speaks another protocol.
func (r *ReplyReader) skips(line string) bool {
	if !r.prefaced || r.Strict || r.cur.code != 0 {
		return false
	}
	if _, _, _, ok := cutCode(line); ok || otherProtocol(line) != "" {
		return false
	}
	r.prefaceLines++
	r.prefaceBytes += len(line)
	if r.prefaceLines > r.Limits.replyLines() || r.prefaceBytes > r.Limits.replyBytes() {
		return false
	}
	if r.preface == nil || r.preface.Excerpt == "" {
		r.preface = &SyntaxError{Offset: r.start, Excerpt: excerpt([]byte(line)), Reason: notReply(line)}
	}
	return true
}

// add takes one line and reports whether it completes the reply.
//
// Only the opening code followed by a space ends a multi-line reply (RFC 959,
// Section 4.2); a line with another code inside it is text, whatever it looks like.
// With loose, any code followed by a space does.
func (p *partialReply) add(line string, lint *Lint, lim *Limits, loose bool) (r Reply, done bool, fault string) {
	code, sep, text, ok := cutCode(line)
	if p.code == 0 {
		if !ok {
			return r, false, notReply(line)
		}
		if d := code / 10 % 10; d > 5 {
			*lint |= LintOuterGroup
		}
		p.code = code
	} else {
		ends := ok && code == p.code && sep != '-'
		if loose && ok && sep == ' ' && !ends {
			*lint |= LintInnerCode
			p.code, code, ends = max(p.code, code), max(p.code, code), true
		}
		if ok && code == p.code && sep == '-' && code.encloses() != LevelClear {
			return r, false, p.text(text, lim) // RFC 2228, Section 5.2: every line has the code
		}
		if !ends {
			if beginsWithCode(line) {
				*lint |= LintInnerCode
			}
			return r, false, p.text(line, lim)
		}
	}
	if fault := p.text(text, lim); fault != "" || sep == '-' {
		return r, false, fault
	}
	if sep == 0 {
		*lint |= LintNoSpace
	}
	r = Reply{Code: code, Lines: p.lines}
	*p = partialReply{}
	return r, true, ""
}

func (p *partialReply) text(s string, lim *Limits) (fault string) {
	p.lines = append(p.lines, s)
	p.bytes += len(s)
	switch {
	case len(p.lines) > lim.replyLines():
		return "reply of more lines than the limit"
	case p.bytes > lim.replyBytes():
		return "reply larger than the limit"
	}
	return ""
}

// notReply says what a line that is not a reply looks like, since the most common reason
// is a server of another protocol.
func notReply(line string) string {
	const no = "not an FTP reply"
	if other := otherProtocol(line); other != "" {
		return no + " but " + other
	}
	return no + ": a line must begin with a three-digit code"
}

// otherProtocol says what other protocol a line belongs to, or returns "".
func otherProtocol(line string) string {
	begins := func(prefix string) bool { return strings.HasPrefix(line, prefix) }
	switch {
	case begins("SSH-"):
		return "an SSH banner: this port speaks SSH or SFTP"
	case begins("HTTP/"):
		return "HTTP: this port is a web server or a proxy"
	case begins("+OK"), begins("* OK"):
		return "the greeting of a mail server: this port speaks POP3 or IMAP"
	case isTLSRecord(line):
		return "a TLS record: this port wants implicit TLS"
	}
	return ""
}

// isTLSRecord reports whether a line begins like an alert or a handshake record.
func isTLSRecord(line string) bool {
	return len(line) >= 2 && (line[0] == 0x15 || line[0] == 0x16) && line[1] == 0x03
}
