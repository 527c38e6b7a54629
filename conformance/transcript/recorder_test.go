package transcript

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRecorder: two sessions, the first with TLS and all kinds of payloads.
func TestRecorder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := &Recorder{W: &out, Comment: "ftp.example.com", Mask: "****", MaxPayload: 40}
		r.Received("220-hello\n220 ready")
		r.Sent("AUTH TLS")
		r.Received("234 go on")
		r.TLS()
		time.Sleep(1500 * time.Millisecond)
		r.Note("logging in")
		r.Sent("PASS ****")
		r.Received("230 in")
		r.Sent("RETR a*b")
		r.Data(false)
		r.Received("150 coming")
		r.Payload([]byte("one\n"))
		r.Payload([]byte("two\n"))
		r.Received("226 done")
		r.Sent("EPRT |1|127.0.0.1|50000|")
		r.Received("200 ok")
		r.Sent("STOR c")
		r.Received("150 go")
		r.Data(true)
		r.Payload([]byte("no line end \x00"))
		r.Received("226 done")
		r.Sent("RETR large")
		r.Received("150 go")
		r.Data(false)
		r.Payload(bytes.Repeat([]byte("0123456789\n"), 10))
		r.Received("226 done")
		r.Sent("CCC")
		r.Received("200 ok")
		r.Cleared()
		r.Sent("REIN")
		r.Received("220 again")
		r.Received("220 another session")
		r.Sent("NLST")
		r.Received("150 go")
		r.Data(false)
		r.Payload([]byte("-- dialogue --\n"))
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(`ftp.example.com
-- dialogue --
# 0.000 s
S: 220-hello
S: 220 ready
# 0.000 s
C: AUTH TLS
S: 234 go on
T: tls
# logging in
# 1.500 s
C: PASS *
S: 230 in
# 1.500 s
C: RETR a\x2ab
D> data-1
S: 150 coming
S: 226 done
# 1.500 s
C: EPRT *
S: 200 ok
# 1.500 s
C: STOR c
S: 150 go
D< data-2.base64
S: 226 done
# 1.500 s
C: RETR large
S: 150 go
D> data-3.cut.base64
S: 226 done
# 1.500 s
C: CCC
S: 200 ok
T: clear
# 1.500 s
C: REIN
S: 220 again
-- data-1 --
one
two
-- data-2.base64 --
bm8gbGluZSBlbmQgAA==
-- data-3.cut.base64 --
MDEyMzQ1Njc4OQowMTIzNDU2Nzg5CjAxMjM0NTY3ODkKMDEyMzQ1Ng==
-- dialogue-2 --
# 1.500 s
S: 220 another session
# 1.500 s
C: NLST
S: 150 go
D> data-4.base64
-- data-4.base64 --
LS0gZGlhbG9ndWUgLS0K
`, "\t", "")
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Fatalf("mismatch (-want +got):\n%s", diff)
		}
		all, err := ParseAll(out.Bytes())
		if err != nil || len(all) != 2 {
			t.Fatalf("%d dialogues, %v", len(all), err)
		}
		if got := all[1].Files["data-4.base64"]; string(got) != "-- dialogue --\n" {
			t.Errorf("payload %q", got)
		}
		var cut []string
		for _, s := range all[0].Steps {
			if s.Cut() {
				cut = append(cut, s.String())
			}
		}
		if diff := cmp.Diff([]string{"D> data-3.cut.base64"}, cut); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		checkParse(t, out.Bytes())
	})
}

// TestRecorderSessions: what begins a session, and what does not.
func TestRecorderSessions(t *testing.T) {
	for _, tt := range []struct {
		name string
		play func(r *Recorder)
		want int
	}{
		{"one", func(r *Recorder) {
			r.Received("120 wait")
			r.Received("220 ready")
			r.Sent("NOOP")
			r.Received("200 ok")
		}, 1},
		{"cut off after the greeting", func(r *Recorder) { r.Received("220 ready"); r.Received("220 ready") }, 2},
		{"cut off in a command", func(r *Recorder) { r.Received("220 ready"); r.Sent("RETR a"); r.Received("220 ready") }, 2},
		{"HOST", func(r *Recorder) { r.Received("220 ready"); r.Sent("HOST a"); r.Received("220 ok") }, 1},
		{"implicit TLS", func(r *Recorder) { r.TLS(); r.Received("220 ready"); r.TLS(); r.Received("220 ready") }, 2},
		{"a payload and no command", func(r *Recorder) { r.Payload([]byte("x")) }, 0},
	} {
		var out bytes.Buffer
		r := &Recorder{W: &out}
		tt.play(r)
		r.Close()
		if got := strings.Count(out.String(), "-- dialogue"); got != tt.want {
			t.Errorf("%s: %d sessions, want %d:\n%s", tt.name, got, tt.want, out.String())
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestRecorderBroken(t *testing.T) {
	r := &Recorder{W: brokenWriter{}}
	r.Received("220 ready")
	if err := r.Close(); err != errBroken {
		t.Errorf("Close: %v", err)
	}
}

// TestParseAll: further dialogues, and payloads in base64.
func TestParseAll(t *testing.T) {
	const file = "-- dialogue --\nS: 220 a\n# remark\nD> x.base64\n-- x.base64 --\nAA\n==\n-- dialogue-2 --\nS: 220 b\nD> x.base64\n"
	all, err := ParseAll([]byte(file))
	if err != nil || len(all) != 2 || all[1].Steps[0].Text != "220 b" || string(all[1].Files["x.base64"]) != "\x00" || len(all[0].Steps) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	for in, line := range map[string]int{
		"-- dialogue --\n-- x.base64 --\n*\n":            2,
		"-- dialogue --\n-- dialogue-2 --\nX: y\n":       3,
		"-- dialogue-2 --\nS: 220 a\n":                   0,
		"-- dialogue --\nT: plain\n":                     2,
		"-- dialogue --\n -- x --\n":                     2,
		"-- dialogue --\n-- x --\n-- x --\n":             3,
		"-- dialogue --\nD> x\n-- dialogue-2 --\nD> x\n": 2,
	} {
		_, err := ParseAll([]byte(in))
		if e, ok := errors.AsType[*ParseError](err); !ok || e.Line != line {
			t.Errorf("%q: %v, want a *ParseError in line %d", in, err, line)
		}
	}
}
