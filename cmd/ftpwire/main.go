// Old appliances have certificates with a negative serial number, which whoever verifies
// nothing, or trusts just that one, can use.
//
//go:debug x509negativeserial=1

// Command ftpwire moves files by FTP and FTPS, checks FTP servers against the
// RFCs, and serves files to test clients with.
//
// "ftpwire help" lists the commands.
package main

import "os"

func main() {
	os.Exit(run(interruptible(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.LookupEnv))
}
