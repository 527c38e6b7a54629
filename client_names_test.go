package ftpwire_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/protocol"
)

// Where the server does not know LIST, NLST gives the names; where it knows neither, the error
// is that of LIST.
func TestEntriesByNames(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []ftptest.Fault
		want   []string
		verb   protocol.Verb // of the error
	}{
		{"LIST", []ftptest.Fault{"mlst-unknown"}, []string{"f 3"}, ""},
		{"NLST", []ftptest.Fault{"mlst-unknown", "list-502"}, []string{"f -1"}, ""},
		{"nothing", []ftptest.Fault{"mlst-unknown", "list-502", "nlst-502"}, nil, "LIST"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := connect(t, ftptest.Config{Faults: tt.faults}, nil)
			if err := s.WriteFile("/f", []byte("abc")); err != nil {
				t.Fatal(err)
			}
			var got []string
			var last error
			for e, err := range c.Entries(t.Context(), "") {
				if last = err; err == nil {
					got = append(got, e.Text+" "+strconv.FormatInt(e.Size, 10))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("entries (-want +got)\n%s", diff)
			}
			if re, _ := errors.AsType[*protocol.ReplyError](last); (re == nil) != (tt.verb == "") || re != nil && re.Verb != tt.verb {
				t.Errorf("error %v, want one of %q", last, tt.verb)
			}
		})
	}
}
