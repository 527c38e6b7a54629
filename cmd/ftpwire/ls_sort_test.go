package main

import (
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
)

func TestLsSort(t *testing.T) {
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	srv := ftptest.NewServer(t, &ftptest.Config{Now: func() time.Time { return now }})
	for _, f := range []struct {
		name string
		size int
	}{{"b-oldest", 20}, {"c-middle", 30}, {"a-newest", 10}, {"d-newest", 10}} {
		if f.name != "d-newest" {
			now = now.Add(time.Hour)
		}
		if err := srv.WriteFile("/pub/"+f.name, make([]byte, f.size)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ order, want string }{
		{"name", "a b c d"},
		{"size", "c b a d"},
		{"time", "a d c b"},
	} {
		t.Run(tt.order, func(t *testing.T) {
			r := runIn(t, setting{}, "ls", "--sort", tt.order, srv.URL()+"pub/")
			r.want(t, exitGood, "")
			var got []string
			for line := range strings.Lines(r.out) {
				fields := strings.Fields(line)
				got = append(got, fields[len(fields)-1][:1])
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("the order is %s, want %s:\n%s", got, tt.want, r.out)
			}
		})
	}
	runIn(t, setting{}, "ls", "--sort", "age", srv.URL()).want(t, exitUsage, "none, name, size, time")
	if r := runIn(t, setting{}, "ls", "--sort", "time", srv.URL()+"pub/b-oldest"); r.code != exitGood || !strings.Contains(r.out, "b-oldest") {
		t.Errorf("of a file: %+v", r)
	}
}
