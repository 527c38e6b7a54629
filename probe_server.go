package ftpwire

import (
	"context"
	"slices"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/protocol"
)

// A ProbeServer is what a server is, as far as it shows; see [control.Server].
type ProbeServer struct {
	Name       string             `json:"name"`       // "" if that is not known
	Version    string             `json:"version"`    // "" if no reply tells it beside the name
	Confidence control.Confidence `json:"confidence"` // in the name
	Evidence   []string           `json:"evidence"`   // what speaks for the name
	Greeting   string             `json:"greeting"`   // its text, secrets masked
	System     string             `json:"system"`     // the reply to SYST, secrets masked; "" if there was none
	Features   []string           `json:"features"`   // the names in the reply to FEAT
	Quirks     []string           `json:"quirks"`     // that were worked around
}

// serverEvidence is what was gathered about a server.
type serverEvidence struct {
	best     control.Server // what a connection has told that was the surest
	greeting string
	features *parse.Features
	quirks   []string
}

// add takes in what a connection has shown.
func (e *serverEvidence) add(c *control.Conn) {
	s := c.Server()
	if s.System == "" {
		s.System = e.best.System
	}
	if s.Confidence > e.best.Confidence || s.Confidence == e.best.Confidence && len(s.Evidence) >= len(e.best.Evidence) {
		e.best = s
	} else {
		e.best.System = s.System
	}
	for _, q := range c.Quirks() {
		if !slices.Contains(e.quirks, string(q.Name)) {
			e.quirks = append(e.quirks, string(q.Name))
		}
	}
}

// findSystem asks what system the server is.
func (r *probeRun) findSystem(ctx context.Context) {
	r.conn.Do(ctx, protocol.Command{Verb: "SYST"}) // the connection keeps the reply; a refusal tells nothing
}

// told returns what the server is.
func (r *probeRun) told() ProbeServer {
	e := &r.server
	s := ProbeServer{
		Name: e.best.Name, Version: e.best.Version, Confidence: e.best.Confidence, Evidence: []string{}, Greeting: e.greeting,
		System: r.masked(e.best.System), Features: []string{}, Quirks: append([]string{}, e.quirks...),
	}
	for _, text := range e.best.Evidence {
		s.Evidence = append(s.Evidence, r.masked(text))
	}
	for name := range e.features.All() {
		s.Features = append(s.Features, name)
	}
	return s
}
