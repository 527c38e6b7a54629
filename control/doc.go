// Package control drives one FTP control connection: it owns the socket, runs a
// protocol.Machine on it and has one method for each FTP operation.
//
// A [Conn] is made by [Dial], which also sets TLS up as the [Config] says, or another
// security mechanism ([Mechanism]), and
// [Conn.Login]. Every method that can block takes a context first. One operation
// runs at a time; calls from several goroutines take turns, see [Conn].
//
// A cancelled context never leaves the connection in doubt: an abandoned command's
// reply is still paired with it when it comes, an abandoned transfer is aborted
// within the AbortTimeout, and where that fails the connection is closed, which every
// later call reports as an error that matches net.ErrClosed. The cancelled call itself
// returns within 250 ms: the rest goes on behind it, the next operation waits for that,
// and [Conn.Close] ends it.
package control
