package ftpwire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// get answers GET and HEAD.
func (x *exchange) get(ctx context.Context) (*http.Response, error) {
	if x.namesDirectory() {
		return x.directory(ctx)
	}
	e, err := x.stat(ctx)
	if err != nil {
		return nil, err
	}
	if isDirectory(e) {
		return x.directory(ctx)
	}
	if !x.c.binary() {
		e.Size = -1
	}
	h := fileHeader(x.path, e)
	if status := x.precondition(true, e.Time); status != 0 {
		return x.bare(status, h), nil
	}
	from, n, ok := x.wanted(e)
	if ok && n < 0 {
		r := x.text(http.StatusRequestedRangeNotSatisfiable, "ftp: the file has no octet of that range")
		r.Header.Set("Content-Range", "bytes */"+strconv.FormatInt(e.Size, 10))
		return r, nil
	}
	if ok {
		r, err := x.part(ctx, h, e.Size, from, n)
		if !errors.Is(err, errNoOffset) && !isType[*unplacedError](err) {
			return r, err
		}
		h.Set("Accept-Ranges", "none")
	}
	return x.whole(ctx, h, e.Size)
}

// namesDirectory reports whether the URL can't be that of a file.
func (x *exchange) namesDirectory() bool {
	return x.loc.Dir || x.loc.Path == "" || strings.HasSuffix(x.loc.Path, "/")
}

// stat describes what the URL names; a link is followed.
func (x *exchange) stat(ctx context.Context) (e listing.Entry, err error) {
	err = x.c.do(ctx, "stat", x.path, func(ctx context.Context) (err error) {
		if e, err = x.c.stat(ctx, x.path); err == nil && e.Kind == listing.KindLink {
			e, err = x.c.statByParts(ctx, x.path)
		}
		return err
	})
	if protocol.MeaningIn(err) != protocol.NotPlain {
		return e, err
	}
	// It may be nothing at all: only a listing tells.
	dir := path.Dir(x.path)
	if dir == "." {
		dir = ""
	}
	entries, failed := x.c.ReadDir(ctx, dir)
	if failed != nil || slices.ContainsFunc(entries, func(e listing.Entry) bool { return e.Name == path.Base(x.path) }) {
		return e, err
	}
	return e, &FileError{Op: "stat", Path: x.path, Err: fmt.Errorf("%w: %w", fs.ErrNotExist, err)}
}

// fileHeader returns what is known of a file before its octets.
func fileHeader(name string, e listing.Entry) http.Header {
	h := http.Header{}
	mediaType := mime.TypeByExtension(path.Ext(name))
	if mediaType == "" {
		mediaType = "application/octet-stream"
	}
	h.Set("Content-Type", mediaType)
	h.Set("X-Content-Type-Options", "nosniff")
	if !e.Time.IsZero() && e.Precision == parse.PrecisionSecond {
		h.Set("Last-Modified", e.Time.UTC().Format(http.TimeFormat))
	}
	h.Set("Accept-Ranges", "none")
	if e.Size >= 0 {
		h.Set("Accept-Ranges", "bytes")
	}
	return h
}

// bare returns a response without a body.
func (x *exchange) bare(status int, h http.Header) *http.Response {
	r := x.response(status)
	r.Header = h
	return r
}

// sized returns a response with a body of a size, which may be -1.
func (x *exchange) sized(status int, h http.Header, size int64) *http.Response {
	r := x.bare(status, h)
	if r.ContentLength = size; size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(size, 10))
	}
	return r
}

// whole answers with the whole file.
func (x *exchange) whole(ctx context.Context, h http.Header, size int64) (*http.Response, error) {
	if x.req.Method == http.MethodHead {
		return x.sized(http.StatusOK, h, size), nil
	}
	f, err := x.c.Open(ctx, x.path)
	if err != nil {
		return nil, err
	}
	r := x.sized(http.StatusOK, h, f.end)
	r.Body = &fileBody{x: x, f: f, left: -1}
	return r, nil
}

// part answers with n octets.
func (x *exchange) part(ctx context.Context, h http.Header, size, from, n int64) (*http.Response, error) {
	h = h.Clone()
	h.Set("Content-Range", "bytes "+strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(from+n-1, 10)+"/"+strconv.FormatInt(size, 10))
	r := x.sized(http.StatusPartialContent, h, n)
	f, err := x.c.OpenAt(ctx, x.path, from)
	if err != nil {
		return nil, err
	}
	if f.end != size {
		f.Close()
		return nil, &FileError{Op: "open", Path: x.path, Err: &ChangedError{Path: x.path}}
	}
	r.Body = &fileBody{x: x, f: f, left: n}
	return r, nil
}

// A fileBody is the body of a response. The connection is free after it.
type fileBody struct {
	x    *exchange
	f    *File
	left int64 // of a range, else -1
	err  error
	once sync.Once
}

// Read implements [io.Reader].
func (b *fileBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.left >= 0 {
		p = p[:min(int64(len(p)), b.left)]
	}
	n, err := b.f.Read(p)
	if b.left >= 0 {
		if b.left -= int64(n); b.left == 0 && err == nil {
			err = io.EOF
		} else if b.left > 0 && err == io.EOF {
			err = &FileError{Op: "read", Path: b.x.path, Err: io.ErrUnexpectedEOF}
		}
	}
	if err != nil {
		b.err = err
		b.Close()
	}
	return n, err
}

// Close implements [io.Closer].
func (b *fileBody) Close() error {
	b.once.Do(func() {
		b.f.Close()
		b.x.t.release(b.x.conn)
	})
	return nil
}
