package tlsx

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// storeOf returns a store whose tickets can be told apart, and a function that
// names one.
func storeOf(control, data string) (*ticketStore, func(*tls.ClientSessionState) string) {
	s := &ticketStore{}
	names := map[*tls.ClientSessionState]string{}
	for _, list := range []struct {
		names string
		put   func(string, *tls.ClientSessionState)
	}{
		{control, controlCache{s}.Put},
		{data, (&dataView{store: s}).Put},
	} {
		for name := range strings.FieldsSeq(list.names) {
			cs := new(tls.ClientSessionState)
			names[cs] = name
			list.put("any key", cs)
		}
	}
	return s, func(cs *tls.ClientSessionState) string { return names[cs] }
}

func TestPickOrder(t *testing.T) {
	tests := []struct {
		name          string
		control, data string
		want          string
	}{
		{"empty", "", "", "- -"},
		{"one is replayed", "c1", "", "c1 c1 c1"},
		{"unused first, control before data, newest first", "c1 c2", "d1 d2", "c2 c1 d2 d1 c2 c2"},
		{"data only", "", "d1 d2", "d2 d1 d2 d2"},
		{"at most four of each", "c1 c2 c3 c4 c5", "d1 d2 d3 d4 d5", "c5 c4 c3 c2 d5 d4 d3 d2 c5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, name := storeOf(tt.control, tt.data)
			var got []string
			for range strings.Fields(tt.want) {
				v := &dataView{store: s}
				if cs, ok := v.Get("any other key"); ok {
					got = append(got, name(cs))
				} else {
					got = append(got, "-")
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("order mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStrikes(t *testing.T) {
	s, name := storeOf("c1", "d1")
	var got []string
	for range 5 {
		v := &dataView{store: s, started: func() bool { return true }}
		cs, ok := v.Get("")
		if !ok {
			got = append(got, "-")
			continue
		}
		got = append(got, name(cs))
		v.Put("", nil) // what crypto/tls does after any failure
		v.failed()
	}
	want := []string{"c1", "d1", "c1", "d1", "-"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("offers mismatch (-want +got):\n%s", diff)
	}
}

func TestPutNil(t *testing.T) {
	for _, started := range []bool{false, true} {
		s, _ := storeOf("c1", "")
		v := &dataView{store: s, started: func() bool { return started }}
		v.Get("")
		v.Put("", nil)
		wantLen, wantReuse := 0, NothingToOffer
		if started {
			wantLen, wantReuse = 1, OfferedRefused
		}
		if s.len() != wantLen || v.diagnose(false) != wantReuse {
			t.Errorf("started %v: %d tickets, %v; want %d, %v", started, s.len(), v.diagnose(false), wantLen, wantReuse)
		}
	}
	s, _ := storeOf("c1", "")
	controlCache{s}.Put("", nil)
	if s.len() != 1 {
		t.Error("Put(nil) on the control connection deleted a ticket")
	}
}

func TestIsTicketFailure(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"remote alert", &net.OpError{Op: "remote error", Err: tls.AlertError(40)}, true},
		{"local protocol error", errors.New("tls: server resumed a session with a different cipher suite"), true},
		{"reset", &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, false},
		{"end", io.EOF, false},
		{"timeout", &timeoutError{1}, false},
		{"not resumed", &NotResumedError{}, false},
		{"another certificate", &IdentityError{}, false},
		{"plain text", tls.RecordHeaderError{}, false},
		{"closed pipe", io.ErrClosedPipe, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := isTicketFailure(tt.err); got != tt.want {
				t.Errorf("isTicketFailure(%v) = %v", tt.err, got)
			}
		})
	}
}
