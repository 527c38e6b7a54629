// Package listing turns listings of directories into entries, and entries back into lines.
//
// It reads the lines of MLSD and MLST (RFC 3659) and those of LIST, for which no standard exists: see [Dialects]. To them belong the
// dates of servers ([DateFormat], [Zone]), the code pages of names ([CodePage]), and what servers send in place of a
// listing ([Message], [SaysNothing]). Nothing here does I/O but to read what it is given, or looks at the clock.
//
// Readers are lenient if real servers are known to deviate and the meaning is beyond doubt. Otherwise the result is a
// [*parse.Error] that says what, where and why; what a line does not say is unknown.
//
// No input is trusted: no reader panics or recurses, and each is linear in its input.
package listing
