package main

import (
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

// TestListNotes has listings that a flag would make readable: "parse list" and "ls" name it, and it works.
func TestListNotes(t *testing.T) {
	const start = "-rw-r--r-- 1 mira ops 5 "
	for _, tt := range []struct {
		name, lines, args string
		code              int
		want              []string
		help              string // flag that is proposed
		then              string // what it leads to
	}{
		{
			name: "names in a code page", lines: start + "Jan 9 2019 \xcf\xf0\xe8\xea\xe0\xe7\xfb.doc\n" + start + "Jan 9 2019 plain\n",
			want: []string{"1 name is not UTF-8", `windows-1251 (1 of 1 fit, as in "Приказы.doc")`, "or KOI8-R", "try --charset auto:windows-1251"},
			help: "--charset=auto:windows-1251", then: `"name":"Приказы.doc","name_base64":"z/Do6uDn+y5kb2M="`,
		},
		{
			name: "the month tells", lines: start + "\xd1\xce\xd7 9 2019 \xf6.doc\n", want: []string{"it reads the months of 1 dates", "try --charset auto:KOI8-R"},
			help: "--charset=auto:KOI8-R", then: `"name":"Ж.doc"`,
		},
		{
			name: "dates", lines: start + "20240109:15:04 a\n" + start + "Jan 9 2019 b\n", code: exitNo,
			want: []string{`the date of 1 line is not known: --date-format "yyyyMMdd:HH:mm|MMM d yyyy" reads them, and the dates of the other lines`},
			help: "--date-format=yyyyMMdd:HH:mm|MMM d yyyy", then: `"time":"2024-01-09T15:04:00Z"`,
		},
		{name: "code page given", lines: start + "Jan 9 2019 \xfc.doc\n", args: "--charset=IBM850"},
		{name: "nothing to say", lines: start + "Jan 9 2019 ü.doc\n" + start + "Qqq 9 2019 a\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"parse", "list"}, strings.Fields(tt.args)...)
			r := runIn(t, setting{stdin: strings.NewReader(tt.lines)}, args...)
			if r.code != tt.code || (r.err == "") != (tt.want == nil) {
				t.Fatalf("exit %d, standard error %q; want exit %d", r.code, r.err, tt.code)
			}
			for _, want := range tt.want {
				if !strings.Contains(r.err, want) {
					t.Errorf("standard error is %q, want %q in it", r.err, want)
				}
			}
			if tt.help == "" {
				return
			}
			r = runIn(t, setting{stdin: strings.NewReader(tt.lines)}, append(args, tt.help)...)
			if r.code != exitGood || r.err != "" || !strings.Contains(r.out, tt.then) {
				t.Errorf("with %s: exit %d, standard error %q, output %s; want %s", tt.help, r.code, r.err, r.out, tt.then)
			}
		})
	}
}

func TestListNotesOfServer(t *testing.T) {
	f := serve(t, ftptest.Config{})
	if err := f.WriteFile("/odd/\xcf\xf0\xe8\xea\xe0\xe7\xfb.doc", nil); err != nil {
		t.Fatal(err)
	}
	r := f.run(t, "ls", "URL/odd")
	r.want(t, exitGood, `the code page may be windows-1251 (1 of 1 fit, as in "Приказы.doc")`, "--charset auto:windows-1251")
	r = f.run(t, "ls", "--charset", "auto:windows-1251", "URL/odd")
	r.want(t, exitGood)
	if r.err != "" || !strings.Contains(r.out, "Приказы.doc") {
		t.Errorf("ls wrote %q, %q", r.out, r.err)
	}
}
