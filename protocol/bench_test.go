package protocol

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkReplyReader(b *testing.B) {
	feat := NewReply(211, "Features:\n"+strings.Repeat(" MLST type*;size*;modify*;UNIX.mode*;\n", 38)+"End")
	for _, bb := range []struct {
		name string
		in   []byte
	}{
		{"one line", []byte("227 Entering Passive Mode (127,0,0,1,200,13)\r\n")},
		{fmt.Sprintf("FEAT of %d lines", len(feat.Lines)), feat.Append(nil)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var r ReplyReader
			b.SetBytes(int64(len(bb.in)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, ok, err := r.Feed(bb.in); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

// BenchmarkMachineExchange is one command and its reply through both machines.
func BenchmarkMachineExchange(b *testing.B) {
	c, s := machineIn(RoleClient, StateAuthorized, GuardClear), machineIn(RoleServer, StateAuthorized, GuardClear)
	ok := NewReply(257, `"/" is the working directory`)
	b.ReportAllocs()
	for b.Loop() {
		wire, err := c.Send(Command{Verb: "PWD"})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Receive(wire); err != nil {
			b.Fatal(err)
		}
		if _, ok := s.Next(); !ok {
			b.Fatal("no command")
		}
		if wire, err = s.Reply(ok); err != nil {
			b.Fatal(err)
		}
		if err := c.Receive(wire); err != nil {
			b.Fatal(err)
		}
		if e, ok := c.Next(); !ok || e.Outcome != Success {
			b.Fatal(e, ok)
		}
	}
}
