package peer

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// log returns all that the server wrote, also when its files are gone.
func (l *launch) log() string {
	if last := l.lastLog.Load(); last != nil {
		return *last
	}
	var b strings.Builder
	section := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "== %s ==\n%s\n", name, strings.TrimRight(text, "\n"))
		}
	}
	for _, f := range l.logs {
		if data, err := os.ReadFile(f); err == nil {
			section(filepath.Base(f), string(data))
		}
	}
	if l.syslog != nil {
		section("system log", l.syslog.lines.String())
	}
	section("output", l.output.String())
	return b.String()
}

// A syslog takes the place of a jail's system log: the socket /dev/log, where
// syslog(3) sends its datagrams.
type syslog struct {
	conn  net.PacketConn
	lines buffer
	done  chan struct{}
}

func newSyslog(j *jail) (*syslog, error) {
	name := filepath.Join(j.dir, "dev/log")
	conn, err := net.ListenPacket("unixgram", name)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(name, 0o666); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	s := &syslog{conn: conn, done: make(chan struct{})}
	go s.run()
	return s, nil
}

func (s *syslog) run() {
	defer close(s.done)
	b := make([]byte, 64<<10)
	for {
		n, _, err := s.conn.ReadFrom(b)
		if err != nil {
			return // closed
		}
		line := strings.TrimRight(string(b[:n]), "\x00\n")
		if _, rest, ok := strings.Cut(line, ">"); ok {
			line = rest // without the priority
		}
		s.lines.Write([]byte(line + "\n"))
	}
}

func (s *syslog) close() error {
	err := s.conn.Close()
	<-s.done
	return err
}
