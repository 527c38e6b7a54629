package listing

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// usualLines are lines that the fast ways must take.
var usualLines = []string{
	"-rw-r--r--    1 mira     ops           40318 Feb  9 15:04 ledger",
	"drwxr-xr-x 12 0 0 4096 dec 31  2019 a b  c ",
	"lrwxrwxrwx   1 mira     ops               11 Feb 29 24:00 now -> ../current -> x",
	"-rwsr-xr-t 999999999 mira ops 999999999999999999 Jan 1 00:00 -> x",
	"lrwxrwxrwx 1 m o 1 Jan  1  1601 \xff\xe9",
	"type=file;size=12;modify=20240229235960; a b ",
	"modify=19700101000000;perm=adfrw;size=40318;type=OS.unix=slink:/x;unique=FD00U1;UNIX.group=100;UNIX.groupname=ops;UNIX.mode=0644;UNIX.owner=1;UNIX.ownername=mira; =;",
	"UNIX.ownername=mira;UNIX.owner=1;UNIX.groupname=ops;UNIX.group=100; x",
	"type=dir;sizd=4096;UNIX.mode=0755;UNIX.uid=0;UNIX.gid=7;unique=1g8; x",
	"size=1;sizd=2;UNIX.owner=a;UNIX.uid=b;UNIX.groupname=c;UNIX.gid=d; x", "sizd=2;size=1;UNIX.uid=b;UNIX.owner=a;UNIX.gid=d;UNIX.group=c; x",
	"Type=cdir;Size=1;Modify=99991231235959;Perm=el;x.unknown=\xe4;lang=en; .",
}

// unusualLines are lines that they must leave alone: what they are is for the readers of all lines to say.
var unusualLines = []string{
	"", " ", "-", "d",
	"-rw-r--r-- 1 mira ops 40318 Feb 30 15:04 ledger",                             // no such day
	"-rw-r--r-- 1 mira ops 40318 Feb  9 25:04 ledger",                             // no such hour
	"-rw-r--r-- 1 mira ops 40318 Feb  9 1:04 ledger",                              // another form of the time
	"-rw-r--r-- 1 mira ops 40318 Feb  9 2019 ledger",                              // a time of day may follow
	"-rw-r--r-- 1 mira ops 40318 Feb  9  1600 ledger",                             // no year
	"-rw-r--r-- 1 mira ops 40318 Feb  9 15:04",                                    // no name
	"-rw-r--r-- 1 mira ops 40318 Feb  9 15:04 ",                                   // no name
	"-rw-r--r-- 1 mira ops 40318 Feb  9 15:04  ledger",                            // a name that starts with a blank
	"-rw-r--r-- 1 mira ops 40318 Feb  9 15:04\tledger",                            // a tab
	"-rw-r--r-- 1 mira\tme ops 40318 Feb  9 15:04 ledger",                         // and another
	"-rw-r--r-- 1 mira ops 4k Feb  9 15:04 ledger",                                // a size with a unit
	"-rw-r--r-- 1 mira ops 9223372036854775808 Feb  9 15:04 ledger",               // too large
	"-rw-r--r-- 1 mira domain users 40318 Feb  9 15:04 ledger",                    // a group of two words
	"brw-r--r-- 1 mira ops 8, 1 Feb  9 15:04 sda",                                 // a device
	"lrw-r--r-- 1 mira ops 0 Feb  9 15:04  -> x",                                  // a link without a name
	"-rw-r--r--+ 1 mira ops 40318 Feb  9 15:04 ledger",                            // an access list
	"type=file;size=12;", "type=file;", "type=file", "type=file; ", "type=file;;", // no name
	"type=file;type=dir; x",    // twice
	"type=file;; x",            // nothing
	"type=file x",              // no semicolon
	"type=; x",                 // no value
	"type=file;=y; x",          // no name of a fact
	"TYPE=file; x",             // another spelling
	"size=-1; x", "size=1a; x", // no number
	"size=9223372036854775808; x",   // too large
	"modify=20240230000000; x",      // no such day
	"modify=2024022900000; x",       // a digit short
	"modify=20240229000000.5; x",    // a fraction
	"modify=19691231235959; x",      // before 1970
	"modify=2024022900000/; x",      // no digit
	"perm=a\x7fb; x", "perm=a\tb; ", // control characters
	"unique=0123456789\x01; x",
	" type=file; x", " x",
}

// usual reads a line by the fast way of a dialect.
func usual(l *lister, dialect, line string) bool {
	l.cur = dialectNamed(dialect)
	if dialect == "mlsx" {
		l.begin(l.cur, line)
		ok := l.e.usualMLSx(line)
		l.finish()
		return ok
	}
	return l.usual(line)
}

func TestUsual(t *testing.T) {
	for _, line := range usualLines {
		l := newTestLister(t)
		if !usual(l, "unix", line) && !usual(l, "mlsx", line) {
			t.Errorf("%q is not taken", line)
		}
		checkUsual(t, line)
	}
	for _, line := range unusualLines {
		l := newTestLister(t)
		if usual(l, "unix", line) || usual(l, "mlsx", line) {
			t.Errorf("%q is taken", line)
		}
	}
}

func newTestLister(t *testing.T) *lister {
	l, err := newLister(Options{Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// checkUsual checks that the fast ways read a line as the readers of all lines do, if at all.
func checkUsual(t *testing.T, line string) {
	t.Helper()
	for _, name := range []string{"unix", "mlsx"} {
		l := newTestLister(t)
		if !usual(l, name, line) {
			continue
		}
		got := l.e
		l.begin(l.cur, line)
		l.w.split(line)
		var err error
		if name == "mlsx" {
			err = l.e.readAnyMLSx(line)
		} else {
			err = readUnix(l, &l.w, &l.e)
		}
		l.finish()
		if err != nil {
			t.Fatalf("%q is taken; want %v", line, err)
		}
		if diff := cmp.Diff(l.e, got); diff != "" {
			t.Errorf("%q mismatch (-want +got):\n%s", line, diff)
		}
	}
}

// TestUsualCuts checks the lines with a byte changed, missing or added at each place.
func TestUsualCuts(t *testing.T) {
	for _, line := range usualLines {
		for i := range len(line) {
			checkUsual(t, line[:i])
			checkUsual(t, line[:i]+line[i+1:])
			for _, c := range "\x00\t\x1f :;=-/09a\x7f\u0080" {
				checkUsual(t, line[:i]+string(c)+line[i+1:])
				checkUsual(t, line[:i]+string(c)+line[i:])
			}
		}
	}
}

// FuzzUsual: the fast ways read a line as the readers of all lines do, if at all.
func FuzzUsual(f *testing.F) {
	for _, line := range append(usualLines, unusualLines...) {
		f.Add(line)
	}
	f.Fuzz(checkUsual)
}
