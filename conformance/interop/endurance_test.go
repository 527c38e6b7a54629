package interop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// handshakeLog is how a server logs handshakes, and what a full one has besides. ProFTPD
// tells of the first data connection of a session only, and of every message if
// asked to.
var handshakeLog = map[string]struct {
	any, full *regexp.Regexp
	extra     []string
}{
	"vsftpd": {
		any:  regexp.MustCompile(`SSL version: .*reused,`),
		full: regexp.MustCompile(`SSL version: .*, not reused,`),
	},
	"proftpd": {
		any:   regexp.MustCompile(`sent TLSv1\.\d 'ServerHello' Handshake`),
		full:  regexp.MustCompile(`sent TLSv1\.\d 'Certificate' Handshake`),
		extra: []string{"TLSOptions EnableDiags"},
	},
}

// TestManyTransfers runs 200 mixed transfers in a row on one control connection, on
// the servers that demand resumption. No data connection may make a full handshake:
// not in the client's eyes, not on the wire, not in the server's log.
func TestManyTransfers(t *testing.T) {
	t.Parallel()
	manyTransfers(t, 0)
}

// TestManyTransfersSomeGivenUp is the same with every tenth transfer given up in the
// middle: the connection, and resumption, must go on working.
func TestManyTransfersSomeGivenUp(t *testing.T) {
	t.Parallel()
	manyTransfers(t, 10)
}

// manyTransfers gives up givenUp of a hundred transfers.
func manyTransfers(t *testing.T, givenUp int) {
	const transfers = 200
	for _, server := range []string{"vsftpd", "proftpd"} {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, server, peer.Options{TLS: peer.Explicit, RequireReuse: true, RequireTLS: true, RequirePROT: true,
				Extra: handshakeLog[server].extra})
			for _, version := range tlsVersions {
				t.Run(versionName(version), func(t *testing.T) {
					w := &wire{}
					cfg := clientConfig(s, peer.Explicit, version)
					cfg.Resumption, cfg.Dial = tlsx.ResumeRequired, w.dial
					m := &mix{t: t, s: s, c: login(t, s, cfg), rand: rand.New(rand.NewPCG(uint64(version), uint64(givenUp)))}
					before := s.Log()
					for i := range transfers {
						m.one(i, m.rand.IntN(100) < givenUp)
						if t.Failed() {
							t.Fatalf("transfer %d failed\n%s", i, s.Log())
						}
					}
					if err := m.c.Quit(t.Context()); err != nil {
						t.Errorf("QUIT: %v", err)
					}
					if (m.givenUp > 0) != (givenUp > 0) || m.up == 0 || m.down == 0 || m.list == 0 {
						t.Errorf("no good mix: %s", m)
					}
					m.wantResumed(w, before)
					t.Logf("%s: %d data connections, all resumed", m, len(w.data()))
				})
			}
		})
	}
}

// A mix runs transfers in an order that depends on its seed.
type mix struct {
	t    *testing.T
	s    *peer.Server
	c    *control.Conn
	rand *rand.Rand

	up, down, list, givenUp int
}

func (m *mix) String() string {
	return fmt.Sprintf("%d up, %d down, %d listings, %d given up", m.up, m.down, m.list, m.givenUp)
}

// size is 0 to 1 MiB: nothing, some bytes, or any number.
func (m *mix) size() int {
	switch m.rand.IntN(4) {
	case 0:
		return 0
	case 1:
		return m.rand.IntN(1000)
	}
	return m.rand.IntN(1<<20 + 1)
}

func (m *mix) one(i int, giveUp bool) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), 30*time.Second)
	defer cancel()
	what, data := fmt.Sprintf("transfer %d", i), randomBytes(uint64(i), m.size())
	var info control.DataInfo
	var err error
	switch op := m.rand.IntN(3); {
	case giveUp:
		m.givenUp++
		info, err = m.begin(ctx, op, randomBytes(uint64(i), 4<<20))
	case op == 0:
		m.up++
		info, err = m.stor(ctx, data)
	case op == 1:
		m.down++
		info, err = m.retr(ctx, data)
	default:
		m.list++
		info, err = m.nlst(ctx)
	}
	if err != nil {
		m.t.Errorf("%s (%s so far): %v", what, m, err)
	}
	if info.Reuse != tlsx.Resumed {
		m.t.Errorf("%s: data connection: %s", what, info.Reuse)
	}
}

func (m *mix) stor(ctx context.Context, data []byte) (control.DataInfo, error) {
	r := &cellRun{t: m.t, s: m.s}
	info, err := r.upload(ctx, m.c, "up", data)
	if err == nil {
		r.wantFile("up", data)
		err = os.Remove(filepath.Join(m.s.Home, "up"))
	}
	return info, err
}

func (m *mix) retr(ctx context.Context, data []byte) (control.DataInfo, error) {
	m.s.WriteFile(m.t, "down", data)
	d, err := m.c.Retr(ctx, "down", 0)
	if err != nil {
		return control.DataInfo{}, err
	}
	got, err := readAll(d)
	if err == nil && !bytes.Equal(got, data) {
		err = fmt.Errorf("%d bytes that differ from the %d on the server", len(got), len(data))
	}
	return d.Data(), err
}

func (m *mix) nlst(ctx context.Context) (control.DataInfo, error) {
	m.s.WriteFile(m.t, "listed", nil)
	d, err := m.c.Open(ctx, "NLST", "")
	if err != nil {
		return control.DataInfo{}, err
	}
	got, err := readAll(d)
	if err == nil && !bytes.Contains(got, []byte("listed")) {
		err = fmt.Errorf("the listing lacks a file: %q", got)
	}
	return d.Data(), err
}

// begin moves a part of the data and gives the transfer up.
func (m *mix) begin(ctx context.Context, op int, data []byte) (control.DataInfo, error) {
	part := m.rand.IntN(len(data) / 2)
	if op == 0 {
		u, err := m.c.Stor(ctx, "given-up", 0)
		if err != nil {
			return control.DataInfo{}, err
		}
		if _, err := u.Write(data[:part]); err != nil {
			return u.Data(), err
		}
		return u.Data(), u.Abort()
	}
	m.s.WriteFile(m.t, "given-up", data)
	d, err := m.c.Retr(ctx, "given-up", 0)
	if err != nil {
		return control.DataInfo{}, err
	}
	if _, err := io.CopyN(io.Discard, d, int64(part)); err != nil {
		return d.Data(), err
	}
	return d.Data(), d.Close()
}

// wantResumed compares what the wire and the server's log have to say. before is the
// log of earlier connections.
func (m *mix) wantResumed(w *wire, before string) {
	m.t.Helper()
	w.wantBegins(m.t, "all", true)
	count := func(re *regexp.Regexp) int {
		return len(re.FindAllString(m.s.Log(), -1)) - len(re.FindAllString(before, -1))
	}
	log := handshakeLog[m.s.Name]
	if n := count(log.full); n != 0 {
		m.t.Errorf("the server logged %d full handshakes", n)
	}
	if n, want := count(log.any), len(w.data()); n != want {
		m.t.Errorf("the server logged %d handshakes, want %d", n, want)
	}
}
