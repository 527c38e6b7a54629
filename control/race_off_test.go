//go:build !race

package control_test

// raceEnabled tells tests that move a lot of data to move less.
const raceEnabled = false
