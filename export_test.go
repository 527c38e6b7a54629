package ftpwire

import "context"

// PauseForTest is the pause before attempt n+1.
func (r Retry) PauseForTest(ctx context.Context, n int) bool { return r.pause(ctx, n) }
