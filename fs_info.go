package ftpwire

import (
	"io/fs"
	"time"

	"github.com/ftpwire/ftpwire/parse/listing"
)

// A fileInfo is an entry of a listing as package fs has it.
type fileInfo struct {
	name string
	e    listing.Entry
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Mode() fs.FileMode  { return fileMode(i.e) }
func (i fileInfo) ModTime() time.Time { return i.e.Time }
func (i fileInfo) IsDir() bool        { return isDirectory(i.e) }
func (i fileInfo) Sys() any           { return i.e }

// Size is -1 for a file whose size is not known, so that it is not taken for an empty one.
func (i fileInfo) Size() int64 {
	if !i.Mode().IsRegular() {
		return max(i.e.Size, 0)
	}
	return i.e.Size
}

// fileMode returns the type and the permissions of an entry. Permissions that are not known are those to read.
func fileMode(e listing.Entry) fs.FileMode {
	mode := permissionsOf(e.Mode)
	if e.Mode == "" {
		mode = 0o444
		if isDirectory(e) {
			mode = 0o555
		}
	}
	switch {
	case isDirectory(e):
		mode |= fs.ModeDir
	case e.Kind == listing.KindLink:
		mode |= fs.ModeSymlink
	case e.Kind != listing.KindFile:
		mode |= fs.ModeIrregular
	}
	return mode
}

// permissionsOf reads letters such as "rwsr-x--T".
func permissionsOf(letters string) (mode fs.FileMode) {
	for i := range min(len(letters), 9) {
		bit, special := fs.FileMode(1)<<(8-i), [...]fs.FileMode{fs.ModeSetuid, fs.ModeSetgid, fs.ModeSticky}[i/3]
		switch letters[i] {
		case 'r', 'w', 'x':
			mode |= bit
		case 's', 't':
			mode |= bit | special
		case 'S', 'T':
			mode |= special
		}
	}
	return mode
}

// exactSize reports whether a size is in octets for certain. In the listings of other systems it may be a number of blocks.
func exactSize(e listing.Entry) bool {
	return e.Dialect == "" || e.Dialect == "mlsx" || e.Dialect == "unix"
}
