package ftpwire

import (
	"context"
	"net"
	"os"
	"syscall"
)

// Causes about the network and this computer.
const (
	CauseNoGreeting    Cause = "no-greeting"
	CauseNoSuchHost    Cause = "no-such-host"
	CauseNameServer    Cause = "name-server"
	CauseNothingThere  Cause = "nothing-there"
	CauseNoRoute       Cause = "no-route"
	CauseCutOff        Cause = "cut-off"
	CauseLocalDiskFull Cause = "local-disk-full"
	CauseTimeout       Cause = "timeout"
)

var networkRules = []diagnosisRule{
	{
		cause: CauseNoGreeting, find: silent(""),
		advice: "the connection is open, but the server says nothing. On a port of implicit TLS it waits for the client: use implicit TLS there{Security=implicit}. " +
			"Otherwise it is overloaded, or a firewall is in between; how long to wait can be set{Timeout}",
	},
	{
		cause: CauseNoSuchHost, find: a(func(e *net.DNSError) bool { return e.IsNotFound }),
		advice: "there is no host of that name: check the spelling",
	},
	{
		cause: CauseNameServer, find: a[*net.DNSError](),
		advice: "the name could not be looked up: check the network and the name server",
	},
	{
		cause: CauseNothingThere, find: is(syscall.ECONNREFUSED),
		advice: "nothing listens there: the server is down, or the port is wrong (21 for ftp and ftpes, 990 for ftps)",
	},
	{
		cause: CauseNoRoute, find: is(syscall.EHOSTUNREACH, syscall.ENETUNREACH),
		advice: "there is no route to that host: check the network",
	},
	{
		cause: CauseCutOff, find: cutOff,
		advice: "the server, or a firewall, cut the connection off. With TLS, a certificate or a protocol version that the server dislikes does that too{TLSMax=1.2}",
	},
	{
		cause: CauseLocalDiskFull, find: is(syscall.ENOSPC),
		advice: "the local disk is full",
	},
	{
		cause: CauseTimeout, find: is(os.ErrDeadlineExceeded, context.DeadlineExceeded),
		advice: "the server did not answer in time: it may be down or slow, or a firewall drops the packets. How long to wait can be set{Timeout}",
	},
}

// cutOff finds a connection that the other side reset, or a control connection that it
// closed without a reply.
func cutOff(f *failure) error {
	if found := is(syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE)(f); found != nil {
		return found
	}
	if f.closed != nil && cut(f.closed) {
		return f.closed
	}
	return nil
}
