package datachan_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// inMemory returns a plain data connection over memory and the server's end.
func inMemory(t *testing.T, cfg datachan.Config) (*datachan.Conn, net.Conn) {
	t.Helper()
	var n memnet.Network
	ln, err := n.Listen(netip.MustParseAddrPort("127.0.0.1:5000"))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Dial = n.DialContext
	o, err := datachan.NewManager(&cfg).Open(t.Context(), onLoopback(map[protocol.Verb]string{"EPSV": "229 ok (|||5000|)"}))
	if err != nil {
		t.Fatal(err)
	}
	srv, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.Establish(t.Context(), started(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Abort(); srv.Close(); ln.Close() })
	return c, srv
}

// wantSeconds checks a time of a bubble, to a twentieth.
func wantSeconds(t *testing.T, what string, got time.Duration, want float64) {
	t.Helper()
	if math.Abs(got.Seconds()-want) > want/20 {
		t.Errorf("%s took %v; want %v s", what, got, want)
	}
}

func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

func TestLimiter(t *testing.T) {
	const size = 1 << 20
	data := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	inBubble(t, "download", func(t *testing.T) {
		c, srv := inMemory(t, datachan.Config{Down: datachan.NewLimiter(size/10, 0), Up: datachan.NewLimiter(1, 1)})
		go func() { srv.Write(data); srv.Close() }()
		begun := time.Now()
		got, err := io.ReadAll(c)
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
		wantSeconds(t, "download", time.Since(begun), 10)
	})
	inBubble(t, "upload", func(t *testing.T) {
		c, srv := inMemory(t, datachan.Config{Up: datachan.NewLimiter(size/10, 0)})
		go io.Copy(io.Discard, srv)
		begun := time.Now()
		if n, err := c.ReadFrom(bytes.NewReader(data)); err != nil || n != size {
			t.Fatalf("%d bytes, %v", n, err)
		}
		wantSeconds(t, "upload", time.Since(begun), 10)
	})
	inBubble(t, "burst", func(t *testing.T) {
		c, srv := inMemory(t, datachan.Config{Up: datachan.NewLimiter(size/10, size/2)})
		go io.Copy(io.Discard, srv)
		begun := time.Now()
		if _, err := c.Write(data[:size/2]); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("the burst took %v; want nothing", took)
		}
		if _, err := c.Write(data[size/2:]); err != nil {
			t.Fatal(err)
		}
		wantSeconds(t, "all", time.Since(begun), 5)
	})
	inBubble(t, "shared by connections", func(t *testing.T) {
		l := datachan.NewLimiter(size/10, 0)
		var wg sync.WaitGroup
		begun := time.Now()
		var ends [3]time.Duration
		for i := range ends {
			c, srv := inMemory(t, datachan.Config{Up: l, Down: l})
			if i == 0 { // one of them downwards
				go func() { srv.Write(data); srv.Close() }()
				wg.Go(func() { io.Copy(io.Discard, c); ends[i] = time.Since(begun) })
				continue
			}
			go io.Copy(io.Discard, srv)
			wg.Go(func() { c.Write(data); ends[i] = time.Since(begun) })
		}
		wg.Wait()
		for _, end := range ends { // none was served before the others
			if end < 25*time.Second || end > 31*time.Second {
				t.Errorf("a connection ended after %v; want all near 30 s", end)
			}
		}
	})
	inBubble(t, "changed and lifted", func(t *testing.T) {
		l := datachan.NewLimiter(100, 0)
		c, srv := inMemory(t, datachan.Config{Up: l})
		go io.Copy(io.Discard, srv)
		l.SetRate(size/10, 0)
		if got := l.Rate(); got != size/10 {
			t.Errorf("Rate %d", got)
		}
		begun := time.Now()
		c.Write(data[:size/2])
		wantSeconds(t, "half", time.Since(begun), 5)
		l.SetRate(0, 0)
		begun = time.Now()
		c.Write(data)
		if took := time.Since(begun); took > 200*time.Millisecond {
			t.Errorf("without a limit: %v", took)
		}
	})
	for _, end := range []struct {
		name string
		f    func(*datachan.Conn)
	}{{"interrupted", (*datachan.Conn).Interrupt}, {"aborted", (*datachan.Conn).Abort}} {
		inBubble(t, end.name+" while waiting", func(t *testing.T) {
			c, srv := inMemory(t, datachan.Config{Down: datachan.NewLimiter(1<<10, 0)})
			go srv.Write(data)
			time.AfterFunc(time.Second+time.Millisecond, func() { end.f(c) })
			begun := time.Now()
			_, err := io.Copy(io.Discard, c)
			if err == nil || time.Since(begun) > time.Second+time.Millisecond {
				t.Errorf("%v after %v; want an error at once", err, time.Since(begun))
			}
		})
	}
	inBubble(t, "idle is not what the limiter waits", func(t *testing.T) {
		c, srv := inMemory(t, datachan.Config{Down: datachan.NewLimiter(1<<10, 0), IdleTimeout: 100 * time.Millisecond})
		go func() { srv.Write(data[:10<<10]); srv.Close() }()
		if n, err := io.Copy(io.Discard, c); n != 10<<10 || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
	})
	inBubble(t, "a silent server is still idle", func(t *testing.T) {
		c, _ := inMemory(t, datachan.Config{Down: datachan.NewLimiter(1<<10, 0), IdleTimeout: time.Second})
		if _, err := io.Copy(io.Discard, c); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v; want a deadline", err)
		}
	})
}

