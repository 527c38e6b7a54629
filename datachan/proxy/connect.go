package proxy

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// connect makes an HTTP proxy open a tunnel (RFC 9110, Section 9.3.6).
func (p *Proxy) connect(ctx context.Context, t target) (net.Conn, error) {
	x := &exchange{p: p, method: "CONNECT", uri: t.String(), host: t.String()}
	h, err := x.run(ctx)
	if err != nil {
		return nil, err
	}
	if h.status/100 != 2 {
		return nil, x.fail(ctx, targetError(h))
	}
	// A Content-Length or Transfer-Encoding means nothing here: "A server MUST NOT
	// send any" and "a client MUST ignore" them. What follows is the server's.
	n := x.r.Buffered()
	if n == 0 {
		return x.conn, nil
	}
	early, _ := x.r.Peek(n)
	return &conn{Conn: x.conn, early: bytes.Clone(early)}, nil
}

// An exchange is one request to an HTTP proxy, repeated until the proxy accepts the
// credentials.
type exchange struct {
	p                 *Proxy
	method, uri, host string
	secret            string // a password in uri

	conn   net.Conn
	r      *bufio.Reader
	served int // number of answers read from conn
	stop   func() error
}

// maxRequests limits the repetitions: without credentials, with them, with a renewed
// nonce, and one more of each if the connection ended.
const maxRequests = 8

// run returns the head of the answer to the request; the connection is then open, and
// what follows the head is in x.r. It answers 407 by itself.
func (x *exchange) run(ctx context.Context) (*head, error) {
	a := &authentication{p: x.p, method: x.method, uri: x.uri}
	authorization, err := a.first()
	if err != nil {
		return nil, x.fail(ctx, err)
	}
	for range maxRequests {
		h, err := x.once(ctx, authorization)
		if err != nil {
			if x.served > 0 && lost(err) && !a.bound() && ctx.Err() == nil {
				x.hangUp() // it seemed to be kept open after a 407: begin again
				continue
			}
			return nil, x.fail(ctx, err)
		}
		if h.status != 407 && h.status != 401 {
			if h.status/100 == 2 {
				a.succeeded()
			}
			if ended := x.release(); ended != nil {
				return nil, x.fail(ctx, ended)
			}
			return h, nil
		}
		if authorization, err = a.answer(h); err != nil {
			return nil, x.fail(ctx, err)
		}
		if !x.keep(h) {
			if a.bound() {
				return nil, x.fail(ctx, refused(h.status, "the proxy ends the connection in the middle of NTLM, which needs it", nil))
			}
			x.hangUp()
		}
	}
	return nil, x.fail(ctx, broken("no end of its demands for credentials"))
}

// once sends the request and reads the head of its answer.
func (x *exchange) once(ctx context.Context, authorization string) (*head, error) {
	if x.conn == nil {
		c, err := x.p.reach(ctx, x.target())
		if err != nil {
			return nil, err
		}
		x.conn, x.r, x.served = c, bufio.NewReader(c), 0
		x.stop = watch(ctx, c)
	}
	if _, err := x.conn.Write(x.request(authorization)); err != nil {
		return nil, err
	}
	h, err := readHead(x.r)
	if err == nil {
		x.served++
	}
	return h, err
}

