package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	dialogue "github.com/ftpwire/ftpwire/conformance/transcript"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/tlsx"
)

func (a *app) replayCmd() *cobra.Command {
	var f struct{ listen, cert, key, caOut string }
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Play the server of a recorded dialogue",
		Long: `Plays the server of a dialogue that --log-file has recorded, or that was written by
hand: each line "C:" must come as it is written ("*" stands for any rest), and each line
"S:" is sent. A connection after the first gets the next dialogue of the file. When all of
them are over, the exit code is 0. The first line that differs ends the command with exit
code 1.

Addresses of data connections are those of this run. Over TLS, the certificate is a
fresh one for localhost, unless --cert gives another. Clients need --insecure for it, or
--ca with the file that --ca-out has written.
Refused ports, resets, failed handshakes and silences are played as they were. Pauses that
ended in a reply are not. Of files whose contents were not kept (see --log-contents)
zeros are sent. Listings that were cut short in the file can't be played.`,
		Example: `  ftpwire get --log-file session.txt ftpes://alice@ftp.example.com/report.pdf
  ftpwire replay session.txt
  ftpwire get --insecure ftpes://alice@127.0.0.1:2121/report.pdf`,
		Args: nargs(1, 1, "a FILE is missing"),
	}
	fs := cmd.Flags()
	fs.StringVar(&f.listen, "listen", "127.0.0.1:2121", "`ADDRESS` to listen on; port 0 is any free one")
	fs.StringVar(&f.cert, "cert", "", "the server's certificate, a PEM `FILE` (default: a fresh one for localhost)")
	fs.StringVar(&f.key, "key", "", "its private key, a PEM `FILE` (default: the one of --cert)")
	fs.StringVar(&f.caOut, "ca-out", "", "write the certificate to `FILE`, for the --ca of clients")
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
			if pairs, err = freshKeyPair(distrusted(scripts)); err != nil {
				return err
			}
		}
		if err := writeCertificate(f.caOut, pairs); err != nil {
			return err
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
	all, err := dialogue.ParseAll(data)
	if err != nil {
		return nil, usagef("%s: %w", name, err)
	}
	scripts := slices.DeleteFunc(all, func(s *dialogue.Script) bool { return len(s.Steps) == 0 })
	if len(scripts) == 0 {
		return nil, usagef("%s: %w", name, errNoConnection)
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
			if step.Kind == dialogue.TLS || step.Kind == dialogue.DataFails && step.Text == "tls" {
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
		return &kindError{err, ftpwire.KindLocal}
	}
	defer ln.Close()
	defer context.AfterFunc(a.ctx, func() { ln.Close() })()
	fmt.Fprintf(a.stdout, "listening on %s, connections: %d\n", ln.Addr(), len(scripts))
	if err := a.serveScripts(ln, scripts, tlsx.NewServerSessions(&tls.Config{Certificates: pairs})); err != nil {
		return err
	}
	if !a.quiet {
		a.say("ftpwire: replay: all was as recorded")
	}
	return nil
}

// serveScripts plays the scripts to the connections in their order. It does not wait for
// the end of one before the next, as clients may not either. After the first error no more
// are served.
func (a *app) serveScripts(ln net.Listener, scripts []*dialogue.Script, sessions *tlsx.ServerSessions) error {
	faults := make([]error, len(scripts)+1)
	var playing sync.WaitGroup
	for i, s := range scripts {
		conn, err := ln.Accept()
		if err != nil {
			faults[len(scripts)] = err
			break
		}
		playing.Go(func() {
			p := &replayed{ctx: a.ctx, tcp: conn, control: sessions.NewControl(tlsx.BindNone)}
			faults[i] = p.play(s)
			if faults[i] != nil {
				ln.Close()
			}
		})
	}
	playing.Wait()
	for i, err := range faults {
		if err != nil && i < len(scripts) {
			return errtext.Errorf("connection %d: %w", i+1, err)
		}
	}
	return faults[len(scripts)]
}
