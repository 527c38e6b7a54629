package ftpwire

import (
	"context"
	"hash"
	"io"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// A job is one transfer with all its attempts: what [Client.Download], [Client.Upload],
// [Client.Get] and [Client.Put] have in common.
type job struct {
	c      *Client
	op     string
	remote string
	o      TransferOptions
	r      TransferResult

	begun  bool      // data may have moved, in some attempt
	alg    string    // for hash, "" if no sum is wanted or to be had
	hash   hash.Hash // of what this attempt has moved
	reason string    // why a proof is missing

	from, to int64 // the octets of the remote file that are transferred, to -1 for its end
}

func newJob(c *Client, op, remote string, o *TransferOptions) job {
	j := job{c: c, op: op, remote: remote, to: -1}
	if o != nil {
		j.o = *o
	}
	return j
}

// run waits for the turn, and keeps it for all attempts, and for what is done at the end of them.
func (j *job) run(ctx context.Context, try func(context.Context) error, end func(error)) error {
	o := operation{c: j.c, op: j.op, path: j.remote, retry: j.o.Retry, begun: func() bool { return j.begun }, tries: &j.r.Attempts}
	done, err := j.c.take(ctx)
	if err != nil {
		return o.fail(err, nil)
	}
	defer done()
	start := time.Now()
	defer func() { j.r.Duration = time.Since(start) }()
	err = o.run(ctx, func(ctx context.Context) error {
		j.from, j.to = 0, -1
		j.r.Bytes, j.r.Proof, j.r.Partial, j.r.Prefix, j.r.ResumedFrom = 0, 0, "", "", 0
		if j.o.Resume {
			if err := control.Resumable(j.c.conn.FileFormat()); err != nil {
				return err
			}
		}
		return try(ctx)
	})
	if end != nil {
		end(err)
	}
	return err
}

// prepare finds out whether the required proofs are possible, before data move. size is
// the file's size as the server tells it, -1 if that is not known.
func (j *job) prepare(size int64) error {
	binary := j.c.binary()
	if j.alg, j.reason = "", ""; binary && j.o.hashes() {
		j.alg = j.c.bestHash()
	}
	switch {
	case !binary && j.o.Require&(ProofSize|ProofHash) != 0:
		return j.unprovable("the file is transferred as text or in records")
	case j.o.Require.Has(ProofHash) && j.alg == "":
		return j.unprovable("the server offers no sums")
	case j.o.Require.Has(ProofSize) && size < 0 && j.c.conn.Err() == nil && !j.c.usesSIZE():
		return j.unprovable("the server does not tell sizes")
	}
	return nil
}

// unprovable returns the error of a transfer that is not begun because a required proof
// is impossible.
func (j *job) unprovable(reason string) error {
	return &UnprovenError{Path: j.remote, Want: j.o.Require, Reason: reason}
}

// startHash begins the sum with the first n octets of the local file, which are not moved.
func (j *job) startHash(f io.ReaderAt, n int64) error {
	if j.hash = nil; j.alg == "" {
		return nil
	}
	j.hash = newHash(j.alg)
	return hashHead(j.hash, f, n)
}

// moved counts what went over a data connection.
func (j *job) moved(data control.DataInfo, octets int64) {
	j.r.Data = data
	j.r.Moved += octets
}

// prove compares the sum of what has been moved with that of the remote file called name.
// It returns an error if a required proof is missing. missing is the reason that the
// error gives if the sum gives none.
func (j *job) prove(ctx context.Context, name, missing string) error {
	if j.hash != nil {
		reason, err := j.c.proveSpan(ctx, &j.r, name, j.alg, hexSum(j.hash), j.from, j.to)
		if err != nil {
			return err
		}
		j.reason = reason
	}
	if j.reason == "" {
		j.reason = missing
	}
	return lacking(j.remote, j.o.Require, j.r.Proof, j.reason)
}
