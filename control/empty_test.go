package control_test

import (
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftpwire/ftpwire/conformance/memnet"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/datachan"
	"github.com/ftpwire/ftpwire/tlsx"
)

// cutListing plays a transfer over TLS that ends without close_notify once data was sent.
func (tc *testConn) cutListing(command, data, final string) {
	tc.t.Helper()
	raw := tc.passive()
	tc.answer(command, "150 here")
	io.WriteString(tc.secure(raw), data)
	raw.Close()
	tc.writeReply(final)
}

// nowhere is the name that STAT has to refuse.
const nowhere = ".ftpwire-nothing-has-this-name"

// wantEmptyError checks for the error of an emptiness that nothing proves.
func wantEmptyError(t *testing.T, err error, reason string) {
	t.Helper()
	te, ok := errors.AsType[*control.TransferError](err)
	ee, empty := errors.AsType[*control.EmptyError](err)
	if !ok || !empty || te.Bytes != 0 || !strings.Contains(ee.Reason, reason) {
		t.Errorf("%v; want a TransferError with an EmptyError because of %q", err, reason)
	}
}

// Somebody on the path without a key drops the data and cuts the connection off. Only the
// control connection, or another data connection that ends in order, can prove that a
// listing is empty.
func TestEmptyListingOverTLS(t *testing.T) {
	orderly := func(tc *testConn, command, data string) {
		raw := tc.passive()
		tc.answer(command, "150 here")
		conn := tc.secure(raw)
		io.WriteString(conn, data)
		conn.CloseWrite()
		tc.writeReply("226 done")
	}
	for _, tt := range []struct {
		name   string
		final  string // behind the first data connection; "" for 226 done
		play   func(tc *testConn, command string)
		reason string // "" if the listing is empty
	}{
		{"a count of nothing", "226 0 matches total", func(*testConn, string) {}, ""},
		{"STAT lists nothing", "", func(tc *testConn, _ string) {
			tc.answer("STAT .", "213-Status of .", "213 end")
			tc.answer("STAT "+nowhere, "550 no such directory")
		}, ""},
		{"STAT lists nothing of anything", "", func(tc *testConn, command string) {
			tc.answer("STAT .", "213-Status of .", "213 end")
			tc.answer("STAT "+nowhere, "213-Status of that", "213 end")
			tc.cutListing(command, "", "226 done")
			tc.cutListing(command, "", "226 done")
		}, "STAT does not list it"},
		{"STAT lists the directory itself", "", func(tc *testConn, _ string) {
			tc.answer("STAT .", "212-", "212-drwxr-xr-x 2 u g 4096 Jan  2  2024 .", "212-drwxr-xr-x 2 u g 4096 Jan  2  2024 ..", "212 end")
		}, ""},
		{"STAT lists a file", "", func(tc *testConn, _ string) {
			tc.answer("STAT .", "213-Status of .", strings.TrimSuffix(unixLine, "\r\n"), "213 end")
		}, "STAT lists entries"},
		{"STAT says something else", "", func(tc *testConn, command string) {
			tc.answer("STAT .", "211-Server status", " logged in", "211 end")
			orderly(tc, command, "")
		}, ""},
		{"STAT lists what nobody can read", "", func(tc *testConn, command string) {
			tc.answer("STAT .", "213-Status", "what is this", "213 end")
			tc.cutListing(command, "", "226 done")
			tc.cutListing(command, "", "226 done")
		}, "likewise"},
		{"the third connection ends in order", "", func(tc *testConn, command string) {
			tc.answer("STAT .", "502 no")
			tc.cutListing(command, "", "226 done")
			orderly(tc, command, "")
		}, ""},
		{"the second has an entry", "", func(tc *testConn, command string) {
			tc.answer("STAT .", "502 no")
			raw := tc.passive()
			tc.answer(command, "150 here")
			io.WriteString(tc.secure(raw), unixLine)
			tc.wantCommand("given up", "ABOR")
			tc.writeReply("426 aborted", "226 done")
		}, "it has entries"},
		{"the second is refused", "", func(tc *testConn, command string) {
			tc.answer("STAT .", "502 no")
			tc.passive()
			tc.answer(command, "425 no")
		}, "425"},
	} {
		for _, verb := range []string{"LIST", "MLSD", "NLST"} {
			for _, reset := range []bool{false, true} {
				name := verb + ", " + tt.name
				if reset {
					name += ", reset"
				}
				inBubble(t, name, func(t *testing.T) {
					tc := loginTLS(t, &control.Config{})
					l := tc.list(verb, "")
					raw := tc.passive()
					tc.answer(verb, "150 here")
					tc.secure(raw)
					if reset {
						synctest.Wait()
						raw.Reset()
					}
					raw.Close()
					final := tt.final
					if final == "" {
						final = "226 done"
					}
					tc.writeReply(final)
					tt.play(tc, verb)
					if tt.reason == "" {
						tc.wantNames(l)
					} else {
						wantEmptyError(t, l.wait(), tt.reason)
						if !reset && !errors.Is(l.err, tlsx.ErrTruncated) {
							t.Errorf("%v; want tlsx.ErrTruncated as the cause", l.err)
						}
					}
					tc.wantAlive()
				})
			}
		}
	}
}

