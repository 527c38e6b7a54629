package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// FXPOptions say how [Transfer] works. A nil pointer and the zero value mean one attempt, under a
// temporary name, with the proofs that are there without asking for more than the sizes.
type FXPOptions struct {
	// Direct stores the file under its own name at once, over what is there. If false, the
	// destination gets it under a temporary name and renames it when it is complete; after a
	// failure the temporary file is removed, unless Resume is set. If source and destination are
	// one file, as far as address, user and pathname show it, that is an *[OptionsError].
	Direct bool

	// TempName returns the temporary name for a path. If nil, it is that of
	// [TransferOptions.TempName].
	TempName func(path string) string

	// Resume goes on with the temporary file, or with Direct the file, of an attempt that failed,
	// if both servers have the same sum of what is there. After a failure it keeps that file.
	// Without such a sum, everything is transferred from the beginning. It is refused for text and
	// records with a *[control.OffsetError].
	Resume bool

	// Verify compares the sums that both servers have of the whole file, if they offer the same
	// algorithm. Without it, their sizes are compared.
	Verify bool

	// Require lists the required proofs; see [TransferOptions]. ProofEnd can't be had: only the
	// servers see the data connection.
	Require Proof

	// Retry says whether to repeat a transfer that failed for a passing reason. Connections that
	// were lost are made anew; the others stay. If zero, it is not repeated.
	Retry Retry
}

// An FXPResult says how a [Transfer] went, also beside an error.
type FXPResult struct {
	// Bytes is the size of the file as the destination tells it, else as the source does, -1 if
	// neither tells.
	Bytes int64

	// ResumedFrom is the offset from which the last attempt went on. If there was a part that could
	// not be kept, Restarted says why.
	ResumedFrom int64
	Restarted   string

	// Way is which commands brought the servers together in the last attempt, in words; TLS whether
	// the data connection between them was over TLS. Neither is known to have been verified: servers
	// mostly check no certificate of each other.
	Way string
	TLS bool

	// Reply is the text of the destination's final reply.
	Reply string

	// Proof is what proves that the file is complete: ProofReply means that both servers said so,
	// ProofSize that they tell the same size, ProofHash that they have the same sum, by Algorithm.
	Proof     Proof
	Algorithm string
	Sum       string // in hexadecimal, of ProofHash

	Attempts int           // how often it was tried, the first time included
	Duration time.Duration // of all attempts, the pauses between them included

	// Partial is the file that a failure left at the destination, "" if there is none;
	// PartialUnsure says that the server could not be asked whether it is there.
	Partial       string
	PartialUnsure bool
}

// Transfer copies a file from one server to another, which exchange the data without this program
// (FXP; RFC 959, Section 2.3). A nil error means that both servers confirmed it, that their sizes of
// it are the same if both tell them, and that everything else that o demands is proven. o may be nil.
//
// Both servers must allow such transfers, which most do not by default. Which of them listens and by
// which commands is tried out until a way works or none is left: see docs/fxp.md. The file travels
// as [control.Conn.FileFormat] says, which must be the same for both Clients. Data connections are in
// clear if both Clients have files so, or over TLS if both have them private: then one server has to
// be the TLS client, by SSCN or CPSV. If neither can, that is an error, and nothing is sent in clear.
//
// Each server is told the other one's address: that of its control connection's peer, unless
// datachan.Config.NAT of that Client trusts the address in the server's reply.
//
// The error is an *[FXPError], which says at which server what went wrong, or an *[UnprovenError],
// *[MismatchError] or *[RenameError]. After it both Clients can be used, as far as their Profiles
// allow another connection where one was lost. If ctx ends, Transfer returns within 250 ms; see
// [Client.Settle] for what goes on after that. The data can't be seen here, and servers end transfers that
// stall: the transfer itself may take FinalTimeout, and a second more for each KiB of the file. If its size is not known, nobody but ctx bounds it.
func Transfer(ctx context.Context, from *Client, fromPath string, to *Client, toPath string, o *FXPOptions) (FXPResult, error) {
	x := &fxp{from: from, to: to, fromPath: fromPath, toPath: toPath}
	if o != nil {
		x.o = *o
	}
	start := time.Now()
	err := x.run(ctx)
	x.r.Duration = time.Since(start)
	return x.r, err
}

// An fxp is one call of Transfer.
type fxp struct {
	from, to         *Client
	fromPath, toPath string
	o                FXPOptions
	r                FXPResult

	dirs  [3]string // the working directories that other connections would need
	known [3]bool   // they are known

	u        *upload // the destination's part: names, proofs, what to remove
	size     int64   // of the source's file, -1 if unknown
	alg      string  // for the sums, "" if none are compared
	offset   int64
	failures []fxpFailure
	tried    []FXPTry
}

