package control

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// Open opens the raw text of a listing: verb is LIST, NLST or MLSD, path a
// pathname or "" for the working directory. Line ends are as they came.
func (c *Conn) Open(ctx context.Context, verb protocol.Verb, path string) (*Download, error) {
	return c.openListing(ctx, verb, path, listForm{})
}

func (c *Conn) openListing(ctx context.Context, verb protocol.Verb, path string, form listForm) (*Download, error) {
	if !verb.Does(protocol.Lists) {
		return nil, &protocol.ArgumentError{Verb: verb, Reason: "is not a listing command"}
	}
	// LIST and NLST imply TYPE A (RFC 1123, Section 4.1.2.7), and hosts whose native text
	// is not ASCII need the TYPE command; MLSD implies TYPE L 8 (RFC 3659, Section 7.2).
	typ := byte('A')
	if verb == "MLSD" {
		typ = c.typeInForce()
	}
	t, err := c.openAs(ctx, protocol.Command{Verb: verb, Arg: path}, typ, func(o *opening) { o.form = form })
	if err != nil {
		return nil, err
	}
	d := newDownload(t)
	d.path = path
	return d, nil
}

func (c *Conn) typeInForce() byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.Params().Type
}

// ListOptions say how the lines of a listing are read.
type ListOptions struct {
	// Lines is handed to [listing.Read]. If Lines.Now is zero, it is the time of the
	// call. If Lines.CodePage is nil, it is that of [LoginOptions] if that one is in use.
	Lines listing.Options

	// Limits bound the listing. If zero, they are the defaults of [listing.Limits].
	Limits listing.Limits

	// All asks for hidden names, which many servers leave out of LIST, by "LIST -a". Where
	// that does not work, LIST goes without: see list-options in [Quirks]. The first such
	// listing on a connection is made twice, to be sure. MLSD shows hidden names by itself
	// on the servers that are known. If false, no option is sent.
	All bool

	// ByStat lists over the control connection, as [Conn.StatList] does, where Client lists:
	// it works where no data connection can be opened. All changes nothing about it. Conn.List and
	// Conn.Mlsd ignore it.
	ByStat bool
}

// Mlsd lists a directory in the machine-readable format of RFC 3659, Section 7. A line
// that can't be read is yielded as an error and the listing goes on; an error that ends
// it, a *[TransferError], is yielded last. The loop may call the Conn: the
// rest of the listing is then read ahead; see [Conn]. Leaving the loop early aborts the
// transfer.
func (c *Conn) Mlsd(ctx context.Context, path string, o ListOptions) iter.Seq2[listing.Entry, error] {
	o.Lines.Dialect, o.Lines.Parser = "mlsx", nil
	return c.entries(ctx, "MLSD", path, listForm{}, o)
}

// List lists a directory in the server's own format, which may be any of
// [listing.Dialects]; see [Conn.Mlsd] for errors.
func (c *Conn) List(ctx context.Context, path string, o ListOptions) iter.Seq2[listing.Entry, error] {
	if o.All {
		return c.listAll(ctx, path, o)
	}
	return c.entries(ctx, "LIST", path, listForm{}, o)
}

func (c *Conn) entries(ctx context.Context, verb protocol.Verb, path string, form listForm, o ListOptions) iter.Seq2[listing.Entry, error] {
	return func(yield func(listing.Entry, error) bool) {
		d, err := c.openListing(ctx, verb, path, form)
		if err != nil {
			if err = c.emptyRefusal(ctx, path, err); err != nil {
				yield(listing.Entry{}, err)
			}
			return
		}
		s := c.share(d)
		defer s.close()
		if o.Lines.Now.IsZero() {
			o.Lines.Now = time.Now()
		}
		if o.Lines.CodePage == nil {
			o.Lines.CodePage = c.listed()
		}
		var alone *onlyItem[listing.Entry]
		none := true
		for e, err := range holdOnly(listing.Read(s, o.Lines, o.Limits), saysMissing, &alone) {
			none = false
			switch {
			case err == nil:
				e = c.entryName(e)
				c.given(e.Name)
				if err = d.isOther(e.Name); err != nil {
					s.discard()
					yield(e, err)
					return
				}
			case c.isEmptyListing(err) || c.isVague(path, err):
				s.close() // frees the connection to ask whether the directory exists
				if err = c.emptyRefusal(ctx, path, err); err != nil {
					yield(e, err)
				}
				return
			default:
				if line, ok := errors.AsType[*parse.Error](err); ok && d.mayBeSplit() {
					s.discard()
					yield(e, d.notAsked(ctx, line))
					return
				}
			}
			if !yield(e, err) {
				return
			}
		}
		if !s.atEnd() {
			return // the error that ended the listing was yielded
		}
		err = c.emptyRefusal(ctx, path, s.close())
		if err == nil && alone != nil {
			err = d.saysNotThere(ctx, alone.err)
		}
		if err == nil && none && d.isHeading() {
			err = c.confirmListed(ctx, verb, path)
		}
		if err != nil {
			yield(listing.Entry{}, err)
		}
	}
}