func TestTally(t *testing.T) {
	inBubble(t, "steady", func(t *testing.T) {
		c, srv := inMemory(t, datachan.Config{})
		var got []datachan.Tally
		c.OnTally(10_000, func(v datachan.Tally) { got = append(got, v) })
		c.OnTally(1, func(datachan.Tally) { t.Error("the second was called") })
		go func() {
			for range 100 {
				srv.Write(make([]byte, 50))
				time.Sleep(50 * time.Millisecond)
			}
			srv.Close()
		}()
		io.Copy(io.Discard, c)
		c.Close()
		if len(got) < 45 || len(got) > 55 {
			t.Errorf("%d calls in 5 s; want ten a second", len(got))
		}
		for i, v := range got {
			if v.Total != 10_000 || v.Done != (i == len(got)-1) || i > 0 && (v.Moved < got[i-1].Moved || v.Elapsed < got[i-1].Elapsed) {
				t.Errorf("call %d: %+v", i, v)
			}
			if v.Elapsed > 3*time.Second && math.Abs(v.Rate-1000) > 150 {
				t.Errorf("after %v: rate %.0f; want about 1000", v.Elapsed, v.Rate)
			}
		}
		if last := got[len(got)-1]; last.Moved != 5000 || math.Abs(last.Rate-1000) > 20 {
			t.Errorf("last call: %+v; want 5000 bytes, 1000 a second", last)
		}
	})
	inBubble(t, "a stall is told", func(t *testing.T) {
		c, srv := inMemory(t, datachan.Config{})
		var last atomic.Pointer[datachan.Tally]
		c.OnTally(-1, func(v datachan.Tally) { last.Store(&v) })
		go io.Copy(io.Discard, srv)
		for range 20 {
			c.Write(make([]byte, 1000))
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		before := last.Load().Rate
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if after := last.Load().Rate; before < 8000 || after > 100 {
			t.Errorf("rate %.0f, then %.0f; want it to fall while nothing moves", before, after)
		}
		c.CloseWrite()
		c.Finish()
		if v := last.Load(); !v.Done || v.Moved != 20_000 {
			t.Errorf("last call: %+v", v)
		}
	})
	inBubble(t, "shorter than a tick", func(t *testing.T) {
		c, srv := inMemory(t, datachan.Config{})
		var got []datachan.Tally
		c.OnTally(3, func(v datachan.Tally) { got = append(got, v) })
		go func() { io.WriteString(srv, "abc"); srv.Close() }()
		io.Copy(io.Discard, c)
		c.Abort()
		c.Abort()
		if len(got) != 1 || !got[0].Done || got[0].Moved != 3 {
			t.Errorf("%+v; want the last call alone", got)
		}
	})
}
