package ftpwire_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// TestStatUnsure: where CWD is accepted and PWD does not follow, Stat does not say that nothing
// is there, nor that something is.
func TestStatUnsure(t *testing.T) {
	for _, size := range []string{"550 no such file", "502 no"} {
		t.Run(size, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string]string{"SIZE x": size, "PWD": `257 "/home"`, "CWD x": "250 ok", "CWD /home": "250 ok"}}
				_, err := s.connect(t, control.QuirkPolicy{}).Stat(t.Context(), "x")
				if ke, ok := errors.AsType[*ftpwire.KindError](err); !ok || ke.Path != "x" || errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%v; want a KindError", err)
				}
			})
		})
	}
}

// TestStatWithoutMLST: SIZE, MDTM and CWD together tell what something is, whatever one of
// them says alone.
func TestStatWithoutMLST(t *testing.T) {
	const home = `257 "/home"`
	for _, tt := range []struct {
		name    string
		replies map[string]string
		want    string
		logins  int // besides the first
	}{
		{"a file", map[string]string{"SIZE x": "213 7", "PWD": home, "CWD x": "550 no"}, "file 7", 0},
		{"a directory", map[string]string{"SIZE x": "550 no", "PWD": home, "CWD x": "250 ok", "CWD /home": "250 ok"}, "dir -1", 0},
		{"SIZE of a directory", map[string]string{"SIZE x": "213 4096", "PWD": home, "CWD x": "250 ok", "CWD /home": "250 ok"}, "dir -1", 0},
		{"SIZE and MDTM of a directory", map[string]string{"SIZE x": "213 0", "MDTM x": "213 20240102030405", "PWD": home, "CWD x": "250 ok", "CWD /home": "250 ok"}, "dir -1", 0},
		{"nothing", map[string]string{"SIZE x": "550 no such file", "PWD": home, "CWD x": "550 no such directory"}, "error", 0},
		{"PWD without a name, a directory", map[string]string{"SIZE x": "550 no", "PWD": `257 ""`, "CWD x": "250 ok"}, "dir -1", 1},
		{"PWD is refused, SIZE of a directory", map[string]string{"SIZE x": "213 512", "PWD": "502 no", "CWD x": "250 ok"}, "dir -1", 1},
		{"PWD without a name, a file", map[string]string{"SIZE x": "213 7", "PWD": `257 ""`, "CWD x": "550 no"}, "file 7", 0},
		{"PWD without a name, nothing", map[string]string{"SIZE x": "550 no", "PWD": `257 ""`, "CWD x": "550 no"}, "error", 0},
		{"MLST without an entry, a file", map[string]string{"FEAT": featMLST, "MLST x": "250 ok", "SIZE x": "213 7", "PWD": home, "CWD x": "550 no"}, "file 7", 0},
		{"MLST answered 501, a file", map[string]string{"FEAT": featMLST, "MLST x": "501 what", "SIZE x": "213 7", "PWD": home, "CWD x": "550 no"}, "file 7", 0},
		{"MLST answered 503, a file", map[string]string{"FEAT": featMLST, "MLST x": "503 not now", "SIZE x": "213 7", "PWD": home, "CWD x": "550 no"}, "file 7", 0},
		{"MLST without a space after the facts, a file", map[string]string{"FEAT": featMLST, "MLST x": "250-\r\n type=file;size=7;x\r\n250 end", "SIZE x": "213 7", "PWD": home, "CWD x": "550 no"}, "file 7", 0},
		{"MLST of a name alone", map[string]string{"FEAT": featMLST, "MLST x": "250-\r\n x\r\n250 end", "SIZE x": "550 no", "PWD": home, "CWD x": "550 no"}, "unknown -1", 0},
		{"MLST in one line", map[string]string{"FEAT": featMLST, "MLST x": "250 type=file;size=7; x"}, "file 7", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: tt.replies}
				c := s.connect(t, control.QuirkPolicy{Forbid: []control.QuirkName{control.QuirkCWDOnFile}})
				got := "error"
				e, err := c.Stat(t.Context(), "x")
				if err == nil {
					got = fmt.Sprint(e.Kind, " ", e.Size)
				}
				if got != tt.want {
					t.Errorf("%s, %v; want %s", got, err, tt.want)
				}
				logins := 0
				for _, line := range s.commands() {
					if strings.HasPrefix(line, "PASS") {
						logins++
					}
				}
				if logins != tt.logins {
					t.Errorf("%d new connections; want %d: %q", logins, tt.logins, s.commands())
				}
				if err := c.Conn().Noop(t.Context()); c.Conn().Err() != nil {
					t.Errorf("the connection is gone: %v", err)
				}
				if cmds := s.commands(); tt.logins == 0 && slices.Contains(cmds, "CWD x") && tt.replies["CWD x"] == "250 ok" && !slices.Contains(cmds, "CWD /home") {
					t.Errorf("no way back: %q", cmds)
				}
			})
		})
	}
}
