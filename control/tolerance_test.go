package control_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// get plays a whole download of "abc" with the given replies around the data.
func (p *quirkPlay) get(first []string, last ...string) {
	p.t.Helper()
	f := p.retr(p.t.Context(), 0)
	p.answer("TYPE I", "200 ok")
	data := p.passive()
	p.answer("RETR f", first...)
	io.WriteString(data, "abc")
	data.Close()
	p.writeReply(last...)
	if err := f.wait(); err != nil || f.data != "abc" {
		p.t.Fatalf("%q, %v", f.data, err)
	}
}

// call plays one command and its reply.
func (p *quirkPlay) call(f func() error, command string, reply ...string) error {
	p.t.Helper()
	op := p.run(f)
	p.answer(command, reply...)
	return op.result()
}

func (p *quirkPlay) noop(reply string) {
	p.t.Helper()
	if err := p.call(func() error { return p.c.Noop(p.t.Context()) }, "NOOP", reply); err != nil {
		p.t.Errorf("NOOP answered %q: %v", reply, err)
	}
}

// wantTraced checks that the log has a reply that nobody waited for.
func (p *quirkPlay) wantTraced(reply string) {
	p.t.Helper()
	if log := p.traced(); !strings.Contains(log, reply) || !strings.Contains(log, "tolerance "+string(p.name)+": ") {
		p.t.Errorf("%q is not traced, with the name of the quirk:\n%s", reply, log)
	}
}

// pwd plays PWD and checks what becomes of the reply.
func (p *quirkPlay) pwd(reply, want string) {
	p.t.Helper()
	var got string
	err := p.call(func() (err error) { got, err = p.c.Pwd(p.t.Context()); return err }, "PWD", reply)
	if got != want || (err == nil) != (want != "") {
		p.t.Errorf("Pwd of %q = %q, %v; want %q", reply, got, err, want)
	}
}

