package ftpwire_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// bars reads lines such as "d|name" and "f|name".
func bars() func(string) (listing.Entry, error) {
	return func(line string) (listing.Entry, error) {
		kind, name, ok := strings.Cut(line, "|")
		switch {
		case !ok:
			return listing.Entry{}, errors.ErrUnsupported
		case kind == "d":
			return listing.Entry{Name: name, Kind: listing.KindDir, Size: -1}, nil
		case kind == "f":
			return listing.Entry{Name: name, Kind: listing.KindFile, Size: 3}, nil
		case kind == "!":
			panic("the caller's own fault")
		}
		return listing.Entry{}, fmt.Errorf("%q is no kind", kind)
	}
}

// withBars runs f with a Client whose Profile has a parser.
func withBars(t *testing.T, s *script, f func(ctx context.Context, c *ftpwire.Client)) {
	synctest.Test(t, func(t *testing.T) {
		p := s.profile(t, control.QuirkPolicy{})
		p.List.Lines.Parser = bars
		c, err := ftpwire.Dial(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Conn().Close()
		f(t.Context(), c)
	})
}

func barServer() *script {
	return &script{
		replies: map[string]string{"SYST": "215 own", "STAT sub": "213-\r\n f|x\r\n213 end", "PWD": `257 "/"`, "CWD sub": "250 ok", "CWD /": "250 ok"},
		data:    map[string]string{"LIST": "d|sub\r\nf|a\r\n" + lsLine, "LIST sub": "f|x\r\n", "LIST bad": "?|a\r\nf|b\r\n", "LIST panics": "f|a\r\n!|x\r\nf|b\r\n"},
	}
}

// The parser of a Profile reads the LIST of every operation that lists.
func TestParserOfClient(t *testing.T) {
	withBars(t, barServer(), func(ctx context.Context, c *ftpwire.Client) {
		if got, err := names(ctx, c, ""); err != nil || !slices.Equal(got, []string{"sub", "a", "f"}) {
			t.Errorf("Entries: %v, %v", got, err)
		}
		entries, err := c.ReadDir(ctx, "sub")
		if err != nil || len(entries) != 1 || entries[0].Dialect != "own" {
			t.Errorf("ReadDir: %+v, %v", entries, err)
		}
		var walked []string
		for w, err := range c.Walk(ctx, "") {
			if err != nil {
				t.Errorf("Walk: %v", err)
			}
			walked = append(walked, w.Path)
		}
		if diff := cmp.Diff([]string{"", "a", "f", "sub", "sub/x"}, walked); diff != "" {
			t.Errorf("Walk (-want +got):\n%s", diff)
		}
		for e, err := range c.Conn().StatList(ctx, "sub", control.ListOptions{Lines: listing.Options{Parser: func() func(string) (listing.Entry, error) {
			read := bars()
			return func(line string) (listing.Entry, error) { return read(strings.TrimSpace(line)) }
		}}}) {
			if err != nil || e.Name != "x" {
				t.Errorf("STAT: %+v, %v", e, err)
			}
		}
	})
}

// A line that the parser refuses is an error, and the listing goes on.
func TestParserRefusesLine(t *testing.T) {
	withBars(t, barServer(), func(ctx context.Context, c *ftpwire.Client) {
		var got []string
		for e, err := range c.Entries(ctx, "bad") {
			if pe, ok := errors.AsType[*parse.Error](err); ok {
				got = append(got, pe.Error())
				continue
			}
			got = append(got, e.Name)
		}
		if len(got) != 2 || !strings.Contains(got[0], `"?" is no kind`) || got[1] != "b" {
			t.Errorf("%q", got)
		}
	})
}

// A panic of the parser goes through to the caller, and the Client can be used after it.
func TestParserPanics(t *testing.T) {
	for _, tt := range []struct {
		name string
		list func(ctx context.Context, c *ftpwire.Client)
	}{
		{"Entries", func(ctx context.Context, c *ftpwire.Client) { names(ctx, c, "panics") }},
		{"ReadDir", func(ctx context.Context, c *ftpwire.Client) { c.ReadDir(ctx, "panics") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withBars(t, barServer(), func(ctx context.Context, c *ftpwire.Client) {
				func() {
					defer func() {
						if r := recover(); r != "the caller's own fault" {
							t.Errorf("recovered %v", r)
						}
					}()
					tt.list(ctx, c)
				}()
				if got, err := names(ctx, c, ""); err != nil || len(got) != 3 {
					t.Errorf("after the panic: %v, %v", got, err)
				}
			})
		})
	}
}

// The lines of MLSD have a format of their own, which is not given to the parser.
func TestParserLeavesMLSD(t *testing.T) {
	s := &script{replies: map[string]string{"FEAT": featMLST}, data: map[string]string{"MLSD": "type=file;size=3; f|x\r\n"}}
	withBars(t, s, func(ctx context.Context, c *ftpwire.Client) {
		if got, err := names(ctx, c, ""); err != nil || !slices.Equal(got, []string{"f|x"}) {
			t.Errorf("%q, %v", got, err)
		}
	})
}
