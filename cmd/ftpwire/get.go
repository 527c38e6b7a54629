package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/parse/listing"
)

func (a *app) getCmd() *cobra.Command {
	var f connFlags
	cmd := &cobra.Command{
		Use:   "get URL [FILE] | get URL... [DIR]",
		Short: "Copy files from a server",
		Long: `Copies a file from a server to FILE, to a file of the same name in the directory
FILE, or, without FILE, in the current directory. "-" is standard output. Several files,
what 'a*' matches, and with --recursive directories go to the directory DIR.

FILE appears, or is replaced, only when everything has arrived, the server has
confirmed it and the data is on disk. It keeps the permissions of the file that it
replaces; until then, nobody else can read it. If FILE is a symbolic link, it stays one,
and its target is replaced; a link without a target is replaced itself. A remote name
that could lead elsewhere on this computer is refused: then give FILE.

With --resume, what came before a failure is kept beside FILE, and the same command goes
on from there. Size and time on the server, or a hash, must show that it is the beginning
of the same file; its last 64 KiB are transferred again and must be the same. --retry
tries again automatically. --verify and --require say what must prove that the file is
complete and right; --format json tells what proved it.

Of several files, each has its own name in DIR. What fails does not stop the rest; a summary
counts it. Symbolic links below a directory are not followed. All that is on one server needs
one login. --files-from reads URLs from a file, which are taken as they are, without patterns.

` + patternHelp,
		Example: `  ftpwire get ftpes://alice@ftp.example.com/pub/report.pdf /tmp/
  ftpwire get -r ftpes://alice@ftp.example.com/site 'ftpes://alice@ftp.example.com/log/*.log' /srv/
  ftpwire get ftps://ftp.example.com/backup.tar - | tar t
  ftpwire get --resume --retry 5 --require hash ftps://ftp.example.com/disk.img`,
		Args: nargs(1, -1, "a URL is missing"),
	}
	f.addFileFlags(cmd)
	f.transferFlags.add(cmd, true)
	f.manyFlags.add(cmd, sectionTransfer, "copy directories, with all that is in them", "URLs")
	inSection(cmd, sectionProxy, func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.proxyGet, "proxy-get", false, "let the HTTP proxy fetch an ftp:// URL itself (GET), if it allows no connections to FTP servers")
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := f.checkCopy(true); err != nil {
			return err
		}
		if err := f.manyFlags.check(); err != nil {
			return err
		}
		if a.isMany(&f, args) {
			return a.getMany(cmd, &f, args)
		}
		toOutput := len(args) == 2 && args[1] == "-"
		if toOutput && !f.proxyGet {
			f.fileOut = true
			if err := f.only("standard output can't be read again or written twice", f.ofFile()...); err != nil {
				return err
			}
			return a.cat(&f, args[0])
		}
		l, err := a.locateFile(&f, args[0])
		if err != nil {
			return err
		}
		if f.proxyGet {
			if err := f.checkProxyGet(l); err != nil {
				return err
			}
		}
		if toOutput {
			return onPath(l.Path, a.getByProxy(&f, l, "-"))
		}
		local, err := localName(l.Path, args[1:], f.createDirs)
		if err != nil {
			return err
		}
		if f.proxyGet {
			return onPath(l.Path, a.getByProxy(&f, l, local))
		}
		return a.withLocation(&f, l, func(c *ftpwire.Client) error {
			return onPath(l.Path, a.get(c, &f, l.Path, local))
		})
	}
	return cmd
}

// ofFile returns the flags of get that need a file here.
func (f *transferFlags) ofFile() []namedFlag {
	return []namedFlag{{"--no-clobber", f.noClobber}, {"--create-dirs", f.createDirs}, {"--format json", f.json()}}
}

// locateFile is locate for a URL that must name a file.
func (a *app) locateFile(f *connFlags, rawURL string) (*ftpwire.Location, error) {
	l, err := a.locate(f, rawURL)
	if err != nil {
		return nil, err
	}
	return l, needFile(l)
}

// needFile returns an error if a URL names a directory.
func needFile(l *ftpwire.Location) error {
	if l.Path == "" || l.Dir || strings.HasSuffix(l.Path, "/") {
		return &usageError{err: errors.New("the URL names a directory, not a file"), hint: `"ftpwire ls" lists it; "get --recursive" copies it.`}
	}
	return nil
}

// localName returns the file to write: the argument, or the remote file's name in
// the directory that the argument names. If create is set, directories need not be there.
func localName(remote string, args []string, create bool) (string, error) {
	dir := ""
	if len(args) > 0 {
		dir = args[0]
		if dir == "" {
			return "", usagef("the name of the local file is empty")
		}
		info, err := os.Stat(dir)
		endsInSlash := os.IsPathSeparator(dir[len(dir)-1])
		absent := create && errors.Is(err, os.ErrNotExist)
		if err != nil && !absent && endsInSlash {
			return "", noLocalDir(err)
		}
		if err != nil && !endsInSlash {
			if !absent {
				_, err = os.Stat(filepath.Dir(dir)) // where the file is to appear
				return dir, noLocalDir(err)
			}
			return dir, nil
		}
		if err == nil && !info.IsDir() {
			return dir, nil
		}
	}
	base := listing.Entry{Name: path.Base(remote)}
	if reason := base.UnsafeName(); reason != "" {
		return "", &usageError{
			err:  fmt.Errorf("the remote name %q can't be used here: %s", base.Name, reason),
			hint: "Name the local file as the second argument.",
		}
	}
	return filepath.Join(dir, base.Name), nil
}

// noLocalDir is cannot for a directory that --create-dirs would make.
func noLocalDir(err error) error {
	if !errors.Is(err, os.ErrNotExist) {
		return cannot(err)
	}
	return &usageError{err: err, hint: "--create-dirs makes directories that are not there."}
}

// get copies a remote file to a local one.
func (a *app) get(c *ftpwire.Client, f *connFlags, remote, local string) error {
	info, err := os.Stat(local)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		a.once = true
		if err := f.only(fmt.Sprintf("%s is not a regular file, and can't be read again or written twice", local), f.ofFile()...); err != nil {
			return err
		}
		return a.getInto(c, f, remote, local)
	}
	// A symbolic link stays one: its target is what is replaced.
	if target, err := filepath.EvalSymlinks(local); err == nil {
		local = target
	}
	b := a.barFor(f, path.Base(remote))
	r, err := c.Download(a.ctx, remote, local, a.options(&f.transferFlags, b))
	b.end(err)
	return a.finish(f, true, local, remote, r, err)
}

// barFor returns a bar if one is to be shown, else nil.
func (a *app) barFor(f *connFlags, name string) *bar {
	if a.many != nil {
		return &bar{name: visibleName(name), many: a.many}
	}
	if !a.showsProgress(f) {
		return nil
	}
	return a.newBar(name)
}

// getInto writes to a device or a pipe, which can't be replaced by a file.
func (a *app) getInto(c *ftpwire.Client, f *connFlags, remote, local string) error {
	w, err := os.OpenFile(local, os.O_WRONLY, 0)
	if err != nil {
		return cannot(err)
	}
	defer w.Close()
	if _, err := c.Get(a.ctx, remote, w, &ftpwire.TransferOptions{MaxSize: int64(f.maxSize), From: f.span.from, To: f.span.to}); err != nil {
		return err
	}
	return w.Close()
}
