package fuzz_test

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
	"github.com/google/go-cmp/cmp"
)

// parseError checks that err is a *parse.Error about text whose offset and excerpt are sound.
func parseError(t *testing.T, text string, err error) {
	t.Helper()
	e, ok := errors.AsType[*parse.Error](err)
	if !ok {
		t.Fatalf("error of type %T: %v", err, err)
	}
	if e.Offset < 0 || e.Offset > len(text) || len(e.Text) > 120 || e.What == "" || e.Reason == "" {
		t.Fatalf("unsound error %#v for %q", e, text)
	}
	if strings.ContainsAny(e.Error(), "\r\n\x00") {
		t.Fatalf("control characters in %q", e.Error())
	}
}

// FuzzParsePASV: the result is a usable IPv4 address whose own text gives it again, with words before and
// behind it or not; an error is sound.
func FuzzParsePASV(f *testing.F) {
	for _, s := range []string{
		"Entering Passive Mode (127,0,0,1,9,17).", "=1,2,3,4,5,6", "for the data use 127,0,0,1,9,17", "(0,0,0,0,0,0)",
		"(1,2,3,4,5,6,7)", "( 1 , 2,3,4,5,6 ) (IPv4)", "(256,-1,3,4,5,6)", "1,2,3,4,5,6 7,8,9,10,11,12", "((((",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ap, err := parse.PASV(text)
		if err != nil {
			parseError(t, text, err)
			return
		}
		if !ap.Addr().Is4() || ap.Port() == 0 {
			t.Fatalf("%v from %q", ap, text)
		}
		for _, again := range []string{parse.FormatPASV(ap), parse.FormatPORT(ap), text + " " + parse.FormatPASV(ap)} {
			if got, err := parse.PASV(again); err != nil || got != ap {
				t.Fatalf("%q gives %v, %v; want %v", again, got, err, ap)
			}
		}
	})
}

// FuzzParseEPSV: the port is not 0 and survives the round trip; an address is there only if the text has one.
func FuzzParseEPSV(f *testing.F) {
	for _, s := range []string{
		"Entering Extended Passive Mode (|||6446|)", "(!!!21!)", "(|1|10.0.0.5|22|)", "(|2|::1|22|)", "(|||0|)", "(|||65536|)",
		"(|||-1|)", "(|!|22|)", "(((((21()", "(111221)", "(|||22|",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ap, err := parse.EPSV(text)
		if err != nil {
			parseError(t, text, err)
			return
		}
		if ap.Port() == 0 {
			t.Fatalf("port 0 from %q", text)
		}
		again := text + " " + parse.FormatEPSV(ap.Port())
		got, err := parse.EPSV(again)
		if err != nil || got.Port() != ap.Port() || got.Addr().IsValid() {
			t.Fatalf("%q gives %v, %v", again, got, err)
		}
	})
}

// FuzzParsePORTEPRT: what a formatter writes is read as what it was, IPv4-mapped addresses unmapped and zones
// dropped; any text is read to a value that survives the round trip, or refused with a sound error.
func FuzzParsePORTEPRT(f *testing.F) {
	f.Add("127,0,0,1,9,17", []byte{127, 0, 0, 1}, uint16(2321))
	f.Add("|1|132.235.1.2|6275|", []byte{15: 1}, uint16(21))
	f.Add("!2!::1!21!", []byte{10: 0xff, 11: 0xff, 12: 1, 15: 1}, uint16(65535))
	f.Add("|9|x|1|", []byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, text string, ip []byte, port uint16) {
		if addr, ok := netip.AddrFromSlice(ip); ok && port != 0 {
			want := netip.AddrPortFrom(addr.Unmap(), port)
			if got, err := parse.EPRT(parse.FormatEPRT(netip.AddrPortFrom(addr.WithZone("eth0"), port))); err != nil || got != want {
				t.Fatalf("EPRT of %v is %v, %v", want, got, err)
			}
			if want.Addr().Is4() {
				if got, err := parse.PORT(parse.FormatPORT(want)); err != nil || got != want {
					t.Fatalf("PORT of %v is %v, %v", want, got, err)
				}
			}
		}
		if ap, err := parse.PORT(text); err != nil {
			parseError(t, text, err)
		} else if got, err := parse.PORT(parse.FormatPORT(ap)); err != nil || got != ap {
			t.Fatalf("PORT %q: %v, then %v, %v", text, ap, got, err)
		}
		if ap, err := parse.EPRT(text); err != nil {
			parseError(t, text, err)
		} else if got, err := parse.EPRT(parse.FormatEPRT(ap)); err != nil || got != ap {
			t.Fatalf("EPRT %q: %v, then %v, %v", text, ap, got, err)
		}
	})
}

