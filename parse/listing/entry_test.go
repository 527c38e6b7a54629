package listing

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/parse"
)

// wantError checks that err is a *parse.Error with a sound offset whose reason contains reason.
func wantError(t *testing.T, err error, input, reason string) *parse.Error {
	t.Helper()
	e, ok := errors.AsType[*parse.Error](err)
	if !ok {
		t.Fatalf("error is %v (%T), want *parse.Error: %s", err, err, reason)
	}
	if !strings.Contains(e.Reason, reason) {
		t.Errorf("reason is %q, want %q", e.Reason, reason)
	}
	if e.Offset < 0 || e.Offset > len(input) {
		t.Errorf("offset %d is outside of the %d bytes of input", e.Offset, len(input))
	}
	return e
}

// rfc3339 returns t as text, "" if it is zero.
func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

func TestEnumStrings(t *testing.T) {
	got := []string{
		KindUnknown.String(), KindFile.String(), KindDir.String(), KindLink.String(), KindOther.String(),
		KindCurrent.String(), KindParent.String(), Kind(99).String(),
		ZoneUnknown.String(), ZoneUTC.String(), ZoneOffset.String(),
	}
	want := []string{
		"unknown", "file", "dir", "link", "other", "cdir", "pdir", "%!(99)",
		"unknown", "utc", "offset",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
