package ftpwire_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/tlsx"
)

var (
	earlier = time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)
	later   = earlier.Add(time.Hour)
)

// inTLSModes runs f for each way to protect a session.
func inTLSModes(t *testing.T, f func(t *testing.T, tls tlsx.Mode)) {
	for _, tls := range []tlsx.Mode{ftptest.TLSNone, ftptest.TLSExplicit, ftptest.TLSImplicit} {
		t.Run(tls.String(), func(t *testing.T) {
			t.Parallel()
			f(t, tls)
		})
	}
}

// chtimes sets the times of the local and the remote file of a play.
func (r *resumePlay) chtimes(local, remote time.Time) {
	r.t.Helper()
	if err := os.Chtimes(r.local, local, local); err != nil {
		r.t.Fatal(err)
	}
	if err := r.c.Chtimes(r.t.Context(), "/f", remote); err != nil {
		r.t.Fatal(err)
	}
}

func (r *resumePlay) remoteTime(name string) time.Time {
	r.t.Helper()
	e, err := r.c.Stat(r.t.Context(), name)
	if err != nil {
		r.t.Fatal(err)
	}
	return e.Time
}

// A time that no file here can have is told, and not replaced by another one.
func TestKeepTimeBeyond(t *testing.T) {
	for _, at := range []time.Time{time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)} {
		r := newResumePlay(t, ftptest.TLSNone)
		r.s.WriteFile("/f", []byte("new"))
		r.chtimes(earlier, at)
		before := time.Now().Add(-time.Minute)
		got, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{KeepTime: true})
		info, statErr := os.Stat(r.local)
		if err != nil || statErr != nil || got.Untimed == "" || !got.Time.IsZero() || info.ModTime().Before(before) {
			t.Errorf("%v: %v, untimed %q, the file is of %v, %v", at, got.Time, got.Untimed, info.ModTime(), err)
		}
	}
}

// answering has the client read other replies to commands than the server sends.
func answering(replies map[string]string, dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return c, err
		}
		return &answeringConn{Conn: c, replies: replies}, nil
	}
}

type answeringConn struct {
	net.Conn
	replies map[string]string
	next    atomic.Pointer[string]
}

func (c *answeringConn) Write(b []byte) (int, error) {
	verb, _, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	if reply := c.replies[verb]; reply != "" {
		c.next.Store(&reply)
	}
	return c.Conn.Write(b)
}

func (c *answeringConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if reply := c.next.Swap(nil); reply != nil {
		n = copy(b, *reply)
	}
	return n, err
}

// A refusal that is known from files that are there does not tell that nothing is.
func TestNoClobberVagueRefusal(t *testing.T) {
	for _, tt := range []struct{ mdtm, list string }{
		{"550 Could not get file modification time.\r\n", ""}, {"", ""},
		{"550 Could not get file modification time.\r\n", "550 Failed.\r\n"}, {"550 No.\r\n", "450 Failed.\r\n"},
	} {
		mdtm := tt.mdtm
		r := newResumePlay(t, ftptest.TLSNone, "mlst-unknown")
		r.s.WriteFile("/f", []byte("old"))
		r.s.WriteFile("/d/f", []byte("old"))
		r.p.Dial = answering(map[string]string{"SIZE": "550 Could not get file size.\r\n", "MDTM": mdtm, "LIST": tt.list}, r.p.Dial)
		r.dial()
		for _, name := range []string{"/f", "f", "/d/f"} {
			for _, o := range []ftpwire.TransferOptions{{NoClobber: true}, {NoClobber: true, TempUpload: true}} {
				_, err := r.c.Upload(t.Context(), r.local, name, &o)
				if b, _ := r.s.ReadFile(name); err == nil || string(b) != "old" {
					t.Errorf("%q, MDTM %q: %v, and %q is there", name, mdtm, err, b)
				}
			}
		}
		_, err := r.c.Upload(t.Context(), r.local, "/new", &ftpwire.TransferOptions{NoClobber: true})
		if tt.list != "" && err == nil || tt.list == "" && mdtm != "" && err != nil {
			t.Errorf("a new file, LIST %q: %v", tt.list, err)
		}
		if _, err := r.c.Upload(t.Context(), r.local, "/none/new", &ftpwire.TransferOptions{NoClobber: true, MakeDirs: true}); tt.list == "" && mdtm != "" && err != nil {
			t.Errorf("a new file in a new directory: %v", err)
		}
	}
}

