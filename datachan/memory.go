package datachan

// A Memory is what a [Manager] has learned about its server; the next connection to the
// same server can begin with it. The zero Memory holds nothing. The manager corrects what
// turns out to be wrong.
type Memory struct {
	// NoEPSV: EPSV is refused, or its ports are dead, and PASV works.
	NoEPSV bool `json:",omitempty"`

	// NoEPRT: EPRT is refused, or no connection follows it, and PORT is tried.
	NoEPRT bool `json:",omitempty"`

	// EPSVNumber and EPSVBare: the server takes only this form of EPSV.
	EPSVNumber bool `json:",omitempty"`
	EPSVBare   bool `json:",omitempty"`

	// OtherHost: under NATAuto the host that is tried second is the one that works.
	OtherHost bool `json:",omitempty"`

	// HoldsTLS: the server sends the preliminary reply only once TLS is up.
	HoldsTLS bool `json:",omitempty"`
}

// Memory returns what was learned so far. It may be called at any time.
func (m *Manager) Memory() Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.memory
}

// learn changes the memory.
func (m *Manager) learn(f func(*Memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.memory)
}
