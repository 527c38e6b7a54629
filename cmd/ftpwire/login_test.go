package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

func TestPasswordSources(t *testing.T) {
	f := serve(t, ftptest.Config{})
	host, _, _ := strings.Cut(f.Addr(), ":")
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	anonymousURL := "ftp://" + f.Addr() + "/"
	inURL := fmt.Sprintf("ftp://%s:%s@%s/", testUser, testPassword, f.Addr())
	wrongInURL := fmt.Sprintf("ftp://%s:wrong@%s/", testUser, f.Addr())
	right := write("right", testPassword+"\nsecond line\n")
	rightCR := write("right-cr", testPassword+"\r\n")
	wrong := write("wrong", "wrong\n")
	netrc := write("netrc", "machine "+host+" login "+testUser+" password "+testPassword+"\n")
	other := write("other", "machine "+host+" login somebody password x\ndefault login "+testUser+" password "+testPassword+"\n")
	tests := []struct {
		name  string
		args  []string
		stdin string
		env   map[string]string
		code  int
		err   string
	}{
		{name: "URL", args: []string{inURL}, err: "warning: the password in the URL"},
		{name: "URL before the environment", args: []string{wrongInURL}, env: map[string]string{"FTPWIRE_PASSWORD": testPassword}, code: exitLogin, err: "PASS: 530"},
		{name: "file", args: []string{"URL/", "--password-file", right}},
		{name: "file with CR LF", args: []string{"URL/", "--password-file", rightCR}},
		{name: "standard input", args: []string{"URL/", "--password-file", "-"}, stdin: testPassword},
		{name: "file before the environment", args: []string{"URL/", "--password-file", wrong}, env: map[string]string{"FTPWIRE_PASSWORD": testPassword}, code: exitLogin, err: "PASS: 530"},
		{name: "environment", args: []string{"URL/"}, env: map[string]string{"FTPWIRE_PASSWORD": testPassword}},
		{name: "environment before .netrc", args: []string{"URL/"}, env: map[string]string{"FTPWIRE_PASSWORD": "wrong", "NETRC": netrc}, code: exitLogin, err: "PASS: 530"},
		{name: ".netrc", args: []string{"URL/"}, env: map[string]string{"NETRC": netrc}},
		{name: ".netrc names the user", args: []string{anonymousURL}, env: map[string]string{"NETRC": netrc}},
		{name: ".netrc with another user", args: []string{"URL/"}, env: map[string]string{"NETRC": other}},
		{name: "--user", args: []string{anonymousURL, "--user", testUser}, env: map[string]string{"FTPWIRE_PASSWORD": testPassword}},
		{name: "none", args: []string{"URL/"}, code: exitUsage, err: `no password for user "alice", and no terminal`},
		{name: "wrong", args: []string{"URL/"}, env: map[string]string{"FTPWIRE_PASSWORD": "wrong"}, code: exitLogin, err: "hint: The server rejected the login"},
		{name: "missing .netrc", args: []string{"URL/"}, env: map[string]string{"NETRC": filepath.Join(dir, "none")}, code: exitUsage, err: "warning: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := setting{env: tt.env, stdin: strings.NewReader(tt.stdin)}
			r := f.runIn(t, s, append([]string{"ls"}, tt.args...)...)
			r.want(t, tt.code, tt.err)
			if tt.err == "" && r.err != "" {
				t.Errorf("standard error: %s", r.err)
			}
			if strings.Contains(r.err, testPassword) {
				t.Errorf("standard error holds the password:\n%s", r.err)
			}
		})
	}
}

func TestQuietAboutPasswordInURL(t *testing.T) {
	f := serve(t, ftptest.Config{})
	r := runIn(t, setting{}, "ls", "-q", fmt.Sprintf("ftp://%s:%s@%s/", testUser, testPassword, f.Addr()))
	r.want(t, exitGood)
	if r.err != "" {
		t.Errorf("standard error: %s", r.err)
	}
}

