package main

import (
	"errors"
	"os"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// A getting is a run of get about several files.
type getting struct {
	batch
	dir   string // that the files go to; "" is the working directory
	given []string
	one   bool // there is one argument: if it is a file, the other one may be its new name
	taken *copies
}

// isMany reports whether get is about more than the one file that a URL names.
func (a *app) isMany(f *connFlags, args []string) bool {
	if f.recursive || f.filesFrom != "" || len(args) > 1 && a.isRemote(args[len(args)-1]) || len(args) > 2 {
		return true
	}
	if len(args) == 2 && args[1] == "-" {
		return false
	}
	l, err := a.target(args[0])
	if err != nil {
		return false
	}
	pattern, err := a.patternOf(args[0], l.Path)
	return err == nil && pattern != ""
}

// isRemote reports whether the last argument of get is one more file of a server, and no directory here.
func (a *app) isRemote(arg string) bool {
	if _, err := ftpwire.ParseURL(arg); err == nil {
		return true
	}
	name, _, ok := splitName(arg)
	return ok && a.quietStore().Has(kindConnection, name)
}

// getMany copies several files from servers.
func (a *app) getMany(cmd *cobra.Command, f *connFlags, args []string) error {
	g := &getting{batch: batch{app: a, cmd: cmd, f: f, asJSON: f.json()}, taken: newCopies()}
	if n := len(args); n > 0 && (n > 1 || f.filesFrom != "") && !a.isRemote(args[n-1]) {
		g.dir, g.given, args = args[n-1], args[n-1:], args[:n-1]
	}
	switch {
	case f.proxyGet:
		return usagef("--proxy-get is for one file")
	case g.dir == "-":
		return usagef("several files can't go to standard output: \"ftpwire cat\" writes one")
	}
	sources, err := a.sources(f, args, a.listed)
	if err != nil {
		return err
	}
	g.one = len(sources) == 1 && f.filesFrom == ""
	for _, s := range sources {
		if s.pattern == "" && !f.recursive {
			if err := needFile(s.Location); err != nil {
				return err
			}
		}
	}
	if !g.one {
		if err := g.needDir(); err != nil {
			return err
		}
	}
	a.several, a.many = true, g.newManyBar()
	err = g.eachServer(sources, func(s source, e *failureJSON) any { return failedJSON("", s.Path, e) }, func(s *session, group []source) error {
		plan, err := g.plan(s.client, group)
		if err != nil {
			return err
		}
		return g.copyAll(s, plan)
	})
	if err != nil {
		return err
	}
	return g.end()
}

// needDir returns an error if the files have no directory to go to.
func (g *getting) needDir() error {
	if len(g.given) > 0 && g.dir == "" {
		return usagef("the name of the local directory is empty")
	}
	if g.dir == "" {
		return nil
	}
	info, err := os.Stat(g.dir)
	switch {
	case err == nil && !info.IsDir():
		return usagef("%s: is not a directory, and several files are to go there", g.dir)
	case errors.Is(err, os.ErrNotExist) && (g.f.createDirs || g.f.recursive):
		return cannot(os.MkdirAll(g.dir, 0o777))
	}
	return noLocalDir(err)
}

// plan finds out what there is to copy.
func (g *getting) plan(c *ftpwire.Client, group []source) (plan []copying, err error) {
	for _, s := range group {
		all, errs := g.find(c, s)
		for _, err := range errs {
			if err := g.fail(err, func(e *failureJSON) any { return failedJSON("", s.Path, e) }); err != nil {
				return plan, err
			}
		}
		if len(all) > 1 || s.pattern != "" && len(all) == 1 && all[0].path != s.Path {
			g.one = false
			if err := g.needDir(); err != nil {
				return nil, err
			}
		}
		for _, f := range all {
			if g.ctx.Err() != nil {
				return plan, nil
			}
			if plan, err = g.add(c, plan, s, f); err != nil {
				return plan, err
			}
		}
	}
	return plan, nil
}

// add adds to a plan what one name stands for.
func (g *getting) add(c *ftpwire.Client, plan []copying, s source, f found) ([]copying, error) {
	if g.f.recursive {
		return g.addTree(c, plan, f)
	}
	if s.pattern != "" && isDir(f.Entry) {
		return plan, g.skip(copying{remote: f.path}, "it is a directory, and --recursive was not given", &g.skipped)
	}
	local, err := g.place(f.path)
	if err != nil {
		return plan, g.refuse(f.path, err)
	}
	size := int64(-1)
	if f.Kind == listing.KindFile {
		size = f.Size
	}
	return g.take(plan, copying{remote: f.path, local: local, size: size})
}

// place returns where a file goes.
func (g *getting) place(remote string) (string, error) {
	if g.one {
		return localName(remote, g.given, g.f.createDirs)
	}
	name, err := safeBase(remote)
	return filepath.Join(g.dir, name), err
}

// safeBase returns the last element of a remote path, if it can be the name of a file here.
func safeBase(remote string) (string, error) {
	e := listing.Entry{Name: path.Base(remote)}
	if reason := e.UnsafeName(); reason != "" {
		return "", usagef("the remote name %q can't be used here: %s", e.Name, reason)
	}
	return e.Name, nil
}

// take adds one file or directory to a plan, unless its place here is taken.
func (g *getting) take(plan []copying, c copying) ([]copying, error) {
	if other, ok := g.taken.add(c.local, c.remote); !ok && !c.dir {
		return plan, g.refuse(c.remote, usagef("%s is the place of %s already: copy one of them under another name", c.local, visibleName(other)))
	}
	return append(plan, c), nil
}

// refuse reports a file that is not copied, and why.
func (g *getting) refuse(remote string, err error) error {
	return g.fail(onPath(remote, err), func(e *failureJSON) any { return failedJSON("", remote, e) })
}

// copyAll copies what a plan holds.
func (g *getting) copyAll(s *session, plan []copying) error {
	g.expect(plan)
	unmade := map[string]bool{} // directories
	for i, c := range plan {
		if g.interrupted(plan[i:]) {
			return nil
		}
		if unmade[filepath.Dir(c.local)] {
			unmade[c.local] = c.dir
			if err := g.refuse(c.remote, usagef("the directory %s could not be made", filepath.Dir(c.local))); err != nil {
				return err
			}
			continue
		}
		if c.dir {
			if err := os.MkdirAll(c.local, 0o777); err != nil {
				unmade[c.local] = true
				if err := g.refuse(c.remote, cannot(err)); err != nil {
					return err
				}
			}
			continue
		}
		if other := g.taken.same(c.local); other != "" {
			if err := g.refuse(c.remote, usagef("%s and %s are one file here: copy one of them under another name", c.local, other)); err != nil {
				return err
			}
			continue
		}
		err := onPath(c.remote, g.get(s.client, g.f, c.remote, c.local))
		if stop, err := g.copied(c, err); err != nil || stop {
			g.rest += filesIn(plan[i+1:])
			return err
		}
	}
	return nil
}
