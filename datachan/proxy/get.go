package proxy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Download is a file that an HTTP proxy fetches by FTP.
type Download struct {
	// Body is the file; it must be closed. An end before Size bytes, or within a chunked
	// body, is io.ErrUnexpectedEOF. If Size is -1 and Proven is false, only the end of
	// the connection ends the file: a cut file looks like a whole one.
	Body io.ReadCloser

	// Size is the number of bytes, or -1 if the proxy does not tell.
	Size int64

	// Proven reports whether the end of Body tells a whole file from a cut one.
	Proven bool

	// Modified is the time of the file's last change according to the proxy. It is zero
	// if the proxy does not tell.
	Modified time.Time

	// Header is the header of the proxy's answer.
	Header http.Header
}

// Get fetches a file by its "ftp://" URL from an HTTP proxy, which is then the FTP
// client. It is for networks that let nothing else through. A directory comes as an HTML
// page, if the proxy supports that at all. The credentials for the FTP server are part of
// the URL, so the proxy sees them.
//
// The context limits the body too; Timeout also limits every wait for a piece of it. The
// error is an *[Error]: with StageTarget, the proxy has answered, but not with the file.
// Redirections are not followed.
func (p *Proxy) Get(ctx context.Context, ftpURL string) (*Download, error) {
	u, err := url.Parse(ftpURL)
	switch {
	case p.Kind != HTTP:
		return nil, p.wrap(StageRequest, redact(ftpURL), &Error{Reason: "only an HTTP proxy fetches files", Err: errors.ErrUnsupported})
	case err != nil || u.Scheme != "ftp" || u.Host == "" || u.Opaque != "" || u.Fragment != "":
		return nil, p.wrap(StageRequest, "the file", unusable("the URL is not one of ftp://host/path"))
	}
	if err := cmp.Or(p.check(), checkURL(u)); err != nil {
		return nil, p.wrap(StageRequest, redact(ftpURL), err)
	}
	bound, cancel := p.bound(ctx)
	defer cancel()
	x := &exchange{p: p, method: "GET", uri: u.String(), host: u.Host}
	x.secret, _ = u.User.Password()
	h, err := x.run(bound)
	if err != nil {
		return nil, err
	}
	if h.status != 200 {
		return nil, x.fail(bound, targetError(h))
	}
	body, ok := x.body(h)
	if !ok {
		return nil, x.fail(bound, broken("its answer contradicts itself about the length of the body"))
	}
	d := &Download{Size: -1, Proven: body != nil, Header: h.header}
	if _, counted := body.(*exactly); counted {
		d.Size, _ = strconv.ParseInt(h.first("Content-Length"), 10, 64)
	}
	if body == nil {
		body = x.r
	}
	d.Modified, _ = http.ParseTime(h.first("Last-Modified"))
	d.Body = &downloadBody{x: x, r: body, stop: context.AfterFunc(ctx, func() { x.conn.Close() }),
		cause: func() error { return context.Cause(ctx) }}
	return d, nil
}

// checkURL refuses characters that would end the command line of the proxy's FTP client
// early.
func checkURL(u *url.URL) error {
	user, password := u.User.Username(), ""
	password, _ = u.User.Password()
	if strings.ContainsAny(user+password+u.Path+u.Host, "\r\n\x00") {
		return unusable("the URL holds a line break or NUL")
	}
	_, err := asciiHost(u.Hostname())
	return err
}

func asciiHost(host string) (string, error) {
	if strings.Contains(host, ":") { // an IPv6 address
		_, err := parseTarget("[" + host + "]:21")
		return host, err
	}
	return asciiName(host)
}

// downloadBody reads the body of an answer, each piece within the proxy's Timeout.
type downloadBody struct {
	x     *exchange
	r     io.Reader
	cause func() error // why the connection was closed, if the context did it
	stop  func() bool
}

func (b *downloadBody) Read(buf []byte) (int, error) {
	if d := b.x.p.timeout(); d > 0 {
		b.x.conn.SetReadDeadline(time.Now().Add(d))
	}
	n, err := b.r.Read(buf)
	if err != nil && err != io.EOF {
		if cause := b.cause(); cause != nil {
			err = cause
		}
	}
	return n, err
}

func (b *downloadBody) Close() error {
	b.stop()
	return b.x.conn.Close()
}

// redact removes a password from a URL for an error. "host:port" stays unchanged.
func redact(target string) string {
	scheme, rest, ok := strings.Cut(target, "://")
	if !ok {
		return target
	}
	authority, path, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, _, _ := strings.Cut(authority[:i], ":")
		authority = user + "@" + authority[i+1:]
	}
	return string(bytes.ToValidUTF8([]byte(scheme+"://"+authority+"/"+path), nil))
}
