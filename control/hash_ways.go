package control

import (
	"strings"
	"sync"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A hashWay is a command for a sum. name is the server's name for the algorithm, for
// HASH.
type hashWay struct {
	verb protocol.Verb
	name string
}

// hashState is what a connection knows about the sums of its server.
type hashState struct {
	mu      sync.Mutex
	refused map[string]bool // commands that the server has turned out not to know
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

// hashWays returns the commands for an algorithm that FEAT lists and the server has not
// refused, HASH first.
func (c *Conn) hashWays(algorithm string) []hashWay {
	var ways []hashWay
	feats := c.Features()
	if args, ok := feats.Args("HASH"); ok && !c.hash.isRefused("HASH") {
		for name := range strings.FieldsFuncSeq(args, func(r rune) bool { return r == ';' || r == ' ' || r == ',' }) {
			name = strings.TrimSuffix(name, "*")
			if sameHash(name, algorithm) && !c.hash.isRefused("OPTS "+name) {
				ways = append(ways, hashWay{"HASH", name})
			}
		}
	}
	a, _ := parse.HashAlgorithmNamed(algorithm)
	for _, v := range a.Commands {
		if feats.Has(v) && !c.hash.isRefused(v) {
			ways = append(ways, hashWay{verb: protocol.Verb(v)})
		}
	}
	return ways
}

// sameHash reports whether name is a server's name for algorithm.
func sameHash(name, algorithm string) bool {
	a, ok := parse.HashAlgorithmNamed(name)
	return ok && a.Name == algorithm
}
