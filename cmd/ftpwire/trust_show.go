package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/errtext"
	"github.com/ftpwire/ftpwire/protocol/patience"
	"github.com/ftpwire/ftpwire/tlsx"
)

func (a *app) trustShowCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "show URL",
		Short: "Show a server's certificate",
		Long: `Connects to a server and prints its certificate, what is wrong with it, and whether it
was accepted. Nobody logs in, and no password is asked for or sent. The port of the
URL's scheme is 21 for ftpes:// and 990 for ftps://; its path does not matter.

The exit code is 4 if commands would refuse the certificate.`,
		Example: `  ftpwire trust show ftpes://ftp.example.com/
  ftpwire trust show --format json ftps://ftp.example.com/ | jq -r .certificate.pin`,
		Args: nargs(1, 1, "a URL is missing"),
	}
	f.addReachFlags(cmd)
	f.addTalkFlags(cmd)
	f.addTrustFile(cmd)
	f.retryFlags.add(cmd)
	format := addFormat(cmd, "a property a line, or one JSON object")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		in, err := a.inspect(&f, args[0])
		if err != nil {
			return err
		}
		if format.value == "json" {
			err = writeJSON(a.stdout, in)
		} else {
			err = in.write(a.stdout)
		}
		if err == nil && in.Verdict != verdictValid && in.Verdict != verdictAccepted {
			err = saidError{kind: ftpwire.KindCertificate}
		}
		return err
	}
	return cmd
}

// The verdicts on a certificate.
const (
	verdictValid    = "valid"    // it passes all checks
	verdictAccepted = "accepted" // it does not, and somebody has accepted that
	verdictChanged  = "changed"  // another one was accepted
	verdictUnknown  = "unknown"  // nobody has accepted what is wrong with it
	verdictRevoked  = "revoked"  // nobody can accept it
)

// An inspection is what was seen of a server's certificate.
type inspection struct {
	Host        string                `json:"host"`
	Port        int                   `json:"port"`
	Verdict     string                `json:"verdict"`
	Reasons     tlsx.Reason           `json:"reasons"`
	Problems    []string              `json:"problems"`
	Certificate tlsx.CertificateFacts `json:"certificate"`
	TLS         string                `json:"tls,omitempty"` // version
	Staple      *stapleJSON           `json:"ocsp,omitempty"`
	Known       *tlsx.Trusted         `json:"trusted,omitempty"` // what the store holds for the server

	err error // of a certificate that nobody can accept
}

// A stapleJSON is the OCSP response that came with a certificate.
type stapleJSON struct {
	Status     string     `json:"status"` // none, good, revoked, unknown or invalid
	ThisUpdate *time.Time `json:"this_update,omitempty"`
	NextUpdate *time.Time `json:"next_update,omitempty"`
	Stale      bool       `json:"stale,omitempty"`
	Error      string     `json:"error,omitempty"`
}

// inspect connects to the server of rawURL, without a login, and judges its
// certificate.
func (a *app) inspect(f *connFlags, rawURL string) (*inspection, error) {
	l, err := a.locate(f, rawURL)
	if err != nil {
		return nil, err
	}
	if l.Profile.Variant == ftpwire.VariantFTP {
		return nil, &usageError{err: errors.New("there is no certificate in clear text"), hint: "Write ftpes:// (TLS by AUTH) or ftps:// (TLS from the first byte) in place of ftp://."}
	}
	store, err := a.trustStore(f.trustFile)
	if err != nil {
		return nil, err
	}
	if err := a.hopPassword(l.Profile.Proxy); err != nil {
		return nil, err
	}
	in := &inspection{Problems: []string{}}
	if in.Host, in.Port, err = addressOf(&l.Profile); err != nil {
		return nil, err
	}
	if err := a.record(f, &l.Profile, &l.Profile); err != nil {
		return nil, err
	}
	if err := a.again(f, func() error { return a.look(in, &l.Profile) }); err != nil {
		return nil, err
	}
	return in, in.judge(store)
}

