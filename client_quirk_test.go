package ftpwire_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/conformance/ftptest"
	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/ftpwire/ftpwire/protocol"
)

// A script is a server that answers by a table.
type script struct {
	greeting string
	replies  map[string]string // by command line; "" is silence, hangUp the end; 502 where none is given
	data     map[string]string // by command line: what a transfer sends
	ends     map[string]string // by command line: its final reply, if that is not "226 done"

	heard func(line string) // called for each command, if not nil

	mu   sync.Mutex
	got  []string // commands behind the login
	note []string // what the client noted
}

func (s *script) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// profile starts the server in memory.
func (s *script) profile(t *testing.T, policy control.QuirkPolicy) *ftpwire.Profile {
	t.Helper()
	network := &memnet.Network{}
	ln, err := network.Listen(netip.MustParseAddrPort("127.0.0.1:21"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go s.serve(network, ln)
	p := &ftpwire.Profile{Host: "127.0.0.1", User: "user", Password: "password", Config: control.Config{Security: control.SecurityNone, Quirks: policy}}
	p.Dial = func(ctx context.Context, n, address string) (net.Conn, error) {
		return network.DialContext(ctx, n, address)
	}
	p.Trace = func(e control.TraceEvent) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if e.Kind == control.TraceNote {
			s.note = append(s.note, e.Text)
		}
	}
	return p
}

// connect starts the server in memory and logs in to it.
func (s *script) connect(t *testing.T, policy control.QuirkPolicy) *ftpwire.Client {
	t.Helper()
	c, err := ftpwire.Dial(t.Context(), s.profile(t, policy))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Conn().Close() })
	s.mu.Lock()
	s.got = nil
	s.mu.Unlock()
	return c
}

func (s *script) serve(network *memnet.Network, ln *memnet.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go s.session(network, conn)
	}
}

func (s *script) session(network *memnet.Network, conn net.Conn) {
	defer conn.Close()
	greeting := s.greeting
	if greeting == "" {
		greeting = "220 ready"
	}
	fmt.Fprintf(conn, "%s\r\n", greeting)
	var passive *memnet.Listener
	for r := bufio.NewReader(conn); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\r\n")
		if s.heard != nil {
			s.heard(line)
		}
		s.mu.Lock()
		s.got = append(s.got, line)
		reply, known := s.replies[line]
		data, transfer := s.data[line]
		s.mu.Unlock()
		switch {
		case known && reply == hangUp:
			return
		case line == "EPSV" && !known:
			passive, _ = network.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
			reply = fmt.Sprintf("229 ok (|||%d|)", passive.Addr().(*net.TCPAddr).Port)
		case line == "PASV" && !known:
			passive, _ = network.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
			port := passive.Addr().(*net.TCPAddr).Port
			reply = fmt.Sprintf("227 ok (127,0,0,1,%d,%d)", port/256, port%256)
		case transfer:
			dc, err := passive.Accept()
			if err != nil {
				return
			}
			io.WriteString(dc, data)
			dc.Close()
			passive.Close()
			end, ok := s.ends[line]
			if !ok {
				end = "226 done"
			}
			reply = "150 here\r\n" + end
		case !known:
			reply = "502 no"
			switch verb, _, _ := strings.Cut(line, " "); verb {
			case "USER":
				reply = "331 password"
			case "PASS":
				reply = "230 in"
			case "TYPE":
				reply = "200 ok"
			}
		}
		if reply != "" {
			fmt.Fprintf(conn, "%s\r\n", reply)
		}
	}
}

// hangUp in place of a reply ends the session.
const hangUp = "(hang up)"

func names(ctx context.Context, c *ftpwire.Client, path string) (list []string, err error) {
	for e, err := range c.Entries(ctx, path) {
		if err != nil {
			return list, err
		}
		list = append(list, e.Name)
	}
	return list, nil
}

const (
	featMLST = "211-x\r\n MLST type*;size*;\r\n SIZE\r\n211 end"
	featNone = "211-x\r\n TVFS\r\n211 end"
	lsLine   = "-rw-r--r-- 1 u g 3 Jan 01 2000 f\r\n"
)

// A clientPlay is one use of a server with a quirk.
type clientPlay struct {
	name   control.QuirkName // of the quirk
	server *script
	use    func(ctx context.Context, c *ftpwire.Client) (any, error)
	want   map[string]any // by "detected" or "off", "forbidden", "forced"; an error is wanted if absent
	sent   map[string][]string
}

