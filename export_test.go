package ftpwire

import (
	"context"
	"io"
	"math"
	"os"
)

// PauseForTest is the pause before attempt n+1.
func (r Retry) PauseForTest(ctx context.Context, n int) bool {
	r.Attempts = math.MaxInt
	return r.again(ctx, n, io.EOF)
}

// LockPartForTest is what keeps other processes away from an open part.
func LockPartForTest(f *os.File) error {
	_, err := lockPart(f)
	return err
}

// ThroughForTest returns o with what stands between the transfer and the local file.
func (o TransferOptions) ThroughForTest(w func(io.Writer) io.Writer, r func(io.Reader) io.Reader) TransferOptions {
	o.writer, o.reader = w, r
	return o
}

// The reasons why two servers have nothing in common.
var ErrMixedProtection, ErrNoReversal = errMixedProtection, errNoReversal

// UselessAddress makes the reason of a transfer for which neither server has an address that the other can use.
type UselessAddress = uselessAddress
