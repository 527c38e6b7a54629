package protocol

import (
	"iter"
	"strings"
)

// A Verb is the name of an FTP command, in capitals: "RETR".
type Verb string

func (v Verb) upper() Verb { return Verb(strings.ToUpper(string(v))) }

// shown is v as errors show it. A word that is not a verb may be a whole line with a
// password in it.
func (v Verb) shown() Verb {
	if v != "" && !validVerb(string(v)) {
		return "?"
	}
	return v
}

// An ArgForm says what may follow a verb.
type ArgForm uint8

// The forms of a command's argument.
const (
	ArgAny      ArgForm = iota // unknown verb: anything, sent as it is
	ArgNone                    // no argument (RFC 959, Section 5.3.1)
	ArgPath                    // one pathname after exactly one space (RFC 2640, Section 3.1)
	ArgPathOpt                 // a pathname or nothing
	ArgText                    // text that is not a pathname; blanks around it do not count
	ArgTextOpt                 // text or nothing
	ArgVerbatim                // sent and read byte for byte, possibly empty (USER, PASS, ACCT)
	ArgMixed                   // pathnames and other parameters; blanks count (MFMT, XCRC)
)

// A VerbInfo holds what the RFCs say about one verb.
type VerbInfo struct {
	Verb    Verb     // in capitals
	Arg     ArgForm  // the form of its argument
	Diagram Diagram  // the exchange that a reply is judged by
	states  StateSet // session states in which it may be sent
	Does    Effect   // what it does beside its replies
	RFC     string   // defining document and section
}

// MovesData reports whether the command opens a data connection.
func (i VerbInfo) MovesData() bool { return i.Does&(Downloads|Lists|Uploads) != 0 }

// An Effect is a set of what a command does.
type Effect uint16

// The effects. A verb that is not in the table has none, which means that its effects are
// unknown.
const (
	Downloads Effect = 1 << iota // a file comes over the data connection
	Lists                        // a listing comes over the data connection
	Uploads                      // a file goes over the data connection
	NamesDir                     // its pathname is that of a directory
	Moves                        // the working directory becomes another one
	Reads                        // its pathname must exist: a refusal that gives no reason says that it does not
	Changes                      // files, or what is known of them, may be others afterwards
)

// Does reports whether v has one of the effects.
func (v Verb) Does(e Effect) bool {
	info, _ := LookupVerb(v)
	return info.Does&e != 0
}

// Sets of states that rows of the verb table share.
var (
	anyState  = setOfStates(StateUnauthenticated, StateNeedADAT, StateAuthenticated, StateNeedPassword, StateNeedAccount, StateAuthorized)
	preLogin  = setOfStates(StateUnauthenticated, StateAuthenticated, StateNeedPassword, StateNeedAccount)
	loggedIn  = setOfStates(StateAuthorized)
	protected = setOfStates(StateAuthenticated, StateNeedPassword, StateNeedAccount, StateAuthorized)
)

