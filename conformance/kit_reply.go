package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// matches reports whether code is in the list. A number below 10 stands for all
// codes of its class.
func matches(code protocol.Code, list []int) bool {
	return slices.ContainsFunc(list, func(x int) bool { return x == int(code) || x == code.Class() })
}

// is returns its arguments: it lets a list of codes read as one.
func is(codes ...int) []int { return codes }

// list writes codes as "200, 202 or 4yz".
func list(codes []int) string {
	words := make([]string, len(codes))
	for i, c := range codes {
		if words[i] = fmt.Sprint(c); c < 10 {
			words[i] += "yz"
		}
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}

// brief returns a reply as it stands in a reason.
func brief(r protocol.Reply) string {
	text := visible(r.LastLine())
	if len(text) > 80 {
		text = text[:80] + "..."
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.Code, text))
}

// ok reports whether r is a positive completion.
func ok(r protocol.Reply) bool { return r.Code.Class() == 2 }

// unknown reports whether r says that the command is not implemented.
func unknown(r protocol.Reply) bool { return r.Code == 500 || r.Code == 502 }

// refused reports whether r is a 4yz or 5yz.
func refused(r protocol.Reply) bool { return r.Code.Class() == 4 || r.Code.Class() == 5 }
