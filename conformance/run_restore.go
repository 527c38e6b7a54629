package conformance

import "strings"

// restore brings the shared session back to the state that cases expect. It reports false
// if that is not possible; then another session is opened.
func (r *runner) restore(c *Conn) bool {
	for _, verb := range []string{"AUTH", "USER", "REIN", "HOST", "CCC", "QUIT", "LANG"} {
		if c.sent[verb] {
			return false
		}
	}
	sent := c.sent
	c.sent = map[string]bool{}
	c.tape = r.newTape()
	steps := []string{"CWD " + r.baseDir(), "TYPE I"}
	if sent["MODE"] {
		steps = append(steps, "MODE S")
	}
	if sent["STRU"] {
		steps = append(steps, "STRU F")
	}
	if sent["OPTS"] {
		facts := r.defaultFacts()
		if facts == "" {
			return false
		}
		steps = append(steps, "OPTS MLST "+facts)
	}
	if sent["REST"] {
		steps = append(steps, "REST 0")
	}
	if sent["PROT"] && c.secure {
		steps = append(steps, "PROT P")
		c.private = true
	}
	for i, s := range steps {
		if c.send(s) != nil {
			return false
		}
		got, err := c.receive(r.opts.timeout())
		// CWD is a second barrier: its reply cannot be mistaken for the reply to a transfer.
		if err != nil || got.Code.Class() != 2 && got.Code != 350 || got.Code == 226 {
			return false
		}
		if i == 0 && got.Code == r.step.code && c.another() {
			// It was one too many, and could be mistaken for the reply to the barrier.
			c.lastDone = r.step.verb
			c.stray(got)
			return false
		}
	}
	c.typ = "I"
	tidy := len(c.pending) == 0 && r.tidied(c)
	c.sent = map[string]bool{} // what the next case has not sent is no cause of what it finds
	return tidy
}

// another reports whether one more reply comes within a short time. If the server answers
// CWD as it answers the barrier, the reply may have been the one to the barrier.
func (c *Conn) another() bool {
	_, err := c.receive(quiet)
	return err == nil
}

// tidied removes the files that the case has left in the sandbox, so that there is never
// much in it.
func (r *runner) tidied(c *Conn) bool {
	if r.license != mayChange || len(r.made) == 0 {
		return true
	}
	t := r.newT()
	t.c, c.tape = c, t.tape
	t.attempt(func(t *T) { t.tidy(false) })
	return t.verdict < Warn && len(c.pending) == 0
}

// defaultFacts returns the facts that MLST has by default, as OPTS takes them.
func (r *runner) defaultFacts() string {
	var b strings.Builder
	for _, f := range r.feats.Facts() {
		if f.Enabled {
			b.WriteString(f.Name + ";")
		}
	}
	return b.String()
}

// baseDir returns the directory in which cases find themselves.
func (r *runner) baseDir() string {
	if r.workDir != "" {
		return r.workDir
	}
	return r.homeDir
}
