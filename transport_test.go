package ftpwire_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/tlsx"
)

// webClient returns an http.Client for ftp URLs, and the URL of s with the user and a slash.
func webClient(t *testing.T, s *ftptest.Server, change func(*ftpwire.Transport)) (*http.Client, *ftpwire.Transport, string) {
	t.Helper()
	ft := &ftpwire.Transport{Profile: &ftpwire.Profile{Timeout: 5 * time.Second, RootCAs: s.RootCAs()}}
	if change != nil {
		change(ft)
	}
	h := &http.Transport{}
	for _, scheme := range []string{"ftp", "ftpes", "ftps"} {
		h.RegisterProtocol(scheme, ft)
	}
	t.Cleanup(ft.CloseIdleConnections)
	return &http.Client{Transport: h}, ft, "ftp://user:password@" + s.Addr() + "/"
}

// A webCall is one request and what is to come of it.
type webCall struct {
	method, url string
	header      http.Header
	body        string
	status      int
	want        string            // of the body; "*" for any
	have        map[string]string // headers
}

func (w webCall) do(t *testing.T, c *http.Client, base string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), w.method, base+w.url, strings.NewReader(w.body))
	if err != nil {
		t.Fatal(err)
	}
	if w.body == "" {
		req.Body, req.ContentLength = nil, 0
	}
	for k, v := range w.header {
		req.Header[k] = v
	}
	r, err := c.Do(req)
	if err != nil {
		t.Errorf("%s %s: %v", w.method, w.url, err)
		return
	}
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	if r.StatusCode != w.status || err != nil || w.want != "*" && string(got) != w.want {
		t.Errorf("%s %s: %s, %.200q, %v; want %d, %.200q", w.method, w.url, r.Status, got, err, w.status, w.want)
	}
	if r.ContentLength >= 0 && w.method != http.MethodHead && r.ContentLength != int64(len(got)) {
		t.Errorf("%s %s: Content-Length %d, and %d octets", w.method, w.url, r.ContentLength, len(got))
	}
	for k, v := range w.have {
		if got := r.Header.Get(k); got != v {
			t.Errorf("%s %s: %s is %q; want %q", w.method, w.url, k, got, v)
		}
	}
	if strings.Contains(string(got)+fmt.Sprint(r.Header), "password") && !strings.Contains(w.want, "password") {
		t.Errorf("%s %s: the password is shown: %q %v", w.method, w.url, got, r.Header)
	}
}

