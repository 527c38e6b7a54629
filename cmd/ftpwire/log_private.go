package main

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/parse"
)

// A privacy masks users, hosts and addresses for --log-private. The same name always has
// the same placeholder, so that a log can still be followed, and a transcript replayed. A
// nil privacy masks nothing.
type privacy struct {
	mu    sync.Mutex
	names map[string]string // by name
	count map[string]int    // of the placeholders of a kind
}

// private returns what --log-private masks of a session with the server of p, nil without
// the flag.
func (a *app) private(f *connFlags, p *ftpwire.Profile) *privacy {
	if !f.logPrivate {
		return nil
	}
	a.mu.Lock()
	if a.privacy == nil {
		a.privacy = &privacy{names: map[string]string{}, count: map[string]int{}}
	}
	v := a.privacy
	a.mu.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.host(p.Host)
	v.host(p.ServerName)
	v.host(p.Login.VirtualHost)
	v.user(p.User)
	if proxy := p.Proxy; proxy != nil {
		v.hostOf(proxy.Addr)
		v.user(proxy.User)
	}
	if proxy := p.Login.Proxy; proxy != nil {
		v.hostOf(proxy.Host)
		v.user(proxy.User)
	}
	return v
}

// user registers the name of a user. Those of anonymous logins are no secret.
func (v *privacy) user(name string) {
	switch strings.ToLower(name) {
	case "", "anonymous", "ftp":
		return
	}
	v.placeholder("user", name)
}

func (v *privacy) hostOf(address string) {
	host, _, _ := strings.Cut(address, ":")
	v.host(host)
}

// host registers the name of a host. Addresses are known by their form.
func (v *privacy) host(name string) {
	if _, err := netip.ParseAddr(name); name == "" || err == nil {
		return
	}
	v.placeholder("host", name)
}

// placeholder returns what stands for a name, such as "user-1". That of a host is a name
// that nobody has (RFC 2606).
func (v *privacy) placeholder(kind, name string) string {
	if p, ok := v.names[name]; ok {
		return p
	}
	v.count[kind]++
	p := kind + "-" + strconv.Itoa(v.count[kind])
	if kind == "host" {
		p += ".example"
	}
	v.names[name] = p
	return p
}

// address returns what stands for an address: one of those for documentation (RFC 5737,
// RFC 3849).
func (v *privacy) address(a netip.Addr) string {
	name := a.Unmap().WithZone("").String()
	if p, ok := v.names[name]; ok {
		return p
	}
	kind, p := "ipv6", "2001:db8::"
	if a.Unmap().Is4() {
		kind, p = "ipv4", "192.0.2."
	}
	v.count[kind]++
	p += strconv.Itoa(min(v.count[kind], 254))
	v.names[name] = p
	return p
}

var (
	commaAddress = regexp.MustCompile(`\b\d{1,3},\d{1,3},\d{1,3},\d{1,3},\d{1,3},\d{1,3}\b`)
	ipAddress    = regexp.MustCompile(`(?i)(?:[0-9a-f]*:){2,}[0-9a-f]*(?:(?:\.\d{1,3}){3})?|\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	greetingHost = regexp.MustCompile(`\b[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b`)
	bsdGreeting  = regexp.MustCompile(`^220[ -](\S+) FTP server \(`)
	greetingCode = regexp.MustCompile(`^(?:120|220|221|230|421)[ -]`)
)

// String returns s with what is private replaced.
func (v *privacy) String(s string) string {
	if v == nil {
		return s
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s = v.words(s)
	if m := bsdGreeting.FindStringSubmatch(s); m != nil && !strings.HasSuffix(m[1], ".example") {
		s = strings.Replace(s, m[1], v.placeholder("host", m[1]), 1)
	}
	if greetingCode.MatchString(s) {
		s = greetingHost.ReplaceAllStringFunc(s, func(name string) string {
			if strings.HasSuffix(name, ".example") {
				return name
			}
			return v.placeholder("host", name)
		})
	}
	s = commaAddress.ReplaceAllStringFunc(s, func(text string) string {
		addr, err := parse.PASV("(" + text + ")")
		if err != nil || isPlaceholder(addr.Addr()) {
			return text
		}
		masked := netip.MustParseAddr(v.address(addr.Addr()))
		return parse.FormatPORT(netip.AddrPortFrom(masked, addr.Port()))
	})
	return ipAddress.ReplaceAllStringFunc(s, func(text string) string {
		addr, err := netip.ParseAddr(text)
		if err != nil || isPlaceholder(addr) {
			return text
		}
		return v.address(addr)
	})
}

// isPlaceholder reports whether an address is one of those that stand for others.
func isPlaceholder(a netip.Addr) bool {
	return netip.MustParsePrefix("192.0.2.0/24").Contains(a.Unmap()) || netip.MustParsePrefix("2001:db8::/32").Contains(a)
}

// words replaces the names of users and hosts where they stand as whole words.
func (v *privacy) words(s string) string {
	var b strings.Builder
	for s != "" {
		name, at := v.first(s)
		if name == "" {
			break
		}
		b.WriteString(s[:at] + v.names[name])
		s = s[at+len(name):]
	}
	return b.String() + s
}

// first returns the first name in s, the longest of those that begin there.
func (v *privacy) first(s string) (found string, at int) {
	for name := range v.names {
		i := wordIn(s, name)
		if i >= 0 && (found == "" || i < at || i == at && len(name) > len(found)) {
			found, at = name, i
		}
	}
	return found, at
}

// wordIn returns where word stands in s with no letter or digit beside it, -1 if nowhere.
func wordIn(s, word string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+len(word):])
		if !partOfWord(before) && !partOfWord(after) {
			return i
		}
		from = i + 1
	}
}

func partOfWord(r rune) bool { return unicode.IsLetter(r) && r != utf8.RuneError || unicode.IsDigit(r) }
