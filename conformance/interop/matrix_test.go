package interop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/interop/peer"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

// TestMatrix runs every cell of the matrix: a listing, a download and an upload of
// 1 MiB and a byte, and an upload of a few bytes over a file that is there.
func TestMatrix(t *testing.T) {
	t.Parallel()
	var order []string
	rows := map[string][]row{}
	for _, r := range matrix {
		name := r.configuration()
		if rows[name] == nil {
			order = append(order, name)
		}
		rows[name] = append(rows[name], r)
	}
	for _, name := range order {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // refusals take most of the time, waiting
			first := rows[name][0]
			s := peer.Start(t, first.server, peer.Options{TLS: first.mode, RequireReuse: first.reuse})
			for _, r := range rows[name] {
				for _, c := range r.cells() {
					t.Run(c.String(), func(t *testing.T) { newCellRun(t, s, c).run() })
				}
			}
		})
	}
}

// A cellRun runs one cell against a server.
type cellRun struct {
	t    *testing.T
	s    *peer.Server
	cell cell
	big  []byte
}

const oldContent, newContent = "what was there before", "new"

func newCellRun(t *testing.T, s *peer.Server, c cell) *cellRun {
	r := &cellRun{t: t, s: s, cell: c, big: randomBytes(11, 1<<20+1)}
	s.WriteFile(t, "big", r.big)
	s.WriteFile(t, "small", []byte(oldContent))
	os.Remove(filepath.Join(s.Home, "up"))
	return r
}

// operations are the transfers of a cell. Each returns the error of the first step
// that failed.
var operations = []struct {
	name string
	run  func(r *cellRun, ctx context.Context, c *control.Conn) (control.DataInfo, error)
}{
	{"list", (*cellRun).list},
	{"download", (*cellRun).download},
	{"upload", func(r *cellRun, ctx context.Context, c *control.Conn) (control.DataInfo, error) {
		return r.upload(ctx, c, "up", r.big)
	}},
	{"small upload", func(r *cellRun, ctx context.Context, c *control.Conn) (control.DataInfo, error) {
		return r.upload(ctx, c, "small", []byte(newContent))
	}},
}

func (r *cellRun) run() {
	switch r.cell.want {
	case inClear, resumed, full, nothingToOffer:
		r.works()
	case notResumed, refused522, refused425:
		for _, op := range operations {
			r.fails(op.name, op.run)
		}
	default:
		r.t.Fatalf("no such outcome: %q", r.cell.want)
	}
}

func (r *cellRun) login(w *wire) *control.Conn {
	r.t.Helper()
	cfg := clientConfig(r.s, r.cell.mode, r.cell.version)
	cfg.Resumption, cfg.Dial = r.cell.resumption, w.dial
	if r.cell.clearData {
		cfg.DataProtection = control.ProtectClear
	}
	return login(r.t, r.s, cfg)
}

// works runs all operations on one connection.
func (r *cellRun) works() {
	t := r.t
	w := &wire{}
	c := r.login(w)
	r.transfers(c)
	if r.cell.want == inClear {
		for i, b := range w.data() {
			if b.hello {
				t.Errorf("data connection %d on the wire has a ServerHello", i+1)
			}
		}
	} else {
		w.wantBegins(t, r.cell.String(), r.cell.want == resumed)
	}
	if err := c.Quit(t.Context()); err != nil {
		t.Errorf("QUIT: %v", err)
	}
}

// transfers runs all operations on a connection, which must end as the cell says.
func (r *cellRun) transfers(c *control.Conn) {
	t := r.t
	want := control.DataInfo{TLS: r.cell.want != inClear, Reuse: map[outcome]tlsx.Reuse{
		resumed: tlsx.Resumed, full: tlsx.Off, nothingToOffer: tlsx.NothingToOffer,
	}[r.cell.want]}
	for _, op := range operations {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		info, err := op.run(r, ctx, c)
		cancel()
		if err != nil {
			t.Fatalf("%s: %v\n%s", op.name, err, r.s.Log())
		}
		if info.TLS != want.TLS || info.Reuse != want.Reuse {
			t.Errorf("%s: TLS %v, %s; want %v, %s", op.name, info.TLS, info.Reuse, want.TLS, want.Reuse)
		}
	}
	r.wantFile("up", r.big)
	r.wantFile("small", []byte(newContent))
}

