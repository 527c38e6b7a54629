package ftpwire_test

import (
	"context"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// Facts that the server has and leaves out are asked for, once, before the first MLSx.
func TestSelectFacts(t *testing.T) {
	for _, tt := range []struct {
		name, facts string
		opts        string // the argument of OPTS; "" if it is not sent
		reply       string
	}{
		{name: "all are on", facts: "type*;size*;modify*;UNIX.mode*;"},
		{name: "one that is of use is off", facts: "type*;size*;unix.mode;", opts: "MLST type;size;unix.mode;", reply: "200 MLST OPTS type;size;unix.mode;"},
		{name: "one that is of no use is off", facts: "type*;size*;create;", reply: "200 ok"},
		{name: "what is on stays on, and what is of no use stays off", facts: "type*;create*;charset;perm;", opts: "MLST type;create;perm;", reply: "200 ok"},
		{name: "a refusal changes nothing", facts: "type*;size;", opts: "MLST type;size;", reply: "501 no"},
		{name: "no facts at all", facts: ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{
					replies: map[string]string{"FEAT": "211-x\r\n MLST " + tt.facts + "\r\n211 end", "OPTS " + tt.opts: tt.reply, "MLST f": "250-x\r\n type=file; f\r\n250 end"},
					data:    map[string]string{"MLSD": "type=file; f\r\n"},
				}
				c := s.connect(t, control.QuirkPolicy{})
				for range 2 {
					if got, err := names(t.Context(), c, ""); err != nil || !slices.Equal(got, []string{"f"}) {
						t.Errorf("%q, %v", got, err)
					}
					if _, err := c.Stat(t.Context(), "f"); err != nil {
						t.Error(err)
					}
				}
				want := []string{"EPSV", "MLSD", "MLST f", "EPSV", "MLSD", "MLST f"}
				if tt.opts != "" {
					want = append([]string{"OPTS " + tt.opts}, want...)
				}
				if got := s.commands(); !slices.Equal(got, want) {
					t.Errorf("sent %q; want %q", got, want)
				}
			})
		})
	}
}

// With ByStat every listing goes over the control connection.
func TestByStat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: map[string]string{"SYST": "215 UNIX", "STAT .": "213-x\r\n" + lsLine + "213 end", "STAT nosuch": "550 No such file", "FEAT": featMLST}}
		p := s.profile(t, control.QuirkPolicy{})
		p.List.ByStat = true
		c, err := ftpwire.Dial(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Conn().Close()
		if got, err := names(t.Context(), c, ""); err != nil || !slices.Equal(got, []string{"f"}) {
			t.Errorf("Entries: %q, %v", got, err)
		}
		if got, err := c.ReadDir(t.Context(), ""); err != nil || len(got) != 1 {
			t.Errorf("ReadDir: %v, %v", got, err)
		}
		if _, err := names(t.Context(), c, "nosuch"); err == nil {
			t.Error("a missing directory is listed")
		}
		if slices.Contains(s.commands(), "EPSV") {
			t.Errorf("a data connection was opened: %q", s.commands())
		}
	})
}