func (x *exchange) request(authorization string) []byte {
	var b bytes.Buffer
	line := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	b.WriteString(x.method + " " + x.uri + " HTTP/1.1\r\n")
	line("Host", x.host)
	// NTLM needs the connection to stay open, and all else is faster with it. The header
	// is in no standard, but HTTP/1.0 proxies look at it.
	line("Proxy-Connection", "Keep-Alive")
	if authorization != "" {
		line("Proxy-Authorization", authorization)
	}
	for _, name := range sortedKeys(x.p.Header) {
		for _, v := range x.p.Header[name] {
			if authorization == "" || !strings.EqualFold(name, "Proxy-Authorization") {
				line(name, v)
			}
		}
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

func sortedKeys(m map[string][]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// keep makes the connection ready for the next request by reading the answer's body,
// and reports whether that worked.
func (x *exchange) keep(h *head) bool {
	body, ok := x.body(h)
	if !ok || body == nil || !h.persistent() {
		return false
	}
	const most = 64 << 10
	n, err := io.Copy(io.Discard, io.LimitReader(body, most+1))
	return err == nil && n <= most
}

// body returns what follows the head of an answer with a body: nil if only the end of
// the connection ends it. ok is false if its header contradicts itself (RFC 9112,
// Section 6.3).
func (x *exchange) body(h *head) (body io.Reader, ok bool) {
	encoding, lengths := h.header["Transfer-Encoding"], h.header["Content-Length"]
	if len(encoding) > 0 {
		if len(encoding) > 1 || len(lengths) > 0 || !strings.EqualFold(encoding[0], "chunked") {
			return nil, false
		}
		return &chunked{r: x.r, body: httputil.NewChunkedReader(x.r)}, true
	}
	if len(lengths) == 0 {
		return nil, true
	}
	n, err := strconv.ParseInt(lengths[0], 10, 64)
	if err != nil || n < 0 || lengths[0][0] == '+' || slices.ContainsFunc(lengths, func(s string) bool { return s != lengths[0] }) {
		return nil, false
	}
	return &exactly{r: x.r, left: n}, true
}

// release stops watching the context; see watch.
func (x *exchange) release() error {
	if x.stop == nil {
		return nil
	}
	stop := x.stop
	x.stop = nil
	return stop()
}

func (x *exchange) hangUp() {
	if x.conn != nil {
		x.release()
		x.conn.Close()
		x.conn, x.r = nil, nil
	}
}

func (x *exchange) target() string { return redact(x.uri) }

func (x *exchange) fail(ctx context.Context, err error) error {
	x.hangUp()
	if e, ok := err.(*Error); ok {
		hide(e, x.secret)
	}
	return x.p.explain(ctx, x.target(), err)
}

// targetError returns the error of a proxy that opened no tunnel.
func targetError(h *head) error {
	e := &Error{Stage: StageTarget, Status: h.status, Reason: cmp.Or(h.reason, "refused")}
	switch h.status {
	case 403, 405, 451:
		e.Err = syscall.EACCES
	case 504:
		e.Err = syscall.ETIMEDOUT
	}
	// The two headers below say more about the cause than the status.
	if status := h.first("Proxy-Status"); status != "" {
		if err := proxyStatus(status); err != nil {
			e.Err = err
		}
	}
	if squid := h.first("X-Squid-Error"); squid != "" {
		e.Reason += ", " + shorten(squid)
		if err := squidError(squid); err != nil {
			e.Err = err
		}
	}
	return e
}

// proxyStatus reads the error of a Proxy-Status header (RFC 9209, Section 2.3).
func proxyStatus(value string) error {
	for param := range strings.SplitSeq(value, ";") {
		name, ok := strings.CutPrefix(strings.TrimSpace(param), "error=")
		if !ok {
			continue
		}
		switch name {
		case "connection_refused":
			return syscall.ECONNREFUSED
		case "connection_timeout", "dns_timeout":
			return syscall.ETIMEDOUT
		case "destination_ip_unroutable", "destination_unavailable":
			return syscall.EHOSTUNREACH
		case "destination_ip_prohibited", "http_request_denied":
			return syscall.EACCES
		case "dns_error", "destination_not_found":
			return errNoName
		}
	}
	return nil
}

var errNoName = errors.New("the proxy found no such host")

// squidError reads the header that squid adds: a word, and the errno of Linux.
func squidError(value string) error {
	word, number, _ := strings.Cut(value, " ")
	switch word {
	case "ERR_ACCESS_DENIED":
		return syscall.EACCES
	case "ERR_DNS_FAIL":
		return errNoName
	case "ERR_CONNECT_FAIL":
		switch number {
		case "101":
			return syscall.ENETUNREACH
		case "110":
			return syscall.ETIMEDOUT
		case "111":
			return syscall.ECONNREFUSED
		case "113":
			return syscall.EHOSTUNREACH
		}
	}
	return nil
}
