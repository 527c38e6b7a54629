package ftpwire

import (
	"context"
	"net"
	"os"
	"syscall"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/neterr"
)

// Causes about the network and this computer.
const (
	causeNoGreeting    Cause = "no-greeting"
	causeNoSuchHost    Cause = "no-such-host"
	causeNameServer    Cause = "name-server"
	causeNothingThere  Cause = "nothing-there"
	causeNoRoute       Cause = "no-route"
	causeCutAtGreeting Cause = "cut-at-greeting"
	causeDataCutTLS    Cause = "data-cut-tls"
	causeDataCut       Cause = "data-cut"
	causeCutOff        Cause = "cut-off"
	causeLocalDiskFull Cause = "local-disk-full"
	causeTimeout       Cause = "timeout"
)

var networkRules = []diagnosisRule{
	{
		cause: causeNoGreeting, find: silent(""),
		says: "the connection is open, but the server says nothing: on a port of implicit TLS it waits for the client; otherwise it is overloaded, or a firewall is in between",
		try:  []string{"use implicit TLS{Variant=ftp-tls-implicit}", "wait longer{Timeout}"},
	},
	{
		cause: causeNoSuchHost, find: a(func(e *net.DNSError) bool { return e.IsNotFound }),
		says: "there is no host of that name: check the spelling",
	},
	{
		cause: causeNameServer, find: a[*net.DNSError](),
		says: "the name could not be looked up: check the network and the name server",
	},
	{
		cause: causeNothingThere, find: being(neterr.Refused),
		says: "nothing listens there: the server is down, or the port is wrong (21 for ftp and ftpes, 990 for ftps)",
	},
	{
		cause: causeNoRoute, find: being(neterr.NoRoute),
		says: "there is no route to that host: check the network",
	},
	{
		cause: causeCutAtGreeting, find: greetingCut,
		says: "the server ended the connection before it greeted: it has too many connections or lets nobody in from here, or its port is one of implicit TLS",
		try:  []string{"use implicit TLS{Variant=ftp-tls-implicit}"},
	},
	{
		cause: causeDataCutTLS, find: when((*failure).inTLS, dataCut), words: moved, see: seeResume,
		says: "the data connection was cut off (after %s octets), by the server or by something on the way. Some of them can't cope with TLS 1.3, or with resumed sessions",
		try:  []string{tryTLS12, "go without resumption{Resumption=off}", "have the transfer go on where it ended{TransferOptions.Resume=true}", tryRetry},
	},
	{
		cause: causeDataCut, find: dataCut, words: moved,
		says: "the data connection was cut off (after %s octets), by the server or by something on the way",
		try:  []string{"have the transfer go on where it ended{TransferOptions.Resume=true}", tryRetry},
	},
	{
		cause: causeCutOff, find: cutOff,
		says: "the server, or a firewall, cut the connection off. With TLS, a certificate or a protocol version that one of them dislikes does that too",
		try:  []string{"use an older version of TLS{TLSMax=1.2}"},
	},
	{
		cause: causeLocalDiskFull, find: is(syscall.ENOSPC),
		says: "the local disk is full",
	},
	{
		cause: causeTimeout, find: is(os.ErrDeadlineExceeded, context.DeadlineExceeded),
		says: "the server did not answer in time: it may be down or slow, or a firewall drops the packets",
		try:  []string{"wait longer{Timeout}"},
	},
}

// greetingCut finds a connection that ended before the greeting.
func greetingCut(f *failure) error {
	if f.closed == nil || !f.closed.Awaited || f.closed.Verb != "" || f.reply != nil || !cut(f.closed) {
		return nil
	}
	return f.closed
}

// dataCut finds a data connection that was cut off while data moved.
func dataCut(f *failure) error {
	if f.transfer == nil || f.transfer.Phase != control.PhaseData || f.closed != nil || !cut(f.transfer) {
		return nil
	}
	return f.transfer
}

// cutOff finds a connection that the other side reset, or a control connection that it
// closed without a reply.
func cutOff(f *failure) error {
	if found := being(neterr.Cut)(f); found != nil {
		return found
	}
	if f.closed != nil && cut(f.closed) {
		return f.closed
	}
	return nil
}
