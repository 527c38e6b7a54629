package ftpwire_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
)

func TestParseURL(t *testing.T) {
	type want struct {
		Security             control.Security
		Address              string
		User, Password, Path string
		ASCII, Dir, InURL    bool
	}
	for _, tt := range []struct {
		name, url string
		want      want
	}{
		{"clear", "ftp://h", want{Security: control.SecurityNone, Address: "h:21"}},
		{"explicit", "ftpes://h/", want{Security: control.SecurityExplicit, Address: "h:21"}},
		{"implicit", "ftps://h/", want{Security: control.SecurityImplicit, Address: "h:990"}},
		{"scheme in capitals", "FTPES://h/a", want{Security: control.SecurityExplicit, Address: "h:21", Path: "a"}},
		{"port", "ftps://h:2990/a", want{Security: control.SecurityImplicit, Address: "h:2990", Path: "a"}},
		{"relative", "ftpes://h/a/b", want{Address: "h:21", Path: "a/b"}},
		{"absolute by %2F", "ftpes://h/%2Fa/b", want{Address: "h:21", Path: "/a/b"}},
		{"absolute by two slashes", "ftpes://h//a/b", want{Address: "h:21", Path: "/a/b"}},
		{"encoded slash inside", "ftpes://h/a%2Fb", want{Address: "h:21", Path: "a/b"}},
		{"encoded question mark and hash", "ftpes://h/a%3Fb%23", want{Address: "h:21", Path: "a?b#"}},
		{"plus is plus", "ftpes://h/a+b", want{Address: "h:21", Path: "a+b"}},
		{"UTF-8", "ftpes://h/%C3%A4", want{Address: "h:21", Path: "ä"}},
		{"type a", "ftpes://h/a;type=a", want{Address: "h:21", Path: "a", ASCII: true}},
		{"type A", "ftpes://h/a;TYPE=A", want{Address: "h:21", Path: "a", ASCII: true}},
		{"type i", "ftpes://h/a;type=i", want{Address: "h:21", Path: "a"}},
		{"type d", "ftpes://h/a/;type=d", want{Address: "h:21", Path: "a/", Dir: true}},
		{"encoded ;type=a is a name", "ftpes://h/a%3Btype=a", want{Address: "h:21", Path: "a;type=a"}},
		{"semicolon in a name", "ftpes://h/a;b", want{Address: "h:21", Path: "a;b"}},
		{"user", "ftpes://bob@h/", want{Address: "h:21", User: "bob"}},
		{"user and password", "ftpes://b%40b:p%3Aw%2F@h/", want{Address: "h:21", User: "b@b", Password: "p:w/", InURL: true}},
		{"empty password", "ftpes://bob:@h/", want{Address: "h:21", User: "bob", InURL: true}},
		{"IPv6", "ftpes://[::1]:2121/a", want{Address: "[::1]:2121", Path: "a"}},
		{"IPv6 without port", "ftps://[2001:db8::1]/", want{Security: control.SecurityImplicit, Address: "[2001:db8::1]:990"}},
		{"IPv6 with zone", "ftpes://[fe80::1%25lo]/", want{Address: "[fe80::1%lo]:21"}},
		{"IDN", "ftpes://b%C3%BCcher.example/", want{Address: "xn--bcher-kva.example:21"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := ftpwire.ParseURL(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			addr, err := l.Profile.Address()
			if err != nil {
				t.Fatal(err)
			}
			got := want{l.Profile.Protocol().Security(), addr, l.Profile.User, l.Profile.Password, l.Path, l.ASCII, l.Dir, l.PasswordInURL}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseURLErrors(t *testing.T) {
	for _, tt := range []struct{ name, url, reason string }{
		{"empty", "", "scheme"},
		{"no scheme", "//h/a", "scheme"},
		{"sftp", "sftp://h/a", "SFTP"},
		{"http", "http://h/a", "unknown scheme"},
		{"no host", "ftp:///a", "host"},
		{"port 0", "ftp://h:0/", "65535"},
		{"port 65536", "ftp://h:65536/", "65535"},
		{"port of letters", "ftp://h:x/", "malformed"},
		{"negative port", "ftp://h:-1/", "malformed"},
		{"query", "ftp://h/a?b", "%3F"},
		{"empty query", "ftp://h/a?", "%3F"},
		{"fragment", "ftp://h/a#b", "%23"},
		{"empty fragment", "ftp://h/a#", "%23"},
		{"other type", "ftp://h/a;type=x", "type"},
		{"bad escape", "ftp://h/%zz", "malformed"},
		{"bracket alone", "ftps://]", "no IPv6 address in brackets"},
		{"colons without brackets", "ftp://0:0:", "no IPv6 address in brackets"},
		{"open bracket", "ftp://[::1/", "malformed"},
		{"CR LF in the path", "ftp://h/a%0D%0ADELE%20b", "CR, LF or NUL"},
		{"LF in the user", "ftp://u%0Ax@h/", "CR, LF or NUL"},
		{"CR in the password", "ftp://u:p%0Dhunter2@h/", "CR, LF or NUL"},
		{"NUL in the path", "ftp://h/a%00", "CR, LF or NUL"},
		{"control character", "ftp://h/\n", "malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ftpwire.ParseURL(tt.url)
			if ue, ok := errors.AsType[*ftpwire.URLError](err); !ok || !strings.Contains(ue.Reason, tt.reason) {
				t.Errorf("%v; want a URLError that says %q", err, tt.reason)
			}
		})
	}
}

// T81: no error about a URL shows the password in it, whole or in part.
func TestT81PasswordInURL(t *testing.T) {
	for _, url := range []string{
		"http://bob:hunter2@h/", "ftp://bob:hunter2@h:0/", "ftp://bob:hunter2@h/?x", "ftp://bob:hunter2@h:port/",
		"ftp://bob:hunter2@h/%zz", "ftp://bob:hun/ter2@h/?x", "ftp://bob:hunter2/@h/", "ftp://bob:hunter2?@h/", "ftp://bob:hunter2#@h/",
		"ftp://bob:hunter2%zz@h/", "ftp://bob:hunter2 @h/", "ftp://bob:@hunter2@h/?", "bob:hunter2@h/a", "//bob:hunter2@h/",
		"sftp://bob:hunter2@h/", "ftp://bob:hunter2%0d@h/", "ftp://bob:hunter2@/a", "ftp://bob:hunter2@[::1/",
	} {
		_, err := ftpwire.ParseURL(url)
		if err == nil {
			t.Errorf("%s: no error", url)
		} else if s := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(s, "hun") || strings.Contains(s, "ter2") {
			t.Errorf("%s: %s", url, s)
		}
	}
}

// controlOf returns the configuration that p describes.
func controlOf(t *testing.T, p *ftpwire.Profile) *control.Config {
	t.Helper()
	c, err := p.Control()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestProfileAddress(t *testing.T) {
	for _, tt := range []struct {
		name    string
		profile ftpwire.Profile
		want    string // "": a ProfileError
	}{
		{"plain", ftpwire.Profile{Host: "h"}, "h:21"},
		{"implicit", ftpwire.Profile{Host: "h", Config: control.Config{Security: control.SecurityImplicit}}, "h:990"},
		{"port", ftpwire.Profile{Host: "h", Port: 2121}, "h:2121"},
		{"brackets", ftpwire.Profile{Host: "[::1]"}, "[::1]:21"},
		{"underscore", ftpwire.Profile{Host: "my_host"}, "my_host:21"},
		{"IDN", ftpwire.Profile{Host: "bücher.example"}, "xn--bcher-kva.example:21"},
		{"empty", ftpwire.Profile{}, ""},
		{"blank", ftpwire.Profile{Host: "a b"}, ""},
		{"slash", ftpwire.Profile{Host: "h/x"}, ""},
		{"line end", ftpwire.Profile{Host: "h\r\nx"}, ""},
		{"port too large", ftpwire.Profile{Host: "h", Port: 65536}, ""},
		{"port negative", ftpwire.Profile{Host: "h", Port: -1}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.profile.Address()
			if _, bad := errors.AsType[*ftpwire.ProfileError](err); bad != (tt.want == "") || got != tt.want {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

// The zero profile is secure: every weaker choice is made by name.
func TestProfileDefaults(t *testing.T) {
	c := controlOf(t, &ftpwire.Profile{Host: "h"})
	if c.Security != control.SecurityExplicit || c.DataProtection != control.ProtectDefault || c.TLS.InsecureSkipVerify || c.TLS.MinVersion != 0x0303 || c.Data.NAT != 0 || c.Data.AnyPeer {
		t.Errorf("weak defaults: %+v", c)
	}
	if d := c.Data; d.AnyPeer || d.Sync != datachan.SyncAuto || d.Memory != (datachan.Memory{}) || d.NAT.String() != "always" {
		t.Errorf("weak defaults of data connections: %+v", d)
	}
}

// What a profile says of data connections reaches them.
func TestProfileData(t *testing.T) {
	p := &ftpwire.Profile{Host: "h", NAT: datachan.NATAuto, SyncDataChannel: datachan.SyncOn, Timeout: time.Minute}
	p.Data = datachan.Config{
		EPSVAll: true, EPSVNumber: true, PassiveAttempts: 3, NAT: datachan.NATServer, Sync: datachan.SyncOff, Mode: datachan.ModePASV,
		ActivePorts:  datachan.PortRange{First: 50000, Last: 50010},
		BlockedPorts: []datachan.PortRange{{First: 1234, Last: 1234}},
		Memory:       datachan.Memory{NoEPSV: true}, IdleTimeout: -1,
	}
	want := p.Data
	want.NAT, want.Sync, want.ConnectTimeout = datachan.NATAuto, datachan.SyncOn, time.Minute
	if got := controlOf(t, p).Data; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v; want %+v", got, want)
	}
}

// What the Config says of TLS counts where the Profile says nothing, and is left as it was.
func TestProfileTLS(t *testing.T) {
	base := &tls.Config{MinVersion: tls.VersionTLS13, CipherSuites: []uint16{1}, ServerName: "n", Certificates: make([]tls.Certificate, 1)}
	p := &ftpwire.Profile{Host: "h", Config: control.Config{TLS: base}}
	if got := controlOf(t, p).TLS; got.MinVersion != tls.VersionTLS13 || len(got.CipherSuites) != 1 || got.ServerName != "n" || len(got.Certificates) != 1 {
		t.Errorf("%+v", got)
	}
	p.TLSMin, p.TLSMax, p.Insecure, p.CipherSuites, p.ClientCertificates = tls.VersionTLS10, tls.VersionTLS12, true, []uint16{2, 3}, make([]tls.Certificate, 2)
	got := controlOf(t, p).TLS
	if got.MinVersion != tls.VersionTLS10 || got.MaxVersion != tls.VersionTLS12 || !got.InsecureSkipVerify || len(got.CipherSuites) != 2 || len(got.Certificates) != 2 {
		t.Errorf("%+v", got)
	}
	if base.InsecureSkipVerify || base.MinVersion != tls.VersionTLS13 {
		t.Error("the Config was changed")
	}
}

// Every wait has the Profile's Timeout, unless it has one of its own.
func TestProfileTimeouts(t *testing.T) {
	p := &ftpwire.Profile{Host: "h", Timeout: 5 * time.Second, Config: control.Config{ReplyTimeout: time.Hour, FinalTimeout: -1}}
	c := controlOf(t, p)
	if c.ConnectTimeout != 5*time.Second || c.ReplyTimeout != time.Hour || c.FinalTimeout != -1 || c.Data.ConnectTimeout != 5*time.Second || c.Data.IdleTimeout != 5*time.Second {
		t.Errorf("%+v", c)
	}
}
