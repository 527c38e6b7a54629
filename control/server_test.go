package control

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// witnessed returns what replies, each with the verb that it answers and a blank before it,
// and features say of the server. "" is the verb of the greeting.
func witnessed(t *testing.T, replies []string, features ...string) Server {
	t.Helper()
	var w witness
	for _, text := range replies {
		verb, reply, _ := strings.Cut(text, " ")
		var r protocol.ReplyReader
		_, got, ok, err := r.Feed([]byte(strings.ReplaceAll(reply, "\n", "\r\n") + "\r\n"))
		if err != nil || !ok {
			t.Fatalf("%q is no reply: %v", reply, err)
		}
		if got.Code < 400 && tellingVerbs[protocol.Verb(verb)] {
			w.hear(protocol.Verb(verb), got)
		}
	}
	return w.server(parse.Feat(features))
}

// What real servers say. The texts are those of docs/servers.md, of recordings and of the
// sources that the table names.
func TestServers(t *testing.T) {
	for _, tt := range []struct {
		replies, features []string
		name, version     string
		confidence        Confidence
	}{
		{replies: []string{" 220 (vsFTPd 3.0.3)"}, name: "vsftpd", version: "3.0.3", confidence: ConfidenceClaimed},
		{
			replies: []string{" 220 (vsFTPd 3.0.3)", "AUTH 234 Proceed with negotiation.", "USER 331 Please specify the password.", "PASS 230 Login successful."},
			name:    "vsftpd", version: "3.0.3", confidence: ConfidenceSure,
		},
		{
			replies: []string{" 220 Welcome", "USER 331 Please specify the password.", "PASS 230 Login successful.", "LIST 150 Here comes the directory listing.", "LIST 226 Directory send OK."},
			name:    "vsftpd", confidence: ConfidenceSure,
		},
		{replies: []string{" 220 ProFTPD 1.3.4a Server (Debian) [::ffff:192.168.179.137]"}, name: "ProFTPD", version: "1.3.4a", confidence: ConfidenceClaimed},
		{replies: []string{" 220 ProFTPD Server (peer) [192.0.2.1]", "OPTS 200 UTF8 set to on"}, name: "ProFTPD", confidence: ConfidenceSure},
		{
			replies: []string{" 220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\n220-You are user number 1 of 100 allowed.\n220 You will be disconnected after 15 minutes of inactivity.",
				"USER 331 User u OK. Password required", "PASS 230 OK. Current directory is /"},
			features: []string{" EPRT", " ESTP"}, name: "Pure-FTPd", confidence: ConfidenceSure,
		},
		{
			replies: []string{" 220 pyftpdlib 1.5.7 ready.", "USER 331 Username ok, send password.", "FEAT 211-Features supported:\n EPRT\n211 End FEAT."},
			name:    "pyftpdlib", version: "1.5.7", confidence: ConfidenceSure,
		},
		{replies: []string{" 220 hello", "FEAT 211-Features supported:\n EPRT\n211 End FEAT."}, name: "pyftpdlib", confidence: ConfidenceLikely},
		{
			replies: []string{" 220-FileZilla Server version 0.9.43 beta\n220-written by Tim Kosse (Tim.Kosse@gmx.de)\n220 Please visit http://sourceforge.net/projects/filezilla/", "SYST 215 UNIX emulated by FileZilla"},
			name:    "FileZilla Server", version: "0.9.43", confidence: ConfidenceSure,
		},
		{replies: []string{" 220-FileZilla Server 1.8.1\n220 Please visit https://filezilla-project.org/", "USER 331 Please, specify the password."}, name: "FileZilla Server", version: "1.8.1", confidence: ConfidenceSure},
		{replies: []string{" 220 files", "SYST 215 UNIX emulated by FileZilla."}, name: "FileZilla Server", confidence: ConfidenceLikely},
		{
			replies: []string{" 220 Microsoft FTP Service", "PASS 230 User logged in.", "SYST 215 Windows_NT",
				"FEAT 211-Extended features supported:\n LANG EN*\n UTF8\n AUTH TLS;TLS-C;SSL;TLS-P;\n PBSZ\n PROT C;P;\n CCC\n HOST\n SIZE\n MDTM\n REST STREAM\n211 END"},
			name: "Microsoft IIS", confidence: ConfidenceSure,
		},
		{replies: []string{" 220 host Microsoft FTP Service (Version 5.0)."}, name: "Microsoft IIS", version: "5.0", confidence: ConfidenceClaimed},
		{replies: []string{" 220 Serv-U FTP Server v15.1 ready...", "USER 331 User name okay, need password.", "PASS 230 User logged in, proceed."}, name: "Serv-U", version: "15.1", confidence: ConfidenceSure},
		{replies: []string{" 220 Service ready for new user.", "USER 331 User name okay, need password for u.", "PASS 230 User logged in, proceed.", "SYST 215 UNIX Type: Apache FtpServer"}, name: "Apache FtpServer", confidence: ConfidenceSure},
		{replies: []string{" 220 Service ready for new user.", "USER 331 User name okay, need password.", "PASS 230 User logged in, proceed."}}, // the texts of RFC 959
		{replies: []string{" 220 Welcome to QubeWire", "PASS 230 Password ok, continue", "LIST 150 Using transfer connection", "LIST 226 Closing transfer connection"}, name: "ftpserverlib (SFTPGo and others)", confidence: ConfidenceSure},
		{replies: []string{" 220 SFTPGo 2.5.4 ready", "PASS 230 Password ok, continue", "FEAT 211- These are my features\n CLNT\n UTF8\n211 end"}, name: "ftpserverlib (SFTPGo and others)", version: "2.5.4", confidence: ConfidenceSure},
		{replies: []string{" 220 Welcome to the Go FTP Server", "PASS 230 Password ok, continue", "LIST 150 Opening ASCII mode data connection for file list", "LIST 226 Closing data connection, sent 12 bytes"}, name: "goftp server", confidence: ConfidenceSure},
		{replies: []string{" 220 welcome", "PASS 230 normal login", "MLSD 150 mlsd transfer started", "MLSD 200 mlsd transfer done"}, name: "aioftp", confidence: ConfidenceSure},
		{replies: []string{" 220 host-1.example FTP server (GNU inetutils 2.4) ready."}, name: "GNU inetutils ftpd", version: "2.4", confidence: ConfidenceClaimed},
		{replies: []string{" 220 host FTP server (Version 6.4/OpenBSD/Linux-ftpd-0.17) ready."}, name: "linux-ftpd", version: "0.17", confidence: ConfidenceClaimed},
		{replies: []string{" 220 host FTP server (Version wu-2.6.2(1) Mon Dec 3 10:28:58 EST 2001) ready."}, name: "WU-FTPD", version: "2.6.2", confidence: ConfidenceClaimed},
		{replies: []string{" 220-FTPSERVE IBM FTP CS V2R4 at MVS1.EXAMPLE, 12:00:00 on 2020-01-01.\n220 Connection will close if idle for more than 5 minutes.", "SYST 215 MVS is the operating system of this server. FTP Server is running on z/OS."}, name: "IBM z/OS", version: "V2R4", confidence: ConfidenceSure},
		{replies: []string{" 220-QTCP at AS400.EXAMPLE.\n220 Connection will close if idle more than 5 minutes.", "SYST 215  OS/400 is the remote operating system. The TCP/IP version is \"V7R3M0\"."}, name: "IBM i", confidence: ConfidenceSure},
		{replies: []string{" 220 HOST FTP Server (Version 5.7) Ready.", "SYST 215 VMS V8.4 on node HOST"}, name: "OpenVMS", version: "8.4", confidence: ConfidenceLikely},
		{replies: []string{" 220 host TANDEM FTP SERVER T9552H02 (Version H02)", "SYST 215 Nonstop J-Series Server."}, name: "HP NonStop", confidence: ConfidenceSure},
		{replies: []string{" 220 ready", "SYST 215 UNIX Type: L8 Version: SUNOS"}, name: "Solaris ftpd", confidence: ConfidenceLikely},
		{replies: []string{" 220-Cerberus FTP Server - Home Edition\n220-Welcome to Cerberus FTP Server\n220 Created by Cerberus, LLC"}, name: "Cerberus FTP Server", confidence: ConfidenceClaimed},
		{replies: []string{" 220 CrushFTP Server Ready!"}, name: "CrushFTP", confidence: ConfidenceClaimed},
		{replies: []string{" 220 Titan FTP Server 10.47.1892 Ready."}, name: "Titan FTP Server", version: "10.47.1892", confidence: ConfidenceClaimed},
		{replies: []string{" 220 Wing FTP Server 7.2.8 ready... "}, name: "Wing FTP Server", version: "7.2.8", confidence: ConfidenceClaimed},
		{replies: []string{" 220 Xlight FTP Server 3.9 ready..."}, name: "Xlight FTP Server", version: "3.9", confidence: ConfidenceClaimed},
		{replies: []string{" 220 GlobalSCAPE EFT Server (v. 6.0) * UNREGISTERED COPY *"}, name: "Globalscape EFT", version: "6.0", confidence: ConfidenceClaimed},
		{replies: []string{" 220-hello\n220 CompleteFTP v 8.1.3"}, name: "CompleteFTP", version: "8.1.3", confidence: ConfidenceClaimed},
		{replies: []string{" 220 DrFTPD+ 2.0 (+STABLE+) $Revision: 1949 $ http://drftpd.org"}, name: "DrFTPD", version: "2.0", confidence: ConfidenceClaimed},
		{replies: []string{" 220 host FTP server (tnftpd 20100324) ready."}, name: "NetBSD ftpd", version: "20100324", confidence: ConfidenceClaimed},
		{replies: []string{" 220 GridFTP Server 13.24 (gcc64, 1) [Globus Toolkit] ready."}, name: "Globus GridFTP", version: "13.24", confidence: ConfidenceClaimed},
		{replies: []string{" 220 FTP server ready", "USER 331 Password required", "PASS 230 Logged in", "SYST 215 UNIX Type: L8"}},
	} {
		t.Run(tt.replies[0], func(t *testing.T) {
			got := witnessed(t, tt.replies, tt.features...)
			if got.Name != tt.name || got.Version != tt.version || got.Confidence != tt.confidence {
				t.Errorf("%q %q, %v; want %q %q, %v\nevidence: %q", got.Name, got.Version, got.Confidence, tt.name, tt.version, tt.confidence, got.Evidence)
			}
			if (got.Name == "") != (len(got.Evidence) == 0) {
				t.Errorf("%q by the evidence %q", got.Name, got.Evidence)
			}
		})
	}
}