// FuzzParsePWD: PWD(QuotePath(x)) is x, whatever stands behind it, unless x can't be a directory; no result
// holds a control character.
func FuzzParsePWD(f *testing.F) {
	for _, s := range []string{
		"/", `/say "hi"`, `"`, `"/home" is cwd`, `"/home""`, `'/home' is`, "/home/me is", `C:\x`, "DISK:[A.B]", "a\r\nb", "", `""`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		control := strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
		for _, text := range []string{parse.QuotePath(s), parse.QuotePath(s) + ` is "cwd"`} {
			got, err := parse.PWD(text)
			if s == "" || control {
				if err == nil {
					t.Fatalf("%q gives %q", text, got)
				}
				parseError(t, text, err)
			} else if err != nil || got != s {
				t.Fatalf("%q gives %q, %v", text, got, err)
			}
		}
		got, err := parse.PWD(s)
		if err != nil {
			parseError(t, s, err)
		} else if got == "" || strings.ContainsAny(got, "\r\n\x00\x7f") {
			t.Fatalf("%q gives %q", s, got)
		}
	})
}

// FuzzParseFeat: no label is empty or holds a blank, no more lines come out than go in, and the list written as
// RFC 2389 wants it reads as the same list.
func FuzzParseFeat(f *testing.F) {
	for _, s := range []string{
		" MDTM\n REST STREAM\n SIZE", "211-Features:\n MLST size*;type;\n211 End", "211-FEAT\n    AUTH TLS;TLS-C;SSL;\n    PROT C;P;\n211 END",
		"211-MDTM\n211- SIZE", "\tSIZE\n\n", "FEAT\nEND", " END\n END", "a\xff b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		lines := strings.Split(s, "\n")
		feat := parse.Feat(lines)
		if feat.Len() > len(lines) {
			t.Fatalf("%d features from %d lines", feat.Len(), len(lines))
		}
		clean := []string{"Features:"}
		for label, args := range feat.All() {
			if label == "" || strings.ContainsAny(label, " \t\n") || !feat.Has(label) {
				t.Fatalf("label %q", label)
			}
			clean = append(clean, strings.TrimRight(" "+label+" "+args, " "))
		}
		again := parse.Feat(append(clean, "End"))
		if diff := cmp.Diff(pairs(feat), pairs(again)); diff != "" {
			t.Fatalf("mismatch (-first +again):\n%s", diff)
		}
		for _, list := range [][]string{feat.Auth(), feat.Prot(), again.Auth()} {
			if slices.Contains(list, "") {
				t.Fatalf("empty element in %q", list)
			}
		}
		for _, fact := range feat.Facts() {
			if fact.Name == "" || strings.ContainsAny(fact.Name, ";, ") {
				t.Fatalf("fact %q", fact.Name)
			}
		}
	})
}

// pairs returns the lines of f.
func pairs(f *parse.Features) [][2]string {
	var p [][2]string
	for label, args := range f.All() {
		p = append(p, [2]string{label, args})
	}
	return p
}

