package control_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

// T59: a RETR that does not end where it should is given up at the first octet too many,
// in every mode and type, in clear and over TLS, copied by the kernel or not. The caller
// gets none of what is too much, and the connection can be used on.
func TestT59Endless(t *testing.T) {
	for _, mode := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit} {
		s := ftptest.NewServer(t, &ftptest.Config{TLS: mode, Faults: []ftptest.Fault{"retr-endless"}})
		if err := s.WriteFile("/f", make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		// Who waits in vain waits for longer than a busy machine takes.
		cfg := &control.Config{Security: control.SecurityNone, AbortTimeout: 10 * time.Minute}
		if mode == ftptest.TLSExplicit {
			cfg = &control.Config{TLS: &tls.Config{RootCAs: s.RootCAs()}, AbortTimeout: 10 * time.Minute}
		}
		for _, format := range []string{"SI", "SA", "SE", "BI", "BA", "CI", "ZI", "ZA"} {
			for _, want := range []int64{0, 10, 100_000, 3 << 20} {
				for _, most := range []bool{false, true} {
					t.Run(fmt.Sprintf("%v %s %d %v", mode, format, want, most), func(t *testing.T) {
						c := dialServer(t, s, cfg)
						setFormat(t, c, format[0], 'F', format[1])
						endless(t, c, want, most)
					})
				}
			}
		}
	}
}

// endless has a file of want octets come, or lets no more come.
func endless(t *testing.T, c *control.Conn, want int64, most bool) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, kernel := range []bool{true, false} {
		d, err := c.Retr(t.Context(), "f", 0)
		if err != nil {
			t.Fatal(err)
		}
		if d.Expect(want); most {
			d.Expect(want + 10)
			d.AtMost(want)
		}
		w := io.Writer(f)
		if !kernel {
			w = struct{ io.Writer }{f}
		}
		n, err := io.Copy(w, d)
		size, isSize := errors.AsType[*control.SizeError](err)
		large, isLarge := errors.AsType[*control.TooLargeError](err)
		te, isTransfer := errors.AsType[*control.TransferError](err)
		switch {
		case n != want || !isTransfer || te.Phase != control.PhaseData || isLarge != most || isSize == most:
			t.Errorf("%d octets, %v; want %d and an error of it", n, err, want)
		case isSize && (size.Want != want || size.Got != want+1 || !size.Cut):
			t.Errorf("%+v; want it to be cut at the first octet too many", size)
		case isLarge && (large.Most != want || large.Size != want+10):
			t.Errorf("%+v", large)
		}
		start := time.Now()
		if cerr := d.Close(); cerr != err {
			t.Errorf("Close: %v; want the same error", cerr)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("closing took %v", took)
		}
		if err := c.Noop(t.Context()); err != nil {
			t.Errorf("NOOP behind it: %v", err)
		}
	}
}

// A file that has as many octets as are expected or allowed is whole.
func TestAtMostFits(t *testing.T) {
	inBubble(t, "fits", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			d, err := tc.c.Retr(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			d.AtMost(3)
			if got, err := io.ReadAll(d); err != nil || string(got) != "abc" {
				t.Errorf("%q, %v", got, err)
			}
			return d.Close()
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		io.WriteString(data, "abc")
		data.Close()
		tc.writeReply("226 done")
		tc.wantOK("RETR", op)
		tc.wantAlive()
	})
	inBubble(t, "the server leaves the data connection open", func(t *testing.T) {
		tc := login(t, &clear)
		op := tc.async(func() error {
			d, err := tc.c.Retr(t.Context(), "f", 0)
			if err != nil {
				return err
			}
			d.Expect(3)
			if got, err := io.ReadAll(d); err != nil || string(got) != "abc" {
				t.Errorf("%q, %v", got, err)
			}
			return d.Close()
		})
		tc.answer("TYPE I", "200 ok")
		data := tc.passive()
		tc.answer("RETR f", "150 here")
		io.WriteString(data, "abc")
		tc.writeReply("226 done")
		if err := op.wait(); err != nil {
			t.Error(err)
		}
		tc.wantAlive()
	})
}

func TestSizeErrors(t *testing.T) {
	for want, err := range map[string]error{
		"9 octets came, 10 were expected":                 &control.SizeError{Want: 10, Got: 9},
		"more octets come than the 10 that were expected": &control.SizeError{Want: 10, Got: 11, Cut: true},
		"the file has more than the 10 octets that are":   &control.TooLargeError{Most: 10, Size: -1},
		"the file has 11 octets, and 10 are allowed":      &control.TooLargeError{Most: 10, Size: 11},
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q; want %q", err, want)
		}
	}
}
