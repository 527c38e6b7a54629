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
)

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
