// Package bench measures package listing against the parser of
// github.com/jlaffaye/ftp on the same lines:
//
//	cd parse/bench && go test . && go test -run '^$' -bench . .
//
// It is a module of its own, so that ftpwire does not depend on what it is compared with.
package bench