// What NoClobber and Newer leave alone, and what they do not.
func TestSkip(t *testing.T) {
	for _, tt := range []struct {
		name          string
		o             ftpwire.TransferOptions
		source, dest  time.Time
		same          bool // they have the same size
		none          bool // there is no copy yet
		faults        []ftptest.Fault
		moves         bool
		compares, why string
	}{
		{name: "NoClobber", o: ftpwire.TransferOptions{NoClobber: true}, source: later, dest: earlier, why: "it exists already"},
		{name: "NoClobber, nothing there", o: ftpwire.TransferOptions{NoClobber: true}, none: true, moves: true},
		{name: "NoClobber, nothing there, no MLST", o: ftpwire.TransferOptions{NoClobber: true}, none: true, moves: true, faults: []ftptest.Fault{"mlst-unknown"}},
		{name: "NoClobber, no MLST", o: ftpwire.TransferOptions{NoClobber: true}, source: later, dest: earlier, faults: []ftptest.Fault{"mlst-unknown"}, why: "it exists already"},
		{name: "Newer, it is", o: ftpwire.TransferOptions{Newer: true}, source: later, dest: earlier, moves: true, compares: "2020-02-03T05:05:06Z, the copy of 2020-02-03T04:05:06Z"},
		{name: "Newer, it is not", o: ftpwire.TransferOptions{Newer: true}, source: earlier, dest: later, same: true, why: "it is newer"},
		{name: "Newer, it is not, and the sizes differ", o: ftpwire.TransferOptions{Newer: true}, source: earlier, dest: later, why: "It has another size"},
		{name: "Newer, as old", o: ftpwire.TransferOptions{Newer: true}, source: earlier, dest: earlier, same: true, why: "it is as new"},
		{name: "Newer, as old to the second", o: ftpwire.TransferOptions{Newer: true}, source: earlier.Add(time.Second / 2), dest: earlier, same: true, why: "it is as new"},
		{name: "Newer, as old, and the sizes differ", o: ftpwire.TransferOptions{Newer: true}, source: earlier, dest: earlier, moves: true, compares: "octets"},
		{name: "Newer, no MLST", o: ftpwire.TransferOptions{Newer: true}, source: earlier, dest: later, same: true, faults: []ftptest.Fault{"mlst-unknown"}, why: "it is newer"},
		{name: "Newer, nothing there", o: ftpwire.TransferOptions{Newer: true}, none: true, moves: true},
	} {
		for _, up := range []bool{false, true} {
			name := tt.name + ", down"
			if up {
				name = tt.name + ", up"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r := newResumePlay(t, ftptest.TLSNone, tt.faults...)
				old, fresh := []byte("the old one"), []byte("something else")
				if tt.same {
					fresh = []byte("the new one")
				}
				local, remote := old, fresh
				if up {
					local, remote = fresh, old
				}
				r.setLocal(local)
				r.setRemote(remote)
				if !tt.source.IsZero() {
					if up {
						r.chtimes(tt.source, tt.dest)
					} else {
						r.chtimes(tt.dest, tt.source)
					}
				}
				var got ftpwire.TransferResult
				var err error
				if up {
					if tt.none {
						if err := r.c.Remove(t.Context(), "/f"); err != nil {
							t.Fatal(err)
						}
					}
					got, err = r.c.Upload(t.Context(), r.local, "/f", &tt.o)
				} else {
					if tt.none {
						if err := os.Remove(r.local); err != nil {
							t.Fatal(err)
						}
					}
					got, err = r.c.Download(t.Context(), "/f", r.local, &tt.o)
				}
				if tt.moves {
					if err != nil || !bytes.Equal(r.remote(), fresh) {
						t.Errorf("%v, and the copy is %q", err, r.remote())
					}
					r.wantLocal(fresh, false)
					if !strings.Contains(got.Compared, tt.compares) {
						t.Errorf("compared: %q, want %q", got.Compared, tt.compares)
					}
					return
				}
				se, ok := errors.AsType[*ftpwire.SkippedError](err)
				if !ok || !errors.Is(err, fs.ErrExist) || ftpwire.Temporary(err) || !strings.Contains(se.Reason, tt.why) {
					t.Errorf("%v; want a SkippedError: %s", err, tt.why)
				}
				r.wantLocal(local, false)
				if !bytes.Equal(r.remote(), remote) || got.Moved != 0 {
					t.Error("something was moved")
				}
			})
		}
	}
}

