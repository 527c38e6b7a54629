package transcript

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/memnet"
)

func mustParse(t *testing.T, text string) *Script {
	t.Helper()
	s, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func dialogue(lines string) string { return "-- dialogue --\n" + lines + "-- f --\npayload\n" }

// TestPlayerBothSides plays each file of testdata against itself.
func TestPlayerBothSides(t *testing.T) {
	tests := []struct {
		name string
		want []string // the data steps that each side sees
	}{
		{"retr", []string{"D> motd: The server is busy.\n\n", "D< upload: one\ntwo\n"}},
		{"auth-tls", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				data, err := os.ReadFile("testdata/" + tt.name + ".txtar")
				if err != nil {
					t.Fatal(err)
				}
				script := mustParse(t, string(data))
				lines := mustParse(t, strings.ReplaceAll(string(data), "PASS *", "PASS me@example.com"))
				a, b := memnet.Pipe()
				client, server := newTestPlayer(a), newTestPlayer(b)
				clientConfig, serverConfig := tlsConfigs(t)
				client.StartTLS, server.StartTLS = tlsClient(clientConfig), tlsServer(serverConfig)
				done := make(chan error, 1)
				go func() { done <- client.PlayClient(lines) }()
				if err := server.PlayServer(script); err != nil {
					t.Errorf("server: %v", err)
				}
				b.Close()
				if err := <-done; err != nil {
					t.Errorf("client: %v", err)
				}
				for side, p := range map[string]*testPlayer{"client": client, "server": server} {
					if diff := cmp.Diff(tt.want, p.data); diff != "" {
						t.Errorf("data of the %s: mismatch (-want +got):\n%s", side, diff)
					}
				}
			})
		})
	}
}

// A testPlayer is a Player that keeps the data steps it is given.
type testPlayer struct {
	Player
	data []string
}

func newTestPlayer(c net.Conn) *testPlayer {
	p := &testPlayer{Player: Player{Conn: c}}
	p.Data = func(step Step) error {
		p.data = append(p.data, step.String()+": "+string(step.Payload))
		return nil
	}
	return p
}

