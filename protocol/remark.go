package protocol

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Remark is what the text of the final reply to a transfer says besides that it succeeded.
type Remark uint8

// The remarks.
const (
	NoRemark  Remark = iota // nothing but that
	Remarked                // something that somebody may want to read, such as the id of a job
	Truncated               // that the server has not stored everything that came
)

// remarks are the phrases that make a line a remark of a kind. The first row that fits decides; a line that
// fits none is Remarked.
var remarks = []struct {
	any    []string
	not    []string
	remark Remark
	seen   string
}{
	{any: []string{"data was truncated", "data truncated", "record truncated", "records truncated", "record was truncated", "records were truncated", "records have been truncated", "lines truncated", "lines were truncated", "truncated records", "truncation of a record", "truncation occurred"},
		not:    []string{"no records", "no record", "no data", "no lines", "0 records", "0 lines"},
		remark: Truncated, seen: "z/OS with SITE TRUNCATE, for lines longer than LRECL"},
	{any: []string{"known to jes", "jes as", "sent to jes"}, remark: Remarked, seen: "z/OS with SITE FILETYPE=JES"},
	{any: []string{
		"transfer complete", "transfer completed", "transfer successful", "transfer ok", "transfer finished", "transferred ok", "successfully transferred", "transferred successfully",
		"transfer done", "complete", "completed", "ok", "operation successful", "command successful", "successful", "success",
		"closing data connection", "closing data", "data connection closed", "file received", "file sent", "file send ok", "receive ok", "upload complete", "stored", "saved",
		"done", "command okay", "okay",
	}, remark: NoRemark, seen: "all"},
	{any: []string{"measured here", "per second", "bytes received", "bytes transferred", "kbytes", "mbytes"}, remark: NoRemark, seen: "Pure-FTPd, Serv-U"},
}

// RemarkOf returns what the text of a successful final reply says besides the success, and the lines of it that
// do. name is that of the file, which may stand in the text and means nothing there.
func RemarkOf(text, name string) (r Remark, lines string) {
	var said []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		judged := line
		for _, n := range []string{name, name[strings.LastIndexByte(name, '/')+1:]} {
			judged = withoutName(judged, n)
		}
		of := remarkOf(wordsOf(judged))
		if of != NoRemark {
			said = append(said, line)
		}
		r = max(r, of)
	}
	return r, strings.Join(said, "; ")
}

// withoutName returns line without the whole words that are name.
func withoutName(line, name string) string {
	var b strings.Builder
	for name != "" {
		i := strings.Index(line, name)
		if i < 0 {
			break
		}
		before, _ := utf8.DecodeLastRuneInString(line[:i])
		after, _ := utf8.DecodeRuneInString(line[i+len(name):])
		b.WriteString(line[:i])
		if inWord(before) || inWord(after) {
			b.WriteString(name)
		} else {
			b.WriteByte(' ')
		}
		line = line[i+len(name):]
	}
	return b.String() + line
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func remarkOf(words string) Remark {
	if strings.TrimSpace(words) == "" {
		return NoRemark
	}
	for _, row := range remarks {
		if holdsOne(words, row.any) && !holdsOne(words, row.not) {
			return row.remark
		}
	}
	return Remarked
}
