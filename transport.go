package ftpwire

import (
	"context"
	"net/http"
	"strings"
	"sync"
)

// A Transport lets package net/http speak FTP: it is an [http.RoundTripper] for URLs of the schemes ftp, ftpes and ftps, as [ParseURL] reads
// them. The zero Transport is ready to use:
//
//	t := &ftpwire.Transport{}
//	defer t.CloseIdleConnections()
//	h := http.DefaultTransport.(*http.Transport).Clone()
//	for _, scheme := range []string{"ftp", "ftpes", "ftps"} {
//		h.RegisterProtocol(scheme, t)
//	}
//	client := &http.Client{Transport: h}
//
// GET fetches a file, or one range of it (206; 416 if there is no such range), or lists a directory, as JSON if the Accept header
// prefers application/json to text/html, else as HTML. HEAD tells the same without the body. PUT stores a file: 201 if it is known to be new,
// else 204. DELETE removes a file or an empty directory: 204. Other methods are answered with 405. The conditions of RFC 9110, Section 13,
// are kept; there are no entity tags, as FTP has none, and If-Range wants the time of Last-Modified. Where the server tells no size, or can't
// begin at an offset, or nothing shows that it does, a range is answered with the whole file (200).
//
// What the server answers is a response: 404 if there is nothing of the name, 403 if it is not allowed, 401 for a refused login, 507 where there
// is no space, 503 for what is temporary, 409 if something else is in the way, 501 for what the server does not know, 502 for other refusals. What
// the network does is an error of RoundTrip or of the Body, in which [errors.As] finds a *[FileError] and the others of this package. So is a
// URL that can't be used. The Body ends with [io.EOF] only if the server has confirmed that all of the file came, with the right size;
// a range ends after its octets. PUT compares the request's Content-Length with what its body has, and succeeds only if the server confirms.
//
// The user is that of the URL, or else of the Authorization header (Basic), or else of Profile, if the URL has the host and port of Profile; or else
// anonymous. No other host is sent the Profile's user, and it is not sent in clear for a URL of the scheme ftp if the Profile demands TLS:
// that is a *[ProfileError]. With VariantAuto such a URL has TLS if the server offers it. Errors and responses show no password.
//
// Connections are kept for the next request to the same server by the same user, for a minute at most. A request has one to itself until its
// Body has ended or is closed. Several requests may run at the same time. The Transport never answers with a redirect; an [http.Client] to which it is
// registered does follow redirects of other servers to ftp URLs, wherever these lead: refuse them in CheckRedirect if requests go to
// servers that are not trusted.
type Transport struct {
	// Profile says how to connect, but for what the URL says: Variant, Host, Port, User and Password. If nil, it is the zero Profile.
	// It must not be changed while requests run.
	Profile *Profile

	// MaxConnections is how many requests to one server by one user run at the same time; the others wait. If zero, it is 4.
	MaxConnections int

	// Store says how PUT stores files. If nil, they are uploaded under a temporary name ([TransferOptions.TempUpload]), so that
	// a request that fails leaves the old file as it was. Resume and Retry are refused.
	Store *TransferOptions

	mu   sync.Mutex
	open map[transportKey]*transportSlots
	idle []*transportConn // the one that was used last is at the end
}

// An exchange is one request.
type exchange struct {
	t    *Transport
	req  *http.Request
	loc  *Location
	path string
	conn *transportConn
	c    *Client
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	x := &exchange{t: t, req: req}
	do := map[string]func(context.Context) (*http.Response, error){
		http.MethodGet: x.get, http.MethodHead: x.get, http.MethodPut: x.put, http.MethodDelete: x.delete,
	}[req.Method]
	if req.Method == "" {
		do = x.get
	}
	if req.Body != nil {
		defer req.Body.Close()
	}
	if req.URL == nil {
		return nil, &URLError{Reason: "is missing"}
	}
	if do == nil {
		r := x.text(http.StatusMethodNotAllowed, "FTP has no "+req.Method)
		r.Header.Set("Allow", "GET, HEAD, PUT, DELETE")
		return r, nil
	}
	p, err := t.profile(x)
	if err != nil {
		return nil, err
	}
	ctx := req.Context()
	if x.conn, err = t.connect(ctx, p); err != nil {
		return x.refused(err)
	}
	x.c = x.conn.client
	r, err := do(ctx)
	if err != nil {
		r, err = x.refused(err)
	}
	if r != nil {
		if _, streams := r.Body.(*fileBody); streams {
			return r, err // the body releases the connection
		}
	}
	t.release(x.conn)
	return r, err
}

// profile returns how to connect for a request, and reads its URL.
func (t *Transport) profile(x *exchange) (*Profile, error) {
	loc, err := ParseURL(x.req.URL.String())
	if err != nil {
		return nil, err
	}
	x.loc, x.path = loc, strings.TrimRight(loc.Path, "/")
	if x.path == "" && loc.Path != "" {
		x.path = "/"
	}
	var p Profile
	if t.Profile != nil {
		p = *t.Profile
	}
	if p.User != "" && p.Host == "" {
		return nil, &ProfileError{Field: "Host", Reason: "is empty: User and Password of a Transport are for one host"}
	}
	own := false
	if base, err := p.Address(); err == nil {
		address, err := loc.Profile.Address()
		own = err == nil && address == base
	}
	user, password, given := x.credentials()
	weaker := loc.Profile.Variant == VariantFTP && p.Protocol() != VariantFTP && own && !given && p.User != ""
	switch {
	case weaker && p.Protocol() == VariantAuto: // it decides by what the server offers
	case weaker:
		return nil, &ProfileError{Field: "Variant", Reason: "demands TLS, and the URL has the scheme ftp: the Profile's user is not sent in clear. Write ftpes:// or ftps://, or give the Profile VariantFTP"}
	case p.Protocol().Security() != loc.Profile.Protocol().Security() || p.Variant == VariantAuto:
		p.Variant = loc.Profile.Variant
	}
	p.Host, p.Port = loc.Profile.Host, loc.Profile.Port
	if given || !own {
		p.User, p.Password, p.Account, p.Login.PasswordFunc = user, password, "", nil
	}
	if loc.ASCII {
		p.Type = TypeASCII
	}
	return &p, nil
}

// credentials returns those of the request.
func (x *exchange) credentials() (user, password string, ok bool) {
	if u := x.req.URL.User; u != nil {
		password, _ = u.Password()
		return u.Username(), password, true
	}
	return x.req.BasicAuth()
}

// refused returns the response to what the server refused; other errors stay errors.
func (x *exchange) refused(err error) (*http.Response, error) {
	status := statusOf(err)
	if status == 0 {
		return nil, err
	}
	r := x.text(status, err.Error())
	if status == http.StatusUnauthorized {
		r.Header.Set("WWW-Authenticate", `Basic realm="FTP"`)
	}
	return r, nil
}
