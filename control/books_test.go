package control_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// told plays commands by Do or Pipeline; each is answered as given.
func (tc *testConn) told(pipelined bool, commands ...string) {
	tc.t.Helper()
	op := tc.async(func() error {
		var all []protocol.Command
		for i := 0; i < len(commands); i += 2 {
			cmd := commandOf(commands[i])
			if all = append(all, cmd); !pipelined {
				if _, err := tc.c.Do(tc.t.Context(), cmd); err != nil && !isRefusal(err) {
					return err
				}
			}
		}
		if !pipelined {
			return nil
		}
		_, err := tc.c.Pipeline(tc.t.Context(), all...)
		return err
	})
	for i := 0; i < len(commands); i += 2 {
		tc.answer(commands[i], commands[i+1])
	}
	tc.wantOK("commands", op)
}

func commandOf(line string) protocol.Command {
	verb, arg, _ := strings.Cut(line, " ")
	return protocol.Command{Verb: protocol.Verb(verb), Arg: arg}
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[*protocol.ReplyError](err)
	return ok
}

// get plays a download of "abc" before which the client sends these commands.
func (tc *testConn) get(before ...string) {
	tc.t.Helper()
	f := tc.retr(tc.t.Context(), 0)
	var late []string
	for _, c := range before {
		if c == "REST 0" {
			late = append(late, c)
			continue
		}
		if strings.HasPrefix(c, "RANG") {
			tc.answer(c, "350 ok")
			continue
		}
		tc.answer(c, "200 ok")
	}
	data := tc.passive()
	for _, c := range late {
		tc.answer(c, "350 ok")
	}
	tc.answer("RETR f", "150 here")
	io.WriteString(data, "abc")
	data.Close()
	tc.writeReply("226 done")
	if err := f.wait(); err != nil || f.data != "abc" {
		tc.t.Fatalf("%q, %v", f.data, err)
	}
}

// What a command does to the session is known whoever has sent it, and how.
func TestBooks(t *testing.T) {
	for _, tt := range []struct {
		name     string
		commands []string // and their replies
		get      []string // what a download then begins with
	}{
		{"TYPE I", []string{"TYPE I", "200 ok"}, nil},
		{"TYPE, in small letters", []string{"type i", "200 ok"}, nil},
		{"TYPE refused", []string{"TYPE I", "504 no"}, []string{"TYPE I"}},
		{"TYPE A", []string{"TYPE I", "200 ok", "TYPE A", "200 ok"}, []string{"TYPE I"}},
		{"STRU", []string{"TYPE I", "200 ok", "STRU R", "200 ok"}, []string{"STRU F"}},
		{"MODE", []string{"TYPE I", "200 ok", "MODE B", "200 ok"}, []string{"MODE S"}},
		{"RANG", []string{"TYPE I", "200 ok", "RANG 1 2", "350 ok"}, []string{"RANG 1 0"}},
		{"RANG, taken back", []string{"TYPE I", "200 ok", "RANG 1 2", "350 ok", "RANG  1  0", "350 ok"}, nil},
		{"RANG refused", []string{"TYPE I", "200 ok", "RANG 1 2", "501 no"}, nil},
		{"REST", []string{"TYPE I", "200 ok", "REST 5", "350 ok"}, []string{"REST 0"}},
		{"REST, taken back", []string{"TYPE I", "200 ok", "REST 5", "350 ok", "REST 0", "350 ok"}, nil},
		{"REIN", []string{"TYPE I", "200 ok", "RANG 1 2", "350 ok", "REIN", "220 ready", "USER user", "230 in"}, []string{"TYPE I"}},
		{"REIN refused", []string{"TYPE I", "200 ok", "RANG 1 2", "350 ok", "REIN", "502 no"}, []string{"RANG 1 0"}},
	} {
		for _, pipelined := range []bool{false, true} {
			inBubble(t, fmt.Sprintf("%s, pipelined %v", tt.name, pipelined), func(t *testing.T) {
				tc := login(t, &clear)
				tc.told(pipelined, tt.commands...)
				tc.get(tt.get...)
				tc.wantAlive()
			})
		}
	}
}