// What is allowed for at all times, on any connection.
var playsOfTolerances = map[string]func(*quirkPlay){
	"abort-two-replies": func(p *quirkPlay) {
		p.login()
		op := p.run(func() error {
			d, err := p.c.Retr(p.t.Context(), "f", 0)
			if err != nil {
				return err
			}
			return d.Close()
		})
		p.answer("TYPE I", "200 ok")
		p.passive()
		p.answer("RETR f", "150 here")
		p.wantCommand("given up", "ABOR")
		p.writeReply("426 aborted", "226 done")
		if err := op.wait(); err != nil {
			p.t.Errorf("Close: %v", err)
		}
		p.wantAlive()
	},
	"account-wanted": func(p *quirkPlay) {
		p.greet("220 ready")
		op := p.run(func() error { return p.c.Login(p.t.Context(), "user", "secret", "billing") })
		p.answer("USER user", "332 account")
		p.answer("ACCT billing", "230 in")
		p.feat()
		p.wantOK("login", op)
	},
	"auth-code": func(p *quirkPlay) {
		p.testConn = newTestConn(p.t, &control.Config{TLS: clientTLS()})
		p.writeReply("220 ready")
		p.answer("AUTH TLS", "334 begin")
		p.startTLS()
		p.wantOK("dial", p.testConn.op)
		p.wantTraced("334 begin")
	},
	"code-only-reply": func(p *quirkPlay) {
		p.login()
		p.noop("200")
	},
	"epsv-fallback": func(p *quirkPlay) {
		p.login()
		for i := range 2 {
			l := p.list("NLST", "")
			if i == 0 {
				p.answer("EPSV", "502 no")
			} // remembered
			p.pasv("227 Entering Passive Mode (%s)")
			p.wantNames(l, "f")
		}
	},
	"pasv-free-text": func(p *quirkPlay) {
		p.login()
		l := p.list("NLST", "")
		p.answer("EPSV", "502 no")
		p.pasv("227 Data transfer will passively listen to %s")
		p.wantNames(l, "f")
	},
	"pasv-other-host": func(p *quirkPlay) {
		p.login()
		l := p.list("NLST", "")
		p.answer("EPSV", "502 no")
		p.pasv("227 ok (10,9,8,7,%s)")
		p.wantNames(l, "f")
	},
	"extra-cwd-reply": func(p *quirkPlay) {
		p.login()
		err := p.call(func() error { return p.c.Cwd(p.t.Context(), "d") }, "CWD d", "200 ok")
		p.writeReply("250 ok")
		synctest.Wait()
		if err != nil {
			p.t.Error(err)
		}
		p.noop("200 ok")
		p.wantTraced("250 ok")
	},
	"extra-greeting": func(p *quirkPlay) {
		p.greet("220 ready")
		p.op = p.async(func() error { return p.c.Login(p.t.Context(), "user", "secret", "") })
		p.answer("USER user", "220 ready again", "331 password")
		p.answer("PASS secret", "230 in")
		p.feat()
		p.wantOK("login", p.op)
		p.wantTraced("220 ready again")
	},
	"extra-login-reply": func(p *quirkPlay) {
		p.greet("220 ready")
		op := p.run(func() error { return p.c.Login(p.t.Context(), "user", "secret", "") })
		p.answer("USER user", "331 password")
		p.answer("PASS secret", "230 in", "230 welcome")
		p.feat("SIZE")
		p.wantOK("login", op)
		if !p.c.Features().Has("SIZE") {
			p.t.Error("the features are lost")
		}
		p.wantTraced("230 welcome")
	},
	"extra-reply": func(p *quirkPlay) {
		p.login()
		err := p.call(func() error { _, err := p.c.Do(p.t.Context(), command("OPTS", "MLST size;")); return err }, "OPTS MLST size;", "500 what?")
		p.writeReply("500 really, what?")
		synctest.Wait()
		if re, ok := errors.AsType[*protocol.ReplyError](err); !ok || re.Reply.Code != 500 {
			p.t.Error(err)
		}
		p.noop("200 ok")
		p.wantTraced("500 really, what?")
	},
	"extra-transfer-reply": func(p *quirkPlay) {
		p.login()
		p.get([]string{"150 here"}, "226 done", "226 really")
		p.noop("200 ok")
		p.wantTraced("226 really")
	},
	"feat-refused": func(p *quirkPlay) {
		p.greet("220 ready")
		p.begin()
		p.answer("FEAT", "500 Command not allowed")
		p.wantOK("login", p.op)
	},
	"final-250": func(p *quirkPlay) {
		p.login()
		p.get([]string{"125 here"}, "250 done")
	},
	"final-before-data": func(p *quirkPlay) {
		p.login()
		f := p.retr(p.t.Context(), 0)
		p.answer("TYPE I", "200 ok")
		data := p.passive()
		p.answer("RETR f", "150 here", "226 done")
		synctest.Wait()
		time.Sleep(time.Second)
		io.WriteString(data, "abc")
		data.Close()
		if err := f.wait(); err != nil || f.data != "abc" {
			p.t.Fatalf("%q, %v", f.data, err)
		}
	},
	"greeting-120": func(p *quirkPlay) {
		p.greet("120 in a minute\r\n220 ready")
		p.begin()
		p.feat()
		p.wantOK("login", p.op)
	},
	"greeting-230": func(p *quirkPlay) {
		p.greet("230 you are in")
		op := p.run(func() error { return p.c.Login(p.t.Context(), "user", "secret", "") })
		p.feat()
		p.wantOK("login", op)
		if strings.Contains(p.wire(), "USER") {
			p.t.Errorf("sent %q", p.wire())
		}
	},
	"type-unknown": func(p *quirkPlay) {
		p.login()
		for i := range 2 {
			f := p.retr(p.t.Context(), 0)
			if i == 0 {
				p.answer("TYPE I", "502 what?") // it is not asked again
			}
			data := p.passive()
			p.answer("RETR f", "150 here")
			io.WriteString(data, "a\nb")
			data.Close()
			p.writeReply("226 done")
			if err := f.wait(); err != nil || f.data != "a\nb" {
				p.t.Errorf("%q, %v", f.data, err)
			}
		}
	},
	"user-230": func(p *quirkPlay) {
		p.greet("220 ready")
		op := p.run(func() error { return p.c.Login(p.t.Context(), "user", "secret", "") })
		p.answer("USER user", "230 in")
		p.feat()
		p.wantOK("login", op)
	},
	"greeting-text": func(p *quirkPlay) {
		p.greet("Welcome to this box\r\n220 ready")
		p.wantTraced("220 ready")
	},
	"mkd-no-name": func(p *quirkPlay) {
		p.login()
		for _, reply := range []string{"250 ok", "200 made", "257 made"} {
			name := "?"
			err := p.call(func() (err error) { name, err = p.c.Mkd(p.t.Context(), "d"); return err }, "MKD d", reply)
			if err != nil || name != "" {
				p.t.Errorf("Mkd answered %q: %q, %v", reply, name, err)
			}
		}
	},
	"mlst-forms": func(p *quirkPlay) {
		p.login()
		for _, reply := range []string{
			"250 type=file;size=6; a b",
			"250-\r\ntype=file;size=6; a b\r\n250 end",
			"250-type=file;size=6; a b\r\n250 end",
			"250-Entry\r\n250 type=file;size=6; a b",
			"250-Entry\r\n250-type=file;size=6; a b\r\n250 end",
			"250-Entry\r\n The one you want:\r\n type=file;size=6; a b\r\n250 end",
			"250-Entry\r\n type=file;size=6;\r\n250 end",
			"250 type=file;size=6;",
		} {
			var got listing.Entry
			err := p.call(func() (err error) { got, err = p.c.Mlst(p.t.Context(), "a b"); return err }, "MLST a b", reply)
			if err != nil || got.Size != 6 || got.Kind != listing.KindFile || got.Name != "a b" {
				p.t.Errorf("%q: %v %d %q, %v", reply, got.Kind, got.Size, got.Name, err)
			}
		}
		for _, reply := range []string{"250 ok", "250-a=b\r\n250 c;d e"} {
			err := p.call(func() error { _, err := p.c.Mlst(p.t.Context(), "a b"); return err }, "MLST a b", reply)
			if _, ok := errors.AsType[*parse.Error](err); !ok {
				p.t.Errorf("%q: %v; want a parse.Error", reply, err)
			}
		}
	},
	"no-data-connection": func(p *quirkPlay) {
		p.data = datachan.Config{Mode: datachan.ModePORT}
		p.login()
		l := p.list("LIST", "")
		p.takePORT()
		p.answer("LIST", "226 nothing to send")
		p.answer("STAT .", "212-Status of .", "212 End of status")
		p.answer("STAT "+nowhere, "450 no such directory")
		p.wantNames(l)
		p.wantAlive()
	},
	"opts-utf8-refused": func(p *quirkPlay) {
		p.greet("220 ready")
		p.begin()
		p.feat("UTF8")
		p.answer("OPTS UTF8 ON", "501 always on")
		p.wantOK("login", p.op)
	},
	"utf8-needs-opts": func(p *quirkPlay) {
		p.greet("220 ready")
		p.begin()
		p.feat("UTF8")
		p.answer("OPTS UTF8 ON", "200 on")
		p.wantOK("login", p.op)
	},
	"prot-unknown": func(p *quirkPlay) {
		p.testConn = newTestConn(p.t, &control.Config{TLS: clientTLS(), DataProtection: control.ProtectClear})
		op := p.secureLogin()
		p.answer("PBSZ 0", "500 what?")
		p.feat()
		p.wantOK("login", op)
		if got := p.c.DataProtection(); got != protocol.LevelClear {
			p.t.Errorf("DataProtection() = %v", got)
		}
	},
	"pwd-forms": func(p *quirkPlay) {
		p.login()
		p.pwd(`257 "/a ""b"""`, `/a "b"`)
		p.pwd("257 '/a' is current", "/a")
		p.pwd("257 /a is current", "/a")
		p.pwd("257 somewhere", "")
	},
	"pwd-other-2yz": func(p *quirkPlay) {
		p.login()
		p.pwd(`250 "/a"`, "/a")
	},
	"reply-bare-lf": func(p *quirkPlay) {
		p.login()
		op := p.run(func() error { return p.c.Noop(p.t.Context()) })
		p.wantCommand("NOOP", "NOOP")
		p.writeRaw("200 ok\n")
		p.wantOK("NOOP", op)
	},
	"rest-before-list": func(p *quirkPlay) {
		p.login()
		f := p.retr(p.t.Context(), 2)
		p.answer("TYPE I", "200 ok")
		data := p.passive()
		p.answer("REST 2", "350 ok")
		p.transfer(data, "RETR f", "c")
		if err := f.wait(); err != nil {
			p.t.Fatal(err)
		}
		l := p.list("MLSD", "")
		p.send("MLSD", mlsdLines)
		p.wantNames(l, "f")
	},
	"several-1yz": func(p *quirkPlay) {
		p.login()
		p.get([]string{"150 here", "150 here", "150 here"}, "226 done")
	},
	"size-needs-binary": func(p *quirkPlay) {
		p.login()
		op := p.run(func() error { _, err := p.c.Size(p.t.Context(), "f"); return err })
		p.answer("TYPE I", "200 ok")
		p.answer("SIZE f", "213 3")
		p.wantOK("SIZE", op)
	},
	"size-with-text": func(p *quirkPlay) {
		p.login()
		var n int64
		op := p.run(func() (err error) { n, err = p.c.Size(p.t.Context(), "f"); return err })
		p.answer("TYPE I", "200 ok")
		p.answer("SIZE f", "213 f 51 bytes")
		if err := op.result(); err != nil || n != 51 {
			p.t.Errorf("Size = %d, %v", n, err)
		}
	},
	"success-by-class": func(p *quirkPlay) {
		p.login()
		ctx := p.t.Context()
		for command, f := range map[string]func() error{
			"CWD d":  func() error { return p.c.Cwd(ctx, "d") },
			"DELE f": func() error { return p.c.Dele(ctx, "f") },
			"RMD d":  func() error { return p.c.Rmd(ctx, "d") },
		} {
			if err := p.call(f, command, "200 ok"); err != nil {
				p.t.Errorf("%s answered 200: %v", command, err)
			}
		}
		f := p.retr(ctx, 0)
		p.answer("TYPE I", "226 ok")
		p.send("RETR f", "abc")
		if err := f.wait(); err != nil {
			p.t.Error(err)
		}
	},
	"syst-lies": func(p *quirkPlay) {
		p.login()
		var got string
		err := p.call(func() (err error) { got, err = syst(p.t.Context(), p.c); return err }, "SYST", "200 UNIX emulated by java.lang.Runtime")
		if err != nil || got != "UNIX emulated by java.lang.Runtime" {
			p.t.Errorf("Syst = %q, %v", got, err)
		}
		l := p.run(func() error {
			o := control.ListOptions{}
			o.Lines.System = got
			for e, err := range p.c.List(p.t.Context(), "", o) {
				if err != nil || e.Name != "f.txt" {
					return errors.Join(err, errors.New("name "+e.Name))
				}
			}
			return nil
		})
		p.send("LIST", "01-02-26  03:04AM                    3 f.txt\r\n")
		if err := l.wait(); err != nil {
			p.t.Error(err)
		}
	},
}

