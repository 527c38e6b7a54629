// Package conformance checks an FTP server against the RFCs, over the wire.
//
// A [Case] is one requirement: a stable id, the RFC section, the requirement in
// plain words, what it needs, and a function that speaks to the server and ends
// with a [Verdict]. [Run] opens a session, finds out what the server offers, runs
// every case whose needs are met, and returns a [Report] with a transcript for
// each result.
//
// The package speaks raw: it writes commands and reads replies through package
// protocol and never through the client, so that a bug of the client cannot hide
// itself. Monitors watch every line of every session besides, and have rows of
// their own.
package conformance
