// Package control drives one FTP control connection: it owns the socket, runs a
// protocol.Machine on it and has one method for each FTP operation.
//
// A [Conn] is made by [Dial], which also sets TLS up as the [Config] says, or another
// security mechanism ([Mechanism]), and
// [Conn.Login]. Every method that can block takes a context first. One operation
// runs at a time; calls from several goroutines take turns, except while a file
// or listing is open: then they fail with [ErrBusy].
//
// A cancelled context never leaves the connection in doubt: an abandoned command's
// reply is still paired with it when it comes, an abandoned transfer is aborted
// within bounds, and where that fails the connection is closed, which every later
// call reports as an error that matches net.ErrClosed.
package control
