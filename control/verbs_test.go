package control_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/protocol"
)

// Commands without a method are sent by Do, with the exchange that the command table
// has for them.
func TestDoTable(t *testing.T) {
	for _, tt := range []struct{ command, reply string }{
		{"ABOR", "226 nothing to abort"},
		{"CDUP", "250 ok"},
		{"ALLO 1048576", "202 no need"},
		{"SMNT /mnt", "202 no need"},
		{"SITE CHMOD 1 x", "200 ok"},
		{"OPTS MLST size;", "200 ok"},
		{"STRU F", "200 ok"},
		{"MODE S", "200 ok"},
		{"LANG en", "200 English"},
		{"CLNT tester 1.0", "200 noted"},
		{"LPRT 4,4,192,0,2,1,2,7,138", "200 ok"},
		{"LPSV", "228 Entering Long Passive Mode (4,4,192,0,2,1,2,7,138)"},
		{"CPSV", "227 ok (192,0,2,1,7,138)"},
		{"ALGS STATUS64", "202 nothing in between"},
		{"HASH a b", "213 SHA-256 0-3 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad a b"},
		{"RANG 0 1023", "350 restart"},
		{"XCRC a b", "250 352441C2"},
		{"XMD5 a b", "250 900150983CD24FB0D6963F7D28E17F72"},
		{"XSHA a b", "250 A9993E364706816ABA3E25717850C26C9CD0D89D"},
		{"XSHA1 a b", "250 A9993E364706816ABA3E25717850C26C9CD0D89D"},
		{"XSHA256 a b", "250 BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"},
		{"XSHA512 a b", "250 DDAF35A1"},
		{"MD5 a b", "251 a b 900150983CD24FB0D6963F7D28E17F72"},
		{"MMD5 a, b", "252 a 900150983CD24FB0D6963F7D28E17F72"},
		{"CKSM ADLER32 0 -1 a", "213 024d0127"},
		{"MFMT 20260102030405 a b", "213 Modify=20260102030405; a b"},
		{"MFCT 20260102030405 a b", "213 Create=20260102030405; a b"},
		{"MFF Modify=20260102030405; a b", "213 Modify=20260102030405; a b"},
		{"AVBL /", "213 1048576"},
		{"DSIZ /a b", "213 4096"},
		{"RMDA /a b", "250 gone"},
		{"CSID Name=tester;Version=1;", "200 Name=server;"},
		{"PRET RETR a b", "200 ok"},
		{"SSCN ON", "200 SSCN:CLIENT METHOD"},
		{"ESTA", "225 Connected from (|1|192.0.2.1|2121|)"},
		{"ESTP", "225 Connected to (|1|192.0.2.1|2121|)"},
		{"COMB whole part1 part2", "250 ok"},
	} {
		inBubble(t, tt.command, func(t *testing.T) {
			verb, arg, _ := strings.Cut(tt.command, " ")
			info, ok := protocol.LookupVerb(protocol.Verb(verb))
			if !ok {
				t.Fatalf("%s is not in the command table", verb)
			}
			tc := login(t, &clear)
			var got protocol.Reply
			do := func() *op {
				op := tc.async(func() (err error) {
					got, err = tc.c.Do(t.Context(), protocol.Command{Verb: info.Verb, Arg: arg})
					return err
				})
				tc.wantCommand("as given", tt.command)
				return op
			}
			op := do()
			tc.writeReply(tt.reply)
			tc.wantOK(verb, op)
			if fmt.Sprintf("%03d %s", got.Code, got.Text()) != tt.reply {
				t.Errorf("reply %v; want %q", got, tt.reply)
			}
			tc.wantAlive()
			op = do()
			tc.writeReply("502 no")
			if re, ok := errors.AsType[*protocol.ReplyError](op.result()); !ok || re.Reply.Code != 502 || string(re.Verb) != verb {
				t.Errorf("refused: %v; want a ReplyError of 502", op.err)
			}
			tc.wantAlive()
		})
	}
}

// THMB moves data, and no method knows the format of its argument.
func TestDoRefusesData(t *testing.T) {
	inBubble(t, "THMB", func(t *testing.T) {
		tc := login(t, &clear)
		_, err := tc.c.Do(t.Context(), protocol.Command{Verb: "THMB", Arg: "PNG 64 64 a.png"})
		if _, ok := errors.AsType[*protocol.ArgumentError](err); !ok {
			t.Errorf("%v; want an ArgumentError", err)
		}
		tc.wantIdle("nothing was sent")
	})
}
