package ftpwire

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A listingJSON is a directory as JSON has it. What is not known is absent.
type listingJSON struct {
	Path    string        `json:"path"`
	Entries []listedEntry `json:"entries"`

	// Incomplete says which entries are missing, and why.
	Incomplete string `json:"incomplete,omitempty"`
}

// A listedEntry is an entry as `ftpwire ls --format json` has it, with a link.
type listedEntry struct {
	Name   string     `json:"name"`
	Type   string     `json:"type,omitempty"`
	Size   *int64     `json:"size,omitempty"`
	Time   *time.Time `json:"time,omitempty"`
	Target string     `json:"target,omitempty"`
	Mode   string     `json:"mode,omitempty"`
	URL    string     `json:"url"` // from the root of the server
}

// directory answers with a listing.
func (x *exchange) directory(ctx context.Context) (*http.Response, error) {
	entries, err := x.c.ReadDir(ctx, x.path)
	if err != nil && entries == nil {
		return nil, err
	}
	l := listingJSON{Path: x.path, Entries: []listedEntry{}}
	if err != nil {
		l.Incomplete = errtext.Of(err)
	}
	for _, e := range entries {
		l.Entries = append(l.Entries, x.listed(e))
	}
	if !prefersJSON(x.req.Header.Values("Accept")) {
		r := x.page(http.StatusOK, "text/html; charset=utf-8", l.html())
		r.Header.Set("Content-Security-Policy", "default-src 'none'") // names come from the server
		return r, nil
	}
	b, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	return x.page(http.StatusOK, "application/json", string(b)+"\n"), nil
}

func (x *exchange) listed(e listing.Entry) listedEntry {
	l := listedEntry{Name: e.Text, Target: e.Target, Mode: e.Mode, URL: "/" + urlPath(join(x.path, e.Name))}
	if e.Kind != listing.KindUnknown {
		l.Type = e.Kind.String()
	}
	if e.Text == "" {
		l.Name = strings.ToValidUTF8(e.Name, "\ufffd")
	}
	if isDirectory(e) {
		l.URL += "/"
	}
	if e.Size >= 0 {
		l.Size = &e.Size
	}
	if e.Precision != parse.PrecisionUnknown {
		l.Time = &e.Time
	}
	return l
}

// html returns the listing as a page. Links are whole paths, so that none can be taken for another scheme, or lead upwards.
func (l *listingJSON) html() string {
	var b strings.Builder
	title := "/"
	if l.Path != "" {
		title = pageText(l.Path)
	}
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Index of %s</title></head><body>\n<h1>Index of %s</h1>\n<table>\n", title, title)
	if up := path.Dir(l.Path); l.Path != "" && l.Path != "/" {
		if up == "." {
			up = ""
		}
		fmt.Fprintf(&b, "<tr><td><a href=\"%s\">..</a></td></tr>\n", html.EscapeString(strings.TrimSuffix("/"+urlPath(up), "/")+"/"))
	}
	for _, e := range l.Entries {
		name, size, when := e.Name, "", ""
		if strings.HasSuffix(e.URL, "/") {
			name += "/"
		}
		if e.Size != nil {
			size = strconv.FormatInt(*e.Size, 10)
		}
		if e.Time != nil {
			when = e.Time.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(&b, "<tr><td><a href=\"%s\">%s</a></td><td align=\"right\">%s</td><td>%s</td></tr>\n", html.EscapeString(e.URL), pageText(name), size, when)
	}
	b.WriteString("</table>\n")
	if l.Incomplete != "" {
		fmt.Fprintf(&b, "<p>Not all is listed: %s</p>\n", pageText(l.Incomplete))
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

// pageText returns s for HTML. What can't be seen, or changes the direction of text, is escaped as in Go.
func pageText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsGraphic(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return html.EscapeString(b.String())
}

// prefersJSON reports whether Accept wants application/json more than text/html (RFC 9110, Section 12.5.1).
func prefersJSON(accept []string) bool {
	quality := func(wanted string) (q float64) {
		exact := -1
		for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
			kind, parameters, _ := strings.Cut(strings.ToLower(part), ";")
			kind = strings.TrimSpace(kind)
			depth := -1
			switch major, _, _ := strings.Cut(wanted, "/"); kind {
			case "*/*":
				depth = 0
			case major + "/*":
				depth = 1
			case wanted:
				depth = 2
			}
			if depth > exact {
				exact, q = depth, qualityOf(parameters)
			}
		}
		return q
	}
	return quality("application/json") > quality("text/html")
}

func qualityOf(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		if name, value, _ := strings.Cut(strings.TrimSpace(p), "="); strings.TrimSpace(name) == "q" {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				return 0
			}
			return q
		}
	}
	return 1
}
