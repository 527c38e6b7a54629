package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// noise returns bytes that are the same in every run, and nowhere repeat.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{5}).Read(b)
	return b
}

// serveNoise starts a server with a file of noise, /noise.bin.
func serveNoise(t *testing.T, cfg ftptest.Config, n int) (*fixture, []byte) {
	t.Helper()
	f, data := serve(t, cfg), noise(n)
	if err := f.WriteFile("/noise.bin", data); err != nil {
		t.Fatal(err)
	}
	return f, data
}

// transferOf reads the JSON object of a run.
func transferOf(t *testing.T, r result) (j transferJSON) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.out), &j); err != nil || strings.Count(r.out, "\n") != 1 {
		t.Fatalf("standard output is no JSON object: %v\n%s%s", err, r.out, r.err)
	}
	return j
}

// TestTransferFlags shows what each flag makes of a transfer's result.
func TestTransferFlags(t *testing.T) {
	const size = 200_000
	for _, tt := range []struct {
		name  string
		fault ftptest.Fault
		args  []string
		code  int
		err   string
		want  transferJSON // of what is compared
		down  bool         // not with put
	}{
		{name: "nothing", want: transferJSON{OK: true, Proof: []string{"reply", "size"}, Attempts: 1}},
		{name: "verify", args: []string{"--verify"}, want: transferJSON{OK: true, Proof: []string{"reply", "size", "hash"}, Algorithm: "SHA-256", Attempts: 1}},
		{name: "require", args: []string{"--require", "size,hash"}, want: transferJSON{OK: true, Proof: []string{"reply", "size", "hash"}, Algorithm: "SHA-256", Attempts: 1}},
		{name: "verify without hashes", fault: "hash-unknown", args: []string{"--verify"}, err: "only its size was compared (--verify)",
			want: transferJSON{OK: true, Proof: []string{"reply", "size"}, Attempts: 1}},
		{name: "require without hashes", fault: "hash-unknown", args: []string{"--require", "hash"}, code: exitUnproven, err: "(--require size)",
			want: transferJSON{Proof: []string{}, Attempts: 1}},
		{name: "wrong hash", fault: "hash-wrong", args: []string{"--verify"}, code: exitTemporary, err: "The contents differ here and on the server",
			want: transferJSON{Proof: []string{"reply", "size"}, Attempts: 1}},
		{name: "retry", fault: "hash-wrong", args: []string{"--verify", "--retry", "2", "--retry-delay", "1ms"}, code: exitTemporary, err: "trying again in ",
			want: transferJSON{Proof: []string{"reply", "size"}, Attempts: 3}},
		{name: "close_notify in clear", args: []string{"--require", "close_notify"}, code: exitUnproven, err: "the data came in clear", down: true,
			want: transferJSON{Proof: []string{"reply", "size"}, Attempts: 1}},
		{name: "log", args: []string{"--verify", "--log"}, err: "200000 bytes; proof: reply, size, hash (SHA-256 ",
			want: transferJSON{OK: true, Proof: []string{"reply", "size", "hash"}, Algorithm: "SHA-256", Attempts: 1}},
	} {
		cfg := ftptest.Config{}
		if tt.fault != "" {
			cfg.Faults = []ftptest.Fault{tt.fault}
		}
		check := func(t *testing.T, r result) {
			t.Helper()
			r.want(t, tt.code, tt.err)
			j := transferOf(t, r)
			got := transferJSON{OK: j.OK, Proof: j.Proof, Algorithm: j.Algorithm, Attempts: j.Attempts}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if j.OK && (j.Bytes != size || j.Moved < size) || j.OK == (j.Error != nil) || j.OK && j.Reply == "" {
				t.Errorf("got %+v", j)
			}
		}
		t.Run("get/"+tt.name, func(t *testing.T) {
			f, data := serveNoise(t, cfg, size)
			local := filepath.Join(t.TempDir(), "out")
			check(t, f.run(t, append([]string{"get", "URL/noise.bin", local, "--format", "json"}, tt.args...)...))
			got, err := os.ReadFile(local)
			if tt.want.OK && !bytes.Equal(got, data) {
				t.Error("another file has come")
			}
			if !tt.want.OK && !errors.Is(err, os.ErrNotExist) {
				t.Error("an unproven file is there")
			}
		})
		t.Run("put/"+tt.name, func(t *testing.T) {
			if tt.down {
				t.Skip("proves nothing of an upload")
			}
			f := serve(t, cfg)
			local := filepath.Join(t.TempDir(), "noise.bin")
			if err := os.WriteFile(local, noise(size), 0o600); err != nil {
				t.Fatal(err)
			}
			check(t, f.run(t, append([]string{"put", local, "URL/up.bin", "--format", "json"}, tt.args...)...))
			if got, err := f.ReadFile("/up.bin"); tt.want.OK && (err != nil || !bytes.Equal(got, noise(size))) {
				t.Errorf("another file has come: %v", err)
			}
		})
	}
}

