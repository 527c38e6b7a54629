package main

import (
	"errors"

	"github.com/ftpwire/ftpwire"
)

// A session is the one login for all that a run does on one server.
type session struct {
	a      *app
	f      *connFlags
	at     *ftpwire.Location
	client *ftpwire.Client
}

// connect makes sure that there is a connection.
func (s *session) connect() (err error) {
	if s.client != nil && alive(s.client.Conn()) {
		return nil
	}
	if s.client != nil {
		s.a.hangUp(s.client, true)
		s.client = nil
	}
	at := *s.at // dialling completes it
	s.client, err = s.a.dial(s.f, &at)
	return err
}

// end ends the session.
func (s *session) end(failed bool) {
	if s.client == nil {
		return
	}
	if !failed {
		s.a.remember(s.client)
	}
	s.a.hangUp(s.client, failed)
}

// byServer groups what is on one server, in the order in which the servers come.
func byServer(all []source) (groups [][]source) {
next:
	for _, s := range all {
		for i, g := range groups {
			if sameServer(&g[0].Profile, &s.Profile) && g[0].ASCII == s.ASCII {
				groups[i] = append(g, s)
				continue next
			}
		}
		groups = append(groups, []source{s})
	}
	return groups
}

// eachServer calls do with a session for each server. One that can't be reached is reported, and the others are tried; if it is the
// only one, that is the error. object makes the object of what could not be tried.
func (b *batch) eachServer(all []source, object func(source, *failureJSON) any, do func(*session, []source) error) error {
	groups := byServer(all)
	for _, group := range groups {
		s := &session{a: b.app, f: b.f, at: group[0].Location}
		failed := b.n
		err := s.connect()
		switch {
		case err != nil && len(groups) == 1:
			return err
		case err != nil:
			err = b.unreached(err, group, object)
		default:
			err = do(s, group)
		}
		s.end(err != nil || b.n > failed)
		if err != nil || b.ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// unreached counts what could not be tried as failed, and reports the reason once.
func (b *batch) unreached(err error, group []source, object func(source, *failureJSON) any) error {
	b.many.clear()
	b.report(b.cmd, err)
	if b.ctx.Err() != nil {
		return nil
	}
	for _, s := range group {
		b.add(b.kindOf(err))
		if err := b.write(onPath(s.Path, err), func(e *failureJSON) any { return object(s, e) }); err != nil {
			return err
		}
	}
	return nil
}

// gone reports whether err, of a file, says that the server can't be reached any more: twice in a row, as each attempt may wait long.
func (b *batch) gone(err error) bool {
	if _, ok := errors.AsType[*ftpwire.ReconnectError](err); !ok {
		b.lost = 0
		return false
	}
	b.lost++
	return b.lost > 1
}
