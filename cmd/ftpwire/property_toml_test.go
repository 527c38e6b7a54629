package main

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/tlsx"
)

// The values of a Profile go through TOML and back.
func TestProfileTOML(t *testing.T) {
	p := ftpwire.Profile{
		Name: "nas", Group: "home", Variant: ftpwire.VariantTLSImplicit, Host: "nas.example.com", Port: 2990, User: "alice", TLSMin: 0x0303,
		Timeout: 90 * time.Second, LocalAddress: netip.MustParseAddr("192.0.2.1"), AddressFamily: ftpwire.FamilyIPv4, CodePage: "850",
		Proxy: &proxy.Proxy{Kind: proxy.SOCKS5, Addr: "p:1080", User: "u"},
		Config: control.Config{
			Resumption: tlsx.ResumeRequired, Verify: &tlsx.Verification{SkipName: true}, KeepAlive: time.Minute, LowestRate: 1000,
			Data:  datachan.Config{ActivePorts: datachan.PortRange{First: 50000, Last: 50010}, BlockedPorts: []datachan.PortRange{{First: 7, Last: 7}}},
			Login: control.LoginOptions{After: []control.AfterLogin{{Command: "SITE UMASK 022", MayFail: true}}},
		},
	}
	text, err := toml.Marshal(p.Values(false))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	if err := toml.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	var q ftpwire.Profile
	if err := q.SetValues(values); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(p.Values(true), q.Values(true)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s\n%s", diff, text)
	}
}
