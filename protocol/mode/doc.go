// Package mode implements the formats in which files travel over data connections. A
// [Format] holds TYPE, STRU and MODE. [NewWriter] puts a file into a format and
// [NewReader] undoes that, for both ends of a transfer.
//
// They are made of parts, each of which has a reader and a writer of its own: the record
// structure in stream mode (RFC 959, Section 3.4.1), block mode (3.4.2), compressed mode
// (3.4.3), MODE Z, which is a zlib stream (draft-preston-ftpext-deflate), and the text of
// TYPE A and E (3.1.1).
//
// All of them stream: memory does not grow with the file. If a format marks the end of a
// file, a reader returns io.EOF only there. If the connection ends before that mark, the
// error is an [Error] that matches io.ErrUnexpectedEOF, so that a part is never taken for
// the whole. A writer's file is complete once Close has returned nil; it does not close
// what it writes to.
//
// Files with records (STRU R) are lines here: a record becomes a line that ends in LF,
// and a line a record. A last line without LF becomes a record all the same.
package mode
