package main

import (
	"os"
	"sync"

	"github.com/ftpwire/ftpwire"
	dialogue "github.com/ftpwire/ftpwire/conformance/transcript"
	"github.com/ftpwire/ftpwire/control"
	"github.com/ftpwire/ftpwire/protocol"
	"github.com/ftpwire/ftpwire/protocol/patience"
)

// A logFile is what --log-file writes: all sessions of a run.
type logFile struct {
	file *os.File
	rec  *dialogue.Recorder

	mu    sync.Mutex
	local string // the client's end of the session that is recorded
}

// record has the sessions of p recorded in the file of --log-file. named is the profile
// that the user named.
func (a *app) record(f *connFlags, named, p *ftpwire.Profile) error {
	if f.logFile == "" {
		return nil
	}
	if a.log == nil {
		file, err := openLog(f.logFile)
		if err != nil {
			return usagef("--log-file: %w", err)
		}
		a.log = &logFile{file: file, rec: &dialogue.Recorder{
			W: file, Mask: protocol.Mask, Contents: f.logContents,
			Comment: "Recorded by ftpwire from " + a.private(f, named).String(describe(p)) + ". \"ftpwire replay\" plays the server.",
		}}
	}
	if f.logPrivate {
		a.log.rec.Clean = func(b []byte) []byte { return []byte(a.private(f, named).String(string(b))) }
	}
	before := p.Trace
	p.Trace = func(e control.TraceEvent) {
		e.Text = a.private(f, named).String(a.masked(e.Text))
		e.Address = a.private(f, named).String(e.Address)
		a.log.event(e)
		if before != nil {
			before(e)
		}
	}
	p.Data.Tap = func(_ bool, b []byte) { a.log.rec.Payload(b) }
	return nil
}

// openLog opens a file that nobody else may read: it holds the names of files, and perhaps
// their contents. One that is there already gets these rights, too.
func openLog(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		file.Chmod(0o600) // not every file system has such rights
	}
	return file, nil
}

// event records an event. Those of a session that has made way for another are remarks: it
// is at its end.
func (l *logFile) event(e control.TraceEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rec := l.rec
	switch {
	case e.Kind == control.TraceConnected && e.Err == nil:
		l.local = e.Local
		rec.Connected(e.Address)
		return
	case e.Local != l.local || e.Kind == control.TraceNote || e.Kind == control.TraceConnected:
		rec.Note(e.Text)
		return
	}
	switch e.Kind {
	case control.TraceSent:
		rec.Sent(e.Text)
	case control.TraceReceived:
		rec.Received(e.Text, e.Took >= patience.SlowReply.Default)
	case control.TraceTLS:
		l.tls(e)
	case control.TraceData:
		rec.Note(e.Text)
		if e.Err != nil {
			tls, how := dataFault(e.Err)
			rec.DataFailed(tls, how)
			return
		}
		rec.Data(e.Upload(), e.Verb.Does(protocol.Lists))
	case control.TraceDataEnd:
		rec.Note(e.Text)
		rec.DataEnded(endFault(e.Err))
	case control.TraceClosed:
		rec.Note(e.Text)
		rec.Closed(closeFault(e.Err))
	}
}

func (l *logFile) tls(e control.TraceEvent) {
	l.rec.Note(e.Text)
	switch {
	case e.Err != nil:
		l.rec.TLSFailed(tlsFault(e.Err))
	case e.Text == control.TraceCleared:
		l.rec.Cleared()
	default:
		l.rec.TLS()
	}
}

// endLog completes the file. A session counts more than its log: what could not be written
// is a warning.
func (a *app) endLog() {
	if a.log == nil {
		return
	}
	err := a.log.rec.Close()
	if cerr := a.log.file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		a.warn("--log-file: " + a.log.file.Name() + " is not complete: " + err.Error())
	}
}
