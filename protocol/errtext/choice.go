package errtext

import (
	"fmt"
	"strings"
)

// Choose returns the one of values whose String is text; letters may be in either case. The error names all of them. what is the
// kind of value, such as "data mode".
func Choose[T fmt.Stringer](what string, text []byte, values ...T) (T, error) {
	names := make([]string, len(values))
	for i, v := range values {
		if names[i] = v.String(); strings.EqualFold(names[i], strings.TrimSpace(string(text))) {
			return v, nil
		}
	}
	var none T
	last := len(names) - 1
	return none, fmt.Errorf("unknown %s %q: want %s or %s", what, shorten(string(text)), strings.Join(names[:last], ", "), names[last])
}

// shorten cuts a text that is too long for a message.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
