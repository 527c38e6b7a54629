package ftpwire

import (
	"context"
	"errors"
	"sync"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// secrets are what the PasswordFunc of a Profile has answered, for the further connections of
// a Client.
type secrets struct {
	ask func(context.Context, control.PasswordQuestion) (string, error) // the Profile's own, nil if there is none

	mu    sync.Mutex
	known map[control.PasswordQuestion]string
	typed bool // there was a new answer
}

// remembering returns a copy of p whose PasswordFunc asks each question once.
func (p *Profile) remembering() (*Profile, *secrets) {
	q := new(*p)
	s := &secrets{ask: p.Login.PasswordFunc, known: map[control.PasswordQuestion]string{}}
	if s.ask != nil {
		q.Login.PasswordFunc = s.answer
	}
	return q, s
}

func (s *secrets) answer(ctx context.Context, q control.PasswordQuestion) (string, error) {
	key := control.PasswordQuestion{Verb: q.Verb, User: q.User, Proxy: q.Proxy}
	s.mu.Lock()
	secret, ok := s.known[key]
	s.mu.Unlock()
	if ok && q.Refused == "" {
		return secret, nil
	}
	secret, err := s.ask(ctx, q)
	if err == nil {
		s.mu.Lock()
		s.known[key], s.typed = secret, true
		s.mu.Unlock()
	}
	return secret, err
}

// again reports whether to connect once more, as the connection was lost while a question was answered:
// servers do not wait long for a password. err is the error of the login. Nothing was sent
// then, so that no attempt counts. What was refused is forgotten.
func (s *secrets) again(ctx context.Context, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	typed := s.typed
	s.typed = false
	switch {
	case isType[*control.RejectedLoginError](err):
		clear(s.known)
		return false
	case !typed || !isType[*control.ClosedError](err) || isType[*control.UnansweredLoginError](err):
		return false
	}
	re, refused := errors.AsType[*protocol.ReplyError](err)
	return ctx.Err() == nil && !(refused && (re.Verb == "PASS" || re.Verb == "ACCT"))
}
