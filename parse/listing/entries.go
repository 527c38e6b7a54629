package listing

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/ftpwire/ftpwire/parse"
)

// Limits bounds a listing. The zero Limits are the defaults; a negative value switches a
// limit off.
type Limits struct {
	// Line is the longest line in bytes, without its line end. If zero, 64 KiB. A longer one is reported
	// and skipped.
	Line int

	// Entries is how many entries and errors a listing may yield. If zero, one million.
	Entries int

	// Bytes is how long the whole listing may be. If zero, 64 MiB.
	Bytes int64
}

const (
	defaultLine    = 64 << 10
	defaultEntries = 1_000_000
	defaultBytes   = 64 << 20
)

// unlimited leaves room for a line end.
const unlimited = math.MaxInt - 2

func (l Limits) line() int    { return orDefault(l.Line, defaultLine, unlimited) }
func (l Limits) entries() int { return orDefault(l.Entries, defaultEntries, unlimited) }
func (l Limits) bytes() int64 { return orDefault(l.Bytes, defaultBytes, math.MaxInt64) }

// orDefault returns byDefault if v is zero, most if v is negative, else v.
func orDefault[T int | int64](v, byDefault, most T) T {
	switch {
	case v == 0:
		return byDefault
	case v < 0:
		return most
	}
	return v
}

// Entries reads a listing from r as it arrives, with read for each line, such as [MLSx] or a parser of the
// caller's own. Lines end in CRLF or LF; the last one may lack its end. Memory does not grow with the listing:
// strings of entries are parts of at most 4 KiB of it, or of one longer line. To keep a few of many entries for
// long, clone their strings (see [strings.Clone]).
//
// A line that read can't read is yielded as an error, with the line in the entry's Raw, and the listing goes on. A line
// longer than lim.Line is skipped and also yielded as an error, without Raw. Lines that are [ErrNotEntry] are left out. A
// listing of more than lim.Entries or lim.Bytes ends with an error. So does a listing whose reader fails: that error
// comes last, and an unfinished line before it is dropped, since it may be cut anywhere. Errors about lines are *parse.Error;
// the reader's own error is yielded unchanged.
func Entries(r io.Reader, read func(line string) (Entry, error), lim Limits) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		c := counter{most: lim.entries(), yield: yield}
		lines(r, lim, func(line string, err error) bool {
			if err != nil {
				return c.put(notRead(line), err)
			}
			e, err := read(line)
			if err != nil {
				e = notRead(line)
			}
			return c.put(e, err)
		})
	}
}

// Read reads a listing in the format of LIST from r as it arrives: it is [Line] for lines that belong
// together, with the rules of [Entries]. A format that was detected is tried first for the next lines, and
// others if it does not fit. If o.Dialect is unknown, that is the only error, and nothing else is yielded.
func Read(r io.Reader, o Options, lim Limits) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		l, err := newLister(o)
		if err != nil {
			yield(notRead(""), err)
			return
		}
		c := counter{most: lim.entries(), yield: yield}
		lines(r, lim, func(line string, err error) bool {
			if err != nil {
				return c.put(notRead(line), err)
			}
			return c.putLine(l, line)
		})
		c.putEnd(l)
	}
}

// Lines is [Read] for lines without their ends, such as those of a reply to STAT.
func Lines(lines iter.Seq[string], o Options) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		l, err := newLister(o)
		if err != nil {
			yield(notRead(""), err)
			return
		}
		c := counter{most: unlimited, yield: yield}
		for line := range lines {
			if !c.putLine(l, line) {
				return
			}
		}
		c.putEnd(l)
	}
}

// A counter yields what comes of lines, up to a limit.
type counter struct {
	most    int // entries and errors
	yield   func(Entry, error) bool
	n       int
	stopped bool
}

// put yields one outcome and reports whether to go on. ErrNotEntry yields nothing.
func (c *counter) put(e Entry, err error) bool {
	if errors.Is(err, ErrNotEntry) {
		return true
	}
	last := isLast(err)
	if c.n++; c.n > c.most && !last {
		c.yield(notRead(""), parse.NewError(listing, e.Raw, 0, fmt.Sprintf("more than %d entries", c.most)))
		c.stopped = true
		return false
	}
	if err != nil && !last {
		err = lineError(e.Raw, err)
	}
	c.stopped = !c.yield(e, unwrapLast(err)) || last
	return !c.stopped
}

// putLine yields what one line is to l, after a line that it shows to be lost.
func (c *counter) putLine(l *lister, line string) bool {
	err := l.next(line)
	if l.lost != "" && !c.put(l.takeLost()) {
		return false
	}
	if err == ErrNotEntry {
		return true
	}
	if err == nil && c.n < c.most && len(l.more) == 0 {
		c.n++
		c.stopped = !c.yield(l.e, nil)
		return !c.stopped
	}
	if !c.put(l.e, err) {
		return false
	}
	for _, e := range l.more {
		if !c.put(e, nil) {
			return false
		}
	}
	return true
}

// putEnd yields the last line if it waits for another.
func (c *counter) putEnd(l *lister) {
	if l.end(); l.lost != "" && !c.stopped {
		c.put(l.takeLost())
	}
}

// A lastError ends a listing.
type lastError struct{ error }

func isLast(err error) bool {
	_, ok := err.(lastError)
	return ok
}

// unwrapLast returns the error that the caller is to see.
func unwrapLast(err error) error {
	if last, ok := err.(lastError); ok {
		return last.error
	}
	return err
}

// listing is what an Error about a whole listing is about.
const listing = "listing"

// lineError returns err as an *parse.Error.
func lineError(line string, err error) error {
	if _, ok := errors.AsType[*parse.Error](err); ok || err == nil {
		return err
	}
	e := parse.NewError(listing, line, 0, err.Error())
	e.Err = err
	return e
}
