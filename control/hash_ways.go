package control

import (
	"slices"
	"strings"
	"sync"

	"github.com/ftpwire/ftpwire/protocol"
)

// hashAlgorithms are those that HashAlgorithms may return, best first. SHA-256
// is before SHA-512, which proves no more in practice and costs more.
var hashAlgorithms = []string{"SHA-256", "SHA-512", "SHA-384", "SHA-224", "SHA-1", "MD5", "CRC32"}

// xhashVerbs are the commands that have an algorithm without HASH.
var xhashVerbs = map[string][]protocol.Verb{
	"SHA-256": {"XSHA256"}, "SHA-512": {"XSHA512"}, "SHA-1": {"XSHA1", "XSHA"}, "MD5": {"XMD5", "MD5"}, "CRC32": {"XCRC"},
}

// A hashWay is a command for a sum. name is the server's for the algorithm, of HASH.
type hashWay struct {
	verb protocol.Verb
	name string
}

// hashState is what a connection knows about sums.
type hashState struct {
	selected string // by OPTS HASH, "" if that is not known; belongs to who has the turn
	ranged   bool   // a RANG may be in force; belongs to who has the turn

	mu      sync.Mutex
	refused map[string]bool // commands that the server does not know after all
}

func (h *hashState) isRefused(v string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refused[v]
}

func (h *hashState) refuse(v string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refused == nil {
		h.refused = map[string]bool{}
	}
	h.refused[v] = true
}

// hashWays returns the ways to an algorithm that FEAT lists and the server has not
// refused, HASH first.
func (c *Conn) hashWays(algorithm string) []hashWay {
	var ways []hashWay
	feats := c.Features()
	if args, ok := feats.Args("HASH"); ok && !c.hash.isRefused("HASH") {
		for name := range strings.FieldsFuncSeq(args, func(r rune) bool { return r == ';' || r == ' ' || r == ',' }) {
			name = strings.TrimSuffix(name, "*")
			if hashSpelling(name) == algorithm && !c.hash.isRefused("OPTS "+name) {
				ways = append(ways, hashWay{"HASH", name})
			}
		}
	}
	for _, v := range xhashVerbs[algorithm] {
		if feats.Has(string(v)) && !c.hash.isRefused(string(v)) {
			ways = append(ways, hashWay{verb: v})
		}
	}
	return ways
}

// hashSpelling returns the name of an algorithm as the draft spells it, or "" if it
// is none of ours.
func hashSpelling(name string) string {
	plain := strings.ReplaceAll(strings.ToUpper(name), "-", "")
	if plain == "SHA" {
		plain = "SHA1"
	}
	i := slices.IndexFunc(hashAlgorithms, func(alg string) bool { return strings.ReplaceAll(alg, "-", "") == plain })
	if i < 0 {
		return ""
	}
	return hashAlgorithms[i]
}