// The man on the path lets the server end its handshake and keeps the answer: this side is
// still in its own when the server calls the transfer complete.
func TestEmptyHandshakeHeldBack(t *testing.T) {
	inBubble(t, "LIST", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		l := tc.list("LIST", "")
		tc.passive()
		tc.answer("LIST", "150 here")
		synctest.Wait()
		tc.writeReply("226 done")
		tc.answer("STAT .", "213-Status of .", strings.TrimSuffix(unixLine, "\r\n"), "213 end")
		wantEmptyError(t, l.wait(), "STAT lists entries")
		tc.wantAlive()
	})
	inBubble(t, "RETR", func(t *testing.T) {
		tc := loginTLS(t, &control.Config{})
		f := tc.retr(t.Context(), 0)
		tc.answer("TYPE I", "200 ok")
		tc.passive()
		tc.answer("RETR f", "150 here")
		synctest.Wait()
		tc.writeReply("226 done")
		tc.answer("SIZE f", "213 7")
		wantEmptyError(t, f.wait(), "SIZE says 7")
		tc.wantAlive()
	})
}

// A file of no octets whose data connection proves nothing is whole if the control
// connection says that there are none. goftp.io's server closes without a handshake then.
func TestEmptyFile(t *testing.T) {
	ends := map[string]func(tc *testConn, raw *memnet.Conn){
		"no handshake":    func(_ *testConn, raw *memnet.Conn) { raw.CloseWrite() },
		"no close_notify": func(tc *testConn, raw *memnet.Conn) { tc.secure(raw); raw.Close() },
	}
	for end, cut := range ends {
		for _, tt := range []struct {
			name          string
			offset, want  int64 // want is -1 if the caller knows no size
			prelim, final string
			size          string // the answer to SIZE, if it is asked
			reason        string // "" if the file is empty
		}{
			{"the size is known", 0, 0, "150 here", "226 done", "", ""},
			{"SIZE says so", 0, -1, "150 here", "226 done", "213 0", ""},
			{"SIZE says that the rest is nothing", 5, -1, "150 here", "226 done", "213 5", ""},
			{"150 says so", 0, -1, "150 Opening BINARY mode data connection for f (0 bytes)", "226 done", "", ""},
			{"SIZE says otherwise", 0, -1, "150 here", "226 done", "213 3", "SIZE says 3"},
			{"SIZE is refused", 0, -1, "150 here", "226 done", "502 no", "502"},
		} {
			inBubble(t, end+", "+tt.name, func(t *testing.T) {
				tc := loginTLS(t, &control.Config{})
				op := tc.async(func() error {
					d, err := tc.c.Retr(t.Context(), "f", tt.offset)
					if err != nil {
						return err
					}
					if tt.want >= 0 {
						d.Expect(tt.want)
					}
					if b, err := io.ReadAll(d); err != nil || len(b) != 0 {
						t.Errorf("%q, %v", b, err)
					}
					return d.Close()
				})
				tc.answer("TYPE I", "200 ok")
				raw := tc.passive()
				if tt.offset > 0 {
					tc.answer("REST 5", "350 ok")
				}
				tc.answer("RETR f", tt.prelim)
				cut(tc, raw)
				tc.writeReply(tt.final)
				if tt.size != "" {
					tc.answer("SIZE f", tt.size)
				}
				if tt.reason == "" {
					if err := op.wait(); err != nil {
						t.Errorf("%v; want an empty file", err)
					}
				} else {
					wantEmptyError(t, op.wait(), tt.reason)
				}
				tc.wantAlive()
			})
		}
	}
}