// A file that appears during a download with NoClobber stays.
func TestNoClobberLate(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	r.setRemote([]byte("new"))
	if err := os.Remove(r.local); err != nil {
		t.Fatal(err)
	}
	_, err := r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{NoClobber: true, Progress: func(int64, int64) { r.setLocal([]byte(asItWas)) }})
	if _, ok := errors.AsType[*ftpwire.SkippedError](err); !ok {
		t.Errorf("%v; want a SkippedError", err)
	}
	r.wantLocal([]byte(asItWas), false)
}

// An upload is not made if nothing tells whether it would replace something.
func TestNoClobberUnknown(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "mlst-unknown", "size-unknown", "cwd-anything")
	_, err := r.c.Upload(t.Context(), r.local, "/g", &ftpwire.TransferOptions{NoClobber: true})
	if err == nil || r.s.Exists("/g") {
		t.Errorf("%v; want an error, and nothing stored", err)
	}
}

// The copy has the time of the original, whichever way.
func TestKeepTime(t *testing.T) {
	inTLSModes(t, func(t *testing.T, tls tlsx.Mode) {
		for _, temp := range []bool{false, true} {
			r := newResumePlay(t, tls)
			r.setRemote([]byte("x"))
			r.chtimes(earlier.Add(123*time.Millisecond), later)
			got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{KeepTime: true, TempUpload: temp})
			if err != nil || !got.Time.Equal(earlier) || !r.remoteTime("/f").Equal(earlier) {
				t.Errorf("up: %v, %v, %v", got.Time, got.Untimed, err)
			}
			if err := r.c.Chtimes(t.Context(), "/f", later); err != nil {
				t.Fatal(err)
			}
			got, err = r.c.Download(t.Context(), "/f", r.local, &ftpwire.TransferOptions{KeepTime: true, Resume: temp})
			info, serr := os.Stat(r.local)
			if err != nil || serr != nil || !got.Time.Equal(later) || !info.ModTime().Equal(later) {
				t.Errorf("down: %v, %v, %v, %v", got.Time, got.Untimed, err, info)
			}
		}
	})
	for _, tt := range []struct {
		fault ftptest.Fault
		why   string
	}{{"mfmt-lies", "says that it is"}} {
		t.Run(string(tt.fault), func(t *testing.T) {
			r := newResumePlay(t, ftptest.TLSNone, tt.fault)
			if err := os.Chtimes(r.local, earlier, earlier); err != nil {
				t.Fatal(err)
			}
			got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{KeepTime: true})
			if err != nil || !got.Time.IsZero() || !strings.Contains(got.Untimed, tt.why) {
				t.Errorf("%v, %q, %v; want no error, and the reason", got.Time, got.Untimed, err)
			}
		})
	}
}

