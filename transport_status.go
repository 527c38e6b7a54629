package ftpwire

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// statusOf returns the HTTP status for what a server refused, 0 for other errors.
func statusOf(err error) int {
	m := protocol.MeaningIn(err)
	switch {
	case isType[*control.RejectedLoginError](err):
		return http.StatusUnauthorized
	case !isRefusal(err) || isType[*control.SecurityError](err) || m.OfData() && m != protocol.Closing && m != protocol.IdledOut || doubtful(err):
		return 0
	}
	if errors.Is(err, fs.ErrNotExist) {
		return http.StatusNotFound
	}
	switch KindOf(err) {
	case KindNotFound:
		return http.StatusNotFound
	case KindNotAllowed, KindLogin:
		return http.StatusForbidden
	case KindNoSpace:
		return http.StatusInsufficientStorage
	case KindTemporary:
		return http.StatusServiceUnavailable
	}
	switch m {
	case protocol.TooManyUsers, protocol.Closing, protocol.IdledOut, protocol.InUse:
		return http.StatusServiceUnavailable
	case protocol.UnknownCommand, protocol.UnknownParameter:
		return http.StatusNotImplemented
	case protocol.IsDirectory, protocol.NotDirectory, protocol.NotPlain, protocol.NotEmpty, protocol.Exists:
		return http.StatusConflict
	case protocol.BadName, protocol.BadParameter:
		return http.StatusBadRequest
	}
	return http.StatusBadGateway
}

// response returns one without a body.
func (x *exchange) response(status int) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: x.req,
	}
}

// text returns a response that explains itself.
func (x *exchange) text(status int, text string) *http.Response {
	return x.page(status, "text/plain; charset=utf-8", text+"\n")
}

// page returns a response with a body that has been made here.
func (x *exchange) page(status int, mediaType, text string) *http.Response {
	r := x.response(status)
	r.Header.Set("Content-Type", mediaType)
	r.Header.Set("X-Content-Type-Options", "nosniff")
	r.Header.Set("Content-Length", strconv.Itoa(len(text)))
	r.ContentLength = int64(len(text))
	if x.req.Method != http.MethodHead {
		r.Body = io.NopCloser(strings.NewReader(text))
	}
	return r
}
