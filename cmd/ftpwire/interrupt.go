package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// interruptible returns a context that ends with the first SIGINT, SIGTERM or SIGHUP, so
// that the work ends in order. A second one kills, if it is not part of the first.
func interruptible() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signals = append(signals, syscall.SIGHUP)
	}
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, signals...)
	go func() {
		<-ch
		cancel()
		time.Sleep(patience.SameSignal.Default) // timeout(1) sends two, a terminal that goes away even more
		signal.Stop(ch)
	}()
	return ctx
}