func TestPlayServerMismatch(t *testing.T) {
	full := strings.Repeat("x", maxLine-2)
	tests := []struct {
		name   string
		script string // step 2, line 3
		sent   string
		want   string // all of the error; empty for none
	}{
		{"same", "C: NOOP\n", "NOOP\r\n", ""},
		{"wildcard", "C: PORT *\n", "PORT 127,0,0,1,4,1\r\n", ""},
		{"wildcard for nothing", "C: PORT *\n", "PORT \r\n", ""},
		{"odd bytes", "C: \\xff\\xf4ABOR\n", "\xff\xf4ABOR\r\n", ""},
		{"two lines in one step", "C: A\\r\\nB\n", "A\r\nB\r\n", ""},
		{"longest line", "C: *\n", full + "\r\n", ""},
		{"other command", "C: PASV\n", "EPSV\r\n",
			"transcript: step 2 (line 3): line differs from the script\nwant C: PASV\ngot  C: EPSV"},
		{"in front of the wildcard", "C: PORT *\n", "EPRT x\r\n",
			"transcript: step 2 (line 3): line differs from the script\nwant C: PORT *\ngot  C: EPRT x"},
		{"longer", "C: NOOP\n", "NOOP \r\n",
			"transcript: step 2 (line 3): line differs from the script\nwant C: NOOP\ngot  C: NOOP\\x20"},
		{"star is no wildcard in what comes", "C: LIST x\n", "LIST *\r\n",
			"transcript: step 2 (line 3): line differs from the script\nwant C: LIST x\ngot  C: LIST \\x2a"},
		{"bare LF", "C: *\n", "NOOP\n",
			"transcript: step 2 (line 3): line differs from the script\nwant C: *\ngot  C: NOOP\\n (line end is not CRLF)"},
		{"password", "C: PASS a\n", "\xff\xf4 pass hunter2\r\n",
			"transcript: step 2 (line 3): line differs from the script\nwant C: PASS a\ngot  C: \\xff\\xf4 pass [8 bytes]"},
		{"password cut off", "C: PASS a\n", "PASS hunter2",
			"transcript: step 2 (line 3): C: PASS a: got C: PASS [8 bytes], then: EOF"},
		{"name like a password command", "C: a\n", "STOR PASS x\r\n",
			"transcript: step 2 (line 3): line differs from the script\nwant C: a\ngot  C: STOR PASS x"},
		{"nothing", "C: NOOP\n", "", "transcript: step 2 (line 3): C: NOOP: EOF"},
		{"line too long", "C: NOOP\n", full + "x\r\n",
			"transcript: step 2 (line 3): C: NOOP: got C: " + full[:200] + "... (65536 bytes), then: line longer than 65536 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := memnet.Pipe()
			if err := a.SetWriteBuffer(2 * maxLine); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Write([]byte(tt.sent)); err != nil {
				t.Fatal(err)
			}
			if err := a.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			p := Player{Conn: b}
			err := p.PlayServer(mustParse(t, dialogue("S: 220 ok\n"+tt.script)))
			if got := errorText(err); got != tt.want {
				t.Errorf("got error\n%s\nwant\n%s", got, tt.want)
			}
			if _, ok := errors.AsType[*StepError](err); err != nil && !ok {
				t.Errorf("error is a %T, want a *StepError", err)
			}
			if got, want := errors.Is(err, ErrMismatch), strings.Contains(tt.want, "differs"); got != want {
				t.Errorf("errors.Is(err, ErrMismatch) = %t, want %t", got, want)
			}
			if strings.Contains(errorText(err), "hunter2") {
				t.Error("the error holds the password")
			}
			wantText(t, a, "220 ok\r\n")
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// wantText fails the test unless exactly want is there to be read from c.
func wantText(t *testing.T, c net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Errorf("read %q, error %v, want %q", got, err, want)
	}
	if err := c.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Error(err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("more than %q was written", want)
	}
}

func TestPlayClientMismatch(t *testing.T) {
	a, b := memnet.Pipe()
	if _, err := b.Write([]byte("220 ok\r\n530 no\r\n")); err != nil {
		t.Fatal(err)
	}
	p := Player{Conn: a}
	err := p.PlayClient(mustParse(t, dialogue("S: 220 ok\nC: USER a\nS: 331 go\n")))
	want := &StepError{Number: 3, Line: 4, Step: "S: 331 go", Got: "S: 530 no", Err: ErrMismatch}
	if got, ok := errors.AsType[*StepError](err); !ok || *got != *want {
		t.Errorf("got error %#v, want %#v", err, want)
	}
	wantText(t, b, "USER a\r\n")
}

// TestPlayerRefuses has scripts that fail before anything is written.
func TestPlayerRefuses(t *testing.T) {
	tests := []struct {
		name  string
		steps string
		play  func(*Player, *Script) error
		want  string
	}{
		{"no StartTLS", "S: 220\nT: tls\n", (*Player).PlayServer, "no StartTLS"},
		{"no Data to the client", "S: 220\nD> f\n", (*Player).PlayServer, "no Data"},
		{"no Data to the server", "C: NOOP\nD< f\n", (*Player).PlayClient, "no Data"},
		{"wildcard to write", "C: NOOP\nC: PORT *\n", (*Player).PlayClient, "wildcard"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := memnet.Pipe()
			err := tt.play(&Player{Conn: a}, mustParse(t, dialogue(tt.steps)))
			se, ok := errors.AsType[*StepError](err)
			if !ok || se.Number != 2 || se.Line != 3 || !strings.Contains(se.Err.Error(), tt.want) {
				t.Errorf("got error %v, want step 2, line 3, %q", err, tt.want)
			}
			wantText(t, b, "")
		})
	}
}

func TestPlayerRefusesBuiltScripts(t *testing.T) {
	tests := []struct {
		name string
		step Step
		want string
	}{
		{"zero step", Step{}, "transcript: step 1: Kind(0): unknown kind of step 0"},
		{"kind too large", Step{Kind: End + 1}, "transcript: step 1: Kind(9): unknown kind of step 9"},
		{"server's wildcard", Step{Kind: ServerLine, Wildcard: true}, "transcript: step 1: S: *: wildcard in the server's line \"\""},
		{"no section", Step{Kind: DataToClient, Text: "f"}, "transcript: step 1: D> f: no section \"f\" for data"},
		{"other TLS event", Step{Kind: TLS}, "transcript: step 1: T:: unknown TLS event \"\"; want tls, clear or fails"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := memnet.Pipe()
			p := newTestPlayer(a)
			p.StartTLS = func(c net.Conn) (net.Conn, error) { return c, nil }
			if got := errorText(p.PlayClient(&Script{Steps: []Step{tt.step}})); got != tt.want {
				t.Errorf("got error %q, want %q", got, tt.want)
			}
		})
	}
}

