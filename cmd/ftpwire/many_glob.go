package main

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/parse"
	"github.com/ftpwire/ftpwire/parse/listing"
)

// A source is an argument that names something on a server.
type source struct {
	*ftpwire.Location
	pattern string // that names are looked for with; "" if Path is a name
}

// sources returns what the arguments name. Those that --files-from lists are taken as they are: no patterns.
func (a *app) sources(f *connFlags, args, listed []string) (all []source, err error) {
	for i, arg := range slices.Concat(args, listed) {
		l, err := a.locate(f, arg)
		if err != nil {
			return nil, err
		}
		s := source{Location: l}
		if i < len(args) {
			if s.pattern, err = a.patternOf(arg, l.Path); err != nil {
				return nil, err
			}
		}
		all = append(all, s)
	}
	return all, nil
}

const globSigns = "*?[\\"

// patternOf returns the pattern that a URL or NAME:PATH holds, "" if it holds none. In a URL, a sign that is written with %
// stands for itself.
func (a *app) patternOf(arg, name string) (string, error) {
	pattern := ""
	if _, typed, ok := splitName(arg); ok && a.conn != nil {
		pattern = quoteGlob(strings.TrimSuffix(name, typed)) + typed
	} else {
		scheme, rest, _ := strings.Cut(arg, "://")
		host, typed, _ := strings.Cut(rest, "/")
		for _, sign := range []string{"%5C", "%2A", "%3F", "%5B"} {
			typed = strings.ReplaceAll(typed, sign, "%5C"+sign)
			typed = strings.ReplaceAll(typed, strings.ToLower(sign), "%5C"+sign)
		}
		l, err := a.target(scheme + "://" + host + "/" + typed)
		if err != nil {
			return "", err
		}
		pattern = l.Path
	}
	pattern = strings.ReplaceAll(pattern, "[!", "[^")
	if _, err := path.Match(pattern, ""); err != nil || !isGlob(pattern) {
		return "", nil // a name with a "[" in it
	}
	return pattern, nil
}

// isGlob reports whether a pattern matches more than one name.
func isGlob(pattern string) bool {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '*', '?', '[':
			return true
		}
	}
	return false
}

// quoteGlob returns the pattern that matches name alone.
func quoteGlob(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if strings.IndexByte(globSigns, name[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(name[i])
	}
	return b.String()
}

func unquoteGlob(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == '\\' && i+1 < len(pattern) {
			i++
		}
		b.WriteByte(pattern[i])
	}
	return b.String()
}

// A found is a name on the server, and what a listing tells of it: its Kind is unknown if nothing was listed.
type found struct {
	listing.Entry
	path string
}

// errNoMatch is the error of a pattern that no name matches. It is a kind of "not there".
var errNoMatch = errors.New("nothing there has a name that matches the pattern")

// find returns what a source stands for. Patterns are matched here, over listings. In each directory, a name that is written as the
// pattern is, is preferred to all that match. The errors are of directories that could not be read, or not whole.
func (a *app) find(c *ftpwire.Client, s source) (all []found, errs []error) {
	if s.pattern == "" {
		return []found{{path: s.Path}}, nil
	}
	all = []found{{}}
	elements := strings.Split(strings.TrimRight(s.pattern, "/"), "/")
	listed := false // whether the names so far are known to be there
	for i, element := range elements {
		last := i == len(elements)-1
		var next []found
		for _, dir := range all {
			more := []found{{path: dir.path + unquoteGlob(element)}}
			if listed || isGlob(element) {
				var err error
				more, err = a.matching(c, dir, element, last)
				if err != nil && !(dir.Kind == listing.KindLink && isRefused(err)) { // a link to a file
					errs = append(errs, onPath(dir.path, err))
				}
			}
			for _, f := range more {
				if !last {
					f.path += "/"
				}
				next = append(next, f)
			}
		}
		all, listed = next, listed || isGlob(element)
	}
	if len(all) > 0 || a.ctx.Err() != nil {
		return all, errs
	}
	if e, err := c.Stat(a.ctx, s.Path); err == nil {
		return []found{{Entry: e, path: s.Path}}, nil // not listed, or in a directory that can't be listed
	}
	if len(errs) == 0 {
		errs = append(errs, onPath(s.Path, &kindError{errNoMatch, ftpwire.KindNotFound}))
	}
	return nil, errs
}

// matching returns the entries of dir that one element of a pattern matches. Those before the last have to be directories, or
// links, which may lead to one.
func (a *app) matching(c *ftpwire.Client, dir found, element string, last bool) (all []found, err error) {
	entries, err := c.ReadDir(a.ctx, bare(dir.path))
	for _, e := range entries {
		if e.Name == unquoteGlob(element) {
			return []found{{e, dir.path + e.Name}}, nil
		}
	}
	if _, unread := errors.AsType[*parse.Error](err); err != nil && entries == nil && !unread {
		return nil, err
	}
	for _, e := range entries {
		hidden := strings.HasPrefix(e.Name, ".") && !strings.HasPrefix(element, ".") && !strings.HasPrefix(element, `\.`)
		if ok, _ := path.Match(element, e.Name); !ok || hidden || !last && (e.Kind == listing.KindFile || e.Kind == listing.KindOther) {
			continue
		}
		all = append(all, found{e, dir.path + e.Name})
	}
	return all, err
}
