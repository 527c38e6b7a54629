package conformance

import (
	"strings"

	"github.com/ftpwire/ftpwire/protocol"
)

// One cause is one FAIL. The steps that many cases have in common (to connect, to log in,
// to open a data connection) each belong to one case, their owner. Where a step fails in
// another case, the owner is run, if it was not; if it fails by itself, the other case is
// SKIP because of it. If it does not, the fault is in what only the other case does.

// Owners of steps.
const (
	ownGreeting     = "rfc959-5.4-greeting"
	ownGreetingOnce = "rfc959-5.4-greeting-once"
	ownReply        = "rfc959-5.4-reply-per-command"
	ownTelnet       = "rfc1123-4.1.2.12-refuse-do"
	ownAuthTLS      = "rfc4217-4.2-auth-tls"
	ownAfter234     = "sec-response-after-234"
	ownPBSZ         = "rfc4217-9-pbsz-0"
	ownPROT         = "rfc4217-9-prot-cp"
	ownEPSV         = "rfc2428-3-epsv-229"
	ownEPSVPort     = "rfc2428-3-epsv-same-host"
	ownPASV         = "rfc1123-4.1.2.6-pasv"
	ownTypeI        = "rfc1123-4.1.2.1-type-i"
	ownTypeA        = "rfc959-5.1-type-a"
	ownMKD          = "rfc959-5.4-mkd"
	ownCWD          = "rfc959-5.4-cwd"
	ownPWD          = "rfc959-5.4-pwd"
	ownLineEnds     = "rfc1123-4.1.2.7-list-type-a"
	ownMLSDLineEnds = "rfc3659-7.2-mlsd-lines"
	ownRETR         = "rfc959-5.4-retr"
	ownServerCloses = "rfc959-3.2-server-closes-retr"
	ownABOR         = "rfc959-4.1.3-abor-retr"
	ownUnknown      = "rfc959-4.2-unknown-verb"
	ownSTOR         = "rfc959-5.4-stor"
	ownStorEOF      = "rfc959-5.2-stor-eof"
	ownPORT         = "rfc1123-4.1.2.13-port"
	ownEPRT4        = "rfc2428-2-eprt-v4"
	ownEPRT6        = "rfc2428-2-eprt-v6"
	ownDataTLS      = "rfc4217-7-data-role"
	ownUploadTLS    = "sec-tls-clear-upload"
	ownReinTLS      = "rfc4217-13-rein-tls"
	ownCCC          = "rfc4217-5-ccc"
	ownImage        = "rfc959-3.1.1.3-image-roundtrip"
	ownLIST         = "rfc959-4.1.3-list"
	ownNLST         = "rfc1123-4.1.2.7-nlst-only-names"
	ownMLSD         = "rfc3659-7.2-mlsd-replies"
	ownReuse        = "rfc4217-10.2-session-reuse"
	ownSameCert     = "rfc4217-15.1.1-same-cert"
	ownTicketTwice  = "sec-tls-ticket-single-use"
	ownTypeStays    = "rfc959-4.1.2-type-persists"
	ownNoHost       = "rfc7151-3.3-no-host"
	ownMLST         = "rfc3659-7.2-mlst-format"
	ownDELE         = "rfc959-5.4-dele"
)

// ownerOf returns the case to which a plain use of a command belongs, or "".
func ownerOf(line string) string {
	verb, _, _ := strings.Cut(line, " ")
	return map[string]string{
		"MKD": ownMKD, "CWD": ownCWD, "PWD": ownPWD, "DELE": ownDELE, "RETR": ownRETR, "STOR": ownSTOR, "APPE": ownSTOR,
		"STOU": ownSTOR, "LIST": ownLIST, "NLST": ownNLST, "MLSD": ownMLSD,
	}[strings.ToUpper(verb)]
}

// ownersOfTLS returns the cases to which a refusal belongs that is about TLS on a data
// connection, the most particular first.
func ownersOfTLS(c *Conn, r protocol.Reply) []string {
	switch {
	case c == nil || !c.private:
		return nil
	case r.Code == 522:
		return []string{ownSameCert, ownReuse, ownTicketTwice, ownDataTLS}
	case matches(r.Code, is(425, 426, 521, 534, 536)):
		return []string{ownDataTLS}
	}
	return nil
}

// suspect names owners of a step that has gone wrong: if the case fails, now or later, and
// one of them fails by itself, the case says nothing.
func (t *T) suspect(owners ...string) { t.suspects = append(t.suspects, owners...) }

// blame is Failf for a step that belongs to the case owner.
func (t *T) blame(owner, format string, args ...any) {
	t.suspect(owner)
	t.end(Fail, format, args...)
}

// wantOf is Must for a step that belongs to the case owner.
func (t *T) wantOf(owner, line string, codes ...int) {
	r := t.Ask(line)
	if !matches(r.Code, codes) {
		t.blame(owner, "%s: got %s, want %s", masked(line), brief(r), list(codes))
	}
}
