package ftpwire

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

var errIsDirectory = errors.New("is a directory")

// errBusy is the cause of a *fs.PathError about a part that another process holds.
var errBusy = errors.New("another download to the same file is under way")

// A part is the local file that a download goes to until it is complete.
type part struct {
	f      *os.File
	size   int64 // of what an earlier attempt left
	resume bool
	named  bool // it is a part no longer
}

// partOrigin is what the file beside a part says: which remote file it is of.
type partOrigin struct {
	Server string    `json:"server"` // host and port
	Path   string    `json:"path"`
	Size   int64     `json:"size"`
	Time   time.Time `json:"time"`
}

// PartialName returns the name under which a download to local with
// [TransferOptions.Resume] keeps its data until it is complete: in the same
// directory, "." before the name and ".ftpwire-part" behind it. The file that says
// what it is a part of has ".json" behind that.
func PartialName(local string) string {
	dir, base := filepath.Split(local)
	return dir + "." + shorten(base) + ".ftpwire-part"
}

// shorten makes room for what is added to a name within the usual limit of 255
// bytes. Names that differ still do.
func shorten(base string) string {
	if len(base) <= 200 {
		return base
	}
	sum := sha256.Sum256([]byte(base))
	return base[:180] + "-" + hex.EncodeToString(sum[:8])
}

// openPart opens the part of a download to local: what an earlier attempt left if
// resume is set, else a new one with a name of its own.
func openPart(local string, resume bool) (*part, error) {
	if !resume {
		f, err := createTemp(local)
		if err != nil {
			return nil, err
		}
		return &part{f: f}, nil
	}
	name := PartialName(local)
	for {
		// What a link leads to is not ours to write.
		if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
			return nil, errNotRegular(name)
		}
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		info, err := lockPart(f)
		switch {
		case err == errGone:
			f.Close() // whom it belonged to has given it its name just now
			continue
		case err != nil:
			f.Close()
			return nil, err
		}
		return &part{f: f, size: info.Size(), resume: true}, nil
	}
}

func errNotRegular(name string) error {
	return &fs.PathError{Op: "open", Path: name, Err: errors.New("is no regular file")}
}

var errGone = errors.New("the file has another name now")

// lockPart keeps other processes away from an open part.
func lockPart(f *os.File) (fs.FileInfo, error) {
	if err := lockFile(f); err != nil {
		return nil, &fs.PathError{Op: "lock", Path: f.Name(), Err: errBusy}
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular(f.Name())
	}
	if now, err := os.Lstat(f.Name()); err != nil || !os.SameFile(info, now) {
		return nil, errGone
	}
	return info, nil
}

// createTemp creates a temporary file beside local, with the permissions that local
// would have got.
func createTemp(local string) (*os.File, error) {
	dir, base := filepath.Split(local)
	return os.OpenFile(dir+"."+shorten(base)+".part-"+rand.Text()[:8], os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
}

func (p *part) originName() string { return p.f.Name() + ".json" }

// origin returns what is known about the part, false if nothing that can be read.
func (p *part) origin() (o partOrigin, ok bool) {
	f, err := os.Open(p.originName())
	if err != nil {
		return o, false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<16))
	return o, err == nil && json.Unmarshal(b, &o) == nil
}

// setOrigin notes which file the part is of, before data of it go there.
func (p *part) setOrigin(o partOrigin) error {
	if !p.resume {
		return nil
	}
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return os.WriteFile(p.originName(), append(b, '\n'), 0o666)
}

// restart empties the part.
func (p *part) restart() error {
	if err := p.f.Truncate(0); err != nil {
		return err
	}
	p.size = 0
	_, err := p.f.Seek(0, io.SeekStart)
	return err
}

// commit gives the part its name, once its data are on disk.
func (p *part) commit(local string) error {
	if err := p.f.Sync(); err != nil {
		return err
	}
	if p.resume && runtime.GOOS != "windows" {
		// The lock, which ends with the file, has to last until the name is gone.
		defer p.f.Close()
	} else if err := p.f.Close(); err != nil {
		return err
	}
	if err := os.Rename(p.f.Name(), local); err != nil {
		return err
	}
	p.named = true
	if p.resume {
		os.Remove(p.originName())
	}
	return syncDir(filepath.Dir(local))
}

// leave ends a part that did not become the file. It returns its name if something
// was kept that can be resumed.
func (p *part) leave() string {
	if p.named {
		return "" // what has the name of the part now is another's
	}
	// By its name: the file is closed where it could not be renamed.
	if info, err := os.Stat(p.f.Name()); p.resume && err == nil && info.Size() > 0 {
		p.f.Sync()
		p.f.Close()
		return p.f.Name()
	}
	if p.resume {
		os.Remove(p.originName())
	}
	if runtime.GOOS == "windows" {
		p.f.Close() // open files can't be removed there
	}
	os.Remove(p.f.Name())
	p.f.Close()
	return ""
}

// syncDir makes a rename last. Systems and file systems that can't are let off.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil // renamed it is; a directory may be closed to readers
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !isInvalid(err) {
		return err
	}
	return nil
}
