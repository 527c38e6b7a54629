package listing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListVOS(t *testing.T) {
	const at = "2008-05-06T07:08:09 second"
	for _, tt := range []struct {
		name  string
		lines []string
		want  []listed
	}{
		{"file", []string{" w     12  seq       08-05-06 07:08:09  ledger.csv"}, []listed{{"ledger.csv", "file", 12 * 4096, at, "", 0, "", "", ""}}},
		{"file, no blank before", []string{"r      0 fix-4096  08-05-06 07:08:09  a.pm "}, []listed{{"a.pm", "file", 0, at, "", 0, "", "", ""}}},
		{"size beyond an int64", []string{"r 9999999999999999 stm 08-05-06 07:08:09  a"}, []listed{{"a", "file", -1, at, "", 0, "", "", ""}}},
		{"directory", []string{" m      3  08-05-06 07:08:09  books"}, []listed{{"books", "dir", 3 * 4096, at, "", 0, "", "", ""}}},
		{"directory of last century", []string{" s      3  88-05-06 07:08:09  books"}, []listed{{"books", "dir", 3 * 4096, "1988-05-06T07:08:09 second", "", 0, "", "", ""}}},
		{"link", []string{"08-05-06 07:08:09  b ->  %sys#d1>Mira>books "}, []listed{{"b", "link", -1, at, "", 0, "", "", "%sys#d1>Mira>books"}}},
		{"headings", []string{"Files: 1  Blocks: 2", "w 2 seq 08-05-06 07:08:09 a", "Dirs: 1", "m 1 08-05-06 07:08:09 d", "Links: 1", "08-05-06 07:08:09  l ->  <x"},
			[]listed{{"a", "file", 8192, at, "", 0, "", "", ""}, {"d", "dir", 4096, at, "", 0, "", "", ""}, {"l", "link", -1, at, "", 0, "", "", "<x"}}},
		{"heading with comma", []string{"Files: 1, Blocks: 2"}, nil},
		{"target that goes on", []string{"Links: 1", "08-05-06 07:08:09  ledger ->  %system#d1_disk_of_the_audit>Books>Mira>Ledgers>of", "+>2008"},
			[]listed{{"ledger", "link", -1, at, "", 0, "", "", ""}}},
		{"target in the next line", []string{"Links: 1", "08-05-06 07:08:09  ledger ->", "%sys#d1>Mira>books"}, []listed{{"ledger", "link", -1, at, "", 0, "", "", "%sys#d1>Mira>books"}}},
		{"target in the next two lines", []string{"Links: 1", "08-05-06 07:08:09  ledger ->", "%system#d1_disk_of_the_audit>Books>Mira>Ledgers>of", "+>2008"},
			[]listed{{"ledger", "link", -1, at, "", 0, "", "", ""}}},
		{"no target", []string{"Links: 1", "08-05-06 07:08:09  ledger ->", "08-05-06 07:08:09  l ->  %x"},
			[]listed{{Name: "error", Kind: "the line that should follow is missing"}, {"l", "link", -1, at, "", 0, "", "", "%x"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := decListed(t, decLister("vos", readVOS), tt.lines...)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListVOSErrors(t *testing.T) {
	const other = "unknown format"
	for _, tt := range []struct{ name, line, want string }{
		{"access", "x 2 seq 08-05-06 07:08:09 a", other},
		{"blocks", "w x seq 08-05-06 07:08:09 a", other},
		{"date", "w 2 seq 2008-05-06 07:08:09 a", other},
		{"no name", "w 2 seq 08-05-06 07:08:09", other},
		{"nothing behind the blocks", "w 2", other},
		{"link without target", "08-05-06 07:08:09  ledger ->", other},
		{"link elsewhere", "08-05-06 07:08:09  ledger -> books", other},
		{"rest of a target", "+>2008", other},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decLister("vos", readVOS).read(tt.line)
			if err == nil || err == ErrNotEntry {
				t.Fatalf("error %v, want an *Error", err)
			}
			if got := decReason(t, err); got != tt.want {
				t.Errorf("reason %q, want %q", got, tt.want)
			}
		})
	}
}