// errOneClient is why a Client can't be both ends.
var errOneClient = errors.New("ftp: a transfer between servers needs two connections, and the two Clients have one: to copy on the same server, connect to it twice")

// run makes the attempts, in the turn of both Clients.
func (x *fxp) run(ctx context.Context) error {
	if x.from == x.to || x.from.Conn() == x.to.Conn() {
		return errOneClient
	}
	done, err := takeBoth(ctx, x.from, x.to)
	if err != nil {
		return err
	}
	defer done()
	if same, err := x.ontoItself(ctx); err != nil {
		return err
	} else if same {
		return &OptionsError{Reason: fmt.Sprintf("Direct would have the server empty %q before it reads it: source and destination are the same file", x.fromPath)}
	}
	for _, s := range []fxpSide{source, destination} {
		x.dirs[s], x.known[s] = operation{c: x.client(s), path: x.path(s), retry: x.o.Retry}.place(ctx)
	}
	uo := TransferOptions{TempUpload: !x.o.Direct, TempName: x.o.TempName, Resume: x.o.Resume, Verify: x.o.Verify, Require: x.o.Require}
	x.u = &upload{job: newJob(x.to, "transfer", x.toPath, &uo), target: x.toPath}
	if !x.o.Direct {
		x.u.target = uo.tempName(x.toPath)
	}
	err = x.o.Retry.attempts(ctx, func(int) error {
		x.r.Attempts++
		x.r.Proof, x.r.ResumedFrom, x.r.Restarted = 0, 0, ""
		return x.attempt(ctx)
	})
	if err != nil && x.u.stored {
		x.to.leave(ctx, x.u, err)
	}
	x.r.Partial, x.r.PartialUnsure = x.u.r.Partial, x.u.r.PartialUnsure
	return x.u.withAside(err)
}

// takeBoth waits for the turns of two Clients. It holds none while it waits for the other, so that
// two transfers in opposite directions can't wait for each other.
func takeBoth(ctx context.Context, a, b *Client) (done func(), err error) {
	for {
		first, err := a.take(ctx)
		if err != nil {
			return nil, err
		}
		select {
		case b.turn <- struct{}{}:
			return func() { <-b.turn; first() }, nil
		default:
		}
		first()
		a, b = b, a // wait for the one that is busy
	}
}

// attempt tries until a way works, none is left, or something else fails.
func (x *fxp) attempt(ctx context.Context) error {
	if err := x.connect(ctx); err != nil {
		return err
	}
	if err := x.prepare(ctx); err != nil {
		return err
	}
	for {
		again, err := x.tryNext(ctx)
		if err == nil {
			break
		}
		if !again {
			return err
		}
		if err := x.connect(ctx); err != nil {
			return err
		}
	}
	return x.check(ctx)
}

// connect makes sure that both Clients have a connection, with the working directory of before.
func (x *fxp) connect(ctx context.Context) error {
	for _, s := range []fxpSide{source, destination} {
		c := x.client(s)
		lost := c.conn.Err()
		switch {
		case c.closed.Load():
			return x.at(s, errClosed)
		case lost == nil:
			continue
		case !x.known[s] || c.profile == nil || !c.mayLoginAgain() && x.o.Retry.Attempts == 0:
			return x.at(s, lost)
		}
		if err := c.redial(ctx, x.dirs[s]); err != nil {
			return x.at(s, &ReconnectError{Op: "transfer", Path: x.path(s), Lost: lost, Err: err})
		}
	}
	return nil
}

// prepare looks whether what is demanded can be had, before anything is sent to the destination.
func (x *fxp) prepare(ctx context.Context) error {
	if a, b := x.from.conn.FileFormat(), x.to.conn.FileFormat(); a != b {
		return fmt.Errorf("ftp: the file would leave the source in TYPE %c, STRU %c, MODE %c and reach the destination in TYPE %c, STRU %c, MODE %c: both Clients need the same format", a.Type, a.Structure, a.Mode, b.Type, b.Structure, b.Mode)
	}
	binary := x.from.binary()
	x.size, x.alg, x.offset = -1, "", 0
	if binary {
		x.size = x.from.sizeIfKnown(ctx, x.fromPath)
		if lost := x.from.lost(ctx); lost != nil {
			return x.at(source, lost)
		}
	}
	x.r.Bytes = x.size
	if binary && x.u.o.hashes() {
		x.alg = x.commonHash()
	}
	switch {
	case x.o.Require.Has(ProofEnd):
		return x.u.unprovable("only the servers see the end of the data")
	case !binary && x.o.Require&(ProofSize|ProofHash) != 0:
		return x.u.unprovable("the file is transferred as text or in records")
	case x.o.Require.Has(ProofHash) && x.alg == "":
		return x.u.unprovable("the servers offer no sums by the same algorithm")
	case x.o.Require.Has(ProofSize) && (x.size < 0 || !x.to.usesSIZE()):
		return x.u.unprovable("not both servers tell sizes")
	case !x.o.Resume:
		return nil
	}
	if err := control.Resumable(x.from.conn.FileFormat()); err != nil {
		return err
	}
	return x.findPart(ctx)
}

