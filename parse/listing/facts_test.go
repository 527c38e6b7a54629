package listing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFacts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		facts Facts
		want  [][2]string
	}{
		{"none", "", nil},
		{"several", "Type=file;x.Y=a=b;perm=;", [][2]string{{"Type", "file"}, {"x.Y", "a=b"}, {"perm", ""}}},
		{"no last semicolon", "size=1;type=dir", [][2]string{{"size", "1"}, {"type", "dir"}}},
		{"empty facts", ";;size=1;;", [][2]string{{"size", "1"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got [][2]string
			for name, value := range tt.facts.All() {
				got = append(got, [2]string{name, value})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
	for range Facts("a=1;b=2;").All() {
		break // must not panic
	}
	f := Facts("SIZE=1;size=2;media-type=text/plain;unix.mode=0644;")
	for _, tt := range []struct {
		name, want string
		ok         bool
	}{{"size", "1", true}, {"Media-Type", "text/plain", true}, {"siz\x05", "", false}, {"UNIX.mode", "0644", true}, {"unix-mode", "", false}, {"none", "", false}} {
		if got, ok := f.Lookup(tt.name); got != tt.want || ok != tt.ok {
			t.Errorf("%s is %q, %v; want %q, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}
