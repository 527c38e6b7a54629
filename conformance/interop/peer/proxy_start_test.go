package peer

import (
	"net"
	"testing"
	"time"
)

// TestProxies starts each proxy in each of its ways and ends it.
func TestProxies(t *testing.T) {
	for _, tt := range []struct{ name, auth string }{
		{"squid", ""}, {"squid", "basic"}, {"squid", "digest"}, {"squid", "ntlm"},
		{"tinyproxy", ""}, {"tinyproxy", "basic"}, {"microsocks", ""}, {"microsocks", "password"},
		{"danted", ""}, {"danted", "password"},
	} {
		t.Run(tt.name+" "+tt.auth, func(t *testing.T) {
			var addr string
			t.Run("up", func(t *testing.T) {
				p := StartProxy(t, tt.name, ProxyOptions{Auth: tt.auth})
				if p.User == "" || p.Password == "" || p.Name != tt.name {
					t.Errorf("%+v", p)
				}
				addr = p.Addr
				c, err := net.DialTimeout("tcp", addr, time.Second)
				if err != nil {
					t.Fatalf("%v\n%s", err, p.Log())
				}
				c.Close()
			})
			if addr == "" {
				t.Skip("did not start")
			}
			if c, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
				c.Close()
				t.Error("still listens when its test is over")
			}
		})
	}
}

func TestProxyProgram(t *testing.T) {
	if _, err := proxyProgram("nginx", ProxyOptions{}); err == nil {
		t.Error("an unknown proxy is known")
	}
	if _, err := proxyProgram("tinyproxy", ProxyOptions{Auth: "digest"}); err == nil {
		t.Error("an unknown scheme is known")
	}
	for _, n := range ProxyNames() {
		if _, err := proxyProgram(n, ProxyOptions{}); err != nil {
			t.Error(err)
		}
	}
}
