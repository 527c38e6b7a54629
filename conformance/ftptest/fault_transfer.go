package ftptest

import (
	"io"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/protocol"
)

// transferFaults are those of data connections and what goes over them.
func transferFaults() []deviation {
	return []deviation{
		{name: "data-never-opens", doc: "150 is sent, but the data connection is neither accepted nor dialled",
			transfer: func(_ *session, t *transfer) { t.neverOpen = true }},
		{name: "data-truncated-226", doc: "RETR sends the first half of the file and ends in order, with 226",
			transfer: onVerb("RETR", func(_ *session, t *transfer) { t.wrapSource = firstHalf })},
		{name: "data-no-close-notify", doc: "the server ends TLS data connections without close_notify",
			transfer: func(_ *session, t *transfer) { t.noCloseNotify = true }},
		{name: "data-reset", doc: "a data connection ends with RST after the first piece, and 426",
			transfer: func(_ *session, t *transfer) {
				t.during = func(*session, *transfer) error { return errReset }
			}},
		{name: "data-crawls", doc: "what is sent comes one octet at a time, twenty a second",
			transfer: func(s *session, t *transfer) {
				t.wrapSource = func(r io.Reader) io.Reader { return crawling{s, r} }
			}},
		{name: "data-never-closed", doc: "after an upload the server leaves its end of the data connection open",
			transfer: uploads(func(_ *session, t *transfer) { t.keepOpen = true })},
		{name: "421-in-transfer", doc: "after the first piece of a transfer the server says 421 and closes everything",
			transfer: func(_ *session, t *transfer) { t.during = hangUp }},
		{name: "disk-full", doc: "uploads get 150, then 452 when 4 KiB have arrived",
			transfer: uploads(func(_ *session, t *transfer) { t.wrapSink = fullAfter(errNoSpace) })},
		{name: "disk-full-552", doc: "uploads get 150, then 552 when 4 KiB have arrived",
			transfer: uploads(func(_ *session, t *transfer) { t.wrapSink = fullAfter(errQuota) })},
		{name: "list-garbage", doc: "LIST sends lines that are no directory entries",
			transfer: onVerb("LIST", func(_ *session, t *transfer) {
				t.wrapSource = func(io.Reader) io.Reader {
					return strings.NewReader("total ??\r\n<<< $%&/() >>>\r\n\x01\x02\x03\r\n-rw\r\n")
				}
			})},
		{name: "rest-ignored", doc: "REST is answered 350, but transfers start at the beginning",
			restart: func(*session, int64) int64 { return 0 }},
	}
}

// onVerb returns a transfer hook for one command.
func onVerb(verb protocol.Verb, f func(*session, *transfer)) func(*session, *transfer) {
	return func(s *session, t *transfer) {
		if t.verb == verb {
			f(s, t)
		}
	}
}

// uploads returns a transfer hook for all uploads.
func uploads(f func(*session, *transfer)) func(*session, *transfer) {
	return func(s *session, t *transfer) {
		if t.sink != nil {
			f(s, t)
		}
	}
}

// firstHalf returns a reader of the first half of what src has, rounded up.
func firstHalf(src io.Reader) io.Reader {
	data, err := io.ReadAll(src)
	if err != nil {
		return src
	}
	return strings.NewReader(string(data[:(len(data)+1)/2]))
}

// fullAfter returns a function that lets a sink take 4 KiB and then fail.
func fullAfter(err error) func(io.Writer) io.Writer {
	return func(w io.Writer) io.Writer { return &fullWriter{w, 4 << 10, err} }
}

// hangUp says 421 in the middle of a transfer.
func hangUp(s *session, _ *transfer) error {
	s.call(func() { s.reply(421, "Service not available, closing") })
	wait(s.ctx, time.Minute) // the session's end closes the data connection
	return errReset
}

// A crawling source gives an octet now and then.
type crawling struct {
	s *session
	r io.Reader
}

func (c crawling) Read(b []byte) (int, error) {
	wait(c.s.ctx, 50*time.Millisecond)
	return c.r.Read(b[:min(len(b), 1)])
}
