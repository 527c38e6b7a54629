package interop

import (
	"crypto/tls"
	"fmt"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/tlsx"
)

// An outcome is how the transfers of one cell of the matrix end.
type outcome string

const (
	inClear        outcome = "works in clear"
	resumed        outcome = "works, resumed"
	full           outcome = "works, resumption off"
	nothingToOffer outcome = "works, not resumed: no ticket"
	notResumed     outcome = "*tlsx.NotResumedError, no ticket; the server ends the connection"
	refused522     outcome = "*protocol.ReplyError 522, connection over"
	refused425     outcome = "*protocol.ReplyError 425, connection usable"
)

// A row is a server in one configuration and a client held to one TLS version:
// the outcome under PROT P with resumption required, preferred and off, and under
// PROT C, where resumption has no say.
type row struct {
	server                   string
	mode                     tlsx.Mode
	reuse                    bool // the server demands it
	version                  uint16
	required, preferred, off outcome
	protC                    outcome
}

const (
	tls12 = tls.VersionTLS12
	tls13 = tls.VersionTLS13
)

// matrix is what was measured: every cell of it is an assertion.
var matrix = []row{
	{"vsftpd", peer.Plain, false, 0, inClear, inClear, inClear, inClear},
	{"vsftpd", peer.Explicit, false, tls12, resumed, resumed, full, inClear},
	{"vsftpd", peer.Explicit, false, tls13, resumed, resumed, full, inClear},
	{"vsftpd", peer.Explicit, true, tls12, resumed, resumed, refused522, inClear},
	{"vsftpd", peer.Explicit, true, tls13, resumed, resumed, refused522, inClear},
	{"vsftpd", peer.Implicit, false, tls12, resumed, resumed, full, inClear},
	{"vsftpd", peer.Implicit, false, tls13, resumed, resumed, full, inClear},
	{"vsftpd", peer.Implicit, true, tls12, resumed, resumed, refused522, inClear},
	{"vsftpd", peer.Implicit, true, tls13, resumed, resumed, refused522, inClear},

	{"proftpd", peer.Plain, false, 0, inClear, inClear, inClear, inClear},
	{"proftpd", peer.Explicit, false, tls12, resumed, resumed, full, inClear},
	{"proftpd", peer.Explicit, false, tls13, resumed, resumed, full, inClear},
	{"proftpd", peer.Explicit, true, tls12, resumed, resumed, refused425, inClear},
	{"proftpd", peer.Explicit, true, tls13, resumed, resumed, refused425, inClear},
	{"proftpd", peer.Implicit, false, tls12, resumed, resumed, full, inClear},
	{"proftpd", peer.Implicit, false, tls13, resumed, resumed, full, inClear},
	{"proftpd", peer.Implicit, true, tls12, resumed, resumed, refused425, inClear},
	{"proftpd", peer.Implicit, true, tls13, resumed, resumed, refused425, inClear},

	// Debian's Pure-FTPd sends no ticket on TLS 1.3 and cannot demand reuse.
	{"pure-ftpd", peer.Plain, false, 0, inClear, inClear, inClear, inClear},
	{"pure-ftpd", peer.Explicit, false, tls12, resumed, resumed, full, inClear},
	{"pure-ftpd", peer.Explicit, false, tls13, notResumed, nothingToOffer, full, inClear},

	{"pyftpdlib", peer.Plain, false, 0, inClear, inClear, inClear, inClear},
	{"pyftpdlib", peer.Explicit, false, tls12, resumed, resumed, full, inClear},
	{"pyftpdlib", peer.Explicit, false, tls13, resumed, resumed, full, inClear},
	{"pyftpdlib", peer.Implicit, false, tls12, resumed, resumed, full, inClear},
	{"pyftpdlib", peer.Implicit, false, tls13, resumed, resumed, full, inClear},
}

// demandsReuse are the servers that can be told to demand resumption.
var demandsReuse = map[string]bool{"vsftpd": true, "proftpd": true}

// notOffered are the combinations that do not exist, with the reason.
var notOffered = map[string]string{
	"pure-ftpd/implicit": "Pure-FTPd 1.0.50 has no implicit TLS",
}

// TestMatrixIsComplete walks the product of all dimensions: each combination is a
// row of the matrix, once, or is known not to exist.
func TestMatrixIsComplete(t *testing.T) {
	rows := map[string]int{}
	for _, r := range matrix {
		rows[r.String()]++
	}
	want := func(r row) {
		if n := rows[r.String()]; n != 1 {
			t.Errorf("%s: %d rows, want 1", r, n)
		}
		delete(rows, r.String())
	}
	for _, server := range peer.Names() {
		want(row{server: server})
		for _, mode := range []tlsx.Mode{peer.Explicit, peer.Implicit} {
			offered, reason := peer.Supports(server, mode)
			if known := notOffered[server+"/"+mode.String()]; known != reason {
				t.Errorf("%s/%s: not offered because %q, want %q", server, mode, reason, known)
			}
			if !offered {
				continue
			}
			for _, version := range tlsVersions {
				want(row{server: server, mode: mode, version: version})
				if demandsReuse[server] {
					want(row{server: server, mode: mode, version: version, reuse: true})
				}
			}
		}
	}
	for r := range rows {
		t.Errorf("%s: a row too many", r)
	}
}

func (r row) String() string {
	s := r.configuration()
	if r.version != 0 {
		s += "/" + versionName(r.version)
	}
	return s
}

// configuration names the server process that the row needs.
func (r row) configuration() string {
	s := r.server + "/" + r.mode.String()
	if r.reuse {
		s += "/reuse demanded"
	}
	return s
}

// A cell is one client's configuration and what comes of it.
type cell struct {
	row
	resumption tlsx.Resumption
	clearData  bool
	want       outcome
}

// cells returns all of a row. In plain text there is neither PROT nor resumption,
// which must then make no difference.
func (r row) cells() []cell {
	return []cell{
		{r, tlsx.ResumeRequired, false, r.required},
		{r, tlsx.ResumePreferred, false, r.preferred},
		{r, tlsx.ResumeOff, false, r.off},
		{r, tlsx.ResumeRequired, true, r.protC},
		{r, tlsx.ResumePreferred, true, r.protC},
		{r, tlsx.ResumeOff, true, r.protC},
	}
}

func (c cell) String() string {
	prot := "PROT P"
	if c.clearData {
		prot = "PROT C"
	}
	version := "no TLS"
	if c.version != 0 {
		version = versionName(c.version)
	}
	return fmt.Sprintf("%s/%s/%s", version, c.resumption, prot)
}