// TestPlayerTimeout has a peer that is silent.
func TestPlayerTimeout(t *testing.T) {
	silent := func(c net.Conn) (net.Conn, error) {
		_, err := c.Read(make([]byte, 1))
		return nil, err
	}
	tests := []struct {
		name    string
		timeout time.Duration
		steps   string
		want    time.Duration
	}{
		{"read, default", 0, "C: NOOP\n", 10 * time.Second},
		{"read, negative", -1, "C: NOOP\n", 10 * time.Second},
		{"read", time.Minute, "C: NOOP\n", time.Minute},
		{"write", time.Minute, "S: 220\n", time.Minute},
		{"handshake", time.Minute, "T: tls\n", time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := memnet.Pipe()
				if err := a.SetReadBuffer(1); err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				p := Player{Conn: b, Timeout: tt.timeout, StartTLS: silent}
				if err := p.PlayServer(mustParse(t, dialogue(tt.steps))); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("got error %v, want a timeout", err)
				}
				if got := time.Since(begin); got != tt.want {
					t.Errorf("gave up after %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// TestPlayerReadsNotAhead plays two scripts one after the other.
func TestPlayerReadsNotAhead(t *testing.T) {
	a, b := memnet.Pipe()
	if _, err := a.Write([]byte("NOOP\r\nQUIT\r\n")); err != nil {
		t.Fatal(err)
	}
	p := Player{Conn: b}
	for _, steps := range []string{"C: NOOP\nS: 200 ok\n", "C: QUIT\nS: 221 bye\n"} {
		if err := p.PlayServer(mustParse(t, dialogue(steps))); err != nil {
			t.Error(err)
		}
	}
	wantText(t, a, "200 ok\r\n221 bye\r\n")
}

// TestPlayerLeavesNoDeadline uses the connection long after each kind of step.
func TestPlayerLeavesNoDeadline(t *testing.T) {
	for _, steps := range []string{"C: NOOP\n", "S: 220\n", "T: tls\n"} {
		t.Run(steps[:2], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := memnet.Pipe()
				if _, err := a.Write([]byte("NOOP\r\nx")); err != nil {
					t.Fatal(err)
				}
				p := Player{Conn: b, StartTLS: func(c net.Conn) (net.Conn, error) { return c, nil }}
				if err := p.PlayServer(mustParse(t, dialogue(steps))); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour) // of the fake clock
				if _, err := p.Conn.Read(make([]byte, 1)); err != nil {
					t.Errorf("read: %v", err)
				}
				if _, err := p.Conn.Write([]byte("x")); err != nil {
					t.Errorf("write: %v", err)
				}
			})
		})
	}
}

func TestPlayerCallbackErrors(t *testing.T) {
	failed := errors.New("failed")
	for _, steps := range []string{"T: tls\n", "D> f\n", "D< f\n"} {
		t.Run(steps[:2], func(t *testing.T) {
			a, _ := memnet.Pipe()
			p := Player{Conn: a,
				StartTLS: func(net.Conn) (net.Conn, error) { return nil, failed },
				Data: func(step Step) error {
					if string(step.Payload) != "payload\n" {
						t.Errorf("got payload %q", step.Payload)
					}
					return failed
				}}
			if err := p.PlayServer(mustParse(t, dialogue(steps))); !errors.Is(err, failed) {
				t.Errorf("got error %v, want that of the function", err)
			}
			if p.Conn != a {
				t.Error("the connection was replaced")
			}
		})
	}
}

