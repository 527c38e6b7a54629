package ftpwire_test

import (
	"encoding/json"
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/tlsx"
)

// everySetting sets every setting of a Profile that has a key.
func everySetting(t *testing.T) map[string]any {
	t.Helper()
	texts := map[string]any{
		"variant": "ftp-ssl-explicit", "security": "implicit", "type": "ascii", "tls_min": "1.1", "tls_max": "1.2", "resumption": "off",
		"cipher_suites": "TLS_RSA_WITH_AES_128_CBC_SHA,TLS_RSA_WITH_AES_256_CBC_SHA", "data_mode": "active", "nat": "auto", "sync_data_channel": "on",
		"local_address": "127.0.0.1", "address_family": "4", "trust": filepath.Join(t.TempDir(), "trusted"), "proxy": "socks5://u@h:1080",
		"data_protection": "C", "list_protection": "P", "file_protection": "C", "identity": "none", "ebcdic": "037", "data.mode": "EPRT", "data.nat": "never", "data.sync": "off",
		"data.active_addr": "192.0.2.1", "data.active_ports": "50000-50010", "data.blocked_ports": []any{"1", "2-3"}, "verify.trust": filepath.Join(t.TempDir(), "other"),
		"verify.pins": []any{"cert-sha256:" + strings.Repeat("ab", 32)}, "login.encoding": "code page", "login.one_time": "never", "login.after": []any{"-SITE UMASK 022"}, "login.assume_features": []any{"SIZE"},
		"login.proxy.kind": "site", "login.proxy.script": []any{map[string]any{"send": "USER %u", "expect": []any{int64(331)}}}, "quirks.force": []any{"a"}, "quirks.forbid": []any{"b"}, "auth": []any{"TLS"},
	}
	values := map[string]any{}
	for _, key := range ftpwire.SettingKeys() {
		x, ok := texts[key]
		delete(texts, key)
		switch {
		case ok:
		case isDuration(key):
			x = "7s"
		default:
			x = plainValue(t, key)
		}
		put(values, strings.Split(key, "."), x)
	}
	for key := range texts {
		t.Errorf("there is no setting %s", key)
	}
	return values
}

func isDuration(key string) bool {
	for _, end := range []string{"_timeout", "timeout", "_time", "_grace", "_delay", "keep_alive"} {
		if strings.HasSuffix(key, end) {
			return true
		}
	}
	return false
}

// plainValue finds a value of a type that the setting takes.
func plainValue(t *testing.T, key string) any {
	t.Helper()
	for _, x := range []any{"text", true, int64(1)} {
		m := map[string]any{}
		put(m, strings.Split(key, "."), x)
		if p := (&ftpwire.Profile{}); p.SetValues(m) == nil {
			return x
		}
	}
	t.Fatalf("%s takes no text, boolean or number", key)
	return nil
}

func put(m map[string]any, path []string, x any) {
	for ; len(path) > 1; path = path[1:] {
		next, ok := m[path[0]].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[path[0]] = next
		}
		m = next
	}
	m[path[0]] = x
}

// Every setting comes through Values and SetValues, and through JSON, as it was.
func TestProfileValues(t *testing.T) {
	want := everySetting(t)
	var p ftpwire.Profile
	if err := p.SetValues(want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, p.Values(true)); diff != "" {
		t.Errorf("Values mismatch (-want +got):\n%s", diff)
	}
	text, err := json.Marshal(p.Values(true))
	if err != nil {
		t.Fatal(err)
	}
	var q ftpwire.Profile
	if err := json.Unmarshal(text, &q); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, q.Values(true)); diff != "" {
		t.Errorf("JSON mismatch (-want +got):\n%s", diff)
	}
}

// The zero Profile has no values, and no values make it.
func TestProfileValuesZero(t *testing.T) {
	text, err := json.Marshal(ftpwire.Profile{})
	if err != nil || string(text) != "{}" {
		t.Errorf("%s, %v", text, err)
	}
	p := ftpwire.Profile{Host: "h"}
	if err := json.Unmarshal([]byte("{}"), &p); err != nil || !reflect.DeepEqual(p, ftpwire.Profile{}) {
		t.Errorf("%v, %+v", err, p)
	}
}

func TestProfileJSON(t *testing.T) {
	p := ftpwire.Profile{
		Name: "nas", Variant: ftpwire.VariantSSLImplicit, Host: "h", User: "u", Password: "secret-1", Account: "secret-2", TLSMin: 0x0302, CipherSuites: []uint16{0x002f},
		Timeout: 90 * time.Second, LocalAddress: netip.MustParseAddr("192.0.2.1"), Proxy: &proxy.Proxy{Kind: proxy.SOCKS5, Addr: "p:1080", User: "pu", Password: "secret-3"},
		Config: control.Config{
			Resumption: tlsx.ResumeRequired, Verify: &tlsx.Verification{SkipName: true},
			Data:  datachan.Config{ActivePorts: datachan.PortRange{First: 5, Last: 9}},
			Login: control.LoginOptions{After: []control.AfterLogin{{Command: "SITE PSWD secret-4 secret-5"}, {Command: "NOOP"}}, Proxy: &control.LoginProxy{User: "lu", Password: "secret-6"}},
		},
	}
	text, err := json.Marshal(&p)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"cipher_suites":"TLS_RSA_WITH_AES_128_CBC_SHA","data":{"active_ports":"5-9"},"host":"h","local_address":"192.0.2.1","login":{"after":["NOOP"],"proxy":{"user":"lu"}},` +
		`"name":"nas","proxy":"socks5://pu@p:1080","resumption":"required","timeout":"1m30s","tls_min":"1.1","user":"u","variant":"ftp-ssl-implicit","verify":{"skip_name":true}}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	all, _ := json.Marshal(p.Values(true))
	for _, secret := range []string{"secret-1", "secret-2", "secret-3", "secret-4", "secret-6"} {
		if strings.Contains(string(text), secret) || !strings.Contains(string(all), secret) {
			t.Errorf("%s: without secrets %s, with them %s", secret, text, all)
		}
	}
}

