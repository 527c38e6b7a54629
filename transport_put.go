package ftpwire

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// put answers PUT.
func (x *exchange) put(ctx context.Context) (*http.Response, error) {
	switch {
	case x.namesDirectory():
		return x.text(http.StatusConflict, "ftp: the URL names a directory, and no file"), nil
	case x.req.Header.Get("Content-Range") != "":
		return x.text(http.StatusBadRequest, "ftp: a part of a file can't be stored (RFC 9110, Section 14.5)"), nil
	}
	now, err := x.now(ctx)
	if err != nil {
		return nil, err
	}
	if isDirectory(now.e) {
		return x.text(http.StatusConflict, "ftp: there is a directory of that name"), nil
	}
	if r := x.unfit(now); r != nil {
		return r, nil
	}
	o := x.t.Store
	if o == nil {
		o = &TransferOptions{TempUpload: true}
	}
	if _, err := x.c.Put(ctx, x.path, x.body(), o); err != nil {
		return nil, err
	}
	if now.known && !now.there {
		return x.response(http.StatusCreated), nil
	}
	return x.response(http.StatusNoContent), nil
}

// delete answers DELETE.
func (x *exchange) delete(ctx context.Context) (*http.Response, error) {
	if x.path == "" || x.path == "/" {
		return x.text(http.StatusConflict, "ftp: the URL names the first directory"), nil
	}
	if x.conditional() {
		now, err := x.now(ctx)
		if err != nil {
			return nil, err
		}
		if r := x.unfit(now); r != nil {
			return r, nil
		}
	}
	if err := x.c.Remove(ctx, x.path); err != nil {
		return nil, err
	}
	return x.response(http.StatusNoContent), nil
}

// A priorState says what is there before a change.
type priorState struct {
	there, known bool
	e            listing.Entry
}

// now asks what is there. That the server refuses to tell is no error.
func (x *exchange) now(ctx context.Context) (p priorState, err error) {
	p.e, err = x.stat(ctx)
	switch {
	case err == nil:
		return priorState{there: true, known: true, e: p.e}, nil
	case isRefusal(err) && errors.Is(err, fs.ErrNotExist) && x.conditional():
		refusal := err
		err = x.c.do(ctx, "stat", x.path, func(ctx context.Context) (err error) {
			p.there, err = x.c.isListed(ctx, x.path, refusal)
			return err
		})
		return priorState{there: p.there, known: true}, err
	case isRefusal(err) && errors.Is(err, fs.ErrNotExist):
		return priorState{known: true}, nil
	case x.c.Conn().Err() == nil && (isRefusal(err) || isType[*KindError](err)):
		return priorState{}, nil
	}
	return p, err
}

// conditional reports whether the request has a condition.
func (x *exchange) conditional() bool {
	for _, name := range []string{"If-Match", "If-None-Match", "If-Unmodified-Since"} {
		if x.req.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// unfit returns the response to a request whose conditions do not hold, or are not known to.
func (x *exchange) unfit(now priorState) *http.Response {
	if !x.conditional() || now.known && x.precondition(now.there, now.e.Time) == 0 {
		return nil
	}
	return x.text(http.StatusPreconditionFailed, "ftp: what the request demands of the file does not hold, or can't be told")
}

// body returns what is to be stored.
func (x *exchange) body() io.Reader {
	switch {
	case x.req.Body == nil:
		return http.NoBody
	case x.req.ContentLength > 0:
		return &exactReader{r: x.req.Body, left: x.req.ContentLength}
	}
	return x.req.Body
}

// An exactReader returns an error if r has other than so many octets.
type exactReader struct {
	r    io.Reader
	left int64
}

var errTooLong = errors.New("ftp: the body is longer than its Content-Length")

func (r *exactReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	if int64(n) > r.left {
		return 0, errTooLong
	}
	if r.left -= int64(n); err == io.EOF && r.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
