package parse

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wantError checks that err is an *Error with a sound offset and excerpt whose reason contains reason.
func wantError(t *testing.T, err error, input, reason string) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error is %v (%T), want *Error: %s", err, err, reason)
	}
	if !strings.Contains(e.Reason, reason) {
		t.Errorf("reason is %q, want %q", e.Reason, reason)
	}
	if e.Offset < 0 || e.Offset > len(input) {
		t.Errorf("offset %d is outside of the %d bytes of input", e.Offset, len(input))
	}
	if len(e.Text) > maxExcerpt {
		t.Errorf("excerpt has %d bytes", len(e.Text))
	}
	return e
}

func TestError(t *testing.T) {
	e := &Error{What: "227 reply", Text: "Enter\r\n1", Reason: "no port number", Offset: 7, Err: ErrFamily}
	if diff := cmp.Diff(`ftp: 227 reply: no port number at 7 in "Enter\r\n1"`, e.Error()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if !errors.Is(e, ErrFamily) || errors.Is(e, errors.ErrUnsupported) {
		t.Error("the condition of the error is not found by errors.Is")
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("a", 300) + "X" + strings.Repeat("b", 300)
	for _, tt := range []struct {
		name   string
		s      string
		offset int
		want   string
	}{
		{"short", "abc", 2, "abc"},
		{"at the limit", strings.Repeat("a", 120), 120, strings.Repeat("a", 120)},
		{"start", long, 0, strings.Repeat("a", 117) + "..."},
		{"middle", long, 300, "..." + strings.Repeat("a", 60) + "X" + strings.Repeat("b", 53) + "..."},
		{"end", long, len(long), "..." + strings.Repeat("b", 117)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, excerpt(tt.s, tt.offset)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEnumStrings(t *testing.T) {
	got := []string{
		PrecisionUnknown.String(), PrecisionSecond.String(), PrecisionMinute.String(), PrecisionDay.String(),
		PrecisionYear.String(), Precision(-1).String(),
	}
	want := []string{
		"unknown", "second", "minute", "day", "year", "%!(-1)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