// Values that can't be are errors that name the key, all of them at once, and nothing is set.
func TestProfileSetValuesErrors(t *testing.T) {
	for _, tt := range []struct{ name, json, want string }{
		{"misspelt", `{"tls_mim": "1.2"}`, `tls_mim is not a setting; did you mean tls_min?`},
		{"hyphen", `{"code-page": "850"}`, `code-page is not a setting; did you mean code_page?`},
		{"elsewhere", `{"active_ports": "5"}`, `active_ports is not a setting; did you mean data.active_ports?`},
		{"misspelt within", `{"data": {"activ_ports": "5"}}`, `data.activ_ports is not a setting; did you mean data.active_ports?`},
		{"nothing like it", `{"colour": "red"}`, `colour is not a setting`},
		{"function", `{"dial": "x"}`, `dial is not a setting`},
		{"SSL 3.0", `{"tls_min": "ssl3"}`, `SSL 3.0 must not be used (RFC 7568)`},
		{"variant", `{"variant": "ftps"}`, `variant can't be that: unknown variant "ftps": want ftp, ftp-ssl-explicit, ftp-ssl-implicit, ftp-tls-explicit, ftp-tls-implicit or auto`},
		{"suite", `{"cipher_suites": ["TLS_NO"]}`, `cipher_suites can't be that: unknown cipher suite "TLS_NO"`},
		{"number", `{"port": "x"}`, `port must be a whole number`},
		{"fraction", `{"port": 1.5}`, `port must be a whole number`},
		{"code page", `{"ebcdic": 500}`, `ebcdic can't be that: unknown code page of EBCDIC "500": want 1047 or 037`},
		{"duration", `{"timeout": "soon"}`, `timeout must be a duration`},
		{"boolean", `{"insecure": "yes"}`, `insecure must be true or false`},
		{"text", `{"host": 5}`, `host must be a text`},
		{"table", `{"data": "x"}`, `data must hold settings of its own`},
		{"list", `{"auth": 5}`, `auth must be a list`},
		{"in a list", `{"data": {"blocked_ports": ["x"]}}`, `data.blocked_ports[0] can't be that`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := ftpwire.Profile{Host: "before"}
			err := json.Unmarshal([]byte(tt.json), &p)
			if err == nil || !strings.Contains(err.Error(), tt.want) || p.Host != "before" {
				t.Errorf("%v, %q; want %q", err, p.Host, tt.want)
			}
		})
	}
	var p ftpwire.Profile
	err := p.SetValues(map[string]any{"hots": "x", "user": "u", "data": map[string]any{"mod": "x"}})
	if err == nil || strings.Count(err.Error(), "did you mean") != 2 || p.User != "" {
		t.Errorf("%v, %+v", err, p)
	}
}

// What SetValues accepts besides what Values returns.
func TestProfileSetValuesForms(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   map[string]any
		want ftpwire.Profile
	}{
		{"seconds", map[string]any{"timeout": int64(30)}, ftpwire.Profile{Timeout: 30 * time.Second}},
		{"list of suites", map[string]any{"cipher_suites": []any{"TLS_RSA_WITH_AES_128_CBC_SHA"}}, ftpwire.Profile{CipherSuites: []uint16{0x002f}}},
		{"text for a list", map[string]any{"auth": "TLS, SSL"}, ftpwire.Profile{Config: control.Config{Auth: []string{"TLS", "SSL"}}}},
		{"number for a text", map[string]any{"address_family": 6}, ftpwire.Profile{AddressFamily: ftpwire.FamilyIPv6}},
		{"letters", map[string]any{"data_mode": "epsv"}, ftpwire.Profile{DataMode: datachan.ModeEPSV}},
		{"number of a float", map[string]any{"port": 2121.0}, ftpwire.Profile{Port: 2121}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var p ftpwire.Profile
			if err := p.SetValues(tt.in); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want.Values(true), p.Values(true)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// A copy of a Profile shares what it points to: setting something in the one does not change the other.
func TestProfileSetValuesCopies(t *testing.T) {
	p := ftpwire.Profile{Config: control.Config{Verify: &tlsx.Verification{SkipName: true}}}
	q := p
	if err := q.SetValues(map[string]any{"verify": map[string]any{"skip_chain": true}}); err != nil {
		t.Fatal(err)
	}
	if p.Verify.SkipChain || !q.Verify.SkipName || !q.Verify.SkipChain {
		t.Errorf("%+v, %+v", p.Verify, q.Verify)
	}
}