// TestResume: a failure says where the part is, and the same command goes on from it.
func TestResume(t *testing.T) {
	const size, have = 300_000, 200_000
	f, data := serveNoise(t, ftptest.Config{TLS: ftptest.TLSExplicit, Faults: []ftptest.Fault{"data-truncated-226"}}, size)
	dir := t.TempDir()
	local, part := filepath.Join(dir, "noise.bin"), filepath.Join(dir, ".noise.bin.ftpwire-part")
	get := []string{"get", "--resume", "--format", "json", "URL/noise.bin", local}
	r := f.run(t, get...)
	r.want(t, exitTemporary, "hint: ", "What has come so far is kept in "+part+"; the same command goes on from there.")
	if j := transferOf(t, r); j.Partial != part {
		t.Errorf("got %+v", j)
	}
	if _, err := os.Stat(part); err != nil {
		t.Error(err)
	}
	// What is there is proven by the server's hash, for this is another server.
	if err := os.WriteFile(part, data[:have], 0o600); err != nil {
		t.Fatal(err)
	}
	f, _ = serveNoise(t, ftptest.Config{}, size)
	r = f.run(t, get...)
	r.want(t, exitGood)
	if j := transferOf(t, r); j.ResumedFrom != have || j.Prefix != "SHA-256" {
		t.Errorf("got %+v", j)
	}
	if got, _ := os.ReadFile(local); !bytes.Equal(got, data) {
		t.Error("another file has come")
	}
	if err := os.WriteFile(part, noise(size)[1:have], 0o600); err != nil {
		t.Fatal(err)
	}
	r = f.run(t, get...)
	r.want(t, exitGood, "warning: the transfer began anew: ")
	if j := transferOf(t, r); j.ResumedFrom != 0 || j.Restarted == "" {
		t.Errorf("got %+v", j)
	}
	t.Run("put", func(t *testing.T) {
		if err := f.WriteFile("/up.bin", data[:have]); err != nil {
			t.Fatal(err)
		}
		r := f.run(t, "put", "--resume", "--format", "json", local, "URL/up.bin")
		r.want(t, exitGood)
		if j := transferOf(t, r); j.ResumedFrom != have || j.Moved >= size {
			t.Errorf("got %+v", j)
		}
		if got, err := f.ReadFile("/up.bin"); err != nil || !bytes.Equal(got, data) {
			t.Errorf("another file has come: %v", err)
		}
	})
}

// TestTemp uploads under another name.
func TestTemp(t *testing.T) {
	f, data := serveNoise(t, ftptest.Config{}, 1000)
	local := filepath.Join(t.TempDir(), "a.bin")
	if err := os.WriteFile(local, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ url, file, temp string }{
		{"URL/b.bin", "/b.bin", "STOR .b.bin.ftpwire-"},
		{"URL/sub/", "/sub/a.bin", "STOR sub/.a.bin.ftpwire-"},
		{"URL/sub", "/sub/a.bin", "STOR sub/.a.bin.ftpwire-"},
	} {
		t.Run(tt.url, func(t *testing.T) {
			f.run(t, "put", "--temp", "--log", local, tt.url).want(t, exitGood, "> "+tt.temp, "> RNTO "+tt.file[1:])
			if got, err := f.ReadFile(tt.file); err != nil || !bytes.Equal(got, data) {
				t.Errorf("another file has come: %v", err)
			}
		})
	}
	t.Run("left behind", func(t *testing.T) {
		f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"421-in-transfer"}})
		big := filepath.Join(t.TempDir(), "big.bin")
		if err := os.WriteFile(big, noise(2_000_000), 0o600); err != nil {
			t.Fatal(err)
		}
		f.run(t, "put", "--temp", big, "URL/d.bin").want(t, exitTemporary, "The temporary file may be left on the server as .d.bin.ftpwire-")
	})
	t.Run("resume", func(t *testing.T) {
		f.run(t, "put", "--temp", "--resume", "--log", local, "URL/c.bin").want(t, exitGood, "> STOR .c.bin.ftpwire-part")
	})
}

