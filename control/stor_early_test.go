package control_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire/control"
)

// A final reply that comes before the end of the data can't be about all of them. The
// connection is in order afterwards.
func TestUploadRepliedEarly(t *testing.T) {
	open := map[string]func(context.Context, *control.Conn) (*control.Upload, error){
		"STOR f": func(ctx context.Context, c *control.Conn) (*control.Upload, error) { return c.Stor(ctx, "f", 0) },
		"APPE f": func(ctx context.Context, c *control.Conn) (*control.Upload, error) { return c.Appe(ctx, "f") },
		"STOU":   func(ctx context.Context, c *control.Conn) (*control.Upload, error) { return c.Stou(ctx) },
	}
	for command, open := range open {
		for _, tt := range []struct {
			name  string
			early string // before the data are through
			late  string
			fails bool
		}{
			{"behind 150", "226 stored", "", true},
			{"250", "250 stored", "", true},
			{"behind the end", "", "226 stored", false},
			{"250 behind the end", "", "250 stored", false},
		} {
			inBubble(t, command+" "+tt.name, func(t *testing.T) {
				tc := login(t, &clear)
				wrote := make(chan struct{})
				op := tc.async(func() error {
					u, err := open(t.Context(), tc.c)
					if err != nil {
						return err
					}
					if _, err := io.WriteString(u, "half"); err != nil {
						return err
					}
					<-wrote
					if _, err := io.WriteString(u, "half"); err != nil {
						return err
					}
					return u.Close()
				})
				tc.answer("TYPE I", "200 ok")
				data := tc.passive()
				tc.answer(command, "150 go on")
				if tt.early != "" {
					tc.writeReply(tt.early)
				}
				synctest.Wait()
				close(wrote)
				got, _ := io.ReadAll(data)
				data.Close()
				if tt.late != "" {
					tc.writeReply(tt.late)
				}
				err := op.wait()
				if string(got) != "halfhalf" {
					t.Errorf("%q was sent", got)
				}
				if early, ok := errors.AsType[*control.EarlyReplyError](err); ok != tt.fails || !ok && err != nil {
					t.Errorf("%v; want an early reply: %v", err, tt.fails)
				} else if ok && (early.Reply.Code.Class() != 2 || early.Err != nil) {
					t.Errorf("%+v", early)
				}
				alive := tc.async(func() error { return tc.c.Noop(t.Context()) })
				tc.answer("NOOP", "200 ok")
				tc.wantOK("the connection goes on", alive)
			})
		}
	}
}

// Where the server closes the data connection behind an early success, the error says both.
func TestUploadCutBehindSuccess(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		tc := login(t, &clear)
		wrote := make(chan struct{})
		op := tc.async(func() error {
			u, err := tc.c.Stor(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			<-wrote
			for err == nil {
				_, err = u.Write(make([]byte, 1<<16))
			}
			if cerr := u.Close(); cerr != err {
				t.Errorf("Close: %v, Write: %v", cerr, err)
			}
			return err
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("STOR f", "150 go on")
		tc.writeReply("226 stored")
		data.Close()
		synctest.Wait()
		close(wrote)
		err := op.wait()
		if early, ok := errors.AsType[*control.EarlyReplyError](err); !ok || early.Err == nil {
			t.Errorf("%v; want an early reply and what broke", err)
		}
	})
}
