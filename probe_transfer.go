package ftpwire

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A probeListed is what a listing has shown.
type probeListed struct {
	data    control.DataInfo
	octets  int
	entries int
	dots    int // entries of the directory itself, and its parent
	unread  int // lines that are no entries

	names listing.CodePageDetector
	dates listing.DateFormatDetector
}

// transfer lists the login directory in the open session, and moves a file if that is asked
// for.
func (r *probeRun) transfer(ctx context.Context, s probeStep, o *probeOutcome) {
	r.tap.begin()
	c := s.combination
	d := r.dataBase
	d.Mode, d.NAT, d.Sync = c.DataMode, c.NAT, c.Sync
	r.data = &d
	o.stage = StageData
	listed := &probeListed{}
	err := r.list(ctx, c.Listing, listed)
	r.tap.tell(o)
	o.resumed = listed.data.TLS && (listed.data.Reuse == tlsx.Resumed || listed.data.Reuse == tlsx.ResumedByID)
	if err != nil {
		o.err = err
		o.kind = dataKind(err, o)
		o.byID = sessionIDOnly(err)
		return
	}
	if listed.data.Mode == "" && !r.o.Write {
		o.kind, o.words = probeListing, "there is nothing to list, and the server opened no data connection that could prove anything"
		return
	}
	if r.o.Write {
		o.stage = StageWrite
		if err := r.thereAndBack(ctx); err != nil {
			r.tap.tell(o)
			o.err, o.kind = err, probeWrite
			if k := dataKind(err, o); k == probeDataTCP || k == probeDataTLS || k == probeReuse || k == probeProtection {
				o.stage, o.kind = StageData, k // the other direction
			}
			return
		}
	}
	o.stage, o.words = StageDone, listed.words(c.Listing)
	r.works, r.listed = o, listed
	r.findSystem(ctx)
}

// words tells what was listed.
func (l *probeListed) words(verb protocol.Verb) string {
	s := fmt.Sprintf("%s: %d entries in %d octets", verb, l.entries, l.octets)
	if l.data.TLS {
		s += ", " + l.data.Reuse.String()
	}
	return s
}

// maxProbeListing bounds what is read of a listing. What is longer proves the data
// connection as well, but not that it ends in order.
const maxProbeListing = 64 << 20

// list reads the login directory.
func (r *probeRun) list(ctx context.Context, verb protocol.Verb, l *probeListed) error {
	d, err := r.conn.Open(ctx, verb, "")
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(d, maxProbeListing))
	l.data = d.Data()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	l.octets = len(text)
	return l.read(verb, text)
}

// sessionIDOnly reports whether a server resumes sessions by ID, and refused a data connection
// that did not resume.
func sessionIDOnly(err error) bool {
	n, ok := errors.AsType[*tlsx.NotResumedError](err)
	return ok && n.Reuse == tlsx.SessionIDOnly
}

// read takes in the text of a listing. The error says that it is none.
func (l *probeListed) read(verb protocol.Verb, text []byte) error {
	if verb == "NLST" {
		for line := range strings.Lines(string(text)) {
			if name := strings.TrimRight(line, "\r\n"); name != "" {
				l.note(listing.Entry{Name: name, Text: name})
			}
		}
		return nil
	}
	o := listing.Options{Now: time.Now()}
	if verb == "MLSD" {
		o.Dialect = "mlsx"
	}
	var first error
	for e, err := range listing.Read(bytes.NewReader(text), o, listing.Limits{Entries: -1, Bytes: -1}) {
		if _, line := errors.AsType[*parse.Error](err); err != nil && !line {
			return err
		}
		if err != nil {
			if l.unread++; first == nil {
				first = err
			}
			if !errors.Is(err, listing.ErrMessage) {
				l.dates.Add(&e)
			}
			continue
		}
		l.note(e)
	}
	if l.entries == 0 && l.dots == 0 && first != nil && (verb == "MLSD" || errors.Is(first, listing.ErrMessage)) {
		return first
	}
	return nil
}

// note takes in an entry.
func (l *probeListed) note(e listing.Entry) {
	if isDot(e) {
		l.dots++
		return
	}
	l.entries++
	l.names.Add(&e)
	l.dates.Add(&e)
}

// thereAndBack puts a small file, reads it back, compares it and removes it.
func (r *probeRun) thereAndBack(ctx context.Context) (err error) {
	if err := r.conn.SetFileFormat(mode.Format{}); err != nil {
		return err
	}
	content := []byte("ftpwire probe " + rand.Text() + "\r\n\x00\xff")
	name := ""
	for _, prefix := range []string{".ftpwire-probe-", "ftpwire-probe-"} { // some servers take no name that begins with a dot
		name = prefix + rand.Text()[:12]
		if err = r.put(ctx, name, content); protocol.MeaningIn(err) != protocol.BadName {
			break
		}
	}
	if t, ok := errors.AsType[*control.TransferError](err); ok && t.Phase == control.PhaseOpen {
		return err // nothing was begun
	}
	if err == nil {
		var got []byte
		if got, err = r.get(ctx, name); err == nil && !bytes.Equal(got, content) {
			err = fmt.Errorf("ftp: a file of %d octets came back as %d others", len(content), len(got))
		}
	}
	if removed := r.remove(ctx, name, err); err == nil {
		err = removed
	}
	return err
}

func (r *probeRun) put(ctx context.Context, name string, content []byte) error {
	u, err := r.conn.Stor(ctx, name, 0)
	if err != nil {
		return err
	}
	_, err = u.Write(content)
	if cerr := u.Close(); err == nil {
		err = cerr
	}
	return err
}

func (r *probeRun) get(ctx context.Context, name string) ([]byte, error) {
	d, err := r.conn.Retr(ctx, name, 0)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(io.LimitReader(d, 1<<20))
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return got, err
}

// remove removes the file, even if the time is up meanwhile. failed is the error of what came
// before: then there may be nothing to remove.
func (r *probeRun) remove(ctx context.Context, name string, failed error) error {
	if r.conn.Err() != nil {
		r.leftover = name
		return nil
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience.Cleanup.Default)
	defer cancel()
	err := r.conn.Dele(bounded, name)
	if err != nil && (failed == nil || protocol.MeaningIn(err) != protocol.NotExist) {
		r.leftover = name
	}
	return err
}
