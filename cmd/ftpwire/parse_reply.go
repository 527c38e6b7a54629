package main

import (
	"bufio"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

func (a *app) parseReplyCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "reply [FILE]",
		Short: "Replies of a control connection",
		Long: `Reads replies as a server sends them and prints one JSON object for each: code, the
lines of its text, and the deviations that were forgiven. Text that is not a reply
ends the reading with {"error": ..., "raw": ...} and exit code 1.`,
		Example: `  printf '220-Welcome\r\n220 Ready\r\n' | ftpwire parse reply`,
		Args:    nargs(0, 1, ""),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := a.open(args)
			if err != nil {
				return err
			}
			defer r.Close()
			return a.parseReplies(r)
		},
	}
}

type replyJSON struct {
	Code  int      `json:"code"`
	Lines []string `json:"lines"`
	Lint  []string `json:"lint,omitempty"`
}

func (a *app) parseReplies(r io.Reader) error {
	var rr protocol.ReplyReader
	in := bufio.NewReader(r)
	for {
		chunk, err := in.Peek(1)
		if len(chunk) > 0 {
			chunk, _ = in.Peek(in.Buffered())
			n, reply, ok, ferr := rr.Feed(chunk)
			in.Discard(n)
			if ferr != nil {
				return a.notReply(ferr)
			}
			if ok {
				if err := writeJSON(a.stdout, newReplyJSON(reply)); err != nil {
					return err
				}
			}
			continue
		}
		if err != io.EOF {
			return err
		}
		if rr.Partial() {
			return a.notReply(errors.New("the text ends in the middle of a reply"))
		}
		return nil
	}
}

func (a *app) notReply(err error) error {
	u := unread{Error: errtext.Of(err)}
	if se, ok := errors.AsType[*protocol.SyntaxError](err); ok {
		u.Raw = se.Excerpt
	}
	if err := writeJSON(a.stdout, u); err != nil {
		return err
	}
	return errSaid
}

func newReplyJSON(r protocol.Reply) replyJSON {
	j := replyJSON{Code: int(r.Code), Lines: r.Lines}
	for _, l := range []struct {
		bit  protocol.Lint
		name string
	}{
		{protocol.LintBareLF, "bare-lf"}, {protocol.LintBareCR, "bare-cr"}, {protocol.LintNoSpace, "no-space"},
		{protocol.LintInnerCode, "inner-code"}, {protocol.LintOuterGroup, "outer-group"},
	} {
		if r.Lint&l.bit != 0 {
			j.Lint = append(j.Lint, l.name)
		}
	}
	return j
}