// TestPlayerConnectionEnds has a connection that is gone before each kind of step.
func TestPlayerConnectionEnds(t *testing.T) {
	tests := []struct {
		name  string
		end   func(a, b *memnet.Conn)
		steps string
		want  error
	}{
		{"peer closed, write", func(a, b *memnet.Conn) { a.Close() }, "S: 220\n", syscall.EPIPE},
		{"peer reset, read", func(a, b *memnet.Conn) { a.Reset() }, "C: NOOP\n", syscall.ECONNRESET},
		{"own end closed, write", func(a, b *memnet.Conn) { b.Close() }, "S: 220\n", net.ErrClosed},
		{"own end closed, read", func(a, b *memnet.Conn) { b.Close() }, "C: NOOP\n", net.ErrClosed},
		{"own end closed, handshake", func(a, b *memnet.Conn) { b.Close() }, "T: tls\n", net.ErrClosed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := memnet.Pipe()
			tt.end(a, b)
			p := Player{Conn: b, StartTLS: func(c net.Conn) (net.Conn, error) { return c, nil }}
			if err := p.PlayServer(mustParse(t, dialogue(tt.steps))); !errors.Is(err, tt.want) {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
		})
	}
}

// TestPlayerHooks: a line can be replaced as it is said, and is told as it was heard; TLS is
// taken down by a function.
func TestPlayerHooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memnet.Pipe()
		var heard []string
		cleared := false
		p := Player{
			Conn:    b,
			Say:     func(line string, _ []Step) (string, error) { return strings.ReplaceAll(line, "1", "2"), nil },
			Heard:   func(line string) error { heard = append(heard, line); return nil },
			StopTLS: func(c net.Conn) (net.Conn, error) { cleared = true; return c, nil },
		}
		io.WriteString(a, "PORT 1,2\r\n")
		if err := p.PlayServer(mustParse(t, dialogue("S: 221 a\nT: clear\nC: PORT *\n"))); err != nil {
			t.Fatal(err)
		}
		b.Close()
		got, _ := io.ReadAll(a)
		if diff := cmp.Diff([]string{"222 a\r\n", "PORT 1,2"}, []string{string(got), heard[0]}); diff != "" || !cleared {
			t.Errorf("cleared %v, mismatch (-want +got):\n%s", cleared, diff)
		}
		broken := errors.New("broken")
		a, b = memnet.Pipe()
		io.WriteString(a, "NOOP\r\n")
		p = Player{Conn: b, Say: func(string, []Step) (string, error) { return "", broken }, Heard: func(string) error { return broken }}
		for _, script := range []string{"S: 220 a\n", "C: NOOP\n"} {
			if err := p.PlayServer(mustParse(t, dialogue(script))); !errors.Is(err, broken) {
				t.Errorf("%q: %v, want the function's error", script, err)
			}
		}
		if err := p.PlayServer(mustParse(t, dialogue("T: clear\n"))); err == nil || !strings.Contains(err.Error(), "no StopTLS") {
			t.Errorf("without StopTLS: %v", err)
		}
	})
}

// TestPlayerFaults: what goes wrong is for the function Fault, a Peer is a remark, and
// contents that were not kept come as their length.
func TestPlayerFaults(t *testing.T) {
	const file = `-- dialogue --
P: 192.0.2.1:21
T: fails alert 40
S: 220 ready
D! tls close
D> x reset
D< y.zeros
E: silence
-- x --
abc
-- y.zeros --
12345678901 octets
`
	s, err := Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	client, server := memnet.Pipe()
	defer client.Close()
	defer server.Close()
	go io.Copy(io.Discard, client)
	var got []string
	p := &Player{Conn: server,
		Say: func(line string, ahead []Step) (string, error) {
			got = append(got, fmt.Sprintf("%s before %d steps", line, len(ahead)))
			return line, nil
		},
		Fault: func(s Step) error { got = append(got, s.String()); return nil },
		Data: func(s Step) error {
			got = append(got, fmt.Sprintf("%v %q %d", s, s.Payload, s.Octets))
			return nil
		},
	}
	if err := p.PlayServer(s); err != nil {
		t.Fatal(err)
	}
	want := []string{"T: fails alert 40", "220 ready before 4 steps", "D! tls close", `D> x reset "abc\n" 4`, `D< y.zeros "" 12345678901`, "E: silence"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if n, ok := s.Steps[1].How.Alert(); n != 40 || !ok {
		t.Errorf("alert %d, %v", n, ok)
	}
	for _, lacking := range []error{(&Player{Conn: server, Data: p.Data}).PlayServer(s), p.PlayClient(s)} {
		if lacking == nil || !strings.Contains(lacking.Error(), "no Fault") {
			t.Errorf("without Fault, or as the client: %v", lacking)
		}
	}
	checkParse(t, []byte(file))
}