// verbs is the command table: RFC 959, Section 5.4 and its successors.
var verbs = [...]VerbInfo{
	// Access control, RFC 959, Section 4.1.1.
	{"USER", ArgVerbatim, DiagramLogin, anyState.without(StateNeedADAT), 0, "959 4.1.1"},
	{"PASS", ArgVerbatim, DiagramLogin, setOfStates(StateNeedPassword), 0, "959 4.1.1"},
	{"ACCT", ArgVerbatim, DiagramOneReply, setOfStates(StateNeedAccount, StateAuthorized), 0, "959 4.1.1"},
	{"CWD", ArgPath, DiagramOneReply, loggedIn, Moves | NamesDir | Reads, "959 4.1.1"},
	{"CDUP", ArgNone, DiagramOneReply, loggedIn, Moves, "959 4.1.1"},
	{"SMNT", ArgPath, DiagramOneReply, loggedIn, Moves | Changes, "959 4.1.1"},
	{"REIN", ArgNone, DiagramWait, anyState, 0, "959 4.1.1"},
	{"QUIT", ArgNone, DiagramOneReply, anyState, 0, "959 4.1.1"},

	// Transfer parameters, RFC 959, Section 4.1.2.
	{"PORT", ArgText, DiagramOneReply, loggedIn, 0, "959 4.1.2"},
	{"PASV", ArgNone, DiagramOneReply, loggedIn, 0, "959 4.1.2"},
	{"TYPE", ArgText, DiagramOneReply, loggedIn, 0, "959 4.1.2"},
	{"STRU", ArgText, DiagramOneReply, loggedIn, 0, "959 4.1.2"},
	{"MODE", ArgText, DiagramOneReply, loggedIn, 0, "959 4.1.2"},

	// Service, RFC 959, Section 4.1.3.
	{"RETR", ArgPath, DiagramTransfer, loggedIn, Downloads | Reads, "959 4.1.3"},
	{"STOR", ArgPath, DiagramTransfer, loggedIn, Uploads | Changes, "959 4.1.3"},
	{"STOU", ArgPathOpt, DiagramTransfer, loggedIn, Uploads | Changes, "959 4.1.3"},
	{"APPE", ArgPath, DiagramTransfer, loggedIn, Uploads | Changes, "959 4.1.3"},
	{"ALLO", ArgText, DiagramOneReply, loggedIn, Changes, "959 4.1.3"},
	{"REST", ArgText, DiagramSequence, loggedIn, 0, "959 4.1.3; 3659 5"},
	{"RNFR", ArgPath, DiagramSequence, loggedIn, Reads | Changes, "959 4.1.3"},
	{"RNTO", ArgPath, DiagramOneReply, loggedIn, Changes, "959 4.1.3"},
	{"ABOR", ArgNone, DiagramAbort, anyState, 0, "959 4.1.3"},
	{"DELE", ArgPath, DiagramOneReply, loggedIn, Reads | Changes, "959 4.1.3"},
	{"RMD", ArgPath, DiagramOneReply, loggedIn, NamesDir | Reads | Changes, "959 4.1.3"},
	{"MKD", ArgPath, DiagramOneReply, loggedIn, NamesDir | Changes, "959 4.1.3"},
	{"PWD", ArgNone, DiagramOneReply, loggedIn, 0, "959 4.1.3"},
	{"LIST", ArgPathOpt, DiagramTransfer, loggedIn, Lists | NamesDir, "959 4.1.3"},
	{"NLST", ArgPathOpt, DiagramTransfer, loggedIn, Lists | NamesDir, "959 4.1.3"},
	{"SITE", ArgText, DiagramOpen, anyState, Changes, "959 4.1.3"},
	{"SYST", ArgNone, DiagramOneReply, anyState, 0, "959 4.1.3"},
	{"STAT", ArgPathOpt, DiagramOneReply, anyState, 0, "959 4.1.3"},
	{"HELP", ArgTextOpt, DiagramOneReply, anyState, 0, "959 4.1.3"},
	{"NOOP", ArgNone, DiagramOneReply, anyState, 0, "959 4.1.3"},

	// Older names that RFC 1123, Section 4.1.3.1 keeps alive.
	{"XCWD", ArgPath, DiagramOneReply, loggedIn, Moves | NamesDir | Reads, "775; 1123 4.1.3.1"},
	{"XCUP", ArgNone, DiagramOneReply, loggedIn, Moves, "775; 1123 4.1.3.1"},
	{"XMKD", ArgPath, DiagramOneReply, loggedIn, NamesDir | Changes, "775; 1123 4.1.3.1"},
	{"XPWD", ArgNone, DiagramOneReply, loggedIn, 0, "775; 1123 4.1.3.1"},
	{"XRMD", ArgPath, DiagramOneReply, loggedIn, NamesDir | Reads | Changes, "775; 1123 4.1.3.1"},

	// Security, RFC 2228, Section 3 and RFC 4217.
	{"AUTH", ArgText, DiagramLogin, anyState.without(StateNeedADAT), 0, "2228 3; 4217 4"},
	{"ADAT", ArgText, DiagramLogin, setOfStates(StateNeedADAT), 0, "2228 3"},
	{"PBSZ", ArgText, DiagramOneReply, protected, 0, "2228 3; 4217 9"},
	{"PROT", ArgText, DiagramOneReply, protected, 0, "2228 3; 4217 9"},
	{"CCC", ArgNone, DiagramOneReply, protected, 0, "2228 3; 4217 5"},
	{"MIC", ArgText, DiagramEnclosed, protected, 0, "2228 3"},
	{"CONF", ArgText, DiagramEnclosed, protected, 0, "2228 3"},
	{"ENC", ArgText, DiagramEnclosed, protected, 0, "2228 3"},

	// Feature negotiation, RFC 2389, and names, RFC 2640.
	{"FEAT", ArgNone, DiagramOneReply, anyState, 0, "2389 3"},
	{"OPTS", ArgText, DiagramOneReply, anyState, 0, "2389 4"},
	{"LANG", ArgTextOpt, DiagramOneReply, anyState, 0, "2640 4"},

	// Addresses, RFC 2428 and RFC 1639.
	{"EPRT", ArgText, DiagramOneReply, loggedIn, 0, "2428 2"},
	{"EPSV", ArgTextOpt, DiagramOneReply, loggedIn, 0, "2428 3"},
	{"LPRT", ArgText, DiagramOneReply, loggedIn, 0, "1639 3"},
	{"LPSV", ArgNone, DiagramOneReply, loggedIn, 0, "1639 4"},
	{"CPSV", ArgNone, DiagramOneReply, loggedIn, 0, "practice: PASV whose server is the TLS client"},

	// Extensions, RFC 3659. MDTM with a time before the pathname sets it on some
	// servers; RFC 3659, Section 3.1 makes that a name, so nothing is cut off here.
	{"MDTM", ArgPath, DiagramOneReply, loggedIn, Reads, "3659 3"},
	{"SIZE", ArgPath, DiagramOneReply, loggedIn, Reads, "3659 4"},
	{"MLST", ArgPathOpt, DiagramOneReply, loggedIn, Reads, "3659 7"},
	{"MLSD", ArgPathOpt, DiagramTransfer, loggedIn, Lists | NamesDir, "3659 7"},

	// Virtual hosts, RFC 7151, and gateways between address families, RFC 6384.
	{"HOST", ArgText, DiagramOneReply, preLogin, 0, "7151 3"},
	{"ALGS", ArgText, DiagramOneReply, anyState, 0, "6384 11"},

	// Hashes and ranges.
	{"HASH", ArgPath, DiagramOneReply, loggedIn, 0, "draft-bryan-ftpext-hash"},
	{"RANG", ArgText, DiagramSequence, loggedIn, 0, "draft-bryan-ftp-range"},
	{"XCRC", ArgMixed, DiagramOneReply, loggedIn, 0, "draft-bryan-ftpext-hash B"},
	{"XMD5", ArgMixed, DiagramOneReply, loggedIn, 0, "draft-bryan-ftpext-hash B"},
	{"XSHA", ArgMixed, DiagramOneReply, loggedIn, 0, "draft-bryan-ftpext-hash B"},
	{"XSHA1", ArgMixed, DiagramOneReply, loggedIn, 0, "draft-bryan-ftpext-hash B"},
	{"XSHA256", ArgMixed, DiagramOneReply, loggedIn, 0, "draft-bryan-ftpext-hash B"},
	{"XSHA512", ArgMixed, DiagramOneReply, loggedIn, 0, "draft-bryan-ftpext-hash B"},
	{"MD5", ArgPath, DiagramOneReply, loggedIn, 0, "draft-twine-ftpmd5"},
	{"MMD5", ArgMixed, DiagramOneReply, loggedIn, 0, "draft-twine-ftpmd5"},
	{"CKSM", ArgMixed, DiagramOneReply, loggedIn, 0, "GFD.47"},

	// Facts that a client sets.
	{"MFMT", ArgMixed, DiagramOneReply, loggedIn, Changes, "draft-somers-ftp-mfxx"},
	{"MFCT", ArgMixed, DiagramOneReply, loggedIn, Changes, "draft-somers-ftp-mfxx"},
	{"MFF", ArgMixed, DiagramOneReply, loggedIn, Changes, "draft-somers-ftp-mfxx"},

	// Streamlined commands.
	{"AVBL", ArgPathOpt, DiagramOneReply, loggedIn, 0, "draft-peterson-streamlined-ftp-command-extensions"},
	{"DSIZ", ArgPathOpt, DiagramOneReply, loggedIn, 0, "draft-peterson-streamlined-ftp-command-extensions"},
	{"RMDA", ArgPath, DiagramOneReply, loggedIn, NamesDir | Changes, "draft-peterson-streamlined-ftp-command-extensions"},
	{"THMB", ArgMixed, DiagramTransfer, loggedIn, Downloads, "draft-peterson-streamlined-ftp-command-extensions"},
	{"CSID", ArgText, DiagramOneReply, anyState, 0, "draft-peterson-streamlined-ftp-command-extensions"},

	// Widespread without a document.
	{"CLNT", ArgText, DiagramOneReply, anyState, 0, "practice"},
	{"PRET", ArgMixed, DiagramOneReply, loggedIn, 0, "practice: what the data connection will be for"},
	{"SSCN", ArgTextOpt, DiagramOneReply, loggedIn, 0, "practice: which side is the TLS client"},
	{"ESTA", ArgNone, DiagramOneReply, loggedIn, 0, "practice: pure-ftpd"},
	{"ESTP", ArgNone, DiagramOneReply, loggedIn, 0, "practice: pure-ftpd"},
	{"COMB", ArgMixed, DiagramOneReply, loggedIn, Changes, "practice: joins parts of a file"},
}

var verbIndex = func() map[Verb]*VerbInfo {
	m := make(map[Verb]*VerbInfo, len(verbs))
	for i := range verbs {
		m[verbs[i].Verb] = &verbs[i]
	}
	return m
}()

// LookupVerb returns what is known of verb v, in any case. For a verb that is not in the
// table it returns false and a VerbInfo that allows any argument in any state and judges
// replies by [DiagramOpen].
func LookupVerb(v Verb) (VerbInfo, bool) {
	if i, ok := verbIndex[v]; ok {
		return *i, true
	}
	v = v.upper()
	if i, ok := verbIndex[v]; ok {
		return *i, true
	}
	return VerbInfo{Verb: v, Arg: ArgAny, Diagram: DiagramOpen, states: anyState}, false
}

// Verbs yields the command table in the order of its documents.
func Verbs() iter.Seq[VerbInfo] {
	return func(yield func(VerbInfo) bool) {
		for _, v := range verbs {
			if !yield(v) {
				return
			}
		}
	}
}
