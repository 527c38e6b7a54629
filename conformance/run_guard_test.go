package conformance

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPermit(t *testing.T) {
	const look, create, change = mayLook, mayMake, mayChange
	for _, tt := range []struct {
		line string
		from license // the least that permits it; never is none
	}{
		{"NOOP", look}, {"noop", look}, {"PASS secret", look}, {"RETR x", look}, {"LIST -a", look},
		{"XYZZY", look}, {"GET / HTTP/1.0", look}, {"\xff\xfb\x01NOOP", look}, {"", look}, {"CWD ..", look},
		{"MDTM x", look}, {"MDTM 20200101000000 x-tok", change}, {"MDTM 20200101000000 x", never}, {"MDTM 2020 x", look},
		{"MKD x-tok", create}, {"STOR x-tok", create}, {"MKD x", never}, {"STOR x", never},
		{"STOR x-tok/../x", never}, {"DELE ../x-tok", never}, {`DELE a-tok\..\x`, never},
		{"DELE x-tok", change}, {"dele x-tok", change}, {" DELE x-tok", change}, {"\xff\xf4\xff\xf2DELE x-tok", change},
		{"DELE x", never}, {"RMD x", never}, {"RNFR x", never}, {"RNTO x", never}, {"APPE x", never}, {"XRMD x", never},
		{"MFMT 20200101000000 x", never}, {"MFCT 20200101000000 x", never}, {"MFF Modify=20200101000000; x", never}, {"SITE CHMOD 600 x", never},
		{"SITE HELP", change}, {"SITE CHMOD 600 x-tok", change}, {"STOU", change}, {"STOR", change}, {"ALLO 1", change}, {"SMNT /", change},
		{"PRET STOR x", never}, {"PRET RETR x", look}, {"PRET STOR x-tok", change}, {"CKSM MD5 0 -1 x", look}, {"RMDA x", never},
		{"COMB x y", never}, {"WHATEVER x", never}, {"WHATEVER", change},
	} {
		for _, l := range []license{look, create, change} {
			r := &runner{license: l, token: "-tok"}
			got := r.permit(tt.line, true) == nil
			want := l >= tt.from
			if create := tt.from == create; create && l == look {
				want = false
			}
			if got != want {
				t.Errorf("license %d, %q: permitted %t, want %t", l, tt.line, got, want)
			}
		}
	}
}

const never = mayChange + 1

// TestPermitOutward checks that files of ours, and nothing else, may be named by ways above
// the root, and only from a sandbox that is in the root.
func TestPermitOutward(t *testing.T) {
	for _, tt := range []struct {
		line, base string
		l          license
		want       bool
	}{
		{"STOR ../../x-tok", "/", mayChange, true}, {"APPE /../x-tok", "/", mayChange, true}, {"DELE /../x-tok", "/", mayChange, true},
		{"RNFR ../../x-tok", "/", mayChange, true}, {"STOR ../../tmp/x-tok", "/", mayChange, true}, {"STOR ../tmp/d/x-tok", "/", mayChange, false}, {"RNTO ../../x-tok", "/", mayChange, true},
		{"STOR ../../x", "/", mayChange, false}, {"STOR ../d/x-tok", "/", mayChange, false}, {"RMD ../x-tok", "/", mayChange, false},
		{"MKD ../x-tok", "/", mayChange, false}, {`DELE ../x-tok\..\y`, "/", mayChange, false}, {"DELE x-tok/..", "/", mayChange, false},
		{"STOR ../../x-tok", "/upload", mayChange, false}, {"STOR ../../x-tok", "/", mayMake, false}, {"STOR ../../x-tok", "/", mayLook, false},
	} {
		r := &runner{license: tt.l, token: "-tok", box: sandbox{base: tt.base}}
		if got := r.permit(tt.line, true) == nil; got != tt.want {
			t.Errorf("%q with the sandbox in %q, license %d: permitted %t, want %t", tt.line, tt.base, tt.l, got, tt.want)
		}
	}
}

