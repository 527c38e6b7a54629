package docs_test

import "github.com/ftpwire/ftpwire/protocol"

// unsent says why a command is sent by nothing.
var unsent = map[protocol.Verb]string{
	"THMB": "nothing: its format argument is the application's; raw with package protocol",
}

// Reasons that rows share.
const (
	draft   = "none: a draft that few servers have"
	oneKind = "none: one server's own"
)

// reasons say why a row has no sender (0) or no conformance case (1).
var reasons = map[column]string{
	{"PRET", 1}: oneKind, {"ESTA", 1}: oneKind, {"ESTP", 1}: oneKind, {"COMB", 1}: oneKind,
	{"CKSM", 1}: draft,
	{"XSHA", 1}: draft,
	{"MFCT", 1}: draft,
	{"DSIZ", 1}: draft, {"RMDA", 1}: draft, {"THMB", 1}: draft, {"CSID", 1}: draft,
}

// senders names what sends a command: methods of control.Conn, of what they return,
// or fields of its Config. Commands that do not stand here are sent by Do.
var senders = map[protocol.Verb]string{
	"USER": "Login", "PASS": "Login", "ACCT": "Login", "CWD": "Cwd", "QUIT": "Quit",
	"PORT": "(Config.Data)", "PASV": "(Config.Data)", "EPRT": "(Config.Data)", "EPSV": "(Config.Data)", "TYPE": "SetFileFormat", "STRU": "SetFileFormat", "MODE": "SetFileFormat",
	"RETR": "Retr", "STOR": "Stor", "STOU": "Stou", "APPE": "Appe", "REST": "Retr Stor",
	"RNFR": "Rename", "RNTO": "Rename", "DELE": "Dele", "RMD": "Rmd", "MKD": "Mkd", "PWD": "Pwd",
	"LIST": "List", "NLST": "Nlst", "MLSD": "Mlsd", "SYST": "Do", "STAT": "StatList Do", "AVBL": "Space", "HELP": "Help", "NOOP": "Noop",
	"AUTH": "(Config.Security) (Config.Auth) (Config.Mechanism)", "ADAT": "(Config.Mechanism)",
	"MIC": "(Config.Mechanism)", "CONF": "(Config.Mechanism)", "ENC": "(Config.Mechanism)", "PBSZ": "Login", "PROT": "Login (Config.DataProtection)",
	"FEAT": "Login Do", "OPTS": "Do Login", "CCC": "(Config.ClearCommandChannel)", "REIN": "Rein", "HOST": "(Config.Login.VirtualHost)", "LANG": "(Config.Login.Language)",
	"CLNT": "(Config.Login.ClientName)", "MFMT": "SetModTime",
	"PRET": "(Config.Data)", "SSCN": "Do Remote", "CPSV": "Remote",
	"HASH": "Hash", "RANG": "Hash", "XCRC": "Hash", "XMD5": "Hash", "XSHA": "Hash", "XSHA1": "Hash", "XSHA256": "Hash", "XSHA512": "Hash", "MD5": "Hash",
	"MDTM": "Mdtm", "SIZE": "Size", "MLST": "Mlst",
}
