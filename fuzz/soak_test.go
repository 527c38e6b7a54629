package fuzz_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/tlsx"
)

var (
	soakSeed  = flag.Uint64("soak-seed", 1, "seed of TestSoak")
	soakCount = flag.Int("soak-count", 0, "transfers of TestSoak; if 0, 1000, or 300 with -short")
)

// TestSoak runs random transfers against servers that misbehave, over networks that
// cut, stall and delay at random bytes, with callers that lose patience. Every result
// is byte for byte what it should be, or an error of a type that says so; what failed
// is completed afterwards; and nothing is left over: no goroutine, no descriptor and
// with them no port.
func TestSoak(t *testing.T) {
	n := *soakCount
	switch {
	case n > 0:
	case testing.Short():
		n = 300
	default:
		n = 1000
	}
	newSoak(t, 0).run(t, 40, 1) // what the process opens for good
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors()
	s := newSoak(t, *soakSeed)
	s.run(t, n, 64) // most of the time they wait
	t.Logf("seed %d: %s", *soakSeed, s.summary())
	if s.results["resumed"] == 0 {
		t.Error("no transfer went on from its part")
	}
	if t.Failed() {
		t.Logf("again: go test -run 'TestSoak$' -soak-seed %d -soak-count %d .", *soakSeed, n)
	}
	wantNothingLeft(t, goroutines, descriptors)
}

// A soak is one run.
type soak struct {
	seed    uint64
	servers []*soakServer
	dir     string          // for local files
	healthy *ftptest.Server // where everything is completed

	mu      sync.Mutex
	results map[string]int
	longest time.Duration
}

type soakServer struct {
	*ftptest.Server
	tls tlsx.Mode
}

// soakFiles are the files to download, by size.
var soakFiles = []int{0, 1, 2, 511, 4 << 10, 4<<10 + 1, 16<<10 - 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 150_000, 400_000, 700_000}

// soakContent returns n bytes that no other n has.
func soakContent(n int) []byte {
	b := make([]byte, n)
	var key [32]byte
	key[0], key[1], key[2] = byte(n), byte(n>>8), byte(n>>16)
	rand.NewChaCha8(key).Read(b)
	return b
}

// soakFaults are the servers: one for each set, in clear, over TLS or both.
var soakFaults = []struct {
	tls    []tlsx.Mode
	faults []ftptest.Fault
}{
	{both, nil},
	{both, nil},
	{both, []ftptest.Fault{"data-reset"}},
	{both, []ftptest.Fault{"data-truncated-226"}},
	{both, []ftptest.Fault{"421-in-transfer"}},
	{both, []ftptest.Fault{"final-before-data"}},
	{both, []ftptest.Fault{"no-final-reply"}},
	{both, []ftptest.Fault{"abor-single-reply", "double-150"}},
	{plain, []ftptest.Fault{"abor-225-second", "epsv-refused"}},
	{plain, []ftptest.Fault{"abor-226-late"}},
	{plain, []ftptest.Fault{"abor-keeps-data", "retr-lingers"}},
	{plain, []ftptest.Fault{"disk-full"}},
	{plain, []ftptest.Fault{"disk-full-552", "data-never-closed"}},
	{plain, []ftptest.Fault{"data-never-opens"}},
	{plain, []ftptest.Fault{"reply-never"}},
	{plain, []ftptest.Fault{"pipelined-dropped"}},
	{secure, []ftptest.Fault{"data-no-close-notify"}},
	{secure, []ftptest.Fault{"late-150"}},
	{secure, []ftptest.Fault{"early-handshake-reset"}},
	{secure, []ftptest.Fault{"stor-cut-silence"}},
	{secure, []ftptest.Fault{"reuse-required-refused"}},
}

var (
	plain  = []tlsx.Mode{ftptest.TLSNone}
	secure = []tlsx.Mode{ftptest.TLSExplicit}
	both   = []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit}
)

