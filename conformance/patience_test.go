//go:build !race

package conformance_test

import "time"

// patience is the reply timeout of runs against faults.
const patience = time.Second
