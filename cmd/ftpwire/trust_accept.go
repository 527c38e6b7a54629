package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/tlsx"
)

func (a *app) trustAcceptCmd() *cobra.Command {
	var f connFlags
	var sha256 string
	var yes bool
	cmd := &cobra.Command{
		Use:   "accept URL",
		Short: "Accept a server's certificate",
		Long: `Connects to a server, without a login, prints its certificate and what is wrong with
it, asks on the terminal, and remembers the certificate as accepted for this server.
If another one was accepted before, it shows both.

Without a terminal, --sha256 says which certificate it must be: its fingerprint as the
server's administrator tells it, 64 hexadecimal digits with or without colons. With
--yes any certificate is accepted, even that of an attacker on the way.`,
		Example: `  ftpwire trust accept ftpes://ftp.example.com/
  ftpwire trust accept --yes ftpes://localhost:2121/`,
		Args: nargs(1, 1, "a URL is missing"),
	}
	f.addReachFlags(cmd)
	f.addTalkFlags(cmd)
	f.addTrustFile(cmd)
	f.retryFlags.add(cmd)
	format := addFormat(cmd, "a property a line, or one JSON object")
	cmd.Flags().StringVar(&sha256, "sha256", "", "accept it without a question if its SHA-256 is `HEX`, otherwise refuse it")
	cmd.Flags().BoolVar(&yes, "yes", false, "accept whatever the server shows, without a question")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		var want *tlsx.Fingerprint
		if sha256 != "" {
			want = new(tlsx.Fingerprint)
			if err := want.UnmarshalText([]byte(sha256)); err != nil {
				return usagef("--sha256: %w", err)
			}
		}
		if want == nil && !yes && !a.terminal() {
			return &usageError{
				err:  errors.New("there is no terminal to ask on"),
				hint: "Say with --sha256 HEX which certificate it must be, or accept any with --yes.",
			}
		}
		return a.accept(&f, args[0], want, yes, format.value == "json")
	}
	return cmd
}

// accept accepts the certificate of a server if it is the wanted one, or if somebody
// says so.
func (a *app) accept(f *connFlags, rawURL string, want *tlsx.Fingerprint, yes, asJSON bool) error {
	in, err := a.inspect(f, rawURL)
	if err != nil {
		return err
	}
	out := a.stdout
	if asJSON {
		out = terminalWriter{a} // for whoever is asked
	}
	if !asJSON || want == nil && !yes {
		if err := in.write(out); err != nil {
			return err
		}
	}
	said, err := a.acceptInspected(f, in, want, yes)
	if err != nil {
		return &outcomeError{&kindError{err, a.acceptKind(err)}, func(e *failureJSON) any { return acceptanceJSON{in, false, e} }}
	}
	if asJSON {
		return writeJSON(a.stdout, acceptanceJSON{in, true, nil})
	}
	_, err = fmt.Fprintln(a.stdout, said)
	return err
}

// An acceptanceJSON says what became of a certificate.
type acceptanceJSON struct {
	*inspection
	Accepted bool         `json:"accepted"` // now, or before, or it passes all checks
	Error    *failureJSON `json:"error,omitempty"`
}

// acceptKind returns what kind of failure err is if no certificate was accepted.
func (a *app) acceptKind(err error) ftpwire.Kind {
	if kind := a.kindOf(err); kind != ftpwire.KindOther {
		return kind
	}
	return ftpwire.KindCertificate
}

// acceptInspected returns what to say if the certificate is accepted now, or need not be.
func (a *app) acceptInspected(f *connFlags, in *inspection, want *tlsx.Fingerprint, yes bool) (string, error) {
	server := hostPort(in.Host, in.Port)
	switch {
	case in.err != nil:
		return "", in.err
	case want != nil && *want != in.Certificate.SHA256:
		return "", &hintError{
			err:  fmt.Errorf("the certificate of %s has another SHA-256 than the one given; nothing was accepted", server),
			hint: "The SHA-256 was that of another certificate, or somebody is in between.",
		}
	case in.Verdict == verdictValid:
		return "nothing to accept: it passes all checks", nil
	case in.Verdict == verdictAccepted:
		return "nothing to accept: it was accepted before", nil
	}
	if want == nil && !yes && !a.confirm(in) {
		return "", errors.New("the certificate was not accepted")
	}
	store, err := a.trustStore(f.trustFile)
	if err != nil {
		return "", err
	}
	if err := in.remember(store); err != nil {
		return "", cannot(err)
	}
	return fmt.Sprintf("accepted: the certificate of %s, in %s", server, visible(store.Path())), nil
}

// remember puts the certificate into the store, provided that the store says what it
// said before.
func (in *inspection) remember(store *tlsx.TrustStore) error {
	t := tlsx.Trusted{
		Host: in.Host, Port: in.Port, SHA256: in.Certificate.SHA256,
		Reasons: in.Reasons, Subject: in.Certificate.Subject,
	}
	if in.Verdict == verdictChanged {
		return store.Replace(*in.Known, t)
	}
	return store.Accept(t)
}

// confirm asks whether to accept what was shown.
func (a *app) confirm(in *inspection) bool {
	out := terminalWriter{a}
	if in.Verdict == verdictChanged {
		fmt.Fprintf(out, "\nWARNING: THE CERTIFICATE OF %s HAS CHANGED\nIt was renewed, or somebody is in between and would read and change what you send.\n", hostPort(in.Host, in.Port))
	}
	io.WriteString(out, "\nCompare the SHA-256 with the one that the server's administrator tells you.\nAccept the certificate? [y/N]: ")
	line, ok := readLine(a.ctx, a.stdin)
	if !ok {
		io.WriteString(out, "\n")
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}
