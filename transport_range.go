package ftpwire

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// wanted returns the range that is asked for (RFC 9110, Section 14.2). ok is false if the whole file is to be sent, and n is -1 if there is
// no octet of the range.
func (x *exchange) wanted(e listing.Entry) (from, n int64, ok bool) {
	spec := x.req.Header.Get("Range")
	if spec == "" || e.Size < 0 || x.req.Method == http.MethodHead || !x.sameAsIfRange(e.Time) {
		return 0, 0, false
	}
	return byteRange(spec, e.Size)
}

// sameAsIfRange reports whether If-Range has the time of the file, or nothing.
func (x *exchange) sameAsIfRange(modified time.Time) bool {
	v := x.req.Header.Get("If-Range")
	if v == "" {
		return true
	}
	t, err := http.ParseTime(v)
	return err == nil && !modified.IsZero() && modified.Truncate(time.Second).Equal(t)
}

// byteRange reads a Range header with one range. Anything else counts as none, as the RFC allows.
func byteRange(spec string, size int64) (from, n int64, ok bool) {
	unit, set, found := strings.Cut(spec, "=")
	if !found || !strings.EqualFold(strings.TrimSpace(unit), "bytes") || strings.Contains(set, ",") {
		return 0, 0, false
	}
	first, last, found := strings.Cut(strings.TrimSpace(set), "-")
	if !found || first == "" && last == "" {
		return 0, 0, false
	}
	if first == "" {
		n, ok := octets(last)
		switch {
		case !ok:
			return 0, 0, false
		case n == 0 || size == 0:
			return 0, -1, true
		}
		n = min(n, size)
		return size - n, n, true
	}
	from, ok = octets(first)
	to := size - 1
	if last != "" && ok {
		to, ok = octets(last)
	}
	switch {
	case !ok || last != "" && to < from:
		return 0, 0, false
	case from >= size:
		return 0, -1, true
	}
	return from, min(to, size-1) - from + 1, true
}

// octets reads a number of digits. One that is too large is as large as there is.
func octets(s string) (int64, bool) {
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64) // beyond the range it returns the largest number
	return n, s != "" && (err == nil || n > 0)
}

// precondition judges the conditions of the request (RFC 9110, Section 13.2.2) for a file that is there or not, and returns a status if
// they do not hold. There are no entity tags, so that none matches.
func (x *exchange) precondition(there bool, modified time.Time) int {
	h, reads := x.req.Header, x.req.Method != http.MethodPut && x.req.Method != http.MethodDelete
	if match := h.Get("If-Match"); match != "" {
		if strings.TrimSpace(match) != "*" || !there {
			return http.StatusPreconditionFailed
		}
	} else if since := h.Get("If-Unmodified-Since"); since != "" {
		if t, err := http.ParseTime(since); err == nil && (!there || modified.IsZero() || modified.Truncate(time.Second).After(t)) {
			return http.StatusPreconditionFailed
		}
	}
	if none := h.Get("If-None-Match"); none != "" {
		switch {
		case strings.TrimSpace(none) != "*" || !there:
			return 0
		case reads:
			return http.StatusNotModified
		}
		return http.StatusPreconditionFailed
	}
	if since := h.Get("If-Modified-Since"); since != "" && reads && there && !modified.IsZero() {
		if t, err := http.ParseTime(since); err == nil && !modified.Truncate(time.Second).After(t) {
			return http.StatusNotModified
		}
	}
	return 0
}
