package ftptest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A step is a command and what the reply must look like: a regular expression for
// the whole reply, lines joined by "\n".
type step struct{ line, reply string }

// TestDialogue runs commands that need no data connection, each case in a session
// of its own, logged in, in clear and with TLS.
func TestDialogue(t *testing.T) {
	cases := []struct {
		name  string
		steps []step
	}{
		{"unknown and unimplemented verbs", []step{
			{"XYZZY", "500 .*"}, {"SMNT /", "202 .*"}, {"SMNT nope", "550 .*"}, {"HOST a", "503 .*"}, {"LPSV", "502 .*"}, {"MIC YQ==", "503 .*|537 .*"},
			{"", "500 .*"}, {"  NOOP", "500 .*"}, {"ADAT YQ==", "503 .*"}, {strings.Repeat("A", 5000), "500 .*"}, {"nOoP", "200 .*"},
		}},
		{"arguments that are missing or too many", []step{
			{"RETR", "501 .*"}, {"STOR", "501 .*"}, {"CWD", "501 .*"}, {"TYPE", "501 .*"}, {"SIZE", "501 .*"}, {"MFMT", "501 .*"},
			{"NOOP x", "501 .*"}, {"PWD x", "501 .*"}, {"FEAT x", "501 .*"}, {"USER", "501 .*"}, {"ACCT", "501 .*"},
		}},
		{"directories", []step{
			{"PWD", `257 "/" .*`}, {"MKD a", `257 "/a" created`}, {"MKD a", "550 .*Already exists"}, {"MKD x/y", "550 .*No such.*"},
			{"CWD a", "250 .*"}, {"MKD b", `257 "/a/b" created`}, {"CWD b", "250 .*"}, {"PWD", `257 "/a/b" .*`}, {"CDUP", "250 .*"},
			{"PWD", `257 "/a" .*`}, {"CWD ../../..", "250 .*"}, {"CDUP", "250 .*"}, {"PWD", `257 "/" .*`}, {"RMD a", "550 .*not empty"},
			{"RMD a/b", "250 .*"}, {"XRMD a", "250 .*"}, {"CWD a", "550 .*"}, {"CWD f.txt", "550 .*Not a directory"}, {"RMD f.txt", "550 .*"}, {"RMD /", "550 .*"},
			{"XMKD q\"q", `257 "/q""q" created`}, {"XCWD q\"q", "250 .*"}, {"XPWD", `257 "/q""q" .*`}, {"XCUP", "250 .*"},
		}},
		{"names", []step{
			{"MKD  lead", `257 "/ lead" .*`}, {"MKD tail ", `257 "/tail " .*`}, {"MKD é-日本-😀", `257 "/é-日本-😀" .*`},
			{"MKD a\xff\xffb", `257 "/a..b" .*`}, {"CWD a\xff\xffb", "250 .*"}, {"CWD a\rb", "500 .*"}, {"CWD a\x00b", "500 .*"},
		}},
		{"removal", []step{
			{"DELE d", "550 .*Is a directory"}, {"DELE nope", "550 .*"}, {"DELE f.txt", "250 .*"}, {"SIZE f.txt", "550 .*"},
		}},
		{"renaming", []step{
			{"RNTO x", "503 .*"}, {"RNFR nope", "550 .*"}, {"RNFR f.txt", "350 .*"}, {"NOOP", "200 .*"}, {"RNTO g", "503 .*"},
			{"RNFR f.txt", "350 .*"}, {"RNTO no/g", "553 .*"}, {"RNTO g", "503 .*"}, {"RNFR f.txt", "350 .*"}, {"RNTO g", "250 .*"},
			{"RNFR g", "350 .*"}, {"RNTO d", "553 .*"}, {"RNFR d", "350 .*"}, {"RNTO d/e", "553 .*"}, {"RNFR d", "350 .*"}, {"RNTO e", "250 .*"},
		}},
		{"parameters", []step{
			{"TYPE a", "200 .*"}, {"TYPE A N", "200 .*"}, {"TYPE A T", "200 .*"}, {"TYPE A C", "200 .*"}, {"TYPE E", "200 .*"}, {"TYPE E T", "200 .*"}, {"TYPE E X", "504 .*"}, {"TYPE i", "200 .*"},
			{"TYPE L 8", "200 .*"}, {"TYPE L", "501 .*"}, {"TYPE L 36", "504 .*"}, {"TYPE Q", "504 .*"}, {"TYPE  I", "200 .*"},
			{"STRU f", "200 .*"}, {"STRU r", "200 .*"}, {"STRU F", "200 .*"}, {"STRU P", "504 .*"}, {"STRU X", "504 .*"}, {"STRU FF", "501 .*"},
			{"MODE s", "200 .*"}, {"MODE B", "200 .*"}, {"MODE C", "200 .*"}, {"MODE Z", "200 .*"},
			{"OPTS MODE Z LEVEL 9", "200 .*"}, {"OPTS MODE Z", "200 .*"}, {"OPTS MODE Z LEVEL 10", "501 .*"}, {"OPTS MODE Z LEVEL 0", "501 .*"}, {"OPTS MODE Z ENGINE X", "501 .*"}, {"OPTS MODE B LEVEL 1", "501 .*"}, {"MODE S", "200 .*"}, {"MODE X", "504 .*"},
			{"ALLO 100", "202 .*"}, {"ALLO 100 R 10", "202 .*"}, {"ALLO x", "501 .*"}, {"STAT", `(?s)211-.*TYPE I, STRU F, MODE S.*\n211 .*`},
		}},
		{"REST", []step{
			{"REST 0", "350 .*"}, {"REST 5", "350 .*"}, {"REST x", "501 .*"}, {"REST -1", "501 .*"}, {"REST 1 2", "501 .*"}, {"REST 9999999999999999999", "501 .*"},
		}},
		{"SIZE and MDTM", []step{
			{"SIZE f.txt", "550 .*"}, {"TYPE I", "200 .*"}, {"SIZE f.txt", "213 6"}, {"SIZE d", "550 .*"}, {"SIZE f*", "550 .*"},
			{"MFMT 20020717210715 f.txt", "213 Modify=20020717210715; f.txt"}, {"MDTM f.txt", "213 20020717210715"},
			{"MDTM 19990929043300 f.txt", "550 .*"}, {"MDTM f.txt", "213 20020717210715"}, {"MFMT 20010229000000 f.txt", "501 .*"}, {"MFMT x f.txt", "501 .*"},
			{"MFMT 20020717210715 nope", "550 .*"}, {"SITE UTIME 200001020304 f.txt", "200 .*"}, {"MDTM f.txt", "213 20000102030400"},
			{"SITE UTIME f.txt 20010101000000 20020202020202 20010101000000 UTC", "200 .*"}, {"MDTM f.txt", "213 20020202020202"},
		}},
		{"MLST", []step{
			{"MLST f.txt", `250-.*\n type=file;size=6;modify=\d{14};perm=adfrw;unique=[^;]+;UNIX\.mode=0644; /f\.txt\n250 .*`},
			{"MLST", `250-.*\n type=dir;modify=[^ ]* /\n250 .*`}, {"MLST nope", "550 .*"}, {"MLST f*", "550 .*"},
			{"opts mlst SIZE;frogs;tYpe;", "200 MLST OPTS type;size;"}, {"MLST f.txt", `250-.*\n type=file;size=6; /f\.txt\n250 .*`},
			{"FEAT", `(?s).*\n MLST type\*;size\*;modify;.*`}, {"OPTS MLST type size;", "501 .*"}, {"OPTS MLST type;;size;", "501 .*"},
			{"MLST f.txt", `250-.*\n type=file;size=6; /f\.txt\n250 .*`}, {"OPTS MLST", "200 MLST OPTS"}, {"MLST f.txt", `250-.*\n  /f\.txt\n250 .*`},
		}},
		{"STAT with a pathname", []step{
			{"STAT d", `(?s)212-.*\n-rw-r--r-- .* 250 x\n212 .*`}, {"STAT f.txt", `213-.*\n-rw.* f\.txt\n213 .*`}, {"STAT nope", "450 .*"},
		}},
		{"EPSV and PASV", []step{
			{"EPSV", `229 [^(]*\(\|\|\|\d+\|\)`}, {"EPSV 1", "229 .*"}, {"EPSV 2", `522 [^()]*\(1\)`}, {"EPSV 9", `522 [^()]*\(1\)`}, {"EPSV x", "501 .*"},
			{"PASV", `227 [^(\d]*\(127,0,0,1,\d+,\d+\)`}, {"EPSV ALL", "200 .*"}, {"PASV", "503 .*"}, {"PORT 127,0,0,1,200,1", "503 .*"}, {"EPRT |1|127.0.0.1|50000|", "503 .*"}, {"EPSV", "229 .*"},
		}},
		{"PORT and EPRT", []step{
			{"PORT 127,0,0,1,200,0", "200 .*"}, {"PORT 1,2,3", "501 .*"}, {"PORT 256,0,0,1,4,1", "501 .*"}, {"PORT 127,0,0,1,0,25", "504 .*"}, {"PORT 127,0,0,2,200,1", "504 .*"},
			{"EPRT |1|127.0.0.1|50000|", "200 .*"}, {"EPRT !1!127.0.0.1!50000!", "200 .*"}, {"EPRT |9|x|1|", `522 [^()]*\(1\)`}, {"EPRT |2|::1|50000|", `522 [^()]*\(1\)`},
			{"EPRT |1|127.0.0.1|65536|", "501 .*"}, {"EPRT |1|127.0.0.1|", "501 .*"}, {"EPRT |1|127.0.0.2|50000|", "504 .*"}, {"EPRT |1|127.0.0.1|25|", "504 .*"},
		}},
		{"transfer commands that are refused", []step{
			{"RETR f.txt", "425 .*"}, {"LIST", "425 .*"}, {"STOR new", "425 .*"}, {"SIZE new", "550 .*"}, {"RETR nope", "550 .*"}, {"RETR d", "550 .*"},
			{"EPSV", "229 .*"}, {"STOR d", "553 .*"}, {"EPSV", "229 .*"}, {"STOR no/f", "553 .*"}, {"EPSV", "229 .*"}, {"LIST nope", "450 .*"}, {"NLST nope", "450 .*"},
			{"MLSD nope", "550 .*"}, {"MLSD f.txt", "501 .*"}, {"TYPE I", "200 .*"}, {"REST 7", "350 .*"}, {"EPSV", "229 .*"}, {"RETR f.txt", "554 .*"}, {"REST 7", "350 .*"}, {"EPSV", "229 .*"}, {"STOR f.txt", "554 .*"},
		}},
		{"ABOR without a transfer", []step{{"ABOR", "226 .*"}, {"EPSV", "229 .*"}, {"ABOR", "226 .*"}, {"LIST", "425 .*"}, {"\xff\xf4\xff\xf2ABOR", "226 .*"}}},
		{"information", []step{
			{"SYST", "215 UNIX .*"}, {"HELP", `(?s)214-.*\bRETR\b.*\n214 .*`}, {"HELP RETR", "214 .*RETR <pathname>"}, {"HELP BOGUS", "501 .*"},
			{"SITE HELP", `(?s)214-.*CHMOD.*\n214 .*`}, {"SITE BOGUS", "500 .*"}, {"SITE EXEC id", "500 .*"}, {"SITE CHMOD 600 f.txt", "200 .*"}, {"SITE CHMOD 9 f.txt", "501 .*"},
			{"MLST f.txt", `(?s).*UNIX.mode=0600;.*`}, {"CLNT ftpwire", "200 .*"}, {"LANG en", "200 .*"}, {"LANG", "200 .*"}, {"LANG xx-yy", "504 .*"}, {"LANG toolongtagxyz", "501 .*"},
			{"OPTS UTF8 ON", "200 .*"}, {"OPTS UTF8 maybe", "501 .*"}, {"OPTS BOGUS x", "501 .*"}, {"OPTS", "501 .*"}, {"ACCT x", "202 .*"},
			{"FEAT", `(?s)211-Features\n.* CLNT\n.*\n MODE Z\n.* REST STREAM\n SIZE\n(?: SSCN\n)? TVFS\n UTF8\n.*211 End`},
		}},
		{"login", []step{
			{"PASS x", "503 .*"}, {"USER nobody", "331 .*"}, {"PWD", "530 .*"}, {"USER user", "331 .*"}, {"NOOP", "200 .*"}, {"PASS password", "503 .*"},
			{"USER user", "331 .*"}, {"PASS wrong", "530 .*"}, {"USER user", "331 .*"}, {"PASS password", "230 .*"}, {"PWD", `257 "/" .*`},
		}},
	}
	for _, m := range modes[:2] {
		for _, tc := range cases {
			t.Run(m.name+"/"+tc.name, func(t *testing.T) {
				s := NewServer(t, &Config{TLS: m.tls})
				for name, data := range map[string]string{"/f.txt": "hello\n", "/d/250 x": "x"} {
					if err := s.WriteFile(name, []byte(data)); err != nil {
						t.Fatal(err)
					}
				}
				c := login(t, s)
				for _, st := range tc.steps {
					c.write(st.line + "\r\n")
					_, lines, err := c.reply()
					if err != nil {
						t.Fatalf("%.80q: %v", st.line, err)
					}
					if got := strings.Join(lines, "\n"); !regexp.MustCompile("^(?:" + st.reply + ")$").MatchString(got) {
						t.Errorf("%.80q: reply %q; want %s", st.line, got, st.reply)
					}
				}
				c.do("NOOP", 200)
			})
		}
	}
}

