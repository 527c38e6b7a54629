package control

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A Server is what a server is, as far as it has shown on a connection: by the greeting, by
// the replies that came so far, and by FEAT. Secrets are masked in all of it.
type Server struct {
	Name       string     // of the software, "" if that is not known
	Version    string     // as a reply tells it beside the name, "" if none does
	Confidence Confidence // in the name

	// Evidence says what speaks for the name: which reply has which words, which feature
	// FEAT lists. What contradicts it comes last.
	Evidence []string

	Greeting protocol.Reply // the zero Reply before there was one
	System   string         // the reply to SYST, "" if it has not been sent or was refused
}

// Confidence says how sure the name of a [Server] is.
type Confidence uint8

// The degrees of confidence.
const (
	ConfidenceNone    Confidence = iota // the name is not known
	ConfidenceClaimed                   // only the greeting has the name, and administrators can write there what they like
	ConfidenceLikely                    // the server acts so, or the greeting and a little of what it does agree
	ConfidenceSure                      // much of what it does says so, or the greeting and what it does agree
)

var confidenceNames = [...]string{"unknown", "claimed", "likely", "sure"}

// String returns "unknown", "claimed", "likely" or "sure".
func (c Confidence) String() string { return confidenceNames[min(int(c), len(confidenceNames)-1)] }

// MarshalText implements encoding.TextMarshaler.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Server returns what the server is, as far as it has shown. It sends nothing. Each command
// that is answered may tell more: SYST and HELP, by [Conn.Do] and [Conn.Help], are those that
// cost nothing, and a listing tells most.
func (c *Conn) Server() Server {
	s := c.witness.server(c.Features())
	s.Greeting = c.redact.Reply(c.greeting)
	return s
}

// A witness keeps what tells which software a server is, guarded for the goroutine that
// reads.
type witness struct {
	mu     sync.Mutex
	texts  map[protocol.Verb][]string // with codes and line ends
	system string                     // the text of the reply to SYST
}

const (
	witnessTexts = 3    // of one command: a preliminary reply and a final one, and one more
	witnessText  = 2000 // octets of each
)

// hear takes in a reply, whose secrets are masked; verb is "" for the greeting. Refusals tell
// little, and are left out.
func (w *witness) hear(verb protocol.Verb, r protocol.Reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.texts[verb]) == witnessTexts {
		return
	}
	if w.texts == nil {
		w.texts = map[protocol.Verb][]string{}
	}
	text := replyText(r)
	w.texts[verb] = append(w.texts[verb], strings.ToValidUTF8(text[:min(len(text), witnessText)], ""))
	if verb == "SYST" {
		w.system = r.Text()
	}
}

// A suspect is a software that something speaks for.
type suspect struct {
	*software
	claimed  bool
	weight   int // of what it does
	evidence []string
	version  string
}

// server judges what was heard, and the features.
func (w *witness) server(f *parse.Features) Server {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := Server{System: w.system}
	var all []*suspect
	for i := range softwares {
		if x := w.suspect(&softwares[i], f); x.claimed || x.weight > 0 {
			all = append(all, x)
		}
	}
	slices.SortStableFunc(all, func(a, b *suspect) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), compareBool(b.claimed, a.claimed))
	})
	if len(all) == 0 {
		return s
	}
	first := all[0]
	if first.weight < strong {
		// Too little for a name by itself: the greeting decides, if it has one.
		if i := slices.IndexFunc(all, func(x *suspect) bool { return x.claimed }); i >= 0 {
			first = all[i]
		}
	}
	rival := slices.IndexFunc(all, func(x *suspect) bool { return x != first && x.weight >= first.weight && !first.claimed })
	claim := slices.IndexFunc(all, func(x *suspect) bool { return x != first && x.claimed })
	switch {
	case first.claimed && first.weight >= strong, first.weight > strong && claim < 0 && rival < 0:
		s.Confidence = ConfidenceSure
	case rival >= 0:
		return s
	case first.weight >= strong, first.claimed && first.weight > 0:
		s.Confidence = ConfidenceLikely
	case first.claimed:
		s.Confidence = ConfidenceClaimed
	default:
		return s
	}
	s.Name, s.Version, s.Evidence = first.name, first.version, first.evidence
	if claim >= 0 && !first.claimed {
		s.Evidence = append(s.Evidence, "though "+all[claim].evidence[0])
	}
	return s
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// suspect gathers what speaks for x.
func (w *witness) suspect(x *software, f *parse.Features) *suspect {
	s := &suspect{software: x}
	for _, words := range x.greets {
		if w.find(s, "", words) {
			s.claimed = true
			break
		}
	}
	for _, t := range x.traits {
		if t.verb == "FEAT" && t.feature {
			if f.Has(t.words) {
				s.weight += t.weight
				s.evidence = append(s.evidence, "FEAT lists "+t.words)
			}
		} else if w.find(s, t.verb, t.words) {
			s.weight += t.weight
		}
	}
	return s
}

// find looks for words in the replies to verb, and adds to s what they say.
func (w *witness) find(s *suspect, verb protocol.Verb, words string) bool {
	for _, text := range w.texts[verb] {
		at := strings.Index(small(text), words)
		if at < 0 {
			continue
		}
		where := "the greeting"
		if verb != "" {
			where = "the reply to " + string(verb)
		}
		s.evidence = append(s.evidence, fmt.Sprintf("%s says %q", where, text[at:at+len(words)]))
		if s.version == "" {
			s.version = version(text[at+len(words):])
		}
		return true
	}
	return false
}

var versionForm = regexp.MustCompile(`(?i)^[^\d\n\[]{0,20}?\bv?(v\d+r\d+|\d+(?:\.\d+)+[a-z0-9-]*|20\d{6})`)

// version returns the version that a text begins with that follows a name.
func version(after string) string {
	m := versionForm.FindStringSubmatch(after)
	if m == nil {
		return ""
	}
	return m[1]
}

// small returns s with ASCII in small letters, so that offsets stay.
func small(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
