package ftpwire_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/overlap"
)

// TestMain looks for goroutines that parallel tests have left, once all have ended.
func TestMain(m *testing.M) {
	code := overlap.Run(m, 4)
	if left := leftGoroutines(); code == 0 && left != "" {
		fmt.Fprintf(os.Stderr, "goroutines left:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}