// OPTS MODE Z by Do is what the server was told last.
func TestBooksOfLevel(t *testing.T) {
	for _, tt := range []struct {
		name, option string
		level        int
		tell         string // what the transfer sends in addition
	}{
		{"the same", "MODE Z LEVEL 5", 5, ""},
		{"the same, among others", "mode z ENGINE ZLIB level 5", 5, ""},
		{"another", "MODE Z LEVEL 9", 5, "OPTS MODE Z LEVEL 5"},
		{"another, and none is wanted", "MODE Z LEVEL 9", 0, "OPTS MODE Z"},
		{"the default", "MODE Z", 0, ""},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			tc.told(false, "OPTS "+tt.option, "200 ok")
			if err := tc.c.SetFileFormat(mode.Format{Mode: 'Z', Level: tt.level}); err != nil {
				t.Fatal(err)
			}
			up := tc.stor(t.Context(), "abc")
			tc.answer("TYPE I", "200 ok")
			tc.answer("MODE Z", "200 ok")
			if tt.tell != "" {
				tc.answer(tt.tell, "200 ok")
			}
			data := tc.passive()
			tc.answer("STOR f", "150 here")
			io.Copy(io.Discard, data)
			data.Close()
			tc.writeReply("226 stored")
			tc.wantOK("STOR", up)
		})
	}
}

// SSCN by Do turns data connections round as Sscn does, and REIN in a pipeline turns them
// back.
func TestBooksOfSSCN(t *testing.T) {
	for _, tt := range []struct {
		name, arg, reply string
		reversed         bool
	}{
		{"ON", "ON", "200 ok", true},
		{"on", "on", "200 ok", true},
		{"refused", "ON", "502 no", false},
		{"asked only", "", "200 SSCN:SERVER METHOD", false},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := loginTLS(t, &control.Config{})
			tc.told(false, protocol.Command{Verb: "SSCN", Arg: tt.arg}.String(), tt.reply)
			tc.connects = tt.reversed
			f := tc.retr(t.Context(), 0)
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.answer("RETR f", "150 here")
			secured := tc.secure(data)
			io.WriteString(secured, "abc")
			secured.Close()
			tc.writeReply("226 done")
			if err := f.wait(); err != nil || f.data != "abc" {
				t.Fatalf("%q, %v", f.data, err)
			}
		})
	}
}

// What FEAT lists is known whoever asked, and forgotten with the session.
func TestBooksOfFeatures(t *testing.T) {
	inBubble(t, "FEAT and REIN", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			_, err := tc.c.Do(t.Context(), protocol.Command{Verb: "FEAT"})
			return err
		})
		tc.answer("FEAT", "211-features", " SIZE", "211 end")
		tc.wantOK("FEAT", op)
		if !tc.c.Features().Has("SIZE") {
			t.Error("the features are not known")
		}
		tc.told(true, "REIN", "220 ready")
		if tc.c.Features().Has("SIZE") {
			t.Error("REIN has not ended the session")
		}
	})
}

// The working directory is what CWD was sent or PWD has told, as far as that says where it is.
func TestBooksOfWorkingDir(t *testing.T) {
	inBubble(t, "CWD, CDUP, PWD and REIN", func(t *testing.T) {
		tc := login(t, &clear)
		for _, step := range []struct {
			command, reply, dir string
			known               bool
		}{
			{"PWD", `257 "/home/user"`, "", true},
			{"CWD d", "550 no such directory", "", true},
			{"CWD d", "250 ok", "d", true},
			{"CWD e", "250 ok", "", false},
			{"CWD f", "550 no such directory", "", false},
			{"PWD", "257 here", "", false},
			{"PWD", `257 "/home/user/d/e"`, "/home/user/d/e", true},
			{"CWD /x", "250 ok", "/x", true},
			{"CWD /y", "550 no such directory", "/x", true},
			{"CDUP", "200 ok", "", false},
			{"CWD /z", "250 ok", "/z", true},
			{"CWD /home/user", "250 ok", "", true}, // PWD has told at first that it is the login's
			{"CWD d", "250 ok", "d", true},
			{"CDUP", "200 ok", "", false},
			{"PWD", `257 "/home/user"`, "", true},
			{"CWD /z", "250 ok", "/z", true},
			{"CWD /home/user", "550 no such directory", "/z", true},
			{"REIN", "220 ready", "", true},
		} {
			tc.told(step.reply[0] == '2', step.command, step.reply)
			if dir, known := tc.c.WorkingDir(); dir != step.dir || known != step.known {
				t.Errorf("after %s, %s: %q, %v; want %q, %v", step.command, step.reply, dir, known, step.dir, step.known)
			}
		}
	})
	inBubble(t, "a CWD without a reply", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error { return tc.c.Cwd(t.Context(), "/d") })
		tc.wantCommand("CWD", "CWD /d")
		if dir, known := tc.c.WorkingDir(); known {
			t.Errorf("before the reply: %q", dir)
		}
		tc.srv.Close()
		if dir, known := tc.c.WorkingDir(); op.wait() == nil || known {
			t.Errorf("lost: %q", dir)
		}
	})
}

