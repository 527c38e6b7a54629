package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// An entryJSON is a directory entry as JSON has it. What is not known is absent.
type entryJSON struct {
	Name      string     `json:"name"`
	NameBytes string     `json:"name_base64,omitempty"` // the bytes, where they are not name itself
	Type      string     `json:"type,omitempty"`
	Size      *int64     `json:"size,omitempty"`
	Time      *time.Time `json:"time,omitempty"`
	Precision string     `json:"precision,omitempty"`
	Zone      string     `json:"zone,omitempty"` // of time: utc, offset, or unknown for the server's own
	Target    string     `json:"target,omitempty"`
	Mode      string     `json:"mode,omitempty"`    // nine letters, each r, w, x or -
	Special   []string   `json:"special,omitempty"` // of the mode: setuid, setgid, sticky
	Owner     string     `json:"owner,omitempty"`
	Group     string     `json:"group,omitempty"`
	Dialect   string     `json:"dialect,omitempty"`
	Raw       string     `json:"raw,omitempty"`
}

func newEntryJSON(e listing.Entry) entryJSON {
	j := entryJSON{
		Name: nameText(e), Type: typeOf(e.Kind), Target: e.Target,
		Owner: e.Owner, Group: e.Group, Dialect: e.Dialect, Raw: e.Raw,
	}
	j.Mode, j.Special = permissions(e.Mode)
	if j.Name != e.Name {
		j.NameBytes = base64.StdEncoding.EncodeToString([]byte(e.Name))
	}
	if e.Size >= 0 {
		j.Size = &e.Size
	}
	if e.Precision != parse.PrecisionUnknown {
		j.Time, j.Precision, j.Zone = &e.Time, e.Precision.String(), e.Zone.String()
	}
	return j
}

// nameText returns the name as people read it.
func nameText(e listing.Entry) string {
	if e.Text == "" { // not from a listing
		return strings.ToValidUTF8(e.Name, "\ufffd")
	}
	return e.Text
}

// permissions parts the letters of "rwsr-x--T" into "rwxr-x---" and what they say beside it.
func permissions(mode string) (letters string, special []string) {
	b := []byte(mode)
	for i, c := range b {
		switch c {
		case 's', 't':
			b[i] = 'x'
		case 'S', 'T', 'l', 'L':
			b[i] = '-'
		default:
			continue
		}
		special = append(special, [...]string{"setuid", "setgid", "sticky"}[i/3%3])
	}
	return string(b), special
}

// typeOf returns file, dir, link or other, and "" where the kind is not known.
func typeOf(k listing.Kind) string {
	switch k {
	case listing.KindUnknown:
		return ""
	case listing.KindCurrent, listing.KindParent:
		return listing.KindDir.String()
	}
	return k.String()
}

// writeJSON writes v as one line, and escapes what could control a terminal.
func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(visibleJSON(b.Bytes()))
	return err
}

// visibleJSON escapes in JSON text what package json leaves as it is and visible would not: DEL, the controls of C1, and
// characters that change the direction of text or can't be seen. All of them stand in strings, where the escapes mean the same.
func visibleJSON(text []byte) []byte {
	unseen := func(r rune) bool { return r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf) }
	if !bytes.ContainsFunc(text, unseen) {
		return text
	}
	out := make([]byte, 0, len(text)+16)
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case !unseen(r):
			out = append(out, text[:n]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[n:]
	}
	return out
}

// An entryTable writes entries in aligned columns. It holds back some hundred of
// them to find the widths, never a whole listing.
type entryTable struct {
	w    io.Writer
	rows [][4]string
}

const tableRows = 500

func (t *entryTable) add(e listing.Entry) error {
	name := visibleName(nameText(e))
	if e.Target != "" {
		name += " -> " + visibleName(e.Target)
	}
	t.rows = append(t.rows, [4]string{modeText(e), sizeText(e), timeText(e), name})
	if len(t.rows) < tableRows {
		return nil
	}
	return t.flush()
}

func (t *entryTable) flush() error {
	var size, when int
	for _, r := range t.rows {
		size, when = max(size, len(r[1])), max(when, len(r[2]))
	}
	for _, r := range t.rows {
		if _, err := fmt.Fprintf(t.w, "%-10s  %*s  %-*s  %s\n", r[0], size, r[1], when, r[2], r[3]); err != nil {
			return err
		}
	}
	t.rows = t.rows[:0]
	return nil
}

// modeText returns "drwxr-xr-x", or the type where the permissions are not known.
func modeText(e listing.Entry) string {
	if e.Mode == "" {
		if t := typeOf(e.Kind); t != "" {
			return t
		}
		return "-"
	}
	letter := map[string]string{"dir": "d", "link": "l", "file": "-"}[typeOf(e.Kind)]
	if letter == "" {
		letter = "?"
	}
	return visible(letter + e.Mode)
}

func sizeText(e listing.Entry) string {
	if e.Size < 0 {
		return "-"
	}
	return strconv.FormatInt(e.Size, 10)
}

// timeText returns as much of the time as is known. A time in UTC ends in "Z", one
// in another known zone in its offset; one without either is the server's own.
func timeText(e listing.Entry) string {
	layout := map[parse.Precision]string{
		parse.PrecisionSecond: "2006-01-02 15:04:05", parse.PrecisionMinute: "2006-01-02 15:04",
		parse.PrecisionDay: "2006-01-02", parse.PrecisionYear: "2006",
	}[e.Precision]
	if layout == "" {
		return "-"
	}
	if e.Zone != listing.ZoneUnknown && strings.Contains(layout, "15") {
		layout += "Z07:00"
	}
	return e.Time.Format(layout)
}

// writeEntry writes one entry, a property a line.
func writeEntry(w io.Writer, e listing.Entry) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range [][2]string{
		{"name", visibleName(nameText(e))}, {"type", typeOf(e.Kind)}, {"target", e.Target}, {"size", sizeText(e)},
		{"time", timeText(e)}, {"mode", e.Mode}, {"owner", e.Owner}, {"group", e.Group}, {"unique", e.Unique}, {"perm", e.Perm},
	} {
		if p[1] != "" && p[1] != "-" {
			fmt.Fprintf(tw, "%s\t%s\n", p[0], visible(p[1]))
		}
	}
	return tw.Flush()
}
