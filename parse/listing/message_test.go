package listing

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/ftpwire/ftpwire/parse"
)

// messages is what servers send as a listing of what can't be listed, and what errors.Is finds in their errors.
var messages = []struct {
	line  string
	cause error
}{
	{"nothere: No such file or directory", fs.ErrNotExist},
	{"ls: nothere: No such file or directory", fs.ErrNotExist},
	{"ls: /a b/c: No such file or directory", fs.ErrNotExist},
	{"/bin/ls: cannot access 'x': No such file or directory", fs.ErrNotExist},
	{"/bin/ls: x: No such file or directory.", fs.ErrNotExist},
	{"ls: cannot access x: No such file or directory\r\n", fs.ErrNotExist},
	{"ls: x: not found", fs.ErrNotExist},
	{"x not found", fs.ErrNotExist},
	{"/pub/a b not found", fs.ErrNotExist},
	{"x: not found", fs.ErrNotExist},
	{"File not found", fs.ErrNotExist},
	{"file not found.", fs.ErrNotExist},
	{"Directory not found", fs.ErrNotExist},
	{"Directory x does not exist.", fs.ErrNotExist},
	{"No such file or directory", fs.ErrNotExist},
	{"No such file or directory: x", fs.ErrNotExist},
	{"550 x: No such file or directory", fs.ErrNotExist},
	{"The system cannot find the path specified.", fs.ErrNotExist},
	{"Error: ENOENT: no such file or directory, scandir '/x'", fs.ErrNotExist},
	{"ls: Zugriff auf 'x' nicht möglich: Datei oder Verzeichnis nicht gefunden", fs.ErrNotExist},
	{"ls: impossible d'accéder à x: Aucun fichier ou dossier de ce type", fs.ErrNotExist},
	{"ls: невозможно получить доступ к 'x': Нет такого файла или каталога", fs.ErrNotExist},
	{"ls: x: Permission denied", fs.ErrPermission},
	{"ls: cannot open directory '.': Permission denied", fs.ErrPermission},
	{"/x: Permission denied", fs.ErrPermission},
	{"Permission denied", fs.ErrPermission},
	{"Access is denied.", fs.ErrPermission},
	{"/x unreadable", fs.ErrPermission},
	{"ls: x: Keine Berechtigung", fs.ErrPermission},
	{"ls: x: Input/output error", nil},
	{"x: Not a directory", nil},
	{"ls: reading directory x: Stale file handle", nil},
	{"ls: x: what no list of words has", nil},
	{"ls: illegal option -- Q", nil},
	{"usage: ls [-AFalt] [file ...]", nil},
	{"/bin/sh: ls: command not found", nil},
}

func TestListMessages(t *testing.T) {
	check := func(t *testing.T, how, line string, err, cause error) {
		t.Helper()
		_, ours := errors.AsType[*parse.Error](err)
		if !ours || !errors.Is(err, ErrMessage) {
			t.Errorf("%s: error of %q is %v, which is no ErrMessage", how, line, err)
		}
		for _, c := range []error{fs.ErrNotExist, fs.ErrPermission} {
			if got := errors.Is(err, c); got != (c == cause) {
				t.Errorf("%s: error of %q: Is(%v) = %v", how, line, c, got)
			}
		}
	}
	for _, tt := range messages {
		check(t, "ListError", tt.line, Message(tt.line), tt.cause)
		for _, dialect := range append(Dialects(), "") {
			if dialect == "names" {
				continue // there it is a name
			}
			for _, before := range []string{"", "total 0\r\n"} {
				n := 0
				for _, err := range Read(strings.NewReader(before+tt.line+"\r\n"), Options{Dialect: dialect}, Limits{}) {
					n++
					if before == "" || err != nil && errors.Is(err, ErrMessage) {
						check(t, "dialect "+dialect, tt.line, err, tt.cause)
					}
				}
				if before == "" && n != 1 {
					t.Errorf("dialect %s: %q yields %d results", dialect, tt.line, n)
				}
			}
		}
	}
}

// A listing that goes on after a message has its files.
func TestListMessageAmongFiles(t *testing.T) {
	const text = "ls: secret: Permission denied\r\ntotal 2\r\n-rw-r--r-- 1 me us 5 Feb  9 15:04 a\r\nls: gone: No such file or directory\r\n-rw-r--r-- 1 me us 5 Feb  9 15:04 b\r\n"
	var got []string
	for e, err := range Read(strings.NewReader(text), Options{Now: testNow}, Limits{}) {
		switch {
		case errors.Is(err, fs.ErrPermission):
			got = append(got, "!permission")
		case errors.Is(err, fs.ErrNotExist):
			got = append(got, "!gone")
		case err != nil:
			got = append(got, err.Error())
		default:
			got = append(got, e.Name)
		}
	}
	if want := []string{"!permission", "a", "!gone", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestListErrorSparesFiles(t *testing.T) {
	const says = "ls: x: No such file or directory"
	for _, line := range []string{
		"-rw-r--r-- 1 me us 5 Feb  9 15:04 " + says,
		"-rw-r--r-- 1 me us 5 000 17 2025 " + says, // not read either, but not as a message
		"drwxr-xr-x 1 me us 0 Feb  9 15:04 x not found",
		"02-09-24  03:04PM                   5 x: Permission denied",
		"type=file;size=5; " + says,
		"size=5; File not found",
		" type=file; x: not found",
		"+r,s5,\tx: Permission denied",
		"total 0", "", " ", "x", "a.txt", "File",
		"*.*;       <%RMS-E-FNF, file not found>", // no files, in the dialect of VMS
		"No files found", "0 files", "what is this",
	} {
		if err := Message(line); err != nil {
			t.Errorf("%q is taken for a message: %v", line, err)
		}
	}
}
