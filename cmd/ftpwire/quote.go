package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

func (a *app) quoteCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "quote URL COMMAND...",
		Short: "Send raw commands",
		Long: `Logs in, sends each COMMAND as one line, and prints the dialogue: "> " before what was
sent, "< " before what came. A path in the URL becomes the working directory first.
The first refusal ends the command with exit code 1.

With --format json, each command is one JSON object with its reply's code and lines.
Commands that move data, such as LIST and RETR, are refused, as are those that end
the session's protection.`,
		Example: `  ftpwire quote ftpes://alice@ftp.example.com/ SYST FEAT
  ftpwire quote ftpes://alice@ftp.example.com/pub "SITE CHMOD 640 report.pdf"`,
		Args: nargs(2, -1, "URL and COMMAND are needed"),
	}
	f.addClientFlags(cmd)
	f.retryFlags.add(cmd)
	format := addFormat(cmd, "the dialogue, or JSON lines")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		var commands []protocol.Command
		for _, line := range args[1:] {
			c, err := rawCommand(line)
			if err != nil {
				return err
			}
			for _, secret := range c.Secrets() {
				a.secret(secret)
			}
			commands = append(commands, c)
		}
		l, err := a.locate(&f, args[0])
		if err != nil {
			return err
		}
		var t transcript
		if format.value == "text" {
			t.attach(a, &l.Profile)
		}
		return a.withLocation(&f, l, func(c *ftpwire.Client) error {
			if l.Path != "" {
				if err := c.Conn().Cwd(a.ctx, l.Path); err != nil {
					return onPath(l.Path, err)
				}
			}
			t.on.Store(true)
			defer t.on.Store(false)
			return a.quote(c.Conn(), commands, format.value == "json")
		})
	}
	return cmd
}

func (a *app) quote(c *control.Conn, commands []protocol.Command, asJSON bool) error {
	for _, cmd := range commands {
		r, err := c.Do(a.ctx, cmd)
		if r.Code != 0 && asJSON {
			if err := writeJSON(a.stdout, quoteJSON{a.masked(cmd.String()), newReplyJSON(a.maskedReply(r))}); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maskedReply returns r without the secrets that the server repeats.
func (a *app) maskedReply(r protocol.Reply) protocol.Reply {
	lines := make([]string, len(r.Lines))
	for i, l := range r.Lines {
		lines[i] = a.masked(l)
	}
	r.Lines = lines
	return r
}

type quoteJSON struct {
	Command string `json:"command"`
	replyJSON
}

// rawCommand reads a command and refuses those that this tool can't carry out.
func rawCommand(line string) (protocol.Command, error) {
	if strings.ContainsAny(line, "\r\n\x00") {
		return protocol.Command{}, usagef("a COMMAND is one line: it can't hold CR, LF or NUL")
	}
	c, err := protocol.ParseCommand([]byte(line))
	if err != nil {
		reason := err.Error()
		if se, ok := errors.AsType[*protocol.SyntaxError](err); ok {
			reason = se.Reason
		}
		return c, usagef("a COMMAND can't be read: %s", reason)
	}
	hint := ""
	switch c.Verb {
	case "LIST", "NLST", "MLSD":
		hint = `"ftpwire ls" lists directories.`
	case "RETR":
		hint = `"ftpwire get" and "ftpwire cat" read files.`
	case "STOR", "STOU", "APPE":
		hint = `"ftpwire put" writes files.`
	case "AUTH", "CCC", "REIN", "PBSZ", "PROT":
		return c, &usageError{
			err:  fmt.Errorf("%s would change the session's protection or login", c.Verb),
			hint: "The URL's scheme and the flags --tls and --prot say how the session is protected.",
		}
	}
	if info, _ := protocol.LookupVerb(c.Verb); info.MovesData() {
		return c, &usageError{err: fmt.Errorf("%s moves data, which quote does not", c.Verb), hint: hint}
	}
	return c, nil
}

// A transcript prints what goes over the control connection while it is on.
type transcript struct{ on atomic.Bool }

// attach makes p's trace print, besides what it did before.
func (t *transcript) attach(a *app, p *ftpwire.Profile) {
	before := p.Trace
	p.Trace = func(e control.TraceEvent) {
		if before != nil {
			before(e)
		}
		if t.on.Load() && (e.Kind == control.TraceSent || e.Kind == control.TraceReceived) {
			io.WriteString(a.stdout, a.masked(e.String())+"\n")
		}
	}
}
