package conformance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestAccounts runs the cases about accounts against servers that ask for one.
func TestAccounts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		id     string
		user   ftptest.User
		always bool
		want   conformance.Verdict
	}{
		{"rfc959-4.1.1-acct-332", ftptest.User{Account: account}, false, conformance.Pass},
		{"rfc959-4.1.1-acct-per-command", ftptest.User{StoreAccount: account}, true, conformance.Note},
		{"rfc959-4.1.1-acct-per-command", ftptest.User{Account: account}, false, conformance.Skip},
	} {
		t.Run(tt.id, func(t *testing.T) {
			t.Parallel()
			tt.user.Name, tt.user.Password = "user", "password"
			inBubble(t, &ftptest.Config{Users: []ftptest.User{tt.user}}, func(t *testing.T, _ *ftptest.Server, target conformance.Target) {
				target.Account, target.AccountAlways = account, tt.always
				report, err := conformance.Run(t.Context(), target, conformance.Options{Only: []string{tt.id}})
				if err != nil {
					t.Fatal(err)
				}
				r := report.Result(tt.id)
				if r.Verdict != tt.want {
					t.Errorf("%s, want %s", verdictOf(r), tt.want)
					logTranscript(t, r)
				}
				for _, l := range r.Transcript {
					if strings.Contains(l.Text, account) {
						t.Errorf("the transcript holds the account: %s", l)
					}
				}
			})
		})
	}
}

// TestSlowAndIntrusive runs the cases that wait, and those that send wrong passwords,
// against a correct server.
func TestSlowAndIntrusive(t *testing.T) {
	t.Parallel()
	for _, mode := range []tlsx.Mode{tlsx.ModeNone, tlsx.ModeExplicit} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			wantCorrect(t, check(t, mode, conformance.Options{Slow: true, Intrusive: true, MaxTime: time.Hour}))
		})
	}
}

// TestGuesses checks that an account gets three wrong passwords at most, and no more
// logins are made than are permitted.
func TestGuesses(t *testing.T) {
	t.Parallel()
	for name, most := range map[string]int{"any number of logins": 0, "two logins": 2, "four logins": 4} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, &ftptest.Config{MaxLoginFailures: -1}, func(t *testing.T, srv *ftptest.Server, target conformance.Target) {
				opts := conformance.Options{Slow: true, Intrusive: true, MaxLogins: most, Only: []string{"sec-*-password", "rfc2577-5-*", "rfc2577-7-*"}}
				report, err := conformance.Run(t.Context(), target, opts)
				if err != nil {
					t.Fatal(err)
				}
				own, all, user := 0, 0, ""
				for _, line := range srv.Commands() {
					switch verb, arg, _ := strings.Cut(line, " "); verb {
					case "USER":
						user = arg
					case "PASS":
						if all++; user == "user" {
							own++
						}
					}
				}
				// One login with the right password comes first.
				if own > 1+3 || most > 0 && all > most {
					t.Errorf("%d logins, of which %d with the account; %d are permitted", all, own, most)
				}
				if r := report.Result("rfc2577-5-attempt-limit"); most == 0 && r.Verdict != conformance.Warn {
					t.Errorf("no limit: %s, want WARN", verdictOf(r))
				}
			})
		})
	}
}

// TestLoginForms logs in at a virtual host, and with one-time passwords.
func TestLoginForms(t *testing.T) {
	t.Parallel()
	user := ftptest.User{Name: "user", Password: "password"}
	once := user
	once.OneTime = &ftptest.OneTime{Hash: "sha1", Sequence: 500, Seed: "seed1"}
	for _, tt := range []struct {
		name   string
		cfg    ftptest.Config
		target conformance.Target
		fails  bool
	}{
		{"virtual host", ftptest.Config{Users: []ftptest.User{{Name: "else", Password: "else"}},
			Hosts: []ftptest.VirtualHost{{Names: []string{"v.example"}, Users: []ftptest.User{user}}}}, conformance.Target{VirtualHost: "v.example"}, false},
		{"one-time password", ftptest.Config{Users: []ftptest.User{once}}, conformance.Target{}, false},
		{"no one-time password", ftptest.Config{Users: []ftptest.User{once}}, conformance.Target{NoOneTime: true}, true},
		{"only one-time passwords", ftptest.Config{Users: []ftptest.User{user}}, conformance.Target{OneTimeOnly: true}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, &tt.cfg, func(t *testing.T, _ *ftptest.Server, target conformance.Target) {
				target.VirtualHost, target.NoOneTime, target.OneTimeOnly = tt.target.VirtualHost, tt.target.NoOneTime, tt.target.OneTimeOnly
				report, err := conformance.Run(t.Context(), target, conformance.Options{Only: []string{"rfc959-5.4", "rfc959-4.1.1", "rfc7151"}})
				if (err != nil) != tt.fails {
					t.Fatalf("Run: %v", err)
				}
				if err == nil {
					wantCorrect(t, report)
				}
			})
		})
	}
}
