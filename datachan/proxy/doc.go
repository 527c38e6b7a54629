// Package proxy opens connections through HTTP proxies (CONNECT, RFC 9110,
// Section 9.3.6) and SOCKS proxies (4, 4a, and 5: RFC 1928, RFC 1929).
//
// A [Proxy] is made by [Parse], by [FromEnvironment], or as a literal. It has three
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
// [Proxy.Get] is for networks where a proxy allows nothing but requests for
// "ftp://" URLs: the proxy is the FTP client then.
//
// Every error is an [*Error], which says whether it was our hop to the proxy that
// failed or the proxy's hop to the server.
//
// # Credentials
//
// They are sent to the proxy that they belong to and to nobody else, and never stand
// in an error. To an HTTP proxy they are sent once it has asked for them (407), by the
// strongest scheme that it offers: Digest (RFC 7616) with SHA-512-256, SHA-256 or MD5,
// then NTLM, then Basic; with a Domain NTLM comes first. A scheme that was refused is
// never followed by a weaker one. Basic (RFC 7617) shows the password to everybody
// on the way to a proxy without TLS, as do SOCKS 4 and 5; it is allowed there unless
// [Proxy.NoClearBasic] is set, because many proxies offer nothing else.
package proxy
