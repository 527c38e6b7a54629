package main

import (
	"errors"
	"os"

	"github.com/ftpwire/ftpwire"
	dialogue "github.com/ftpwire/ftpwire/conformance/transcript"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
)

// logHere is what --log stands for without a file.
const logHere = "-"

// A logTarget is the value of --log, which may stand alone as the flags of type bool.
type logTarget struct{ target *string }

func (l logTarget) String() string {
	if l.target == nil {
		return ""
	}
	return *l.target
}

func (l logTarget) Type() string { return "bool" }

func (l logTarget) Set(s string) error {
	switch s {
	case "":
		return errors.New("names no file")
	case "true":
		s = logHere
	case "false":
		s = ""
	}
	*l.target = s
	return nil
}

// logs reports whether the dialogue is printed on standard error.
func (f *connFlags) logs() bool { return f.log == logHere }

// A logFile is what --log=FILE writes: all sessions of a run.
type logFile struct {
	file *os.File
	rec  *dialogue.Recorder
}

// record has the sessions of p recorded in the file of --log=FILE.
func (a *app) record(f *connFlags, p *ftpwire.Profile) error {
	if f.log == "" || f.logs() {
		return nil
	}
	if a.log == nil {
		// Nobody else may read the contents of files.
		file, err := os.OpenFile(f.log, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return &usageError{err: err}
		}
		a.log = &logFile{file, &dialogue.Recorder{W: file, Mask: protocol.Mask, Comment: "Recorded by ftpwire from " + describe(p) + ". \"ftpwire replay\" plays the server."}}
	}
	rec, before := a.log.rec, p.Trace
	p.Trace = func(e control.TraceEvent) {
		a.recordEvent(rec, e)
		if before != nil {
			before(e)
		}
	}
	p.Data.Tap = func(_ bool, b []byte) { rec.Payload(b) }
	return nil
}

func (a *app) recordEvent(rec *dialogue.Recorder, e control.TraceEvent) {
	text := a.masked(e.Text)
	switch e.Kind {
	case control.TraceSent:
		rec.Sent(text)
	case control.TraceReceived:
		rec.Received(text)
	case control.TraceTLS:
		rec.Note(text)
		if e.Text == control.TraceCleared {
			rec.Cleared()
		} else {
			rec.TLS()
		}
	case control.TraceData:
		rec.Note(text)
		rec.Data(e.Upload())
	default:
		rec.Note(text)
	}
}

// endLog completes the file.
func (a *app) endLog() error {
	if a.log == nil {
		return nil
	}
	err := a.log.rec.Close()
	if cerr := a.log.file.Close(); err == nil {
		err = cerr
	}
	return err
}
