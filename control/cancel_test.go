package control_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// TestCancelledUploadIsNotEnded closes an upload right behind the end of its
// context, when the watch on the context may not have acted yet: what was cut off
// must never be ended like a whole file.
func TestCancelledUploadIsNotEnded(t *testing.T) {
	s := ftptest.NewServer(t, nil)
	c, err := control.Dial(t.Context(), s.Addr(), &control.Config{Security: control.SecurityNone})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(t.Context(), "user", "password", ""); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		u, err := c.Stor(ctx, "up", 0)
		if err != nil {
			t.Fatalf("upload %d: %v", i, err)
		}
		if _, err := u.Write([]byte("part of it")); err != nil {
			t.Fatalf("upload %d: %v", i, err)
		}
		cancel()
		if err := u.Close(); !errors.Is(err, context.Canceled) {
			t.Fatalf("upload %d: close behind cancel: %v", i, err)
		}
	}
	if err := c.Noop(t.Context()); err != nil {
		t.Errorf("NOOP behind cancelled uploads: %v", err)
	}
}