var clientPlays = []clientPlay{
	{
		name:   control.QuirkMLSDBroken,
		server: &script{replies: map[string]string{"FEAT": featMLST, "MLSD": "500 unknown", "SYST": "215 UNIX"}, data: map[string]string{"LIST": lsLine}},
		use:    func(ctx context.Context, c *ftpwire.Client) (any, error) { return names(ctx, c, "") },
		want:   map[string]any{"detected": []string{"f"}, "forced": []string{"f"}},
		sent: map[string][]string{
			"detected":  {"EPSV", "MLSD", "SYST", "EPSV", "LIST"},
			"forbidden": {"EPSV", "MLSD"},
			"forced":    {"SYST", "EPSV", "LIST"},
		},
	},
	{
		name: control.QuirkMLSDBroken,
		server: &script{replies: map[string]string{"FEAT": featMLST, "MLSD": "", "ABOR": "426 aborted\r\n226 done"},
			data: map[string]string{"LIST": lsLine}},
		use:  func(ctx context.Context, c *ftpwire.Client) (any, error) { return names(ctx, c, "") },
		want: map[string]any{"detected": []string{"f"}, "forced": []string{"f"}},
		sent: map[string][]string{
			"detected":  {"EPSV", "MLSD", "ABOR", "SYST", "EPSV", "LIST"},
			"forbidden": {"EPSV", "MLSD", "ABOR"},
			"forced":    {"SYST", "EPSV", "LIST"},
		},
	},
	{
		name: control.QuirkMLSDBroken,
		server: &script{replies: map[string]string{"FEAT": featMLST, "ABOR": "226 done"},
			data: map[string]string{"MLSD": lsLine, "LIST": lsLine}},
		use:  func(ctx context.Context, c *ftpwire.Client) (any, error) { return names(ctx, c, "") },
		want: map[string]any{"detected": []string{"f"}, "forced": []string{"f"}},
	},
	{
		name:   control.QuirkMLSTUnlisted,
		server: &script{replies: map[string]string{"FEAT": featNone, "SYST": "215 UNIX"}, data: map[string]string{"LIST": lsLine, "MLSD": "type=file; g\r\n"}},
		use:    func(ctx context.Context, c *ftpwire.Client) (any, error) { return names(ctx, c, "") },
		want:   map[string]any{"off": []string{"f"}, "forced": []string{"g"}},
		sent:   map[string][]string{"off": {"SYST", "EPSV", "LIST"}, "forced": {"EPSV", "MLSD"}},
	},
	{
		name:   control.QuirkMLSTUnlisted, // forced in vain
		server: &script{replies: map[string]string{"FEAT": featNone}, data: map[string]string{"LIST": lsLine}},
		use:    func(ctx context.Context, c *ftpwire.Client) (any, error) { return names(ctx, c, "") },
		want:   map[string]any{"off": []string{"f"}, "forced": []string{"f"}},
		sent:   map[string][]string{"off": {"SYST", "EPSV", "LIST"}, "forced": {"EPSV", "MLSD", "SYST", "EPSV", "LIST"}},
	},
	{
		name:   control.QuirkSIZEUnlisted,
		server: &script{replies: map[string]string{"FEAT": featNone, "SIZE f": "213 4"}, data: map[string]string{"RETR f": "abc"}},
		use: func(ctx context.Context, c *ftpwire.Client) (any, error) {
			r, err := c.Get(ctx, "f", io.Discard, nil)
			return r.Bytes, err
		},
		want: map[string]any{"off": int64(3)}, // forced: the file is found to be short
		sent: map[string][]string{"off": {"TYPE I", "EPSV", "RETR f"}, "forced": {"TYPE I", "SIZE f", "EPSV", "RETR f"}},
	},
	{
		name: control.QuirkSIZEUseless,
		server: &script{greeting: "220-FTPD1 IBM FTP CS V2R4 at HOST, 17:30:37 on 2026-06-25.\r\n220 ready",
			replies: map[string]string{"FEAT": "211-x\r\n SIZE\r\n211 end", "SIZE f": "213 80"}, data: map[string]string{"RETR f": "abc"}},
		use: func(ctx context.Context, c *ftpwire.Client) (any, error) {
			r, err := c.Get(ctx, "f", io.Discard, nil)
			return r.Bytes, err
		},
		want: map[string]any{"detected": int64(3), "forced": int64(3)},
		sent: map[string][]string{
			"detected":  {"TYPE I", "EPSV", "RETR f"},
			"forbidden": {"TYPE I", "SIZE f", "EPSV", "RETR f"},
			"forced":    {"TYPE I", "EPSV", "RETR f"},
		},
	},
	{
		name: control.QuirkSIZEUseless,
		server: &script{replies: map[string]string{"FEAT": "211-x\r\n SIZE\r\n211 end", "SYST": "215 MVS is the operating system of this server. FTP Server is running on z/OS.",
			"SIZE f": "213 80", "MDTM f": "213 20260102030405", "PWD": `257 "'HLQ.'" is working directory`, "CWD f": "550 no"}},
		use: func(ctx context.Context, c *ftpwire.Client) (any, error) {
			if _, err := c.Conn().Do(ctx, protocol.Command{Verb: "SYST"}); err != nil {
				return nil, err
			}
			e, err := c.Stat(ctx, "f")
			return fmt.Sprint(e.Kind, " ", e.Size), err
		},
		want: map[string]any{"detected": "file -1", "forbidden": "file 80", "forced": "file -1"},
	},
	{
		name: control.QuirkCWDOnFile,
		server: &script{replies: map[string]string{"FEAT": featNone, "SIZE f": "550 no", "MDTM f": "550 no",
			"PWD": `257 "/home"`, "CWD f": "250 ok", "CWD /home": "250 ok"}},
		use: func(ctx context.Context, c *ftpwire.Client) (any, error) {
			e, err := c.Stat(ctx, "f")
			return e.Kind.String(), err
		},
		want: map[string]any{"forbidden": "dir"},
	},
}

