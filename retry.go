package ftpwire

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A Retry says how often to repeat an operation that failed with an error for which
// [Temporary] is true. Each further attempt has a new connection, made from the Client's
// Profile, with the same working directory as before: [Client.Conn] then returns the new
// connection. If nobody knows the working directory, a transfer of a relative pathname has only
// one attempt.
type Retry struct {
	// Attempts is the number of attempts after the first. If zero, there are none in
	// [Retry.Do]; an operation of a Client has the one that [Client] tells of, which is not
	// added to other numbers. An attempt does not count for more if a command that can be
	// done without, such as EPSV, costs its connection before anything is transferred: it
	// goes on without that command ([control.UnansweredError]).
	Attempts int

	// Delay is the pause before the second attempt. Each further pause is twice as long,
	// up to MaxDelay. A random part of each pause, up to a half, is taken off. If zero,
	// Delay is one second and MaxDelay one minute. If negative, there is no pause, or no
	// longest one.
	Delay, MaxDelay time.Duration

	// Failed, if not nil, is called with the error of a failed attempt, before the pause.
	Failed func(err error, pause time.Duration)
}

// Do calls try until it succeeds, fails for good, or there are no attempts left. It alone
// counts: an operation of a [Client] that try calls with the context that it gets does not
// repeat itself, unless Attempts is zero. It still makes a new connection where it finds the
// old one lost, and its error tells, as [FileError].Lost, how an attempt before lost the
// connection.
func (r Retry) Do(ctx context.Context, try func(context.Context) error) error {
	if r.Attempts > 0 {
		ctx = withCount(ctx)
	}
	return r.attempts(ctx, func(int) error { return try(ctx) })
}

// attempts is Do. try is told how many attempts there were before.
func (r Retry) attempts(ctx context.Context, try func(n int) error) error {
	for n := 0; ; n++ {
		err := try(n)
		if err == nil || !r.again(ctx, n, err) {
			return err
		}
	}
}