func TestTransport(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{})
	for name, data := range map[string]string{"/a.txt": "0123456789", "/d/x.json": "{}", "/d/e/f": "", "/empty": ""} {
		write(t, s, name, []byte(data))
	}
	c, _, base := webClient(t, s, nil)
	modified := func() string {
		r, err := c.Head(base + "a.txt")
		if err != nil {
			t.Fatal(err)
		}
		return r.Header.Get("Last-Modified")
	}()
	if at, err := http.ParseTime(modified); err != nil || time.Since(at) > time.Minute {
		t.Errorf("Last-Modified %q", modified)
	}
	header := func(kv ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(kv); i += 2 {
			h.Set(kv[i], kv[i+1])
		}
		return h
	}
	past := time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)
	for _, w := range []webCall{
		{method: "GET", url: "a.txt", status: 200, want: "0123456789", have: map[string]string{
			"Content-Length": "10", "Accept-Ranges": "bytes", "Content-Type": "text/plain; charset=utf-8", "Last-Modified": modified, "Etag": ""}},
		{method: "HEAD", url: "a.txt", status: 200, have: map[string]string{"Content-Length": "10"}},
		{method: "GET", url: "%2Fa.txt", status: 200, want: "0123456789"},
		{method: "GET", url: "empty", status: 200, want: "", have: map[string]string{"Content-Length": "0"}},
		{method: "GET", url: "d/x.json", status: 200, want: "{}", have: map[string]string{"Content-Type": "application/json"}},
		{method: "GET", url: "none", status: 404, want: "*"},
		{method: "HEAD", url: "none", status: 404},
		{method: "GET", url: "none/", status: 404, want: "*"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=2-4"), status: 206, want: "234", have: map[string]string{"Content-Range": "bytes 2-4/10", "Content-Length": "3"}},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=7-"), status: 206, want: "789", have: map[string]string{"Content-Range": "bytes 7-9/10"}},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=-2"), status: 206, want: "89", have: map[string]string{"Content-Range": "bytes 8-9/10"}},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=-99999999999999999999"), status: 206, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=0-99999999999999999999"), status: 206, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=10-"), status: 416, want: "*", have: map[string]string{"Content-Range": "bytes */10"}},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=-0"), status: 416, want: "*"},
		{method: "GET", url: "empty", header: header("Range", "bytes=0-0"), status: 416, want: "*"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=4-2"), status: 200, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=1-2,4-5"), status: 200, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("Range", "lines=1-2"), status: 200, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=x-2"), status: 200, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=+1-2"), status: 200, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=2-4", "If-Range", modified), status: 206, want: "234"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=2-4", "If-Range", past), status: 200, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("Range", "bytes=2-4", "If-Range", `"tag"`), status: 200, want: "0123456789"},
		{method: "GET", url: "a.txt;type=a", header: header("Range", "bytes=2-4"), status: 200, want: "0123456789", have: map[string]string{"Accept-Ranges": "none"}},
		{method: "GET", url: "a.txt", header: header("If-Modified-Since", modified), status: 304},
		{method: "GET", url: "a.txt", header: header("If-Modified-Since", past), status: 200, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("If-None-Match", "*"), status: 304},
		{method: "GET", url: "a.txt", header: header("If-None-Match", `"x"`, "If-Modified-Since", modified), status: 200, want: "0123456789"},
		{method: "GET", url: "a.txt", header: header("If-Unmodified-Since", past), status: 412},
		{method: "GET", url: "a.txt", header: header("If-Match", `"x"`), status: 412},
		{method: "PUT", url: "new", body: "new", status: 201},
		{method: "PUT", url: "new", body: "newer", status: 204},
		{method: "PUT", url: "new", status: 204},
		{method: "GET", url: "new", status: 200, want: ""},
		{method: "PUT", url: "new", body: "x", header: header("If-None-Match", "*"), status: 412, want: "*"},
		{method: "PUT", url: "new", body: "x", header: header("If-Unmodified-Since", past), status: 412, want: "*"},
		{method: "PUT", url: "new", body: "x", header: header("If-Match", `"x"`), status: 412, want: "*"},
		{method: "PUT", url: "other", body: "x", header: header("If-Match", "*"), status: 412, want: "*"},
		{method: "PUT", url: "new", body: "y", header: header("If-Match", "*"), status: 204},
		{method: "PUT", url: "new", body: "x", header: header("Content-Range", "bytes 0-0/1"), status: 400, want: "*"},
		{method: "PUT", url: "d", body: "x", status: 409, want: "*"},
		{method: "PUT", url: "d/", body: "x", status: 409, want: "*"},
		{method: "PUT", url: "nowhere/x", body: "x", status: 404, want: "*"},
		{method: "DELETE", url: "new", header: header("If-None-Match", "*"), status: 412, want: "*"},
		{method: "DELETE", url: "new", status: 204},
		{method: "DELETE", url: "new", status: 404, want: "*"},
		{method: "DELETE", url: "d", status: 409, want: "*"},
		{method: "DELETE", url: "", status: 409, want: "*"},
		{method: "POST", url: "a.txt", body: "x", status: 405, want: "*", have: map[string]string{"Allow": "GET, HEAD, PUT, DELETE"}},
	} {
		w.do(t, c, base)
	}
	if !has("/a.txt", "0123456789")(s) {
		t.Error("a.txt is not what it was")
	}
}

