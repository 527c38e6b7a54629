//go:build race

package conformance_test

import "time"

// patience is the reply timeout of runs against faults: the race detector slows
// everything down, and silence must not be seen where there is only delay.
const patience = 3 * time.Second