// fails runs one operation on a connection of its own and checks how it fails. What
// lies on the server must be as before: the refusal must come before the upload.
func (r *cellRun) fails(name string, run func(*cellRun, context.Context, *control.Conn) (control.DataInfo, error)) {
	t := r.t
	c := r.login(&wire{})
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	begun := time.Now()
	_, err := run(r, ctx, c)
	if err == nil {
		t.Errorf("%s: it works; want %s", name, r.cell.want)
		return
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("%s: the error took %v", name, took)
	}
	advice := "Resumption=preferred"
	switch r.cell.want {
	case notResumed:
		advice = "Prefer it"
		if e, ok := errors.AsType[*tlsx.NotResumedError](err); !ok || e.Reuse != tlsx.NothingToOffer {
			t.Errorf("%s: %v; want a *tlsx.NotResumedError, %s", name, err, tlsx.NothingToOffer)
		}
	case refused522, refused425:
		code := protocol.Code(522)
		if r.cell.want == refused425 {
			code = 425
		}
		if e, ok := errors.AsType[*protocol.ReplyError](err); !ok || e.Reply.Code != code {
			t.Errorf("%s: %v; want a *protocol.ReplyError with %d", name, err, code)
		}
	}
	if got := ftpwire.Diagnose(err).String(); !strings.Contains(got, advice) {
		t.Errorf("%s: %v\nadvice %q does not say %q", name, err, got, advice)
	}
	if err := c.Noop(ctx); (err == nil) != (r.cell.want == refused425) {
		t.Errorf("%s: NOOP afterwards: %v; want %s", name, err, r.cell.want)
	}
	r.wantFile("small", []byte(oldContent))
	if _, err := os.Stat(filepath.Join(r.s.Home, "up")); !os.IsNotExist(err) {
		t.Errorf("%s: the upload left a file: %v", name, err)
	}
}

func (r *cellRun) wantFile(name string, want []byte) {
	r.t.Helper()
	got, err := os.ReadFile(filepath.Join(r.s.Home, name))
	if err != nil {
		r.t.Error(err)
	} else if !bytes.Equal(got, want) {
		r.t.Errorf("%s: the server has %d bytes that differ from the %d wanted", name, len(got), len(want))
	}
}

func (r *cellRun) list(ctx context.Context, c *control.Conn) (control.DataInfo, error) {
	d, err := c.Open(ctx, "LIST", "")
	if err != nil {
		return control.DataInfo{}, err
	}
	got, err := readAll(d)
	if err == nil && !strings.Contains(string(got), "small") {
		err = fmt.Errorf("the listing lacks a file: %q", got)
	}
	return d.Data(), err
}

func (r *cellRun) download(ctx context.Context, c *control.Conn) (control.DataInfo, error) {
	d, err := c.Retr(ctx, "big", 0)
	if err != nil {
		return control.DataInfo{}, err
	}
	got, err := readAll(d)
	if err == nil && !bytes.Equal(got, r.big) {
		err = fmt.Errorf("%d bytes that differ from the %d on the server", len(got), len(r.big))
	}
	return d.Data(), err
}

// readAll reads a download to its end and closes it.
func readAll(d *control.Download) ([]byte, error) {
	got, err := io.ReadAll(d)
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return got, err
}

func (r *cellRun) upload(ctx context.Context, c *control.Conn, name string, data []byte) (control.DataInfo, error) {
	u, err := c.Stor(ctx, name, 0)
	if err != nil {
		return control.DataInfo{}, err
	}
	_, err = u.Write(data)
	if cerr := u.Close(); err == nil {
		err = cerr
	}
	return u.Data(), err
}
