package interop

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// fxpKinds are servers that exchange data with others, with what allows it, and one that does not.
// ProFTPD refuses certificates that it can't verify when it is the TLS client, unless told otherwise.
var fxpKinds = map[string]struct {
	server string
	extra  []string
	tls    []string // besides, over TLS
}{
	"proftpd":           {"proftpd", []string{"AllowForeignAddress on"}, []string{"TLSVerifyServer off"}},
	"vsftpd-default":    {"vsftpd", nil, nil},
	"proftpd-default":   {"proftpd", nil, nil},
	"pure-ftpd-default": {"pure-ftpd", nil, nil},
	"vsftpd":            {"vsftpd", []string{"pasv_promiscuous=YES", "port_promiscuous=YES"}, nil},
	"pure-ftpd":         {"pure-ftpd", []string{"--allowuserfxp"}, nil},
	"pyftpdlib":         {"pyftpdlib", []string{"handler.permit_foreign_addresses = True"}, nil},
}

// startFXP starts a server of a kind.
func startFXP(t *testing.T, kind string, mode tlsx.Mode) *peer.Server {
	t.Helper()
	k := fxpKinds[kind]
	o := peer.Options{TLS: mode, Extra: k.extra}
	if mode != peer.Plain {
		o.Extra = append(append([]string(nil), k.extra...), k.tls...)
	}
	return peer.Start(t, k.server, o)
}

// fxpClient returns a client from another host than the servers': to them, each other's address is foreign.
func fxpClient(t *testing.T, s *peer.Server, mode tlsx.Mode) *ftpwire.Client {
	t.Helper()
	if ln, err := net.Listen("tcp", "127.0.0.2:0"); err != nil {
		t.Skipf("no second loopback address here: %v", err)
	} else {
		ln.Close()
	}
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	cfg := clientConfig(s, mode, 0)
	p := &ftpwire.Profile{
		Host: host, User: s.User, Password: s.Password, Timeout: 20 * time.Second, LocalAddress: netip.MustParseAddr("127.0.0.2"),
		Config: control.Config{Security: cfg.Security, Trace: tracer(t)},
	}
	if mode != peer.Plain {
		p.RootCAs = cfg.TLS.RootCAs
	}
	if p.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	c, err := ftpwire.Dial(soon(t), p)
	if err != nil {
		t.Fatalf("dial: %v\n%s", err, s.Log())
	}
	t.Cleanup(func() { c.Conn().Close() })
	return c
}