// FuzzParseTimeVal: a time survives the round trip to the second, and agrees with MDTM and Size in what is
// refused: never a panic, never a negative size.
func FuzzParseTimeVal(f *testing.F) {
	for _, s := range []string{
		"19980615100045", "19980615100045.014", "191000229013015", "20161231235960", "202402291530", "20240229", "00010101000000",
		"99991231235960", "51", "file: 213, Size =51", "18446744073709551615", "20241301000000", "x 19980615100045",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, precision, err := parse.TimeVal(s)
		switch {
		case err != nil:
			parseError(t, s, err)
		case precision == parse.PrecisionUnknown:
			if !at.IsZero() {
				t.Fatalf("%q gives %v of unknown precision", s, at)
			}
		case at.Year() <= 9999:
			again, p, err := parse.TimeVal(parse.FormatTimeVal(at))
			if err != nil || p != parse.PrecisionSecond || !again.Equal(at.Truncate(time.Second)) {
				t.Fatalf("%q gives %v, then %v, %v", s, at, again, err)
			}
		}
		if m, merr := parse.MDTM(s); merr != nil {
			parseError(t, s, merr)
		} else if err == nil && !m.Equal(at) {
			t.Fatalf("MDTM of %q is %v, time-val %v", s, m, at)
		}
		if n, err := parse.Size(s); err != nil {
			parseError(t, s, err)
		} else if n < 0 {
			t.Fatalf("size of %q is %d", s, n)
		}
	})
}

// FuzzParseMLSx: an entry, written with all its facts, reads as the same entry.
func FuzzParseMLSx(f *testing.F) {
	for _, s := range []string{
		"type=file;size=5;modify=20240229153000.5;perm=adfr;unique=8U1; a b", " type=dir; /pub", "  a", " a", "type=file;size=5 a",
		"Type=OS.unix=slink:/srv/alt;Perm=; neu", "type=OS.unix=symlink; b", "type=dir;sizd=4;size=x;UNIX.mode=04755;UNIX.uid=3; d",
		"UNIX.owner=1;UNIX.ownername=me;UNIX.group=;UNIX.gid=2; a; b=c", "type=chaos;=x; a", "size=99999999999999999999; a", "type=cdir; .",
	} {
		f.Add(s)
	}
	usual := []string{"type", "size", "modify", "perm", "unique", "unix.mode", "unix.owner", "unix.group"}
	f.Fuzz(func(t *testing.T, line string) {
		e, err := listing.MLSx(line)
		if errors.Is(err, listing.ErrNotEntry) {
			return
		}
		if err != nil {
			parseError(t, line, err)
			return
		}
		if e.Name == "" || !strings.HasSuffix(e.Raw, " "+e.Name) || e.Size < -1 {
			t.Fatalf("%q gives %+v", line, e)
		}
		if strings.ContainsAny(e.Name, "\r\n\x00") {
			if e.UnsafeName() == "" {
				t.Fatalf("name %q is called safe", e.Name)
			}
			return
		}
		names := slices.Clone(usual)
		for name := range e.Facts.All() {
			name = strings.ToLower(name)
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		text := listing.FormatMLSx(e, names)
		if text[0] == ' ' {
			return // no facts: a name with a blank in front can't be told from one in MLST
		}
		again, err := listing.MLSx(text)
		if err != nil {
			t.Fatalf("%q, written as %q: %v", line, text, err)
		}
		for _, x := range []*listing.Entry{&e, &again} { // differ by normalisation
			x.Raw, x.Facts, x.Precision, x.Time = "", "", 0, x.Time.Truncate(time.Second)
		}
		if diff := cmp.Diff(e, again); diff != "" {
			t.Fatalf("%q, written as %q: mismatch (-first +again):\n%s", line, text, diff)
		}
	})
}

// FuzzParseList: the name is part of the line, a result is complete, and reading the line twice gives the same.
func FuzzParseList(f *testing.F) {
	for _, s := range []string{
		"-rw-r--r--   1 mira     ops         40318 Feb  9 15:04 ledger-2024.csv", "drwxr-xr-x 4 7031 88 16 Aug 06  2017 ka s sa", "total 12",
		"lrwxrwxrwx 1 ops net 11 Mar  2 06:41 latest -> builds/0142", "d [RWCEAF--] mira 2048 Jan 22 07:36 belege",
		"brw-rw---- 1 ops disk 43, 6 Feb  9 15:04 tape6", "-rw-r--r-- 1 me us 12.5k 4. Juli, 09:43 x", "11-23-16  09:17PM  4063 ledger 7.csv",
		`05-19-17  02:26 PM    <JUNCTION>     Projekte [D:\ops]`, "2017-05-19  14:26       <DIR>          x", "-rw-r--r-- 1 me g123 Feb  9 15:04 a",
		"-rw-r--r-- 1 me us 5 2018-04-06 13:27:49.315 +0230 a", "-r--r--r-- 1 a b 5 6月 3日 09:15 a", "-rw-r--r-- 1 me us 5 7 19 22:54 a",
	} {
		f.Add(s)
	}
	now := time.Date(2024, 3, 10, 23, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, line string) {
		for _, o := range []listing.Options{{}, {Now: now}, {Now: now, Location: time.UTC}} {
			e, err := listing.Line(line, o)
			if err != nil {
				if !errors.Is(err, listing.ErrNotEntry) {
					parseError(t, line, err)
				}
				if e.Name != "" || !strings.HasPrefix(line, e.Raw) {
					t.Fatalf("error with %+v", e)
				}
				continue
			}
			if e.Name == "" || !inLine(e) || !strings.Contains(e.Raw, e.Target) || !strings.HasPrefix(line, e.Raw) {
				t.Fatalf("%q gives %+v", line, e)
			}
			// "<TAG>" in place of a size, where the tag is none that is known
			tagged := e.Dialect == "dos" && strings.Contains(e.Raw, "<")
			if e.Kind == listing.KindUnknown && e.Dialect != "mlsx" && !tagged || e.Size < -1 || e.Links < 0 || e.Dialect == "" || e.Time.IsZero() != (e.Precision == parse.PrecisionUnknown) {
				t.Fatalf("%q gives %+v", line, e)
			}
			if strings.HasSuffix(e.Raw, "\n") {
				continue // one more line end, which belongs to the name
			}
			if again, err := listing.Line(e.Raw, o); err != nil || cmp.Diff(e, again) != "" {
				t.Fatalf("%q read again: %v\n%s", line, err, cmp.Diff(e, again))
			}
		}
	})
}

