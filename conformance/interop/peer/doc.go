// Package peer runs real FTP servers for tests, vsftpd, ProFTPD, Pure-FTPd,
// pyftpdlib and inetutils-ftpd, and real proxies, as Debian 12 packages them.
//
//	s := peer.Start(t, "proftpd", peer.Options{TLS: peer.Explicit, RequireReuse: true})
//	conn, err := net.Dial("tcp", s.Addr) // log in with s.User and s.Password
//
// The script install.sh in the folder above unpacks the packages into a cache
// folder, $FTPWIRE_INTEROP_CACHE or ~/.cache/ftpwire/interop. A server that is
// not in the cache is looked for in the system. Where one is missing, Start
// skips the test and says why; with FTPWIRE_INTEROP=required in the environment
// it fails the test instead, so that a CI job cannot pass by running nothing.
//
// # How each server runs
//
// Every server listens on one free loopback port, has one user whose login
// directory is [Server.Home], and presents a certificate for 127.0.0.1, ::1 and
// localhost with an RSA key of 2048 bits. It ends with the test, also with one
// that is killed.
//
//   - vsftpd and Pure-FTPd need root, and Pure-FTPd also the capabilities
//     SYS_NICE and DAC_READ_SEARCH, which Docker withholds by default. They run
//     in a folder of their own as root directory, with their own passwd, shadow
//     and PAM service, so the accounts of the system are neither used nor
//     touched. The system log of that folder is a socket read by this package.
//   - inetutils-ftpd has no TLS, and is among [ClearNames]. It needs root and runs in such
//     a folder too, with /bin/ls in it, one process for each connection, from a small
//     inetd in Python: as a daemon it would listen on all addresses.
//   - linux-ftpd, among [OtherNames], is NetKit's ftpd, and runs like inetutils-ftpd. The others there, twisted, aioftp and goftp.io/server, are libraries
//     around which this package has a program; only the last has TLS.
//   - ProFTPD and pyftpdlib run as root or not. As root, ProFTPD is confined to
//     the login directory; otherwise paths are real, see [Server.HomePath].
//
// # The knobs
//
// What an Options field sets in each server; "-" means that the server has no
// such thing and the field is ignored. inetutils-ftpd has none of them but Extra, which
// are arguments.
//
//	field         vsftpd                     ProFTPD                Pure-FTPd   pyftpdlib
//	Explicit      ssl_enable                 TLSEngine              -Y 1        TLS_FTPHandler
//	Implicit      implicit_ssl               UseImplicitSSL         no          handshake at connect
//	RequireReuse  require_ssl_reuse          NoSessionReuseRequired -           -
//	                                         when false
//	Strict        strict_ssl_read_eof,       -                      -           -
//	              strict_ssl_write_shutdown
//	RequireTLS    force_local_logins_ssl     TLSRequired ctrl       -Y 2        tls_control_required
//	RequirePROT   force_local_data_ssl       TLSRequired data       -Y 3        tls_data_required
//	both          both                       TLSRequired on         -Y 3        both
//	TLSMin/Max    openssl.cnf                TLSProtocol            openssl.cnf set_{min,max}_proto_version
//	ClientCA      require_cert,              TLSVerifyClient on,    -           set_verify
//	              validate_cert,             TLSCACertificateFile
//	              ca_certs_file
//	PassivePorts  pasv_min_port, _max_port   PassivePorts           -p          passive_ports
//	NoTickets     openssl.cnf                TLSSessionTickets off  openssl.cnf OP_NO_TICKET
//	ModeZ         -                          mod_deflate            -           -
//	Hash          -                          mod_digest             -           -
//	Extra         lines of vsftpd.conf       lines of proftpd.conf  arguments   Python statements
//
// Pure-FTPd 1.0.50 has no implicit TLS; its -Y 3 refuses clear logins as well,
// so RequirePROT implies RequireTLS there. vsftpd 3.0.3 has switches for
// TLS 1.0 and older only, and Pure-FTPd has none, so the versions of these two
// are limited by the configuration of their OpenSSL.
//
// # What to know about them
//
//   - ProFTPD ends a download, active or passive, only when the client has
//     closed its side too, or after TimeoutLinger, 10 seconds.
//   - ProFTPD 1.3.8 sends TLS 1.2 session tickets whenever TLS 1.3 is enabled as
//     well, whatever TLSSessionTickets says; so NoTickets takes TLS 1.3 away.
//   - Pure-FTPd sends no session ticket on TLS 1.3, so nothing resumes there. It
//     takes 5 seconds for the reply to a wrong password, pyftpdlib 3, vsftpd 2.
//   - Pure-FTPd allows half as many sessions as PassivePorts has ports.
//   - pyftpdlib answers 125, not 150, where the data connection stands before
//     the transfer command comes.
//   - pyftpdlib ends a session after 3 wrong passwords, as vsftpd does.
//   - Where a data connection lacks a client certificate, vsftpd writes "500 OOPS"
//     in clear into the control connection and ends.
//   - Pure-FTPd ends the control connection where the client breaks off the TLS
//     handshake of a data connection, and allows CCC even with RequireTLS.
//   - ProFTPD logs the TLS handshake of a session's first data connection only,
//     unless TLSOptions has EnableDiags.
//   - Pure-FTPd answers each CWD that fails a tenth of a second later than the one before.
//   - inetutils-ftpd ends without a reply (by SIGPIPE) in about every third download whose
//     data connection is cut before it has read ABOR, which takes Telnet's Synch.
//   - vsftpd answers 522 where RequireReuse refuses a data connection, and then
//     closes the control connection; ProFTPD answers 425 and goes on.
//
// # Proxies
//
// StartProxy runs squid, tinyproxy, microsocks and danted in the same way. What is to
// know about them:
//
//   - squid 5.7 keeps the connection after a 407, answers 503 where the server refuses
//     and names the errno in X-Squid-Error. Its helper for NTLM takes every password,
//     and its challenge points outside of itself.
//   - tinyproxy 1.11.1 answers 407 for no credentials, 401 for wrong ones, 500 where the
//     server refuses, and ends the connection each time.
//   - microsocks 1.0.3 has no BIND, and ends both sides of a connection as soon as one
//     has ended: uploads over TLS 1.3 are cut by it.
//   - danted 1.4.2 knows no names in SOCKS4: it takes the 0.0.0.1 of SOCKS4A for the
//     address.
//
// # Trying one by hand
//
// TestManual starts one server, prints how to reach it and keeps it running:
//
//	go test ./conformance/interop/peer -run TestManual -v -server vsftpd -tls explicit -hold 10m
package peer
