package main

import (
	"slices"
	"strings"
	"testing"
)

// marker stands in all passwords of TestNoSecretShown, as often as a part of one could be shown alone.
const marker = "zq7x"

// wrongLines are command lines that fail, or print something, with U where a URL with a password stands, B where one without
// its scheme does, and X where a password alone is.
var wrongLines = []string{
	"U", "B", "-q U", "U U", "ls U U", "ls B", "ls U B", "ls -- U U", "ls", "ls --nonsense U", "ls -Z U", "ls U --format U", "ls --format B U", "ls --timeout U U",
	"ls --timeout=U U", "ls --proxy U U", "ls --proxy=U", "ls --proxy http://U U", "ls --proxy B U", "ls --login-proxy U U", "ls --login-proxy B U",
	"ls --tz U U", "ls --dialect U U", "ls --date-format U U", "ls --charset U U", "ls --ca U U", "ls --cert U U", "ls --pfx U U", "ls --tls U U", "ls --tls-min U U",
	"ls --nat U U", "ls --active-ports U U", "ls --block-port U U", "ls --quirk U U", "ls --ciphers U U", "ls --retry U U", "ls --U", "ls --B", "ls -U", "ls -B", "ls --=U", "ls --U=1", "ls --B=U",
	"ls U --user", "ls --user alice:X U", "ls --user=alice:X ftp://127.0.0.1:1/", "ls -u alice:X U", "ls -ualice:X U", "ls -pX U", "ls --pasword=X U", "ls --pasword X U", "ls --password X U",
	"ls --password-file U U", "ls --password-file B ftp://a@127.0.0.1:1/",
	"stat U U", "stat B", "cat U U", "cat B", "cat U", "get U U U", "get B", "get U B U", "get --resume U /none/U", "put a b U", "put U", "put U U", "put B U", "put /none B", "put U B",
	"put --rate U a U", "rm B", "rm U U", "rm B U", "rmdir B", "mkdir B", "mkdir U B", "mv U", "mv U U", "mv U a U", "mv B a", "hash U U", "hash B", "hash --algorithm U U",
	"check U U", "check B", "check --only U", "check --skip U U", "check --fault U", "check --timeout U", "check --format U U", "check --ports U", "check --max-logins U U",
	"serve U", "serve U U", "serve B", "serve --addr U", "serve --user U /none", "serve --user U:U U", "serve --user :X", "serve --user a:X:X U", "serve --fault U", "serve --tls U", "serve --cert U", "serve --passive-ports U",
	"quote U", "quote B SYST", "quote U U", "quote U CCC", "quote U PASS\nX", "trust U", "trust list U", "trust show U U", "trust show B", "trust accept U U", "trust accept B",
	"trust remove U U", "trust remove U", "trust remove B", "trust --store U list", "parse U", "parse list U", "parse list U U", "parse feat U", "parse reply U", "parse reply U U", "parse list B", "parse list --tz U", "parse list --now U",
	"help U", "help ls U", "help B", "help U U", "completion U", "completion bash U", "completion B", "man U", "man U U", "version U", "version --format U", "urls U", "passwords U", "proxies B",
	"__complete U", "__complete ls U", "__complete ls --timeout U ", "__complete ls --proxy U -", "__complete ls U --", "__complete B ", "__complete help U ", "__completeNoDesc ls --U ", "__complete ls --nonsense U ",
	"__complete serve --fault U", "__complete ls --user alice:X --timeout X ",
}

