package control

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync/atomic"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// showAll is the option by which servers that have ls, or act so, list hidden names too.
const showAll = "-a"

// A listForm is how LIST is sent.
type listForm struct {
	option string // before the pathname, or ""
	inside bool   // the directory is made the working directory first
}

// apply returns a command with the option.
func (f listForm) apply(cmd protocol.Command) protocol.Command {
	if f.option != "" {
		cmd.Arg = strings.TrimSuffix(f.option+" "+cmd.Arg, " ")
	}
	return cmd
}

// listAll is List with hidden names. RFC 959 has no options: a server may take "-a" for a
// pathname, and refuse it or list something else. So the first listing of each form, with and
// without a pathname, is compared with LIST without the option: it must have all that that one has,
// and besides only names that begin with a dot. Otherwise the one without is what counts, then and
// later.
func (c *Conn) listAll(ctx context.Context, path string, o ListOptions) iter.Seq2[listing.Entry, error] {
	named := path != "" && !c.HasQuirk(QuirkListIgnoresPath) && c.misread(protocol.Command{Verb: "LIST", Arg: path}) == ""
	switch {
	case c.HasQuirk(QuirkListOptions):
		return c.entries(ctx, "LIST", path, listForm{}, o)
	case c.options.understood(named) || !c.mayNotice(QuirkListOptions):
		return c.entries(ctx, "LIST", path, listForm{option: showAll}, o)
	}
	return func(yield func(listing.Entry, error) bool) {
		all := collect(c.entries(ctx, "LIST", path, listForm{option: showAll}, o))
		if ctx.Err() != nil || c.Err() != nil {
			all.yield(yield)
			return
		}
		plain := collect(c.entries(ctx, "LIST", path, listForm{}, o))
		switch {
		case plain.failed:
			plain.yield(yield)
		case all.failed || !all.addsHidden(plain):
			c.notice(QuirkListOptions, "LIST "+showAll+" is refused, or lists something else than LIST")
			plain.yield(yield)
		case len(plain.items) > 0:
			c.options.set(named)
			all.yield(yield)
		case named && len(all.items) > 0:
			// There is nothing to compare with, and what the server lists may be another
			// directory: it may have left out the pathname with the option.
			c.entries(ctx, "LIST", path, listForm{option: showAll, inside: true}, o)(yield)
		default:
			all.yield(yield)
		}
	}
}

// isDot reports whether an entry is that of the directory itself or of its parent.
func isDot(e listing.Entry) bool {
	return e.Kind == listing.KindCurrent || e.Kind == listing.KindParent || e.Name == "." || e.Name == ".."
}

// A collected listing is held as a whole.
type collected struct {
	items  []listedItem
	names  map[string]bool
	failed bool // the last item is the error that ended it
}

type listedItem struct {
	entry listing.Entry
	err   error
}

func collect(seq iter.Seq2[listing.Entry, error]) collected {
	l := collected{names: map[string]bool{}}
	for e, err := range seq {
		l.items = append(l.items, listedItem{e, err})
		_, line := errors.AsType[*parse.Error](err)
		_, transfer := errors.AsType[*TransferError](err)
		switch {
		case err == nil:
			l.names[e.Name] = true
		case line && !transfer:
			l.names[e.Raw] = true
		default:
			l.failed = true
		}
	}
	return l
}

// addsHidden reports whether l has all names that plain has, and besides only hidden ones.
func (l *collected) addsHidden(plain collected) bool {
	for name := range plain.names {
		if !l.names[name] {
			return false
		}
	}
	for _, x := range l.items {
		name := x.entry.Name
		if !plain.names[name] && !plain.names[x.entry.Raw] && !strings.HasPrefix(name, ".") && !isDot(x.entry) {
			return false
		}
	}
	return true
}

func (l *collected) yield(yield func(listing.Entry, error) bool) {
	for _, x := range l.items {
		if !yield(x.entry, x.err) {
			return
		}
	}
}

// listOptions is what is known of the options of LIST on a connection: whether they are
// understood alone, and before a pathname.
type listOptions struct{ alone, named atomic.Bool }

func (o *listOptions) form(named bool) *atomic.Bool {
	if named {
		return &o.named
	}
	return &o.alone
}

func (o *listOptions) understood(named bool) bool { return o.form(named).Load() }
func (o *listOptions) set(named bool)             { o.form(named).Store(true) }

// QuirkListOptions: LIST -a is taken for a pathname, or refused.
const QuirkListOptions QuirkName = "list-options"

var rowListOptions = Quirk{
	Name: QuirkListOptions, Mode: QuirkDetected,
	Behaviour:  "LIST -a, which is sent where the caller wants hidden names, is taken for a pathname or refused",
	Evidence:   "such a listing is refused, or lacks what LIST without the option has",
	Workaround: "LIST goes without the option, so that hidden names may be missing",
	Refs:       []string{"WinSCP", "Personal FTP Server, MVS, OpenVMS", "pyftpdlib"},
}
