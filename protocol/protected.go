package protocol

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
)

// The codec of RFC 2228: base64 security data, and the commands and replies that
// enclose others. Base64 is that of RFC 1421 without line breaks (Section 9).

const (
	adatPrefix = "ADAT="
	emptyToken = "=" // no token at all, where ADAT must have an argument
)

func encodeBase64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func decodeBase64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") {
		return nil, &ProtectionError{Code: 501, Reason: "security data is not base64"}
	}
	return b, nil
}

// adat returns the command that sends a token (RFC 2228, Section 3). An empty token
// is "=", since the command has no form without an argument.
func adat(token []byte) Command {
	if len(token) == 0 {
		return Command{Verb: "ADAT", Arg: emptyToken}
	}
	return Command{Verb: "ADAT", Arg: encodeBase64(token)}
}

// securityData returns the token in the text "ADAT=..." of a reply to AUTH or ADAT.
// ok is false if there is none, which RFC 2228 allows. The error is a
// *[ProtectionError].
func securityData(r Reply) (token []byte, ok bool, err error) {
	text := strings.TrimSpace(r.LastLine())
	if len(text) < len(adatPrefix) || !strings.EqualFold(text[:len(adatPrefix)], adatPrefix) {
		return nil, false, nil
	}
	token, err = decodeBase64(text[len(adatPrefix):])
	return token, err == nil, err
}

// parsePBSZ reads a size below 2^32. RFC 2228 begins at 1; RFC 4217 adds 0.
func parsePBSZ(s string) (uint32, bool) {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil
}

// bufferSize is what PBSZ and its reply have settled: the smaller of the two sizes,
// if the reply holds one.
func bufferSize(arg string, r Reply) uint32 {
	n, _ := parsePBSZ(arg)
	_, text, ok := strings.Cut(strings.ToUpper(r.LastLine()), "PBSZ=")
	if !ok {
		return n
	}
	end := 0
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	if offered, ok := parsePBSZ(text[:end]); ok && end > 0 {
		return min(n, offered)
	}
	return n
}

// enclosings pairs the levels with the commands and replies that carry them.
var enclosings = [...]struct {
	level Level
	verb  Verb
	code  Code
}{
	{LevelSafe, "MIC", 631},
	{LevelPrivate, "ENC", 632},
	{LevelConfidential, "CONF", 633},
}

// levelOf returns the level of MIC, CONF and ENC, LevelClear of other verbs.
func (v Verb) level() Level {
	for _, e := range enclosings {
		if e.verb == v {
			return e.level
		}
	}
	return LevelClear
}

// encloses returns the level of a protected reply, LevelClear of other codes.
func (c Code) encloses() Level {
	for _, e := range enclosings {
		if e.code == c {
			return e.level
		}
	}
	return LevelClear
}

// protect returns the MIC, CONF or ENC command that encloses c at level l; c itself
// at LevelClear. The error is an *[ArgumentError] about c or a *[ProtectionError].
func (c Command) protect(p Protector, l Level) (Command, error) {
	if l == LevelClear {
		return c, nil
	}
	plain, err := c.Append(nil)
	if err != nil {
		return Command{}, err
	}
	message, err := protect(p, l, plain)
	if err != nil {
		return Command{}, err
	}
	for _, e := range enclosings {
		if e.level == l {
			return Command{Verb: e.verb, Arg: message}, nil
		}
	}
	return Command{}, noLevel(l)
}

// unprotect opens a MIC, CONF or ENC command and returns the command inside and the
// level that protected it; any other command as it is. The error is a
// *[ProtectionError], or a *[SyntaxError] about the command inside.
func (c Command) unprotect(p Protector) (Command, Level, error) {
	l := c.Verb.upper().level()
	if l == LevelClear {
		return c, l, nil
	}
	plain, err := unprotect(p, l, c.Arg)
	if err != nil {
		return Command{}, l, err
	}
	if !bytes.HasSuffix(plain, []byte("\r\n")) { // RFC 2228, Section 3: it need not be included
		plain = append(plain, '\r', '\n')
	}
	r := commandReader{limit: len(plain), protected: len(plain), input: plain}
	inner, ok, err := r.next()
	switch {
	case err != nil:
		return Command{}, l, err
	case !ok || len(r.input) > 0:
		return Command{}, l, &ProtectionError{Code: 501, Reason: "a protected command must hold one line"}
	case inner.Verb.level() != LevelClear:
		return Command{}, l, &ProtectionError{Code: 501, Reason: "a protected command holds a protected command"}
	}
	return inner, l, nil
}

// protect returns the 63z reply that encloses r at level l, line by line; r itself at
// LevelClear. The error is a *[ProtectionError].
func (r Reply) protect(p Protector, l Level) (Reply, error) {
	if l == LevelClear {
		return r, nil
	}
	var out Reply
	for _, e := range enclosings {
		if e.level == l {
			out.Code = e.code
		}
	}
	for line := range bytes.Lines(r.Append(nil)) {
		message, err := protect(p, l, line)
		if err != nil {
			return Reply{}, err
		}
		out.Lines = append(out.Lines, message)
	}
	return out, nil
}

// unprotect opens a 63z reply and returns the reply inside and the level that
// protected it; any other reply as it is. The limits bound the reply inside. The
// error is a *[ProtectionError], or a *[SyntaxError] about what is inside.
func (r Reply) unprotect(p Protector, limits Limits) (Reply, Level, error) {
	l := r.Code.encloses()
	if l == LevelClear {
		return r, l, nil
	}
	var plain []byte
	for _, line := range r.Lines {
		part, err := unprotect(p, l, line)
		if err != nil {
			return Reply{}, l, err
		}
		plain = append(plain, part...)
	}
	if !bytes.HasSuffix(plain, []byte("\n")) { // RFC 2228, Section 5.2: the last line end is optional
		plain = append(plain, '\r', '\n')
	}
	reader := ReplyReader{Limits: limits}
	n, inner, ok, err := reader.Feed(plain)
	switch {
	case err != nil:
		return Reply{}, l, err
	case !ok || n < len(plain):
		return Reply{}, l, &ProtectionError{Code: 535, Reason: "a protected reply must hold one reply"}
	case inner.Code.Class() == 6:
		return Reply{}, l, &ProtectionError{Code: 535, Reason: "a protected reply holds a protected reply"}
	}
	return inner, l, nil
}

func noLevel(l Level) error {
	return &ProtectionError{Code: 537, Reason: "the mechanism does not protect messages at the level " + l.String()}
}

func protect(p Protector, l Level, plain []byte) (string, error) {
	if l.String() == "unknown" || p == nil || !p.Offers(l) {
		return "", noLevel(l)
	}
	message, err := p.Protect(l, plain)
	if err != nil {
		return "", &ProtectionError{Code: 431, Reason: "the mechanism cannot protect the message", Err: err}
	}
	return encodeBase64(message), nil
}

func unprotect(p Protector, l Level, text string) ([]byte, error) {
	if p == nil || !p.Offers(l) {
		return nil, noLevel(l)
	}
	message, err := decodeBase64(text)
	if err != nil {
		return nil, err
	}
	plain, err := p.Unprotect(l, message)
	if err != nil {
		return nil, &ProtectionError{Code: 535, Reason: "the message failed the security check", Err: err}
	}
	return bytes.Clone(plain), nil
}
