// Package control drives one FTP control connection: it owns the socket, runs a
// protocol.Machine on it and has one method for each FTP operation.
//
// [Dial] makes a [Conn] and sets up TLS as the [Config] says, or another security
// mechanism ([Mechanism]); [Conn.Login] comes next. Every method that can block takes a
// context first. One operation runs at a time; calls from several goroutines take turns,
// see [Conn].
//
// Commands without a method of their own go through [Conn.Do]. One of them is SSCN ON: it
// makes the server the TLS client of its data connections, until SSCN OFF or REIN. It was
// made for transfers between two servers (FXP), where one of them must be the TLS client;
// RFC 4217, Section 7, does not have it. While it is on, this side is the TLS server of its
// own transfers too. They are encrypted, but a TLS client need not show a certificate, so
// only the peer's address proves that it is the server, and no TLS session is resumed. See
// [tlsx.Session.DataAsServer].
//
// A cancelled context never leaves the connection in doubt: an abandoned command's reply
// is still paired with it when it comes, and an abandoned transfer is aborted within the
// AbortTimeout. Where that fails, the connection is closed, and every later call reports
// an error that matches net.ErrClosed. The cancelled call itself returns within 250 ms.
// The rest of the work goes on after it; the next operation waits for that, and
// [Conn.Close] ends it.
package control
