package main

import (
	"path/filepath"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// addTree adds to a plan what has a name on the server, and what is below it. Links are not followed, but for the name itself.
func (g *getting) addTree(c *ftpwire.Client, plan []copying, f found) (_ []copying, err error) {
	root := bare(f.path)
	places := map[string]string{} // of the directories
	for w, err := range c.Walk(g.ctx, root) {
		if g.ctx.Err() != nil {
			return plan, nil
		}
		if err != nil {
			if err := g.refuse(w.Path, err); err != nil {
				return plan, err
			}
			if g.gone(err) {
				return plan, nil
			}
			continue
		}
		next := copying{remote: w.Path, size: -1, dir: isDir(w.Entry)}
		switch {
		case w.Path == root:
			next.local, err = g.placeRoot(root, next.dir)
		case w.Kind == listing.KindLink:
			if err := g.skip(next, "it is a symbolic link", &g.links); err != nil {
				return plan, err
			}
			continue
		case w.Kind == listing.KindOther:
			if err := g.skip(next, "it is neither a file nor a directory", &g.others); err != nil {
				return plan, err
			}
			continue
		default:
			next.local, err = safeBase(w.Path)
			next.local = filepath.Join(places[parentOf(w.Path)], next.local)
		}
		if err != nil {
			if next.dir {
				w.SkipDir()
			}
			if err := g.refuse(w.Path, err); err != nil {
				return plan, err
			}
			continue
		}
		if next.dir {
			places[w.Path] = next.local
		} else if w.Kind == listing.KindFile {
			next.size = w.Size
		}
		if plan, err = g.take(plan, next); err != nil {
			return plan, err
		}
	}
	return plan, nil
}

// placeRoot returns where the root of a tree goes: what is in the login directory, or in "/", has no name above it.
func (g *getting) placeRoot(root string, dir bool) (string, error) {
	if !dir {
		return g.place(root)
	}
	if err := g.needDir(); err != nil {
		return "", err
	}
	if root == "" || root == "/" {
		return filepath.Join(g.dir, "."), nil
	}
	name, err := safeBase(root)
	return filepath.Join(g.dir, name), err
}

// parentOf returns the directory that a path of a walk is in, as the walk has called it.
func parentOf(p string) string {
	switch i := strings.LastIndexByte(p, '/'); {
	case i < 0:
		return ""
	case i == 0:
		return "/"
	default:
		return p[:i]
	}
}
