package ftpwire

import (
	"cmp"
	"crypto/tls"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// A ProbeCombination is one way to work with a server: what [Probe] varies. The upper half
// of it is settled before the login or with it, the lower half for each data connection.
type ProbeCombination struct {
	Port           int              // of the control connection
	Security       control.Security // SecurityExplicit, SecurityImplicit or SecurityNone
	Auth           string           // the word after AUTH; "" unless TLS is explicit
	TLSMin, TLSMax uint16           // the versions that are offered; 0 without TLS
	WeakCiphers    bool             // all cipher suites are offered, those that crypto/tls calls insecure too
	Resumption     tlsx.Resumption  // of TLS sessions on data connections; ResumeOff without TLS
	SessionIDs     bool             // TLS 1.2 sessions are resumed by ID, too
	ClearCommands  bool             // CCC after the login
	NoFeat         bool             // FEAT is not sent
	NoCloseNotify  bool             // data connections over TLS may end without close_notify

	ClearData bool          // PROT C; false without TLS
	DataMode  datachan.Mode // ModeEPSV, ModePASV, ModeEPRT or ModePORT
	NAT       datachan.NAT  // for passive connections
	Sync      datachan.Sync // when TLS begins on a data connection
	Listing   protocol.Verb // MLSD, LIST or NLST
	CodePage  string        // of the names; "" for UTF-8
}

// way returns the upper half of c, and the protection of data, which is settled at the
// login too.
func (c ProbeCombination) way() ProbeCombination {
	c.DataMode, c.NAT, c.Sync, c.Listing, c.CodePage = 0, 0, 0, "", ""
	return c
}

// session returns what two combinations must share to be tried after one login.
func (c ProbeCombination) session() ProbeCombination {
	c = c.way()
	c.ClearData = false
	return c
}

// beforeLogin returns what two combinations must share to come to the login in the same way.
func (c ProbeCombination) beforeLogin() ProbeCombination {
	c = c.session()
	c.NoFeat, c.NoCloseNotify, c.ClearCommands = false, false, false
	return c
}

// handshake returns what two combinations must share to begin TLS in the same way,
// whatever versions and suites are offered.
func (c ProbeCombination) handshake() ProbeCombination {
	return ProbeCombination{Port: c.Port, Security: c.Security, Auth: c.Auth}
}

// hasTLS reports whether the control connection begins with TLS, or comes to it.
func (c ProbeCombination) hasTLS() bool { return c.Security != control.SecurityNone }

// commandsSeen reports whether devices on the path can read the commands.
func (c ProbeCombination) commandsSeen() bool { return !c.hasTLS() || c.ClearCommands }

// protected reports whether data connections have TLS.
func (c ProbeCombination) protected() bool { return c.hasTLS() && !c.ClearData }

// oldVersions and versions12 are the offers of TLS versions besides the default one.
func (c ProbeCombination) oldVersions() bool { return c.hasTLS() && c.TLSMax < tls.VersionTLS12 }
func (c ProbeCombination) versions12() bool  { return c.TLSMax == tls.VersionTLS12 }

// String returns the combination in one line, without what has its usual value.
func (c ProbeCombination) String() string {
	return strings.Join(append(c.wayWords(), c.dataWords()...), ", ")
}

func (c ProbeCombination) wayWords() []string {
	words := []string{"port " + strconv.Itoa(c.Port)}
	if c.NoFeat {
		words = append(words, "no FEAT")
	}
	switch c.Security {
	case control.SecurityNone:
		return append(words, "clear text")
	case control.SecurityImplicit:
		words = append(words, "implicit TLS")
	default:
		words = append(words, "AUTH "+cmp.Or(c.Auth, "TLS"))
	}
	words = append(words, c.versionWord())
	for _, w := range []struct {
		is   bool
		word string
	}{
		{c.WeakCiphers, "all cipher suites"},
		{c.Resumption == tlsx.ResumeOff, "no resumption"},
		{c.Resumption == tlsx.ResumeRequired, "resumption required"},
		{c.SessionIDs, "session IDs"},
		{c.ClearCommands, "CCC"},
		{c.NoCloseNotify, "no close_notify"},
	} {
		if w.is {
			words = append(words, w.word)
		}
	}
	return words
}

// sessionWords is wayWords with the protection of data, if it is not the usual one.
func (c ProbeCombination) sessionWords() []string {
	if !c.ClearData {
		return c.wayWords()
	}
	return append(c.wayWords(), "PROT "+c.protWord())
}

func (c ProbeCombination) versionWord() string {
	low, high := tlsx.VersionName(c.TLSMin), tlsx.VersionName(c.TLSMax)
	if low == high {
		return high
	}
	return low + "–" + strings.TrimPrefix(high, "TLS ")
}

// dataWords returns the lower half, nothing if it was not reached.
func (c ProbeCombination) dataWords() []string {
	if c.Listing == "" {
		return nil
	}
	var words []string
	if c.hasTLS() {
		words = append(words, "PROT "+c.protWord())
	}
	words = append(words, c.DataMode.String())
	if c.DataMode == datachan.ModePASV {
		words = append(words, "NAT "+c.NAT.String())
	}
	if c.Sync != datachan.SyncAuto {
		words = append(words, "sync "+c.Sync.String())
	}
	words = append(words, string(c.Listing))
	if c.CodePage != "" {
		words = append(words, c.CodePage)
	}
	return words
}

func (c ProbeCombination) protWord() string {
	if c.ClearData {
		return "C"
	}
	return "P"
}

// MarshalJSON writes the settings by the words of the command line. What was not reached, or
// does not apply, is left out.
func (c ProbeCombination) MarshalJSON() ([]byte, error) {
	j := struct {
		Port          int    `json:"port"`
		TLS           string `json:"tls"`
		Auth          string `json:"auth,omitempty"`
		TLSMin        string `json:"tls_min,omitempty"`
		TLSMax        string `json:"tls_max,omitempty"`
		Ciphers       string `json:"ciphers,omitempty"`
		Resumption    string `json:"resumption,omitempty"`
		SessionIDs    bool   `json:"session_ids,omitempty"`
		ClearCommands bool   `json:"ccc,omitempty"`
		NoFeat        bool   `json:"no_feat,omitempty"`
		NoCloseNotify bool   `json:"no_close_notify,omitempty"`
		Prot          string `json:"prot,omitempty"`
		DataMode      string `json:"data_mode,omitempty"`
		NAT           string `json:"nat,omitempty"`
		Sync          string `json:"sync_data,omitempty"`
		Listing       string `json:"listing,omitempty"`
		CodePage      string `json:"code_page,omitempty"`
	}{
		Port: c.Port, TLS: c.Security.String(), Auth: c.Auth, SessionIDs: c.SessionIDs, ClearCommands: c.ClearCommands, NoFeat: c.NoFeat, NoCloseNotify: c.NoCloseNotify,
		Listing: string(c.Listing), CodePage: c.CodePage,
	}
	if c.hasTLS() {
		j.TLSMin, j.TLSMax = versionNumber(c.TLSMin), versionNumber(c.TLSMax)
		j.Ciphers, j.Resumption = "secure", c.Resumption.String()
		if c.WeakCiphers {
			j.Ciphers = "all"
		}
	}
	if c.Listing != "" {
		j.DataMode, j.Sync = c.DataMode.String(), c.Sync.String()
		if c.hasTLS() {
			j.Prot = c.protWord()
		}
		if c.DataMode == datachan.ModePASV {
			j.NAT = c.NAT.String()
		}
	}
	return json.Marshal(j)
}

func versionNumber(v uint16) string { return strings.TrimPrefix(tlsx.VersionName(v), "TLS ") }

// cost is how little a combination is wanted: the weaker and the odder, the higher. Nothing
// weaker is tried as long as something stronger may work.
func (c ProbeCombination) cost() int {
	n := 0
	for _, part := range []struct {
		is   bool
		cost int
	}{
		{!c.hasTLS(), 100_000},
		{c.oldVersions(), 20_000},
		{c.WeakCiphers, 10_000},
		{c.ClearCommands, 4_000},
		{c.ClearData, 2_000},
		{c.NoCloseNotify, 1_500},
		{c.Resumption == tlsx.ResumeOff, 400},
		{c.SessionIDs, 200},
		{c.NoFeat, 100},
		{c.versions12(), 300},
		{c.Security == control.SecurityImplicit, 10},
		{c.Auth == "SSL", 20},
		{c.Auth == "TLS-P", 30},
		{c.Auth == "TLS-C", 40},
		{c.Resumption == tlsx.ResumeRequired, 90_000},
		{c.NAT == datachan.NATAuto, 4},
		{c.NAT == datachan.NATServer, 5},
		{c.DataMode == datachan.ModePASV, 3},
		{c.DataMode == datachan.ModeEPRT, 20},
		{c.DataMode == datachan.ModePORT, 21},
		{c.Sync == datachan.SyncOn, 30},
		{c.Sync == datachan.SyncOff, 31},
		{c.Listing == "LIST", 1},
		{c.Listing == "NLST", 2},
	} {
		if part.is {
			n += part.cost
		}
	}
	return n
}

// byCost sorts combinations, the best first; those of equal cost stay in their order.
func byCost(all []ProbeCombination) {
	slices.SortStableFunc(all, func(a, b ProbeCombination) int { return cmp.Compare(a.cost(), b.cost()) })
}
