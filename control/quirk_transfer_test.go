package control_test

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

var playsOfTransfers = map[control.QuirkName]func(*quirkPlay){
	control.QuirkEmptyListingRefused: func(p *quirkPlay) {
		p.login()
		text := "550 No files found."
		if p.forced() {
			text = "550 no"
		}
		l := p.list("LIST", "d")
		p.passive()
		p.answer("LIST d", text)
		enter := func() { // the directory may be one that does not exist
			if p.how == "detected" {
				p.answer("PWD", `257 "/home"`)
				p.answer("CWD d", "250 ok")
				p.answer("PWD", `257 "/home/d"`)
				p.answer("CWD /home", "250 ok")
			}
		}
		if p.on() {
			enter()
			p.wantNames(l)
		} else {
			wantTransferError(p.t, l.wait(), control.PhaseOpen, 550)
		}
		behind := p.list("NLST", "d") // the refusal comes behind 150
		data := p.passive()
		p.answer("NLST d", "150 here")
		data.Close()
		p.writeReply(text)
		if p.on() {
			enter()
			p.wantNames(behind)
		} else {
			p.wantRefusal(behind.wait(), 550)
		}
		if p.how == "detected" {
			other := p.list("LIST", "d")
			p.passive()
			p.answer("LIST d", "550 d: No such file or directory")
			wantTransferError(p.t, other.wait(), control.PhaseOpen, 550)
			gone := p.list("LIST", "none")
			p.passive()
			p.answer("LIST none", text)
			p.answer("PWD", `257 "/home"`)
			p.answer("CWD none", "550 no such directory")
			wantTransferError(p.t, gone.wait(), control.PhaseOpen, 550)
		}
		p.wantAlive()
	},
	control.QuirkNoCloseNotify: func(p *quirkPlay) {
		p.testConn = loginTLS(p.t, &control.Config{Quirks: p.policy()})
		for _, data := range []string{"", unixLine} {
			l := p.list("LIST", "")
			raw := p.passive()
			p.answer("LIST", "150 here")
			conn := p.secure(raw)
			io.WriteString(conn, data)
			raw.Close()
			p.writeReply("226 done")
			switch {
			case p.on() && data == "":
				p.wantNames(l)
			case p.on():
				p.wantNames(l, "f")
			case data == "":
				p.answer("STAT .", "500 unknown")
				for range 2 {
					p.cutListing("LIST", "", "226 done")
				}
				if _, ok := errors.AsType[*control.EmptyError](l.wait()); !ok {
					p.t.Errorf("%v; want an EmptyError", l.err)
				}
			default:
				if err := l.wait(); !errors.Is(err, tlsx.ErrTruncated) {
					p.t.Errorf("%v; want ErrTruncated", err)
				}
			}
		}
	},
	control.QuirkEmptyListingReset: func(p *quirkPlay) {
		p.login()
		l := p.list("LIST", "")
		ln := p.announce()
		p.answer("LIST", "226 nothing to send")
		ln.Close() // with our connection in its queue
		if p.on() && !p.forced() {
			p.wantNames(l)
		} else if err := l.wait(); (err == nil) != p.on() {
			p.t.Errorf("listing: %v", err)
		}
		p.wantAlive()
	},
	control.QuirkModeZUploads: func(p *quirkPlay) {
		greeting := "220 ready"
		if !p.forced() {
			greeting = "220 ProFTPD Server (Debian) [192.0.2.1]"
		}
		p.greet(greeting)
		p.testConn.login()
		if err := p.c.SetFileFormat(mode.Format{Mode: 'Z'}); err != nil {
			p.t.Fatal(err)
		}
		up := p.stor(p.t.Context(), "abc")
		p.answer("TYPE I", "200 ok")
		want := "abc"
		if !p.on() {
			p.answer("MODE Z", "200 ok")
			want = "x"
		}
		data := p.passive()
		p.answer("STOR f", "150 here")
		b, err := io.ReadAll(data)
		if err != nil || len(b) == 0 || b[0] != want[0] {
			p.t.Errorf("upload: %q, %v; want it to begin with %q", b, err, want)
		}
		data.Close()
		p.writeReply("226 stored")
		p.wantOK("STOR", up)
		p.wantAlive()
	},
	control.QuirkPRET: func(p *quirkPlay) {
		p.login("PRET")
		f := p.retr(p.t.Context(), 0)
		p.answer("TYPE I", "200 ok")
		if p.on() {
			p.answer("PRET RETR f", "200 planned")
		}
		p.send("RETR f", "abc")
		if err := f.wait(); err != nil || f.data != "abc" {
			p.t.Fatalf("%q, %v", f.data, err)
		}
		missing := p.retr(p.t.Context(), 0)
		if p.on() {
			p.answer("PRET RETR f", "550 no such file")
		} else {
			p.passive()
			p.answer("RETR f", "550 no such file")
		}
		wantTransferError(p.t, missing.wait(), control.PhaseOpen, 550)
		p.wantAlive()
	},
	control.QuirkPROTPOn522: func(p *quirkPlay) {
		p.testConn = newTestConn(p.t, &control.Config{TLS: clientTLS(), DataProtection: control.ProtectClear, Quirks: p.policy()})
		p.writeReply("220 ready")
		p.answer("AUTH TLS", "234 go on")
		p.startTLS()
		p.wantOK("dial", p.testConn.op)
		p.begin()
		p.answer("PBSZ 0", "200 ok")
		p.answer("PROT C", "200 ok")
		p.feat()
		p.wantOK("login", p.op)
		f := p.retr(p.t.Context(), 0)
		p.answer("TYPE I", "200 ok")
		if !p.forced() {
			p.passive()
			p.answer("RETR f", "522 data connections must be encrypted")
		}
		if !p.on() {
			wantTransferError(p.t, f.wait(), control.PhaseOpen, 522)
			p.wantAlive()
			return
		}
		p.answer("PROT P", "200 private")
		data := p.passive()
		p.answer("RETR f", "150 here")
		secured := p.secure(data)
		io.WriteString(secured, "abc")
		secured.Close()
		p.writeReply("226 done")
		if err := f.wait(); err != nil || f.data != "abc" {
			p.t.Fatalf("%q, %v", f.data, err)
		}
	},
	control.QuirkSSCNNotListings: func(p *quirkPlay) {
		p.testConn = newTestConn(p.t, &control.Config{TLS: clientTLS(), Quirks: p.policy()})
		p.writeReply("220 ready")
		p.answer("AUTH TLS", "234 go on")
		p.startTLS()
		p.wantOK("dial", p.testConn.op)
		p.testConn.login()
		on := p.async(func() error { return sscn(p.t.Context(), p.c, true) })
		p.answer("SSCN ON", "200 SSCN:CLIENT METHOD")
		p.wantOK("SSCN", on)

		l := p.list("NLST", "")
		if !p.forced() {
			p.passive()
			p.answer("NLST", "150 here") // and no ClientHello
			time.Sleep(31 * time.Second)
			p.writeReply("425 no TLS")
		}
		if p.on() {
			data := p.passive()
			p.answer("NLST", "150 here")
			secured := p.secure(data)
			io.WriteString(secured, "name\r\n")
			secured.Close()
			p.writeReply("226 done")
			p.wantNames(l, "name")
		} else if err := l.wait(); !errors.Is(err, os.ErrDeadlineExceeded) {
			p.t.Errorf("listing: %v; want the timeout", err)
		}
		f := p.retr(p.t.Context(), 0) // files go the other way
		p.answer("TYPE I", "200 ok")
		data := p.passive()
		p.answer("RETR f", "150 here")
		p.connects = true
		secured := p.secure(data)
		io.WriteString(secured, "abc")
		secured.Close()
		p.writeReply("226 done")
		if err := f.wait(); err != nil || f.data != "abc" {
			p.t.Errorf("%q, %v", f.data, err)
		}
	},
	control.QuirkSTORNoReplace: func(p *quirkPlay) {
		p.login()
		op := p.stor(p.t.Context(), "new")
		p.answer("TYPE I", "200 ok")
		p.passive()
		p.answer("STOR f", "550 f: file exists")
		if !p.on() {
			wantTransferError(p.t, op.wait(), control.PhaseOpen, 550)
			return
		}
		p.answer("DELE f", "250 gone")
		data := p.passive()
		p.answer("STOR f", "150 go on")
		got, _ := io.ReadAll(data)
		data.Close()
		p.writeReply("226 stored")
		if err := op.wait(); err != nil || string(got) != "new" {
			p.t.Fatalf("%q, %v", got, err)
		}
	},
	control.QuirkRESTSticky: func(p *quirkPlay) {
		p.login()
		get := func(offset, want int64) *op {
			return p.run(func() error {
				d, err := p.c.Retr(p.t.Context(), "f", offset)
				if err != nil {
					return err
				}
				d.Expect(want)
				if _, err := io.Copy(io.Discard, d); err != nil {
					return err
				}
				return d.Close()
			})
		}
		first := get(2, 3)
		p.answer("TYPE I", "200 ok")
		data := p.passive()
		p.answer("REST 2", "350 ok")
		p.transfer(data, "RETR f", "cde")
		if err := first.wait(); err != nil {
			p.t.Fatal(err)
		}
		second := get(0, 5)
		data = p.passive()
		if p.forced() {
			p.answer("REST 0", "350 ok")
			p.transfer(data, "RETR f", "abcde")
			if err := second.wait(); err != nil {
				p.t.Fatal(err)
			}
			return
		}
		p.transfer(data, "RETR f", "cde") // from 2 on again
		if err := second.wait(); err == nil {
			p.t.Fatal("a short file is no error")
		}
		third := get(0, 5)
		data = p.passive()
		if p.on() {
			p.answer("REST 0", "350 ok")
			p.transfer(data, "RETR f", "abcde")
		} else {
			p.transfer(data, "RETR f", "cde")
		}
		if err := third.wait(); (err == nil) != p.on() {
			p.t.Errorf("third: %v", err)
		}
	},
}