// TestRetryDial tries to connect again.
func TestRetryDial(t *testing.T) {
	r := runIn(t, setting{}, "get", "--retry", "2", "--retry-delay", "1ms", "ftp://"+deadAddr(t)+"/a", filepath.Join(t.TempDir(), "a"))
	r.want(t, exitConnect, "trying again in ", "hint: Nothing listens there")
	if n := strings.Count(r.err, "trying again"); n != 2 {
		t.Errorf("tried again %d times:\n%s", n, r.err)
	}
	f := serve(t, ftptest.Config{})
	f.env["FTPWIRE_PASSWORD"] = "wrong"
	r = f.run(t, "get", "--retry", "2", "--retry-delay", "1ms", "URL/hello.txt", filepath.Join(t.TempDir(), "a"))
	r.want(t, exitLogin, "PASS: 530")
	if strings.Contains(r.err, "trying again") {
		t.Errorf("a wrong password was tried again:\n%s", r.err)
	}
}

// TestPace: --limit-rate bounds, and --keep-alive sends NOOP meanwhile.
func TestPace(t *testing.T) {
	t.Parallel()
	f, data := serveNoise(t, ftptest.Config{}, 64<<10)
	local := filepath.Join(t.TempDir(), "out")
	start := time.Now()
	f.run(t, "get", "--limit-rate", "256k", "--keep-alive", "20ms", "--log-sent", "URL/noise.bin", local).want(t, exitGood, "> NOOP")
	if took := time.Since(start); took < 100*time.Millisecond {
		t.Errorf("64 KiB at 256 KiB/s took %v", took)
	}
	if got, _ := os.ReadFile(local); !bytes.Equal(got, data) {
		t.Error("another file has come")
	}
	f.run(t, "get", "--speed-limit", "1k", "--speed-time", "5s", "URL/noise.bin", local).want(t, exitGood)
	crawls := serve(t, ftptest.Config{Faults: []ftptest.Fault{"data-crawls"}})
	crawls.run(t, "get", "--speed-limit", "1k", "--speed-time", "200ms", "URL/hello.txt", local+"2").want(t, exitTemporary, "fewer than 1024 octets a second moved in the last 200ms")
	start = time.Now()
	f.run(t, "put", "--limit-rate", "256k", local, "URL/up.bin").want(t, exitGood)
	if took := time.Since(start); took < 100*time.Millisecond {
		t.Errorf("64 KiB at 256 KiB/s took %v", took)
	}
}

func TestRate(t *testing.T) {
	for _, tt := range []struct {
		text string
		want rate // 0: an error
	}{
		{"500", 500}, {"500k", 500 << 10}, {"2M", 2 << 20}, {"1.5m", 3 << 19}, {"1G", 1 << 30},
		{"", 0}, {"k", 0}, {"0", 0}, {"-5k", 0}, {"1e3", 0}, {"0x10", 0}, {"inf", 0}, {"5 k", 0}, {"5kb", 0}, {"99999999999G", 0},
	} {
		t.Run(tt.text, func(t *testing.T) {
			var r rate
			if err := r.Set(tt.text); (err != nil) != (tt.want == 0) || r != tt.want {
				t.Errorf("got %d, %v; want %d", r, err, tt.want)
			}
		})
	}
}

