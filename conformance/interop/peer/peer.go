package peer

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ftpwire/ftpwire/tlsx"
)

// How TLS begins on the control connection.
const (
	Plain    = tlsx.ModeNone     // no TLS at all: AUTH is not offered
	Explicit = tlsx.ModeExplicit // AUTH TLS upgrades a clear connection (RFC 4217, Section 4)
	Implicit = tlsx.ModeImplicit // the handshake comes first, as on port 990
)

// Options choose the behaviour of a server. The zero Options give a clear-text
// server. The package documentation tells what each field sets in each server;
// a field is ignored where the server has no such thing.
type Options struct {
	// TLS is how TLS begins. If zero, the server speaks clear text only and
	// the other TLS fields are ignored.
	TLS tlsx.Mode

	// RequireReuse refuses data connections that do not resume a TLS session.
	RequireReuse bool

	// Strict demands close_notify at the end of every data connection, in
	// both directions.
	Strict bool

	// RequireTLS refuses clear logins: USER before AUTH TLS.
	RequireTLS bool

	// RequirePROT refuses clear data connections: transfers without PROT P.
	RequirePROT bool

	// ClientCA holds the certificates, in PEM, of the authorities whose clients
	// are let in: a TLS client must present a certificate that one of them
	// signed, on the control connection and in every full handshake of a data
	// connection. If nil, no certificate is asked for. See [NewAuthority].
	ClientCA []byte

	// NoTickets turns TLS 1.2 session tickets off, so that TLS 1.2 sessions can
	// resume by session ID only. ProFTPD then speaks TLS 1.2 alone, since it
	// has no TLS 1.3 without tickets; it is an error with a TLSMin of TLS 1.3.
	NoTickets bool

	// TLSMin and TLSMax limit the protocol versions, as tls.VersionTLS12 and
	// tls.VersionTLS13. If zero, they are TLS 1.2 and TLS 1.3.
	TLSMin, TLSMax uint16

	// PassivePorts are the first and the last port of passive data
	// connections. If zero, the server takes any port above 1023.
	PassivePorts [2]int

	// ModeZ adds MODE Z, deflated transfers.
	ModeZ bool

	// Hash adds HASH, XCRC, XMD5, XSHA1 and their kind.
	Hash bool

	// User is the login name: a lower-case letter, then up to 30 lower-case
	// letters, digits, '-' or '_'. If empty, it is "peer".
	User string

	// Password is the user's password. If empty, it is random.
	Password string

	// Fault is the name of one of [Mutants] that pyftpdlib is to be, or [NoFault].
	Fault string

	// Extra lines go to the end of the configuration file of vsftpd and
	// ProFTPD, are arguments of Pure-FTPd and inetutils-ftpd, and are Python statements for
	// pyftpdlib, run with the handler class in the variable handler.
	Extra []string
}

// A Server is a running FTP server. Its fields must not be modified.
type Server struct {
	Name    string // as given to Start
	Version string // of the server's program, such as "3.0.3"
	Addr    string // of the control connection, "127.0.0.1:port"

	User, Password string

	// Home is the local folder that is the user's login directory. Files that
	// a test puts there belong to the test's user unless made by WriteFile.
	Home string

	// HomePath is the name of Home in the server's eyes, the answer to PWD
	// after login: "/" on every server, but for inetutils-ftpd and linux-ftpd, where it
	// is "/home", and for ProFTPD without root, where it is Home.
	HomePath string

	// CAFile is a PEM file with the certificate of the authority that signed
	// the server's certificate; CertPEM is its content. Both are set in every
	// mode, Plain too.
	CAFile  string
	CertPEM []byte

	// Log returns what the server logged so far: its log files, standard
	// output and error, and what it sent to the system log, each under a head
	// line. It keeps its answer after the end of the server.
	Log func() string

	uid, gid int // owner of the user's files; -1 where it is the test's user
	process  *process
}

