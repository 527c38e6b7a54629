package control

import (
	"bufio"
	"context"
	"iter"
	"strings"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// Open opens the raw text of a listing: verb is LIST, NLST or MLSD, path a
// pathname or "" for the working directory. Line ends are as they came.
func (c *Conn) Open(ctx context.Context, verb protocol.Verb, path string) (*Download, error) {
	info, _ := protocol.LookupVerb(verb)
	if info.Arg != protocol.ArgPathOpt || !info.Data || verb == "STOU" {
		return nil, &protocol.ArgumentError{Verb: verb, Reason: "is not a listing command"}
	}
	// LIST and NLST imply TYPE A (RFC 1123, Section 4.1.2.7), and hosts whose own
	// text is not ASCII need to be told; MLSD implies TYPE L 8 (RFC 3659, Section 7.2).
	typ := byte('A')
	if verb == "MLSD" {
		typ = c.typeInForce()
	}
	return c.download(ctx, protocol.Command{Verb: verb, Arg: path}, typ, 0)
}

func (c *Conn) typeInForce() byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.machine.Params().Type
}

// ListOptions say how the lines of a listing are read.
type ListOptions struct {
	// Lines is handed to [parse.Listing]. If Lines.Now is zero, it is the time of the
	// call. If Lines.CodePage is nil, it is that of [LoginOptions] where this is in use.
	Lines parse.ListOptions

	Limits parse.Limits
}

// Mlsd lists a directory in the machine-readable format of RFC 3659, Section 7.
// A line that can't be read is yielded as an error and the listing goes on; an
// error that ends it, a *[TransferError], is yielded last. The connection is busy
// until the loop ends; leaving it early aborts the transfer.
func (c *Conn) Mlsd(ctx context.Context, path string, o ListOptions) iter.Seq2[parse.Entry, error] {
	o.Lines.Dialect = "mlsx"
	return c.entries(ctx, "MLSD", path, o)
}

// List lists a directory in the server's own format, whichever of [parse.Dialects]
// it is; see [Conn.Mlsd] for errors.
func (c *Conn) List(ctx context.Context, path string, o ListOptions) iter.Seq2[parse.Entry, error] {
	return c.entries(ctx, "LIST", path, o)
}

func (c *Conn) entries(ctx context.Context, verb protocol.Verb, path string, o ListOptions) iter.Seq2[parse.Entry, error] {
	return func(yield func(parse.Entry, error) bool) {
		d, err := c.Open(ctx, verb, path)
		if err != nil {
			if !c.isEmptyListing(err) {
				yield(parse.Entry{}, err)
			}
			return
		}
		defer d.Close()
		if o.Lines.Now.IsZero() {
			o.Lines.Now = time.Now()
		}
		if o.Lines.CodePage == nil {
			o.Lines.CodePage = c.listed()
		}
		for e, err := range parse.Listing(d, o.Lines, o.Limits) {
			if err != nil && c.isEmptyListing(err) {
				return
			}
			e = c.entryName(e)
			c.given(e.Name)
			if !yield(e, err) {
				return
			}
		}
		if !d.eof {
			return // the error that ended it was yielded
		}
		if err := d.Close(); err != nil && !c.isEmptyListing(err) {
			yield(parse.Entry{}, err)
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
			if !c.isEmptyListing(err) {
				yield("", err)
			}
			return
		}
		defer d.Close()
		s := bufio.NewScanner(d)
		s.Buffer(nil, maxName)
		for s.Scan() {
			name := c.nlstName(strings.TrimSuffix(s.Text(), "\r"))
			c.given(name)
			if !yield(name, nil) {
				return
			}
		}
		err = s.Err()
		if err == nil {
			err = d.Close()
		}
		if err != nil && !c.isEmptyListing(err) {
			yield("", err)
		}
	}
}
