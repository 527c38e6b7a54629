package ftpwire_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// The loop over a walk calls the Client, also when the connection is lost meanwhile.
func TestWalk(t *testing.T) {
	all := []string{"d", "d/b.txt=b", "d/e", "d/e/c.txt=cc", "d/e/f", "d/e/f/g.txt=ggg"}
	for _, tt := range []struct {
		name  string
		root  string
		fault ftptest.Fault
		skip  string
		leave string // the loop ends there
		lose  bool
		want  []string
		err   error
	}{
		{"tree", "d", "", "", "", false, all, nil},
		{"no MLSD", "d", "mlst-unknown", "", "", false, all, nil},
		{"connection lost at each file", "d", "", "", "", true, all, nil},
		{"working directory", "", "", "d", "", false, []string{"", "a.txt=hello\n", "d"}, nil},
		{"file", "a.txt", "", "", "", false, []string{"a.txt=hello\n"}, nil},
		{"directory left out", "d", "", "d/e/f", "", false, all[:5], nil},
		{"rest of a directory left out", "d", "", "d/e/c.txt", "", false, all[:4], nil},
		{"root left out", "d", "", "d", "", false, all[:1], nil},
		{"loop left", "d", "", "", "d/e", false, all[:3], nil},
		{"nothing there", "none", "", "", "", false, []string{"none: walk"}, fs.ErrNotExist},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := ftptest.Config{}
				if tt.fault != "" {
					cfg.Faults = []ftptest.Fault{tt.fault}
				}
				s, c, _ := filesClient(t, cfg, nil)
				defer s.Close()
				defer c.Conn().Close()
				var got []string
				var last error
				for w, err := range c.Walk(t.Context(), tt.root) {
					if last = err; err != nil {
						fe, _ := errors.AsType[*ftpwire.FileError](err)
						got = append(got, w.Path+": "+fe.Op)
						continue
					}
					if tt.lose {
						c.Conn().Close()
					}
					entry := w.Path
					if w.Kind == listing.KindFile {
						data, err := c.ReadFile(t.Context(), w.Path)
						if err != nil {
							t.Fatal(err)
						}
						entry += "=" + string(data)
					}
					got = append(got, entry)
					if w.Path == tt.skip {
						w.SkipDir()
					}
					if tt.leave != "" && w.Path == tt.leave {
						break
					}
				}
				if !errors.Is(last, tt.err) {
					t.Errorf("%v", last)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// What the loop removes or makes below a directory, before that is listed, is gone or there.
func TestWalkChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c, _ := filesClient(t, ftptest.Config{}, nil)
		defer s.Close()
		defer c.Conn().Close()
		var got []string
		for w, err := range c.Walk(t.Context(), "d") {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, w.Path)
			if w.Path == "d" {
				if err := errors.Join(c.RemoveAll(t.Context(), "d/e"), c.Mkdir(t.Context(), "d/n")); err != nil {
					t.Fatal(err)
				}
			}
		}
		if diff := cmp.Diff([]string{"d", "d/b.txt", "d/n"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A directory that can't be read comes once more, with the error, and the walk goes on.
func TestWalkUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{
			replies: map[string]string{"FEAT": featMLST, "MLST d": "250-x\r\n type=dir; d\r\n250 end", "MLSD d/a": "550 Permission denied"},
			data:    map[string]string{"MLSD d": "type=dir; a\r\ntype=file; b\r\n"},
		}
		c := s.connect(t, control.QuirkPolicy{})
		defer c.Conn().Close()
		var got []string
		for w, err := range c.Walk(t.Context(), "d") {
			got = append(got, w.Path)
			if err != nil {
				got[len(got)-1] += " failed"
				if fe, ok := errors.AsType[*ftpwire.FileError](err); !ok || fe.Path != "d/a" || !errors.Is(err, fs.ErrPermission) {
					t.Error(err)
				}
			}
		}
		if diff := cmp.Diff([]string{"d", "d/a", "d/a failed", "d/b"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A tree that has no end is left.
func TestWalkTooDeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: map[string]string{"FEAT": featMLST, "MLST d": "250-x\r\n type=dir; d\r\n250 end"}, data: map[string]string{}}
		for n := range 300 {
			s.data["MLSD d"+strings.Repeat("/l", n)] = "type=dir; l\r\n"
		}
		c := s.connect(t, control.QuirkPolicy{})
		defer c.Conn().Close()
		deepest := 0
		var last error
		for w, err := range c.Walk(t.Context(), "d") {
			deepest, last = max(deepest, strings.Count(w.Path, "/")), err
		}
		if last == nil || !strings.Contains(last.Error(), "deep") || deepest != 200 {
			t.Errorf("%d deep: %v", deepest, last)
		}
	})
}

// A directory that the listing does not show as one is not left out.
func TestWalkUnknownKind(t *testing.T) {
	for _, faults := range [][]ftptest.Fault{{"mlsx-type-folder"}, nil} {
		s := ftptest.NewServer(t, &ftptest.Config{Faults: faults})
		write(t, s, "/d/e/f", nil)
		c, err := ftpwire.Dial(t.Context(), profileOf(s, ftptest.TLSNone))
		if err != nil {
			t.Fatal(err)
		}
		for _, root := range []string{"", "d", "/"} {
			found := false
			for e, err := range c.Walk(t.Context(), root) {
				if err != nil {
					t.Errorf("%q: %v", e.Path, err)
				}
				found = found || strings.HasSuffix(e.Path, "d/e/f")
			}
			if !found {
				t.Errorf("%v: from %q the walk has not come to d/e/f, and had no error", faults, root)
			}
		}
		c.Close(t.Context())
	}
}
