// Package conformance checks an FTP server against the RFCs, over the wire.
//
// A [Case] is one requirement: a stable id, the RFC section, the requirement in
// plain words, what it needs, and a function that speaks to the server and ends
// with a [Verdict]. [Run] opens a session, finds out what the server offers, runs
// every case whose needs are met, and returns a [Report] with a transcript for
// each result.
//
// Your own cases run in the same way, together with those of the package or alone: see
// [Options.Cases]. They are written with the kit: [T], the session that speaks to the
// server, and [Transfer]. Everything that a case sends passes the guard, which lets it
// change only files with a name from [T.Name].
//
// The files: the kit is in kit*.go, the runner in run*.go, the cases are in cases_*.go,
// by subject, and their list is in cases.go.
//
// The package writes commands and reads replies through package protocol and never
// through the client, so that a bug of the client cannot hide itself. In addition,
// monitors watch every line of every session, and have rows of their own.
package conformance
