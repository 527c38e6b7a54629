package mode

import (
	"errors"
	"fmt"
)

// A Format is how files travel over data connections: what the two ends of a session
// agree on with TYPE, STRU, MODE and OPTS MODE Z. A field that is zero has its default,
// so the zero Format moves files as they are. Settings of one end alone are in [Options].
type Format struct {
	// Type is what files hold (RFC 959, Section 3.1.1):
	//
	//   - 'I', the default: octets.
	//   - 'A': text whose lines end in CR LF on the wire and in LF here.
	//   - 'E': text that is EBCDIC on the wire and UTF-8, with LF, here.
	//   - 'L': octets, under the name TYPE L 8 that hosts with words of other sizes want.
	Type byte

	// Form is how text is laid out for a printer (3.1.1.5): 'N', the default, not at all;
	// 'T' by control characters; 'C' by the first character of each line. The text itself
	// is not changed. Only the types 'A' and 'E' have a form.
	Form byte

	// Structure is what files consist of (3.1.2): 'F', the default, of octets; 'R' of
	// records, which are lines here.
	Structure byte

	// Mode is how the octets are packed on the wire:
	//
	//   - 'S', the default: not at all (stream; 3.4.1).
	//   - 'B': in blocks, which may hold restart markers (3.4.2).
	//   - 'C': in blocks whose repetitions are compressed (3.4.3).
	//   - 'Z': as a zlib stream (draft-preston-ftpext-deflate).
	//
	// All but 'S' mark the end of the data: an end of the connection before that is an
	// error.
	Mode byte

	// Level is the compression level of MODE Z, from 1 (fast) to 9 (small). Zero is the
	// default of each end, which is 6 here.
	Level int
}

// Filled returns f with the defaults in the place of zeros.
func (f Format) Filled() Format {
	for _, field := range []struct {
		v   *byte
		def byte
	}{{&f.Type, 'I'}, {&f.Form, 'N'}, {&f.Structure, 'F'}, {&f.Mode, 'S'}} {
		if *field.v == 0 {
			*field.v = field.def
		}
	}
	return f
}

// Check returns an error if there is no such format.
func (f Format) Check() error {
	f = f.Filled()
	switch f.Type {
	case 'A', 'E', 'I', 'L':
	default:
		return errors.New("ftp: TYPE is 'A', 'E', 'I' or 'L'")
	}
	switch f.Form {
	case 'N':
	case 'T', 'C':
		if f.octets() {
			return errors.New("ftp: only TYPE A and E have a format")
		}
	default:
		return errors.New("ftp: the format of a TYPE is 'N', 'T' or 'C'")
	}
	if f.Structure != 'F' && f.Structure != 'R' {
		return errors.New("ftp: STRU is 'F' or 'R'")
	}
	switch f.Mode {
	case 'S', 'B', 'C', 'Z':
	default:
		return errors.New("ftp: MODE is 'S', 'B', 'C' or 'Z'")
	}
	if f.Level < 0 || f.Level > 9 {
		return fmt.Errorf("ftp: the level of MODE Z is between 0 and 9, not %d", f.Level)
	}
	return nil
}

func (f Format) octets() bool { return f.Type == 0 || f.Type == 'I' || f.Type == 'L' }

// Records reports whether files are in records.
func (f Format) Records() bool { return f.Structure == 'R' }

// Exact reports whether files arrive octet by octet as they were sent, so that sizes,
// offsets and hashes of the two ends are about the same octets.
func (f Format) Exact() bool { return f.octets() && !f.Records() }

// Text returns 'A' or 'E' if text is converted, or 0. Files of ASCII in records are not
// converted: their lines have no ends on the wire.
func (f Format) Text() byte {
	switch {
	case f.Type == 'E', f.Type == 'A' && !f.Records():
		return f.Type
	}
	return 0
}

// Marks reports whether the data may hold restart markers (RFC 959, Section 3.5).
func (f Format) Marks() bool { return f.Mode == 'B' || f.Mode == 'C' }

// MarksEnd reports whether the data itself says where it ends: in all modes but stream.
func (f Format) MarksEnd() bool { return f.Filled().Mode != 'S' }

// LineEnd returns what stands for a line end in the octets of a file in records.
func (f Format) LineEnd() byte {
	if f.Type == 'E' {
		return NL
	}
	return '\n'
}

// layout returns what the octets are to the packing. Filler is a blank in text (RFC 959,
// Section 3.4.3).
func (f Format) layout() layout {
	l := layout{records: f.Records(), lineEnd: f.LineEnd()}
	switch f.Type {
	case 'A':
		l.filler = ' '
	case 'E':
		l.filler = 0x40
	}
	return l
}