// Each failure is a response, if the server answered, or else an error of this package. Neither shows the password.
func TestTransportFailures(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cfg    ftptest.Config
		method string
		url    string // "" for /a.txt
		status int    // 0 for an error
		is     func(error) bool
	}{
		{"wrong password", ftptest.Config{}, "GET", "ftp://user:secret@%s/a.txt", 401, nil},
		{"too many users", ftptest.Config{Faults: []ftptest.Fault{"greeting-421"}}, "GET", "", 503, nil},
		{"read-only", ftptest.Config{ReadOnly: true}, "PUT", "", 403, nil},
		{"no space", ftptest.Config{Faults: []ftptest.Fault{"disk-full-552"}}, "PUT", "", 507, nil},
		{"cut", ftptest.Config{Faults: []ftptest.Fault{"data-truncated-226"}}, "GET", "", 200, isSize},
		{"reset", ftptest.Config{Faults: []ftptest.Fault{"data-reset"}}, "GET", "", 200, isTransfer},
		{"no TLS there", ftptest.Config{}, "GET", "ftpes://user:secret@%s/a.txt", 0, isType[*control.SecurityError]},
		{"a query", ftptest.Config{}, "GET", "ftp://user:secret@%s/a.txt?x", 0, isType[*ftpwire.URLError]},
		{"CR LF", ftptest.Config{}, "GET", "ftp://user:secret@%s/a%%0D%%0ADELE%%20b", 0, isType[*ftpwire.URLError]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := ftptest.NewServer(t, &tt.cfg)
			write(t, s, "/a.txt", payload)
			c, _, base := webClient(t, s, nil)
			url := base + "a.txt"
			if tt.url != "" {
				url = fmt.Sprintf(tt.url, s.Addr())
			}
			req, err := http.NewRequestWithContext(t.Context(), tt.method, url, bytes.NewReader(payload))
			if err != nil {
				t.Fatal(err)
			}
			if tt.method == "GET" {
				req.Body = nil
			}
			r, err := c.Do(req)
			status, text := 0, ""
			if err == nil {
				defer r.Body.Close()
				var b []byte
				b, err = io.ReadAll(r.Body)
				status = r.StatusCode
				if status != 200 {
					text = string(b)
				}
				if status == 401 && r.Header.Get("Www-Authenticate") == "" {
					t.Error("no challenge")
				}
			}
			// A reply of failure that comes together with the preliminary one may be seen before the response is made, or after.
			if tt.name == "reset" && status == 0 {
				status = tt.status
			}
			if status != tt.status || (err != nil) != (tt.is != nil) || tt.is != nil && !tt.is(err) {
				t.Errorf("%d %q, %T %v; want %d", status, text, err, err, tt.status)
			}
			if strings.Contains(fmt.Sprint(text, err), "secret") {
				t.Errorf("the password is shown: %q %v", text, err)
			}
		})
	}
}

// Nobody but the host of the Profile is sent its password, and a user without a host is refused.
func TestTransportCredentials(t *testing.T) {
	own, other := ftptest.NewServer(t, &ftptest.Config{}), ftptest.NewServer(t, &ftptest.Config{})
	write(t, own, "/a.txt", []byte("x"))
	var k commandCounter
	var sent []string
	var mu sync.Mutex
	c, ft, _ := webClient(t, own, func(ft *ftpwire.Transport) {
		p := profileOf(own, ftptest.TLSNone)
		p.Trace = func(e control.TraceEvent) {
			mu.Lock()
			defer mu.Unlock()
			if e.Kind == control.TraceSent {
				sent = append(sent, e.Text)
			}
			k.trace(e)
		}
		ft.Profile = p
	})
	get := func(url string, user string) int {
		req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if user != "" {
			req.SetBasicAuth(user, "password")
		}
		r, err := c.Do(req)
		if err != nil {
			t.Error(err)
			return 0
		}
		r.Body.Close()
		return r.StatusCode
	}
	if got := get("ftp://"+own.Addr()+"/a.txt", ""); got != 200 {
		t.Errorf("the Profile's user: %d", got)
	}
	if got := get("ftp://"+own.Addr()+"/a.txt", "user"); got != 200 {
		t.Errorf("the user of Basic: %d", got)
	}
	if got := get("ftp://"+own.Addr()+"/a.txt", "nobody"); got != 401 {
		t.Errorf("a wrong user of Basic: %d", got)
	}
	sent = nil
	get("ftp://"+other.Addr()+"/a.txt", "")
	if !strings.HasPrefix(strings.Join(sent, ","), "USER anonymous") {
		t.Errorf("to another host: %q", sent)
	}
	ft.Profile = &ftpwire.Profile{User: "user", Password: "password"}
	if _, err := c.Get("ftp://" + other.Addr() + "/"); !isType[*ftpwire.ProfileError](err) {
		t.Errorf("a user without a host: %v", err)
	}
}

