package proxy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	type want struct {
		Kind                                 Kind
		Addr, User, Password, Domain, String string
		TLS                                  bool
	}
	tests := []struct {
		name, url string
		want      want
	}{
		{"HTTP", "http://proxy:3128", want{HTTP, "proxy:3128", "", "", "", "http://proxy:3128", false}},
		{"slash", "http://proxy:3128/", want{HTTP, "proxy:3128", "", "", "", "http://proxy:3128", false}},
		{"no scheme", "proxy:3128", want{HTTP, "proxy:3128", "", "", "", "http://proxy:3128", false}},
		{"host alone", " proxy ", want{HTTP, "proxy:80", "", "", "", "http://proxy:80", false}},
		{"credentials, no scheme", "u:p@proxy", want{HTTP, "proxy:80", "u", "p", "", "http://proxy:80", false}},
		{"HTTPS", "https://u:p%40%3A@proxy", want{HTTP, "proxy:443", "u", "p@:", "", "https://proxy:443", true}},
		{"capitals", "HTTPS://proxy", want{HTTP, "proxy:443", "", "", "", "https://proxy:443", true}},
		{"SOCKS4", "socks4://joe@proxy", want{SOCKS4, "proxy:1080", "joe", "", "", "socks4://proxy:1080", false}},
		{"SOCKS4a", "socks4a://proxy:9", want{SOCKS4A, "proxy:9", "", "", "", "socks4a://proxy:9", false}},
		{"SOCKS5", "socks5://u:p@[::1]", want{SOCKS5, "[::1]:1080", "u", "p", "", "socks5://[::1]:1080", false}},
		{"SOCKS5h", "socks5h://proxy", want{SOCKS5, "proxy:1080", "", "", "", "socks5://proxy:1080", false}},
		{"domain", `http://CORP%5Cjoe:p@proxy`, want{HTTP, "proxy:80", "joe", "p", "CORP", "http://proxy:80", false}},
		{"domain with semicolon", `http://CORP;joe:p@proxy`, want{HTTP, "proxy:80", "joe", "p", "CORP", "http://proxy:80", false}},
		{"domain in the query", `http://joe:p@proxy?domain=CORP`, want{HTTP, "proxy:80", "joe", "p", "CORP", "http://proxy:80", false}},
		{"backslash for SOCKS", `socks5://CORP%5Cjoe:p@proxy`, want{SOCKS5, "proxy:1080", `CORP\joe`, "p", "", "socks5://proxy:1080", false}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Parse(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			got := want{p.Kind, p.Addr, p.User, p.Password, p.Domain, p.String(), p.TLS != nil}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, u := range []string{
		"", "http://", "ftp://u:canary@proxy", "http://u:canary@proxy:0", "http://u:canary@proxy:65536", "http://u:canary@proxy:x",
		"http://u:canary@proxy/path", "http://u:canary@proxy#f", "http://u:canary@proxy?x=1", "http://u:canary@proxy?domain=a&domain=b",
		"http://u%0d%0aX:canary@proxy", "http://u:canary%00@proxy", "http://:canary@proxy", "http://u:canary@pro xy", "http://u:can%zzary@proxy",
		"socks5://u:canary" + strings.Repeat("x", 250) + "@proxy", "socks5://" + strings.Repeat("u", 256) + ":canary@proxy",
		"http://u:canary@proxy?domain=a%0ab", "http://u:can ary@proxy",
	} {
		p, err := Parse(u)
		if err == nil {
			t.Errorf("%q: %v", u, p)
			continue
		}
		if s := err.Error(); strings.Contains(s, "canary") || !strings.HasPrefix(s, "ftp: ") {
			t.Errorf("%q: error %q", u, s)
		}
	}
}

func TestCheckHeader(t *testing.T) {
	for name, value := range map[string]string{
		"X": "a\r\nY: b", "X Y": "a", "": "a", "Host": "a", "content-length": "1", "X\r\nY": "a",
	} {
		p := &Proxy{Addr: "proxy:1", Header: map[string][]string{name: {value}}}
		_, err := p.DialContext(t.Context(), "tcp", "a:21")
		wantError(t, err, StageRequest, 0, nil)
	}
}

func TestFromEnvironment(t *testing.T) {
	tests := []struct {
		name string
		env  string
		addr string
		want string // "" is direct
	}{
		{"nothing", "", "a:21", ""},
		{"ftp_proxy", "ftp_proxy=http://f:1 all_proxy=http://a:1 http_proxy=http://h:1", "a:21", "http://f:1"},
		{"FTP_PROXY", "FTP_PROXY=f:1 all_proxy=http://a:1", "a:21", "http://f:1"},
		{"small letters first", "FTP_PROXY=http://F:1 ftp_proxy=http://f:1", "a:21", "http://f:1"},
		{"all_proxy", "all_proxy=socks5h://a:1 http_proxy=http://h:1", "a:21", "socks5://a:1"},
		{"ALL_PROXY", "ALL_PROXY=socks4://a:1", "a:21", "socks4://a:1"},
		{"http_proxy", "http_proxy=http://h:1", "a:21", "http://h:1"},
		{"HTTP_PROXY", "HTTP_PROXY=http://h:1", "a:21", "http://h:1"},
		{"HTTPS_PROXY means nothing", "HTTPS_PROXY=http://h:1", "a:21", ""},
		{"http_proxy in CGI", "http_proxy=http://h:1 REQUEST_METHOD=GET", "a:21", "http://h:1"},
		{"no_proxy", "ftp_proxy=http://f:1 no_proxy=b.example,a.example", "a.example:21", ""},
		{"no_proxy, subdomain", "ftp_proxy=http://f:1 NO_PROXY=example", "a.example:21", ""},
		{"no_proxy, another", "ftp_proxy=http://f:1 NO_PROXY=xample", "a.example:21", "http://f:1"},
		{"no_proxy with port", "ftp_proxy=http://f:1 NO_PROXY=example:21", "a.example:21", ""},
		{"no_proxy with another port", "ftp_proxy=http://f:1 NO_PROXY=example:22", "a.example:21", "http://f:1"},
		{"no_proxy, network", "ftp_proxy=http://f:1 NO_PROXY=192.0.2.0/24", "192.0.2.9:21", ""},
		{"no_proxy, everything", "ftp_proxy=http://f:1 NO_PROXY=*", "a:21", ""},
		{"localhost", "ftp_proxy=http://f:1", "localhost:21", ""},
		{"loopback", "ftp_proxy=http://f:1", "127.0.0.2:21", ""},
		{"loopback, IPv6", "ftp_proxy=http://f:1", "[::1]:21", ""},
		{"T11: zone of loopback", "ftp_proxy=http://f:1 NO_PROXY=*", "[::1%25x]:21", "http://f:1"},
		{"T11: name in a zone", "ftp_proxy=http://f:1 NO_PROXY=.example.com", "[::1%25.example.com]:21", "http://f:1"},
		{"T11: name in the zone of another address", "ftp_proxy=http://f:1 NO_PROXY=example.com", "[2001:db8::1%.example.com]:21", "http://f:1"},
		{"link-local", "ftp_proxy=http://f:1 NO_PROXY=fe80::/10", "[fe80::1%eth0]:21", ""},
		{"link-local and a name", "ftp_proxy=http://f:1 NO_PROXY=example.com", "[fe80::1%.example.com]:21", "http://f:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			choose, err := FromEnvironment(env(tt.env))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if p := choose(tt.addr); p != nil {
				got = p.String()
			}
			if got != tt.want {
				t.Errorf("proxy %q, want %q", got, tt.want)
			}
		})
	}
	for _, e := range []string{"HTTP_PROXY=http://h:1 REQUEST_METHOD=GET", "ftp_proxy=ftp://u:canary@h", "all_proxy=http://u:canary@h:x"} {
		_, err := FromEnvironment(env(e))
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: error %v", e, err)
		}
	}
}

func env(s string) func(string) string {
	m := map[string]string{}
	for pair := range strings.FieldsSeq(s) {
		k, v, _ := strings.Cut(pair, "=")
		m[k] = v
	}
	return func(name string) string { return m[name] }
}
