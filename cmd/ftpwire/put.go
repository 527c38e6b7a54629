package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/protocol/errtext"
)

func (a *app) putCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "put FILE URL | put FILE... URL/",
		Short: "Copy files to a server",
		Long: `Copies a file to a server. "-" is standard input. If the URL ends in / or names a
directory, the file keeps its name there. An existing file is replaced. Several files, and
with --recursive directories, go to the directory of the URL.

Exit code 0 means that the server has confirmed the file. If the server can tell sizes,
the size was compared.

With --resume, an upload that failed goes on after what the server has of the file, if a
hash, or the last 64 KiB read back, prove that this is the beginning of the file. With
--temp nobody sees half a file. --verify and --require say what must prove that the file
is complete and right; --format json tells what proved it.

Of several files, each keeps its name there; of "." and "..", what is in it goes there. What
fails does not stop the rest; a summary counts it. Symbolic links below a directory are not
followed. --files-from reads names from a file.`,
		Example: `  ftpwire put report.pdf ftpes://alice@ftp.example.com/pub/
  ftpwire put -r *.csv site ftpes://alice@ftp.example.com/in/
  tar c src | ftpwire put - ftpes://alice@ftp.example.com/src.tar
  ftpwire put --temp --retry 5 --verify disk.img ftpes://alice@ftp.example.com/images/`,
		Args: nargs(2, -1, "FILE and URL are needed"),
	}
	f.addFileFlags(cmd)
	f.transferFlags.add(cmd, false)
	f.manyFlags.add(cmd, sectionTransfer, "copy directories, with all that is in them", "names")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := f.manyFlags.check(); err != nil {
			return err
		}
		last := len(args) - 1
		if isManyPut(&f, args[:last]) {
			return a.putMany(cmd, &f, args[:last], args[last])
		}
		return a.put(&f, args[0], args[1])
	}
	return cmd
}

func (a *app) put(f *connFlags, local, rawURL string) error {
	a.once = local == "-"
	if err := f.checkCopy(false); err != nil {
		return err
	}
	l, err := a.locate(f, rawURL)
	if err != nil {
		return err
	}
	if l.Dir {
		return usagef("a URL with ;type=d asks for the names in a directory; without it, and with a slash at the end, the file is put into the directory")
	}
	if local != "-" {
		info, err := os.Stat(local)
		if err != nil {
			return cannot(err)
		}
		if info.IsDir() {
			return &usageError{err: errtext.Errorf("%s: is a directory", local), hint: "--recursive copies directories with what is in them."}
		}
	} else if err := f.only("standard input can't be read twice", namedFlag{"--allocate", f.allocate}); err != nil {
		return err
	} else if f.passwordFile == "-" {
		return usagef("both the file and the password are to come from standard input")
	}
	if local == "-" && intoDir(l.Path) && !f.unique {
		return errUnnamed
	}
	return a.withLocation(f, l, func(c *ftpwire.Client) error {
		if f.unique {
			r, err := a.upload(c, f, local, bare(l.Path))
			return onPath(l.Path, a.finish(f, false, local, l.Path, r, err))
		}
		remote, err := remoteName(local, l.Path)
		if err != nil {
			return err
		}
		// To ask first whether the path is that of a directory would cost every upload
		// several round trips. A server refuses to store under a directory's name, but a
		// temporary file has another name.
		if (f.temp || f.noClobber || f.newer || f.append) && !intoDir(l.Path) && a.provenDir(c, l.Path) {
			if remote, err = remoteName(local, l.Path+"/"); err != nil {
				return err
			}
		}
		r, err := a.upload(c, f, local, remote)
		if remote == l.Path && mayBeDir(err) && a.provenDir(c, l.Path) {
			if remote, err = remoteName(local, l.Path+"/"); err != nil {
				return err
			}
			r, err = a.upload(c, f, local, remote)
		}
		return onPath(remote, a.finish(f, false, local, remote, r, err))
	})
}

var errUnnamed = &usageError{
	err:  errors.New("the URL names a directory, and standard input has no name"),
	hint: "Put the name of the file after the directory.",
}

// intoDir reports whether a path by itself says that it names a directory.
func intoDir(path string) bool { return path == "" || strings.HasSuffix(path, "/") }

// remoteName returns the path to store to.
func remoteName(local, path string) (string, error) {
	if !intoDir(path) {
		return path, nil
	}
	if local == "-" {
		return "", errUnnamed
	}
	name := filepath.Base(local)
	if strings.ContainsAny(name, "\r\n\x00") {
		return "", usagef("the name %q can't be sent in an FTP command", name)
	}
	return join(path, name), nil
}

func (a *app) upload(c *ftpwire.Client, f *connFlags, local, remote string) (r ftpwire.TransferResult, err error) {
	if local == "-" {
		o := &ftpwire.TransferOptions{}
		f.copyFlags.set(o)
		r, err = c.Put(a.ctx, remote, a.input(), o)
		if a.ctx.Err() != nil {
			a.settleLeft(c, &f.transferFlags, remote, -1, &r)
		}
		return r, err
	}
	b := a.barFor(f, filepath.Base(local))
	r, err = c.Upload(a.ctx, local, remote, a.options(&f.transferFlags, b))
	b.end(err)
	if a.ctx.Err() != nil {
		a.settleLeft(c, &f.transferFlags, remote, sizeHere(local), &r)
	}
	return r, err
}

// sizeHere returns the size of a local file, -1 if it is none.
func sizeHere(local string) int64 {
	if info, err := os.Stat(local); err == nil && info.Mode().IsRegular() {
		return info.Size()
	}
	return -1
}
