// Package datachan opens, carries and ends the data connections of FTP
// (RFC 959, Section 3.2 and 3.3; RFC 2428; RFC 4217).
//
// A [Manager] belongs to one control connection. [Manager.Open] asks the server
// for an address, or announces one; the transfer command is then sent, and
// [Opening.Establish] waits for the connection and its TLS handshake while the
// replies come in, because servers differ in which of the two they want first.
// The [Conn] that results moves bytes and ends the way each direction must: see
// [Conn.CloseWrite] and [Conn.Close].
//
// The package never writes to the control connection itself: it asks an
// [Exchanger].
package datachan
