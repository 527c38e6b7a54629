package ftptest

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/ftpwire/ftpwire/protocol"
)

// checkFaults are small defects, each of which a conformance case finds.
func checkFaults() []deviation {
	var all []deviation
	for _, w := range slices.Concat(rewrites, hostRewrites, langRewrites, draftRewrites, mechanismRewrites, hashRewrites, modeRewrites) {
		all = append(all, deviation{name: w.name, doc: w.doc, reply: w.reply})
	}
	for _, table := range [][]deviation{
		checkReplyFaults(), checkLineFaults(), checkLoginFaults(), checkFileFaults(), checkPathFaults(), checkBounceFaults(),
		checkTypeFaults(), checkDataFaults(), checkOrderFaults(), checkListFaults(), checkAbortFaults(), allowedFaults(),
		checkFactFaults(), checkValueFaults(), checkMlsxFaults(), checkFeatFaults(), checkTLSFaults(),
		checkHonestFaults(), checkPasswordFaults(), checkControlFaults(),
		checkHostFaults(), checkLangFaults(), checkDraftFaults(), checkRareFaults(), checkMechanismFaults(), checkHashFaults(), checkModeFaults(),
	} {
		all = append(all, table...)
	}
	return all
}

// A rewrite replaces the reply to one command by another.
type rewrite struct {
	name Fault
	doc  string
	verb protocol.Verb
	arg  string        // of the command; "*" is any
	code protocol.Code // of the true reply; 0 is any
	wire string        // without the line end; "" drops the reply
}

func (w *rewrite) reply(s *session, r *outgoing) {
	if r.verb != w.verb || w.code != 0 && r.code != w.code || w.arg != "*" && s.current.Arg != w.arg {
		return
	}
	if r.wire = nil; w.wire != "" {
		r.wire = []byte(w.wire + "\r\n")
	}
}

// A memory keeps something for each session.
type memory[T any] struct {
	mu sync.Mutex
	m  map[*session]*T
}

// of returns what is kept for a session, at first the zero T.
func (m *memory[T]) of(s *session) *T {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.m == nil {
		m.m = map[*session]*T{}
	}
	if m.m[s] == nil {
		m.m[s] = new(T)
	}
	return m.m[s]
}

// edit returns a reply hook that changes the bytes of one reply.
func edit(verb protocol.Verb, code protocol.Code, f func(s *session, wire string) string) func(*session, *outgoing) {
	return onCode(verb, code, func(s *session, r *outgoing) { r.wire = []byte(f(s, string(r.wire))) })
}

// editLines returns the same for the lines between the first and the last.
func editLines(verb protocol.Verb, code protocol.Code, f func(line string) string) func(*session, *outgoing) {
	return edit(verb, code, func(_ *session, wire string) string {
		lines := strings.Split(wire, "\r\n")
		for i := 1; i < len(lines)-2; i++ {
			lines[i] = f(lines[i])
		}
		return strings.Join(lines, "\r\n")
	})
}

// instead returns a command hook that carries out another action.
func instead(verb protocol.Verb, when func(s *session, arg string) bool, do func(s *session, arg string)) func(*session, protocol.Command) bool {
	return onCommand(verb, func(s *session, arg string) bool {
		if !when(s, arg) {
			return false
		}
		do(s, arg)
		return true
	})
}

func always(*session, string) bool { return true }

// argument returns a condition: the argument is one of those given.
func argument(args ...string) func(*session, string) bool {
	return func(_ *session, arg string) bool {
		for _, a := range args {
			if a == arg {
				return true
			}
		}
		return false
	}
}

// says returns an action that replies and does nothing.
func says(code protocol.Code, text string) func(*session, string) {
	return func(s *session, _ string) { s.reply(code, text) }
}

// exists returns a condition: the argument names a file (or a directory).
func exists(dir bool) func(*session, string) bool {
	return func(s *session, arg string) bool {
		n, err := s.host.tree.stat(s.resolve(arg))
		return err == nil && n.dir == dir
	}
}

func missing(s *session, arg string) bool {
	_, err := s.host.tree.stat(s.resolve(arg))
	return err != nil
}

// nothing sends an empty file.
func nothing(s *session, _ string) {
	if s.mayTransfer() {
		s.begin(&transfer{source: &bytes.Buffer{}, text: "Opening data connection"})
	}
}
