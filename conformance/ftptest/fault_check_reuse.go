package ftptest

import (
	"net"
	"sync"
	"time"

	"github.com/ftpwire/ftpwire/tlsx"
)

// checkReuseFaults are defects of TLS sessions on data connections.
func checkReuseFaults() []deviation {
	return []deviation{
		{name: "reuse-any-session", doc: "data connections are refused with 522 unless they resume a TLS session, whosever",
			config: func(c *Config) { c.Reuse = tlsx.BindAny }},
		{name: "tickets-replay-fails", doc: "a data connection that offers a session ticket a second time is closed",
			listening: func() func(*session, net.Listener) net.Listener {
				seen := &ticketsSeen{m: map[string]bool{}}
				return func(_ *session, ln net.Listener) net.Listener { return &ticketListener{ln, seen} }
			}()},
		{name: "last-connection-wins", doc: "of several connections to a passive port the last one gets the data",
			listening: func(_ *session, ln net.Listener) net.Listener { return lastListener{ln} }},
	}
}

// ticketsSeen are the session tickets that were offered so far.
type ticketsSeen struct {
	mu sync.Mutex
	m  map[string]bool
}

// before reports whether a ticket was offered before.
func (t *ticketsSeen) before(ticket string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.m[ticket]
	t.m[ticket] = true
	return old && ticket != ""
}

// A ticketListener closes connections that offer a ticket again.
type ticketListener struct {
	net.Listener
	seen *ticketsSeen
}

func (l *ticketListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &ticketConn{prefixed: prefixed{Conn: conn}, seen: l.seen}, nil
}

type ticketConn struct {
	prefixed
	seen   *ticketsSeen
	looked bool
}

func (c *ticketConn) Read(b []byte) (int, error) {
	if !c.looked {
		c.looked = true
		var h *oldHello
		if h, c.head = readHello(c.Conn); h != nil && c.seen.before(string(h.ticket)) {
			c.Conn.Close()
		}
	}
	return c.prefixed.Read(b)
}

// A lastListener accepts the last one of the connections that have come.
type lastListener struct{ net.Listener }

func (l lastListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	for err == nil {
		next := make(chan net.Conn, 1)
		go func() {
			c, err := l.Listener.Accept()
			if err == nil {
				next <- c
			}
			close(next)
		}()
		select {
		case c := <-next:
			if c == nil {
				return conn, nil
			}
			conn.Close()
			conn = c
		case <-time.After(50 * time.Millisecond):
			l.Listener.Close()
			if c := <-next; c != nil {
				c.Close()
			}
			return conn, nil
		}
	}
	return nil, err
}
