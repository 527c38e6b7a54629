package ftpwire_test

import (
	"testing"

	"github.com/ftpwire/ftpwire"
)

// A Profile that is not there is a *ProfileError, and no panic.
func TestDialNil(t *testing.T) {
	if _, err := ftpwire.Dial(t.Context(), nil); !isType[*ftpwire.ProfileError](err) {
		t.Errorf("%v; want a ProfileError", err)
	}
}
