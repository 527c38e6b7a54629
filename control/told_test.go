package control_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// What servers tell in words becomes values: here the server under test is ours.

func TestTold(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{Users: []ftptest.User{
		{Name: "user", Password: "password", Quota: 1000}, {Name: "free", Password: "password"},
	}})
	for name, n := range map[string]int{"/d/one.txt": 100, "/d/two two.txt": 200} {
		if err := s.WriteFile(name, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
	}
	c := dialServer(t, s, &clear)

	names, err := statNames(t, c, "d")
	if diff := cmp.Diff([]string{"one.txt", "two two.txt"}, names); err != nil || diff != "" {
		t.Errorf("STAT d: %v, mismatch (-want +got):\n%s", err, diff)
	}
	if _, err := c.Mkd(t.Context(), "empty"); err != nil {
		t.Fatal(err)
	}
	if names, err := statNames(t, c, "empty"); err != nil || len(names) != 0 {
		t.Errorf("STAT of an empty directory: %q, %v", names, err)
	}
	if names, err := statNames(t, c, "nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("STAT of nothing: %q, %v; want fs.ErrNotExist", names, err)
	}
	if names, err := statNames(t, c, ""); err != nil || !slices.Contains(names, "d") {
		t.Errorf("STAT of the working directory: %q, %v", names, err)
	}

	q, err := c.Space(t.Context(), "")
	if diff := cmp.Diff(control.Space{Quota: parse.Quota{Free: 700, Used: -1, Limit: -1, FilesUsed: -1, FilesLimit: -1}, By: "AVBL"}, q); err != nil || diff != "" {
		t.Errorf("Space: %v, mismatch (-want +got):\n%s", err, diff)
	}

	for command, verbs := range map[string][]string{"": {"RETR", "STOR", "MLSD"}, "site": {"CHMOD", "QUOTA", "UTIME"}, "RETR": nil} {
		h, err := c.Help(t.Context(), command)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range verbs {
			if !slices.ContainsFunc(h.Verbs, func(have parse.HelpVerb) bool { return have.Verb == v && have.Implemented }) {
				t.Errorf("HELP %s lacks %s: %+v", command, v, h.Verbs)
			}
		}
		if command == "RETR" && (h.Verbs != nil || !strings.Contains(h.Text(), "<pathname>")) {
			t.Errorf("HELP RETR: %+v", h)
		}
	}
}

func statNames(t *testing.T, c *control.Conn, path string) (names []string, err error) {
	for e, err := range c.StatList(t.Context(), path, control.ListOptions{}) {
		if err != nil {
			return names, err
		}
		names = append(names, e.Name)
	}
	slices.Sort(names)
	return names, nil
}

// TestStatListReplies: forms of other servers, and what is no listing.
func TestStatListReplies(t *testing.T) {
	const line = "-rw-r--r--   1 ftp ftp  5 Apr 13 2025 a"
	for _, tt := range []struct {
		name, reply string
		want        []string
		bad         bool
	}{
		{"vsftpd", "213-Status follows:\r\n" + line + "\r\n213 End of status", []string{"a"}, false},
		{"the code before each line", "212-Status of d:\r\n212-" + line + "\r\n212 End", []string{"a"}, false},
		{"211, with a total", "211-status of d:\r\ntotal 1\r\n " + line + "\r\n211 End of Status", []string{"a"}, false},
		{"one line", "213 fine", nil, true},
		{"a status", "200-Status\r\n" + line + "\r\n200 End", nil, true},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			var names []string
			op := tc.async(func() (err error) {
				names, err = statNames(t, tc.c, "d")
				return err
			})
			tc.answer("STAT d", tt.reply)
			err := op.wait()
			if _, bad := errors.AsType[*parse.Error](err); bad != tt.bad || !bad && err != nil {
				t.Errorf("%v; want a *parse.Error: %v", err, tt.bad)
			}
			if diff := cmp.Diff(tt.want, names); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSpaceReplies: who has no AVBL is asked for SITE QUOTA, and who tells nothing there for a listing.
func TestSpaceReplies(t *testing.T) {
	none := parse.Quota{Free: -1, Used: -1, Limit: -1, FilesUsed: -1, FilesLimit: -1}
	free := none
	free.Free = 4096
	both := none
	both.Used, both.Limit, both.Free = 17<<10, 1000<<10, 983<<10
	for _, tt := range []struct {
		name, avbl, quota string
		listing           string // the reply to EPSV, in place of a listing
		want              control.Space
		refused           bool
	}{
		{"AVBL", "213 4096", "", "", control.Space{Quota: free, By: "AVBL"}, false},
		{"AVBL in words", "213 4 KB available", "", "", control.Space{Quota: free, By: "AVBL"}, false},
		{"AVBL without a number", "213 plenty", "200 17 Kbytes used (1%) - authorized: 1000 Kb", "", control.Space{Quota: both, By: "SITE QUOTA"}, false},
		{"Pure-FTPd", "500 what", "200 17 Kbytes used (1%) - authorized: 1000 Kb", "", control.Space{Quota: both, By: "SITE QUOTA"}, false},
		{"no such directory", "550 No such file or directory", "", "", control.Space{}, true},
		{"no limit", "550 no limit", "200 No quota in effect", "502 no", control.Space{}, false},
		{"neither", "502 no", "500 no", "502 no", control.Space{}, false},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			cfg := clear
			cfg.Data.Mode = datachan.ModeEPSV
			tc := login(t, &cfg)
			var q control.Space
			op := tc.async(func() (err error) {
				q, err = tc.c.Space(t.Context(), "d")
				return err
			})
			tc.answer("AVBL d", tt.avbl)
			if tt.quota != "" {
				tc.answer("SITE QUOTA", tt.quota)
			}
			if tt.listing != "" {
				tc.answer("EPSV", tt.listing)
			}
			err := op.wait()
			_, refused := errors.AsType[*protocol.ReplyError](err)
			switch {
			case tt.want.By != "" && (err != nil || q != tt.want):
				t.Errorf("%+v, %v; want %+v", q, err, tt.want)
			case tt.refused && (!refused || !errors.Is(err, fs.ErrNotExist)):
				t.Errorf("%v; want the refusal", err)
			case tt.want.By == "" && !tt.refused && !errors.Is(err, errors.ErrUnsupported):
				t.Errorf("%v; want ErrUnsupported", err)
			}
		})
	}
}
