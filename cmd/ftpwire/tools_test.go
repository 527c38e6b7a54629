package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name string
		args string
		in   string
		want string // JSON lines
		code int
	}{
		{
			"unix", "list --now 2026-03-01 --tz UTC", "total 12\n-rw-r--r--   1 root  wheel  12 Jan  2 15:04 a b\r\nlrwxrwxrwx 1 u g 4 Mar 13  2024 l -> t\n",
			`{"name":"a b","type":"file","size":12,"time":"2026-01-02T15:04:00Z","precision":"minute","zone":"utc","mode":"rw-r--r--","owner":"root","group":"wheel","dialect":"unix","raw":"-rw-r--r--   1 root  wheel  12 Jan  2 15:04 a b"}
{"name":"l","type":"link","size":4,"time":"2024-03-13T00:00:00Z","precision":"day","zone":"utc","target":"t","mode":"rwxrwxrwx","owner":"u","group":"g","dialect":"unix","raw":"lrwxrwxrwx 1 u g 4 Mar 13  2024 l -> t"}
`, exitGood,
		},
		{
			"the year depends on now", "list --now 2025-12-31T00:00:00Z", "-rw-r--r-- 1 u g 1 Jan  2 15:04 x\n",
			`{"name":"x","type":"file","size":1,"time":"2025-01-02T15:04:00Z","precision":"minute","zone":"unknown","mode":"rw-r--r--","owner":"u","group":"g","dialect":"unix","raw":"-rw-r--r-- 1 u g 1 Jan  2 15:04 x"}
`, exitGood,
		},
		{
			"zone", "list --now 2026-03-01 --tz Europe/Vienna", "01-02-26  03:04PM  <DIR> x",
			`{"name":"x","type":"dir","time":"2026-01-02T15:04:00+01:00","precision":"minute","zone":"offset","dialect":"dos","raw":"01-02-26  03:04PM  <DIR> x"}
`, exitGood,
		},
		{
			"mlsx", "list", "type=cdir;modify=20260101000000; .\ntype=OS.unix=chr-1/3;size=0; null\n x y\n",
			`{"name":".","type":"dir","time":"2026-01-01T00:00:00Z","precision":"second","zone":"utc","dialect":"mlsx","raw":"type=cdir;modify=20260101000000; ."}
{"name":"null","type":"other","size":0,"dialect":"mlsx","raw":"type=OS.unix=chr-1/3;size=0; null"}
{"name":"x y","dialect":"mlsx","raw":" x y"}
`, exitGood,
		},
		{"garbage", "list", "garbage\n", `{"error":"LIST line: unknown format at 0 in \"garbage\"","raw":"garbage"}` + "\n", exitNo},
		{"other dialect", "list --dialect dos", "-rw-r--r-- 1 u g 1 Mar 13  2024 x\n",
			`{"error":"LIST line: not in the format dos at 0 in \"-rw-r--r-- 1 u g 1 Mar 13  2024 x\"","raw":"-rw-r--r-- 1 u g 1 Mar 13  2024 x"}` + "\n", exitNo},
		{"dialect", "list --dialect mlsx", "size=1; x", `{"name":"x","size":1,"dialect":"mlsx","raw":"size=1; x"}` + "\n", exitGood},
		{"not UTF-8", "list", "size=1; gr\xfcn\n", `{"name":"gr�n","name_base64":"Z3L8bg==","size":1,"dialect":"mlsx","raw":"size=1; gr\ufffdn"}` + "\n", exitGood},
		{"empty", "list", "", "", exitGood},
		{"feat", "feat", "211-Features:\r\n MDTM\r\n AUTH TLS\r\n211 End\r\n", `{"name":"MDTM"}` + "\n" + `{"name":"AUTH","args":"TLS"}` + "\n", exitGood},
		{"reply", "reply", "220-Hi\r\n <there>\r\n220 Ready\r\n331\n", `{"code":220,"lines":["Hi"," <there>","Ready"]}` + "\n" + `{"code":331,"lines":[""],"lint":["bare-lf","no-space"]}` + "\n", exitGood},
		{"half a reply", "reply", "220 ok\r\n220-Hi\r\n", `{"code":220,"lines":["ok"]}` + "\n" + `{"error":"the text ends in the middle of a reply","raw":""}` + "\n", exitNo},
		{"no reply", "reply", "SSH-2.0-x\r\n", `{"error":"`, exitNo},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"parse"}, strings.Fields(tt.args)...)
			r := runIn(t, setting{stdin: strings.NewReader(tt.in)}, args...)
			r.want(t, tt.code)
			got := r.out
			if !strings.HasSuffix(tt.want, "\n") && len(got) > len(tt.want) {
				got = got[:len(tt.want)] // only the beginning is ours to say
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if r.err != "" && tt.name != "not UTF-8" { // TestListNotes
				t.Errorf("standard error: %s", r.err)
			}
			file := filepath.Join(t.TempDir(), "in")
			if err := os.WriteFile(file, []byte(tt.in), 0o600); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(r.out, runIn(t, setting{}, append(args, file)...).out); diff != "" {
				t.Errorf("a file gives something else (-stdin +file):\n%s", diff)
			}
		})
	}
}