// What is appended is at the end once, or the error says what is there.
func TestAppendUpload(t *testing.T) {
	inTLSModes(t, func(t *testing.T, tls tlsx.Mode) {
		r := newResumePlay(t, tls)
		r.setLocal([]byte("tail"))
		for _, want := range []string{"tail", "tailtail"} {
			got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{Append: true, Require: ftpwire.ProofSize | ftpwire.ProofHash})
			if err != nil || string(r.remote()) != want || got.Before != int64(len(want)-4) {
				t.Errorf("%q, %d octets before, %v; want %q", r.remote(), got.Before, err, want)
			}
		}
	})
	t.Run("cut", func(t *testing.T) {
		t.Parallel()
		r := newResumePlay(t, ftptest.TLSNone)
		r.setRemote([]byte("head"))
		r.setLocal(noise(1, 300_000))
		r.cutter.set(100_000)
		got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{Append: true, Retry: ftpwire.Retry{Attempts: 3, Delay: -1}})
		if err == nil || ftpwire.Temporary(err) || got.Attempts != 1 {
			t.Errorf("%v after %d attempts; want an error that does not pass, after one", err, got.Attempts)
		}
		if got.Left != ftpwire.LeftPart || got.LeftSize != int64(len(r.remote())) || got.Before != 4 || got.LeftSize <= 4 {
			t.Errorf("left: %v %d, before %d; the file has %d octets", got.Left, got.LeftSize, got.Before, len(r.remote()))
		}
	})
	t.Run("no size", func(t *testing.T) {
		t.Parallel()
		r := newResumePlay(t, ftptest.TLSNone, "size-unknown")
		got, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{Append: true})
		if err != nil || got.Before != -1 || got.Proof != ftpwire.ProofReply {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{Append: true, Require: ftpwire.ProofSize})
		if _, ok := errors.AsType[*ftpwire.UnprovenError](err); !ok || string(r.remote()) != asItWas {
			t.Errorf("%v, %q", err, r.remote())
		}
	})
}

// Directories are made only if that is asked for; without it the error names the one that is missing.
func TestMakeDirs(t *testing.T) {
	inTLSModes(t, func(t *testing.T, tls tlsx.Mode) {
		r := newResumePlay(t, tls)
		for _, o := range []ftpwire.TransferOptions{{}, {TempUpload: true}, {Append: true}} {
			_, err := r.c.Upload(t.Context(), r.local, "/x/y/f", &o)
			if ne, ok := errors.AsType[*ftpwire.NoDirectoryError](err); !ok || ne.Dir != "/x/y" || !errors.Is(err, fs.ErrNotExist) || ftpwire.Temporary(err) {
				t.Errorf("%v; want a NoDirectoryError", err)
			}
		}
		for i, o := range []ftpwire.TransferOptions{{}, {TempUpload: true}, {Append: true}} {
			o.MakeDirs = true
			name := "/x" + string(rune('0'+i)) + "/y/f"
			if _, err := r.c.Upload(t.Context(), r.local, name, &o); err != nil {
				t.Error(err)
			} else if got, _ := r.s.ReadFile(name); string(got) != asItWas {
				t.Errorf("%q", got)
			}
		}
		local := filepath.Join(r.dir, "a", "b", "f")
		if _, err := r.c.Download(t.Context(), "/x0/y/f", local, &ftpwire.TransferOptions{MakeDirs: true}); err != nil {
			t.Error(err)
		}
	})
	t.Run("not allowed", func(t *testing.T) {
		t.Parallel()
		r := newResumePlay(t, ftptest.TLSNone, "stor-refused-553")
		_, err := r.c.Upload(t.Context(), r.local, "/g", &ftpwire.TransferOptions{MakeDirs: true})
		if _, ok := errors.AsType[*ftpwire.NoDirectoryError](err); ok || !refusedWith(553)(err) {
			t.Errorf("%v; want the refusal", err)
		}
	})
}

