package tlsx

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// maxTrustLine limits an entry. A longer line is not an entry.
const maxTrustLine = 4 << 10

// A trustFile is the contents of a trust store. Lines that are not changed keep every
// byte.
type trustFile struct {
	lines []trustLine
}

type trustLine struct {
	raw     string  // with its line end; the last may lack it
	host    string  // "" if the line does not begin with a host and a port
	port    int     // as host
	entry   bool    // trusted is set
	trusted Trusted // in normal form
}

func (l *trustLine) is(host string, port int) bool { return l.host == host && l.port == port }

// parseTrustFile reads the contents of a trust store. All input is valid: lines that are
// not entries are kept.
func parseTrustFile(b []byte) *trustFile {
	f := &trustFile{}
	for line := range bytes.Lines(b) {
		f.lines = append(f.lines, parseTrustLine(string(line)))
	}
	return f
}

// format returns the contents of the file.
func (f *trustFile) format() []byte {
	var b []byte
	for _, l := range f.lines {
		b = append(b, l.raw...)
	}
	return b
}

// entries returns the entries that count, in order.
func (f *trustFile) entries() []Trusted {
	type key struct {
		host string
		port int
	}
	seen := map[key]bool{}
	var all []Trusted
	for _, l := range slices.Backward(f.lines) {
		if k := (key{l.host, l.port}); l.entry && !seen[k] {
			seen[k] = true
			all = append(all, l.trusted)
		}
	}
	slices.Reverse(all)
	return all
}

// set writes t, in normal form, in the place of the last entry for its host and
// port, or at the end.
func (f *trustFile) set(t Trusted) {
	l := trustLine{raw: t.line() + "\n", host: t.Host, port: t.Port, entry: true, trusted: t}
	for i := len(f.lines) - 1; i >= 0; i-- {
		if f.lines[i].entry && f.lines[i].is(t.Host, t.Port) {
			f.lines[i] = l
			return
		}
	}
	if len(f.lines) == 0 {
		f.lines = parseTrustFile([]byte(trustHeading)).lines
	}
	if last := &f.lines[len(f.lines)-1]; !strings.HasSuffix(last.raw, "\n") {
		last.raw += "\n"
	}
	f.lines = append(f.lines, l)
}

// trustHeading begins a new file.
const trustHeading = `# Certificates of FTP servers that were accepted although they failed a check.
# host port sha256 reasons date subject
`

func (f *trustFile) remove(host string, port int) bool {
	kept := f.lines[:0]
	for _, l := range f.lines {
		if !l.is(host, port) {
			kept = append(kept, l)
		}
	}
	removed := len(kept) < len(f.lines)
	f.lines = kept
	return removed
}

// parseTrustLine reads one line. Its grammar is in the comment of TrustStore;
// besides, tabs separate fields too, and space may stand at both ends.
func parseTrustLine(raw string) trustLine {
	l := trustLine{raw: raw}
	if len(raw) > maxTrustLine {
		return l
	}
	text := strings.Trim(raw, " \t\r\n")
	if text == "" || text[0] == '#' {
		return l
	}
	host, rest := cutField(text)
	port, rest := cutField(rest)
	n, err := parsePort(port)
	if err != nil {
		return l
	}
	if host, err = NormalizeHost(host); err != nil {
		return l
	}
	l.host, l.port = host, n
	l.trusted, l.entry = parseTrusted(rest)
	l.trusted.Host, l.trusted.Port = l.host, l.port
	return l
}

// parseTrusted reads the fields after the port.
func parseTrusted(s string) (t Trusted, ok bool) {
	sum, s := cutField(s)
	reasons, s := cutField(s)
	date, subject := cutField(s)
	b, err := hex.DecodeString(sum)
	if err != nil || len(b) != len(t.SHA256) {
		return t, false
	}
	t.SHA256 = Fingerprint(b)
	if t.Reasons, err = parseReason(reasons); err != nil {
		return t, false
	}
	t.Date, err = time.Parse(time.RFC3339, date)
	if year := t.Date.UTC().Year(); err != nil || t.Date.IsZero() || year < 1 || year > 9999 {
		return t, false
	}
	if subject != "" {
		if subject[0] != '"' {
			return t, false
		}
		if t.Subject, err = strconv.Unquote(subject); err != nil {
			return t, false
		}
	}
	t.Host, t.Port = "h", 1 // the caller sets them; normal checks the rest
	t, err = t.normal()
	return t, err == nil
}

// cutField returns the text before the first run of spaces, and after it.
func cutField(s string) (field, rest string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " \t")
}

func parsePort(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 || s[0] == '0' {
		return 0, fmt.Errorf("ftp: trust store: %q is no port", shorten(s))
	}
	return int(n), nil
}

// line returns the entry as a line of the file, without its end.
func (t Trusted) line() string {
	return fmt.Sprintf("%s %d %x %v %s %s", t.Host, t.Port, t.SHA256[:], t.Reasons,
		t.Date.Format(time.RFC3339), strconv.Quote(t.Subject))
}

// NormalizeHost returns the form of a host name or address by which a trust store knows
// it: a name in lower case, without a final dot, internationalised labels as A-labels
// (RFC 5891); an address in its shortest form, without brackets, an IPv6 address with its
// zone, which is part of its meaning.
func NormalizeHost(host string) (string, error) {
	bad := fmt.Errorf("ftp: %q is no host name", shorten(host))
	if len(host) > 4*maxHostName {
		return "", bad
	}
	if h, ok := strings.CutPrefix(host, "["); ok {
		if h, ok = strings.CutSuffix(h, "]"); !ok {
			return "", bad
		}
		host = h
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		if strings.ContainsFunc(addr.Zone(), func(r rune) bool { return r <= ' ' || r > '~' }) || len(addr.Zone()) > 64 {
			return "", bad
		}
		return addr.Unmap().String(), nil
	}
	name := strings.TrimSuffix(host, ".")
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		name = ascii
	}
	name = strings.ToLower(name)
	if name == "" || len(name) > maxHostName || strings.ContainsFunc(name, notInName) {
		return "", bad
	}
	return name, nil
}

const maxHostName = 253

// notInName reports whether r cannot stand in a host name. The underscore can:
// IDNA refuses it, names in use have it.
func notInName(r rune) bool {
	return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '.' || r == '_')
}
