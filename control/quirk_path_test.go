package control_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/control"
)

const (
	unixLine  = "-rw-r--r-- 1 u g 3 Jan 01 2000 f\r\n"
	mlsdLines = "type=file;size=3; f\r\n"
)

var playsOfPaths = map[control.QuirkName]func(*quirkPlay){
	control.QuirkDashNames: func(p *quirkPlay) {
		p.login()
		l := p.list("LIST", "-d")
		if p.on() {
			p.send("LIST ./-d", unixLine)
		} else {
			p.send("LIST -d", unixLine)
		}
		p.wantNames(l, "f")
		again := p.list("NLST", "dir") // nothing else changes
		p.send("NLST dir", "f\r\n")
		p.wantNames(again, "f")
	},
	control.QuirkBlankNames: func(p *quirkPlay) {
		p.login()
		const dir, other = "my dir", "-rw-r--r-- 1 u g 5 Jan  2  2024 dir\r\n"
		l := p.list("LIST", dir)
		if !p.on() {
			p.send("LIST "+dir, unixLine)
			if _, ok := errors.AsType[*control.OtherListingError](l.wait()); !ok {
				p.t.Errorf("%v; want an OtherListingError", l.err)
			}
			return
		}
		inside := func() {
			p.answer("PWD", `257 "/home"`)
			p.answer("CWD "+dir, "250 ok")
			p.answer("PWD", `257 "/home/my dir"`)
		}
		inside()
		p.send("LIST", unixLine)
		p.answer("CWD /home", "250 ok")
		p.wantNames(l, "f")

		names := p.list("NLST", dir)
		inside()
		p.send("NLST", "f\r\n")
		p.answer("CWD /home", "250 ok")
		p.wantNames(names, "f")

		facts := p.list("MLSD", dir) // whose argument is one pathname, RFC 3659, Section 7.1
		p.send("MLSD "+dir, "type=file; f\r\n")
		p.wantNames(facts, "f")

		stays := p.list("LIST", dir) // 250, and not done
		p.answer("PWD", `257 "/home"`)
		p.answer("CWD "+dir, "250 ok")
		p.answer("PWD", `257 "/home"`)
		p.send("LIST "+dir, other)
		if _, ok := errors.AsType[*control.OtherListingError](stays.wait()); !ok {
			p.t.Errorf("%v; want an OtherListingError", stays.err)
		}

		for verb, listing := range map[string]string{"LIST": other, "NLST": "/my/dir\r\n"} {
			wrong := p.list(verb, "/my dir.txt")
			p.answer("PWD", `257 "/home"`)
			p.answer("CWD /my dir.txt", "550 no directory")
			p.send(verb+" /my dir.txt", listing)
			if _, ok := errors.AsType[*control.OtherListingError](wrong.wait()); !ok {
				p.t.Errorf("%s: %v; want an OtherListingError", verb, wrong.err)
			}
			file := p.list(verb, "/my f")
			p.answer("PWD", `257 "/home"`)
			p.answer("CWD /my f", "550 no directory")
			p.send(verb+" /my f", map[string]string{"LIST": "-rw-r--r-- 1 u g 5 Jan  2  2024 my f\r\n", "NLST": "/my f\r\n"}[verb])
			p.wantNames(file, map[string]string{"LIST": "my f", "NLST": "/my f"}[verb])
		}
	},
	control.QuirkGlobNames: func(p *quirkPlay) {
		p.login()
		l := p.list("LIST", "a[1]")
		if p.on() {
			p.answer("PWD", `257 "/home"`)
			p.answer("CWD a[1]", "250 ok")
			p.answer("PWD", `257 "/home/a[1]"`)
			p.send("LIST", unixLine)
			p.answer("CWD /home", "250 ok")
			p.wantNames(l, "f")

			pattern := p.list("NLST", "*.txt") // a pattern is one still
			p.answer("PWD", `257 "/home"`)
			p.answer("CWD *.txt", "550 no such directory")
			p.send("NLST *.txt", "a.txt\r\n")
			p.wantNames(pattern, "a.txt")
			return
		}
		p.send("LIST a[1]", unixLine)
		p.wantNames(l, "f")
	},
	control.QuirkListOptions: func(p *quirkPlay) {
		p.login()
		const misread = "-rw-r--r-- 1 u g 5 Jan  2  2024 other\r\n"
		l := p.listAs("LIST", "", control.ListOptions{All: true})
		switch {
		case p.how == "forbidden":
			p.send("LIST -a", misread)
			p.wantNames(l, "other")
			return
		case !p.forced():
			p.send("LIST -a", misread)
		}
		p.send("LIST", unixLine)
		p.wantNames(l, "f")
		again := p.listAs("LIST", "d", control.ListOptions{All: true})
		p.send("LIST d", unixLine)
		p.wantNames(again, "f")
	},
	control.QuirkListIgnoresPath: func(p *quirkPlay) {
		p.login()
		l := p.list("MLSD", "d")
		if p.on() {
			p.answer("PWD", `257 "/home"`)
			p.answer("CWD d", "250 ok")
			p.answer("PWD", `257 "/home/d"`)
			p.send("MLSD", mlsdLines)
			p.answer("CWD /home", "250 ok")
		} else {
			p.send("MLSD d", mlsdLines)
		}
		p.wantNames(l, "f")
	},
	control.QuirkCWDTrailingSlash: func(p *quirkPlay) {
		p.login()
		op := p.run(func() error { return p.c.Cwd(p.t.Context(), "d") })
		if p.on() {
			p.answer("CWD d/", "250 ok")
		} else {
			p.answer("CWD d", "550 no")
		}
		if err := op.result(); (err == nil) != p.on() {
			p.t.Errorf("Cwd: %v", err)
		}
	},
	control.QuirkVMSPaths: func(p *quirkPlay) {
		p.login()
		syst := p.run(func() error { _, err := syst(p.t.Context(), p.c); return err })
		p.answer("SYST", "215 VMS OpenVMS V8.4")
		p.wantOK("SYST", syst)
		op := p.run(func() error { return p.c.Dele(p.t.Context(), "a/b/c.txt") })
		if p.on() {
			p.answer("DELE [.a.b]c.txt", "250 ok")
		} else {
			p.answer("DELE a/b/c.txt", "250 ok")
		}
		p.wantOK("DELE", op)
	},
	control.QuirkBackslashPaths: func(p *quirkPlay) {
		p.login()
		var got string
		op := p.run(func() (err error) { got, err = p.c.Pwd(p.t.Context()); return err })
		p.answer("PWD", `257 "C:\pub\a"`)
		p.wantOK("PWD", op)
		want := `C:\pub\a`
		if p.on() {
			want = "C:/pub/a"
		}
		if got != want {
			p.t.Errorf("Pwd = %q; want %q", got, want)
		}
		l := p.list("NLST", "a")
		p.send("NLST a", "a\\f\r\n")
		if p.on() {
			p.wantNames(l, "a/f")
		} else {
			p.wantNames(l, `a\f`)
		}
	},
	control.QuirkNLSTPrefix: func(p *quirkPlay) {
		p.login()
		l := p.list("NLST", "")
		p.send("NLST", "./a\r\n//b\r\nd/c\r\n./../e\r\n")
		if p.on() {
			p.wantNames(l, "a", "/b", "d/c", "../e")
		} else {
			p.wantNames(l, "./a", "//b", "d/c", "./../e")
		}
	},
	control.QuirkNamesWithPath: func(p *quirkPlay) {
		p.login()
		l := p.list("MLSD", "/d")
		p.send("MLSD /d", "type=cdir; /d\r\ntype=file; /d/a\r\ntype=file; ../b\r\ntype=file; c\r\n")
		if p.on() {
			p.wantNames(l, "/d", "a", "../b", "c")
		} else {
			p.wantNames(l, "/d", "/d/a", "../b", "c")
		}
	},
}