func TestSharedNetrcWarns(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions say nothing there")
	}
	f := serve(t, ftptest.Config{})
	home := t.TempDir()
	netrc := filepath.Join(home, ".netrc")
	if err := os.WriteFile(netrc, []byte("default login "+testUser+" password "+testPassword), 0o600); err != nil {
		t.Fatal(err)
	}
	s := setting{env: map[string]string{"HOME": home}}
	if r := f.runIn(t, s, "ls", "URL/"); r.code != exitGood || r.err != "" {
		t.Errorf("a private .netrc: exit code %d, %q", r.code, r.err)
	}
	if err := os.Chmod(netrc, 0o644); err != nil {
		t.Fatal(err)
	}
	f.runIn(t, s, "ls", "URL/").want(t, exitGood, "warning: "+netrc, "chmod 600")
}

func TestAnonymousNeverGetsThePassword(t *testing.T) {
	addr, passwords := echoServer(t)
	for _, url := range []string{"ftp://" + addr + "/", "ftp://anonymous@" + addr + "/", "ftp://ftp@" + addr + "/"} {
		runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": testPassword}}, "ls", url).want(t, exitLogin, "PASS: 530")
		if got := <-passwords; got == testPassword {
			t.Errorf("%s: the password was sent", url)
		}
	}
}

// echoServer is a server that repeats the password in its refusal. It also tells
// the passwords that it was given.
func echoServer(t *testing.T) (addr string, passwords <-chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	given := make(chan string, 100)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(c, "220 ready\r\n")
			for in := bufio.NewScanner(c); in.Scan(); {
				switch verb, arg, _ := strings.Cut(in.Text(), " "); verb {
				case "USER":
					fmt.Fprint(c, "331 password\r\n")
				case "PASS":
					given <- arg
					fmt.Fprintf(c, "530-no user has the\r\n530 password %s here\r\n", arg)
				default:
					fmt.Fprint(c, "221 bye\r\n")
				}
			}
			c.Close()
		}
	}()
	return ln.Addr().String(), given
}

func TestNoOutputHoldsThePassword(t *testing.T) {
	echo, _ := echoServer(t)
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	password := map[string]string{"FTPWIRE_PASSWORD": testPassword}
	for _, tt := range []struct {
		name string
		args []string
		code int
	}{
		{"log", []string{"ls", "--log", "URL/"}, exitGood},
		{"log of what is sent", []string{"ls", "--log-sent", "URL/"}, exitGood},
		{"echo", []string{"ls", "--log", "ftp://alice@" + echo + "/"}, exitLogin},
		{"echo of the URL's", []string{"ls", "--log", "ftp://alice:" + testPassword + "@" + echo + "/"}, exitLogin},
		{"bad URL", []string{"ls", "ftp://alice:" + testPassword + "@h:port/"}, exitUsage},
		{"bad escape", []string{"ls", "ftp://alice:" + testPassword + "@h/%zz"}, exitUsage},
		{"nobody there", []string{"ls", "ftp://alice:" + testPassword + "@" + deadAddr(t) + "/"}, exitConnect},
		{"quote", []string{"quote", "URL/", "PASS " + testPassword}, exitNo},
		{"quote as JSON", []string{"quote", "--format", "json", "URL/", "SITE PSWD " + testPassword + " " + testPassword}, exitNo},
		{"check", []string{"check", "ftp://alice:" + testPassword + "@" + echo + "/", "--timeout", "2s"}, exitLogin},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := f.runIn(t, setting{env: password}, tt.args...)
			r.want(t, tt.code)
			if strings.Contains(r.out+r.err, testPassword) {
				t.Errorf("the password stands in the output:\n%s%s", r.out, r.err)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	dead := deadAddr(t)
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	clear := serve(t, ftptest.Config{})
	tests := []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"server down", []string{"ls", "ftp://" + dead + "/"}, exitConnect, []string{dead, "connection refused", "hint: Nothing listens there"}},
		{"server down for get", []string{"get", "ftp://" + dead + "/x", "-"}, exitConnect, []string{"ftpwire: get: ", "hint: "}},
		{"server down for rm", []string{"rm", "ftp://" + dead + "/x"}, exitConnect, []string{"ftpwire: rm: ", "hint: "}},
		{"server down for check", []string{"check", "ftp://" + dead + "/"}, exitConnect, []string{dead + " could not be checked"}},
		{"unknown authority", []string{"ls", f.url + "/"}, exitCertificate, []string{"certificate", "--ca FILE", "ftpwire trust accept"}},
		{"implicit where explicit is", []string{"ls", strings.Replace(f.url, "ftpes", "ftps", 1) + "/"}, exitConnect, []string{"TLS handshake", "hint: "}},
		{"no TLS there", []string{"ls", strings.Replace(clear.url, "ftp", "ftpes", 1) + "/"}, exitConnect, []string{"AUTH", "No password was sent"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			runIn(t, setting{env: f.env}, tt.args...).want(t, tt.code, tt.want...)
		})
	}
	t.Run("insecure", func(t *testing.T) {
		runIn(t, setting{env: f.env}, "ls", "--insecure", f.url+"/").want(t, exitGood)
	})
}

