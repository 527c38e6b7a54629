package parse

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// A HashReply is what a server says about the content of a file.
type HashReply struct {
	Algorithm string // as the HASH draft spells it: "CRC32", "MD5", "SHA-1", "SHA-256", "SHA-512"; upper case
	Sum       string // lower-case hexadecimal digits, zeros in front included
	Name      string // as the server tells it, without quotes, or ""

	// From and To are the octets that were read, or -1 if the server does not tell. Servers differ in
	// whether To is the last octet or the one after it.
	From, To int64
}

// Hash returns the sum in the lines of a positive reply to verb: HASH (draft-bryan-ftpext-hash-02), MD5
// (draft-twine-ftpmd5-00) or one of XCRC, XMD5, XSHA, XSHA1, XSHA224, XSHA256, XSHA384 and XSHA512, for which
// there is no text. Lines are those of the reply, the code removed from the first and the last.
//
// The draft wants "SHA-256 0-49 SUM NAME". Servers leave out range, name or algorithm, put the name before or
// after the sum, and send lines such as "Computing MD5 digest" before; CRC32 may lack zeros in front. A sum
// must have as many digits as its algorithm demands, and must be the only such word on the line, or stand at
// one end of it. Without a name, the number of digits tells the algorithm of HASH.
func Hash(verb string, lines []string) (HashReply, error) {
	what := "reply to " + verb
	alg, ok := hashVerb(verb)
	if !ok {
		return HashReply{}, NewError(what, verb, 0, "no command for a hash")
	}
	var first error
	for i := len(lines) - 1; i >= 0; i-- {
		line := trimCode(lines[i])
		h, reason := hashLine(line, alg, strings.EqualFold(verb, "MD5"))
		if reason == "" {
			return h, nil
		}
		if first == nil && strings.TrimSpace(line) != "" {
			first = NewError(what, line, 0, reason)
		}
	}
	if first == nil {
		first = NewError(what, "", 0, "no text")
	}
	return HashReply{}, first
}

// hashLine reads one line. alg is "" if the line may tell it; last means that the sum comes last.
func hashLine(line, alg string, last bool) (h HashReply, reason string) {
	h = HashReply{Algorithm: alg, From: -1, To: -1}
	rest := strings.Trim(line, " \t")
	if rest == "" {
		return h, "no text"
	}
	if !last {
		rest = h.prefix(rest)
	}
	from, to, ok := draftSum(rest, h.Algorithm)
	if !ok || alg != "" {
		if from, to, reason = findSum(rest, h.Algorithm, last); reason != "" {
			return h, reason
		}
	}
	sum := scan.LowerASCII(trimSum(rest[from:to]))
	if h.Algorithm == "" {
		h.Algorithm = hashByLength(len(sum))
	}
	h.Sum = strings.Repeat("0", max(0, hashDigits(h.Algorithm)-len(sum))) + sum
	if h.Name = hashedFile(rest[to:]); from > 0 && strings.TrimSpace(rest[to:]) == "" {
		h.Name = hashedFile(rest[:from])
	}
	return h, ""
}

// prefix takes the algorithm and the range off the start of s. An algorithm that is not known is taken if a
// range follows; its sum may have any number of digits.
func (h *HashReply) prefix(s string) string {
	word, rest, _ := strings.Cut(s, " ")
	rest = strings.TrimLeft(rest, " \t")
	name := hashName(word)
	if name != "" && rest != "" && (h.Algorithm == "" || h.Algorithm == name) {
		h.Algorithm, s = name, rest
	}
	first, after, _ := strings.Cut(s, " ")
	if from, to, ok := hashRange(first); ok && after != "" {
		h.From, h.To = from, to
		return strings.TrimLeft(after, " \t")
	}
	first, after, _ = strings.Cut(rest, " ")
	if from, to, ok := hashRange(first); ok && h.Algorithm == "" && after != "" {
		h.Algorithm, h.From, h.To = strings.ToUpper(word), from, to
		return strings.TrimLeft(after, " \t")
	}
	return s
}

// hashRange reads "0-49".
func hashRange(s string) (from, to int64, ok bool) {
	a, b, _ := strings.Cut(s, "-")
	from, ok1 := scan.Number(a)
	to, ok2 := scan.Number(b)
	return from, to, ok1 && ok2
}

// trimCode removes the code that some servers repeat on lines in the middle of a reply, such as "213-".
func trimCode(line string) string {
	if len(line) >= 4 && scan.DigitsEnd(line[:4], 0) == 3 && (line[3] == '-' || line[3] == ' ') {
		return line[4:]
	}
	return line
}