// wantRefusal checks for a TransferError that a reply caused.
func (p *quirkPlay) wantRefusal(err error, code protocol.Code) {
	p.t.Helper()
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if _, te := errors.AsType[*control.TransferError](err); !te || !ok || re.Reply.Code != code {
		p.t.Errorf("%v; want a TransferError of %d", err, code)
	}
}

// transfer plays a transfer whose data connection is open.
func (p *quirkPlay) transfer(data net.Conn, command, content string) {
	p.t.Helper()
	p.answer(command, "150 here")
	io.WriteString(data, content)
	data.Close()
	p.writeReply("226 done")
}

// The same against the embedded server's faults, on loopback.
func TestQuirksOfServer(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  ftptest.Fault
		quirk  control.QuirkName
		use    func(c *control.Conn) error
		strict bool // an error if the quirk is forbidden
	}{
		{"empty NLST", "nlst-empty-550", control.QuirkEmptyListingRefused, func(c *control.Conn) error {
			for _, err := range c.Nlst(t.Context(), "/empty") {
				return err
			}
			return nil
		}, true},
		{"empty MLSD", "mlsd-empty-550", control.QuirkEmptyListingRefused, func(c *control.Conn) error {
			for _, err := range c.Mlsd(t.Context(), "/empty", control.ListOptions{}) {
				if err != nil {
					return err
				}
			}
			return nil
		}, true},
		{"full paths", "mlsd-full-paths", control.QuirkNamesWithPath, func(c *control.Conn) error {
			for _, err := range c.Mlsd(t.Context(), "/", control.ListOptions{}) {
				if err != nil {
					return err
				}
			}
			return nil
		}, false},
	} {
		for _, forbid := range []bool{false, true} {
			name := tt.name
			if forbid {
				name += ", forbidden"
			}
			t.Run(name, func(t *testing.T) {
				s := ftptest.NewServer(t, &ftptest.Config{Faults: []ftptest.Fault{tt.fault}})
				cfg := &control.Config{Security: control.SecurityNone}
				if forbid {
					cfg.Quirks.Forbid = []control.QuirkName{tt.quirk}
				}
				c := dialServer(t, s, cfg)
				if _, err := c.Mkd(t.Context(), "/empty"); err != nil {
					t.Fatal(err)
				}
				if err := tt.use(c); (err != nil) != (tt.strict && forbid) {
					t.Errorf("%v", err)
				}
				has := slices.ContainsFunc(c.Quirks(), func(a control.AppliedQuirk) bool { return a.Name == tt.quirk })
				if has == forbid {
					t.Errorf("Quirks() = %v", c.Quirks())
				}
			})
		}
	}
}
