package tlsx

import (
	"io"
	"time"

	"github.com/ftpwire/ftpwire/protocol/patience"
)

// Drain starts to read in the background, from the start of an upload on. It discards
// application data, which a server does not send during an upload, and reads the other
// TLS records: session tickets, key updates and alerts. Without Drain they stay in the
// receive buffer, and the kernel answers the close with RST.
//
// Calls after the first do nothing. The goroutine ends with the peer's end of
// the connection, or when the connection is closed; Finish, Abort and Close
// wait for it. Read must not be used after Drain.
func (c *Conn) Drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drained != nil {
		return
	}
	c.drained = make(chan struct{})
	c.raw.SetReadDeadline(time.Time{})
	go c.drain(c.drained)
}

func (c *Conn) drain(done chan<- struct{}) {
	defer close(done)
	buf := make([]byte, 4<<10)
	for {
		_, err := c.Read(buf)
		if err == nil {
			continue
		}
		if err != io.EOF && err != ErrTruncated && !c.closing.Load() {
			c.mu.Lock()
			c.drainErr = err
			c.mu.Unlock()
		}
		return
	}
}

// Drained returns a channel that is closed once the drain has seen the peer's
// end: close_notify, end of the transport or an error. It is nil if Drain was
// never called. Some servers never end an upload's data connection, so wait
// for the final reply at the same time.
func (c *Conn) Drained() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drained
}

// DrainErr returns the error other than an end that the drain saw: an alert or a reset,
// after which writing is pointless. A transport that ends between two records without
// close_notify is not an error here, since an upload loses nothing by it; Truncated
// reports it. DrainErr returns nil before the drain has ended.
func (c *Conn) DrainErr() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drainErr
}

// CloseWrite ends an upload: it sends close_notify and then, if the transport can, closes
// its sending half (FIN). Both wait until the data before them is sent, within the write
// deadline, or a minute if there is none. Reading continues. The upload is complete when
// the final reply says so, not before.
func (c *Conn) CloseWrite() error {
	if err := c.CloseNotify(); err != nil {
		return err
	}
	return c.HalfClose()
}

// CloseNotify is the first half of CloseWrite: it sends close_notify, and no FIN. For
// most servers that is the end of the data; some still wait for FIN.
func (c *Conn) CloseNotify() error {
	if !c.writeDeadline.Load() {
		c.raw.Conn.SetWriteDeadline(time.Now().Add(patience.EndOfUpload.Default))
		defer c.raw.Conn.SetWriteDeadline(time.Time{})
	}
	return c.tls.CloseWrite()
}

// HalfClose is the second half of CloseWrite: FIN, if the transport can send it.
func (c *Conn) HalfClose() error {
	if h, ok := c.raw.Conn.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return nil
}

// Finish closes the connection of an upload whose final reply has come. It continues to
// read for at most grace, or until the peer's end, so that nothing stays unread in the
// receive buffer, and then closes the transport. If Drain was not called, Finish drains
// the upload. The error is that of closing.
func (c *Conn) Finish(grace time.Duration) error {
	c.Drain()
	timer := time.NewTimer(max(grace, 0))
	defer timer.Stop()
	select {
	case <-c.Drained():
	case <-timer.C:
	}
	return c.Abort()
}

// Abort closes the transport at once, without close_notify, and waits for the
// drain to end. It never waits for the peer. Calls after the first of Abort,
// Finish or Close return the same error.
func (c *Conn) Abort() error {
	err := c.closeRaw()
	if d := c.Drained(); d != nil {
		<-d
	}
	return err
}

// Close ends a download in order: it sends our close_notify, which vsftpd's
// strict_ssl_write_shutdown demands, waits at most a second for a peer that does not take
// it, and closes the transport. If the peer's end has been read, the download is
// complete, and a close_notify that cannot be sent is not an error. For an upload use
// CloseWrite and Finish.
func (c *Conn) Close() error {
	c.closeOnce.Do(func() {
		if c.closing.Load() {
			return // Abort or Finish came first
		}
		// This also ends a Write in progress, whose lock close_notify waits for.
		c.raw.Conn.SetWriteDeadline(time.Now().Add(patience.CloseNotify.Default))
		if err := c.tls.CloseWrite(); err != nil && !c.peerEnded.Load() && !c.closing.Load() {
			c.closeErr = err
		}
	})
	if err := c.Abort(); err != nil {
		return err
	}
	return c.closeErr
}

func (c *Conn) closeRaw() error {
	c.closeRawOnce.Do(func() {
		c.closing.Store(true)
		c.closeRawErr = c.raw.Close()
	})
	return c.closeRawErr
}