// vsftpd and others answer 226, and send nothing, for a directory that does not exist. Where
// ls is called, it may be the line above the entries.
func TestEmptyDirectoryIsThere(t *testing.T) {
	for _, tt := range []struct {
		name string
		mlst string // the answer to MLST, "" if it is not a feature
		cwd  string // the answer to CWD, "" if it is not asked
		pwd  string // where that leads
		want error  // nil for an empty listing
	}{
		{"MLST says that it is a directory", "250-\r\n type=dir; d\r\n250 end", "", "", nil},
		{"MLST does not find it", "550 no such file", "", "", fs.ErrNotExist},
		{"MLST refuses, CWD refuses", "501 what", "550 Failed to change directory.", "", fs.ErrNotExist},
		{"MLST refuses, CWD enters", "501 what", "250 ok", "/home/d", nil},
		{"MLST says that it is a file", "250-\r\n type=file; d\r\n250 end", "550 not a directory", "", errors.ErrUnsupported},
		{"CWD enters", "", "250 ok", "/home/d", nil},
		{"CWD stays", "", "250 ok", "/home", errors.ErrUnsupported},
		{"CWD refuses", "", "550 Failed to change directory.", "", fs.ErrNotExist},
		{"CWD refuses for now", "", "450 not now", "", errors.ErrUnsupported},
	} {
		for _, listing := range []string{"LIST", "LIST total 0", "MLSD", "NLST"} {
			inBubble(t, listing+", "+tt.name, func(t *testing.T) {
				verb, line, headed := strings.Cut(listing, " ")
				if headed {
					line += "\r\n"
				}
				tc := login(t, &control.Config{})
				if tt.mlst != "" {
					op := tc.async(func() error { return feat(t.Context(), tc.c) })
					tc.answer("FEAT", "211-", " MLST type*;", "211 end")
					tc.wantOK("FEAT", op)
				}
				l := tc.list(verb, "d")
				tc.send(verb+" d", line)
				if tt.mlst != "" {
					tc.answer("MLST d", strings.Split(tt.mlst, "\r\n")...)
				}
				if tt.cwd != "" {
					tc.answer("PWD", `257 "/home"`)
					tc.answer("CWD d", tt.cwd)
					if tt.pwd != "" {
						tc.answer("PWD", `257 "`+tt.pwd+`"`)
						tc.answer("CWD /home", "250 ok")
					}
					if tt.pwd == "/home" {
						tc.passive()
						tc.answer(verb+" "+nowhere, "425 no")
					}
				}
				switch err := l.wait(); tt.want {
				case nil:
					tc.wantNames(l)
				case fs.ErrNotExist:
					if _, ok := errors.AsType[*control.TransferError](err); !ok || !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("%v; want a TransferError that is fs.ErrNotExist", err)
					}
				default:
					if err == nil || errors.Is(err, fs.ErrNotExist) {
						t.Errorf("%v; want another error than fs.ErrNotExist", err)
					}
				}
				tc.wantAlive()
			})
		}
	}
}

// TestEmptyDirectoryWithoutPWD: where PWD does not tell the way back from CWD, a name that does
// not exist is listed: a server that refuses that would have refused the directory, too.
func TestEmptyDirectoryWithoutPWD(t *testing.T) {
	for _, pwd := range []string{`257 ""`, "502 no", "257 gone"} {
		for _, listing := range []string{"LIST", "LIST total 0", "MLSD", "NLST"} {
			for _, tt := range []struct {
				refusal string // of the name that does not exist; "" if it is listed
				ok      bool
			}{{"550 Failed to open directory.", true}, {"450 no such file", true}, {"", false}, {"425 no data connection", false}, {"500 what", false}} {
				inBubble(t, pwd+", "+listing+", "+tt.refusal, func(t *testing.T) {
					verb, line, headed := strings.Cut(listing, " ")
					if headed {
						line += "\r\n"
					}
					tc := login(t, &control.Config{})
					l := tc.list(verb, "d")
					tc.send(verb+" d", line)
					tc.answer("PWD", pwd)
					if tt.refusal == "" {
						tc.send(verb+" "+nowhere, line)
					} else {
						tc.passive()
						tc.answer(verb+" "+nowhere, tt.refusal)
					}
					err := l.wait()
					if tt.ok {
						tc.wantNames(l)
					} else if _, ok := errors.AsType[*control.EmptyError](err); !ok {
						t.Errorf("%v; want an EmptyError", err)
					}
					tc.wantAlive()
				})
			}
		}
	}
}

