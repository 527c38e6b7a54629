package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"

	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A SkippedError says that a file was not transferred, because of NoClobber or Newer of the
// [TransferOptions]. Nothing was changed, here or on the server. It matches fs.ErrExist.
type SkippedError struct {
	Path   string // of the copy, local for a download
	Reason string // what is there, and with Newer the times that were compared
}

func (e *SkippedError) Error() string {
	return fmt.Sprintf("ftp: %q was not transferred: %s", e.Path, e.Reason)
}

// Is reports whether target is fs.ErrExist.
func (e *SkippedError) Is(target error) bool { return target == fs.ErrExist }

// A version is what is known about the original or the copy of a file.
type version struct {
	there bool
	size  int64     // -1 if unknown
	time  time.Time // zero if unknown
}

// skip returns a *SkippedError if o does not want the copy replaced. path is that of the copy.
func (j *job) skip(path string, original, dest version) error {
	switch {
	case !dest.there:
		return nil
	case j.o.NoClobber:
		return &SkippedError{Path: path, Reason: "it exists already"}
	case !j.o.Newer:
		return nil
	case original.time.IsZero():
		j.r.Compared = "it is not known when the original was modified"
		return nil
	case dest.time.IsZero():
		j.r.Compared = "it is not known when the copy was modified"
		return nil
	}
	from, to := wholeSecond(original.time).UTC(), wholeSecond(dest.time).UTC()
	j.r.Compared = fmt.Sprintf("the original is of %s, the copy of %s", from.Format(time.RFC3339), to.Format(time.RFC3339))
	sized := original.size >= 0 && dest.size >= 0 && j.c.binary()
	differ := sized && original.size != dest.size
	switch {
	case from.After(to):
		return nil
	case from.Equal(to) && differ:
		j.r.Compared += fmt.Sprintf(", and they have %d and %d octets", original.size, dest.size)
		return nil
	case differ:
		// An edited copy, or half a file that an interrupted upload has left: nobody can tell.
		return &SkippedError{Path: path, Reason: fmt.Sprintf("it is newer: %s. It has another size, %d octets; the original has %d", j.r.Compared, dest.size, original.size)}
	case from.Equal(to):
		return &SkippedError{Path: path, Reason: "it is as new: " + j.r.Compared}
	}
	return &SkippedError{Path: path, Reason: "it is newer: " + j.r.Compared}
}

// localVersion describes a local file.
func localVersion(name string) (version, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, lerr := os.Lstat(name); lerr == nil {
			return version{there: true, size: -1}, nil // a link to nothing
		}
		return version{}, nil
	case err != nil:
		return version{}, err
	}
	return version{there: true, size: info.Size(), time: info.ModTime()}, nil
}

// remoteVersion describes a remote file. An error says that it can't be told whether it is there.
func (c *Client) remoteVersion(ctx context.Context, name string) (version, error) {
	e, err := c.stat(ctx, name)
	switch {
	case err == nil && e.Kind == listing.KindUnknown && e.Size < 0 && e.Time.IsZero():
	case err == nil:
		v := version{there: true, size: e.Size, time: e.Time}
		if v.time.IsZero() {
			v.time, _ = c.modTime(ctx, name)
		}
		return v, c.lost(ctx)
	case errors.Is(err, fs.ErrNotExist) && c.lost(ctx) == nil:
		if !e.Time.IsZero() {
			break // MDTM tells a time
		}
		if listed, err := c.isListed(ctx, name, err); listed || err != nil {
			return version{there: listed, size: -1}, err
		}
		return version{}, nil
	default:
		if lost := c.lost(ctx); lost != nil {
			return version{}, lost
		}
		return version{}, errtext.Errorf("ftp: it can't be told whether %q exists, so that it is not replaced: %w", name, err)
	}
	return version{}, fmt.Errorf("ftp: it can't be told whether %q exists, so that it is not replaced", name)
}

// isListed reports whether a directory has a name that a refusal says is not there, in words that may mean something else: vsftpd
// has the same ones for all that it can't look at. The error is one of the connection or the context, or says that the directory tells
// nothing either.
func (c *Client) isListed(ctx context.Context, name string, refusal error) (bool, error) {
	if saysMissing(refusal) {
		return false, nil
	}
	dir := path.Dir(name)
	if dir == "." {
		dir = ""
	}
	entries, err := c.readDir(ctx, dir, c.allEntries)
	if slices.ContainsFunc(entries, func(e listing.Entry) bool { return e.Name == path.Base(name) }) {
		return true, c.lost(ctx)
	}
	if lost := c.lost(ctx); lost != nil || err == nil || saysMissing(err) {
		return false, lost
	}
	return false, errtext.Errorf("ftp: it can't be told whether %q exists, so that it is not replaced: %w; and its directory can't be listed: %w", name, refusal, err)
}
