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
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), "cancelled"},
		{"unknown authority", x509.UnknownAuthorityError{}, "unknown-authority"},
		{"host name", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, "wrong-name"},
		{"expired", x509.CertificateInvalidError{Reason: x509.Expired}, "expired"},
		{"other certificate", &tlsx.IdentityError{}, "other-certificate"},
		{"not resumed", &tlsx.NotResumedError{}, "not-resumed-tls"},
		{"session ID only", &tlsx.NotResumedError{Reuse: tlsx.SessionIDOnly}, "session-id-only"},
		{"session ID unusable", &tlsx.NotResumedError{Reuse: tlsx.SessionIDUnusable}, "session-id-unusable"},
		{"refused, session ID only", errors.Join(&protocol.ReplyError{Verb: "LIST", Reply: protocol.Reply{Code: 425}},
			&tlsx.NotResumedError{Reuse: tlsx.SessionIDOnly, ByServer: true}), "session-id-only"},
		{"refused, other reason", errors.Join(&protocol.ReplyError{Verb: "LIST", Reply: protocol.Reply{Code: 522}},
			&tlsx.NotResumedError{Reuse: tlsx.OfferedRefused, ByServer: true}), "wants-resumption"},
		{"refused, resumption off", &control.TransferError{Err: errors.Join(reply("LIST", 425, "no"), &tlsx.NotResumedError{ByServer: true})}, "resumption-off"},
		{"client certificate missing", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateMissing, Authorities: []string{"CN=a", "CN=b"}}, "client-certificate-missing"},
		{"client certificate of another issuer", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateUnknownIssuer, Issuer: "CN=x"}, "client-certificate-issuer"},
		{"client certificate refused", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateRefused, Subject: "CN=me"}, "client-certificate-refused"},
		{"truncated", &control.TransferError{Err: tlsx.ErrTruncated}, "truncated"},
		{"handshake, hint", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Err: errors.New("x"), Hint: "the hint"}, "tls-peer"},
		{"handshake of control", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Err: errors.New("x")}, "tls-control"},
		{"handshake of data", &tlsx.HandshakeError{Phase: tlsx.PhaseData, Err: errors.New("x")}, "tls-data"},
		{"handshake, client certificate", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Err: errors.New("x"), Hint: "the server demands a client certificate"}, "tls-peer"},
		{"alert behind the handshake", &net.OpError{Op: "remote error", Err: tls.AlertError(116)}, "client-certificate"},
		{"AUTH", &control.SecurityError{Err: reply("AUTH", 502, "no")}, "no-explicit-tls"},
		{"AUTH of a mechanism", &control.SecurityError{Err: reply("AUTH", 504, "no"), Mechanism: "GSSAPI"}, "mechanism"},
		{"PROT", &control.SecurityError{Err: reply("PROT", 536, "no")}, "no-data-protection"},
		{"virtual host unknown", &control.HostError{Host: "h", Err: reply("HOST", 504, "no")}, "virtual-host-unknown"},
		{"no virtual hosts", &control.HostError{Host: "h", Unsupported: true, Err: reply("HOST", 502, "no")}, "no-virtual-hosts"},
		{"virtual host that cannot be sent", &control.HostError{Host: "h", Reason: "x"}, ""},
		{"no challenge", &control.OneTimeError{}, "no-challenge"},
		{"challenge not answered", &control.OneTimeError{Challenge: "otp-sha9 1 x"}, "challenge-unanswered"},
		{"after the login", &control.AfterLoginError{Command: "SITE X", Err: reply("SITE", 500, "no")}, "after-login"},
		{"proxy's login", &control.ProxyError{Step: "PASS %w", Err: reply("PASS", 530, "no")}, "login-proxy-rejects"},
		{"proxy's server", &control.ProxyError{Step: "SITE %h", Err: reply("SITE", 500, "no")}, "login-proxy-kind"},
		{"server's login through a proxy", &control.ProxyError{Step: "PASS %p", Err: reply("PASS", 530, "no")}, "login-rejected-530"},
		{"HTTP proxy down", &proxy.Error{Stage: proxy.StageConnect, Err: syscall.ECONNREFUSED}, "proxy-down"},
		{"HTTP proxy too far", &proxy.Error{Stage: proxy.StageConnect, Err: os.ErrDeadlineExceeded}, "proxy-timeout"},
		{"HTTP proxy unknown", &proxy.Error{Stage: proxy.StageConnect, Err: &net.DNSError{IsNotFound: true}}, "proxy-unknown"},
		{"HTTP proxy's certificate", &proxy.Error{Stage: proxy.StageTLS, Err: x509.UnknownAuthorityError{}}, "proxy-certificate"},
		{"HTTP proxy without TLS", &proxy.Error{Stage: proxy.StageTLS, Err: errors.New("x")}, "proxy-no-tls"},
		{"HTTP proxy demands credentials", &proxy.Error{Stage: proxy.StageAuth, Status: 407, Reason: "the proxy demands credentials"}, "proxy-wants-login"},
		{"HTTP proxy refuses credentials", &proxy.Error{Stage: proxy.StageAuth, Status: 407}, "proxy-rejects"},
		{"HTTP proxy with another authentication", &proxy.Error{Stage: proxy.StageAuth, Status: 407, Err: errors.ErrUnsupported}, "proxy-scheme"},
		{"no HTTP proxy", &proxy.Error{Stage: proxy.StageExchange}, "proxy-kind"},
		{"HTTP proxy in active mode", &datachan.OpenError{Mode: "active", Err: &proxy.Error{Err: errors.ErrUnsupported}}, "proxy-use"},
		{"HTTP proxy forbids", &proxy.Error{Stage: proxy.StageTarget, Proxy: "http://p:80", Status: 403, Err: syscall.EACCES}, "proxy-forbids-tunnel"},
		{"SOCKS proxy forbids", &proxy.Error{Stage: proxy.StageTarget, Proxy: "socks5://p:1080", Status: 2, Err: syscall.EACCES}, "proxy-forbids"},
		{"HTTP proxy forbids data", &datachan.OpenError{Err: &proxy.Error{Stage: proxy.StageTarget, Proxy: "http://p:80", Status: 403, Err: syscall.EACCES}}, "proxy-forbids-data"},
		{"HTTP proxy can't reach data", &datachan.OpenError{Err: &proxy.Error{Stage: proxy.StageTarget, Status: 502}}, "proxy-data-port"},
		{"HTTP proxy can't reach the server", &proxy.Error{Stage: proxy.StageTarget, Status: 502}, "proxy-server-down"},
		{"HTTP proxy finds no file", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 404}, "proxy-no-file"},
		{"HTTP proxy has no FTP", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 501}, "proxy-no-ftp"},
		{"HTTP proxy rejected by the server", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 401}, "proxy-server-login"},
		{"HTTP proxy forbids the URL", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 403}, "proxy-forbids-url"},
		{"HTTP proxy got nothing", &proxy.Error{Stage: proxy.StageTarget, Target: "ftp://h/a", Status: 502}, "proxy-got-nothing"},
		{"size differs", &ftpwire.MismatchError{What: "size"}, "size-differs"},
		{"hash differs", &ftpwire.MismatchError{What: "SHA-256"}, "contents-differ"},
		{"changed meanwhile", &ftpwire.ChangedError{}, "changed"},
		{"no hash", &ftpwire.UnprovenError{Want: ftpwire.ProofHash}, "no-hash-proof"},
		{"no proof", &ftpwire.UnprovenError{Want: ftpwire.ProofSize}, "no-proof"},
		{"records cut", &ftpwire.UnprovenError{Want: ftpwire.ProofReply}, "records-cut"},
		{"no directory for an upload", &ftpwire.NoDirectoryError{Path: "d/f", Dir: "d", Err: reply("STOR", 553, "d/f: No such file or directory")}, "no-parent"},
		{"not resumed transfer", &ftpwire.ResumeError{}, "not-resumed"},
		{"no sums", &control.HashUnsupportedError{}, "no-sums"},
		{"mode, cut", &control.TransferError{Err: &mode.Error{Mode: "MODE Z", Err: io.ErrUnexpectedEOF}}, "format-cut"},
		{"mode, damaged", &control.TransferError{Err: &mode.Error{Mode: "MODE B"}}, "format-broken"},
		{"EBCDIC", &control.TransferError{Err: &mode.Error{Mode: "TYPE E"}}, "not-in-code-page"},
		{"data in clear, and not text", &tlsx.HandshakeError{Phase: tlsx.PhaseData, Failure: tlsx.FailureNotTLS, Hint: "the peer's first bytes are not TLS", Err: io.EOF}, "clear-data"},
		{"broken off", reply("RETR", 426, "no"), "broken-off"},
		{"no such mode", reply("MODE", 504, "no"), "no-mode"},
		{"changed certificate", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned, Known: &tlsx.Trusted{SHA256: tlsx.Fingerprint{1}}}, "certificate-changed"},
		{"not pinned", &tlsx.CertificateError{Reasons: tlsx.ReasonNotPinned}, "not-pinned"},
		{"revoked", &tlsx.CertificateError{Reasons: tlsx.ReasonRevoked}, "revoked"},
		{"several faults", &tlsx.CertificateError{Reasons: tlsx.ReasonWrongName | tlsx.ReasonSelfSigned}, "several-faults"},
		{"damaged trust store", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned, Err: &tlsx.TrustFileError{Path: "f"}}, "trust-damaged"},
		{"locked trust store", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned, Err: fmt.Errorf("x: %w", tlsx.ErrTrustLocked)}, "trust-locked"},
		{"account", reply("PASS", 332, "account"), "need-account"},
		{"login", reply("PASS", 530, "no"), "login-rejected-530"},
		{"TLS wanted", reply("USER", 534, "TLS first"), "wants-tls"},
		{"421", reply("", 421, "bye"), "closing"},
		{"425", reply("RETR", 425, "no"), "data-channel"},
		{"disk", reply("STOR", 452, "no"), "no-space"},
		{"quota", reply("STOR", 552, "no"), "no-space"},
		{"unknown command", reply("MLSD", 500, "what?"), "unknown-command"},
		{"missing", reply("RETR", 550, "no such file"), "not-exist"},
		{"permission", reply("DELE", 550, "permission denied"), "permission"},
		{"a listing cut to nothing", &control.TransferError{Err: &control.EmptyError{Err: tlsx.ErrTruncated}}, "empty-cut"},
		{"a directory that may not be there", &control.TransferError{Err: &control.EmptyError{Reason: "CWD: 502"}}, "empty-unconfirmed"},
		{"no data connection", &control.TransferError{Err: &control.EmptyError{Err: &datachan.OpenError{Mode: "PORT", Err: datachan.ErrEnded}}}, "empty-no-data"},
		{"a listing of another directory", &control.TransferError{Err: &control.OtherListingError{Path: "my dir", Name: "my"}}, "other-listing"},
		{"a stranger", &control.TransferError{Err: &control.EmptyError{Err: &datachan.OpenError{Mode: "PORT", Err: &datachan.StrangerError{Addr: "127.0.0.2:1", Err: datachan.ErrEnded}}}}, "stranger"},
		{"passive", &datachan.OpenError{Mode: "EPSV", Addr: "127.0.0.1:2000", Err: errors.New("x")}, "passive-blocked"},
		{"reply held back", &datachan.OpenError{Mode: "EPSV", Err: fmt.Errorf("x: %w", datachan.ErrReplyHeld)}, "reply-held"},
		{"blocked ports", &datachan.OpenError{Mode: "EPSV", Err: fmt.Errorf("x: %w", datachan.ErrPortsBlocked)}, "ports-blocked"},
		{"address refused", &datachan.OpenError{Mode: "PASV", Err: &datachan.AddressError{Addr: "224.0.0.1"}}, "address-refused"},
		{"active", &datachan.OpenError{Mode: "PORT", Err: errors.New("x")}, "active-blocked"},
		{"no host", &net.DNSError{IsNotFound: true}, "no-such-host"},
		{"name server", &net.DNSError{IsTimeout: true}, "name-server"},
		{"refused", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "nothing-there"},
		{"no route", syscall.EHOSTUNREACH, "no-route"},
		{"reset", syscall.ECONNRESET, "cut-off"},
		{"local disk", &os.PathError{Op: "write", Err: syscall.ENOSPC}, "local-disk-full"},
		{"self-signed", &tlsx.CertificateError{Reasons: tlsx.ReasonSelfSigned}, "self-signed"},
		{"self-signed authority", x509.UnknownAuthorityError{Cert: &x509.Certificate{IsCA: true}}, "self-signed"},
		{"common name", x509.HostnameError{Certificate: &x509.Certificate{Subject: pkix.Name{CommonName: "h"}}, Host: "h"}, "name-in-common-name"},
		{"for clients", x509.CertificateInvalidError{Reason: x509.IncompatibleUsage}, "bad-chain"},
		{"trust file", fmt.Errorf("x: %w", &tlsx.TrustStoreError{Err: os.ErrPermission}), "trust-file"},
		{"TLS of versions", &tlsx.HandshakeError{Failure: tlsx.FailureVersion, Hint: "x", Err: io.EOF}, "tls-version"},
		{"TLS of ciphers", &tlsx.HandshakeError{Failure: tlsx.FailureAlert, Hint: "x", Err: &net.OpError{Op: "remote error", Err: tls.AlertError(40)}}, "no-common-cipher"},
		{"TLS refused by name", &tlsx.HandshakeError{Failure: tlsx.FailureAlert, Hint: "x", Err: &net.OpError{Op: "remote error", Err: tls.AlertError(112)}}, "tls-alert"},
		{"TLS reset", &tlsx.HandshakeError{Failure: tlsx.FailureEnded, Hint: "x", Err: syscall.ECONNRESET}, "tls-cut"},
		{"AUTH SSL", &control.SecurityError{Err: reply("AUTH", 504, "no"), Offers: []string{"SSL"}}, "auth-ssl"},
		{"AUTH, another reply", &control.SecurityError{Err: reply("AUTH", 220, "second line")}, "odd-auth-reply"},
		{"PROT C", &control.SecurityError{Reason: "PROT C did not take effect", NoClearData: true}, "no-clear-data"},
		{"CCC", &control.ClosedError{Cause: &tlsx.ClearError{Err: syscall.ECONNRESET}}, "commands-in-clear"},
		{"login not answered", &control.UnansweredLoginError{Verb: "PASS", Err: io.EOF}, "login-unanswered"},
		{"login, code 430", reply("PASS", 430, "no"), "login-rejected"},
		{"login, by its text", &control.MeaningError{Reply: &protocol.ReplyError{Verb: "PASS", Reply: protocol.NewReply(501, "no")}, Meaning: fs.ErrPermission}, "login-rejected"},
		{"locked out", reply("PASS", 530, "Too many failed login attempts"), "locked-out"},
		{"too many users", reply("USER", 421, "Too many users are connected"), "too-many-users"},
		{"mail server", reply("USER", 502, "Error: command not recognized"), "not-ftp-login"},
		{"account for storing", reply("STOR", 532, "Need account"), "need-account"},
		{"no greeting", &control.TimeoutError{}, "no-greeting"},
		{"FEAT swallowed", &control.ClosedError{Cause: &control.TimeoutError{Verb: "FEAT"}}, "feat-silent"},
		{"EPSV swallowed", &control.TransferError{Phase: control.PhaseOpen, Err: &control.ClosedError{Cause: &control.TimeoutError{Verb: "EPSV"}}}, "epsv-silent"},
		{"PASV swallowed", &control.TimeoutError{Verb: "PASV"}, "pasv-silent"},
		{"PORT swallowed", &control.TimeoutError{Verb: "PORT"}, "port-silent"},
		{"EPSV cuts", &control.TransferError{Phase: control.PhaseOpen, Err: &control.ClosedError{Cause: io.ErrUnexpectedEOF}}, "cut-at-address"},
		{"RETR swallowed", &control.TransferError{Phase: control.PhaseOpen, Err: &control.TimeoutError{Verb: "RETR"}}, "timeout"},
		{"no last word", &control.TransferError{Phase: control.PhaseReply, Bytes: 5, Err: &control.ClosedError{Cause: &control.TimeoutError{Verb: "RETR"}}}, "forgotten"},
		{"cut before the last word", &control.TransferError{Phase: control.PhaseReply, Bytes: 5, Err: &control.ClosedError{Cause: syscall.ECONNRESET}}, "forgotten"},
		{"idle", reply("NOOP", 421, "Idle timeout (600 seconds): closing control connection"), "idled-out"},
		{"PORT refused", errors.Join(reply("EPRT", 500, "unknown"), reply("PORT", 500, "Illegal")), "active-refused"},
		{"EPSV refused, PASV closed", errors.Join(reply("EPSV", 500, "unknown"), &datachan.OpenError{Mode: "PASV", Err: syscall.ECONNREFUSED}), "port-closed"},
		{"EPSV closed, PASV refused", errors.Join(&datachan.OpenError{Mode: "EPSV", Err: syscall.ECONNREFUSED}, reply("PASV", 500, "unknown")), "port-closed"},
		{"no TLS and nothing", &control.TransferError{Err: &control.EmptyError{Err: &tlsx.HandshakeError{Phase: tlsx.PhaseData, Err: io.EOF}}}, "empty-no-tls"},
		{"HTTP proxy with a page of its own", &proxy.Error{Stage: proxy.StageTarget, Status: 302}, "proxy-redirects"},
		{"renegotiation", &net.OpError{Op: "local error", Err: tls.AlertError(100)}, "renegotiation"},
		{"TLS of data cut", &tlsx.HandshakeError{Phase: tlsx.PhaseData, Failure: tlsx.FailureEnded, Hint: "x", Err: io.EOF}, "tls-data-cut"},
		{"control connection lost", &control.TransferError{Phase: control.PhaseData, Bytes: 5, Err: &control.ClosedError{Cause: io.ErrUnexpectedEOF}}, "control-lost"},
		{"EPSV refused, PASV nonsense", errors.Join(reply("EPSV", 502, "unknown"), &datachan.OpenError{Mode: "PASV", Err: nonsense}), "address-nonsense"},
		{"EPSV and PASV refused", errors.Join(reply("EPSV", 502, "unknown"), reply("PASV", 502, "unknown")), "passive-refused"},
		{"no such file in active mode", errors.Join(reply("RETR", 550, "no such file"), &datachan.OpenError{Mode: "PORT", Err: datachan.ErrEnded}), "not-exist"},
		{"clear data refused", reply("LIST", 522, "SSL/TLS required on the data channel"), "wants-protection"},
		{"no TYPE", reply("TYPE", 502, "no"), "type-unknown"},
		{"no such type", reply("TYPE", 504, "no"), "no-type"},
		{"no such structure", reply("STRU", 504, "no"), "no-structure"},
		{"no SIZE", reply("SIZE", 502, "no"), "mlst-unlisted"},
		{"in use", reply("RETR", 550, "The process cannot access the file because it is being used by another process."), "in-use"},
		{"size useless", &control.SizeError{Cut: true}, "size-useless"},
		{"too large", &control.TooLargeError{Most: 1}, "too-large"},
		{"early reply", &control.EarlyReplyError{}, "early-reply"},
		{"SSH", &protocol.SyntaxError{Reason: "not an FTP reply but SSH"}, "ssh"},
		{"HTTP", &protocol.SyntaxError{Reason: "not an FTP reply but HTTP"}, "http"},
		{"TLS first", &protocol.SyntaxError{Reason: "not an FTP reply but TLS"}, "tls-first"},
		{"another protocol", &protocol.SyntaxError{Reason: "not an FTP reply: x"}, "not-ftp"},
		{"timeout", &control.TimeoutError{Verb: "NOOP"}, "timeout"},
		{"servers, mixed protection", &ftpwire.FXPError{NoWay: true, Err: ftpwire.ErrMixedProtection}, "fxp-mixed-protection"},
		{"servers, no TLS client", &ftpwire.FXPError{NoWay: true, Err: ftpwire.ErrNoReversal}, "fxp-no-tls-client"},
		{"servers, resumption", &ftpwire.FXPError{NoWay: true, Err: reply("STOR", 522, "SSL connection failed: session reuse required"),
			Tried: []ftpwire.FXPTry{{Way: "w", Err: reply("STOR", 522, "SSL connection failed: session reuse required")}}}, "fxp-wants-resumption"},
		{"servers, broken off", &ftpwire.FXPError{NoWay: true, Err: reply("STOR", 426, "Failure reading network stream."),
			Tried: []ftpwire.FXPTry{{Way: "w", Err: reply("STOR", 426, "Failure reading network stream.")}}}, "fxp-tls-broken"},
		{"servers, address", &ftpwire.FXPError{NoWay: true, Err: ftpwire.UselessAddress("it is on its link only")}, "fxp-address"},
		{"servers, refused", &ftpwire.FXPError{NoWay: true, Err: reply("PORT", 500, "Illegal PORT command")}, "fxp-refused"},
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
