package ftpwire_test

import (
	"errors"
	"io/fs"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
)

// Each way in which a server tells of space, and none.
func TestSpace(t *testing.T) {
	limited := []ftptest.User{{Name: "user", Password: "password", Quota: 1000}}
	for _, tt := range []struct {
		name   string
		users  []ftptest.User
		faults []ftptest.Fault
		by     string
		free   int64
		err    error
	}{
		{"AVBL", limited, nil, "AVBL", 988, nil},
		{"no limit", nil, nil, "", -1, errors.ErrUnsupported},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c, _ := filesClient(t, ftptest.Config{Users: tt.users, Faults: tt.faults}, nil)
				defer s.Close()
				defer c.Conn().Close()
				got, err := c.Space(t.Context(), "d")
				if !errors.Is(err, tt.err) || err != nil && !isType[*ftpwire.FileError](err) || err == nil && (got.By != tt.by || got.Free != tt.free) {
					t.Errorf("%+v, %v; want %d by %s", got, err, tt.free, tt.by)
				}
				if _, err := c.Space(t.Context(), "none"); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("of what is not there: %v", err)
				}
			})
		})
	}
	for _, tt := range []struct {
		name, end string
		by        string
	}{
		{"IIS", "226-Directory has 49,359,065,088 bytes of disk space available.\r\n226 Transfer complete.", "LIST"},
		{"nothing", "226 done", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string]string{"FEAT": featNone}, data: map[string]string{"LIST": lsLine}, ends: map[string]string{"LIST": tt.end}}
				c := s.connect(t, control.QuirkPolicy{})
				defer c.Conn().Close()
				got, err := c.Space(t.Context(), "")
				if tt.by == "" && !errors.Is(err, errors.ErrUnsupported) || tt.by != "" && (err != nil || got.Free != 49_359_065_088 || got.By != tt.by || got.Used != -1) {
					t.Errorf("%+v, %v", got, err)
				}
			})
		})
	}
}

func TestHash(t *testing.T) {
	const sha, md5 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03", "b1946ac92492d2347c6235b4d2611184"
	synctest.Test(t, func(t *testing.T) {
		s, c, _ := filesClient(t, ftptest.Config{}, nil)
		defer s.Close()
		defer c.Conn().Close()
		for _, tt := range []struct {
			algorithm, want, sum string
		}{{"", "SHA-256", sha}, {"MD5", "MD5", md5}} {
			got, err := c.Hash(t.Context(), "a.txt", tt.algorithm)
			if err != nil || got.Algorithm != tt.want || got.Sum != tt.sum {
				t.Errorf("%+v, %v", got, err)
			}
		}
		write(t, s, "/t", []byte("a test"))
		want, err := c.Hash(t.Context(), "t", "")
		if err != nil {
			t.Fatal(err)
		}
		write(t, s, "/u", []byte("xxa testyy"))
		got, err := c.HashRange(t.Context(), "u", "", 2, 8)
		if err != nil || got.Sum != want.Sum {
			t.Errorf("of a part: %+v, %v; want %s", got, err, want.Sum)
		}
		if _, err := c.Hash(t.Context(), "a.txt", "WHIRLPOOL"); !errors.Is(err, errors.ErrUnsupported) || !isType[*ftpwire.FileError](err) {
			t.Errorf("an unknown algorithm: %v", err)
		}
	})
}