func TestAccount(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{Users: []ftptest.User{{Name: "alice", Password: testPassword, Account: "dept-42"}}})
	env := map[string]string{"FTPWIRE_PASSWORD": testPassword}
	url := "ftp://alice@" + s.Addr() + "/"
	runIn(t, setting{env: env}, "ls", url).want(t, exitLogin, "hint: The server wants an account", "--acct")
	r := runIn(t, setting{env: env}, "ls", "--log", "--acct", "dept-42", url)
	r.want(t, exitGood, "> ACCT ****")
	if strings.Contains(r.err, "dept-42") {
		t.Errorf("the account stands in the log:\n%s", r.err)
	}
}

func TestParseNetrc(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []netrcEntry
		err  string
	}{
		{name: "empty"},
		{name: "one line", text: "machine h login u password p account a", want: []netrcEntry{{"h", "u", "p", "a"}}},
		{name: "several lines", text: "machine h\n\tlogin u\n\tpassword p\nmachine i\n  login v\n", want: []netrcEntry{{machine: "h", login: "u", password: "p"}, {machine: "i", login: "v"}}},
		{name: "default", text: "default login u password p\n", want: []netrcEntry{{login: "u", password: "p"}}},
		{name: "comments", text: "# x machine y\nmachine h # said\nlogin u\npassword a#b\n", want: []netrcEntry{{machine: "h", login: "u", password: "a#b"}}},
		{name: "hash as password", text: "machine h password #p", want: []netrcEntry{{machine: "h", password: "#p"}}},
		{name: "quotes", text: `machine h login "a b" password "p\"\\q"`, want: []netrcEntry{{machine: "h", login: "a b", password: `p"\q`}}},
		{name: "empty password", text: `machine h password "" login u`, want: []netrcEntry{{machine: "h", login: "u"}}},
		{name: "macro", text: "machine h login u\nmacdef init\nmachine x\nbin\n\nmachine i login v\n", want: []netrcEntry{{machine: "h", login: "u"}, {machine: "i", login: "v"}}},
		{name: "macro at the end", text: "machine h\nmacdef init\nbin", want: []netrcEntry{{machine: "h"}}},
		{name: "CR LF", text: "machine h\r\nlogin u\r\nmacdef m\r\nx\r\n\r\npassword p\r\n", want: []netrcEntry{{machine: "h", login: "u", password: "p"}}},
		{name: "unknown word", text: "machine h password p\ns3cret x", want: []netrcEntry{{machine: "h", password: "p"}}, err: "line 2: "},
		{name: "no value", text: "machine h\nlogin", want: []netrcEntry{{machine: "h"}}, err: "line 2: login without a value"},
		{name: "no machine", text: "machine", want: []netrcEntry{}, err: "machine without a name"},
		{name: "open quote", text: `machine h password "s3cret`, want: []netrcEntry{{machine: "h"}}, err: "not closed"},
		{name: "no machine before", text: "password s3cret", err: "before any machine"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseNetrc(tt.text)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(netrcEntry{})); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error quotes the file: %v", err)
			}
		})
	}
}

func TestFindNetrc(t *testing.T) {
	entries := []netrcEntry{{"h", "u", "1", ""}, {"h", "v", "2", ""}, {"i", "", "3", ""}, {"", "w", "4", ""}}
	tests := []struct{ name, host, user, password string }{
		{"first of the host", "h", "", "1"},
		{"by user", "h", "v", "2"},
		{"case of the host", "H", "u", "1"},
		{"entry without a login", "i", "anybody", "3"},
		{"no user at all", "i", "", "4"},
		{"default", "z", "", "4"},
		{"default by user", "h", "w", "4"},
		{"nobody", "h", "x", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if e := findNetrc(entries, tt.host, tt.user); e != nil {
				got = e.password
			}
			if got != tt.password {
				t.Errorf("password %q, want %q", got, tt.password)
			}
		})
	}
}