// The server chooses the name, and nothing that is there is replaced.
func TestUnique(t *testing.T) {
	inTLSModes(t, func(t *testing.T, tls tlsx.Mode) {
		r := newResumePlay(t, tls)
		if err := r.c.Mkdir(t.Context(), "/d"); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, dir := range []string{"", "/d", "/d"} {
			got, err := r.c.Upload(t.Context(), r.local, dir, &ftpwire.TransferOptions{Unique: true, KeepTime: true, Require: ftpwire.ProofSize | ftpwire.ProofHash})
			if err != nil || got.Name == "" || seen[got.Name] || got.Time.IsZero() {
				t.Fatalf("%q: %q, %q, %v", dir, got.Name, got.Untimed, err)
			}
			seen[got.Name] = true
			if name := "/" + strings.TrimPrefix(got.Name, "/"); !r.s.Exists(name) || dir != "" && !strings.HasPrefix(name, dir) {
				t.Errorf("%q is not there", name)
			}
		}
		if dir, err := r.c.Getwd(t.Context()); err != nil || dir != "/" {
			t.Errorf("the working directory is %q, %v", dir, err)
		}
	})
	t.Run("no name", func(t *testing.T) {
		t.Parallel()
		r := newResumePlay(t, ftptest.TLSNone, "stou-no-name")
		got, err := r.c.Upload(t.Context(), r.local, "", &ftpwire.TransferOptions{Unique: true})
		if err != nil || got.Name != "" || got.Proof != ftpwire.ProofReply {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = r.c.Upload(t.Context(), r.local, "", &ftpwire.TransferOptions{Unique: true, Require: ftpwire.ProofSize})
		if _, ok := errors.AsType[*ftpwire.UnprovenError](err); !ok {
			t.Errorf("%v; want an UnprovenError", err)
		}
	})
	t.Run("cut", func(t *testing.T) {
		t.Parallel()
		r := newResumePlay(t, ftptest.TLSNone)
		r.setLocal(noise(1, 300_000))
		before := r.remoteNames()
		r.cutter.set(100_000)
		if got, err := r.c.Upload(t.Context(), r.local, "", &ftpwire.TransferOptions{Unique: true}); err == nil || got.Partial != "" {
			t.Errorf("%+v, %v", got, err)
		}
		r.dial()
		if now := r.remoteNames(); now != before {
			t.Errorf("the part stays: %q, before %q", now, before)
		}
	})
}

// ALLO comes before STOR; only a server that has no space is believed.
func TestAllocate(t *testing.T) {
	for _, tt := range []struct {
		faults []ftptest.Fault
		stores bool
	}{{nil, true}, {[]ftptest.Fault{"allo-550"}, true}} {
		r := newResumePlay(t, ftptest.TLSNone, tt.faults...)
		_, err := r.c.Upload(t.Context(), r.local, "/f", &ftpwire.TransferOptions{Allocate: true})
		log := strings.Join(r.s.Commands(), "\n")
		if (err == nil) != tt.stores || !strings.Contains(log, "ALLO 9\n") || strings.Index(log, "ALLO") > strings.Index(log, "STOR") {
			t.Errorf("%v: %v\n%s", tt.faults, err, log)
		}
	}
}

// After a failed upload the result says what has the name.
func TestLeft(t *testing.T) {
	content := noise(2, 400_000)
	for _, tt := range []struct {
		name   string
		o      ftpwire.TransferOptions
		faults []ftptest.Fault
		cut    bool
		want   ftpwire.Left
	}{
		{"refused", ftpwire.TransferOptions{}, []ftptest.Fault{"stor-refused-553"}, false, ftpwire.LeftOld},
		{"cut", ftpwire.TransferOptions{}, nil, true, ftpwire.LeftPart},
		{"cut, under a temporary name", ftpwire.TransferOptions{TempUpload: true}, nil, true, ftpwire.LeftOld},
		{"cut, no SIZE, no MLST", ftpwire.TransferOptions{}, []ftptest.Fault{"size-unknown", "mlst-unknown"}, true, ftpwire.LeftUnknown},
		{"rename refused", ftpwire.TransferOptions{TempUpload: true}, []ftptest.Fault{"rnto-name-550"}, false, ftpwire.LeftOld},
		{"rename loses it", ftpwire.TransferOptions{TempUpload: true}, []ftptest.Fault{"rnto-loses"}, false, ftpwire.LeftUnknown},
		{"truncated", ftpwire.TransferOptions{}, []ftptest.Fault{"stor-truncated-250"}, false, ftpwire.LeftPart},
		{"truncated, under a temporary name", ftpwire.TransferOptions{TempUpload: true}, []ftptest.Fault{"stor-truncated-250"}, false, ftpwire.LeftOld},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newResumePlay(t, ftptest.TLSNone, tt.faults...)
			r.setLocal(content)
			r.setRemote([]byte(asItWas))
			if tt.cut {
				r.cutter.set(100_000)
			}
			got, err := r.c.Upload(t.Context(), r.local, "/f", &tt.o)
			if err == nil || got.Left != tt.want {
				t.Fatalf("%v, left: %v; want an error, and %v", err, got.Left, tt.want)
			}
			switch is := r.remote(); {
			case tt.want == ftpwire.LeftOld && string(is) != asItWas:
				t.Errorf("the old file is not there any more")
			case tt.want == ftpwire.LeftPart && got.LeftSize != int64(len(is)):
				t.Errorf("the file has %d octets, not %d", len(is), got.LeftSize)
			}
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		for _, temp := range []bool{false, true} {
			r := newResumePlay(t, ftptest.TLSNone)
			r.setLocal(content)
			r.setRemote([]byte(asItWas))
			ctx, cancel := context.WithCancel(t.Context())
			begun := time.Now()
			got, err := r.c.Upload(ctx, r.local, "/f", &ftpwire.TransferOptions{TempUpload: temp, Progress: func(int64, int64) { cancel() }})
			if !errors.Is(err, context.Canceled) || time.Since(begun) > 5*time.Second {
				t.Errorf("%v after %v", err, time.Since(begun))
			}
			if want := map[bool]ftpwire.Left{true: ftpwire.LeftOld}[temp]; temp && got.Left != want || got.Left == ftpwire.LeftUnasked {
				t.Errorf("left: %v", got.Left)
			}
			if left := r.c.Settle(t.Context()); len(left) > 0 {
				t.Errorf("left: %q", left)
			}
		}
	})
}

