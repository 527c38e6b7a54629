package conformance

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// A Transfer is one transfer command and its data connection.
type Transfer struct {
	t     *T
	d     *dataConn
	cmd   string
	First protocol.Reply // the preliminary reply, or a refusal
	dead  bool           // the first reply was final
	begun bool           // a preliminary reply came
	came  int            // bytes of data that have been read before the rest
}

// Begin sends a transfer command on a passive data connection and waits until
// data can flow, or until the command is refused: see Refused.
func (t *T) Begin(cmd string) *Transfer { return t.beginOn(t.passive(), cmd) }

// beginOn is Begin on a given data connection.
func (t *T) beginOn(d *dataConn, cmd string) *Transfer {
	x := &Transfer{t: t, d: d, cmd: cmd}
	t.Send(cmd)
	before := len(t.suspects)
	t.suspect(ownerOf(cmd))
	first, come := t.firstReply(d)
	t.suspects = t.suspects[:before]
	if come && x.take(first) {
		return x
	}
	if err := d.accept(); err != nil {
		if !come {
			x.take(t.Reply())
		}
		if x.dead {
			return x
		}
		t.blame(d.owner(), "%s: the server did not connect to our port: %v", cmd, err)
	}
	if d.c.private {
		if err := d.protect(); err != nil {
			if t.refusalFollows(x, come) {
				return x
			}
			t.stumbled = true
			t.suspect(x.ownersOfFailure(err)...)
			t.blame(ownDataTLS, "%s: the TLS handshake on the data connection failed: %v", cmd, err)
		}
	}
	if !come {
		x.take(t.Reply())
	}
	return x
}

// refusalFollows reports whether the server refuses a command whose data connection came to
// nothing: that reply is what counts, and it may come a moment after the connection ended.
func (t *T) refusalFollows(x *Transfer, come bool) bool {
	for !x.dead {
		r, err := t.c.receive(t.run.opts.timeout())
		if errors.Is(err, errFlood) {
			t.lost(x.cmd, err)
		} else if err != nil {
			return false
		}
		x.take(r)
	}
	return x.Refused()
}

// take stores the first reply and reports whether it is final.
func (x *Transfer) take(r protocol.Reply) bool {
	x.First, x.dead = r, r.Code.Class() != 1
	x.begun = x.begun || !x.dead
	if x.dead && !ok(r) {
		x.d.Close()
	}
	return x.dead
}

// Refused reports whether the command was refused before data could flow.
func (x *Transfer) Refused() bool { return x.dead && !ok(x.First) }

// Accepted fails unless data can flow.
func (x *Transfer) Accepted() *Transfer {
	if x.dead {
		x.suspect(x.First)
		x.t.Failf("%s: got %s, want 1yz", x.cmd, brief(x.First))
	}
	return x
}

// Final returns the reply that ends the transfer. Restart markers are passed over.
func (x *Transfer) Final() protocol.Reply {
	if x.dead {
		return x.First
	}
	for {
		before := len(x.t.suspects)
		x.t.suspect(x.lateOwner(), ownServerCloses)
		r := x.t.Reply()
		x.t.suspects = x.t.suspects[:before]
		if r.Code.Class() != 1 {
			x.dead = true
			x.First = r
			return r
		}
	}
}

// lateOwner returns the case to which a final reply belongs that does not come.
func (x *Transfer) lateOwner() string {
	if owner := ownerOf(x.cmd); owner != ownSTOR {
		return owner
	}
	return ownStorEOF
}

// Receive reads all data and wants the transfer to end well.
func (x *Transfer) Receive() []byte {
	x.Accepted()
	b, err := x.d.readN(-1)
	if err != nil {
		x.t.blame(ownServerCloses, "%s: reading data: %v", x.cmd, err)
	}
	x.d.goodbye()
	x.ended(x.Final())
	return b
}

// ended fails unless a reply says that the transfer has ended well.
func (x *Transfer) ended(r protocol.Reply) {
	if r.Code != 226 && r.Code != 250 {
		x.suspect(r)
		x.t.Failf("%s: got %s, want 226 or 250", x.cmd, brief(r))
	}
}