// An account is that of a login, and not of the user that Do logs in next.
func TestBooksOfAccount(t *testing.T) {
	inBubble(t, "USER", func(t *testing.T) {
		tc := newTestConn(t, &clear)
		tc.writeReply("220 ready")
		tc.wantOK("dial", tc.op)
		in := tc.async(func() error { return tc.c.Login(t.Context(), "user", "secret", "billing") })
		tc.answer("USER user", "230 in")
		tc.answer("FEAT", "502 no")
		tc.wantOK("login", in)
		tc.told(false, "USER other", "230 in", "DELE f", "532 account")
		tc.wantIdle("the account of somebody else is not sent")
	})
}

// Every method beside REIN: nothing races, whatever comes of it.
func TestReinBesideAll(t *testing.T) {
	s := ftptest.NewServer(t, &ftptest.Config{})
	if err := s.WriteFile("/f", []byte("abc")); err != nil {
		t.Fatal(err)
	}
	c := dialServer(t, s, &control.Config{Security: control.SecurityNone})
	var calls sync.WaitGroup
	typ := reflect.TypeFor[*control.Conn]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		switch m.Name {
		case "Close", "Quit", "Rein", "Login":
			continue // the end of it all, and the other side
		}
		calls.Go(func() {
			for range 3 {
				callAny(t.Context(), c, m)
			}
		})
	}
	done := make(chan struct{})
	go func() { defer close(done); calls.Wait() }()
	for {
		select {
		case <-done:
			return
		default:
		}
		if err := c.Rein(t.Context()); err != nil && !isRefusal(err) {
			t.Fatalf("REIN: %v", err)
		}
		if err := c.Login(t.Context(), "user", "password", ""); err != nil && c.Err() != nil {
			t.Fatalf("login: %v", err)
		}
	}
}

// callAny calls a method with harmless arguments and closes what it opens.
func callAny(ctx context.Context, c *control.Conn, m reflect.Method) {
	if m.Name == "Format" {
		fmt.Fprint(io.Discard, c)
		return
	}
	args := []reflect.Value{reflect.ValueOf(c)}
	for i := 1; i < m.Type.NumIn(); i++ {
		arg, kind := reflect.Zero(m.Type.In(i)), m.Type.In(i)
		switch {
		case m.Type.IsVariadic() && i == m.Type.NumIn()-1:
			arg = reflect.ValueOf(protocol.Command{Verb: "NOOP"})
		case kind == reflect.TypeFor[context.Context]():
			arg = reflect.ValueOf(ctx)
		case kind == reflect.TypeFor[protocol.Command]():
			arg = reflect.ValueOf(protocol.Command{Verb: "OPTS", Arg: "MODE Z LEVEL 3"})
		case kind == reflect.TypeFor[protocol.Verb]():
			arg = reflect.ValueOf(protocol.Verb("LIST"))
		case kind.Kind() == reflect.String:
			arg = reflect.ValueOf("f").Convert(kind)
		}
		args = append(args, arg)
	}
	for _, out := range m.Func.Call(args) {
		if closer, ok := out.Interface().(io.Closer); ok && !out.IsNil() {
			closer.Close()
		}
		if out.Kind() == reflect.Func {
			yield := reflect.MakeFunc(out.Type().In(0), func([]reflect.Value) []reflect.Value {
				return []reflect.Value{reflect.ValueOf(true)}
			})
			out.Call([]reflect.Value{yield})
		}
	}
}