// isHeading reports whether a listing without entries still has a line, such as "total
// 0", and was asked for by a name: [Download.Close] then did not treat it as empty.
func (d *Download) isHeading() bool { return !d.isEmpty() && d.path != "" && d.t.back == nil }

// saysNotThere returns the error of a listing that is a single message, err.
func (d *Download) saysNotThere(ctx context.Context, err error) error {
	if line, ok := errors.AsType[*parse.Error](err); ok && d.mayBeSplit() {
		return d.notAsked(ctx, line)
	}
	return &TransferError{Verb: d.t.f.cmd.Verb, Path: d.t.f.path, Phase: PhaseData, Bytes: d.Octets(), Err: err}
}

// saysMissing reports whether a line of a listing says that the directory to list does
// not exist. It only says so if it is the only line: servers send what ls prints.
func saysMissing(_ listing.Entry, err error) bool {
	return errors.Is(err, listing.ErrMessage) && errors.Is(err, fs.ErrNotExist)
}

// An onlyItem is the only item of a sequence.
type onlyItem[T any] struct {
	value T
	err   error
}

// holdOnly yields the items of seq, except if the only item isDoubtful: that one is
// stored in *alone and not yielded.
func holdOnly[T any](seq iter.Seq2[T, error], isDoubtful func(T, error) bool, alone **onlyItem[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		first := true
		for v, err := range seq {
			if first && isDoubtful(v, err) {
				*alone = &onlyItem[T]{v, err}
				first = false
				continue
			}
			first = false
			if held := *alone; held != nil {
				*alone = nil
				if !yield(held.value, held.err) {
					return
				}
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// maxName bounds one line of NLST.
const maxName = 64 << 10

// Nlst yields the names that the server gives; some give pathnames. See
// [Conn.Mlsd] for errors.
func (c *Conn) Nlst(ctx context.Context, path string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		d, err := c.Open(ctx, "NLST", path)
		if err != nil {
			if err = c.emptyRefusal(ctx, path, err); err != nil {
				yield("", err)
			}
			return
		}
		s := c.share(d)
		defer s.close()
		mayBeMessage := func(name string, err error) bool {
			return path != "" && errors.Is(listing.Message(name), fs.ErrNotExist)
		}
		var alone *onlyItem[string]
		for name, err := range holdOnly(c.nameLines(s), mayBeMessage, &alone) {
			if err == nil {
				err = d.isOther(name)
			}
			if err != nil {
				s.close() // frees the connection to ask whether the directory exists
				if err = c.emptyRefusal(ctx, path, err); err != nil {
					yield("", err)
				}
				return
			}
			c.given(name)
			if !yield(name, nil) {
				return
			}
		}
		err = c.emptyRefusal(ctx, path, s.close())
		if err == nil && alone != nil {
			err = c.confirmListed(ctx, "NLST", path)
		}
		if err != nil {
			yield("", err)
		} else if alone != nil {
			c.given(alone.value)
			yield(alone.value, nil)
		}
	}
}

// nameLines yields the lines of a listing of names.
func (c *Conn) nameLines(r io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(nil, maxName)
		for s.Scan() {
			if !yield(c.nlstName(strings.TrimSuffix(s.Text(), "\r")), nil) {
				return
			}
		}
		if err := s.Err(); err != nil {
			yield("", err)
		}
	}
}
