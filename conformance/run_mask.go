package conformance

import (
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// A masker takes secrets out of text: servers echo them. All text of a report passes
// through it in the end, whoever has written it. Transcripts pass through it earlier,
// line by line, because they escape and shorten text.
type masker struct {
	redact  protocol.Redactor
	secrets []string
}

func newMasker(secrets ...string) *masker {
	m := &masker{}
	for _, s := range secrets {
		if len(s) < 3 {
			continue // as a Redactor does
		}
		quoted := strconv.Quote(visible(s))
		for _, form := range []string{s, visible(s), quoted[1 : len(quoted)-1]} {
			m.redact.Add(form)
			m.secrets = append(m.secrets, form)
		}
	}
	return m
}

// cut is what stands where text was shortened.
const cut = "..."

// text returns s without secrets, and without the beginning of one that was cut off.
func (m *masker) text(s string) string {
	s = m.redact.String(s)
	if len(m.secrets) == 0 || !strings.Contains(s, cut) {
		return s
	}
	parts := strings.Split(s, cut)
	for i := range parts[:len(parts)-1] {
		parts[i] = m.tail(parts[i])
	}
	return strings.Join(parts, cut)
}

// tail masks the beginning of a secret at the end of s.
func (m *masker) tail(s string) string {
	for _, secret := range m.secrets {
		for n := len(secret) - 1; n >= 3; n-- {
			if head, found := strings.CutSuffix(s, secret[:n]); found {
				return head + protocol.Mask
			}
		}
	}
	return s
}

// report masks all text that comes from the server or from errors.
func (m *masker) report(r *Report) {
	for i := range r.Features {
		r.Features[i] = m.text(r.Features[i])
	}
	r.Leftover, r.Incomplete = m.text(r.Leftover), m.text(r.Incomplete)
	for i := range r.Results {
		m.result(&r.Results[i])
	}
}

func (m *masker) result(r *Result) {
	r.Reason = m.text(r.Reason)
	m.lines(r.Transcript)
}

func (m *masker) lines(lines []Line) {
	for i := range lines {
		lines[i].Text = m.text(lines[i].Text)
	}
}

func (m *masker) setup(e *SetupError) {
	e.Reason, e.Leftover = m.text(e.Reason), m.text(e.Leftover)
	m.lines(e.Transcript)
}
