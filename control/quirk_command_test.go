package control_test

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

var playsOfCommands = map[control.QuirkName]func(*quirkPlay){
	control.QuirkMKDExists: func(p *quirkPlay) {
		p.login()
		reply, code := `521 "/d" directory exists`, protocol.Code(521)
		if p.forced() {
			reply, code = "550 no", 550
		}
		op := p.run(func() error { _, err := p.c.Mkd(p.t.Context(), "d"); return err })
		p.answer("MKD d", reply)
		p.wantMeaning(op.result(), fs.ErrExist, code, nil)
		if p.how == "detected" {
			op := p.run(func() error { _, err := p.c.Mkd(p.t.Context(), "a/b"); return err })
			p.answer("MKD a/b", "550 the parent does not exist")
			if err := op.result(); errors.Is(err, fs.ErrExist) {
				p.t.Errorf("%v counts as there", err)
			}
		}
		p.wantAlive()
	},
	control.QuirkNOOPIdle: func(p *quirkPlay) {
		p.login()
		keep := func() error { return p.c.KeepAlive(p.t.Context()) }
		op := p.run(keep)
		if p.forced() {
			p.answer("STAT", "211-status\r\n211 end")
			p.wantOK("KeepAlive", op)
			return
		}
		p.answer("NOOP", "200 ok")
		p.wantOK("KeepAlive", op)
		p.writeReply("421 Idle timeout (300 seconds): closing control connection.")
		p.srv.Close()
		if err := p.run(keep).result(); !errors.Is(err, &protocol.ReplyError{Reply: protocol.Reply{Code: 421}}) {
			p.t.Errorf("KeepAlive: %v; want the 421", err)
		}
	},
	control.QuirkQUITNoReply: func(p *quirkPlay) {
		p.login()
		op := p.run(func() error { return p.c.Quit(p.t.Context()) })
		p.wantCommand("the end", "QUIT")
		if p.forced() { // no reply, and no end
			p.wantOK("Quit", waited(op))
			if op.took() != 5*time.Second {
				p.t.Errorf("took %v; want the AbortTimeout", op.took())
			}
			return
		}
		p.srv.Close()
		if err := op.wait(); (err == nil) != p.on() {
			p.t.Errorf("Quit: %v", err)
		}
	},
	control.QuirkCHMOD550: func(p *quirkPlay) {
		features := []string{"MLST type*;UNIX.mode*;"}
		if p.forced() {
			features = []string{"SIZE"} // nothing can be checked
		}
		p.login(features...)
		op := p.run(func() error { return p.c.Chmod(p.t.Context(), "f", 0o640) })
		p.answer("SITE CHMOD 640 f", "550 failed")
		if p.how == "detected" {
			p.answer("MLST f", "250-x", " type=file;UNIX.mode=0640; f", "250 end")
		}
		if err := op.result(); (err == nil) != p.on() {
			p.t.Errorf("Chmod: %v", err)
		}
	},
	control.QuirkMtimeByMDTM: func(p *quirkPlay) {
		p.login("MDTM")
		op := p.run(func() error { return p.c.SetModTime(p.t.Context(), "f", someTime) })
		if p.on() {
			p.answer("MDTM 20260102030405 f", "213 20260102030405")
		} else {
			p.answer("SITE UTIME f 20260102030405 20260102030405 20260102030405 UTC", "200 ok")
		}
		p.wantOK("SetModTime", op)
	},
	control.QuirkMtimeByUTIME: func(p *quirkPlay) {
		p.login("MDTM")
		set := func() error { return p.c.SetModTime(p.t.Context(), "f", someTime) }
		op := p.run(set)
		if !p.forced() {
			p.answer("MDTM 20260102030405 f", "550 no such file")
		}
		if !p.on() {
			if err := op.result(); !errors.Is(err, errors.ErrUnsupported) || !errors.Is(err, fs.ErrNotExist) {
				p.t.Errorf("%v; want ErrUnsupported, and the refusal", err)
			}
			return
		}
		p.answer("SITE UTIME f 20260102030405 20260102030405 20260102030405 UTC", "501 what?")
		p.answer("SITE UTIME 20260102030405 f", "200 ok")
		p.wantOK("SetModTime", op)
		again := p.run(set) // remembered
		p.answer("SITE UTIME 20260102030405 f", "550 no such file")
		if err := again.result(); errors.Is(err, errors.ErrUnsupported) {
			p.t.Errorf("%v; want the refusal alone", err)
		}
	},
}

var someTime = time.Date(2026, 1, 2, 3, 4, 5, 999, time.UTC)

// waited returns o once it has ended, however long that takes.
func waited(o *op) *op {
	<-o.done
	return o
}

func TestSetModTime(t *testing.T) {
	for _, tt := range []struct {
		name, reply string
		features    []string
		ok          bool
	}{
		{"MFMT", "213 Modify=20260102030405; f", []string{"MFMT"}, true},
		{"MFMT refused", "550 no such file", []string{"MFMT"}, false},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			p := &quirkPlay{t: t}
			p.login(tt.features...)
			op := p.run(func() error { return p.c.SetModTime(t.Context(), "f", someTime) })
			p.answer("MFMT 20260102030405 f", tt.reply)
			if err := op.result(); (err == nil) != tt.ok || errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("SetModTime: %v", err)
			}
			p.wantIdle("no other way is tried")
			if q := p.c.Quirks(); len(q) != 0 {
				t.Errorf("Quirks() = %v", q)
			}
		})
	}
	inBubble(t, "MFMT listed and unknown", func(t *testing.T) {
		p := &quirkPlay{t: t}
		p.login("MFMT")
		op := p.run(func() error { return p.c.SetModTime(t.Context(), "f", someTime) })
		p.answer("MFMT 20260102030405 f", "502 no")
		p.answer("MDTM 20260102030405 f", "253 changed")
		p.wantOK("SetModTime", op)
	})
	inBubble(t, "nothing is allowed", func(t *testing.T) {
		p := &quirkPlay{t: t}
		p.testConn = login(t, &control.Config{Quirks: control.QuirkPolicy{Forbid: []control.QuirkName{control.QuirkMtimeByMDTM, control.QuirkMtimeByUTIME}}})
		if err := p.c.SetModTime(t.Context(), "f", someTime); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("SetModTime: %v", err)
		}
		p.wantIdle("nothing to try")
	})
}

// A 550 that MLST does not contradict stands.
func TestChmodRefused(t *testing.T) {
	inBubble(t, "other mode", func(t *testing.T) {
		p := &quirkPlay{t: t, name: control.QuirkCHMOD550, how: "forbidden"} // as it will look
		p.testConn = login(t, &clear)
		op := p.run(func() error { return feat(t.Context(), p.c) })
		p.feat("MLST type*;UNIX.mode*;")
		p.wantOK("FEAT", op)
		op = p.run(func() error { return p.c.Chmod(t.Context(), "f", 0o640) })
		p.answer("SITE CHMOD 640 f", "550 failed")
		p.answer("MLST f", "250-x", " type=file;UNIX.mode=0600; f", "250 end")
		if err := op.result(); err == nil {
			t.Error("Chmod: no error")
		}
		p.check()
	})
	inBubble(t, "accepted", func(t *testing.T) {
		p := &quirkPlay{t: t}
		p.login()
		op := p.run(func() error { return p.c.Chmod(t.Context(), "a b", 0o755) })
		p.answer("SITE CHMOD 755 a b", "200 ok")
		p.wantOK("Chmod", op)
	})
}