// suspect names the cases to which the refusal of a plain transfer belongs.
func (x *Transfer) suspect(r protocol.Reply) {
	x.t.suspect(append(ownersOfTLS(x.d.c, r), ownerOf(x.cmd))...)
}

// Store sends data in the given pieces and returns the final reply.
func (x *Transfer) Store(pieces ...[]byte) protocol.Reply {
	x.Accepted()
	if x.d.tls != nil {
		x.d.tls.Drain()
	}
	for i, p := range pieces {
		if i > 0 {
			time.Sleep(5 * time.Millisecond) // a segment of its own
		}
		if len(p) > 0 && x.d.Write(p) != nil {
			break
		}
	}
	return x.finish()
}

// finish ends an upload and returns the final reply.
func (x *Transfer) finish() protocol.Reply {
	x.d.CloseWrite()
	r := x.Final()
	if x.d.tls != nil {
		x.d.tls.Finish(50 * time.Millisecond)
	}
	x.d.Close()
	return r
}

// Down retrieves a file in the parameters in force.
func (t *T) Down(name string) []byte { return t.Begin("RETR " + name).Receive() }

// downImage retrieves a file in TYPE I.
func (t *T) downImage(name string) []byte {
	t.Type("I")
	return t.Down(name)
}

// Up stores a file in TYPE I.
func (t *T) Up(name string, data []byte) {
	t.Type("I")
	t.Upload("STOR "+name, data)
}

// Upload sends data with a command such as APPE, and wants success.
func (t *T) Upload(cmd string, pieces ...[]byte) {
	x := t.Begin(cmd)
	x.ended(x.Store(pieces...))
}

// tryUp is Up that skips the case if the server refuses the name.
func (t *T) tryUp(name string, data []byte) {
	t.Type("I")
	x := t.Begin("STOR " + name)
	if x.Refused() {
		t.Skipf("the server refuses the name %q: %s", name, brief(x.First))
	}
	x.ended(x.Store(data))
}

// Lines returns the lines of a listing. A line end other than CR LF fails.
func (t *T) Lines(cmd string) []string { return t.split(cmd, t.Begin(cmd).Receive()) }

func (t *T) split(cmd string, b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	owner := ownLineEnds
	if strings.HasPrefix(cmd, "MLSD") {
		owner = ownMLSDLineEnds
	}
	body, ended := bytes.CutSuffix(b, []byte("\r\n"))
	lines := strings.Split(string(body), "\r\n")
	if !ended {
		t.blame(owner, "%s: the last line does not end in CR LF: %q", cmd, visible(lines[len(lines)-1]))
	}
	for _, l := range lines {
		if strings.ContainsAny(l, "\r\n") {
			t.blame(owner, "%s: a line without CR LF: %q", cmd, visible(l))
		}
	}
	return lines
}

// stall begins to retrieve a big file and reads nothing, so that the transfer is
// certainly under way.
func (t *T) stall() *Transfer {
	name := t.big()
	t.Type("I")
	t.suspect(ownServerCloses, monOne1yz, ownRETR)
	d := t.passive()
	if tcp, ok := d.tcp.(interface{ SetReadBuffer(int) error }); ok {
		tcp.SetReadBuffer(64 << 10)
	}
	return t.beginOn(d, "RETR "+name).Accepted()
}

// underway is stall after the first byte: a server that has sent none yet may
// take an ABOR for one between transfers, as pyftpdlib does.
func (t *T) underway() *Transfer {
	x := t.stall()
	b, err := x.d.readN(1)
	if err != nil {
		t.Failf("RETR: reading the first byte: %v", err)
	}
	x.came = len(b)
	time.Sleep(quiet) // the server has filled all buffers then, and waits: it is the same each time
	return x
}

// Same fails unless got is want.
func (t *T) Same(what string, got, want []byte) {
	if bytes.Equal(got, want) {
		return
	}
	t.suspect(ownTypeStays, ownImage)
	n := 0
	for n < len(got) && n < len(want) && got[n] == want[n] {
		n++
	}
	if len(got) <= shownBytes && len(want) <= shownBytes {
		t.Failf("%s: got %q, want %q", what, got, want)
	}
	t.Failf("%s: got %d bytes, want %d; they differ from byte %d on", what, len(got), len(want), n)
}