// FuzzParseEntries: a listing reads the same at once and byte by byte, within its limits.
func FuzzParseEntries(f *testing.F) {
	f.Add("x=1; a\r\nx=1; b\n", 0, 0, int64(0))
	f.Add("total 1\r\nx=1; abcd\r\n\r\nbad\nx=1; cut", 8, 2, int64(20))
	f.Add(strings.Repeat("x=1; name\n", 5), 9, -1, int64(-1))
	f.Add(strings.Repeat("n", 40_000)+"\r\n", 20_000, 1, int64(39_000))
	f.Fuzz(func(t *testing.T, text string, line, entries int, bytes int64) {
		lim := listing.Limits{Line: line, Entries: entries, Bytes: bytes}
		whole := collect(t, strings.NewReader(text), lim)
		if diff := cmp.Diff(whole, collect(t, iotest.OneByteReader(strings.NewReader(text)), lim)); diff != "" {
			t.Fatalf("mismatch (-whole +byte by byte):\n%s", diff)
		}
		if entries > 0 && len(whole) > entries+1 {
			t.Fatalf("%d results at a limit of %d", len(whole), entries)
		}
	})
}

// collect returns a listing as text, one element for each result.
func collect(t *testing.T, r io.Reader, lim listing.Limits) []string {
	var out []string
	for e, err := range listing.Entries(r, listing.MLSx, lim) {
		if lim.Line > 0 && len(e.Raw) > lim.Line {
			t.Fatalf("line of %d bytes at a limit of %d", len(e.Raw), lim.Line)
		}
		if err != nil {
			out = append(out, e.Raw+" ! "+err.Error())
		} else {
			out = append(out, e.Raw+" -> "+e.Name)
		}
	}
	return out
}