// passwords are those that users have and what they write unencoded.
var passwords = []string{
	marker, "1" + marker, marker + "@" + marker, marker + ":" + marker, marker + "/" + marker, marker + "?" + marker + "#" + marker, marker + "%" + marker, "%zz" + marker,
	marker + " " + marker, marker + `"` + marker + `\` + marker, "[" + marker + "]", marker + "%40" + marker + "%C3%BC", marker + "ü\u202e" + marker + "\xff" + marker, "21/" + marker + "@" + marker, marker + "@h:1/" + marker,
	"$" + marker + "&" + marker + ";" + marker + "=" + marker, marker + "://" + marker, marker + "\x1b[2J" + marker, "-" + marker, "é" + marker + "\n" + marker,
}

// rounds is how many of the passwords each line is tried with. All of them take a minute.
const rounds = 3

func TestNoSecretShown(t *testing.T) {
	t.Parallel()
	for i, line := range wrongLines {
		for round := range rounds {
			password := passwords[0]
			scheme := []string{"ftp://", "FTPES://", "nonsense://"}[(i+round)%3]
			if round > 0 {
				password = passwords[(i+round*7)%len(passwords)]
			}
			bare := "alice:" + password + "@127.0.0.1:1/pub/"
			fill := strings.NewReplacer("http://U", "http://"+bare, "U", scheme+bare, "B", bare, "X", password)
			args := strings.Split(line, " ")
			for j, word := range args {
				args[j] = fill.Replace(word)
			}
			checkNoSecret(t, line, args)
		}
	}
}

func TestNoSecretOfTheEnvironmentShown(t *testing.T) {
	for _, password := range passwords {
		for _, variable := range []string{"ALL_PROXY", "ftp_proxy", "http_proxy"} {
			for _, scheme := range []string{"http://", "nonsense://", ""} {
				env := map[string]string{variable: scheme + "bob:" + password + "@127.0.0.1:1/"}
				r := runIn(t, setting{env: env}, "ls", "--timeout", "1s", "ftp://192.0.2.1:1/")
				if strings.Contains(strings.ToLower(r.out+r.err), marker) {
					t.Errorf("%v: %s", env, r.err)
				}
			}
		}
	}
}

// A password of one or two letters is masked where it stands in a URL, and nothing else is.
func TestShortPasswordShown(t *testing.T) {
	for _, line := range [][]string{{"ls", "ftp://h/", "ftp://alice:s@h/"}, {"ftp://alice:ls@h/"}, {"help", "alice:l@h"}, {"ls", "--timeout", "ftp://alice:%40@h/", "ftp://h/"}, {"ls", "--ftp://a:xy@h"}} {
		r := runIn(t, setting{}, line...)
		for _, part := range []string{":s@", ":ls@", ":l@", ":%40@", ":xy@"} {
			if strings.Contains(r.err, part) {
				t.Errorf("%q: %s", line, r.err)
			}
		}
		if !strings.Contains(r.err, "ftpwire") {
			t.Errorf("%q: too much is masked: %s", line, r.err)
		}
	}
}

func TestSecretsIn(t *testing.T) {
	for arg, want := range map[string][]string{
		"ftp://alice:pw1@h/":                {"pw1"},
		"FTP://alice:pw%401@h/":             {"pw%401", "pw@1"},
		"--proxy=http://u:pw1@h":            {"pw1"},
		"alice:pw1@h":                       {"pw1"},
		"ftp://a:pw1@h,ftp://b:pw2@h":       {"pw1", "pw2"},
		"ftp://alice:pw1/pw2@h":             {"pw1/pw2", "pw1", "pw2"},
		"ftp://:pw1@h":                      {"pw1"},
		"ftp://alice@h:21/":                 nil,
		"ftp://alice@h/a:b@c":               nil,
		"ftp://h/notes:draft@v2.txt":        nil,
		"ftp://[::1]:21/a@b":                nil,
		"dir/notes:draft@v2.txt":            nil,
		"user@host://gate.example.com:2121": nil,
		"host:21":                           nil, "a.txt": nil, "": nil, "--user": nil, "--format=json": nil, "bob@example.com": nil, "C:\\dir": nil,
	} {
		got := secretsIn(arg)
		for _, secret := range want {
			if !slices.Contains(got, secret) {
				t.Errorf("%q: %q is missing in %q", arg, secret, got)
			}
		}
		if want == nil && got != nil {
			t.Errorf("%q: %q are taken for secrets", arg, got)
		}
	}
}

func checkNoSecret(t *testing.T, line string, args []string) {
	t.Helper()
	r := runIn(t, setting{}, args...)
	for _, text := range []string{r.out, r.err} {
		if i := strings.Index(strings.ToLower(text), marker); i >= 0 {
			t.Errorf("%s: %q shows the password: %q", line, args, text[max(0, i-100):min(len(text), i+40)])
		}
	}
	topic := slices.Contains([]string{"urls U", "passwords U", "proxies B"}, line)
	if r.code == 0 && !topic && !strings.HasPrefix(line, "__complete") {
		t.Errorf("%s: %q succeeds: %q", line, args, r.out)
	}
}
