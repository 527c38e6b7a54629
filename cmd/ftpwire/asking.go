package main

import (
	"cmp"
	"io"
	"time"

	"github.com/ftpwire/ftpwire"
)

// asking is with for what only asks: --retry repeats all of it, each time on a new
// connection, until something of an answer has been printed.
func (a *app) asking(f *connFlags, rawURL string, do func(*ftpwire.Client, *ftpwire.Location) error) error {
	l, err := a.locate(f, rawURL)
	if err != nil {
		return err
	}
	return a.askingAt(f, l, func(c *ftpwire.Client) error { return do(c, l) })
}

func (a *app) askingAt(f *connFlags, l *ftpwire.Location, do func(*ftpwire.Client) error) error {
	connect, err := a.dialler(f, l)
	if err != nil {
		return err
	}
	defer func(w io.Writer) { a.stdout = w }(a.stdout)
	out := a.hold(f)
	var last error // of an attempt whose answer has been printed in part
	retry := a.retries(&f.retryFlags, nil)
	tell := retry.Failed
	retry.Failed = func(err error, pause time.Duration) {
		out.drop()
		tell(err, pause)
	}
	err = a.repeat(retry, func() error {
		client, err := connect()
		if err != nil {
			return err
		}
		if err = do(client); err == nil {
			a.remember(client)
		}
		a.hangUp(client, err != nil)
		if err != nil && out.passed() {
			last = err
			return nil
		}
		return err
	})
	return cmp.Or(last, err, out.flush())
}

// maxHeld is how much of an answer is held back, so that the command can try again.
const maxHeld = 64 << 10

// held is standard output while an attempt may still be repeated. If it is nil, nothing is
// held back.
type held struct {
	w    io.Writer
	most int
	text []byte
	gone bool // more than that was written
}

// hold holds back the beginning of standard output if --retry is given. A file that is
// written as it comes is not held back.
func (a *app) hold(f *connFlags) *held {
	if f.retry == 0 {
		return nil
	}
	h := &held{w: a.stdout, most: maxHeld}
	if f.fileOut {
		h.most = 0
	}
	a.stdout = h
	return h
}

func (h *held) Write(p []byte) (int, error) {
	if !h.gone && len(h.text)+len(p) <= h.most {
		h.text = append(h.text, p...)
		return len(p), nil
	}
	if err := h.flush(); err != nil {
		return 0, err
	}
	h.gone = true
	return h.w.Write(p)
}

// drop forgets what is held back.
func (h *held) drop() {
	if h != nil {
		h.text = nil
	}
}

// flush writes what is held back.
func (h *held) flush() error {
	if h == nil || len(h.text) == 0 {
		return nil
	}
	text := h.text
	h.text = nil
	_, err := h.w.Write(text)
	return err
}

func (h *held) passed() bool { return h != nil && h.gone }
