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
	"syscall"
	"time"

	"github.com/ftpwire/ftpwire/tlsx/statefile"
)

var errIsDirectory = errors.New("is a directory")

// errBusy is the cause of a *fs.PathError about a part that another process holds.
var errBusy = errors.New("another download to the same file is under way")

// A part is the local file that a download goes to until it is complete.
type part struct {
	f      *os.File
	size   int64 // of what an earlier attempt left
	resume bool
	named  bool        // it has its final name: it is no longer a part
	mode   fs.FileMode // of the file, if there is none yet that it replaces
	note   partOrigin  // what an earlier attempt noted
	noted  bool
}

// partOrigin is what the file beside a part says: which remote file the part belongs to.
type partOrigin struct {
	Server string    `json:"server"` // host and port
	Path   string    `json:"path"`
	Size   int64     `json:"size"`
	Time   time.Time `json:"time"`
}

// PartialName returns the name under which a download to local with
// [TransferOptions.Resume] keeps its data until it is complete: in the same directory,
// with "." before the name and ".ftpwire-part" after it. A second file, with ".json"
// after that, says which remote file it is a part of.
func PartialName(local string) string {
	dir, base := filepath.Split(local)
	return dir + "." + shorten(base) + ".ftpwire-part"
}

// shorten makes room for what is added to a name, within the usual limit of 255 bytes.
// Names that differ still differ after it.
func shorten(base string) string {
	if len(base) <= 200 {
		return base
	}
	sum := sha256.Sum256([]byte(base))
	return base[:180] + "-" + hex.EncodeToString(sum[:8])
}

// openPart opens the part of a download to local. If resume is set, that is what an
// earlier attempt left, otherwise a new file with a name of its own. Nobody else may read
// it.
func openPart(local string, resume bool) (*part, error) {
	mode, err := newMode(local)
	if err != nil {
		return nil, err
	}
	if !resume {
		f, err := createTemp(local)
		if err != nil {
			return nil, err
		}
		return &part{f: f, mode: mode}, nil
	}
	p, err := openKept(PartialName(local))
	if err != nil {
		return nil, err
	}
	p.mode = mode
	if err = setMode(p.f, growing); err == nil { // earlier versions left it open to others
		err = p.readNote()
	}
	if err != nil {
		if p.size == 0 {
			os.Remove(p.f.Name())
		}
		p.f.Close()
		return nil, err
	}
	return p, nil
}

// openKept opens and locks the part called name, and creates it if need be.
func openKept(name string) (*part, error) {
	for {
		f, err := openOurs(name, os.O_RDWR|os.O_CREATE)
		if err != nil {
			return nil, err
		}
		info, err := lockPart(f)
		switch {
		case err == errGone:
			f.Close() // its owner has just given it its final name
			continue
		case err != nil:
			f.Close()
			return nil, err
		}
		return &part{f: f, size: info.Size(), resume: true}, nil
	}
}

var errGone = errors.New("the file has another name now")

// lockPart keeps other processes away from an open part.
func lockPart(f *os.File) (fs.FileInfo, error) {
	if err := statefile.LockOpened(f); err != nil {
		return nil, &fs.PathError{Op: "lock", Path: f.Name(), Err: errBusy}
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if now, err := os.Lstat(f.Name()); err != nil || !os.SameFile(info, now) {
		return nil, errGone
	}
	return info, nil
}

// createTemp creates a temporary file beside local, for nobody else to read.
func createTemp(local string) (*os.File, error) {
	dir, base := filepath.Split(local)
	return createNew(dir + "." + shorten(base) + ".part-" + rand.Text()[:8])
}

func createNew(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, growing)
}

// ReplaceFile writes a local file as [Client.Download] does: fill gets another file in
// the same directory, which only the user may read. If fill returns nil, that file is put
// on disk and takes the place of local, with the permissions of the file that it
// replaces, or those of a new file. Otherwise it is removed, and local stays as it was.
func ReplaceFile(local string, fill func(*os.File) error) error {
	p, err := openPart(local, false)
	if err != nil {
		return err
	}
	if err = fill(p.f); err == nil {
		err = p.commit(local, false)
	}
	p.leave()
	return err
}

func (p *part) originName() string { return p.f.Name() + ".json" }

// readNote reads what is known about the part. A note that can't be read counts as
// unknown, but something that no download can have left there is an error.
func (p *part) readNote() error {
	f, err := openOurs(p.originName(), os.O_RDONLY)
	if err != nil {
		if _, strange := errors.AsType[*PartError](err); strange {
			return err
		}
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<16))
	p.noted = err == nil && json.Unmarshal(b, &p.note) == nil
	return nil
}

// setNote notes which file the part belongs to, before its data go there. The note is
// written to a new file that takes the place of the old one: nothing that already has the
// name is written to.
func (p *part) setNote(o partOrigin) error {
	if !p.resume {
		return nil
	}
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	f, err := createNew(p.originName() + "-" + rand.Text()[:8])
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), p.originName())
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	p.note, p.noted = o, true
	return nil
}

// restart empties the part.
func (p *part) restart() error {
	if p == nil {
		return nil
	}
	if err := p.f.Truncate(0); err != nil {
		return err
	}
	p.size = 0
	_, err := p.f.Seek(0, io.SeekStart)
	return err
}

// commit gives the part its name and its permissions, once its data are on disk.
// If fresh is set, a file that has the name already stays: the error is then a *SkippedError.
func (p *part) commit(local string, fresh bool) error {
	if err := setMode(p.f, finalMode(p.f, local, p.mode)); err != nil {
		return err
	}
	if err := p.f.Sync(); err != nil {
		return err
	}
	if p.resume && runtime.GOOS != "windows" {
		// The lock, which ends with the file, has to last until the name is gone.
		defer p.f.Close()
	} else if err := p.f.Close(); err != nil {
		return err
	}
	rename := os.Rename
	if fresh {
		rename = renameNew
	}
	if err := rename(p.f.Name(), local); err != nil {
		return err
	}
	p.named = true
	if p.resume {
		os.Remove(p.originName())
	}
	return syncDir(filepath.Dir(local))
}

// renameNew is os.Rename that never replaces a file. Where there are no hard links, it looks first.
func renameNew(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return &SkippedError{Path: to, Reason: "it appeared during the transfer"}
	}
	if _, err := os.Lstat(to); err == nil {
		return &SkippedError{Path: to, Reason: "it appeared during the transfer"}
	}
	return os.Rename(from, to)
}

// leave ends a part that did not become the file. It returns its name if something
// was kept that can be resumed.
func (p *part) leave() string {
	if p.named {
		return "" // the file that now has the name of the part belongs to somebody else
	}
	// By its name: the file is closed where it could not be renamed.
	if info, err := os.Lstat(p.f.Name()); p.resume && err == nil && info.Size() > 0 {
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

// syncDir makes a rename last. It forgives systems and file systems that can't do that.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil // the rename is done; the directory may not be readable
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}
