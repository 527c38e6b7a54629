package ftpwire_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

func TestRemoveAll(t *testing.T) {
	for _, tt := range []struct {
		name  string
		arg   string
		gone  string
		fault ftptest.Fault
		ok    bool
	}{
		{"file", "a.txt", "/a.txt", "", true},
		{"tree", "d", "/d", "", true},
		{"tree, absolute", "/d/e/", "/d/e", "", true},
		{"tree, no MLSD", "d", "/d", "mlst-unknown", true},
		{"nothing there", "none", "/none", "", true},
		{"empty name", "", "", "", false},
		{"root", "/", "", "", false},
		{"root, otherwise", "//./", "", "", false},
		{"working directory", ".", "", "", false},
		{"parent", "..", "", "", false},
		{"parent within", "d/../a.txt", "", "", false},
		{"back to the root", "d/..", "", "", false},
		{"back to the working directory", "d/.", "/d", "", true},
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
				before := len(s.Commands())
				err := c.RemoveAll(t.Context(), tt.arg)
				if (err == nil) != tt.ok {
					t.Fatal(err)
				}
				if sent := s.Commands()[before:]; !tt.ok && len(sent) > 0 {
					t.Errorf("sent %q", sent)
				}
				for _, name := range []string{"/a.txt", "/d/b.txt", "/d/e/c.txt", "/d/e/f/g.txt"} {
					want := tt.gone == "" || name != tt.gone && !strings.HasPrefix(name, tt.gone+"/")
					if got := s.Exists(name); got != want {
						t.Errorf("%s exists: %v", name, got)
					}
				}
			})
		})
	}
}