// TestBeforeLogin checks what may be asked for without a login, and that nothing
// else may.
func TestBeforeLogin(t *testing.T) {
	s := NewServer(t, nil)
	c := dial(t, s)
	for line, code := range map[string]int{"NOOP": 200, "SYST": 215, "HELP": 214, "FEAT": 211, "STAT": 211, "ABOR": 226, "OPTS UTF8 ON": 200, "CLNT x": 200, "REIN": 220, "PASS x": 503, "ACCT x": 503, "PBSZ 0": 503, "PROT P": 503, "CCC": 533, "AUTH TLS": 502} {
		c.do(line, code)
	}
	for _, line := range strings.Split("CWD x,PWD,CDUP,MKD x,RMD x,DELE x,RNFR x,RNTO x,STOR x,RETR x,APPE x,STOU,LIST,NLST,PORT x,PASV,TYPE I,MODE S,STRU F,STAT x,SIZE x,MDTM x,MLST,MLSD,EPSV,EPRT x,REST 1,MFMT 20200101000000 x,SITE HELP,ALLO 1", ",") {
		c.do(line, 530)
	}
}

func TestPipelinedAndSplitCommands(t *testing.T) {
	c := login(t, NewServer(t, nil))
	c.write("NOOP\r\nSYST\r\nPWD\r\n")
	got := []int{}
	for range 3 {
		code, _, err := c.reply()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, code)
	}
	if diff := cmp.Diff([]int{200, 215, 257}, got); diff != "" {
		t.Errorf("codes mismatch (-want +got):\n%s", diff)
	}
	for _, b := range []byte("NOOP\r\n") {
		c.write(string(b))
	}
	c.want("NOOP byte by byte", 200)
	c.write("\xff\xfd\x01NOOP\r\n")
	if b, err := c.r.Peek(3); err != nil || string(b) != "\xff\xfc\x01" {
		t.Errorf("DO answered with %q, %v; want WONT", b, err)
	}
	c.r.Discard(3)
	c.want("NOOP after DO", 200)
}

