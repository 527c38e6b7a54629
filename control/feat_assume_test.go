package control_test

import (
	"slices"
	"testing"

	"github.com/ftpwire/ftpwire/control"
)

// What the caller assumes counts beside FEAT, and in place of it; what the software is known
// to have counts where there is no FEAT.
func TestAssumeFeatures(t *testing.T) {
	const inetutils = "220 host FTP server (GNU inetutils 2.4) ready."
	for _, tt := range []struct {
		name     string
		login    control.LoginOptions
		greeting string
		feat     []string // the reply; nil: it is not sent
		want     []string
	}{
		{name: "nothing assumed", feat: []string{"502 no"}},
		{name: "in place of FEAT", login: control.LoginOptions{AssumeFeatures: []string{"SIZE", "REST STREAM"}}, feat: []string{"502 no"}, want: []string{"SIZE", "REST STREAM"}},
		{name: "FEAT refused for another reason", login: control.LoginOptions{AssumeFeatures: []string{"SIZE"}}, feat: []string{"550 not for you"}, want: []string{"SIZE"}},
		{name: "FEAT not sent", login: control.LoginOptions{AssumeFeatures: []string{"SIZE"}, NoFeat: true}, want: []string{"SIZE"}},
		{
			name: "beside FEAT, which counts more", login: control.LoginOptions{AssumeFeatures: []string{"mlst type*;", " SIZE", "MDTM", ""}},
			feat: []string{"211-features", " MLST size*;", " SIZE", "211 end"}, want: []string{"MLST size*;", "SIZE", "MDTM"},
		},
		{name: "FEAT without features", login: control.LoginOptions{AssumeFeatures: []string{"SIZE"}}, feat: []string{"211 none"}, want: []string{"SIZE"}},
		{name: "known software", greeting: inetutils, feat: []string{"500 'FEAT': command not understood."}, want: []string{"SIZE", "MDTM"}},
		{name: "known software, FEAT not sent", greeting: inetutils, login: control.LoginOptions{NoFeat: true}, want: []string{"SIZE", "MDTM"}},
		{name: "known software and the caller", greeting: inetutils, login: control.LoginOptions{AssumeFeatures: []string{"MDTM", "TVFS"}}, feat: []string{"500 no"}, want: []string{"MDTM", "TVFS", "SIZE"}},
		{name: "known software that has FEAT", greeting: inetutils, feat: []string{"211 none"}},
		{name: "known software, another refusal", greeting: inetutils, feat: []string{"550 not for you"}},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := newTestConn(t, &control.Config{Security: control.SecurityNone, Login: tt.login})
			if tt.greeting == "" {
				tt.greeting = "220 ready"
			}
			tc.writeReply(tt.greeting)
			tc.wantOK("dial", tc.op)
			login := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "") })
			tc.answer("USER user", "331 password")
			tc.answer("PASS secret", "230 in")
			if tt.feat != nil {
				tc.answer("FEAT", tt.feat...)
			}
			tc.wantOK("login", login)
			var got []string
			for label, args := range tc.c.Features().All() {
				if args != "" {
					label += " " + args
				}
				got = append(got, label)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("features %q; want %q", got, tt.want)
			}
			if (len(tt.want) > 0) != (tc.c.Features() != nil) {
				t.Errorf("Features is nil: %v", tc.c.Features() == nil)
			}
		})
	}
}
