package control

import (
	"context"

	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// A Protect says whether data connections are protected once the control connection is.
type Protect uint8

// The choices.
const (
	ProtectDefault Protect = iota // as the field's comment says; at last ProtectPrivate
	ProtectPrivate                // PROT P: TLS, or what a Mechanism offers
	ProtectClear                  // PROT C: clear text
)

// String returns "", "P" or "C".
func (p Protect) String() string {
	names := [...]string{"", "P", "C"}
	if int(p) < len(names) {
		return names[p]
	}
	return "unknown"
}

// MarshalText is String.
func (p Protect) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads "P", "C" or "".
func (p *Protect) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*p = ProtectDefault
		return nil
	}
	*p, err = errtext.Choose("data protection", text, ProtectPrivate, ProtectClear)
	return err
}

// protects returns whether the transfers of verb are to be protected.
func (c *Config) protects(verb protocol.Verb) Protect {
	own := c.FileProtection
	if verb.Does(protocol.Lists) {
		own = c.ListProtection
	}
	if own == ProtectDefault {
		own = c.DataProtection
	}
	if own == ProtectDefault {
		own = ProtectPrivate
	}
	return own
}

// protectsApart reports whether listings and files have different protection.
func (c *Config) protectsApart() bool { return c.protects("LIST") != c.protects("RETR") }

// protectsUploads reports whether uploads will go over TLS. c.mu must be held.
func (c *Conn) protectsUploads() bool {
	p := c.machine.Protection()
	if c.cfg.protectsApart() && p.Secured() && p.Control != protocol.GuardCleared {
		return c.cfg.protects("STOR") == ProtectPrivate
	}
	return p.Data == protocol.LevelPrivate
}

// uploadKey marks the context of a listing that tries out what an upload needs.
type uploadKey struct{}

// asUpload has a listing protected as uploads are.
func asUpload(ctx context.Context) context.Context { return context.WithValue(ctx, uploadKey{}, true) }

// ensureProtection sends PROT where listings and files are protected in different ways and the transfer of verb needs the other
// one. It must come before the command for the address of the data connection. A server that refuses less protection gets more.
func (c *Conn) ensureProtection(ctx context.Context, verb protocol.Verb) error {
	if !c.cfg.protectsApart() || !c.protection().Secured() || c.cleared() || c.HasQuirk(QuirkPROTPOn522) {
		return nil
	}
	if ctx.Value(uploadKey{}) != nil {
		verb = "STOR"
	}
	want := c.level(c.cfg.protects(verb))
	if now := c.protection().Data; now == want || c.session.noClear && want == protocol.LevelClear {
		return nil
	}
	return c.setProtection(ctx, want)
}
