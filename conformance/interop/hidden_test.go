package interop

import (
	"slices"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
)

// Hidden names come with All, by MLSD and by LIST, whatever the server makes of LIST -a. STAT
// lists without a data connection.
func TestHiddenNames(t *testing.T) {
	t.Parallel()
	for _, name := range allServers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peer.Start(t, name, peer.Options{})
			for _, file := range []string{".hidden", "plain", "sub/.h2", "sub/p2", "my dir/.h3", "my dir/p3", "only/.h4", "-dash/.h5", "-dash/p5"} {
				s.WriteFile(t, file, []byte("x"))
			}
			want := map[string][]string{
				"":     {"-dash", ".hidden", "my dir", "only", "plain", "sub"},
				"only": {".h4"}, "sub": {".h2", "p2"}, "my dir": {".h3", "p3"}, "-dash": {".h5", "p5"},
			}
			for _, tt := range []struct {
				name string
				list control.ListOptions
				dirs []string // in this order
			}{
				{"all", control.ListOptions{All: true}, []string{"", "sub", "my dir", "only", "-dash"}},
				{"all, hidden ones first", control.ListOptions{All: true}, []string{"only", "sub", "", "-dash", "my dir"}},
				{"by STAT", control.ListOptions{ByStat: true}, []string{"sub"}},
			} {
				p := way{s: s}.profile(t)
				p.List.All, p.List.ByStat = tt.list.All, tt.list.ByStat
				for _, without := range [][]control.QuirkName{nil, {control.QuirkMLSDBroken}} { // MLSD, then LIST
					p.Quirks.Force = without
					c, err := ftpwire.Dial(soon(t), p)
					if err != nil {
						t.Fatal(err)
					}
					for _, dir := range tt.dirs {
						got, err := entryNames(t, c, dir)
						slices.Sort(got)
						expected := want[dir]
						if tt.list.ByStat && name == "pure-ftpd" {
							expected = []string{"p2"} // STAT hides what LIST hides
						}
						if err != nil || !slices.Equal(got, expected) {
							t.Errorf("%s, without %v, %q: %q, %v; want %q", tt.name, without, dir, got, err, expected)
						}
					}
					t.Logf("%s: %v", tt.name, c.Conn().Quirks())
					c.Close(soon(t))
				}
			}
		})
	}
}
