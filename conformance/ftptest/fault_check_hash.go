package ftptest

import (
	"bytes"
	"io"
	"regexp"
	"strings"
)

// hashRewrites are defects of single replies to HASH and RANG.
var hashRewrites = []rewrite{
	{"opts-hash-unknown-200", "OPTS HASH with an unknown algorithm is answered with 200", "OPTS", "HASH CRC-37", 501, "200 CRC-37"},
	{"hash-missing-213", "HASH of a missing file is answered with 213", "HASH", "*", 550, "213 SHA-256 0-0 00 x"},
	{"hash-dir-550", "HASH of a directory is answered with 550", "HASH", "*", 553, "550 No"},
	{"xmd5-wrong", "the sum of XMD5 is wrong", "XMD5", "*", 250, "250 00000000000000000000000000000000"},
	{"rang-backwards-350", "RANG whose end is before its start is answered with 350", "RANG", "4 2", 501, "350 OK"},
}

var hashRange = regexp.MustCompile(` [0-9]+-[0-9]+ `)

// checkHashFaults are defects of HASH and RANG.
func checkHashFaults() []deviation {
	return []deviation{
		{name: "feat-hash-no-star", doc: "FEAT lists algorithms without a star on the one in use",
			features: featLine("HASH", func(_ *session, l string) string { return strings.ReplaceAll(l, "*", "") })},
		{name: "hash-no-range", doc: "213 of HASH does not name the range, as in older drafts",
			reply: edit("HASH", 213, func(_ *session, w string) string { return hashRange.ReplaceAllString(w, " ") })},
		{name: "opts-hash-ignored", doc: "OPTS HASH chooses nothing",
			command: instead("OPTS", argument("HASH SHA-1"), says(200, "SHA-1"))},
		{name: "rang-ignored-by-retr", doc: "RETR after RANG sends all of the file",
			transfer: onVerb("RETR", func(s *session, t *transfer) {
				if _, given := s.span(); !given {
					return
				}
				if data, err := readTree(s.host.tree, s.resolve(s.current.Arg)); err == nil {
					t.wrapSource = func(io.Reader) io.Reader { return bytes.NewReader(data) }
				}
			})},
		{name: "rang-ignored-by-stor", doc: "STOR after RANG replaces all of the file",
			command: instead("STOR", func(s *session, _ string) bool { _, given := s.span(); return given }, func(s *session, arg string) {
				s.store(arg, s.resolve(arg), writeTruncate, 0)
			})},
	}
}
