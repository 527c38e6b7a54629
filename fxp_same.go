package ftpwire

import (
	"context"
	"path"
)

// ontoItself reports whether a direct transfer would store the file over itself. Links, and names that differ in
// their case only, are not seen.
func (x *fxp) ontoItself(ctx context.Context) (bool, error) {
	if !x.o.Direct || path.Base(x.fromPath) != path.Base(x.toPath) || !sameLogin(x.from, x.to) {
		return false, nil
	}
	from, err := x.absolute(ctx, source)
	if err != nil {
		return false, err
	}
	to, err := x.absolute(ctx, destination)
	return from == to, err
}

// sameLogin reports whether two Clients are logged in to one server as one user.
func sameLogin(a, b *Client) bool {
	if a.userName() != b.userName() {
		return false
	}
	if a.address() == b.address() {
		return true
	}
	for _, c := range []*Client{a, b} {
		if c.profile != nil && c.profile.Login.Proxy != nil {
			return false // the peer is the proxy
		}
	}
	return a.conn.RemoteAddr().String() == b.conn.RemoteAddr().String()
}

func (c *Client) userName() string {
	if c.profile == nil || c.profile.User == "" {
		return "anonymous"
	}
	return c.profile.User
}

// absolute returns the whole pathname at one server. Where nobody tells the working directory, it is the pathname
// as it is.
func (x *fxp) absolute(ctx context.Context, s fxpSide) (string, error) {
	c, name := x.client(s), x.path(s)
	if path.IsAbs(name) || c.conn.Err() != nil {
		return path.Clean(name), nil
	}
	dir, err := c.conn.Pwd(ctx)
	if err != nil {
		return path.Clean(name), x.at(s, c.fatal(ctx, err))
	}
	return path.Join(dir, name), nil
}
