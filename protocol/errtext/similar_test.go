package errtext

import (
	"slices"
	"testing"
)

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"ls", "ls", 0}, {"lss", "ls", 1}, {"", "get", 3}, {"gte", "get", 1},
		{"fromat", "format", 1}, {"kitten", "sitting", 3},
	}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestNear(t *testing.T) {
	if got := Near("tls_mni", []string{"tls_max", "tls_min", "host"}); !slices.Equal(got, []string{"tls_min"}) {
		t.Errorf("%q", got)
	}
	if got := Near("colour", []string{"tls_max", "host"}); got != nil {
		t.Errorf("%q", got)
	}
}

func TestChoose(t *testing.T) {
	for text, want := range map[string]word{"yes": "yes", " NO ": "no"} {
		if got, err := Choose[word]("answer", []byte(text), "yes", "no", "perhaps"); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	_, err := Choose[word]("answer", []byte("maybe"), "yes", "no", "perhaps")
	if err == nil || err.Error() != `unknown answer "maybe": want yes, no or perhaps` {
		t.Errorf("%v", err)
	}
}

type word string

func (w word) String() string { return string(w) }
