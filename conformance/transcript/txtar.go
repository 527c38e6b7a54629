package transcript

import "strings"

// A section is one named part of a txtar archive.
type section struct {
	name string
	line int // of the marker, from 1
	data string
}

// splitArchive cuts a txtar archive into its comment and sections. Any text is
// an archive. A last line without a line end gets one.
func splitArchive(text string) (comment string, sections []section) {
	var b strings.Builder
	flush := func() {
		if len(sections) == 0 {
			comment = b.String()
		} else {
			sections[len(sections)-1].data = b.String()
		}
		b.Reset()
	}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if name, ok := marker(line); ok {
			flush()
			sections = append(sections, section{name: name, line: n})
			continue
		}
		b.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			b.WriteByte('\n')
		}
	}
	flush()
	return comment, sections
}

// marker returns the section name of a line "-- NAME --".
func marker(line string) (name string, ok bool) {
	line = strings.TrimRight(line, "\r\n")
	name, ok = strings.CutPrefix(line, "-- ")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, " --")
	name = strings.TrimSpace(name)
	return name, ok && name != ""
}

// appendSection appends a section, or the comment if the name is empty.
func appendSection(b []byte, name, data string) []byte {
	if name != "" {
		b = append(b, "-- "+name+" --\n"...)
	}
	b = append(b, data...)
	if data != "" && !strings.HasSuffix(data, "\n") {
		b = append(b, '\n')
	}
	return b
}
