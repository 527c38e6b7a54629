package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// showHelp writes commands as "VERB" or "VERB*", and the syntax in parentheses.
func showHelp(all []HelpVerb) string {
	var out []string
	for _, v := range all {
		s := v.Verb
		if !v.Implemented {
			s += "*"
		}
		if v.Syntax != "" {
			s += "(" + v.Syntax + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestHelp(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		want  string
	}{
		{name: "BSD", lines: []string{" The following commands are recognized (* =>'s unimplemented).",
			"   USER    PORT    STOR    MSAM*   RNTO", "   ACCT*   TYPE    MLFL*   XCUP", "Direct comments to ftp-bugs@host.example."},
			want: "USER PORT STOR MSAM* RNTO ACCT* TYPE MLFL* XCUP"},
		{name: "ProFTPD", lines: []string{"The following commands are recognized (* =>'s unimplemented):",
			"214-CWD     XCWD    SMNT*   QUIT    ", "214-HELP    REIN*   FEAT    MLST    ", "Direct comments to root@host"},
			want: "CWD XCWD SMNT* QUIT HELP REIN* FEAT MLST"},
		{name: "ProFTPD SITE", lines: []string{"The following SITE commands are recognized (* =>'s unimplemented)",
			"CPFR <sp> pathname", "214-UTIME <sp> YYYYMMDDhhmm[ss] <sp> path", " HELP", "CHMOD <sp> mode <sp> file", "Direct comments to root@host"},
			want: "CPFR(<sp> pathname) UTIME(<sp> YYYYMMDDhhmm[ss] <sp> path) HELP CHMOD(<sp> mode <sp> file)"},
		{name: "vsftpd", lines: []string{"The following commands are recognized.", " ABOR ACCT CWD  DELE EPRT", " XPWD XRMD", "Help OK."},
			want: "ABOR ACCT CWD DELE EPRT XPWD XRMD"},
		{name: "vsftpd SITE", lines: []string{"CHMOD UMASK HELP"}, want: "CHMOD UMASK HELP"},
		{name: "Serv-U, one line", lines: []string{"PSWD;SET;ZONE;CHMOD;MSG;EXEC;HELP"}, want: "PSWD SET ZONE CHMOD MSG EXEC HELP"},
		{name: "semicolons behind a colon", lines: []string{"Supported SITE commands: PSWD; CHMOD; HELP;"}, want: "PSWD CHMOD HELP"},
		{name: "IIS", lines: []string{"The following  commands are recognized(* ==>'s unimplemented).", "    ABOR", "    ADAT *", "    CCC", "    ENC *", "HELP command successful."},
			want: "ABOR ADAT* CCC ENC*"},
		{name: "IIS SITE", lines: []string{"The following SITE commands are recognized (* ==>'s unimplemented).", "    CKM       ", "    DIRSTYLE  ", "    HELP      ", "HELP command successful."},
			want: "CKM DIRSTYLE HELP"},
		{name: "Pure-FTPd", lines: []string{"The following SITE commands are recognized", " ALIAS", " CHMOD", " IDLE", "Pure-FTPd - http://pureftpd.org/"},
			want: "ALIAS CHMOD IDLE"},
		{name: "FileZilla", lines: []string{"The following commands are recognized.", " NOP  USER TYPE SYST SIZE", "Have a nice day."},
			want: "NOP USER TYPE SYST SIZE"},
		{name: "asterisk first", lines: []string{" The following commands are recognized (* =>'s unimplemented).", "  USER   *ACCT   *SMNT   QUIT", "Direct comments to root."},
			want: "USER ACCT* SMNT* QUIT"},
		{name: "asterisk is good", lines: []string{"Commands (* = implemented):", "USER* ACCT RETR *", "end"},
			want: "USER ACCT* RETR"},
		{name: "plus", lines: []string{"(* =>'s unimplemented, + =>'s nonstandard)", "USER MLFL*+ XMD5+", "ok"}, want: "USER MLFL* XMD5"},
		{name: "commas", lines: []string{"Commands: USER, PASS, QUIT."}, want: "USER PASS QUIT"},
		{name: "described", lines: []string{"The following commands are recognized", "\tABOR\tabort the transfer", "CWD  change directory", "MKD - make directory", "RMD: remove directory", ""},
			want: "ABOR(abort the transfer) CWD(change directory) MKD(make directory) RMD(remove directory)"},
		{name: "described and not implemented", lines: []string{"(* not implemented)", "ACCT* <sp> account", "SMNT * <sp> path", "END"},
			want: "ACCT*(<sp> account) SMNT*(<sp> path)"},
		{name: "SITE before each", lines: []string{"Site commands:", "SITE CHMOD <mode> <path>", "SITE IDLE", "End"}, want: "CHMOD(<mode> <path>) IDLE"},
		{name: "SITE as a command", lines: []string{"Commands:", "SITE SIZE STAT", "USER", "End"}, want: "SITE SIZE STAT USER"},
		{name: "underscore, digits", lines: []string{"Commands:", "SITE_IDLE XSHA256", "OK"}, want: "SITE_IDLE XSHA256"},
		{name: "twice", lines: []string{"USER PASS USER"}, want: "USER PASS"},
		{name: "prose", lines: []string{"FTP server of the institute", "See RFC 959", "OK"}, want: ""},
		{name: "capital letter of a sentence", lines: []string{"A server"}, want: ""},
		{name: "OK", lines: []string{"OK"}, want: ""},
		{name: "asterisks", lines: []string{"*****", "* USER *", "***"}, want: "USER*"},
		{name: "none", want: ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, showHelp(Help(tt.lines))); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzHelp: each command comes once, is in capitals and short.
func FuzzHelp(f *testing.F) {
	f.Add("The following (* =>'s unimplemented)\n USER ACCT*\nUTIME <sp> path\nOK")
	f.Fuzz(func(t *testing.T, text string) {
		seen := map[string]bool{}
		for _, v := range Help(strings.Split(text, "\n")) {
			if seen[v.Verb] || v.Verb == "" || v.Verb != strings.ToUpper(v.Verb) || len(v.Verb) > 24 {
				t.Errorf("%+v", v)
			}
			seen[v.Verb] = true
		}
	})
}
