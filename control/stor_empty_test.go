package control_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/control"
)

// An upload of nothing ends its data once the server has said that it takes it.
func TestEmptyUpload(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration // how long 150 is held back
		reply []string
		want  time.Duration // when the data ends
		code  bool          // an error is wanted
	}{
		{"150 late", 2 * time.Second, []string{"150 go on"}, 2 * time.Second, false},
		{"no 150", time.Minute, nil, 5 * time.Second, false},
		{"refused", time.Second, []string{"553 no"}, time.Second, true},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			tc := login(t, &clear)
			begun := time.Now()
			op := tc.stor(t.Context(), "")
			tc.answer("TYPE I", "200 ok")
			data := tc.passive()
			tc.wantCommand("the upload", "STOR f")
			if tt.reply != nil {
				time.Sleep(tt.after)
				tc.writeReply(tt.reply...)
			}
			if b, err := io.ReadAll(data); err != nil && !tt.code || len(b) != 0 {
				t.Errorf("%q, %v; want the end", b, err)
			}
			if took := time.Since(begun); took < tt.want || took > tt.want+time.Second {
				t.Errorf("the data ended after %v; want %v", took, tt.want)
			}
			data.Close()
			if !tt.code {
				tc.writeReply("226 stored")
			}
			if err := op.wait(); (err != nil) != tt.code {
				t.Errorf("upload: %v", err)
			}
			tc.wantAlive()
		})
	}
	inBubble(t, "cancelled meanwhile", func(t *testing.T) {
		tc := login(t, &control.Config{AbortTimeout: time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		op := tc.stor(ctx, "")
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.wantCommand("the upload", "STOR f")
		time.Sleep(time.Second)
		cancel()
		tc.wantCommand("given up", "ABOR")
		tc.writeReply("426 aborted", "226 done")
		if err := op.wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("%v; want context.Canceled", err)
		}
		tc.wantAlive()
	})
}
