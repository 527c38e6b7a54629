package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPWDForms holds the directories of systems other than Unix, and what servers make of the quotes.
func TestPWDForms(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want string
		err  string
	}{
		{name: "VMS quoted", text: `"DISK$USER:[ANON.PUB]" is current directory.`, want: `DISK$USER:[ANON.PUB]`},
		{name: "VMS bare", text: `SYS$SYSDEVICE:[ANON] is current directory.`, want: `SYS$SYSDEVICE:[ANON]`},
		{name: "VMS angle brackets", text: `DKA100:<ANON.PUB> is current directory.`, want: `DKA100:<ANON.PUB>`},
		{name: "VMS node", text: `ALPHA::DKA0:[ANON]`, want: `ALPHA::DKA0:[ANON]`},
		{name: "VMS root", text: `"DISK$USER:[000000]"`, want: `DISK$USER:[000000]`},
		{name: "angle brackets alone", text: `<directory> is yours`, err: "no quoted"},
		{name: "brackets mixed", text: `DKA0:[ANON> is yours`, err: "no quoted"},
		{name: "DOS quoted", text: `"C:\Inetpub\ftp root" is current directory.`, want: `C:\Inetpub\ftp root`},
		{name: "DOS drive quoted", text: `"C:" is current directory`, want: `C:`},
		{name: "DOS root bare", text: `C:\`, want: `C:\`},
		{name: "share", text: `\\server\share is current directory`, want: `\\server\share`},
		{name: "Windows CE", text: `"\Storage Card" is current directory`, want: `\Storage Card`},
		{name: "Windows CE bare", text: `\Temp is current directory`, want: `\Temp`},
		{name: "z/OS prefix", text: `"'HLQ.DATA.'" is the working directory name prefix.`, want: `'HLQ.DATA.'`},
		{name: "z/OS data set", text: `"'HLQ.PDS'" partitioned data set is working directory`, want: `'HLQ.PDS'`},
		{name: "z/OS HFS", text: `"/u/hlq" is the HFS working directory.`, want: `/u/hlq`},
		{name: "z/OS no prefix", text: `"" is the working directory name prefix.`, err: "empty"},
		{name: "OS/400 library", text: `"QGPL" is current library.`, want: `QGPL`},
		{name: "OS/400 IFS", text: `"/QSYS.LIB/QGPL.LIB" is current directory.`, want: `/QSYS.LIB/QGPL.LIB`},
		{name: "OS/400 IFS bare", text: `/QSYS.LIB/QGPL.LIB`, want: `/QSYS.LIB/QGPL.LIB`},
		{name: "VM minidisk", text: `"ANON.191" is the current directory`, want: `ANON.191`},
		{name: "MPE group", text: `"/PUB/SYS" is the current directory.`, want: `/PUB/SYS`},
		{name: "Guardian", text: `"\SYS.$DATA.SUBVOL" is current.`, want: `\SYS.$DATA.SUBVOL`},
		{name: "NetWare", text: `"SYS:/PUBLIC" is current directory.`, want: `SYS:/PUBLIC`},
		{name: "VxWorks", text: `Current directory is "/ata0a"`, want: `/ata0a`},
		{name: "relative", text: `"pub/in" is current`, want: `pub/in`},
		{name: "doubled", text: `"/a ""b"" c" is current`, want: `/a "b" c`},
		{name: "doubled at the ends", text: `"""/a"""`, want: `"/a"`},
		{name: "quoted twice", text: `""/a b"" is current`, want: `/a b`},
		{name: "quoted twice, DOS", text: `""C:\x""`, want: `C:\x`},
		{name: "quoted twice, not closed", text: `""/a" is current`, err: "empty"},
		{name: "quotes of prose", text: `"" is your ""home""`, err: "empty"},
		{name: "first quote missing", text: `/home/a b" is current`, want: `/home/a b`},
		{name: "first quote missing, DOS", text: ` d:\x" is current`, want: `d:\x`},
		{name: "first quote missing in prose", text: `home" is current`, err: "not closed"},
		{name: "last quote missing after words", text: `/x is now "/y`, err: "not closed"},
		{name: "last quote missing", text: `"/home/me is current`, err: "not closed"},
		{name: "both missing", text: `/home/me is current`, want: `/home/me`},
		{name: "apostrophe", text: `You're in "/x"`, want: `/x`},
		{name: "single, doubled", text: `'/it''s' is current`, want: `/it's`},
		{name: "control character between two pairs", text: "\"\"/a\tb\"\"", err: "control"},
		{name: "control character before a quote", text: "/a\x01b\" is", err: "control"},
		{name: "quote alone", text: `"`, err: "not closed"},
		{name: "two quotes alone", text: `""`, err: "empty"},
		{name: "three quotes alone", text: `"""`, err: "not closed"},
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
