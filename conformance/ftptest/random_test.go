package ftptest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// TestRandomCommands sends sessions of commands in no order, whole and broken, to
// show that the server neither panics nor stops: it serves the next session.
func TestRandomCommands(t *testing.T) {
	const seed = 959
	rng := rand.New(rand.NewPCG(seed, seed))
	var verbs []string
	for v := range protocol.Verbs() {
		verbs = append(verbs, string(v.Verb))
	}
	args := []string{"", "/", "f", "d", "..", "I", "A", "P", "C", "S", "0", "1", "TLS", "user", "password", "MLST type;", "|1|127.0.0.1|50000|", "127,0,0,1,200,1", "ALL", "CHMOD 600 f", "\xff\xf4\xff\xf2", "a\rb", strings.Repeat("x", 5000)}
	s := NewServer(t, &Config{DataTimeout: 20 * time.Millisecond, IdleTimeout: time.Second})
	for i := range 40 {
		c := connect(t, s)
		var b strings.Builder
		b.WriteString("USER user\r\nPASS password\r\nTYPE I\r\n")
		for range 60 {
			line := verbs[rng.IntN(len(verbs))]
			if arg := args[rng.IntN(len(args))]; arg != "" {
				line += " " + arg
			}
			if line == "QUIT" && rng.IntN(4) > 0 {
				line = "EPSV"
			}
			fmt.Fprintf(&b, "%s\r\n", line)
		}
		b.WriteString("QUIT\r\n")
		c.conn.(io.Writer).Write([]byte(b.String())) // may fail: the server may close before
		for {
			code, lines, err := c.reply()
			if err != nil {
				if len(lines) > 0 {
					t.Errorf("session %d: broken reply %q: %v", i, lines, err)
				}
				break
			}
			if code < 100 || code > 599 {
				t.Errorf("session %d: reply %q", i, lines)
			}
		}
		c.tcp.Close()
	}
	login(t, s).do("QUIT", 221)
}
