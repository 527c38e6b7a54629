package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/datachan/proxy"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// proxyFlags say which HTTP or SOCKS proxy connections go through.
type proxyFlags struct {
	proxyURL, proxyCA string
	noProxy           bool
	proxyData         bool
	throughProxy      bool // the flags exist: the environment counts as well
}

func (f *proxyFlags) add(cmd *cobra.Command) {
	f.throughProxy = true
	inSection(cmd, sectionProxy, func(fs *pflag.FlagSet) {
		fs.StringVar(&f.proxyURL, "proxy", "", "connect through the HTTP or SOCKS proxy `URL`, such as socks5://HOST or http://USER@HOST:3128; \"ftpwire help proxies\" explains it (default: what the environment says)")
		fs.BoolVar(&f.noProxy, "no-proxy", false, "connect directly, whatever the environment says")
		fs.StringVar(&f.proxyCA, "proxy-ca", "", "trust the certificates in this PEM `FILE`, and no others, for the proxy itself (https://)")
	})
}

// addData adds the further flags of commands with data connections.
func (f *proxyFlags) addData(cmd *cobra.Command) {
	inSection(cmd, sectionProxy, func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.proxyData, "proxy-data", true, "data connections go through the proxy too; --proxy-data=false leaves them out")
	})
}

// applyHop has p connect through the proxy of the flags or of the environment. Its
// credentials are completed later: see hopPassword.
func (a *app) applyHop(f *connFlags, p *ftpwire.Profile) (err error) {
	switch {
	case !f.throughProxy:
		return nil
	case f.noProxy && (f.proxyURL != "" || f.proxyCA != ""):
		return usagef("--no-proxy excludes --proxy and --proxy-ca")
	case f.noProxy:
		return nil
	case f.proxyURL != "":
		if p.Proxy, err = proxy.Parse(f.proxyURL); err != nil {
			return &usageError{err: errtext.Errorf("--proxy: %w", err), hint: `It is SCHEME://[USER@]HOST[:PORT]; "ftpwire help proxies" explains it.`}
		}
	default:
		if p.Proxy, err = a.proxyOfEnvironment(f.through(p)); err != nil {
			return err
		}
	}
	if p.Proxy == nil {
		if f.proxyCA != "" {
			return usagef("--proxy-ca needs a proxy (--proxy)")
		}
		return nil
	}
	if p.Proxy.Password != "" {
		a.secret(p.Proxy.Password)
		if f.proxyURL != "" && (a.conn == nil || a.conn.text("proxy") != f.proxyURL) {
			a.warn(`the proxy's password in --proxy can be seen in the list of processes and the shell's history; see "ftpwire help proxies"`)
		}
	}
	p.Proxy.Timeout = f.timeout
	p.DirectData = f.mode != nil && !f.proxyData
	return f.applyProxyCA(p.Proxy)
}

func (f *proxyFlags) applyProxyCA(p *proxy.Proxy) (err error) {
	if f.proxyCA == "" {
		return nil
	}
	if p.TLS == nil {
		return usagef("--proxy-ca needs a proxy with TLS (https://)")
	}
	p.TLS.RootCAs, err = readCAs("--proxy-ca", f.proxyCA)
	return err
}

// proxyOfEnvironment returns the proxy that the environment names for the server, or
// nil.
func (a *app) proxyOfEnvironment(p *ftpwire.Profile) (*proxy.Proxy, error) {
	addr, err := p.Address()
	if err != nil {
		return nil, cannot(err)
	}
	choose, err := proxy.FromEnvironment(func(name string) string {
		value, _ := a.env(name)
		a.learn([]string{value})
		return value
	})
	if err != nil {
		return nil, &usageError{err: err, hint: "Correct or unset the variable, or connect without a proxy (--no-proxy)."}
	}
	return choose(addr), nil
}

const noProxy = "--no-proxy"

// byEnvironment adds advice to the error of a proxy that comes from the environment: how
// to connect without it.
func (f *proxyFlags) byEnvironment(err error) error {
	if _, hop := errors.AsType[*proxy.Error](err); !hop || f.proxyURL != "" {
		return err
	}
	return &hintError{err: err, more: "The proxy was named by the environment; " + noProxy + " connects directly."}
}

// hopPassword completes the credentials of the HTTP or SOCKS proxy.
func (a *app) hopPassword(p *proxy.Proxy) (err error) {
	if p == nil || p.User == "" || p.Password != "" || p.Kind == proxy.SOCKS4 || p.Kind == proxy.SOCKS4A {
		return nil
	}
	password, ok := a.env("FTPWIRE_PROXY_PASSWORD")
	if !ok {
		if password, err = a.ask(a.ctx, fmt.Sprintf("Password for %s at the proxy %s: ", visible(p.User), p),
			fmt.Sprintf("password for user %q of the proxy", p.User),
			"Give it in the environment variable FTPWIRE_PROXY_PASSWORD."); err != nil {
			return err
		}
	}
	a.secret(password)
	p.Password = password
	return nil
}
