// This file is empty. It allows functions without a body in this package: see peer.go.