// WriteFile writes a file into the login directory with the user as its owner,
// so that the user may also append to it and change its mode. The name is
// relative to Home and slash-separated; folders on its way are made.
func (s *Server) WriteFile(tb testing.TB, name string, data []byte) {
	tb.Helper()
	if err := s.writeFile(name, data); err != nil {
		tb.Fatalf("peer: write %s: %v", name, err)
	}
}

func (s *Server) writeFile(name string, data []byte) error {
	local, err := filepath.Localize(name)
	if err != nil {
		return err
	}
	for i, c := range local {
		if c == filepath.Separator {
			if err := s.mkdir(filepath.Join(s.Home, local[:i])); err != nil {
				return err
			}
		}
	}
	local = filepath.Join(s.Home, local)
	if err := os.WriteFile(local, data, 0o644); err != nil {
		return err
	}
	return s.own(local)
}

// mkdir makes a folder of the user's; one that exists is left alone.
func (s *Server) mkdir(dir string) error {
	if err := os.Mkdir(dir, 0o755); os.IsExist(err) {
		return nil
	} else if err != nil {
		return err
	}
	return s.own(dir)
}

func (s *Server) own(name string) error {
	if s.uid < 0 {
		return nil
	}
	return os.Chown(name, s.uid, s.gid)
}

// Names returns the names of the servers with TLS that Start knows, in a fixed order.
func Names() []string { return namesOf(func(p program) bool { return p.noTLS == "" }) }

// ClearNames returns the names of the servers without TLS that Start knows, in a fixed
// order.
func ClearNames() []string { return namesOf(func(p program) bool { return p.noTLS != "" }) }

// OtherNames returns the names of the servers that only the conformance check is run on,
// in a fixed order: what a client must do with them is seen on their relatives.
func OtherNames() []string {
	var names []string
	for _, p := range others() {
		names = append(names, p.name)
	}
	return names
}

func namesOf(wanted func(program) bool) []string {
	var names []string
	for _, p := range programs() {
		if wanted(p) {
			names = append(names, p.name)
		}
	}
	return names
}

// Supports reports whether the server has the TLS mode, and if not, why. It
// does not look at what is installed: see Start for that.
func Supports(name string, m tlsx.Mode) (bool, string) {
	p, ok := lookup(name)
	if !ok {
		return false, fmt.Sprintf("no server named %q", name)
	}
	if m < Plain || m > Implicit {
		return false, fmt.Sprintf("no TLS mode %v", m)
	}
	if m != Plain && p.noTLS != "" {
		return false, p.noTLS
	}
	if m == Implicit && p.noImplicit != "" {
		return false, p.noImplicit
	}
	return true, ""
}

// A program is one of the servers that this package can run.
type program struct {
	name string
	path string // of the program, in the folder it was unpacked into

	// askVersion returns the command that prints the version.
	askVersion func(root string) *exec.Cmd

	// needsRoot says why the program cannot run without root; empty if it can.
	needsRoot string

	// noTLS says why there is no TLS at all; empty if there is.
	noTLS string

	// noImplicit says why there is no implicit TLS; empty if there is.
	noImplicit string

	// silent says that it waits for the client to speak first: a proxy.
	silent bool

	// prepare writes what the server reads and returns how to run it. It is
	// called again with another port where the first one was taken.
	prepare func(*launch) (*command, error)
}

func programs() []program {
	return []program{vsftpd(), proftpd(), pureFTPd(), pyftpdlib(), inetutilsFTPd()}
}

func others() []program { return []program{linuxFTPd(), twisted(), aioftp(), goftp()} }

// ask returns the command that runs the file at path with one argument.
func ask(path, arg string) func(root string) *exec.Cmd {
	return func(root string) *exec.Cmd { return exec.Command(filepath.Join(root, path), arg) }
}

func lookup(name string) (program, bool) {
	all := append(programs(), others()...)
	i := slices.IndexFunc(all, func(p program) bool { return p.name == name })
	if i < 0 {
		return program{}, false
	}
	return all[i], true
}
