package ftpwire

import (
	"cmp"
	"crypto/tls"
	"slices"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A probeSpace is what a probe may vary: the values of each setting, the usual one first.
type probeSpace struct {
	ports       []int
	offers      func(port int, s control.Security) bool
	securities  []control.Security
	auths       []string
	versions    [][2]uint16
	weak        []bool
	resumptions []tlsx.Resumption
	sessionIDs  []bool
	ccc         []bool
	noFeat      []bool
	clearData   []bool
	noNotify    []bool
	modes       []datachan.Mode
	nats        []datachan.NAT
	syncs       []datachan.Sync
	listings    []protocol.Verb

	keep       map[Field]bool // settings that have the user's value
	secret     bool           // the login has a secret
	allowClear bool           // which may go in clear
	maxLogins  int
}

// modernTLS are the versions that are offered first.
var modernTLS = [2]uint16{tls.VersionTLS12, tls.VersionTLS13}

// newProbeSpace returns what o lets a probe vary.
func newProbeSpace(o *ProbeOptions) *probeSpace {
	p := &o.Profile
	s := &probeSpace{
		ports: o.ports(), offers: o.offers, keep: map[Field]bool{},
		securities:  []control.Security{control.SecurityExplicit, control.SecurityImplicit, control.SecurityNone},
		auths:       []string{"TLS", "SSL", "TLS-P", "TLS-C"},
		versions:    [][2]uint16{modernTLS, {tls.VersionTLS12, tls.VersionTLS12}, {tls.VersionTLS10, tls.VersionTLS11}},
		weak:        []bool{false, true},
		resumptions: []tlsx.Resumption{tlsx.ResumePreferred, tlsx.ResumeOff, tlsx.ResumeRequired},
		sessionIDs:  []bool{false, true}, ccc: []bool{false, true}, noFeat: []bool{false, true}, clearData: []bool{false, true}, noNotify: []bool{false, true},
		modes:    []datachan.Mode{datachan.ModeEPSV, datachan.ModePASV, datachan.ModeEPRT, datachan.ModePORT},
		nats:     []datachan.NAT{datachan.NATControlHost, datachan.NATAuto, datachan.NATServer},
		syncs:    []datachan.Sync{datachan.SyncAuto, datachan.SyncOn, datachan.SyncOff},
		listings: []protocol.Verb{"MLSD", "LIST", "NLST"},
		secret:   !anonymousUser(p.User), allowClear: o.AllowClear, maxLogins: o.maxLogins(),
	}
	for _, f := range o.Keep {
		s.keep[f] = true
	}
	s.hold(p)
	return s
}

// hold gives the settings that are not to be varied the user's value.
func (s *probeSpace) hold(p *Profile) {
	t := p.tls()
	for field, hold := range map[Field]func(){
		fieldVariant: func() {
			s.securities = securitiesOf(p.Protocol())
			s.allowClear = s.allowClear || slices.Contains(s.securities, control.SecurityNone)
		},
		fieldAuth: func() {
			if s.auths = p.Auth; p.Variant == VariantSSLExplicit {
				s.auths = []string{"SSL"}
			}
			if len(s.auths) == 0 {
				s.auths = []string{"TLS"}
			}
		},
		fieldCipherSuites:        func() { s.weak = []bool{false} },
		fieldResumption:          func() { s.resumptions = []tlsx.Resumption{p.Resumption} },
		fieldSessionIDs:          func() { s.sessionIDs = []bool{p.SessionIDs} },
		fieldClearCommandChannel: func() { s.ccc = []bool{p.ClearCommandChannel} },
		fieldNoFeat:              func() { s.noFeat = []bool{p.Login.NoFeat} },
		fieldDataProtection:      func() { s.clearData = []bool{p.DataProtection == control.ProtectClear} },
		fieldDataMode:            func() { s.modes = modesOf(cmp.Or(p.DataMode, p.Data.Mode)) },
		fieldNAT:                 func() { s.nats = []datachan.NAT{cmp.Or(p.NAT, p.Data.NAT)} },
		fieldSync:                func() { s.syncs = []datachan.Sync{cmp.Or(p.SyncDataChannel, p.Data.Sync)} },
	} {
		if s.keep[field] {
			hold()
		}
	}
	if s.keep[fieldTLSMin] || s.keep[fieldTLSMax] {
		s.versions = [][2]uint16{{t.MinVersion, cmp.Or(t.MaxVersion, tls.VersionTLS13)}}
	}
}

// varies reports whether a probe tries the values of a setting.
func (s *probeSpace) varies(f Field) bool {
	return !s.keep[f] && slices.Contains([]Field{
		fieldVariant, fieldAuth, fieldTLSMin, fieldTLSMax, fieldCipherSuites, fieldResumption, fieldSessionIDs,
		fieldClearCommandChannel, fieldNoFeat, fieldDataProtection, fieldDataMode, fieldNAT, fieldSync,
	}, f)
}

// securitiesOf returns what a variant stands for.
func securitiesOf(v Variant) []control.Security {
	if s := v.Security(); s != control.SecurityAuto {
		return []control.Security{s}
	}
	return []control.Security{control.SecurityExplicit, control.SecurityNone}
}

// modesOf returns the single commands that a mode stands for.
func modesOf(m datachan.Mode) []datachan.Mode {
	switch m {
	case datachan.ModePassive:
		return []datachan.Mode{datachan.ModeEPSV, datachan.ModePASV}
	case datachan.ModeActive:
		return []datachan.Mode{datachan.ModeEPRT, datachan.ModePORT}
	}
	return []datachan.Mode{m}
}

// anonymousUser reports whether a login has no secret.
func anonymousUser(user string) bool {
	return slices.Contains([]string{"", "anonymous", "ftp"}, user)
}

// ways returns the upper halves of all combinations, with the protection of data, the best
// first.
func (s *probeSpace) ways() []ProbeCombination {
	var all []ProbeCombination
	for _, port := range s.ports {
		for _, security := range s.securities {
			if s.offers(port, security) {
				all = append(all, s.waysOf(ProbeCombination{Port: port, Security: security})...)
			}
		}
	}
	byCost(all)
	return all
}

// waysOf completes a port and a variant.
func (s *probeSpace) waysOf(c ProbeCombination) []ProbeCombination {
	all := vary([]ProbeCombination{c}, s.noFeat, func(c *ProbeCombination, v bool) { c.NoFeat = v })
	if !c.hasTLS() {
		return all
	}
	if c.Security == control.SecurityExplicit {
		all = vary(all, s.auths, func(c *ProbeCombination, v string) { c.Auth = v })
		all = vary(all, s.ccc, func(c *ProbeCombination, v bool) { c.ClearCommands = v })
	}
	all = vary(all, s.versions, func(c *ProbeCombination, v [2]uint16) { c.TLSMin, c.TLSMax = v[0], v[1] })
	all = vary(all, s.weak, func(c *ProbeCombination, v bool) { c.WeakCiphers = v })
	all = vary(all, s.resumptions, func(c *ProbeCombination, v tlsx.Resumption) { c.Resumption = v })
	all = vary(all, s.sessionIDs, func(c *ProbeCombination, v bool) { c.SessionIDs = v })
	all = vary(all, s.clearData, func(c *ProbeCombination, v bool) { c.ClearData = v })
	all = vary(all, s.noNotify, func(c *ProbeCombination, v bool) { c.NoCloseNotify = v })
	return slices.DeleteFunc(all, func(c ProbeCombination) bool { return c.ClearData && c.NoCloseNotify })
}

// forms returns the lower halves that make sense in a way, the best first.
func (s *probeSpace) forms(way ProbeCombination) []ProbeCombination {
	all := vary([]ProbeCombination{way}, s.modes, func(c *ProbeCombination, v datachan.Mode) { c.DataMode = v })
	var named []ProbeCombination
	for _, c := range all {
		nats := s.nats
		if c.DataMode != datachan.ModePASV {
			nats = nats[:1] // only a reply to PASV names an address
		}
		named = append(named, vary([]ProbeCombination{c}, nats, func(c *ProbeCombination, v datachan.NAT) { c.NAT = v })...)
	}
	if way.protected() {
		named = vary(named, s.syncs, func(c *ProbeCombination, v datachan.Sync) { c.Sync = v })
	}
	named = vary(named, s.listings, func(c *ProbeCombination, v protocol.Verb) { c.Listing = v })
	byCost(named)
	return named
}

// vary returns each combination with each value.
func vary[T any](all []ProbeCombination, values []T, set func(*ProbeCombination, T)) []ProbeCombination {
	var more []ProbeCombination
	for _, c := range all {
		for _, v := range values {
			set(&c, v)
			more = append(more, c)
		}
	}
	return more
}

// isActiveMode reports whether the server opens data connections.
func isActiveMode(m datachan.Mode) bool {
	return m == datachan.ModeEPRT || m == datachan.ModePORT || m == datachan.ModeActive
}
