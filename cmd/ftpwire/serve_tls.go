package main

import (
	"crypto/tls"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/tlsx"
)

// serveTLS are the flags of serve that concern TLS.
type serveTLS struct {
	cert, key, clientCA, auth, min, max string
	tls, ccc, reuse                     *choice
}

func (f *serveTLS) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	f.tls = addChoice(cmd, "tls", "explicit", "none|explicit|implicit", "when TLS begins")
	fs.StringVar(&f.min, "tls-min", "", "lowest TLS `VERSION` (default 1.2)")
	fs.StringVar(&f.max, "tls-max", "", "highest TLS `VERSION` (default 1.3)")
	fs.StringVar(&f.cert, "cert", "", "the server's certificate, a PEM `FILE` (default: a fresh one for localhost)")
	fs.StringVar(&f.key, "key", "", "its private key, a PEM `FILE` (default: the one of --cert)")
	fs.StringVar(&f.clientCA, "client-ca", "", "demand client certificates that the authorities in this PEM `FILE` have issued")
	fs.StringVar(&f.auth, "auth", "", "mechanisms that AUTH takes, a `LIST` of TLS, TLS-C, TLS-P and SSL (default TLS,TLS-C)")
	f.ccc = addChoice(cmd, "ccc", "allowed", "allowed|server-first|client-first|refused", "whether CCC is allowed, and who ends TLS first")
	f.reuse = addChoice(cmd, "reuse", "none", "none|any|control", "TLS session that data connections must resume: any of this server, or the control connection's")
}

// apply sets the configuration. Without TLS, it refuses the flags that have no meaning
// then.
func (f *serveTLS) apply(cfg *ftptest.Config, others bool) (err error) {
	switch f.tls.value {
	case "explicit":
		cfg.TLS = ftptest.TLSExplicit
	case "implicit":
		cfg.TLS = ftptest.TLSImplicit
	}
	if cfg.TLS == ftptest.TLSNone && (others || f.cert != "" || f.key != "" || f.clientCA != "" || f.auth != "" || f.min != "" || f.max != "" || f.reuse.value != "none") {
		return usagef("--require-tls, --cert, --key, --ca-out, --client-ca, --auth, --tls-min, --tls-max and --reuse make no sense with --tls none")
	}
	cfg.ClearCommands = map[string]ftptest.ClearPolicy{"server-first": ftptest.ClearServerFirst, "client-first": ftptest.ClearClientFirst, "refused": ftptest.ClearRefused}[f.ccc.value]
	cfg.Reuse = map[string]tlsx.Binding{"any": tlsx.BindAny, "control": tlsx.BindControl}[f.reuse.value]
	if f.auth != "" {
		cfg.AuthMechanisms = strings.Split(strings.ToUpper(f.auth), ",")
	}
	if err := f.versions(cfg); err != nil {
		return err
	}
	pairs, err := readKeyPair(f.cert, f.key)
	if err != nil {
		return err
	}
	if len(pairs) > 0 {
		cfg.Certificate = &pairs[0]
	}
	if f.clientCA != "" {
		if cfg.ClientCAs, err = readCAs("--client-ca", f.clientCA); err != nil {
			return err
		}
		cfg.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return nil
}

func (f *serveTLS) versions(cfg *ftptest.Config) (err error) {
	if cfg.MinTLS, err = tlsVersion("--tls-min", f.min); err != nil {
		return err
	}
	if cfg.MaxTLS, err = tlsVersion("--tls-max", f.max); err != nil {
		return err
	}
	switch {
	case cfg.MaxTLS != 0 && cfg.MinTLS > cfg.MaxTLS:
		return usagef("--tls-min is above --tls-max")
	case cfg.MaxTLS != 0 && cfg.MinTLS == 0 && cfg.MaxTLS < tls.VersionTLS12:
		return &usageError{err: errors.New("--tls-max is below TLS 1.2, the default minimum"), hint: "Say so with --tls-min too."}
	}
	return nil
}