// Servers that call ls send what it prints, and 226.
func TestListingOfAMessage(t *testing.T) {
	const message = "none: No such file or directory\r\n"
	for _, verb := range []string{"LIST", "NLST"} {
		inBubble(t, verb, func(t *testing.T) {
			tc := login(t, &control.Config{})
			l := tc.list(verb, "none")
			tc.send(verb+" none", message)
			if verb == "NLST" { // where it may be a name
				tc.answer("PWD", `257 "/"`)
				tc.answer("CWD none", "550 no such directory")
			}
			if err := l.wait(); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v; want fs.ErrNotExist", err)
			}
			tc.wantAlive()
		})
		inBubble(t, verb+", among entries", func(t *testing.T) {
			tc := login(t, &control.Config{})
			l := tc.list(verb, "d")
			if verb == "LIST" {
				tc.send("LIST d", message+unixLine)
				if te, ok := errors.AsType[*control.TransferError](l.wait()); ok || l.err == nil {
					t.Errorf("%v, %v; want the error of one line", l.err, te)
				}
			} else {
				tc.send("NLST d", message+"f\r\n")
				tc.wantNames(l, "none: No such file or directory", "f")
			}
		})
	}
	inBubble(t, "NLST, a name", func(t *testing.T) {
		tc := login(t, &control.Config{})
		l := tc.list("NLST", "d")
		tc.send("NLST d", message)
		tc.answer("PWD", `257 "/"`)
		tc.answer("CWD d", "250 ok")
		tc.answer("PWD", `257 "/d"`)
		tc.answer("CWD /", "250 ok")
		tc.wantNames(l, "none: No such file or directory")
	})
}

// In active mode a connection that this side refused is never "nothing to send".
func TestActiveStranger(t *testing.T) {
	for _, tt := range []struct {
		size  string // the answer to SIZE, "" if the caller knows the size
		final string
		ok    bool
	}{
		{"213 0", "226 done", true},
		{"213 6", "226 done", false},
		{"502 no", "226 done", false},
		{"", "226 done", false},
		{"", "425 no data connection", false},
		{"", "426 broken off", false},
	} {
		inBubble(t, tt.size+", "+tt.final, func(t *testing.T) {
			conf := control.Config{Data: datachan.Config{Mode: datachan.ModeEPRT}}
			tc := login(t, &conf)
			f := tc.async(func() error {
				d, err := tc.c.Retr(t.Context(), "f", 0)
				if err != nil {
					return err
				}
				if tt.size == "" {
					d.Expect(6)
				}
				io.Copy(io.Discard, d)
				return d.Close()
			})
			tc.answer("TYPE I", "200 ok")
			addr := tc.takeEPRT()
			tc.answer("RETR f", "150 here")
			stranger, err := tc.net.Dial(t.Context(), netip.MustParseAddr("127.0.0.2"), netip.MustParseAddrPort(addr))
			if err != nil {
				t.Fatal(err)
			}
			defer stranger.Close()
			time.Sleep(time.Second)
			tc.writeReply(tt.final)
			if tt.size != "" {
				tc.answer("SIZE f", tt.size)
			}
			err = f.wait()
			se, refused := errors.AsType[*datachan.StrangerError](err)
			if (err == nil) != tt.ok || !tt.ok && (!refused || !strings.HasPrefix(se.Addr, "127.0.0.2:") || se.Server != serverHost) {
				t.Errorf("%v; want an error that names who was refused: %v", err, !tt.ok)
			}
			tc.wantAlive()
		})
	}
}
