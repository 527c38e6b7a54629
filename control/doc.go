// Package control drives one FTP control connection: it owns the socket, runs a
// protocol.Machine on it and has one method for each FTP operation.
//
// A [Conn] is made by [Dial], which also sets TLS up as the [Config] says, or another
// security mechanism ([Mechanism]), and
// [Conn.Login]. Every method that can block takes a context first. One operation
// runs at a time; calls from several goroutines take turns, see [Conn].
//
// Commands without a method of their own go through [Conn.Do]. SSCN ON among them makes the
// server the TLS client of its data connections, until SSCN OFF or REIN. It was made for
// transfers between two servers (FXP), one of which has to be; RFC 4217, Section 7, knows it
// not. While it is on, this side is the TLS server of its own transfers too: they are
// encrypted, but TLS clients may show no certificate, so that only its address proves that
// the peer is the server, and nothing is resumed. See [tlsx.Session.DataAsServer].
//
// A cancelled context never leaves the connection in doubt: an abandoned command's
// reply is still paired with it when it comes, an abandoned transfer is aborted
// within the AbortTimeout, and where that fails the connection is closed, which every
// later call reports as an error that matches net.ErrClosed. The cancelled call itself
// returns within 250 ms: the rest goes on behind it, the next operation waits for that,
// and [Conn.Close] ends it.
package control
