//go:build race

package datachan_test

// raceEnabled: the race detector allocates for itself.
const raceEnabled = true
