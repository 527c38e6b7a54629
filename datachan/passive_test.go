package datachan_test

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/protocol"
)

// T01 to T04: where a passive data connection goes, whatever the reply says.
func TestPassiveAddress(t *testing.T) {
	for _, tt := range []struct {
		name    string
		cfg     datachan.Config
		remote  string // control connection's; 127.0.0.1:21 if empty
		replies map[protocol.Verb]string
		dialled string // "": none
		note    string // part of the note, if one must be
	}{
		{"T01 227 names another host", datachan.Config{Mode: datachan.ModePASV}, "",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.2:40000")}, "127.0.0.1:40000", "127.0.0.2"},
		{"T01 227 names the metadata service", datachan.Config{Mode: datachan.ModePASV}, "",
			map[protocol.Verb]string{"PASV": pasv("169.254.169.254:40000")}, "127.0.0.1:40000", "169.254.169.254"},
		{"T01 asked for", datachan.Config{Mode: datachan.ModePASV, NAT: datachan.NATServer}, "",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.2:40000")}, "127.0.0.2:40000", ""},
		{"T01 CPSV, and 227 names another host", datachan.Config{Mode: datachan.ModeCPSV}, "",
			map[protocol.Verb]string{"CPSV": pasv("127.0.0.2:40000")}, "127.0.0.1:40000", "127.0.0.2"},
		{"T04 privileged port by CPSV", datachan.Config{Mode: datachan.ModeCPSV}, "",
			map[protocol.Verb]string{"CPSV": pasv("127.0.0.1:25")}, "", ""},
		{"no CPSV over IPv6", datachan.Config{Mode: datachan.ModeCPSV}, "[::1]:21",
			map[protocol.Verb]string{"CPSV": pasv("127.0.0.1:40000")}, "", ""},
		{"CPSV has nothing to fall back on", datachan.Config{Mode: datachan.ModeCPSV}, "",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.1:40000"), "EPSV": "229 ok (|||40000|)"}, "", ""},
		{"227 names the right host", datachan.Config{Mode: datachan.ModePASV}, "",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.1:40000")}, "127.0.0.1:40000", ""},
		{"T12 peer is an IPv4-mapped address", datachan.Config{Mode: datachan.ModePASV}, "[::ffff:127.0.0.1]:21",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.1:40000")}, "127.0.0.1:40000", ""},
		{"T02 229 names another host", datachan.Config{Mode: datachan.ModeEPSV}, "",
			map[protocol.Verb]string{"EPSV": "229 ok (|1|127.0.0.2|40000|)"}, "127.0.0.1:40000", "127.0.0.2"},
		{"T02 port 0", datachan.Config{Mode: datachan.ModeEPSV}, "",
			map[protocol.Verb]string{"EPSV": "229 ok (|||0|)"}, "", ""},
		{"T02 port 65536", datachan.Config{Mode: datachan.ModeEPSV}, "",
			map[protocol.Verb]string{"EPSV": "229 ok (|||65536|)"}, "", ""},
		{"T02 port -1", datachan.Config{Mode: datachan.ModeEPSV}, "",
			map[protocol.Verb]string{"EPSV": "229 ok (|||-1|)"}, "", ""},
		{"T04 privileged port by EPSV", datachan.Config{Mode: datachan.ModeEPSV}, "",
			map[protocol.Verb]string{"EPSV": "229 ok (|||25|)"}, "", ""},
		{"T04 privileged port by PASV", datachan.Config{Mode: datachan.ModePASV}, "",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.1:1023")}, "", ""},
		{"T04 first port allowed", datachan.Config{Mode: datachan.ModePASV}, "",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.1:1024")}, "127.0.0.1:1024", ""},
		{"T04 privileged port of another host", datachan.Config{Mode: datachan.ModePASV, NAT: datachan.NATServer}, "",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.2:25")}, "", ""},
		{"T04 control connection's port", datachan.Config{Mode: datachan.ModePASV}, "127.0.0.1:2121",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.1:2121")}, "", ""},
		{"T04 control connection's port under another name", datachan.Config{Mode: datachan.ModePASV}, "127.0.0.1:2121",
			map[protocol.Verb]string{"PASV": pasv("127.0.0.2:2121")}, "", "127.0.0.2"},
		{"EPSV over IPv6", datachan.Config{}, "[::1]:21",
			map[protocol.Verb]string{"EPSV": "229 ok (|||40000|)"}, "[::1]:40000", ""},
		{"no PASV over IPv6", datachan.Config{}, "[::1]:21",
			map[protocol.Verb]string{"EPSV": "502 no", "PASV": pasv("127.0.0.1:40000")}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{}
			for _, a := range []string{"127.0.0.1:1024", "127.0.0.1:40000", "127.0.0.2:40000", "[::1]:40000"} {
				w.listenAt(t, a)
			}
			x := onLoopback(tt.replies)
			if tt.remote != "" {
				x.remote = tt.remote
			}
			o, err := w.manager(tt.cfg).Open(t.Context(), x)
			var want []string
			if tt.dialled != "" {
				want = []string{tt.dialled}
			}
			if got := w.dialled(); !slices.Equal(got, want) {
				t.Errorf("dialled %v; want %v", got, want)
			}
			if (err == nil) != (tt.dialled != "") {
				t.Fatalf("error: %v", err)
			}
			if err == nil {
				o.Abort()
			}
			if strings.HasPrefix(tt.name, "T04 ") && tt.dialled == "" {
				if _, ok := errors.AsType[*datachan.AddressError](err); !ok {
					t.Errorf("%v; want an AddressError", err)
				}
			}
			if note := w.noted(); (tt.note == "") != (note == "") || !strings.Contains(note, tt.note) {
				t.Errorf("note %q; want %q in it", note, tt.note)
			}
		})
	}
}

// T01 with somebody listening at the address that the reply names: nobody comes.
func TestT01NobodyCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		victim := w.listenAt(t, "127.0.0.2:40000")
		right := w.listenAt(t, "127.0.0.1:40000")
		o, err := w.manager(datachan.Config{Mode: datachan.ModePASV}).Open(t.Context(), onLoopback(map[protocol.Verb]string{"PASV": pasv("127.0.0.2:40000")}))
		if err != nil {
			t.Fatal(err)
		}
		defer o.Abort()
		if _, err := right.Accept(); err != nil {
			t.Error(err)
		}
		victim.SetDeadline(time.Now().Add(time.Hour))
		if c, err := victim.Accept(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the victim was called: %v, %v", c, err)
		}
	})
}

func TestPassiveFallback(t *testing.T) {
	for _, tt := range []struct {
		name, epsv string
		want       []string // commands of two openings
	}{
		{"EPSV works", "229 ok (|||40000|)", []string{"EPSV", "EPSV"}},
		{"refused", "500 what?", []string{"EPSV", "PASV", "PASV"}},
		{"nonsense", "229 ok", []string{"EPSV", "PASV", "PASV"}},
		{"nobody there", "229 ok (|||40001|)", []string{"EPSV", "PASV", "PASV"}},
		{"filtered", "229 ok (|||40002|)", []string{"EPSV", "PASV", "PASV"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{}
				w.listenAt(t, "127.0.0.1:40000")
				w.Blackhole(netip.MustParseAddrPort("127.0.0.1:40002"))
				x := onLoopback(map[protocol.Verb]string{"EPSV": tt.epsv, "PASV": pasv("127.0.0.1:40000")})
				m := w.manager(datachan.Config{})
				for range 2 {
					o, err := m.Open(t.Context(), x)
					if err != nil {
						t.Fatal(err)
					}
					o.Abort()
				}
				if !slices.Equal(x.seen, tt.want) {
					t.Errorf("commands %v; want %v", x.seen, tt.want)
				}
			})
		})
	}
	for _, code := range []string{"421 closing", "530 not logged in"} {
		t.Run("no fallback behind "+code, func(t *testing.T) {
			x := onLoopback(map[protocol.Verb]string{"EPSV": code})
			_, err := (&world{}).manager(datachan.Config{}).Open(t.Context(), x)
			if _, ok := errors.AsType[*protocol.ReplyError](err); !ok || len(x.seen) != 1 {
				t.Errorf("%v after %v; want the refusal of EPSV", err, x.seen)
			}
		})
	}
	t.Run("fixed modes do not fall back", func(t *testing.T) {
		for mode, verb := range map[datachan.Mode]string{datachan.ModeEPSV: "EPSV", datachan.ModePASV: "PASV", datachan.ModeEPRT: "EPRT", datachan.ModePORT: "PORT"} {
			x := onLoopback(nil)
			w := &world{}
			if _, err := w.manager(datachan.Config{Mode: mode}).Open(t.Context(), x); err == nil || len(x.seen) != 1 || !strings.HasPrefix(x.seen[0], verb) {
				t.Errorf("%s: %v after %v", mode, err, x.seen)
			}
		}
	})
}

func TestPassiveConnectEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		w.Blackhole(netip.MustParseAddrPort("127.0.0.1:40000"))
		x := onLoopback(map[protocol.Verb]string{"EPSV": "229 ok (|||40000|)"})
		start := time.Now()
		_, err := w.manager(datachan.Config{Mode: datachan.ModeEPSV, ConnectTimeout: 7 * time.Second}).Open(t.Context(), x)
		wantOpenError(t, err, "EPSV")
		if took := time.Since(start); took != 7*time.Second || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v after %v; want a deadline after 7s", err, took)
		}
		reason := errors.New("the user left")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(reason) })
		start = time.Now()
		_, err = w.manager(datachan.Config{Mode: datachan.ModeEPSV}).Open(ctx, x)
		if took := time.Since(start); took != time.Second || !errors.Is(err, reason) {
			t.Errorf("%v after %v; want the cause after 1s", err, took)
		}
	})
}
