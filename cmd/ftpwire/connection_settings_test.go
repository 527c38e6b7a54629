package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/cmd/ftpwire/tomledit"
	"github.com/ftpwire/ftpwire/control"
)

// samples are values, one of which each setting takes.
var samples = []any{
	true, int64(7), "7s", "pasv", "never", "off", "required", "verified", "C", "ebcdic", "ftp-tls-implicit", "1.2",
	"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "192.0.2.1", "50000-50010", "implicit", "on", "6", "utf8",
	[]any{"SITE A", "-SITE B"}, []any{"50000-50010"}, []any{"cert-sha256:" + strings.Repeat("0a", 32)},
	"socks5://me@gate.example:1080", "user@host", "windows-1252", "Europe/Vienna", "dd.MM.yyyy", "unix", "some text",
}

// sampleOf returns a value that a setting takes, other than its zero.
func sampleOf(key string) (value, is any) {
	candidates := samples
	switch key {
	case "quirks.force", "quirks.forbid":
		for q := range control.Quirks() {
			candidates = []any{[]any{string(q.Name)}}
		}
	case "login.after":
		candidates = []any{[]any{"SITE A", "-SITE B"}}
	}
	for text, keys := range map[string][]string{"windows-1252": {"code_page"}, "Europe/Vienna": {"time_zone"}, "dd.MM.yyyy": {"date_format"}, "unix": {"list.lines.dialect", "list.lines.system"}, "password": {"authentication"}} {
		for _, k := range keys {
			if k == key {
				candidates = []any{text}
			}
		}
	}
	for _, value := range candidates {
		var p ftpwire.Profile
		values := map[string]any{}
		assign(values, key, value)
		if p.SetValues(values) != nil {
			continue
		}
		if is := lookup(p.Values(true), key); is != nil {
			return value, is
		}
	}
	return nil, nil
}

// besides are settings that one needs beside it.
var besides = map[string]map[string]any{
	"data.active_addr":     {"data_mode": "active"},
	"data.active_ports":    {"data_mode": "active"},
	"data.any_peer":        {"data_mode": "active"},
	"data.peer_port":       {"data_mode": "active"},
	"login.account_always": {"account": "x"},
	"lowest_time":          {"lowest_rate": int64(100)},
	"direct_data":          {"proxy": "socks5://gate.example"},
	"no_data_certificate":  {"insecure": true},
}

// notKept are settings that a stored connection does not bring to a command, and why.
var notKept = map[string]string{
	"name":                 "the table's name is the connection's",
	"group":                "it says where the connection is listed",
	"password":             "it is read when it is needed",
	"login.proxy.host":     "--login-proxy says it: the server is told to the proxy",
	"login.proxy.kind":     "--login-proxy",
	"login.proxy.user":     "--login-proxy",
	"no_data_certificate":  "it needs a client certificate: see TestConnectionShared",
	"login.proxy.password": "FTPWIRE_LOGIN_PROXY_PASSWORD",
	"login.proxy.script":   "--login-proxy has no scripts",
	"list.limits.bytes":    "commands print entries as they come",
	"list.limits.entries":  "commands print entries as they come",
	"list.limits.line":     "commands print entries as they come",
	"log_sent":             "--log-sent prints it: see TestConnectionOverride",
	"log_received":         "--log-received prints it",
	"type":                 "--type is filled, and the command says it to the server",
	"verify.host":          "the certificate is that of the connection's host",
	"verify.port":          "the certificate is that of the connection's host",
	"verify.trust":         "the trust store of --trust-file",
	"trust":                "the trust store of --trust-file",
}

