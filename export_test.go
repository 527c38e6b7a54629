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
