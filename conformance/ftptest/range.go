package ftptest

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A span is a part of a file, from one octet to another, both counted in. A to
// of -1 is the end of the file.
type span struct{ from, to int64 }

func parseSpan(arg string) (span, bool) {
	from, to, ok := strings.Cut(strings.TrimSpace(arg), " ")
	if to = strings.TrimSpace(to); !ok || !digits(from) || !digits(to) || len(from) > 18 || len(to) > 18 {
		return span{}, false
	}
	a, _ := strconv.ParseInt(from, 10, 64)
	b, _ := strconv.ParseInt(to, 10, 64)
	return span{a, b}, true
}

// rang is RANG (draft-bryan-ftp-range, Section 3). A start of 1 and an end of 0 take
// it back.
func (s *session) rang(arg string) {
	part, ok := parseSpan(arg)
	switch {
	case !ok:
		s.reply(501, "RANG needs a start and an end")
	case part == span{1, 0}:
		s.reply(350, "Range is reset")
	case part.from > part.to:
		s.reply(501, "The range ends before it starts")
	case !s.format().Exact():
		s.reply(504, "RANG needs TYPE I and STRU F")
	default:
		s.replyf(350, "Restarting at %d. End byte range at %d", part.from, part.to)
	}
}

// span returns what RANG has asked for, if it has.
func (s *session) span() (span, bool) { return parseSpan(s.machine.Params().Range) }

// storeRange is an upload after RANG: it changes nothing outside of the range (draft-
// bryan-ftp-range, Section 4.3).
func (s *session) storeRange(arg string, part span) {
	name := s.resolve(arg)
	if !s.mayStore() {
		return
	}
	if !s.mayWrite() {
		s.closeEndpoint()
		s.refuseError(553, arg, fs.ErrPermission)
		return
	}
	if !s.format().Exact() {
		s.refuseTransfer(554, "RANG with an upload needs TYPE I and STRU F")
		return
	}
	if !s.mayTransfer() {
		return
	}
	data, err := readTree(s.host.tree, name)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		s.closeEndpoint()
		s.refuseError(553, arg, err)
	case part.from > int64(len(data)):
		s.refuseTransfer(554, "Range is beyond the end of the file")
	default:
		w := &rangeWriter{tree: s.host.tree, name: name, data: data, at: part.from, end: part.to + 1}
		s.begin(&transfer{file: w, sink: w, text: "Opening data connection for a part of the file"})
	}
}

// A rangeWriter writes into the middle of a file, which changes when it is closed.
type rangeWriter struct {
	tree    tree
	name    string
	data    []byte
	at, end int64
	closed  bool
}

func (r *rangeWriter) Write(b []byte) (int, error) {
	n := min(int64(len(b)), r.end-r.at)
	if grown := r.at + n; grown > int64(len(r.data)) {
		r.data = append(r.data, make([]byte, grown-int64(len(r.data)))...)
	}
	copy(r.data[r.at:], b[:n])
	r.at += n
	if n < int64(len(b)) {
		return int(n), errOffset
	}
	return len(b), nil
}

func (r *rangeWriter) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	return writeFile(r.tree, r.name, r.data)
}

// readTree returns a copy of the content of a file.
func readTree(t tree, name string) ([]byte, error) {
	f, err := t.open(path.Join("/", name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return slices.Clone(data), err
}
