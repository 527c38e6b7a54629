// Package parse turns the text of FTP replies and listings into values, and values back into text.
//
// It holds what is pure: the host-port of PASV, PORT, EPSV and EPRT (RFC 959, RFC 2428), the pathname of a
// 257 reply, the feature list of RFC 2389, the time-val, SIZE and MLSx entries of RFC 3659, the lines of
// LIST, for which no standard exists, code pages of names, and what servers say of hashes, quotas and commands. Nothing here keeps state, does I/O or looks at the clock.
//
// Parsers are lenient where real servers are known to deviate and the meaning is beyond doubt; otherwise the
// result is an [*Error] that says what, where and why. Formatters write what the RFCs demand, nothing else.
//
// All input is taken as bytes from a stranger: no parser panics, none recurses, each is linear in its input.
package parse
