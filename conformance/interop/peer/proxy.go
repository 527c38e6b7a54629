package peer

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// ProxyOptions choose the behaviour of a proxy. The zero ProxyOptions let everybody
// on loopback connect to everything but BlockedAddr.
type ProxyOptions struct {
	// Auth is the scheme by which users are known: "basic", "digest" or "ntlm" for
	// squid, "basic" for tinyproxy, "password" for microsocks and danted. If empty,
	// there are no users.
	Auth string

	// User and Password are the credentials, if there are users. If empty, they are
	// "peer" and a random password.
	User, Password string
}

// BlockedAddr is a loopback address that squid and danted refuse to connect to by
// their rules.
const BlockedAddr = "127.0.0.99"

// A Proxy is a running proxy. Its fields must not be modified.
type Proxy struct {
	Name           string // as given to StartProxy
	Addr           string // where it listens, "127.0.0.1:port"
	User, Password string

	// Log returns what the proxy logged so far; see Server.Log.
	Log func() string
}

// ProxyNames returns the names that StartProxy knows, in a fixed order.
func ProxyNames() []string { return []string{"squid", "tinyproxy", "microsocks", "danted"} }

// StartProxy runs the named proxy on a free loopback port and returns when it
// listens. It ends with the test. Where the program is missing, it does as Start.
//
// The proxies run as an ordinary user, but for danted with Auth, which has to read a
// shadow file: it runs as root in a folder that is its root directory.
func StartProxy(tb testing.TB, name string, o ProxyOptions) *Proxy {
	tb.Helper()
	p, err := proxyProgram(name, o)
	if err != nil {
		tb.Fatalf("peer: %v", err)
	}
	root, err := p.locate()
	if err != nil {
		if os.Getenv("FTPWIRE_INTEROP") == "required" {
			tb.Fatalf("peer: %v (FTPWIRE_INTEROP=required)", err)
		}
		tb.Skipf("peer: %v", err)
	}
	l, err := newLaunch(p, root, "", Options{User: o.User, Password: o.Password})
	if err != nil {
		tb.Fatalf("peer: %s: %v", name, err)
	}
	tb.Cleanup(func() {
		if err := l.close(); err != nil {
			tb.Errorf("peer: %s: %v", name, err)
		}
	})
	if err := l.start(); err != nil {
		tb.Fatalf("peer: %s: %v\n%s", name, err, l.log())
	}
	return &Proxy{Name: name, Addr: l.server.Addr, User: l.server.User, Password: l.server.Password, Log: l.log}
}

// proxyProgram returns how to run a proxy.
func proxyProgram(name string, o ProxyOptions) (program, error) {
	type proxy struct {
		path    string
		auth    []string
		prepare func(*launch, ProxyOptions) (*command, error)
	}
	known := map[string]proxy{
		"squid":      {"usr/sbin/squid", []string{"", "basic", "digest", "ntlm"}, prepareSquid},
		"tinyproxy":  {"usr/bin/tinyproxy", []string{"", "basic"}, prepareTinyproxy},
		"microsocks": {"usr/bin/microsocks", []string{"", "password"}, prepareMicrosocks},
		"danted":     {"usr/sbin/danted", []string{"", "password"}, prepareDanted},
	}
	k, ok := known[name]
	if !ok {
		return program{}, fmt.Errorf("no proxy named %q", name)
	}
	if !slices.Contains(k.auth, o.Auth) {
		return program{}, fmt.Errorf("%s has no authentication by %q", name, o.Auth)
	}
	p := program{
		name: name, path: k.path, silent: true,
		prepare: func(l *launch) (*command, error) { return k.prepare(l, o) },
	}
	if name == "danted" && o.Auth != "" {
		p.needsRoot = "it knows users by the system's shadow file"
	}
	return p, nil
}

// unprivileged returns the command that runs the program as an ordinary user: a copy
// of it, because the cache may be closed to others.
func (l *launch) unprivileged(args ...string) (*command, error) {
	c := &command{path: filepath.Join(l.root, l.program.path), args: args}
	if l.server.uid < 0 {
		return c, nil
	}
	c.path = l.path("program")
	c.uid, c.gid = l.server.uid, l.server.gid
	return c, copyFile(filepath.Join(l.root, l.program.path), c.path)
}

// writable makes a folder of the proxy's own, and returns its path.
func (l *launch) writable(name string) (string, error) {
	return l.path(name), l.server.mkdir(l.path(name))
}

// conf writes the configuration, which may hold a password, for the proxy to read.
func (l *launch) conf(text string) (string, error) {
	name := l.path("proxy.conf")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		return "", err
	}
	return name, l.server.own(name)
}

func prepareTinyproxy(l *launch, o ProxyOptions) (*command, error) {
	dir, err := l.writable("run")
	if err != nil {
		return nil, err
	}
	l.logs = []string{filepath.Join(dir, "log")}
	// Without a ConnectPort line, CONNECT may go to every port.
	text := fmt.Sprintf("Port %d\nListen 127.0.0.1\nTimeout 120\nMaxClients 200\nLogFile \"%s/log\"\nLogLevel Info\nPidFile \"%[2]s/pid\"\nAllow 127.0.0.1\n", l.port, dir)
	if o.Auth == "basic" {
		text += fmt.Sprintf("BasicAuth %s %s\n", l.options.User, l.options.Password)
	}
	name, err := l.conf(text)
	if err != nil {
		return nil, err
	}
	return l.unprivileged("-d", "-c", name)
}

