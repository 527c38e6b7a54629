package ftpwire

import (
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Diagnose says in plain words what an error of this module most likely means and
// what to try next, or "" if the error speaks for itself. The advice names the
// fields of [Profile] by what they do, so that a command line can print it.
func Diagnose(err error) string {
	if err == nil {
		return ""
	}
	for _, rule := range diagnoses {
		if advice := rule(err); advice != "" {
			return advice
		}
	}
	return ""
}

// diagnoses are tried in order: causes that lie deeper come first.
var diagnoses = []func(error) string{
	diagnoseContext,
	diagnoseTransfer,
	diagnoseEmpty,
	diagnoseHop,
	diagnoseClientCertificate,
	diagnoseCertificate,
	diagnoseTLS,
	diagnoseAlert,
	diagnoseSecurity,
	diagnoseLogin,
	diagnoseMeaning,
	diagnoseReply,
	diagnoseProtocol,
	diagnoseData,
	diagnoseNetwork,
}

func diagnoseContext(err error) string {
	if errors.Is(err, context.Canceled) {
		return "The operation was cancelled."
	}
	return ""
}

func diagnoseCertificate(err error) string {
	if ce, ok := errors.AsType[*tlsx.CertificateError](err); ok {
		if advice := diagnoseJudged(ce); advice != "" {
			return advice
		}
	}
	if ca, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		s := "The server's certificate is signed by an authority that this computer does not know. " +
			"If you know the server, give its CA certificate (--ca FILE), or accept this certificate for this host (ftpwire trust accept)"
		if ca.Cert != nil && !ca.Cert.IsCA && ca.Cert.Issuer.String() == ca.Cert.Subject.String() {
			s = "The server's certificate is self-signed. If you know the server, accept it for this host (ftpwire trust accept), or give it as trusted (--ca FILE)"
		}
		return s + "; to go on without knowing who answers, switch verification off (--insecure)."
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "The server's certificate is for another name. Use the name that stands in the certificate as the host, " +
			"or, if you know the server, accept it for this host (ftpwire trust accept)."
	}
	if inv, ok := errors.AsType[x509.CertificateInvalidError](err); ok && inv.Reason == x509.Expired {
		return "The server's certificate has expired or is not valid yet. Check this computer's clock; the server's administrator must renew the certificate. Until then it can be accepted for this host (ftpwire trust accept)."
	}
	if _, ok := errors.AsType[*tlsx.IdentityError](err); ok {
		return "The data connection showed another certificate than the control connection: somebody may have taken it over, or a load balancer answered. Nothing was transferred. " +
			"If the server is several machines, certificates that verify can be taken on data connections (--data-identity verified)."
	}
	return ""
}

func diagnoseClientCertificate(err error) string {
	e, ok := errors.AsType[*tlsx.ClientCertificateError](err)
	if !ok {
		return ""
	}
	from := "an authority that the server trusts"
	if len(e.Authorities) > 0 {
		from = "an authority that the server trusts (" + strings.Join(e.Authorities, "; ") + ")"
	}
	switch e.Reason {
	case tlsx.ClientCertificateMissing:
		return "The server lets in clients with a certificate only. Give one, and its key (--cert, --key or --pfx), that is signed by " + from + "."
	case tlsx.ClientCertificateUnknownIssuer:
		return "The server does not trust the authority that signed the client certificate (" + e.Issuer + "). Give another certificate (--cert, --key or --pfx), signed by " + from + "; or ask the server's administrator to trust that authority."
	}
	return "The server refused the client certificate (" + e.Subject + "): it may have expired, been revoked, or not be meant for clients. Give another one (--cert, --key or --pfx)."
}

// diagnoseJudged is about what no advice on a single check is right for.
func diagnoseJudged(e *tlsx.CertificateError) string {
	if f, ok := errors.AsType[*tlsx.TrustFileError](e.Err); ok {
		return "A line of the file of accepted certificates is damaged: correct it in " + f.Path + ", or remove it (ftpwire trust remove)."
	}
	if errors.Is(e.Err, tlsx.ErrTrustLocked) {
		return "The certificate could not be remembered: another program holds the file of accepted certificates. Try again."
	}
	switch {
	case e.Changed():
		return "The server shows another certificate than the one that was accepted before. That can be a renewal, or somebody in between: " +
			"ask the server's administrator for the new fingerprint, then accept it (ftpwire trust accept). Nothing was sent."
	case e.Reasons.Has(tlsx.ReasonNotPinned):
		return "The server's certificate matches no pin (--pin). It was renewed with another key, or somebody is in between. Nothing was sent."
	case e.Reasons.Has(tlsx.ReasonRevoked):
		return "The certificate's authority has revoked it: the server's key may be known to others. Its administrator must replace it."
	case e.Reasons.Has(tlsx.ReasonWrongName) && e.Reasons != tlsx.ReasonWrongName, e.Reasons.Has(tlsx.ReasonExpired) && e.Reasons != tlsx.ReasonExpired:
		return "Several things are wrong with the server's certificate: compare its fingerprint with the server's administrator. " +
			"If it is the right one, accept it for this host (ftpwire trust accept)."
	}
	return ""
}