// look fills in what the server shows.
func (a *app) look(in *inspection, p *ftpwire.Profile) error {
	var seen atomic.Pointer[tlsx.CertificateQuestion]
	p.Verify = &tlsx.Verification{Ask: func(_ context.Context, q *tlsx.CertificateQuestion) tlsx.Answer {
		seen.Store(q)
		return tlsx.AcceptOnce // nothing is sent that the wrong server must not have
	}}
	a.tried = p
	cfg, err := p.Control()
	if err != nil {
		return cannot(err)
	}
	conn, err := control.Dial(a.ctx, hostPort(in.Host, in.Port), cfg)
	if q := seen.Load(); q != nil {
		in.Certificate, in.Reasons, in.Problems = q.Facts, q.Reasons, q.Problems
	}
	if ce, ok := errors.AsType[*tlsx.CertificateError](err); ok && ce.Reasons != 0 {
		in.Certificate, in.Reasons, in.Problems, in.err = ce.Facts, ce.Reasons, ce.Problems, err
		return nil
	}
	if err != nil {
		// After the handshake the server has proven that the certificate is its own. A
		// refusal after that does not matter: the server may want a client certificate.
		if _, early := errors.AsType[*tlsx.HandshakeError](err); !early && in.Reasons != 0 && a.ctx.Err() == nil {
			return nil
		}
		return dialError(p, err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(a.ctx, patience.QuitAtEnd.Default)
		defer cancel()
		conn.Quit(ctx)
	}()
	state, ok := conn.TLS()
	if !ok {
		return &kindError{fmt.Errorf("%s: the server has no TLS, and so no certificate", describe(p)), ftpwire.KindConnect}
	}
	in.Certificate, in.TLS = tlsx.Facts(state.PeerCertificates[0]), tlsx.VersionName(state.Version)
	in.Staple = newStapleJSON(tlsx.StapleStatus(state))
	return nil
}

func newStapleJSON(s tlsx.Staple) *stapleJSON {
	j := &stapleJSON{Status: s.Status.String(), Stale: s.Status != tlsx.StapleNone && s.Status != tlsx.StapleInvalid && s.Stale(time.Now())}
	if !s.ThisUpdate.IsZero() {
		j.ThisUpdate = &s.ThisUpdate
	}
	if !s.NextUpdate.IsZero() {
		j.NextUpdate = &s.NextUpdate
	}
	if s.Err != nil {
		j.Error = errtext.Of(s.Err)
	}
	return j
}

// judge compares with what the store holds.
func (in *inspection) judge(store *tlsx.TrustStore) error {
	t, ok, err := store.Lookup(in.Host, in.Port)
	if err != nil {
		return cannot(err)
	}
	if ok {
		in.Known = &t
	}
	switch {
	case in.err != nil:
		in.Verdict = verdictRevoked
	case in.Reasons == 0:
		in.Verdict = verdictValid
	case ok && t.SHA256 != in.Certificate.SHA256:
		in.Verdict = verdictChanged
	case ok && t.Reasons.Has(in.Reasons):
		in.Verdict = verdictAccepted
	default:
		in.Verdict = verdictUnknown
	}
	return nil
}

// write writes the certificate for people.
func (in *inspection) write(w io.Writer) error {
	rows := [][2]string{{"server", hostPort(in.Host, in.Port)}}
	rows = append(rows, factRows(&in.Certificate)...)
	if in.TLS != "" {
		rows = append(rows, [2]string{"TLS", in.TLS})
	}
	if in.Staple != nil {
		rows = append(rows, [2]string{"OCSP", in.Staple.text()})
	}
	for _, p := range in.Problems {
		rows = append(rows, [2]string{"problem", p})
	}
	writeRows(w, "", append(rows, in.verdictRows()...))
	return nil
}

func (s *stapleJSON) text() string {
	switch {
	case s.Status == tlsx.StapleNone.String():
		return "no response stapled"
	case s.Error != "":
		return s.Status + ": " + s.Error
	case s.Stale:
		return s.Status + ", but out of date"
	case s.NextUpdate != nil:
		return s.Status + ", until " + minute(*s.NextUpdate)
	}
	return s.Status
}

func (in *inspection) verdictRows() [][2]string {
	switch in.Verdict {
	case verdictValid:
		return [][2]string{{"verdict", "valid: it passes all checks"}}
	case verdictAccepted:
		return [][2]string{{"verdict", fmt.Sprintf("accepted on %s (%s)", day(in.Known.Date), in.Known.Reasons)}}
	case verdictChanged:
		return [][2]string{
			{"verdict", "CHANGED: on " + day(in.Known.Date) + " another certificate was accepted"},
			{"before", "SHA-256 " + in.Known.SHA256.String() + ", " + in.Known.Subject},
			{"now", "SHA-256 " + in.Certificate.SHA256.String() + ", " + in.Certificate.Subject},
		}
	case verdictRevoked:
		return [][2]string{{"verdict", "revoked: nobody can accept it"}}
	}
	if in.Known != nil {
		return [][2]string{{"verdict", fmt.Sprintf("not accepted: on %s it was, for less (%s)", day(in.Known.Date), in.Known.Reasons)}}
	}
	return [][2]string{{"verdict", "not accepted yet"}}
}
