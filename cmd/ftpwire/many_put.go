package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
)

// A putting is a run of put about several files.
type putting struct {
	batch
	dir   string // on the server
	taken *copies
}

// isManyPut reports whether put is about more than one file.
func isManyPut(f *connFlags, files []string) bool {
	if len(files) == 1 && f.recursive && f.filesFrom == "" {
		info, err := os.Stat(files[0])
		return err == nil && info.IsDir()
	}
	return len(files) > 1 || f.filesFrom != ""
}

// putMany copies several files to a server.
func (a *app) putMany(cmd *cobra.Command, f *connFlags, files []string, rawURL string) error {
	if err := f.checkCopy(false); err != nil {
		return err
	}
	l, err := a.locate(f, rawURL)
	if err != nil {
		return err
	}
	if f.unique && f.recursive {
		return usagef("--recursive and --unique exclude each other")
	}
	p := &putting{batch: batch{app: a, cmd: cmd, f: f, asJSON: f.json()}, dir: l.Path, taken: newCopies()}
	if p.dir != "" && !intoDir(p.dir) {
		p.dir += "/"
	}
	var plan []copying
	for _, name := range files {
		if name == "-" {
			return usagef("standard input can't be one of several files")
		}
		if plan, err = p.add(plan, name); err != nil {
			return err
		}
	}
	for _, name := range a.listed {
		if plan, err = p.add(plan, name); err != nil {
			return err
		}
	}
	if len(plan) == 0 {
		return p.end()
	}
	a.several, a.many = true, p.newManyBar()
	object := func(s source, e *failureJSON) any { return failedJSON("", s.Path, e) }
	err = p.eachServer([]source{{Location: l}}, object, func(s *session, _ []source) error { return p.copyAll(s.client, plan) })
	if err != nil {
		return err
	}
	return p.end()
}

// add adds to a plan a file, or with --recursive a directory and what is below it. The links below it are not followed.
func (p *putting) add(plan []copying, name string) ([]copying, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return plan, p.refuse(name, cannot(err))
	case !info.IsDir():
		return p.take(plan, name, filepath.Base(name), info)
	case !p.f.recursive:
		return plan, p.refuse(name, &usageError{err: errors.New("is a directory"), hint: "--recursive copies directories with what is in them."})
	}
	base := filepath.Base(filepath.Clean(name))
	if base == "." || base == ".." || base == string(filepath.Separator) {
		base = "" // what is in it goes right to the directory of the URL
	}
	root := name
	if link, err := os.Lstat(name); err == nil && link.Mode()&os.ModeSymlink != 0 {
		root += string(filepath.Separator) // it was named: what it leads to is walked
	}
	err = filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if p.ctx.Err() != nil {
			return fs.SkipAll
		}
		if err != nil {
			return p.refuse(at, cannot(err))
		}
		rel, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		remote := strings.TrimPrefix(joinNames(base, filepath.ToSlash(rel)), "./")
		c := copying{local: at}
		switch {
		case d.Type()&os.ModeSymlink != 0:
			return p.skip(c, "it is a symbolic link", &p.links)
		case !d.IsDir() && !d.Type().IsRegular():
			return p.skip(c, "it is neither a file nor a directory", &p.others)
		}
		info, err := d.Info()
		if err != nil {
			return p.refuse(at, cannot(err))
		}
		before := p.n
		if plan, err = p.take(plan, at, remote, info); err == nil && d.IsDir() && p.n > before {
			return fs.SkipDir
		}
		return err
	})
	return plan, err
}

// joinNames joins two parts of a path, of which the second may be ".".
func joinNames(base, rel string) string {
	switch {
	case rel == ".":
		return base
	case base == "":
		return rel
	}
	return base + "/" + rel
}

// take adds one file or directory to a plan. name is below the directory of the URL; "" is the directory itself.
func (p *putting) take(plan []copying, local, name string, info fs.FileInfo) ([]copying, error) {
	if strings.ContainsAny(name, "\r\n\x00") {
		return plan, p.refuse(local, usagef("the name %q can't be sent in an FTP command", name))
	}
	c := copying{local: local, remote: p.dir + name, size: -1, dir: info.IsDir()}
	if p.f.unique {
		c.remote = bare(p.dir)
	} else if other, ok := p.taken.add(c.remote, local); !ok && !c.dir {
		return plan, p.refuse(local, usagef("%s has the name %s on the server already: copy one of them under another name", visibleName(other), visibleName(c.remote)))
	}
	if info.Mode().IsRegular() {
		c.size = info.Size()
	}
	return append(plan, c), nil
}

// refuse reports a file that is not copied, and why.
func (p *putting) refuse(local string, err error) error {
	if _, named := errors.AsType[*fs.PathError](err); !named {
		err = onPath(local, err)
	}
	return p.fail(err, func(e *failureJSON) any { return failedJSON(local, "", e) })
}

// copyAll copies what a plan holds.
func (p *putting) copyAll(client *ftpwire.Client, plan []copying) error {
	p.expect(plan)
	for i, c := range plan {
		if p.interrupted(plan[i:]) {
			return nil
		}
		var err error
		if c.dir {
			if dir := bare(c.remote); dir != "" && dir != "/" {
				err = client.MkdirAll(p.ctx, dir)
			}
			if err == nil {
				continue
			}
			err = onPath(c.remote, err)
		} else {
			r, uerr := p.upload(client, p.f, c.local, c.remote)
			err = onPath(c.remote, p.finish(p.f, false, c.local, c.remote, r, uerr))
		}
		if stop, err := p.copied(c, err); err != nil || stop {
			p.rest += filesIn(plan[i+1:])
			return err
		}
	}
	return nil
}