// What a link leads to stays, even where the server shows the link as a directory and does not remove it, as ftptest does.
func TestRemoveAllLinks(t *testing.T) {
	root := t.TempDir()
	keep := filepath.Join(root, "keep")
	for _, dir := range []string{"keep", "d"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"keep/f", "d/f"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink("../keep", filepath.Join(root, "d", "l")), os.Symlink("keep", filepath.Join(root, "top"))); err != nil {
		t.Skipf("this file system has no symbolic links: %v", err)
	}
	for _, fault := range []ftptest.Fault{"", "mlst-unknown"} {
		cfg := ftptest.Config{Root: root}
		if fault != "" {
			cfg.Faults = []ftptest.Fault{fault}
		}
		_, c := connect(t, cfg, nil)
		for name, stays := range map[string]string{"top": "top", "d": "d/l"} {
			err := c.RemoveAll(t.Context(), name)
			if fe, ok := errors.AsType[*ftpwire.FileError](err); !ok || fe.Path != stays {
				t.Errorf("%v", err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(keep, "f")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(root, "d", "f")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("d/f: %v", err)
	}
}

// RemoveAll with servers that show what is not so: nothing outside the tree is touched.
func TestRemoveAllOddServers(t *testing.T) {
	const (
		noSuch  = "550 No such file or directory"
		denied  = "550 Permission denied"
		full    = "550 Directory not empty"
		isDir   = "550 Is a directory"
		dirLine = "drwxr-xr-x 2 u g 4096 Jan 01 2000 "
	)
	for _, tt := range []struct {
		name    string
		replies map[string]string
		data    map[string]string
		sent    []string // removals and listings
		err     string   // in the error, "" if there is none
	}{
		{"a link that MLSD shows as a directory, and that stays",
			map[string]string{"DELE d": isDir, "RMD d": full, "DELE d/l": denied, "RMD d/l": denied},
			map[string]string{"LIST": dirLine + "d\r\n", "MLSD d": "type=dir; l\r\n", "LIST d": "lrwxrwxrwx 1 u g 4 Jan 01 2000 l -> /etc\r\n"},
			[]string{"DELE d", "RMD d", "LIST", "MLSD d", "DELE d/l", "RMD d/l", "LIST d", "DELE d", "RMD d"}, `removeall: DELE "d/l": 550`},
		{"LIST hides it",
			map[string]string{"DELE d": isDir, "RMD d": full, "DELE d/.l": denied, "RMD d/.l": denied},
			map[string]string{"LIST": dirLine + "d\r\n", "MLSD d": "type=dir; .l\r\n", "LIST d": dirLine + "other\r\n"},
			[]string{"DELE d", "RMD d", "LIST", "MLSD d", "DELE d/.l", "RMD d/.l", "LIST d", "DELE d", "RMD d"}, "LIST does not tell whether it is a directory or a link"},
		{"names that lead out of the directory",
			map[string]string{"DELE d": isDir, "RMD d": full, "DELE d/f": "250 gone"},
			map[string]string{"LIST": dirLine + "d\r\n", "MLSD d": "type=file; ../x\r\ntype=file; f\r\ntype=dir; ..\r\n"},
			[]string{"DELE d", "RMD d", "LIST", "MLSD d", "DELE d/f", "DELE d", "RMD d"}, "leads out of the directory"},
		{"DELE of a directory is answered as if it were not there",
			map[string]string{"DELE d": noSuch, "RMD d": full, "DELE d/f": denied, "RMD d/f": "550 Not a directory"},
			map[string]string{"LIST": dirLine + "d\r\n", "MLSD d": "type=file; f\r\n"},
			[]string{"DELE d", "RMD d", "LIST", "MLSD d", "DELE d/f", "RMD d/f", "DELE d", "RMD d"}, `removeall: DELE "d/f": 550`},
		{"no such thing",
			map[string]string{"DELE d": noSuch, "RMD d": noSuch, "MLST d": noSuch},
			map[string]string{"LIST": dirLine + "other\r\n"}, []string{"DELE d", "RMD d", "LIST"}, ""},
		{"a directory that can't be removed, in words that mean there is none",
			map[string]string{"DELE d": noSuch, "RMD d": noSuch, "MLST d": noSuch},
			map[string]string{"LIST": dirLine + "d\r\n", "MLSD d": "type=file; f\r\n"},
			[]string{"DELE d", "RMD d", "LIST", "MLSD d", "DELE d/f", "RMD d/f", "DELE d", "RMD d", "LIST"}, `removeall: DELE "d/f": 502`},
		{"a hidden one that can't be removed, in words that mean there is none",
			map[string]string{"DELE d": isDir, "RMD d": full, "DELE d/.f": noSuch, "RMD d/.f": noSuch, "MLST d/.f": "250-x\r\n type=file; .f\r\n250 end"},
			map[string]string{"LIST": dirLine + "d\r\n", "MLSD d": "type=file; .f\r\n", "LIST d": dirLine + "other\r\n"},
			[]string{"DELE d", "RMD d", "LIST", "MLSD d", "DELE d/.f", "RMD d/.f", "LIST d", "DELE d", "RMD d"}, `removeall: RMD "d/.f": 550`},
		{"not now",
			map[string]string{"DELE d": "450 In use"}, map[string]string{"LIST": "-rw-r--r-- 1 u g 1 Jan 01 2000 d\r\n"}, []string{"DELE d"}, "450"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string]string{"FEAT": featMLST, "SYST": "215 UNIX Type: L8"}, data: tt.data}
				for line, reply := range tt.replies {
					s.replies[line] = reply
				}
				c := s.connect(t, control.QuirkPolicy{})
				defer c.Conn().Close()
				err := c.RemoveAll(t.Context(), "d")
				if got := err == nil; got != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
					t.Errorf("%v", err)
				}
				if err != nil && !isType[*ftpwire.FileError](err) {
					t.Errorf("%T", err)
				}
				sent := slices.DeleteFunc(s.commands(), func(line string) bool {
					verb, _, _ := strings.Cut(line, " ")
					return !slices.Contains([]string{"DELE", "RMD", "LIST", "MLSD"}, verb)
				})
				if diff := cmp.Diff(tt.sent, sent); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}
