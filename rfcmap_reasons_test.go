package ftpwire_test

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

// reasons say why a row has no sender (0), no test (1) or no conformance case (2).
var reasons = map[column]string{
	{"LPRT", 2}: historic, {"LPSV", 2}: historic,
	{"CPSV", 2}: oneKind, {"SSCN", 2}: oneKind, {"PRET", 2}: oneKind, {"ESTA", 2}: oneKind, {"ESTP", 2}: oneKind, {"COMB", 2}: oneKind,
	{"MD5", 2}: draft, {"MMD5", 2}: draft, {"CKSM", 2}: draft,
	{"XSHA", 2}: draft,
	{"MFCT", 2}: draft,
	{"DSIZ", 2}: draft, {"RMDA", 2}: draft, {"THMB", 2}: draft, {"CSID", 2}: draft,
}
