package ftpwire_test

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// An own quirk is in force where it applies, and nowhere else.
func TestOwnQuirk(t *testing.T) {
	here := func(s control.Server) bool { return strings.Contains(s.Greeting.Text(), "Kessel 7") }
	busy := regexp.MustCompile(`Kessel voll`)
	own := control.OwnQuirk{
		Name: "kessel", Applies: here, Force: []control.QuirkName{control.QuirkMLSTUnlisted}, Forbid: []control.QuirkName{control.QuirkPASS501},
		Meaning: func(verb protocol.Verb, r protocol.Reply) protocol.Meaning {
			switch {
			case verb == "PASS" && busy.MatchString(r.Text()):
				return protocol.TooManyUsers
			case verb == "DELE" && r.Code == 501:
				return protocol.NotExist
			}
			return protocol.Unexplained
		},
		Command: func(cmd protocol.Command) protocol.Command {
			if cmd.Verb == "PWD" {
				cmd.Verb = "XPWD"
			}
			if cmd.Verb == "LIST" {
				cmd.Arg = strings.TrimSpace("-l " + cmd.Arg)
			}
			return cmd
		},
	}
	for _, tt := range []struct {
		name, greeting string
		applies        bool
	}{
		{"it applies", "220 Kessel 7 bereit", true},
		{"another server", "220 ready", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{
					greeting: tt.greeting,
					replies:  map[string]string{"DELE f": "501 weg", "XPWD": `257 "/x"`, "PWD": `257 "/p"`, "FEAT": featNone, "SYST": "215 UNIX", "MLSD": "500 no"},
					data:     map[string]string{"LIST": lsLine, "LIST -l": strings.Replace(lsLine, " f\r", " g\r", 1)},
				}
				c := s.connect(t, control.QuirkPolicy{Own: []control.OwnQuirk{own}})
				if got := hasQuirk(c, "kessel"); got != tt.applies {
					t.Errorf("Quirks: %v", c.Conn().Quirks())
				}
				if got := hasQuirk(c, control.QuirkMLSTUnlisted); got != tt.applies {
					t.Errorf("mlst-unlisted is forced: %v", got)
				}
				if err := c.Conn().Dele(t.Context(), "f"); errors.Is(err, fs.ErrNotExist) != tt.applies {
					t.Errorf("DELE: %v", err)
				}
				want := map[bool]string{true: "/x", false: "/p"}[tt.applies]
				if dir, err := c.Conn().Pwd(t.Context()); dir != want || err != nil {
					t.Errorf("PWD: %q, %v", dir, err)
				}
				want = map[bool]string{true: "g", false: "f"}[tt.applies]
				if got, err := names(t.Context(), c, ""); err != nil || !slices.Equal(got, []string{want}) {
					t.Errorf("%q, %v; want %s", got, err, want)
				}
			})
		})
	}
}

// What the caller says of a rejected login decides whether it is tried again.
func TestOwnQuirkOfLogin(t *testing.T) {
	for _, own := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{replies: map[string]string{"PASS password": "530 Kessel voll"}}
			policy := control.QuirkPolicy{}
			if own {
				policy.Own = []control.OwnQuirk{{Name: "kessel", Meaning: func(verb protocol.Verb, r protocol.Reply) protocol.Meaning {
					if verb == "PASS" && strings.Contains(r.Text(), "voll") {
						return protocol.TooManyUsers
					}
					return protocol.Unexplained
				}}}
			}
			_, err := ftpwire.Dial(t.Context(), s.profile(t, policy))
			if ftpwire.Temporary(err) != own || errors.Is(err, control.ErrTooManyUsers) != own || errors.Is(err, fs.ErrPermission) == own {
				t.Errorf("own %v: %v, temporary %v", own, err, ftpwire.Temporary(err))
			}
		})
	}
}

// What an own quirk must not do is refused: before anything is sent, or for the command alone.
func TestOwnQuirkRefused(t *testing.T) {
	for _, q := range []control.OwnQuirk{{}, {Name: control.QuirkPRET}, {Name: "type-unknown"}, {Name: "x", Force: []control.QuirkName{"nonsense"}}} {
		synctest.Test(t, func(t *testing.T) {
			_, err := ftpwire.Dial(t.Context(), (&script{}).profile(t, control.QuirkPolicy{Own: []control.OwnQuirk{q}}))
			if _, ok := errors.AsType[*control.QuirkError](err); !ok {
				t.Errorf("%q: %v; want a *QuirkError", q.Name, err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		var given []protocol.Verb
		s := &script{replies: map[string]string{"PWD": `257 "/"`}, data: map[string]string{"LIST": lsLine}}
		c := s.connect(t, control.QuirkPolicy{Own: []control.OwnQuirk{{Name: "x", Command: func(cmd protocol.Command) protocol.Command {
			given = append(given, cmd.Verb)
			switch cmd.Verb {
			case "LIST":
				cmd.Verb = "NOOP"
			case "PWD":
				cmd.Verb = "QUIT"
			case "SYST":
				cmd.Arg = "a\r\nDELE f"
			}
			return cmd
		}}}})
		for name, use := range map[string]func(context.Context) error{
			"a transfer": func(ctx context.Context) error { _, err := names(ctx, c, ""); return err },
			"QUIT":       func(ctx context.Context) error { _, err := c.Conn().Pwd(ctx); return err },
			"two lines": func(ctx context.Context) error {
				_, err := c.Conn().Do(ctx, protocol.Command{Verb: "SYST"})
				return err
			},
		} {
			if _, ok := errors.AsType[*protocol.ArgumentError](use(t.Context())); !ok {
				t.Errorf("%s: %v; want an *ArgumentError", name, use(t.Context()))
			}
		}
		for _, line := range s.commands() {
			if strings.HasPrefix(line, "NOOP") || strings.HasPrefix(line, "QUIT") || strings.HasPrefix(line, "DELE") {
				t.Errorf("%q was sent", line)
			}
		}
		if slices.Contains(given, "PASS") || slices.Contains(given, "USER") || slices.Contains(given, "FEAT") {
			t.Errorf("given: %q", given)
		}
		if err := c.Conn().Err(); err != nil {
			t.Error(err)
		}
	})
}
