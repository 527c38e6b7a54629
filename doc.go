// Package ftpwire is what an application holds of FTP and FTPS: a [Profile] that
// says how to reach a server, and a [Client] that moves files and never calls a
// part of one a whole.
//
// The zero Profile plus a host is secure: TLS is demanded (AUTH TLS, RFC 4217),
// the certificate verified, data connections protected, their TLS sessions
// resumed where the server can. Every weaker choice has a name and must be made.
//
// The layers below are packages of their own: control drives one control
// connection, datachan its data connections, tlsx their TLS, parse reads what
// servers write, and protocol is the protocol without sockets. Package
// conformance checks servers, and conformance/ftptest is a server to test with.
package ftpwire
