package main

import (
	"cmp"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/tlsx"
)

var errAutoTLS = usagef("--tls auto: the check needs to know when TLS begins: use explicit, implicit or none")

// checkTarget returns the server to check, and what ends the embedded one.
func (a *app) checkTarget(cmd *cobra.Command, f *checkFlags, args []string) (conformance.Target, *conformance.Options, func(), error) {
	opts := f.selection()
	opts.Timeout, opts.ConnectTimeout, opts.MaxTime, opts.MaxLogins = f.timeout, f.connectTimeout, f.maxTime, f.maxLogins
	opts.WriteDir, opts.ReadOnly, opts.AllowClear = f.writeDir, f.readOnly, f.allowClear || len(args) == 0
	opts.Slow, opts.Intrusive, opts.Strict = f.slow, f.intrusive, f.strict
	switch {
	case f.maxTime <= 0:
		return conformance.Target{}, nil, nil, usagef("--max-time must be above zero")
	case f.idleLimit < 0:
		return conformance.Target{}, nil, nil, usagef("--idle-limit must not be below zero")
	}
	if len(args) == 0 {
		target, stop, err := a.embedded(cmd, f)
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
	a.warnUnchecked(cmd)
	f.protection = a.watch(&f.connFlags, &l.Profile)
	opts.Trace = traceLines(l.Profile.Trace)
	target, err := targetOf(&l.Profile)
	if err != nil {
		return conformance.Target{}, nil, nil, cannot(err)
	}
	if !f.insecure && l.Profile.Variant != ftpwire.VariantFTP {
		a.warnSkipped(&f.connFlags)
	}
	target.OtherHost, target.DownHost, target.IdleLimit = f.otherHost, f.downHost, f.idleLimit
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
	auth := ""
	if len(cfg.Auth) > 0 {
		auth = cfg.Auth[0]
	}
	return conformance.Target{
		Dial:     cfg.Dial,
		DialData: cfg.Data.Dial,
		Listen:   listenFor(p),
		Addr:     addr,
		TLS: map[control.Security]tlsx.Mode{
			control.SecurityNone: tlsx.ModeNone, control.SecurityExplicit: tlsx.ModeExplicit, control.SecurityImplicit: tlsx.ModeImplicit,
		}[p.Protocol().Security()],
		TLSConfig: withName(cfg.TLS, cfg.ServerName), Verify: cfg.Verify,
		Identity: cfg.Identity, SessionIDs: cfg.SessionIDs, NoDataCertificate: cfg.NoDataCertificate,
		Auth: auth, ActiveAddr: p.Data.ActiveAddr,
		User: p.User, Password: p.Password, Account: p.Account, AccountAlways: p.Login.AccountAlways,
		NoOneTime: p.Login.OneTime == control.OneTimeNever, OneTimeOnly: p.Login.OneTime == control.OneTimeRequire,
		VirtualHost: p.Login.VirtualHost,
	}, nil
}

// withName has TLS ask for a name, unless it is "".
func withName(c *tls.Config, name string) *tls.Config {
	c.ServerName = cmp.Or(name, c.ServerName)
	return c
}

// A behindProxyError is why there is no active mode through a proxy.
type behindProxyError struct{}

func (behindProxyError) Error() string {
	return "the server sees the address of the proxy, and can't connect to this computer"
}
func (behindProxyError) Is(target error) bool { return target == errors.ErrUnsupported }

// listenFor returns what opens the ports of active data connections of p, nil if any port
// will do.
func listenFor(p *ftpwire.Profile) func(network, address string) (net.Listener, error) {
	ports := p.Data.ActivePorts
	switch {
	case p.Proxy != nil:
		return func(string, string) (net.Listener, error) { return nil, behindProxyError{} }
	case ports == (datachan.PortRange{}):
		return nil
	}
	next := int(ports.First)
	return func(network, address string) (ln net.Listener, err error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || port != "0" {
			return net.Listen(network, address)
		}
		for range int(ports.Last) - int(ports.First) + 1 {
			ln, err = net.Listen(network, net.JoinHostPort(host, strconv.Itoa(next)))
			if next++; next > int(ports.Last) {
				next = int(ports.First)
			}
			if err == nil {
				return ln, nil
			}
		}
		return nil, err
	}
}

// embedded starts the embedded server, with credentials that nobody else knows.
func (a *app) embedded(cmd *cobra.Command, f *checkFlags) (conformance.Target, func(), error) {
	none := conformance.Target{}
	if name := needsURL(cmd); name != "" {
		return none, nil, &usageError{err: fmt.Errorf("flags about hosts, login and certificates need a URL: --%s", name), hint: "Without a URL the embedded server is checked, which brings its own host, login and certificate."}
	}
	user := ftptest.User{Name: "checker", Password: rand.Text(), Quota: 1 << 40} // so that there is AVBL
	other := ftptest.VirtualHost{Names: []string{"other.example"}, Users: []ftptest.User{{Name: "nobody", Password: rand.Text()}}}
	down := ftptest.VirtualHost{Names: []string{"down.example"}, Down: true}
	mode := tlsx.ModeExplicit
	switch f.tls.value {
	case "none":
		mode = tlsx.ModeNone
	case "implicit":
		mode = tlsx.ModeImplicit
	}
	cfg := &ftptest.Config{TLS: mode, Users: []ftptest.User{user}, Hosts: []ftptest.VirtualHost{other, down}, MarkEvery: 50_000, StrictClose: true, IdleTimeout: f.idleLimit}
	target := conformance.Target{TLS: mode, User: user.Name, Password: user.Password, OtherHost: other.Names[0], DownHost: down.Names[0], IdleLimit: f.idleLimit}
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
