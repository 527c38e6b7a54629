package ftpwire

import (
	"context"
	"os"
)

// PauseForTest is the pause before attempt n+1.
func (r Retry) PauseForTest(ctx context.Context, n int) bool { return r.pause(ctx, n) }

// LockPartForTest is what keeps other processes away from an open part.
func LockPartForTest(f *os.File) error {
	_, err := lockPart(f)
	return err
}