func prepareMicrosocks(l *launch, o ProxyOptions) (*command, error) {
	args := []string{"-i", "127.0.0.1", "-p", fmt.Sprint(l.port)}
	if o.Auth == "password" {
		args = append(args, "-u", l.options.User, "-P", l.options.Password)
	}
	return l.unprivileged(args...)
}

func prepareDanted(l *launch, o ProxyOptions) (*command, error) {
	method, users := "none", ""
	if o.Auth == "password" {
		method, users = "username", "user.privileged: root\nuser.unprivileged: nobody\n"
	}
	text := fmt.Sprintf(`logoutput: stderr
internal: 127.0.0.1 port = %d
external: 127.0.0.1
clientmethod: none
socksmethod: %s
%sclient pass {
	from: 127.0.0.0/8 to: 0.0.0.0/0
}
socks block {
	from: 0.0.0.0/0 to: %s/32
	command: connect bind
	log: error
}
socks pass {
	from: 0.0.0.0/0 to: 0.0.0.0/0
	command: connect bind
	log: connect error
}
socks pass {
	from: 0.0.0.0/0 to: 0.0.0.0/0
	command: bindreply
	log: connect error
}
`, l.port, method, users, BlockedAddr)
	if o.Auth == "" {
		dir, err := l.writable("run")
		if err != nil {
			return nil, err
		}
		name, err := l.conf(text)
		if err != nil {
			return nil, err
		}
		c, err := l.unprivileged("-f", name, "-p", filepath.Join(dir, "pid"))
		if err == nil {
			c.env = []string{"TMPDIR=" + dir}
		}
		return c, err
	}
	const program = "/usr/sbin/danted"
	if err := l.confine(program); err != nil {
		return nil, err
	}
	if err := os.Chmod(filepath.Join(l.jail.dir, "tmp"), 0o1777); err != nil {
		return nil, err
	}
	if err := l.jail.write("etc/danted.conf", []byte(text), 0o644); err != nil {
		return nil, err
	}
	return &command{path: program, args: []string{"-f", "/etc/danted.conf", "-p", "/run/danted.pid"}}, nil
}

func prepareSquid(l *launch, o ProxyOptions) (*command, error) {
	dir, err := l.writable("run")
	if err != nil {
		return nil, err
	}
	for from, to := range map[string]string{"squid/mime.conf": "mime.conf", "squid-langpack/en": "errors"} {
		if err := l.copyShare(from, filepath.Join(dir, to)); err != nil {
			return nil, err
		}
	}
	auth, err := squidAuth(l, o.Auth, dir)
	if err != nil {
		return nil, err
	}
	l.logs = []string{filepath.Join(dir, "access.log"), filepath.Join(dir, "cache.log")}
	name, err := l.conf(fmt.Sprintf(`http_port 127.0.0.1:%d
visible_hostname localhost
pid_filename none
access_log stdio:%[2]s/access.log
cache_log %[2]s/cache.log
cache_store_log none
netdb_filename none
coredump_dir %[2]s
mime_table %[2]s/mime.conf
icon_directory %[2]s
error_directory %[2]s/errors
pinger_enable off
unlinkd_program /bin/true
cache deny all
cache_mem 8 MB
shutdown_lifetime 0 seconds
dns_nameservers 127.0.0.1
connect_timeout 10 seconds
read_ahead_gap 256 KB
%[3]sacl blocked dst %[4]s
http_access deny blocked
http_access allow %[5]s
http_access deny all
`, l.port, dir, auth, BlockedAddr, map[bool]string{true: "known", false: "all"}[o.Auth != ""]))
	if err != nil {
		return nil, err
	}
	return l.unprivileged("-N", "-f", name)
}

// copyShare copies a file or a folder of /usr/share, as the package or the system has it.
func (l *launch) copyShare(name, to string) error {
	for _, root := range []string{l.root, "/"} {
		from := filepath.Join(root, "usr/share", name)
		info, err := os.Stat(from)
		switch {
		case err != nil:
		case info.IsDir():
			if _, err := os.Stat(to); err == nil {
				return nil // by an earlier attempt, on another port
			}
			return os.CopyFS(to, os.DirFS(from))
		default:
			return copyFile(from, to)
		}
	}
	return fmt.Errorf("%s is missing: run conformance/interop/install.sh --refresh", name)
}

// squidAuth returns the lines of the configuration for a scheme, and puts squid's
// helper program for it and its file of users in place.
func squidAuth(l *launch, scheme, dir string) (string, error) {
	if scheme == "" {
		return "", nil
	}
	helper := map[string]string{"basic": "basic_ncsa_auth", "digest": "digest_file_auth", "ntlm": "ntlm_fake_auth"}[scheme]
	program := filepath.Join(dir, helper)
	if err := copyFile(filepath.Join(l.root, "usr/lib/squid", helper), program); err != nil {
		return "", err
	}
	u, realm := l.options, "squid of the test"
	users := filepath.Join(dir, "users")
	var line string
	switch scheme {
	case "basic":
		program += " " + users
		line = u.User + ":" + l.hash
	case "digest":
		program += " -c " + users
		line = fmt.Sprintf("%s:%s:%s", u.User, realm, md5Hex(u.User+":"+realm+":"+u.Password))
	}
	if err := os.WriteFile(users, bytes.TrimSpace([]byte(line)), 0o600); err != nil {
		return "", err
	}
	if err := l.server.own(users); err != nil {
		return "", err
	}
	text := fmt.Sprintf("auth_param %[1]s program %[2]s\nauth_param %[1]s children 2 startup=1 idle=1\n", scheme, program)
	if scheme != "ntlm" {
		text += fmt.Sprintf("auth_param %s realm %s\n", scheme, realm)
	}
	return text + "acl known proxy_auth REQUIRED\n", nil
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
