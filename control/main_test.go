package control_test

import (
	"os"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/overlap"
)

func TestMain(m *testing.M) { os.Exit(overlap.Run(m, 4)) }
