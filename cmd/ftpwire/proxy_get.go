package main

import (
	"errors"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan/proxy"
)

// getByProxy has an HTTP proxy fetch the file that l names, and writes it to local, or to
// standard output if that is "-".
func (a *app) getByProxy(f *connFlags, l *ftpwire.Location, local string) error {
	if err := a.credentials(f, l); err != nil {
		return err
	}
	p := &l.Profile
	if p.Password != "" && !anonymous(p.User) && p.Proxy.TLS == nil {
		a.warn("the proxy, and whoever is between it and here, sees the password and the file (--proxy-get)")
	}
	d, err := p.Proxy.Get(a.ctx, fileURL(l, l.ASCII || f.ascii))
	if err != nil {
		return err
	}
	defer d.Body.Close()
	if f.maxSize > 0 && d.Size > int64(f.maxSize) {
		return &control.TooLargeError{Most: int64(f.maxSize), Size: d.Size}
	}
	d.Body = f.maxSize.bound(d)
	if !d.Proven {
		if f.require.has("size") {
			return errors.New("the proxy does not say how long the file is (--require size)")
		}
		a.warn("the proxy does not say how long the file is: a part of it would look like the whole")
	}
	if local == "-" {
		_, err := io.Copy(a.stdout, d.Body)
		return err
	}
	return a.save(f, d, path.Base(l.Path), local)
}

// checkProxyGet refuses the flags that have no effect if the proxy is the FTP client.
func (f *connFlags) checkProxyGet(l *ftpwire.Location) error {
	p := l.Profile.Proxy
	switch {
	case l.Profile.Variant != ftpwire.VariantFTP:
		return &usageError{err: errors.New("--proxy-get is for ftp:// URLs: the proxy speaks clear text with the server"),
			hint: "Without --proxy-get the connection goes through the proxy, and TLS reaches up to the server."}
	case p == nil || p.Kind != proxy.HTTP:
		return usagef("--proxy-get needs an HTTP proxy (--proxy http://HOST:PORT)")
	case f.loginProxy != "" || f.virtualHost != "" || f.account != "" || f.rate > 0 || f.lowest > 0:
		return usagef("--proxy-get excludes --login-proxy, --virtual-host, --acct, --limit-rate and --speed-limit: the proxy is the FTP client")
	}
	if typ, _ := f.typeOf(l); f.packing() != 'S' || f.records() || typ == 'E' {
		return usagef("--proxy-get excludes --mode, --compress, --structure and --type ebcdic: the proxy is the FTP client")
	}
	g := f.transferFlags
	if g.require.has("size") && len(g.require.values) == 1 {
		g.require.values = nil
	}
	return g.only("a proxy that fetches the file can't do that (--proxy-get)", append(f.ofFile(), namedFlag{"--range", !f.span.whole()})...)
}

// fileURL returns the URL to ask a proxy for.
func fileURL(l *ftpwire.Location, ascii bool) string {
	p := &l.Profile
	u := url.URL{Scheme: "ftp", Host: p.Host}
	if p.Port != 0 {
		u.Host = hostPort(p.Host, p.Port)
	} else if strings.Contains(p.Host, ":") {
		u.Host = "[" + strings.Trim(p.Host, "[]") + "]"
	}
	if p.User != "" {
		u.User = url.UserPassword(p.User, p.Password)
	}
	file, absolute := strings.CutPrefix(l.Path, "/")
	segments := strings.Split(file, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	file = strings.Join(segments, "/")
	if absolute {
		file = "%2F" + file
	}
	if ascii {
		file += ";type=a"
	}
	return u.String() + "/" + file
}

// save writes the file under another name in the same directory, and gives it its name
// once it is complete and on disk.
func (a *app) save(f *connFlags, d *proxy.Download, name, local string) error {
	if target, err := filepath.EvalSymlinks(local); err == nil {
		local = target
	}
	if info, err := os.Stat(local); err == nil && !info.Mode().IsRegular() {
		w, err := os.OpenFile(local, os.O_WRONLY, 0)
		if err != nil {
			return cannot(err)
		}
		_, err = io.Copy(w, d.Body)
		return errors.Join(err, w.Close())
	}
	return ftpwire.ReplaceFile(local, func(w *os.File) (err error) {
		r := io.Reader(d.Body)
		if a.showsProgress(f) {
			b := a.newBar(name)
			b.progress(0, d.Size)
			r = io.TeeReader(r, b)
			defer func() { b.end(err) }()
		}
		_, err = io.Copy(w, r)
		return err
	})
}

// bound returns the body of d, which ends in an error where it is too large.
func (m maxSize) bound(d *proxy.Download) io.ReadCloser {
	if m == 0 {
		return d.Body
	}
	return &boundBody{ReadCloser: d.Body, left: int64(m), err: &control.TooLargeError{Most: int64(m), Size: -1}}
}

// A boundBody fails with err where more comes than may.
type boundBody struct {
	io.ReadCloser
	left int64
	err  error
}

func (b *boundBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left+1)])
	if int64(n) > b.left {
		n, b.left = int(b.left), 0
		return n, b.err
	}
	b.left -= int64(n)
	return n, err
}
