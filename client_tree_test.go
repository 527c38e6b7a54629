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

// The function of a walk calls the Client, also when the connection is lost meanwhile.
func TestWalk(t *testing.T) {
	all := []string{"d", "d/b.txt=b", "d/e", "d/e/c.txt=cc", "d/e/f", "d/e/f/g.txt=ggg"}
	for _, tt := range []struct {
		name  string
		root  string
		fault ftptest.Fault
		skip  map[string]error
		lose  bool
		want  []string
		err   error
	}{
		{"tree", "d", "", nil, false, all, nil},
		{"no MLSD", "d", "mlst-unknown", nil, false, all, nil},
		{"connection lost at each file", "d", "", nil, true, all, nil},
		{"working directory", "", "", map[string]error{"d": fs.SkipDir}, false, []string{"", "a.txt=hello\n", "d"}, nil},
		{"file", "a.txt", "", nil, false, []string{"a.txt=hello\n"}, nil},
		{"directory left out", "d", "", map[string]error{"d/e/f": fs.SkipDir}, false, all[:5], nil},
		{"rest of a directory left out", "d", "", map[string]error{"d/e/c.txt": fs.SkipDir}, false, all[:4], nil},
		{"everything left out", "d", "", map[string]error{"d/e": fs.SkipAll}, false, all[:3], nil},
		{"error", "d", "", map[string]error{"d/e": fs.ErrClosed}, false, all[:3], fs.ErrClosed},
		{"nothing there", "none", "", nil, false, []string{"none: stat"}, fs.ErrNotExist},
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
				err := c.Walk(t.Context(), tt.root, func(name string, e listing.Entry, err error) error {
					if err != nil {
						fe, _ := errors.AsType[*ftpwire.FileError](err)
						got = append(got, fe.Path+": "+fe.Op)
						return err
					}
					if tt.lose {
						c.Conn().Close()
					}
					entry := name
					if e.Kind == listing.KindFile {
						data, err := c.ReadFile(t.Context(), name)
						if err != nil {
							return err
						}
						entry += "=" + string(data)
					}
					got = append(got, entry)
					return tt.skip[name]
				})
				if !errors.Is(err, tt.err) {
					t.Errorf("%v", err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
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
		err := c.Walk(t.Context(), "d", func(name string, _ listing.Entry, err error) error {
			deepest = max(deepest, strings.Count(name, "/"))
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "deep") || deepest != 200 {
			t.Errorf("%d deep: %v", deepest, err)
		}
	})
}

func TestReadDir(t *testing.T) {
	for _, tt := range []struct {
		name, lines string
		want        []string
		err         string
	}{
		{"sorted, without dots", "type=cdir; .\r\ntype=pdir; ..\r\ntype=file;size=1; b\r\ntype=dir; a\r\n", []string{"a", "b"}, ""},
		{"unsafe name", "type=file; ../x\r\ntype=file; f\r\n", []string{"f"}, `readdir "d": the name "../x" leads out`},
		{"unreadable line", "garbage\r\ntype=file; f\r\n", []string{"f"}, `readdir "d": `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string]string{"FEAT": featMLST}, data: map[string]string{"MLSD d": tt.lines}}
				c := s.connect(t, control.QuirkPolicy{})
				defer c.Conn().Close()
				entries, err := c.ReadDir(t.Context(), "d")
				if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
					t.Errorf("%v", err)
				}
				var got []string
				for _, e := range entries {
					got = append(got, e.Name)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestMkdirAll(t *testing.T) {
	for _, tt := range []struct {
		name, arg string
		fault     ftptest.Fault
		made      string
		err       error
	}{
		{"new", "x/y/z", "", "/x/y/z", nil},
		{"absolute", "/x/y/", "", "/x/y", nil},
		{"there", "d/e", "", "/d/e", nil},
		{"there, no MLST", "d/e", "mlst-unknown", "/d/e", nil},
		{"in one that is there", "d/e/n", "", "/d/e/n", nil},
		{"a file", "a.txt", "", "", fs.ErrExist},
		{"a file, no MLST", "a.txt", "mlst-unknown", "", fs.ErrExist},
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
				err := c.MkdirAll(t.Context(), tt.arg)
				if !errors.Is(err, tt.err) || tt.made != "" && !s.Exists(tt.made) {
					t.Errorf("%v", err)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s, c, _ := filesClient(t, ftptest.Config{}, nil)
		defer s.Close()
		defer c.Conn().Close()
		if err := c.MkdirAll(t.Context(), "a.txt/x/y"); !isType[*ftpwire.FileError](err) {
			t.Errorf("below a file: %v", err)
		}
	})
}
