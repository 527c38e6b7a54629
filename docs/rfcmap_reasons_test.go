package docs_test

import "github.com/ftpwire/ftpwire/protocol"

// unsent says why a command is sent by nothing.
var unsent = map[protocol.Verb]string{
	"THMB": "nothing: its format argument is the application's; raw with package protocol",
}

// Reasons that rows share.
const (
	historic = "none: historic (RFC 5797); servers have EPSV and EPRT"
	draft    = "none: a draft that few servers have"
	oneKind  = "none: one server's own"
)

// reasons say why a row has no sender (0) or no conformance case (1).
var reasons = map[column]string{
	{"LPRT", 1}: historic, {"LPSV", 1}: historic,
	{"CPSV", 1}: oneKind, {"SSCN", 1}: oneKind, {"PRET", 1}: oneKind, {"ESTA", 1}: oneKind, {"ESTP", 1}: oneKind, {"COMB", 1}: oneKind,
	{"MD5", 1}: draft, {"MMD5", 1}: draft, {"CKSM", 1}: draft,
	{"XSHA", 1}: draft,
	{"MFCT", 1}: draft,
	{"DSIZ", 1}: draft, {"RMDA", 1}: draft, {"THMB", 1}: draft, {"CSID", 1}: draft,
}
