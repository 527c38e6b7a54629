package ftpwire_test

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
)

// A refusal that fits everything, as vsftpd has it, does not mean that nothing is there.
func TestRemoveRefused(t *testing.T) {
	const none, dir, file = "550 No such file", "250-x\r\n type=dir; d\r\n250 end", "250-x\r\n type=file;size=1; d\r\n250 end"
	const denied = "550 Permission denied"
	for _, tt := range []struct {
		name            string
		dele, rmd, mlst string
		listing         string
		matches         error // of those of package fs, and ENOTEMPTY
	}{
		{"directory with a file", "550 Delete operation failed.", "550 Remove directory operation failed.", dir, "type=file; x\r\n", syscall.ENOTEMPTY},
		{"empty directory", "550 Delete operation failed.", "550 Remove directory operation failed.", dir, "", nil},
		{"file", "550 Delete operation failed.", "550 Remove directory operation failed.", file, "", nil},
		{"nothing", "550 Delete operation failed.", "550 Remove directory operation failed.", none, "", fs.ErrNotExist},
		{"nothing, in words", none, none, none, "", fs.ErrNotExist},
		{"not allowed", denied, denied, file, "", fs.ErrPermission},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{
					replies: map[string]string{"FEAT": featMLST, "DELE d": tt.dele, "RMD d": tt.rmd, "MLST d": tt.mlst},
					data:    map[string]string{"MLSD d": tt.listing},
				}
				c := s.connect(t, control.QuirkPolicy{})
				defer c.Conn().Close()
				for name, remove := range map[string]func(context.Context, string) error{"Remove": c.Remove, "Unlink": c.Unlink, "Rmdir": c.Rmdir} {
					err := remove(t.Context(), "d")
					if !isType[*ftpwire.FileError](err) {
						t.Errorf("%s: %T %v", name, err, err)
					}
					for _, target := range []error{fs.ErrNotExist, fs.ErrPermission, fs.ErrExist, syscall.ENOTEMPTY} {
						if errors.Is(err, target) != (target == tt.matches) {
							t.Errorf("%s: %v; it matches %v: %v", name, err, target, errors.Is(err, target))
						}
					}
					if want := ftpwire.KindNotFound; (ftpwire.KindOf(err) == want) != (tt.matches == fs.ErrNotExist) {
						t.Errorf("%s: %v is of kind %s", name, err, ftpwire.KindOf(err))
					}
				}
			})
		})
	}
}
