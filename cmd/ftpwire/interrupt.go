package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// deaf is how long further signals are ignored behind the first. timeout(1) sends its
// signal twice, to the process and to its group; and a terminal that goes away sends more
// than one.
const deaf = time.Second

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
		time.Sleep(deaf)
		signal.Stop(ch)
	}()
	return ctx
}
