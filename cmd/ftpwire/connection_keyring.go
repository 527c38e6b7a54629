package main

import (
	"context"
	"errors"

	"github.com/zalando/go-keyring"

	"github.com/ftpwire/ftpwire/protocol/errtext"
)

// keyringService is the name under which the system's keyring shows the passwords.
const keyringService = "ftpwire"

// A keyringStore is the system's keyring: Keychain, Credential Manager, or what serves
// org.freedesktop.secrets.
type keyringStore interface {
	Get(service, user string) (string, error)
	Set(service, user, password string) error
	Delete(service, user string) error
}

type systemKeyring struct{}

func (systemKeyring) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemKeyring) Set(service, user, password string) error {
	return keyring.Set(service, user, password)
}
func (systemKeyring) Delete(service, user string) error { return keyring.Delete(service, user) }

// onKeyring calls do, which may wait for a person who unlocks the keyring, and ends with
// the context.
func (a *app) onKeyring(do func(keyringStore) error) error {
	ring := a.keyring
	if ring == nil {
		ring = systemKeyring{}
	}
	done := make(chan error, 1)
	go func() { done <- do(ring) }()
	select {
	case err := <-done:
		return err
	case <-a.ctx.Done():
		return context.Cause(a.ctx)
	}
}

// fromKeyring returns the password of a connection.
func (a *app) fromKeyring(name string) (password string, err error) {
	type answer struct{ password string }
	got := make(chan answer, 1)
	err = a.onKeyring(func(ring keyringStore) error {
		password, err := ring.Get(keyringService, name)
		got <- answer{password}
		return err
	})
	if err != nil {
		return "", a.keyringError(name, err)
	}
	return (<-got).password, nil
}

// toKeyring stores the password of a connection.
func (a *app) toKeyring(name, password string) error {
	err := a.onKeyring(func(ring keyringStore) error { return ring.Set(keyringService, name, password) })
	return a.keyringError(name, err)
}

// offKeyring removes the password of a connection. That there was none is no error.
func (a *app) offKeyring(name string) error {
	err := a.onKeyring(func(ring keyringStore) error { return ring.Delete(keyringService, name) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return a.keyringError(name, err)
}

// keyringError says why the keyring did not help, and what does.
func (a *app) keyringError(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case a.ctx.Err() != nil:
		return err
	case errors.Is(err, keyring.ErrNotFound):
		return &usageError{err: errtext.Errorf("the system's keyring has no password for the connection %q", name),
			hint: "\"ftpwire connection edit " + name + " --keyring\" puts one there."}
	}
	return &usageError{err: errtext.Errorf("the system's keyring can't be used: %w", err),
		hint: "It needs a desktop session with a keyring. Without one, use --password-command, --password-file or --password-env."}
}
