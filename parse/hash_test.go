package parse

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	md5Sum    = "d41d8cd98f00b204e9800998ecf8427e"
	sha1Sum   = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	sha256Sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func TestHash(t *testing.T) {
	sha512Sum := sha256Sum + sha256Sum
	for _, tt := range []struct {
		name  string
		verb  string
		lines []string
		want  HashReply
		err   string
	}{
		{name: "draft", verb: "HASH", lines: []string{"SHA-256 0-49 " + sha256Sum + " file name.ext"},
			want: HashReply{"SHA-256", sha256Sum, "file name.ext", 0, 49}},
		{name: "no range", verb: "HASH", lines: []string{"SHA-1 " + sha1Sum + " a.txt"},
			want: HashReply{"SHA-1", sha1Sum, "a.txt", -1, -1}},
		{name: "no range, no name, blank at the end", verb: "HASH", lines: []string{"SHA-1 " + sha1Sum + " "},
			want: HashReply{"SHA-1", sha1Sum, "", -1, -1}},
		{name: "no name", verb: "HASH", lines: []string{"MD5 0-170500096 " + md5Sum},
			want: HashReply{"MD5", md5Sum, "", 0, 170500096}},
		{name: "computing first", verb: "HASH", lines: []string{"Computing MD5 digest", "MD5 0-7 " + md5Sum + " a"},
			want: HashReply{"MD5", md5Sum, "a", 0, 7}},
		{name: "code repeated, sum not last", verb: "HASH", lines: []string{"Computing", "213-MD5 0-7 " + md5Sum + " a", "done"},
			want: HashReply{"MD5", md5Sum, "a", 0, 7}},
		{name: "sum alone", verb: "HASH", lines: []string{sha256Sum}, want: HashReply{"SHA-256", sha256Sum, "", -1, -1}},
		{name: "spelled without hyphen", verb: "hash", lines: []string{"sha512 0-1 " + sha512Sum + " a"},
			want: HashReply{"SHA-512", sha512Sum, "a", 0, 1}},
		{name: "unknown algorithm", verb: "HASH", lines: []string{"Whirl 0-1 0123456789ABCDEF a"},
			want: HashReply{"WHIRL", "0123456789abcdef", "a", 0, 1}},
		{name: "short CRC of HASH", verb: "HASH", lines: []string{"CRC32 0-9 5c2a1 a"}, want: HashReply{"CRC32", "0005c2a1", "a", 0, 9}},
		{name: "name looks like a sum", verb: "HASH", lines: []string{"MD5 0-9 " + md5Sum + " " + strings.Repeat("a", 32)},
			want: HashReply{"MD5", md5Sum, strings.Repeat("a", 32), 0, 9}},
		{name: "name first against the draft", verb: "HASH", lines: []string{"MD5 a.txt " + md5Sum},
			want: HashReply{"MD5", md5Sum, "a.txt", -1, -1}},
		{name: "two sums and no algorithm", verb: "HASH", lines: []string{md5Sum + " " + strings.Repeat("a", 32)},
			err: "more than one sum"},
		{name: "HASH too short", verb: "HASH", lines: []string{"SHA-256 0-49 " + md5Sum + " a"}, err: "no sum of SHA-256"},
		{name: "HASH with words only", verb: "HASH", lines: []string{"ok done"}, err: "no sum"},
		{name: "upper case", verb: "XMD5", lines: []string{strings.ToUpper(md5Sum)}, want: HashReply{"MD5", md5Sum, "", -1, -1}},
		{name: "name before", verb: "XMD5", lines: []string{"my file.txt " + md5Sum}, want: HashReply{"MD5", md5Sum, "my file.txt", -1, -1}},
		{name: "name after", verb: "XSHA1", lines: []string{sha1Sum + " my file.txt"}, want: HashReply{"SHA-1", sha1Sum, "my file.txt", -1, -1}},
		{name: "name quoted", verb: "XSHA", lines: []string{`"my ""file""" ` + sha1Sum}, want: HashReply{"SHA-1", sha1Sum, `my "file"`, -1, -1}},
		{name: "verb before", verb: "XMD5", lines: []string{"XMD5 " + md5Sum}, want: HashReply{"MD5", md5Sum, "", -1, -1}},
		{name: "label", verb: "XSHA256", lines: []string{"SHA256 hash: " + sha256Sum}, want: HashReply{"SHA-256", sha256Sum, "", -1, -1}},
		{name: "sentence", verb: "XSHA256", lines: []string{"The hash is " + sha256Sum + "."}, want: HashReply{"SHA-256", sha256Sum, "", -1, -1}},
		{name: "equals", verb: "XMD5", lines: []string{"MD5=" + md5Sum}, want: HashReply{"MD5", md5Sum, "", -1, -1}},
		{name: "two lines", verb: "XMD5", lines: []string{"Computing MD5 digest", md5Sum}, want: HashReply{"MD5", md5Sum, "", -1, -1}},
		{name: "sum first", verb: "XSHA512", lines: []string{sha512Sum, "XSHA512 command successful"}, want: HashReply{"SHA-512", sha512Sum, "", -1, -1}},
		{name: "CRC", verb: "XCRC", lines: []string{"1A2B3C4D"}, want: HashReply{"CRC32", "1a2b3c4d", "", -1, -1}},
		{name: "CRC short", verb: "XCRC", lines: []string{"5C2A1"}, want: HashReply{"CRC32", "0005c2a1", "", -1, -1}},
		{name: "CRC zero", verb: "XCRC", lines: []string{"0"}, want: HashReply{"CRC32", "00000000", "", -1, -1}},
		{name: "CRC with 0x", verb: "XCRC", lines: []string{"0x5C2A1"}, want: HashReply{"CRC32", "0005c2a1", "", -1, -1}},
		{name: "CRC short with name", verb: "XCRC", lines: []string{"a.txt 5C2A1"}, want: HashReply{"CRC32", "0005c2a1", "a.txt", -1, -1}},
		{name: "CRC ambiguous", verb: "XCRC", lines: []string{"bad 5C2A1"}, err: "more than one sum"},
		{name: "CRC too long", verb: "XCRC", lines: []string{"123456789"}, err: "no sum of CRC32"},
		{name: "MD5 has the sum last", verb: "MD5", lines: []string{strings.Repeat("b", 32) + " " + md5Sum},
			want: HashReply{"MD5", md5Sum, strings.Repeat("b", 32), -1, -1}},
		{name: "MD5 of a file called MD5", verb: "MD5", lines: []string{"a b " + md5Sum}, want: HashReply{"MD5", md5Sum, "a b", -1, -1}},
		{name: "wrong width", verb: "XMD5", lines: []string{sha1Sum}, err: "no sum of MD5"},
		{name: "not hexadecimal", verb: "XMD5", lines: []string{strings.Repeat("g", 32)}, err: "no sum of MD5"},
		{name: "two sums", verb: "XMD5", lines: []string{md5Sum + " " + strings.Repeat("0", 32)}, err: "more than one sum"},
		{name: "empty", verb: "XMD5", lines: []string{""}, err: "no text"},
		{name: "no lines", verb: "XMD5", err: "no text"},
		{name: "other verb", verb: "SIZE", lines: []string{md5Sum}, err: "no command"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Hash(tt.verb, tt.lines)
			if tt.err != "" {
				wantError(t, err, strings.Join(tt.lines, "\n")+tt.verb, tt.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzHash: a sum is lower-case hexadecimal of full width, and errors point into the input.
func FuzzHash(f *testing.F) {
	f.Add("HASH", "SHA-256 0-49 "+sha256Sum+" a")
	f.Add("XCRC", "5C2A1")
	f.Fuzz(func(t *testing.T, verb, text string) {
		h, err := Hash(verb, strings.Split(text, "\n"))
		if err != nil {
			wantError(t, err, verb+text, "")
			return
		}
		if _, err := hex.DecodeString(h.Sum); err != nil || h.Sum != strings.ToLower(h.Sum) || h.Algorithm == "" && len(h.Sum) < 8 {
			t.Errorf("%+v", h)
		}
		if n := hashDigits(h.Algorithm); n != 0 && n != len(h.Sum) {
			t.Errorf("%s has %d digits, want %d", h.Algorithm, len(h.Sum), n)
		}
	})
}
