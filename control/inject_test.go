package control_test

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"testing"

	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// T13: whatever method takes a string, a CR, LF or NUL in it is refused before a
// byte is on the wire. The methods are found by reflection, so that a new one is
// not forgotten.
func TestT13Injection(t *testing.T) {
	seen := 0
	typ := reflect.TypeFor[*control.Conn]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		if m.Name == "HasQuirk" || m.Name == "NoticeQuirk" {
			continue // their strings are names and remarks: nothing is sent
		}
		for at := 1; at < m.Type.NumIn(); at++ {
			if kind := m.Type.In(at); kind.Kind() != reflect.String && kind != reflect.TypeFor[protocol.Command]() {
				continue
			}
			for _, bad := range []string{"x\r\nDELE y", "x\ny", "x\ry", "x\x00y", "\r", "\n", "\x00"} {
				seen++
				inBubble(t, m.Name, func(t *testing.T) {
					tc := login(t, &control.Config{})
					before := tc.wire()
					op := tc.async(func() error { return callWith(t.Context(), tc.c, m, at, bad) })
					err := op.result()
					if sent := tc.wire()[len(before):]; sent != "" {
						t.Fatalf("%s(%q) sent %q", m.Name, bad, sent)
					}
					if _, ok := errors.AsType[*protocol.ArgumentError](err); !ok {
						t.Fatalf("%s(%q): %v; want an ArgumentError", m.Name, bad, err)
					}
					tc.wantAlive()
				})
			}
		}
	}
	if seen < 20*7 {
		t.Errorf("only %d cases: where have the methods gone?", seen)
	}
}

// callWith calls a method with bad for argument at and harmless values elsewhere,
// and returns its error.
func callWith(ctx context.Context, c *control.Conn, m reflect.Method, at int, bad string) error {
	args := []reflect.Value{reflect.ValueOf(c)}
	for i := 1; i < m.Type.NumIn(); i++ {
		arg, kind := reflect.Zero(m.Type.In(i)), m.Type.In(i)
		switch {
		case kind == reflect.TypeFor[context.Context]():
			arg = reflect.ValueOf(ctx)
		case kind == reflect.TypeFor[protocol.Command]():
			arg = reflect.ValueOf(protocol.Command{Verb: "SITE", Arg: bad})
		case kind == reflect.TypeFor[protocol.Verb]() && i == at:
			arg = reflect.ValueOf(protocol.Verb(bad))
		case kind == reflect.TypeFor[protocol.Verb]():
			arg = reflect.ValueOf(protocol.Verb("LIST"))
		case kind.Kind() == reflect.String && i == at:
			arg = reflect.ValueOf(bad)
		case kind.Kind() == reflect.String:
			arg = reflect.ValueOf("x")
		}
		args = append(args, arg)
	}
	for _, out := range m.Func.Call(args) {
		switch v := out.Interface().(type) {
		case error:
			return v
		case iter.Seq2[listing.Entry, error]:
			for _, err := range v {
				return err
			}
		case iter.Seq2[string, error]:
			for _, err := range v {
				return err
			}
		}
	}
	return nil
}
