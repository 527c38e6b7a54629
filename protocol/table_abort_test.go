package protocol

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAbortTable: the situations that ABOR can meet (RFC 959, Section 4.1.3). The
// words of play are commands that the client sends, "|" lets what is on the way to
// the server arrive, and codes are what the server writes, read at once; "(150)" is
// still under way when the next command goes out.
func TestAbortTable(t *testing.T) {
	const both = 3
	for _, tt := range []struct {
		name, play string
		want       string // what the client makes of it
		roles      int    // 1: a client only, since our server's machine would not say that
	}{
		{"no transfer, 226", "ABOR | 226", "ABOR 226 success", both},
		{"no transfer, 225", "ABOR | 225", "ABOR 225 success", both},
		{"no transfer, unknown", "ABOR | 502", "ABOR 502 failure", both},
		{"PASV pending", "PASV | 227 ABOR | 225", "PASV 227 success, ABOR 225 success", both},
		{"running", "RETR | 150 ABOR | 426 226", "RETR 150 wait, RETR 426 failure, ABOR 226 success", both},
		{"running, 225", "RETR | 150 ABOR | 426 225", "RETR 150 wait, RETR 426 failure, ABOR 225 success", both},
		{"running, one reply of 225", "RETR | 150 ABOR | 225", "RETR 150 wait, RETR merged, ABOR 225 success", both},
		{"1yz not sent, 150 comes", "RETR ABOR | 150 426 226", "RETR 150 wait, RETR 426 failure, ABOR 226 success", both},
		{"1yz not sent, none comes", "RETR ABOR | 426 226", "RETR 426 failure, ABOR 226 success", both},
		{"1yz not sent, no data connection", "RETR ABOR | 425 226", "RETR 425 failure, ABOR 226 success", both},
		{"crossed on the wire", "RETR | 150 (226) ABOR | 226", "RETR 150 wait, RETR 226 success, ABOR 226 success", both},
		{"crossed, 250 and 225", "RETR | 150 (250) ABOR | 225", "RETR 150 wait, RETR 250 success, ABOR 225 success", both},
		{"no concurrency", "RETR | 150 ABOR | 226 226", "RETR 150 wait, RETR 226 success, ABOR 226 success", both},
		{"unknown", "RETR | 150 ABOR | 226 500", "RETR 150 wait, RETR 226 success, ABOR 500 failure", both},
		{"unknown, said at once", "RETR | 150 ABOR | 502 226", "RETR 150 wait, ABOR 502 failure, RETR 226 success", both},
		{"421", "RETR | 150 ABOR | 421", "RETR 150 wait, RETR 421 failure, ABOR 421 failure", both},
		{"one 226 for both, seen by NOOP", "RETR | 150 ABOR | 226 NOOP | 200", "RETR 150 wait, RETR 226 success, ABOR merged, NOOP 200 success", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPair(t, false)
			p.reply(230, "in")
			got := p.playWords(tt.play, tt.roles == both)
			if diff := cmp.Diff(strings.Split(tt.want, ", "), got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if n := p.client.Pending(); n != 0 {
				t.Errorf("%d pending, want 0", n)
			}
			if n := p.server.Pending(); tt.roles == both && n != 0 {
				t.Errorf("server: %d pending, want 0", n)
			}
		})
	}
}

// playWords plays a script, with a server's machine behind it or without, and
// returns what the client's reports.
func (p *pair) playWords(play string, server bool) []string {
	p.t.Helper()
	var up, down []byte
	for word := range strings.FieldsSeq(play) {
		switch {
		case word == "|":
			if server {
				if err := p.server.Receive(up); err != nil {
					p.t.Fatal(err)
				}
			}
			up = nil
		case word[0] == '(' || isDigit(word[0]):
			digits := strings.Trim(word, "()")
			r := NewReply(Code(digits[0]-'0')*100+Code(digits[1]-'0')*10+Code(digits[2]-'0'), "text")
			wire := r.Append(nil)
			if server {
				var err error
				if wire, err = p.server.Reply(r); err != nil {
					p.t.Fatalf("server: %v", err)
				}
			}
			down = append(down, wire...)
		default:
			cmd := Command{Verb: Verb(word)}
			if word == "RETR" {
				cmd.Arg = "a"
			}
			wire, err := p.client.Send(cmd)
			if err != nil {
				p.t.Fatalf("client: %v", err)
			}
			up = append(up, wire...)
		}
		if word[0] != '(' {
			mustReceive(p.t, p.client, string(down))
			down = nil
		}
	}
	return outcomes(p.client)
}
