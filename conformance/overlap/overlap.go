// Package overlap has the tests of a package that wait overlap each other.
//
// Package testing runs as many parallel tests at once as there are processors, which
// suits tests that compute. Tests that talk over loopback wait: for a server that a
// fault keeps silent, or for a time that is over.
package overlap

import (
	"flag"
	"runtime"
	"strconv"
	"testing"
)

// Run runs the tests of m, and n of those that call t.Parallel at once for each
// processor, unless the flag -parallel says how many. It returns the exit code. A
// package's TestMain calls it.
func Run(m *testing.M, n int) int {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		// Cannot fail: the flag is there, and takes a number.
		_ = flag.Set("test.parallel", strconv.Itoa(n*runtime.GOMAXPROCS(0)))
	}
	return m.Run()
}