// TestBar: the place in the file, and the rate of what moves, whatever was there before.
func TestBar(t *testing.T) {
	const m = 1 << 20
	type call struct{ done, total int64 } // one a second
	for _, tt := range []struct {
		name  string
		calls []call
		fails bool
		want  []string // on the screen, in this order
		not   string
	}{
		{"whole file", []call{{0, 4 * m}, {m, 4 * m}, {4 * m, 4 * m}}, false, []string{"file 1.0 MiB/4.0 MiB, 1.0 MiB/s, 3s left", "100%", "file 4.0 MiB/4.0 MiB, 2.0 MiB/s \n"}, ""},
		{"resumed", []call{{500 * m, 503 * m}, {501 * m, 503 * m}, {503 * m, 503 * m}}, false, []string{"file 501 MiB/503 MiB, 1.0 MiB/s, 2s left", "503 MiB/503 MiB, 1.5 MiB/s"}, "50 MiB/s"},
		{"stalled", []call{{0, 90 * m}, {9 * m, 90 * m}, {9 * m, 90 * m}, {9 * m, 90 * m}}, false, []string{"9.0 MiB/s", "4.5 MiB/s", "3.0 MiB/s"}, ""},
		{"fails", []call{{0, 2 * m}, {m, 2 * m}}, true, []string{"1.0 MiB"}, "\n"},
		{"begins again", []call{{0, 4 * m}, {3 * m, 4 * m}, {0, 4 * m}, {m, 4 * m}}, true, []string{"3.0 MiB/4.0 MiB, 3.0 MiB/s", "1.0 MiB/4.0 MiB, 1.0 MiB/s"}, ""},
		{"size unknown", []call{{0, -1}, {10, -1}, {600, -1}}, false, []string{"file 600 B, 300 B/s"}, "left"},
		{"nothing", []call{{0, 0}, {0, 0}}, false, nil, "file"},
		{"refused", nil, true, nil, "file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			b := (&app{stderr: &out}).newBar("file")
			start := time.Now()
			for i, x := range tt.calls {
				b.step(x.done, x.total, start.Add(time.Duration(i)*time.Second))
				time.Sleep(60 * time.Millisecond) // the package draws no oftener
			}
			var err error
			if tt.fails {
				err = io.EOF
			}
			b.end(err)
			left := out.String()
			if tt.not != "" && strings.Contains(left, tt.not) {
				t.Errorf("%q is on the screen: %q", tt.not, left)
			}
			for _, want := range tt.want {
				i := strings.Index(left, want)
				if i < 0 {
					t.Fatalf("no %q on the screen, or too early: %q", want, out.String())
				}
				left = left[i+len(want):]
			}
		})
	}
}

// TestFormats shows on the wire what each flag does, and that the file arrives.
func TestFormats(t *testing.T) {
	f := serve(t, ftptest.Config{})
	text := strings.Repeat("one line and another one\n", 400)
	if err := f.WriteFile("/lines.txt", []byte(text)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		sent []string
	}{
		{"--type ascii", []string{"RETR"}}, // TYPE A is what it is at first
		{"--type binary", []string{"TYPE I", "RETR"}},
		{"--type local8", []string{"TYPE L 8", "RETR"}},
		{"--type ebcdic", []string{"TYPE E", "RETR"}},
		{"--structure record", []string{"STRU R", "RETR"}},
		{"--mode stream", []string{"TYPE I", "RETR"}},
		{"--mode block", []string{"MODE B", "RETR"}},
		{"--mode compressed", []string{"MODE C", "RETR"}},
		{"--mode deflate", []string{"MODE Z", "RETR"}},
		{"--compress", []string{"MODE Z", "RETR"}},
		{"--compress-level 9", []string{"MODE Z", "OPTS MODE Z LEVEL 9", "RETR"}},
		{"--type ebcdic --structure record --mode compressed", []string{"TYPE E", "STRU R", "MODE C", "RETR"}},
	} {
		t.Run(tt.args, func(t *testing.T) {
			local := filepath.Join(t.TempDir(), "out")
			r := f.run(t, append([]string{"get", "--log-sent", "URL/lines.txt", local}, strings.Fields(tt.args)...)...)
			r.want(t, exitGood)
			at := 0
			for _, command := range tt.sent {
				i := strings.Index(r.err[at:], "> "+command)
				if i < 0 {
					t.Fatalf("%s is not sent, or too early:\n%s", command, r.err)
				}
				at += i
			}
			if got, _ := os.ReadFile(local); string(got) != text {
				t.Errorf("%d bytes have come", len(got))
			}
			f.run(t, append([]string{"put", local, "URL/up.txt"}, strings.Fields(tt.args)...)...).want(t, exitGood)
			if got, err := f.ReadFile("/up.txt"); err != nil || string(got) != text {
				t.Errorf("%d bytes have arrived, %v", len(got), err)
			}
		})
	}
	t.Run("ls", func(t *testing.T) {
		r := f.run(t, "ls", "--compress", "--log-sent", "URL/")
		r.want(t, exitGood, "> MODE Z")
		if !strings.Contains(r.out, "lines.txt") {
			t.Errorf("got %q", r.out)
		}
	})
	t.Run("a server without", func(t *testing.T) {
		f := serve(t, ftptest.Config{Faults: []ftptest.Fault{"mode-502"}})
		f.run(t, "cat", "--mode", "block", "URL/hello.txt").want(t, exitNo, "MODE: 502", "hint: The server does not have the mode that was asked for")
	})
}