// again reports whether to make another attempt after the one that failed with err, and
// waits until it is time for it. n attempts came before that one.
func (r Retry) again(ctx context.Context, n int, err error) bool {
	if n >= r.Attempts || ctx.Err() != nil || !Temporary(err) {
		return false
	}
	d := r.pause(n)
	if r.Failed != nil {
		r.Failed(err, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// pause returns how long to wait before attempt n+1.
func (r Retry) pause(n int) time.Duration {
	d, most := patience.RetryDelay.Or(r.Delay), patience.RetryMaxDelay.Or(r.MaxDelay)
	if d < 0 {
		return 0
	}
	if most < 0 {
		most = math.MaxInt64
	}
	for range n {
		if d >= most/2 {
			d = most
			break
		}
		d *= 2
	}
	d = min(d, most)
	return d - rand.N(d/2+1)
}

// Temporary reports whether the same operation may succeed on a new connection. It is
// true for broken connections, timeouts, refusals with 4yz, and files that were cut short
// or changed during the transfer. It is false for refusals with 5yz, whatever says that nothing has the name, full disks, wrong
// certificates, missing protection or proof, servers that break the protocol, errors of
// local files, and operations that the caller cancelled. It is also false for what another
// attempt would add to: an append, or a file whose name the server chooses, once the server
// has begun to take it.
//
// It is false for a refused login, whatever its code: repeated logins can lock the
// account. The exception is a server that clearly says that it has too many users,
// connections or sessions now. A login that the server answered by ending the connection
// counts as refused.
func Temporary(err error) bool {
	if why, ok := noOther(err); ok {
		err = why // how the connection was lost before does not matter any more
	}
	if err == nil || errors.Is(err, context.Canceled) || localError(err) {
		return false
	}
	if isType[*onceStoredError](err) {
		return false
	}
	if fe, ok := errors.AsType[*FXPError](err); ok && fe.NoWay {
		return false
	}
	if errors.Is(err, control.ErrTooManyUsers) {
		return true
	}
	if re, ok := errors.AsType[*protocol.ReplyError](err); ok {
		return temporaryRefusal(re, isType[*control.ProxyError](err))
	}
	if permanent(err) {
		return false
	}
	return passing(err)
}

// temporaryRefusal judges a refusal. An FTP proxy's reply to any line of the login
// through it is about the login.
func temporaryRefusal(re *protocol.ReplyError, proxy bool) bool {
	verb := re.Verb
	if proxy {
		verb = "PASS"
	}
	meaning := re.Told
	if meaning == protocol.Unexplained {
		meaning = protocol.MeaningOf(re.Reply.Code, verb, re.Reply.Text())
	}
	switch meaning {
	case protocol.TooManyUsers:
		return true
	case protocol.RejectedLogin, protocol.LockedOut, protocol.NoSpace, protocol.NotExist, protocol.NotDirectory:
		return false // ProFTPD answers 450 to a listing of what is not there
	}
	return re.Transient() && !verb.IsLogin()
}

// localError reports whether an error is about a local file. Copies by the kernel
// give errors of the network the same type, within a TransferError.
func localError(err error) bool {
	for _, no := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EFBIG} {
		if errors.Is(err, no) && !isRefusal(err) {
			return true
		}
	}
	// A server's files match fs.ErrNotExist, too, without a number of this system.
	if no, ok := errors.AsType[syscall.Errno](err); ok && (errors.Is(no, fs.ErrPermission) || errors.Is(no, fs.ErrNotExist)) {
		return true
	}
	return isType[*fs.PathError](err) && !remoteError(err) // Client.FS returns those, too
}

// remoteError reports whether an error is about the server or the connection.
func remoteError(err error) bool {
	return isRefusal(err) || isType[*control.TransferError](err) || isType[*FileError](err) || isType[*ReconnectError](err) ||
		isType[*parse.Error](err) || isType[*control.ClosedError](err) || isType[*ChangedError](err) || isType[net.Error](err)
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[*protocol.ReplyError](err)
	return ok
}

// permanent are the errors whose cause is not the network.
func permanent(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return true
	}
	if p, ok := errors.AsType[*proxy.Error](err); ok && (p.Stage == proxy.StageRequest || p.Stage == proxy.StageAuth) {
		return true
	}
	if h, ok := errors.AsType[*tlsx.HandshakeError](err); ok && (h.Failure == tlsx.FailureVersion || h.Failure == tlsx.FailureNotTLS || h.Failure == tlsx.FailureALPN) {
		return true
	}
	return isType[*tlsx.ClientCertificateError](err) || isType[*control.UnansweredLoginError](err) || isType[*UnprovenError](err) || isType[*control.SecurityError](err) || isType[*control.OffsetError](err) ||
		isType[*tlsx.CertificateError](err) || isType[*tlsx.IdentityError](err) || isType[*tlsx.NotResumedError](err) ||
		isType[x509.UnknownAuthorityError](err) || isType[x509.HostnameError](err) || isType[x509.CertificateInvalidError](err) ||
		isType[*protocol.SyntaxError](err) || isType[*protocol.ViolationError](err) || isType[*protocol.SequenceError](err) ||
		isType[*protocol.ArgumentError](err) || isType[*datachan.AddressError](err) || isType[*ProfileError](err)
}

func passing(err error) bool {
	if isType[*ResumeError](err) || isType[*ChangedError](err) || isType[*MismatchError](err) || isType[*sumsDifferError](err) || isType[*control.SizeError](err) ||
		isType[net.Error](err) || isType[*control.TimeoutError](err) || isType[*datachan.OpenError](err) || isType[*net.OpError](err) {
		return true
	}
	for _, e := range []error{
		io.EOF, io.ErrUnexpectedEOF, tlsx.ErrTruncated, net.ErrClosed, os.ErrDeadlineExceeded, context.DeadlineExceeded,
		syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNREFUSED, syscall.EHOSTUNREACH, syscall.ENETUNREACH,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// errNoProfile is why there is no other connection.
var errNoProfile = errors.New("ftp: the Client has no Profile to connect with again")

// A onceError is the error of a transfer that could not be repeated.
type onceError struct{ err error }

func (e *onceError) Error() string {
	return errtext.Of(e.err) + "; there was one attempt only, as the Client has no Profile to connect with again"
}

func (e *onceError) Unwrap() error { return e.err }

// redial replaces the connection, and goes to dir if that is not "".
func (c *Client) redial(ctx context.Context, dir string) error {
	switch {
	case c.closed.Load():
		return errClosed
	case c.profile == nil:
		return errNoProfile
	}
	old := c.conn
	if old.Err() == nil {
		quit, cancel := context.WithTimeout(ctx, patience.QuitReplaced.Default)
		old.Quit(quit) // a server may count it until then
		cancel()
	}
	old.Close()
	c.profile.Data.Memory, c.profile.Quirks.Known = old.DataMemory(), old.Quirks()
	n, err := c.asked.dial(ctx, c.profile)
	if err != nil {
		return err
	}
	n.conn.SetFileFormat(old.FileFormat()) // cannot fail: there is such a format
	if dir != "" {
		if now, err := n.conn.Pwd(ctx); err != nil || now != dir {
			if err := n.conn.Cwd(ctx, dir); err != nil {
				n.conn.Close()
				return err
			}
		}
	}
	if _, known := old.WorkingDir(); dir == "" && (!known || c.adrift == old) {
		c.adrift, c.adriftAt = n.conn, ""
	}
	c.mu.Lock()
	c.conn = n.conn
	c.mu.Unlock()
	if c.closed.Load() { // meanwhile: Close may have closed the old one only
		n.conn.Close()
		return errClosed
	}
	return nil
}
