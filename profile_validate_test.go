package ftpwire_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/tlsx"
)

func neverDial(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("dialled with a Profile that can't be used")
}

func TestProfileValidate(t *testing.T) {
	for _, tt := range []struct {
		name  string
		set   func(p *ftpwire.Profile)
		field string // "" if nothing is wrong
		want  string
	}{
		{"nothing but a host", func(*ftpwire.Profile) {}, "", ""},
		{"no host", func(p *ftpwire.Profile) { p.Host = "" }, "Host", "is empty"},
		{"host with a port", func(p *ftpwire.Profile) { p.Host = "h:2121" }, "Host", `has a port in it: Host is "h", and 2121 belongs into Port`},
		{"address with a port", func(p *ftpwire.Profile) { p.Host = "[::1]:21" }, "Host", `Host is "::1", and 21 belongs into Port`},
		{"address without a port", func(p *ftpwire.Profile) { p.Host = "::1" }, "", ""},
		{"URL", func(p *ftpwire.Profile) { p.Host = "ftp://h/" }, "Host", "is a URL"},
		{"user and host", func(p *ftpwire.Profile) { p.Host = "u@h" }, "Host", "belongs into User"},
		{"port below 0", func(p *ftpwire.Profile) { p.Port = -21 }, "Port", "is not between"},
		{"password", func(p *ftpwire.Profile) { p.Authentication = "Password" }, "", ""},
		{"public key", func(p *ftpwire.Profile) { p.Authentication = "public key" }, "Authentication", "belongs to SFTP"},
		{"publickey", func(p *ftpwire.Profile) { p.Authentication = "publickey" }, "Authentication", "belongs to SFTP"},
		{"Kerberos", func(p *ftpwire.Profile) { p.Authentication = "kerberos" }, "Authentication", `"password" only`},
		{"line break in the user", func(p *ftpwire.Profile) { p.User = "u\r\nDELE x" }, "User", "line break"},
		{"line break in the password", func(p *ftpwire.Profile) { p.Password = "p\n" }, "Password", "line break"},
		{"NUL in the account", func(p *ftpwire.Profile) { p.Account = "a\x00" }, "Account", "NUL"},
		{"SSL 3.0", func(p *ftpwire.Profile) { p.TLSMin = 0x0300 }, "TLSMin", "RFC 7568"},
		{"SSL 3.0 at most", func(p *ftpwire.Profile) { p.TLSMax = 0x0300 }, "TLSMax", "RFC 7568"},
		{"no version", func(p *ftpwire.Profile) { p.TLSMin = 12 }, "TLSMin", "no version of TLS"},
		{"TLSMin above TLSMax", func(p *ftpwire.Profile) { p.TLSMin, p.TLSMax = tls.VersionTLS13, tls.VersionTLS12 }, "TLSMin", "(TLS 1.3) is above TLSMax (TLS 1.2)"},
		{"TLSMax below the default", func(p *ftpwire.Profile) { p.TLSMax = tls.VersionTLS11 }, "TLSMax", "(TLS 1.1) is below the lowest version, which is TLS 1.2"},
		{"the same for SSL", func(p *ftpwire.Profile) { p.TLSMax, p.Variant = tls.VersionTLS11, ftpwire.VariantSSLExplicit }, "", ""},
		{"the same in clear", func(p *ftpwire.Profile) { p.TLSMax, p.Variant = tls.VersionTLS11, ftpwire.VariantFTP }, "", ""},
		{"unknown suite", func(p *ftpwire.Profile) { p.CipherSuites = []uint16{1} }, "CipherSuites", "0x0001"},
		{"suite of TLS 1.3", func(p *ftpwire.Profile) { p.CipherSuites = []uint16{tls.TLS_AES_128_GCM_SHA256} }, "CipherSuites", "TLS_AES_128_GCM_SHA256"},
		{"suites without effect", func(p *ftpwire.Profile) { p.CipherSuites, p.TLSMin = []uint16{0x2f}, tls.VersionTLS13 }, "CipherSuites", "TLSMin excludes"},
		{"Insecure with Verify", func(p *ftpwire.Profile) { p.Insecure, p.Verify = true, &tlsx.Verification{} }, "Insecure", "excludes Verify"},
		{"Insecure with Trust", func(p *ftpwire.Profile) { p.Insecure, p.Trust = true, new(tlsx.TrustStore) }, "Insecure", "excludes Trust"},
		{"implicit with CCC", func(p *ftpwire.Profile) {
			p.Variant, p.ClearCommandChannel = ftpwire.VariantTLSImplicit, true
		}, "ClearCommandChannel", "needs explicit TLS"},
		{"CCC and different protection", func(p *ftpwire.Profile) {
			p.ClearCommandChannel, p.ListProtection = true, control.ProtectClear
		}, "ClearCommandChannel", "can't be changed"},
		{"EPSV ALL with PORT", func(p *ftpwire.Profile) { p.Data.EPSVAll, p.DataMode = true, datachan.ModePORT }, "Data.EPSVAll", "excludes DataMode PORT"},
		{"ports in the wrong order", func(p *ftpwire.Profile) { p.Data.ActivePorts = datachan.PortRange{First: 9, Last: 5} }, "Data.ActivePorts", "9 to 5"},
		{"Proxy with Dial", func(p *ftpwire.Profile) {
			p.Proxy, p.Dial = &proxy.Proxy{Kind: proxy.SOCKS5, Addr: "p:1080"}, neverDial
		}, "Proxy", "excludes Dial"},
		{"LocalAddress with Dial", func(p *ftpwire.Profile) {
			p.LocalAddress, p.Dial = netip.MustParseAddr("127.0.0.1"), neverDial
		}, "LocalAddress", "excludes a function that dials"},
		{"LocalAddress of the other family", func(p *ftpwire.Profile) {
			p.LocalAddress, p.AddressFamily = netip.MustParseAddr("127.0.0.1"), ftpwire.FamilyIPv6
		}, "LocalAddress", "is no address of AddressFamily 6"},
		{"code page", func(p *ftpwire.Profile) { p.CodePage = "windows-1" }, "CodePage", "windows-1"},
		{"date format", func(p *ftpwire.Profile) { p.DateFormat = "quux" }, "DateFormat", "can't be read"},
		{"time zone", func(p *ftpwire.Profile) { p.TimeZone = "Atlantis/Capital" }, "TimeZone", "Atlantis/Capital"},
		{"offset", func(p *ftpwire.Profile) { p.TimeZone = "+05:30" }, "", ""},
		{"time without a unit", func(p *ftpwire.Profile) { p.Timeout = 30 }, "Timeout", "its unit is missing"},
		{"no timeout", func(p *ftpwire.Profile) { p.Timeout = -1 }, "", ""},
		{"variant", func(p *ftpwire.Profile) { p.Variant = 99 }, "Variant", "stands for nothing"},
		{"type", func(p *ftpwire.Profile) { p.Type = 'X' }, "Type", "stands for nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &ftpwire.Profile{Host: "h"}
			tt.set(p)
			err := p.Validate()
			pe, _ := errors.AsType[*ftpwire.ProfileError](err)
			switch {
			case tt.field == "" && err != nil:
				t.Errorf("%v", err)
			case tt.field != "" && (pe == nil || pe.Field != tt.field || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("%v; want %s %s", err, tt.field, tt.want)
			case tt.field != "" && p.Dial == nil:
				p.Dial = neverDial
				if _, err := ftpwire.Dial(t.Context(), p); err == nil || strings.Contains(err.Error(), "dialled") {
					t.Errorf("Dial: %v", err)
				}
			}
		})
	}
}

