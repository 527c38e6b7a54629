package ftptest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// How faults work. A fault is one row of a table in a file fault_*.go: a name,
// one line of documentation and the hooks that it needs. All hooks run in the
// session's goroutine, unless they say otherwise; a nil hook changes nothing.
// With several faults, hooks run in the order of Config.Faults.
//
//   - config changes the server's configuration before it starts.
//   - greeted runs once a session exists, before TLS and the greeting.
//   - command sees a command that may be carried out, and returns true if it has
//     dealt with it: by replying, by starting a transfer, or by leaving the client
//     to wait.
//   - illegal sees a command that must be refused, by the machine's judgement, and
//     returns true if it has dealt with it. perform carries a command out in spite
//     of that.
//   - reply sees every reply on its way out, with the verb that it answers ("" is
//     the greeting), and may change or drop the bytes. The session goes on as if
//     the true reply had been sent.
//   - transfer sees a transfer before its preliminary reply, and may set the
//     fields of deviations, which it embeds.
//   - listening may wrap the listener of a passive data connection.
//   - restart may change the offset that a transfer starts at.
//   - features may change the lines of the reply to FEAT.
//   - starting sees the TLS handshake of the control connection before it begins,
//     and stopping the end of that TLS after CCC or REIN; they return true if they
//     have dealt with it.
//
// New tables are joined in faultTable. A test shows every fault: those of baseFaults have
// rows in faultChecks.

// A Fault is the name of one way to misbehave.
type Fault string

// A FaultInfo describes a fault.
type FaultInfo struct {
	Name Fault  // as Config.Faults takes it
	Doc  string // what the server does, in one line
}

// Faults returns all faults, sorted by name.
func Faults() []FaultInfo {
	var infos []FaultInfo
	for _, d := range faultTable() {
		infos = append(infos, FaultInfo{d.name, d.doc})
	}
	slices.SortFunc(infos, func(a, b FaultInfo) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return infos
}

// faultTable returns the rows of all tables.
func faultTable() []deviation {
	return slices.Concat(baseFaults(), checkFaults())
}

// baseFaults are those that tests of clients want most.
func baseFaults() []deviation {
	return slices.Concat(replyFaults(), transferFaults(), commandFaults(), tlsFaults(),
		greetingFaults(), loginFaults(), refusedLoginFaults(), uploadFaults(), hostileFaults(), lyingFaults(), insteadFaults(), authFaults(), resumptionFaults(), endingFaults(), clearFaults(), restartFaults(), modeFaults(), fewFaults())
}

// A deviation is a row of a table of faults.
type deviation struct {
	name Fault
	doc  string

	config    func(c *Config)
	greeted   func(s *session)
	command   func(s *session, c protocol.Command) bool
	illegal   func(s *session, c protocol.Command, refusal *protocol.SequenceError) bool
	reply     func(s *session, r *outgoing)
	transfer  func(s *session, t *transfer)
	listening func(s *session, ln net.Listener) net.Listener
	restart   func(s *session, offset int64) int64
	features  func(s *session, lines []string) []string
	starting  func(s *session) bool
	stopping  func(s *session) bool
}

// deviations are what faults may set in a transfer. Functions run in the
// transfer's goroutine.
type deviations struct {
	latePreliminary bool                            // 150 goes out when the connection is open and secure
	neverOpen       bool                            // the data connection is neither accepted nor dialled
	keepOpen        bool                            // the server's end stays open until the session ends
	noCloseNotify   bool                            // TLS ends without close_notify
	stall           bool                            // TLS does not begin
	atEnd           func(d *dataConn)               // before the end of a download
	wrapSource      func(io.Reader) io.Reader       // what is sent
	wrapSink        func(io.Writer) io.Writer       // where received data go
	during          func(*session, *transfer) error // after each piece; errReset resets the connection
	secured         func(*tls.Conn) error           // after the TLS handshake
	control         *tlsx.ServerControl             // other TLS for the data connection
	final           *outcome                        // in place of the true final reply
}

// errReset, returned by during, ends a data connection with RST.
var errReset = errors.New("reset")

// result returns the true outcome or that of a fault.
func (t *transfer) result(o outcome) outcome {
	if t.final != nil {
		return *t.final
	}
	return o
}

// limitSource applies wrapSource.
func (t *transfer) limitSource() {
	if t.wrapSource != nil {
		t.source = t.wrapSource(t.source)
	}
}

// deviateTLS gives the beginning or the end of TLS to the faults and reports
// whether one has dealt with it.
func (s *session) deviateTLS(hook func(*deviation) func(*session) bool) bool {
	for _, f := range s.srv.faults {
		if do := hook(f); do != nil && do(s) {
			return true
		}
	}
	return false
}

// lookup returns the rows with the names given.
func lookup(names []Fault) ([]*deviation, error) {
	table := faultTable()
	var found []*deviation
	for _, name := range names {
		i := slices.IndexFunc(table, func(d deviation) bool { return d.name == name })
		if i < 0 {
			return nil, fmt.Errorf("ftptest: unknown fault %q: Faults returns those that there are", name)
		}
		found = append(found, &table[i])
	}
	return found, nil
}
