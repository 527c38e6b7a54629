package main

import (
	"cmp"
	"crypto/rand"
	"errors"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

var errAutoTLS = usagef("--tls auto: the check needs to know when TLS begins: use explicit, implicit or none")

// checkTarget returns the server to check, and what ends the embedded one.
func (a *app) checkTarget(f *checkFlags, args []string) (conformance.Target, *conformance.Options, func(), error) {
	if f.tls.value == "auto" {
		return conformance.Target{}, nil, nil, errAutoTLS
	}
	opts := &conformance.Options{
		Only: f.only, Skip: f.skip, Timeout: f.timeout, WriteDir: f.writeDir, ReadOnly: f.readOnly,
		MaxLogins: f.maxLogins, MaxTime: f.maxTime, Slow: f.slow, Intrusive: f.intrusive, Strict: f.strict,
		Level: map[string]conformance.Level{"must": conformance.Must, "should": conformance.Should}[f.level.value],
	}
	if f.maxTime <= 0 {
		return conformance.Target{}, nil, nil, usagef("--max-time must be above zero")
	}
	if len(args) == 0 {
		target, stop, err := a.embedded(f)
		return target, opts, stop, err
	}
	if len(f.faults) > 0 {
		return conformance.Target{}, nil, nil, usagef("--fault is for the embedded server: leave the URL out")
	}
	l, err := a.locate(&f.connFlags, args[0])
	if err != nil {
		return conformance.Target{}, nil, nil, err
	}
	if err := a.credentials(&f.connFlags, l); err != nil {
		return conformance.Target{}, nil, nil, err
	}
	opts.WriteDir = cmp.Or(f.writeDir, l.Path)
	a.tried = &l.Profile
	target, err := targetOf(&l.Profile)
	if err != nil {
		return conformance.Target{}, nil, nil, cannot(err)
	}
	target.OtherHost = f.otherHost
	return target, opts, func() {}, nil
}

// targetOf returns a profile as a target of the checker.
func targetOf(p *ftpwire.Profile) (conformance.Target, error) {
	addr, err := p.Address()
	if err != nil {
		return conformance.Target{}, err
	}
	cfg, err := p.Control()
	if err != nil {
		return conformance.Target{}, err
	}
	if p.Protocol() == ftpwire.VariantAuto {
		return conformance.Target{}, errAutoTLS
	}
	dial := cfg.Dial
	if p.Proxy != nil && !p.DirectData {
		dial = cfg.Data.Dial
	}
	return conformance.Target{
		Dial: dial,
		Addr: addr,
		TLS: map[control.Security]tlsx.Mode{
			control.SecurityNone: tlsx.ModeNone, control.SecurityExplicit: tlsx.ModeExplicit, control.SecurityImplicit: tlsx.ModeImplicit,
		}[p.Protocol().Security()],
		TLSConfig: cfg.TLS,
		User:      p.User, Password: p.Password, Account: p.Account,
	}, nil
}

// embedded starts the embedded server, with credentials that nobody else knows.
func (a *app) embedded(f *checkFlags) (conformance.Target, func(), error) {
	none := conformance.Target{}
	if f.otherHost != "" || f.user != "" || f.account != "" || f.passwordFile != "" || f.ca != "" || f.insecure || f.cert != "" || f.pfx != "" {
		return none, nil, &usageError{err: errors.New("flags about hosts, login and certificates need a URL"), hint: "Without a URL the embedded server is checked, which brings its own."}
	}
	user := ftptest.User{Name: "checker", Password: rand.Text(), Quota: 1 << 40} // so that there is AVBL
	other := ftptest.VirtualHost{Names: []string{"other.example"}, Users: []ftptest.User{{Name: "nobody", Password: rand.Text()}}}
	mode := tlsx.ModeExplicit
	switch f.tls.value {
	case "none":
		mode = tlsx.ModeNone
	case "implicit":
		mode = tlsx.ModeImplicit
	}
	cfg := &ftptest.Config{TLS: mode, Users: []ftptest.User{user}, Hosts: []ftptest.VirtualHost{other}, MarkEvery: 50_000}
	target := conformance.Target{TLS: mode, User: user.Name, Password: user.Password, OtherHost: other.Names[0]}
	var err error
	if cfg.Faults, err = faults(f.faults); err != nil {
		return none, nil, err
	}
	var p ftpwire.Profile
	if err := a.applyTLS(&f.connFlags, &p); err != nil {
		return none, nil, err
	}
	client, err := p.Control()
	if err != nil {
		return none, nil, err
	}
	s, err := ftptest.Start(cfg)
	if err != nil {
		return none, nil, cannot(err)
	}
	target.Addr = s.Addr()
	target.TLSConfig = client.TLS
	target.TLSConfig.RootCAs = s.RootCAs()
	return target, func() { s.Close() }, nil
}
