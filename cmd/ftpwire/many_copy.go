package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/ftpwire/ftpwire"
)

// A copying is a file or directory to be copied. Of a directory, only the directory itself is meant.
type copying struct {
	remote, local string
	size          int64 // -1 if it is not known
	dir           bool
}

func filesIn(plan []copying) (n int) {
	for _, c := range plan {
		if !c.dir {
			n++
		}
	}
	return n
}

// A transferred is how a transfer has gone.
type transferred struct {
	ftpwire.TransferResult
	skipped bool
}

// interrupted reports whether a signal has come, before what is still to do.
func (b *batch) interrupted(rest []copying) bool {
	if b.ctx.Err() == nil {
		return false
	}
	b.cut = true
	b.rest += filesIn(rest)
	return true
}

// expect tells the bar what is to come.
func (b *batch) expect(plan []copying) {
	octets := int64(0)
	for _, c := range plan {
		switch {
		case c.dir:
		case c.size < 0 || octets < 0:
			octets = -1
		default:
			octets += c.size
		}
	}
	b.many.expect(filesIn(plan), octets)
}

// copied counts how the copying of a file has ended. stop says that no other can be copied.
func (b *batch) copied(c copying, err error) (stop bool, fatal error) {
	last := b.last
	if b.last = (transferred{}); !c.dir {
		b.many.fileEnded(max(c.size, last.Bytes))
	}
	switch {
	case err == nil && last.skipped:
		b.skipped++
	case err == nil:
		b.done++
		b.bytes += last.Moved
		b.lost = 0
	default:
		if err := b.fail(err, func(e *failureJSON) any { return outcomeOf(err, c, e) }); err != nil {
			return true, err
		}
		if b.gone(err) {
			b.say(fmt.Sprintf("ftpwire: %s: the server can't be reached any more, so that the rest is not tried", b.cmd.Name()))
			return true, nil
		}
	}
	return false, nil
}

// outcomeOf returns the object of a failed transfer.
func outcomeOf(err error, c copying, e *failureJSON) any {
	if o, ok := errors.AsType[*outcomeError](err); ok {
		return o.object(e)
	}
	return failedJSON(c.local, c.remote, e)
}

// failedJSON is the object of what could not be begun.
func failedJSON(local, remote string, e *failureJSON) any {
	j := newTransferJSON(local, remote, ftpwire.TransferResult{})
	j.Error = e
	return j
}

// skip counts in n what is left out, and says so; links and devices, which may be many, are said in the summary, and here with
// --verbose.
func (b *batch) skip(c copying, why string, n *int) error {
	*n++
	if !b.quiet && n == &b.skipped || b.verbose {
		b.many.clear()
		name := c.remote
		if name == "" {
			name = c.local
		}
		b.say(fmt.Sprintf("ftpwire: %s is skipped: %s", visibleName(name), why))
	}
	return b.write(nil, func(*failureJSON) any {
		j := newTransferJSON(c.local, c.remote, ftpwire.TransferResult{})
		j.OK, j.Skipped = true, why
		return j
	})
}

// A copies knows which names of copies are given away.
type copies struct {
	by     map[string]string   // the original, by the copy
	folded map[string][]string // copies, by what file systems that fold names make of them
}

func newCopies() *copies { return &copies{map[string]string{}, map[string][]string{}} }

// add notes the copy of an original. If another one has the name, ok is false.
func (t *copies) add(copy, original string) (other string, ok bool) {
	if other, there := t.by[copy]; there {
		return other, false
	}
	t.by[copy] = original
	key := folded(copy)
	t.folded[key] = append(t.folded[key], copy)
	return "", true
}

func folded(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// same returns another copy that is the same local file, "" if there is none: where the file system does not tell "A" from "a".
func (t *copies) same(local string) string {
	if len(t.folded[folded(local)]) < 2 {
		return ""
	}
	info, err := os.Stat(local)
	if err != nil {
		return ""
	}
	for _, other := range t.folded[folded(local)] {
		if other == local {
			break // those that follow come later
		}
		if there, err := os.Stat(other); err == nil && os.SameFile(info, there) {
			return other
		}
	}
	return ""
}
