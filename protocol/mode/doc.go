// Package mode holds the ways in which the octets of a file travel over a data
// connection other than as they are: the record structure in stream mode (RFC 959,
// Section 3.4.1), block mode (3.4.2), compressed mode (3.4.3) and MODE Z, a zlib
// stream (draft-preston-ftpext-deflate).
//
// Each has a reader and a writer, for both ends of a transfer. They stream: memory
// does not grow with the file. A reader returns io.EOF only where the peer has said
// that the file ends; an end of the connection before that is an [Error] that matches
// io.ErrUnexpectedEOF, so that a part is never taken for the whole. A writer's file is
// complete once Close has returned nil; it does not close what it writes to.
//
// [EBCDICReader] and [EBCDICWriter] are the same for TYPE E (3.1.1.2): characters of
// another code.
//
// Files with records (STRU R) are lines here: a record becomes a line that ends in LF,
// and a line a record. A last line without LF becomes a record all the same.
package mode
