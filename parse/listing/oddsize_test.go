package listing

import (
	"strings"
	"testing"
)

// sized is a line of each dialect whose entry has a size, with "%" where that stands and what must stand before.
var sized = []struct{ dialect, before, line string }{
	{"eplf", "", "+r,s%,\ta"},
	{"mlsx", "", "type=file;size=%; a"},
	{"mlsx", "", "type=file;sizd=%; a"},
	{"netware", "", "- [RWCEAFMS] SERG                           % Oct 16  2000 a"},
	{"netware", "", "-[RWCEAFMS] bill             %     Sept 14, 99 3:39 pm a"},
	{"stercom", "", "-C--E-----FTP B QUA1I1      18128       % Aug 12 13:56 a"},
	{"stercom", "", "MAILBX1 00000013 % <a>           990929-1308 A R TCP EBC"},
	{"distinct", "", "-wa--        %  Dec 29,2002   6:56  a"},
	{"unix", "", "-rw-r--r-- 1 me us % Feb  9 15:04 a"},
	{"unix", "", "-rw-r--r-- 1 me domain users % Feb  9  2019 a"},
	{"unix", "", "-rw-r--r-- 1 me us % 2024-02-09 15:04 a"},
	{"unix", "", "-rw-r--r-- me % Feb  9 15:04 a"},
	{"unix", "", "-rw-r--r-- % Feb  9 15:04 a"},
	{"unix", "", "0100644   500  101   %    1086300000       a"},
	{"dos", "", "02-09-24  03:04PM   % a"},
	{"os400", "", "ROOT   % 05/29/08 10:16:58 *FILE      a"},
	{"os2", "", "%      A         11-23-102   13:37  a"},
	{"vms", "", "a.;1             %/6          13-MAY-1996 22:55:36  [10545,1]              (RWED,RWED,RE,RE)"},
	{"jes", "         ID  STEPNAME PROCSTEP C DDNAME   BYTE-COUNT\r\n", "         001 JES2              X JESMSGLG      %"},
	{"tandem", "File         Code             EOF  Last Modification    Owner  RWEP\r\n", "a 101 % 12-Jan-14 14:21:18 255, 0 \"oooo\""},
	{"vmcms", "", "05/20/2000 13:38:19   F        1          % 'a'"},
	{"gcos8", "", "- rwx rwx ---     % 02/24/98 09:54:17  me      a"},
	{"vxworks", "", "%    Aug-19-1994  12:00:00   a"},
	{"vshell", "", "%  Apr 04, 2000 21:06 a"},
	{"wfftp", "", "a   %  11/13/98 Fri. 13:16:01"},
	{"pctcp", "", "%              a   Tue May 31 06:22:00 1994"},
	{"chameleon", "", "a     %      Jun 21 1995 17:01   R"},
	{"supertcp", "", "a  %   11-22-2004  15:34 a"},
	{"pcnfsd", "", "a    %       06-10-99  10:00a"},
	{"ncsa", "", "a               % 02-20-94  23:08"},
	{"ka9q", "", "a  %  11:20  1/03/93"},
	{"vse", "", "a       %       7    98/01/24   10:54  F"},
	{"music", "", "a                       47VC    % 08JAN03 24SEP96 14:30 $000000  CR        5"},
}

// Of a size that is no count of octets, nothing is made: neither its last digits nor those before a point.
func TestOddSizes(t *testing.T) {
	read := func(dialect, text string) (got []Entry, err error) {
		for e, e2 := range Read(strings.NewReader(text), Options{Now: testNow, Dialect: dialect}, Limits{}) {
			if e2 != nil {
				err = e2
				continue
			}
			got = append(got, e)
		}
		return got, err
	}
	for _, tt := range sized {
		plain, err := read(tt.dialect, tt.before+strings.Replace(tt.line, "%", "4096", 1))
		if err != nil || len(plain) != 1 || plain[0].Name != "a" && tt.dialect != "vms" && tt.dialect != "jes" || plain[0].Size < 0 {
			t.Errorf("%s: %q has no size to spoil: %+v, %v", tt.dialect, tt.line, plain, err)
			continue
		}
		for _, odd := range []string{"-1", "-1294967296", "-2147483648", "+5", "-0", "0x10", "0XFF", "1e3", "1.5e3", "1.5E+09", "2e-3", "-1.5k", "1.55", "-12,345"} {
			got, err := read("", tt.before+strings.Replace(tt.line, "%", odd, 1))
			if err != nil || len(got) != 1 {
				t.Errorf("%s with %s: %d entries, %v", tt.dialect, odd, len(got), err)
				continue
			}
			if e := got[0]; e.Size != -1 || e.Name != plain[0].Name || e.Owner != plain[0].Owner || e.Group != plain[0].Group {
				t.Errorf("%s with %s: size %d, name %q, owner %q, group %q", tt.dialect, odd, e.Size, e.Name, e.Owner, e.Group)
			}
		}
		for _, number := range []string{"2147483648", "4294967295", "4294967296", "9223372036854775807"} {
			if got, err := read(tt.dialect, tt.before+strings.Replace(tt.line, "%", number, 1)); err != nil || len(got) != 1 {
				t.Errorf("%s with %s: %d entries, %v", tt.dialect, number, len(got), err)
			}
		}
	}
}

func TestOddGluedSizes(t *testing.T) {
	for _, group := range []string{"ops-5", "ops+5", "accounting-1294967296", "0y0x10z0x10", "ops1e3", "ops1.55", "ops1,234", "0b1", "0o17", "1_000", "1_000_000", "1'000"} {
		e, err := Line("-rw-r--r-- 1 me "+group+" Feb  9 15:04 a", Options{Now: testNow})
		if err != nil || e.Size != -1 || e.Group != group || e.Name != "a" {
			t.Errorf("%s: size %d, group %q, name %q, %v", group, e.Size, e.Group, e.Name, err)
		}
	}
}
