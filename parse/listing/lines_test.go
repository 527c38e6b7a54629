package listing

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readLines returns what lines makes of text, errors in words.
func readLines(r io.Reader, lim Limits) (got []string) {
	lines(r, lim, func(line string, err error) bool {
		if err != nil {
			line = "! " + err.Error()
		}
		got = append(got, line)
		return !isLast(err)
	})
	return got
}

// TestLinesOfAllSizes has the ends of lines at, before and behind the ends of what is read and kept at once.
func TestLinesOfAllSizes(t *testing.T) {
	for _, around := range []int{textSize, readSize, readSize + textSize} {
		for n := around - 4; n <= around+4; n++ {
			for _, end := range []string{"\n", "\r\n"} {
				want := []string{strings.Repeat("x", n), "", strings.Repeat("y", n), "z\rz", strings.Repeat("a\nb\n", 300) + "last"}
				text := strings.Join(want, end)
				want = append(want[:4], strings.Split(want[4], "\n")...)
				for name, r := range map[string]io.Reader{
					"whole": strings.NewReader(text), "halves": iotest.HalfReader(strings.NewReader(text)),
					"end with data": iotest.DataErrReader(strings.NewReader(text)),
				} {
					if got := readLines(r, Limits{}); !slices.Equal(want, got) {
						t.Fatalf("%d, %q, %s: %d lines are not the %d that they should be", n, end, name, len(got), len(want))
					}
				}
			}
		}
	}
}

// TestLinesLimits has the limits hold in the middle of what is read at once.
func TestLinesLimits(t *testing.T) {
	const text = "four\r\nfive5\nsixsix\nfour"
	tests := []struct {
		name string
		lim  Limits
		want []string
	}{
		{"line", Limits{Line: 5}, []string{"four", "five5", `! ftp: listing: line longer than 5 bytes at 5 in "sixsi"`, "four"}},
		{"bytes", Limits{Bytes: int64(len("four\r\nfive5\n"))}, []string{"four", "five5", "! ftp: listing: more than 12 bytes at 0 in \"\""}},
		{"bytes less one", Limits{Bytes: int64(len("four\r\nfive5\n")) - 1}, []string{"four", "! ftp: listing: more than 11 bytes at 0 in \"\""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, readLines(strings.NewReader(text), tt.lim)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLinesBeforeAnError has all whole lines come out before the error of the reader.
func TestLinesBeforeAnError(t *testing.T) {
	broken := errors.New("broken")
	r := io.MultiReader(strings.NewReader("one\ntwo\npie"), iotest.ErrReader(broken))
	want := []string{"one", "two", fmt.Sprint("! ", broken)}
	if diff := cmp.Diff(want, readLines(r, Limits{})); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
