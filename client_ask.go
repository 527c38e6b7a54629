package ftpwire

import (
	"cmp"
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
	ended bool // the last question has no answer, and will have none

	pool *Pool // of the Clients that share them, nil if there is none
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.known[key], s.typed = secret, true
	}
	s.ended = err != nil && ctx.Err() == nil
	return secret, err
}

// failed reports whether the last question will have no answer.
func (s *secrets) failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// fill gives p the answers that the server has accepted, so that p does not ask for others if it refuses these later.
func (s *secrets) fill(p *Profile) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for q, secret := range s.known {
		switch {
		case q.Proxy && p.Login.Proxy != nil:
			p.Login.Proxy = new(*p.Login.Proxy)
			p.Login.Proxy.Password = cmp.Or(p.Login.Proxy.Password, secret)
		case q.Verb == "PASS" && !q.Proxy:
			p.Password = cmp.Or(p.Password, secret)
		case q.Verb == "ACCT":
			p.Account = cmp.Or(p.Account, secret)
		}
	}
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
