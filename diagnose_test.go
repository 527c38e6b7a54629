package ftpwire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

func TestDiagnose(t *testing.T) {
	reply := func(verb protocol.Verb, code protocol.Code, text string) error {
		return &protocol.ReplyError{Verb: verb, Reply: protocol.NewReply(code, text)}
	}
	_, nonsense := parse.PASV("227 x")
	seen := map[ftpwire.Cause]bool{}
	for _, tt := range []struct {
		name string
		err  error
		want ftpwire.Cause // "": none
	}{
		{"nil", nil, ""},
		{"unknown", errors.New("what?"), ""},
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), ftpwire.CauseCancelled},
		{"unknown authority", x509.UnknownAuthorityError{}, ftpwire.CauseUnknownAuthority},
		{"host name", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, ftpwire.CauseWrongName},
		{"expired", x509.CertificateInvalidError{Reason: x509.Expired}, ftpwire.CauseExpired},
		{"other certificate", &tlsx.IdentityError{}, ftpwire.CauseOtherCertificate},
		{"not resumed", &tlsx.NotResumedError{}, ftpwire.CauseNotResumedTLS},
		{"session ID only", &tlsx.NotResumedError{Reuse: tlsx.SessionIDOnly}, ftpwire.CauseSessionIDOnly},
		{"session ID unusable", &tlsx.NotResumedError{Reuse: tlsx.SessionIDUnusable}, ftpwire.CauseSessionIDUnusable},
		{"refused, session ID only", errors.Join(&protocol.ReplyError{Verb: "LIST", Reply: protocol.Reply{Code: 425}},
			&tlsx.NotResumedError{Reuse: tlsx.SessionIDOnly, ByServer: true}), ftpwire.CauseSessionIDOnly},
		{"refused, other reason", errors.Join(&protocol.ReplyError{Verb: "LIST", Reply: protocol.Reply{Code: 522}},
			&tlsx.NotResumedError{Reuse: tlsx.OfferedRefused, ByServer: true}), ftpwire.CauseWantsResumption},
		{"refused, resumption off", &control.TransferError{Err: errors.Join(reply("LIST", 425, "no"), &tlsx.NotResumedError{ByServer: true})}, ftpwire.CauseResumptionOff},
		{"client certificate missing", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateMissing, Authorities: []string{"CN=a", "CN=b"}}, ftpwire.CauseClientCertificateMissing},
		{"client certificate of another issuer", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateUnknownIssuer, Issuer: "CN=x"}, ftpwire.CauseClientCertificateIssuer},
		{"client certificate refused", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateRefused, Subject: "CN=me"}, ftpwire.CauseClientCertificateRefused},
		{"truncated", &control.TransferError{Err: tlsx.ErrTruncated}, ftpwire.CauseTruncated},
		{"handshake, hint", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Err: errors.New("x"), Hint: "the hint"}, ftpwire.CauseTLSPeer},
		{"handshake of control", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Err: errors.New("x")}, ftpwire.CauseTLSControl},
		{"handshake of data", &tlsx.HandshakeError{Phase: tlsx.PhaseData, Err: errors.New("x")}, ftpwire.CauseTLSData},
		{"handshake, client certificate", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Err: errors.New("x"), Hint: "the server demands a client certificate"}, ftpwire.CauseTLSPeer},
		{"alert behind the handshake", &net.OpError{Op: "remote error", Err: tls.AlertError(116)}, ftpwire.CauseClientCertificate},
		{"AUTH", &control.SecurityError{Err: reply("AUTH", 502, "no")}, ftpwire.CauseNoExplicitTLS},
		{"AUTH of a mechanism", &control.SecurityError{Err: reply("AUTH", 504, "no"), Mechanism: "GSSAPI"}, ftpwire.CauseMechanism},
		{"PROT", &control.SecurityError{Err: reply("PROT", 536, "no")}, ftpwire.CauseNoDataProtection},
		{"virtual host unknown", &control.HostError{Host: "h", Err: reply("HOST", 504, "no")}, ftpwire.CauseVirtualHostUnknown},
		{"no virtual hosts", &control.HostError{Host: "h", Unsupported: true, Err: reply("HOST", 502, "no")}, ftpwire.CauseNoVirtualHosts},
		{"virtual host that cannot be sent", &control.HostError{Host: "h", Reason: "x"}, ""},
		{"no challenge", &control.OneTimeError{}, ftpwire.CauseNoChallenge},
		{"challenge not answered", &control.OneTimeError{Challenge: "otp-sha9 1 x"}, ftpwire.CauseChallengeUnanswered},
		{"after the login", &control.AfterLoginError{Command: "SITE X", Err: reply("SITE", 500, "no")}, ftpwire.CauseAfterLogin},
		{"proxy's login", &control.ProxyError{Step: "PASS %w", Err: reply("PASS", 530, "no")}, ftpwire.CauseLoginProxyRejects},
		{"proxy's server", &control.ProxyError{Step: "SITE %h", Err: reply("SITE", 500, "no")}, ftpwire.CauseLoginProxyKind},
		{"server's login through a proxy", &control.ProxyError{Step: "PASS %p", Err: reply("PASS", 530, "no")}, ftpwire.CauseLoginRejected530},
		{"HTTP proxy down", &proxy.Error{Stage: proxy.StageConnect, Err: syscall.ECONNREFUSED}, ftpwire.CauseProxyDown},
		{"HTTP proxy too far", &proxy.Error{Stage: proxy.StageConnect, Err: os.ErrDeadlineExceeded}, ftpwire.CauseProxyTimeout},
		{"HTTP proxy unknown", &proxy.Error{Stage: proxy.StageConnect, Err: &net.DNSError{IsNotFound: true}}, ftpwire.CauseProxyUnknown},
		{"HTTP proxy's certificate", &proxy.Error{Stage: proxy.StageTLS, Err: x509.UnknownAuthorityError{}}, ftpwire.CauseProxyCertificate},
		{"HTTP proxy without TLS", &proxy.Error{Stage: proxy.StageTLS, Err: errors.New("x")}, ftpwire.CauseProxyNoTLS},
		{"HTTP proxy demands credentials", &proxy.Error{Stage: proxy.StageAuth, Status: 407, Reason: "the proxy demands credentials"}, ftpwire.CauseProxyWantsLogin},
		{"HTTP proxy refuses credentials", &proxy.Error{Stage: proxy.StageAuth, Status: 407}, ftpwire.CauseProxyRejects},
		{"HTTP proxy with another authentication", &proxy.Error{Stage: proxy.StageAuth, Status: 407, Err: errors.ErrUnsupported}, ftpwire.CauseProxyScheme},
		{"no HTTP proxy", &proxy.Error{Stage: proxy.StageExchange}, ftpwire.CauseProxyKind},
		{"HTTP proxy in active mode", &datachan.OpenError{Mode: "active", Err: &proxy.Error{Err: errors.ErrUnsupported}}, ftpwire.CauseProxyUse},
		{"HTTP proxy forbids", &proxy.Error{Stage: proxy.StageTarget, Proxy: "http://p:80", Status: 403, Err: syscall.EACCES}, ftpwire.CauseProxyForbidsTunnel},
		{"SOCKS proxy forbids", &proxy.Error{Stage: proxy.StageTarget, Proxy: "socks5://p:1080", Status: 2, Err: syscall.EACCES}, ftpwire.CauseProxyForbids},
		{"HTTP proxy forbids data", &datachan.OpenError{Err: &proxy.Error{Stage: proxy.StageTarget, Proxy: "http://p:80", Status: 403, Err: syscall.EACCES}}, ftpwire.CauseProxyForbidsData},
		{"HTTP proxy can't reach data", &datachan.OpenError{Err: &proxy.Error{Stage: proxy.StageTarget, Status: 502}}, ftpwire.CauseProxyDataPort},
		{"HTTP proxy can't reach the server", &proxy.Error{Stage: proxy.StageTarget, Status: 502}, ftpwire.CauseProxyServerDown},
		{"HTTP proxy finds no file", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 404}, ftpwire.CauseProxyNoFile},
		{"HTTP proxy has no FTP", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 501}, ftpwire.CauseProxyNoFTP},
		{"HTTP proxy rejected by the server", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 401}, ftpwire.CauseProxyServerLogin},
		{"HTTP proxy forbids the URL", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 403}, ftpwire.CauseProxyForbidsURL},
		{"HTTP proxy got nothing", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 502}, ftpwire.CauseProxyGotNothing},
		{"size differs", &ftpwire.MismatchError{What: "size"}, ftpwire.CauseSizeDiffers},
		{"hash differs", &ftpwire.MismatchError{What: "SHA-256"}, ftpwire.CauseContentsDiffer},
		{"changed meanwhile", &ftpwire.ChangedError{}, ftpwire.CauseChanged},
		{"no hash", &ftpwire.UnprovenError{Want: ftpwire.ProofHash}, ftpwire.CauseNoHashProof},
		{"no proof", &ftpwire.UnprovenError{Want: ftpwire.ProofSize}, ftpwire.CauseNoProof},
		{"not resumed transfer", &ftpwire.ResumeError{}, ftpwire.CauseNotResumed},
		{"no sums", &control.HashUnsupportedError{}, ftpwire.CauseNoSums},
		{"mode, cut", &control.TransferError{Err: &mode.Error{Mode: "MODE Z", Err: io.ErrUnexpectedEOF}}, ftpwire.CauseFormatCut},
		{"mode, damaged", &control.TransferError{Err: &mode.Error{Mode: "MODE B"}}, ftpwire.CauseFormatBroken},
		{"EBCDIC", &control.TransferError{Err: &mode.Error{Mode: "TYPE E"}}, ftpwire.CauseNotInCodePage},
		{"data in clear, and not text", &tlsx.HandshakeError{Phase: tlsx.PhaseData, Failure: tlsx.FailureNotTLS, Hint: "the peer's first bytes are not TLS", Err: io.EOF}, ftpwire.CauseClearData},
		{"broken off", reply("RETR", 426, "no"), ftpwire.CauseBrokenOff},
		{"no such mode", reply("MODE", 504, "no"), ftpwire.CauseNoMode},
		{"changed certificate", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned, Known: &tlsx.Trusted{SHA256: tlsx.Fingerprint{1}}}, ftpwire.CauseCertificateChanged},
		{"not pinned", &tlsx.CertificateError{Reasons: tlsx.ReasonNotPinned}, ftpwire.CauseNotPinned},
		{"revoked", &tlsx.CertificateError{Reasons: tlsx.ReasonRevoked}, ftpwire.CauseRevoked},
		{"several faults", &tlsx.CertificateError{Reasons: tlsx.ReasonWrongName | tlsx.ReasonSelfSigned}, ftpwire.CauseSeveralFaults},
		{"damaged trust store", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned, Err: &tlsx.TrustFileError{Path: "f"}}, ftpwire.CauseTrustDamaged},
		{"locked trust store", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned, Err: fmt.Errorf("x: %w", tlsx.ErrTrustLocked)}, ftpwire.CauseTrustLocked},
		{"account", reply("PASS", 332, "account"), ftpwire.CauseNeedAccount},
		{"login", reply("PASS", 530, "no"), ftpwire.CauseLoginRejected530},
		{"TLS wanted", reply("USER", 534, "TLS first"), ftpwire.CauseWantsTLS},
		{"421", reply("", 421, "bye"), ftpwire.CauseClosing},
		{"425", reply("RETR", 425, "no"), ftpwire.CauseDataChannel},
		{"disk", reply("STOR", 452, "no"), ftpwire.CauseNoSpace},
		{"quota", reply("STOR", 552, "no"), ftpwire.CauseNoSpace},
		{"unknown command", reply("MLSD", 500, "what?"), ftpwire.CauseUnknownCommand},
		{"missing", reply("RETR", 550, "no such file"), ftpwire.CauseNotExist},
		{"permission", reply("DELE", 550, "permission denied"), ftpwire.CausePermission},
		{"a listing cut to nothing", &control.TransferError{Err: &control.EmptyError{Err: tlsx.ErrTruncated}}, ftpwire.CauseEmptyCut},
		{"a directory that may not be there", &control.TransferError{Err: &control.EmptyError{Reason: "CWD: 502"}}, ftpwire.CauseEmptyUnconfirmed},
		{"no data connection", &control.TransferError{Err: &control.EmptyError{Err: &datachan.OpenError{Mode: "PORT", Err: datachan.ErrEnded}}}, ftpwire.CauseEmptyNoData},
		{"a listing of another directory", &control.TransferError{Err: &control.OtherListingError{Path: "my dir", Name: "my"}}, ftpwire.CauseOtherListing},
		{"a stranger", &control.TransferError{Err: &control.EmptyError{Err: &datachan.OpenError{Mode: "PORT", Err: &datachan.StrangerError{Addr: "127.0.0.2:1", Err: datachan.ErrEnded}}}}, ftpwire.CauseStranger},
		{"passive", &datachan.OpenError{Mode: "EPSV", Addr: "127.0.0.1:2000", Err: errors.New("x")}, ftpwire.CausePassiveBlocked},
		{"reply held back", &datachan.OpenError{Mode: "EPSV", Err: fmt.Errorf("x: %w", datachan.ErrReplyHeld)}, ftpwire.CauseReplyHeld},
		{"blocked ports", &datachan.OpenError{Mode: "EPSV", Err: fmt.Errorf("x: %w", datachan.ErrPortsBlocked)}, ftpwire.CausePortsBlocked},
		{"address refused", &datachan.OpenError{Mode: "PASV", Err: &datachan.AddressError{Addr: "224.0.0.1"}}, ftpwire.CauseAddressRefused},
		{"active", &datachan.OpenError{Mode: "PORT", Err: errors.New("x")}, ftpwire.CauseActiveBlocked},
		{"no host", &net.DNSError{IsNotFound: true}, ftpwire.CauseNoSuchHost},
		{"name server", &net.DNSError{IsTimeout: true}, ftpwire.CauseNameServer},
		{"refused", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, ftpwire.CauseNothingThere},
		{"no route", syscall.EHOSTUNREACH, ftpwire.CauseNoRoute},
		{"reset", syscall.ECONNRESET, ftpwire.CauseCutOff},
		{"local disk", &os.PathError{Op: "write", Err: syscall.ENOSPC}, ftpwire.CauseLocalDiskFull},
		{"self-signed", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned}, ftpwire.CauseSelfSigned},
		{"self-signed authority", x509.UnknownAuthorityError{Cert: &x509.Certificate{IsCA: true}}, ftpwire.CauseSelfSigned},
		{"common name", x509.HostnameError{Certificate: &x509.Certificate{Subject: pkix.Name{CommonName: "h"}}, Host: "h"}, ftpwire.CauseNameInCommonName},
		{"for clients", x509.CertificateInvalidError{Reason: x509.IncompatibleUsage}, ftpwire.CauseBadChain},
		{"trust file", fmt.Errorf("x: %w", &tlsx.TrustStoreError{Err: os.ErrPermission}), ftpwire.CauseTrustFile},
		{"TLS of versions", &tlsx.HandshakeError{Failure: tlsx.FailureVersion, Hint: "x", Err: io.EOF}, ftpwire.CauseTLSVersion},
		{"TLS of ciphers", &tlsx.HandshakeError{Failure: tlsx.FailureAlert, Hint: "x", Err: &net.OpError{Op: "remote error", Err: tls.AlertError(40)}}, ftpwire.CauseNoCommonCipher},
		{"TLS refused by name", &tlsx.HandshakeError{Failure: tlsx.FailureAlert, Hint: "x", Err: &net.OpError{Op: "remote error", Err: tls.AlertError(112)}}, ftpwire.CauseTLSAlert},
		{"TLS reset", &tlsx.HandshakeError{Failure: tlsx.FailureEnded, Hint: "x", Err: syscall.ECONNRESET}, ftpwire.CauseTLSCut},
		{"AUTH SSL", &control.SecurityError{Err: reply("AUTH", 504, "no"), Offers: []string{"SSL"}}, ftpwire.CauseAuthSSL},
		{"AUTH, another reply", &control.SecurityError{Err: reply("AUTH", 220, "second line")}, ftpwire.CauseOddAuthReply},
		{"PROT C", &control.SecurityError{Reason: "PROT C did not take effect"}, ftpwire.CauseNoClearData},
		{"CCC", &control.ClosedError{Cause: &tlsx.ClearError{Err: syscall.ECONNRESET}}, ftpwire.CauseCommandsInClear},
		{"login not answered", &control.UnansweredLoginError{Verb: "PASS", Err: io.EOF}, ftpwire.CauseLoginUnanswered},
		{"login, code 430", reply("PASS", 430, "no"), ftpwire.CauseLoginRejected},
		{"login, by its text", &control.MeaningError{Reply: &protocol.ReplyError{Verb: "PASS", Reply: protocol.NewReply(501, "no")}, Meaning: fs.ErrPermission}, ftpwire.CauseLoginRejected},
		{"locked out", reply("PASS", 530, "Too many failed login attempts"), ftpwire.CauseLockedOut},
		{"too many users", reply("USER", 421, "Too many users are connected"), ftpwire.CauseTooManyUsers},
		{"mail server", reply("USER", 502, "Error: command not recognized"), ftpwire.CauseNotFTPLogin},
		{"account for storing", reply("STOR", 532, "Need account"), ftpwire.CauseNeedAccount},
		{"no greeting", &control.TimeoutError{}, ftpwire.CauseNoGreeting},
		{"FEAT swallowed", &control.ClosedError{Cause: &control.TimeoutError{Verb: "FEAT"}}, ftpwire.CauseFeatSilent},
		{"EPSV swallowed", &control.TransferError{Phase: control.PhaseOpen, Err: &control.ClosedError{Cause: &control.TimeoutError{Verb: "EPSV"}}}, ftpwire.CauseEPSVSilent},
		{"PASV swallowed", &control.TimeoutError{Verb: "PASV"}, ftpwire.CausePASVSilent},
		{"PORT swallowed", &control.TimeoutError{Verb: "PORT"}, ftpwire.CausePORTSilent},
		{"EPSV cuts", &control.TransferError{Phase: control.PhaseOpen, Err: &control.ClosedError{Cause: io.ErrUnexpectedEOF}}, ftpwire.CauseCutAtAddress},
		{"RETR swallowed", &control.TransferError{Phase: control.PhaseOpen, Err: &control.TimeoutError{Verb: "RETR"}}, ftpwire.CauseTimeout},
		{"no last word", &control.TransferError{Phase: control.PhaseReply, Bytes: 5, Err: &control.ClosedError{Cause: &control.TimeoutError{Verb: "RETR"}}}, ftpwire.CauseForgotten},
		{"cut before the last word", &control.TransferError{Phase: control.PhaseReply, Bytes: 5, Err: &control.ClosedError{Cause: syscall.ECONNRESET}}, ftpwire.CauseForgotten},
		{"idle", reply("NOOP", 421, "Idle timeout (600 seconds): closing control connection"), ftpwire.CauseIdledOut},
		{"PORT refused", errors.Join(reply("EPRT", 500, "unknown"), reply("PORT", 500, "Illegal")), ftpwire.CauseActiveRefused},
		{"EPSV refused, PASV closed", errors.Join(reply("EPSV", 500, "unknown"), &datachan.OpenError{Mode: "PASV", Err: syscall.ECONNREFUSED}), ftpwire.CausePortClosed},
		{"EPSV closed, PASV refused", errors.Join(&datachan.OpenError{Mode: "EPSV", Err: syscall.ECONNREFUSED}, reply("PASV", 500, "unknown")), ftpwire.CausePortClosed},
		{"no TLS and nothing", &control.TransferError{Err: &control.EmptyError{Err: &tlsx.HandshakeError{Phase: tlsx.PhaseData, Err: io.EOF}}}, ftpwire.CauseEmptyNoTLS},
		{"HTTP proxy with a page of its own", &proxy.Error{Stage: proxy.StageTarget, Status: 302}, ftpwire.CauseProxyRedirects},
		{"renegotiation", &net.OpError{Op: "local error", Err: tls.AlertError(100)}, ftpwire.CauseRenegotiation},
		{"TLS of data cut", &tlsx.HandshakeError{Phase: tlsx.PhaseData, Failure: tlsx.FailureEnded, Hint: "x", Err: io.EOF}, ftpwire.CauseTLSDataCut},
		{"control connection lost", &control.TransferError{Phase: control.PhaseData, Bytes: 5, Err: &control.ClosedError{Cause: io.ErrUnexpectedEOF}}, ftpwire.CauseControlLost},
		{"EPSV refused, PASV nonsense", errors.Join(reply("EPSV", 502, "unknown"), &datachan.OpenError{Mode: "PASV", Err: nonsense}), ftpwire.CauseAddressNonsense},
		{"EPSV and PASV refused", errors.Join(reply("EPSV", 502, "unknown"), reply("PASV", 502, "unknown")), ftpwire.CausePassiveRefused},
		{"no such file in active mode", errors.Join(reply("RETR", 550, "no such file"), &datachan.OpenError{Mode: "PORT", Err: datachan.ErrEnded}), ftpwire.CauseNotExist},
		{"clear data refused", reply("LIST", 522, "SSL/TLS required on the data channel"), ftpwire.CauseWantsProtection},
		{"no TYPE", reply("TYPE", 502, "no"), ftpwire.CauseTypeUnknown},
		{"no such type", reply("TYPE", 504, "no"), ftpwire.CauseNoType},
		{"no such structure", reply("STRU", 504, "no"), ftpwire.CauseNoStructure},
		{"no SIZE", reply("SIZE", 502, "no"), ftpwire.CauseMLSTUnlisted},
		{"in use", reply("RETR", 550, "The process cannot access the file because it is being used by another process."), ftpwire.CauseInUse},
		{"size useless", &control.SizeError{Cut: true}, ftpwire.CauseSizeUseless},
		{"too large", &control.TooLargeError{Most: 1}, ftpwire.CauseTooLarge},
		{"early reply", &control.EarlyReplyError{}, ftpwire.CauseEarlyReply},
		{"SSH", &protocol.SyntaxError{Reason: "not an FTP reply but SSH"}, ftpwire.CauseSSH},
		{"HTTP", &protocol.SyntaxError{Reason: "not an FTP reply but HTTP"}, ftpwire.CauseHTTP},
		{"TLS first", &protocol.SyntaxError{Reason: "not an FTP reply but TLS"}, ftpwire.CauseTLSFirst},
		{"another protocol", &protocol.SyntaxError{Reason: "not an FTP reply: x"}, ftpwire.CauseNotFTP},
		{"timeout", &control.TimeoutError{Verb: "NOOP"}, ftpwire.CauseTimeout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, err := range []error{tt.err, wrapped(tt.err)} {
				d := ftpwire.Diagnose(err)
				switch {
				case tt.want == "" && d != nil:
					t.Errorf("%v: %s; want none", err, d.Cause)
				case tt.want == "":
				case d == nil || d.Cause != tt.want:
					t.Errorf("%v: %+v; want %s", err, d, tt.want)
				case strings.Contains(d.Evidence[0], "ftp: "):
					t.Errorf("evidence %q has a prefix within", d.Evidence)
				case len(d.Evidence) == 0 || strings.Contains(d.String(), "…"):
					t.Errorf("%v: evidence %q, advice %q", err, d.Evidence, d)
				}
			}
			seen[tt.want] = true
		})
	}
	for _, c := range peerCases {
		seen[c.cause] = true
	}
	for _, d := range ftpwire.Causes() {
		if !seen[d.Cause] {
			t.Errorf("cause %s has no error here, and no server", d.Cause)
		}
	}
}

