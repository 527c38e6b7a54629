// Package parse turns the text of FTP replies into values, and values back into text.
//
// It reads the host-port of PASV, PORT, EPSV and EPRT (RFC 959, RFC 2428), the pathname of a 257 reply, the feature list of RFC 2389, the time-val and
// SIZE of RFC 3659, and what servers say about hashes, quotas and commands. Listings are read by package parse/listing. Nothing here keeps state,
// does I/O or looks at the clock.
//
// Parsers are lenient if real servers are known to deviate and the meaning is beyond doubt. Otherwise the
// result is an [*Error] that says what, where and why. Formatters write exactly what the RFCs demand.
//
// No input is trusted: no parser panics or recurses, and each is linear in its input.
package parse
