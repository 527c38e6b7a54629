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
		r := &Recorder{W: &out, Comment: "ftp.example.com", Mask: "****", Contents: true, MaxPayload: 40}
		r.Connected("192.0.2.1:21")
		r.Received("220-hello\n220 ready", false)
		r.Sent("AUTH TLS")
		r.Received("234 go on", false)
		r.TLS()
		time.Sleep(1500 * time.Millisecond)
		r.Note("logging in")
		r.Sent("PASS ****")
		time.Sleep(500 * time.Millisecond)
		r.Received("230 in", true)
		r.Sent("RETR a*b")
		r.Data(false, false)
		r.Received("150 coming", false)
		r.Payload([]byte("one\n"))
		r.Payload([]byte("two\n"))
		r.DataEnded("")
		r.Received("226 done", false)
		r.Sent("EPRT |1|127.0.0.1|50000|")
		r.Received("200 ok", false)
		r.Sent("STOR c")
		r.Received("150 go", false)
		r.Data(true, false)
		r.Payload([]byte("no line end \x00"))
		r.Sent("NOOP")
		r.DataEnded(Reset)
		r.Received("426 cut", false)
		r.Sent("RETR large")
		r.Received("150 go", false)
		r.Data(false, false)
		r.Payload(bytes.Repeat([]byte("0123456789\n"), 10))
		r.DataEnded("")
		r.Sent("MLSD")
		r.Data(false, true)
		r.Payload(bytes.Repeat([]byte("0123456789\n"), 10))
		r.DataEnded("")
		r.Sent("EPSV")
		r.Received("229 ok (|||4000|)", false)
		r.DataFailed(false, Refused)
		r.Sent("CCC")
		r.Received("200 ok", false)
		r.Cleared()
		r.Closed(Closed)
		r.Connected("192.0.2.1:21")
		r.TLSFailed(Sends([]byte("220 no ")))
		r.Connected("192.0.2.1:21")
		r.Received("220 another session", false)
		r.Sent("NLST")
		r.Received("150 go", false)
		r.Data(false, true)
		r.Payload([]byte("-- dialogue --\n"))
		r.Closed("")
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		want := `ftp.example.com
-- dialogue --
# 0.000 s
P: 192.0.2.1:21
# 0.000 s
S: 220-hello
S: 220 ready
# 0.000 s
C: AUTH TLS
S: 234 go on
# 0.000 s
T: tls
# logging in
# 1.500 s
C: PASS *
# 2.000 s
S: 230 in
# 2.000 s
C: RETR a\x2ab
D> data-1
S: 150 coming
S: 226 done
# 2.000 s
C: EPRT *
S: 200 ok
# 2.000 s
C: STOR c
S: 150 go
D< data-2.base64 reset
# 2.000 s
C: NOOP
S: 426 cut
# 2.000 s
C: RETR large
S: 150 go
D> data-3.zeros
# 2.000 s
C: MLSD
D> data-4.cut.base64
# 2.000 s
C: EPSV
S: 229 ok (|||4000|)
# 2.000 s
D! data refused
# 2.000 s
C: CCC
S: 200 ok
# 2.000 s
T: clear
# 2.000 s
E: close
-- data-1 --
one
two
-- data-2.base64 --
bm8gbGluZSBlbmQgAA==
-- data-3.zeros --
110 octets
-- data-4.cut.base64 --
MDEyMzQ1Njc4OQowMTIzNDU2Nzg5CjAxMjM0NTY3ODkKMDEyMzQ1Ng==
-- dialogue-2 --
# 2.000 s
P: 192.0.2.1:21
# 2.000 s
T: fails sends 220 no\x20
-- dialogue-3 --
# 2.000 s
P: 192.0.2.1:21
# 2.000 s
S: 220 another session
# 2.000 s
C: NLST
S: 150 go
D> data-5.base64
-- data-5.base64 --
LS0gZGlhbG9ndWUgLS0K
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Fatalf("mismatch (-want +got):\n%s", diff)
		}
		all, err := ParseAll(out.Bytes())
		if err != nil || len(all) != 3 {
			t.Fatalf("%d dialogues, %v", len(all), err)
		}
		if got := all[2].Files["data-5.base64"]; string(got) != "-- dialogue --\n" {
			t.Errorf("payload %q", got)
		}
		var cut []string
		for _, s := range all[0].Steps {
			if s.Cut() {
				cut = append(cut, s.String())
			}
		}
		if diff := cmp.Diff([]string{"D> data-4.cut.base64"}, cut); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		steps := all[0].Steps
		if got := steps[len(steps)-1]; got.How != Closed || !all[0].Ends() || all[1].Ends() {
			t.Errorf("the last step is %+v", got)
		}
		if got, ok := all[1].Steps[1].How.Sends(); !ok || string(got) != "220 no " {
			t.Errorf("the server sends %q, %v", got, ok)
		}
		checkParse(t, out.Bytes())
	})
}

// TestRecorderKeeps: listings are kept and cleaned, contents only if asked for, and what
// is in a mode of its own can't be made up.
func TestRecorderKeeps(t *testing.T) {
	listing := func(r *Recorder) { r.Sent("LIST"); r.Data(false, true); r.Payload([]byte("a bob\n")) }
	file := func(r *Recorder) { r.Sent("RETR f"); r.Data(false, false); r.Payload([]byte("secret\n")) }
	modeZ := func(r *Recorder) { r.Sent("MODE Z"); r.Received("200 ok", false) }
	clean := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("bob"), []byte("user-1")) }
	for _, tt := range []struct {
		name string
		rec  *Recorder
		play []func(*Recorder)
		want string
	}{
		{"listing", &Recorder{}, []func(*Recorder){listing}, "data-1 --\na bob\n"},
		{"clean listing", &Recorder{Clean: clean}, []func(*Recorder){listing}, "data-1 --\na user-1\n"},
		{"file", &Recorder{}, []func(*Recorder){file}, "data-1.zeros --\n7 octets\n"},
		{"contents", &Recorder{Contents: true}, []func(*Recorder){file}, "data-1 --\nsecret\n"},
		{"file in MODE Z", &Recorder{}, []func(*Recorder){modeZ, file}, "data-1.cut --\n"},
		{"clean listing in MODE Z", &Recorder{Clean: clean}, []func(*Recorder){modeZ, listing}, "data-1.cut --\n"},
		{"nothing", &Recorder{}, []func(*Recorder){func(r *Recorder) { r.Data(false, false) }}, "data-1 --\n"},
	} {
		var out bytes.Buffer
		tt.rec.W = &out
		for _, play := range tt.play {
			play(tt.rec)
		}
		tt.rec.Close()
		if !strings.HasSuffix(out.String(), "\n-- "+tt.want) {
			t.Errorf("%s: want %q at the end of\n%s", tt.name, tt.want, out.String())
		}
	}
	var out bytes.Buffer
	r := &Recorder{W: &out}
	r.Payload([]byte("x"))
	r.Close()
	if out.Len() > 0 {
		t.Errorf("a payload without a data connection is written:\n%s", out.String())
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestRecorderBroken(t *testing.T) {
	r := &Recorder{W: brokenWriter{}}
	r.Received("220 ready", false)
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
		"-- dialogue --\nT: fails\n":                     2,
		"-- dialogue --\nT: fails refused\n":             2,
		"-- dialogue --\nT: fails alert 300\n":           2,
		"-- dialogue --\nT: tls close\n":                 2,
		"-- dialogue --\nD! data client\n":               2,
		"-- dialogue --\nD! other close\n":               2,
		"-- dialogue --\nE: never\n":                     2,
		"-- dialogue --\nE:\n":                           2,
		"-- dialogue --\nD> x never\n-- x --\n":          2,
		"-- dialogue --\n-- x.zeros --\nmany\n":          2,
	} {
		_, err := ParseAll([]byte(in))
		if e, ok := errors.AsType[*ParseError](err); !ok || e.Line != line {
			t.Errorf("%q: %v, want a *ParseError in line %d", in, err, line)
		}
	}
}