func diagnoseTLS(err error) string {
	if e, ok := errors.AsType[*tlsx.NotResumedError](err); ok {
		if s := diagnoseNotResumed(e); s != "" {
			return s
		}
	}
	if errors.Is(err, tlsx.ErrTruncated) {
		return "The connection ended in the middle of the data, without TLS's end mark (close_notify): the data may be cut. Try again. " + acceptCuts
	}
	if h, ok := errors.AsType[*tlsx.HandshakeError](err); ok {
		if h.Hint != "" {
			return aboutClientCertificate(h.Hint)
		}
		if h.Phase == "control" {
			return "The TLS handshake failed. The server may want another variant (--tls explicit or implicit) or another TLS version (--tls-min, --tls-max)."
		}
		return "The TLS handshake of the data connection failed. A server that demands session resumption, or a firewall that looks into FTP, does that; try --tls-max 1.2."
	}
	return ""
}

// diagnoseAlert is about alerts that come behind the handshake: with TLS 1.3 that is
// where a server says that it misses a client certificate.
func diagnoseAlert(err error) string { return aboutClientCertificate(tlsx.AlertHint(err)) }

func aboutClientCertificate(hint string) string {
	if strings.Contains(hint, "client certificate") {
		hint += "; --cert and --key, or --pfx, name the client's certificate"
	}
	return hint
}

func diagnoseNotResumed(e *tlsx.NotResumedError) string {
	switch {
	case e.Reuse == tlsx.SessionIDOnly:
		return "The server resumes TLS sessions by session ID, not by ticket. Allow that (--session-ids); or the server's administrator enables session tickets, or TLS 1.3."
	case e.Reuse == tlsx.SessionIDUnusable:
		return "The server resumes TLS sessions by session ID, and its ID could not be used. The server's administrator can enable session tickets, or TLS 1.3."
	case e.ByServer && e.Reuse == tlsx.Off:
		return "The server refused a data connection that did not resume the TLS session, and probably demands it: resumption is switched off here. Allow it (--resume-tls preferred)."
	case e.ByServer:
		return "" // the reply says more
	}
	return "The server did not resume the TLS session on the data connection, and resumption is required. " +
		"Prefer it instead of requiring it, or try another TLS version (--tls-max 1.2)."
}

func diagnoseSecurity(err error) string {
	s, ok := errors.AsType[*control.SecurityError](err)
	if !ok {
		return ""
	}
	if s.Mechanism != "" {
		return "The server and this side do not agree about the security mechanism " + s.Mechanism +
			": whether the server has it, the keys, or the levels of protection. Nothing was sent with less of it than was demanded."
	}
	if re, ok := errors.AsType[*protocol.ReplyError](s.Err); ok && re.Verb == "AUTH" {
		return "The server has no explicit TLS on this port. Try implicit TLS (ftps://, port 990); " +
			"if the network is trusted, clear text (ftp://). No password was sent."
	}
	if re, ok := errors.AsType[*protocol.ReplyError](s.Err); ok && re.Verb == "PROT" {
		return "The server does not protect data connections as asked. Names and contents of files would travel differently from what was demanded."
	}
	return ""
}

// diagnoseMeaning is about refusals that mean something else than their code.
func diagnoseMeaning(err error) string {
	switch {
	case errors.Is(err, control.ErrWantsTLS):
		return "The server wants TLS before the login: use ftpes:// (explicit) or ftps:// (implicit)."
	case errors.Is(err, control.ErrTooManyUsers):
		return "The server has too many users now, or too many connections of this one. Wait a little and try again."
	}
	if me, ok := errors.AsType[*control.MeaningError](err); ok && me.Reply.Verb == "PASS" {
		return "The server rejected the login: check user name and password."
	}
	return ""
}