// A success whose text says that records were cut is none.
func TestTruncatedReply(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone, "stor-truncated-250")
	got, err := r.c.Upload(t.Context(), r.local, "/f", nil)
	if ue, ok := errors.AsType[*ftpwire.UnprovenError](err); !ok || !strings.Contains(ue.Error(), "truncated") || ftpwire.Temporary(err) {
		t.Errorf("%v; want an UnprovenError", err)
	}
	if got.Data.Final != "Transfer completed (data was truncated)" {
		t.Errorf("the final reply: %q", got.Data.Final)
	}
	r = newResumePlay(t, ftptest.TLSNone, "stor-job-250")
	if got, err = r.c.Upload(t.Context(), r.local, "/f", nil); err != nil {
		t.Error(err)
	}
	if remark, lines := protocol.RemarkOf(got.Data.Final, "/f"); remark != protocol.Remarked || lines != "It is known to JES as JOB00042" {
		t.Errorf("%v %q", remark, lines)
	}
}

// Options that exclude each other are refused before anything is sent.
func TestOptionsConflict(t *testing.T) {
	r := newResumePlay(t, ftptest.TLSNone)
	sent := len(r.s.Commands())
	for _, o := range []ftpwire.TransferOptions{
		{Append: true, Resume: true}, {Append: true, TempUpload: true}, {Append: true, NoClobber: true}, {Append: true, Unique: true},
		{Unique: true, Newer: true}, {Unique: true, TempUpload: true}, {Resume: true, NoClobber: true}, {From: 3},
	} {
		if _, err := r.c.Upload(t.Context(), r.local, "/f", &o); !isOptions(err) {
			t.Errorf("up %+v: %v", o, err)
		}
	}
	for _, o := range []ftpwire.TransferOptions{{Append: true}, {Unique: true}, {Allocate: true}, {From: 5, To: 5}, {From: -1}, {To: -1}, {From: 1, Resume: true}} {
		if _, err := r.c.Download(t.Context(), "/f", r.local, &o); !isOptions(err) {
			t.Errorf("down %+v: %v", o, err)
		}
	}
	for _, o := range []ftpwire.TransferOptions{{NoClobber: true}, {Newer: true}, {KeepTime: true}, {MakeDirs: true}} {
		if _, err := r.c.Get(t.Context(), "/f", &bytes.Buffer{}, &o); !isOptions(err) {
			t.Errorf("Get %+v: %v", o, err)
		}
	}
	if n := len(r.s.Commands()) - sent; n != 0 {
		t.Errorf("%d commands were sent", n)
	}
}

func isOptions(err error) bool {
	_, ok := errors.AsType[*ftpwire.OptionsError](err)
	return ok
}
