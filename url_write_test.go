package ftpwire_test

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
)

// What URL writes, ParseURL reads.
func TestLocationURL(t *testing.T) {
	for _, tt := range []struct {
		name string
		l    ftpwire.Location
		want string
	}{
		{"host", ftpwire.Location{Profile: ftpwire.Profile{Host: "h"}}, "ftpes://h/"},
		{"clear", ftpwire.Location{Profile: ftpwire.Profile{Host: "h", Variant: ftpwire.VariantFTP}}, "ftp://h/"},
		{"implicit", ftpwire.Location{Profile: ftpwire.Profile{Host: "h", Variant: ftpwire.VariantTLSImplicit, Port: 2990}}, "ftps://h:2990/"},
		{"user", ftpwire.Location{Profile: ftpwire.Profile{Host: "h", User: "a@b:c/d"}}, "ftpes://a%40b%3Ac%2Fd@h/"},
		{"password", ftpwire.Location{Profile: ftpwire.Profile{Host: "h", User: "u", Password: "p@:/?#%"}}, "ftpes://u:p%40%3A%2F%3F%23%25@h/"},
		{"password alone", ftpwire.Location{Profile: ftpwire.Profile{Host: "h", Password: "me@x"}}, "ftpes://:me%40x@h/"},
		{"IPv6", ftpwire.Location{Profile: ftpwire.Profile{Host: "2001:db8::1", Port: 21}}, "ftpes://[2001:db8::1]:21/"},
		{"zone", ftpwire.Location{Profile: ftpwire.Profile{Host: "fe80::1%eth0"}}, "ftpes://[fe80::1%25eth0]/"},
		{"letters", ftpwire.Location{Profile: ftpwire.Profile{Host: "bücher.example"}}, "ftpes://bücher.example/"},
		{"relative", ftpwire.Location{Profile: ftpwire.Profile{Host: "h"}, Path: "a/b"}, "ftpes://h/a/b"},
		{"absolute", ftpwire.Location{Profile: ftpwire.Profile{Host: "h"}, Path: "/a/b"}, "ftpes://h/%2Fa/b"},
		{"root", ftpwire.Location{Profile: ftpwire.Profile{Host: "h"}, Path: "/"}, "ftpes://h/%2F"},
		{"double slash", ftpwire.Location{Profile: ftpwire.Profile{Host: "h"}, Path: "//a"}, "ftpes://h/%2F/a"},
		{"signs", ftpwire.Location{Profile: ftpwire.Profile{Host: "h"}, Path: "a b?c#d;type=i%\xff"}, "ftpes://h/a%20b%3Fc%23d%3Btype=i%25%FF"},
		{"directory", ftpwire.Location{Profile: ftpwire.Profile{Host: "h"}, Path: "a", Dir: true}, "ftpes://h/a;type=d"},
		{"text", ftpwire.Location{Profile: ftpwire.Profile{Host: "h"}, Path: "a", ASCII: true}, "ftpes://h/a;type=a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.l.URL(true); got != tt.want {
				t.Errorf("%s; want %s", got, tt.want)
			}
			if got := tt.l.URL(false); tt.l.Profile.Password != "" && strings.Contains(got, "p%40") {
				t.Errorf("the password is in %s", got)
			}
			back, err := ftpwire.ParseURL(tt.l.URL(true))
			if err != nil {
				t.Fatal(err)
			}
			p, q := back.Profile, tt.l.Profile
			if p.Host != q.Host || p.Port != q.Port || p.User != q.User || p.Password != q.Password || p.Protocol() != q.Protocol() || back.Path != tt.l.Path || back.ASCII != tt.l.ASCII || back.Dir != tt.l.Dir {
				t.Errorf("read as %+v", back)
			}
		})
	}
	if got := (&ftpwire.Profile{Host: "h", Password: "secret", Type: ftpwire.TypeASCII}).URL("f"); got != "ftpes://h/f;type=a" {
		t.Error(got)
	}
}
