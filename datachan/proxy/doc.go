// Package proxy opens connections through HTTP proxies (CONNECT, RFC 9110,
// Section 9.3.6) and SOCKS proxies (4, 4a, and 5: RFC 1928, RFC 1929).
//
// A [Proxy] comes from [Parse], from [FromEnvironment], or from a literal. It has three
// ways to connect:
//
//   - [Proxy.DialControl] opens a control connection. Its remote address is the
//     server's, so that passive data connections go to the server, through whatever
//     dials them, and never to the host of the proxy.
//   - [Proxy.DialContext] opens any connection. What it returns is the plain
//     *net.TCPConn where that is possible, so that files are copied by the kernel.
//   - [Proxy.Listen] has a SOCKS proxy accept a connection for us (BIND), which is
//     what active mode needs.
//
// [Proxy.Get] is for networks where a proxy allows only requests for "ftp://" URLs: the
// proxy is then the FTP client.
//
// Every error is an [*Error]. It says whether the hop to the proxy failed or the proxy's
// hop to the server.
//
// # Credentials
//
// They are only sent to the proxy that they belong to, and are never part of an error. An
// HTTP proxy gets them once it has asked for them (407), by the strongest scheme that it
// offers: Digest (RFC 7616) with SHA-512-256, SHA-256 or MD5, then NTLM, then Basic; with
// a Domain NTLM comes first. After a scheme that was refused no weaker one is tried.
// Basic (RFC 7617) shows the password to anybody on the path to a proxy without TLS, as
// do SOCKS 4 and 5; it is allowed there unless [Proxy.NoClearBasic] is set, because many
// proxies offer nothing else.
package proxy
