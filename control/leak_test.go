package control_test

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// checkGoroutines fails the test if goroutines of this module are left at its end. Tests that run beside others leave it to the test around them.
func checkGoroutines(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		for range 500 {
			if left = ownGoroutines(); left == "" {
				return
			}
			time.Sleep(10 * time.Millisecond) // goroutines end a moment behind what they report
		}
		t.Errorf("goroutines left:\n%s", left)
	})
}

// ownGoroutines returns the stacks of goroutines in control, datachan and tlsx,
// those of tests and bubbles apart.
func ownGoroutines() string {
	buf := make([]byte, 4<<20)
	var left []string
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "testing.tRunner") || strings.Contains(g, "synctest bubble") {
			continue
		}
		for _, pkg := range []string{"ftpwire/control.(", "ftpwire/datachan.(", "ftpwire/tlsx.("} {
			if strings.Contains(g, pkg) {
				left = append(left, g)
				break
			}
		}
	}
	return strings.Join(left, "\n\n")
}
