package listing

import (
	"strings"

	"github.com/ftpwire/ftpwire/parse/internal/scan"
)

// What the last heading of JES announced.
const (
	jesJobs = 1 + iota
	jesSpool
)

// readJES reads the queue of the z/OS job entry subsystem, INTERFACELEVEL 1 and 2, and after one job its
// spool files:
//
//	NIGHTLY   JOB00042  OUTPUT    3 Spool Files
//
//	JOBNAME  JOBID    OWNER    STATUS CLASS
//	NIGHTLY  JOB00042 BATCH1   OUTPUT A        RC=0000
//	--------
//	         ID  STEPNAME PROCSTEP C DDNAME   BYTE-COUNT
//	         001 JES2              X JESMSGLG      1351
//	1 spool files
//
// The names are those that RETR takes: the job's id, and the file's after it and a dot.
func readJES(l *lister, w *words, e *Entry) error {
	switch {
	case w.word(0) == "JOBNAME" && w.word(1) == "JOBID":
		l.section = jesJobs
		return ErrNotEntry
	case w.word(0) == "ID" && w.word(1) == "STEPNAME":
		l.section = jesSpool
		return ErrNotEntry
	case isJESRemark(l, w):
		return ErrNotEntry
	case w.n >= 3 && isMVSMember(w.word(0)) && isJESJobID(w.word(1)):
		return readJESJob(w, e)
	case l.section == jesSpool || l.section == 0 && l.o.Dialect == "jes":
		return readJESFile(w, e)
	}
	return errOther
}

// readJESJob reads a job. What its second word looks like leaves no doubt.
func readJESJob(w *words, e *Entry) error {
	status := 2
	if next := w.word(3); next != "" && scan.IsLetter(next[0]) {
		status = 3 // INTERFACELEVEL 2 has the owner before it
	}
	if strings.Trim(w.word(status), "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return errOther
	}
	e.Name, e.Kind = w.word(1), KindFile
	if owner := w.word(2); status == 3 && strings.Trim(owner, "+") != "" {
		e.Owner = owner
	}
	return nil
}

// isJESJobID reports whether w is an id such as JOB00042, STC00042, TSU00042, or J0000042.
func isJESJobID(w string) bool {
	if len(w) != 8 {
		return false
	}
	switch w[:3] {
	case "JOB", "STC", "TSU":
		return scan.AllDigits(w[3:])
	}
	return strings.IndexByte("JST", w[0]) >= 0 && scan.AllDigits(w[1:])
}

// readJESFile reads a spool file. The step of a procedure and the class may be missing.
func readJESFile(w *words, e *Entry) error {
	if w.n < 4 || w.n > 6 || len(w.word(0)) < 3 || !scan.AllDigits(w.word(0)) || !isMVSMember(w.word(w.n-2)) {
		return errOther
	}
	size, ok := scan.DigitsOrOdd(w.word(w.n - 1))
	if !ok {
		return errOther
	}
	e.Name, e.Kind, e.Size = w.word(0), KindFile, size
	return nil
}

// isJESRemark reports whether a line tells something about the queue or about a job that runs.
func isJESRemark(l *lister, w *words) bool {
	first, second, third := w.word(0), w.word(1), w.word(2)
	switch {
	case first == "No" && second == "jobs" && third == "found":
		return true
	case l.section == 0:
		return false
	case scan.AllDigits(first) && scan.LowerASCII(second) == "spool" && w.n <= 3:
		return true
	}
	return w.n == 1 && strings.Trim(first, "-") == "" || first == "STEPNAME" || first == "CPUTIME"
}
