package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ftpwire/ftpwire"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol/mode"
)

// formatFlags say how files travel: type, structure and mode (RFC 959, Section 3).
type formatFlags struct {
	ascii             bool
	fileType          *choice // nil for commands that move no files
	structure, packed *choice
	ebcdic            *choice
	ebcdicCRLF        bool
	compress          bool
	level             int
}

var (
	fileTypes  = map[string]byte{"binary": 'I', "ascii": 'A', "ebcdic": 'E', "local8": 'L'}
	structures = map[string]byte{"file": 'F', "record": 'R'}
	modes      = map[string]byte{"stream": 'S', "block": 'B', "compressed": 'C', "deflate": 'Z'}
)

func (f *formatFlags) add(cmd *cobra.Command) {
	inSection(cmd, sectionFormat, func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.ascii, "ascii", false, "move text: convert line ends; short for --type ascii")
		f.fileType = addChoice(cmd, "type", "", "binary|ascii|ebcdic|local8", "what is moved: files as they are (binary, the default; local8 is the same under the name TYPE L 8), or text, which travels as ASCII or EBCDIC")
		f.structure = addChoice(cmd, "structure", "file", "file|record", "what files consist of; the records of hosts that have them are lines here")
		f.ebcdic = addChoice(cmd, "ebcdic", "1047", "1047|037", "code page of --type ebcdic")
		fs.BoolVar(&f.ebcdicCRLF, "ebcdic-crlf", false, "end the lines of EBCDIC uploads with CR LF in place of NL")
		f.packed = addChoice(cmd, "mode", "", "stream|block|compressed|deflate", "how data is packed on the way: not at all (stream, the default), in blocks, in blocks whose repetitions are compressed, or as zlib does it")
	})
}

// apply says what the flags ask of p. It does nothing for commands that move no files.
func (f *formatFlags) apply(p *ftpwire.Profile) error {
	if f.ebcdic == nil {
		return nil
	}
	p.EBCDICCRLF = f.ebcdicCRLF
	return p.EBCDIC.UnmarshalText([]byte(f.ebcdic.value))
}

// addCompress adds the flags that listings have, too.
func (f *formatFlags) addCompress(cmd *cobra.Command) {
	inSection(cmd, sectionFormat, func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.compress, "compress", false, "compress data on the way (MODE Z)")
		fs.IntVar(&f.level, "compress-level", 0, "compression level `N`, from 1 (fast) to 9 (small); the server is told it too")
	})
}

// typeOf returns what the flags and the URL say about the type.
func (f *formatFlags) typeOf(l *ftpwire.Location) (byte, error) {
	named := ""
	if f.fileType != nil {
		named = f.fileType.value
	}
	switch {
	case f.ascii && named != "" && named != "ascii":
		return 0, usagef("--ascii and --type exclude each other")
	case l.ASCII && named != "" && named != "ascii":
		return 0, usagef("the URL (;type=a) and --type name two types")
	case f.ascii || l.ASCII:
		return 'A', nil
	case named != "":
		return fileTypes[named], nil
	}
	return 'I', nil
}

func (f *formatFlags) packing() byte {
	switch {
	case f.packed != nil && f.packed.value != "":
		return modes[f.packed.value]
	case f.compress || f.level != 0:
		return 'Z'
	}
	return 'S'
}

func (f *formatFlags) records() bool { return f.structure != nil && f.structure.value == "record" }

// check refuses flags that can't be combined. t says what else the transfer must do.
func (f *formatFlags) check(l *ftpwire.Location, t *transferFlags) error {
	typ, err := f.typeOf(l)
	mode, text := f.packing(), typ == 'A' || typ == 'E' || f.records()
	switch {
	case err != nil:
		return err
	case f.compress && mode != 'Z':
		return usagef("--compress and --mode %s exclude each other", f.packed.value)
	case f.level < 0 || f.level > 9:
		return usagef("--compress-level must be from 1 to 9")
	case f.level != 0 && mode != 'Z':
		return usagef("--compress-level needs --compress")
	case text && t.resumeFile:
		return usagef("--resume is for files that are moved as they are: the size of text and records differs from system to system")
	case text && (t.verifyFile || t.proof()&(ftpwire.ProofSize|ftpwire.ProofHash) != 0):
		return usagef("sizes and hashes prove nothing of text and records, which are converted")
	case t.resumeFile && (mode == 'B' || mode == 'C'):
		return usagef("--resume needs stream mode or deflate: in blocks only the server knows where to go on")
	}
	return nil
}

// of returns the format that the flags ask for, in a type.
func (f *formatFlags) of(typ byte) mode.Format {
	format := mode.Format{Type: typ, Mode: f.packing(), Level: f.level}
	if f.structure != nil {
		format.Structure = structures[f.structure.value]
	}
	return format
}

// set tells the connection.
func (f *formatFlags) set(c *control.Conn, l *ftpwire.Location) error {
	typ, err := f.typeOf(l)
	if err != nil {
		return err
	}
	return c.SetFileFormat(f.of(typ))
}