// Hostile names stay names, in both forms, and their links lead to them.
func TestTransportListing(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{})
	names := []string{`<script>alert(1)<script>`, `a"b'c&d`, "javascript:alert(1)", "x;type=d", "per%cent", "qu?ry#f", "\u202egpj.exe", "\xff\xfe", "d"}
	for _, name := range names {
		write(t, s, "/in/"+name, []byte(name))
	}
	write(t, s, "/in/dir/f", nil)
	c, _, base := webClient(t, s, nil)
	for _, from := range []string{"in", "in/", "%2Fin/", "/in", "in;type=d"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", base+from, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", "text/html;q=0.5, application/json")
		r, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var l struct {
			Entries []struct {
				Name, Type, URL string
				Size            int64
				Time            time.Time
			}
			Incomplete string
		}
		if err := json.NewDecoder(r.Body).Decode(&l); err != nil || len(l.Entries) != len(names)+1 || l.Incomplete != "" || r.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %+v, %v", from, l, err)
		}
		r.Body.Close()
		for _, e := range l.Entries {
			if e.Type == "dir" {
				if !strings.HasSuffix(e.URL, "/dir/") {
					t.Errorf("the directory's link: %q", e.URL)
				}
				continue
			}
			at, err := r.Request.URL.Parse(e.URL)
			if err != nil {
				t.Errorf("%q: %v", e.URL, err)
				continue
			}
			r, err := c.Get(at.String())
			if err != nil {
				t.Errorf("%q: %v", at, err)
				continue
			}
			got, err := io.ReadAll(r.Body)
			if name, _ := (*listing.CodePage)(nil).Decode(string(got)); name != e.Name || int(e.Size) != len(got) || err != nil || e.Time.IsZero() {
				t.Errorf("%q: %q, %v", e.URL, got, err)
			}
		}
	}
	r, err := c.Get(base + "in")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "\u202e", `="javascript`, `b'c`} {
		if strings.Contains(string(page), bad) {
			t.Errorf("the page has %q:\n%s", bad, page)
		}
	}
	for _, good := range []string{`<a href="/in/dir/">dir/</a>`, `<a href="/in/javascript:alert%281%29">`, `\u202egpj.exe`, `<a href="/">..</a>`} {
		if !strings.Contains(string(page), good) {
			t.Errorf("the page lacks %q:\n%s", good, page)
		}
	}
}

// rewriteData has p see other text on its data connections than the server sends, of the same length.
func rewriteData(p *ftpwire.Profile, from, to string) {
	dial, control := p.Dial, ""
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	p.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if control == "" {
			control = address
		}
		if err != nil || address == control {
			return c, err
		}
		return rewritingConn{c, from, to}, nil
	}
}

type rewritingConn struct {
	net.Conn
	from, to string
}

func (c rewritingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	copy(b, strings.ReplaceAll(string(b[:n]), c.from, c.to))
	return n, err
}

// What can't be in a listing is told, and does not lead anywhere.
func TestTransportListingIncomplete(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{})
	write(t, s, "/a.txt", nil)
	write(t, s, "/b.txt", nil)
	c, _, base := webClient(t, s, func(ft *ftpwire.Transport) { rewriteData(ft.Profile, "a.txt", "../xx") })
	r, err := c.Get(base)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	if err != nil || strings.Contains(string(page), `href="/..`) || !strings.Contains(string(page), `href="/b.txt"`) || !strings.Contains(string(page), "Not all is listed") {
		t.Errorf("%v:\n%s", err, page)
	}
}

// Requests share connections, as many as there may be, and leave none.
func TestTransportConnections(t *testing.T) {
	checkGoroutines(t)
	s := ftptest.NewServer(t, &ftptest.Config{})
	write(t, s, "/big", payload)
	var k commandCounter
	var mu sync.Mutex
	var conns []net.Conn
	c, ft, base := webClient(t, s, func(ft *ftpwire.Transport) {
		ft.MaxConnections = 3
		ft.Profile.Trace = k.trace
		ft.Profile.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, address)
			mu.Lock()
			defer mu.Unlock()
			conns = append(conns, c)
			return c, err
		}
	})
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			req, _ := http.NewRequestWithContext(t.Context(), "GET", base+"big", nil)
			if i%3 == 0 {
				req.Header.Set("Range", "bytes=300000-400000")
			}
			r, err := c.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Body.Close()
			if i%4 == 1 {
				return // closed before its end
			}
			want := payload
			if i%3 == 0 {
				want = payload[300000:400001]
			}
			if got, err := io.ReadAll(r.Body); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d: %d octets, %v", i, len(got), err)
			}
		})
	}
	wg.Wait()
	if n := k.take(); n["USER"] > 3 || n["RETR"] < 12 {
		t.Errorf("commands: %v", n)
	}

	// A request waits for its turn as long as its context lets it.
	var held []*http.Response
	for range 3 {
		r, err := c.Get(base + "big")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, r)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", base+"big", nil)
	if _, err := c.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a fourth request: %v", err)
	}
	for _, r := range held {
		r.Body.Close()
		r.Body.Close()
	}
	ft.CloseIdleConnections()
	if n := k.take(); n["QUIT"] == 0 {
		t.Errorf("commands: %v", n)
	}

	// What the server ended meanwhile is not used.
	webCall{method: "HEAD", url: "big", status: 200}.do(t, c, base)
	mu.Lock()
	for _, c := range conns {
		c.Close()
	}
	mu.Unlock()
	time.Sleep(20 * time.Millisecond)
	webCall{method: "PUT", url: "new", body: "x", status: 201}.do(t, c, base)
}