func TestEntryTable(t *testing.T) {
	at := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	entries := []listing.Entry{
		{Name: "a", Kind: listing.KindFile, Size: 12345, Mode: "rw-r--r--", Time: at, Precision: parse.PrecisionMinute},
		{Name: "d", Kind: listing.KindDir, Size: -1, Time: at, Precision: parse.PrecisionSecond, Zone: listing.ZoneUTC},
		{Name: "l", Kind: listing.KindLink, Size: 1, Mode: "rwxrwxrwx", Target: "t\n", Time: at, Precision: parse.PrecisionYear},
		{Name: "?", Size: -1},
	}
	want := `-rw-r--r--  12345  2026-01-02 15:04      a
dir             -  2026-01-02 15:04:05Z  d
lrwxrwxrwx      1  2026                  l -> "t\n"
-               -  -                     ?
`
	var b strings.Builder
	table := entryTable{w: &b}
	for _, e := range entries {
		if err := table.add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.flush(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestQuote(t *testing.T) {
	f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
	tests := []struct {
		name string
		args []string
		want string
		code int
	}{
		{"two commands", []string{"URL/", "SYST", "noop"}, "> SYST\n< 215 UNIX Type: L8\n> NOOP\n< 200 ", exitGood},
		{"in the URL's directory", []string{"URL/sub", "TYPE I", "SIZE inner.bin"}, "> TYPE I\n< 200 Type is I\n> SIZE inner.bin\n< 213 4\n", exitGood},
		{"refusal ends it", []string{"URL/", "CWD none", "NOOP"}, "> CWD none\n< 550 none: ", exitNotFound},
		{"sequence", []string{"URL/", "RNFR hello.txt", "RNTO hi.txt"}, "> RNFR hello.txt\n< 350 ", exitGood},
		{"QUIT", []string{"URL/", "QUIT"}, "> QUIT\n< 221 ", exitGood},
		{"JSON", []string{"URL/", "--format", "json", "SYST"}, `{"command":"SYST","code":215,"lines":["UNIX Type: L8"]}` + "\n", exitGood},
		{"JSON of a refusal", []string{"URL/", "--format", "json", "CWD none"}, `{"command":"CWD none","code":550,"lines":["none: `, exitNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := f.run(t, append([]string{"quote"}, tt.args...)...)
			r.want(t, tt.code)
			if !strings.HasPrefix(r.out, tt.want) {
				t.Errorf("standard output begins otherwise than %q:\n%s", tt.want, r.out)
			}
			if strings.Contains(r.out, "NOOP") && tt.code != exitGood {
				t.Errorf("it went on after a refusal:\n%s", r.out)
			}
		})
	}
	f.run(t, "quote", "URL/none", "NOOP").want(t, exitNotFound, `CWD "none": 550`)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const id = "rfc959-4.2-reply-crlf" // the fault bare-lf-replies turns it red
	t.Run("embedded", func(t *testing.T) {
		r := runIn(t, setting{}, "check", "--only", id)
		r.want(t, exitGood)
		if !strings.Contains(r.out, "1 passed, 0 failed") {
			t.Errorf("the report:\n%s", r.out)
		}
	})
	t.Run("every security", func(t *testing.T) {
		for _, mode := range securities {
			runIn(t, setting{}, "check", "--only", id, "--tls", mode.String()).want(t, exitGood)
		}
	})
	t.Run("fault", func(t *testing.T) {
		r := runIn(t, setting{}, "check", "--only", id, "--fault", "bare-lf-replies")
		r.want(t, exitNo)
		if !strings.Contains(r.out, "FAIL  "+id) || r.err != "" {
			t.Errorf("the report:\n%s%s", r.out, r.err)
		}
	})
	t.Run("JSON in a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "report.json")
		r := runIn(t, setting{}, "check", "--only", id, "--format", "json", "--output", file)
		r.want(t, exitGood)
		if r.out != "" {
			t.Errorf("standard output: %q", r.out)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var report struct {
			Failed  bool
			Results []struct{ ID, Verdict string }
		}
		if err := json.Unmarshal(text, &report); err != nil {
			t.Fatal(err)
		}
		if report.Failed || len(report.Results) != 1 || report.Results[0].ID != id || report.Results[0].Verdict != "PASS" {
			t.Errorf("the report: %+v", report)
		}
	})
	t.Run("URL", func(t *testing.T) {
		f := serve(t, ftptest.Config{TLS: ftptest.TLSExplicit})
		f.run(t, "check", "URL/", "--only", id).want(t, exitGood)
		f.runIn(t, setting{env: map[string]string{"FTPWIRE_PASSWORD": "wrong"}}, "check", "URL/", "--only", id).want(t, exitLogin, "could not be checked")
		if entries := f.run(t, "ls", "URL/").out; strings.Contains(entries, "ftpwire-") {
			t.Errorf("something was left behind:\n%s", entries)
		}
	})
	t.Run("list", func(t *testing.T) {
		all := runIn(t, setting{}, "check", "--list")
		all.want(t, exitGood)
		some := runIn(t, setting{}, "check", "--list", "--only", "rfc959-4.2", "--skip", "*queue", "--level", "must")
		some.want(t, exitGood)
		if !strings.Contains(some.out, id) || strings.Contains(some.out, "-queue") || strings.Contains(some.out, "SHOULD") || len(some.out) >= len(all.out) {
			t.Errorf("the selection:\n%s", some.out)
		}
		asJSON := runIn(t, setting{}, "check", "--list", "--format", "json")
		if strings.Count(asJSON.out, "\n") != strings.Count(all.out, "\n") || !json.Valid([]byte(strings.Split(asJSON.out, "\n")[0])) {
			t.Errorf("as JSON: %d lines, as text %d", strings.Count(asJSON.out, "\n"), strings.Count(all.out, "\n"))
		}
	})
	t.Run("the list is what runs", func(t *testing.T) {
		args := []string{"--only", "rfc959-4.2", "--level", "should"}
		listed := runIn(t, setting{}, append([]string{"check", "--list"}, args...)...)
		r := runIn(t, setting{}, append([]string{"check", "--format", "json"}, args...)...)
		r.want(t, exitGood)
		if got, want := strings.Count(r.out, `"verdict"`), strings.Count(listed.out, "\n"); got != want {
			t.Errorf("%d checks ran, %d were listed", got, want)
		}
	})
}