func newSoak(t *testing.T, seed uint64) *soak {
	t.Helper()
	s := &soak{seed: seed, dir: t.TempDir(), results: map[string]int{}}
	start := func(tls tlsx.Mode, faults []ftptest.Fault) *ftptest.Server {
		srv, err := ftptest.Start(&ftptest.Config{TLS: tls, Faults: faults, DataTimeout: 300 * time.Millisecond, IdleTimeout: -1})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range soakFiles {
			if err := srv.WriteFile(fmt.Sprintf("/%d", n), soakContent(n)); err != nil {
				t.Fatal(err)
			}
		}
		return srv
	}
	for _, set := range soakFaults {
		for _, tls := range set.tls {
			s.servers = append(s.servers, &soakServer{start(tls, set.faults), tls})
		}
	}
	s.healthy = start(ftptest.TLSNone, nil)
	return s
}

// run runs n transfers by so many workers and closes the servers. A worker's choices
// depend on the seed and its number alone.
func (s *soak) run(t *testing.T, n, workers int) {
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			w := &soakWorker{soak: s, t: t, id: i, rand: rand.New(rand.NewPCG(s.seed, uint64(i)))}
			defer w.close()
			for j := i; j < n && !t.Failed(); j += workers {
				w.transfer(j)
			}
		})
	}
	wg.Wait()
	for _, srv := range append(s.servers, &soakServer{Server: s.healthy}) {
		if err := srv.Close(); err != nil {
			t.Errorf("closing a server: %v", err)
		}
	}
}

func (s *soak) count(result string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results[result]++
	s.longest = max(s.longest, took)
}

func (s *soak) summary() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(s.results)) {
		fmt.Fprintf(&b, "\n%6d %s", s.results[k], k)
	}
	fmt.Fprintf(&b, "\nthe longest transfer took %v", s.longest.Round(time.Millisecond))
	return b.String()
}

// A soakWorker runs one transfer after the other, several on one connection.
type soakWorker struct {
	*soak
	t    *testing.T
	id   int
	rand *rand.Rand

	srv  *soakServer
	conn *control.Conn
	left int             // transfers before the next connection
	net  *soakNetwork    // of conn
	last *ftpwire.Client // to the healthy server
}

func (w *soakWorker) close() {
	if w.conn != nil {
		w.conn.Close()
	}
	if w.last != nil {
		w.last.Close(context.Background())
	}
}

// soakBound is longer than all of a transfer's timeouts together.
const soakBound = 20 * time.Second

// transfer runs transfer j and completes it if it failed.
func (w *soakWorker) transfer(j int) {
	job := w.choose(j)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	if job.patience > 0 {
		defer time.AfterFunc(job.patience, func() { cancel(errImpatient) }).Stop()
	}
	begun := time.Now()
	err := w.connect(ctx)
	what := "connecting"
	if err == nil {
		err, what = w.carryOut(ctx, job), job.verb()
	}
	took := time.Since(begun)
	if took > soakBound {
		w.t.Errorf("%s took %v, %v", job, took, err)
	}
	if err == nil {
		w.count(what+": byte for byte", took)
		w.verify(w.srv.Server, job)
		return
	}
	kind := kindOf(err, what)
	if kind == "" {
		w.t.Errorf("%s: %T %v: no type that says what happened", job, err, err)
	}
	w.count(what+": "+kind, took)
	if err := w.complete(job); err != nil {
		w.t.Errorf("%s, completing it: %v", job, err)
		return
	}
	w.verify(w.healthy, job)
}

// carryOut runs a transfer as a careful caller does: sizes are compared.
func (w *soakWorker) carryOut(ctx context.Context, job *soakJob) error {
	if job.up {
		return w.upload(ctx, job)
	}
	return w.download(ctx, job)
}

