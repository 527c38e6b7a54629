package peer

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"testing"
)

// Owner of the user's files and processes where the server runs as root: a
// number that no Debian account has.
const userID = 20021

// Start runs the named server on a free loopback port and returns when it
// answers. The server, its children and its files are gone when the test ends.
//
// The test is skipped, with the reason, if the server lacks the TLS mode or its
// program is not there or cannot run here; with FTPWIRE_INTEROP=required in the environment a
// program that is missing or cannot run fails the test.
func Start(tb testing.TB, name string, o Options) *Server {
	tb.Helper()
	if ok, reason := Supports(name, o.TLS); !ok {
		if _, known := lookup(name); !known {
			tb.Fatalf("peer: %s", reason)
		}
		tb.Skipf("peer: %s: %s", name, reason)
	}
	p, _ := lookup(name)
	root, version, err := p.find()
	if err != nil {
		if os.Getenv("FTPWIRE_INTEROP") == "required" {
			tb.Fatalf("peer: %v (FTPWIRE_INTEROP=required)", err)
		}
		tb.Skipf("peer: %v", err)
	}

	l, err := newLaunch(p, root, version, o)
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
	return l.server
}

// A launch is one server on its way up, and what must go when it ends.
type launch struct {
	program program
	root    string // folder the program was unpacked into
	options Options
	dir     string // everything of this server is below it
	id      *identity
	hash    string // of the password, for crypt(3)
	port    int
	claim   net.Listener // of the port

	server *Server
	jail   *jail    // nil where the server sees the system's root
	logs   []string // log files
	output *buffer  // standard output and error
	syslog *syslog  // nil without jail

	lastLog atomic.Pointer[string] // set at the end, when the files go
}

// A command is how to run a server in the foreground. Its paths are as the
// server sees them.
type command struct {
	path string
	args []string
	env  []string // added to a small environment

	outside  bool // of the jail, which it enters by itself
	uid, gid int  // the user to run as, where the test's is root; 0 for no change
}

func newLaunch(p program, root, version string, o Options) (*launch, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if o.User == "" {
		o.User = "peer"
	}
	if o.Password == "" {
		o.Password = rand.Text()
	}
	id, err := newIdentity()
	if err != nil {
		return nil, err
	}
	// Not the test's TempDir: that one is closed to the server's user.
	dir, err := os.MkdirTemp("", "ftpwire-peer-")
	if err != nil {
		return nil, err
	}
	l := &launch{
		program: p, root: root, options: o, dir: dir, id: id,
		hash:   sha512Crypt(o.Password, rand.Text()[:16]),
		output: new(buffer),
		server: &Server{
			Name: p.name, Version: version, User: o.User, Password: o.Password,
			Home: filepath.Join(dir, "home"), HomePath: "/",
			CAFile: filepath.Join(dir, "ca.pem"), CertPEM: id.ca,
			uid: -1, gid: -1,
		},
	}
	if os.Geteuid() == 0 {
		l.server.uid, l.server.gid = userID, userID
	}
	l.server.Log = l.log
	if err := l.layOut(); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

var userName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,30}$`)

func (o *Options) validate() error {
	if o.User != "" && !userName.MatchString(o.User) {
		return fmt.Errorf("user name %q is not of the form %v", o.User, userName)
	}
	if p := o.PassivePorts; p != [2]int{} && (p[0] < 1024 || p[1] < p[0] || p[1] > 65535) {
		return fmt.Errorf("passive ports %d to %d: want a range within 1024 to 65535", p[0], p[1])
	}
	if _, _, err := o.tlsVersions(); err != nil {
		return err
	}
	return nil
}

// layOut makes the files that all servers have in common. The key is readable
// by root alone, or by the test's user: the servers read it before they change
// to another user.
func (l *launch) layOut() error {
	if err := os.Chmod(l.dir, 0o755); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
		mode os.FileMode
	}{
		{"ca.pem", l.id.ca, 0o644},
		{"cert.pem", l.id.cert, 0o644},
		{"key.pem", l.id.key, 0o600},
		{"clients.pem", l.options.ClientCA, 0o644},
	} {
		if f.data == nil {
			continue
		}
		if err := os.WriteFile(l.path(f.name), f.data, f.mode); err != nil {
			return err
		}
	}
	return l.server.mkdir(l.server.Home)
}

// path returns the path of a file in the server's folder.
func (l *launch) path(name string) string { return filepath.Join(l.dir, name) }

// start runs the server, on another port if the first one was taken in the
// moment between choosing it and using it.
func (l *launch) start() error {
	var last error
	for range 3 {
		if err := l.choosePort(); err != nil {
			return err
		}
		cmd, err := l.program.prepare(l)
		if err != nil {
			return err
		}
		proc, err := spawn(cmd, l.chroot(cmd), l.dir, l.output)
		if err != nil {
			return err
		}
		l.server.process = proc
		last = l.awaitReady()
		if last == nil {
			return nil
		}
		exited := proc.exited()
		if err := proc.stop(); err != nil {
			return errors.Join(last, err)
		}
		if !exited {
			return last // it runs, but does not answer: no other port will help
		}
	}
	return last
}

// chroot returns the root directory of a command, "" for the system's.
func (l *launch) chroot(c *command) string {
	if l.jail == nil || c.outside {
		return ""
	}
	return l.jail.dir
}

// close ends the server and removes its files.
func (l *launch) close() error {
	var err error
	if l.server.process != nil {
		err = l.server.process.stop()
	}
	if l.syslog != nil {
		err = errors.Join(err, l.syslog.close())
	}
	if l.claim != nil {
		err = errors.Join(err, l.claim.Close())
	}
	l.lastLog.Store(new(l.log()))
	return errors.Join(err, os.RemoveAll(l.dir))
}