// With All the hidden names of LIST come, and never what the server takes "-a" for.
func TestListAll(t *testing.T) {
	const (
		dots   = "drwxr-xr-x 1 u g 3 Jan 01 2000 .\r\ndrwxr-xr-x 1 u g 3 Jan 01 2000 ..\r\n"
		hidden = "-rw-r--r-- 1 u g 3 Jan 01 2000 .h\r\n"
		other  = "-rw-r--r-- 1 u g 3 Jan 01 2000 other\r\n"
	)
	for _, tt := range []struct {
		name    string
		dir     string
		replies map[string]string
		data    map[string]string
		want    []string
		again   []string // what the second listing sends, without EPSV
		quirk   bool
	}{
		{name: "understood", data: map[string]string{"LIST": lsLine, "LIST -a": dots + hidden + lsLine}, want: []string{".h", "f"}, again: []string{"LIST -a"}},
		{name: "understood, without dots", data: map[string]string{"LIST": lsLine, "LIST -a": hidden + lsLine}, want: []string{".h", "f"}, again: []string{"LIST -a"}},
		{name: "ignored", data: map[string]string{"LIST": lsLine, "LIST -a": lsLine}, want: []string{"f"}, again: []string{"LIST -a"}},
		{name: "refused", data: map[string]string{"LIST": lsLine}, replies: map[string]string{"LIST -a": "550 No such file"}, want: []string{"f"}, again: []string{"LIST"}, quirk: true},
		{name: "taken for a name, and nothing listed", data: map[string]string{"LIST": lsLine, "LIST -a": ""}, want: []string{"f"}, again: []string{"LIST"}, quirk: true},
		{name: "taken for another directory", data: map[string]string{"LIST": lsLine, "LIST -a": dots + other + lsLine}, want: []string{"f"}, again: []string{"LIST"}, quirk: true},
		{name: "only hidden names", data: map[string]string{"LIST": "", "LIST -a": dots + hidden}, want: []string{".h"}, again: []string{"LIST -a", "LIST"}},
		{name: "of a directory", dir: "d", data: map[string]string{"LIST d": lsLine, "LIST -a d": dots + hidden + lsLine}, want: []string{".h", "f"}, again: []string{"LIST -a d"}},
		{name: "whose name begins with a hyphen", dir: "-d", data: map[string]string{"LIST ./-d": lsLine, "LIST -a ./-d": dots + hidden + lsLine}, want: []string{".h", "f"}, again: []string{"LIST -a ./-d"}},
		{
			name: "the pathname left out with the option", dir: "d", data: map[string]string{"LIST d": lsLine, "LIST -a d": dots + other},
			want: []string{"f"}, again: []string{"LIST d"}, quirk: true,
		},
		{
			name: "a directory with only hidden names is listed from inside", dir: "d", data: map[string]string{"LIST d": "", "LIST -a d": dots + hidden, "LIST -a": dots + hidden},
			replies: map[string]string{"PWD": `257 "/"`, "CWD d": "250 ok", "CWD /": "250 ok", "MLST d": "500 no"},
			want:    []string{".h"},
		},
		{name: "a missing directory", dir: "d", replies: map[string]string{"LIST d": "550 No such file", "LIST -a d": "550 No such file"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string]string{"SYST": "215 UNIX"}, data: tt.data}
				for k, v := range tt.replies {
					s.replies[k] = v
				}
				s.heard = func(line string) { // PWD follows CWD
					s.mu.Lock()
					defer s.mu.Unlock()
					if dir, ok := strings.CutPrefix(line, "CWD "); ok && tt.replies["PWD"] != "" {
						s.replies["PWD"] = `257 "` + path.Join("/", dir) + `"`
					}
				}
				p := s.profile(t, control.QuirkPolicy{})
				p.List.All = true
				c, err := ftpwire.Dial(t.Context(), p)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Conn().Close()
				got, err := names(t.Context(), c, tt.dir)
				if !slices.Equal(got, tt.want) || (err != nil) != (tt.want == nil) {
					t.Fatalf("%q, %v; want %q\nsent %q", got, err, tt.want, s.commands())
				}
				if has := hasQuirk(c, control.QuirkListOptions); has != tt.quirk {
					t.Errorf("list-options noticed: %v", has)
				}
				if tt.want == nil {
					return
				}
				before := len(s.commands())
				if got, err := names(context.Background(), c, tt.dir); err != nil || !slices.Equal(got, tt.want) {
					t.Errorf("again: %q, %v", got, err)
				}
				sent := slices.DeleteFunc(s.commands()[before:], func(cmd string) bool { return cmd == "EPSV" })
				if tt.again != nil && !slices.Equal(sent, tt.again) {
					t.Errorf("the second listing sent %q; want %q", sent, tt.again)
				}
			})
		})
	}
}

func hasQuirk(c *ftpwire.Client, name control.QuirkName) bool {
	return slices.ContainsFunc(c.Conn().Quirks(), func(q control.AppliedQuirk) bool { return q.Name == name })
}
