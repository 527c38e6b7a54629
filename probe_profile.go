package ftpwire

import (
	"crypto/tls"
	"slices"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// profile returns base with what the combination says.
func (c ProbeCombination) profile(base *Profile) *Profile {
	p := *base
	p.Port, p.Variant, p.Security, p.Auth = c.Port, c.protocolVariant(), 0, nil
	p.ClearCommandChannel, p.Resumption, p.SessionIDs = c.ClearCommands, c.Resumption, c.SessionIDs
	if c.hasTLS() {
		p.TLSMin, p.TLSMax = tlsx.Version(c.TLSMin), tlsx.Version(c.TLSMax)
		if c.Auth != "" {
			p.Auth = []string{c.Auth} // no other, not even one that FEAT offers
		}
	}
	if c.WeakCiphers {
		p.CipherSuites = allSuites()
	}
	p.Login.NoFeat = c.NoFeat
	if c.NoCloseNotify {
		p.Quirks.Force = append(slices.Clone(p.Quirks.Force), control.QuirkNoCloseNotify)
	}
	p.DataProtection = control.ProtectPrivate
	if c.ClearData {
		p.DataProtection = control.ProtectClear
	}
	p.DataMode, p.Data.Mode = c.DataMode, 0
	p.NAT, p.Data.NAT = c.NAT, 0
	p.SyncDataChannel, p.Data.Sync = c.Sync, 0
	if c.CodePage != "" {
		p.CodePage = c.CodePage
	}
	return &p
}

func (c ProbeCombination) protocolVariant() Variant {
	switch {
	case c.Security == control.SecurityNone:
		return VariantFTP
	case c.Security == control.SecurityImplicit:
		return VariantTLSImplicit
	case c.Auth == "SSL":
		return VariantSSLExplicit
	}
	return VariantTLSExplicit
}

// allSuites returns every suite of TLS 1.2 and older that crypto/tls has, the secure ones
// first.
func allSuites() []uint16 {
	var ids []uint16
	for _, list := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, s := range list {
			if s.SupportedVersions[0] < tls.VersionTLS13 {
				ids = append(ids, s.ID)
			}
		}
	}
	return ids
}
