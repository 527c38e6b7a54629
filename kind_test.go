package ftpwire

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// Every cause has one kind.
func TestKindsOfCauses(t *testing.T) {
	rows := map[Cause]int{}
	for _, row := range kindsOfCauses {
		for _, c := range row.causes {
			rows[c]++
		}
	}
	for _, d := range Causes() {
		if rows[d.Cause] != 1 {
			t.Errorf("%s has %d kinds; want one", d.Cause, rows[d.Cause])
		}
		delete(rows, d.Cause)
	}
	for c := range rows {
		t.Errorf("there is no cause %s", c)
	}
}

func TestKindOf(t *testing.T) {
	reply := func(verb protocol.Verb, code protocol.Code, text string) error {
		return &protocol.ReplyError{Verb: verb, Reply: protocol.Reply{Code: code, Lines: []string{text}}}
	}
	transfer := func(verb protocol.Verb, phase control.Phase, n int64, err error) error {
		return &control.TransferError{Verb: verb, Phase: phase, Bytes: n, Err: err}
	}
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	missing := reply("RETR", 550, "No such file or directory")
	lost := &control.ClosedError{Cause: io.ErrUnexpectedEOF, Awaited: true, Verb: "DELE"}
	for _, tt := range []struct {
		name string
		err  error
		want Kind
	}{
		{"nothing", nil, ""},
		{"cancelled", context.Canceled, KindInterrupted},
		{"cancelled in a transfer", transfer("RETR", control.PhaseData, 5, context.Canceled), KindInterrupted},

		{"URL", &URLError{URL: "x", Reason: "is wrong"}, KindUsage},
		{"argument", &protocol.ArgumentError{}, KindUsage},
		{"Profile", fmt.Errorf("nas: %w", &ProfileError{}), KindUsage},

		{"a listing that says so", transfer("LIST", control.PhaseData, 35, &parse.Error{What: "LIST line", Err: fs.ErrNotExist}), KindNotFound},
		{"fs.FS, a listing that says so", &fs.PathError{Op: "open", Path: "f", Err: &FileError{Op: "list", Path: "f", Err: &parse.Error{Err: fs.ErrNotExist}}}, KindNotFound},
		{"fs.FS, refused", &fs.PathError{Op: "open", Path: "f", Err: missing}, KindNotFound},
		{"local file", &fs.PathError{Op: "open", Path: "f", Err: syscall.ENOENT}, KindLocal},
		{"local permission", &fs.PathError{Op: "open", Path: "f", Err: syscall.EACCES}, KindLocal},
		{"read-only disk", &fs.PathError{Op: "open", Path: "f", Err: syscall.EROFS}, KindLocal},
		{"local disk", transfer("RETR", control.PhaseData, 5, &fs.PathError{Op: "write", Path: "f", Err: syscall.ENOSPC}), KindNoSpace},
		{"local quota", syscall.EDQUOT, KindNoSpace},
		{"trust file", &tlsx.TrustStoreError{Err: errors.New("damaged")}, KindLocal},

		{"name", dial(&net.DNSError{Err: "no such host", IsNotFound: true}), KindConnect},
		{"name server", dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), KindConnect},
		{"port closed", dial(syscall.ECONNREFUSED), KindConnect},
		{"port silent", dial(os.ErrDeadlineExceeded), KindConnect},
		{"firewall here", dial(os.NewSyscallError("connect", syscall.EACCES)), KindConnect},
		{"greeting silent", &control.TimeoutError{}, KindConnect},
		{"cut at the greeting", &control.ClosedError{Cause: io.ErrUnexpectedEOF, Awaited: true}, KindConnect},
		{"proxy", &proxy.Error{Stage: proxy.StageConnect, Err: syscall.ECONNREFUSED}, KindConnect},
		{"proxy forbids data", &datachan.OpenError{Mode: "EPSV", Err: &proxy.Error{Stage: proxy.StageTarget, Reason: "Forbidden", Err: os.ErrPermission}}, KindConnect},
		{"proxy's login", &proxy.Error{Stage: proxy.StageAuth, Reason: "demands credentials"}, KindConnect},
		{"no TLS", &control.SecurityError{Reason: "no TLS", Err: reply("AUTH", 502, "Not implemented")}, KindConnect},
		{"handshake", &tlsx.HandshakeError{Phase: tlsx.PhaseControl, Failure: tlsx.FailureEnded, Err: io.EOF}, KindConnect},

		{"authority", x509.UnknownAuthorityError{}, KindCertificate},
		{"certificate of data", &tlsx.IdentityError{}, KindCertificate},

		{"password", &control.RejectedLoginError{Verb: "PASS", Means: protocol.RejectedLogin, Err: reply("PASS", 530, "Login incorrect")}, KindLogin},
		{"password, 430", reply("PASS", 430, "Invalid user name or password"), KindLogin},
		{"locked", reply("PASS", 421, "Too many failed login attempts"), KindLogin},
		{"no answer to PASS", &control.UnansweredLoginError{Verb: "PASS", Err: io.EOF}, KindLogin},
		{"421 to PASS", reply("PASS", 421, "Service not available"), KindLogin},
		{"TLS wanted", reply("USER", 530, "Non-anonymous sessions must use encryption"), KindLogin},
		{"account", reply("PASS", 332, "Need account"), KindLogin},
		{"client certificate", &tlsx.ClientCertificateError{Reason: tlsx.ClientCertificateMissing}, KindLogin},
		{"login after a loss", &ReconnectError{Op: "remove", Lost: lost, Err: &control.RejectedLoginError{Verb: "PASS", Err: reply("PASS", 530, "Login incorrect")}}, KindLogin},

		{"no such file", missing, KindNotFound},
		{"no such file, listed", &FileError{Op: "stat", Path: "f", Err: missing}, KindNotFound},
		{"no such directory", reply("STOR", 550, "No such file or directory"), KindNotFound},
		{"permission", reply("DELE", 550, "Permission denied"), KindNotAllowed},
		{"upload refused without a reason", reply("STOR", 553, "Could not create file."), KindNotAllowed},
		{"exists", reply("MKD", 521, "Directory already exists"), KindOther},
		{"unknown command", reply("MFMT", 500, "Unknown command"), KindOther},
		{"not empty", reply("RMD", 550, "Directory not empty"), KindOther},

		{"disk of the server", reply("STOR", 452, "Insufficient storage space"), KindNoSpace},
		{"quota", transfer("STOR", control.PhaseReply, 5, reply("STOR", 552, "Quota exceeded")), KindNoSpace},

		{"too many users", reply("PASS", 530, "Sorry, the maximum number of clients (3) for this user are already connected"), KindTemporary},
		{"too many users, greeting", reply("", 421, "Too many users are connected"), KindTemporary},
		{"server's fault", reply("RETR", 451, "Local error in processing"), KindTemporary},
		{"425", reply("RETR", 425, "Can't open data connection"), KindTemporary},
		{"426", transfer("RETR", control.PhaseReply, 5, reply("RETR", 426, "Connection closed; transfer aborted")), KindTemporary},
		{"data port closed", transfer("RETR", control.PhaseOpen, 0, &datachan.OpenError{Mode: "PASV", Addr: "192.0.2.1:5000", Err: dial(syscall.ECONNREFUSED)}), KindTemporary},
		{"reset", transfer("RETR", control.PhaseData, 5, syscall.ECONNRESET), KindTemporary},
		{"truncated", transfer("RETR", control.PhaseData, 5, tlsx.ErrTruncated), KindTemporary},
		{"silent in the session", &control.TimeoutError{Verb: "RETR"}, KindTemporary},
		{"deadline", context.DeadlineExceeded, KindTemporary},
		{"read twice", &FileError{Op: "read", Path: "f", Err: lost, Lost: lost}, KindTemporary},
		{"changed", &ChangedError{Path: "f"}, KindTemporary},

		{"no proof", &UnprovenError{Path: "f", Want: ProofHash}, KindUnproven},
		{"records cut", &UnprovenError{Path: "f", Want: ProofReply}, KindUnproven},
		{"appended, or not", &onceStoredError{lost, partAppended}, KindUnproven},
		{"stored under some name, or not", &onceStoredError{lost, fileStored}, KindUnproven},
		{"append, no space", &onceStoredError{transfer("APPE", control.PhaseReply, 5, reply("APPE", 552, "Quota exceeded")), partAppended}, KindNoSpace},
		{"no directory", &NoDirectoryError{Path: "d/f", Dir: "d", Err: transfer("STOR", control.PhaseOpen, 0, reply("STOR", 553, "No"))}, KindNotFound},
		{"options", &OptionsError{Reason: "no"}, KindUsage},
		{"empty", &control.EmptyError{Path: "d", Err: tlsx.ErrTruncated}, KindUnproven},
		{"removed, or not", &FileError{Op: "remove", Path: "f", Err: reply("DELE", 550, "No such file"), Lost: lost}, KindUnproven},
		{"renamed, or not", &ReconnectError{Op: "rename", Path: "f", Lost: lost, Sent: true, Err: dial(syscall.ECONNREFUSED)}, KindUnproven},
		{"removed, or not, no second attempt", &FileError{Op: "remove", Path: "f", Err: lost}, KindUnproven},
		{"no reply to RNTO", &FileError{Op: "rename", Path: "f", Err: &control.TimeoutError{Verb: "RNTO"}}, KindUnproven},
		{"no reply to RNFR", &FileError{Op: "rename", Path: "f", Err: &control.TimeoutError{Verb: "RNFR"}}, KindTemporary},
		{"not sent", &ReconnectError{Op: "rename", Path: "f", Lost: lost, Err: dial(syscall.ECONNREFUSED)}, KindConnect},
		{"all sent, then a fault", transfer("STOR", control.PhaseReply, 5, reply("STOR", 550, "Something happened")), KindUnproven},

		{"resumption", &tlsx.NotResumedError{}, KindConnect},
		{"too large", &control.TooLargeError{Most: 5}, KindOther},
		{"anything", errors.New("anything"), KindOther},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := KindOf(tt.err)
			if got != tt.want {
				t.Errorf("KindOf(%v) = %q; want %q", tt.err, got, tt.want)
			}
			if got == KindTemporary && !Temporary(tt.err) {
				t.Error("it is not temporary")
			}
			if got == KindOther && Temporary(tt.err) {
				t.Error("it is temporary")
			}
		})
	}
}
