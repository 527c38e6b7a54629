package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// now is the clock of all listings.
var now = time.Date(2026, 3, 10, 23, 0, 0, 0, time.UTC)

// A file is what one line of a generated listing is about.
type file struct {
	name   string
	letter byte // '-', 'd' or 'l'
	size   int64
	time   time.Time
	mode   uint32
	owner  string
	group  string
}

// files returns n files as on a server of releases: nine of ten are plain files, most of them old, names of
// one to four words, always the same.
func files(n int) []file {
	rng := rand.New(rand.NewPCG(959, 3659))
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	word := func() string {
		return pick("ledger", "release", "Photo", "index", "backup", "état", "notes", "IMG", "data", "libwire", "año", "README")
	}
	list := make([]file, n)
	for i := range list {
		f := file{letter: '-', mode: 0o644, owner: pick("ftp", "mira", "1001", "root"), group: pick("ftp", "ops", "100", "users")}
		f.size = rng.Int64N(1 << (8 + rng.IntN(30)))
		f.time = now.Add(-time.Duration(rng.Int64N(int64(8 * 365 * 24 * time.Hour)))).Truncate(time.Second)
		if rng.IntN(4) == 0 {
			f.time = now.Add(-time.Duration(rng.Int64N(int64(150 * 24 * time.Hour)))).Truncate(time.Second)
		}
		words := make([]string, 1+rng.IntN(4))
		for j := range words {
			words[j] = word()
		}
		f.name = fmt.Sprintf("%s%s%d", strings.Join(words, pick("-", "_", ".", " ")), pick("-", "_", ""), i)
		switch rng.IntN(20) {
		case 0:
			f.letter, f.mode, f.size = 'd', 0o755, 4096
		case 1:
			f.letter, f.mode, f.size = 'l', 0o777, 11
		default:
			f.name += pick(".txt", ".tar.gz", ".jpg", ".csv", "")
		}
		list[i] = f
	}
	return list
}

// rights returns the nine letters of a mode.
func rights(mode uint32) string {
	b := []byte("rwxrwxrwx")
	for i := range b {
		if mode&(1<<(8-i)) == 0 {
			b[i] = '-'
		}
	}
	return string(b)
}

// unixListing returns the lines of "ls -l".
func unixListing(list []file) string {
	var b strings.Builder
	for _, f := range list {
		layout, name := "Jan _2  2006", f.name
		if now.Sub(f.time) < 180*24*time.Hour {
			layout = "Jan _2 15:04"
		}
		if f.letter == 'l' {
			name += " -> ../current"
		}
		fmt.Fprintf(&b, "%c%s %3d %-8s %-8s %12d %s %s\r\n", f.letter, rights(f.mode), 1, f.owner, f.group, f.size,
			f.time.Format(layout), name)
	}
	return b.String()
}

// mlsdListing returns the lines of MLSD with the facts that ProFTPD sends.
func mlsdListing(list []file) string {
	var b strings.Builder
	for i, f := range list {
		kind, perm, size := "file", "adfrw", fmt.Sprintf("size=%d;", f.size)
		switch f.letter {
		case 'd':
			kind, perm, size = "dir", "flcdmpe", ""
		case 'l':
			kind = "OS.unix=symlink"
		}
		fmt.Fprintf(&b, "modify=%s;perm=%s;%stype=%s;unique=FD00U%X;UNIX.group=%d;UNIX.groupname=%s;UNIX.mode=%04o;UNIX.owner=%d;UNIX.ownername=%s; %s\r\n",
			f.time.Format("20060102150405"), perm, size, kind, 0xC0000+i, 100, f.group, f.mode, 1001, f.owner, f.name)
	}
	return b.String()
}
