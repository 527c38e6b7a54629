package listing

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnsafeName(t *testing.T) {
	for _, tt := range []struct {
		name string
		want string // part of the reason; empty: safe
	}{
		{"a.txt", ""}, {" a ", ""}, {"-rf", ""}, {"...a", ""}, {".profile", ""}, {"~", ""}, {"12:30.log", ""},
		{"b\xfccher", ""}, {"\u00fc", ""}, {"console", ""}, {"com", ""}, {"COM10", ""}, {"lpt", ""}, {"null.txt", ""},
		{"", "empty"}, {".", "dots"}, {"..", "dots"}, {"...", "dots"}, {".. ", "dots"}, {" ", "dots"},
		{"/", "slash"}, {"/etc/passwd", "slash"}, {"../x", "slash"}, {"x/", "slash"},
		{`\`, "backslash"}, {`..\x`, "backslash"}, {`\\host\share`, "backslash"},
		{"a\x00b", "control"}, {"a\nb", "control"}, {"a\x7f", "control"}, {"\x1b[2J", "control"},
		{"a\u0080", "control"}, {"\u009b2J", "control"}, {"a\u009fb", "control"}, {"\u202egpj.exe", "turns"}, {"a\u2066b", "turns"}, {"a\u2069", "turns"}, {"\u202a", "turns"},
		{"a\u200b.txt", "seen"}, {"\ufeffa", "seen"}, {"pay\u00adpal", "seen"}, {"a\u2028b", "seen"}, {"\u3164", "seen"}, {"a\U000e0041", "seen"}, {"a\u2060", "seen"},
		{"\u0646\u200c\u0647", ""}, {"\u2764\ufe0f", ""},
		{"\u00a0", ""}, {"\u05d0\u200f.txt", ""}, {"\u0627\u061c", ""}, {"\u200e", ""}, {"\U0001f468\u200d\U0001f469", ""}, {"\x80\x9b", ""}, {"日本語", ""}, {"e\u0301", ""},
		{"C:", "drive"}, {"c:x", "drive"},
		{"CON", "device"}, {"nul.txt", "device"}, {"Aux ", "device"}, {"com1", "device"}, {"LPT9.x.y", "device"},
		{"COM\u00b9", "device"}, {"CONOUT$", "device"}, {"prn:x", "device"}, {strings.Repeat(".", 500), "dots"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Entry{Name: tt.name}
			got := e.UnsafeName()
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("reason is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMode(t *testing.T) {
	for bits, letters := range map[uint32]string{
		0: "---------", 0o777: "rwxrwxrwx", 0o640: "rw-r-----", 0o4755: "rwsr-xr-x", 0o4644: "rwSr--r--",
		0o2755: "rwxr-sr-x", 0o2644: "rw-r-Sr--", 0o1777: "rwxrwxrwt", 0o1666: "rw-rw-rwT", 0o7000: "--S--S--T",
	} {
		if diff := cmp.Diff(letters, modeLetters(bits)); diff != "" {
			t.Errorf("mismatch of letters (-want +got):\n%s", diff)
		}
		if got, ok := modeBits(letters); got != bits || !ok {
			t.Errorf("bits of %q are %04o, %v", letters, got, ok)
		}
	}
	if got, ok := modeBits("rw-r-lr--"); got != 0o2644 || !ok {
		t.Errorf("bits with l are %04o, %v", got, ok)
	}
	for _, s := range []string{"", "rwxrwxrw", "rwxrwxrwxx", "xwrrwxrwx", "rwlrwxrwx", "rwxrwxrws", "rwtrwxrwx"} {
		if _, ok := modeBits(s); ok {
			t.Errorf("%q is taken for a mode", s)
		}
	}
	for s, want := range map[string]string{
		"644": "rw-r--r--", "0644": "rw-r--r--", "0100755": "rwxr-xr-x", "4755": "rwsr-xr-x",
		"00": "", "": "", "698": "", "rwx": "", "00000644": "",
	} {
		if diff := cmp.Diff(want, octalMode(s)); diff != "" {
			t.Errorf("mismatch for %q (-want +got):\n%s", s, diff)
		}
	}
}

// The text that a name has in its code page counts as well.
func TestUnsafeText(t *testing.T) {
	for _, text := range []string{"a\u0085", "a\u202eb"} {
		if e := (Entry{Name: "a", Text: text}); e.UnsafeName() == "" {
			t.Errorf("name with the text %q is taken for safe", text)
		}
	}
}