// Every setting of a profile is stored, comes to the command that uses the connection, and
// is told by "show --format flags" if there is a flag for it.
func TestConnectionSettings(t *testing.T) {
	for _, key := range ftpwire.SettingKeys() {
		t.Run(key, func(t *testing.T) {
			if notKept[key] != "" {
				t.Skipf("a stored connection does not keep it: %s", notKept[key])
			}
			value, want := sampleOf(key)
			if value == nil {
				t.Skip("no sample is one of its values")
			}
			values := map[string]any{"host": "h.example", "variant": "ftp-tls-explicit"}
			for k, v := range besides[key] {
				assign(values, k, v)
			}
			assign(values, key, value)
			d, err := (&tomledit.Document{}).Set(kindConnection, "nas", ordered(values))
			if err != nil {
				t.Fatal(err)
			}
			s := newShelf(t)
			s.write(string(d.Text()))
			a := newApp(t.Context(), strings.NewReader(""), &buffer{}, &buffer{}, func(name string) (string, bool) { v, ok := s.env[name]; return v, ok })
			cmd := &cobra.Command{}
			f, lf := addStorable(cmd)
			if err := a.useConnection(cmd, []string{"nas:"}); err != nil {
				t.Fatal(err)
			}
			if _, err := lf.set(f); err != nil {
				t.Fatal(err)
			}
			l, err := a.locate(f, "nas:")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, lookup(l.Profile.Values(true), key)); diff != "" {
				t.Errorf("setting mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// Every flag of the commands that connect is stored, or said not to be.
func TestConnectionFlags(t *testing.T) {
	cmd := &cobra.Command{}
	addStorable(cmd)
	known := append(ownKeys(), ftpwire.SettingKeys()...)
	for _, f := range storable(cmd, false) {
		k := keyOfFlag(f.Name)
		found := k.key == "verify"
		for _, key := range known {
			found = found || key == k.key
		}
		if !found {
			t.Errorf("--%s: nobody reads the key %s", f.Name, k.key)
		}
	}
}

// What "show --format flags" prints does the same as the connection: stored again, it is the
// same table.
func TestConnectionShowFlags(t *testing.T) {
	for _, args := range []string{
		"ftpes://alice@h.example:2121//pub/a%20b --nat never --data-mode epsv --timeout 7s --prot C --resume-tls required",
		"ftps://h.example/ --auth-ssl --tls-max 1.1 --tls-min 1.0 --skip-cert-check name,dates --after SITE_A --after -SITE_B",
		"ftp://h.example/ --active --active-ports 50000-50010 --limit-rate 2k --speed-limit 100 --speed-time 10s --type ebcdic --charset auto:koi8-r",
		"ftpes://h.example/ --tls auto --proxy socks5://gate.example --proxy-data=false --quirk utf8-after-clnt",
	} {
		s := newShelf(t)
		s.line("connection add nas "+args).want(t, exitGood)
		r := s.line("connection show nas --format flags")
		r.want(t, exitGood)
		flags, err := shellWords(r.out)
		if err != nil {
			t.Fatal(err)
		}
		for i := range flags {
			flags[i] = strings.ReplaceAll(flags[i], " ", "_")
		}
		first := s.text()
		s.line("connection remove --yes nas").want(t, exitGood)
		s.run(append([]string{"connection", "add", "nas"}, flags...)...).want(t, exitGood)
		if diff := cmp.Diff(first, s.text()); diff != "" {
			t.Errorf("%s: mismatch (-first +second):\n%s", args, diff)
		}
	}
}

// shellWords undoes shellWord.
func shellWords(line string) (words []string, err error) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		var word string
		if rest, quoted := strings.CutPrefix(line, "'"); quoted {
			var ok bool
			if word, line, ok = strings.Cut(rest, "'"); !ok {
				return nil, fmt.Errorf("a quote is open: %s", rest)
			}
		} else {
			word, line, _ = strings.Cut(line, " ")
		}
		words = append(words, word)
	}
	return words, nil
}

func TestConnectionDefaultFile(t *testing.T) {
	s := newShelf(t)
	delete(s.env, "FTPWIRE_CONFIG")
	s.env["XDG_CONFIG_HOME"] = t.TempDir()
	s.file = filepath.Join(s.env["XDG_CONFIG_HOME"], "ftpwire", "connections.toml")
	s.line("connection add nas ftp://h.example/").want(t, exitGood)
	s.wantText(storeHeading + "\n[connection.nas]\nvariant = \"ftp\"\nhost = \"h.example\"\n")
	other := filepath.Join(t.TempDir(), "other.toml")
	s.line("--config "+other+" connection list").want(t, exitGood, "no connections are stored in "+other)
	s.env = map[string]string{}
	s.line("connection list").want(t, exitUsage, "--config")
}
