package ftpwire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

func TestDiagnose(t *testing.T) {
	reply := func(verb protocol.Verb, code protocol.Code, text string) error {
		return &protocol.ReplyError{Verb: verb, Reply: protocol.NewReply(code, text)}
	}
	for _, tt := range []struct {
		name string
		err  error
		want string // part of the advice; "": none
	}{
		{"nil", nil, ""},
		{"unknown", errors.New("what?"), ""},
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), "cancelled"},
		{"unknown authority", x509.UnknownAuthorityError{}, "authority"},
		{"host name", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, "another name"},
		{"expired", x509.CertificateInvalidError{Reason: x509.Expired}, "expired"},
		{"other certificate", &tlsx.IdentityError{}, "another certificate"},
		{"not resumed", &tlsx.NotResumedError{}, "resume"},
		{"session ID only", &tlsx.NotResumedError{Reuse: tlsx.SessionIDOnly}, "--session-ids"},
		{"session ID unusable", &tlsx.NotResumedError{Reuse: tlsx.SessionIDUnusable}, "could not be used"},
		{"refused, session ID only", errors.Join(&protocol.ReplyError{Verb: "LIST", Reply: protocol.Reply{Code: 425}},
			&tlsx.NotResumedError{Reuse: tlsx.SessionIDOnly, ByServer: true}), "--session-ids"},
		{"refused, other reason", errors.Join(&protocol.ReplyError{Verb: "LIST", Reply: protocol.Reply{Code: 522}},
			&tlsx.NotResumedError{Reuse: tlsx.OfferedRefused, ByServer: true}), "demands that a data connection resume"},
		{"refused, resumption off", &control.TransferError{Err: errors.Join(reply("LIST", 425, "no"), &tlsx.NotResumedError{ByServer: true})}, "--resume-tls preferred"},
		{"client certificate missing", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateMissing, Authorities: []string{"CN=a", "CN=b"}}, "signed by an authority that the server trusts (CN=a; CN=b)"},
		{"client certificate of another issuer", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateUnknownIssuer, Issuer: "CN=x"}, "does not trust the authority that signed the client certificate (CN=x)"},
		{"client certificate refused", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateRefused, Subject: "CN=me"}, "refused the client certificate (CN=me)"},
		{"truncated", &control.TransferError{Err: tlsx.ErrTruncated}, "may be cut"},
		{"handshake, hint", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Err: errors.New("x"), Hint: "the hint"}, "the hint"},
		{"handshake of control", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Err: errors.New("x")}, "--tls"},
		{"handshake of data", &tlsx.HandshakeError{Phase: tlsx.PhaseData, Err: errors.New("x")}, "data connection"},
		{"handshake, client certificate", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Err: errors.New("x"), Hint: "the server demands a client certificate"}, "--pfx"},
		{"alert behind the handshake", &net.OpError{Op: "remote error", Err: tls.AlertError(116)}, "--cert"},
		{"AUTH", &control.SecurityError{Err: reply("AUTH", 502, "no")}, "ftps://"},
		{"AUTH of a mechanism", &control.SecurityError{Err: reply("AUTH", 504, "no"), Mechanism: "GSSAPI"}, "security mechanism GSSAPI"},
		{"PROT", &control.SecurityError{Err: reply("PROT", 536, "no")}, "protect"},
		{"virtual host unknown", &control.HostError{Host: "h", Err: reply("HOST", 504, "no")}, "--virtual-host"},
		{"no virtual hosts", &control.HostError{Host: "h", Unsupported: true, Err: reply("HOST", 502, "no")}, "leave the virtual host out"},
		{"virtual host that cannot be sent", &control.HostError{Host: "h", Reason: "x"}, ""},
		{"no challenge", &control.OneTimeError{}, "--otp auto"},
		{"challenge not answered", &control.OneTimeError{Challenge: "otp-sha9 1 x"}, "--otp never"},
		{"after the login", &control.AfterLoginError{Command: "SITE X", Err: reply("SITE", 500, "no")}, "--after"},
		{"proxy's login", &control.ProxyError{Step: "PASS %w", Err: reply("PASS", 530, "no")}, "FTPWIRE_LOGIN_PROXY_PASSWORD"},
		{"proxy's server", &control.ProxyError{Step: "SITE %h", Err: reply("SITE", 500, "no")}, "another kind"},
		{"server's login through a proxy", &control.ProxyError{Step: "PASS %p", Err: reply("PASS", 530, "no")}, "rejected the login"},
		{"HTTP proxy down", &proxy.Error{Stage: proxy.StageConnect, Err: syscall.ECONNREFUSED}, "The proxy itself can't be reached"},
		{"HTTP proxy too far", &proxy.Error{Stage: proxy.StageConnect, Err: os.ErrDeadlineExceeded}, "whether a firewall is in between"},
		{"HTTP proxy unknown", &proxy.Error{Stage: proxy.StageConnect, Err: &net.DNSError{IsNotFound: true}}, "no proxy of that name"},
		{"HTTP proxy's certificate", &proxy.Error{Stage: proxy.StageTLS, Err: x509.UnknownAuthorityError{}}, "--proxy-ca"},
		{"HTTP proxy without TLS", &proxy.Error{Stage: proxy.StageTLS, Err: errors.New("x")}, "http://, not https://"},
		{"HTTP proxy demands credentials", &proxy.Error{Stage: proxy.StageAuth, Status: 407, Reason: "the proxy demands credentials"}, "http://USER@HOST:PORT"},
		{"HTTP proxy refuses credentials", &proxy.Error{Stage: proxy.StageAuth, Status: 407}, "FTPWIRE_PROXY_PASSWORD"},
		{"HTTP proxy with another authentication", &proxy.Error{Stage: proxy.StageAuth, Status: 407, Err: errors.ErrUnsupported}, "Digest, NTLM and Basic"},
		{"no HTTP proxy", &proxy.Error{Stage: proxy.StageExchange}, "check its kind"},
		{"HTTP proxy in active mode", &datachan.OpenError{Mode: "active", Err: &proxy.Error{Err: errors.ErrUnsupported}}, "passive mode"},
		{"HTTP proxy forbids", &proxy.Error{Stage: proxy.StageTarget, Proxy: "http://p:80", Status: 403, Err: syscall.EACCES}, "--proxy-get"},
		{"SOCKS proxy forbids", &proxy.Error{Stage: proxy.StageTarget, Proxy: "socks5://p:1080", Status: 2, Err: syscall.EACCES}, "its rules forbid"},
		{"HTTP proxy forbids data", &datachan.OpenError{Err: &proxy.Error{Stage: proxy.StageTarget, Proxy: "http://p:80", Status: 403, Err: syscall.EACCES}}, "data ports"},
		{"HTTP proxy can't reach data", &datachan.OpenError{Err: &proxy.Error{Stage: proxy.StageTarget, Status: 502}}, "--proxy-data=false"},
		{"HTTP proxy can't reach the server", &proxy.Error{Stage: proxy.StageTarget, Status: 502}, "could not connect to the server"},
		{"HTTP proxy finds no file", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 404}, "no such file"},
		{"HTTP proxy has no FTP", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 501}, "does not speak FTP"},
		{"HTTP proxy rejected by the server", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 401}, "rejected the login"},
		{"HTTP proxy forbids the URL", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 403}, "forbids this URL"},
		{"HTTP proxy got nothing", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 502}, "got no file"},
		{"size differs", &ftpwire.MismatchError{What: "size"}, "Transfer it again"},
		{"hash differs", &ftpwire.MismatchError{What: "SHA-256"}, "contents differ"},
		{"changed meanwhile", &ftpwire.ChangedError{}, "at rest"},
		{"no hash", &ftpwire.UnprovenError{Want: ftpwire.ProofHash}, "--require size"},
		{"no proof", &ftpwire.UnprovenError{Want: ftpwire.ProofSize}, "(--require)"},
		{"not resumed transfer", &ftpwire.ResumeError{}, "begins anew"},
		{"no sums", &control.HashUnsupportedError{}, "computes no such sums"},
		{"mode, cut", &control.TransferError{Err: &mode.Error{Mode: "MODE Z", Err: io.ErrUnexpectedEOF}}, "The end of the data is missing"},
		{"mode, damaged", &control.TransferError{Err: &mode.Error{Mode: "MODE B"}}, "is not what MODE B says"},
		{"EBCDIC", &control.TransferError{Err: &mode.Error{Mode: "TYPE E"}}, "--type binary"},
		{"broken off", reply("RETR", 426, "no"), "goes on by itself"},
		{"no such mode", reply("MODE", 504, "no"), "--compress"},
		{"changed certificate", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned, Known: &tlsx.Trusted{SHA256: tlsx.Fingerprint{1}}}, "another certificate than the one that was accepted"},
		{"not pinned", &tlsx.CertificateError{Reasons: tlsx.ReasonNotPinned}, "--pin"},
		{"revoked", &tlsx.CertificateError{Reasons: tlsx.ReasonRevoked}, "revoked"},
		{"several faults", &tlsx.CertificateError{Reasons: tlsx.ReasonWrongName | tlsx.ReasonSelfSigned}, "Several"},
		{"damaged trust store", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned, Err: &tlsx.TrustFileError{Path: "f"}}, "ftpwire trust remove"},
		{"locked trust store", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned, Err: fmt.Errorf("x: %w", tlsx.ErrTrustLocked)}, "Try again"},
		{"account", reply("PASS", 332, "account"), "--acct"},
		{"login", reply("PASS", 530, "no"), "password"},
		{"TLS wanted", reply("USER", 534, "TLS first"), "ftpes://"},
		{"421", reply("", 421, "bye"), "Wait a little"},
		{"425", reply("RETR", 425, "no"), "--active"},
		{"disk", reply("STOR", 452, "no"), "room"},
		{"quota", reply("STOR", 552, "no"), "room"},
		{"unknown command", reply("MLSD", 500, "what?"), "MLSD"},
		{"missing", reply("RETR", 550, "no such file"), "no such file"},
		{"permission", reply("DELE", 550, "permission denied"), "may not"},
		{"a listing cut to nothing", &control.TransferError{Err: &control.EmptyError{Err: tlsx.ErrTruncated}}, "--quirk no-close-notify"},
		{"a directory that may not be there", &control.TransferError{Err: &control.EmptyError{Reason: "CWD: 502"}}, "would not say"},
		{"no data connection", &control.TransferError{Err: &control.EmptyError{Err: &datachan.OpenError{Mode: "PORT", Err: datachan.ErrEnded}}}, "other direction"},
		{"a listing of another directory", &control.TransferError{Err: &control.OtherListingError{Path: "my dir", Name: "my"}}, "blank"},
		{"a stranger", &control.TransferError{Err: &control.EmptyError{Err: &datachan.OpenError{Mode: "PORT", Err: &datachan.StrangerError{Addr: "127.0.0.2:1", Err: datachan.ErrEnded}}}}, "--any-peer"},
		{"passive", &datachan.OpenError{Mode: "EPSV", Err: errors.New("x")}, "--active"},
		{"reply held back", &datachan.OpenError{Mode: "EPSV", Err: fmt.Errorf("x: %w", datachan.ErrReplyHeld)}, "SyncDataChannel"},
		{"blocked ports", &datachan.OpenError{Mode: "EPSV", Err: fmt.Errorf("x: %w", datachan.ErrPortsBlocked)}, "--block-port"},
		{"address refused", &datachan.OpenError{Mode: "PASV", Err: &datachan.AddressError{Addr: "224.0.0.1"}}, "NAT"},
		{"active", &datachan.OpenError{Mode: "PORT", Err: errors.New("x")}, "passive"},
		{"no host", &net.DNSError{IsNotFound: true}, "spelling"},
		{"name server", &net.DNSError{IsTimeout: true}, "name server"},
		{"refused", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "Nothing listens"},
		{"no route", syscall.EHOSTUNREACH, "route"},
		{"reset", syscall.ECONNRESET, "cut"},
		{"local disk", &os.PathError{Op: "write", Err: syscall.ENOSPC}, "local disk"},
		{"timeout", &control.TimeoutError{Verb: "NOOP"}, "in time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, err := range []error{tt.err, wrapped(tt.err)} {
				got := ftpwire.Diagnose(err)
				if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
					t.Errorf("%v: %q; want %q in it", err, got, tt.want)
				}
			}
		})
	}
}

func wrapped(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("transfer: %w", &control.TransferError{Verb: "RETR", Phase: control.PhaseOpen, Err: err})
}
