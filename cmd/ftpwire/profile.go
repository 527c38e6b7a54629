package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// locate reads a URL and applies the flags to its profile. Only the credentials
// are left, as they may need a prompt: see credentials.
func (a *app) locate(f *connFlags, rawURL string) (*ftpwire.Location, error) {
	l, err := a.target(rawURL)
	if err != nil {
		return nil, err
	}
	if l.Profile.Password != "" {
		a.secret(l.Profile.Password)
		a.warn(`the password in the URL can be seen in the list of processes and the shell's history; see "ftpwire help passwords"`)
	}
	p := &l.Profile
	for _, apply := range []func(*connFlags, *ftpwire.Profile) error{
		(*connFlags).applyUser, (*connFlags).applyLogin, (*connFlags).applyReach, a.applyTLS, a.applyVerify, (*connFlags).applyQuirks,
	} {
		if err := apply(f, p); err != nil {
			return nil, err
		}
	}
	if p.Variant == ftpwire.VariantFTP && f.aboutTLS() {
		a.warn("flags about TLS have no effect on a clear-text connection; ftpes:// or --tls explicit would encrypt it")
	}
	if err := f.applyData(p); err != nil {
		return nil, err
	}
	if err := f.formatFlags.apply(p); err != nil {
		return nil, err
	}
	if err := f.paceFlags.apply(p); err != nil {
		return nil, err
	}
	f.applyList(p)
	p.Timeout, a.closeTimeout = f.timeout, f.closeTimeout
	p.Trace = a.tracer(f, p)
	a.keepRecent(f, p)
	for _, p := range []*ftpwire.Profile{p, f.through(p)} {
		if _, err := p.Address(); err != nil {
			return nil, cannot(err)
		}
	}
	if err := a.applyHop(f, p); err != nil {
		return nil, err
	}
	if err := profileFault(f.through(p).Validate()); err != nil {
		return nil, err
	}
	if err := f.logFlags.check(); err != nil {
		return nil, err
	}
	if err := f.retryFlags.check(); err != nil {
		return nil, err
	}
	if typ, err := f.formatFlags.typeOf(l); err == nil && typ != 'I' {
		p.Type = ftpwire.TransferType(typ)
	}
	return l, f.formatFlags.check(l, &f.transferFlags)
}

func (f *connFlags) applyUser(p *ftpwire.Profile) error {
	switch {
	case f.user == "":
	case p.User != "" && p.User != f.user:
		return usagef("the URL and --user name two users")
	case strings.ContainsAny(f.user+f.account, "\r\n\x00"):
		return usagef("--user and --acct can't hold CR, LF or NUL")
	default:
		p.User = f.user
	}
	if f.accountAlways && f.account == "" {
		return usagef("--acct-always needs --acct")
	}
	p.Account, p.Login.AccountAlways = f.account, f.accountAlways
	return nil
}

// aboutTLS reports whether a flag says how TLS is to be done.
func (f *connFlags) aboutTLS() bool {
	return f.ca != "" || f.insecure || f.cert != "" || f.pfx != "" || f.tlsMin != "" || f.tlsMax != "" || f.ciphers != "" || f.authSSL ||
		f.acceptNew || len(f.pins) > 0 || f.skip.String() != "" || f.ccc || f.sessionIDs || f.noDataCert || f.noUploadProbe || f.serverName != "" || f.identity != nil && f.identity.value != "same"
}

