package ftpwire_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/protocol/mode"
	"github.com/ftpwire/ftpwire/tlsx"
)

// fragileNames are names that Pure-FTPd stores otherwise.
var fragileNames = []string{" up", "up ", "\tup", "a\tb", "/d/ up"}

// A file that the server stored under another name has not arrived.
func TestStoredUnderOtherName(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []ftptest.Fault
	}{
		{"MLST and SIZE", nil},
		{"no MLST", []ftptest.Fault{"mlst-unknown"}},
		{"no SIZE", []ftptest.Fault{"size-unknown"}},
		{"SIZE not listed", []ftptest.Fault{"feat-without-size"}},
	} {
		for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
			t.Run(tt.name+" "+tls.String(), func(t *testing.T) {
				t.Parallel()
				r := newResumePlay(t, tls, append(tt.faults, "names-underscored")...)
				r.setLocal([]byte(asItWas))
				if err := r.c.Mkdir(t.Context(), "/d"); err != nil {
					t.Fatal(err)
				}
				for _, name := range fragileNames {
					if _, err := r.c.Put(t.Context(), name, strings.NewReader(asItWas), nil); !isOtherName(err, name) {
						t.Errorf("Put %q: %v", name, err)
					}
					for _, o := range []ftpwire.TransferOptions{{}, {Resume: true}, {TempUpload: true}, {TempUpload: true, Resume: true}} {
						got, err := r.c.Upload(t.Context(), r.local, name, &o)
						if !isOtherName(err, name) || ftpwire.Temporary(err) {
							t.Errorf("%q, temporary %v, resume %v: %v", name, o.TempUpload, o.Resume, err)
						}
						if got.Partial != "" && !r.s.Exists(got.Partial) {
							t.Errorf("%q, temporary %v, resume %v: %q is said to be left, and is not there", name, o.TempUpload, o.Resume, got.Partial)
						}
					}
				}
				if err := r.c.Conn().SetFileFormat(mode.Format{Type: 'A'}); err != nil {
					t.Fatal(err)
				}
				if _, err := r.c.Put(t.Context(), " text", strings.NewReader(asItWas), nil); !isOtherName(err, " text") {
					t.Errorf("Put in text mode: %v", err)
				}
			})
		}
	}
}

// Names that are kept as they are, and servers that say nothing of a name, are no error.
func TestStoredUnderItsName(t *testing.T) {
	for _, faults := range [][]ftptest.Fault{nil, {"mlst-unknown"}, {"mlst-unknown", "size-unknown"}} {
		r := newResumePlay(t, ftptest.TLSNone, faults...)
		r.setLocal([]byte(asItWas))
		if err := r.c.Mkdir(t.Context(), "/d"); err != nil {
			t.Fatal(err)
		}
		for _, name := range fragileNames {
			if _, err := r.c.Put(t.Context(), name, strings.NewReader(asItWas), nil); err != nil {
				t.Errorf("%v: Put %q: %v", faults, name, err)
			}
			if _, err := r.c.Upload(t.Context(), r.local, name, &ftpwire.TransferOptions{TempUpload: true}); err != nil {
				t.Errorf("%v: Upload %q: %v", faults, name, err)
			}
			if err := r.c.Mkdir(t.Context(), name+" "); err != nil {
				t.Errorf("%v: Mkdir %q: %v", faults, name+" ", err)
			}
		}
	}
}

func TestMkdirUnderOtherName(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "names-underscored")
	for _, name := range []string{" d", "d ", "a\tb", "/ e", " f/"} {
		err := r.c.Mkdir(t.Context(), strings.TrimSuffix(name, "/"))
		if e, ok := errors.AsType[*ftpwire.OtherNameError](err); !ok || !strings.Contains(e.Name, "_") {
			t.Errorf("Mkdir %q: %v", name, err)
		}
	}
	if err := r.c.Mkdir(t.Context(), "g h"); err != nil {
		t.Error(err)
	}
}

// A server that changes every command finds the file under the changed name too: MLST tells what it is called.
func TestNamesChangedInCommands(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "control-underscored")
	r.setLocal([]byte(asItWas))
	if _, err := r.c.Put(t.Context(), "a\tb", strings.NewReader(asItWas), nil); !isOtherName(err, "a\tb") {
		t.Errorf("Put: %v", err)
	}
	for _, temp := range []bool{false, true} {
		if got, err := r.c.Upload(t.Context(), r.local, "a\tb", &ftpwire.TransferOptions{TempUpload: temp}); !isOtherName(err, "a\tb") || got.Partial != "" {
			t.Errorf("Upload, temporary name %v: %v, %q left", temp, err, got.Partial)
		}
	}
	if err := r.c.Mkdir(t.Context(), "c\td"); !isOtherName(err, "c\td") {
		t.Errorf("Mkdir: %v", err)
	}
}

func isOtherName(err error, name string) bool {
	e, ok := errors.AsType[*ftpwire.OtherNameError](err)
	return ok && e.Path == name
}
