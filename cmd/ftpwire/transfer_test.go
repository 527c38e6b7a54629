package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/datachan"
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
		{name: "require without hashes", fault: "hash-unknown", args: []string{"--require", "hash"}, code: exitNo, err: "(--require size)",
			want: transferJSON{Proof: []string{}, Attempts: 1}},
		{name: "wrong hash", fault: "hash-wrong", args: []string{"--verify"}, code: exitNo, err: "The contents differ here and on the server",
			want: transferJSON{Proof: []string{"reply", "size"}, Attempts: 1}},
		{name: "retry", fault: "hash-wrong", args: []string{"--verify", "--retry", "2", "--retry-delay", "1ms"}, code: exitNo, err: "trying again in ",
			want: transferJSON{Proof: []string{"reply", "size"}, Attempts: 3}},
		{name: "close_notify in clear", args: []string{"--require", "close_notify"}, code: exitNo, err: "the data came in clear", down: true,
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
			if j.OK && (j.Bytes != size || j.Moved < size) || j.OK == (j.Error != "") || j.OK && j.Reply == "" {
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
	r.want(t, exitNo, "hint: ", "What has come so far is kept in "+part+"; the same command goes on from there.")
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
		f.run(t, "put", "--temp", big, "URL/d.bin").want(t, exitNo, "The temporary file may be left on the server as .d.bin.ftpwire-")
	})
	t.Run("resume", func(t *testing.T) {
		f.run(t, "put", "--temp", "--resume", "--log", local, "URL/c.bin").want(t, exitGood, "> STOR .c.bin.ftpwire-part")
	})
}

// TestRetryDial tries to connect again.
func TestRetryDial(t *testing.T) {
	r := runIn(t, setting{}, "get", "--retry", "2", "--retry-delay", "1ms", "ftp://"+deadAddr(t)+"/a", filepath.Join(t.TempDir(), "a"))
	r.want(t, exitUsage, "trying again in ", "hint: Nothing listens there")
	if n := strings.Count(r.err, "trying again"); n != 2 {
		t.Errorf("tried again %d times:\n%s", n, r.err)
	}
	f := serve(t, ftptest.Config{})
	f.env["FTPWIRE_PASSWORD"] = "wrong"
	r = f.run(t, "get", "--retry", "2", "--retry-delay", "1ms", "URL/hello.txt", filepath.Join(t.TempDir(), "a"))
	r.want(t, exitUsage, "PASS: 530")
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
	crawls.run(t, "get", "--speed-limit", "1k", "--speed-time", "200ms", "URL/hello.txt", local+"2").want(t, exitNo, "fewer than 1024 octets a second moved in the last 200ms")
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

// TestBar: the place in the file, whatever the data connection carries.
func TestBar(t *testing.T) {
	tally := func(moved, total int64) datachan.Tally { return datachan.Tally{Moved: moved, Total: total} }
	for _, tt := range []struct {
		name       string
		from, size int64
		packed     bool
		tallies    []datachan.Tally
		want       []int64
		left       string // on the screen
	}{
		{name: "whole file", size: 1000, tallies: []datachan.Tally{tally(0, 1000), tally(400, 1000), tally(1000, 1000)}, want: []int64{0, 400, 1000}, left: "100%"},
		{name: "resumed, with an overlap", from: 500, size: 1000, tallies: []datachan.Tally{tally(10, 600), tally(600, 600)}, want: []int64{410, 1000}, left: "100%"},
		{name: "size unknown", size: -1, tallies: []datachan.Tally{tally(10, -1), tally(600, -1)}, want: []int64{10, 600}, left: "600 B"},
		{name: "text", size: 1000, packed: true, tallies: []datachan.Tally{tally(1010, -1)}, want: []int64{1010}, left: "1010 B"},
		{name: "compressed", size: 1000, packed: true, tallies: []datachan.Tally{tally(70, 1000)}, want: []int64{70}, left: "70 B"},
		{name: "nothing", size: 0, tallies: []datachan.Tally{tally(0, 0)}, want: []int64{0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			b := (&app{stderr: &out}).newBar("file")
			b.packed = tt.packed
			b.begin(tt.from, tt.size)
			var got []int64
			for _, x := range tt.tallies {
				b.tally(x)
				got = append(got, b.at)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("at %d, want %d", got, tt.want)
			}
			b.end(nil)
			if tt.left == "" && out.Len() > 0 || !strings.Contains(out.String(), tt.left) {
				t.Errorf("on the screen: %q", out.String())
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
