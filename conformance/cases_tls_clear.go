package conformance

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/tlsx"
)

// clearDataCases are about data in clear text where there must be none.
var clearDataCases = []Case{
	{
		ID: ownUploadTLS, RFC: "4217 9, 2228 3", Level: Must,
		Text:   "Under PROT P an upload in clear text is not taken.",
		Needs:  []string{NeedLogin, NeedTLS},
		Rests:  []string{ownDataTLS}, // where nothing is under TLS, uploads are not either
		Faults: []string{"upload-in-clear", "upload-clear-too"},
		Run: func(t *T) {
			switch {
			case t.run.inClear != "":
				t.Failf("under PROT P the server begins no TLS on the data connection of an upload, and takes what comes: %s", t.run.inClear)
			case !t.run.has[NeedWrite]:
				t.Skipf("%s", t.run.lack(NeedWrite))
			}
			shared, name, sent := t.c, t.Name("clear"), []byte("this came in clear text\n")
			t.Session()
			t.Type("I")
			d := t.passive()
			t.Send("STOR " + name)
			if r, come := t.firstReply(d); come && refused(r) {
				t.Skipf("STOR is refused: %s", brief(r))
			}
			t.c.goodbye = true // many servers end the session over it, or owe a reply
			d.Write(sent)
			d.CloseWrite()
			d.waitEnd(soon)
			d.Close()
			t.c.receive(soon)

			t.Use(shared)
			t.Type("I")
			x := t.Begin("RETR " + name)
			if x.Refused() {
				return
			}
			got := x.Receive()
			if bytes.Contains(got, bytes.TrimSpace(sent)) {
				t.Failf("what came in clear text under PROT P is stored")
			}
		},
	},
}

// ownersOfFailure returns the cases to which a failed TLS handshake on the data connection
// belongs, the most particular first.
func (x *Transfer) ownersOfFailure(err error) []string {
	verb, _, _ := strings.Cut(x.cmd, " ")
	switch {
	case errors.Is(err, tlsx.ErrIdentity):
		return []string{ownSameCert}
	case !slices.Contains([]string{"STOR", "STOU", "APPE"}, strings.ToUpper(verb)):
		return nil
	case x.dead && ok(x.First):
		// The server had nothing but our ClientHello.
		x.t.run.inClear = verb + " got " + brief(x.First)
	}
	return []string{ownUploadTLS}
}
