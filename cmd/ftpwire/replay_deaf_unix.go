//go:build unix

package main

import (
	"context"
	"net"
	"syscall"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// deafen makes the port of ln one that does not answer, as behind a firewall: its queue of
// connections is made short, and filled. The system then drops what comes.
func deafen(ctx context.Context, ln net.Listener) error {
	raw, err := ln.(*net.TCPListener).SyscallConn()
	if err != nil {
		return err
	}
	var short error
	if err := raw.Control(func(fd uintptr) { short = syscall.Listen(int(fd), 0) }); err != nil {
		return err
	}
	if short != nil {
		return short
	}
	const most = 4 // systems round the length of the queue up
	for range most {
		dialer := net.Dialer{Timeout: patience.ReplayDeaf.Default}
		conn, err := dialer.DialContext(ctx, "tcp", ln.Addr().String())
		if err != nil {
			return ctx.Err() // it is full
		}
		context.AfterFunc(ctx, func() { conn.Close() })
	}
	return nil
}
