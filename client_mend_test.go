package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// TestMended: a command that costs the connection is done without on a new one, once, and
// the Client says what it has learned.
func TestMended(t *testing.T) {
	const feat, epsv = control.QuirkFEATUnanswered, control.QuirkEPSVUnanswered
	list := func(ctx context.Context, c *ftpwire.Client) error {
		got, err := names(ctx, c, "")
		if err == nil && !cmp.Equal(got, []string{"f"}) {
			err = fmt.Errorf("listed %q", got)
		}
		return err
	}
	get := func(ctx context.Context, c *ftpwire.Client) error {
		var b bytes.Buffer
		r, err := c.Get(ctx, "f", &b, nil)
		if err == nil && (b.String() != "abc" || r.Attempts != 2) {
			err = fmt.Errorf("got %q in %d attempts", b.String(), r.Attempts)
		}
		return err
	}
	roam := func(ctx context.Context, c *ftpwire.Client) error {
		if err := c.Conn().Cwd(ctx, "d"); err != nil {
			return err
		}
		return list(ctx, c)
	}
	further := func(ctx context.Context, c *ftpwire.Client) error {
		if err := c.Conn().Cwd(ctx, "d"); err != nil {
			return err
		}
		return roam(ctx, c)
	}
	absolute := func(ctx context.Context, c *ftpwire.Client) error {
		if err := c.Conn().Cwd(ctx, "d"); err != nil {
			return err
		}
		_, err := names(ctx, c, "/d")
		return err
	}
	for _, tt := range []struct {
		name    string
		replies map[string]string
		forbid  control.QuirkName
		once    bool // MaxLogins
		use     func(context.Context, *ftpwire.Client) error
		logins  int
		learned []control.QuirkName
		fails   bool // to connect, or in use
	}{
		{name: "FEAT without an answer", replies: map[string]string{"FEAT": ""}, use: list, logins: 2, learned: []control.QuirkName{feat}},
		{name: "FEAT ends the connection", replies: map[string]string{"FEAT": hangUp}, use: list, logins: 2, learned: []control.QuirkName{feat}},
		{name: "FEAT answered 331", replies: map[string]string{"FEAT": "331 password"}, use: list, logins: 2, learned: []control.QuirkName{feat}},
		{name: "FEAT, forbidden", replies: map[string]string{"FEAT": ""}, forbid: feat, logins: 1, fails: true},
		{name: "FEAT, one login only", replies: map[string]string{"FEAT": ""}, once: true, logins: 1, fails: true},
		{name: "EPSV without an answer", replies: map[string]string{"EPSV": ""}, use: list, logins: 2, learned: []control.QuirkName{epsv}},
		{name: "EPSV ends the connection", replies: map[string]string{"EPSV": hangUp}, use: list, logins: 2, learned: []control.QuirkName{epsv}},
		{name: "EPSV before a download", replies: map[string]string{"EPSV": hangUp}, use: get, logins: 2, learned: []control.QuirkName{epsv}},
		{name: "EPSV and FEAT", replies: map[string]string{"EPSV": "", "FEAT": hangUp}, use: list, logins: 3, learned: []control.QuirkName{feat, epsv}},
		{name: "EPSV and PASV", replies: map[string]string{"EPSV": "", "PASV": ""}, use: list, logins: 3, learned: []control.QuirkName{epsv}, fails: true},
		{name: "EPSV, forbidden", replies: map[string]string{"EPSV": ""}, forbid: epsv, use: list, logins: 2, fails: true},
		{name: "EPSV, one login only", replies: map[string]string{"EPSV": ""}, once: true, use: list, logins: 1, learned: []control.QuirkName{epsv}, fails: true},
		{name: "EPSV, in another working directory", replies: map[string]string{"EPSV": "", "CWD d": "250 ok"}, use: roam, logins: 2, learned: []control.QuirkName{epsv}},
		{name: "EPSV, the working directory is lost", replies: map[string]string{"EPSV": "", "CWD d": "250 ok"}, use: further, logins: 1, learned: []control.QuirkName{epsv}, fails: true},
		{name: "EPSV, an absolute path", replies: map[string]string{"EPSV": "", "CWD d": "250 ok"}, use: absolute, logins: 2, learned: []control.QuirkName{epsv}},
		{name: "the next login is rejected", replies: map[string]string{"EPSV": "", "PASS password": "530 no"}, use: list, logins: 2, learned: []control.QuirkName{epsv}, fails: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				logins := 0
				rejects := tt.replies["PASS password"]
				s := &script{replies: tt.replies, data: map[string]string{"LIST": lsLine, "LIST /d": lsLine, "RETR f": "abc"}}
				if s.replies["FEAT"] == "" && !strings.Contains(tt.name, "FEAT") {
					s.replies["FEAT"] = featNone
				}
				if rejects != "" {
					delete(s.replies, "PASS password")
				}
				s.heard = func(line string) {
					if line == "PASS password" {
						if logins++; logins > 1 && rejects != "" {
							s.mu.Lock()
							s.replies[line] = rejects
							s.mu.Unlock()
						}
					}
				}
				p := s.profile(t, control.QuirkPolicy{})
				if tt.forbid != "" {
					p.Quirks.Forbid = []control.QuirkName{tt.forbid}
				}
				if tt.once {
					p.Login.MaxLogins = 1
				}
				c, err := ftpwire.Dial(t.Context(), p)
				var learned []control.QuirkName
				if err == nil && tt.use != nil {
					err = tt.use(t.Context(), c)
					for _, q := range c.Learned().Quirks {
						learned = append(learned, q.Name)
					}
				}
				if (err != nil) != tt.fails {
					t.Errorf("%v; want an error: %v", err, tt.fails)
				}
				if diff := cmp.Diff(tt.learned, learned); diff != "" {
					t.Errorf("learned mismatch (-want +got):\n%s", diff)
				}
				if logins != tt.logins {
					t.Errorf("%d logins; want %d", logins, tt.logins)
				}
				if c == nil {
					return
				}
				c.Conn().Close()
				if tt.fails || rejects != "" {
					return
				}
				// A Profile that has it needs not find it out again.
				again := s.profile(t, control.QuirkPolicy{})
				c.Learned().Apply(again)
				before := logins
				c, err = ftpwire.Dial(t.Context(), again)
				if err != nil {
					t.Fatal(err)
				}
				if err := list(t.Context(), c); err != nil || logins != before+1 {
					t.Errorf("the second time: %v after %d logins", err, logins-before)
				}
				c.Conn().Close()
			})
		})
	}
}

// TestMendedTraced: the trace says what was mended and why, once.
func TestMendedTraced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: map[string]string{"FEAT": featNone, "EPSV": ""}, data: map[string]string{"LIST": lsLine}}
		c := s.connect(t, control.QuirkPolicy{})
		if _, err := names(t.Context(), c, ""); err != nil {
			t.Fatal(err)
		}
		notes := 0
		for _, note := range s.note {
			if strings.HasPrefix(note, "quirk epsv-unanswered: EPSV was not answered within 1m0s; ") {
				notes++
			}
		}
		if notes != 1 {
			t.Errorf("noted %d times: %q", notes, s.note)
		}
	})
}

// TestMendedNoProfile: without a Profile there is no other connection, and the error says
// what one could do without.
func TestMendedNoProfile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{replies: map[string]string{"FEAT": featNone, "EPSV": hangUp}}
		c := ftpwire.NewClient(s.connect(t, control.QuirkPolicy{}).Conn(), nil)
		_, err := names(t.Context(), c, "")
		if ue, ok := errors.AsType[*control.UnansweredError](err); !ok || ue.Quirk.Name != control.QuirkEPSVUnanswered {
			t.Errorf("%v; want an UnansweredError", err)
		}
	})
}