// All that is wrong is said at once.
func TestProfileValidateAll(t *testing.T) {
	err := (&ftpwire.Profile{Host: "h:21", Port: -1, TimeZone: "x", Timeout: time.Nanosecond}).Validate()
	want := "profile: Host has a port in it: Host is \"h\", and 21 belongs into Port; profile: TimeZone is not known: unknown time zone x; " +
		"profile: Timeout is 1ns, in which nothing can happen: its unit is missing: a Duration counts nanoseconds"
	if diff := cmp.Diff(want, errtext.Of(err)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	var none *ftpwire.Profile
	if _, bad := errors.AsType[*ftpwire.ProfileError](none.Validate()); !bad {
		t.Errorf("no Profile: %v", none.Validate())
	}
}

// An error of a Profile is not repeated.
func TestProfileErrorIsFinal(t *testing.T) {
	if err := (&ftpwire.Profile{Host: "h:21", TimeZone: "x"}).Validate(); ftpwire.Temporary(err) {
		t.Error("it would be tried again")
	}
}

func TestVariants(t *testing.T) {
	var names []string
	for v := ftpwire.VariantFTP; v <= ftpwire.VariantAuto; v++ {
		names = append(names, v.String())
		if got, err := ftpwire.ParseVariant(strings.ToUpper(v.String())); got != v || err != nil {
			t.Errorf("%v: %v, %v", v, got, err)
		}
		if p := (&ftpwire.Profile{Config: control.Config{Security: v.Security()}}); p.Protocol().Security() != v.Security() {
			t.Errorf("%v: the Config alone makes it %v", v, p.Protocol())
		}
	}
	want := []string{"ftp", "ftp-ssl-explicit", "ftp-ssl-implicit", "ftp-tls-explicit", "ftp-tls-implicit", "auto"}
	if !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	if p := (&ftpwire.Profile{Config: control.Config{Auth: []string{"SSL"}}}); p.Protocol() != ftpwire.VariantSSLExplicit {
		t.Errorf("AUTH SSL: %v", p.Protocol())
	}
	if p := new(ftpwire.Profile); p.Protocol() != ftpwire.VariantTLSExplicit {
		t.Errorf("zero: %v", p.Protocol())
	}
}
