package ftpwire

import (
	"context"
	"iter"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// A WalkEntry is one file or directory that [Client.Walk] has come to.
type WalkEntry struct {
	// Entry is what the listing tells, or [Client.Stat] of the root. Its Name is the last element of Path.
	listing.Entry

	Path string // on the server; it begins with the root as that was given

	skip bool
}

// SkipDir has the walk leave out what is in this directory; called for anything else, it leaves out the rest of the directory that it is
// in. It is for the loop over the walk, which then goes on to the next entry.
func (w *WalkEntry) SkipDir() { w.skip = true }

// Walk yields each file and directory below root, in the order of their names, and root itself first, as [path/filepath.WalkDir] does; if
// root is "", it is the working directory. Links are not followed, so far as the server tells which they are. If root is no directory,
// it is all that is yielded. A directory is listed after the loop has seen it, and the loop may call the Client, also to change what is
// still to come.
//
// Where a listing does not tell what an entry is, the server is asked (SIZE, MDTM, CWD), so that no directory is left out. If it does
// not say, the entry is yielded with the error first.
//
// If a directory can't be read, or not all of it, it is yielded once more, with the error, a *[FileError] or a *[ReconnectError]. The
// loop may then go on to the rest, or return: a walk without an error has shown everything. If root can't be looked at, the error comes
// with an entry that has only its path. Each directory is asked for as by [Client.ReadDir], and more than 200 of them within each other
// are an error: servers that follow links can show a tree without an end.
func (c *Client) Walk(ctx context.Context, root string) iter.Seq2[*WalkEntry, error] {
	return func(yield func(*WalkEntry, error) bool) {
		w := &WalkEntry{Path: root, Entry: listing.Entry{Kind: listing.KindDir, Size: -1}}
		if root != "" {
			err := c.do(ctx, "walk", root, func(ctx context.Context) (err error) {
				w.Entry, err = c.stat(ctx, root)
				return err
			})
			if err != nil {
				yield(w, err)
				return
			}
		}
		c.walk(ctx, w, 0, yield)
	}
}

// walk yields w and what is below it. rest is false if nothing else of the directory is to follow, and more is false if nothing at all is.
func (c *Client) walk(ctx context.Context, w *WalkEntry, depth int, yield func(*WalkEntry, error) bool) (rest, more bool) {
	if !yield(w, nil) {
		return false, false
	}
	if w.skip || !isDirectory(w.Entry) {
		return !w.skip || isDirectory(w.Entry), true
	}
	if depth == maxDepth {
		return true, yield(w, &FileError{Op: "walk", Path: w.Path, Err: errDepth})
	}
	entries, err := c.ReadDir(ctx, w.Path)
	if err != nil && !yield(w, err) {
		return false, false
	}
	if w.skip {
		return true, true
	}
	for _, e := range entries {
		next := &WalkEntry{Path: join(w.Path, e.Name), Entry: e}
		if e.Kind == listing.KindUnknown {
			if err := c.learnKind(ctx, next); err != nil && !yield(next, err) {
				return false, false
			}
		}
		rest, more := c.walk(ctx, next, depth+1, yield)
		if !more {
			return false, false
		}
		if !rest {
			break
		}
	}
	return true, true
}

// learnKind asks what an entry is of which the listing does not tell the kind, so that a directory is not left out.
func (c *Client) learnKind(ctx context.Context, w *WalkEntry) error {
	err := c.do(ctx, "walk", w.Path, func(ctx context.Context) error {
		told, err := c.statByParts(ctx, w.Path)
		if err != nil {
			return err
		}
		w.Kind = told.Kind
		if told.Size >= 0 {
			w.Size = told.Size
		}
		if !told.Time.IsZero() {
			w.Time, w.Precision, w.Zone = told.Time, told.Precision, told.Zone
		}
		return nil
	})
	if isRefusal(err) && !isType[*KindError](err) {
		return nil // it can't be entered, and is no directory that could be listed
	}
	return err
}
