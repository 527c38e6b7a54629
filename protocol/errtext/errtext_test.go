package errtext

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestOf(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{io.EOF, "EOF"},
		{errors.New("ftp: no"), "no"},
		{errors.Join(errors.New("ftp: a"), errors.New("ftptest: b"), errors.New("c")), "a; b; c"},
		{fmt.Errorf("x: %w", errors.New("ftp: y")), "x: ftp: y"}, // whoever wrote it should have used Errorf
	} {
		if got := Of(tt.err); got != tt.want {
			t.Errorf("Of(%q) = %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestErrorf(t *testing.T) {
	inner, other := errors.New("ftp: inner"), errors.New("ftp: other")
	for _, tt := range []struct {
		err  error
		want string
		has  []error
	}{
		{Errorf("ftp: %d: %w", 7, inner), "ftp: 7: inner", []error{inner}},
		{Errorf("%w (%w)", inner, other), "inner (other)", []error{inner, other}},
		{Errorf("no %s", "cause"), "no cause", nil},
		{Errorf("%v", inner), "inner", nil},
		{Errorf("ftp: %w", errors.Join(inner, other)), "ftp: inner; other", []error{inner, other}},
	} {
		if tt.err.Error() != tt.want {
			t.Errorf("%q, want %q", tt.err, tt.want)
		}
		for _, e := range tt.has {
			if !errors.Is(tt.err, e) {
				t.Errorf("%q does not match %q", tt.err, e)
			}
		}
		if tt.has == nil && errors.Is(tt.err, inner) {
			t.Errorf("%q matches", tt.err)
		}
	}
}
