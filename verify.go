package ftpwire

import (
	"context"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// Verify compares a remote file with a local one: their sizes, and their sums if the
// server offers any. If they differ, the error holds a *[MismatchError]. If a proof that
// require asks for is missing, it holds an *[UnprovenError]; if require is zero, either
// proof is enough. The result says which proofs there are. The error is a *[FileError]; it
// matches fs.ErrNotExist or fs.ErrPermission if the server says so. An error of the local
// file is a *[fs.PathError]. If the connection is lost, Verify begins once more on a new one.
func (c *Client) Verify(ctx context.Context, local, remote string, require Proof) (TransferResult, error) {
	var r TransferResult
	f, err := os.Open(local)
	if err != nil {
		return r, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return r, err
	}
	start, attempts := time.Now(), 0
	o := operation{c: c, op: "verify", path: remote, tries: &attempts}
	err = o.inTurn(ctx, func(ctx context.Context) (err error) {
		r, err = c.verify(ctx, f, info.Size(), remote, require)
		return err
	})
	r.Attempts, r.Duration = attempts, time.Since(start)
	return r, err
}

// verify is Verify for a caller that has the turn.
func (c *Client) verify(ctx context.Context, f *os.File, local int64, remote string, require Proof) (r TransferResult, err error) {
	r.Bytes = local
	if size := c.sizeIfKnown(ctx, remote); size >= 0 && size != r.Bytes {
		return r, &MismatchError{remote, "size", strconv.FormatInt(r.Bytes, 10), strconv.FormatInt(size, 10)}
	} else if size >= 0 {
		r.Proof |= ProofSize
	}
	reason := "the server offers no sums"
	for _, alg := range c.conn.HashAlgorithms() {
		sum, err := sumOf(f, alg, r.Bytes)
		if err != nil {
			return r, err
		}
		if reason, err = c.prove(ctx, &r, remote, alg, sum); err != nil {
			return r, err
		}
		if reason == "" {
			break
		}
	}
	var absent error
	if r.Proof == 0 {
		_, err := c.stat(ctx, remote)
		if isRefusal(err) && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)) {
			absent = err
		}
	}
	switch err := c.lost(ctx); {
	case err != nil:
		return r, err
	case absent != nil:
		return r, absent
	}
	if r.Proof == 0 && require == 0 {
		return r, &UnprovenError{Path: remote, Want: ProofSize | ProofHash, Reason: "the server tells neither size nor sum"}
	}
	return r, lacking(remote, require, r.Proof, reason)
}

// prove asks the server for the sum of a file. It returns the reason if there is no sum,
// and an error if the sums differ or the connection is lost.
func (c *Client) prove(ctx context.Context, r *TransferResult, remote, alg, sum string) (reason string, err error) {
	return c.proveSpan(ctx, r, remote, alg, sum, 0, -1)
}

// proveSpan is prove for the octets from from up to to, or to the end if to is -1.
func (c *Client) proveSpan(ctx context.Context, r *TransferResult, remote, alg, sum string, from, to int64) (reason string, err error) {
	got, err := c.conn.Hash(ctx, remote, alg, from, to)
	switch {
	case err == nil && got.Loose:
		return "the server's sum of a part may lack its last octet", nil
	case err != nil:
		return err.Error(), c.fatal(ctx, err)
	case got.Sum != sum:
		return "", &MismatchError{remote, alg, sum, got.Sum}
	}
	r.Proof |= ProofHash
	r.Algorithm, r.Sum = alg, sum
	return "", nil
}

// fatal returns an error that leaves no connection to go on with, nil for others: a
// refusal only means that the server does not give an answer.
func (c *Client) fatal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	if c.conn.Err() != nil {
		return err
	}
	if _, own := errors.AsType[*protocol.ArgumentError](err); own {
		return err
	}
	return nil
}

// lacking returns an error if have is not all of want.
func lacking(remote string, want, have Proof, reason string) error {
	if have.Has(want) {
		return nil
	}
	return &UnprovenError{Path: remote, Want: want, Have: have, Reason: reason}
}

// newHash returns the hash of an algorithm that control offers: all of them can be
// computed here.
func newHash(alg string) hash.Hash {
	a, _ := parse.HashAlgorithmNamed(alg)
	return a.New()
}

// bestHash returns the algorithm to verify with, "" if the server offers none.
func (c *Client) bestHash() string {
	if offers := c.conn.HashAlgorithms(); len(offers) > 0 {
		return offers[0]
	}
	return ""
}

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// sumOf hashes the first n bytes of a file.
func sumOf(f io.ReaderAt, alg string, n int64) (string, error) {
	h := newHash(alg)
	if err := hashHead(h, f, n); err != nil {
		return "", err
	}
	return hexSum(h), nil
}

func hashHead(h hash.Hash, f io.ReaderAt, n int64) error {
	got, err := io.Copy(h, io.NewSectionReader(f, 0, n))
	if err == nil && got < n {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// provenHead asks the server for the sum of the first n octets of a file, or of all of it
// if whole is set, and compares it with that of f. It returns the algorithm, "" if the
// server gives no sum, and whether the sums are the same. An error ends the attempt.
func (c *Client) provenHead(ctx context.Context, remote string, f io.ReaderAt, n int64, whole bool) (alg string, same bool, err error) {
	to := n
	if whole {
		to = -1
	}
	for _, alg := range c.conn.HashAlgorithms() {
		got, err := c.conn.Hash(ctx, remote, alg, 0, to)
		if err != nil {
			if err := c.fatal(ctx, err); err != nil {
				return "", false, err
			}
			if isType[*control.HashUnsupportedError](err) {
				continue
			}
			return "", false, nil // the server will not hash this file, by whatever algorithm
		}
		sum, err := sumOf(f, alg, n)
		if err == nil && sum != got.Sum && got.Loose {
			sum, err = sumOf(f, alg, n-1) // the last octet is in the tail that is compared
		}
		return alg, sum == got.Sum, err
	}
	return "", false, nil
}
