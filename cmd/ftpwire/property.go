package main

import (
	"github.com/ftpwire/ftpwire"
)

// A property is a setting of a connection, as the page of settings of a job scheduler calls it. What it is called on the command line
// stands in flagNames; what its key is, [ftpwire.Field.Key] says.
type property struct {
	name   string // in the words of such a page
	field  ftpwire.Field
	effect string // what it changes, on the wire if it changes something there
}

// properties are all of them. docs/connection.md shows them; each has a test.
var properties = []property{
	{"Protocol variant", "Variant", "`ftp` sends no AUTH; the explicit ones send AUTH SSL or AUTH TLS before the login, the implicit ones begin with TLS, on port 990; those of SSL accept TLS 1.0 and up, those of TLS 1.2 and up; `auto` goes on in clear if AUTH is refused"},
	{"Security mode", "Security", "the same without the word SSL or TLS: explicit, implicit, none or auto; `variant` counts more"},
	{"Cryptographic protocol", "Auth", "the argument of AUTH, several in the order of trial"},
	{"Lowest TLS version", "TLSMin", "older versions are not offered in the ClientHello. SSL 3.0 is refused by name (RFC 7568)"},
	{"Highest TLS version", "TLSMax", "newer versions are not offered in the ClientHello"},
	{"Name", "Name", "nothing; a stored connection is called so"},
	{"Group", "Group", "nothing; stored connections are listed by it"},
	{"Timeout", "Timeout", "how long each wait may be, unless it has a time of its own"},
	{"Connect timeout", "ConnectTimeout", "how long connecting, and each TLS handshake, may take"},
	{"Reply timeout", "ReplyTimeout", "how long a reply may take"},
	{"Data connect timeout", "DataConnectTimeout", "how long a data connection may take to open, from either side"},
	{"Idle timeout", "IdleTimeout", "how long a data connection may be silent"},
	{"Final timeout", "FinalTimeout", "how long the reply after the data may take"},
	{"Close timeout", "CloseTimeout", "how long the reply to QUIT may take"},
	{"Code page", "CodePage", "the bytes of names in commands, and what those in listings mean"},
	{"Address", "Host", "the address that is dialled"},
	{"Port", "Port", "the port that is dialled"},
	{"Authentication type", "Authentication", "nothing: FTP has passwords only, and `publickey` is refused before anything is sent"},
	{"Username; anonymous", "User", "the argument of USER; `anonymous` if there is none"},
	{"Password", "Password", "the argument of PASS"},
	{"ACCT", "Account", "ACCT is sent to a server that asks for it: 332 to USER or PASS, or 532 later"},
	{"ACCT, always", "Login.AccountAlways", "ACCT is sent after the login even if the server does not ask for it"},
	{"Use data channel encryption", "DataProtection", "PROT P, or PROT C"},
	{"… for listings", "ListProtection", "PROT before a listing, where it differs from that of files"},
	{"… for files", "FileProtection", "PROT before a file, where it differs from that of listings"},
	{"Use command channel encryption", "ClearCommandChannel", "CCC after the login; commands then go in clear"},
	{"Use SSL session resumption", "Resumption", "whether data connections offer the control connection's session, and are refused if the server does not take it"},
	{"Client certificate", "ClientCertificates", "the certificate that is shown to a server that asks for one"},
	{"Trusted authorities", "RootCAs", "whose certificates are accepted"},
	{"Accept any server certificate", "Insecure", "no certificate is refused"},
	{"Server certificate: skip the name", "Verify.SkipName", "a certificate for another host is accepted"},
	{"Server certificate: skip expiry", "Verify.SkipDates", "a certificate that has expired is accepted"},
	{"Server certificate: skip the chain", "Verify.SkipChain", "a certificate is accepted whoever has signed it"},
	{"Server certificate: pin", "Verify.Pins", "a certificate or key other than these is refused"},
	{"Accept once and remember", "Verify.AcceptNew", "a server's first certificate is accepted and remembered; another one later is refused"},
	{"Remembered certificates", "Trust", "certificates that were accepted before are accepted again"},
	{"Name in the certificate", "ServerName", "the name in the ClientHello (SNI), which the certificate must be for"},
	{"Transfer type", "Type", "TYPE before a file: I, A, E or L 8; text is converted"},
	{"Sync data channel", "SyncDataChannel", "on: the TLS handshake of a data connection waits for the reply 1yz; off: it does not; auto: for 200 ms"},
	{"Data connection type", "DataMode", "EPSV, PASV, EPRT or PORT before a transfer, and who connects to whom"},
	{"Announced address", "Data.ActiveAddr", "the address in EPRT and PORT"},
	{"Announced ports", "Data.ActivePorts", "the port in EPRT and PORT, which is listened on"},
	{"Adjust passive address for NAT", "NAT", "which host a data connection goes to after 227: the control connection's (always), the one in the reply (never), or as it seems reachable (auto)"},
	{"Send buffer", "Data.SendBuffer", "nothing; how much of a data connection the system keeps before it is sent"},
	{"Receive buffer", "Data.ReceiveBuffer", "nothing; how much of a data connection the system keeps before it is read"},
	{"Strict replies", "StrictReplies", "nothing; a reply that differs from the syntax of RFC 959 ends the connection"},
	{"Loose replies", "LooseReplies", "nothing; a reply of several lines may end with another code than it begins with"},
	{"Override date format", "DateFormat", "how the dates in LIST are read"},
	{"Time zone", "TimeZone", "which zone the times in LIST are of; auto asks the server by MDTM"},
	{"Hidden names", "List.All", "LIST -a in place of LIST, unless the server misreads it; MLSD has hidden names by itself"},
	{"Listings without a data connection", "List.ByStat", "STAT with a pathname in place of MLSD and LIST"},
	{"Features to assume", "Login.AssumeFeatures", "what FEAT would have to list is used although it does not, or is refused: SIZE, MLSD, REST and others"},
	{"Proxy", "Proxy", "connections go to the proxy, which is asked by CONNECT or SOCKS for the server; user, password and domain are its URL's"},
	{"Use proxy for data channel", "DirectData", "data connections go to the server without the proxy"},
	{"FTP proxy", "Login.Proxy", "the lines of the login: USER user@host, SITE, OPEN, ACCT or a script"},
	{"Log outgoing messages", "LogSent", "nothing; commands are logged, secrets masked"},
	{"Log incoming messages", "LogReceived", "nothing; replies are logged, secrets masked"},
	{"Encryption algorithm", "CipherSuites", "which cipher suites of TLS 1.2 and older the ClientHello offers"},
	{"Local address", "LocalAddress", "the address that connections come from"},
	{"Address family", "AddressFamily", "whether the server's IPv4 or IPv6 addresses are dialled"},
}
