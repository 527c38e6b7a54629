// Package ftptest provides an FTP server for tests, as net/http/httptest does
// for HTTP.
//
//	s := ftptest.NewServer(t, &ftptest.Config{TLS: ftptest.TLSExplicit})
//	s.WriteFile("/hello.txt", []byte("hello\n"))
//	// connect to s.Addr() as "user" with "password", trusting s.RootCAs()
//
// It is a real server and not a recording: RFC 959 with what RFC 1123 asks of
// it, and RFC 2228, 2389, 2428, 2640 (UTF-8 and LANG), 3659, 4217 and 7151
// (virtual hosts). Users come in by password, by account, by client certificate
// or by one-time passwords (RFC 2289). It serves a tree in memory, or a directory
// that it never leaves. Several sessions run at once.
//
// It can also misbehave, in one exact way for each [Fault] that the
// configuration names; [Faults] lists them. A checker that finds nothing wrong
// with a server that has a fault is itself at fault.
//
// The server is meant for loopback and for tests. It has limits against broken clients,
// but no rate limits, no delay after wrong passwords and no privilege separation.
package ftptest
