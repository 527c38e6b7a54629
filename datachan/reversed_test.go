package datachan_test

import (
	"crypto/tls"
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Who is the TLS client of a data connection: the manager is told by SSCN, until REIN,
// and CPSV says it by itself.
func TestReversed(t *testing.T) {
	for _, tt := range []struct {
		name     string
		mode     datachan.Mode
		tell     func(*datachan.Manager)
		reversed bool
	}{
		{"nothing said", datachan.ModePASV, func(*datachan.Manager) {}, false},
		{"SSCN ON", datachan.ModePASV, func(m *datachan.Manager) { m.SetReversed(true) }, true},
		{"SSCN OFF", datachan.ModePASV, func(m *datachan.Manager) { m.SetReversed(true); m.SetReversed(false) }, false},
		{"REIN", datachan.ModePASV, func(m *datachan.Manager) { m.SetReversed(true); m.Reinitialized() }, false},
		{"CPSV", datachan.ModeCPSV, func(*datachan.Manager) {}, true},
		{"CPSV behind SSCN OFF", datachan.ModeCPSV, func(m *datachan.Manager) { m.SetReversed(false) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := sessions(t)
				w := &world{}
				m := w.manager(datachan.Config{Mode: tt.mode})
				tt.tell(m)
				if m.Reversed() != tt.reversed {
					t.Errorf("Reversed() = %v", !tt.reversed)
				}
				ln := w.listenAt(t, "127.0.0.1:40000")
				reply := pasv("127.0.0.1:40000")
				o, err := m.Open(t.Context(), onLoopback(map[protocol.Verb]string{"PASV": reply, "CPSV": reply}))
				if err != nil {
					t.Fatal(err)
				}
				srv, err := ln.Accept()
				if err != nil {
					t.Fatal(err)
				}
				go func() {
					conn := tls.Client(srv, &tls.Config{InsecureSkipVerify: true})
					if !tt.reversed {
						var err error
						if conn, err = server.Data(t.Context(), srv); err != nil {
							return
						}
					}
					io.WriteString(conn, "abc")
					conn.Close()
				}()
				c, err := o.Establish(t.Context(), started(), client)
				if err != nil {
					t.Fatal(err)
				}
				if b, err := io.ReadAll(c); err != nil || string(b) != "abc" || c.Mode() != tt.mode.String() {
					t.Errorf("%q, %v by %s", b, err, c.Mode())
				}
				if got := c.TLS().Reuse() == tlsx.Reversed; got != tt.reversed {
					t.Errorf("this side is the TLS server: %v; want %v", got, tt.reversed)
				}
				c.Close()
			})
		})
	}
}

// A server that waits for TLS as we do: the time that ran out is the reason, though a
// refusal follows at once.
func TestReversedSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := sessions(t)
		w := &world{}
		m := w.manager(datachan.Config{})
		m.SetReversed(true)
		o, srv := opened(t, w, m)
		p := started()
		go func() {
			srv.Read(make([]byte, 1)) // until the end
			p.end(true)
		}()
		_, err := o.Establish(t.Context(), p, client)
		if !errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, datachan.ErrEnded) {
			t.Errorf("%v; want the timeout", err)
		}
		srv.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := srv.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) || err == nil {
			t.Errorf("the connection is open: %v", err)
		}
	})
}
