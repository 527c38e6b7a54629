package protocol

import "strings"

// Mark reads the restart marker of a 110 reply, which comes while a transfer runs: "MARK
// ssss = rrrr", the sender's marker and the receiver's, which stand for the same place in
// the file (RFC 959, Section 4.2.2, with the order of RFC 1123, Section 4.1.3.4). A
// client that keeps the pair can resume the transfer there, with REST and the marker of
// the server's side. ok is false if r is not such a reply.
func (r Reply) Mark() (sender, receiver string, ok bool) {
	if r.Code != 110 {
		return "", "", false
	}
	f := strings.Fields(strings.ReplaceAll(r.LastLine(), "=", " = "))
	for i := 0; i+3 < len(f); i++ {
		if strings.EqualFold(f[i], "MARK") && f[i+2] == "=" && f[i+1] != "=" && f[i+3] != "=" {
			return f[i+1], strings.TrimSuffix(f[i+3], "."), true
		}
	}
	return "", "", false
}
