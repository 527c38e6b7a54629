// Package transcript records FTP dialogues in text files, and plays them.
//
// A file is a txtar archive: a comment, then sections that each begin with a
// line "-- NAME --". The comment names the RFC section that the dialogue shows
// and the server that it was seen on. The section "dialogue" holds one step a
// line:
//
//	S: 220 ready        a line of the server
//	C: USER anonymous   a line of the client
//	C: PORT *           * stands for the rest of the line, whatever it is
//	T: tls              both sides do the TLS handshake
//	T: clear            both sides take TLS down again
//	T: fails client     the handshake fails, here because the client ends it; why may follow
//	D> motd             data connection, server to client; section motd is the payload
//	D< upload           data connection, client to server; section upload is the payload
//	D> motd reset       the same, and then the server resets the connection
//	D! data refused     a data connection that does not come about
//	D! tls close        one whose TLS handshake fails
//	P: 192.0.2.1:21     the server's address: a reply that names it means the server itself
//	E: close            the server ends the control connection
//
// How something fails or ends is a [Fault]: close, reset, silence (the server says no
// more, until the client ends the connection), refused, cut (no close_notify), client (the
// client refuses the certificate, as in "client self-signed"), demands (the server
// wants another client certificate; TLS 1.3 may say so only after the handshake), "alert N" and "sends TEXT" (what the server sends in
// place of a TLS handshake).
//
// The other sections are payloads. Blank lines in the dialogue, and those that begin
// with #, mean nothing. A file with more than one control connection has a section for
// each: "dialogue", "dialogue-2" and so on; see [ParseAll].
//
// The CRLF at the end of S: and C: lines is not written down; the [Player] adds
// it. Other odd bytes are escapes as in a Go string literal, such as \r, \x00 or
// \\ for a backslash; the quote characters stand for themselves. A literal * in a
// C: line is \x2a. A blank at the end of a line is \x20, so that editors leave it.
//
// The dialogue and the comment may have LF or CRLF line ends on disk. Payloads
// are taken byte for byte and always end with a line end, as txtar has it; a
// payload without one, or with other bytes than text, has a name that ends in ".base64",
// and stands there in base64. A name that ends in ".zeros" says that the contents were not
// kept: the section holds their length, as in "12345 octets", and zeros are played. A name
// with ".cut" in it says that only the beginning of the payload was kept, so that it can't
// be played.
//
// A [Recorder] writes such a file while a session runs.
package transcript
