package bench

import (
	"io"
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// lineCount is how many lines each listing has.
const lineCount = 100_000

// maxAllocs is how often package listing may allocate for an entry. It does so for many at once.
const maxAllocs = 2

// A subject is one listing, and both ways to read it.
type subject struct {
	name string
	text string
	ours func(io.Reader) iter.Seq2[listing.Entry, error]
	peer peerParser
}

func subjects() []subject {
	list := files(lineCount)
	unix := func(r io.Reader) iter.Seq2[listing.Entry, error] {
		return listing.Read(r, listing.Options{Now: now, Location: time.UTC}, listing.Limits{})
	}
	mlsd := func(r io.Reader) iter.Seq2[listing.Entry, error] {
		return listing.Read(r, listing.Options{Dialect: "mlsx"}, listing.Limits{})
	}
	return []subject{
		{"unix", unixListing(list), unix, parseListLine},
		{"mlsd", mlsdListing(list), mlsd, parseRFC3659ListLine},
	}
}

// runOurs and runPeer read the whole listing once.
func (s *subject) runOurs(t testing.TB) {
	n := 0
	for _, err := range s.ours(strings.NewReader(s.text)) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != lineCount {
		t.Fatalf("ftpwire read %d of %d lines", n, lineCount)
	}
}

func (s *subject) runPeer(t testing.TB) {
	n := 0
	if err := peerListing(strings.NewReader(s.text), s.peer, now, func(*ftp.Entry) { n++ }); err != nil || n != lineCount {
		t.Fatalf("jlaffaye/ftp read %d of %d lines: %v", n, lineCount, err)
	}
}

// TestSame shows that both parsers read the same out of the lines, so that their times compare.
func TestSame(t *testing.T) {
	for _, s := range subjects() {
		t.Run(s.name, func(t *testing.T) {
			var peers []ftp.Entry
			keep := func(e *ftp.Entry) { peers = append(peers, *e) }
			if err := peerListing(strings.NewReader(s.text), s.peer, now, keep); err != nil || len(peers) != lineCount {
				t.Fatalf("jlaffaye/ftp read %d of %d lines: %v", len(peers), lineCount, err)
			}
			i := 0
			for e, err := range s.ours(strings.NewReader(s.text)) {
				if err != nil || i >= lineCount || !same(&e, &peers[i]) {
					t.Fatalf("line %d, %q: ftpwire has %q %d %v, %v; jlaffaye/ftp %+v", i, e.Raw, e.Name, e.Size, e.Time, err, peers[min(i, lineCount-1)])
				}
				i++
			}
			if i != lineCount {
				t.Errorf("ftpwire read %d of %d lines", i, lineCount)
			}
		})
	}
}

// same compares what both have. The peer sets the size of files alone, and knows no links in MLSD.
func same(e *listing.Entry, p *ftp.Entry) bool {
	isFile := e.Kind == listing.KindFile
	return e.Name == p.Name && e.Time.Equal(p.Time) && (!isFile || p.Type == ftp.EntryTypeFile && e.Size == int64(p.Size))
}

// TestAllocs holds package listing to what it may allocate for an entry.
func TestAllocs(t *testing.T) {
	for _, s := range subjects() {
		t.Run(s.name, func(t *testing.T) {
			allocs := testing.AllocsPerRun(1, func() { s.runOurs(t) }) / lineCount
			t.Logf("%.2f allocations a line", allocs)
			if allocs > maxAllocs {
				t.Errorf("%.2f allocations a line; want %d at most", allocs, maxAllocs)
			}
		})
	}
}

func BenchmarkParser(b *testing.B) {
	for _, s := range subjects() {
		b.Run(s.name+"/ftpwire", func(b *testing.B) { s.bench(b, s.runOurs) })
		b.Run(s.name+"/jlaffaye", func(b *testing.B) { s.bench(b, s.runPeer) })
	}
}

func (s *subject) bench(b *testing.B, read func(testing.TB)) {
	b.SetBytes(int64(len(s.text)))
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n := 0
	for b.Loop() {
		read(b)
		n++
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*lineCount), "ns/line")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(n*lineCount), "allocs/line")
}