// TestFXP transfers between servers of the same and of different kinds, in clear and over TLS. What they
// can and can't is the table of docs/fxp.md.
func TestFXP(t *testing.T) {
	const (
		active      = "PASV at the destination, PORT at the source"
		destination = active + ", SSCN ON at the destination"
		mayBreak    = "may break" // ProFTPD sends as the TLS client: the end of the file may be lost, and that must be noticed
	)
	for _, tt := range []struct {
		from, to string
		mode     tlsx.Mode
		way      string // "" if it is refused
		refusals []string
		cause    ftpwire.Cause
	}{
		{"proftpd", "proftpd", peer.Plain, active, nil, ""},
		{"proftpd", "pure-ftpd", peer.Plain, active, nil, ""},
		{"proftpd", "vsftpd", peer.Plain, active, nil, ""},
		{"pure-ftpd", "proftpd", peer.Plain, active, nil, ""},
		{"pure-ftpd", "pure-ftpd", peer.Plain, active, nil, ""},
		{"vsftpd", "proftpd", peer.Plain, active, nil, ""},
		{"vsftpd", "vsftpd", peer.Plain, active, nil, ""},
		{"pyftpdlib", "proftpd", peer.Plain, active, nil, ""},
		{"pure-ftpd", "vsftpd", peer.Plain, active, nil, ""},
		{"vsftpd", "pure-ftpd", peer.Plain, active, nil, ""},

		{"proftpd", "proftpd", peer.Explicit, destination, nil, ""},
		{"pure-ftpd", "proftpd", peer.Explicit, destination, nil, ""},
		{"vsftpd", "proftpd", peer.Explicit, destination, nil, ""},
		{"proftpd", "pure-ftpd", peer.Explicit, active + ", SSCN ON at the source", nil, ""}, // which has no tickets of TLS 1.3
		{"proftpd", "vsftpd", peer.Explicit, mayBreak, nil, ""},
		{"proftpd", "pyftpdlib", peer.Explicit, mayBreak, nil, ""},
		{"pure-ftpd", "pure-ftpd", peer.Explicit, "", []string{"SSCN: 500", "CPSV: 500"}, "fxp-no-tls-client"},
		{"vsftpd", "pure-ftpd", peer.Explicit, "", []string{"SSCN: 500", "CPSV: 500"}, "fxp-no-tls-client"},
		{"pure-ftpd", "vsftpd", peer.Explicit, "", []string{"SSCN: 500", "CPSV: 500"}, "fxp-no-tls-client"},
		{"vsftpd", "vsftpd", peer.Explicit, "", []string{"SSCN: 500", "CPSV: 500"}, "fxp-no-tls-client"},

		{"vsftpd-default", "proftpd", peer.Plain, "", []string{"500 \"Illegal PORT command.\"", "425 \"Security: Bad IP connecting.\""}, "fxp-refused"},
		{"proftpd", "vsftpd-default", peer.Plain, "", []string{"500 \"Illegal PORT command.\"", "425 \"Security: Bad IP connecting.\""}, "fxp-refused"},
		{"proftpd-default", "proftpd-default", peer.Plain, "", []string{"500 \"Illegal PORT command\""}, "fxp-refused"},
		{"pure-ftpd-default", "proftpd", peer.Plain, "", []string{"I won't open a connection to"}, "fxp-refused"},
	} {
		name := "clear"
		if tt.mode == peer.Explicit {
			name = "TLS"
		}
		t.Run(tt.from+" to "+tt.to+", "+name, func(t *testing.T) {
			t.Parallel()
			a, b := startFXP(t, tt.from, tt.mode), startFXP(t, tt.to, tt.mode)
			content := randomBytes(11, 3<<20)
			a.WriteFile(t, "f", content)
			from, to := fxpClient(t, a, tt.mode), fxpClient(t, b, tt.mode)
			r, err := ftpwire.Transfer(soon(t), from, "f", to, "g", nil)
			got, missing := os.ReadFile(filepath.Join(b.Home, "g"))
			switch {
			case err == nil && !bytes.Equal(got, content):
				t.Fatalf("no error, and %d octets, %v", len(got), missing)
			case err != nil && missing == nil:
				t.Errorf("%v, and the destination has the file", err)
			}
			for _, c := range []*ftpwire.Client{from, to} {
				if _, err := c.Getwd(soon(t)); err != nil {
					t.Errorf("after it: %v", err)
				}
			}
			switch {
			case tt.way == mayBreak:
				t.Logf("%s: %v", r.Way, err)
			case tt.way != "":
				if err != nil || r.Way != tt.way || r.TLS != (tt.mode == peer.Explicit) || r.Proof != ftpwire.ProofReply|ftpwire.ProofSize {
					t.Errorf("%q, TLS %v, proof %v, %v; want %q", r.Way, r.TLS, r.Proof, err, tt.way)
				}
			case err == nil:
				t.Error("it is not refused")
			default:
				for _, refusal := range tt.refusals {
					if !strings.Contains(err.Error(), refusal) {
						t.Errorf("%v\nlacks %q", err, refusal)
					}
				}
				if d := ftpwire.Diagnose(err); d == nil || d.Cause != tt.cause {
					t.Errorf("%v: %+v; want %s", err, d, tt.cause)
				}
			}
		})
	}
}