func TestLoginLimits(t *testing.T) {
	s := NewServer(t, &Config{
		Users: []User{
			{Name: "acct", Password: "p", Account: "a", Home: "/home/acct"},
			{Name: "reader", Password: "p", ReadOnly: true},
		},
		Anonymous: true,
	})
	t.Run("account", func(t *testing.T) {
		c := dial(t, s)
		c.do("USER acct", 331)
		c.do("PASS p", 332)
		c.do("PWD", 530)
		c.do("ACCT wrong", 530)
		c.do("USER acct", 331)
		c.do("PASS p", 332)
		c.do("ACCT a", 230)
		if got, want := c.do("PWD", 257), `257 "/home/acct" is the current directory`; got != want {
			t.Errorf("PWD: %q; want %q", got, want)
		}
	})
	for _, name := range []string{"reader", "anonymous", "ftp"} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, s)
			c.do("USER "+name, 331)
			c.do("PASS p", 230)
			c.do("MKD x", 550)
			c.do("DELE x", 550)
			c.do("RNFR home", 550)
			c.do("SITE CHMOD 600 home", 550)
			c.do("EPSV", 229)
			c.do("STOR x", 553)
		})
	}
	t.Run("failures", func(t *testing.T) {
		c := dial(t, s)
		for _, code := range []int{530, 530, 421} {
			c.do("USER nobody", 331)
			c.do("PASS x", code)
		}
		c.wantEnd("421 closes")
	})
	for _, line := range s.Commands() {
		if strings.HasPrefix(line, "PASS") && line != "PASS ****" || strings.HasPrefix(line, "ACCT") && line != "ACCT ****" {
			t.Errorf("Commands holds a secret: %q", line)
		}
	}
}