func (a *app) applyTLS(f *connFlags, p *ftpwire.Profile) (err error) {
	switch f.tls.value {
	case "none":
		p.Variant = ftpwire.VariantFTP
	case "explicit":
		p.Variant = ftpwire.VariantTLSExplicit
	case "implicit":
		p.Variant = ftpwire.VariantTLSImplicit
	case "auto":
		p.Variant = ftpwire.VariantAuto
	}
	if f.authSSL {
		p.Auth = []string{"SSL"}
		switch p.Protocol() {
		case ftpwire.VariantTLSExplicit:
			p.Variant = ftpwire.VariantSSLExplicit
		case ftpwire.VariantTLSImplicit:
			p.Variant = ftpwire.VariantSSLImplicit
		}
	}
	if f.ciphers != "" {
		if p.CipherSuites, err = tlsx.ParseCipherSuites(f.ciphers); err != nil {
			return usagef("--ciphers: %w", err)
		}
	}
	lowest, err := tlsVersion("--tls-min", f.tlsMin)
	if err != nil {
		return err
	}
	highest, err := tlsVersion("--tls-max", f.tlsMax)
	if err != nil {
		return err
	}
	p.TLSMin, p.TLSMax = tlsx.Version(lowest), tlsx.Version(highest)
	if p.TLSMax != 0 && max(p.TLSMin, tls.VersionTLS10) > p.TLSMax {
		return usagef("--tls-min is above --tls-max")
	}
	if p.TLSMax != 0 && p.TLSMin == 0 && p.TLSMax < tls.VersionTLS12 && !p.Variant.SSL() {
		return &usageError{err: errors.New("--tls-max is below TLS 1.2, the default minimum"), hint: "Old versions are weak; if the server has nothing better, say so with --tls-min too."}
	}
	if f.ca != "" && f.insecure {
		return usagef("--ca and --insecure exclude each other")
	}
	p.Insecure, p.ClearCommandChannel = f.insecure, f.ccc
	if f.ca != "" {
		if p.RootCAs, err = readCAs("--ca", f.ca); err != nil {
			return err
		}
	}
	p.ClientCertificates, err = a.clientCertificate(f)
	return err
}

func (f *connFlags) applyReach(p *ftpwire.Profile) error { return f.reachFlags.apply(p, f.tls) }

// applyList says how the listings of commands that list are read.
func (f *connFlags) applyList(p *ftpwire.Profile) {
	if f.list != nil {
		system := p.List.Lines.System // no flag says it
		defer func() { p.List.Lines.System = cmp.Or(p.List.Lines.System, system) }()
		p.List, p.TimeZone, p.DateFormat = *f.list, f.zone, f.dates
	}
}

// profileFault makes an error about a field of the Profile one about the flag that sets it.
func profileFault(err error) error {
	pe, ok := errors.AsType[*ftpwire.ProfileError](err)
	if !ok {
		return cannot(err)
	}
	if flag := firstFlag(ftpwire.Field(pe.Field)); flag != "" {
		return usagef("%s %s", flag, byFlags(pe.Reason))
	}
	return cannot(err)
}

var fieldWord = regexp.MustCompile(`\b[A-Z][A-Za-z]+\b`)

// byFlags returns a text with the names of flags in place of those of fields.
func byFlags(text string) string {
	return fieldWord.ReplaceAllStringFunc(text, func(word string) string { return cmp.Or(firstFlag(ftpwire.Field(word)), word) })
}

func (f *connFlags) applyData(p *ftpwire.Profile) error {
	f.reachFlags.applyData(p)
	if f.mode == nil {
		return nil
	}
	if err := f.dataFlags.apply(p); err != nil {
		return err
	}
	p.Resumption = map[string]tlsx.Resumption{
		"required": tlsx.ResumeRequired, "preferred": tlsx.ResumePreferred, "off": tlsx.ResumeOff,
	}[f.resume.value]
	if f.prot.value == "C" {
		p.DataProtection = control.ProtectClear
	}
	if f.noDataCert && len(p.ClientCertificates) == 0 {
		return usagef("--no-data-cert needs a client certificate (--cert or --pfx)")
	}
	p.SessionIDs, p.NoDataCertificate, p.NoUploadProbe = f.sessionIDs, f.noDataCert, f.noUploadProbe
	return p.Identity.UnmarshalText([]byte(f.identity.value))
}

func tlsVersion(flag, s string) (uint16, error) {
	if s == "" {
		return 0, nil
	}
	v, err := tlsx.ParseVersion(s)
	if err != nil {
		return 0, usagef("%s: %w", flag, err)
	}
	return v, nil
}

// readCAs reads the certificates to trust that a flag names.
func readCAs(flag, file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("%s: %w", flag, err)
	}
	pool := x509.NewCertPool()
	n := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, usagef("%s: %s: %w", flag, file, err)
		}
		pool.AddCert(cert)
		n++
	}
	if n == 0 {
		return nil, usagef("%s: %s: no certificate in PEM format in it", flag, file)
	}
	return pool, nil
}

// describe names a server in messages.
func describe(p *ftpwire.Profile) string {
	addr, err := p.Address()
	if err != nil {
		return p.Host
	}
	if proxy := p.Login.Proxy; proxy != nil {
		addr = proxy.Host + " through the proxy " + addr
	}
	return fmt.Sprintf("%s (TLS: %s)", addr, p.Protocol().Security())
}
