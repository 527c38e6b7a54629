package tlsx

import (
	"fmt"
	"strings"
)

// A Reason is a set of things wrong with a server's certificate. The zero
// Reason is the empty set: the certificate is good.
type Reason uint16

// What can be wrong with a certificate.
const (
	ReasonUnknownAuthority Reason = 1 << iota // no chain to a known authority
	ReasonSelfSigned                          // signed with its own key, and not among the roots
	ReasonExpired                             // it, or a certificate of its chain, has expired
	ReasonNotYetValid                         // it, or a certificate of its chain, is not valid yet
	ReasonWrongName                           // it is for other hosts
	ReasonBadChain                            // its chain is broken otherwise, or not meant for servers
	ReasonRevoked                             // its authority has revoked it; nobody can accept that
	ReasonNotPinned                           // it is not one of the pinned ones; nobody can accept that
)

// ReasonAny is everything that a person can accept. In a [Trusted] entry it means a
// certificate that somebody vouched for, whatever is wrong with it.
const ReasonAny = ReasonUnknownAuthority | ReasonSelfSigned | ReasonExpired |
	ReasonNotYetValid | ReasonWrongName | ReasonBadChain

const reasonAnyName = "any"

// reasonNames are the names in a trust store, in order of the bits.
var reasonNames = []string{
	"unknown-authority", "self-signed", "expired", "not-yet-valid",
	"wrong-name", "bad-chain", "revoked", "not-pinned",
}

// parseReason reads names separated by commas, or "any". It is what String
// writes.
func parseReason(s string) (Reason, error) {
	var r Reason
	for name := range strings.SplitSeq(s, ",") {
		bit := reasonNamed(name)
		if bit == 0 {
			return 0, fmt.Errorf("ftp: unknown reason %q: want %s or %s", shorten(name),
				reasonAnyName, strings.Join(reasonNames, ", "))
		}
		r |= bit
	}
	return r, nil
}

func reasonNamed(name string) Reason {
	if name == reasonAnyName {
		return ReasonAny
	}
	for i, n := range reasonNames {
		if n == name {
			return 1 << i
		}
	}
	return 0
}

// Has reports whether r holds all of o.
func (r Reason) Has(o Reason) bool { return r&o == o }

// String returns the names separated by commas, "any" for ReasonAny, "none"
// for the empty set.
func (r Reason) String() string {
	var names []string
	if r.Has(ReasonAny) {
		names = append(names, reasonAnyName)
		r &^= ReasonAny
	}
	for i, n := range reasonNames {
		if r.Has(1 << i) {
			names = append(names, n)
			r &^= 1 << i
		}
	}
	if r != 0 {
		names = append(names, fmt.Sprintf("Reason(%#x)", uint16(r)))
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ",")
}

// MarshalText is String.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText is parseReason.
func (r *Reason) UnmarshalText(b []byte) (err error) {
	*r, err = parseReason(string(b))
	return err
}