func (w *soakWorker) download(ctx context.Context, job *soakJob) error {
	size, err := w.conn.Size(ctx, job.name)
	if err != nil {
		return err
	}
	d, err := w.conn.Retr(ctx, job.name, 0)
	if err != nil {
		return err
	}
	d.Expect(size)
	if job.enough > 0 {
		io.CopyN(&job.got, d, job.enough)
		if err := d.Close(); err != nil {
			return err
		}
		return errEnough
	}
	var n int64
	if job.file {
		n, err = d.WriteTo(job.local)
	} else {
		n, err = io.Copy(&job.got, d)
	}
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if err == nil && n != size {
		w.t.Errorf("%s: %d bytes without an error; want %d", job, n, size)
	}
	return err
}

func (w *soakWorker) upload(ctx context.Context, job *soakJob) error {
	u, err := w.conn.Stor(ctx, job.name, 0)
	if err != nil {
		return err
	}
	if job.enough > 0 {
		io.CopyN(u, bytes.NewReader(job.content), job.enough)
		if err := u.Abort(); err != nil {
			return err
		}
		return errEnough
	}
	var src io.Reader = struct{ io.Reader }{bytes.NewReader(job.content)}
	if job.file {
		src = job.local
	}
	if _, err := u.ReadFrom(src); err != nil {
		u.Abort()
		return err
	}
	if err := u.Close(); err != nil {
		return err
	}
	size, err := w.conn.Size(ctx, job.name)
	if err == nil && size != int64(len(job.content)) {
		err = &control.SizeError{Want: int64(len(job.content)), Got: size}
	}
	return err
}

// complete finishes on a healthy server what failed, going on from the part that came:
// of an upload it lies on that server, of a download in a file here.
func (w *soakWorker) complete(job *soakJob) error {
	if w.last == nil || w.last.Conn().Err() != nil {
		c, err := dialHealthy(w.healthy)
		if err != nil {
			return err
		}
		w.last = c
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	local := filepath.Join(w.dir, fmt.Sprint("whole", job.id))
	defer os.Remove(local)
	options := &ftpwire.TransferOptions{Resume: true, Retry: ftpwire.Retry{Attempts: 3, Delay: time.Millisecond}}
	var result ftpwire.TransferResult
	var err error
	if job.up {
		if part, err := w.srv.ReadFile(job.name); err == nil {
			if err := w.healthy.WriteFile(job.name, part); err != nil {
				return err
			}
		}
		if err := oldFile(local, job.content); err != nil {
			return err
		}
		result, err = w.last.Upload(ctx, local, job.name, options)
	} else {
		if err := oldFile(ftpwire.PartialName(local), job.part()); err != nil {
			return err
		}
		if result, err = w.last.Download(ctx, job.name, local, options); err == nil {
			err = job.take(local)
		}
	}
	if err == nil && result.ResumedFrom > 0 {
		w.count("resumed", 0)
	}
	return err
}

// oldFile writes a file that is older than what a server has of it.
func oldFile(name string, data []byte) error {
	if err := os.WriteFile(name, data, 0o600); err != nil {
		return err
	}
	old := time.Now().Add(-time.Hour)
	return os.Chtimes(name, old, old)
}

func dialHealthy(srv *ftptest.Server) (*ftpwire.Client, error) {
	p, err := ftpwire.ParseURL(srv.URL())
	if err != nil {
		return nil, err
	}
	return ftpwire.Dial(context.Background(), &p.Profile)
}

// verify compares what arrived with what was sent, and clears it away.
func (w *soakWorker) verify(srv *ftptest.Server, job *soakJob) {
	got := job.got.Bytes()
	if job.up {
		var err error
		if got, err = srv.ReadFile(job.name); err != nil {
			w.t.Errorf("%s: %v", job, err)
		}
		srv.Remove(job.name)
		w.srv.Remove(job.name)
	} else if job.file {
		got, _ = os.ReadFile(job.local.Name())
	}
	if !bytes.Equal(got, job.content) {
		w.t.Errorf("%s: %d bytes without an error, which are not the %d that they should be", job, len(got), len(job.content))
	}
	if job.local != nil {
		job.local.Close()
		os.Remove(job.local.Name())
	}
}

var (
	errImpatient = errors.New("the caller lost patience")
	errEnough    = errors.New("the caller had enough")
)