// The context of the request ends it, also while the body is read.
func TestTransportCancel(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{})
	write(t, s, "/big", bytes.Repeat(payload, 16))
	c, _, base := webClient(t, s, nil)
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "GET", base+"big", nil)
	r, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	cancel()
	if _, err := io.Copy(io.Discard, r.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	webCall{method: "HEAD", url: "big", status: 200}.do(t, c, base)
}

// A body that is not what Content-Length says is not stored.
func TestTransportPutLength(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{})
	write(t, s, "/f", []byte("as it was"))
	_, ft, base := webClient(t, s, nil)
	for _, length := range []int64{2, 4} {
		req, _ := http.NewRequestWithContext(t.Context(), "PUT", base+"f", struct{ io.Reader }{strings.NewReader("abc")})
		req.ContentLength = length
		if r, err := ft.RoundTrip(req); err == nil {
			t.Errorf("%d: %s", length, r.Status)
		}
	}
	if !has("/f", "as it was")(s) {
		t.Error("the file is not what it was")
	}
	if n := strings.Count(strings.Join(s.Commands(), ","), "DELE "); n != 2 {
		t.Errorf("%d parts were removed", n)
	}
}

// The schemes say how TLS comes, and connections of different ones do not stand in for each other.
func TestTransportTLS(t *testing.T) {
	for scheme, mode := range map[string]tlsx.Mode{"ftpes": ftptest.TLSExplicit, "ftps": ftptest.TLSImplicit} {
		s := ftptest.NewServer(t, &ftptest.Config{TLS: mode, RequireTLS: true})
		write(t, s, "/big", payload)
		c, ft, base := webClient(t, s, nil)
		base = strings.Replace(base, "ftp:", scheme+":", 1)
		webCall{method: "GET", url: "big", status: 200, want: string(payload)}.do(t, c, base)
		webCall{method: "GET", url: "big", header: http.Header{"Range": {"bytes=5-9"}}, status: 206, want: "56789"}.do(t, c, base)
		webCall{method: "PUT", url: "new", body: "x", status: 201}.do(t, c, base)
		ft.Profile.RootCAs = nil
		ft.CloseIdleConnections()
		if _, err := c.Get(base + "big"); !isType[*tlsx.CertificateError](err) && !isType[x509.UnknownAuthorityError](err) {
			t.Errorf("%s, unknown authority: %T %v", scheme, err, err)
		}
	}
}

// A connection that no request uses is ended after a minute.
func TestTransportIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &memnet.Network{}
		s := ftptest.NewServer(t, &ftptest.Config{
			Listen: func(n, address string) (net.Listener, error) { return network.ListenContext(t.Context(), n, address) },
			Dial:   network.DialContext,
		})
		defer s.Close()
		write(t, s, "/a.txt", []byte("x"))
		c, ft, base := webClient(t, s, func(ft *ftpwire.Transport) { ft.Profile.Dial = network.DialContext })
		for range 2 {
			webCall{method: "GET", url: "a.txt", status: 200, want: "x"}.do(t, c, base)
			time.Sleep(50 * time.Second)
		}
		if n := strings.Count(strings.Join(s.Commands(), ","), "USER "); n != 1 {
			t.Errorf("%d logins", n)
		}
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if got := s.Commands(); got[len(got)-1] != "QUIT" {
			t.Errorf("the last commands: %q", got)
		}
		ft.CloseIdleConnections()
	})
}
