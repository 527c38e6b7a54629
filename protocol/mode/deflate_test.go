package mode_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/protocol/mode"
)

func deflated(t *testing.T, file string, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := mode.NewWriter(&b, mode.Format{Mode: 'Z', Level: level}, mode.Options{})
	if _, err := io.WriteString(w, file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// T65: damage, octets behind the end and bombs are errors, and no end of the file.
func TestT65Deflate(t *testing.T) {
	good := deflated(t, strings.Repeat("hello, world\n", 1000), 0)
	flip := bytes.Clone(good)
	flip[len(flip)-1] ^= 1
	middle := bytes.Clone(good)
	middle[len(middle)/2] ^= 0xff
	for _, tt := range []struct {
		name string
		wire []byte
	}{
		{"wrong checksum", flip},
		{"damage", middle},
		{"octets behind the end", append(bytes.Clone(good), 'x')},
		{"a second stream", append(bytes.Clone(good), good...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := io.ReadAll(mode.NewReader(bytes.NewReader(tt.wire), mode.Format{Mode: 'Z'}, mode.Options{}))
			if _, ok := errors.AsType[*mode.Error](err); !ok {
				t.Errorf("%v; want an Error", err)
			}
		})
	}
	t.Run("bomb", func(t *testing.T) {
		const size = 64 << 20
		wire := deflated(t, strings.Repeat("\x00", size), 9)
		if len(wire) > size/900 {
			t.Fatalf("%d octets of %d: no bomb", len(wire), size)
		}
		r := mode.NewReader(bytes.NewReader(wire), mode.Format{Mode: 'Z'}, mode.Options{Limit: 1 << 20})
		n, err := io.Copy(io.Discard, r)
		if _, ok := errors.AsType[*mode.Error](err); !ok || n != 1<<20 {
			t.Errorf("%d octets, %v; want an Error at the limit", n, err)
		}
	})
	t.Run("at the limit", func(t *testing.T) {
		r := mode.NewReader(bytes.NewReader(deflated(t, "12345678", 1)), mode.Format{Mode: 'Z'}, mode.Options{Limit: 8})
		if b, err := io.ReadAll(r); err != nil || string(b) != "12345678" {
			t.Errorf("%q, %v", b, err)
		}
	})
}

func TestDeflateDetect(t *testing.T) {
	for _, tt := range []struct{ name, wire, file string }{
		{"plain", "type=file;size=1; a\r\n", "type=file;size=1; a\r\n"},
		{"one octet", "x", "x"},
		{"empty", "", ""},
		{"compressed", string(deflated(t, "type=dir; b\r\n", 0)), "type=dir; b\r\n"},
		{"looks like it", "x\x9d is plain", "x\x9d is plain"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := mode.NewReader(strings.NewReader(tt.wire), mode.Format{Mode: 'Z'}, mode.Options{Detect: true})
			b, err := io.ReadAll(r)
			if err != nil || string(b) != tt.file {
				t.Errorf("%q, %v; want %q", b, err, tt.file)
			}
			if r.Complete() != (tt.name == "compressed") || r.Octets() != int64(len(tt.file)) {
				t.Errorf("complete %t, %d octets", r.Complete(), r.Octets())
			}
		})
	}
}

func TestDeflateLevels(t *testing.T) {
	file := strings.Repeat("the quick brown fox ", 5000)
	for level := -1; level <= 11; level++ {
		b, err := io.ReadAll(mode.NewReader(bytes.NewReader(deflated(t, file, level)), mode.Format{Mode: 'Z'}, mode.Options{}))
		if err != nil || string(b) != file {
			t.Errorf("level %d: %d octets, %v", level, len(b), err)
		}
	}
	if fast, small := len(deflated(t, file, 1)), len(deflated(t, file, 9)); small > fast {
		t.Errorf("level 9 makes %d octets, level 1 %d", small, fast)
	}
}
