package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPWD(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want string
		err  string
	}{
		{name: "usual", text: `"/usr/dm" is the current directory`, want: "/usr/dm"},
		{name: "created", text: `"/usr/dm/pathname" directory created`, want: "/usr/dm/pathname"},
		{name: "quotes doubled", text: `"/say ""hi""" created`, want: `/say "hi"`},
		{name: "only a quote", text: `""""`, want: `"`},
		{name: "blanks", text: `" /a  b " is cwd`, want: " /a  b "},
		{name: "rubbish before", text: `We've put you into "/dir" now`, want: "/dir"},
		{name: "no text behind", text: `"/"`, want: "/"},
		{name: "z/OS", text: `"'OPS1.'" is the working directory`, want: "'OPS1.'"},
		{name: "UTF-8", text: "\"/b\u00fccher\" is cwd", want: "/b\u00fccher"},
		{name: "not UTF-8", text: "\"/b\xfccher\" is cwd", want: "/b\xfccher"},
		{name: "single quotes", text: `'/a dir' is current`, want: "/a dir"},
		{name: "single quotes later", text: `It's in '/it''s'`, want: "/it's"},
		{name: "unquoted", text: `/home/me is current directory`, want: "/home/me"},
		{name: "unquoted alone", text: ` /home/me`, want: "/home/me"},
		{name: "drive", text: `C:\ftp is current`, want: `C:\ftp`},
		{name: "drive with slash", text: `d:/`, want: `d:/`},
		{name: "drive alone", text: `d:`, want: `d:`},
		{name: "VMS", text: `DISK$USER:[ANON.PUB] is current`, want: `DISK$USER:[ANON.PUB]`},
		{name: "VMS relative", text: `[.PUB]`, want: `[.PUB]`},
		{name: "not closed", text: `"/home`, err: "not closed"},
		{name: "not closed after doubled", text: `"/home""`, err: "not closed"},
		{name: "single not closed", text: `'/home`, err: "not closed"},
		{name: "empty quotes", text: `"" is cwd`, err: "empty"},
		{name: "control character", text: "\"/a\rb\"", err: "control"},
		{name: "NUL unquoted", text: "/a\x00b", err: "control"},
		{name: "word", text: `directory is /x`, err: "no quoted"},
		{name: "colon word", text: `Note:x`, err: "no quoted"},
		{name: "brackets", text: `x[y]`, err: "no quoted"},
		{name: "empty", text: ``, err: "no quoted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := PWD(tt.text)
			if tt.err != "" {
				wantError(t, err, tt.text, tt.err)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQuotePath(t *testing.T) {
	if diff := cmp.Diff(`"/say ""hi"""`, QuotePath(`/say "hi"`)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