// A greeting can be written by anybody. What the server does counts more.
func TestServerBelies(t *testing.T) {
	got := witnessed(t, []string{" 220 ProFTPD 1.3.5 Server", "LIST 150 Here comes the directory listing.", "LIST 226 Directory send OK.", "USER 331 Please specify the password."})
	want := Server{Name: "vsftpd", Confidence: ConfidenceLikely, Evidence: []string{
		`the reply to LIST says "Here comes the directory listing"`, `the reply to LIST says "Directory send OK"`, `the reply to USER says "Please specify the password"`,
		`though the greeting says "ProFTPD"`,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// The replies that are kept are few and short, and refusals are not among them.
func TestWitnessIsBounded(t *testing.T) {
	var w witness
	for range 1000 {
		w.hear("LIST", protocol.Reply{Code: 150, Lines: []string{strings.Repeat("x", 10_000)}})
	}
	if n := len(w.texts["LIST"]); n != witnessTexts || len(w.texts["LIST"][0]) != witnessText {
		t.Errorf("%d texts of %d octets", n, len(w.texts["LIST"][0]))
	}
	if got := witnessed(t, []string{" 220 ready", "SYST 502 Here is no emulated by FileZilla"}); got.Name != "" || got.System != "" {
		t.Errorf("%+v", got)
	}
}

// Each software has a name of its own, small letters in its words, and a source.
func TestSoftwares(t *testing.T) {
	var names []string
	for _, s := range softwares {
		if slices.Contains(names, s.name) || s.seen == "" || len(s.greets)+len(s.traits) == 0 {
			t.Errorf("%+v", s)
		}
		names = append(names, s.name)
		for _, words := range s.greets {
			if words != strings.ToLower(words) {
				t.Errorf("%s: %q", s.name, words)
			}
		}
		for _, x := range s.traits {
			if !x.feature && x.words != strings.ToLower(x.words) || x.weight != weak && x.weight != strong {
				t.Errorf("%s: %+v", s.name, x)
			}
		}
	}
	for _, q := range quirks {
		if q.software != "" && !slices.Contains(names, q.software) {
			t.Errorf("quirk %s is of %q, which is no software of the table", q.Name, q.software)
		}
	}
}