// wrapped puts an error into a transfer, if it is not of one.
func wrapped(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*control.TransferError](err); ok {
		return fmt.Errorf("transfer: %w", err)
	}
	return fmt.Errorf("transfer: %w", &control.TransferError{Verb: "RETR", Phase: control.PhaseOpen, Err: err})
}

// Each cause has one rule, its advice is in the terms of the library, and the fields that
// it names exist.
func TestCauses(t *testing.T) {
	others := map[string]reflect.Type{"TransferOptions": reflect.TypeFor[*ftpwire.TransferOptions](), "Format": reflect.TypeFor[*mode.Format]()}
	seen := map[ftpwire.Cause]bool{}
	for _, d := range ftpwire.Causes() {
		if seen[d.Cause] {
			t.Errorf("%s stands twice", d.Cause)
		}
		seen[d.Cause] = true
		if text := d.Advice(nil); strings.Contains(text, "--") || strings.ContainsAny(text, "{}") || len(text) < 3 {
			t.Errorf("%s: %q", d.Cause, text)
		}
		for _, c := range d.Changes {
			names := strings.Split(string(c.Field), ".")
			of, ok := others[names[0]]
			if ok {
				names = names[1:]
			} else {
				of = reflect.TypeFor[*ftpwire.Profile]()
			}
			if !fieldExists(of, names) {
				t.Errorf("%s: there is no %s", d.Cause, c.Field)
			}
		}
	}
}

// fieldExists follows a path of fields, of which the last may be a method.
func fieldExists(of reflect.Type, names []string) bool {
	for i, name := range names {
		if _, ok := of.MethodByName(name); ok && i == len(names)-1 {
			return true
		}
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		f, ok := of.FieldByName(name)
		if !ok {
			return false
		}
		of = f.Type
	}
	return true
}

func ExampleDiagnosis_Advice() {
	err := &control.SecurityError{Reason: "AUTH is refused", Offers: []string{"SSL"}}
	d := ftpwire.Diagnose(err)
	fmt.Println(d.Cause, d.Changes)
	fmt.Println(d)
	fmt.Println(d.Advice(func(c ftpwire.Change) string { return "the box " + string(c.Field) }))
	// Output:
	// auth-ssl [Variant=ftp-ssl-explicit]
	// The server knows TLS by an old name only. Ask for it by AUTH SSL (Variant=ftp-ssl-explicit). No password was sent.
	// The server knows TLS by an old name only. Ask for it by AUTH SSL (the box Variant). No password was sent.
}
