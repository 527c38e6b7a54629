package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
)

// copyFlags say which files are copied, and what the copy is besides their content.
type copyFlags struct {
	noClobber, newer, keepTime, createDirs bool

	span                     span // of get
	append, unique, allocate bool // of put
}

func (f *copyFlags) add(cmd *cobra.Command, down bool) {
	inSection(cmd, sectionTransfer, func(fs *pflag.FlagSet) {
		if f.append { // the command append
			fs.BoolVar(&f.createDirs, "create-dirs", false, "make the directories of the file that are not there")
			return
		}
		fs.BoolVar(&f.noClobber, "no-clobber", false, "do nothing if something has the name already")
		fs.BoolVar(&f.newer, "newer", false, "do nothing unless the file is newer than the copy")
		fs.BoolVar(&f.keepTime, "preserve-times", false, "give the copy the time of the file")
		fs.BoolVar(&f.createDirs, "create-dirs", false, "make the directories of the copy that are not there")
		if down {
			fs.Var(&f.span, "range", "copy the octets from FROM to TO only, counted from 0, both included")
			return
		}
		fs.BoolVar(&f.append, "append", false, "add to the end of what has the name (APPE)")
		fs.BoolVar(&f.unique, "unique", false, "let the server choose the name, and print it (STOU); the URL is the directory's")
		fs.BoolVar(&f.allocate, "allocate", false, "tell the server the size first, for hosts that reserve space (ALLO)")
	})
}

// A span is a flag for a part of a file.
type span struct {
	text     string
	from, to int64 // to is not in it; 0 is the end of the file
}

func (s *span) Type() string   { return "FROM-[TO]" }
func (s *span) String() string { return s.text }

func (s *span) Set(text string) error {
	first, last, ok := strings.Cut(text, "-")
	from, err := strconv.ParseUint(first, 10, 62)
	if !ok || err != nil {
		return errors.New("must be FROM-TO or FROM-, such as 0-499 or 500-")
	}
	s.text, s.from, s.to = text, int64(from), 0
	if last == "" {
		return nil
	}
	to, err := strconv.ParseUint(last, 10, 62)
	switch {
	case err != nil:
		return errors.New("must be FROM-TO or FROM-, such as 0-499 or 500-")
	case to < from:
		return errors.New("ends before it begins")
	}
	s.to = int64(to) + 1
	return nil
}

// whole reports whether it is the whole file.
func (s *span) whole() bool { return s.from == 0 && s.to == 0 }

// set tells o.
func (f *copyFlags) set(o *ftpwire.TransferOptions) {
	o.NoClobber, o.Newer, o.KeepTime, o.MakeDirs = f.noClobber, f.newer, f.keepTime, f.createDirs
	o.From, o.To = f.span.from, f.span.to
	o.Append, o.Unique, o.Allocate = f.append, f.unique, f.allocate
}

// A namedFlag is a flag and whether it was given.
type namedFlag struct {
	name string
	set  bool
}

// exclusive returns an error if two of the flags were given.
func exclusive(first namedFlag, others ...namedFlag) error {
	for _, other := range others {
		if first.set && other.set {
			return usagef("%s and %s exclude each other", first.name, other.name)
		}
	}
	return nil
}

// checkCopy refuses flags that can't be combined. down says that it is a download.
func (f *transferFlags) checkCopy(down bool) error {
	resume, temp := namedFlag{"--resume", f.resumeFile}, namedFlag{"--temp", f.temp}
	kept, newer := namedFlag{"--no-clobber", f.noClobber}, namedFlag{"--newer", f.newer}
	add, unique := namedFlag{"--append", f.append}, namedFlag{"--unique", f.unique}
	for _, err := range []error{
		exclusive(kept, newer),
		exclusive(add, resume, temp, kept, newer, unique, namedFlag{"--preserve-times", f.keepTime}),
		exclusive(unique, resume, temp, kept, newer, namedFlag{"--create-dirs", f.createDirs}),
		exclusive(resume, namedFlag{"--range", !f.span.whole()}),
	} {
		if err != nil {
			return err
		}
	}
	if !down && f.resumeFile && !f.temp && (f.noClobber || f.newer) {
		return usagef("put --resume with --no-clobber or --newer needs --temp: what an earlier attempt left would count as the copy")
	}
	return nil
}

// isSkipped returns why a file was not copied, if a flag asked for that.
func isSkipped(err error) (*ftpwire.SkippedError, bool) {
	return errors.AsType[*ftpwire.SkippedError](err)
}

// tellCopy says what a copy is besides its content.
func (a *app) tellCopy(f *connFlags, r ftpwire.TransferResult) {
	if a.verbose && r.Compared != "" {
		a.say("ftpwire: " + r.Compared)
	}
	if f.keepTime && r.Time.IsZero() {
		a.warn(fmt.Sprintf("the copy does not have the time of the file (--preserve-times): %s", r.Untimed))
	}
	if f.unique && f.format.value != "json" {
		if r.Name == "" {
			a.warn("the server has stored the file and does not tell its name (--unique)")
		} else {
			fmt.Fprintln(a.stdout, visibleName(r.Name))
		}
	}
}
