// Command ftpwire moves files by FTP and FTPS, checks FTP servers against the
// RFCs, and serves files to test clients with.
//
// "ftpwire help" lists the commands.
package main

import "os"

func main() {
	os.Exit(run(interruptible(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.LookupEnv))
}
