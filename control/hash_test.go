package control_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

var (
	sum384 = strings.Repeat("ef", 48)
	sum256 = strings.Repeat("ab", 32)
	sum1   = strings.Repeat("cd", 20)
	sumMD5 = strings.Repeat("ef", 16)
)

// features tells the client what the server offers.
func (tc *testConn) features(lines string) {
	tc.t.Helper()
	op := tc.async(func() error { return feat(tc.t.Context(), tc.c) })
	tc.answer("FEAT", "211-Features", " "+strings.ReplaceAll(lines, "\n", "\r\n "), "211 End")
	tc.wantOK("FEAT", op)
}

func TestHash(t *testing.T) {
	const bryan = "HASH SHA-1;SHA-256*;MD5\nRANG STREAM"
	for _, tt := range []struct {
		name, feats string
		path, alg   string
		from, to    int64
		dialog      string // commands and replies, "COMMAND > REPLY; …"
		want        control.Sum
		err         string // part of the error's text
	}{
		{"HASH", bryan, "f", "", 0, -1, "OPTS HASH SHA-256 > 200 SHA-256; HASH f > 213 SHA-256 0-9 " + sum256 + " f",
			control.Sum{Algorithm: "SHA-256", Sum: sum256, By: "HASH", To: -1}, ""},
		{"HASH, other algorithm", bryan, "f", "SHA-1", 0, -1, "OPTS HASH SHA-1 > 200 SHA-1; HASH f > 213 SHA-1 " + sum1 + " f",
			control.Sum{Algorithm: "SHA-1", Sum: sum1, By: "HASH", To: -1}, ""},
		{"HASH of a part", bryan, "f", "", 2, 5, "OPTS HASH SHA-256 > 200 ok; RANG 2 4 > 350 ok; HASH f > 213 SHA-256 2-4 " + sum256 + " f; RANG 1 0 > 350 ok",
			control.Sum{Algorithm: "SHA-256", Sum: sum256, By: "HASH", From: 2, To: 5}, ""},
		{"HASH of a part, refused", bryan, "f", "", 2, 5, "OPTS HASH SHA-256 > 200 ok; RANG 2 4 > 350 ok; HASH f > 550 no; RANG 1 0 > 350 ok",
			control.Sum{}, `HASH "f": 550`},
		{"RANG not heeded, XSHA256 instead", bryan + "\nXSHA256", "f", "", 2, 5,
			"OPTS HASH SHA-256 > 200 ok; RANG 2 4 > 350 ok; HASH f > 213 SHA-256 0-9 " + sum256 + " f; RANG 1 0 > 350 ok; XSHA256 f 2 4 > 250 " + sum256,
			control.Sum{Algorithm: "SHA-256", Sum: sum256, By: "XSHA256", From: 2, To: 5, Loose: true}, ""},
		{"no RANG", "HASH SHA-256", "f", "", 0, 5, "OPTS HASH SHA-256 > 200 ok", control.Sum{}, "no command for a SHA-256 sum of a part"},
		{"algorithm of OPTS not known, XSHA1 instead", "HASH SHA-1\nXSHA1", "f", "SHA-1", 0, -1, "OPTS HASH SHA-1 > 501 no; XSHA1 f > 250 " + sum1,
			control.Sum{Algorithm: "SHA-1", Sum: sum1, By: "XSHA1", To: -1}, ""},
		{"HASH not known after all", "HASH SHA-256\nXMD5", "f", "", 0, -1, "OPTS HASH SHA-256 > 502 what", control.Sum{}, "no command for a SHA-256 sum"},
		{"another algorithm than selected", bryan, "f", "", 0, -1, "OPTS HASH SHA-256 > 200 ok; HASH f > 213 SHA-1 0-9 " + sum1 + " f",
			control.Sum{}, "SHA-256 was asked for"},
		{"several lines", "XMD5 filename;start;end", "f", "", 0, -1, "XMD5 f > 250-Computing|250 " + sumMD5,
			control.Sum{Algorithm: "MD5", Sum: sumMD5, By: "XMD5", To: -1}, ""},
		{"XCRC without zeros in front", "XCRC", "f", "", 0, -1, "XCRC f > 250 1A2B", control.Sum{Algorithm: "CRC32", Sum: "00001a2b", By: "XCRC", To: -1}, ""},
		{"XCRC of a part, blank in the name", "XCRC", "a b", "", 0, 7, `XCRC "a b" 0 6 > 250 1A2B3C4D`,
			control.Sum{Algorithm: "CRC32", Sum: "1a2b3c4d", By: "XCRC", To: 7, Loose: true}, ""},
		{"blank in the name, quotes wanted", "XSHA1", "a b", "", 0, -1, `XSHA1 a b > 550 no; XSHA1 "a b" > 250 ` + sum1,
			control.Sum{Algorithm: "SHA-1", Sum: sum1, By: "XSHA1", To: -1}, ""},
		{"XSHA384", "XSHA384", "f", "", 0, -1, "XSHA384 f > 250 " + sum384, control.Sum{Algorithm: "SHA-384", Sum: sum384, By: "XSHA384", To: -1}, ""},
		{"XSHA", "XSHA", "f", "", 0, -1, "XSHA f > 250 " + sum1, control.Sum{Algorithm: "SHA-1", Sum: sum1, By: "XSHA", To: -1}, ""},
		{"MD5", "MD5", "f", "", 0, -1, "MD5 f > 251 f " + sumMD5, control.Sum{Algorithm: "MD5", Sum: sumMD5, By: "MD5", To: -1}, ""},
		{"MD5 has no parts", "MD5", "f", "", 0, 5, "", control.Sum{}, "of a part"},
		{"nothing offered", "SIZE", "f", "", 0, -1, "", control.Sum{}, "no command for a sum of a file"},
		{"algorithm not offered", bryan, "f", "SHA-512", 0, -1, "", control.Sum{}, "no command for a SHA-512 sum"},
		{"no sum in the reply", "XMD5", "f", "", 0, -1, "XMD5 f > 250 done", control.Sum{}, "XMD5"},
		{"no octets", bryan, "f", "", 5, 5, "", control.Sum{}, "no octets"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			tc.features(tt.feats)
			var got control.Sum
			op := tc.async(func() (err error) { got, err = tc.c.Hash(t.Context(), tt.path, tt.alg, tt.from, tt.to); return err })
			if !strings.Contains(tt.err, "no octets") {
				tc.answer("TYPE I", "200 ok")
			}
			for step := range strings.SplitSeq(tt.dialog, "; ") {
				if cmd, reply, ok := strings.Cut(step, " > "); ok {
					tc.answer(cmd, strings.Split(reply, "|")...)
				}
			}
			err := op.wait()
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("%v; want %q in it", err, tt.err)
				}
			} else if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("%v, mismatch (-want +got):\n%s", err, diff)
			}
			tc.wantIdle("the dialogue is over")
			tc.wantAlive()
		})
	}
}