// TestVMSPaths: how pathnames go to OpenVMS.
func TestVMSPaths(t *testing.T) {
	for _, tt := range []struct{ name, path, file, dir string }{
		{"bare", "a", "a", "a"},
		{"relative", "a/b", "[.a]b", "[.a.b]"},
		{"absolute", "/disk/a/b", "disk:[a]b", "disk:[a.b]"},
		{"top of a disk", "/disk/a", "disk:[000000]a", "disk:[a]"},
		{"disk", "/disk", "disk:[000000]", "disk:[000000]"},
		{"root", "/", "/", "/"},
		{"parent", "../a/b", "[-.a]b", "[-.a.b]"},
		{"parents", "../../b", "[--]b", "[--.b]"},
		{"dotted file", "a/b.txt", "[.a]b.txt", "a/b.txt"},
		{"dotted directory", "a.b/c", "a.b/c", "a.b/c"},
		{"its own form", "[a.b]c/d", "[a.b]c/d", "[a.b]c/d"},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			p := &quirkPlay{t: t, name: control.QuirkVMSPaths, how: "forced"}
			p.login()
			file := p.run(func() error { return p.c.Dele(t.Context(), tt.path) })
			p.answer("DELE "+tt.file, "250 ok")
			p.wantOK("DELE", file)
			dir := p.run(func() error { return p.c.Cwd(t.Context(), tt.path) })
			p.answer("CWD "+tt.dir, "250 ok")
			p.wantOK("CWD", dir)
		})
	}
	inBubble(t, "noticed by PWD", func(t *testing.T) {
		p := &quirkPlay{t: t, name: control.QuirkVMSPaths, how: "detected"}
		p.login()
		var got string
		op := p.run(func() (err error) { got, err = p.c.Pwd(t.Context()); return err })
		p.answer("PWD", `257 "DISK$USER:[SMITH]" is the current directory`)
		p.wantOK("PWD", op)
		if got != "DISK$USER:[SMITH]" || !p.c.HasQuirk(control.QuirkVMSPaths) {
			t.Errorf("Pwd = %q, %v", got, p.c.Quirks())
		}
	})
}

