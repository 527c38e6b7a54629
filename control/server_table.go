package control

import "github.com/ftpwire/ftpwire/protocol"

// A software is what one make of server says and does.
type software struct {
	name   string
	greets []string // one of these stands in its greeting, in small letters; a version may follow
	traits []trait
	unsaid []string // features that it has although it has no FEAT, as FEAT would list them
	seen   string   // where that was seen

	// flights: it was measured that commands which come together while no transfer is under way are all
	// answered, in their order.
	flights bool

	// earlyTLS: it was measured that the TLS handshake of a data connection may begin before the preliminary reply.
	earlyTLS bool
}

// A trait is words of a reply that administrators do not write, in small letters, or a
// feature. Texts that RFC 959 proposes are used by many servers.
type trait struct {
	verb    protocol.Verb
	words   string
	weight  int
	feature bool // words are the name of a feature in FEAT
}

// Weights of traits. A name needs a strong one, or two that are weak.
const (
	weak   = 1 // others say that, too
	strong = 2 // no other is known to
)

// softwares is the table. The more special name comes first where one is a part of another.
var softwares = []software{
	{name: "vsftpd", greets: []string{"vsftpd"}, seen: "3.0.3, docs/servers.md", flights: true, earlyTLS: true, traits: []trait{
		{verb: "LIST", words: "here comes the directory listing", weight: strong},
		{verb: "LIST", words: "directory send ok", weight: strong},
		{verb: "STAT", words: "vsftpd", weight: strong},
		{verb: "AUTH", words: "proceed with negotiation", weight: strong},
		{verb: "USER", words: "please specify the password", weight: weak},
		{verb: "PASS", words: "230 login successful", weight: weak},
		{verb: "FEAT", words: "PASV", weight: weak, feature: true},
	}},
	{name: "ProFTPD", greets: []string{"proftpd"}, seen: "1.3.8, docs/servers.md", flights: true, earlyTLS: true, traits: []trait{
		{verb: "LIST", words: "opening ascii mode data connection for file list", weight: weak},
		{verb: "MLSD", words: "opening ascii mode data connection for mlsd", weight: strong},
		{verb: "MLSD", words: "opening binary mode data connection for mlsd", weight: strong},
		{verb: "AUTH", words: "auth tls successful", weight: weak},
		{verb: "OPTS", words: "utf8 set to on", weight: strong},
		{verb: "FEAT", words: "MFF", weight: weak, feature: true},
	}},
	{name: "Pure-FTPd", greets: []string{"pure-ftpd"}, seen: "1.0.50, docs/servers.md", flights: true, earlyTLS: true, traits: []trait{
		{verb: "USER", words: "ok. password required", weight: strong},
		{verb: "PASS", words: "ok. current ", weight: strong},
		{verb: "HELP", words: "pure-ftpd", weight: strong},
		{verb: "LIST", words: "accepted data connection", weight: weak},
		{verb: "MLSD", words: "accepted data connection", weight: weak},
		{verb: "AUTH", words: "auth tls ok", weight: weak},
		{verb: "QUIT", words: "you uploaded", weight: strong},
		{verb: "FEAT", words: "ESTP", weight: strong, feature: true},
	}},
	{name: "pyftpdlib", greets: []string{"pyftpdlib"}, seen: "1.5.7, docs/servers.md", flights: true, traits: []trait{
		{verb: "USER", words: "username ok, send password", weight: strong},
		{verb: "STAT", words: "pyftpdlib", weight: strong},
		{verb: "LIST", words: "file status okay. about to open data connection", weight: strong},
		{verb: "MLSD", words: "file status okay. about to open data connection", weight: strong},
		{verb: "FEAT", words: "features supported:", weight: weak},
		{verb: "FEAT", words: "end feat", weight: weak},
		{verb: "AUTH", words: "auth tls successful", weight: weak},
	}},
	{name: "FileZilla Server", greets: []string{"filezilla server"}, seen: "0.9 and 1.8; WinSCP", traits: []trait{
		{verb: "SYST", words: "emulated by filezilla", weight: strong},
		{verb: "USER", words: "please, specify the password", weight: strong},
		{verb: "AUTH", words: "using authentication type tls", weight: strong},
		{verb: "PASS", words: "230 logged on", weight: weak},
		{verb: "LIST", words: "starting data transfer", weight: weak},
		{verb: "MLSD", words: "starting data transfer", weight: weak},
		{verb: "MLSD", words: "operation successful", weight: weak},
	}},
	{name: "Microsoft IIS", greets: []string{"microsoft ftp service"}, seen: "FluentFTP issues 630 and 1545; WinSCP", traits: []trait{
		{verb: "FEAT", words: "extended features supported", weight: strong},
		{verb: "AUTH", words: "expecting tls negotiation", weight: strong},
		{verb: "SYST", words: "windows_nt", weight: weak},
		{verb: "LIST", words: "data connection already open; transfer starting", weight: weak},
		{verb: "PASS", words: "230 user logged in.", weight: weak},
	}},
	{name: "Serv-U", greets: []string{"serv-u"}, seen: "15.1; WinSCP", traits: []trait{
		{verb: "AUTH", words: "initializing ssl connection", weight: strong},
		{verb: "USER", words: "user name okay, need password", weight: weak},
		{verb: "PASS", words: "user logged in, proceed", weight: weak},
	}},
	{name: "Apache FtpServer", greets: []string{"apache ftpserver"}, seen: "its source", traits: []trait{
		{verb: "SYST", words: "apache ftpserver", weight: strong},
		{verb: "USER", words: "user name okay, need password", weight: weak},
		{verb: "PASS", words: "user logged in, proceed", weight: weak},
		{verb: "LIST", words: "file status okay; about to open data connection", weight: weak},
	}},
	{name: "ftpserverlib (SFTPGo and others)", greets: []string{"sftpgo"}, seen: "its source and issue 400", traits: []trait{
		{verb: "FEAT", words: "these are my features", weight: strong},
		{verb: "CLNT", words: "good to know", weight: strong},
		{verb: "LIST", words: "using transfer connection", weight: strong},
		{verb: "LIST", words: "closing transfer connection", weight: strong},
		{verb: "PASS", words: "password ok, continue", weight: weak},
	}},
	{name: "goftp server", greets: []string{"go ftp server"}, seen: "goftp.io/server, its source", traits: []trait{
		{verb: "LIST", words: "closing data connection, sent", weight: strong},
		{verb: "LIST", words: "opening ascii mode data connection for file list", weight: weak},
		{verb: "PASS", words: "password ok, continue", weight: weak},
	}},
	{name: "aioftp", seen: "its source", traits: []trait{
		{verb: "LIST", words: "list transfer started", weight: strong},
		{verb: "LIST", words: "list transfer done", weight: strong},
		{verb: "MLSD", words: "mlsd transfer started", weight: strong},
		{verb: "MLSD", words: "mlsd transfer done", weight: strong},
		{verb: "PASS", words: "normal login", weight: weak},
	}},
	{name: "GNU inetutils ftpd", greets: []string{"gnu inetutils"}, seen: "2.4, docs/servers.md", flights: true, unsaid: []string{"SIZE", "MDTM"}, traits: []trait{
		{verb: "LIST", words: "opening ascii mode data connection for '/bin/ls'", weight: weak},
	}},
	{name: "linux-ftpd", greets: []string{"linux-ftpd-", "linux-ftpd"}, seen: "0.17, its manual page", flights: true, unsaid: []string{"SIZE", "MDTM"}},
	{name: "WU-FTPD", greets: []string{"(version wu-"}, seen: "2.6, its manual page; FluentFTP", unsaid: []string{"SIZE", "MDTM"}},
	{name: "IBM z/OS", greets: []string{"ibm ftp cs "}, seen: "FluentFTP; commons-net issue NET-682", traits: []trait{
		{verb: "SYST", words: "mvs is the operating system", weight: strong},
		{verb: "SYST", words: "z/os", weight: strong},
		{verb: "LIST", words: "list started ok", weight: strong},
		{verb: "LIST", words: "list completed successfully", weight: strong},
	}},
	{name: "IBM i", greets: []string{"qtcp at "}, seen: "curl; FluentFTP", traits: []trait{
		{verb: "SYST", words: "os/400", weight: strong},
		{verb: "LIST", words: "125 list started", weight: weak},
	}},
	{name: "OpenVMS", greets: []string{"tcpware", "multinet ftp server"}, seen: "FluentFTP; WinSCP", traits: []trait{
		{verb: "SYST", words: "openvms", weight: strong},
		{verb: "SYST", words: "vms v", weight: strong},
		{verb: "SYST", words: "vms multinet", weight: strong},
	}},
	{name: "HP NonStop", greets: []string{"tandem ftp server"}, seen: "FluentFTP", traits: []trait{
		{verb: "SYST", words: "nonstop", weight: strong},
		{verb: "SYST", words: "tandem", weight: strong},
	}},
	{name: "Solaris ftpd", greets: []string{"(sunos "}, seen: "FluentFTP", traits: []trait{
		{verb: "SYST", words: "sunos", weight: strong},
	}},
	{name: "Windows CE", seen: "FluentFTP", traits: []trait{
		{verb: "SYST", words: "windows_ce", weight: strong},
	}},
	{name: "VxWorks", greets: []string{"vxworks"}, seen: "its system name in the format vxworks", traits: []trait{
		{verb: "SYST", words: "vxworks", weight: strong},
	}},
	{name: "DriveHQ", seen: "WinSCP", traits: []trait{
		{verb: "SYST", words: "emulated by drivehq", weight: strong},
	}},
	{name: "Globus GridFTP", greets: []string{"gridftp server"}, seen: "13.24"},
	{name: "Cerberus FTP Server", greets: []string{"cerberus ftp server"}, seen: "WinSCP"},
	{name: "CrushFTP", greets: []string{"crushftp"}, seen: "FluentFTP"},
	{name: "Titan FTP Server", greets: []string{"titan ftp server"}, seen: "10.47; WinSCP"},
	{name: "Wing FTP Server", greets: []string{"wing ftp server"}, seen: "4.4 to 7.4; rules of scanners"},
	{name: "Xlight FTP Server", greets: []string{"xlight ftp server", "xlight ftp"}, seen: "3.9; FluentFTP"},
	{name: "Globalscape EFT", greets: []string{"globalscape eft server", "globalscape eft", "globalscape"}, seen: "its manual, WinSCP"},
	{name: "CompleteFTP", greets: []string{"completeftp", "complete ftp server"}, seen: "8.1.3; WinSCP"},
	{name: "WS_FTP Server", greets: []string{"ws_ftp server", "ws_ftp"}, seen: "WinSCP"},
	{name: "MOVEit Transfer", greets: []string{"moveit"}, seen: "its name; not tried"},
	{name: "DrFTPD", greets: []string{"drftpd+", "drftpd"}, seen: "2.0; jlaffaye/ftp issue 200"},
	{name: "glFTPd", greets: []string{"glftpd"}, seen: "FluentFTP"},
	{name: "bftpd", greets: []string{"bftpd"}, seen: "FluentFTP"},
	{name: "uftpd", greets: []string{"uftpd"}, seen: "far2l issue 1067"},
	{name: "fineFTP", greets: []string{"fineftp server"}, seen: "its issue 9"},
	{name: "Homegate FTP Server", greets: []string{"homegate ftp server"}, seen: "FluentFTP"},
	{name: "Rumpus", greets: []string{"rumpus"}, seen: "FluentFTP"},
	{name: "MikroTik RouterOS", greets: []string{"mikrotik"}, seen: "FluentFTP"},
	{name: "FRITZ!Box", greets: []string{"fritz!box"}, seen: "FluentFTP"},
	{name: "NetBSD ftpd", greets: []string{"tnftpd", "netbsd-ftpd", "lukemftpd"}, seen: "its source"},
}

// tellingVerbs are the commands whose replies are kept, "" for the greeting.
var tellingVerbs = func() map[protocol.Verb]bool {
	verbs := map[protocol.Verb]bool{"": true, "SYST": true}
	for _, s := range softwares {
		for _, t := range s.traits {
			verbs[t.verb] = true
		}
	}
	return verbs
}()