func TestHashAlgorithms(t *testing.T) {
	for _, tt := range []struct {
		name, feats string
		want        []string
	}{
		{"none", "SIZE", nil},
		{"best first, however they are listed", "XCRC\nXMD5\nXSHA1\nHASH MD5;sha512;SHA256*;CRC-37", []string{"SHA-256", "SHA-512", "SHA-1", "MD5", "CRC32"}},
		{"all three styles", "MD5\nXSHA512 filename;start;end\nHASH SHA-384", []string{"SHA-512", "SHA-384", "MD5"}},
		{"the less usual of the X commands", "XSHA224\nXSHA384\nXSHA", []string{"SHA-384", "SHA-224", "SHA-1"}},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			tc.features(tt.feats)
			if diff := cmp.Diff(tt.want, tc.c.HashAlgorithms()); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// What the server turned out not to know is neither offered nor sent again.
func TestHashRefusedOnce(t *testing.T) {
	inBubble(t, "XSHA256", func(t *testing.T) {
		tc := login(t, &clear)
		tc.features("XSHA256\nXMD5")
		op := tc.async(func() error { _, err := tc.c.Hash(t.Context(), "f", "", 0, -1); return err })
		tc.answer("TYPE I", "200 ok")
		tc.answer("XSHA256 f", "502 what")
		if err := op.wait(); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%v; want one that is errors.ErrUnsupported", err)
		}
		if diff := cmp.Diff([]string{"MD5"}, tc.c.HashAlgorithms()); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	})
}

// The selection of OPTS HASH is sent once, and the wait for a sum is longer than for
// other replies, and has an end.
func TestHashWaits(t *testing.T) {
	inBubble(t, "HASH", func(t *testing.T) {
		cfg := clear
		cfg.ReplyTimeout = time.Second
		tc := login(t, &cfg)
		tc.features("HASH SHA-256")
		hash := func() *op {
			return tc.async(func() error { _, err := tc.c.Hash(t.Context(), "f", "", 0, -1); return err })
		}
		op := hash()
		tc.answer("TYPE I", "200 ok")
		tc.answer("OPTS HASH SHA-256", "200 ok")
		tc.wantCommand("the hash", "HASH f")
		time.Sleep(9 * time.Second)
		tc.writeReply("213 SHA-256 0-9 " + sum256 + " f")
		tc.wantOK("a slow sum", op)
		op = hash()
		tc.wantCommand("the second hash", "HASH f")
		err := op.wait()
		if te, ok := errors.AsType[*control.TimeoutError](err); !ok || te.Verb != "HASH" || te.After != 10*time.Second {
			t.Errorf("%v; want a TimeoutError of HASH after 10 s", err)
		}
	})
}

// A context that ends has Hash return at once, and leaves no range in force.
func TestHashCancelled(t *testing.T) {
	for _, at := range []string{"RANG 0 4", "HASH f"} {
		inBubble(t, at, func(t *testing.T) {
			tc := login(t, &clear)
			tc.features("HASH SHA-256\nRANG STREAM")
			ctx, cancel := context.WithCancel(t.Context())
			op := tc.async(func() error { _, err := tc.c.Hash(ctx, "f", "", 0, 5); return err })
			tc.answer("TYPE I", "200 ok")
			tc.answer("OPTS HASH SHA-256", "200 ok")
			if at == "HASH f" {
				tc.answer("RANG 0 4", "350 ok")
			}
			tc.wantCommand("to be abandoned", at)
			cancel()
			if err := op.wait(); !errors.Is(err, context.Canceled) || op.took() != 0 {
				t.Errorf("%v after %v; want context.Canceled at once", err, op.took())
			}
			if at == "HASH f" {
				tc.writeReply("213 SHA-256 0-4 " + sum256 + " f")
			} else {
				tc.writeReply("350 ok")
			}
			for _, rang := range []bool{true, false} {
				f := tc.retr(t.Context(), 0)
				if rang {
					tc.answer("RANG 1 0", "350 ok")
				}
				data := tc.passive()
				tc.answer("RETR f", "150 here")
				data.Close()
				tc.writeReply("226 done")
				tc.wantOK("RETR", f.op)
			}
		})
	}
}

func TestResumable(t *testing.T) {
	inBubble(t, "by parameters", func(t *testing.T) {
		tc := login(t, &clear)
		if err := control.Resumable(tc.c.FileFormat()); err != nil {
			t.Errorf("at first: %v", err)
		}
		for _, step := range []struct {
			name  string
			set   mode.Format
			usual bool
		}{
			{"STRU R", mode.Format{Structure: 'R'}, false},
			{"STRU F", mode.Format{Structure: 'F'}, true},
			{"MODE B", mode.Format{Mode: 'B'}, false},
			{"MODE Z", mode.Format{Mode: 'Z'}, true},
			{"TYPE L 8", mode.Format{Type: 'L'}, true},
		} {
			if err := tc.c.SetFileFormat(step.set); err != nil {
				t.Fatal(err)
			}
			if err := control.Resumable(tc.c.FileFormat()); (err == nil) != step.usual || err != nil && !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("behind %s: %v", step.name, err)
			}
		}
		if err := tc.c.SetFileFormat(mode.Format{Type: 'A'}); err != nil {
			t.Fatal(err)
		}
		if _, ok := errors.AsType[*control.OffsetError](control.Resumable(tc.c.FileFormat())); !ok {
			t.Errorf("TYPE A: %v", control.Resumable(tc.c.FileFormat()))
		}
	})
}