// A directory that could not be left again would change what relative pathnames
// mean: the connection ends instead.
func TestInPlaceStuck(t *testing.T) {
	inBubble(t, "stuck", func(t *testing.T) {
		p := &quirkPlay{t: t, name: control.QuirkListIgnoresPath, how: "forced"}
		p.login()
		l := p.list("LIST", "d")
		p.answer("PWD", `257 "/home"`)
		p.answer("CWD d", "250 ok")
		p.answer("PWD", `257 "/home/d"`)
		p.send("LIST", unixLine)
		p.answer("CWD /home", "550 gone")
		p.wantNames(l, "f")
		p.wantEnd("the working directory is lost")
		if p.c.Err() == nil {
			t.Error("the connection is open")
		}
	})
	inBubble(t, "the listing is refused", func(t *testing.T) {
		p := &quirkPlay{t: t, name: control.QuirkListIgnoresPath, how: "forced"}
		p.login()
		l := p.list("LIST", "d")
		p.answer("PWD", `257 "/home"`)
		p.answer("CWD d", "250 ok")
		p.answer("PWD", `257 "/home/d"`)
		p.passive()
		p.answer("LIST", "550 permission denied")
		p.answer("CWD /home", "250 ok")
		wantTransferError(t, l.wait(), control.PhaseOpen, 550)
		if diff := cmp.Diff([]string(nil), l.names); diff != "" {
			t.Errorf("names: %s", diff)
		}
		p.wantAlive()
	})
	inBubble(t, "cancelled on the way", func(t *testing.T) {
		p := &quirkPlay{t: t, name: control.QuirkListIgnoresPath, how: "forced"}
		p.login()
		ctx, cancel := context.WithCancel(t.Context())
		op := p.async(func() error {
			for _, err := range p.c.List(ctx, "d", control.ListOptions{}) {
				return err
			}
			return nil
		})
		p.answer("PWD", `257 "/home"`)
		p.wantCommand("to be abandoned", "CWD d")
		cancel()
		p.wantCommand("the way back", "CWD /home")
		p.writeReply("250 ok", "250 ok")
		if err := op.wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("LIST: %v; want context.Canceled", err)
		}
		p.wantAlive()
	})
}
