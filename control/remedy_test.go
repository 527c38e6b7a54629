package control_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// A refusalPlay is one cause for which an opening fails, and what the client does about it.
type refusalPlay struct {
	name string

	address string // the reply to EPRT or PORT, "" if that is taken
	reply   string // to the command itself

	then []string // what the client sends before it begins again
}

var refusalPlays = []refusalPlay{
	{"account", "", "532 an account, please", []string{"ACCT billing"}},
	{"PRET", "500 PRET first", "", nil},
	{"address command", "", "425 no connection came", nil},
	{"PROT P", "", "522 data connections must be encrypted", []string{"PROT P"}},
	{"in the way", "", "550 f: file exists", []string{"DELE f"}},
}

// An openingPlay is a server against which an upload is opened several times.
type openingPlay struct {
	*testConn
	pret, port bool
}

// attempt plays one attempt, which fails as r says.
func (p *openingPlay) attempt(r refusalPlay) {
	p.t.Helper()
	if p.pret {
		p.answer("PRET STOR f", "200 planned")
	}
	p.srv.SetReadDeadline(time.Now().Add(patience))
	line, err := p.r.ReadString('\n')
	want := "EPRT "
	if p.port {
		want = "PORT "
	}
	if err != nil || !strings.HasPrefix(line, want) {
		p.t.Fatalf("%s: client sent %q, %v; want %q", r.name, line, err, want)
	}
	if r.address != "" {
		p.writeReply(r.address)
		return
	}
	p.writeReply("200 ok")
	p.answer("STOR f", r.reply)
}

// remedied plays what follows on an attempt that failed as r says.
func (p *openingPlay) remedied(r refusalPlay) {
	p.t.Helper()
	for _, command := range r.then {
		p.answer(command, "200 ok")
	}
	p.pret = p.pret || r.name == "PRET"
	p.port = p.port || r.name == "address command"
}

// startOpening begins an upload for which every remedy is at hand.
func startOpening(t *testing.T) (*openingPlay, *op) {
	conf := control.Config{
		TLS: clientTLS(), DataProtection: control.ProtectClear,
		Data:   datachan.Config{Mode: datachan.ModeActive},
		Quirks: control.QuirkPolicy{Force: []control.QuirkName{control.QuirkSTORNoReplace}},
	}
	p := &openingPlay{testConn: newTestConn(t, &conf)}
	p.writeReply("220 ready")
	p.answer("AUTH TLS", "234 go on")
	p.startTLS()
	p.wantOK("dial", p.op)
	login := p.async(func() error { return p.c.Login(t.Context(), "user", "secret", "billing") })
	p.answer("USER user", "331 password")
	p.answer("PASS secret", "230 in")
	p.answer("PBSZ 0", "200 ok")
	p.answer("PROT C", "200 ok")
	p.answer("FEAT", "502 no")
	p.wantOK("login", login)
	up := p.stor(t.Context(), "new")
	p.answer("TYPE I", "200 ok")
	return p, up
}

// Every remedy alone, each after each, and all of them in one opening. The last refusal is
// one that nothing helps against, and is what the caller learns.
func TestRemedies(t *testing.T) {
	full := refusalPlay{"the end", "", "452 disk full", nil}
	var rows [][]refusalPlay
	for _, first := range refusalPlays {
		rows = append(rows, []refusalPlay{first})
		for _, second := range refusalPlays {
			if second.name != first.name {
				rows = append(rows, []refusalPlay{first, second})
			}
		}
	}
	rows = append(rows, refusalPlays)
	for _, row := range rows {
		var names []string
		for _, r := range row {
			names = append(names, r.name)
		}
		inBubble(t, strings.Join(names, ", "), func(t *testing.T) {
			p, up := startOpening(t)
			for _, r := range row {
				p.attempt(r)
				p.remedied(r)
			}
			p.attempt(full)
			wantTransferError(t, up.wait(), control.PhaseOpen, 452)
			p.wantAlive()
		})
	}
}

// No remedy is applied twice in one opening, next to the first time or later.
func TestRemedyOnce(t *testing.T) {
	for i, r := range refusalPlays {
		for _, between := range []int{0, 1} {
			inBubble(t, fmt.Sprintf("%s, %d between", r.name, between), func(t *testing.T) {
				p, up := startOpening(t)
				p.attempt(r)
				p.remedied(r)
				if between > 0 {
					other := refusalPlays[(i+1)%len(refusalPlays)]
					p.attempt(other)
					p.remedied(other)
				}
				p.attempt(r)
				if err := up.wait(); err == nil {
					t.Error("no error")
				}
				p.wantAlive()
			})
		}
	}
}

// A remedy that is refused itself is over, and the first refusal is the caller's.
func TestRemedyRefused(t *testing.T) {
	for _, r := range refusalPlays {
		if r.then == nil {
			continue
		}
		inBubble(t, r.name, func(t *testing.T) {
			p, up := startOpening(t)
			p.attempt(r)
			for _, command := range r.then {
				p.answer(command, "550 no")
			}
			wantTransferError(t, up.wait(), control.PhaseOpen, protocol.Code(must(r.reply[:3])))
			p.wantAlive()
		})
	}
}

// A listing for which TLS does not begin, beside the other remedies that a protected
// data connection can need.
func TestRemedyUnreversed(t *testing.T) {
	silent := func(tc *testConn) {
		tc.passive()
		tc.answer("LIST", "150 here")
		time.Sleep(31 * time.Second)
		tc.writeReply("425 no TLS")
	}
	account := func(tc *testConn) {
		tc.passive()
		tc.answer("LIST", "532 an account, please")
		tc.answer("ACCT billing", "230 ok")
	}
	for name, row := range map[string][]func(*testConn){
		"alone":          {silent},
		"before account": {silent, account},
		"after account":  {account, silent},
	} {
		inBubble(t, name, func(t *testing.T) {
			tc := newTestConn(t, &control.Config{TLS: clientTLS()})
			tc.writeReply("220 ready")
			tc.answer("AUTH TLS", "234 go on")
			tc.startTLS()
			tc.wantOK("dial", tc.op)
			login := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "billing") })
			tc.answer("USER user", "331 password")
			tc.answer("PASS secret", "230 in")
			tc.answer("PBSZ 0", "200 ok")
			tc.answer("PROT P", "200 ok")
			tc.answer("FEAT", "502 no")
			tc.wantOK("login", login)
			on := tc.async(func() error { return sscn(t.Context(), tc.c, true) })
			tc.answer("SSCN ON", "200 ok")
			tc.wantOK("SSCN", on)
			l := tc.list("LIST", "")
			for _, play := range row {
				play(tc)
			}
			data := tc.passive()
			tc.answer("LIST", "150 here")
			secured := tc.secure(data)
			fmt.Fprint(secured, unixLine)
			secured.Close()
			tc.writeReply("226 done")
			tc.wantNames(l, "f")
		})
	}
}
