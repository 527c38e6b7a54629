package ftpwire_test

import (
	"context"
	"strings"

	"github.com/ftpwire/ftpwire"
)

// taking stores a file and answers otherwise than it should.
func taking(last string) func(*oddServer) {
	return func(o *oddServer) {
		o.on = map[string]func(*oddSession, string) bool{"STOR": func(s *oddSession, _ string) bool {
			s.take()
			s.reply(last)
			return true
		}}
	}
}

// cutTLS13 ends downloads over TLS 1.3 in the middle, in order.
func cutTLS13(o *oddServer) {
	o.on = map[string]func(*oddSession, string) bool{"RETR": func(s *oddSession, _ string) bool {
		if isTLS12(s) {
			return false
		}
		s.give("hel", "426 Connection closed; transfer aborted")
		return true
	}}
}

func getting(path string) func(context.Context, *ftpwire.Client) error {
	return func(ctx context.Context, c *ftpwire.Client) error {
		_, err := c.Get(ctx, path, new(strings.Builder), nil)
		return err
	}
}

var filePeers = []peerCase{
	{
		name: "IIS: in use", do: doGet, server: odd("RETR", "550 The process cannot access the file because it is being used by another process."),
		cause: "in-use", hides: "no such file", advice: "TransferOptions.Retry",
	},
	{
		name: "MKD of what exists", do: doMkdir, server: odd("MKD", "550 Create directory operation failed: File exists"),
		cause: "exists", hides: "no such",
	},
	{
		name: "MKD in a missing directory", do: doMkdir, server: odd("MKD", "550 /x/new: No such file or directory"),
		cause: "no-directory", says: "make it first", hides: "%2F",
	},
	{
		name: "a file into a missing directory", do: doPut, server: odd("STOR", "553 Could not create file: No such file or directory."),
		cause: "no-directory", says: "make it first", hides: "%2F",
	},
	{
		name: "a file that can't be created", do: doPut, server: odd("STOR", "553 Could not create file."),
		cause: "not-stored", hides: "%2F",
	},
	{
		name: "an absolute path that is not there", do: getting("/none"), server: odd("RETR", "550 Failed to open file."),
		cause: "not-exist", hides: "%2F",
	},
	{
		name: "a relative path that is not there", do: getting("none"), server: odd("RETR", "550 none: No such file or directory"),
		cause: "not-exist", says: "%2F",
	},
	{
		name: "not allowed", do: doGet, server: odd("RETR", "550 Permission denied"),
		cause: "permission",
	},
	{
		name: "disk full", do: doPut, server: odd("STOR", "452 no space"),
		cause: "no-space",
	},
	{
		name: "425 after all octets", do: doPut, server: with(odd(), taking("425 Error while transferring data: Connection aborted")),
		cause: "not-confirmed", says: "13 octets", hides: "active",
	},
	{
		name: "450 after all octets", do: doPut, server: with(odd(), taking("450 Transfer aborted")),
		cause: "not-confirmed", says: "13 octets",
	},
	{
		name: "451 after all octets, TLS", do: doPut, change: withTLS, server: with(odd(), taking("451 Local error in processing")),
		cause: "not-confirmed", says: "13 octets",
	},
	{
		name: "426 after all octets", do: doPut, server: with(odd(), taking("426 Failure reading network stream.")),
		cause: "not-confirmed", says: "13 octets",
	},
	{
		name: "426 in the middle, TLS", do: doGet, change: withTLS, server: with(odd(), cutTLS13),
		cause: "broken-off-tls", advice: "TransferOptions.Resume=true TLSMax=1.2", helps: []int{1},
	},
	{
		name: "a fault of the server's own", do: doPut, server: odd("STOR", "451 Requested action aborted: local error in processing"),
		cause: "server-fault", advice: "TransferOptions.Retry",
	},
	{
		name: "idle for too long", do: doNoop, server: odd("NOOP", "421 Timeout."),
		cause: "idled-out", advice: "KeepAlive=30s",
	},
	{
		name: "shutting down", do: doNoop, server: odd("NOOP", "421 Service not available"),
		cause: "closing",
	},
	{
		name: "no type", do: doGet, server: odd("TYPE", "504 no"), change: func(_ *oddWorld, p *ftpwire.Profile) { p.Type = ftpwire.TypeEBCDIC },
		cause: "no-type", advice: "Type",
	},
	{
		name: "no TYPE I", do: doGet, server: odd("TYPE", "504 no"),
		cause: "no-binary", says: "TYPE I", advice: "Type=ascii",
	},
	{
		name: "SIZE tells more than there is", do: doGet, server: odd("SIZE", "213 999"),
		cause: "size-unexpected", seen: "999 were expected", advice: "Quirks=size-useless", helps: []int{0},
	},
	{
		name: "SIZE tells nothing of what was stored", do: doPut, server: odd("SIZE", "213 0"),
		cause: "size-unexpected", seen: "0 octets came", advice: "Quirks=size-useless", helps: []int{0},
	},
}