// A Stat that finds out about a directory by entering it leaves none behind, whatever
// happens on the way.
func TestStatGoesBack(t *testing.T) {
	replies := func(home string) map[string]string {
		return map[string]string{"SIZE d": "550 no", "MDTM d": "550 no", "PWD": `257 "/home"`, "CWD d": "250 ok", "CWD /home": home}
	}
	for _, tt := range []struct {
		name   string
		home   string // reply to the way back
		cancel string // command at which the context ends
		closed bool
	}{
		{"back", "250 ok", "", false},
		{"cancelled", "250 ok", "CWD d", false},
		{"the way back is refused", "550 no", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: replies(tt.home)}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s.heard = func(line string) {
					if line == tt.cancel {
						cancel()
						synctest.Wait()
					}
				}
				c := s.connect(t, control.QuirkPolicy{Forbid: []control.QuirkName{control.QuirkCWDOnFile}})
				e, err := c.Stat(ctx, "d")
				switch {
				case tt.cancel != "" && !errors.Is(err, context.Canceled), tt.closed && !errors.Is(err, net.ErrClosed):
					t.Errorf("%v; want the context's error, or a closed connection", err)
				case tt.cancel == "" && !tt.closed && (err != nil || e.Kind != listing.KindDir):
					t.Errorf("%v, %v; want a directory", e.Kind, err)
				}
				if got := s.commands(); got[len(got)-1] != "CWD /home" {
					t.Errorf("the client sent %q; want CWD /home last", got)
				}
			})
		})
	}
}

// Every quirk that a Client works around is played in all the ways it can be.
func TestClientQuirks(t *testing.T) {
	tested := map[control.QuirkName]bool{}
	for i, play := range clientPlays {
		tested[play.name] = true
		q, ok := control.LookupQuirk(play.name)
		if !ok || !q.Client {
			t.Errorf("%s is none of the client's quirks", play.name)
			continue
		}
		hows := []string{"detected", "forbidden", "forced"}
		if q.Mode == control.QuirkOnRequest {
			hows = []string{"off", "forced"}
		}
		for _, how := range hows {
			t.Run(fmt.Sprintf("%d %s %s", i, play.name, how), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { play.run(t, how) })
			})
		}
	}
	for q := range control.Quirks() {
		if q.Client && !tested[q.Name] {
			t.Errorf("%s is not tested", q.Name)
		}
	}
}

