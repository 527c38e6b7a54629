// Package memnet is a buffered TCP-like network in memory.
//
// It exists for tests. Every wait is a [sync.Cond] wait and every deadline a
// [time.AfterFunc], so a goroutine that is blocked in memnet is durably blocked
// in the sense of [testing/synctest]: the fake clock of a bubble advances over
// it. A Conn, Listener or Network that is used inside a bubble must not be
// shared with goroutines outside of it.
//
// Unlike [net.Pipe], a connection has a buffer in each direction. That matters
// to TLS 1.3: a server writes its session tickets when the handshake ends, and
// over a synchronous pipe both ends then wait for each other for ever.
//
// Errors look like those of the net package: a [*net.OpError] around
// [net.ErrClosed], [os.ErrDeadlineExceeded], a context error or the errno that
// TCP would give (ECONNREFUSED, ECONNRESET, EPIPE, EADDRINUSE).
//
// What is left out: delay, loss and reordering, urgent data, and the half-open
// state in which TCP accepts a first write to a peer that has closed; here that
// write already fails with EPIPE, so that a test sees the same each time.
package memnet
