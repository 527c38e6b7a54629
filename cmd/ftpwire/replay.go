package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/spf13/cobra"

	dialogue "github.com/ftpwire/ftpwire/conformance/transcript"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/tlsx"
)

func (a *app) replayCmd() *cobra.Command {
	var f struct{ listen, cert, key string }
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Play the server of a recorded dialogue",
		Long: `Plays the server of a dialogue that --log=FILE has recorded, or that was written by hand:
each line "C:" must come as it is written ("*" stands for any rest), and each line "S:"
is sent. A connection after the first gets the next dialogue of the file. When all of
them are over, the exit code is 0. The first line that differs ends the command with exit
code 1.

Addresses of data connections are those of this run. Over TLS, the certificate is a
fresh one for localhost, unless --cert gives another; clients need --insecure for it.
Data that were cut short in the log can't be played, nor can aborted transfers.`,
		Example: `  ftpwire get --log=session.txt ftpes://alice@ftp.example.com/report.pdf
  ftpwire replay session.txt`,
		Args: nargs(1, 1, "a FILE is missing"),
	}
	fs := cmd.Flags()
	fs.StringVar(&f.listen, "listen", "127.0.0.1:2121", "`ADDRESS` to listen on; port 0 is any free one")
	fs.StringVar(&f.cert, "cert", "", "the server's certificate, a PEM `FILE` (default: a fresh one for localhost)")
	fs.StringVar(&f.key, "key", "", "its private key, a PEM `FILE` (default: the one of --cert)")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		scripts, err := readScripts(args[0])
		if err != nil {
			return err
		}
		pairs, err := readKeyPair(f.cert, f.key)
		if err != nil {
			return err
		}
		if len(pairs) == 0 && usesTLS(scripts) {
			if pairs, err = freshKeyPair(); err != nil {
				return err
			}
		}
		return a.replay(f.listen, scripts, pairs)
	}
	return cmd
}

// readScripts reads the dialogues of a file, all of which must be whole.
func readScripts(name string) ([]*dialogue.Script, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, &usageError{err: err}
	}
	scripts, err := dialogue.ParseAll(data)
	if err != nil {
		return nil, usagef("%s: %w", name, err)
	}
	for _, s := range scripts {
		for _, step := range s.Steps {
			if step.Cut() {
				return nil, usagef("%s: line %d: %s is only the beginning of what was moved", name, step.Line, step.Text)
			}
		}
	}
	return scripts, nil
}

func usesTLS(scripts []*dialogue.Script) bool {
	for _, s := range scripts {
		for _, step := range s.Steps {
			if step.Kind == dialogue.TLS {
				return true
			}
		}
	}
	return false
}

// replay serves one connection after the other, one for each script.
func (a *app) replay(address string, scripts []*dialogue.Script, pairs []tls.Certificate) error {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return &usageError{err: err}
	}
	defer ln.Close()
	defer context.AfterFunc(a.ctx, func() { ln.Close() })()
	sessions := tlsx.NewServerSessions(&tls.Config{Certificates: pairs})
	fmt.Fprintf(a.stdout, "listening on %s, connections: %d\n", ln.Addr(), len(scripts))
	for i, s := range scripts {
		conn, err := ln.Accept()
		if err != nil {
			return err
		}
		p := &replayed{ctx: a.ctx, tcp: conn, control: sessions.NewControl(tlsx.BindNone)}
		err = p.play(s)
		if step, ok := errors.AsType[*dialogue.StepError](err); ok {
			return errtext.Errorf("connection %d: %w", i+1, step)
		}
		if err != nil {
			return err
		}
	}
	if !a.quiet {
		a.say("ftpwire: replay: all was as recorded")
	}
	return nil
}