// commonHash returns the best algorithm that both servers offer, "" if there is none.
func (x *fxp) commonHash() string {
	for _, a := range x.from.conn.HashAlgorithms() {
		for _, b := range x.to.conn.HashAlgorithms() {
			if a == b {
				return a
			}
		}
	}
	return ""
}

// findPart finds out how much of the file the destination has already.
func (x *fxp) findPart(ctx context.Context) error {
	have, err := x.to.state(ctx, x.u.target)
	alg := x.commonHash()
	switch {
	case err != nil:
		return x.at(destination, err)
	case have.Size <= 0:
		return nil
	case x.size >= 0 && have.Size > x.size:
		x.r.Restarted = "what the destination has is longer than the file"
		return nil
	case alg == "":
		x.r.Restarted = "the servers offer no sums by the same algorithm, which could prove that what the destination has is the file's beginning"
		return nil
	}
	theirs, err := x.to.conn.Hash(ctx, x.u.target, alg, 0, -1)
	if fatal := x.to.fatal(ctx, err); err != nil {
		x.r.Restarted = "the destination does not tell the sum of what it has"
		return x.at(destination, fatal)
	}
	ours, err := x.from.conn.Hash(ctx, x.fromPath, alg, 0, have.Size)
	if fatal := x.from.fatal(ctx, err); err != nil {
		x.r.Restarted = "the source does not tell the sum of a part of the file"
		return x.at(source, fatal)
	}
	if ours.Sum != theirs.Sum {
		x.r.Restarted = "what the destination has is not the beginning of the file"
		return nil
	}
	x.offset = have.Size
	return nil
}

// check makes the proofs about what the destination has, and gives it its name.
func (x *fxp) check(ctx context.Context) error {
	u := x.u
	u.r.Proof, u.r.Bytes = ProofReply, x.size
	if x.size >= 0 {
		if err := u.compareSize(ctx, uploadWay{verb: "STOR"}, 0, x.size, nil); err != nil {
			return x.at(destination, err)
		}
	} else if u.r.Bytes = x.to.storedSize(ctx, u.target); u.r.Bytes >= 0 {
		x.r.Bytes = u.r.Bytes
	}
	if err := x.to.lost(ctx); err != nil && (ctx.Err() != nil || u.target != u.remote || !u.r.Proof.Has(x.o.Require)) {
		return x.at(destination, err)
	}
	reason, err := x.compareSums(ctx)
	if err == nil {
		err = lacking(x.toPath, x.o.Require, u.r.Proof, reason)
	}
	if err == nil {
		err = u.truncated()
	}
	x.r.Proof = u.r.Proof
	if err != nil || u.target == u.remote {
		return err
	}
	u.renaming = true
	return x.named(u.rename(ctx))
}

// named tells what went wrong when the file was to get its name.
func (x *fxp) named(err error) error {
	if err == nil || isType[*RenameError](err) {
		return err
	}
	return x.at(destination, err)
}

// compareSums compares the servers' sums of the whole file. It returns the reason if there are none.
func (x *fxp) compareSums(ctx context.Context) (reason string, err error) {
	if x.alg == "" {
		return "not both servers tell the size", nil
	}
	ours, err := x.from.conn.Hash(ctx, x.fromPath, x.alg, 0, -1)
	if err != nil {
		return "the source: " + err.Error(), x.at(source, x.from.fatal(ctx, err))
	}
	reason, err = x.to.prove(ctx, &x.u.r, x.u.target, x.alg, ours.Sum)
	if m, differs := errors.AsType[*MismatchError](err); differs {
		return "", x.at(destination, &sumsDifferError{alg: x.alg, source: m.Local, destination: m.Remote})
	}
	x.r.Algorithm, x.r.Sum = x.u.r.Algorithm, x.u.r.Sum
	return reason, x.at(destination, err)
}