// pasv answers PASV in the given form and plays an NLST over the connection. The form
// has the whole address, or the port alone behind another host.
func (p *quirkPlay) pasv(form string) {
	p.t.Helper()
	p.wantCommand("the older way", "PASV")
	ln := p.listen(serverHost)
	port := mustAddr(ln.Addr().String()).Port()
	numbers := itoa(port>>8) + "," + itoa(port&255)
	if !strings.Contains(form, ",%s") {
		numbers = "127,0,0,1," + numbers
	}
	p.writeReply(strings.Replace(form, "%s", numbers, 1))
	data := p.takeData(ln)
	p.transfer(data, "NLST", "f\r\n")
}

// Every tolerance is played.
func TestTolerances(t *testing.T) {
	last := ""
	for tol := range control.Tolerances() {
		if tol.Name <= last || tol.Behaviour == "" || tol.Workaround == "" || len(tol.Refs) == 0 {
			t.Errorf("%q after %q: the list is sorted and complete", tol.Name, last)
		}
		last = tol.Name
		if _, both := control.LookupQuirk(control.QuirkName(tol.Name)); both {
			t.Errorf("%s is a quirk too", tol.Name)
		}
		if got, ok := control.LookupTolerance(tol.Name); !ok || !slices.Equal(got.Refs, tol.Refs) {
			t.Errorf("LookupTolerance(%q) = %v, %v", tol.Name, got, ok)
		}
		play, ok := playsOfTolerances[tol.Name]
		if !ok {
			t.Errorf("%s is not tested", tol.Name)
			continue
		}
		inBubble(t, tol.Name, func(t *testing.T) {
			p := &quirkPlay{t: t, name: control.QuirkName(tol.Name), how: "always"}
			play(p)
			p.check()
		})
	}
	for name := range playsOfTolerances {
		if _, ok := control.LookupTolerance(name); !ok {
			t.Errorf("%s is not in the list", name)
		}
	}
}
