package ftpwire

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Download copies a remote file to a local one and returns its size. The data goes
// to a temporary file beside the target, which is renamed only once the transfer is
// confirmed and the data on disk: a failure leaves no part of it under the name,
// and an existing file as it was. wrap, if not nil, stands between the transfer
// and the file, to show progress for example.
func (c *Client) Download(ctx context.Context, remote, local string, wrap func(io.Writer) io.Writer) (n int64, err error) {
	if info, err := os.Stat(local); err == nil && info.IsDir() {
		return 0, &fs.PathError{Op: "download", Path: local, Err: errIsDirectory}
	}
	f, err := createPart(local)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := io.Writer(f)
	if wrap != nil {
		w = wrap(f)
	}
	if n, err = c.ReadTo(ctx, remote, w); err != nil {
		return n, err
	}
	if err = f.Sync(); err != nil {
		return n, err
	}
	if err = f.Close(); err != nil {
		return n, err
	}
	return n, os.Rename(f.Name(), local)
}

var errIsDirectory = errors.New("is a directory")

// createPart creates a temporary file beside local, with the permissions that
// local would have got.
func createPart(local string) (*os.File, error) {
	dir, base := filepath.Split(local)
	if len(base) > 200 {
		base = base[:200] // room for the rest within the usual limit of 255 bytes
	}
	return os.OpenFile(dir+"."+base+".part-"+rand.Text()[:8], os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
}

// Upload copies a local file to a remote one, which is replaced, and returns its
// size. wrap, if not nil, stands between the file and the transfer.
func (c *Client) Upload(ctx context.Context, local, remote string, wrap func(io.Reader) io.Reader) (int64, error) {
	f, err := os.Open(local)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return 0, &fs.PathError{Op: "upload", Path: local, Err: errIsDirectory}
	}
	r := io.Reader(f)
	if wrap != nil {
		r = wrap(f)
	}
	return c.WriteFrom(ctx, remote, r)
}
