package memnet

import (
	"sync"
	"time"
)

// A half is one direction of a connection. The mutex of its connection guards
// every field; cond is on that mutex and is signalled at each change.
type half struct {
	cond       *sync.Cond
	buf        []byte // unread bytes are buf[off:]
	off        int
	window     int  // most unread bytes before a writer blocks
	writing    bool // a Write owns the direction; keeps writes whole
	fin        bool // the writer has ended: EOF once buf is drained
	readerGone bool // the reader has closed: nobody will drain buf
	rd, wd     deadline
}

func (h *half) unread() int { return len(h.buf) - h.off }

// take moves unread bytes to p and wakes blocked writers.
func (h *half) take(p []byte) int {
	n := copy(p, h.buf[h.off:])
	h.off += n
	if h.off == len(h.buf) {
		h.buf, h.off = h.buf[:0], 0
	}
	h.cond.Broadcast()
	return n
}

// put appends as much of p as the window has room for and wakes readers.
func (h *half) put(p []byte) int {
	n := min(len(p), h.window-h.unread())
	if n <= 0 {
		return 0
	}
	if h.off > 0 && len(h.buf)+n > cap(h.buf) {
		h.buf, h.off = h.buf[:copy(h.buf, h.buf[h.off:])], 0
	}
	h.buf = append(h.buf, p[:n]...)
	h.cond.Broadcast()
	return n
}

// discard drops the unread bytes.
func (h *half) discard() { h.buf, h.off = nil, 0 }

// A deadline is a point in time after which waits fail. The zero deadline never
// expires.
type deadline struct {
	timer   *time.Timer
	expired bool
}

// set replaces the deadline; the zero t removes it. The caller holds cond.L.
func (d *deadline) set(t time.Time, cond *sync.Cond) {
	d.stop()
	d.expired = false
	if t.IsZero() {
		return
	}
	wait := time.Until(t)
	if wait <= 0 {
		d.expired = true
		cond.Broadcast()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() {
		cond.L.Lock()
		defer cond.L.Unlock()
		if d.timer == timer { // else it was replaced after it had fired
			d.expired = true
			cond.Broadcast()
		}
	})
	d.timer = timer
}

// stop releases the timer. The caller holds the mutex.
func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}
