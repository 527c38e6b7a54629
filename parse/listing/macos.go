package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// macosMinFork is less than the size of the smallest resource fork: a map without resources takes 286 octets.
const macosMinFork = 256

// readMacOS reads the listings of servers on classic Mac OS (NetPresenz, Peter Lewis' FTPd, WebSTAR, Rumpus). They
// look like those of Unix, but have no link count, owner or group. Files have the sizes of the resource fork and of
// the data fork, then the sum of both; folders the word "folder" and the number of what is in them:
//
//	-rw-r--r--     326  1391972  1392298 Nov 22  1995 MegaPhone.sit
//	drwxr-xr-x           folder        2 May 10  1996 network
//
// Three numbers may be links, owner and size as well. They are forks if they add up, and if the first is no
// link count. WebSTAR's don't add up; they are taken where the listing is known to be of this dialect, and, if that
// was asked for, lines of Unix are read too: servers print them for what has no forks.
func readMacOS(l *lister, w *words, e *Entry) error {
	mode := w.word(0)
	if len(mode) != 10 || !isMode(mode[1:]) || mode[0] != '-' && mode[0] != 'd' && mode[0] != 'l' {
		return errOther
	}
	known := l.cur != nil && l.cur.name == "macos"
	date, ok := macosColumns(w, known)
	if ok {
		if s, next := w.dateOrForm(date); next > 0 && next < w.n {
			e.Kind, e.Mode = unixKind(mode[0]), mode[1:]
			if e.Kind != KindDir {
				e.Size, _ = scan.Size(w.word(date - 1))
			}
			e.macosName(w.line[w.after(next-1):])
			s.settle(e, &l.o)
			return nil
		}
	}
	if len(l.order) == 1 && w.word(2) != "folder" {
		return readUnix(l, w, e)
	}
	return errOther
}

// macosColumns returns the index of the word where the date starts, if "folder" and a number, or the sizes of
// forks stand between it and the mode.
func macosColumns(w *words, known bool) (date int, ok bool) {
	if w.word(1) == "folder" {
		return 3, w.word(0)[0] == 'd' && scan.IsDigitsOrOdd(w.word(2))
	}
	if w.word(0)[0] == 'd' || !scan.AllDigits(w.word(1)) || !scan.AllDigits(w.word(2)) || !scan.AllDigits(w.word(3)) {
		return 0, false
	}
	return 4, known || macosForks(w.word(1), w.word(2), w.word(3))
}

// macosForks reports whether three numbers are the sizes of resource fork, data fork and file.
func macosForks(resource, data, sum string) bool {
	r, _ := scan.Size(resource)
	if r == 0 {
		return data == sum
	}
	d, _ := scan.Size(data)
	total, _ := scan.Size(sum)
	return r >= macosMinFork && d >= 0 && total >= r && total-r == d
}

// macosName sets the name, and the target of an alias.
func (e *Entry) macosName(name string) {
	e.Name = name
	if e.Kind == KindLink {
		if link, target, ok := strings.Cut(name, " -> "); ok && link != "" {
			e.Name, e.Target = link, target
		}
	}
}
