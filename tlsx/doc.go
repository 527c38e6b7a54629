// Package tlsx implements TLS for FTP (RFC 4217), for both ends.
//
// FTP puts TLS on two kinds of connection. The control connection is an ordinary TLS
// connection. A data connection is not: it must show the certificate of the control
// connection, it should resume the control connection's session, because only that proves
// to both ends that no third party has taken the port; and the way it ends decides
// whether a file is complete. Package crypto/tls leaves all three to its caller.
//
// The client side is a [Session], one for each control connection:
//
//	s := tlsx.NewSession(&tlsx.Config{ServerName: "ftp.example.com"})
//	control, err := s.Control(ctx, conn)  // after the reply to AUTH
//	data, err := s.Data(ctx, dataConn)    // for each protected transfer
//
// A download is read to its end and closed with [Conn.Close]. An upload runs
//
//	data.Drain()        // from the start: takes in tickets and alerts
//	io.Copy(data, file)
//	data.CloseWrite()   // close_notify, then FIN
//	                    // ... wait for the final reply ...
//	data.Finish(50 * time.Millisecond)
//
// and never ends with a plain Close: unread session tickets make the kernel answer a
// close with RST, which discards the data that the server has not received yet, although
// every call has returned nil.
//
// After CCC or REIN, [Session.Clear] ends TLS on the control connection and loses nothing
// of the clear text that follows.
//
// The server side is [ServerSessions], with one [ServerControl] for each
// control connection.
//
// Servers with self-signed certificates are common. [Verification] says, one by one,
// which checks a certificate must pass, and whom to ask about one that fails; a
// [TrustStore] remembers the answers as SSH's known_hosts does. The error of a failed
// check is a *[CertificateError], which names all that is wrong.
//
// The peer is not trusted. Nothing it sends chooses a name to verify, a version below the
// configured one or another certificate; errors only hold its text in quoted form; every
// wait ends with the context or a timeout. No key, ticket or password is ever part of an
// error.
package tlsx