func (play *clientPlay) run(t *testing.T, how string) {
	s := &script{greeting: play.server.greeting, replies: play.server.replies, data: play.server.data}
	var policy control.QuirkPolicy
	switch how {
	case "forced":
		policy.Force = []control.QuirkName{play.name}
	case "forbidden":
		policy.Forbid = []control.QuirkName{play.name}
	}
	c := s.connect(t, policy)
	got, err := play.use(t.Context(), c)
	want, ok := play.want[how]
	if (err == nil) != ok {
		t.Fatalf("%v, %v; want %v", got, err, want)
	}
	if diff := cmp.Diff(want, got); ok && diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(play.sent[how], s.commands()); play.sent != nil && diff != "" {
		t.Errorf("commands mismatch (-want +got):\n%s", diff)
	}
	applied := how == "detected" || how == "forced"
	has := slices.ContainsFunc(c.Conn().Quirks(), func(a control.AppliedQuirk) bool { return a.Name == play.name })
	notes := 0
	s.mu.Lock()
	for _, n := range s.note {
		if strings.HasPrefix(n, "quirk "+string(play.name)+": ") {
			notes++
		}
	}
	s.mu.Unlock()
	if has != applied || notes == 1 != applied || notes > 1 {
		t.Errorf("applied %v, traced %d times; want %v", has, notes, applied)
	}
}

// What MLSD refuses for other reasons is no quirk, nor is a line that nobody can read.
func TestMLSDRefused(t *testing.T) {
	for _, tt := range []struct {
		name    string
		replies map[string]string
		data    map[string]string
	}{
		{"no such directory", map[string]string{"MLSD": "550 no such directory"}, nil},
		{"not now", map[string]string{"MLSD": "425 no"}, nil},
		{"a line of nothing", nil, map[string]string{"MLSD": "what is this\r\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{replies: map[string]string{"FEAT": featMLST, "ABOR": "226 done"}, data: tt.data}
				for k, v := range tt.replies {
					s.replies[k] = v
				}
				c := s.connect(t, control.QuirkPolicy{})
				if _, err := names(t.Context(), c, ""); err == nil {
					t.Error("no error")
				}
				if slices.Contains(s.commands(), "LIST") || len(c.Conn().Quirks()) > 0 {
					t.Errorf("%v, %v", s.commands(), c.Conn().Quirks())
				}
			})
		})
	}
}

// The embedded server hides its features.
func TestUnlistedFeatures(t *testing.T) {
	s, c := connect(t, ftptest.Config{Faults: []ftptest.Fault{"feat-without-mlst", "feat-without-size"}}, func(p *ftpwire.Profile) {
		p.Quirks.Force = []control.QuirkName{control.QuirkMLSTUnlisted, control.QuirkSIZEUnlisted}
	})
	if err := s.WriteFile("/f", []byte("abc")); err != nil {
		t.Fatal(err)
	}
	e, err := c.Stat(t.Context(), "/f")
	if err != nil || e.Size != 3 || e.Time.IsZero() || time.Since(e.Time) > time.Hour {
		t.Errorf("Stat: %+v, %v", e, err)
	}
	var b bytes.Buffer
	if r, err := c.Get(t.Context(), "/f", &b, nil); r.Bytes != 3 || err != nil {
		t.Errorf("Get: %d, %v", r.Bytes, err)
	}
	if list, err := names(t.Context(), c, "/"); err != nil || !slices.Contains(list, "f") {
		t.Errorf("Entries: %v, %v", list, err)
	}
}

func TestDiagnoseMeaning(t *testing.T) {
	refusal := func(code protocol.Code) *protocol.ReplyError {
		return &protocol.ReplyError{Verb: "PASS", Reply: protocol.NewReply(code, "no")}
	}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"TLS", &control.MeaningError{Reply: refusal(530), Meaning: control.ErrWantsTLS}, "Variant=ftp-tls-explicit"},
		{"users", &control.MeaningError{Reply: refusal(530), Meaning: control.ErrTooManyUsers}, "Wait"},
		{"password", &control.MeaningError{Reply: refusal(501), Meaning: errors.ErrUnsupported}, "check user name and password"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ftpwire.Diagnose(tt.err).String(); !strings.Contains(got, tt.want) {
				t.Errorf("%q; want %q in it", got, tt.want)
			}
		})
	}
}
