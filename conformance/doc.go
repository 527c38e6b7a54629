// Package conformance checks an FTP server against the RFCs, over the wire.
//
// A [Case] is one requirement: a stable id, the RFC section, the requirement in
// plain words, what it needs, and a function that speaks to the server and ends
// with a [Verdict]. [Run] opens a session, finds out what the server offers, runs
// every case whose needs are met, and returns a [Report] with a transcript for
// each result.
//
// Cases of one's own run in the same way, beside the package's or alone: see
// [Options.Cases]. They are written with the kit: [T], the session that speaks to the
// server, and [Transfer]. Whatever a case sends passes the guard: it changes only what
// holds a name of [T.Name].
//
// The files: the kit is in kit*.go, the runner in run*.go, the cases are in cases_*.go,
// by subject, and their list is in cases.go.
//
// The package speaks raw: it writes commands and reads replies through package
// protocol and never through the client, so that a bug of the client cannot hide
// itself. Monitors watch every line of every session besides, and have rows of
// their own.
package conformance
