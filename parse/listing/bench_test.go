package listing

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"time"
)

// benchmarkLines is how many lines the listings have that are measured.
const benchmarkLines = 10_000

// benchmarkText returns a listing of files that are one hour apart, as format writes them.
func benchmarkText(format func(*Entry) string) string {
	var b strings.Builder
	for i := range benchmarkLines {
		e := Entry{Name: fmt.Sprintf("file %d.txt", i), Kind: KindFile, Size: int64(i) * 1000, Perm: "adfrw", Mode: "rw-r--r--",
			Time: testNow.Add(-time.Duration(i) * time.Hour), Unique: fmt.Sprint("8U", i), Owner: "33", Group: "33"}
		b.WriteString(format(&e) + "\r\n")
	}
	return b.String()
}

// benchmarkEntries measures read with one listing.
func benchmarkEntries(b *testing.B, text string, read func(io.Reader) iter.Seq2[Entry, error]) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range read(strings.NewReader(text)) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchmarkLines {
			b.Fatalf("%d entries; want %d", n, benchmarkLines)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchmarkLines, "ns/line")
}

// BenchmarkListing has the format detected.
func BenchmarkListing(b *testing.B) {
	for _, bb := range []struct {
		name   string
		format func(*Entry) string
	}{
		{"unix", func(e *Entry) string { return FormatUnix(*e, testNow) }},
		{"dos", func(e *Entry) string {
			return fmt.Sprintf("%s %20d %s", e.Time.Format("01-02-06  03:04PM"), e.Size, e.Name)
		}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			benchmarkEntries(b, benchmarkText(bb.format), func(r io.Reader) iter.Seq2[Entry, error] {
				return Read(r, Options{Now: testNow}, Limits{})
			})
		})
	}
}

// BenchmarkList reads lines alone, each with its format detected.
func BenchmarkList(b *testing.B) {
	text := benchmarkText(func(e *Entry) string { return FormatUnix(*e, testNow) })
	list := func(line string) (Entry, error) { return Line(line, Options{Now: testNow}) }
	benchmarkEntries(b, text, func(r io.Reader) iter.Seq2[Entry, error] { return Entries(r, list, Limits{}) })
}

func BenchmarkMLSx(b *testing.B) {
	facts := []string{"type", "size", "modify", "perm", "unique", "UNIX.mode", "UNIX.owner", "UNIX.group"}
	text := benchmarkText(func(e *Entry) string { return FormatMLSx(*e, facts) })
	benchmarkEntries(b, text, func(r io.Reader) iter.Seq2[Entry, error] { return Entries(r, MLSx, Limits{}) })
}