func diagnoseReply(err error) string {
	re, ok := errors.AsType[*protocol.ReplyError](err)
	if !ok {
		return ""
	}
	login := re.Verb == "USER" || re.Verb == "PASS" || re.Verb == "ACCT"
	t, _ := errors.AsType[*control.TransferError](err)
	moved := t != nil && (t.Bytes > 0 || t.Phase == control.PhaseReply)
	means := re.Meaning()
	switch c := re.Reply.Code; {
	case means == protocol.NeedAccount:
		return "The server wants an account besides user and password (--acct)."
	case means == protocol.LockedOut:
		return "The server takes no logins of this user, or from here, for now: there were too many failed ones, or somebody shut it out. Another attempt may make that longer; wait, or ask who runs the server."
	case means == protocol.TooManyUsers:
		return "The server has too many users now, or too many connections of this one. Wait a little and try again."
	case login && means == protocol.RejectedLogin && c != 530:
		return "The server rejected the login: check user name and password."
	case login && c == 530:
		return "The server rejected the login: check user name and password. A server that wants TLS first, or has too many users, answers the same; its text says more."
	case login && (c == 533 || c == 534 || c == 521 || c == 522):
		return "The server wants TLS before the login: use ftpes:// (explicit) or ftps:// (implicit)."
	case (re.Verb == "MODE" || re.Verb == "STRU" || re.Verb == "TYPE") && (c.Class() == 5):
		return "The server does not have what " + string(re.Verb) + " asks for, and nothing was transferred. Leave it out (--mode, --compress, --structure, --type)."
	case c == 421:
		return "The server closes the connection: too many connections, too long idle, or it is shutting down. Wait a little and try again."
	case c == 522 || c == 425 && wantsResumption(re.Reply.Text()):
		return "The server demands that a data connection resume the TLS session of the control connection. --resume-tls must not be off; " +
			"if it is not, another TLS version may help (--tls-max 1.2)."
	case c == 426, c == 425 && moved:
		return "The data connection broke off. Try again; a file goes on by itself with ftpwire get or put --resume --retry."
	case c == 425:
		return "The server could not or would not use the data connection. Try the other direction (--active, or without it), " +
			"and with TLS another version (--tls-max 1.2): servers answer this also when the TLS session was not resumed."
	case c == 534 || c == 521 || c == 536:
		return "The server demands protected data connections (PROT P), or refuses them."
	case c == 452 || c == 552:
		return "The server has no room for the file: disk full or quota reached."
	case c == 502 || c == 500:
		return "The server does not know the command " + string(re.Verb) + "."
	case errors.Is(err, fs.ErrNotExist):
		return "Probably there is no such file or directory, or this user may not see it. Paths are relative to the login directory; in a URL an absolute one begins with %2F."
	case errors.Is(err, fs.ErrPermission):
		return "This user may not do that on the server."
	}
	return ""
}

// wantsResumption reports whether a refusal of the data connection speaks of TLS
// session resumption, in the words of servers.
func wantsResumption(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{"reuse", "resum", "session"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// diagnoseProtocol is about servers that speak something else.
func diagnoseProtocol(err error) string {
	se, ok := errors.AsType[*protocol.SyntaxError](err)
	if !ok {
		return ""
	}
	switch {
	case strings.Contains(se.Reason, "SSH"):
		return "SFTP is another protocol than FTP: use a client for SFTP there, or the port of the FTP server, usually 21."
	case strings.Contains(se.Reason, "HTTP"):
		return "Use the port of the FTP server, usually 21; if an HTTP proxy is in between, connect around it."
	case strings.Contains(se.Reason, "TLS"):
		return "The server begins with TLS: use ftps://."
	}
	return ""
}

func diagnoseData(err error) string {
	if o, ok := errors.AsType[*datachan.OpenError](err); ok {
		switch {
		case errors.Is(err, datachan.ErrReplyHeld):
			return "The server wants TLS on the data connection before it says that the transfer begins: SyncDataChannel must not be on."
		case errors.Is(err, datachan.ErrPortsBlocked):
			return "Every port that the server offers for data connections is among those that are not to be used (--block-port)."
		}
		if _, refused := errors.AsType[*datachan.AddressError](err); refused {
			return "The server named an address for the data connection that is not dialled, for safety. It is behind NAT, or not what it seems to be; the policy for such addresses is NAT."
		}
		if s, ok := errors.AsType[*datachan.StrangerError](err); ok {
			return "The data connection came from " + s.Addr + " and not from the server. If the server has several addresses, let it in (--any-peer); passive mode (without --active) needs no such thing."
		}
		if o.Mode == "EPRT" || o.Mode == "PORT" || o.Mode == "active" {
			return "The server could not connect back to this computer: a firewall or NAT is in between. Use passive mode (without --active)."
		}
		return "The server's data port could not be reached: a firewall is in between, or the server announces the wrong port range. Try active mode (--active)."
	}
	return ""
}

func diagnoseNetwork(err error) string {
	if to, ok := errors.AsType[*control.TimeoutError](err); ok && to.Verb == "" {
		return "The connection is open, but the server says nothing. On a port of implicit TLS it waits for the client: use ftps:// there. " +
			"Otherwise it is overloaded, or a firewall is in between; --timeout sets how long to wait."
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "There is no host of that name: check the spelling."
		}
		return "The name could not be looked up: check the network and the name server."
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Nothing listens there: the server is down, or the port is wrong (21 for ftp and ftpes, 990 for ftps)."
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "There is no route to that host: check the network."
	case errors.Is(err, syscall.ECONNRESET):
		return "The server, or a firewall, cut the connection off. With TLS, a certificate or a protocol version that the server dislikes does that too."
	case errors.Is(err, syscall.ENOSPC):
		return "The local disk is full."
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "The server did not answer in time: it may be down or slow, or a firewall drops the packets. --timeout sets how long to wait."
	}
	return ""
}