// TestGuard checks that nothing forbidden reaches the wire, however it is sent.
func TestGuard(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []string
		wire   string
	}{
		{"permitted", []string{"NOOP\r\n", "PWD\r\n"}, "NOOP\r\nPWD\r\n"},
		{"byte by byte", strings.Split("NOOP\r\n", ""), "NOOP\r\n"},
		{"forbidden", []string{"DELE x\r\n"}, ""},
		{"forbidden after what is not", []string{"NOOP\r\nDELE x\r\n"}, ""},
		{"forbidden after a CR", []string{"NOOP\rDELE x\r\n"}, ""},
		{"forbidden byte by byte", strings.Split("DELE x\r\n", ""), ""},
		{"forbidden in two pieces", []string{"REST", "ORE x\r\n"}, "REST"},
		{"forbidden without its end", []string{"DELE x"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			here, there := net.Pipe()
			got := make(chan string)
			go func() { b, _ := io.ReadAll(there); got <- string(b) }()
			r := &runner{secret: newMasker(), heard: foreignWords{}, live: map[io.Closer]bool{}, opts: Options{Timeout: time.Second, ReadOnly: true}}
			c := &Conn{run: r, tcp: &tap{Conn: here}, rw: here, tape: r.newTape(), sent: map[string]bool{}}
			for _, p := range tt.pieces {
				if err := c.transmit([]byte(p), p, func() {}); err != nil {
					break
				}
			}
			here.Close()
			if wire := <-got; wire != tt.wire && (tt.wire != "" || strings.Contains(wire, "DELE")) {
				t.Errorf("%q went out, want %q", wire, tt.wire)
			}
			for _, l := range c.tape.lines() {
				if strings.Contains(l.Text, "DELE x") {
					t.Errorf("the transcript has %q, which was not sent", l.Text)
				}
			}
		})
	}
}

// TestFloods checks what a control connection bears.
func TestFloods(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"lines of one reply", "220-and so on\r\n"},
		{"one line", strings.Repeat("x", 1000)},
		{"preliminary replies", "150 wait\r\n"},
		{"Telnet negotiations", "\xff\xfb\x01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { wantFlood(t, tt.text) })
		})
	}
}

func wantFlood(t *testing.T, text string) {
	here, there := net.Pipe()
	defer here.Close()
	go func() {
		for {
			if _, err := io.WriteString(there, strings.Repeat(text, 50)); err != nil {
				return
			}
		}
	}()
	r := &runner{secret: newMasker(), heard: foreignWords{}, live: map[io.Closer]bool{}, findings: map[string]finding{}, opts: Options{Timeout: time.Second}}
	c := &Conn{run: r, tcp: &tap{Conn: here}, rw: here, tape: r.newTape(), sent: map[string]bool{}}
	c.watch.conn = c
	var err error
	for err == nil {
		_, err = c.receive(10 * time.Second)
	}
	if err != errFlood || !c.ended {
		t.Errorf("error %v, ended %t; want the end of a flood", err, c.ended)
	}
	if len(c.pending) > floodBytes || len(c.watch.line) > longestLine || len(c.watch.neg) > longestLine+3 {
		t.Errorf("held: %d, %d and %d bytes", len(c.pending), len(c.watch.line), len(c.watch.neg))
	}
}

// TestTrickle checks that data that come byte by byte end as well.
func TestTrickle(t *testing.T) { synctest.Test(t, wantEndOfTrickle) }

func wantEndOfTrickle(t *testing.T) {
	here, there := net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			if _, err := io.WriteString(there, "x"); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	r := &runner{secret: newMasker(), live: map[io.Closer]bool{}, opts: Options{Timeout: 100 * time.Millisecond}}
	tt := r.newT()
	d := &dataConn{t: tt, c: &Conn{run: r}, tcp: here}
	begin := time.Now()
	_, err := d.readN(-1)
	if took := time.Since(begin); err == nil || !strings.Contains(err.Error(), errEndless.Error()) || took > 2*time.Second {
		t.Errorf("readN: %v after %s; want the data not to end", err, took)
	}
	d.Close()
	<-ended
}
