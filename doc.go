// Package ftpwire is the FTP and FTPS client for applications. A [Profile] says how to
// reach a server. A [Client] moves files, and never reports a part of a file as the
// whole.
//
// A Profile with nothing but a host is secure: TLS is required (AUTH TLS, RFC 4217), the
// certificate is verified, and data connections are protected and resume the TLS session
// if the server can. Every weaker setting has a name and must be chosen.
//
// The layers below are packages of their own. Package control drives one control
// connection, datachan its data connections, and tlsx the TLS of both. Package parse
// reads what servers write, and protocol is the protocol without sockets. Package
// conformance checks servers, and conformance/ftptest is a server to test with.
package ftpwire
