//go:build !unix

package ftptest

import "net"

// urgentInline does nothing: the system is not known to have urgent data.
func urgentInline(net.Conn) {}
